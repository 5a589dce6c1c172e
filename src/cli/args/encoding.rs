//! Names of encodings.

use encoding_rs::{Encoding, UTF_8};

use crate::formats::charset;

/// An encoding to write, and whether a byte order mark stands before it. UTF-16 is known by its mark alone.
pub(super) fn to_write(text: &str) -> Result<(&'static Encoding, bool), String> {
    let label = text.to_ascii_lowercase();
    let (label, marked) = label.strip_suffix("-bom").map_or((label.as_str(), false), |label| (label, true));
    let encoding = charset::by_label(label).filter(|encoding| encoding.name() != "replacement");
    let encoding =
        encoding.ok_or_else(|| "no such character set; write it as web pages do, or utf-8-bom".to_owned())?;
    let wide = encoding.name().starts_with("UTF-16");
    if marked && !wide && encoding != UTF_8 {
        return Err("only UTF-8 and UTF-16 have a byte order mark".to_owned());
    }
    Ok((encoding, marked || wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_and_their_marks() {
        for (text, name, mark) in [
            ("utf-8", "UTF-8", false),
            ("UTF-8-BOM", "UTF-8", true),
            ("utf-16", "UTF-16LE", true),
            ("utf-16be", "UTF-16BE", true),
            ("cp1252", "windows-1252", false),
            ("shift_jis", "Shift_JIS", false),
        ] {
            assert_eq!(to_write(text).map(|(encoding, mark)| (encoding.name(), mark)), Ok((name, mark)), "{text}");
        }
        for wrong in ["", "klingon", "shift_jis-bom", "hz-gb-2312"] {
            assert!(to_write(wrong).is_err(), "{wrong}");
        }
    }
}
