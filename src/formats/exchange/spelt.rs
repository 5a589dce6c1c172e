//! The names that the source's properties had ([`Spellings`]), for the way back to the version they came from: how the
//! stash keeps them, `{"spelt":"3.0","names":[["X-SPOUSE","spouse"],["X-AIM","ims","5f0c3a1e"]],"bare":[["birthday"]]}`.
//!
//! A name goes with its field, and in a list with its value: a value that somebody has changed since has none. They say
//! nothing of the contact and are no part of its fingerprint.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::extended::Fingerprint;
use super::piece;
use super::print::netstring;
use super::words::{FIELDS, of_word, word_of};
use crate::model::{Contact, Field, Shape, Spellings};

/// The longest version: the stash always has room for one.
const MAX_VERSION: usize = 8;

/// The names that a contact's values had.
#[derive(Debug, Clone)]
pub(super) struct Spelt {
    version: String,
    names: Vec<(Place, String)>,
    /// Dates without a year that stood there without more.
    bare: Vec<Place>,
}

/// Where a name belongs.
#[derive(Debug, Clone)]
struct Place {
    field: Field,
    /// In a list, the fingerprint of the value.
    value: Option<String>,
}

impl Spelt {
    /// The names of a contact's values; none where the source has no version.
    pub(super) fn of(contact: &Contact) -> Option<Self> {
        let spellings = &contact.spellings;
        let version = Some(spellings.version()).filter(|version| is_version(version))?.to_owned();
        let prints = Prints::of(contact, spellings.names().map(|(field, ..)| field));
        let dates = Prints::of(contact, spellings.bare().map(|(field, _)| field));
        let names = spellings.names().filter_map(|(field, at, name)| Some((prints.place(field, at)?, name.to_owned())));
        let bare = spellings.bare().filter_map(|(field, at)| dates.place(field, at));
        Some(Self { version, names: names.collect(), bare: bare.collect() })
    }

    /// Whether there is more to keep than the version.
    pub(super) fn has_names(&self) -> bool {
        !self.names.is_empty() || !self.bare.is_empty()
    }

    /// The version alone.
    pub(super) fn without_names(self) -> Self {
        Self { names: Vec::new(), bare: Vec::new(), ..self }
    }

    pub(super) fn json(&self) -> Value {
        let mut json = Map::from_iter([("spelt".to_owned(), self.version.as_str().into())]);
        if !self.names.is_empty() {
            let name = |(place, name): &(Place, String)| place.json(Some(name));
            json.insert("names".to_owned(), self.names.iter().map(name).collect());
        }
        if !self.bare.is_empty() {
            json.insert("bare".to_owned(), self.bare.iter().map(|place| place.json(None)).collect());
        }
        Value::Object(json)
    }

    /// Reads them back; what is not understood of them is passed over, name by name.
    pub(super) fn of_json(json: &Value) -> Option<Self> {
        let version = json.get("spelt")?.as_str().filter(|version| is_version(version))?.to_owned();
        let list =
            |name: &str| json.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_array);
        let name = |parts: &Vec<Value>| {
            let (name, place) = parts.split_first()?;
            Some((Place::of_json(place)?, name.as_str()?.to_owned()))
        };
        let names = list("names").filter_map(name).collect();
        Some(Self { version, names, bare: list("bare").filter_map(|parts| Place::of_json(parts)).collect() })
    }

    /// Notes the names of those values that the contact still has.
    pub(super) fn restore(self, contact: &mut Contact) {
        let mut spellings = Spellings::of_version(self.version);
        let places = self.names.iter().map(|(place, _)| place).chain(&self.bare);
        let prints = Prints::of(contact, places.map(|place| place.field));
        for (place, name) in self.names {
            if let Some(at) = prints.find(&place) {
                spellings.note(place.field, at, name);
            }
        }
        for place in self.bare {
            if let Some(at) = prints.find(&place) {
                spellings.note_bare(place.field, at);
            }
        }
        contact.spellings = spellings;
    }
}

fn is_version(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    !text.is_empty() && text.len() <= MAX_VERSION && is_plain
}

impl Place {
    fn json(&self, name: Option<&str>) -> Value {
        let parts = [name, Some(word_of(FIELDS, &self.field)), self.value.as_deref()];
        parts.into_iter().flatten().collect()
    }

    fn of_json(parts: &[Value]) -> Option<Self> {
        let field = of_word(FIELDS, parts.first()?.as_str()?)?;
        let value = parts.get(1).and_then(Value::as_str).map(str::to_owned);
        Some(Self { field, value })
    }
}

/// Fingerprints of the values in those lists that a name is of.
struct Prints(HashMap<Field, Vec<String>>);

impl Prints {
    fn of(contact: &Contact, fields: impl Iterator<Item = Field>) -> Self {
        let mut prints = HashMap::new();
        for field in fields {
            let list = list_of(field);
            prints.entry(list).or_insert_with(|| list_prints(contact, list));
        }
        Self(prints)
    }

