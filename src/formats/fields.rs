//! The table of fields, for people: where each one goes in each format.

use std::fmt::Write;

use encoding_rs::UTF_8;

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

/// The table of the programs that tables are written for, in Markdown.
pub fn profiles() -> String {
    let mut text =
        String::from("| profile | columns | headers in | encoding | photos |\n| --- | --- | --- | --- | --- |\n");
    for profile in table::Profile::ALL {
        let style = table::Style::from(*profile);
        let (name, columns, languages) = (profile.name(), style.width(), profile.languages().join(", "));
        let encoding = match style.encoding() {
            (encoding, true) => format!("{} with a byte order mark", encoding.name()),
            (encoding, false) if encoding == UTF_8 => encoding.name().to_owned(),
            (encoding, false) => format!("the code page of the language: {} for English", encoding.name()),
        };
        let photos = if style.has_photos() { "a column for links and file names" } else { "none" };
        // Writing to a string does not fail.
        let _ = writeln!(text, "| `{name}` | {columns} | {languages} | {encoding} | {photos} |");
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

    #[test]
    fn every_profile_has_its_row() {
        let text = profiles();
        assert_eq!(text.lines().count(), table::Profile::ALL.len() + 2);
        assert!(text.contains("| `outlook-web` | 61 | en | UTF-8 with a byte order mark | none |"), "{text}");
    }
}
