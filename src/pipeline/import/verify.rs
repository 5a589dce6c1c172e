//! Every contact of an import read back, and held against what was sent.

use bytes::Bytes;
use futures_util::future::try_join_all;

use super::differences::{of_content, of_photo, photo_of};
use super::plan::Silent;
use super::prepare::{Prepared, Preparer};
use super::{Import, Inputs, Stopped};
use crate::formats::exchange::{self, Change, content};
use crate::formats::{Outcome, Position};
use crate::model::identity::Keys;
use crate::model::{Merge, merge};
use crate::pipeline::ledger::{Done, Held, Ledger};
use crate::pipeline::many::AT_ONCE;
use crate::pipeline::{Ending, Totals, Watcher};
use crate::remote::{Clock, RemoteError, Transport};

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// Contacts that are there as they were sent, or as they were found to be the same.
    pub as_sent: u64,
    /// Contacts that are not.
    pub differ: u64,
}

/// A contact that is not as it was sent.
#[derive(Debug)]
pub struct Difference<'a> {
    /// Where its record stands.
    pub position: &'a Position,
    /// Its name. Personal data.
    pub name: &'a str,
    /// The mailbox's id of it.
    pub id: &'a str,
    /// What differs: what is there, and what should be. Empty where `why` says all.
    pub changes: &'a [Change],
    /// What is wrong, where it is not in one field.
    pub why: &'a str,
}

/// A record that was uploaded, or found there, with what the ledger knows of it.
struct Uploaded {
    record: Prepared,
    id: String,
    done: Done,
    held: Option<Held>,
    /// What its picture was made into, where the service did not take it as it was.
    made: Option<String>,
}

/// Reads the source once more, and holds the folder as it has just been listed against each of its records.
pub(super) async fn verify<T: Transport, C: Clock>(
    import: &Import<'_, T, C>,
    inputs: &Inputs<'_>,
    ledger: &Ledger,
    watcher: &mut dyn Watcher,
) -> Result<Verified, Stopped> {
    let dialect = import.mailbox.endpoint().dialect;
    let mut preparer = Preparer { keys: Keys::default(), dialect, categories: &import.options.categories };
    let (mut records, mut verified, mut number) = (inputs.records(), Verified::default(), 0);
    loop {
        import.check_interrupted()?;
        let mut some = Vec::with_capacity(AT_ONCE);
        while some.len() < AT_ONCE {
            let Some(record) = records.next(&mut Totals::default(), &mut Silent) else { break };
            number += 1;
            let Outcome::Contact(contact) = record.outcome else { continue };
            let record = preparer.prepare(*contact, record.position, record.losses);
            some.extend(uploaded(ledger, number, record)?);
        }
        if some.is_empty() {
            return Ok(verified);
        }
        let photos = try_join_all(some.iter().map(|uploaded| photo_there(import, uploaded))).await?;
        for (uploaded, photo) in some.iter().zip(&photos) {
            verified.tell(import, uploaded, photo.as_ref(), watcher);
        }
    }
}

/// What the ledger knows of a record, where it should be in the mailbox.
fn uploaded(ledger: &Ledger, number: u64, record: Prepared) -> Result<Option<Uploaded>, Stopped> {
    let Some(row) = ledger.row(number)? else { return Ok(None) };
    let (Some(id), Some(done)) = (row.id, row.done) else { return Ok(None) };
    if !matches!(done.ending, Ending::Created | Ending::Updated | Ending::Unchanged) {
        return Ok(None);
    }
    let (held, made) = (ledger.held(&id)?, ledger.photo_made(number)?);
    Ok(Some(Uploaded { record, id, done, held, made }))
}

/// The photo that is there, where it is to be compared.
async fn photo_there<T: Transport, C: Clock>(
    import: &Import<'_, T, C>,
    uploaded: &Uploaded,
) -> Result<Option<Bytes>, RemoteError> {
    let Some(held) = uploaded.held.as_ref().filter(|_| uploaded.compares_photos(import.options.on_match.merging()))
    else {
        return Ok(None);
    };
    match photo_of(import.mailbox, import.place, &held.id, held.has_picture).await {
        Err(error) if error.is_about_one_request() => Ok(None),
        photo => photo,
    }
}

impl Uploaded {
    /// Whether its photo says something: what a contact that was there had before may stay, and a link may lead to
    /// another picture today.
    fn compares_photos(&self, how: Option<Merge>) -> bool {
        match &self.record.picture {
            Some(_) => self.done.ending == Ending::Created || how != Some(Merge::Fill),
            None => self.done.ending == Ending::Created && self.record.link.is_none(),
        }
    }

    /// What differs, or what is wrong with it as a whole.
    fn differences<T, C>(&self, import: &Import<'_, T, C>, photo: Option<&Bytes>) -> Result<Vec<Change>, &'static str>
    where
        T: Transport,
        C: Clock,
    {
        let Some(held) = &self.held else { return Err("it is not in the folder any more") };
        let how = import.options.on_match.merging();
        let served = held.json.as_deref().unwrap_or_default();
        let dialect = import.mailbox.endpoint().dialect;
        let there = || exchange::read(serde_json::from_str(served).unwrap_or_default(), dialect).contact;
        let merged = how.filter(|_| self.done.ending != Ending::Created);
        let merged = merged.map(|how| exchange::write(&merge(&there(), &self.record.contact, how), dialect));
        let written = merged.as_ref().unwrap_or(&self.record.written);
        let Some(mut changes) = of_content(served, written) else { return Err("what is there cannot be read") };
        if self.compares_photos(how) {
            changes.extend(of_photo(&self.record, photo, self.made.as_deref()));
        }
        // Whoever fills and updates leaves what the record says nothing of; what was left is known all the same.
        let left = self.done.ending == Ending::Updated && !self.done.left.is_empty();
        match changes.is_empty() && left && content(&there()).to_string() != self.done.left {
            true => Err("it has been changed since it was written"),
            false => Ok(changes),
        }
    }
}

impl Verified {
    /// Compares one, counts it, and tells it where it differs.
    fn tell<T: Transport, C: Clock>(
        &mut self,
        import: &Import<'_, T, C>,
        uploaded: &Uploaded,
        photo: Option<&Bytes>,
        watcher: &mut dyn Watcher,
    ) {
        let (changes, why) = match uploaded.differences(import, photo) {
            Ok(changes) => (changes, ""),
            Err(why) => (Vec::new(), why),
        };
        if changes.is_empty() && why.is_empty() {
            self.as_sent += 1;
            return;
        }
        self.differ += 1;
        let (position, name) = (&uploaded.record.position, uploaded.record.name.as_str());
        watcher.differs(&Difference { position, name, id: &uploaded.id, changes: &changes, why });
    }
}
