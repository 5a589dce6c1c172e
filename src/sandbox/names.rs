//! The display name that the service makes when none is sent.

use serde_json::{Map, Value};

/// `GivenName Surname` (documented by v2.0's samples), with the middle name between (guessed); without a name the
/// company, else the first e-mail address (guessed). None when there is nothing to make one of.
pub(super) fn display_name(content: &Map<String, Value>) -> Option<String> {
    let text = |name| text(content, name);
    let names: Vec<&str> = ["givenName", "middleName", "surname"].into_iter().filter_map(text).collect();
    if !names.is_empty() {
        return Some(names.join(" "));
    }
    let email = || content.get("emailAddresses")?.get(0)?.get("address")?.as_str();
    text("companyName").or_else(email).map(str::to_owned)
}

/// `Surname, Given` (documented by v2.0's samples of older contacts); one of the two, else the company (guessed).
pub(super) fn file_as(content: &Map<String, Value>) -> Option<String> {
    let text = |name| text(content, name);
    match (text("surname"), text("givenName")) {
        (Some(surname), Some(given)) => Some(format!("{surname}, {given}")),
        (one, other) => one.or(other).or_else(|| text("companyName")).map(str::to_owned),
    }
}

fn text<'a>(content: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    content.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn display_names_are_made_of_what_there_is() {
        let table = [
            (json!({"givenName": "Pavel", "surname": "Bansky"}), Some("Pavel Bansky")),
            (json!({"givenName": "A", "middleName": "B", "surname": "C", "companyName": "D"}), Some("A B C")),
            (json!({"givenName": " ", "companyName": "D"}), Some("D")),
            (json!({"emailAddresses": [{"address": "a@b.example"}]}), Some("a@b.example")),
            (json!({}), None),
        ];
        for (content, expected) in table {
            assert_eq!(display_name(content.as_object().unwrap()).as_deref(), expected, "{content}");
        }
    }
}
