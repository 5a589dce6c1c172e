//! Single-value extended properties: reading their ids, and holding a value against its type.
//!
//! Documented: the three forms of id; the name is case-sensitive, the GUID is not. Normalised here: the type's word, the
//! GUID in lower case, numbers in hexadecimal without leading zeros. Answers show the normal form.

use jiff::Timestamp;

use super::error::ODataError;

/// `PidLidHasPicture`: kept by the service itself, from the photo's presence.
pub(super) const HAS_PICTURE: &str = "Boolean {00062004-0000-0000-c000-000000000046} Id 0x8015";

/// The types that a single value may have. `Long` is refused (observed).
const TYPES: [&str; 10] =
    ["ApplicationTime", "Binary", "Boolean", "CLSID", "Currency", "Double", "Float", "Integer", "Short", "SystemTime"];

/// The normal form of an extended property's id.
///
/// # Errors
/// `ErrorInvalidExtendedProperty` when it is none of the documented forms.
pub(super) fn normal_id(id: &str) -> Result<String, ODataError> {
    let refuse = ODataError::bad_extended_property;
    let (kind, rest) = id.trim().split_once(' ').ok_or_else(refuse)?;
    let mut known = TYPES.iter().chain(&["String"]);
    let kind = known.find(|word| word.eq_ignore_ascii_case(kind)).ok_or_else(refuse)?;
    let rest = rest.trim_start();
    if !rest.starts_with('{') {
        let tag = hexadecimal(rest).ok_or_else(refuse)?;
        return Ok(format!("{kind} {tag:#x}"));
    }
    let (set, rest) = rest.split_once(' ').ok_or_else(refuse)?;
    let set = guid(set).ok_or_else(refuse)?;
    let (form, name) = rest.trim_start().split_once(' ').ok_or_else(refuse)?;
    if form.eq_ignore_ascii_case("name") && !name.is_empty() {
        Ok(format!("{kind} {set} Name {name}"))
    } else if form.eq_ignore_ascii_case("id") {
        let number = hexadecimal(name).or_else(|| name.trim().parse().ok()).ok_or_else(refuse)?;
        Ok(format!("{kind} {set} Id {number:#x}"))
    } else {
        Err(refuse())
    }
}

fn hexadecimal(text: &str) -> Option<u32> {
    let digits = text.trim().strip_prefix("0x").or_else(|| text.trim().strip_prefix("0X"))?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// `{8ECCC264-…}` in lower case, braces kept.
fn guid(text: &str) -> Option<String> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let groups: Vec<usize> = inner.split('-').map(str::len).collect();
    let hex = inner.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    (hex && groups == [8, 4, 4, 4, 12]).then(|| text.to_ascii_lowercase())
}

/// Holds a value against the type that its normalised id names.
///
/// # Errors
/// `ErrorInvalidExtendedPropertyValue`. Guessed: that the service checks, and as strictly.
pub(super) fn check_value(id: &str, value: &str) -> Result<(), ODataError> {
    let fits = match id.split(' ').next().unwrap_or_default() {
        "Integer" => value.parse::<i32>().is_ok(),
        "Short" => value.parse::<i16>().is_ok(),
        "Currency" => value.parse::<i64>().is_ok(),
        "Double" | "Float" | "ApplicationTime" => value.parse::<f64>().is_ok(),
        "Boolean" => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
        "SystemTime" => value.parse::<Timestamp>().is_ok(),
        "Binary" => data_encoding::BASE64.decode(value.as_bytes()).is_ok(),
        "CLSID" => guid(&format!("{{{}}}", value.trim_matches(['{', '}']))).is_some(),
        _ => true,
    };
    if fits { Ok(()) } else { Err(ODataError::bad_extended_value()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_normal_form() {
        let table = [
            (
                "String {00020329-0000-0000-C000-000000000046} Name Key",
                "String {00020329-0000-0000-c000-000000000046} Name Key",
            ),
            (
                "string {00020329-0000-0000-c000-000000000046} name two words",
                "String {00020329-0000-0000-c000-000000000046} Name two words",
            ),
            ("Boolean {00062004-0000-0000-C000-000000000046} Id 0x8015", HAS_PICTURE),
            ("Boolean {00062004-0000-0000-C000-000000000046} Id 32789", HAS_PICTURE),
            ("String 0x3A24", "String 0x3a24"),
            ("String 0x007D", "String 0x7d"),
        ];
        for (given, normal) in table {
            assert_eq!(normal_id(given).as_deref(), Ok(normal), "{given}");
            assert_eq!(normal_id(normal).as_deref(), Ok(normal));
        }
    }

    #[test]
    fn other_ids_are_refused() {
        for id in [
            "",
            "String",
            "String ",
            "Long 0x3a24",
            "String 3A24",
            "String 0x",
            "String 0x123456789",
            "String {x} Name a",
            "String {00020329-0000-0000-C000-000000000046}",
            "String {00020329-0000-0000-C000-000000000046} Name ",
            "String {00020329-0000-0000-C000-000000000046} Id x",
            "StringArray 0x3a24",
        ] {
            assert_eq!(normal_id(id), Err(ODataError::bad_extended_property()), "{id}");
        }
    }

    #[test]
    fn values_are_held_against_their_type() {
        for (id, good, bad) in [
            ("Integer 0x1", "-5", "5.0"),
            ("Short 0x1", "2", "70000"),
            ("Boolean 0x1", "True", "1"),
            ("SystemTime 0x1", "2020-01-02T03:04:05Z", "2020-01-02"),
            ("Binary 0x1", "AAEC", "#"),
            ("CLSID 0x1", "{00020329-0000-0000-C000-000000000046}", "0002"),
        ] {
            assert_eq!(check_value(id, good), Ok(()), "{id}");
            assert_eq!(check_value(id, bad), Err(ODataError::bad_extended_value()), "{id}");
        }
    }
}
