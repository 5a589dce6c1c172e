//! read(write(contact)) is the contact without what the writer declared lost.

use cardferry::formats::Outcome;
use cardferry::formats::csv::{Options, Writer, Writing};
use cardferry::formats::table::{Profile, Style};
use cardferry::model::{
    Address, Contact, Date, Email, Event, Extra, Field, Im, Kind, Line, Loss, Organization, Origin, PartialDate, Phone,
    Relation, Rest, Sex, Shape, Url, Why,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// A text of any kind of letters, without blanks at its ends; some look like formulas, or like guarded ones.
fn text() -> impl Strategy<Value = String> {
    "[A-Za-zÄé東;,\"'=+*:\\\\-]{1,3}[A-Za-zÄé東;,\"' \n:\\\\-]{0,8}[A-Za-zÄé東.]{1,3}".prop_map(|text| text)
}

/// A user's own word for a value: one that is no word of the programs.
fn label() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z]{2,5}-[A-Z]{2}".prop_map(|word| word)]
}

fn kind() -> impl Strategy<Value = Option<Kind>> {
    option::of(prop_oneof![Just(Kind::Home), Just(Kind::Business), Just(Kind::Other)])
}

fn preference() -> impl Strategy<Value = Option<u8>> {
    option::weighted(0.2, 1u8..4)
}

prop_compose! {
    fn email()(address in "[a-z]{1,6}@[a-z]{1,5}\\.example", name in option::of(text()), kind in kind(),
        label in label(), preference in preference()) -> Email {
        let name = name.unwrap_or_default();
        Email { address, name, kind, label, preference, ..Email::default() }
    }
}

prop_compose! {
    fn phone()(number in "[+(0-9][0-9 ()x-]{1,12}[0-9]", kind in kind(), line in 0..Line::ALL.len(), label in label(),
        preference in preference()) -> Phone {
        Phone { number, kind, line: Line::ALL[line], label, preference, ..Phone::default() }
    }
}

prop_compose! {
    fn address()(parts in vec(option::of(text()), 7), formatted in option::weighted(0.2, text()), kind in kind(),
        label in label(), preference in preference()) -> Address {
        let mut parts = parts.into_iter().map(Option::unwrap_or_default);
        let mut next = || parts.next().unwrap();
        Address { street: next(), extended: next(), po_box: next(), city: next(), state: next(), postal_code: next(),
            country: next(), formatted: formatted.unwrap_or_default(), kind, label, preference, rest: Rest::default() }
    }
}

prop_compose! {
    fn url()(url in "https://[a-z]{1,6}\\.example/[a-z,;]{0,4}z", kind in kind(), label in label()) -> Url {
        Url { url, kind, label, ..Url::default() }
    }
}

prop_compose! {
    fn im()(address in "[a-z]{1,6}", service in prop_oneof![Just("Skype"), Just("XMPP"), Just("")], kind in kind()) -> Im {
        Im { address, service: service.to_owned(), kind, ..Im::default() }
    }
}

fn date() -> impl Strategy<Value = Date> {
    let known = (option::of(1900u16..2030), 1u8..13, 1u8..29);
    prop_oneof![
        8 => known.prop_map(|(year, month, day)| Date::Known(PartialDate { year, month: Some(month), day: Some(day) })),
        1 => Just(Date::Known(PartialDate { year: Some(1999), month: None, day: None })),
        1 => Just(Date::Text("about 1800".to_owned())),
    ]
}

prop_compose! {
    fn event()(date in date(), label in label()) -> Event {
        Event { date, label, rest: Rest::default() }
    }
}

prop_compose! {
    fn relation()(value in text(), label in prop_oneof![Just("friend".to_owned()), label()]) -> Relation {
        Relation { value, label, rest: Rest::default() }
    }
}

prop_compose! {
    fn extra()(vcard in any::<bool>(), name in "[A-Z]{2}-[A-Z]{3}", value in text()) -> Extra {
        Extra { origin: if vcard { Origin::Vcard } else { Origin::Column }, name, value, rest: Rest::default() }
    }
}

prop_compose! {
    fn lists()(emails in vec(email(), 0..6), phones in vec(phone(), 0..11), addresses in vec(address(), 0..5),
        urls in vec(url(), 0..5), ims in vec(im(), 0..4), events in vec(event(), 0..5),
        relations in vec(relation(), 0..4), extra in vec(extra(), 0..4), categories in vec(text(), 0..4),
        children in vec(text(), 0..3)) -> Contact {
        Contact { emails, phones, addresses: addresses.into_iter().filter(|address| !address.is_empty()).collect(),
            urls, ims, events, relations, extra, categories, children, ..Contact::default() }
    }
}

