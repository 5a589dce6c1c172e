//! URIs (RFC 3986): enough to tell one from a text.

/// Whether a text begins with a scheme.
pub(super) fn has_scheme(text: &str) -> bool {
    scheme(text).is_some()
}

/// A text's scheme.
pub(super) fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let letter = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
    let fits = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (letter && fits).then_some(scheme)
}

/// The first character that a URI cannot have (RFC 3986 section 2); a `%` without two digits is one.
pub(super) fn stranger(text: &str) -> Option<char> {
    let bytes = text.as_bytes();
    text.char_indices().find_map(|(at, letter)| {
        let fits = match letter {
            '%' => bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
            letter => letter.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=".contains(letter),
        };
        (!fits).then_some(letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_told_from_hosts() {
        for text in ["https://a", "urn:uuid:1", "tel:+1", "x-apple:a"] {
            assert!(has_scheme(text), "{text}");
        }
        for text in ["www.example.com", "//a", ":a", "1a:b", "a b:c", ""] {
            assert!(!has_scheme(text), "{text}");
        }
        assert_eq!(scheme("geo:1,2"), Some("geo"));
    }

    #[test]
    fn strangers_are_found() {
        assert_eq!(stranger("https://a.example/b%20c?d=[e]#f"), None);
        for (text, letter) in
            [("http\\://a", '\\'), ("http://a b", ' '), ("http://ü", 'ü'), ("a:%2", '%'), ("a:%é", '%')]
        {
            assert_eq!(stranger(text), Some(letter), "{text}");
        }
    }
}
