//! A fragment of a contact as JSON, both ways: each field by the word that [`super::words`] has for it, each value an
//! object of its parts, what is absent left out. No other format's spelling is part of it, so that a stash reads back as
//! it was written whatever becomes of the readers and writers of files.

use serde_json::{Map, Value, json};

use super::words::{FIELDS, KINDS, LINES, SEXES, of_word, word_of};
use crate::formats::photo;
use crate::model::{
    Address, Contact, Date, Email, Event, Extra, Field, Gender, Im, Kind, Line, Organization, Origin, PartialDate,
    Phone, Photo, PhotoData, PhotoKind, Relation, Rest, Shape, Url,
};

/// The fragment without a photo that is no link: it travels by itself.
pub(super) fn json_of(fragment: &Contact) -> Map<String, Value> {
    let mut json = Map::new();
    for field in Field::ALL.iter().filter(|field| !field.is_absent(fragment)) {
        let value = value_of(*field, fragment);
        json.extend(value.map(|value| (word_of(FIELDS, field).to_owned(), value)));
    }
    let rests = fragment.rest.iter().map(|(field, rest)| (word_of(FIELDS, field).to_owned(), rest_json(rest)));
    let rests: Map<String, Value> = rests.collect();
    if !rests.is_empty() {
        json.insert(REST.to_owned(), Value::Object(rests));
    }
    json
}

/// Reads a fragment back; none when it is not one. Words that are not known are passed over.
pub(super) fn fragment_of(json: &Map<String, Value>) -> Option<Contact> {
    let mut fragment = Contact::default();
    for (word, value) in json {
        if let Some(field) = of_word(FIELDS, word) {
            take(&mut fragment, field, value)?;
        }
    }
    for (word, rest) in json.get(REST).and_then(Value::as_object).into_iter().flatten() {
        fragment.keep_rest(of_word(FIELDS, word)?, rest_of(rest)?);
    }
    Some(fragment)
}

const REST: &str = "rest";

/// What a fragment has in a field; none where that is nothing.
pub(super) fn value_of(field: Field, fragment: &Contact) -> Option<Value> {
    Some(match field {
        Field::Organizations => list(&fragment.organizations),
        Field::Emails => list(&fragment.emails),
        Field::Phones => list(&fragment.phones),
        Field::Ims => list(&fragment.ims),
        Field::Urls => list(&fragment.urls),
        Field::Addresses => list(&fragment.addresses),
        Field::Events => fragment.events.iter().map(event_json).collect(),
        Field::Relations => list(&fragment.relations),
        Field::Birthday => date_json(fragment.birthday.as_ref()?),
        Field::Anniversary => date_json(fragment.anniversary.as_ref()?),
        Field::Children => fragment.children.as_slice().into(),
        Field::Categories => fragment.categories.as_slice().into(),
        Field::Gender => {
            let Gender { sex, identity } = &fragment.gender;
            json!({ "sex": sex.map(|sex| word_of(SEXES, &sex)), "identity": identity })
        }
        Field::Photo => photo_json(fragment.photo.as_ref()?)?,
        Field::Extra => fragment.extra.iter().map(extra_json).collect(),
        text => text.text(fragment)?.as_str().into(),
    })
}

fn take(fragment: &mut Contact, field: Field, json: &Value) -> Option<()> {
    match field {
        Field::Organizations => fragment.organizations = values(json)?,
        Field::Emails => fragment.emails = values(json)?,
        Field::Phones => fragment.phones = values(json)?,
        Field::Ims => fragment.ims = values(json)?,
        Field::Urls => fragment.urls = values(json)?,
        Field::Addresses => fragment.addresses = values(json)?,
        Field::Events => fragment.events = json.as_array()?.iter().map(event_of).collect::<Option<_>>()?,
        Field::Relations => fragment.relations = values(json)?,
        Field::Birthday => fragment.birthday = Some(date_of(json)?),
        Field::Anniversary => fragment.anniversary = Some(date_of(json)?),
        Field::Children => fragment.children = texts(json)?,
        Field::Categories => fragment.categories = texts(json)?,
        Field::Gender => {
            let sex = json.get("sex")?.as_str().map(|word| of_word(SEXES, word));
            fragment.gender = Gender { sex: sex.flatten(), identity: text(json, "identity")? };
        }
        Field::Photo => fragment.photo = Some(photo_of(json)?),
        Field::Extra => fragment.extra = json.as_array()?.iter().map(extra_of).collect::<Option<_>>()?,
        plain => {
            debug_assert_eq!(plain.shape(), Shape::Text);
            json.as_str()?.clone_into(plain.text_mut(fragment)?);
        }
    }
    Some(())
}

