//! A look over a table before its first record is read: every decision about it, once for all.

use std::io::Read;
use std::sync::{Arc, mpsc};

use crate::formats::Remark;
use crate::formats::csv::Options;
use crate::formats::csv::frame::Frame;
use crate::formats::csv::open::{Fallback, Open, Recoded, Window};
use crate::formats::csv::scan::{Cells, MAX_CELLS};
use crate::formats::csv::sniff::{self, Decision};
use crate::formats::table::{Census, Findings, Rows};

/// What was decided about a table, and what its rows show.
#[derive(Debug, Clone)]
pub struct Survey(Arc<Found>);

#[derive(Debug)]
struct Found {
    decision: Decision,
    census: Census,
    strays: Strays,
    fallback: Option<Fallback>,
    /// Whether all rows were looked at.
    whole: bool,
}

/// How many bytes of cells that are not UTF-8 tell what they are.
const SAMPLE: usize = 16 * 1024;

/// How many such cells are named.
const NAMED: usize = 5;

/// Cells of a table in UTF-8 that are not UTF-8.
#[derive(Debug, Default)]
struct Strays {
    count: u64,
    /// The first ones: line and column from 1.
    places: Vec<(u64, usize)>,
    sample: Vec<u8>,
    /// Whether other rows are UTF-8 beyond ASCII.
    beside_utf8: bool,
}

/// Looks over a whole table. None when it cannot be read as one, or not to its end: the [`Reader`](super::Reader) says
/// why.
pub fn survey(input: impl Read, options: &Options) -> Option<Survey> {
    let window = Window::of(input).ok()?;
    let decision = sniff::sniff(&window.bytes, window.complete, options).ok()?;
    Survey::counted(window, decision, options, true)
}

impl Survey {
    /// What the beginning of a table shows, for whoever cannot read it twice. `Err` says why it is none.
    pub(super) fn of_window(bytes: &[u8], complete: bool, options: &Options) -> Result<Survey, String> {
        let decision = sniff::sniff(bytes, complete, options)?;
        let nothing = || "the beginning of the file cannot be read".to_owned();
        let window = Window::of(bytes).map_err(|_| nothing())?;
        // A table that goes on beyond the window may be cut in its last row.
        Survey::counted(window, decision, options, complete).ok_or_else(nothing)
    }

    fn counted(window: Window<impl Read>, decision: Decision, options: &Options, whole: bool) -> Option<Survey> {
        let (mut census, mut strays) = (Census::new(&decision.head), Strays::default());
        if options.table.closely {
            census.look_closely(&decision.head);
        }
        if let Ok(mut open) = Open::new(&decision, window) {
            count(&mut open, &decision, &mut census, &mut strays)?;
        }
        // What stands beyond the beginning may still be of any character set.
        let known = !strays.sample.is_empty() && whole;
        let mixed = strays.beside_utf8 || !decision.ascii;
        let fallback = known.then(|| Fallback::of(&strays.sample, mixed, &decision, options)).flatten();
        Some(Survey(Arc::new(Found { decision, census, strays, fallback, whole })))
    }

    /// What was decided and why, for people; what stands in the columns only if the survey was to look closely.
    pub fn findings(&self, options: &Options) -> Findings {
        let Found { decision, census, .. } = &*self.0;
        let mut findings = Findings::of(&decision.head, census, &options.table);
        findings.encoding = Some((decision.encoding.name().to_owned(), decision.because.to_owned()));
        let delimiter = char::from(decision.grammar.delimiter);
        findings.delimiter = Some((delimiter, decision.grammar.words()));
        // What begins as plain ASCII may go on as anything.
        let encoding = (!decision.ascii).then(|| decision.encoding.name().to_ascii_lowercase());
        findings.remarks.extend(decision.remarks());
        findings.say_input(&decision.head, encoding.as_deref());
        findings
    }

    /// What was decided.
    pub(super) fn decision(&self) -> &Decision {
        &self.0.decision
    }

    /// What rows that are not UTF-8 are read as, where there are some in a table that is.
    pub(super) fn fallback(&self) -> Option<Fallback> {
        self.0.fallback
    }

    /// Whether all rows were looked at.
    pub(super) fn is_whole(&self) -> bool {
        self.0.whole
    }

    /// What makes contacts of the rows.
    pub(super) fn rows(&self, options: &Options) -> Rows {
        let Found { decision, census, .. } = &*self.0;
        let order = census.order(&decision.head, &options.table);
        let rows = Rows::new(&decision.head, order, options.table.this_year);
        let rows = rows.mending_mojibake(options.table.fix_mojibake);
        rows.with_photos(options.table.photo_name.as_ref(), &decision.head)
    }

    /// What the user must say before the table can be read.
    pub(super) fn question(&self, options: &Options) -> Option<String> {
        let Found { decision, census, .. } = &*self.0;
        census.question(census.order(&decision.head, &options.table))
    }

    /// Why the table cannot be read although it is one.
    pub(super) fn dilemma(&self) -> Option<String> {
        self.0.census.dilemma(&self.0.decision.head)
    }

