//! Bytes that mean harm: never a panic, never without end.

use cardferry::formats::csv::Options;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces that the decision and the state machine turn on.
const PIECES: &[&[u8]] = &[
    b"First Name,Last Name,Birthday,Notes\n",
    b"First Name;E-mail 1 - Value;E-mail 1 - Label;Address 1 - Street\r\n",
    b"sep=",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\r",
    b"\n",
    b"\r\n",
    b"\0",
    b" ::: ",
    b"* ",
    b"0/0/00",
    b"13/13/13",
    b"--02-30",
    b"99999999999999999999",
    b"\xc3",
    b"\xa9",
    b"\x81\x5c",
    b"/o=",
    b"(",
    b")",
    b"\xe2\x80\x8b",
    b"Eve,Roe,1/2/03,note\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..400)) {
        let _ = super::read(bytes.as_slice(), Options::default());
    }

    #[test]
    fn any_pieces(pieces in vec(select(PIECES), 0..60), header in any::<bool>()) {
        let mut bytes = if header { PIECES[0].to_vec() } else { Vec::new() };
        bytes.extend(pieces.concat());
        if let Ok((records, _)) = super::read(bytes.as_slice(), Options::default()) {
            for record in records {
                prop_assert!(record.position.byte as usize + record.raw.len() <= bytes.len() + 8);
            }
        }
    }
}

/// A header of very many columns is refused, not built into memory.
#[test]
fn a_million_columns() {
    let mut text = b"First Name,Last Name".to_vec();
    text.extend(std::iter::repeat_n(b',', 1_000_000));
    text.extend_from_slice(b"\nEve,Roe\n");
    let _ = super::read(text.as_slice(), Options::default());
    let row = [b"First Name,Last Name\nEve,Roe".as_slice(), &vec![b','; 1_000_000], b"\nAnn,Poe\n"].concat();
    let (records, _) = super::read(row.as_slice(), Options::default()).unwrap();
    assert_eq!(records.len(), 2);
}
