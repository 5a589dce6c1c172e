//! A row of a sheet as a table sees it: without the cells that do not say what they should, and with days where a date
//! column has the numbers that spreadsheets keep for them.

use crate::formats::Remark;
use crate::formats::sheet::cells::{Cells, Flaw};
use crate::formats::sheet::number::NumberFormat;
use crate::formats::sheet::store::Sheet;
use crate::formats::table::{Column, Head, MAX_COLUMNS, Plans, Row, Tally};
use crate::model::{Contact, Extra, Field, Loss, Origin, Rest, Why};

/// The days since 1900 that are birthdays of somebody alive, or soon: 1927 to 2064.
const DAYS: std::ops::Range<f64> = 10_000.0..60_000.0;

/// The day from which other workbooks count, in days since 1900.
const DAYS_TO_1904: f64 = 1462.0;

/// Shows rows as the table sees them.
pub(super) struct View {
    /// What each column means, and what stands above it.
    columns: Vec<Option<Column>>,
    headers: Vec<String>,
    /// The columns that hold a date alone.
    dates: Vec<usize>,
    is_1904: bool,
    shown: Cells,
    /// Numbers in date columns that are no day, by their columns.
    no_days: Vec<usize>,
    /// The numbers in date columns that are days, and the first of them.
    days: Tally,
    first_day: Option<(String, String)>,
}

impl View {
    /// Of the rows of a sheet below its header.
    pub(super) fn new(head: &Head, sheet: &Sheet) -> Self {
        let dates = Plans::new(head.layout()).date_columns().filter(|at| *at < head.columns.len()).collect();
        View {
            columns: head.columns.clone(),
            headers: head.headers.clone(),
            dates,
            is_1904: sheet.is_1904,
            shown: Cells::default(),
            no_days: Vec::new(),
            days: Tally::default(),
            first_day: None,
        }
    }

    /// The row, as wide as the header at the least: a sheet does not keep the empty cells at a row's end.
    pub(super) fn show(&mut self, cells: &Cells) -> Row<'_> {
        self.shown.begin(cells.number);
        self.no_days.clear();
        // Both go from the left to the right.
        let mut flaws = cells.flaws.iter().copied().peekable();
        for (at, text) in cells.texts().enumerate() {
            match flaws.next_if(|(flawed, _)| *flawed == at) {
                None => self.shown.put(at, text, None),
                Some((_, Flaw::Plain)) if self.dates.contains(&at) => self.show_day(at, text),
                Some((_, Flaw::Plain)) => self.shown.put(at, text, None),
                Some(_) => {}
            }
        }
        self.shown.widen(self.columns.len());
        self.shown.row()
    }

    /// The row that was shown.
    pub(super) fn row(&self) -> Row<'_> {
        self.shown.row()
    }

    /// Shows a number where a date should stand: as the day that it counts, else as it is; but `1.5` is not the first of
    /// May.
    fn show_day(&mut self, at: usize, text: &str) {
        let value = text.parse::<f64>().unwrap_or_default();
        let since_1900 = if self.is_1904 { value + DAYS_TO_1904 } else { value };
        if DAYS.contains(&since_1900) {
            let day = NumberFormat::built_in(14).show(value.floor(), self.is_1904).0;
            self.days.add(self.shown.number.into());
            self.first_day.get_or_insert_with(|| (text.to_owned(), day.clone()));
            self.shown.put(at, &day, None);
        } else if value.fract() != 0.0 {
            self.no_days.push(at);
        } else {
            self.shown.put(at, text, None);
        }
    }

    /// What is to be told of the cells of the row that was shown.
    pub(super) fn losses(&self, cells: &Cells) -> Vec<Loss> {
        let field = |column: usize| self.columns.get(column).copied().flatten().map_or(Field::Extra, Column::field);
        let told = |(column, flaw): &(usize, Flaw)| {
            let text = cells.at(*column);
            let value = match flaw {
                Flaw::Error => text.to_owned(),
                Flaw::Digits => format!("{text} (a spreadsheet keeps 15 digits of a number: write it as text)"),
                Flaw::Damaged => format!("{text} (the cell is damaged)"),
                Flaw::Formula => {
                    format!("={text} (a formula without its result: save the file in a spreadsheet program)")
                }
                Flaw::Plain if self.no_days.contains(column) => format!("{text} (a number, and no date)"),
                Flaw::Plain => return None,
            };
            Some(Loss::new(field(*column), value, Why::NotUnderstood))
        };
        let beyond = cells.beyond.iter().map(|text| {
            let value = format!("{text} (beyond column {MAX_COLUMNS}, where nothing is read)");
            Loss::new(Field::Extra, value, Why::NotUnderstood)
        });
        cells.flaws.iter().filter_map(told).chain(beyond).collect()
    }

    /// Keeps the numbers that are no day as they are.
    pub(super) fn keep(&self, cells: &Cells, contact: &mut Contact) {
        for column in &self.no_days {
            let header = self.headers.get(*column).cloned().unwrap_or_default();
            let (name, value) = (header, cells.at(*column).to_owned());
            contact.extra.push(Extra { origin: Origin::Column, name, value, rest: Rest::default() });
        }
    }

    /// What is to be said of the rows that were shown.
    pub(super) fn remark(&self) -> Option<Remark> {
        let (number, day) = self.first_day.as_ref()?;
        let (count, places) = (self.days.count, self.days.in_brackets());
        let what = match count {
            1 => format!("1 date is a number without a date format{places}: {number} was read as {day}"),
            _ => format!(
                "{count} dates are numbers without a date format{places}: they were read as days, {number} as {day}"
            ),
        };
        Some(Remark::Notable(what))
    }
}
