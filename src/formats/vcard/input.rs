//! The bytes of a source. UTF-16, with or without a byte order mark, becomes UTF-8 here; all else passes as it is.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};

/// Bytes of UTF-16 taken at a time.
const CHUNK: usize = 16 * 1024;

/// A source whose character width has been looked at.
pub(super) struct Input<R> {
    source: R,
    /// What was read to look at and not handed on yet.
    ahead: Vec<u8>,
    wide: Option<Wide>,
}

/// UTF-16 on its way to UTF-8.
struct Wide {
    name: &'static str,
    decoder: Decoder,
    bytes: Vec<u8>,
    /// What the last bytes decoded to, and how much of it has been handed on.
    text: String,
    given: usize,
    /// The source has ended and the decoder has said its last; it must not be asked again.
    ended: bool,
}

/// UTF-16, as the first bytes of a source show it: by a mark, or because a card begins there.
pub(super) fn wide_of(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] | [b'B' | b'b', 0, b'E' | b'e', 0, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] | [0, b'B' | b'b', 0, b'E' | b'e', ..] => Some(UTF_16BE),
        _ => None,
    }
}

impl<R: Read> Input<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, ahead: Vec::new(), wide: None }
    }

    /// Looks at the first bytes; to be called once, before the first `read`.
    pub(super) fn look(&mut self) -> io::Result<()> {
        while self.ahead.len() < 4 {
            let mut bytes = [0; 4];
            let wanted = 4 - self.ahead.len();
            match retrying(|| self.source.read(&mut bytes[..wanted]))? {
                0 => break,
                count => self.ahead.extend_from_slice(&bytes[..count]),
            }
        }
        let Some(encoding) = wide_of(&self.ahead) else { return Ok(()) };
        let decoder = encoding.new_decoder_with_bom_removal();
        let (bytes, text) = (Vec::new(), String::new());
        self.wide = Some(Wide { name: encoding.name(), decoder, bytes, text, given: 0, ended: false });
        Ok(())
    }

    /// The name of the wide encoding that is being undone, if one is.
    pub(super) fn wide(&self) -> Option<&'static str> {
        self.wide.as_ref().map(|wide| wide.name)
    }

    /// Like [`Read::read`].
    pub(super) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(wide) = &mut self.wide else {
            return narrow(&mut self.source, &mut self.ahead, into);
        };
        while wide.given == wide.text.len() && !wide.ended {
            wide.bytes.resize(CHUNK, 0);
            let count = narrow(&mut self.source, &mut self.ahead, &mut wide.bytes)?;
            wide.ended = count == 0;
            wide.decode(count);
        }
        let rest = &wide.text.as_bytes()[wide.given..];
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        wide.given += count;
        Ok(count)
    }
}

impl Wide {
    /// Decodes the next bytes whole: a decoder that is given too little room makes no progress and does not say so.
    fn decode(&mut self, count: usize) {
        self.text.clear();
        self.given = 0;
        // A chunk's worth of UTF-16 never needs more than the address space.
        self.text.reserve(self.decoder.max_utf8_buffer_length(count).unwrap_or_default());
        let _ = self.decoder.decode_to_string(&self.bytes[..count], &mut self.text, self.ended);
    }
}

/// Reads what was looked at, then the source.
fn narrow<R: Read>(source: &mut R, ahead: &mut Vec<u8>, into: &mut [u8]) -> io::Result<usize> {
    if ahead.is_empty() {
        return retrying(|| source.read(into));
    }
    let count = ahead.len().min(into.len());
    into[..count].copy_from_slice(&ahead[..count]);
    ahead.drain(..count);
    Ok(count)
}

fn retrying(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> String {
        let mut input = Input::new(bytes);
        input.look().unwrap();
        let (mut text, mut some) = (Vec::new(), [0; 5]);
        loop {
            match input.read(&mut some).unwrap() {
                0 => return String::from_utf8(text).unwrap(),
                count => text.extend_from_slice(&some[..count]),
            }
        }
    }

    #[test]
    fn any_amount_of_utf_16_comes_through_any_room() {
        let text = "BEGIN:VCARD\r\nNOTE:".to_owned() + &"ä山🎈".repeat(30_000);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(all(&bytes) == text);
    }

    #[test]
    fn utf_16_that_is_cut_off_ends_in_a_replacement() {
        assert_eq!(all(b"\xff\xfeA\0B\0C"), "AB\u{fffd}");
        assert_eq!(all(b"\xfe\xff\0A\xd8\x3c"), "A\u{fffd}");
        assert_eq!(all(b"\xff\xfe"), "");
        assert_eq!(all(b"abc"), "abc");
    }
}