fn text(json: &Value, name: &str) -> Option<String> {
    Some(json.get(name)?.as_str()?.to_owned())
}

fn texts(json: &Value) -> Option<Vec<String>> {
    json.as_array()?.iter().map(|text| Some(text.as_str()?.to_owned())).collect()
}

/// A part that is a text.
type Part<V> = (&'static str, fn(&mut V) -> &mut String);

/// The parts of a value that are no texts.
#[derive(Default)]
struct Said<'a> {
    kind: Option<&'a mut Option<Kind>>,
    line: Option<&'a mut Line>,
    preference: Option<&'a mut Option<u8>>,
    rest: Option<&'a mut Rest>,
}

/// A value with parts.
trait Parts: Clone + Default + 'static {
    const TEXTS: &'static [Part<Self>];

    fn said(&mut self) -> Said<'_>;
}

macro_rules! parts {
    ($value:ident [$($text:literal $name:ident),*] [$($said:ident),*]) => {
        impl Parts for $value {
            const TEXTS: &'static [Part<Self>] = &[$(($text, |value| &mut value.$name)),*];

            #[allow(clippy::needless_update, reason = "some say everything")]
            fn said(&mut self) -> Said<'_> {
                // Without `..`: a part that the row leaves out does not compile.
                let $value { $($name: _,)* $($said: _),* } = self;
                Said { $($said: Some(&mut self.$said),)* ..Said::default() }
            }
        }
    };
}

parts!(Email ["address" address, "name" name, "label" label] [kind, preference, rest]);
parts!(Phone ["number" number, "label" label] [kind, line, preference, rest]);
parts!(Im ["address" address, "service" service, "label" label] [kind, preference, rest]);
parts!(Url ["url" url, "label" label] [kind, preference, rest]);
parts!(Address ["street" street, "extended" extended, "poBox" po_box, "city" city, "state" state,
    "postalCode" postal_code, "country" country, "formatted" formatted, "label" label] [kind, preference, rest]);
parts!(Relation ["value" value, "label" label] [rest]);
parts!(Organization ["company" company, "yomiCompany" yomi_company, "department" department, "jobTitle" job_title,
    "role" role, "office" office, "profession" profession, "manager" manager, "assistant" assistant] [rest]);

fn list<V: Parts>(values: &[V]) -> Value {
    values.iter().map(|value| Value::Object(parts_json(value))).collect()
}

fn values<V: Parts>(json: &Value) -> Option<Vec<V>> {
    json.as_array()?.iter().map(parts_of).collect()
}

fn parts_json<V: Parts>(value: &V) -> Map<String, Value> {
    let mut value = value.clone();
    let mut json = Map::new();
    for (name, part) in V::TEXTS {
        let text = std::mem::take(part(&mut value));
        json.extend((!text.is_empty()).then(|| ((*name).to_owned(), text.into())));
    }
    let Said { kind, line, preference, rest } = value.said();
    let kind = kind.and_then(|kind| *kind).map(|kind| ("kind", word_of(KINDS, &kind).into()));
    let line = line.filter(|line| **line != Line::default()).map(|line| ("line", word_of(LINES, line).into()));
    let preference = preference.and_then(|number| *number).map(|number| ("preference", number.into()));
    let rest = rest.filter(|rest| !rest.is_empty()).map(|rest| (REST, rest_json(rest)));
    json.extend([kind, line, preference, rest].into_iter().flatten().map(|(name, json)| (name.to_owned(), json)));
    json
}

