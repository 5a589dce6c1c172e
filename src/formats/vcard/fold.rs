//! Physical lines: folding at 75 octets, quoted-printable, base64.

/// RFC 6350 section 3.2: a line should not be longer than 75 octets, its end not counted.
const WIDTH: usize = 75;

/// Adds a logical line, folded without splitting a character.
pub(super) fn fold(line: &str, out: &mut Vec<u8>) {
    let mut rest = line;
    let mut width = WIDTH;
    while rest.len() > width {
        let mut at = width;
        while !rest.is_char_boundary(at) {
            at -= 1;
        }
        out.extend_from_slice(&rest.as_bytes()[..at]);
        out.extend_from_slice(b"\r\n ");
        rest = &rest[at..];
        width = WIDTH - 1;
    }
    out.extend_from_slice(rest.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Whether a value can stand in a 2.1 line as it is.
pub(super) fn is_plain(line: &str, value_at: usize) -> bool {
    let value = &line.as_bytes()[value_at..];
    let blank_edge = value.first() == Some(&b' ') || value.last() == Some(&b' ');
    line.len() <= WIDTH && !blank_edge && value.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Adds a 2.1 line with its value in quoted-printable (RFC 2045 section 6.7); soft breaks keep lines within 75 octets.
pub(super) fn quoted_printable(header: &str, value: &str, out: &mut Vec<u8>) {
    let charset = if value.is_ascii() { "" } else { ";CHARSET=UTF-8" };
    let header = format!("{header}{charset};ENCODING=QUOTED-PRINTABLE:");
    out.extend_from_slice(header.as_bytes());
    let mut column = header.len();
    let bytes = value.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let mut code = [0; 6];
        let (mut length, taken) = encode(&bytes[at..], &mut code);
        // Room for the soft break's own sign.
        if column + length > WIDTH - 1 && column > 0 {
            out.extend_from_slice(b"=\r\n");
            column = 0;
            if looks_like_a_mark(&bytes[at..]) {
                length = put(&mut code, &hexadecimal(bytes[at]));
            }
        }
        out.extend_from_slice(&code[..length]);
        column += length;
        at += taken;
    }
    out.extend_from_slice(b"\r\n");
}

/// The code of the next byte; a line end of any kind becomes `=0D=0A`.
fn encode(bytes: &[u8], code: &mut [u8; 6]) -> (usize, usize) {
    let last = bytes.len() == 1;
    match bytes {
        [b'\r', b'\n', ..] => (put(code, b"=0D=0A"), 2),
        [b'\r' | b'\n', ..] => (put(code, b"=0D=0A"), 1),
        [byte @ (b'!'..=b'<' | b'>'..=b'~'), ..] => (put(code, &[*byte]), 1),
        [b' ', ..] if !last => (put(code, b" "), 1),
        [byte, ..] => (put(code, &hexadecimal(*byte)), 1),
        [] => (0, 1),
    }
}

fn hexadecimal(byte: u8) -> [u8; 3] {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    [b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]
}

/// Whether a reader that goes by lines could take this text, on a line of its own, for the end or the beginning of a card.
fn looks_like_a_mark(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    let begins = |mark: &[u8]| text.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark));
    begins(b"BEGIN:") || begins(b"END:")
}

fn put(code: &mut [u8; 6], bytes: &[u8]) -> usize {
    code[..bytes.len()].copy_from_slice(bytes);
    bytes.len()
}

/// Adds base64 as vCard 2.1 and Outlook have it: on lines of its own, indented, a blank line behind it.
pub(super) fn base64_block(header: &str, base64: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(header.as_bytes());
    out.extend_from_slice(b":\r\n");
    for line in base64.as_bytes().chunks(WIDTH - 3) {
        out.push(b' ');
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_do_not_split_characters() {
        let line = format!("NOTE:{}", "é漢x".repeat(60));
        let mut out = Vec::new();
        fold(&line, &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(text.split("\r\n").all(|line| line.len() <= WIDTH));
        assert_eq!(text.replace("\r\n ", "").trim_end(), line);
    }

    #[test]
    fn exactly_75_is_not_folded() {
        let mut out = Vec::new();
        fold(&"x".repeat(75), &mut out);
        assert_eq!(out.len(), 77);
    }

    #[test]
    fn soft_breaks_keep_the_width() {
        let mut out = Vec::new();
        quoted_printable("NOTE", &format!("{}=\n ", "ü ".repeat(80)), &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert!(text.ends_with("=3D=0D=0A=20\r\n"), "{text}");
    }
}
