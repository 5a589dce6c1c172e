//! Text: the character set of a value, and what shows that the text was damaged before.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::Code;
use super::property::Coding;
use super::tell::{Tell, excerpt};
use crate::formats::charset;
use crate::formats::vcard::{Survey, Version};

/// Bytes that are enough to tell a character set.
const TELLING: usize = 64 * 1024;

/// Makes bytes text, as the reader does, and tells what it had to guess.
pub(super) fn decode<'a>(
    bytes: &'a [u8],
    declared: Option<&str>,
    version: Version,
    tell: &mut Tell<'_>,
) -> Cow<'a, str> {
    let encoding = declared.and_then(|name| {
        let found = charset::by_label(name.trim_matches('"'));
        if found.is_none() {
            tell.say(Code::CharsetUnknown, excerpt(name));
        }
        found
    });
    let shifting = encoding.is_some_and(|encoding| encoding.name() == "ISO-2022-JP");
    if bytes.is_ascii() && !shifting {
        return String::from_utf8_lossy(bytes);
    }
    match (encoding, std::str::from_utf8(bytes)) {
        (None, Ok(text)) => {
            if version == Version::V2_1 {
                tell.say(Code::Utf8Undeclared, "");
            }
            Cow::Borrowed(text)
        }
        (Some(encoding), Ok(text)) if encoding == UTF_8 => Cow::Borrowed(text),
        (Some(encoding), Ok(text)) if encoding.is_single_byte() => {
            tell.say(Code::CharsetWrong, format!("{} is declared, and it is UTF-8", encoding.name()));
            Cow::Borrowed(text)
        }
        (Some(encoding), _) if encoding != UTF_8 => foreign(encoding, bytes, tell),
        (declared, _) => undeclared(bytes, declared, tell),
    }
}

fn foreign<'a>(encoding: &'static Encoding, bytes: &'a [u8], tell: &mut Tell<'_>) -> Cow<'a, str> {
    let (text, wrong) = encoding.decode_without_bom_handling(bytes);
    if wrong {
        tell.say(Code::CharsetWrong, format!("{} is declared", encoding.name()));
    }
    text
}

/// Neither UTF-8 nor anything else that is said.
fn undeclared<'a>(bytes: &'a [u8], declared: Option<&'static Encoding>, tell: &mut Tell<'_>) -> Cow<'a, str> {
    let Survey { legacy, damaged, .. } = tell.survey();
    if charset::is_damaged_utf8(bytes) || damaged && legacy.is_none() {
        tell.say(Code::Utf8Damaged, "");
        return String::from_utf8_lossy(bytes);
    }
    let guess = legacy.unwrap_or_else(|| charset::guess(&bytes[..bytes.len().min(TELLING)]));
    match declared {
        Some(encoding) => {
            tell.say(Code::CharsetWrong, format!("{} is declared, {} is likely", encoding.name(), guess.name()));
        }
        None => tell.say(Code::Legacy, format!("{} is likely", guess.name())),
    }
    guess.decode_without_bom_handling(bytes).0
}

/// Looks at a text for what does not belong into one.
pub(super) fn look(text: &str, coding: Coding, tell: &mut Tell<'_>) {
    // Line ends stand in quoted-printable on purpose; those of broken lines have been told.
    let is_control = |letter: char| match letter {
        '\t' | '\n' => false,
        '\r' => coding != Coding::QuotedPrintable,
        letter => letter.is_ascii_control(),
    };
    if let Some(control) = text.chars().find(|letter| is_control(*letter)) {
        tell.say(Code::Control, format!("U+{:04X}", u32::from(control)));
    }
    if text.is_ascii() || tell.is_faulty() {
        return;
    }
    if text.contains('\u{fffd}') {
        tell.say(Code::Replacement, "");
    } else if is_mojibake(text) {
        tell.say(Code::Mojibake, excerpt(text));
    }
}

/// Whether the text, written as Windows-1252, is UTF-8: nobody means “MÃ¼ller”.
fn is_mojibake(text: &str) -> bool {
    // Every UTF-8 sequence begins with one of these letters then.
    if !text.contains(|letter| ('\u{c2}'..='\u{f4}').contains(&letter)) {
        return false;
    }
    let (bytes, _, unmappable) = WINDOWS_1252.encode(text);
    !unmappable && std::str::from_utf8(&bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mojibake_is_told_from_french() {
        assert!(is_mojibake("JÃ¼rgen MÃ¼ller") && is_mojibake("â‚¬"));
        for text in ["Jürgen", "Ünsal", "ÉTÉ À", "山田", "Ã", "AÇÃO", "Привет", "NÂO"] {
            assert!(!is_mojibake(text), "{text}");
        }
    }
}
