//! Rows to contacts.

use std::sync::Arc;

use crate::formats::table::date::Order;
use crate::formats::table::head::{Head, name};
use crate::formats::table::map::{Cells, Mapped};
use crate::formats::table::slot::BETWEEN;
use crate::formats::table::slot::{self, Build, Plans, Row, Source};
use crate::formats::{Outcome, Reject};
use crate::model::{Extra, Field, Loss, Origin, Rest, Why};

/// What separates the values of one cell: what a mapping file says, else what the program writes.
fn separators(head: &Head) -> Vec<String> {
    let said = head.mapped.as_ref().and_then(|mapped| mapped.separators());
    let own = || if head.table.dialect.is_google() { vec![BETWEEN.to_owned()] } else { Vec::new() };
    said.map_or_else(own, <[String]>::to_vec)
}

/// Makes contacts of the rows of one table.
#[derive(Debug)]
pub(in crate::formats) struct Rows {
    plans: Plans,
    source: Source,
    /// How many columns the table has.
    width: usize,
    /// What a mapping file makes of the rows, where there is one.
    mapped: Option<Arc<Mapped>>,
    /// The columns that mean nothing to us.
    unmapped: Vec<usize>,
}

impl Rows {
    /// For the rows below a header; dates are read in an order, and `this_year` tells what a year of two digits means.
    pub(in crate::formats) fn new(head: &Head, order: Order, this_year: Option<u16>) -> Self {
        let headers = head.headers.iter().enumerate().map(|(at, header)| name(at, header));
        let made = head.mapped.iter().flat_map(|mapped| mapped.made().map(|(name, _)| name.to_owned()));
        Rows {
            unmapped: head.unmapped(),
            plans: Plans::new(head.layout()),
            width: head.headers.len(),
            mapped: head.mapped.clone(),
            source: Source {
                headers: headers.chain(made).collect(),
                separators: separators(head),
                google: head.table.dialect.is_google(),
                order,
                this_year: this_year.unwrap_or(2026),
            },
        }
    }

    /// How many columns the table has.
    pub(in crate::formats) fn width(&self) -> usize {
        self.width
    }

    /// Makes a contact of the row, or says why it is none; nothing for a blank row.
    pub(in crate::formats) fn read(&self, row: Row<'_>) -> Option<(Outcome, Vec<Loss>)> {
        let reject = |why: String| Some((Outcome::Reject(Reject::new(why)), Vec::new()));
        if row.is_blank() {
            return None;
        }
        if row.len() == 1 && self.width() > 2 {
            let width = self.width();
            return reject(format!("the row has one cell where the header has {width}: a text below the table?"));
        }
        let (mut build, mut cells) = (Build::default(), Cells::default());
        let seen = self.mapped.as_ref().map_or(row, |mapped| mapped.view(row, self.width, &mut cells));
        slot::read(&self.plans, seen, &self.source, &mut build);
        let mapped = Field::ALL.iter().any(|field| *field != Field::Extra && !field.is_absent(&build.contact));
        if !mapped {
            return reject("no cell of the row stands below a known header".to_owned());
        }
        self.keep_unmapped(row, &mut build);
        self.mapped.iter().for_each(|mapped| mapped.keep_unfit(row, &cells, &mut build));
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
