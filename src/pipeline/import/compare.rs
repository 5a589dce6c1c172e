//! Files held against a mailbox, contact by contact; nothing is written.
//!
//! It is the plan of an import that would make the folder what the files say: whom a record means is found alike.

use std::io;

use bytes::Bytes;
use futures_util::future::try_join_all;

use super::differences::{of_content, of_photo, photo_of};
use super::plan::Silent;
use super::prepare::{Prepared, Preparer};
use super::{Import, Inputs, Stopped};
use crate::formats::exchange::Change;
use crate::formats::{Outcome, Position, Record};
use crate::model::identity::Keys;
use crate::pipeline::ledger::{Action, Held, Ledger, LedgerError, Row};
use crate::pipeline::many::AT_ONCE;
use crate::pipeline::{Ending, NoPhoto, Totals, Watcher};
use crate::remote::{Clock, RemoteError, Transport};

/// Contacts of the mailbox alone that are taken from the ledger at once.
const PAGE: u32 = 500;

/// How a contact compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// The file and the mailbox say the same.
    Same,
    /// It is in the file alone.
    FileOnly,
    /// It is in the mailbox alone.
    MailboxOnly,
    /// The two say different things.
    Differs,
    /// It could not be compared.
    NotCompared,
}

impl Sign {
    /// The sign itself.
    pub fn letter(self) -> char {
        match self {
            Sign::Same => '=',
            Sign::FileOnly => '+',
            Sign::MailboxOnly => '-',
            Sign::Differs => '*',
            Sign::NotCompared => '!',
        }
    }

    /// Its word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Sign::Same => "same",
            Sign::FileOnly => "file only",
            Sign::MailboxOnly => "mailbox only",
            Sign::Differs => "differs",
            Sign::NotCompared => "not compared",
        }
    }
}

/// A contact, compared.
#[derive(Debug)]
pub struct Compared<'a> {
    /// How it compares.
    pub sign: Sign,
    /// Where its record stands; none for what is in the mailbox alone.
    pub position: Option<&'a Position>,
    /// Its name, perhaps empty. Personal data.
    pub name: &'a str,
    /// The mailbox's id of it, where it is there.
    pub id: &'a str,
    /// What differs: before, what is in the mailbox; after, what is in the file.
    pub changes: Vec<Change>,
    /// Why it could not be compared.
    pub why: &'a str,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Contacts that are the same.
    pub same: u64,
    /// Contacts in the files alone.
    pub file_only: u64,
    /// Contacts in the mailbox alone.
    pub mailbox_only: u64,
    /// Contacts that differ.
    pub differ: u64,
    /// Records that could not be compared.
    pub not_compared: u64,
    /// Records that say again what an earlier one says, and are not told by themselves.
    pub repeated: u64,
    /// Records that cannot be read; they are among those that could not be compared.
    pub rejected: u64,
    /// Sources that could not be read, or not to their end.
    pub failed_sources: u64,
}

impl Comparison {
    /// Whether anything differs, or may.
    pub fn has_differences(&self) -> bool {
        self.file_only + self.mailbox_only + self.differ + self.not_compared > 0
    }

    fn count(&mut self, sign: Sign) {
        match sign {
            Sign::Same => self.same += 1,
            Sign::FileOnly => self.file_only += 1,
            Sign::MailboxOnly => self.mailbox_only += 1,
            Sign::Differs => self.differ += 1,
            Sign::NotCompared => self.not_compared += 1,
        }
    }
}

/// What ends a comparison before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// As an import is stopped.
    #[error("{0}")]
    Stopped(#[from] Stopped),
    /// Nobody takes what it says.
    #[error("{0}")]
    Output(#[from] io::Error),
}

impl From<LedgerError> for CompareError {
    fn from(error: LedgerError) -> Self {
        Self::Stopped(error.into())
    }
}

impl From<RemoteError> for CompareError {
    fn from(error: RemoteError) -> Self {
        Self::Stopped(error.into())
    }
}

/// Takes what is compared, one contact after the other.
pub type Tell<'a> = dyn FnMut(&Compared<'_>) -> io::Result<()> + 'a;

/// A record that means a contact there.
struct Pair {
    record: Prepared,
    held: Option<Held>,
}

/// Compares the inputs with the folder: first the records in their order, then what only the mailbox has, in its order.
/// The import's options say by what a record is found and are otherwise to be those of one that replaces; the ledger is
/// one that goes away.
///
/// # Errors
/// When the mailbox, the ledger or the output fails.
pub async fn compare<T: Transport, C: Clock>(
    import: &Import<'_, T, C>,
    inputs: &Inputs<'_>,
    ledger: &mut Ledger,
    watcher: &mut dyn Watcher,
    tell: &mut Tell<'_>,
) -> Result<Comparison, CompareError> {
    let plan = import.plan(inputs, ledger, watcher).await?;
    let failed_sources = plan.totals.failed_sources;
    let comparison = Comparison { failed_sources, ..Comparison::default() };
    let dialect = import.mailbox.endpoint().dialect;
    let preparer = Preparer { keys: Keys::default(), dialect, categories: &import.options.categories };
    let mut comparing = Comparing { import, ledger, preparer, number: 0, pairs: Vec::new(), comparison, tell };
    let mut records = inputs.records();
    while let Some(record) = records.next(&mut Totals::default(), &mut Silent) {
        import.check_interrupted()?;
        comparing.next(record).await?;
    }
    comparing.compare_pairs().await?;
    comparing.tell_the_rest()?;
    Ok(comparing.comparison)
}

