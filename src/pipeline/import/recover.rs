//! What an earlier process of the run did and could not note before it died: the contacts tell.

use super::job::{Job, Site};
use crate::formats::exchange::extended::Fingerprint;
use crate::pipeline::Ending;
use crate::pipeline::ledger::{Done, Held, Ledger, LedgerError, PhotoLeft};

impl<T, C> Site<'_, T, C> {
    /// What the ledger is to note of a record: what the run has done to its contact before this attempt, where that is
    /// more.
    pub(super) fn noted(&self, job: &Job, done: Done) -> Result<Done, LedgerError> {
        let Some(held) = &job.held else { return Ok(done) };
        let before = self.ledger(|ledger| own_work(ledger, job, held))?;
        Ok(match (before, done.ending) {
            (Some(Ending::Created), _) => {
                let left = if done.left.is_empty() { job.record.written.content.to_string() } else { done.left };
                let left_photo = match done.left_photo {
                    PhotoLeft::Untouched => self.ledger(|ledger| photo_left(ledger, job, held))?,
                    known => known,
                };
                Done { ending: Ending::Created, left, left_photo, ..done }
            }
            (Some(ending), Ending::Unchanged | Ending::Skipped) => Done { ending, ..done },
            _ => done,
        })
    }
}

/// The photo that this run has given a contact which it made: as the source has it, or as it was made to fit.
fn photo_left(ledger: &Ledger, job: &Job, held: &Held) -> Result<PhotoLeft, LedgerError> {
    if held.has_picture != Some(true) {
        return Ok(PhotoLeft::Untouched);
    }
    let made = ledger.photo_made(job.number)?.and_then(|print| Fingerprint::parse(&print));
    Ok(made.or(job.record.print()).map_or(PhotoLeft::Unknown, PhotoLeft::Picture))
}

/// What this run has done to a contact, by the marks that it carries and by the earlier version that was kept of it.
fn own_work(ledger: &Ledger, job: &Job, held: &Held) -> Result<Option<Ending>, LedgerError> {
    let run = &ledger.head().run;
    if let Some(state) = held.state.as_ref().filter(|_| held.key == Some(job.record.key)) {
        if state.run == *run {
            return Ok(Some(Ending::Created));
        }
        if state.changed_by.as_ref() == Some(run) {
            return Ok(Some(Ending::Updated));
        }
    }
    // A photo leaves no mark: it was not there when it was about to be set.
    let without_photo =
        ledger.version(&held.id)?.filter(|version| version.number == job.number && version.photo.is_none());
    Ok(without_photo.filter(|_| held.has_picture == Some(true)).map(|_| Ending::Updated))
}
