//! What became of every record: totals that add up, and a watcher that sees each as it happens.

use std::collections::BTreeMap;

use crate::formats::exchange::Change;
use crate::formats::{Position, Reject, Remark};
use crate::model::{Field, Loss, Why};
use crate::pipeline::links::is_file_name;
use crate::pipeline::{NoPhoto, PhotoFiles, PhotoLink, PhotoLinks};

/// How a record ended: exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// It is new in the target.
    Created,
    /// The target has it, and something of it was changed or added.
    Updated,
    /// The target has just this already.
    Unchanged,
    /// It was left out on purpose.
    Skipped,
    /// It cannot be read.
    Rejected,
    /// The target did not take it, or the mailbox did not give it.
    Failed,
    /// It was taken away: an undo does.
    Deleted,
}

impl Ending {
    /// Every ending of a record of a file, in the order of the totals line.
    pub const ALL: [Ending; 6] =
        [Ending::Created, Ending::Updated, Ending::Unchanged, Ending::Skipped, Ending::Rejected, Ending::Failed];

    /// Its word in the totals line.
    pub fn word(self) -> &'static str {
        match self {
            Ending::Created => "created",
            Ending::Updated => "updated",
            Ending::Unchanged => "unchanged",
            Ending::Skipped => "skipped",
            Ending::Rejected => "rejected",
            Ending::Failed => "failed",
            Ending::Deleted => "deleted",
        }
    }

    /// Every ending.
    #[cfg(feature = "remote")]
    pub(super) fn every() -> impl Iterator<Item = Ending> {
        Self::ALL.into_iter().chain([Self::Deleted])
    }

    /// The ending of a word.
    #[cfg(feature = "remote")]
    pub(super) fn named(word: &str) -> Option<Self> {
        Self::every().find(|ending| ending.word() == word)
    }
}

/// What became of one record.
#[derive(Debug)]
pub struct RecordReport<'a> {
    /// Where it stands in its file, when it comes from one.
    pub position: Option<&'a Position>,
    /// The mailbox's id of it, when it has one.
    pub id: Option<&'a str>,
    /// The contact's name, when there is one. Personal data.
    pub name: &'a str,
    /// How it ended.
    pub ending: Ending,
    /// Why, when it did not simply succeed.
    pub why: Option<&'a str>,
    /// What was changed in the contact that was there.
    pub changes: &'a [Change],
    /// Requests that it took.
    pub attempts: u32,
    /// What was lost on the way.
    pub losses: &'a [Loss],
    /// What the target keeps for the way back, but does not show.
    pub hidden: &'a [Loss],
    /// Whether the target has its photo now and did not have it before.
    pub photo_set: bool,
    /// Why the photo did not arrive, when the contact did and its photo did not.
    pub no_photo: Option<&'a NoPhoto>,
    /// What became of the photo, when it is a link.
    pub photo_link: Option<PhotoLink<'a>>,
    /// The record's own bytes and what is wrong with them, when it was rejected.
    pub rejected: Option<(&'a [u8], &'a Reject)>,
}

impl RecordReport<'_> {
    /// A record that ended so, of which nothing more is known yet.
    pub fn of(ending: Ending) -> Self {
        let (position, id, name, why) = (None, None, "", None);
        let (attempts, photo_set, no_photo, photo_link, rejected) = (0, false, None, None, None);
        let (changes, losses, hidden): (&[_], &[_], &[_]) = (&[], &[], &[]);
        Self {
            position,
            id,
            name,
            ending,
            why,
            changes,
            attempts,
            losses,
            hidden,
            photo_set,
            no_photo,
            photo_link,
            rejected,
        }
    }

    /// Which record it is, for people: its position in a file; in a mailbox its name, else the mailbox's id of it.
    pub fn place(&self) -> String {
        match (self.position, self.name) {
            (Some(position), _) => position.to_string(),
            (None, "") => self.id.unwrap_or_default().to_owned(),
            (None, name) => name.to_owned(),
        }
    }
}

/// Sees a job happen. Every method has an empty default.
pub trait Watcher {
    /// What a source's reader decided about it as a whole.
    fn remarks(&mut self, _source: &str, _remarks: &[Remark]) {}

