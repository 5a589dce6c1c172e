//! One line of `[columns]`: the column that it names, and what becomes of it.

use std::ops::Range;

use regex::{Regex, RegexBuilder};
use toml::de::{DeTable, DeValue};

use crate::formats::table::MAX_COLUMNS;
use crate::formats::table::column::Column;
use crate::formats::table::fold::fold;
use crate::formats::table::map::tree::{MapError, Name, Text, Value, suggestion};
use crate::formats::table::map::{Around, Entry, Key, Target, To};

/// The most a compiled pattern may take, in bytes.
const PATTERN: usize = 1024 * 1024;

/// What a column is called that goes nowhere, and one that is kept as it is.
const WORDS: [&str; 2] = ["ignore", "keep"];

/// More values of one kind than any contact has.
const MAX_NUMBER: u16 = 999;

impl Key {
    /// A header, `text#2` for the second of that name, or `@14` for a number.
    fn read(file: Text<'_>, text: &str, at: Range<usize>) -> Result<Key, MapError> {
        let digits = text.strip_prefix('@').filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
        let number = match digits.filter(|digits| !digits.is_empty()) {
            None => None,
            Some(digits) => {
                let number = digits.parse::<usize>().ok().filter(|number| (1..=MAX_COLUMNS).contains(number));
                let what = format!("columns have numbers from @1 to @{MAX_COLUMNS}");
                Some(number.ok_or_else(|| file.error(at.clone(), what))? - 1)
            }
        };
        if number.is_none() && fold(text).is_empty() {
            return Err(file.error(at, "a column without a header goes by its number: \"@1\" is the first"));
        }
        Ok(Key { text: text.to_owned(), number })
    }
}

impl Entry {
    /// The columns that it names.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        let (one, many) = match &self.to {
            To::Join(keys, ..) => (None, keys.as_slice()),
            _ => (Some(&self.key), [].as_slice()),
        };
        one.into_iter().chain(many)
    }
}

/// Reads a line.
pub(super) fn read<'t>(file: Text<'t>, key: &Name<'t>, value: &Value<'t>) -> Result<Entry, MapError> {
    match value.get_ref() {
        DeValue::String(text) => {
            let to = match &**text {
                "ignore" => To::Ignore,
                "keep" => To::Keep,
                text => To::Value(target(file, text, value.span())?, Around::default()),
            };
            Ok(Entry { key: Key::read(file, key.get_ref(), key.span())?, to })
        }
        DeValue::Table(table) => {
            file.only(table, &["to", "prefix", "suffix", "split", "join", "with"])?;
            if let Some(join) = table.get("join") {
                // What joined columns are called is no column's name.
                let key = Key { text: key.get_ref().clone().into_owned(), number: None };
                return Ok(Entry { key, to: joined(file, value, table, join)? });
            }
            let key = Key::read(file, key.get_ref(), key.span())?;
            let to = match table.get("split") {
                Some(pattern) => split(file, value, table, pattern)?,
                None => {
                    without(file, table, "with", "stands beside join")?;
                    To::Value(one_target(file, value, table)?, around(file, table)?)
                }
            };
            Ok(Entry { key, to })
        }
        _ => Err(file.error(value.span(), "wants the name of a column in quotes, or { to = \"…\" }")),
    }
}

/// `{ split = '…', to = ["…", "…"] }`
fn split<'t>(file: Text<'t>, value: &Value<'t>, table: &DeTable<'t>, text: &Value<'t>) -> Result<To, MapError> {
    for name in ["prefix", "suffix", "with"] {
        without(file, table, name, "does not go with split")?;
    }
    let pattern = pattern(file.string(text)?).map_err(|what| file.error(text.span(), what))?;
    let Some(to) = table.get("to") else {
        return Err(file.error(value.span(), "does not say where the parts go; add to = [\"…\", \"…\"]"));
    };
    let names = file.strings(to)?;
    let groups = pattern.captures_len() - 1;
    if groups != names.len() || groups == 0 {
        let said = if names.len() == 1 { "is 1 name".to_owned() } else { format!("are {} names", names.len()) };
        let what = format!("the pattern has {groups} groups in ( ), and there {said}; make them equal");
        return Err(file.error(to.span(), what));
    }
    let target = |(name, at): (&str, Range<usize>)| match name {
        "ignore" => Ok(None),
        name => target(file, name, at).map(Some),
    };
    Ok(To::Split(pattern, names.into_iter().map(target).collect::<Result<_, _>>()?))
}