fn parts_of<V: Parts>(json: &Value) -> Option<V> {
    let mut value = V::default();
    for (name, part) in V::TEXTS {
        if let Some(text) = json.get(*name) {
            text.as_str()?.clone_into(part(&mut value));
        }
    }
    let Said { kind, line, preference, rest } = value.said();
    if let (Some(kind), Some(word)) = (kind, json.get("kind")) {
        *kind = Some(of_word(KINDS, word.as_str()?)?);
    }
    if let (Some(line), Some(word)) = (line, json.get("line")) {
        *line = of_word(LINES, word.as_str()?)?;
    }
    if let (Some(preference), Some(number)) = (preference, json.get("preference")) {
        *preference = Some(u8::try_from(number.as_u64()?).ok()?);
    }
    if let (Some(rest), Some(json)) = (rest, json.get(REST)) {
        *rest = rest_of(json)?;
    }
    Some(value)
}

fn rest_json(rest: &Rest) -> Value {
    let Rest { group, params, raw } = rest;
    let group = (!group.is_empty()).then(|| ("group".to_owned(), group.as_str().into()));
    let params = (!params.is_empty()).then(|| ("params".to_owned(), json!(params)));
    let raw = raw.as_deref().map(|raw| ("raw".to_owned(), raw.into()));
    Value::Object([group, params, raw].into_iter().flatten().collect())
}

fn rest_of(json: &Value) -> Option<Rest> {
    let param = |pair: &Value| Some((pair.get(0)?.as_str()?.to_owned(), texts(pair.get(1)?)?));
    let params = json.get("params").and_then(Value::as_array).into_iter().flatten();
    let params = params.map(param).collect::<Option<_>>()?;
    let group = text(json, "group").unwrap_or_default();
    Some(Rest { group, params, raw: text(json, "raw").map(String::into_boxed_str) })
}

fn with_rest(mut json: Value, rest: &Rest) -> Value {
    if !rest.is_empty() {
        json[REST] = rest_json(rest);
    }
    json
}

fn own_rest(json: &Value) -> Option<Rest> {
    json.get(REST).map_or_else(|| Some(Rest::default()), rest_of)
}

/// Year, month and day, null where it is not known; or the source's words.
fn date_json(date: &Date) -> Value {
    match date {
        Date::Known(PartialDate { year, month, day }) => json!([year, month, day]),
        Date::Text(text) => text.as_str().into(),
    }
}

fn date_of(json: &Value) -> Option<Date> {
    let Value::Array(parts) = json else { return Some(Date::Text(json.as_str()?.to_owned())) };
    let [year, month, day] = parts.as_slice() else { return None };
    let part = |part: &Value| part.as_u64().and_then(|number| u8::try_from(number).ok());
    let year = year.as_u64().and_then(|year| u16::try_from(year).ok());
    PartialDate { year, month: part(month), day: part(day) }.checked().map(Date::Known)
}

fn event_json(event: &Event) -> Value {
    let Event { date, label, rest } = event;
    with_rest(json!({ "date": date_json(date), "label": label }), rest)
}

fn event_of(json: &Value) -> Option<Event> {
    Some(Event { date: date_of(json.get("date")?)?, label: text(json, "label")?, rest: own_rest(json)? })
}

fn photo_json(photo: &Photo) -> Option<Value> {
    let Photo { data, kind } = photo;
    let PhotoData::Link(link) = data else { return None };
    Some(json!({ "link": link, "kind": kind.map(photo::media_type) }))
}

fn photo_of(json: &Value) -> Option<Photo> {
    let kind = json.get("kind")?.as_str().and_then(|media| {
        let is = |kind: &&PhotoKind| photo::media_type(**kind) == media;
        PHOTO_KINDS.iter().find(is).copied()
    });
    Some(Photo { data: PhotoData::Link(text(json, "link")?), kind })
}

const PHOTO_KINDS: [PhotoKind; 6] =
    [PhotoKind::Jpeg, PhotoKind::Png, PhotoKind::Gif, PhotoKind::Bmp, PhotoKind::Webp, PhotoKind::Heic];

fn extra_json(extra: &Extra) -> Value {
    let Extra { origin, name, value, rest } = extra;
    with_rest(json!({ "column": *origin == Origin::Column, "name": name, "value": value }), rest)
}

fn extra_of(json: &Value) -> Option<Extra> {
    let origin = if json.get("column")?.as_bool()? { Origin::Column } else { Origin::Vcard };
    Some(Extra { origin, name: text(json, "name")?, value: text(json, "value")?, rest: own_rest(json)? })
}

#[cfg(test)]
mod tests;
