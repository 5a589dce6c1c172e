//! Rows cut from text: their bytes, places and cells; quotes that nobody closed.

use super::*;

/// Every row: its line, byte, raw text and cells; broken ones with what is wrong.
fn rows(text: &[u8], width: usize) -> Vec<String> {
    let mut frames = Frames::new(text, b',', UTF_8, (1, 0));
    let mut found = Vec::new();
    loop {
        let frame = frames.next(width).unwrap();
        let (line, byte) = frames.position();
        let raw = String::from_utf8(frames.text().to_vec()).unwrap();
        match frame {
            Frame::End => return found,
            Frame::Row => {
                let mut cells = Cells::default();
                let row = cells.split(&raw, b',', MAX_CELLS);
                let cells: Vec<_> = (0..row.len()).map(|at| row.verbatim(at)).collect();
                found.push(format!("{line}@{byte} {raw:?} {cells:?}"));
            }
            broken => found.push(format!("{line}@{byte} {raw:?} {broken:?}")),
        }
    }
}

/// Traps 20 and 21: line breaks of every kind within cells and between rows, rows of any length.
#[test]
fn rows_keep_their_bytes_and_places() {
    assert_eq!(
        rows(b"a,b\r\n\r\n\"x\r\ny\",\"q\"\"r\"\r\nlast", 2),
        [r#"1@0 "a,b" ["a", "b"]"#, r#"3@7 "\"x\r\ny\",\"q\"\"r\"" ["x\r\ny", "q\"r"]"#, r#"5@22 "last" ["last"]"#]
    );
    assert_eq!(rows(b"a,b\rc,d\r", 2), [r#"1@0 "a,b" ["a", "b"]"#, r#"2@4 "c,d" ["c", "d"]"#]);
    assert_eq!(rows(b"", 2), [] as [String; 0]);
    assert_eq!(rows(b"\r\n\n\r", 2), [] as [String; 0]);
}

/// Trap 31: a backslash is an ordinary character.
#[test]
fn a_backslash_escapes_nothing() {
    assert_eq!(rows(br#""a\",b"#, 2), [r#"1@0 "\"a\\\",b" ["a\\", "b"]"#]);
}

/// Trap 32: the quote that nobody closed is named, and what follows is read.
#[test]
fn an_open_quote_costs_its_own_row_alone() {
    assert_eq!(
        rows(b"a,b,c\n1,\"two,3\nnote goes on\n4,5,6\n7,8,9\n", 3),
        [
            r#"1@0 "a,b,c" ["a", "b", "c"]"#,
            r#"2@6 "1,\"two,3\nnote goes on" OpenQuote { line: 2, cell: 2 }"#,
            r#"4@28 "4,5,6" ["4", "5", "6"]"#,
            r#"5@34 "7,8,9" ["7", "8", "9"]"#
        ]
    );
    assert_eq!(rows(b"a,\"x\ny", 2), [r#"1@0 "a,\"x\ny" OpenQuote { line: 1, cell: 2 }"#]);
}

/// Trap 32: where other cells have quotes, the next of them closes the open one, in the middle of a cell.
#[test]
fn an_open_quote_that_the_next_one_closes_joins_no_rows() {
    let found = rows(b"a,b,c,d\nA,B,e,\"open\n\"C,D,c,n\nE,F,g,h\n", 4);
    let ends = ["[\"a\", \"b\", \"c\", \"d\"]", "{ line: 2, cell: 4 }", "{ line: 3, cell: 1 }", "\"h\"]"];
    assert!(found.len() == 4 && found.iter().zip(ends).all(|(row, end)| row.ends_with(end)), "{found:?}");
}

#[test]
fn an_open_quote_ends_before_the_next_row_with_quotes() {
    assert_eq!(
        rows(b"\"1\",\"two\n\"3\",\"four\"\n\"5\",\"a\nb\"\n", 2),
        [
            r#"1@0 "\"1\",\"two" OpenQuote { line: 1, cell: 2 }"#,
            r#"2@9 "\"3\",\"four\"" ["3", "four"]"#,
            r#"3@20 "\"5\",\"a\nb\"" ["5", "a\nb"]"#
        ]
    );
    let quoted = r#"1@0 "1,\"line\nsaid \"so, and so\"" ["1", "line\nsaid so", " and so\""]"#;
    assert_eq!(rows(b"1,\"line\nsaid \"so, and so\"\n", 9), [quoted], "no line of it looks like a row");
}

/// Each line leaves a quote open: the file is looked at again a bounded number of times.
#[test]
fn hostile_quotes_take_bounded_time() {
    assert_eq!(rows(&b"x\"z,\"y\n".repeat(20_000), 2).len(), 20_000);
    let never = [b"a,\"\"\"b\n".repeat(20_000), b"c,d\n".repeat(20_000)].concat();
    assert!(rows(&never, 2).len() > 20_000);
}

#[test]
fn a_row_that_is_too_long_is_passed_over() {
    let mut text = b"a,\"".to_vec();
    text.resize(text.len() + MAX_ROW + 100_000, b'x');
    text.extend_from_slice(b"\",b\nnext,row\n");
    let mut frames = Frames::new(text.as_slice(), b',', UTF_8, (1, 0));
    assert_eq!(frames.next(2).unwrap(), Frame::TooLong);
    assert_eq!(frames.text().len(), KEPT);
    assert_eq!(frames.next(2).unwrap(), Frame::Row);
    assert_eq!(frames.text(), b"next,row");
    assert_eq!(frames.position(), (2, text.len() as u64 - 9));
    assert_eq!(frames.next(2).unwrap(), Frame::End);
    assert!(frames.buffer.len() <= BUFFER, "the memory is given back");
}

/// Behind an open quote stand more bytes than a row may have.
#[test]
fn an_open_quote_before_a_large_rest() {
    let text = [b"a,\"b\n".to_vec(), b"c,d\n".repeat(3_000_000)].concat();
    let mut frames = Frames::new(text.as_slice(), b',', UTF_8, (1, 0));
    assert_eq!(frames.next(2).unwrap(), Frame::OpenQuote { line: 1, cell: 2 });
    assert_eq!((frames.next(2).unwrap(), frames.text(), frames.position()), (Frame::Row, &b"c,d"[..], (2, 5)));
}
