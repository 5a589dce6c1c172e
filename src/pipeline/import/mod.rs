//! From files into a mailbox: every record once, however often it is run.
//!
//! Two passes over the files. The first lists the target folder, reads every record and decides what is to be done with it;
//! the second does it. In between nothing has been sent, so a plan can be looked at, kept and refused. At the end the
//! folder is listed once more, and compared with what was done.

mod apply;
mod change;
mod claims;
mod compare;
mod decide;
mod differences;
mod find;
mod job;
mod options;
mod photo;
mod plan;
mod plan_file;
mod prepare;
mod proof;
mod recover;
mod target;
mod verify;

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};

use data_encoding::HEXLOWER;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::formats::exchange::all_extended;
use crate::pipeline::ledger::{Ledger, LedgerError, Phase};
use crate::pipeline::{Reading, Records, Source, SourceError, Totals, Watcher, counted};
use crate::remote::api::{Expand, Place, Query};
use crate::remote::fetch::Fetch;
use crate::remote::{Clock, Mailbox, RemoteError, Transport};
pub use compare::{CompareError, Compared, Comparison, Sign, Tell, compare};
pub use options::{MatchBy, OnMatch, Options};
pub use plan::{Likeness, Plan, Planned};
pub use plan_file::{PlanCheck, PlanError, PlanWriter};
pub use proof::Proof;
pub(super) use proof::remove_twins;
pub(super) use target::list;
pub use verify::{Difference, Verified};

/// An import into one folder.
pub struct Import<'a, T, C> {
    /// The mailbox.
    pub mailbox: &'a Mailbox<T, C>,
    /// The folder.
    pub place: &'a Place,
    /// What the user chooses.
    pub options: &'a Options,
    /// Fetches what photo links lead to, for contacts that have no photo yet.
    pub pictures: Option<&'a dyn Fetch>,
    /// When this becomes true, what is under way is finished and nothing more is begun.
    pub interrupted: &'a AtomicBool,
}

/// What is imported. It is read twice, so it must not change in between.
pub struct Inputs<'a> {
    sources: Vec<Source>,
    /// Why others cannot be read.
    failed: Vec<SourceError>,
    reading: &'a Reading,
}

/// How an import ended.
#[derive(Debug)]
pub struct Imported {
    /// The sums; complete for what was read, also when the import was stopped.
    pub totals: Totals,
    /// What the mailbox holds now; none when the import was stopped.
    pub proof: Option<Proof>,
    /// What stopped it.
    pub stopped: Option<Stopped>,
}

/// What stops an import before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Stopped {
    /// The mailbox.
    #[error("{0}")]
    Remote(#[from] RemoteError),
    /// The ledger: then nothing more may be changed.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    /// The user.
    #[error("interrupted")]
    Interrupted,
    /// More contacts would be changed than the user allows; nothing was sent.
    #[error("{} would be changed, and --max-changes allows {most}; nothing was changed", counted(*.would, "contact"))]
    TooManyChanges {
        /// How many would be changed.
        would: u64,
        /// How many may be.
        most: u64,
    },
    /// The source is not what it was when it was planned.
    #[error("{0}: the source has changed while it was being imported; run it again")]
    SourceChanged(String),
    /// The source is read otherwise than by the run that is tried again.
    #[error("{0}: it reads otherwise than in that run; say again how files are read, as it was said then")]
    OtherReading(String),
}

impl<'a> Inputs<'a> {
    /// These inputs. Those that cannot be read are told when the plan is made.
    pub fn new(sources: Vec<Result<Source, SourceError>>, reading: &'a Reading) -> Self {
        let mut inputs = Self { sources: Vec::new(), failed: Vec::new(), reading };
        for source in sources {
            match source {
                Ok(source) => inputs.sources.push(source),
                Err(error) => inputs.failed.push(error),
            }
        }
        inputs
    }

    /// Whether there is nothing that can be read.
    pub fn is_hopeless(&self) -> bool {
        self.sources.is_empty()
    }

    /// Fingerprint of all that is read, as text. A source that breaks off counts as far as it goes.
    pub fn print(&self) -> String {
        let mut hash = Sha256::new();
        for source in &self.sources {
            let length = source.bytes().and_then(|bytes| add(&mut hash, bytes));
            hash.update(length.unwrap_or(u64::MAX).to_be_bytes());
        }
        HEXLOWER.encode(&hash.finalize())
    }

    /// Tells and counts what cannot be read.
    fn tell_failed(&self, totals: &mut Totals, watcher: &mut dyn Watcher) {
        self.failed.iter().for_each(|error| totals.fail(&error.to_string(), watcher));
    }

