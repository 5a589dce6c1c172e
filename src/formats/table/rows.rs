//! Rows to contacts.

use crate::formats::table::date::Order;
use crate::formats::table::head::{Head, name};
use crate::formats::table::slot::{self, Build, Plans, Row, Source};
use crate::formats::{Outcome, Reject};
use crate::model::{Extra, Field, Loss, Origin, Rest, Why};

/// Makes contacts of the rows of one table.
#[derive(Debug)]
pub(in crate::formats) struct Rows {
    plans: Plans,
    source: Source,
    /// Whether a line break in a cell is written as `\n`.
    escapes_lines: bool,
    /// The columns that mean nothing to us.
    unmapped: Vec<usize>,
}

impl Rows {
    /// For the rows below a header; dates are read in an order, and `this_year` tells what a year of two digits means.
    pub(in crate::formats) fn new(head: &Head, order: Order, this_year: Option<u16>) -> Self {
        Rows {
            unmapped: (0..head.columns.len()).filter(|at| head.columns[*at].is_none()).collect(),
            escapes_lines: head.table.dialect.habits().escapes_lines,
            plans: Plans::new(head.columns.iter().copied()),
            source: Source {
                headers: head.headers.iter().enumerate().map(|(at, header)| name(at, header)).collect(),
                google: head.table.dialect.is_google(),
                google_groups: head.table.dialect.habits().google_groups,
                order,
                this_year: this_year.unwrap_or(2026),
            },
        }
    }

    /// How many columns the table has.
    pub(in crate::formats) fn width(&self) -> usize {
        self.source.headers.len()
    }

    /// Makes a contact of the row, or says why it is none; nothing for a blank row.
    pub(in crate::formats) fn read(&self, row: Row<'_>) -> Option<(Outcome, Vec<Loss>)> {
        if row.is_blank() {
            return None;
        }
        if self.escapes_lines && row.has("\\n") {
            let (text, ends) = row.with("\\n", "\n");
            return self.understand(Row::new(&text, &ends));
        }
        self.understand(row)
    }

    fn understand(&self, row: Row<'_>) -> Option<(Outcome, Vec<Loss>)> {
        let reject = |why: String| Some((Outcome::Reject(Reject::new(why)), Vec::new()));
        if row.len() == 1 && self.width() > 2 {
            let width = self.width();
            return reject(format!("the row has one cell where the header has {width}: a text below the table?"));
        }
        let mut build = Build::default();
        slot::read(&self.plans, row, &self.source, &mut build);
        let mapped = Field::ALL.iter().any(|field| *field != Field::Extra && !field.is_absent(&build.contact));
        if !mapped {
            return reject("no cell of the row stands below a known header".to_owned());
        }
        self.keep_unmapped(row, &mut build);
        Some((Outcome::Contact(build.contact), build.losses))
    }

    /// What stands below unknown headers, or beyond the last one.
    fn keep_unmapped(&self, row: Row<'_>, build: &mut Build) {
        for at in &self.unmapped {
            build.keep(&self.source.headers[*at], row.cell(*at));
        }
        for at in self.width()..row.len() {
            let value = row.cell(at);
            if !value.is_empty() {
                build.losses.push(Loss::new(Field::Extra, value, Why::NotUnderstood));
                let value = value.to_owned();
                let rest = Rest::default();
                build.contact.extra.push(Extra { origin: Origin::Column, name: name(at, ""), value, rest });
            }
        }
    }
}
