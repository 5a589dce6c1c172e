use super::*;
use crate::formats::table::column::{Part, Slot};
use crate::formats::table::fold::{self, fold};
use crate::model::Field;

#[test]
fn every_line_parses() {
    for source in SOURCES {
        match source {
            Source::List(dialect, language, text) => {
                for line in text.lines().filter(|line| !line.is_empty()) {
                    let name = line.split_once('\t').map(|(_, name)| name);
                    assert!(name.and_then(Column::named).is_some(), "{dialect:?}/{language}: {line:?}");
                }
                assert!(text.lines().filter(|line| line.is_empty()).count() <= 1, "{dialect:?}/{language}");
            }
            Source::Rows(dialect, text) => {
                let mut lines = text.lines();
                let names: Vec<_> = lines.next().unwrap().split('\t').skip(1).collect();
                assert!(names.iter().all(|name| Column::named(name).is_some()), "{dialect:?}");
                for line in lines {
                    assert_eq!(line.split('\t').count(), names.len() + 1, "{dialect:?}: {line:?}");
                    assert!(line.split('\t').take(4).all(|cell| !cell.is_empty()), "{dialect:?}: {line:?}");
                }
            }
        }
    }
}

#[test]
fn every_header_is_found_where_it_stands() {
    for table in tables() {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (at, header) in table.headers.iter().enumerate() {
            let nth = seen.entry(fold(header.text)).or_default();
            let found = table.header(&fold(header.text), *nth).unwrap();
            *nth += 1;
            let is_numbered = header.text.contains("{n}");
            let is_twin_of_own = at >= table.size() && *nth > 1;
            assert!(is_numbered || is_twin_of_own || found.name == header.name, "{}: {}", table.name(), header.text);
        }
    }
}

#[test]
fn each_table_has_a_header_once_but_for_twins_of_other_meanings() {
    for table in tables() {
        let mut seen = std::collections::BTreeSet::new();
        for header in &table.headers {
            assert!(seen.insert((fold(header.text), header.name)), "{}: {}", table.name(), header.text);
        }
    }
}

/// The folded headers that are kept find what folding every header again finds.
#[test]
fn the_nearest_header_is_the_nearest_of_all() {
    let of_people = |table: &Table| table.dialect == Dialect::Generic;
    let names = |admitted: &dyn Fn(&Table) -> bool| -> Vec<&'static str> {
        let tables = tables().iter().filter(|table| admitted(table));
        tables.flat_map(|table| table.headers.iter().map(|header| header.text)).collect()
    };
    let (all, generic) = (names(&|_| true), names(&of_people));
    let slips =
        ["vormane", "first nmae", "e-mail adress 2", "kundennummer", "postleizahl", "名字x", "téléfon", "a", ""];
    for slip in slips {
        assert_eq!(nearest(slip, |_, _| true), fold::nearest(slip, all.iter().copied()), "{slip}");
        let among = fold::nearest(slip, generic.iter().copied());
        assert_eq!(nearest(slip, |table, _| of_people(table)), among, "{slip}");
    }
    assert_eq!(nearest("vormane", |_, _| true), Some("Vorname"));
}

#[test]
fn outlook_has_its_columns_in_each_language_whose_order_is_known() {
    let own = |language| table(Dialect::OutlookDesktop, language).unwrap().own;
    for language in ["en", "de", "fr", "it", "ru", "ko", "zh-CN", "zh-TW"] {
        assert_eq!(own(language), 92, "{language}");
    }
    // Three of them are for pronunciation.
    assert_eq!(own("ja"), 95);
    for language in ["es", "pt-BR", "nl", "pl", "da", "sv", "nb", "tr", "sk"] {
        assert_eq!(own(language), 0, "{language}");
    }
}

/// The first 48 columns of Outlook mean the same in each language whose order is known.
#[test]
fn outlook_begins_alike_in_each_language() {
    let names = |language| {
        table(Dialect::OutlookDesktop, language).unwrap().headers[..48].iter().map(|at| at.name).collect::<Vec<_>>()
    };
    for language in ["de", "fr", "it", "ru", "ko", "ja", "zh-CN", "zh-TW"] {
        assert_eq!(names(language), names("en"), "{language}");
    }
}

#[test]
fn twins_are_told_apart_by_their_order() {
    let french = table(Dialect::OutlookDesktop, "fr").unwrap();
    let columns: Vec<_> = (0..3).map(|nth| french.header("titre", nth).unwrap().column).collect();
    assert_eq!(columns[0].slot, Slot::Text(Field::Prefix));
    assert_eq!(columns[1], Column { slot: Slot::Organization(1), part: Part::JobTitle });
    assert_eq!(columns[2], columns[1]);
    let swedish = table(Dialect::Thunderbird, "sv").unwrap();
    let names: Vec<_> = (0..4).map(|nth| swedish.header("annan uppgift 1", nth).unwrap().name).collect();
    assert_eq!(names, ["meta.custom[1]", "meta.custom[2]", "meta.custom[3]", "meta.custom[4]"]);
    // Twins among the headers that have no place of their own.
    let brazilian = table(Dialect::OutlookDesktop, "pt-BR").unwrap();
    let names = [0, 1].map(|nth| brazilian.header("estado", nth).unwrap().name);
    assert_eq!(names, ["address.home.state", "address.other.state"]);
}

#[test]
fn numbers_in_headers_are_slots() {
    let google = table(Dialect::Google2024, "en").unwrap();
    let column = google.header("e-mail 12 - label", 0).unwrap().column;
    assert_eq!(column, Column { slot: Slot::Email(None, 12), part: Part::Label });
    assert!(google.header("e-mail 99999999 - label", 0).is_none());
}

#[test]
fn a_header_is_counted_once_for_each_table() {
    let row = ["First Name", "Mobile Phone", "E-mail 1 - Value", "E-mail 2 - Value", "Shoe Size", ""].map(fold);
    let hits = hits(&row);
    let of = |dialect| hits[tables().iter().position(|table| table.dialect == dialect).unwrap()];
    assert_eq!(of(Dialect::Google2024), Hits { known: 3, own: 3 });
    assert_eq!(of(Dialect::OutlookDesktop), Hits { known: 2, own: 2 });
    assert_eq!(of(Dialect::Generic), Hits { known: 2, own: 1 });
}
