//! Invented contacts for property tests: rich ones, as a reader could have made them.
//!
//! What no reader makes is left out: control characters, blanks around addresses and numbers, a comma and a blank within
//! one nickname. Formats declare what they cannot hold as losses.

use cardferry::model::{
    Address, Contact, Date, Email, Event, Extra, Gender, Im, Kind, Line, Name, Organization, Origin, PartialDate,
    Phone, Photo, PhotoData, PhotoKind, Relation, Rest, Sex, Url,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// A contact with anything in it that a contact can have.
pub(crate) fn arbitrary_contact() -> impl Strategy<Value = Contact> {
    let people = (name(), organization(), further_organizations(), relations());
    let reach = (vec(email(), 0..4), vec(phone(), 0..5), vec(im(), 0..3), vec(url(), 0..3), vec(address(), 0..3));
    let days = (option::of(date()), option::of(date()), vec(event(), 0..3));
    let single = (vec(text(), 16), gender(), vec(word(), 0..4), option::of(photo()), lines());
    let extra = vec(prop_oneof![property(), column()], 0..3);
    (people, reach, days, single, extra).prop_map(|(people, reach, days, single, extra)| {
        let (name, organization, organizations, (spouse, children, relations)) = people;
        let (emails, phones, ims, urls, addresses) = reach;
        let (birthday, anniversary, events) = days;
        let (texts, gender, categories, photo, notes) = single;
        let organizations = if organization.company.is_empty() { Vec::new() } else { organizations };
        let contact = Contact {
            name,
            organization,
            organizations,
            emails,
            phones,
            ims,
            urls,
            addresses,
            birthday,
            anniversary,
            events,
            spouse,
            children,
            relations,
            gender,
            categories,
            notes,
            photo,
            extra,
            ..Contact::default()
        };
        with_texts(contact, texts)
    })
}

fn with_texts(mut contact: Contact, texts: Vec<String>) -> Contact {
    let mut texts = texts.into_iter();
    let mut next = || texts.next().unwrap_or_default();
    contact.hobby = next();
    contact.language = next();
    contact.location = next();
    contact.account = next();
    contact.billing = next();
    contact.mileage = next();
    contact.government_id = next();
    contact.organizational_id = next();
    contact.referred_by = next();
    contact.user_fields = [next(), next(), next(), next()];
    contact.time_zone = next().trim().to_owned();
    contact.uid = next().trim().to_owned();
    contact.sensitivity = if next().is_empty() { String::new() } else { "private".to_owned() };
    contact.geo = if contact.uid.is_empty() { String::new() } else { "48.1,-11.5".to_owned() };
    contact.revision = if contact.account.is_empty() { String::new() } else { "2024-01-01T12:00:00Z".to_owned() };
    contact.free_busy_url = if contact.hobby.is_empty() { String::new() } else { "https://example.com/a,b;c".into() };
    contact
}

/// One line of text, often empty, with what formats escape, fold and encode.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => Just(String::new()), 2 => word(), 1 => long_line()]
}

/// One line of text that is not empty.
pub(crate) fn word() -> impl Strategy<Value = String> {
    let letters = "[A-Za-z0-9äöüßéñŁ山田Жא🎈]{1,8}";
    let tricky = "[ -~äé漢🎈]{1,20}";
    prop_oneof![3 => letters, 2 => tricky].prop_filter("is not blank", |text| !text.trim().is_empty())
}

fn long_line() -> impl Strategy<Value = String> {
    vec(word(), 1..30).prop_map(|words| words.join(" "))
}

/// Text of several lines.
pub(crate) fn lines() -> impl Strategy<Value = String> {
    prop_oneof![1 => Just(String::new()), 2 => vec(word(), 1..6).prop_map(|lines| lines.join("\n"))]
}

fn name() -> impl Strategy<Value = Name> {
    let nickname = vec("[A-Za-zäé,;\\\\]{1,8}", 0..3).prop_map(|names| names.join(", "));
    (vec(text(), 11), nickname).prop_map(|(texts, nickname)| {
        let [full, prefix, given, middle, surname, suffix, initials, file_as, yomi_given, yomi_middle, yomi_surname] =
            <[String; 11]>::try_from(texts).unwrap_or_default();
        let maiden = if prefix.is_empty() { String::new() } else { surname.clone() };
        Name {
            full,
            prefix,
            given,
            middle,
            surname,
            suffix,
            initials,
            nickname,
            file_as,
            yomi_given,
            yomi_middle,
            yomi_surname,
            maiden,
        }
    })
}