    /// The place of what stands at `at`, if there is such a value.
    fn place(&self, field: Field, at: usize) -> Option<Place> {
        let Some(at) = at.checked_sub(first(field)) else { return Some(Place { field, value: None }) };
        let value = Some(self.0.get(&list_of(field))?.get(at)?.clone());
        Some(Place { field, value })
    }

    /// Where the value of a place stands now.
    fn find(&self, place: &Place) -> Option<usize> {
        let Some(value) = &place.value else { return (first(place.field) > 0).then_some(0) };
        let prints = self.0.get(&list_of(place.field))?;
        Some(first(place.field) + prints.iter().position(|print| print == value)?)
    }
}

/// The list that a value of the field stands in; a field with one value is that of an employer, or its own list.
fn list_of(field: Field) -> Field {
    if first(field) > 0 { Field::Organizations } else { field }
}

/// What the first value of the field's list counts: before it there is the one value that is in no list.
fn first(field: Field) -> usize {
    let is_list = match field {
        Field::Gender | Field::Photo => false,
        field => matches!(field.shape(), Shape::TextList | Shape::Structured),
    };
    usize::from(!is_list)
}

/// Fingerprints of the values of a list, with a running number among those that are alike. Stashes hold them, so their
/// making is fixed; so many hexadecimal digits are enough to tell the values of one list apart.
fn list_prints(contact: &Contact, list: Field) -> Vec<String> {
    const DIGITS: usize = 8;
    let values = piece::value_of(list, contact);
    let mut alike: HashMap<String, usize> = HashMap::new();
    let print = |value: &Value| {
        let form = netstring(value);
        let number = alike.entry(form.clone()).or_default();
        *number += 1;
        let text = format!("{}\n{number}.{form}", word_of(FIELDS, &list));
        Fingerprint::of(text.as_bytes()).to_string()[..DIGITS].to_owned()
    };
    values.as_ref().and_then(Value::as_array).into_iter().flatten().map(print).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Im, Organization};

    fn spelt() -> Contact {
        let mut contact = Contact { spouse: "Jo".into(), ..Contact::default() };
        contact.ims = ["a", "b", "b"].map(|address| Im { address: address.into(), ..Im::default() }).to_vec();
        contact.organizations.push(Organization { company: "Navy".into(), manager: "M".into(), ..Default::default() });
        contact.spellings = Spellings::of_version("3.0");
        contact.spellings.note(Field::Spouse, 0, "X-SPOUSE");
        contact.spellings.note(Field::Ims, 2, "X-AIM");
        contact.spellings.note(Field::Manager, 1, "X-MANAGER");
        contact.spellings.note_bare(Field::Anniversary, 0);
        contact
    }

    /// Stashes hold them: a change here takes every name from its value.
    #[test]
    fn test_vector() {
        let json = Spelt::of(&spelt()).unwrap().json().to_string();
        let names = r#"[["X-MANAGER","manager","f4378b22"],["X-AIM","ims","a0aa638c"],["X-SPOUSE","spouse"]]"#;
        assert_eq!(json, format!(r#"{{"spelt":"3.0","names":{names},"bare":[["anniversary"]]}}"#));
    }

    #[test]
    fn a_name_follows_its_value() {
        let contact = spelt();
        let json = Spelt::of(&contact).unwrap().json();
        let back = |change: fn(&mut Contact)| {
            let mut back = Contact { spellings: Spellings::default(), ..contact.clone() };
            change(&mut back);
            Spelt::of_json(&json).unwrap().restore(&mut back);
            back.spellings
        };
        let names =
            |spellings: &Spellings| spellings.names().map(|(_, at, name)| format!("{name}{at}")).collect::<Vec<_>>();
        let same = back(|_| {});
        assert_eq!(names(&same), ["X-MANAGER1", "X-AIM2", "X-SPOUSE0"]);
        assert!(same.is_bare("3.0", Field::Anniversary, 0) && same.version() == "3.0");
        assert_eq!(names(&back(|contact| drop(contact.ims.remove(0)))), ["X-MANAGER1", "X-AIM1", "X-SPOUSE0"]);
        assert_eq!(names(&back(|contact| contact.ims[2].address.push('c'))), ["X-MANAGER1", "X-SPOUSE0"]);
        assert_eq!(names(&back(|contact| contact.organizations.clear())), ["X-AIM2", "X-SPOUSE0"]);
    }

    #[test]
    fn what_is_not_understood_is_passed_over() {
        for odd in [json!({}), json!({ "spelt": 3 }), json!({ "spelt": "" }), json!({ "spelt": "\"\"\"" }), json!([])] {
            assert!(Spelt::of_json(&odd).is_none(), "{odd}");
        }
        let odd = json!({ "spelt": "3.0", "names": [1, [], ["X"], ["X", "?"], ["X", "ims"], ["X", "ims", "0"], [1, "notes"],
            ["Y", "notes", 1]], "bare": { "x": 1 } });
        let mut contact = spelt();
        Spelt::of_json(&odd).unwrap().restore(&mut contact);
        assert!(contact.spellings.names().eq([(Field::Notes, 0, "Y")]));
        assert!(Spelt::of(&Contact::default()).is_none(), "a table has no version");
    }
}
