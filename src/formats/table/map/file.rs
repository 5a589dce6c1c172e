//! A mapping file's text to what it says.

use encoding_rs::Encoding;
use toml::de::{DeTable, DeValue};

use crate::formats::table::column::{Column, Part, Slot};
use crate::formats::table::dialects::{Table, known, tables};
use crate::formats::table::map::entry::{self, target};
use crate::formats::table::map::tree::{MapError, Text, Value, in_order, suggestion};
use crate::formats::table::map::{HeaderRow, Map, Naming, Target, To, Unmapped};
use crate::formats::table::slot::Second;
use crate::formats::table::{DateOrder, ROWS};

/// The version of mapping files that is read and written.
const VERSION: &str = "1";

/// A mapping file for the largest table is far smaller.
const MAX_BYTES: usize = 1024 * 1024;

/// More columns are never parted; each pattern takes memory.
const MAX_SPLITS: usize = 100;

impl Map {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// The first thing that is wrong in it, with line and column and the way out.
    pub fn parse(text: &str) -> Result<Map, MapError> {
        let file = Text(text.strip_prefix('\u{feff}').unwrap_or(text));
        if text.len() > MAX_BYTES {
            return Err(file.error(0..0, "the file is larger than 1 MiB, so it is no mapping file"));
        }
        let tree = file.tree()?;
        let root = tree.get_ref();
        file.only(root, &["version", "name", "input", "columns", "constants", "unmapped"])?;
        version(file, root)?;
        let mut map = Map::blank();
        if let Some(name) = root.get("name") {
            file.string(name)?.clone_into(&mut map.name);
        }
        section(file, root, "input", |table| input(file, table, &mut map))?;
        section(file, root, "unmapped", |table| unmapped(file, table, &mut map))?;
        section(file, root, "columns", |table| columns(file, table, &mut map))?;
        section(file, root, "constants", |table| constants(file, table, &mut map))?;
        if map.is_blank() {
            return Err(file.error(0..0, "says nothing of any column; name them below [columns]"));
        }
        Ok(map)
    }
}

/// Reads a section, if it is there.
fn section<'t>(
    file: Text<'t>,
    root: &DeTable<'t>,
    name: &str,
    read: impl FnOnce(&DeTable<'t>) -> Result<(), MapError>,
) -> Result<(), MapError> {
    root.get(name).map_or(Ok(()), |value| read(file.table(value, name)?))
}

fn version(file: Text<'_>, root: &DeTable<'_>) -> Result<(), MapError> {
    let Some(value) = root.get("version") else {
        return Err(file.error(0..0, format!("says no version; write version = {VERSION} at the top")));
    };
    match value.get_ref() {
        DeValue::Integer(number) if number.as_str() == VERSION => Ok(()),
        _ => Err(file.error(value.span(), format!("is of another version; this program reads version = {VERSION}"))),
    }
}

/// `[input]`: how the table is read.
fn input<'t>(file: Text<'t>, table: &DeTable<'t>, map: &mut Map) -> Result<(), MapError> {
    let known = ["encoding", "delimiter", "header", "dialect", "date_order", "value_separators"];
    file.only(table, &known)?;
    for (key, value) in in_order(table) {
        match &**key.get_ref() {
            "encoding" => map.encoding = said(file, value)?.map(|text| encoding(file, value, text)).transpose()?,
            "delimiter" => map.delimiter = said(file, value)?.map(|text| delimiter(file, value, text)).transpose()?,
            "date_order" => map.date_order = said(file, value)?.map(|text| order(file, value, text)).transpose()?,
            "header" => map.header = header(file, value)?,
            "dialect" => map.dialect = dialect(file, value)?,
            _ => map.separators = Some(separators(file, value)?),
        }
    }
    Ok(())
}

/// A text, unless it leaves the matter open.
fn said<'v>(file: Text<'_>, value: &'v Value<'_>) -> Result<Option<&'v str>, MapError> {
    match value.get_ref() {
        DeValue::String(text) => Ok(Some(&**text).filter(|text| *text != "auto")),
        _ => Err(file.error(value.span(), "wants a text in quotes, or \"auto\"")),
    }
}

