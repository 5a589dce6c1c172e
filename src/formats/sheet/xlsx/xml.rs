//! The XML of a workbook's parts: their names without prefixes, and their texts.

use std::io::{BufReader, Read};

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::{Parts, damaged};
use crate::formats::sheet::cells::MAX_ROW;
use crate::formats::sheet::ods::letter;
use crate::formats::sheet::store::Stop;

/// A part that is read event by event.
pub(super) struct Xml<'p> {
    reader: Reader<BufReader<Box<dyn Read + 'p>>>,
    buffer: Vec<u8>,
}

/// A text of a cell.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) text: String,
    /// Whether it has a character that nobody knows.
    pub(super) damaged: bool,
}

impl Text {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.damaged = false;
    }

    /// Adds as much as a row may have, and a little more, so that the row is known to be too long.
    fn add(&mut self, text: &str) {
        if self.text.len() <= MAX_ROW {
            self.text.push_str(text);
        }
    }
}

impl<'p> Xml<'p> {
    /// Opens a part; none if there is none of this name.
    pub(super) fn open(parts: &'p mut dyn Parts, name: &str) -> Result<Option<Self>, Stop> {
        let part = parts.open(name).map_err(|error| damaged(&error))?;
        Ok(part.map(|part| {
            let mut reader = Reader::from_reader(BufReader::new(part));
            reader.config_mut().expand_empty_elements = true;
            reader.config_mut().check_end_names = false;
            Xml { reader, buffer: Vec::new() }
        }))
    }

    /// The next event.
    pub(super) fn next(&mut self) -> Result<Event<'_>, Stop> {
        self.buffer.clear();
        self.reader.read_event_into(&mut self.buffer).map_err(|error| damaged(&error))
    }

    /// Goes over all elements of the part.
    pub(super) fn elements(&mut self, mut each: impl FnMut(&BytesStart<'_>)) -> Result<(), Stop> {
        loop {
            match self.next()? {
                Event::Start(element) => each(&element),
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Adds the text up to the end of the element that is open.
    pub(super) fn text(&mut self, open: &str, into: &mut Text) -> Result<(), Stop> {
        loop {
            match self.next()? {
                Event::Text(text) => into.add(&text.xml10_content()),
                Event::CData(text) => into.add(&text.xml10_content()),
                Event::GeneralRef(entity) => match letter(&entity) {
                    Some(letter) => into.add(letter.encode_utf8(&mut [0; 4])),
                    None => {
                        into.add(&format!("&{};", &*entity));
                        into.damaged = true;
                    }
                },
                Event::End(element) if element.local_name().as_ref() == open => return Ok(()),
                Event::Eof => return Err(damaged(&"it ends in the midst of a text")),
                _ => {}
            }
        }
    }

    /// The text of the element that is open (18.4.8 `si`, 18.3.1.53 `is`): its runs, without how it is spoken.
    pub(super) fn runs(&mut self, open: &str, into: &mut Text) -> Result<(), Stop> {
        let (mut spoken, mut run) = (false, Text::default());
        into.clear();
        loop {
            let keeps_blanks = match self.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "t" if !spoken => attribute(&element, "space").as_deref() == Some("preserve"),
                    name => {
                        spoken |= name == "rPh";
                        continue;
                    }
                },
                Event::End(element) => match element.local_name().as_ref() {
                    name if name == open => return Ok(()),
                    name => {
                        spoken &= name != "rPh";
                        continue;
                    }
                },
                Event::Eof => return Err(damaged(&"it ends in the midst of a text")),
                _ => continue,
            };
            run.clear();
            self.text("t", &mut run)?;
            let text = if keeps_blanks { &run.text } else { run.text.trim_matches([' ', '\t', '\r', '\n']) };
            into.damaged |= run.damaged;
            if into.text.len() <= MAX_ROW {
                unescape_units(text, &mut into.text);
            }
        }
    }
}

/// An attribute by its name without a prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found =
        attributes.with_checks(false).flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    unescape(&found.value).ok().map(std::borrow::Cow::into_owned)
}

/// How long a character is that stands there as `_x000D_`.
const ESCAPED: usize = "_x000D_".len();

/// Adds a text in which units of UTF-16 may stand as `_x000D_` (22.9.2.19 ST_Xstring).
pub(super) fn unescape_units(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let mut units = Vec::new();
        let mut behind = &rest[at..];
        while let Some(unit) = unit(behind) {
            units.push(unit);
            behind = &behind[ESCAPED..];
        }
        into.push_str(&rest[..at]);
        if units.is_empty() {
            into.push_str("_x");
            behind = &behind[2..];
        }
        into.extend(char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)));
        rest = behind;
    }
    into.push_str(rest);
}

/// The unit of UTF-16 that a text begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.get(..ESCAPED)?.strip_prefix("_x")?.strip_suffix('_')?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_utf_16_stand_for_characters() {
        for (text, shown) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDCF7_!", "📷!"),
            ("_xD83D_", "\u{fffd}"),
            ("_x_x00e4_", "_xä"),
            ("_x+041_ _x00", "_x+041_ _x00"),
            ("_xäöü_", "_xäöü_"),
        ] {
            let mut into = String::new();
            unescape_units(text, &mut into);
            assert_eq!(into, shown, "{text}");
        }
    }
}
