//! What a person expects, an example each.

use super::*;
use crate::model::{Address, Email, Extra, Im, Kind, Line, Organization, Origin, Phone, Url};

fn named(full: &str, given: &str, middle: &str, surname: &str) -> Contact {
    let mut contact = Contact::default();
    let [full, given, middle, surname] = [full, given, middle, surname].map(str::to_owned);
    (contact.name.full, contact.name.given, contact.name.middle, contact.name.surname) = (full, given, middle, surname);
    contact
}

fn shown(contact: &Contact) -> String {
    let name = &contact.name;
    format!("{}|{} {} {}", name.full, name.given, name.middle, name.surname)
}

#[test]
fn a_name_is_filled_as_a_whole() {
    let fill = |there: [&str; 4], source: [&str; 4]| {
        let [there, source] = [there, source].map(|[full, given, middle, surname]| named(full, given, middle, surname));
        shown(&merge(&there, &source, Merge::Fill))
    };
    assert_eq!(fill(["", "Ada", "", ""], ["", "ada", "King", "Byron"]), "|Ada King Byron");
    assert_eq!(fill(["Ada", "Ada", "", ""], ["", "Ada", "", "Byron"]), "Ada Byron|Ada  Byron");
    assert_eq!(fill(["The Countess", "Ada", "", ""], ["", "Ada", "", "Byron"]), "The Countess|Ada  Byron");
    assert_eq!(fill(["", "Bob", "", ""], ["Ada Byron", "Ada", "", "Byron"]), "|Bob  ");
    assert_eq!(fill(["", "Bob", "", "Byron"], ["", "Ada", "King", "Byron"]), "|Bob  Byron");
    assert_eq!(fill(["Ada Byron", "", "", ""], ["", "Ada", "", "Byron"]), "Ada Byron|Ada  Byron");
    assert_eq!(fill(["Byron, Ada", "", "", ""], ["", "Ada", "", "Byron"]), "Byron, Ada|Ada  Byron");
    assert_eq!(fill(["Bob Byron", "", "", ""], ["", "Ada", "", "Byron"]), "Bob Byron|  ");
    assert_eq!(fill(["", "", "", ""], ["Ada", "Ada", "", ""]), "Ada|Ada  ");
}

#[test]
fn a_name_is_updated_part_by_part_and_what_was_made_of_it_follows() {
    let update = |there: [&str; 4], source: [&str; 4]| {
        let [there, source] = [there, source].map(|[full, given, middle, surname]| named(full, given, middle, surname));
        shown(&merge(&there, &source, Merge::Update))
    };
    assert_eq!(update(["Ada Byron", "Ada", "", "Byron"], ["", "", "", "Lovelace"]), "Ada Lovelace|Ada  Lovelace");
    assert_eq!(update(["Ada Byron", "Ada", "King", "Byron"], ["", "Ada", "", "Smith"]), "Ada Smith|Ada King Smith");
    assert_eq!(update(["Ada Byron", "Ada", "King", "Byron"], ["", "Bob", "", "Smith"]), "Bob Smith|Bob  Smith");
    assert_eq!(update(["Countess", "Ada", "King", "Byron"], ["", "Bob", "", "Smith"]), "|Bob  Smith");
    assert_eq!(update(["Bob Miller", "", "", ""], ["", "Ada", "", "Byron"]), "|Ada  Byron");
    assert_eq!(update(["Dr. Ada Byron", "", "", ""], ["", "Ada", "", "Byron"]), "Dr. Ada Byron|Ada  Byron");
    assert_eq!(update(["Ada", "Ada", "", ""], ["Bob", "Bob", "", ""]), "Bob|Bob  ");
    let mut there = named("", "Ada", "", "Byron");
    there.name.file_as = "Byron, Ada".into();
    let married = merge(&there, &named("", "", "", "Lovelace"), Merge::Update);
    assert_eq!(married.name.file_as, "Lovelace, Ada");
}

fn employed(company: &str, title: &str) -> Contact {
    let mut contact = Contact::default();
    (contact.organization.company, contact.organization.job_title) = (company.into(), title.into());
    contact
}