fn encoding(file: Text<'_>, value: &Value<'_>, text: &str) -> Result<&'static Encoding, MapError> {
    let what = "no such character set; write it as web pages do (\"utf-8\", \"windows-1252\"), or \"auto\"";
    Encoding::for_label(text.as_bytes()).ok_or_else(|| file.error(value.span(), what))
}

fn delimiter(file: Text<'_>, value: &Value<'_>, text: &str) -> Result<u8, MapError> {
    match text.as_bytes() {
        b"tab" => Ok(b'\t'),
        [one] if *one == b'\t' || one.is_ascii_punctuation() && *one != b'"' => Ok(*one),
        _ => {
            Err(file.error(value.span(), "a delimiter is one character such as \",\" or \";\", or \"tab\" or \"auto\""))
        }
    }
}

fn order(file: Text<'_>, value: &Value<'_>, text: &str) -> Result<DateOrder, MapError> {
    let what = "the date orders are \"dmy\", \"mdy\" and \"ymd\", or \"auto\"";
    DateOrder::named(text).ok_or_else(|| file.error(value.span(), what))
}

fn header(file: Text<'_>, value: &Value<'_>) -> Result<HeaderRow, MapError> {
    let number = |text: &str| text.parse::<usize>().ok().filter(|number| (1..=ROWS).contains(number));
    let found = match value.get_ref() {
        DeValue::String(text) if text == "auto" => Some(HeaderRow::Auto),
        DeValue::String(text) if text == "none" => Some(HeaderRow::None),
        DeValue::Integer(row) => number(row.as_str()).map(|number| HeaderRow::Row(number - 1)),
        _ => None,
    };
    let what = format!("the header is the number of a row from 1 to {ROWS}, or \"none\", or \"auto\"");
    found.ok_or_else(|| file.error(value.span(), what))
}

fn dialect(file: Text<'_>, value: &Value<'_>) -> Result<Naming, MapError> {
    match file.string(value)? {
        "auto" => Ok(Naming::Auto),
        "none" => Ok(Naming::None),
        text => text.parse().map(Naming::Choice).map_err(|_| {
            let (names, all) = (known(), tables().iter().map(Table::name).collect::<Vec<_>>());
            let near = suggestion(text, names.iter().copied().chain(all.iter().map(String::as_str)));
            let what = format!("no such dialect{near}; known are none, auto, {}", names.join(", "));
            file.error(value.span(), what)
        }),
    }
}

fn separators(file: Text<'_>, value: &Value<'_>) -> Result<Vec<String>, MapError> {
    let texts = file.strings(value)?;
    match texts.iter().find(|(text, _)| text.is_empty()) {
        Some((_, at)) => Err(file.error(at.clone(), "nothing is no separator; leave it out")),
        None => Ok(texts.into_iter().map(|(text, _)| text.to_owned()).collect()),
    }
}

/// `[unmapped]`: what becomes of columns that nothing is said about.
fn unmapped<'t>(file: Text<'t>, table: &DeTable<'t>, map: &mut Map) -> Result<(), MapError> {
    const ACTIONS: [(&str, Unmapped); 4] = [
        ("report", Unmapped::Report),
        ("notes", Unmapped::Notes),
        ("error", Unmapped::Error),
        ("ignore", Unmapped::Ignore),
    ];
    file.only(table, &["action", "by_dialect"])?;
    if let Some(value) = table.get("action") {
        let text = file.string(value)?;
        let found = ACTIONS.iter().find(|(name, _)| *name == text);
        let what = "the actions are \"report\", \"notes\", \"error\" and \"ignore\"";
        map.unmapped = found.ok_or_else(|| file.error(value.span(), what))?.1;
    }
    if let Some(value) = table.get("by_dialect") {
        let DeValue::Boolean(said) = value.get_ref() else {
            return Err(file.error(value.span(), "is true or false"));
        };
        if *said && map.dialect == Naming::None {
            return Err(file.error(value.span(), "wants a dialect: say it below [input]"));
        }
        map.by_dialect = *said;
    }
    Ok(())
}