prop_compose! {
    pub(crate) fn contact()(mut contact in lists(), texts in vec(option::weighted(0.4, text()), Field::ALL.len()),
        birthday in option::of(date()), anniversary in option::of(date()), female in option::of(any::<bool>()),
        companies in vec(text(), 0..3), sensitivity in 0..4) -> Contact {
        for (field, text) in Field::ALL.iter().zip(texts) {
            if field.shape() == Shape::Text {
                *field.text_mut(&mut contact).unwrap() = text.unwrap_or_default();
            }
        }
        contact.sensitivity = ["", "private", "personal", "confidential"][sensitivity as usize].to_owned();
        contact.birthday = birthday;
        contact.anniversary = anniversary;
        contact.gender.sex = female.map(|female| if female { Sex::Female } else { Sex::Male });
        contact.organizations =
            companies.into_iter().map(|company| Organization { company, ..Organization::default() }).collect();
        contact
    }
}

/// What a contact is before it is written and after it is read, so that both can be compared.
fn normal(mut contact: Contact, profile: Profile) -> Contact {
    let (own, shown) = (contact.name.joined(), contact.display_name());
    let has_full_name = matches!(profile, Profile::Thunderbird | Profile::Generic);
    if !has_full_name && (contact.name.full == own || contact.name.full == contact.organization.company) {
        contact.name.full.clear();
    }
    // A full name without parts takes the place of the given name, which is said.
    if !has_full_name && own.is_empty() {
        contact.name.given = std::mem::take(&mut contact.name.full);
    }
    let has_names = matches!(profile, Profile::OutlookDesktop | Profile::Generic);
    if contact.emails.iter().any(|email| email.name == own || email.name == shown) && !has_names {
        contact.emails.iter_mut().for_each(|email| email.name.clear());
    }
    // A printed address that only repeats the parts is made of them again.
    for address in &mut contact.addresses {
        let words =
            |text: &str| -> Vec<String> { text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect() };
        let known: Vec<String> = address.parts().iter().flat_map(|part| words(part)).collect();
        if words(&address.formatted).iter().all(|word| word.is_empty() || known.contains(word)) {
            address.formatted.clear();
        }
    }
    if !matches!(profile, Profile::Google | Profile::Generic) {
        // The first is the preferred one; saying so is no loss.
        contact.emails.iter_mut().take(1).for_each(|email| email.preference = None);
        contact.phones.iter_mut().take(1).for_each(|phone| phone.preference = None);
        contact.addresses.iter_mut().take(1).for_each(|address| address.preference = None);
        for phone in &mut contact.phones {
            if matches!(phone.line, Line::Voice | Line::Fax) {
                phone.kind.get_or_insert(Kind::Other);
            }
        }
        contact.addresses.iter_mut().for_each(|address| _ = address.kind.get_or_insert(Kind::Other));
        contact.urls.iter_mut().for_each(|url| _ = url.kind.get_or_insert(Kind::Business));
    }
    contact
}

/// Each value of a list field as the text that a loss calls it by, and as a whole.
fn values(contact: &Contact, field: Field) -> Vec<(String, String)> {
    fn all<T: std::fmt::Debug>(list: &[T], name: impl Fn(&T) -> &str) -> Vec<(String, String)> {
        list.iter().map(|value| (name(value).to_owned(), format!("{value:?}"))).collect()
    }
    fn date(date: Option<&Date>) -> Vec<(String, String)> {
        date.iter().map(|date| (String::new(), format!("{date:?}"))).collect()
    }
    match field {
        Field::Emails => all(&contact.emails, |email| &email.address),
        Field::Phones => all(&contact.phones, |phone| &phone.number),
        Field::Urls => all(&contact.urls, |url| &url.url),
        Field::Ims => all(&contact.ims, |im| &im.address),
        Field::Addresses => all(&contact.addresses, |address| &address.street),
        Field::Organizations => all(&contact.organizations, |further| &further.company),
        Field::Events => all(&contact.events, |event| &event.label),
        Field::Relations => all(&contact.relations, |relation| &relation.value),
        Field::Children => all(&contact.children, |child| child),
        Field::Categories => all(&contact.categories, |category| category),
        Field::Extra => all(&contact.extra, |extra| &extra.name),
        Field::Birthday => date(contact.birthday.as_ref()),
        Field::Anniversary => date(contact.anniversary.as_ref()),
        Field::Gender => vec![(String::new(), format!("{:?}", contact.gender))],
        Field::Photo => vec![],
        text => vec![(text.text(contact).unwrap().clone(), text.text(contact).unwrap().clone())],
    }
}

