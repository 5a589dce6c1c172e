//! Two contacts of one person become one: what stands in an address book, and what a source says of the same person.
//!
//! What a person expects who imports a spreadsheet over an address book, field by field, is [`ROWS`]; how the values of a
//! list find each other is in [`list`], when two names are the same one in [`name`].
//!
//! | | fill | update |
//! | --- | --- | --- |
//! | a text, a day, the gender, the photo | only where there is none | what the source has wins, what it lacks stays; a day without its year does not take the year away |
//! | the name | only where the parts that both have agree: never one's given name with another's surname | part by part; as a whole where both have a given and a family name and neither agrees |
//! | full name, file as | where there is none | where the source has none and it was made of the parts or of the company, it is made again of the new ones, in both ways |
//! | the employer | only where the company is the same one, or one of the two has none | part by part |
//! | phones, postal addresses, web pages | those of a sort of which there is none, and no number twice | the source's take the place of those of the same sort, number by number; further ones of that sort stay |
//! | e-mails, messaging addresses, children, relations, employers, categories | the whole list where there is none | the source's first, behind them those that it lacks |
//! | other dates | the whole list where there is none | as phones, by their label |
//! | other properties | those of whose name there is none | as phones, by their name |
//! | time of the last change | never: it is the source's | as a text |
//!
//! The sort of a phone is its line, for voice and fax also whose it is; of an address whose it is. What does not say whose
//! it is counts as what an address book makes of it: phones and addresses as others, web pages as the business's.
//!
//! Whatever the source replaces of a list keeps what was known of the same value and what the source does not say: name,
//! label, kind, country of a street. What stays behind the source's values loses its preference, since it would come
//! first again. Remarks of single values and the names that values had in their source go with their values.

use crate::model::{Contact, Date, Field, Gender, PartialDate, Rest, Shape, Spellings};

mod list;
mod name;
#[cfg(test)]
mod tests;
mod values;

use list::{Listed, Placed};

/// What becomes of a contact that is there when a source has the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Merge {
    /// Only what is empty is set.
    Fill,
    /// What the source has wins; what it lacks stays.
    Update,
    /// Nothing but what the source has.
    Replace,
}

/// The contact that `there` becomes by way of `source`. Neither is changed, and nothing is lost of `there` unless
/// `source` has something in its place or `how` is to replace it.
pub fn merge(there: &Contact, source: &Contact, how: Merge) -> Contact {
    if how == Merge::Replace {
        return source.clone();
    }
    let mut merging = Merging::new(there, source, how == Merge::Fill);
    for (field, way) in ROWS {
        let whose = merging.field(*field, *way);
        merging.whose.push((*field, whose));
    }
    name::follow(&mut merging);
    merging.remarks();
    merging.spellings();
    merging.merged
}

/// How a field is merged.
#[derive(Clone, Copy)]
enum Way {
    /// A text by itself.
    Text,
    /// A text that belongs to the name.
    Name,
    /// A text that belongs to the first employer.
    Employer,
    /// A text that is the source's own and says nothing of the contact.
    Stamp,
    /// A day.
    Day(fn(&mut Contact) -> &mut Option<Date>),
    /// Something else, which says whose it is when it is done.
    Other(fn(&mut Merging<'_>, Field) -> Whose),
}

/// Whose value a field has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    There,
    Source,
    /// Both say the same, or each a part of it.
    Both,
}

/// A row for a list.
macro_rules! list {
    ($place:ident) => {
        Way::Other(|merging, field| merging.list(field, |contact| &contact.$place, |contact| &mut contact.$place))
    };
}

/// One row for each of [`Field::ALL`].
const ROWS: &[(Field, Way)] = &[
    (Field::FullName, Way::Name),
    (Field::Prefix, Way::Name),
    (Field::GivenName, Way::Name),
    (Field::MiddleName, Way::Name),
    (Field::Surname, Way::Name),
    (Field::Suffix, Way::Name),
    (Field::Initials, Way::Name),
    // People have one beside their name, whatever that is.
    (Field::Nickname, Way::Text),
    (Field::FileAs, Way::Name),
    (Field::YomiGivenName, Way::Name),
    (Field::YomiMiddleName, Way::Name),
    (Field::YomiSurname, Way::Name),
    (Field::MaidenName, Way::Name),
    (Field::Company, Way::Employer),
    (Field::YomiCompany, Way::Employer),
    (Field::Department, Way::Employer),
    (Field::JobTitle, Way::Employer),
    (Field::Role, Way::Employer),
    (Field::Office, Way::Employer),
    // It is the person's, whoever employs them.
    (Field::Profession, Way::Text),
    (Field::Manager, Way::Employer),
    (Field::Assistant, Way::Employer),
    (Field::Organizations, list!(organizations)),
    (Field::Emails, list!(emails)),
    (Field::Phones, list!(phones)),
    (Field::Ims, list!(ims)),
    (Field::Urls, list!(urls)),
    (Field::Addresses, list!(addresses)),
    (Field::Birthday, Way::Day(|contact| &mut contact.birthday)),
    (Field::Anniversary, Way::Day(|contact| &mut contact.anniversary)),
    (Field::Events, list!(events)),
    (Field::Spouse, Way::Text),
    (Field::Children, list!(children)),
    (Field::Relations, list!(relations)),
    (Field::Gender, Way::Other(|merging, field| merging.gender(field))),
    (Field::Hobby, Way::Text),
    (Field::Language, Way::Text),
    (Field::Location, Way::Text),
    (Field::TimeZone, Way::Text),
    (Field::Geo, Way::Text),
    (Field::FreeBusyUrl, Way::Text),
    (Field::Account, Way::Text),
    (Field::Billing, Way::Text),
    (Field::Mileage, Way::Text),
    (Field::GovernmentId, Way::Text),
    (Field::OrganizationalId, Way::Text),
    (Field::ReferredBy, Way::Text),
    (Field::User1, Way::Text),
    (Field::User2, Way::Text),
    (Field::User3, Way::Text),
    (Field::User4, Way::Text),
    (Field::Sensitivity, Way::Text),
    (Field::Categories, list!(categories)),
    (Field::Notes, Way::Text),
    (Field::Photo, Way::Other(|merging, field| merging.photo(field))),
    (Field::Uid, Way::Text),
    (Field::Revision, Way::Stamp),
    (Field::Extra, list!(extra)),
];

/// A contact in the making.
struct Merging<'a> {
    there: &'a Contact,
    source: &'a Contact,
    merged: Contact,
    /// Whether only what is empty is set; what the source has wins otherwise.
    fills: bool,
    /// Whether the two names may be parts of one.
    one_name: bool,
    /// Whether the source names somebody else.
    other_name: bool,
    /// Whether the two employers may be one.
    one_employer: bool,
    whose: Vec<(Field, Whose)>,
    /// Where the values of the lists came from.
    moves: Vec<Move>,
}

