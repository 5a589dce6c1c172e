//! The closed vocabulary of columns: one row a column, with the place in a contact that it stands for, both ways.
//!
//! A table of headers ([`super::dialects`]) gives each header one of these names. `[]` in a name stands for a number:
//! `email[2].address` is the second e-mail slot, `email[n].address` the one of the number in the header.

mod names;

use crate::model::{Field, Kind, Line};

/// A column: a slot of the contact, and the part of that slot which the column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) struct Column {
    /// The value it belongs to; columns of one slot make one value (a street and its city).
    pub(in crate::formats) slot: Slot,
    /// Its part of that value.
    pub(in crate::formats) part: Part,
}

/// The place of one value. The last number tells apart the slots that are alike, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Slot {
    /// One text.
    Text(Field),
    /// A list in one cell: categories or children.
    List(Field),
    /// Birthday or anniversary.
    Date(Field),
    /// Gender.
    Gender,
    /// Sensitivity, and Outlook's "Private" beside it.
    Sensitivity,
    /// An employer; the first is the contact's own.
    Organization(u16),
    /// An e-mail address.
    Email(Option<Kind>, u16),
    /// A telephone number of a fixed kind and line; none: the label beside it says which.
    Phone(Option<(Option<Kind>, Line)>, u16),
    /// A postal address of a fixed kind; none: the label beside it says which.
    Address(Option<Option<Kind>>, u16),
    /// A web page of a fixed kind and label; none: the label beside it says which.
    Url(Option<(Option<Kind>, &'static str)>, u16),
    /// Yahoo's word for the preferred one among the phones.
    PreferredPhone,
    /// An instant messaging address of a fixed service; none: the column beside it says which.
    Im(Option<&'static str>, u16),
    /// A related person with a label.
    Relation(u16),
    /// A date with a label.
    Event(u16),
    /// A text with a label of the user's own.
    Custom(u16),
    /// A photo: a link, the name of a file, or base64.
    Photo,
    /// Outlook's priority, which no field models: kept verbatim under its header unless it is the ordinary one.
    Priority,
    /// Known, but no field models it: kept verbatim under its header.
    Kept,
}

/// The part of a slot's value that a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Part {
    /// The value itself, or the whole of it.
    Value,
    /// What the user calls it.
    Label,
    /// The name shown with an e-mail address.
    Name,
    /// SMTP or EX.
    Type,
    /// The messaging service.
    Service,
    /// First line(s) of the street.
    Street,
    /// Second line of the street.
    Street2,
    /// Third line of the street.
    Street3,
    /// Extended address.
    Extended,
    /// Post office box.
    PoBox,
    /// City.
    City,
    /// State or region.
    State,
    /// Postal code.
    PostalCode,
    /// Country.
    Country,
    /// The whole address in one cell.
    Formatted,
    /// Year alone.
    Year,
    /// Month alone.
    Month,
    /// Day alone.
    Day,
    /// Company.
    Company,
    /// Phonetic company.
    YomiCompany,
    /// Department.
    Department,
    /// Job title.
    JobTitle,
    /// Function.
    Role,
    /// Office.
    Office,
    /// Outlook's "Private" flag.
    Private,
    /// Base64 in place of a link.
    Base64,
}

const BUSINESS: Option<Kind> = Some(Kind::Business);
const HOME: Option<Kind> = Some(Kind::Home);
const OTHER: Option<Kind> = Some(Kind::Other);

const fn phone(kind: Option<Kind>, line: Line) -> Slot {
    Slot::Phone(Some((kind, line)), 1)
}

const fn address(kind: Option<Kind>) -> Slot {
    Slot::Address(Some(kind), 1)
}

const fn url(kind: Option<Kind>, label: &'static str) -> Slot {
    Slot::Url(Some((kind, label)), 1)
}

/// The vocabulary. Addresses of a fixed kind stand in [`ADDRESSES`] and [`ADDRESS_PARTS`].
const ROWS: &[(&str, Slot, Part)] = &[
    ("name.full", Slot::Text(Field::FullName), Part::Value),
    ("name.prefix", Slot::Text(Field::Prefix), Part::Value),
    ("name.given", Slot::Text(Field::GivenName), Part::Value),
    ("name.middle", Slot::Text(Field::MiddleName), Part::Value),
    ("name.family", Slot::Text(Field::Surname), Part::Value),
    ("name.suffix", Slot::Text(Field::Suffix), Part::Value),
    ("name.initials", Slot::Text(Field::Initials), Part::Value),
    ("name.nickname", Slot::Text(Field::Nickname), Part::Value),
    ("name.file_as", Slot::Text(Field::FileAs), Part::Value),
    ("name.given_yomi", Slot::Text(Field::YomiGivenName), Part::Value),
    ("name.middle_yomi", Slot::Text(Field::YomiMiddleName), Part::Value),
    ("name.family_yomi", Slot::Text(Field::YomiSurname), Part::Value),
    ("name.maiden", Slot::Text(Field::MaidenName), Part::Value),
    ("name.short", Slot::Kept, Part::Value),
    ("name.full_yomi", Slot::Kept, Part::Value),
    ("org.company", Slot::Organization(1), Part::Company),
    ("org.company_yomi", Slot::Organization(1), Part::YomiCompany),
    ("org.department", Slot::Organization(1), Part::Department),
    ("org.job_title", Slot::Organization(1), Part::JobTitle),
    ("org.role", Slot::Organization(1), Part::Role),
    ("org.office", Slot::Organization(1), Part::Office),
    ("org.profession", Slot::Text(Field::Profession), Part::Value),
    ("org.manager", Slot::Text(Field::Manager), Part::Value),
    ("org.assistant", Slot::Text(Field::Assistant), Part::Value),
    ("org[].company", Slot::Organization(1), Part::Company),
    ("org[].company_yomi", Slot::Organization(1), Part::YomiCompany),
    ("org[].department", Slot::Organization(1), Part::Department),
    ("org[].job_title", Slot::Organization(1), Part::JobTitle),
    ("org[].job_description", Slot::Organization(1), Part::Role),
    ("org[].office", Slot::Organization(1), Part::Office),
    ("org[].label", Slot::Kept, Part::Value),
    ("org[].symbol", Slot::Kept, Part::Value),
    ("email[].address", Slot::Email(None, 1), Part::Value),
    ("email[].display", Slot::Email(None, 1), Part::Name),
    ("email[].type", Slot::Email(None, 1), Part::Type),
    ("email[].label", Slot::Email(None, 1), Part::Label),
    ("email.business", Slot::Email(BUSINESS, 1), Part::Value),
    ("email.home", Slot::Email(HOME, 1), Part::Value),
    ("email.other", Slot::Email(OTHER, 1), Part::Value),
    ("phone.plain", phone(None, Line::Voice), Part::Value),
    ("phone.business[]", phone(BUSINESS, Line::Voice), Part::Value),
    ("phone.home[]", phone(HOME, Line::Voice), Part::Value),
    ("phone.other", phone(OTHER, Line::Voice), Part::Value),
    ("phone.mobile[]", phone(None, Line::Mobile), Part::Value),
    ("phone.business_fax", phone(BUSINESS, Line::Fax), Part::Value),
    ("phone.home_fax", phone(HOME, Line::Fax), Part::Value),
    ("phone.other_fax", phone(OTHER, Line::Fax), Part::Value),
    ("phone.fax", phone(None, Line::Fax), Part::Value),
    ("phone.pager", phone(None, Line::Pager), Part::Value),
    ("phone.car", phone(None, Line::Car), Part::Value),
    ("phone.radio", phone(None, Line::Radio), Part::Value),
    ("phone.callback", phone(None, Line::Callback), Part::Value),
    ("phone.company_main", phone(None, Line::CompanyMain), Part::Value),
    ("phone.primary", phone(None, Line::Primary), Part::Value),
    ("phone.assistant", phone(None, Line::Assistant), Part::Value),
    ("phone.isdn", phone(None, Line::Isdn), Part::Value),
    ("phone.telex", phone(None, Line::Telex), Part::Value),
    ("phone.tty", phone(None, Line::Tty), Part::Value),
    ("phone.video", phone(None, Line::Video), Part::Value),
    // Yahoo's own telephony is gone; the number is one more of the person's.
    ("phone.yahoo", Slot::Phone(Some((OTHER, Line::Voice)), 2), Part::Value),
    ("phone.preferred", Slot::PreferredPhone, Part::Value),
    ("phone[].number", Slot::Phone(None, 1), Part::Value),
    ("phone[].label", Slot::Phone(None, 1), Part::Label),
    ("address[].street", Slot::Address(None, 1), Part::Street),
    ("address[].extended", Slot::Address(None, 1), Part::Extended),
    ("address[].po_box", Slot::Address(None, 1), Part::PoBox),
    ("address[].city", Slot::Address(None, 1), Part::City),
    ("address[].state", Slot::Address(None, 1), Part::State),
    ("address[].postal_code", Slot::Address(None, 1), Part::PostalCode),
    ("address[].country", Slot::Address(None, 1), Part::Country),
    ("address[].formatted", Slot::Address(None, 1), Part::Formatted),
    ("address[].label", Slot::Address(None, 1), Part::Label),
    ("url.plain", url(None, ""), Part::Value),
    ("url.business", url(BUSINESS, ""), Part::Value),
    ("url.home", url(HOME, ""), Part::Value),
    ("url.profile", url(None, "Profile"), Part::Value),
    ("url.blog", url(None, "Blog"), Part::Value),
    ("url[].address", Slot::Url(None, 1), Part::Value),
    ("url[].label", Slot::Url(None, 1), Part::Label),
    ("im[].address", Slot::Im(None, 1), Part::Value),
    ("im[].label", Slot::Im(None, 1), Part::Label),
    ("im[].service", Slot::Im(None, 1), Part::Service),
    ("im.screen_name", Slot::Im(Some(""), 1), Part::Value),
    ("im.aim", Slot::Im(Some("AIM"), 1), Part::Value),
    ("im.google", Slot::Im(Some("Google Talk"), 1), Part::Value),
    ("im.icq", Slot::Im(Some("ICQ"), 1), Part::Value),
    ("im.irc", Slot::Im(Some("IRC"), 1), Part::Value),
    ("im.jabber", Slot::Im(Some("Jabber"), 1), Part::Value),
    ("im.msn", Slot::Im(Some("MSN"), 1), Part::Value),
    ("im.qq", Slot::Im(Some("QQ"), 1), Part::Value),
    ("im.skype", Slot::Im(Some("Skype"), 1), Part::Value),
    ("im.yahoo", Slot::Im(Some("Yahoo"), 1), Part::Value),
    ("birthday", Slot::Date(Field::Birthday), Part::Value),
    ("birthday.year", Slot::Date(Field::Birthday), Part::Year),
    ("birthday.month", Slot::Date(Field::Birthday), Part::Month),
    ("birthday.day", Slot::Date(Field::Birthday), Part::Day),
    ("anniversary", Slot::Date(Field::Anniversary), Part::Value),
    ("event[].date", Slot::Event(1), Part::Value),
    ("event[].label", Slot::Event(1), Part::Label),
    ("spouse", Slot::Text(Field::Spouse), Part::Value),
    ("children", Slot::List(Field::Children), Part::Value),
    ("relation[].name", Slot::Relation(1), Part::Value),
    ("relation[].label", Slot::Relation(1), Part::Label),
    ("gender", Slot::Gender, Part::Value),
    ("hobby", Slot::Text(Field::Hobby), Part::Value),
    ("language", Slot::Text(Field::Language), Part::Value),
    ("location", Slot::Text(Field::Location), Part::Value),
    ("time_zone", Slot::Text(Field::TimeZone), Part::Value),
    ("geo", Slot::Text(Field::Geo), Part::Value),
    ("uid", Slot::Text(Field::Uid), Part::Value),
    ("revision", Slot::Text(Field::Revision), Part::Value),
    ("categories", Slot::List(Field::Categories), Part::Value),
    ("notes", Slot::Text(Field::Notes), Part::Value),
    ("photo.url", Slot::Photo, Part::Value),
    ("photo.file", Slot::Photo, Part::Value),
    ("photo.base64", Slot::Photo, Part::Base64),
    ("custom[].value", Slot::Custom(1), Part::Value),
    ("custom[].label", Slot::Custom(1), Part::Label),
    ("meta.account", Slot::Text(Field::Account), Part::Value),
    ("meta.billing", Slot::Text(Field::Billing), Part::Value),
    ("meta.mileage", Slot::Text(Field::Mileage), Part::Value),
    ("meta.government_id", Slot::Text(Field::GovernmentId), Part::Value),
    ("meta.organizational_id", Slot::Text(Field::OrganizationalId), Part::Value),
    ("meta.free_busy", Slot::Text(Field::FreeBusyUrl), Part::Value),
    ("meta.referred_by", Slot::Text(Field::ReferredBy), Part::Value),
    ("meta.user[1]", Slot::Text(Field::User1), Part::Value),
    ("meta.user[2]", Slot::Text(Field::User2), Part::Value),
    ("meta.user[3]", Slot::Text(Field::User3), Part::Value),
    ("meta.user[4]", Slot::Text(Field::User4), Part::Value),
    ("meta.sensitivity", Slot::Sensitivity, Part::Value),
    ("meta.private", Slot::Sensitivity, Part::Private),
    ("meta.custom[]", Slot::Kept, Part::Value),
    ("meta.calendar_uri", Slot::Kept, Part::Value),
    ("meta.connected_on", Slot::Kept, Part::Value),
    ("meta.created", Slot::Kept, Part::Value),
    ("meta.distribution_lists", Slot::Kept, Part::Value),
    ("meta.id", Slot::Kept, Part::Value),
    ("meta.last_activity", Slot::Kept, Part::Value),
    ("meta.lead_source", Slot::Kept, Part::Value),
    ("meta.lead_status", Slot::Kept, Part::Value),
    ("meta.mail_client", Slot::Kept, Part::Value),
    ("meta.marketing_status", Slot::Kept, Part::Value),
    ("meta.other[]", Slot::Kept, Part::Value),
    ("meta.owner", Slot::Kept, Part::Value),
    ("meta.section[]", Slot::Kept, Part::Value),
    ("meta.wants_html", Slot::Kept, Part::Value),
    ("meta.directory_server", Slot::Kept, Part::Value),
    ("meta.keywords", Slot::Kept, Part::Value),
    ("meta.priority", Slot::Priority, Part::Value),
    ("meta.schools", Slot::Kept, Part::Value),
    ("meta.subject", Slot::Kept, Part::Value),
    ("calendar[].label", Slot::Kept, Part::Value),
    ("calendar[].url", Slot::Kept, Part::Value),
    ("external_id[].label", Slot::Kept, Part::Value),
    ("external_id[].value", Slot::Kept, Part::Value),
    ("jot[].label", Slot::Kept, Part::Value),
    ("jot[].value", Slot::Kept, Part::Value),
];

/// The addresses of a fixed kind: `address.home.city` and the like.
const ADDRESSES: &[(&str, Slot)] = &[
    ("address.business.", address(BUSINESS)),
    ("address.home.", address(HOME)),
    ("address.other.", address(OTHER)),
    ("address.plain.", address(None)),
];

/// What follows them.
const ADDRESS_PARTS: &[(&str, Part)] = &[
    ("street", Part::Street),
    ("street2", Part::Street2),
    ("street3", Part::Street3),
    ("po_box", Part::PoBox),
    ("city", Part::City),
    ("state", Part::State),
    ("postal_code", Part::PostalCode),
    ("country", Part::Country),
    ("formatted", Part::Formatted),
];

impl Column {
    /// The field that its value goes into.
    pub(in crate::formats) fn field(self) -> Field {
        match self.slot {
            Slot::Text(field) | Slot::List(field) | Slot::Date(field) => field,
            Slot::Gender => Field::Gender,
            Slot::Sensitivity => Field::Sensitivity,
            Slot::Organization(1) => match self.part {
                Part::YomiCompany => Field::YomiCompany,
                Part::Department => Field::Department,
                Part::JobTitle => Field::JobTitle,
                Part::Role => Field::Role,
                Part::Office => Field::Office,
                _ => Field::Company,
            },
            Slot::Organization(_) => Field::Organizations,
            Slot::Email(..) => Field::Emails,
            Slot::Phone(..) | Slot::PreferredPhone => Field::Phones,
            Slot::Address(..) => Field::Addresses,
            Slot::Url(..) => Field::Urls,
            Slot::Im(..) => Field::Ims,
            Slot::Relation(_) => Field::Relations,
            Slot::Event(_) => Field::Events,
            Slot::Photo => Field::Photo,
            Slot::Custom(_) | Slot::Priority | Slot::Kept => Field::Extra,
        }
    }

    /// The column of a name of the vocabulary; a number in brackets, if it has one, tells apart slots that are alike.
    pub(in crate::formats) fn named(name: &str) -> Option<Column> {
        if let Some((_, slot, part)) = ROWS.iter().find(|(row, ..)| *row == name) {
            return Some(Column { slot: *slot, part: *part });
        }
        for (prefix, slot) in ADDRESSES {
            let rest = name.strip_prefix(prefix);
            if let Some((_, part)) = ADDRESS_PARTS.iter().find(|(part, _)| Some(*part) == rest) {
                return Some(Column { slot: *slot, part: *part });
            }
        }
        let (before, rest) = name.split_once('[')?;
        let (number, after) = rest.split_once(']')?;
        // `address.home[2].city`: a second address of a fixed kind.
        if ADDRESSES.iter().any(|(prefix, _)| prefix.strip_suffix('.') == Some(before)) {
            return Some(Column::named(&format!("{before}{after}"))?.numbered(number.parse().unwrap_or(1)));
        }
        let row = ROWS.iter().find(|(row, ..)| row.split_once("[]") == Some((before, after)))?;
        Some(Column { slot: row.1, part: row.2 }.numbered(number.parse().unwrap_or(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        let names: std::collections::BTreeSet<_> = ROWS.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names.len(), ROWS.len());
        for (name, slot, part) in ROWS {
            assert_eq!(Column::named(name), Some(Column { slot: *slot, part: *part }), "{name}");
        }
    }

    #[test]
    fn numbers_tell_slots_apart() {
        let second = Column::named("email[2].address").unwrap();
        assert_eq!(second, Column { slot: Slot::Email(None, 2), part: Part::Value });
        assert_eq!(Column::named("phone.home[2]").unwrap().slot, Slot::Phone(Some((HOME, Line::Voice)), 2));
        assert_eq!(Column::named("meta.user[3]").unwrap().slot, Slot::Text(Field::User3));
        assert_eq!(Column::named("email[n].address").unwrap().numbered(7).slot, Slot::Email(None, 7));
        assert_eq!(Column::named("address.home.city").unwrap(), Column { slot: address(HOME), part: Part::City });
        assert_eq!(Column::named("address.home.planet"), None);
        assert_eq!(Column::named("email[2"), None);
    }
}