/// Holds one field: without losses it must be the same; with losses, as many values must be gone as were said to be, and
/// as many changed at most.
fn holds(field: Field, before: &Contact, after: &Contact, losses: &[Loss]) -> Result<(), String> {
    let losses: Vec<&Loss> = losses.iter().filter(|loss| loss.field == field).collect();
    let (before, mut after) = (values(before, field), values(after, field));
    let changed = |loss: &&&Loss| matches!(loss.why, Why::Remark | Why::Characters);
    let (changed, gone) = (losses.iter().filter(changed).count(), losses.iter().filter(|loss| !changed(loss)).count());
    let mut different = 0;
    for (_, value) in &before {
        match after.iter().position(|(_, other)| other == value) {
            Some(at) => drop(after.remove(at)),
            None => different += 1,
        }
    }
    let is_single = field.shape() == Shape::Text || field == Field::Gender;
    let said = if is_single { gone.max(changed) } else { gone + changed };
    let left = if is_single { usize::from(different == 0) * after.len() } else { after.len() };
    if different > said || (!is_single && different != left + gone) {
        return Err(format!(
            "{field:?}: {different} values differ, {left} are new, {losses:?} were said: {before:?} {after:?}"
        ));
    }
    Ok(())
}

fn check(contact: &Contact, style: impl Into<Style>) -> Result<(), TestCaseError> {
    let style = style.into();
    let in_unicode = Writing { encoding: encoding_rs::UTF_8, ..style.into() };
    check_writing(contact, in_unicode)?;
    check_writing(contact, Writing { excel_safe: true, ..in_unicode })
}

fn check_writing(contact: &Contact, in_unicode: Writing) -> Result<(), TestCaseError> {
    let (profile, mut out) = (in_unicode.style.profile, Vec::new());
    let mut writer = Writer::new(&mut out, in_unicode);
    let losses = writer.write(contact).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let (records, _) = super::read(out.as_slice(), Options::default()).unwrap();
    let read = match records.first().map(|record| &record.outcome) {
        Some(Outcome::Contact(read)) => (**read).clone(),
        _ => Contact::default(),
    };
    prop_assert!(records.len() <= 1);
    let before = normal(contact.clone(), profile);
    let after = normal(read, profile);
    for field in Field::ALL {
        if let Err(what) = holds(*field, &before, &after, &losses) {
            return Err(TestCaseError::fail(format!("{what}\n{}", String::from_utf8_lossy(&out))));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn outlook_gives_back_what_it_took(contact in contact()) {
        check(&contact, Profile::OutlookDesktop)?;
    }

    #[test]
    fn outlook_gives_back_what_it_took_in_every_language(contact in contact(), language in any::<prop::sample::Index>()) {
        let languages = Profile::OutlookDesktop.languages();
        let language = languages[language.index(languages.len())];
        check(&contact, Style::of(Profile::OutlookDesktop, language).unwrap())?;
    }

    #[test]
    fn outlook_on_the_web_gives_back_what_it_took(contact in contact()) {
        check(&contact, Profile::OutlookWeb)?;
    }

    #[test]
    fn thunderbird_gives_back_what_it_took(contact in contact()) {
        check(&contact, Profile::Thunderbird)?;
    }

    #[test]
    fn the_generic_table_gives_back_what_it_took(contact in contact()) {
        check(&contact, Profile::Generic)?;
    }

    #[test]
    fn google_gives_back_what_it_took(contact in contact()) {
        check(&contact, Profile::Google)?;
    }
}

/// A cell of its own loses the blanks around a line.
#[test]
fn a_line_of_a_street_keeps_its_blanks() {
    for street in ["=\n 東", "1 Main St \nFloor 2", "a\n\nb"] {
        let address = Address { street: street.to_owned(), kind: Some(Kind::Home), ..Address::default() };
        let contact = Contact { addresses: vec![address], ..Contact::default() };
        for profile in [Profile::Thunderbird, Profile::OutlookWeb, Profile::Generic, Profile::Google] {
            check(&contact, profile).unwrap();
        }
    }
}

/// What a source said beside a value and no table can hold is a remark, the value itself is not lost.
#[test]
fn parameters_that_nobody_models_are_said() {
    let rest = Rest { params: vec![("X-EVENING".to_owned(), vec!["yes".to_owned()])], ..Rest::default() };
    let mut contact = Contact::default();
    contact.phones.push(Phone {
        number: "1".to_owned(),
        kind: Some(Kind::Home),
        rest: rest.clone(),
        ..Phone::default()
    });
    contact.notes = "note".to_owned();
    contact.keep_rest(Field::Notes, rest);
    for profile in Profile::ALL {
        let losses = Writer::new(Vec::new(), *profile).write(&contact).unwrap();
        let said: Vec<String> = losses.iter().map(|loss| format!("{} {:?}", loss.value, loss.why)).collect();
        assert_eq!(said, ["1 (X-EVENING=yes) Remark", "notes (X-EVENING=yes) Remark"], "{profile:?}");
    }
}