/// `[columns]`: what each one means.
fn columns<'t>(file: Text<'t>, table: &DeTable<'t>, map: &mut Map) -> Result<(), MapError> {
    let mut taken: Vec<(Column, String)> = Vec::new();
    for (key, value) in in_order(table) {
        let entry = entry::read(file, key, value)?;
        if map.header == HeaderRow::None && entry.keys().any(|key| key.number.is_none()) {
            let what = "there is no header row, so that columns go by their numbers: \"@1\" is the first";
            return Err(file.error(key.span(), what));
        }
        for target in entry.to.targets() {
            take(&mut taken, target, key.get_ref()).map_err(|what| file.error(value.span(), what))?;
        }
        map.entries.push(entry);
        if map.entries.iter().filter(|entry| matches!(entry.to, To::Split(..))).count() > MAX_SPLITS {
            return Err(file.error(key.span(), format!("parts more than {MAX_SPLITS} columns")));
        }
    }
    Ok(())
}

/// `[constants]`: what each contact has.
fn constants<'t>(file: Text<'t>, table: &DeTable<'t>, map: &mut Map) -> Result<(), MapError> {
    let named = map.entries.iter().flat_map(|entry| entry.to.targets().map(|target| (target, &entry.key.text)));
    let mut taken: Vec<_> = named.map(|(target, key)| (target.column, key.clone())).collect();
    for (key, value) in in_order(table) {
        let target = target(file, key.get_ref(), key.span())?;
        let texts = match value.get_ref() {
            DeValue::Array(_) => file.strings(value)?,
            _ => vec![(file.string(value)?, value.span())],
        };
        for (text, at) in texts {
            take(&mut taken, &target, "[constants]").map_err(|what| file.error(at.clone(), what))?;
            if matches!(target.column.slot, Slot::List(_)) && text.contains([',', ';']) {
                let what = "a comma or semicolon parts two values; write them as a list: [\"a\", \"b\"]";
                return Err(file.error(at, what));
            }
            map.constants.push((target.clone(), text.to_owned()));
        }
    }
    Ok(())
}

/// Takes a place in the contact; one that holds a single value is taken once.
fn take(taken: &mut Vec<(Column, String)>, target: &Target, by: &str) -> Result<(), String> {
    if let Some((_, other)) = taken.iter().find(|(column, _)| *column == target.column && !holds_several(target)) {
        let name = &target.name;
        let numbered = next_free(taken, target.column).map_or(String::new(), |free| format!(", or name it {free}"));
        return Err(format!(
            "“{name}” holds one value and “{other}” is mapped to it already; join them \
             (\"{by}\" = {{ join = [\"{other}\", \"{by}\"], to = \"{name}\" }}){numbered}"
        ));
    }
    taken.push((target.column, by.to_owned()));
    Ok(())
}

/// Whether a contact holds any number of such values: what has a number is one of them.
pub(super) fn holds_several(target: &Target) -> bool {
    match target.column.slot {
        Slot::Text(field) => matches!(Second::of(field), Second::Joined(_)),
        Slot::List(_) | Slot::Kept => true,
        Slot::Email(Some(_), _) | Slot::Phone(Some(_), _) | Slot::Url(Some(_), _) | Slot::Im(Some(_), _) => {
            target.column.part == Part::Value && !target.name.contains('[')
        }
        _ => false,
    }
}

/// The name of the same place with the first number that is free, where places of its kind have numbers.
pub(super) fn next_free(taken: &[(Column, String)], column: Column) -> Option<String> {
    let numbers = 2..=u16::try_from(taken.len()).unwrap_or(u16::MAX).saturating_add(2);
    let free = numbers.map(|number| column.numbered(number)).find(|free| !taken.iter().any(|(of, _)| of == free))?;
    free.name().filter(|name| name.contains('[') && free != column)
}

impl To {
    /// The places that it fills.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Target> {
        let (one, many) = match self {
            To::Ignore | To::Keep => (None, [].as_slice()),
            To::Value(target, _) | To::Join(_, _, target, _) => (Some(target), [].as_slice()),
            To::Split(_, targets) => (None, targets.as_slice()),
        };
        one.into_iter().chain(many.iter().flatten())
    }
}
