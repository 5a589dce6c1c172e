//! Stored contacts and folders as the JSON of either dialect.

use serde_json::{Map, Value, json};

use super::behaviour::{Behaviour, Behaviours};
use super::clock::written;
use super::dialect::Dialect;
use super::extended::HAS_PICTURE;
use super::ids::Ids;
use super::schema::{self, ADDRESS, EMAIL, MAX_EMAILS, Moment, Property, Shape, Unset};
use super::store::{ContactRow, FolderRow};

/// How answers to one request are written.
pub(super) struct Style<'a> {
    pub dialect: Dialect,
    pub behaviours: Behaviours,
    pub moment: Moment,
    /// Scheme, authority and version path.
    pub base: &'a str,
    pub ids: &'a Ids,
    pub select: Option<&'a [&'static Property]>,
    /// Whether what is shown stands in a list, which cuts long texts.
    pub listed: bool,
    /// Whether contacts have immutable ids.
    pub immutable: bool,
}

/// The most characters of notes that begin with a line break, in a list (observed).
const CUT_NOTES: usize = 256;
/// The most characters of a string extended property in a list (guessed).
const CUT_STRING: usize = 255;

/// An expanded contact's extended properties: what was asked for, and what the contact has.
pub(super) struct Expanded<'a> {
    pub asked: &'a [String],
    pub has: &'a [(String, String)],
    /// The `$metadata` address of the contact's properties.
    pub context: String,
}

