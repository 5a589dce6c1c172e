//! `$expand`: extended properties and open extensions, shown with the contact or folder that has them.

use serde_json::{Map, Value, json};

use super::dialect::Dialect;
use super::error::{Clause, ODataError};
use super::extended::{Stored, stored, values};
use super::extensions;
use super::filter::grammar::{ExpandItem, ExpandOption, SelectItem};
use super::filter::{self, Collection, same};
use super::query::{DEFAULT_TOP, Query};
use super::request::Call;
use super::schema::{CONTACT, Entity};

/// What `$expand` asks for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Expand {
    pub single: Asked,
    pub multi: Asked,
    pub extensions: Asked,
}

/// What is asked of one list.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Asked {
    /// Normal ids, in the order in which they were asked for.
    pub ids: Vec<String>,
    /// All there are; no id was named.
    pub all: bool,
    /// The members to show; none stands for all of them.
    pub select: Option<Vec<String>>,
}

/// The lists that can be expanded.
const LISTS: [(Stored, (&str, &str)); 3] = [
    (Stored::Single, ("singleValueExtendedProperties", "SingleValueExtendedProperties")),
    (Stored::Multi, ("multiValueExtendedProperties", "MultiValueExtendedProperties")),
    (Stored::Extension, ("extensions", "Extensions")),
];

/// The list that a name in `$expand` or `$select` means. A folder has no extensions.
pub(super) fn list_named(name: &str, dialect: Dialect, entity: &'static Entity) -> Option<Stored> {
    let mut lists = LISTS.iter().filter(|(list, _)| *list != Stored::Extension || is_contact(entity));
    lists.find(|(_, names)| same(dialect, dialect.pick(names.0, names.1), name)).map(|(list, _)| *list)
}

fn is_contact(entity: &'static Entity) -> bool {
    std::ptr::eq(entity, &raw const CONTACT)
}

/// Why a name in `$expand` is refused. Documented: what is linked and not expanded, under its name in the schema.
fn refused(name: &str, dialect: Dialect, entity: &'static Entity) -> ODataError {
    let links: &[&str] = if is_contact(entity) { &["Photo"] } else { &["ChildFolders", "Contacts"] };
    if name.is_empty() {
        return ODataError::no_expand("*");
    }
    if let Some(link) = links.iter().find(|link| link.eq_ignore_ascii_case(name)) {
        return ODataError::no_expand(link);
    }
    match filter::find(dialect, entity, name) {
        Some(row) => ODataError::no_link(dialect, row.name(dialect), &entity.name(dialect)),
        None => ODataError::no_such_property(dialect, Clause::SelectExpand, name, &entity.name(dialect)),
    }
}

impl Expand {
    pub(super) fn is_empty(&self) -> bool {
        *self == Expand::default()
    }

    /// Checks what was read. `free` lets extensions be listed without naming them.
    ///
    /// # Errors
    /// 400 for what cannot be expanded, or not so.
    pub(super) fn check(
        items: &[ExpandItem],
        dialect: Dialect,
        entity: &'static Entity,
        free: bool,
    ) -> Result<Expand, ODataError> {
        let mut expand = Expand::default();
        for item in items {
            let name = item.path.join("/");
            let list = list_named(&name, dialect, entity);
            let list = list.ok_or_else(|| refused(&name, dialect, entity))?;
            let asked = asked(list, item, dialect)?;
            if asked.all {
                without_ids(list, free)?;
            }
            *expand.list(list) = asked;
        }
        Ok(expand)
    }

    fn list(&mut self, list: Stored) -> &mut Asked {
        match list {
            Stored::Single => &mut self.single,
            Stored::Multi => &mut self.multi,
            Stored::Extension => &mut self.extensions,
        }
    }

    /// Brings the lists to what is shown of the contact or folder that has them. `context` is its `$metadata` address.
    pub(super) fn onto(
        &self,
        shown: &mut Map<String, Value>,
        has: &[(String, String)],
        dialect: Dialect,
        context: &str,
    ) {
        for (list, names) in LISTS {
            let name = dialect.pick(names.0, names.1);
            let (asked, found) = match list {
                // The contact's own are there already.
                Stored::Single if shown.contains_key(name) => {
                    let there = shown.get_mut(name).and_then(Value::as_array_mut);
                    (&self.single, std::mem::take(there.unwrap_or(&mut Vec::new())))
                }
                Stored::Single => (&self.single, self.single.found(has, dialect)),
                Stored::Multi => (&self.multi, self.multi.found(has, dialect)),
                Stored::Extension => (&self.extensions, self.extensions.found(has, dialect)),
            };
            put(shown, name, asked.trimmed(found, dialect), context);
        }
    }
}