#[test]
fn a_job_is_not_filled_in_at_another_company() {
    let fill = |there: (&str, &str), source: (&str, &str)| {
        let filled = merge(&employed(there.0, there.1), &employed(source.0, source.1), Merge::Fill).organization;
        format!("{}|{}", filled.company, filled.job_title)
    };
    assert_eq!(fill(("Contoso", ""), ("Contoso, Ltd.", "CEO")), "Contoso|CEO");
    assert_eq!(fill(("Contoso", ""), ("Fabrikam", "CEO")), "Contoso|");
    assert_eq!(fill(("", "CEO"), ("Fabrikam", "CTO")), "Fabrikam|CEO");
}

fn phones(list: &[(Line, Option<Kind>, &str)]) -> Contact {
    let phone = |(line, kind, number): &(Line, Option<Kind>, &str)| Phone {
        line: *line,
        kind: *kind,
        number: (*number).to_owned(),
        ..Phone::default()
    };
    Contact { phones: list.iter().map(phone).collect(), ..Contact::default() }
}

fn numbers(contact: &Contact) -> Vec<&str> {
    contact.phones.iter().map(|phone| phone.number.as_str()).collect()
}

#[test]
fn phones_are_merged_sort_by_sort() {
    use Line::{Fax, Mobile, Voice};
    let (work, home, other) = (Some(Kind::Business), Some(Kind::Home), Some(Kind::Other));
    let there = phones(&[(Mobile, None, "1"), (Voice, work, "2"), (Voice, work, "3"), (Voice, other, "4")]);
    let source =
        phones(&[(Voice, work, "5"), (Mobile, work, "6"), (Voice, home, "7"), (Voice, None, "8"), (Fax, work, "2")]);
    assert_eq!(numbers(&merge(&there, &source, Merge::Fill)), ["1", "2", "3", "4", "7"]);
    assert_eq!(numbers(&merge(&there, &source, Merge::Update)), ["6", "5", "3", "8", "7", "2"]);
    // The one number that is still there stays what it is, whichever place it had.
    let source = phones(&[(Voice, work, "(3)")]);
    assert_eq!(numbers(&merge(&there, &source, Merge::Update)), ["1", "(3)", "2", "4"]);
    let national = phones(&[(Voice, home, "030 5550101")]);
    assert_eq!(
        numbers(&merge(&phones(&[(Mobile, None, "+49 30 5550101")]), &national, Merge::Fill)),
        ["+49 30 5550101"]
    );
}

#[test]
fn what_is_known_of_the_same_number_stays_with_it() {
    let mut there = phones(&[(Line::Mobile, Some(Kind::Home), "+1 5")]);
    (there.phones[0].label, there.phones[0].preference) = ("boat".into(), Some(1));
    let same = merge(&there, &phones(&[(Line::Mobile, None, "+1-5")]), Merge::Update).phones.remove(0);
    assert_eq!((same.number.as_str(), same.label.as_str(), same.kind), ("+1-5", "boat", Some(Kind::Home)));
    let new = merge(&there, &phones(&[(Line::Mobile, None, "7")]), Merge::Update).phones.remove(0);
    assert_eq!((new.number.as_str(), new.label.as_str(), new.kind), ("7", "", None));
}

fn mails(list: &[(&str, Option<u8>)]) -> Contact {
    let email = |(address, preference): &(&str, Option<u8>)| Email {
        address: (*address).to_owned(),
        preference: *preference,
        ..Email::default()
    };
    Contact { emails: list.iter().map(email).collect(), ..Contact::default() }
}

#[test]
fn the_source_s_e_mails_go_before_those_that_it_lacks() {
    let there = mails(&[("old@x", Some(1)), ("Both@x", None)]);
    let source = mails(&[("new@x", None), ("both@x", None)]);
    assert_eq!(merge(&there, &source, Merge::Fill), there);
    let updated = merge(&there, &source, Merge::Update);
    assert_eq!(updated, mails(&[("new@x", None), ("both@x", None), ("old@x", None)]));
    assert_eq!(merge(&there, &mails(&[]), Merge::Update), there);
}

