//! The reader of tables: goes row by row through what was decided on.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use crate::formats::csv::Options;
use crate::formats::csv::chunk::{Chunk, Job, Shared};
use crate::formats::csv::frame::Frame;
use crate::formats::csv::open::{Fallback, Open, Window};
use crate::formats::csv::survey::{Survey, fallback_remark};
use crate::formats::table::Findings;
use crate::formats::{Batch, Position, ReadError, Record, Remark};

/// Reads the contacts of one table, holding a batch of rows at a time: 128 KiB of them, or a single one.
///
/// A [`survey`](super::survey()) of the whole table decides on encoding, delimiter, headers and date order, or the first
/// 256 KiB where there is none; [`remarks`](crate::formats::Reader::remarks) say what was decided and why. A table whose
/// dates can be read in several orders, and whose headers' language has none of its own, is refused until the user says
/// which it is: dates that are guessed are wrong for the half of the people, and nobody notices.
pub struct Reader<R: Read> {
    source: Arc<str>,
    options: Options,
    state: State<R>,
    remarks: Vec<Remark>,
    /// Records cut so far.
    number: u64,
    /// What was decided, for whoever looks closely.
    findings: Option<Findings>,
    /// What stopped the reading, when the records before it are not handed on yet.
    failed: Option<ReadError>,
    /// Records that were read ahead of their turn, for the iterator.
    ready: VecDeque<Record>,
}

enum State<R: Read> {
    Fresh(R),
    Open(Box<Table<R>>),
    Ended,
}

/// A table that is being read.
struct Table<R: Read> {
    open: Open<R>,
    shared: Shared,
    survey: Survey,
}

impl<R: Read> Reader<R> {
    /// Reads the table that `input` is; `source` is what the user calls it. Nothing is read before the first record is
    /// asked for.
    pub fn new(source: Arc<str>, input: R, options: Options) -> Self {
        let (state, remarks, ready) = (State::Fresh(input), Vec::new(), VecDeque::new());
        Reader { source, options, state, remarks, number: 0, findings: None, failed: None, ready }
    }

    fn fail(&self, error: io::Error, (line, byte): (u64, u64)) -> ReadError {
        let position = Position { source: Arc::clone(&self.source), record: self.number + 1, line, byte };
        ReadError::Io { position, error }
    }

    /// Decides, and goes to the first row behind the header.
    fn open(&mut self, input: R) -> Result<Table<R>, ReadError> {
        let window = Window::of(input).map_err(|error| self.fail(error, (1, 0)))?;
        let unusable = |what: String| ReadError::Unusable { position: Position::start(&self.source), what };
        if window.is_blank() {
            return Err(unusable("the file is empty; export the contacts once more".to_owned()));
        }
        let survey = match self.options.survey.take() {
            Some(survey) => survey,
            None => Survey::of_window(&window.bytes, window.complete, &self.options).map_err(unusable)?,
        };
        self.findings = self.options.table.closely.then(|| survey.findings(&self.options));
        if let Some(what) = survey.dilemma() {
            return Err(unusable(what));
        }
        self.remarks = survey.remarks(&self.options);
        if let Some(question) = survey.question(&self.options) {
            return Err(unusable(question));
        }
        let open = Open::new(survey.decision(), window).map_err(unusable)?;
        let shared = Shared {
            source: Arc::clone(&self.source),
            rows: Arc::new(survey.rows(&self.options)),
            around: Arc::clone(&open.around),
            encoding: survey.decision().encoding,
            grammar: survey.decision().grammar,
            fallback: survey.fallback(),
        };
        Ok(Table { open, shared, survey })
    }

    /// The next rows; none at the end of the table.
    fn cut(&mut self) -> Result<Option<Job>, ReadError> {
        if let State::Fresh(_) = self.state
            && let State::Fresh(input) = std::mem::replace(&mut self.state, State::Ended)
        {
            self.state = State::Open(Box::new(self.open(input)?));
        }
        let State::Open(table) = &mut self.state else { return Ok(None) };
        let mut chunk = Chunk::new();
        let failed = table.fill(&mut chunk).err();
        if !table.survey.is_whole()
            && table.shared.fallback.is_none()
            && let Some(bytes) = chunk.not_utf8()
        {
            let decision = table.survey.decision();
            table.shared.fallback = Fallback::of(bytes, !decision.ascii, decision, &self.options);
            self.remarks.extend(table.shared.fallback.map(|fallback| fallback_remark(fallback, "")));
        }
        let job = Job { shared: table.shared.clone(), first: self.number + 1, chunk };
        self.number += job.chunk.len() as u64;
        let at = table.open.position();
        if let Some(error) = failed {
            self.state = State::Ended;
            let error = self.fail(error, at);
            if job.chunk.len() == 0 {
                return Err(error);
            }
            self.failed = Some(error);
        }
        if job.chunk.len() > 0 {
            return Ok(Some(job));
        }
        if self.number == 0 {
            self.remarks.push(Remark::Notable("there is no record below the header row".to_owned()));
        }
        self.state = State::Ended;
        Ok(None)
    }
}

impl<R: Read> Table<R> {
    /// Cuts rows until the chunk is full, or the table ends.
    fn fill(&mut self, chunk: &mut Chunk) -> io::Result<()> {
        let width = self.shared.rows.width();
        while !chunk.is_full() {
            match self.open.next(width)? {
                Frame::End => break,
                frame => chunk.push(frame, self.open.text(), self.open.position()),
            }
        }
        chunk.malformed = self.open.malformed();
        Ok(())
    }
}

impl<R: Read + Send> Iterator for Reader<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Some(Ok(record));
            }
            match crate::formats::Reader::batch(self)? {
                Ok(batch) => drop(batch.read(&mut |record| {
                    self.ready.push_back(record);
                    None
                })),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<R: Read + Send> crate::formats::Reader for Reader<R> {
    fn remarks(&self) -> Vec<Remark> {
        self.remarks.clone()
    }

    fn findings(&self) -> Option<Findings> {
        self.findings.clone()
    }

    fn batch(&mut self) -> Option<Result<Box<dyn Batch>, ReadError>> {
        if let Some(error) = self.failed.take() {
            return Some(Err(error));
        }
        let job = self.cut().transpose()?;
        Some(job.map(|job| Box::new(job) as Box<dyn Batch>))
    }
}
