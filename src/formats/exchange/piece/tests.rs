//! Every part of a contact is carried. All structs are written out without `..`: whoever gives the model a new part is led
//! here by the compiler, and then by the test to the code that has to carry it.

use super::*;
use crate::formats::exchange::{Dialect, content, read, write};
use crate::model::{Name, Sex, Spellings};

fn rest() -> Rest {
    let params = vec![("X-A".to_owned(), vec!["1".to_owned()])];
    Rest { group: "item1".into(), params, raw: Some("raw".into()) }
}

/// The first employer's rest is kept elsewhere.
fn employer(company: &str, rest: Rest) -> Organization {
    Organization {
        company: company.into(),
        yomi_company: "yomi company".into(),
        department: "department".into(),
        job_title: "job title".into(),
        role: "role".into(),
        office: "office".into(),
        profession: "profession".into(),
        manager: "manager".into(),
        assistant: "assistant".into(),
        rest,
    }
}

fn name() -> Name {
    Name {
        full: "full name".into(),
        prefix: "prefix".into(),
        given: "given".into(),
        middle: "middle".into(),
        surname: "surname".into(),
        suffix: "suffix".into(),
        initials: "initials".into(),
        nickname: "nickname".into(),
        file_as: "file as".into(),
        yomi_given: "yomi given".into(),
        yomi_middle: "yomi middle".into(),
        yomi_surname: "yomi surname".into(),
        maiden: "maiden".into(),
    }
}

fn email() -> Email {
    Email {
        address: "a@example.com".into(),
        name: "name".into(),
        kind: Some(Kind::Other),
        label: "label".into(),
        preference: Some(2),
        rest: rest(),
    }
}

fn phone() -> Phone {
    Phone {
        number: "1".into(),
        kind: Some(Kind::Home),
        line: Line::Mobile,
        label: "label".into(),
        preference: Some(2),
        rest: rest(),
    }
}

fn im() -> Im {
    Im {
        address: "joe".into(),
        service: "Skype".into(),
        kind: Some(Kind::Other),
        label: "label".into(),
        preference: Some(2),
        rest: rest(),
    }
}

fn url() -> Url {
    Url {
        url: "https://example.com".into(),
        kind: Some(Kind::Other),
        label: "label".into(),
        preference: Some(2),
        rest: rest(),
    }
}

fn address() -> Address {
    Address {
        street: "street".into(),
        extended: "extended".into(),
        po_box: "box".into(),
        city: "city".into(),
        state: "state".into(),
        postal_code: "code".into(),
        country: "country".into(),
        formatted: "formatted".into(),
        kind: Some(Kind::Home),
        label: "label".into(),
        preference: Some(1),
        rest: rest(),
    }
}

fn day() -> Date {
    Date::Known(PartialDate { year: Some(1985), month: Some(4), day: Some(12) })
}

fn photo() -> Photo {
    Photo { data: PhotoData::Link("https://example.com/a.png".into()), kind: Some(PhotoKind::Png) }
}

fn extra() -> Extra {
    Extra { origin: Origin::Column, name: "Shoe".into(), value: "43".into(), rest: rest() }
}

fn spellings() -> Spellings {
    let mut spellings = Spellings::of_version("3.0");
    spellings.note(Field::Ims, 0, "X-SKYPE-USERNAME");
    spellings.note_bare(Field::Anniversary, 0);
    spellings
}

