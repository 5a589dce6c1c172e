//! Every record of every input, one after the other.

use std::collections::VecDeque;
use std::sync::Arc;
use std::vec;

use crate::formats::{Batch, Reader, Record, Remark};
use crate::pipeline::{Reading, Source, SourceError, Totals, Watcher};

/// The records of several inputs in their order. An input that cannot be read, or not to its end, is counted and told,
/// and the next one follows.
pub struct Records<'a> {
    sources: vec::IntoIter<Result<Source, SourceError>>,
    reading: &'a Reading,
    open: Option<(Arc<str>, Box<dyn Reader>)>,
    told: Told,
    /// Records that were read ahead of their turn.
    ready: VecDeque<Record>,
}

/// What comes next of the inputs.
pub(super) enum Next {
    /// Records to understand, and what their reader has decided so far.
    Batch(Arc<str>, Vec<Remark>, Box<dyn Batch>),
    /// The end of an input, and what its reader has to say then.
    End(Arc<str>, Vec<Remark>),
    /// An input, or the rest of it, cannot be read: why.
    Failed(String),
}

impl<'a> Records<'a> {
    /// The records of these inputs.
    pub fn new(sources: Vec<Result<Source, SourceError>>, reading: &'a Reading) -> Self {
        let (open, told, ready) = (None, Told::default(), VecDeque::new());
        Self { sources: sources.into_iter(), reading, open, told, ready }
    }

    /// The next record; none after the last one of the last input.
    pub fn next(&mut self, totals: &mut Totals, watcher: &mut dyn Watcher) -> Option<Record> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Some(record);
            }
            match self.batch()? {
                Next::Batch(source, mut remarks, batch) => {
                    remarks.extend(batch.read(&mut |record| self.ready.push_back(record)));
                    self.told.tell(&source, remarks, watcher);
                }
                Next::End(source, remarks) => self.told.tell(&source, remarks, watcher),
                Next::Failed(why) => totals.fail(&why, watcher),
            }
        }
    }

    /// What comes next, not understood yet; none at the end of the last input.
    pub(super) fn batch(&mut self) -> Option<Next> {
        let Some((source, reader)) = &mut self.open else {
            return match self.sources.next()?.and_then(|source| Ok((source.name(), source.open(self.reading)?))) {
                Ok((name, reader)) => {
                    self.open = Some((name.into(), reader));
                    self.batch()
                }
                Err(error) => Some(Next::Failed(error.to_string())),
            };
        };
        let (source, batch) = (Arc::clone(source), reader.batch());
        let remarks = reader.remarks();
        Some(match batch {
            Some(Ok(batch)) => Next::Batch(source, remarks, batch),
            Some(Err(error)) => {
                self.open = None;
                Next::Failed(error.to_string())
            }
            None => {
                self.open = None;
                Next::End(source, remarks)
            }
        })
    }
}

/// What was told of the input that is being read: each remark once.
#[derive(Default)]
pub(super) struct Told {
    source: Option<Arc<str>>,
    remarks: Vec<Remark>,
}

impl Told {
    /// Tells what has not been told yet.
    pub(super) fn tell(&mut self, source: &Arc<str>, remarks: Vec<Remark>, watcher: &mut dyn Watcher) {
        if self.source.as_ref() != Some(source) {
            (self.source, self.remarks) = (Some(Arc::clone(source)), Vec::new());
        }
        let before = self.remarks.len();
        for remark in remarks {
            if !self.remarks.contains(&remark) {
                self.remarks.push(remark);
            }
        }
        if self.remarks.len() > before {
            watcher.remarks(source, &self.remarks[before..]);
        }
    }
}