    /// A source could not be read, or not to its end.
    fn source_failed(&mut self, _why: &str) {}

    /// What is planned for a record; nothing has been sent yet.
    #[cfg(feature = "remote")]
    fn planned(&mut self, _planned: &crate::pipeline::import::Planned<'_>) {}

    /// A contact was read back at the end, and is not as it was sent.
    #[cfg(feature = "remote")]
    fn differs(&mut self, _difference: &crate::pipeline::import::Difference<'_>) {}

    /// A record ended.
    fn record(&mut self, _report: &RecordReport<'_>) {}

    /// Something worth knowing while the job goes on.
    fn note(&mut self, _what: &str) {}
}

/// How many values of a field were lost for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossCount {
    /// How many.
    pub count: u64,
    /// Where one of them is: the first in its file, in a mailbox the first by name.
    pub example: String,
    /// That record's number in its file, 0 in a mailbox.
    record: u64,
}

/// The sums of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records read, broken ones too.
    pub read: u64,
    /// How they ended; the sum is `read`.
    pub endings: BTreeMap<Ending, u64>,
    /// Values lost, by field and reason.
    pub losses: BTreeMap<(Field, Why), LossCount>,
    /// Sources that could not be read, or not to their end.
    pub failed_sources: u64,
    /// Photos that the target has now and did not have before.
    pub photos: u64,
    /// Values that the target keeps for the way back, but does not show.
    pub hidden: u64,
    /// Photos that the target did not take, or the mailbox did not give.
    pub refused_photos: u64,
    /// Photos that are links.
    pub photo_links: PhotoLinks,
    /// Photos that are named by a file.
    pub photo_files: PhotoFiles,
}

impl Totals {
    /// How many records ended so.
    pub fn of(&self, ending: Ending) -> u64 {
        self.endings.get(&ending).copied().unwrap_or_default()
    }

    /// How many values were lost.
    pub fn lost(&self) -> u64 {
        self.losses.values().map(|loss| loss.count).sum()
    }

    /// Counts a record and tells the watcher.
    pub fn count(&mut self, report: &RecordReport<'_>, watcher: &mut dyn Watcher) {
        self.read += 1;
        *self.endings.entry(report.ending).or_default() += 1;
        self.hidden += report.hidden.len() as u64;
        match report.no_photo {
            Some(NoPhoto::Refused(_)) => self.refused_photos += 1,
            Some(NoPhoto::NotFetched(_)) => self.photo_links.not_fetched += 1,
            None => {}
        }
        match report.photo_link {
            Some(PhotoLink::Kept(name)) if is_file_name(name) => self.photo_files.named += 1,
            Some(link) => self.photo_links.count(link),
            None => {}
        }
        let record = report.position.map_or(0, |position| position.record);
        for loss in report.losses {
            let example = || LossCount { count: 0, example: report.place(), record };
            let lost = self.losses.entry((loss.field, loss.why)).or_insert_with(example);
            lost.count += 1;
            // Records may end in any order; the example is the same whatever it was.
            if record < lost.record || record == lost.record && report.place() < lost.example {
                (lost.example, lost.record) = (report.place(), record);
            }
        }
        watcher.record(report);
    }

    /// Counts a source that could not be read, or not to its end, and tells the watcher.
    pub(super) fn fail(&mut self, why: &str, watcher: &mut dyn Watcher) {
        self.failed_sources += 1;
        watcher.source_failed(why);
    }

    /// Photos that did not arrive although their contacts did.
    fn no_photos(&self) -> u64 {
        self.refused_photos + self.photo_links.not_fetched
    }

    /// Whether there was something to read, and not one record of it was good.
    pub fn nothing_arrived(&self) -> bool {
        self.read + self.failed_sources > 0 && self.read == self.of(Ending::Rejected)
    }

    /// Whether something that was read did not arrive.
    pub fn has_failures(&self) -> bool {
        self.of(Ending::Rejected) + self.of(Ending::Failed) + self.failed_sources + self.no_photos() > 0
    }
}