/// The pattern of a whole cell: what it does not cover would be lost.
fn pattern(text: &str) -> Result<Regex, String> {
    let said = |error: &regex::Error| match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large; make it simpler".to_owned(),
        // The first line of the message is a heading, the last one says what is wrong.
        error => {
            let text = error.to_string();
            let why = text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ");
            format!("is no regular expression: {why}")
        }
    };
    let compiled = |text: &str| RegexBuilder::new(text).size_limit(PATTERN).dfa_size_limit(PATTERN).build();
    // By itself first, so that it cannot close the group that is put around it.
    compiled(text).and_then(|_| compiled(&format!(r"\A(?:{text})\z"))).map_err(|error| said(&error))
}

/// `{ join = ["…", "…"], with = " ", to = "…" }`
fn joined<'t>(file: Text<'t>, value: &Value<'t>, table: &DeTable<'t>, join: &Value<'t>) -> Result<To, MapError> {
    without(file, table, "split", "does not go with join")?;
    let keys = file.strings(join)?.into_iter().map(|(text, at)| Key::read(file, text, at));
    let keys: Vec<Key> = keys.collect::<Result<_, _>>()?;
    if keys.len() < 2 {
        return Err(file.error(join.span(), "joins at least two columns"));
    }
    let with = table.get("with").map_or(Ok(" "), |with| file.string(with))?;
    Ok(To::Join(keys, with.to_owned(), one_target(file, value, table)?, around(file, table)?))
}

/// Refuses a key beside which another one makes no sense.
fn without(file: Text<'_>, table: &DeTable<'_>, name: &str, why: &str) -> Result<(), MapError> {
    table.get(name).map_or(Ok(()), |value| Err(file.error(value.span(), format!("“{name}” {why}"))))
}

fn around<'t>(file: Text<'t>, table: &DeTable<'t>) -> Result<Around, MapError> {
    let text = |name: &str| table.get(name).map_or(Ok(""), |value| file.string(value)).map(str::to_owned);
    Ok(Around { prefix: text("prefix")?, suffix: text("suffix")? })
}

fn one_target<'t>(file: Text<'t>, value: &Value<'t>, table: &DeTable<'t>) -> Result<Target, MapError> {
    let Some(to) = table.get("to") else {
        return Err(file.error(value.span(), "does not say where it goes; add to = \"…\""));
    };
    if matches!(to.get_ref(), DeValue::Array(_)) {
        return Err(file.error(to.span(), "goes to one place; several are for split"));
    }
    target(file, file.string(to)?, to.span())
}

/// The place in a contact that a name of the vocabulary stands for.
pub(super) fn target(file: Text<'_>, text: &str, at: Range<usize>) -> Result<Target, MapError> {
    if WORDS.contains(&text) {
        return Err(file.error(at, format!("“{text}” stands alone: \"header\" = \"{text}\"")));
    }
    match place(text) {
        Some(column) => Ok(Target { column, name: text.to_owned() }),
        None => {
            let names: Vec<String> = Column::names().collect();
            let all = || names.iter().map(String::as_str);
            let near = match suggestion(text, all().chain(WORDS)) {
                none if none.is_empty() => by_last_part(text, all()),
                near => near,
            };
            let what = format!("there is no “{text}” in a contact{near}; inspect --columns lists what there is");
            Err(file.error(at, what))
        }
    }
}

/// The column of a name; one of several that has no number is the first.
fn place(text: &str) -> Option<Column> {
    if let Some((_, rest)) = text.split_once('[') {
        let (number, _) = rest.split_once(']')?;
        number.parse::<u16>().ok().filter(|number| (1..=MAX_NUMBER).contains(number))?;
    }
    let is_first = |name: &String| name.contains("[]") && name.replace("[]", "") == text;
    let first = || Column::named(&Column::names().find(is_first)?.replace("[]", "[1]"));
    Column::named(text).or_else(first)
}

/// Names that end as the text does: `city` is one of several.
fn by_last_part<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> String {
    let text = text.to_lowercase();
    let ends = |name: &&str| name.rsplit_once('.').is_some_and(|(_, last)| last.trim_end_matches("[]") == text);
    let found: Vec<String> = names.filter(ends).take(3).map(|name| format!("“{name}”")).collect();
    if found.is_empty() { String::new() } else { format!("; did you mean {}?", found.join(" or ")) }
}