    /// All records from the first one.
    fn records(&self) -> Records<'a> {
        Records::new(self.sources.iter().cloned().map(Ok::<_, SourceError>).collect(), self.reading)
    }
}

impl<T: Transport, C: Clock> Import<'_, T, C> {
    /// Decides what is to be done with every record, and keeps it in the ledger; nothing is sent but questions.
    ///
    /// # Errors
    /// When the mailbox or the ledger fails, or the plan would change more than the user allows.
    pub async fn plan(
        &self,
        inputs: &Inputs<'_>,
        ledger: &mut Ledger,
        watcher: &mut dyn Watcher,
    ) -> Result<Plan, Stopped> {
        target::list(self.mailbox, self.place, ledger, self.options.on_match.merging().is_some()).await?;
        self.plan_over(inputs, ledger, watcher)
    }

    /// As [`plan`](Self::plan), for a folder that is still to be made: nothing is there, and nothing is asked.
    ///
    /// # Errors
    /// When the ledger fails, or the user interrupts.
    pub fn plan_anew(
        &self,
        inputs: &Inputs<'_>,
        ledger: &mut Ledger,
        watcher: &mut dyn Watcher,
    ) -> Result<Plan, Stopped> {
        ledger.forget_held()?;
        self.plan_over(inputs, ledger, watcher)
    }

    fn plan_over(&self, inputs: &Inputs<'_>, ledger: &mut Ledger, watcher: &mut dyn Watcher) -> Result<Plan, Stopped> {
        let plan = plan::plan(self, inputs, ledger, watcher)?;
        match self.options.max_changes {
            Some(most) if plan.changes > most => Err(Stopped::TooManyChanges { would: plan.changes, most }),
            _ => Ok(plan),
        }
    }

    /// Plans and applies.
    pub async fn run(&self, inputs: &Inputs<'_>, ledger: &mut Ledger, watcher: &mut dyn Watcher) -> Imported {
        match self.plan(inputs, ledger, watcher).await {
            Ok(plan) => self.apply(&plan, inputs, ledger, watcher).await,
            Err(stopped) => Imported { totals: Totals::default(), proof: None, stopped: Some(stopped) },
        }
    }

    /// Does what is planned, and proves it.
    pub async fn apply(
        &self,
        plan: &Plan,
        inputs: &Inputs<'_>,
        ledger: &mut Ledger,
        watcher: &mut dyn Watcher,
    ) -> Imported {
        let mut totals = Totals::default();
        totals.photo_links.wanted = self.pictures.is_some();
        let applied = match ledger.enter(Phase::Applying) {
            Ok(()) => apply::apply(self, inputs, ledger, &mut totals, watcher).await,
            Err(error) => Err(error.into()),
        };
        totals.failed_sources = plan.totals.failed_sources;
        let proven = match applied {
            Ok(()) => self.prove(inputs, ledger, watcher).await,
            Err(stopped) => Err(stopped),
        };
        match proven {
            Ok(proof) => Imported { totals, proof: Some(proof), stopped: None },
            Err(stopped) => Imported { totals, proof: None, stopped: Some(stopped) },
        }
    }

    /// Looks at what the folder holds now, and at every contact in it if that is wanted.
    async fn prove(
        &self,
        inputs: &Inputs<'_>,
        ledger: &mut Ledger,
        watcher: &mut dyn Watcher,
    ) -> Result<Proof, Stopped> {
        let mut proof = proof::prove(self, ledger, watcher).await?;
        if self.options.verify {
            proof.verified = Some(verify::verify(self, inputs, ledger, watcher).await?);
        }
        Ok(proof)
    }

    fn check_interrupted(&self) -> Result<(), Stopped> {
        if self.interrupted.load(Ordering::Relaxed) { Err(Stopped::Interrupted) } else { Ok(()) }
    }
}

/// Adds all bytes to a hash; how many there were.
fn add(hash: &mut Sha256, mut bytes: impl Read) -> io::Result<u64> {
    let (mut piece, mut length) = (vec![0; 64 * 1024], 0);
    loop {
        match bytes.read(&mut piece)? {
            0 => return Ok(length),
            read => {
                hash.update(&piece[..read]);
                length += read as u64;
            }
        }
    }
}

/// One contact with all that it is made of, and nothing cut.
pub(super) async fn whole<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    id: &str,
) -> Result<Map<String, Value>, RemoteError> {
    let query = Query { expand: Expand(all_extended()), ..Query::default() };
    mailbox.contact(place, id, &query).await
}
