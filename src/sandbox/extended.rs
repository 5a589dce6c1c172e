//! Extended properties: reading their ids, and holding values against their types.
//!
//! Documented: the three forms of id; the name is case-sensitive, the GUID is not; several values have a type that ends
//! in `Array`. Normalised here: the type's word, the GUID in lower case, numbers in hexadecimal without leading zeros.
//! Answers show the normal form, of ids and of values. The store keeps them all in one table, several values as a JSON
//! list; see [`stored`].

use jiff::Timestamp;

use super::clock::written;
use super::error::ODataError;
use super::ids::is_guid;

/// `PidLidHasPicture`: kept by the service itself, from the photo's presence.
pub(super) const HAS_PICTURE: &str = "Boolean {00062004-0000-0000-c000-000000000046} Id 0x8015";

/// A type of values (EWS's `MapiPropertyType`; `Long` is refused, as observed).
struct Kind {
    name: &'static str,
    /// The MAPI type, as the lower half of a whole property tag.
    tag: u16,
    /// Whether there are several values of it in one property.
    array: bool,
}

const fn kind(name: &'static str, tag: u16, array: bool) -> Kind {
    Kind { name, tag, array }
}

/// Every type that a value may have.
const KINDS: [Kind; 11] = [
    kind("ApplicationTime", 0x0007, true),
    kind("Binary", 0x0102, true),
    kind("Boolean", 0x000b, false),
    kind("CLSID", 0x0048, true),
    kind("Currency", 0x0006, true),
    kind("Double", 0x0005, true),
    kind("Float", 0x0004, true),
    kind("Integer", 0x0003, true),
    kind("Short", 0x0002, true),
    kind("String", 0x001f, true),
    kind("SystemTime", 0x0040, true),
];
/// A string of 8-bit characters.
const STRING8: u16 = 0x001e;
/// Added to the type where there are several values.
const SEVERAL: u16 = 0x1000;
/// What the type of several values ends in.
const ARRAY: &str = "Array";
/// The ids that name properties have; a tag never names one of them (documented).
const NAMED: std::ops::RangeInclusive<u32> = 0x8000..=0xfffe;

/// What a property of the store's table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    Single,
    Multi,
    /// An open extension, see [`super::extensions`].
    Extension,
}

/// What a property is, by its normal id.
pub(super) fn stored(id: &str) -> Stored {
    let kind = id.split(' ').next().unwrap_or_default();
    match kind {
        super::extensions::KIND => Stored::Extension,
        _ if kind.ends_with(ARRAY) => Stored::Multi,
        _ => Stored::Single,
    }
}

/// Several values as the store has them.
pub(super) fn values(stored: &str) -> Vec<String> {
    serde_json::from_str(stored).unwrap_or_default()
}

/// The normal form of the id of an extended property of one value.
///
/// # Errors
/// As [`multi_id`].
pub(super) fn normal_id(id: &str) -> Result<String, ODataError> {
    normal(id, false)
}

/// The normal form of the id of an extended property of several values.
///
/// # Errors
/// `ErrorInvalidProperty` when it is none of the documented forms, `ErrorInvalidExtendedProperty` when the form is
/// right and the type or the number cannot be.
pub(super) fn multi_id(id: &str) -> Result<String, ODataError> {
    normal(id, true)
}

fn normal(id: &str, several: bool) -> Result<String, ODataError> {
    let refuse = ODataError::bad_property_id;
    let (word, rest) = id.trim().split_once(' ').ok_or_else(refuse)?;
    let rest = rest.trim_start();
    let form = if rest.starts_with('{') { named(rest) } else { hexadecimal(rest).map(Form::Tag) };
    let form = form.ok_or_else(refuse)?;
    let (kind, word) = kind_named(word, several).ok_or_else(ODataError::bad_extended_property)?;
    match form {
        Form::Tag(tag) if fits(tag, kind, several) => Ok(format!("{word} {tag:#x}")),
        Form::Tag(_) => Err(ODataError::bad_extended_property()),
        Form::Named(rest) => Ok(format!("{word} {rest}")),
    }
}

/// What follows the type.
enum Form {
    Tag(u32),
    /// The property set with the name or number, in their normal form.
    Named(String),
}

fn named(text: &str) -> Option<Form> {
    let (set, rest) = text.split_once(' ')?;
    let set = guid(set)?;
    let (form, name) = rest.trim_start().split_once(' ')?;
    if form.eq_ignore_ascii_case("name") && !name.is_empty() {
        return Some(Form::Named(format!("{set} Name {name}")));
    }
    let number = hexadecimal(name).or_else(|| name.trim().parse().ok());
    let number = number.filter(|_| form.eq_ignore_ascii_case("id"))?;
    Some(Form::Named(format!("{set} Id {number:#x}")))
}

fn kind_named(word: &str, several: bool) -> Option<(&'static Kind, String)> {
    let spelled = |kind: &Kind| if several { format!("{}{ARRAY}", kind.name) } else { kind.name.to_owned() };
    let mut known = KINDS.iter().filter(|kind| kind.array || !several).map(|kind| (kind, spelled(kind)));
    known.find(|(_, spelled)| spelled.eq_ignore_ascii_case(word))
}

/// Guessed: a tag is that of a property which has no name, and if it is whole (`0x4001001E`) its type is the one that
/// stands before it.
fn fits(tag: u32, kind: &Kind, several: bool) -> bool {
    let (id, written) = if tag > 0xffff { (tag >> 16, Some(tag as u16)) } else { (tag, None) };
    let single = written.map(|written| if several { written ^ SEVERAL } else { written });
    let same = single.is_none_or(|single| single == kind.tag || single == STRING8 && kind.name == "String");
    id > 0 && !NAMED.contains(&id) && id != 0xffff && same
}

