//! Headers that mean something else because of what stands beside them.

use crate::formats::table::column::{Column, Part, Slot};
use crate::formats::table::head::Reading;
use crate::model::Field;

/// Reads the headers of a row once more, each beside the others.
pub(super) fn apply(columns: &mut [Option<Reading>]) {
    name_beside_a_part(columns);
    lone_day(columns);
    address_beside_a_city(columns);
}

/// A name beside a given name, where there is no family name, is the family name ("Name;Vorname"); beside a family name,
/// where there is no given name, it is the given name ("Name,Surname").
fn name_beside_a_part(columns: &mut [Option<Reading>]) {
    let named = |field| Column { slot: Slot::Text(field), part: Part::Value };
    let has = |field| columns.iter().flatten().any(|(column, _)| *column == named(field));
    let part = match (has(Field::GivenName), has(Field::Surname)) {
        (true, false) => (named(Field::Surname), "name.family"),
        (false, true) => (named(Field::GivenName), "name.given"),
        _ => return,
    };
    let full = columns.iter_mut().flatten().filter(|(column, _)| *column == named(Field::FullName));
    full.for_each(|column| *column = part);
}

/// A day of birth without a month and a year beside it is the whole date: Thunderbird's word for the day is Outlook's
/// for the date.
fn lone_day(columns: &mut [Option<Reading>]) {
    let birthday = |part| Column { slot: Slot::Date(Field::Birthday), part };
    let has = |part| columns.iter().flatten().any(|(column, _)| *column == birthday(part));
    if !has(Part::Month) && !has(Part::Year) && !has(Part::Value) {
        let day = columns.iter_mut().flatten().filter(|(column, _)| *column == birthday(Part::Day));
        day.for_each(|column| *column = (birthday(Part::Value), "birthday"));
    }
}

/// An address beside a city or a postal code, where there is no street, is the street: "Address,City,Zip".
fn address_beside_a_city(columns: &mut [Option<Reading>]) {
    let plain = |part| Column { slot: Slot::Address(Some(None), 1), part };
    let has = |part| columns.iter().flatten().any(|(column, _)| *column == plain(part));
    if (has(Part::City) || has(Part::PostalCode)) && !has(Part::Street) {
        let whole = columns.iter_mut().flatten().filter(|(column, _)| *column == plain(Part::Formatted));
        whole.for_each(|column| *column = (plain(Part::Street), "address.plain.street"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&'static str]) -> Vec<&'static str> {
        let mut columns: Vec<_> = names.iter().map(|name| Some((Column::named(name)?, *name))).collect();
        apply(&mut columns);
        columns.into_iter().flatten().map(|(_, name)| name).collect()
    }

    #[test]
    fn neighbours_decide() {
        assert_eq!(names(&["name.full", "name.given"]), ["name.family", "name.given"]);
        assert_eq!(names(&["name.full", "name.family"]), ["name.given", "name.family"]);
        let whole = ["name.full", "name.given", "name.family"];
        assert_eq!(names(&whole), whole);
        assert_eq!(names(&["birthday.day", "name.full"]), ["birthday", "name.full"]);
        let parts = ["birthday.day", "birthday.month"];
        assert_eq!(names(&parts), parts);
        let street = ["address.plain.street", "address.plain.city"];
        assert_eq!(names(&["address.plain.formatted", "address.plain.city"]), street);
        let both = ["address.plain.formatted", "address.plain.street", "address.plain.city"];
        assert_eq!(names(&both), both);
        assert_eq!(names(&["address.plain.formatted"]), ["address.plain.formatted"]);
    }
}
