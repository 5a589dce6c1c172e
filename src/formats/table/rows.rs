//! Rows to contacts.

use std::sync::Arc;

use crate::formats::table::head::{Head, is_reason, name};
use crate::formats::table::map::{Cells, Mapped};
use crate::formats::table::mend::{Mend, Mended};
use crate::formats::table::order::Order;
use crate::formats::table::photo_name::{Naming, PhotoName};
use crate::formats::table::slot::{self, BETWEEN, Build, Plans, Row, Source};
use crate::formats::table::{REASON_MARK, THIS_YEAR};
use crate::formats::{Outcome, Reject};
use crate::model::{Contact, Extra, Field, Loss, Origin, Photo, PhotoData, Rest, Why};

/// What separates the values of one cell: what a mapping file says, else what the program writes.
fn separators(head: &Head) -> Vec<String> {
    let said = head.mapped.as_ref().and_then(|mapped| mapped.separators());
    let own = || if head.table.dialect.is_google() { vec![BETWEEN.to_owned()] } else { Vec::new() };
    said.map_or_else(own, <[String]>::to_vec)
}

/// What each column belongs to: where a mapping file makes something of it, that.
fn fields(head: &Head) -> Vec<Field> {
    let made = |at: usize| head.mapped.iter().flat_map(|mapped| mapped.made_of(at)).next();
    let columns = head.layout().enumerate().map(|(at, column)| column.or_else(|| made(at)));
    columns.map(|column| column.map_or(Field::Extra, |column| column.field())).collect()
}

/// Makes contacts of the rows of one table.
#[derive(Debug)]
pub(in crate::formats) struct Rows {
    plans: Plans,
    source: Source,
    /// What a mapping file makes of the rows, where there is one.
    mapped: Option<Arc<Mapped>>,
    /// Whether a line break in a cell is written as `\n`.
    escapes_lines: bool,
    mend: Mend,
    /// What each column belongs to, those that a mapping file makes behind the table's own.
    fields: Vec<Field>,
    /// How many columns the table has.
    width: usize,
    /// The columns that mean nothing to us.
    unmapped: Vec<usize>,
    /// The column that says why a row was rejected in an earlier run.
    reason: Option<usize>,
    /// How the files of photos are called that no column names.
    photo_name: Option<Naming>,
}

impl Rows {
    /// For the rows below a header; dates are read in an order, and `this_year` tells what a year of two digits means.
    pub(in crate::formats) fn new(head: &Head, order: Order, this_year: Option<u16>) -> Self {
        Rows {
            unmapped: head.unmapped(),
            reason: head.headers.iter().position(|header| is_reason(header)),
            escapes_lines: head.table.dialect.habits().escapes_lines,
            photo_name: None,
            plans: Plans::new(head.layout()),
            mapped: head.mapped.clone(),
            mend: Mend::new(head),
            fields: fields(head),
            width: head.columns.len(),
            source: Source {
                headers: head.names().collect(),
                separators: separators(head),
                google: head.table.dialect.is_google(),
                google_groups: head.table.dialect.habits().google_groups,
                language: head.table.language,
                order,
                this_year: this_year.unwrap_or(THIS_YEAR),
            },
        }
    }

    /// Cells that were decoded twice are decoded back, if so wanted.
    pub(in crate::formats) fn mending_mojibake(mut self, wanted: bool) -> Self {
        self.mend.mojibake = wanted;
        self
    }

    /// Calls the files of photos that no column names so.
    pub(in crate::formats) fn with_photos(self, name: Option<&PhotoName>, head: &Head) -> Self {
        Rows { photo_name: name.map(|name| name.in_table(head)), ..self }
    }

    /// What a column belongs to.
    pub(in crate::formats) fn field(&self, at: usize) -> Field {
        self.fields.get(at).copied().unwrap_or(Field::Extra)
    }

    /// How many columns the table has.
    pub(in crate::formats) fn width(&self) -> usize {
        self.width
    }

    /// Makes a contact of the row, or says why it is none; nothing for a blank row.
    #[cfg(feature = "sheet")]
    pub(in crate::formats) fn read(&self, row: Row<'_>) -> Option<(Outcome, Vec<Loss>)> {
        self.read_into(row, None)
    }

    /// As [`read`](Self::read), in the memory of a contact that is spent if there is such.
    pub(in crate::formats) fn read_into(
        &self,
        row: Row<'_>,
        spent: Option<Box<Contact>>,
    ) -> Option<(Outcome, Vec<Loss>)> {
        if row.is_blank() {
            return None;
        }
        if self.escapes_lines && row.has("\\n") {
            let (text, ends) = row.with("\\n", "\n");
            return self.understand(Row::new(&text, &ends), spent);
        }
        self.understand(row, spent)
    }