fn hexadecimal(text: &str) -> Option<u32> {
    let digits = text.trim().strip_prefix("0x").or_else(|| text.trim().strip_prefix("0X"))?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// `{8ECCC264-…}` in lower case, braces kept.
fn guid(text: &str) -> Option<String> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    is_guid(inner).then(|| text.to_ascii_lowercase())
}

/// A value, or one of several, in the form of the type that its normalised id names.
///
/// # Errors
/// `ErrorInvalidExtendedPropertyValue`. Guessed: that the service checks, and as strictly; that what a mailbox keeps as a
/// number, a moment or the like comes back in one form, whatever the form it was sent in.
pub(super) fn normal_value(id: &str, value: &str) -> Result<String, ODataError> {
    let word = id.split(' ').next().unwrap_or_default();
    let normal = match word.strip_suffix(ARRAY).unwrap_or(word) {
        "Integer" => value.parse::<i32>().ok().map(|number| number.to_string()),
        "Short" => value.parse::<i16>().ok().map(|number| number.to_string()),
        "Currency" => value.parse::<i64>().ok().map(|number| number.to_string()),
        "Double" | "Float" | "ApplicationTime" => {
            value.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number.to_string())
        }
        "Boolean" => Some(value.to_ascii_lowercase()).filter(|value| ["true", "false"].contains(&value.as_str())),
        "SystemTime" => value.parse::<Timestamp>().ok().map(whole_seconds),
        "Binary" => data_encoding::BASE64.decode(value.as_bytes()).ok().map(|_| value.to_owned()),
        "CLSID" => guid(&format!("{{{}}}", value.trim_matches(['{', '}'])))
            .map(|guid| guid.trim_matches(['{', '}']).to_owned()),
        _ => Some(value.to_owned()),
    };
    normal.ok_or_else(ODataError::bad_extended_value)
}

/// As both APIs write moments: in UTC, without a fraction.
fn whole_seconds(moment: Timestamp) -> String {
    written(moment.as_millisecond().div_euclid(1000))
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
            ("String 0x4001001E", "String 0x4001001e"),
            ("Integer 0x40020003", "Integer 0x40020003"),
        ];
        for (given, normal) in table {
            assert_eq!(normal_id(given).as_deref(), Ok(normal), "{given}");
            assert_eq!(normal_id(normal).as_deref(), Ok(normal));
        }
    }

    #[test]
    fn several_values_have_ids_of_their_own() {
        let table = [
            (
                "StringArray {66F5A359-4659-4830-9070-00050EC6AC6E} Name Recreation",
                "StringArray {66f5a359-4659-4830-9070-00050ec6ac6e} Name Recreation",
            ),
            (
                "integerarray {8ECCC264-6880-4EBE-992F-8888D2EEAA1D} Id 0x8013",
                "IntegerArray {8eccc264-6880-4ebe-992f-8888d2eeaa1d} Id 0x8013",
            ),
            ("StringArray 0x4002101E", "StringArray 0x4002101e"),
        ];
        for (given, normal) in table {
            assert_eq!(multi_id(given).as_deref(), Ok(normal), "{given}");
            assert_eq!(stored(normal), Stored::Multi);
            assert_eq!(normal_id(given), Err(ODataError::bad_extended_property()), "{given}");
        }
        for id in ["String 0x3a24", "BooleanArray 0x3a24", "StringArray 0x4002001e"] {
            assert_eq!(multi_id(id), Err(ODataError::bad_extended_property()), "{id}");
        }
        assert_eq!(stored(HAS_PICTURE), Stored::Single);
    }

    #[test]
    fn other_ids_are_refused() {
        for id in [
            "",
            "String",
            "String ",
            "String 3A24",
            "String 0x",
            "String 0x123456789",
            "String {x} Name a",
            "String {00020329-0000-0000-C000-000000000046}",
            "String {00020329-0000-0000-C000-000000000046} Name ",
            "String {00020329-0000-0000-C000-000000000046} Id x",
        ] {
            assert_eq!(normal_id(id), Err(ODataError::bad_property_id()), "{id}");
        }
        for id in [
            "Long 0x3a24",
            "StringArray 0x3a24",
            "String 0x8015",
            "String 0x0",
            "String 0x40010003",
            "Integer 0x8015001f",
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
            ("Double 0x1", "1.5", "inf"),
            ("IntegerArray 0x1", "7", "x"),
            ("CLSID 0x1", "{00020329-0000-0000-C000-000000000046}", "0002"),
        ] {
            assert!(normal_value(id, good).is_ok(), "{id}");
            assert_eq!(normal_value(id, bad), Err(ODataError::bad_extended_value()), "{id}");
        }
    }

    #[test]
    fn values_have_one_form() {
        for (id, sent, kept) in [
            ("Integer 0x1", "+007", "7"),
            ("ShortArray 0x1", "-0", "0"),
            ("Currency 0x1", "0012", "12"),
            ("Double 0x1", "1.50", "1.5"),
            ("Boolean 0x1", "True", "true"),
            ("SystemTime 0x1", "2020-01-02T03:04:05.1234567+02:00", "2020-01-02T01:04:05Z"),
            ("SystemTimeArray 0x1", "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59Z"),
            ("CLSID 0x1", "{00020329-0000-0000-C000-000000000046}", "00020329-0000-0000-c000-000000000046"),
            ("Binary 0x1", "AAEC", "AAEC"),
            ("String 0x1", " True 007 ", " True 007 "),
        ] {
            assert_eq!(normal_value(id, sent).as_deref(), Ok(kept), "{id}");
            assert_eq!(normal_value(id, kept).as_deref(), Ok(kept), "{id}");
        }
    }
}