struct Comparing<'a, 'b, T, C> {
    import: &'a Import<'a, T, C>,
    ledger: &'a Ledger,
    preparer: Preparer<'a>,
    number: u64,
    /// Those that wait for their photos; what is told after them waits too.
    pairs: Vec<Pair>,
    comparison: Comparison,
    tell: &'b mut Tell<'b>,
}

impl<T: Transport, C: Clock> Comparing<'_, '_, T, C> {
    async fn next(&mut self, record: Record) -> Result<(), CompareError> {
        self.number += 1;
        let Record { position, outcome, losses, .. } = record;
        let contact = match outcome {
            Outcome::Contact(contact) => contact,
            Outcome::Group(_) => return Ok(()),
            Outcome::Reject(reject) => {
                self.compare_pairs().await?;
                self.comparison.rejected += 1;
                let (position, why) = (Some(&position), reject.why.as_str());
                return self.say(&Compared { position, why, ..compared(Sign::NotCompared, "", "") });
            }
        };
        let record = self.preparer.prepare(*contact, position, losses);
        let row = self.ledger.row(self.number)?;
        let row = row.filter(|row| row.content == record.written.content.to_string());
        let Some(Row { action, why, id, .. }) = row else {
            return Err(Stopped::SourceChanged(record.position.to_string()).into());
        };
        if let (Some(id), false) = (id, matches!(action, Action::End(Ending::Skipped | Ending::Failed))) {
            self.pairs.push(Pair { held: self.ledger.held(&id)?, record });
            return if self.pairs.len() < AT_ONCE { Ok(()) } else { self.compare_pairs().await };
        }
        self.compare_pairs().await?;
        self.comparison.rejected += u64::from(action == Action::End(Ending::Rejected));
        let (position, name) = (Some(&record.position), record.name.as_str());
        match action {
            Action::Create => self.say(&Compared { position, ..compared(Sign::FileOnly, name, "") }),
            _ if record.repeated => {
                self.comparison.repeated += 1;
                Ok(())
            }
            _ => self.say(&Compared { position, why: &why, ..compared(Sign::NotCompared, name, "") }),
        }
    }

    /// Compares those that wait.
    async fn compare_pairs(&mut self) -> Result<(), CompareError> {
        let pairs = std::mem::take(&mut self.pairs);
        let photos = try_join_all(pairs.iter().map(|pair| photo_there(self.import, pair))).await?;
        for (Pair { record, held }, photo) in pairs.iter().zip(photos) {
            let served = held.as_ref().and_then(|held| held.json.as_deref()).unwrap_or_default();
            let id = held.as_ref().map_or("", |held| &held.id);
            let (position, name) = (Some(&record.position), record.name.as_str());
            let changes = match (of_content(served, &record.written), photo) {
                (Some(changes), Ok(Photo::Compared(photo))) => Ok((changes, of_photo(record, photo.as_ref(), None))),
                (Some(changes), Ok(Photo::Left)) => Ok((changes, None)),
                (None, _) => Err("what is there cannot be read".to_owned()),
                (_, Err(why)) => Err(format!("its photo cannot be read: {why}")),
            };
            match changes {
                Ok((mut changes, photo)) => {
                    changes.extend(photo);
                    let sign = if changes.is_empty() { Sign::Same } else { Sign::Differs };
                    self.say(&Compared { position, changes, ..compared(sign, name, id) })?;
                }
                Err(why) => self.say(&Compared { position, why: &why, ..compared(Sign::NotCompared, name, id) })?,
            }
        }
        Ok(())
    }

    /// What no record means.
    fn tell_the_rest(&mut self) -> Result<(), CompareError> {
        let mut after = 0;
        loop {
            let page = self.ledger.held_without_record(after, PAGE)?;
            let Some((last, ..)) = page.last() else { return Ok(()) };
            after = *last;
            for (_, id, title) in &page {
                self.say(&compared(Sign::MailboxOnly, title, id))?;
            }
        }
    }

    fn say(&mut self, compared: &Compared<'_>) -> Result<(), CompareError> {
        self.comparison.count(compared.sign);
        Ok((self.tell)(compared)?)
    }
}

/// A photo of the mailbox.
enum Photo {
    /// It is to be compared.
    Compared(Option<Bytes>),
    /// The record's is a link, which is compared as such.
    Left,
}

/// The photo that is there; the inner error is about this contact alone.
async fn photo_there<T: Transport, C: Clock>(
    import: &Import<'_, T, C>,
    pair: &Pair,
) -> Result<Result<Photo, String>, RemoteError> {
    let Some(held) = pair.held.as_ref().filter(|_| pair.record.link.is_none()) else { return Ok(Ok(Photo::Left)) };
    if let Some(NoPhoto::Refused(why)) = &pair.record.no_photo {
        return Ok(Err(why.clone()));
    }
    match photo_of(import.mailbox, import.place, &held.id, held.has_picture).await {
        Ok(photo) => Ok(Ok(Photo::Compared(photo))),
        Err(error) if error.is_about_one_request() => Ok(Err(error.to_string())),
        Err(error) => Err(error),
    }
}

fn compared<'a>(sign: Sign, name: &'a str, id: &'a str) -> Compared<'a> {
    Compared { sign, position: None, name, id, changes: Vec::new(), why: "" }
}
