//! Where cards end, and what is held of what is no card.

use super::*;

fn pieces(text: &[u8], limit: usize) -> Vec<(Piece, u64, u64, usize)> {
    let mut frames = Frames::new(Dribble(text), limit);
    let mut found = Vec::new();
    for frame in all(&mut frames) {
        if frame.size == frame.raw.len() as u64 {
            let from = frame.byte as usize;
            assert_eq!(&text[from..from + frame.raw.len()], frame.raw);
        }
        found.push((frame.piece, frame.line, frame.size, frame.raw.len()));
    }
    found
}

fn all<R: Read>(frames: &mut Frames<R>) -> Vec<Frame> {
    let mut found = Vec::new();
    loop {
        match frames.batch().unwrap() {
            batch if batch.is_empty() => return found,
            batch => found.extend(batch),
        }
    }
}

/// Hands out a few bytes at a time, so that every boundary falls everywhere.
struct Dribble<'a>(&'a [u8]);

impl Read for Dribble<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.0.len().min(into.len()).min(if self.0.len() > 4096 { 4096 } else { 3 });
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

#[test]
fn cards_end_where_they_should() {
    use Piece::*;
    let cases: &[(&str, &[(Piece, u64)])] = &[
        ("", &[]),
        ("\r\n \0\r\n", &[]),
        ("BEGIN:VCARD\nEND:VCARD\n", &[(Card, 1)]),
        ("\n\nbegin:vcard \r\nFN:a\r\nend : vcard", &[(Card, 3)]),
        ("\u{feff}BEGIN:VCARD\rFN:a\rEND:VCARD\rBEGIN:VCARD\rEND:VCARD", &[(Card, 1), (Card, 4)]),
        ("BEGIN:VCARD\nFN:a\nBEGIN:VCARD\nEND:VCARD\n", &[(Unended, 1), (Card, 3)]),
        ("BEGIN:VCARD\nFN:a\n", &[(Unended, 1)]),
        ("BEGIN:VCARD\nAGENT:\n\nBEGIN:VCARD\nEND:VCARD\nFN:a\nEND:VCARD\n", &[(Card, 1)]),
        ("hello\nBEGIN:VCARD\nEND:VCARD\n\nEND:VCARD\n", &[(Outside, 1), (Card, 2), (Outside, 5)]),
        ("\0\0BEGIN:VCARD\r\r\nEND:VCARD\r\r\n", &[(Card, 1)]),
        ("BEGIN:VCARD\nNOTE:a\n END:VCARD\nEND:VCARD\n", &[(Card, 1)]),
    ];
    for (text, wanted) in cases {
        let found: Vec<_> = pieces(text.as_bytes(), 1000).iter().map(|piece| (piece.0, piece.1)).collect();
        assert_eq!(found, *wanted, "{text:?}");
    }
}

#[test]
fn what_is_too_large_is_counted_and_not_held() {
    let note = "x".repeat(300_000);
    let text = format!("BEGIN:VCARD\nNOTE:{note}\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n");
    let found = pieces(text.as_bytes(), 200_000);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].0, found[0].2, found[0].3), (Piece::TooLarge, text.len() as u64 - 22, HEAD));
    assert_eq!((found[1].0, found[1].1), (Piece::Card, 4));
    let text = format!("{}\nBEGIN:VCARD\nEND:VCARD\n", "garbage \n".repeat(100_000));
    let found = pieces(text.as_bytes(), 200_000);
    assert_eq!((found[0].0, found[0].2, found[0].3), (Piece::Outside, 900_001, HEAD));
    assert_eq!((found[1].0, found[1].1), (Piece::Card, 100_002));
    let text = format!("BEGIN:VCARD\n{}END:VCARD\nBEGIN:VCARD\nEND:VCARD\n", "NOTE:abc\r\n".repeat(50_000));
    let found = pieces(text.as_bytes(), 200_000);
    assert_eq!((found[0].0, found[0].2), (Piece::TooLarge, 500_022));
    assert_eq!((found[1].0, found[1].1), (Piece::Card, 50_003));
}

#[test]
fn the_limit_holds_however_much_is_read_at_once() {
    for length in [130_000, 250_000, 2_000_000] {
        let text = format!("BEGIN:VCARD\nNOTE:{}\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n", "x".repeat(length));
        let mut frames = Frames::new(text.as_bytes(), 129_000);
        let found = all(&mut frames);
        assert_eq!((found[0].piece, found[0].size), (Piece::TooLarge, text.len() as u64 - 22), "{length}");
        assert_eq!((found[1].piece, found[1].line), (Piece::Card, 4), "{length}");
        assert!(frames.buffer.len() <= 129_000 + 2 * BUFFER);
    }
}

#[test]
fn a_card_just_within_the_limit_is_a_card() {
    let note = "x".repeat(700_000);
    let text = format!("BEGIN:VCARD\nNOTE:{note}\nEND:VCARD\n");
    assert_eq!(pieces(text.as_bytes(), 1_000_000)[0].0, Piece::Card);
}

#[test]
fn batches_share_the_source_among_them_and_lose_nothing() {
    let card = |number: usize| format!("BEGIN:VCARD\r\nNOTE:{}\r\nEND:VCARD\r\n", "x".repeat(number * 7 % 9000));
    let text: String = (0..500).map(card).collect();
    let mut frames = Frames::new(Dribble(text.as_bytes()), 1_000_000);
    let first = frames.batch().unwrap();
    assert!(first.len() > 1 && first.len() < 500);
    let joined: Vec<u8> = first.into_iter().chain(all(&mut frames)).flat_map(|frame| frame.raw).collect();
    assert!(joined == text.as_bytes());
}

/// Fails where a source would go on.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() { Err(io::Error::other("no more")) } else { self.0.read(into) }
    }
}

#[test]
fn what_stands_before_a_failure_is_handed_over_first() {
    let mut frames = Frames::new(Failing(b"BEGIN:VCARD\nFN:a\nEND:VCARD\nBEGIN:VCARD\n"), 1000);
    assert_eq!(frames.batch().unwrap().len(), 1);
    assert!(frames.batch().is_err());
}
