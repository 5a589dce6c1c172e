//! A contact in a few words: its name, its initials or photo, what it says of itself.

use maud::{Markup, html};
use serde_json::Value;

use super::visit::Visit;
use crate::sandbox::store::ContactRow;

fn text<'a>(row: &'a ContactRow, name: &str) -> Option<&'a str> {
    row.content.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// The name to call it by.
pub(super) fn name(row: &ContactRow) -> &str {
    text(row, "displayName").or_else(|| text(row, "companyName")).or_else(|| email(row)).unwrap_or("(no name)")
}

/// Its first e-mail address.
pub(super) fn email(row: &ContactRow) -> Option<&str> {
    row.content.get("emailAddresses")?.as_array()?.iter().find_map(|email| email.get("address")?.as_str())
}

/// What it does, and where, as far as its name does not say so.
pub(super) fn line(row: &ContactRow) -> Option<String> {
    let parts = ["jobTitle", "department", "companyName"].into_iter().filter_map(|part| text(row, part));
    let parts: Vec<&str> = parts.filter(|part| *part != name(row)).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Its photo, else its initials; `size` in pixels. It says nothing that the name beside it does not.
pub(super) fn portrait(visit: &Visit<'_>, row: &ContactRow, size: u32) -> Markup {
    html! {
        @if row.has_photo {
            @let photo = visit.address("/photo", &[("id", &row.public)]);
            img.portrait src=(photo) alt="" width=(size) height=(size) loading="lazy";
        } @else {
            span class={ "portrait hue-" (hue(name(row))) } aria-hidden="true" { (initials(name(row))) }
        }
    }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// One of eight colours, always the same for a name.
fn hue(name: &str) -> u32 {
    name.chars().fold(0_u32, |sum, letter| sum.wrapping_mul(31).wrapping_add(u32::from(letter))) % 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_last_word() {
        for (name, expected) in [
            ("Pavel Bansky", "PB"),
            ("Maria del Mar Gil", "MG"),
            ("ärzte", "Ä"),
            ("(no name)", "NN"),
            ("山田 太郎", "山太"),
            ("…", ""),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