#[test]
fn a_messaging_address_keeps_its_service() {
    let im = |service: &str| Im { address: "joe".into(), service: service.into(), ..Im::default() };
    let update = |there: &[&str], source: &[&str]| {
        let [there, source] =
            [there, source].map(|list| Contact { ims: list.iter().copied().map(im).collect(), ..Contact::default() });
        merge(&there, &source, Merge::Update).ims.into_iter().map(|im| im.service).collect::<Vec<_>>()
    };
    assert_eq!(update(&["Skype"], &[""]), ["Skype"]);
    assert_eq!(update(&[""], &["Skype"]), ["Skype"]);
    assert_eq!(update(&["Skype"], &["ICQ"]), ["ICQ", "Skype"]);
    assert_eq!(update(&["Skype", "ICQ"], &["ICQ"]), ["ICQ", "Skype"]);
}

#[test]
fn an_address_keeps_its_country_but_not_another_city_s() {
    let address = |street: &str, city: &str, country: &str, printed: &str| Address {
        street: street.into(),
        city: city.into(),
        country: country.into(),
        formatted: printed.into(),
        kind: Some(Kind::Home),
        ..Address::default()
    };
    let one = |address: Address| Contact { addresses: vec![address], ..Contact::default() };
    let there = one(address("1 Road", "Berlin", "Germany", "1 Road, Berlin"));
    let merged = |source: Address, how| merge(&there, &one(source), how).addresses;
    assert_eq!(merged(address("2 Road", "Berlin", "", ""), Merge::Update), [address("2 Road", "Berlin", "", "")]);
    assert_eq!(merged(address("", "berlin", "", ""), Merge::Update), [address("1 Road", "berlin", "Germany", "")]);
    assert_eq!(
        merged(address("1 Road", "Berlin", "", ""), Merge::Update),
        [address("1 Road", "Berlin", "Germany", "1 Road, Berlin")]
    );
    assert_eq!(merged(address("", "Paris", "", ""), Merge::Update), [address("", "Paris", "", "")]);
    assert_eq!(merged(address("", "Paris", "", ""), Merge::Fill), there.addresses);
    let bare = Address { kind: None, ..address("3 Road", "", "", "") };
    assert_eq!(merged(bare.clone(), Merge::Update), [there.addresses[0].clone(), bare]);
}

#[test]
fn a_bare_page_is_the_business_s() {
    let url = |url: &str, kind| Url { url: url.into(), kind, ..Url::default() };
    let of = |urls: &[Url]| Contact { urls: urls.to_vec(), ..Contact::default() };
    let there = of(&[url("https://old", Some(Kind::Business)), url("ftp://files", None)]);
    let new = of(&[url("https://new", None)]);
    assert_eq!(merge(&there, &new, Merge::Fill), there);
    assert_eq!(merge(&there, &new, Merge::Update), of(&[url("https://new", None), url("ftp://files", None)]));
}

#[test]
fn a_day_without_its_year_takes_no_year_away() {
    let born = |date: Option<PartialDate>| Contact { birthday: date.map(Date::Known), ..Contact::default() };
    let (whole, yearless) = (born(PartialDate::full(1815, 12, 10)), born(PartialDate::yearless(12, 10)));
    assert_eq!(merge(&whole, &yearless, Merge::Update), whole);
    assert_eq!(merge(&yearless, &whole, Merge::Update), whole);
    assert_eq!(merge(&yearless, &whole, Merge::Fill), yearless);
    let other = born(PartialDate::yearless(12, 11));
    assert_eq!(merge(&whole, &other, Merge::Update), other);
}

#[test]
fn lists_of_words_are_united() {
    let of = |categories: &[&str]| Contact {
        categories: categories.iter().map(|word| (*word).to_owned()).collect(),
        ..Contact::default()
    };
    assert_eq!(merge(&of(&["A", "B"]), &of(&["C", "b"]), Merge::Update), of(&["C", "b", "A"]));
    assert_eq!(merge(&of(&["A"]), &of(&["C"]), Merge::Fill), of(&["A"]));
    assert_eq!(merge(&of(&[]), &of(&["C"]), Merge::Fill), of(&["C"]));
}

