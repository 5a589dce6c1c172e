//! The texts of an XLS file, which may be cut anywhere where a record is full and go on in the next one.

use std::io;

use crate::formats::sheet::store::{Scratch, Store};

/// Where the next record that continues another comes from; none when there are no more.
type More<'r> = Box<dyn FnMut() -> Option<Vec<u8>> + 'r>;

/// A record and those that continue it, read from the front, one at a time.
pub(super) struct Pieces<'r> {
    piece: Vec<u8>,
    at: usize,
    more: More<'r>,
}

impl<'r> Pieces<'r> {
    /// The data of a record, and those that continue it.
    pub(super) fn new(first: Vec<u8>, more: impl FnMut() -> Option<Vec<u8>> + 'r) -> Self {
        Pieces { piece: first, at: 0, more: Box::new(more) }
    }

    /// The data of a record that none continues.
    pub(super) fn one(data: &[u8]) -> Self {
        Pieces::new(data.to_vec(), || None)
    }

    /// Without its first bytes.
    pub(super) fn skipped(mut self, bytes: usize) -> Self {
        self.skip(bytes);
        self
    }

    /// Goes to the next piece.
    fn go_on(&mut self) -> Option<()> {
        self.piece = (self.more)()?;
        self.at = 0;
        Some(())
    }

    /// What is left of the piece at hand; the next one when there is nothing left. None at the end.
    fn rest(&mut self) -> Option<&[u8]> {
        while self.piece.len() <= self.at {
            self.go_on()?;
        }
        self.piece.get(self.at..)
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.rest()?.first()?;
        self.at += 1;
        Some(byte)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    fn skip(&mut self, mut bytes: usize) {
        while bytes > 0 {
            let Some(rest) = self.rest().map(<[u8]>::len) else { return };
            let step = rest.min(bytes);
            self.at += step;
            bytes -= step;
        }
    }

    /// A text whose length is one byte (2.5.240 ShortXLUnicodeString).
    pub(super) fn short_text(&mut self) -> Option<String> {
        let length = usize::from(self.byte()?);
        let wide = self.byte()? & 1 == 1;
        self.letters(length, wide)
    }

    /// A text whose length is two bytes, perhaps with formatting, which stands behind it (2.5.293
    /// XLUnicodeRichExtendedString).
    pub(super) fn long_text(&mut self) -> Option<String> {
        let (length, flags) = (usize::from(self.u16()?), self.byte()?);
        let runs = if flags & 8 == 0 { 0 } else { usize::from(self.u16()?) };
        let spoken = if flags & 4 == 0 { 0 } else { self.u32()? as usize };
        let text = self.letters(length, flags & 1 == 1)?;
        self.skip(4 * runs);
        self.skip(spoken);
        Some(text)
    }

    /// So many letters: UTF-16, or its lower bytes alone. Where they go on in another piece, a byte before them says anew
    /// which.
    fn letters(&mut self, length: usize, mut wide: bool) -> Option<String> {
        let mut units: Vec<u16> = Vec::with_capacity(length.min(1024));
        while units.len() < length {
            let (left, rest) = (length - units.len(), self.piece.get(self.at..).unwrap_or_default());
            if rest.len() < if wide { 2 } else { 1 } {
                self.go_on()?;
                wide = *self.piece.first()? & 1 == 1;
                self.at = 1;
                continue;
            }
            let before = units.len();
            match wide {
                true => {
                    units.extend(rest.chunks_exact(2).take(left).map(|unit| u16::from_le_bytes([unit[0], unit[1]])))
                }
                false => units.extend(rest.iter().take(left).map(|byte| u16::from(*byte))),
            }
            self.at += (units.len() - before) * if wide { 2 } else { 1 };
        }
        Some(String::from_utf16_lossy(&units))
    }
}

/// Puts the texts that cells share into the store (2.4.265 SST); those behind a damaged one are missing.
///
/// # Errors
/// What the store says.
pub(super) fn share<S: Scratch>(pieces: &mut Pieces<'_>, store: &mut Store<S>) -> io::Result<()> {
    pieces.skip(4);
    let count = pieces.u32().unwrap_or_default();
    for _ in 0..count {
        let Some(text) = pieces.long_text() else { break };
        store.share(&text, false)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn pieces<'p>(pieces: &'p [&[u8]]) -> Pieces<'p> {
        let mut rest = pieces[1..].iter();
        Pieces::new(pieces[0].to_vec(), move || rest.next().map(|piece| piece.to_vec()))
    }

    #[test]
    fn texts_go_on_in_the_next_record_in_another_width() {
        let mut cut = pieces(&[b"\x05\0\0ab", b"\x01c\0\xe4\0", b"\0e\x01\0\0", b"\0z"]);
        assert_eq!(cut.long_text().unwrap(), "abcäe");
        assert_eq!(cut.long_text().unwrap(), "z", "all of it stands in the next record");
        assert!(cut.long_text().is_none());
    }

    #[test]
    fn formatting_is_skipped() {
        let mut rich = pieces(&[b"\x01\0\x0c\x01\0\x02\0\0\0a1234", b"56\x01\0\x01b\0"]);
        assert_eq!(rich.long_text().unwrap(), "a");
        assert_eq!(rich.long_text().unwrap(), "b");
    }

    #[test]
    fn a_table_that_is_cut_off_has_the_texts_before() {
        let mut store = Store::new(Cursor::new(Vec::new()));
        share(&mut pieces(&[b"\x09\0\0\0\xff\xff\xff\xff\x01\0\0a\0\0\0\x05\0\0xx"]), &mut store).unwrap();
        let mut text = |number| store.shared(number).unwrap().map(|(text, _)| text.to_owned());
        assert_eq!(text(0).as_deref(), Some("a"));
        assert_eq!(text(1).as_deref(), Some(""));
        assert_eq!((text(2), text(u32::MAX)), (None, None));
    }
}