fn organization() -> impl Strategy<Value = Organization> {
    let department = vec("[A-Za-zäé,\\\\]{1,8}", 0..3).prop_map(|units| units.join("; "));
    (vec(text(), 8), department).prop_map(|(texts, department)| {
        let [company, yomi_company, job_title, role, office, profession, manager, assistant] =
            <[String; 8]>::try_from(texts).unwrap_or_default();
        let rest = Rest::default();
        Organization {
            company,
            yomi_company,
            department,
            job_title,
            role,
            office,
            profession,
            manager,
            assistant,
            rest,
        }
    })
}

fn further_organizations() -> impl Strategy<Value = Vec<Organization>> {
    vec(organization().prop_filter("is somewhere", |employer| !employer.company.is_empty()), 0..3)
}

fn relations() -> impl Strategy<Value = (String, Vec<String>, Vec<Relation>)> {
    let name = "[A-Za-zäé ]{0,6}[A-Za-zé]";
    let label = select(vec!["friend", "colleague", "brother", "Patenkind; klein", ""]);
    let relation =
        (name, label).prop_map(|(value, label)| Relation { value, label: label.to_owned(), rest: Rest::default() });
    (prop_oneof![Just(String::new()), name], vec(name, 0..3), vec(relation, 0..3))
}

/// Whose a value is.
pub(crate) fn kind() -> impl Strategy<Value = Option<Kind>> {
    option::of(select(vec![Kind::Home, Kind::Business, Kind::Other]))
}

/// What is said of a value: kind, label, preference and the unmodelled rest.
fn said() -> impl Strategy<Value = (Option<Kind>, String, Option<u8>, Rest)> {
    let label = prop_oneof![3 => Just(String::new()), 1 => word(), 1 => Just("HomePage".to_owned())];
    let preference = option::weighted(0.3, 1..=100_u8);
    let params = select(vec![
        vec![],
        vec![],
        vec![("TYPE", vec!["X-Odd"])],
        vec![("X-SLOT", vec!["a;b, \"c\"^n"]), ("ALTID", vec!["1"])],
        vec![("X-LIST", vec!["one", "two"])],
    ]);
    let group = select(vec!["", "", "item7", "work"]);
    let rest = (group, params).prop_map(|(group, params)| Rest {
        group: group.to_owned(),
        params: params
            .into_iter()
            .map(|(name, values)| (name.into(), values.into_iter().map(Into::into).collect()))
            .collect(),
        raw: None,
    });
    (kind(), label, preference, rest).prop_map(|(kind, label, preference, mut rest)| {
        // One group has one label.
        if !label.is_empty() {
            rest.group.clear();
        }
        (kind, label, preference, rest)
    })
}

fn email() -> impl Strategy<Value = Email> {
    ("[a-z.+_']{1,12}@[a-z]{1,8}\\.example", text(), said()).prop_map(|(address, name, said)| {
        let (kind, label, preference, rest) = said;
        Email { address, name, kind, label, preference, rest }
    })
}

fn phone() -> impl Strategy<Value = Phone> {
    let number = "[+(]?[0-9][0-9 ()./-]{0,14}[0-9](;ext=[0-9]{2})?";
    (number, select(Line::ALL.to_vec()), said()).prop_map(|(number, line, said)| {
        let (kind, label, preference, rest) = said;
        Phone { number, kind, line, label, preference, rest }
    })
}

fn im() -> impl Strategy<Value = Im> {
    let service = select(vec!["Skype", "ICQ", "Jabber", "GoogleTalk", "Matrix", "Über Chat", ""]);
    ("[a-zé%@]{1,6}[a-z0-9. ]{0,6}[a-z]", service, said()).prop_map(|(address, service, said)| {
        let (kind, label, preference, rest) = said;
        Im { address, service: service.to_owned(), kind, label, preference, rest }
    })
}

