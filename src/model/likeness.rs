//! Contacts that look like each other: the same name, and the same e-mail or phone.
//!
//! This is for a question to a person, never for a decision: two people of one name may share a telephone.

use crate::model::Contact;
use crate::model::identity::{normal_mail, normal_phone, normal_text};

/// What a contact is compared by, in normal form; nothing in it is empty but perhaps the name.
///
/// The texts are made to be indexed: name and e-mails as they are, phones by [`phone_key`]. What an index finds is to be
/// held against [`looks_like`], since different phones may have one key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traits {
    /// Given, middle and family name; else the name as a whole, else the company. Empty where there is none of them.
    pub name: String,
    /// E-mail addresses, each once.
    pub mails: Vec<String>,
    /// Phone numbers as [`normal_phone`] has them, each once.
    pub phones: Vec<String>,
}

impl Traits {
    /// The traits of a contact.
    pub fn of(contact: &Contact) -> Self {
        let name = &contact.name;
        let parts = [&name.given, &name.middle, &name.surname].map(|part| normal_text(part));
        let parts = normal_text(&parts.join(" "));
        let names = [parts, normal_text(&name.full), normal_text(&contact.organization.company)];
        Self {
            name: names.into_iter().find(|name| !name.is_empty()).unwrap_or_default(),
            mails: once(contact.emails.iter().map(|email| normal_mail(&email.address))),
            phones: once(contact.phones.iter().map(|phone| normal_phone(&phone.number))),
        }
    }
}

/// Those that are not empty, each once, in order of their letters.
fn once(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// Whether two contacts may be of one person or company: the same name, and an e-mail or a phone that both have.
pub fn looks_like(one: &Traits, other: &Traits) -> bool {
    let share_mail = || one.mails.iter().any(|mail| other.mails.contains(mail));
    let share_phone = || one.phones.iter().any(|phone| other.phones.iter().any(|same| same_phone(phone, same)));
    !one.name.is_empty() && one.name == other.name && (share_mail() || share_phone())
}

/// Digits that are the same in any spelling of a long number: area code and number in most countries.
const KEY_DIGITS: usize = 9;
/// The longest country calling code (ITU-T E.164).
const COUNTRY_DIGITS: usize = 3;

/// The key by which a number in [`normal_phone`]'s form is looked up: its last nine digits, or all if there are fewer.
/// Whatever is [`same_phone`] has the same key.
pub fn phone_key(normal: &str) -> &str {
    let digits = normal.trim_start_matches('+');
    digits.len().checked_sub(KEY_DIGITS).and_then(|from| digits.get(from..)).unwrap_or(digits)
}

/// Whether two numbers in [`normal_phone`]'s form are one: `+49 30 5550101`, `030 5550101` and, from a spreadsheet that
/// took the zero for nothing, `30 5550101`.
///
/// A national number is the same as an international one that ends in it, without the zeros before it, behind a
/// country's code. It must have nine digits to be compared so: shorter ones are given in every town anew. Two
/// international numbers are the same only to the digit.
pub fn same_phone(one: &str, other: &str) -> bool {
    if one == other {
        return !one.is_empty();
    }
    let national = |number: &str| (!number.starts_with('+')).then(|| number.trim_start_matches('0').to_owned());
    let long = phone_key(one).len() == KEY_DIGITS && phone_key(one) == phone_key(other);
    let within = |short: &str, whole: &str| {
        let code = whole.trim_start_matches('+').strip_suffix(short);
        code.is_some_and(|code| code.len() <= COUNTRY_DIGITS)
    };
    long && match (national(one), national(other)) {
        (None, None) => false,
        (Some(one), Some(other)) => one == other,
        (Some(one), None) => within(&one, other),
        (None, Some(other)) => within(&other, one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Email, Phone};

    fn contact(given: &str, mail: &str, phone: &str) -> Contact {
        let mut contact = Contact::default();
        contact.name.given = given.into();
        contact.emails.push(Email { address: mail.into(), ..Email::default() });
        contact.phones.push(Phone { number: phone.into(), ..Phone::default() });
        contact
    }

    fn alike(one: &Contact, other: &Contact) -> bool {
        looks_like(&Traits::of(one), &Traits::of(other))
    }

    #[test]
    fn a_name_and_one_way_to_reach_somebody() {
        let ada = contact("Ada", "ada@example.com", "+44 20 7946 0018");
        assert!(alike(&ada, &contact("ADA ", "mailto:Ada@Example.com", "")));
        assert!(alike(&ada, &contact("Ada", "", "020 7946 0018")));
        assert!(!alike(&ada, &contact("Ada", "other@example.com", "020 7946 0019")));
        assert!(!alike(&ada, &contact("Eve", "ada@example.com", "+44 20 7946 0018")));
        assert!(!alike(&contact("", "a@b", "1"), &contact("", "a@b", "1")), "no name is no name in common");
        assert!(!alike(&contact("Ada", "", ""), &contact("Ada", "", "")));
    }

    #[test]
    fn a_name_is_that_of_the_parts_else_the_whole_one_else_the_company_s() {
        let mut contact = Contact::default();
        contact.organization.company = "Contoso".into();
        assert_eq!(Traits::of(&contact).name, "contoso");
        contact.name.full = "Ada  Byron".into();
        assert_eq!(Traits::of(&contact).name, "ada byron");
        contact.name.surname = "Lovelace".into();
        assert_eq!(Traits::of(&contact).name, "lovelace");
    }

    #[test]
    fn phones_in_their_spellings() {
        let same = |one: &str, other: &str| {
            let (one, other) = (normal_phone(one), normal_phone(other));
            let same = same_phone(&one, &other);
            assert_eq!(same, same_phone(&other, &one));
            assert!(!same || phone_key(&one) == phone_key(&other), "an index would not find it");
            same
        };
        for (one, other) in [
            ("+49 30 5550101", "030 555-0101"),
            ("+49 30 5550101", "30 5550101"),
            ("030 5550101", "30 5550101"),
            ("+49 (0)30 5550101", "+49 (0)30 5550101"),
            ("0049 30 5550101", "030 5550101"),
            ("+1 206 555 0101", "(206) 555-0101"),
            ("+1 206 555 0101", "1-206-555-0101"),
            ("+39 06 1234567", "06 1234567"),
            ("112", "112"),
        ] {
            assert!(same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("+49 30 5550101", "5550101"),
            ("+49 30 5550101", "+43 30 5550101"),
            ("+1 306 555 0101", "(206) 555-0101"),
            ("+1 206 555 0101", "+206 555 0101"),
            ("555 0101", "0555 0101"),
            ("+49 1 2345 30 5550101", "030 5550101"),
            ("", ""),
            ("x", "y"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }
}
