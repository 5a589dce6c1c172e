//! A row being read: its cells, what is known of its table, and the contact that comes of it.

use std::borrow::Cow;

use crate::formats::table::date::{self, Cell};
use crate::formats::table::order::Order;
use crate::formats::table::slot::Plan;
use crate::model::{Contact, Date, Extra, Field, Loss, Origin, Relation, Rest, Why};

/// Letters that tell which value is meant; a cell may hold a picture.
const TOLD: usize = 200;

/// The cells of a row.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats) struct Row<'r> {
    text: &'r str,
    aside: &'r str,
    places: Places<'r>,
}

/// Where the cells stand.
#[derive(Debug, Clone, Copy)]
enum Places<'r> {
    /// One behind the other, each up to here.
    Ends(&'r [usize]),
    /// Each from here to there, with something between them; beyond the text's end in the text aside.
    Spans(&'r [(usize, usize)]),
}

impl<'r> Row<'r> {
    /// A row of cells that stand one behind the other in `text`.
    pub(in crate::formats) fn new(text: &'r str, ends: &'r [usize]) -> Self {
        Row { text, aside: "", places: Places::Ends(ends) }
    }

    /// A row of cells that stand in `text` from here to there, and in `aside` where that is beyond its end.
    pub(in crate::formats) fn in_places(text: &'r str, aside: &'r str, spans: &'r [(usize, usize)]) -> Self {
        Row { text, aside, places: Places::Spans(spans) }
    }

    /// All cells and what stands between them, for a quick look.
    pub(in crate::formats) fn text(self) -> &'r str {
        self.text
    }

    /// How many cells it has.
    pub(in crate::formats) fn len(self) -> usize {
        match self.places {
            Places::Ends(ends) => ends.len(),
            Places::Spans(spans) => spans.len(),
        }
    }

    /// A cell as it stands there; one that the row does not reach to is empty.
    pub(in crate::formats) fn verbatim(self, at: usize) -> &'r str {
        let (start, end) = match self.places {
            Places::Spans(spans) => spans.get(at).copied().unwrap_or_default(),
            Places::Ends(ends) => match ends.get(at) {
                Some(end) => (if at == 0 { 0 } else { ends[at - 1] }, *end),
                None => return "",
            },
        };
        if start == end {
            return "";
        }
        match start.checked_sub(self.text.len()) {
            None => self.text.get(start..end),
            Some(aside) => self.aside.get(aside..end - self.text.len()),
        }
        .unwrap_or_default()
    }

    /// A cell without the blanks around it.
    pub(in crate::formats) fn cell(self, at: usize) -> &'r str {
        trim(self.verbatim(at))
    }

    /// Whether every cell is blank.
    pub(in crate::formats) fn is_blank(self) -> bool {
        (0..self.len()).all(|at| self.cell(at).is_empty())
    }

    /// Whether a text stands in any of its cells.
    pub(in crate::formats) fn has(self, text: &str) -> bool {
        memchr::memmem::find(self.text.as_bytes(), text.as_bytes()).is_some()
    }

    /// The row with one text in place of another in each cell.
    pub(in crate::formats) fn with(self, old: &str, new: &str) -> (String, Vec<usize>) {
        let (mut text, mut ends) = (String::with_capacity(self.text.len()), Vec::with_capacity(self.len()));
        for at in 0..self.len() {
            text.push_str(&self.verbatim(at).replace(old, new));
            ends.push(text.len());
        }
        (text, ends)
    }

    /// Whether nothing stands in any of a plan's cells.
    pub(in crate::formats) fn lacks(self, plan: &Plan) -> bool {
        plan.parts.iter().all(|(_, at)| self.cell(*at).is_empty())
    }
}

/// What was decided for the whole table.
#[derive(Debug)]
pub(in crate::formats) struct Source {
    /// The headers, verbatim.
    pub(in crate::formats) headers: Vec<String>,
    /// Whether groups and labels are written as Google does.
    pub(in crate::formats) google: bool,
    /// What separates the values of one cell: what a mapping file says, else what the program writes.
    pub(in crate::formats) separators: Vec<String>,
    /// Whether Google's own groups stand among the categories as if they were the user's.
    pub(in crate::formats) google_groups: bool,
    /// The language of the headers.
    pub(in crate::formats) language: &'static str,
    /// How dates are read.
    pub(in crate::formats) order: Order,
    /// The year that tells what a year of two digits means.
    pub(in crate::formats) this_year: u16,
}

impl Source {
    /// The values in a cell, each without the blanks around it: one, or several between the separators.
    pub(in crate::formats) fn values<'r>(&'r self, verbatim: &'r str) -> impl Iterator<Item = &'r str> {
        let stands = |between: &String| memchr::memmem::find(verbatim.as_bytes(), between.as_bytes()).is_some();
        let several = self.separators.iter().any(stands);
        Values { rest: Some(verbatim), separators: if several { &self.separators } else { &[] } }
    }
}

