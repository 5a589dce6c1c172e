//! The words that fingerprints and stashes have for fields, kinds, lines and sexes. Mailboxes hold them: a word stays
//! what it is, whatever becomes of the name in the code or on the screen.

use crate::model::{Field, Kind, Line, Sex};

/// The word of a value; empty where the table has none.
pub(super) fn word_of<V: PartialEq>(words: &[(V, &'static str)], value: &V) -> &'static str {
    words.iter().find(|(of, _)| of == value).map_or("", |(_, word)| word)
}

/// The value of a word.
pub(super) fn of_word<V: Copy>(words: &[(V, &'static str)], word: &str) -> Option<V> {
    words.iter().find(|(_, of)| *of == word).map(|(value, _)| *value)
}

/// A row for each of [`Field::ALL`].
pub(super) const FIELDS: &[(Field, &str)] = &[
    (Field::FullName, "fullName"),
    (Field::Prefix, "prefix"),
    (Field::GivenName, "givenName"),
    (Field::MiddleName, "middleName"),
    (Field::Surname, "surname"),
    (Field::Suffix, "suffix"),
    (Field::Initials, "initials"),
    (Field::Nickname, "nickname"),
    (Field::FileAs, "fileAs"),
    (Field::YomiGivenName, "yomiGivenName"),
    (Field::YomiMiddleName, "yomiMiddleName"),
    (Field::YomiSurname, "yomiSurname"),
    (Field::MaidenName, "maidenName"),
    (Field::Company, "company"),
    (Field::YomiCompany, "yomiCompany"),
    (Field::Department, "department"),
    (Field::JobTitle, "jobTitle"),
    (Field::Role, "role"),
    (Field::Office, "office"),
    (Field::Profession, "profession"),
    (Field::Manager, "manager"),
    (Field::Assistant, "assistant"),
    (Field::Organizations, "organizations"),
    (Field::Emails, "emails"),
    (Field::Phones, "phones"),
    (Field::Ims, "ims"),
    (Field::Urls, "urls"),
    (Field::Addresses, "addresses"),
    (Field::Birthday, "birthday"),
    (Field::Anniversary, "anniversary"),
    (Field::Events, "events"),
    (Field::Spouse, "spouse"),
    (Field::Children, "children"),
    (Field::Relations, "relations"),
    (Field::Gender, "gender"),
    (Field::Hobby, "hobby"),
    (Field::Language, "language"),
    (Field::Location, "location"),
    (Field::TimeZone, "timeZone"),
    (Field::Geo, "geo"),
    (Field::FreeBusyUrl, "freeBusyUrl"),
    (Field::Account, "account"),
    (Field::Billing, "billing"),
    (Field::Mileage, "mileage"),
    (Field::GovernmentId, "governmentId"),
    (Field::OrganizationalId, "organizationalId"),
    (Field::ReferredBy, "referredBy"),
    (Field::User1, "user1"),
    (Field::User2, "user2"),
    (Field::User3, "user3"),
    (Field::User4, "user4"),
    (Field::Sensitivity, "sensitivity"),
    (Field::Categories, "categories"),
    (Field::Notes, "notes"),
    (Field::Photo, "photo"),
    (Field::Uid, "uid"),
    (Field::Revision, "revision"),
    (Field::Extra, "extra"),
];

pub(super) const KINDS: &[(Kind, &str)] = &[(Kind::Home, "home"), (Kind::Business, "work"), (Kind::Other, "other")];

/// A row for each of [`Line::ALL`].
pub(super) const LINES: &[(Line, &str)] = &[
    (Line::Voice, "voice"),
    (Line::Mobile, "mobile"),
    (Line::Fax, "fax"),
    (Line::Pager, "pager"),
    (Line::Car, "car"),
    (Line::Radio, "radio"),
    (Line::Callback, "callback"),
    (Line::CompanyMain, "company"),
    (Line::Primary, "primary"),
    (Line::Assistant, "assistant"),
    (Line::Isdn, "isdn"),
    (Line::Telex, "telex"),
    (Line::Tty, "tty"),
    (Line::Video, "video"),
];

/// RFC 6350's letters.
pub(super) const SEXES: &[(Sex, &str)] =
    &[(Sex::Male, "M"), (Sex::Female, "F"), (Sex::Other, "O"), (Sex::NotApplicable, "N"), (Sex::Unknown, "U")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_and_line_has_a_word_of_its_own() {
        for field in Field::ALL {
            assert_eq!(of_word(FIELDS, word_of(FIELDS, field)), Some(*field));
        }
        for line in Line::ALL {
            assert_eq!(of_word(LINES, word_of(LINES, &line)), Some(line));
        }
        assert_eq!((FIELDS.len(), LINES.len()), (Field::ALL.len(), Line::ALL.len()));
    }
}
