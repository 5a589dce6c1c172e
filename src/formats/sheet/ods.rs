//! ODS: the cells of its sheets as texts, from the part `content.xml` (OpenDocument 1.3, part 3).

use std::collections::HashSet;
use std::io::{BufReader, Read};

use quick_xml::Reader as XmlReader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::formats::sheet::cells::{Cells, Flaw, MAX_ROW};
use crate::formats::sheet::number::day;
use crate::formats::sheet::store::{Scratch, Stop, Store};
use crate::formats::table::MAX_COLUMNS;

/// How often rows with something in them may be said to stand there again.
const MAX_REPEATED: u32 = 65_536;

/// Reads every sheet into the store. What is damaged ends the sheet that it is in, and the workbook.
pub(super) fn fill<R: Read, S: Scratch>(content: R, store: &mut Store<S>) -> Result<(), Stop> {
    let mut xml = XmlReader::from_reader(BufReader::new(content));
    xml.config_mut().expand_empty_elements = true;
    xml.config_mut().check_end_names = false;
    let (mut walk, mut buffer, mut any) = (Walk::default(), Vec::new(), false);
    loop {
        buffer.clear();
        let damage = match xml.read_event_into(&mut buffer) {
            Ok(Event::Eof) if walk.sheet => Some("it ends in the midst of a sheet".to_owned()),
            Ok(Event::Eof) => return Ok(()),
            Ok(event) => walk.event(&event, store)?,
            Err(error) => Some(error.to_string()),
        };
        any |= walk.sheet;
        if let Some(why) = damage {
            let why = format!("is damaged ({why}); open it in a spreadsheet program and save it anew, or as CSV");
            if !any {
                return Err(Stop::Book(why));
            }
            store.damaged(why);
            return Ok(());
        }
    }
}

/// Where in the document the reading is.
#[derive(Default)]
struct Walk {
    /// The style that is described, and those whose sheets are hidden.
    style: String,
    hidden: HashSet<String>,
    /// Whether it is in a sheet.
    sheet: bool,
    /// Elements within a cell whose text is not the cell's: notes, drawings.
    aside: usize,
    row: Row,
    cell: Cell,
    repeated: u32,
}

/// The row that is read.
#[derive(Default)]
struct Row {
    cells: Cells,
    open: bool,
    /// The number of the next row that begins, from 1.
    next: u32,
    repeat: u32,
    column: usize,
}

/// The cell that is read.
#[derive(Default)]
struct Cell {
    open: bool,
    /// Whether another one covers it, so that nobody sees it.
    covered: bool,
    repeat: usize,
    kind: String,
    value: String,
    is_error: bool,
    /// What it is worked out by, if no result is kept.
    formula: String,
    text: String,
    paragraphs: usize,
}

impl Walk {
    /// Takes an event; returns what is damaged.
    fn event<S: Scratch>(&mut self, event: &Event<'_>, store: &mut Store<S>) -> Result<Option<String>, Stop> {
        match event {
            Event::Start(element) => self.start(element, store),
            Event::End(element) => return self.end(element.name().0, store),
            Event::Text(text) if self.reads_text() => self.cell.text.push_str(&text.xml10_content()),
            Event::CData(text) if self.reads_text() => self.cell.text.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) if self.reads_text() => match letter(entity) {
                Some(letter) => self.cell.text.push(letter),
                None => return Ok(Some(format!("it names an unknown character &{};", &**entity))),
            },
            _ => {}
        }
        Ok(None)
    }

    fn reads_text(&self) -> bool {
        self.cell.open && self.aside == 0 && self.cell.paragraphs > 0 && self.cell.text.len() <= MAX_ROW
    }

    fn start<S: Scratch>(&mut self, element: &BytesStart<'_>, store: &mut Store<S>) {
        match element.name().0 {
            _ if self.aside > 0 => self.aside += 1,
            "style:style" => self.style = attribute(element, "style:name").unwrap_or_default(),
            "style:table-properties" if attribute(element, "table:display").as_deref() == Some("false") => {
                self.hidden.insert(self.style.clone());
            }
            "table:null-date"
                if attribute(element, "table:date-value").is_some_and(|date| date.starts_with("1904")) =>
            {
                store.is_1904 = true;
            }
            "table:table" if !self.sheet => {
                let hidden = attribute(element, "table:style-name").is_some_and(|style| self.hidden.contains(&style));
                store.begin(&attribute(element, "table:name").unwrap_or_default(), hidden);
                (self.sheet, self.repeated) = (true, 0);
                self.row = Row { next: 1, ..Row::default() };
            }
            "table:table-row" if self.sheet => {
                self.row.repeat = repeat(element, "table:number-rows-repeated");
                self.row.cells.begin(self.row.next);
                let shown = attribute(element, "table:visibility");
                self.row.cells.hidden = shown.is_some_and(|shown| shown == "filter" || shown == "collapse");
                self.row.open = true;
                self.row.column = 0;
            }
            name @ ("table:table-cell" | "table:covered-table-cell") if self.sheet && !self.cell.open => {
                self.cell.begin(element, name == "table:covered-table-cell");
            }
            "office:annotation" | "draw:frame" | "draw:custom-shape" | "draw:g" | "table:table" if self.cell.open => {
                self.aside = 1;
            }
            name if self.cell.open => self.cell.element(name, element),
            _ => {}
        }
    }

    fn end<S: Scratch>(&mut self, name: &str, store: &mut Store<S>) -> Result<Option<String>, Stop> {
        match name {
            _ if self.aside > 0 => self.aside -= 1,
            "table:table" => self.sheet = false,
            "table:table-row" if self.sheet && self.row.open => return self.end_row(store),
            "table:table-cell" | "table:covered-table-cell" if self.cell.open => self.end_cell(),
            _ => {}
        }
        Ok(None)
    }

    fn end_cell(&mut self) {
        self.cell.open = false;
        let (text, flaw) = if self.cell.covered { (String::new(), None) } else { self.cell.shown() };
        if !text.is_empty() {
            // A value to the end of the sheet is no value of contacts; what is beyond the last column is marked.
            for column in self.row.column..self.row.column.saturating_add(self.cell.repeat).min(MAX_COLUMNS + 1) {
                self.row.cells.put(column, &text, flaw);
            }
        }
        self.row.column = self.row.column.saturating_add(self.cell.repeat);
    }

    fn end_row<S: Scratch>(&mut self, store: &mut Store<S>) -> Result<Option<String>, Stop> {
        let row = &mut self.row;
        row.open = false;
        let first = row.next;
        row.next = row.next.saturating_add(row.repeat);
        if row.cells.ends.is_empty() && !row.cells.too_long {
            return Ok(None);
        }
        self.repeated = self.repeated.saturating_add(row.repeat.saturating_sub(1));
        if self.repeated > MAX_REPEATED {
            return Ok(Some(format!("it has one row {} times", row.repeat)));
        }
        for number in first..row.next {
            row.cells.number = number;
            store.add(&row.cells)?;
        }
        Ok(None)
    }
}