/// The values in a cell; most cells have one, which costs no search.
struct Values<'r> {
    rest: Option<&'r str>,
    separators: &'r [String],
}

impl<'r> Iterator for Values<'r> {
    type Item = &'r str;

    fn next(&mut self) -> Option<&'r str> {
        let rest = self.rest.take()?;
        let found = self.separators.iter().filter_map(|between| rest.split_once(between.as_str()));
        match found.min_by_key(|(value, _)| value.len()) {
            Some((value, rest)) => {
                self.rest = Some(rest);
                Some(trim(value))
            }
            None => Some(trim(rest)),
        }
    }
}

/// The contact that comes of a row.
#[derive(Debug, Default)]
pub(in crate::formats) struct Build {
    /// The contact.
    pub(in crate::formats) contact: Box<Contact>,
    /// What could not be understood.
    pub(in crate::formats) losses: Vec<Loss>,
}

impl Build {
    /// Puts a single text in its place. Where another stands already, it is added to what can hold both, becomes a
    /// related person, or else is kept as a leftover of its column.
    pub(in crate::formats) fn text(&mut self, field: Field, value: &str, header: &str) {
        let value = clean(value);
        if value.is_empty() || self.alone(field, &value) {
            return;
        }
        match (field.text_mut(&mut self.contact), Second::of(field)) {
            (Some(place), Second::Joined(between)) => {
                if place.split(between).all(|there| there != value) {
                    place.push_str(between);
                    place.push_str(&value);
                }
            }
            (_, Second::Related(label)) => {
                let (value, label) = (value.into_owned(), label.to_owned());
                self.contact.relations.push(Relation { value, label, rest: Rest::default() });
            }
            _ => self.second(field, &value, header),
        }
    }

    /// Puts a text, as [`clean`] leaves it, in a place where no other stands; whether it is there now.
    pub(in crate::formats) fn alone(&mut self, field: Field, value: &str) -> bool {
        let Some(place) = field.text_mut(&mut self.contact) else { return false };
        if place.is_empty() {
            value.clone_into(place);
        }
        *place == value
    }

    /// Keeps a cell under its header because another has filled its field, and tells it.
    pub(in crate::formats) fn second(&mut self, field: Field, value: &str, header: &str) {
        if !value.is_empty() {
            let told: String = value.chars().take(TOLD).collect();
            self.losses.push(Loss::new(field, told, Why::Taken));
            self.keep(header, value);
        }
    }

    /// Keeps a cell that has no field, under its header.
    pub(in crate::formats) fn keep(&mut self, header: &str, value: &str) {
        if !value.is_empty() {
            let value = clean(value).into_owned();
            self.contact.extra.push(Extra {
                origin: Origin::Column,
                name: header.to_owned(),
                value,
                rest: Rest::default(),
            });
        }
    }

    /// A date as the file's order has it; a cell that is none, or contradicts the order, is kept as text and said.
    pub(in crate::formats) fn date(&mut self, field: Field, text: &str, source: &Source) -> Option<Date> {
        let date = match date::read(text, source.language, source.this_year) {
            Cell::Null => return None,
            Cell::Plain(date) => Some(date),
            Cell::Numbers(numbers) => numbers.date(source.order, source.this_year),
            Cell::Serial | Cell::Unknown => None,
        };
        let date = date.filter(|date| date::is_of_our_calendar(*date, source.this_year));
        Some(date.map_or_else(
            || {
                self.losses.push(Loss::new(field, text, Why::NotUnderstood));
                Date::Text(clean(text).into_owned())
            },
            Date::Known,
        ))
    }
}

/// What becomes of the text of a second column of a field that is one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Second {
    /// It stands behind the first, with this between them: “Herr” and “Dr.” are both prefixes.
    Joined(&'static str),
    /// It is a person under this label.
    Related(&'static str),
    /// It is kept under its header.
    Kept,
}

impl Second {
    /// That of a field.
    pub(in crate::formats) fn of(field: Field) -> Second {
        match field {
            Field::Prefix | Field::MiddleName | Field::Suffix => Second::Joined(" "),
            Field::Nickname | Field::Hobby => Second::Joined(", "),
            Field::Notes => Second::Joined("\n"),
            Field::Manager => Second::Related("manager"),
            Field::Assistant => Second::Related("assistant"),
            Field::Spouse => Second::Related("spouse"),
            _ => Second::Kept,
        }
    }
}

/// The text without the blanks around it. Most have none, and need no search for them.
fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [] | [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// The text of a cell with its lines separated by `\n`.
pub(in crate::formats) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}