/// A list's value that has a place now, and which places it had.
struct Move {
    list: Field,
    now: usize,
    there: Option<usize>,
    source: Option<usize>,
}

impl<'a> Merging<'a> {
    fn new(there: &'a Contact, source: &'a Contact, fills: bool) -> Self {
        Self {
            there,
            source,
            merged: there.clone(),
            fills,
            one_name: name::may_be_one(&there.name, &source.name),
            other_name: !fills && name::is_another(&there.name, &source.name),
            one_employer: name::may_be_one_company(&there.organization.company, &source.organization.company),
            whose: Vec::with_capacity(ROWS.len()),
            moves: Vec::new(),
        }
    }

    fn field(&mut self, field: Field, way: Way) -> Whose {
        match way {
            Way::Name if self.fills && !self.one_name => Whose::There,
            Way::Name if self.other_name => self.text_of_source(field),
            Way::Employer if self.fills && !self.one_employer => Whose::There,
            Way::Stamp if self.fills => Whose::There,
            Way::Text | Way::Name | Way::Employer | Way::Stamp => self.text(field),
            Way::Day(place) => self.day(field, place),
            Way::Other(merge) => merge(self, field),
        }
    }

    /// Whose value is taken of a field that has one value.
    fn choose(&self, field: Field, are_equal: bool) -> Whose {
        match (field.is_absent(self.there), field.is_absent(self.source)) {
            (_, true) => Whose::There,
            (false, false) if self.fills => Whose::There,
            (false, false) if are_equal => Whose::Both,
            _ => Whose::Source,
        }
    }

    fn text(&mut self, field: Field) -> Whose {
        let whose = self.choose(field, field.text(self.there) == field.text(self.source));
        if whose == Whose::Source { self.text_of_source(field) } else { whose }
    }

    fn text_of_source(&mut self, field: Field) -> Whose {
        if let (Some(text), Some(place)) = (field.text(self.source), field.text_mut(&mut self.merged)) {
            place.clone_from(text);
        }
        Whose::Source
    }

    fn day(&mut self, field: Field, place: fn(&mut Contact) -> &mut Option<Date>) -> Whose {
        let of = |contact: &Contact| {
            if field == Field::Birthday { contact.birthday.clone() } else { contact.anniversary.clone() }
        };
        let (there, source) = (of(self.there), of(self.source));
        let both = there.as_ref().zip(source.as_ref()).and_then(|(there, source)| one_day(there, source));
        let whose = self.choose(field, both.is_some());
        match whose {
            Whose::There => {}
            Whose::Source => *place(&mut self.merged) = source,
            Whose::Both => *place(&mut self.merged) = both,
        }
        whose
    }

    fn gender(&mut self, field: Field) -> Whose {
        let (there, source) = (&self.there.gender, &self.source.gender);
        let whose = self.choose(field, there == source);
        if whose == Whose::Source {
            let identity = if source.identity.is_empty() { &there.identity } else { &source.identity };
            self.merged.gender = Gender { sex: source.sex.or(there.sex), identity: identity.clone() };
        }
        whose
    }

