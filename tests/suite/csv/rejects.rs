//! Rejected rows with their reasons: whatever the row, its cells stay where they are.

use cardferry::formats::csv::{Options, rejected};
use cardferry::formats::{Reject, Table};
use encoding_rs::{Encoding, UTF_8, UTF_16LE, WINDOWS_1252};
use proptest::collection::vec;
use proptest::prelude::*;

fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    if encoding == UTF_16LE {
        return text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    }
    encoding.encode(text).0.into_owned()
}

fn decoded(table: &Table, bytes: &[u8]) -> String {
    table.encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// A row as any program writes it.
fn raw(cells: &[String], delimiter: u8) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(cells).unwrap();
    String::from_utf8(writer.into_inner().unwrap()).unwrap().trim_end_matches('\n').to_owned()
}

/// The cells of the one row that a text is.
fn cells(text: &str, delimiter: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(text.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1, "{text:?}");
    rows[0].iter().map(str::to_owned).collect()
}

/// Rows that are read again as they were rejected stay rows of their own, whatever quotes are open in them.
#[test]
fn an_open_quote_does_not_reach_into_the_next_rejected_row() {
    let rows = [
        "Eve,\"Roe,x",
        "Ann,Poe\",y",
        "\"Jo,Doe",
        "Al,\"x \"\"y\"\",z",
        "Bo,Coe,\"two\nlines\"",
        "Ida,\"two\nlines,n",
        "Kai,\"Loe, \"a\"",
    ];
    let header = b"First Name,Last Name,Notes\r\n".to_vec();
    let table = Table { header, line_break: b"\r\n".to_vec(), encoding: UTF_8, delimiter: b',', padded: false };
    let written = |raw: &str| rejected::row(raw.as_bytes(), &Reject::new("so, or so"), &table);
    for (one, other) in rows.iter().flat_map(|one| rows.iter().map(move |other| (one, other))) {
        let text = [rejected::header(&table), written(one), written(other), written("Zoe,Roe,n")].concat();
        let records = super::read(text.as_slice(), Options::default()).unwrap().0;
        let raws: Vec<_> = records.iter().map(|record| String::from_utf8(record.raw.to_vec()).unwrap()).collect();
        assert_eq!(raws.len(), 3, "{}", String::from_utf8_lossy(&text));
        assert!(raws[0].starts_with(one) && raws[1].starts_with(other) && raws[2].starts_with("Zoe"), "{raws:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cells_stay_where_they_are_and_the_reason_comes_last(
        headers in vec("[A-Za-zé ,;|\"]{1,6}", 2..6),
        values in vec("[a-zé ,;|\t\"\n]{0,6}", 1..6),
        delimiter in proptest::sample::select(&b",;\t|"[..]),
        encoding in proptest::sample::select(vec![UTF_8, UTF_16LE, WINDOWS_1252]),
        why in "[a-z,;:|\"“” ]{1,20}",
    ) {
        let values = &values[..values.len().min(headers.len())];
        // A row of one empty cell is a blank line, which nobody rejects.
        prop_assume!(values.iter().any(|value| !value.is_empty()));
        let line_break = encoded(encoding, "\r\n");
        let header = encoded(encoding, &format!("{}\r\n", raw(&headers, delimiter)));
        let table = Table { header, line_break, encoding, delimiter, padded: false };
        let with_reason = rejected::header(&table);
        let named = cells(&decoded(&table, &with_reason), delimiter);
        prop_assert_eq!(&named[..headers.len()], &headers[..]);
        prop_assert_eq!(named.len(), headers.len() + 1);

        let once = rejected::row(&encoded(encoding, &raw(values, delimiter)), &Reject::new(why.as_str()), &table);
        let there = cells(&decoded(&table, &once), delimiter);
        prop_assert_eq!(&there[..values.len()], values);
        prop_assert!(there[values.len()..headers.len()].iter().all(String::is_empty));
        prop_assert!(there.len() == headers.len() + 1 && there[headers.len()].starts_with("rejected: "), "{there:?}");

        // The next run over it changes nothing but the reason.
        let again = Table { header: with_reason.clone(), ..table.clone() };
        prop_assert_eq!(rejected::header(&again), with_reason);
        let bare = decoded(&table, &once);
        let twice = rejected::row(&encoded(encoding, bare.trim_end_matches(['\r', '\n'])), &Reject::new(why), &again);
        prop_assert_eq!(twice, once);
    }
}
