//! A contact as readable text: what is there, one line a value.

use std::fmt::Write as _;

use cardferry::formats::{Outcome, Record};
use cardferry::model::{Address, Contact, Date, Field, Kind, PhotoData, Rest, Shape};

/// Every value of a contact that is not empty, one a line.
pub(crate) fn contact(contact: &Contact) -> String {
    let mut out = String::new();
    for field in Field::ALL {
        if field.shape() == Shape::Text {
            line(&mut out, field.name(), field.text(contact).unwrap());
        } else {
            structured(&mut out, *field, contact);
        }
        if let Some(rest) = contact.rest_of(*field) {
            line(&mut out, &format!("  rest of {}", field.name()), &rest_text(rest));
        }
    }
    out
}

/// A record: where it begins, its contact or why it is none, and its losses.
pub(crate) fn record(record: &Record) -> String {
    let position = &record.position;
    let mut out = format!("== record {}, line {}, byte {}\n", position.record, position.line, position.byte);
    match &record.outcome {
        Outcome::Contact(read) => out.push_str(&contact(read)),
        Outcome::Group(group) => line(&mut out, "GROUP", &format!("{group:?}")),
        Outcome::Reject(reject) => line(&mut out, "REJECT", &reject.why),
    }
    for loss in &record.losses {
        line(&mut out, "LOSS", &loss.to_string());
    }
    out
}

fn line(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        writeln!(out, "{name}: {}", value.replace('\\', "\\\\").replace('\n', "\\n")).unwrap();
    }
}

fn structured(out: &mut String, field: Field, contact: &Contact) {
    let name = field.name();
    match field {
        Field::Emails => contact.emails.iter().for_each(|email| {
            let shown = if email.name.is_empty() { String::new() } else { format!(" “{}”", email.name) };
            let remarks = remarks(email.kind, "", &email.label, email.preference, &email.rest);
            line(out, "e-mail", &format!("{}{shown}{remarks}", email.address));
        }),
        Field::Phones => contact.phones.iter().for_each(|phone| {
            let kind = format!("{:?}", phone.line).to_lowercase();
            let remarks = remarks(phone.kind, &kind, &phone.label, phone.preference, &phone.rest);
            line(out, "phone", &format!("{}{remarks}", phone.number));
        }),
        Field::Ims => contact.ims.iter().for_each(|im| {
            let remarks = remarks(im.kind, &im.service, &im.label, im.preference, &im.rest);
            line(out, "im", &format!("{}{remarks}", im.address));
        }),
        Field::Urls => contact.urls.iter().for_each(|url| {
            line(out, "url", &format!("{}{}", url.url, remarks(url.kind, "", &url.label, url.preference, &url.rest)));
        }),
        Field::Addresses => contact.addresses.iter().for_each(|address| line(out, "address", &address_text(address))),
        Field::Birthday => contact.birthday.iter().for_each(|found| line(out, name, &date(found))),
        Field::Anniversary => contact.anniversary.iter().for_each(|found| line(out, name, &date(found))),
        Field::Events => contact.events.iter().for_each(|event| {
            line(out, "event", &format!("{} [{}]{}", date(&event.date), event.label, rest_text(&event.rest)));
        }),
        Field::Children => contact.children.iter().for_each(|child| line(out, "child", child)),
        Field::Categories => contact.categories.iter().for_each(|category| line(out, "category", category)),
        Field::Relations => contact.relations.iter().for_each(|relation| {
            line(out, "relation", &format!("{} [{}]{}", relation.value, relation.label, rest_text(&relation.rest)));
        }),
        Field::Gender if !field.is_absent(contact) => {
            let sex = contact.gender.sex.map_or(String::new(), |sex| format!("{sex:?} "));
            line(out, name, &format!("{sex}{}", contact.gender.identity));
        }
        Field::Photo => contact.photo.iter().for_each(|photo| {
            let data = match &photo.data {
                PhotoData::Encoded(text) => format!("{} characters of base64", text.len()),
                PhotoData::Bytes(bytes) => format!("{} bytes", bytes.len()),
                PhotoData::Link(link) => link.clone(),
            };
            line(out, name, &format!("{data} {:?}", photo.kind));
        }),
        Field::Organizations => contact.organizations.iter().for_each(|further| {
            line(out, "employer", &format!("{} | {} | {}", further.company, further.department, further.job_title));
        }),
        Field::Extra => contact.extra.iter().for_each(|extra| {
            let text = format!("{:?} {}: {}{}", extra.origin, extra.name, extra.value, rest_text(&extra.rest));
            line(out, "extra", &text);
        }),
        _ => {}
    }
}

/// What is said of a value, in brackets: kind, line or service, label, preference.
fn remarks(kind: Option<Kind>, line: &str, label: &str, preference: Option<u8>, rest: &Rest) -> String {
    let kind = kind.map(|kind| format!("{kind:?}").to_lowercase());
    let own = Some(label).filter(|label| !label.is_empty()).map(|label| format!("“{label}”"));
    let line = Some(line).filter(|line| !line.is_empty()).map(str::to_owned);
    let preference = preference.map(|preference| format!("preference {preference}"));
    let said: Vec<String> = [kind, line, own, preference].into_iter().flatten().collect();
    let said = if said.is_empty() { String::new() } else { format!(" [{}]", said.join(", ")) };
    format!("{said}{}", rest_text(rest))
}

fn rest_text(rest: &Rest) -> String {
    let mut text = String::new();
    if !rest.group.is_empty() {
        write!(text, " group {}", rest.group).unwrap();
    }
    for (name, values) in &rest.params {
        write!(text, " {name}={}", values.join(",")).unwrap();
    }
    if let Some(raw) = &rest.raw {
        write!(text, " raw {raw}").unwrap();
    }
    text
}

fn address_text(address: &Address) -> String {
    let parts = [
        ("street", &address.street),
        ("extended", &address.extended),
        ("po box", &address.po_box),
        ("city", &address.city),
        ("state", &address.state),
        ("postal code", &address.postal_code),
        ("country", &address.country),
        ("formatted", &address.formatted),
    ];
    let parts = parts.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name} {text}"));
    let parts: Vec<String> = parts.collect();
    let remarks = remarks(address.kind, "", &address.label, address.preference, &address.rest);
    format!("{}{remarks}", parts.join("; "))
}

fn date(date: &Date) -> String {
    match date {
        Date::Text(text) => format!("text “{text}”"),
        Date::Known(date) => {
            let part = |part: Option<u16>| part.map_or_else(|| "?".to_owned(), |part| part.to_string());
            format!("{}-{}-{}", part(date.year), part(date.month.map(u16::from)), part(date.day.map(u16::from)))
        }
    }
}