fn url() -> impl Strategy<Value = Url> {
    ("https://[a-z]{1,9}\\.example/[a-z0-9,;?=&%~-]{0,90}", said()).prop_map(|(url, said)| {
        let (kind, label, preference, rest) = said;
        Url { url, kind, label, preference, rest }
    })
}

fn address() -> impl Strategy<Value = Address> {
    (vec(text(), 6), lines(), lines(), said()).prop_map(|(texts, street, formatted, said)| {
        let (kind, label, preference, rest) = said;
        let [extended, po_box, city, state, postal_code, country] = <[String; 6]>::try_from(texts).unwrap_or_default();
        // An address without any part is none.
        let city = if city.is_empty() { "Springfield".to_owned() } else { city };
        Address {
            street,
            extended,
            po_box,
            city,
            state,
            postal_code,
            country,
            formatted,
            kind,
            label,
            preference,
            rest,
        }
    })
}

/// A date, whole, partial or in words.
pub(crate) fn date() -> impl Strategy<Value = Date> {
    let full = (1..=9999_u16, 1..=12_u8, 1..=28_u8).prop_filter_map("is a day", |(y, m, d)| PartialDate::full(y, m, d));
    let yearless = (1..=12_u8, 1..=28_u8).prop_filter_map("is a day", |(m, d)| PartialDate::yearless(m, d));
    let partial = select(vec![
        PartialDate { year: Some(1985), month: Some(4), day: None },
        PartialDate { year: Some(1985), month: None, day: None },
        PartialDate { year: None, month: Some(4), day: None },
        PartialDate { year: None, month: None, day: Some(15) },
    ]);
    prop_oneof![
        3 => full.prop_map(Date::Known),
        2 => yearless.prop_map(Date::Known),
        1 => partial.prop_map(Date::Known),
        1 => Just(Date::Text("circa 1800; vielleicht".to_owned())),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    (date(), prop_oneof![word(), Just(String::new()), Just("Other".to_owned())]).prop_map(|(date, label)| Event {
        date,
        label,
        rest: Rest::default(),
    })
}

fn gender() -> impl Strategy<Value = Gender> {
    let sex = option::of(select(vec![Sex::Male, Sex::Female, Sex::Other, Sex::NotApplicable, Sex::Unknown]));
    (sex, prop_oneof![Just(String::new()), Just("grrrl; power".to_owned())])
        .prop_map(|(sex, identity)| Gender { sex, identity })
}

/// A photo: the first bytes of a real kind, then anything; or a link.
pub(crate) fn photo() -> impl Strategy<Value = Photo> {
    let link = Just(Photo { data: PhotoData::Link("https://example.com/p.jpg?a=1,2".into()), kind: None });
    let picture = vec(any::<u8>(), 0..200).prop_flat_map(|bytes| {
        select(vec![
            (PhotoKind::Jpeg, b"\xff\xd8\xff".to_vec()),
            (PhotoKind::Png, b"\x89PNG\r\n\x1a\n".to_vec()),
            (PhotoKind::Gif, b"GIF8".to_vec()),
        ])
        .prop_map(move |(kind, mut head)| {
            head.extend_from_slice(&bytes);
            Photo { data: PhotoData::Encoded(base64_simd::STANDARD.encode_to_string(&head)), kind: Some(kind) }
        })
    });
    prop_oneof![1 => link, 4 => picture]
}

fn property() -> impl Strategy<Value = Extra> {
    let name = select(vec!["X-ODD", "x-mixed-Case", "SOUND", "MEMBER", "KIND"]);
    (name, select(vec!["plain", "a;b,c\\;d", "urn:uuid:1", "<a href=\"x\">", "ü"]), option::of(Just("grp"))).prop_map(
        |(name, value, group)| Extra {
            origin: Origin::Vcard,
            name: name.to_owned(),
            value: value.to_owned(),
            rest: Rest { group: group.unwrap_or_default().to_owned(), ..Rest::default() },
        },
    )
}

fn column() -> impl Strategy<Value = Extra> {
    (word(), lines()).prop_map(|(name, value)| Extra {
        origin: Origin::Column,
        name: name.trim().replace('\\', "/"),
        value,
        rest: Rest::default(),
    })
}