    fn photo(&mut self, field: Field) -> Whose {
        let whose = self.choose(field, self.there.photo == self.source.photo);
        if whose == Whose::Source {
            self.merged.photo.clone_from(&self.source.photo);
        }
        whose
    }

    fn list<V: Listed>(
        &mut self,
        field: Field,
        of: fn(&Contact) -> &Vec<V>,
        place: fn(&mut Contact) -> &mut Vec<V>,
    ) -> Whose {
        let (there, source) = (of(self.there), of(self.source));
        let placed = if self.fills { list::fill(there, source) } else { list::update(there, source) };
        let mut values = Vec::with_capacity(placed.len());
        for (now, Placed { value, there, source }) in placed.into_iter().enumerate() {
            self.moves.push(Move { list: field, now, there, source });
            values.push(value);
        }
        *place(&mut self.merged) = values;
        match (there.is_empty(), source.is_empty()) {
            (_, true) => Whose::There,
            (true, false) => Whose::Source,
            (false, false) if self.fills => Whose::There,
            (false, false) => Whose::Both,
        }
    }

    fn whose(&self, field: Field) -> Whose {
        self.whose.iter().find(|(of, _)| *of == field).map_or(Whose::There, |(_, whose)| *whose)
    }

    /// Gives the remarks of single values to those whose values were taken, in the order in which they stood.
    fn remarks(&mut self) {
        let mut fields: Vec<Field> = self.there.rest.iter().map(|(field, _)| *field).collect();
        let new = self.source.rest.iter().map(|(field, _)| *field).filter(|field| self.there.rest_of(*field).is_none());
        fields.extend(new);
        let remark = |field: Field| {
            let (there, source) = (self.there.rest_of(field), self.source.rest_of(field));
            match self.whose(field) {
                Whose::There => there,
                Whose::Source if self.fills => there.or(source),
                Whose::Source => source,
                Whose::Both => source.or(there),
            }
        };
        let remarks: Vec<(Field, Rest)> =
            fields.into_iter().filter_map(|field| Some((field, remark(field)?.clone()))).collect();
        self.merged.rest = remarks;
    }

    /// Keeps the names that the values had in their source. Those of one version stand beside each other; where the two
    /// are of different versions, whoever goes before the other has them.
    fn spellings(&mut self) {
        let (first, second) = if self.fills { (self.there, self.source) } else { (self.source, self.there) };
        let version = Some(first.spellings.version()).filter(|version| !version.is_empty());
        let version = version.unwrap_or(second.spellings.version()).to_owned();
        let mut spellings = Spellings::of_version(version.clone());
        for (contact, is_source) in [(second, self.fills), (first, !self.fills)] {
            for (field, at, name) in contact.spellings.names().filter(|_| contact.spellings.is_of(&version)) {
                if let Some(at) = self.now_at(is_source, field, at) {
                    spellings.note(field, at, name.to_owned());
                }
            }
            for (field, at) in contact.spellings.bare().filter(|_| contact.spellings.is_of(&version)) {
                if let Some(at) = self.now_at(is_source, field, at) {
                    spellings.note_bare(field, at);
                }
            }
        }
        self.merged.spellings = spellings;
    }

    /// Where a value stands that stood at a place of one of the two; none where it was not taken.
    fn now_at(&self, is_source: bool, field: Field, at: usize) -> Option<usize> {
        let moved = |list: Field, at: usize| {
            let was = |one: &&Move| one.list == list && (if is_source { one.source } else { one.there }) == Some(at);
            self.moves.iter().find(was).map(|one| one.now)
        };
        let is_list = matches!(field.shape(), Shape::TextList | Shape::Structured)
            && !matches!(field, Field::Gender | Field::Photo);
        match at.checked_sub(1) {
            _ if is_list => moved(field, at),
            // The parts of a further employer count from one.
            Some(employer) => moved(Field::Organizations, employer).map(|now| now + 1),
            None => {
                let other = if is_source { Whose::There } else { Whose::Source };
                (self.whose(field) != other).then_some(0)
            }
        }
    }
}

/// The day of which two dates say the same, each perhaps only a part; none where they do not.
fn one_day(there: &Date, source: &Date) -> Option<Date> {
    let (Date::Known(one), Date::Known(other)) = (there, source) else {
        return (there == source).then(|| there.clone());
    };
    let agree = |one: Option<u16>, other: Option<u16>| one.is_none() || other.is_none() || one == other;
    let day = |date: &PartialDate| [date.year, date.month.map(u16::from), date.day.map(u16::from)];
    let (parts, others) = (day(one), day(other));
    let shared = parts.iter().zip(&others).any(|(one, other)| one.is_some() && one == other);
    if !shared || !parts.iter().zip(&others).all(|(one, other)| agree(*one, *other)) {
        return None;
    }
    let union =
        PartialDate { year: other.year.or(one.year), month: other.month.or(one.month), day: other.day.or(one.day) };
    union.checked().map(Date::Known)
}