impl Cell {
    fn begin(&mut self, element: &BytesStart<'_>, covered: bool) {
        let own = |name: &str| attribute(element, name).unwrap_or_default();
        (self.open, self.covered) = (true, covered);
        self.repeat = repeat(element, "table:number-columns-repeated") as usize;
        self.kind = own("office:value-type");
        self.value = match self.kind.as_str() {
            "date" => own("office:date-value"),
            "boolean" => own("office:boolean-value"),
            "string" => own("office:string-value"),
            _ => own("office:value"),
        };
        self.formula = if self.kind.is_empty() { own("table:formula") } else { String::new() };
        self.is_error = own("calcext:value-type") == "error";
        self.text.clear();
        self.paragraphs = 0;
    }

    /// An element of the text.
    fn element(&mut self, name: &str, element: &BytesStart<'_>) {
        match name {
            "text:p" | "text:h" => {
                self.paragraphs += 1;
                if self.paragraphs > 1 {
                    self.text.push('\n');
                }
            }
            "text:s" => {
                let blanks = attribute(element, "text:c").and_then(|count| count.parse().ok()).unwrap_or(1);
                self.text.extend(std::iter::repeat_n(' ', usize::min(blanks, 1000)));
            }
            "text:tab" => self.text.push('\t'),
            "text:line-break" => self.text.push('\n'),
            _ => {}
        }
    }

    /// The cell as a person sees it, but for dates and thousands, which every country writes otherwise.
    fn shown(&mut self) -> (String, Option<Flaw>) {
        let (text, value) = (std::mem::take(&mut self.text), std::mem::take(&mut self.value));
        if self.is_error {
            return (text, Some(Flaw::Error));
        }
        if text.is_empty() && !self.formula.is_empty() {
            let formula = std::mem::take(&mut self.formula);
            let formula = formula.split_once('=').map_or(formula.as_str(), |(_, formula)| formula);
            return (formula.to_owned(), Some(Flaw::Formula));
        }
        let is_cut = value.parse::<f64>().is_ok_and(|value| value.abs() >= 1e15);
        let flaw = if is_cut { Flaw::Digits } else { Flaw::Plain };
        match self.kind.as_str() {
            "date" => (date(&value, &text), None),
            "boolean" => (value.to_uppercase(), None),
            "string" if text.is_empty() => (value, None),
            "float" | "currency" if !is_value_with_zeros(&text, &value) => (plain(value), Some(flaw)),
            "float" => (text, Some(Flaw::Plain)),
            _ => (text, None),
        }
    }
}

/// Whether a text shows a whole number with zeros before it or with other characters than thousands between: a postal
/// code, a phone number.
fn is_value_with_zeros(text: &str, value: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_whole = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let thousands = |letter: char| matches!(letter, '.' | ',' | '\'' | '’' | '\u{a0}' | '\u{202f}' | '€' | '$' | '£');
    is_whole && !text.contains(thousands) && digits(text).trim_start_matches('0') == value.trim_start_matches('0')
}

/// A number without exponent.
fn plain(value: String) -> String {
    if !value.contains(['e', 'E']) {
        return value;
    }
    value.parse::<f64>().map_or(value, |number| number.to_string())
}

/// A date as an ISO date, without a year where the cell shows none.
fn date(value: &str, shown: &str) -> String {
    let date = day(value);
    let Some((year, rest)) = date.split_once('-').filter(|(year, _)| year.len() == 4) else { return date.to_owned() };
    let mut numbers = shown.split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty());
    let shows_year = shown.is_empty() || numbers.any(|number| number == year || number == &year[2..]);
    if shows_year { date.to_owned() } else { format!("--{rest}") }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    unescape(&attribute.value).ok().map(std::borrow::Cow::into_owned)
}

/// How often a row or cell stands there.
fn repeat(element: &BytesStart<'_>, name: &str) -> u32 {
    attribute(element, name).and_then(|count| count.parse().ok()).filter(|count| *count > 0).unwrap_or(1)
}

/// The letter that an entity stands for.
pub(super) fn letter(entity: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    match &**entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => entity.resolve_char_ref().ok().flatten(),
    }
}
