//! Forms as browsers send them (URL Standard, `application/x-www-form-urlencoded`), in bodies and in queries.

use percent_encoding::percent_decode_str;

/// The most fields that are looked at.
const MAX_FIELDS: usize = 100;

/// The fields of a form; what is no UTF-8 is read with replacement characters.
pub(super) fn fields(text: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(MAX_FIELDS);
    let halves = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    halves.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_and_bounded() {
        let read = fields("q=J%C3%BCrg+%26+co&empty=&bare&=x&q=2");
        let expected = [("q", "Jürg & co"), ("empty", ""), ("bare", ""), ("", "x"), ("q", "2")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(fields(&"a=b&".repeat(1000)).len(), MAX_FIELDS);
    }
}
