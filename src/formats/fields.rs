//! The table of fields, for people: where each one goes in each format.

use std::fmt::Write;

use crate::formats::{exchange, table, vcard};

/// The table in Markdown, one row for each of [`Field::ALL`](crate::model::Field::ALL), taken from the formats' own mapping tables.
pub fn table() -> String {
    let mut text = String::from("| field | vCard 3.0 | Outlook CSV | Google CSV | mailbox (Graph's names) |\n");
    text.push_str("| --- | --- | --- | --- | --- |\n");
    for (field, [_, three, _]) in vcard::columns() {
        let outlook = listed(&table::columns(table::Profile::OutlookDesktop, field));
        let google = listed(&table::columns(table::Profile::Google, field));
        let (name, mailbox) = (field.name(), listed(&exchange::carried_by(field)));
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {name} | {three} | {outlook} | {google} | {mailbox} |");
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
