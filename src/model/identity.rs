//! When two contacts are the same: normalised names, e-mails and phones, and the key made of them.
//!
//! The key travels with every uploaded contact, so its making is fixed and has a version; the test vectors in this
//! file are published with it.

use std::collections::HashMap;
use std::fmt;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::model::Contact;

/// Version of the normalisation below; it is part of what is hashed.
pub const KEY_VERSION: u32 = 1;

/// The key of one source record: 128 bits, written as 32 lower-case hex digits, because the service compares values
/// without regard to case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 16]);

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl std::str::FromStr for Key {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| NotAKey)?;
        bytes.try_into().map(Key).map_err(|_| NotAKey)
    }
}

impl Key {
    /// The key of a copy that a run makes of the contact with this one: another for every run, the same within one.
    pub fn of_copy(self, run: &str) -> Self {
        hash(&["copy", &self.to_string(), run])
    }
}

/// The text is not 32 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a contact's key is 32 hex digits")]
pub struct NotAKey;

/// Gives each record of a source its key, in the source's order.
///
/// Records of the same UID, or of the same identity where they have no UID, are told apart by a running number among
/// those whose content differs: two namesakes without an address both arrive, on every run alike, and so do two people
/// whom a careless program gave one UID. A record that repeats an earlier one word for word is the same contact.
#[derive(Debug, Default)]
pub struct Keys {
    seen: HashMap<Key, Vec<u128>>,
}

/// A record's key, and whether an earlier record of this source was just the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyed {
    /// The key.
    pub key: Key,
    /// True when an earlier record of the same source has the same identity and the same content.
    pub repeated: bool,
}

impl Keys {
    /// The key of the next record; `content` is a fingerprint of all that is in it.
    pub fn next(&mut self, contact: &Contact, content: u128) -> Keyed {
        let uid = normal_uid(&contact.uid);
        let (sort, name) = if uid.is_empty() { ("identity", identity(contact)) } else { ("uid", uid) };
        let first = hash(&[sort, &name]);
        let contents = self.seen.entry(first).or_default();
        let earlier = contents.iter().position(|earlier| *earlier == content);
        let place = earlier.unwrap_or(contents.len());
        if earlier.is_none() {
            contents.push(content);
        }
        let key = if place == 0 { first } else { hash(&[sort, &name, &(place + 1).to_string()]) };
        Keyed { key, repeated: earlier.is_some() }
    }
}

/// The key of the first record of a UID, whatever else has changed in it; none for a contact without a UID.
pub fn uid_key(contact: &Contact) -> Option<Key> {
    let uid = normal_uid(&contact.uid);
    (!uid.is_empty()).then(|| hash(&["uid", &uid]))
}

/// The normalised identity: name, and the first of e-mail, phone and company that there is.
pub fn identity(contact: &Contact) -> String {
    let name = &contact.name;
    let parts: Vec<String> =
        [&name.given, &name.middle, &name.surname].into_iter().map(|part| normal_text(part)).collect();
    let parts = parts.join(" ");
    let name = if parts.trim().is_empty() { normal_text(&name.full) } else { normal_text(&parts) };
    let mail = contact.emails.first().map(|email| normal_mail(&email.address)).unwrap_or_default();
    let phone = || contact.phones.first().map(|phone| normal_phone(&phone.number)).unwrap_or_default();
    let company = || normal_text(&contact.organization.company);
    let reach = [mail].into_iter().chain(std::iter::once_with(phone)).chain(std::iter::once_with(company));
    format!("{name}\n{}", reach.into_iter().find(|text| !text.is_empty()).unwrap_or_default())
}

/// Text for comparing: compatibility-composed (NFKC), lower case, blanks folded.
pub fn normal_text(text: &str) -> String {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let mut normal = String::with_capacity(folded.len());
    for word in folded.split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(word);
    }
    normal
}

/// An e-mail address for comparing: no `mailto:`, no blanks, lower case.
pub fn normal_mail(address: &str) -> String {
    let normal = normal_text(address);
    normal.strip_prefix("mailto:").unwrap_or(&normal).replace(' ', "")
}

/// A phone number for comparing: its digits, with a leading `+` where it is written internationally (`+` or `00`).
pub fn normal_phone(number: &str) -> String {
    let plain: String = number.nfkc().collect();
    let plain = plain.trim().trim_start_matches("tel:");
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    match (plain.starts_with('+'), digits.strip_prefix("00")) {
        (true, _) => format!("+{digits}"),
        (false, Some(international)) => format!("+{international}"),
        (false, None) => digits,
    }
}