    fn understand(&self, row: Row<'_>, spent: Option<Box<Contact>>) -> Option<(Outcome, Vec<Loss>)> {
        let reject = |why: String| Some((Outcome::Reject(Reject::new(why)), Vec::new()));
        let width = self.width() - usize::from(self.reason.is_some());
        if width > 2 && self.is_lone(row) {
            return reject(format!("the row has one cell where the header has {width}: a text below the table?"));
        }
        let mut contact = spent.unwrap_or_default();
        contact.clear();
        let (mut build, mut cells) = (Build { contact, losses: Vec::new() }, Cells::default());
        let mended = self.mend.row(row);
        let verbatim = row;
        let row = mended.as_ref().map_or(row, |mended| mended.row());
        let viewed = self.mapped.as_ref().map_or(row, |mapped| mapped.view(row, self.width(), &mut cells));
        let made = self.made(viewed, mended.as_ref());
        let seen = made.as_ref().map_or(viewed, |made| made.row());
        slot::read(&self.plans, seen, &self.source, &mut build);
        let mapped = Field::ALL.iter().any(|field| *field != Field::Extra && !field.is_absent(&build.contact));
        if !mapped {
            return reject("no cell of the row stands below a known header".to_owned());
        }
        let own = mended.iter().flat_map(|mended| &mended.spoiled).filter(|at| **at < self.width);
        own.for_each(|at| self.spoiled(*at, verbatim.cell(*at), &mut build));
        made.iter().for_each(|made| made.spoiled.iter().for_each(|at| self.spoiled(*at, viewed.cell(*at), &mut build)));
        self.name_photo(seen, &mut build);
        self.keep_unmapped(row, &mut build);
        self.mapped.iter().for_each(|mapped| mapped.keep_unfit(row, &cells, &mut build));
        Some((Outcome::Contact(build.contact), build.losses))
    }

    /// The row without what a mapping file made of cells that a spreadsheet program had spoiled.
    fn made(&self, seen: Row<'_>, mended: Option<&Mended>) -> Option<Mended> {
        let mapped = self.mapped.as_ref()?;
        let spoiled = mended.map_or(&[][..], |mended| &mended.spoiled);
        self.mend.made(seen, self.width, |at| mapped.sources(at - self.width).any(|source| spoiled.contains(&source)))
    }

    /// Tells a spoiled cell, and keeps it as it is.
    fn spoiled(&self, at: usize, cell: &str, build: &mut Build) {
        build.losses.push(Loss::new(self.field(at), cell, Why::Spoiled));
        build.keep(&self.source.headers[at], cell);
    }

    /// Names the photo of a contact whose own columns name none.
    fn name_photo(&self, row: Row<'_>, build: &mut Build) {
        let naming = self.photo_name.as_ref().filter(|_| build.contact.photo.is_none());
        match naming.and_then(|naming| naming.of(row)) {
            Some(Ok(name)) => build.contact.photo = Some(Photo { data: PhotoData::Link(name), kind: None }),
            Some(Err(loss)) => build.losses.push(loss),
            None => {}
        }
    }

    /// Whether there is but one cell. One that was rejected for that, and still says so, has got empty ones meanwhile.
    fn is_lone(&self, row: Row<'_>) -> bool {
        let said = self.reason.filter(|at| row.cell(*at).starts_with(REASON_MARK));
        row.len() == 1 || said.is_some_and(|reason| (1..reason).all(|at| row.cell(at).is_empty()))
    }

    /// What stands below unknown headers, or beyond the last one.
    fn keep_unmapped(&self, row: Row<'_>, build: &mut Build) {
        for at in &self.unmapped {
            build.keep(&self.source.headers[*at], row.cell(*at));
        }
        for at in self.width()..row.len() {
            let value = row.cell(at);
            // A row that was mended may have become longer, and then the reason stands behind its column.
            let is_reason = self.reason.is_some() && value.starts_with(REASON_MARK);
            if !value.is_empty() && !is_reason {
                build.losses.push(Loss::new(Field::Extra, value, Why::NotUnderstood));
                let value = value.to_owned();
                let rest = Rest::default();
                build.contact.extra.push(Extra { origin: Origin::Column, name: name(at, ""), value, rest });
            }
        }
    }
}
