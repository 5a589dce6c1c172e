//! The contact: everything either API, vCard or the CSV dialects can say of a person or a company.

use crate::model::{
    Address, Date, Email, Event, Extra, Field, Gender, Im, Name, Organization, Phone, Photo, Relation, Rest, Spellings,
    Url,
};

/// One contact. Text that is empty means "absent"; lists keep their source's order.
///
/// [`Field::ALL`] is the closed list of what is in here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// The parts of the name.
    pub name: Name,
    /// The first (for Exchange: the only) employer.
    pub organization: Organization,
    /// Further employers.
    pub organizations: Vec<Organization>,
    /// E-mail addresses.
    pub emails: Vec<Email>,
    /// Telephone numbers, faxes and pagers among them.
    pub phones: Vec<Phone>,
    /// Instant messaging addresses.
    pub ims: Vec<Im>,
    /// Web pages.
    pub urls: Vec<Url>,
    /// Postal addresses.
    pub addresses: Vec<Address>,
    /// Birthday.
    pub birthday: Option<Date>,
    /// Wedding anniversary.
    pub anniversary: Option<Date>,
    /// Other dates with a label.
    pub events: Vec<Event>,
    /// Name of the spouse or partner.
    pub spouse: String,
    /// Names of the children.
    pub children: Vec<String>,
    /// Other related people.
    pub relations: Vec<Relation>,
    /// Gender.
    pub gender: Gender,
    /// Hobbies, as one text.
    pub hobby: String,
    /// Preferred language (a language tag or a word).
    pub language: String,
    /// Where the contact is to be found; Outlook's "Location".
    pub location: String,
    /// Time zone: an Olson name or a UTC offset.
    pub time_zone: String,
    /// Position as `latitude,longitude` in decimal degrees (the text of a `geo:` URI).
    pub geo: String,
    /// Where the free/busy times are published.
    pub free_busy_url: String,
    /// Outlook's "Account".
    pub account: String,
    /// Outlook's "Billing Information".
    pub billing: String,
    /// Outlook's "Mileage".
    pub mileage: String,
    /// Outlook's "Government ID Number".
    pub government_id: String,
    /// Outlook's "Organizational ID Number".
    pub organizational_id: String,
    /// Who introduced the contact.
    pub referred_by: String,
    /// Outlook's four free fields "User 1" to "User 4".
    pub user_fields: [String; 4],
    /// vCard CLASS, Outlook's sensitivity: `private`, `confidential`, …; empty for an ordinary contact.
    pub sensitivity: String,
    /// Categories, labels or groups.
    pub categories: Vec<String>,
    /// Notes; lines are separated by `\n`.
    pub notes: String,
    /// Photo.
    pub photo: Option<Photo>,
    /// The source's unique identifier, as it stands there.
    pub uid: String,
    /// When the source last changed it, RFC 3339 where it could be understood.
    pub revision: String,
    /// Group and parameters of single-valued fields that nobody models; at most one entry a field.
    pub rest: Vec<(Field, Rest)>,
    /// What was read and has no field here, verbatim.
    pub extra: Vec<Extra>,
    /// The names that the values had in their source, where it could choose.
    pub spellings: Spellings,
}

impl Contact {
    /// The unmodelled remainder of a single-valued field, if the source had any.
    pub fn rest_of(&self, field: Field) -> Option<&Rest> {
        self.rest.iter().find(|(of, _)| *of == field).map(|(_, rest)| rest)
    }

    /// Keeps the unmodelled remainder of a single-valued field; an empty one is not kept.
    pub fn keep_rest(&mut self, field: Field, rest: Rest) {
        self.rest.retain(|(of, _)| *of != field);
        if !rest.is_empty() {
            self.rest.push((field, rest));
        }
    }

    /// Forgets everything, but keeps the memory of its lists for the next contact.
    pub fn clear(&mut self) {
        let emptied = Contact {
            organizations: emptied(&mut self.organizations),
            emails: emptied(&mut self.emails),
            phones: emptied(&mut self.phones),
            ims: emptied(&mut self.ims),
            urls: emptied(&mut self.urls),
            addresses: emptied(&mut self.addresses),
            events: emptied(&mut self.events),
            children: emptied(&mut self.children),
            relations: emptied(&mut self.relations),
            categories: emptied(&mut self.categories),
            rest: emptied(&mut self.rest),
            extra: emptied(&mut self.extra),
            ..Contact::default()
        };
        *self = emptied;
    }

    /// Whether nothing at all is in it.
    pub fn is_empty(&self) -> bool {
        Field::ALL.iter().all(|field| field.is_absent(self))
    }