/// Something in every part of a contact.
fn full() -> Contact {
    Contact {
        name: name(),
        organization: employer("company", Rest::default()),
        organizations: vec![employer("second company", rest())],
        emails: vec![email()],
        phones: vec![phone()],
        ims: vec![im()],
        urls: vec![url()],
        addresses: vec![address()],
        birthday: Some(day()),
        anniversary: Some(day()),
        events: vec![Event { date: Date::Text("in May".into()), label: "label".into(), rest: rest() }],
        spouse: "spouse".into(),
        children: vec!["child".into()],
        relations: vec![Relation { value: "value".into(), label: "label".into(), rest: rest() }],
        gender: Gender { sex: Some(Sex::Other), identity: "identity".into() },
        hobby: "hobby".into(),
        language: "language".into(),
        location: "location".into(),
        time_zone: "time zone".into(),
        geo: "1,2".into(),
        free_busy_url: "https://example.com/fb".into(),
        account: "account".into(),
        billing: "billing".into(),
        mileage: "mileage".into(),
        government_id: "government".into(),
        organizational_id: "organizational".into(),
        referred_by: "referred by".into(),
        user_fields: ["1", "2", "3", "4"].map(str::to_owned),
        sensitivity: "private".into(),
        categories: vec!["category".into()],
        notes: "notes".into(),
        photo: Some(photo()),
        uid: "uid".into(),
        revision: "2031-01-01T00:00:00Z".into(),
        rest: Field::ALL.iter().filter(|field| has_rest(**field)).map(|field| (*field, rest())).collect(),
        extra: vec![extra()],
        spellings: spellings(),
    }
}

/// Whether the contact itself has the field's rest: values of the other lists have their own.
fn has_rest(field: Field) -> bool {
    field.shape() != Shape::Structured || matches!(field, Field::Gender | Field::Photo)
}

#[test]
fn nothing_of_it_is_empty() {
    let mut contact = full();
    // That one is empty on purpose.
    contact.organization.rest = rest();
    let shown = format!("{contact:?}");
    for empty in ["\"\"", "None", "[]", "{}"] {
        assert!(!shown.contains(empty), "{shown}");
    }
    for field in Field::ALL {
        assert!(!field.is_absent(&contact), "{field:?}");
    }
}

#[test]
fn every_part_is_carried() {
    let contact = full();
    assert_eq!(fragment_of(&json_of(&contact)), Some(contact.clone()));
    for dialect in [Dialect::Graph, Dialect::Outlook] {
        let written = write(&contact, dialect);
        assert_eq!(written.losses, []);
        let mut back = read(written.json(None), dialect).contact;
        back.rest.sort_by_key(|(field, _)| *field);
        assert_eq!(back, contact);
        assert!(back.spellings.names().eq(contact.spellings.names()));
        assert!(back.spellings.bare().eq(contact.spellings.bare()));
        assert_eq!(back.spellings.version(), contact.spellings.version());
    }
}

/// A leaf that the fingerprint does not see would leave a changed contact behind as unchanged.
#[test]
fn every_part_but_the_time_of_the_change_is_in_the_fingerprint() {
    let json = Value::Object(json_of(&full()));
    let mut paths = Vec::new();
    leaves(&json, "", &mut paths);
    assert!(paths.len() > 300, "{}", paths.len());
    for path in paths {
        let mut changed = json.clone();
        let leaf = changed.pointer_mut(&path).unwrap();
        *leaf = match leaf {
            Value::String(text) => other_word(&path, text).into(),
            Value::Number(number) => (number.as_u64().unwrap() - 1).into(),
            _ => false.into(),
        };
        let changed = fragment_of(changed.as_object().unwrap()).unwrap();
        let says_nothing = path.ends_with("/group") || path.contains("/revision");
        assert_eq!(content(&changed) == content(&full()), says_nothing, "{path}");
    }
}

/// Another word that may stand there.
fn other_word(path: &str, text: &str) -> String {
    match path.rsplit('/').next() {
        Some("kind") if path.starts_with("/photo") => "image/gif".into(),
        Some("kind") => "work".into(),
        Some("line") => "fax".into(),
        Some("sex") => "F".into(),
        _ => format!("{text}x"),
    }
}

/// The paths of all leaves.
fn leaves(json: &Value, path: &str, paths: &mut Vec<String>) {
    match json {
        Value::Object(parts) => parts.iter().for_each(|(name, part)| leaves(part, &format!("{path}/{name}"), paths)),
        Value::Array(parts) => {
            (0..).zip(parts).for_each(|(at, part): (usize, _)| leaves(part, &format!("{path}/{at}"), paths));
        }
        _ => paths.push(path.to_owned()),
    }
}
