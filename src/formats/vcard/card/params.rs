//! The parameters of a property, as each version can say them.

use memchr::memchr3;

use super::super::Version;
use super::super::escape::caret;
use super::{Card, is_token};
use crate::model::Rest;

impl Card<'_> {
    /// Adds the TYPE words; before 4.0 PREF=1 is one of them.
    pub(super) fn type_words(&mut self, words: &[&str], rest: &Rest) {
        let mut first = true;
        for word in words.iter().filter(|word| !word.is_empty()) {
            self.type_word(word, &mut first);
        }
        for (_, values) in rest.params.iter().filter(|(name, _)| name == "TYPE") {
            for word in values {
                if word.is_empty() && !self.is_own() {
                    // It says nothing.
                } else if self.sayable(word) {
                    self.type_word(word, &mut first);
                } else {
                    self.remark(word.clone());
                }
            }
        }
        if self.version != Version::V4_0 && says_preferred(rest) {
            self.type_word("PREF", &mut first);
        }
    }

    fn type_word(&mut self, word: &str, first: &mut bool) {
        if self.version == Version::V2_1 {
            if is_token(word) {
                self.line.push(';');
                self.line.push_str(word);
            } else {
                self.remark(word.to_owned());
            }
            return;
        }
        self.line.push_str(if *first { ";TYPE=" } else { "," });
        *first = false;
        push_param_value(word, self.version == Version::V4_0, self.line);
    }

    /// Adds a parameter with one value.
    pub(in crate::formats::vcard) fn param(&mut self, name: &str, value: &str) {
        let _said = self.param_said(name, value);
    }

    /// The same, and whether the version can say it.
    pub(in crate::formats::vcard) fn param_said(&mut self, name: &str, value: &str) -> bool {
        let fits = self.param_fits(name, value);
        if fits {
            self.push_param(name, value, self.version == Version::V4_0);
        }
        fits
    }

    /// Adds a parameter that this program alone writes and reads, so that carets may stand for anything in 3.0 too.
    pub(in crate::formats::vcard) fn own_param(&mut self, name: &str, value: &str) {
        if self.version != Version::V2_1 {
            self.push_param(name, value, true);
        } else if self.param_fits(name, value) {
            self.push_param(name, value, false);
        }
    }

    fn push_param(&mut self, name: &str, value: &str, carets: bool) {
        self.line.push(';');
        self.line.push_str(name);
        self.line.push('=');
        push_param_value(value, carets, self.line);
    }

    pub(super) fn params(&mut self, name: &str, values: &[String]) {
        // Before 4.0 it is a word of TYPE.
        if name == "PREF" && self.version != Version::V4_0 && matches!(values, [value] if value == "1") {
            return;
        }
        if !values.iter().all(|value| self.param_fits(name, value)) {
            return;
        }
        let carets = self.version == Version::V4_0;
        for (at, value) in values.iter().enumerate() {
            if at == 0 {
                self.push_param(name, value, carets);
            } else {
                self.line.push(',');
                push_param_value(value, carets, self.line);
            }
        }
    }

    /// Whether a parameter can be said; if not, that is reported.
    fn param_fits(&mut self, name: &str, value: &str) -> bool {
        let named = is_token(name) && (self.version != Version::V2_1 || self.is_own() || is_of_2_1(name));
        let fits = named && self.sayable(value);
        if !fits {
            self.remark(format!("{name}={value}"));
        }
        fits
    }

    /// Whether a parameter can have this value: 2.1 has no quoting, 3.0 nothing for quotation marks and line ends, and
    /// 4.0 has RFC 6868.
    fn sayable(&self, value: &str) -> bool {
        match self.version {
            Version::V2_1 => is_plain_param(value),
            Version::V3_0 => memchr3(b'"', b'\n', b'\r', value.as_bytes()).is_none(),
            Version::V4_0 => true,
        }
    }
}

/// Whether a rest says by PREF that the value is the preferred one.
fn says_preferred(rest: &Rest) -> bool {
    rest.params.iter().any(|(name, values)| name == "PREF" && matches!(values.as_slice(), [value] if value == "1"))
}

/// Adds a parameter value, quoted where it must be, with RFC 6868's `carets` or without.
fn push_param_value(value: &str, carets: bool, into: &mut String) {
    let separates = |byte| matches!(byte, b',' | b';' | b':');
    let blank = char::is_whitespace;
    let quoted = value.bytes().any(separates) || value.starts_with(blank) || value.ends_with(blank);
    if quoted {
        into.push('"');
    }
    if carets {
        caret(value, into);
    } else {
        into.push_str(value);
    }
    if quoted {
        into.push('"');
    }
}

/// Whether 2.1 has a parameter of this name: readers of it refuse others, but for X- ones.
fn is_of_2_1(name: &str) -> bool {
    name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("X-"))
        || ["TYPE", "VALUE", "ENCODING", "CHARSET", "LANGUAGE"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn is_plain_param(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !b",;:=\"^".contains(&byte))
}
