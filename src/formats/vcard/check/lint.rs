//! The second opinion on a 4.0 line: the strict parser of the crate `vcard_parser`, one unfolded line at a time.
//!
//! It is asked only about lines with which nothing has been found wrong: of what is wrong already it would say the same in
//! other words. Left out is what it does not know (RFC 9554, private names, KIND's private words, several PIDs, more
//! than five parts of N or seven of ADR, escapes in these two, tabs), and what is too long to be worth its copies.

use vcard_parser::error::VcardError;
use vcard_parser::vcard::property::Property as Strict;

use super::Code;
use super::property::Property;
use super::registry;
use super::tell::Tell;
use crate::formats::vcard::Version;
use crate::formats::vcard::escape::split;

/// Bytes of a line that it is asked about.
const LONGEST: usize = 16 * 1024;

/// Properties and parameters that it does not know, or not well: those of RFC 9554 and RFC 9555.
const UNKNOWN: &[&str] = &["CREATED", "GRAMGENDER", "JSPROP", "LANGUAGE", "PRONOUNS", "SOCIALPROFILE", "VERSION"];
const UNKNOWN_PARAMETERS: &[&str] = &[
    "AUTHOR",
    "AUTHOR-NAME",
    "CREATED",
    "DERIVED",
    "JSCOMPS",
    "JSPTR",
    "PHONETIC",
    "PROP-ID",
    "SCRIPT",
    "SERVICE-TYPE",
    "USERNAME",
];

/// Asks about a line.
pub(super) fn look(property: &Property<'_>, bytes: &[u8], tell: &mut Tell<'_>) {
    let strange = bytes.len() > LONGEST || bytes.iter().any(|byte| byte.is_ascii_control());
    if strange || !is_known(property) {
        return;
    }
    let Ok(line) = std::str::from_utf8(bytes) else { return };
    if let Err(error) = Strict::try_from(format!("{line}\n").as_str()) {
        tell.say(Code::Strict, said(property.line.name, &error));
    }
}

fn is_known(property: &Property<'_>) -> bool {
    let line = &property.line;
    let listed = |name: &str, names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let further = match line.name.to_ascii_uppercase().as_str() {
        "N" | "ADR" => {
            let most = if line.name.len() == 1 { 5 } else { 7 };
            let text = String::from_utf8_lossy(line.value);
            // Of backslashes and separators side by side it takes some for each other.
            text.contains('\\') || split(&text, b';', Version::V4_0).count() > most
        }
        "KIND" => line.value.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"x-")),
        _ => false,
    };
    // It knows no timestamp by its name.
    let stamped = property.param("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("timestamp"));
    let pids = line.params.iter().filter(|param| param.is("PID")).count();
    let named = line.params.iter().all(|param| !listed(param.name, UNKNOWN_PARAMETERS));
    !further && !stamped && pids < 2 && named && !registry::is_private(line.name) && !listed(line.name, UNKNOWN)
}

/// What it says, without the value.
fn said(name: &str, error: &VcardError) -> String {
    match error {
        VcardError::ParameterTypeNotAllowed(parameter, _) => format!("{parameter} is not a parameter of {name}"),
        VcardError::ValueNotAllowed(..) | VcardError::ValueMismatch(..) => {
            format!("the value of {name} is of a type that it cannot have")
        }
        VcardError::ValueInvalid(..) | VcardError::ValueMalformed(_) => {
            format!("the value of {name}, or of a parameter")
        }
        VcardError::ValueNameUnknown(_) => format!("the VALUE of {name}"),
        _ => format!("{name} cannot be taken apart"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::formats::Position;
    use crate::formats::vcard::line;

    fn asked(text: &str) -> Vec<Code> {
        let mut found = Vec::new();
        let mut sink = |finding: super::super::Finding| found.push(finding.code);
        let mut tell = Tell::new(&mut sink, Position::start(&Arc::from("-")));
        let line = line::parse(text.as_bytes()).unwrap();
        let known = registry::property(line.name).map(|at| &registry::PROPERTIES[at]);
        let coding = super::super::property::Coding::Plain;
        look(&Property { line, known, version: Version::V4_0, coding }, text.as_bytes(), &mut tell);
        found
    }

    #[test]
    fn its_false_alarms_are_left_out() {
        for text in [
            "N:a\\\\;b;c;d;e",
            "N:;;;;\\;",
            "N:a;b;c;d;e;f;g",
            "KIND:x-robot",
            "NOTE:a\tb",
            "REV;VALUE=timestamp:20210314T092838Z",
            "TEL;PID=1.1,2.1:1",
            "LANGUAGE:de",
            "NOTE;AUTHOR-NAME=a:b",
        ] {
            assert_eq!(asked(text), [], "{text}");
        }
        assert_eq!(asked("URL:no link"), [Code::Strict]);
        assert_eq!(asked("N:a;b;c;d"), [Code::Strict]);
    }
}