    /// The decisions in plain words.
    pub(super) fn remarks(&self, options: &Options) -> Vec<Remark> {
        let Found { decision, census, strays, fallback, .. } = &*self.0;
        let order = census.order(&decision.head, &options.table);
        let mut remarks = Vec::from(decision.remarks());
        remarks.extend(fallback.map(|fallback| fallback_remark(fallback, &strays.words())));
        remarks.extend(census.remarks(&decision.head, order));
        remarks.extend(census.mojibake_remark(options.table.fix_mojibake));
        remarks
    }
}

/// What is said of cells that are not UTF-8; `which` says which ones, where that is known.
pub(super) fn fallback_remark(fallback: Fallback, which: &str) -> Remark {
    let encoding = fallback.encoding.name();
    let which = if fallback.mixed && !which.is_empty() { which } else { "bytes" };
    Remark::Notable(format!("{which} that are not UTF-8 are read as {encoding}; --encoding says another"))
}

/// Bytes of rows that are counted while the next ones are cut.
const BLOCK: usize = 64 * 1024;

/// Rows that were cut and are not counted yet.
#[derive(Default)]
struct Block {
    text: Vec<u8>,
    /// Where each row ends, and the line it begins on.
    rows: Vec<(usize, u64)>,
}

impl Block {
    /// Takes the next rows; false when there are no more, none when the source fails.
    fn fill<R: Read>(&mut self, open: &mut Open<R>, width: usize) -> Option<bool> {
        while self.text.len() < BLOCK {
            match open.next(width).ok()? {
                Frame::End => return Some(false),
                Frame::TooLong | Frame::OpenQuote { .. } => continue,
                Frame::Row => {}
            }
            self.text.extend_from_slice(open.text());
            self.rows.push((self.text.len(), open.position().0));
        }
        Some(true)
    }

    /// Makes it ready for other rows; the memory that a very long one needed is given back.
    fn clear(&mut self) {
        self.rows.clear();
        self.text.clear();
        self.text.shrink_to(2 * BLOCK);
    }
}

/// Counts all rows; none when the source fails. One thread cuts them, another one counts: nothing else can be done before
/// the whole table was seen.
fn count<R: Read>(open: &mut Open<R>, decision: &Decision, census: &mut Census, strays: &mut Strays) -> Option<()> {
    let (width, needed) = (decision.head.columns.len(), census.width());
    let mut counting = Counting { decision, needed, census, strays, cells: Cells::default() };
    std::thread::scope(|scope| {
        let (full, blocks) = mpsc::sync_channel::<Block>(1);
        let (empty, spare) = mpsc::channel::<Block>();
        scope.spawn(move || {
            for mut block in blocks {
                counting.block(&block);
                block.clear();
                // Who cuts no more needs no room for it.
                empty.send(block).ok();
            }
        });
        loop {
            let mut block = spare.try_recv().unwrap_or_default();
            let goes_on = block.fill(open, width)?;
            full.send(block).ok()?;
            if !goes_on {
                return Some(());
            }
        }
    })
}

/// What it takes to count rows.
struct Counting<'c> {
    decision: &'c Decision,
    /// How many columns from the left it takes for most rows.
    needed: usize,
    census: &'c mut Census,
    strays: &'c mut Strays,
    cells: Cells,
}

impl Counting<'_> {
    fn block(&mut self, block: &Block) {
        let (text, mut start) = (std::str::from_utf8(&block.text).ok(), 0);
        for (end, line) in &block.rows {
            let row = start..*end;
            start = *end;
            match text.and_then(|text| text.get(row.clone())) {
                Some(text) => self.text(text, *line),
                None => self.row(&block.text[row], *line),
            }
        }
    }

    fn row(&mut self, row: &[u8], line: u64) {
        match std::str::from_utf8(row) {
            Ok(text) => self.text(text, line),
            Err(_) => {
                let recoded = Recoded::new(row, self.decision.grammar, self.decision.encoding);
                self.strays.add(&recoded, line);
                self.census.count(recoded.row(), line);
            }
        }
    }

    fn text(&mut self, text: &str, line: u64) {
        self.strays.beside_utf8 = self.strays.beside_utf8 || !text.is_ascii();
        // In most rows only the first columns are needed, or none.
        let most = if Census::needs_all_of(text) { MAX_CELLS } else { self.needed };
        self.census.count(self.cells.split(text, self.decision.grammar, most), line);
    }
}

impl Strays {
    fn add(&mut self, recoded: &Recoded, line: u64) {
        for (at, cell) in &recoded.guessed {
            self.count += 1;
            if self.places.len() < NAMED {
                self.places.push((line, at + 1));
            }
            self.sample.extend_from_slice(&cell[..cell.len().min(SAMPLE.saturating_sub(self.sample.len()))]);
        }
    }

    /// Which cells they are.
    fn words(&self) -> String {
        let places = self.places.iter().map(|(line, column)| format!("line {line} column {column}"));
        let places = places.collect::<Vec<_>>().join(", ");
        let more = if self.count > NAMED as u64 { ", …" } else { "" };
        format!("{} cells ({places}{more})", self.count)
    }
}
