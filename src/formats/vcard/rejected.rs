//! Rejected cards with the reason inside, to be mended and read again. The reader passes over that line.

use super::mark::is_begin;

/// The property that says why a card was rejected; no part of the contact.
pub(super) const REASON: &str = "X-CARDFERRY-REJECTED";

/// A card as it stands, with the reason on the line behind its BEGIN, in the place of an earlier one. What is no card
/// stays as it is: a line more would be a line more of what is no card.
pub fn with_reason(raw: &[u8], why: &str) -> Vec<u8> {
    let first = raw.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(raw.len());
    if !is_begin(&raw[..first]) {
        return raw.to_vec();
    }
    let line_break: &[u8] = match &raw[first..] {
        [b'\r', b'\n', ..] => b"\r\n",
        [b'\r', ..] => b"\r",
        [b'\n', ..] => b"\n",
        _ => b"\r\n",
    };
    let rest = without_reason(&raw[(first + line_break.len()).min(raw.len())..]);
    let why: String = why.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let why = why.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    [&raw[..first], line_break, REASON.as_bytes(), b":", why.as_bytes(), line_break, rest].concat()
}

/// What follows the BEGIN without the reason of an earlier run.
fn without_reason(rest: &[u8]) -> &[u8] {
    let head = rest.get(..REASON.len()).is_some_and(|head| head.eq_ignore_ascii_case(REASON.as_bytes()));
    if !head || rest.get(REASON.len()) != Some(&b':') {
        return rest;
    }
    let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
    let behind = &rest[end..];
    behind.strip_prefix(b"\r\n").or(behind.get(1..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_gets_its_reason_once() {
        let with = |raw: &str, why: &str| String::from_utf8(with_reason(raw.as_bytes(), why)).unwrap();
        let once = with("begin:vcard\r\nFN:\r\nEND:VCARD\r\n", "no, not\nso");
        assert_eq!(once, "begin:vcard\r\nX-CARDFERRY-REJECTED:no\\, not so\r\nFN:\r\nEND:VCARD\r\n");
        assert_eq!(with(&once, "new"), "begin:vcard\r\nX-CARDFERRY-REJECTED:new\r\nFN:\r\nEND:VCARD\r\n");
        assert_eq!(with("BEGIN:VCARD\nFN:x", "w"), "BEGIN:VCARD\nX-CARDFERRY-REJECTED:w\nFN:x");
        assert_eq!(with("BEGIN:VCARD\rFN:x", "w"), "BEGIN:VCARD\rX-CARDFERRY-REJECTED:w\rFN:x");
        assert_eq!(with("BEGIN:VCARD", "w"), "BEGIN:VCARD\r\nX-CARDFERRY-REJECTED:w\r\n");
        for text in ["what is this?\r\n", "", "\r\nBEGIN:VCARD\r\n"] {
            assert_eq!(with(text, "w"), text);
        }
    }
}
