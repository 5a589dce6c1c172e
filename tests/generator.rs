//! Makes address books of any size for tests and benchmarks: invented people, the same ones for the same seed.

use cardferry::model::{
    Address, Contact, Date, Email, Kind, Line, PartialDate, Phone, Photo, PhotoData, PhotoKind, Url,
};

const GIVEN: &[&str] =
    &["Ada", "Jürgen", "Zoë", "Søren", "José", "Łukasz", "Ольга", "Γιώργος", "花子", "伟", "민준", "שרה"];
const SURNAMES: &[&str] =
    &["Smith", "Müller", "Lefèvre", "O'Brien", "van der Berg", "Nowák", "Иванова", "山田", "王", "כהן"];
const COMPANIES: &[&str] =
    &["Contoso, Ltd.", "Fabrikam Inc.", "Müller & Söhne GmbH", "株式会社サンプル", "Example \"Quoted\" Co."];
const TITLES: &[&str] = &["Engineer", "Director, EMEA", "エンジニア", "Head of R&D; Sales"];
const CITIES: &[(&str, &str, &str, &str)] = &[
    ("Seattle", "WA", "98101", "United States"),
    ("München", "Bayern", "80331", "Deutschland"),
    ("Paris", "Île-de-France", "75001", "France"),
    ("Łódź", "", "90-001", "Polska"),
];
const NOTES: &[&str] =
    &["met in spring; wrote again, no answer", "two\nlines", "préparer la réunion", "会議 — C:\\path"];

/// A small generator of even draws (SplitMix64).
pub struct Draw(u64);

impl Draw {
    /// Draws that are the same for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, V>(&mut self, list: &'a [V]) -> &'a V {
        &list[self.below(list.len())]
    }
}

/// So many contacts, of whom `photos` percent have one.
pub fn contacts(count: usize, photos: usize, seed: u64) -> impl Iterator<Item = Contact> {
    let mut draw = Draw::new(seed);
    (0..count).map(move |number| contact(&mut draw, number, photos))
}

fn contact(draw: &mut Draw, number: usize, photos: usize) -> Contact {
    let mut contact = Contact::default();
    contact.name.given = (*draw.pick(GIVEN)).to_owned();
    contact.name.surname = (*draw.pick(SURNAMES)).to_owned();
    contact.name.full = contact.name.joined();
    if draw.percent(55) {
        contact.organization.company = (*draw.pick(COMPANIES)).to_owned();
        contact.organization.job_title = (*draw.pick(TITLES)).to_owned();
    }
    for (kind, host) in [(Kind::Home, "example.com"), (Kind::Business, "contoso.example")] {
        if draw.percent(70) {
            let address = format!("user{number}@{host}");
            contact.emails.push(Email { address, kind: Some(kind), ..Email::default() });
        }
    }
    for (line, kind) in [(Line::Mobile, None), (Line::Voice, Some(Kind::Business)), (Line::Fax, Some(Kind::Business))] {
        if draw.percent(60) {
            let number = format!("+1 (206) 555-01{:02}", draw.below(100));
            contact.phones.push(Phone { number, line, kind, ..Phone::default() });
        }
    }
    if draw.percent(50) {
        contact.addresses.push(address(draw));
    }
    if draw.percent(30) {
        let (year, month, day) = (1940 + draw.below(70) as u16, 1 + draw.below(12) as u8, 1 + draw.below(28) as u8);
        contact.birthday = PartialDate::full(year, month, day).map(Date::Known);
    }
    if draw.percent(20) {
        let url = format!("https://www.example.com/~user{number}");
        contact.urls.push(Url { url, kind: Some(Kind::Business), ..Url::default() });
    }
    if draw.percent(35) {
        contact.notes = (*draw.pick(NOTES)).to_owned();
    }
    if draw.percent(30) {
        contact.categories.push("Friends".to_owned());
    }
    if draw.percent(photos) {
        contact.photo = Some(photo(draw));
    }
    contact
}

fn address(draw: &mut Draw) -> Address {
    let (city, state, postal_code, country) = *draw.pick(CITIES);
    Address {
        street: format!("{} Main St", 1 + draw.below(9999)),
        city: city.to_owned(),
        state: state.to_owned(),
        postal_code: postal_code.to_owned(),
        country: country.to_owned(),
        kind: Some(Kind::Home),
        ..Address::default()
    }
}

/// Bytes that begin and end as a JPEG does and have its usual size in address books, about 16 KiB.
fn photo(draw: &mut Draw) -> Photo {
    let mut bytes = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x11\x08\x00\x60\x00\x60\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01".to_vec();
    let length = 12_000 + draw.below(8_000);
    while bytes.len() < length {
        bytes.extend(draw.next().to_le_bytes().map(|byte| byte & 0x7f));
    }
    bytes.extend(b"\xff\xd9");
    Photo { data: PhotoData::Bytes(bytes), kind: Some(PhotoKind::Jpeg) }
}
