//! Every record of every input, one after the other.

use std::vec;

use crate::formats::{Reader, Record, Remark};
use crate::pipeline::{Reading, Source, SourceError, Totals, Watcher};

/// The records of several inputs in their order. An input that cannot be read, or not to its end, is counted and told,
/// and the next one follows.
pub struct Records<'a> {
    sources: vec::IntoIter<Result<Source, SourceError>>,
    reading: &'a Reading,
    open: Option<Open>,
}

/// The input that is being read.
struct Open {
    name: String,
    reader: Box<dyn Reader>,
    /// The reader's remarks that have been told, once any have.
    told: Option<Vec<Remark>>,
}

impl<'a> Records<'a> {
    /// The records of these inputs.
    pub fn new(sources: Vec<Result<Source, SourceError>>, reading: &'a Reading) -> Self {
        Self { sources: sources.into_iter(), reading, open: None }
    }

    /// The next record; none after the last one of the last input.
    pub fn next(&mut self, totals: &mut Totals, watcher: &mut dyn Watcher) -> Option<Record> {
        loop {
            let Some(open) = &mut self.open else {
                self.open = self.open_next(totals, watcher)?;
                continue;
            };
            let record = open.reader.next();
            if open.told.is_none() || record.is_none() {
                open.tell_remarks(watcher);
            }
            match record {
                Some(Ok(record)) => return Some(record),
                Some(Err(error)) => fail(&error.to_string(), totals, watcher),
                None => {}
            }
            self.open = None;
        }
    }

    /// Opens the next input: nothing when it cannot be opened, none when there is no further one.
    fn open_next(&mut self, totals: &mut Totals, watcher: &mut dyn Watcher) -> Option<Option<Open>> {
        let source = self.sources.next()?;
        let opened = source.and_then(|source| Ok((source.name(), source.open(self.reading)?)));
        match opened {
            Ok((name, reader)) => Some(Some(Open { name, reader, told: None })),
            Err(error) => {
                fail(&error.to_string(), totals, watcher);
                Some(None)
            }
        }
    }
}

impl Open {
    /// Remarks come with the first record, and what was noticed later with the end.
    fn tell_remarks(&mut self, watcher: &mut dyn Watcher) {
        let remarks = self.reader.remarks();
        let told = self.told.take().unwrap_or_default();
        let news: Vec<_> = remarks.iter().filter(|remark| !told.contains(remark)).cloned().collect();
        if !news.is_empty() {
            watcher.remarks(&self.name, &news);
        }
        self.told = Some(remarks);
    }
}

fn fail(why: &str, totals: &mut Totals, watcher: &mut dyn Watcher) {
    totals.failed_sources += 1;
    watcher.source_failed(why);
}
