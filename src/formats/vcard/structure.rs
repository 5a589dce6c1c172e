//! N and ADR beyond what their typed parts say: lists, and the components that RFC 9554 adds.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memchr2_iter};

use super::Version;
use super::card::Card;
use super::escape::{split, unescape};
use crate::model::{Field, Loss, Why};

/// Properties with components, and whether one component alone would be no value of theirs.
const STRUCTURED: &[(&str, bool)] = &[("N", true), ("ADR", true), ("ORG", false)];

/// Properties whose values become lists of texts, each of which takes far more memory than it has letters.
const LISTS: &[&str] = &["N", "ORG", "NICKNAME", "X-NICKNAME", "CATEGORIES"];

/// How many items there may be in the list that a value becomes.
pub(super) fn items(name: &str, value: &str) -> usize {
    let is_list = LISTS.iter().any(|known| known.eq_ignore_ascii_case(name));
    if is_list { memchr2_iter(b',', b';', value.as_bytes()).count() } else { 0 }
}

/// Quoted-printable in which an encoded semicolon is text, as it is to Android and Evolution, who take a value apart
/// before they decode it; vCard 2.1 does not say. Where a name or an address has no other semicolon, all of it was
/// encoded, and its separators too. ISO-2022-JP, whose escape character tells it, has the byte within its characters.
pub(super) fn guarded<'v>(name: &str, coded: &'v [u8]) -> Cow<'v, [u8]> {
    let Some((_, several)) = STRUCTURED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
        return Cow::Borrowed(coded);
    };
    let is = |at: usize, code: &[u8]| coded[at..].get(..3).is_some_and(|three| three.eq_ignore_ascii_case(code));
    let has = |code: &[u8]| memchr_iter(b'=', coded).any(|at| is(at, code));
    if !has(SEMICOLON) || has(ESCAPE) || (*several && memchr(b';', coded).is_none()) {
        return Cow::Borrowed(coded);
    }
    let mut guarded = Vec::with_capacity(coded.len() + 8);
    for (at, byte) in coded.iter().enumerate() {
        let escaped = coded[..at].ends_with(b"\\") || at >= 3 && is(at - 3, BACKSLASH);
        if is(at, SEMICOLON) && !escaped {
            guarded.push(b'\\');
        }
        guarded.push(*byte);
    }
    Cow::Owned(guarded)
}

const SEMICOLON: &[u8] = b"=3B";
const BACKSLASH: &[u8] = b"=5C";
const ESCAPE: &[u8] = b"=1B";

/// Takes a value apart: its parts, and whether they are all that it says.
type ReadParts<const N: usize> = fn(&str, Version) -> ([String; N], bool);

/// The value's own text, if it is to be written: when it still says the typed parts and more than those, and the
/// version can say it. What the version cannot is reported.
pub(super) fn raw<'a, const N: usize>(
    card: &mut Card<'a>,
    field: Field,
    raw: Option<&'a str>,
    parts: [&str; N],
    read: ReadParts<N>,
) -> Option<&'a str> {
    let raw = raw?;
    let version = card.version;
    let says = |version| {
        let (read, whole) = read(raw, version);
        !whole && read.iter().zip(parts).all(|(read, part)| read == part)
    };
    if !says(version) && !says(Version::V4_0) {
        return None;
    }
    let (known, further) = cut(raw, N, version);
    // Before 4.0 there are no further components, but a card that came with some keeps them.
    if says(version) && (version == Version::V4_0 || card.is_own()) {
        return Some(raw);
    }
    let further = further.iter().map(|component| Loss::new(field, unescape(component, version), Why::NoPlace));
    card.losses.extend(further);
    if says(version) {
        return Some(known);
    }
    if split(known, b',', Version::V4_0).count() > 1 {
        card.losses.push(Loss::new(field, known, Why::Remark));
    }
    None
}

/// The first `count` components of a value, and what the others say.
fn cut(value: &str, count: usize, version: Version) -> (&str, Vec<&str>) {
    let length = split(value, b';', version).take(count).map(|component| component.len() + 1).sum::<usize>();
    let further = split(value, b';', version).skip(count).filter(|component| !component.is_empty()).collect();
    (value.get(..length.saturating_sub(1)).unwrap_or(value), further)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_cut_behind_its_known_components() {
        assert_eq!(cut("a;b\\;c;d;;e", 2, Version::V4_0), ("a;b\\;c", vec!["d", "e"]));
        assert_eq!(cut("a;b", 2, Version::V4_0), ("a;b", vec![]));
        assert_eq!(cut("", 2, Version::V4_0), ("", vec![]));
    }
}