    /// Forgets a full name that somebody made of the company, an e-mail or a phone because a name had to be there: it
    /// would otherwise become a person's name in formats that have no other place for it.
    pub fn forget_made_name(&mut self) {
        let full = &self.name.full;
        let made = self.organization.company == *full
            || self.emails.iter().any(|email| email.address == *full)
            || self.phones.iter().any(|phone| phone.number == *full);
        if made && self.name.joined().is_empty() && self.rest_of(Field::FullName).is_none() {
            self.name.full.clear();
        }
    }

    /// A name to show a person: the full name, else made of its parts, else the company, first e-mail or phone.
    pub fn display_name(&self) -> String {
        if !self.name.full.is_empty() {
            return self.name.full.clone();
        }
        let made = self.name.joined();
        let candidates = [made.as_str(), self.organization.company.as_str()];
        let reach = self.emails.first().map(|email| email.address.as_str());
        let reach = reach.or_else(|| self.phones.first().map(|phone| phone.number.as_str()));
        candidates.into_iter().chain(reach).find(|text| !text.is_empty()).unwrap_or_default().to_owned()
    }
}

/// A list without what is in it; the memory of one that was unusually long is given back.
fn emptied<T>(list: &mut Vec<T>) -> Vec<T> {
    const KEPT: usize = 64;
    list.clear();
    if list.capacity() > KEPT { Vec::new() } else { std::mem::take(list) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, Event, Extra, Im, Origin, Photo, PhotoData, Relation, Shape, Url};

    #[test]
    fn a_cleared_contact_is_a_new_one() {
        let mut contact = Contact { spellings: Spellings::of_version("3.0"), ..Contact::default() };
        for field in Field::ALL.iter().filter(|field| field.shape() == Shape::Text) {
            *field.text_mut(&mut contact).unwrap() = "text".into();
        }
        contact.organization.rest.group = "item1".into();
        contact.organizations = vec![Organization { company: "Contoso".into(), ..Organization::default() }];
        contact.emails = vec![Email::default(); 3];
        contact.phones = vec![Phone::default(); 100];
        (contact.ims, contact.urls) = (vec![Im::default()], vec![Url::default()]);
        (contact.addresses, contact.events) = (vec![Address::default()], Vec::new());
        (contact.children, contact.relations) = (vec!["Ada".into()], vec![Relation::default()]);
        (contact.birthday, contact.anniversary) = (Some(Date::Text("May".into())), Some(Date::Text("June".into())));
        contact.gender.identity = "?".into();
        contact.categories = vec!["Work".into()];
        contact.photo = Some(Photo { data: PhotoData::Link("a.jpg".into()), kind: None });
        contact.keep_rest(Field::Notes, Rest { group: "item2".into(), ..Rest::default() });
        let (origin, name, value, rest) = (Origin::Column, "a".into(), "b".into(), Rest::default());
        contact.extra.push(Extra { origin, name, value, rest });
        contact.events.push(Event { date: Date::Text("1 May".into()), label: "day".into(), rest: Rest::default() });
        assert!(Field::ALL.iter().all(|field| !field.is_absent(&contact)));
        contact.clear();
        assert_eq!(contact, Contact::default());
        assert_eq!((contact.spellings.version(), contact.phones.capacity()), ("", 0));
        assert!(contact.emails.capacity() >= 3);
    }

    #[test]
    fn an_empty_rest_is_not_kept() {
        let mut contact = Contact::default();
        contact.keep_rest(Field::Notes, Rest::default());
        assert_eq!(contact, Contact::default());
        assert!(contact.is_empty());
    }

    #[test]
    fn a_name_made_of_something_else_is_none() {
        let made = |full: &str, given: &str, company: &str| {
            let mut contact = Contact::default();
            (contact.name.full, contact.name.given) = (full.into(), given.into());
            contact.organization.company = company.into();
            contact.forget_made_name();
            contact.name.full
        };
        assert_eq!(made("Contoso", "", "Contoso"), "");
        assert_eq!(made("Contoso", "Contoso", "Contoso"), "Contoso");
        assert_eq!(made("Ada", "Ada", ""), "Ada");
        assert_eq!(made("Ada", "", "Contoso"), "Ada");
    }

    #[test]
    fn display_name_falls_back_to_what_there_is() {
        let mut contact = Contact::default();
        assert_eq!(contact.display_name(), "");
        contact.emails.push(Email { address: "a@example.com".into(), ..Email::default() });
        assert_eq!(contact.display_name(), "a@example.com");
        contact.organization.company = "Contoso".into();
        assert_eq!(contact.display_name(), "Contoso");
        contact.name.given = "Ada".into();
        contact.name.surname = "Byron".into();
        assert_eq!(contact.display_name(), "Ada Byron");
        contact.name.full = "Countess of Lovelace".into();
        assert_eq!(contact.display_name(), "Countess of Lovelace");
    }
}