#[test]
fn other_properties_go_by_their_names() {
    let of = |list: &[(&str, &str)]| {
        let extra = |(name, value): &(&str, &str)| {
            let (name, value) = ((*name).to_owned(), (*value).to_owned());
            Extra { origin: Origin::Vcard, name, value, rest: Rest::default() }
        };
        Contact { extra: list.iter().map(extra).collect(), ..Contact::default() }
    };
    let (there, source) = (of(&[("X-A", "1"), ("X-B", "1")]), of(&[("x-a", "2"), ("X-C", "1")]));
    assert_eq!(merge(&there, &source, Merge::Fill), of(&[("X-A", "1"), ("X-B", "1"), ("X-C", "1")]));
    assert_eq!(merge(&there, &source, Merge::Update), of(&[("x-a", "2"), ("X-B", "1"), ("X-C", "1")]));
}

#[test]
fn remarks_go_with_their_values() {
    let remark = |text: &str| Rest { raw: Some(text.into()), ..Rest::default() };
    let of = |notes: &str, raw: &str| {
        let mut contact = Contact { notes: notes.into(), ..Contact::default() };
        contact.keep_rest(Field::Notes, if raw.is_empty() { Rest::default() } else { remark(raw) });
        contact
    };
    let raw = |there: &Contact, source: &Contact, how| {
        merge(there, source, how).rest_of(Field::Notes).and_then(|rest| rest.raw.as_deref().map(str::to_owned))
    };
    assert_eq!(raw(&of("a", "1"), &of("b", ""), Merge::Update), None);
    assert_eq!(raw(&of("a", "1"), &of("a", ""), Merge::Update).as_deref(), Some("1"));
    assert_eq!(raw(&of("a", "1"), &of("a", "2"), Merge::Update).as_deref(), Some("2"));
    assert_eq!(raw(&of("a", "1"), &of("", "2"), Merge::Update).as_deref(), Some("1"));
    assert_eq!(raw(&of("a", ""), &of("b", "2"), Merge::Fill), None);
    assert_eq!(raw(&of("", ""), &of("b", "2"), Merge::Fill).as_deref(), Some("2"));
}

#[test]
fn names_of_properties_follow_their_values() {
    let mut there = Contact { spouse: "Jo".into(), ..phones(&[(Line::Mobile, None, "1")]) };
    there.ims = ["a", "b"].map(|address| Im { address: address.into(), ..Im::default() }).to_vec();
    there.organizations.push(Organization { company: "Navy".into(), manager: "M".into(), ..Organization::default() });
    there.spellings = Spellings::of_version("3.0");
    there.spellings.note(Field::Spouse, 0, "X-SPOUSE");
    there.spellings.note(Field::Ims, 1, "X-AIM");
    there.spellings.note(Field::Manager, 1, "X-MANAGER");
    let mut source = Contact { spouse: "Al".into(), ..Contact::default() };
    source.ims = ["c", "b"].map(|address| Im { address: address.into(), ..Im::default() }).to_vec();
    source.organizations.push(Organization { company: "Army".into(), ..Organization::default() });
    let names = |merged: &Contact| {
        let names = merged.spellings.names().map(|(_, at, name)| format!("{name}{at}"));
        (merged.spellings.version().to_owned(), names.collect::<Vec<_>>())
    };
    let of = |names: &[&str]| ("3.0".to_owned(), names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(names(&merge(&there, &source, Merge::Fill)), of(&["X-MANAGER1", "X-AIM1", "X-SPOUSE0"]));
    // A table has no version: what is left of the card keeps its names.
    assert_eq!(names(&merge(&there, &source, Merge::Update)), of(&["X-MANAGER2", "X-AIM1"]));
    source.spellings = Spellings::of_version("4.0");
    assert_eq!(names(&merge(&there, &source, Merge::Update)), ("4.0".to_owned(), vec![]));
    source.spellings = Spellings::of_version("3.0");
    source.spellings.note(Field::Spouse, 0, "X-MAN");
    assert_eq!(names(&merge(&there, &source, Merge::Update)), of(&["X-MANAGER2", "X-AIM1", "X-MAN0"]));
}

#[test]
fn every_field_has_one_row() {
    let rows: Vec<Field> = ROWS.iter().map(|(field, _)| *field).collect();
    assert_eq!(rows, Field::ALL);
}
