//! Parameters: their form, whether the version and the registry have them, and their values.

use std::collections::HashSet;

use super::property::{Property, is_encoding};
use super::tell::{Tell, excerpt};
use super::{Code, registry, uri, value};
use crate::formats::vcard::Version;
use crate::formats::vcard::line::Param;

/// Looks at a property's parameters; `head` is all before the value.
pub(super) fn look(property: &Property<'_>, head: &str, tell: &mut Tell<'_>) {
    let Some((_, written)) = head.split_once(';') else { return };
    form(written, tell);
    let (version, params) = (property.version, &property.line.params);
    let mut single = HashSet::new();
    for param in params {
        if param.name.is_empty() {
            bare(property, param, tell);
        } else if param.first {
            name(param, version, tell);
            let again = registry::single_parameter(param.name).is_some_and(|at| !single.insert(at));
            if again && version != Version::V2_1 {
                tell.say(Code::ParameterTwice, param.name);
            }
        }
        content(property, param, tell);
    }
}

/// Empty parameters, and quotation marks that do not pair.
fn form(written: &str, tell: &mut Tell<'_>) {
    if written.matches('"').count() % 2 == 1 {
        return tell.say(Code::ParameterQuote, excerpt(written));
    }
    let mut quoted = false;
    let parts = written.split(|letter| {
        quoted ^= letter == '"';
        letter == ';' && !quoted
    });
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, "-"));
        let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-,".contains(&byte));
        if !named || value.is_empty() {
            return tell.say(Code::ParameterForm, excerpt(part));
        }
    }
}

/// A bare word: vCard 2.1 has such of TYPE, VALUE and ENCODING.
fn bare(property: &Property<'_>, param: &Param<'_>, tell: &mut Tell<'_>) {
    match property.version {
        Version::V2_1 => {
            let known = is_encoding(param) || registry::is_place(&param.value);
            if !known {
                type_word(property, &param.value, tell);
            }
        }
        // An encoding has been told already.
        _ if is_encoding(param) && property.version == Version::V4_0 => {}
        _ => tell.say(Code::ParameterBare, excerpt(&param.value)),
    }
}

fn name(param: &Param<'_>, version: Version, tell: &mut Tell<'_>) {
    if registry::is_private(param.name) {
        return;
    }
    match registry::parameter(param.name, version) {
        None => tell.say(Code::ParameterUnknown, excerpt(param.name)),
        Some(false) => tell.say(Code::ParameterLater, param.name),
        Some(true) if param.is("CHARSET") && version != Version::V2_1 => {
            tell.say(Code::CharsetParameter, excerpt(&param.value));
        }
        Some(true) => {}
    }
}

fn type_word(property: &Property<'_>, word: &str, tell: &mut Tell<'_>) {
    if !word.is_empty() && !registry::is_type(property.line.name, word) {
        tell.say(Code::TypeUnknown, format!("{} of {}", excerpt(word), property.line.name));
    }
}

/// The value of one parameter.
fn content(property: &Property<'_>, param: &Param<'_>, tell: &mut Tell<'_>) {
    let (word, four) = (param.value.as_ref(), property.version == Version::V4_0);
    // An empty one has been told.
    if word.is_empty() || param.name.is_empty() {
        return;
    }
    let wrong = match param.name.to_ascii_uppercase().as_str() {
        "TYPE" if four && word.eq_ignore_ascii_case("PREF") => Some(Code::PrefType),
        "TYPE" => return type_word(property, word, tell),
        "VALUE" if !registry::is_value(word, property.version) => Some(Code::ValueUnknown),
        "VALUE" => {
            let takes = property.known.is_none_or(|known| known.takes(word));
            (four && !takes).then_some(Code::ValueType)
        }
        "LANGUAGE" => (!value::is_language(word)).then_some(Code::Language),
        "PREF" => (four && !is_preference(word)).then_some(Code::Pref),
        "PID" => (four && !is_pid(word)).then_some(Code::Pid),
        "MEDIATYPE" => (four && !is_media_type(word)).then_some(Code::MediaType),
        "GEO" => (four && !uri::has_scheme(word)).then_some(Code::UriScheme),
        _ => None,
    };
    if let Some(code) = wrong {
        tell.say(code, format!("{}={}", param.name, excerpt(word)));
    }
}

fn is_preference(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse().is_ok_and(|number: u8| (1..=100).contains(&number))
}

fn is_pid(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').map_or_else(|| digits(text), |(property, source)| digits(property) && digits(source))
}

/// `type/subtype`, with parameters behind it (RFC 6838 section 4.2).
fn is_media_type(text: &str) -> bool {
    let named = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    let bare = text.split(';').next().unwrap_or_default();
    bare.split_once('/').is_some_and(|(kind, subtype)| named(kind) && named(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_values_have_their_forms() {
        assert!(is_preference("1") && is_preference("100"));
        assert!(!is_preference("0") && !is_preference("101") && !is_preference("+1") && !is_preference("x"));
        assert!(is_pid("1") && is_pid("12.3") && !is_pid("1.") && !is_pid("a") && !is_pid("1.2.3"));
        assert!(is_media_type("image/png") && is_media_type("text/vcard;version=4.0"));
        assert!(!is_media_type("png") && !is_media_type("image/") && !is_media_type("im age/png"));
    }
}