/// Observed: what has none of what was asked for shows no list at all.
pub(super) fn put(shown: &mut Map<String, Value>, name: &str, mut found: Vec<Value>, context: &str) {
    if let Some(at) = shown.get("@odata.id").and_then(Value::as_str) {
        let extensions = found.iter_mut().filter_map(Value::as_object_mut);
        extensions.for_each(|extension| extensions::locate(extension, at));
    }
    if !found.is_empty() {
        shown.insert(format!("{name}@odata.context"), format!("{context}/{name}").into());
        shown.insert(name.to_owned(), found.into());
    }
}

impl Asked {
    fn found(&self, has: &[(String, String)], dialect: Dialect) -> Vec<Value> {
        if self.all {
            return every_extension(has, dialect);
        }
        let held = |id: &String| has.iter().find(|(has, _)| has == id);
        self.ids.iter().filter_map(held).map(|(id, value)| shown(id, value, dialect)).collect()
    }

    /// Only the members that were selected, where any were.
    fn trimmed(&self, mut found: Vec<Value>, dialect: Dialect) -> Vec<Value> {
        let Some(select) = &self.select else { return found };
        for entry in found.iter_mut().filter_map(Value::as_object_mut) {
            entry.retain(|member, _| member.contains('@') || select.iter().any(|name| same(dialect, member, name)));
        }
        found
    }
}

/// An extended property or an extension as an answer shows it.
pub(super) fn shown(id: &str, value: &str, dialect: Dialect) -> Value {
    let (name, text) = dialect.pick(("id", "value"), ("PropertyId", "Value"));
    match stored(id) {
        Stored::Single => json!({ name: id, text: value }),
        Stored::Multi => json!({ name: id, text: values(value) }),
        Stored::Extension => Value::Object(extensions::shown(value, dialect)),
    }
}

/// Every extension among what a contact has.
pub(super) fn every_extension(has: &[(String, String)], dialect: Dialect) -> Vec<Value> {
    let extensions = has.iter().filter(|(id, _)| stored(id) == Stored::Extension);
    extensions.map(|(id, value)| shown(id, value, dialect)).collect()
}

fn asked(list: Stored, item: &ExpandItem, dialect: Dialect) -> Result<Asked, ODataError> {
    let collection = match list {
        Stored::Single => Collection::Single,
        Stored::Multi => Collection::Multi,
        Stored::Extension => Collection::Extensions,
    };
    let mut asked = Asked { all: true, ..Asked::default() };
    for option in &item.options {
        match option {
            ExpandOption::Filter(tree) => {
                asked.ids = filter::ids(tree, collection, dialect)?;
                asked.all = false;
            }
            ExpandOption::Select(items) => asked.select = names(items, dialect)?,
            ExpandOption::Other(name) => {
                let why =
                    format!("The query option '{}' is not supported here.", name.chars().take(60).collect::<String>());
                return Err(ODataError::unparsable(dialect, Clause::SelectExpand, &why));
            }
        }
    }
    Ok(asked)
}

fn names(items: &[SelectItem], dialect: Dialect) -> Result<Option<Vec<String>>, ODataError> {
    let mut names = Vec::new();
    for item in items {
        match item {
            SelectItem::All => return Ok(None),
            SelectItem::Path(path) => match path.as_slice() {
                [name] => names.push(name.clone()),
                _ => return Err(ODataError::bad_select_path(dialect)),
            },
        }
    }
    Ok(Some(names))
}

/// What is expanded without saying which. Documented of extended properties: they cannot all be listed. Observed of
/// extensions.
fn without_ids(list: Stored, free: bool) -> Result<(), ODataError> {
    match list {
        Stored::Extension if free => Ok(()),
        Stored::Extension => Err(ODataError::expand_needs_filter()),
        _ => Err(ODataError::bad_option("'$expand' of extended properties needs a '$filter' by id.")),
    }
}

/// One page of a list that is short, as a body.
pub(super) fn page(call: &Call<'_>, query: &Query, all: Vec<Value>, context: String) -> Value {
    let (count, top) = (all.len() as u64, query.top.unwrap_or(DEFAULT_TOP));
    let skip = usize::try_from(query.skip).unwrap_or(usize::MAX);
    let mut body = Map::new();
    body.insert("@odata.context".into(), context.into());
    if query.count {
        body.insert("@odata.count".into(), count.into());
    }
    body.insert("value".into(), all.into_iter().skip(skip).take(top).collect());
    let next = query.skip.saturating_add(top as u64);
    if count > next {
        body.insert("@odata.nextLink".into(), call.next_link(next).into());
    }
    Value::Object(body)
}
