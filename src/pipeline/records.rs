//! Every record of every input, one after the other.

use std::collections::VecDeque;
use std::sync::Arc;
use std::vec;

use crate::formats::{Batch, Outcome, Reader, Record, Remark};
use crate::pipeline::groups::{Groups, Held, Joining, NOT_HELD};
use crate::pipeline::source::Survey;
use crate::pipeline::{Ending, PhotoDirectory, Reading, RecordReport, Source, SourceError, Totals, Watcher};

/// The records of several inputs in their order. An input that cannot be read, or not to its end, is counted and told,
/// and the next one follows.
pub struct Records<'a> {
    sources: vec::IntoIter<Result<Source, SourceError>>,
    /// What a look over the sources that are not open yet found, once it was taken.
    surveys: Option<vec::IntoIter<Survey>>,
    groups: Arc<Groups>,
    /// Groups that wait for their members.
    held: Vec<Held>,
    reading: &'a Reading,
    open: Option<Open>,
    told: Told,
    /// Records that were read ahead of their turn.
    ready: VecDeque<Record>,
}

/// A source that is being read, by its name.
type Open = (Arc<str>, Box<dyn Reader>);

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
        let (open, told, ready, groups) = (None, Told::default(), VecDeque::new(), Arc::default());
        Self { sources: sources.into_iter(), surveys: None, groups, held: Vec::new(), reading, open, told, ready }
    }

    /// The next record; none after the last one of the last input.
    pub fn next(&mut self, totals: &mut Totals, watcher: &mut dyn Watcher) -> Option<Record> {
        loop {
            match self.ready.pop_front() {
                Some(Record { position, outcome: Outcome::Group(group), mut losses, .. }) => {
                    match Held::of(&self.groups, &group, &position, &mut losses) {
                        Some(held) => self.held.push(held),
                        None => {
                            let report = RecordReport::of(Ending::Skipped);
                            let (position, why) = (Some(&position), Some(NOT_HELD));
                            let (losses, name) = (&*losses, &*group.name);
                            totals.count(&RecordReport { position, why, losses, name, ..report }, watcher);
                        }
                    }
                    continue;
                }
                Some(mut record) => {
                    self.reading.photos.iter().for_each(|photos| photos.attach(&mut record));
                    return Some(record);
                }
                None => {}
            }
            let Some(next) = self.batch() else {
                let held = std::mem::take(&mut self.held);
                self.end_groups(held, totals, watcher);
                return None;
            };
            match next {
                Next::Batch(source, mut remarks, batch) => {
                    remarks.extend(batch.read(&mut |record| {
                        self.ready.push_back(record);
                        None
                    }));
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
            return match self.open_next()? {
                Ok(open) => {
                    self.open = Some(open);
                    self.batch()
                }
                Err(error) => Some(Next::Failed(error.to_string())),
            };
        };
        let (source, batch) = (Arc::clone(source), reader.batch());
        let remarks = reader.remarks();
        Some(match batch {
            Some(Ok(batch)) if self.groups.is_empty() => Next::Batch(source, remarks, batch),
            Some(Ok(batch)) => {
                let groups = Arc::clone(&self.groups);
                Next::Batch(source, remarks, Box::new(Joining { batch, groups }))
            }
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

impl Records<'_> {
    /// Opens the next source; none after the last one.
    fn open_next(&mut self) -> Option<Result<Open, SourceError>> {
        if self.surveys.is_none() {
            self.look_over();
        }
        let survey = self.surveys.as_mut().and_then(Iterator::next).unwrap_or_default();
        let open = |source: Source| Ok((source.name().into(), source.open_surveyed(self.reading, survey)?));
        Some(self.sources.next()?.and_then(open))
    }

    /// Looks over all sources, and takes note of their groups: the members of one may stand in another source, and
    /// before it.
    fn look_over(&mut self) {
        let (sources, mut groups) = (self.sources.as_slice(), Groups::default());
        let survey = |source: &Result<Source, SourceError>| match source {
            Ok(source) => {
                let survey = source.survey(self.reading);
                source.groups(self.reading, &survey, &mut |group| groups.add(&group));
                survey
            }
            Err(_) => Survey::default(),
        };
        let surveys: Vec<_> = sources.iter().map(survey).collect();
        groups.nest();
        (self.surveys, self.groups) = (Some(surveys.into_iter()), Arc::new(groups));
    }

    /// The groups of all inputs, once the first of these is open.
    pub(super) fn groups(&self) -> Arc<Groups> {
        Arc::clone(&self.groups)
    }

    /// Where the pictures stand that photos name.
    pub(super) fn photos(&self) -> Option<Arc<PhotoDirectory>> {
        self.reading.photos.clone()
    }

    /// Counts the records of groups, when all members have been read.
    pub(super) fn end_groups(&self, held: Vec<Held>, totals: &mut Totals, watcher: &mut dyn Watcher) {
        let mut missing = self.groups.missing();
        held.into_iter().for_each(|held| held.end(&self.groups, &mut missing, totals, watcher));
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