impl Style<'_> {
    /// A contact: its annotations and its properties.
    pub(super) fn contact(&self, row: &ContactRow, expanded: Option<&Expanded<'_>>) -> Map<String, Value> {
        let change_key = self.ids.change_key(row.change);
        let id = if self.immutable { self.ids.immutable(row.born) } else { row.public.clone() };
        let mut shown = Map::new();
        if self.dialect == Dialect::Outlook {
            shown.insert("@odata.id".into(), self.entity_id("Contacts", &id).into());
        }
        shown.insert("@odata.etag".into(), format!("W/\"{change_key}\"").into());
        for property in schema::ordered(self.dialect, self.moment).filter(|property| self.selects(property)) {
            let value = match property.graph {
                "id" => id.clone().into(),
                "changeKey" => change_key.clone().into(),
                "parentFolderId" => row.folder_public.clone().into(),
                "createdDateTime" => written(row.created).into(),
                "lastModifiedDateTime" => written(row.modified).into(),
                "personalNotes" => self.notes(property, row.content.get("personalNotes")),
                _ => self.value(property, row.content.get(property.kept_as())),
            };
            shown.insert(property.name(self.dialect).to_owned(), value);
        }
        if let Some(expanded) = expanded {
            self.expand(&mut shown, row, expanded);
        }
        shown
    }

    /// A folder. v2.0's sample shows no etag.
    pub(super) fn folder(&self, row: &FolderRow) -> Map<String, Value> {
        let mut shown = Map::new();
        if self.dialect == Dialect::Outlook {
            shown.insert("@odata.id".into(), self.entity_id("ContactFolders", &row.public).into());
        }
        for property in schema::FOLDER.rows.iter().filter(|property| self.selects(property)) {
            let value = match property.graph {
                "id" => row.public.clone(),
                "parentFolderId" => row.parent_public.clone().unwrap_or_else(|| self.ids.folder(0)),
                _ => row.name.clone(),
            };
            shown.insert(property.name(self.dialect).to_owned(), value.into());
        }
        shown
    }

    /// v2.0's `@odata.id`: `…/Users('{user}@{tenant}')/Contacts('{Id}')` (documented).
    pub(super) fn entity_id(&self, collection: &str, id: &str) -> String {
        format!("{}/Users('{}@{}')/{collection}('{id}')", self.base, self.ids.guid, self.ids.tenant())
    }

    /// Documented: the id is there whatever is selected.
    pub(super) fn selects(&self, property: &Property) -> bool {
        property.graph == "id" || self.select.is_none_or(|select| select.iter().any(|one| one.graph == property.graph))
    }

    /// Documented for v2.0's POST and PATCH answers alone: lists and addresses padded with nulls.
    fn pads(&self) -> bool {
        let padding = self.behaviours.has(Behaviour::NullPadding);
        padding && self.dialect == Dialect::Outlook && self.moment == Moment::Write
    }

    fn value(&self, property: &Property, stored: Option<&Value>) -> Value {
        match property.shape {
            Shape::Text | Shape::Moment => stored.cloned().unwrap_or_else(|| self.unset(property)),
            Shape::Birthday => stored.and_then(Value::as_str).map_or(Value::Null, |day| self.birthday(day).into()),
            Shape::Texts(max) => self.padded(stored.and_then(Value::as_array).cloned().unwrap_or_default(), max),
            Shape::Emails => {
                let emails = stored.and_then(Value::as_array).into_iter().flatten();
                self.padded(emails.map(|email| self.email(email)).collect(), Some(MAX_EMAILS))
            }
            Shape::EmailAt(place) => {
                stored.and_then(|all| all.get(place)).map_or(Value::Null, |email| self.email(email))
            }
            Shape::Address => self.members(stored, &ADDRESS, self.pads()),
        }
    }

    /// Observed: notes that begin with a line break come into a list without any and cut.
    fn notes(&self, property: &Property, stored: Option<&Value>) -> Value {
        let cut = self.listed && self.behaviours.has(Behaviour::CutNotes);
        match stored.and_then(Value::as_str) {
            Some(text) if cut && text.starts_with(['\r', '\n']) => {
                text.chars().filter(|c| !matches!(c, '\r' | '\n')).take(CUT_NOTES).collect::<String>().into()
            }
            _ => self.value(property, stored),
        }
    }

    fn unset(&self, property: &Property) -> Value {
        match (property.unset, self.dialect) {
            (Unset::Blank, _) | (Unset::BlankInGraph, Dialect::Graph) => "".into(),
            _ => Value::Null,
        }
    }

    /// Documented by v2.0's samples, observed in Graph.
    fn birthday(&self, day: &str) -> String {
        let noon = self.behaviours.has(Behaviour::BirthdayTime) && self.dialect == Dialect::Graph;
        format!("{day}T{}", if noon { "11:59:00Z" } else { "00:00:00Z" })
    }

    fn padded(&self, mut entries: Vec<Value>, max: Option<usize>) -> Value {
        if let Some(max) = max.filter(|max| self.pads() && entries.len() < *max) {
            entries.resize(max, Value::Null);
        }
        Value::Array(entries)
    }

    /// Documented for v2.0: name first on GET, address first on POST and PATCH.
    fn email(&self, email: &Value) -> Value {
        let [name, address] = EMAIL;
        let write = self.dialect == Dialect::Outlook && self.moment == Moment::Write;
        let order = if write { [address, name] } else { [name, address] };
        self.members(Some(email), &order, false)
    }

    fn members(&self, stored: Option<&Value>, parts: &[(&str, &str)], padded: bool) -> Value {
        let mut shown = Map::new();
        for (graph, outlook) in parts {
            let value = stored.and_then(|stored| stored.get(graph)).cloned();
            if let Some(value) = value.or(padded.then_some(Value::Null)) {
                shown.insert((*self.dialect.pick(graph, outlook)).to_owned(), value);
            }
        }
        Value::Object(shown)
    }

    /// The text of an extended property, cut where a list cuts it.
    fn string(&self, id: &str, text: &str) -> String {
        let cut = self.listed && self.behaviours.has(Behaviour::CutStrings) && id.starts_with("String ");
        text.chars().take(if cut { CUT_STRING } else { usize::MAX }).collect()
    }

    /// Observed: a contact that has none of the properties shows no list at all.
    fn expand(&self, shown: &mut Map<String, Value>, row: &ContactRow, expanded: &Expanded<'_>) {
        let (list, id, value) = self.dialect.pick(
            ("singleValueExtendedProperties", "id", "value"),
            ("SingleValueExtendedProperties", "PropertyId", "Value"),
        );
        let picture = if row.has_photo { "true" } else { "false" };
        let has_picture = self.behaviours.has(Behaviour::HasPicture);
        let found: Vec<Value> = expanded
            .asked
            .iter()
            .filter_map(|asked| match asked.as_str() {
                HAS_PICTURE => has_picture.then_some((asked, picture)),
                _ => expanded.has.iter().find(|(has, _)| has == asked).map(|(_, text)| (asked, text.as_str())),
            })
            .map(|(asked, text)| json!({ id: asked, value: self.string(asked, text) }))
            .collect();
        if !found.is_empty() {
            shown.insert(format!("{list}@odata.context"), format!("{}/{list}", expanded.context).into());
            shown.insert(list.into(), found.into());
        }
    }
}
