//! The table of fields, for people: where each one goes in each format.

use std::fmt::Write;

use crate::formats::{exchange, table, vcard};

/// The table in Markdown, one row for each of [`Field::ALL`](crate::model::Field::ALL), taken from the formats' own mapping tables.
pub fn table() -> String {
    let profiles = table::Profile::ALL.iter().map(|profile| profile.name()).collect::<Vec<_>>().join(" | ");
    let mut text = format!("| field | vCard 3.0 | {profiles} | mailbox (Graph's names) |\n");
    text.push_str(&"| --- ".repeat(table::Profile::ALL.len() + 3));
    text.push_str("|\n");
    for (field, [_, three, _]) in vcard::columns() {
        let tables = table::Profile::ALL.iter().map(|profile| listed(&table::columns(*profile, field)));
        let (name, tables) = (field.name(), tables.collect::<Vec<_>>().join(" | "));
        let mailbox = listed(&exchange::carried_by(field));
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {name} | {three} | {tables} | {mailbox} |");
    }
    text
}

/// The first few of many; a dash where there is none.
fn listed(headers: &[String]) -> String {
    const SHOWN: usize = 4;
    match headers {
        [] => "—".to_owned(),
        few if few.len() <= SHOWN => few.join(", "),
        many => format!("{} and {} more", many[..SHOWN].join(", "), many.len() - SHOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Field;

    #[test]
    fn every_field_has_its_row() {
        let table = table();
        for field in Field::ALL {
            assert!(table.contains(&format!("\n| {} |", field.name())), "{field:?}");
        }
        assert_eq!(table.lines().count(), Field::ALL.len() + 2);
    }
}