/// A UID for comparing: the same whether written as a bare UUID, in braces or as `urn:uuid:`.
fn normal_uid(uid: &str) -> String {
    let uid = uid.trim();
    let bare = uid.get(..9).filter(|scheme| scheme.eq_ignore_ascii_case("urn:uuid:")).map_or(uid, |_| &uid[9..]);
    let bare = bare.trim_start_matches('{').trim_end_matches('}');
    let is_uuid = bare.len() == 36 && bare.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_uuid { bare.to_ascii_lowercase() } else { uid.to_owned() }
}

/// Hashes the parts, each preceded by its length, so that no two lists of parts give the same bytes.
fn hash(parts: &[&str]) -> Key {
    let mut hash = Sha256::new();
    hash.update(format!("cardferry-key/{KEY_VERSION}"));
    for part in parts {
        hash.update(format!("\n{}:", part.len()));
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut key = [0; 16];
    key.copy_from_slice(&digest[..16]);
    Key(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Email, Phone};

    fn person(given: &str, surname: &str, mail: &str) -> Contact {
        let mut contact = Contact::default();
        contact.name.given = given.into();
        contact.name.surname = surname.into();
        if !mail.is_empty() {
            contact.emails.push(Email { address: mail.into(), ..Email::default() });
        }
        contact
    }

    fn key(contact: &Contact) -> String {
        Keys::default().next(contact, 0).key.to_string()
    }

    /// The published vectors: a change here breaks every mailbox that was filled before.
    #[test]
    fn test_vectors() {
        let mut uid = Contact { uid: "urn:uuid:4FBE8971-0BC3-424C-9C26-36C3E1EFF6B1".into(), ..Contact::default() };
        assert_eq!(key(&uid), "97fa6a465ace6b852cbe4b2f8e82f5fa");
        uid.uid = "4fbe8971-0bc3-424c-9c26-36c3e1eff6b1".into();
        assert_eq!(key(&uid), "97fa6a465ace6b852cbe4b2f8e82f5fa");
        assert_eq!(key(&person("Zoë", "Müller", "Zoe@Example.com")), "5618d6bd1aa8ea12aa112efe59dff7d9");
        assert_eq!(key(&person("", "", "")), "bbab0f6c80929b09bc334454d0b1ab14");
    }

    #[test]
    fn spelling_does_not_matter_but_people_do() {
        let zoe = person("Zoë", "Müller", "zoe@example.com");
        assert_eq!(key(&zoe), key(&person(" ZOE\u{308} ", "MÜLLER", "mailto:ZOE@example.com")));
        assert_ne!(key(&zoe), key(&person("Zoe", "Müller", "zoe@example.com")));
        assert_ne!(key(&zoe), key(&person("Zoë", "Müller", "zoe@example.org")));
    }

    #[test]
    fn mending_a_cell_keeps_the_key() {
        let before = person("Ada", "Byron", "ada@example.com");
        let mut after = before.clone();
        after.notes = "mended".into();
        after.phones.push(Phone { number: "1".into(), ..Phone::default() });
        assert_eq!(key(&before), key(&after));
    }

    #[test]
    fn what_differs_gets_running_numbers_in_its_order() {
        for uid in ["", "0"] {
            let ada = Contact { uid: uid.into(), ..person("Ada", "Byron", "") };
            let run = || {
                let mut keys = Keys::default();
                [keys.next(&ada, 1), keys.next(&ada, 2), keys.next(&ada, 3)]
            };
            let [first, second, third] = run();
            assert!(first.key != second.key && second.key != third.key && first.key != third.key);
            assert!(!first.repeated && !second.repeated && !third.repeated);
            assert_eq!(run(), [first, second, third]);
        }
    }

    #[test]
    fn what_repeats_an_earlier_record_is_the_same_contact() {
        for uid in ["", "x"] {
            let contact = Contact { uid: uid.into(), ..person("Ada", "Byron", "") };
            let mut keys = Keys::default();
            let (first, other, again) = (keys.next(&contact, 1), keys.next(&contact, 2), keys.next(&contact, 1));
            assert_eq!(first.key, again.key);
            assert!(!first.repeated && !other.repeated && again.repeated);
        }
    }

    #[test]
    fn phones_compare_by_their_digits() {
        for same in ["+49 (30) 555-0101", "0049305550101", "tel:+49-30-5550101", "＋４９ 30 5550101"] {
            assert_eq!(normal_phone(same), "+49305550101", "{same}");
        }
        assert_eq!(normal_phone("(206) 555-0101"), "2065550101");
    }

    #[test]
    fn a_key_reads_back() {
        let made = Keys::default().next(&person("Ada", "Byron", ""), 0).key;
        assert_eq!(made.to_string().parse(), Ok(made));
        assert_eq!(made.to_string().to_uppercase().parse(), Ok(made));
        assert_eq!("12".parse::<Key>(), Err(NotAKey));
    }
}
