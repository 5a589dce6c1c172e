//! An earlier run is taken back: what it created is deleted, what it changed is changed back, what it deleted is created
//! again.
//!
//! It is a run itself, with a ledger of its own: planned first, over the listed folder and the ledger of the run that is
//! taken back; then carried out. A contact is touched only if it still is as that run left it: it is read whole just
//! before the write, for the service has no conditional one. What it holds then goes into the undo's own ledger, so
//! that an undo can be undone. Where an undo was stopped, it is simply run again.
//!
//! Where the ledger of the run is lost, the contacts' own marks tell which ones it created; what it changed stays then.

mod apply;
mod back;
mod plan;
mod touched;

use std::sync::atomic::{AtomicBool, Ordering};

use crate::pipeline::import::{self, Stopped};
use crate::pipeline::ledger::{Ledger, Phase};
use crate::pipeline::{Ending, Totals, Watcher};
use crate::remote::api::Place;
use crate::remote::{Clock, Mailbox, Transport};

/// The undoing of a run.
pub struct Undo<'a, T, C> {
    /// The mailbox.
    pub mailbox: &'a Mailbox<T, C>,
    /// The folder that the run worked on.
    pub place: &'a Place,
    /// The run that is taken back.
    pub run: &'a str,
    /// Its ledger; none where it is lost.
    pub of: Option<&'a Ledger>,
    /// The most contacts that may be touched; a plan that would touch more is not carried out.
    pub max_changes: Option<u64>,
    /// When this becomes true, what is under way is finished and nothing more is begun.
    pub interrupted: &'a AtomicBool,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Plan {
    /// Contacts that the run touched.
    pub touched: u64,
    /// Contacts to be deleted.
    pub delete: u64,
    /// Contacts to be changed back.
    pub restore: u64,
    /// Contacts to be created again.
    pub recreate: u64,
    /// Contacts that stay as they are, since they are not as the run left them.
    pub skip: u64,
    /// Contacts that the run changed, and that cannot be changed back since its ledger is lost.
    pub beyond: u64,
}

/// How an undo ended.
#[derive(Debug)]
pub struct Undone {
    /// The sums: each contact that the run touched counts once.
    pub totals: Totals,
    /// What stopped it.
    pub stopped: Option<Stopped>,
}

impl Plan {
    /// How many contacts would be touched.
    pub fn changes(&self) -> u64 {
        self.delete + self.restore + self.recreate
    }
}

impl<T: Transport, C: Clock> Undo<'_, T, C> {
    /// Decides what is to be done with every contact that the run touched, and keeps it in the undo's own ledger; nothing
    /// is sent but questions.
    ///
    /// # Errors
    /// When the mailbox or a ledger fails, or the plan would touch more than the user allows.
    pub async fn plan(&self, ledger: &mut Ledger) -> Result<Plan, Stopped> {
        let plan = plan::plan(self, ledger).await?;
        match self.max_changes {
            Some(most) if plan.changes() > most => Err(Stopped::TooManyChanges { would: plan.changes(), most }),
            _ => Ok(plan),
        }
    }

    /// Does what is planned.
    pub async fn apply(&self, ledger: &mut Ledger, watcher: &mut dyn Watcher) -> Undone {
        let mut totals = Totals::default();
        let applied = match ledger.enter(Phase::Applying) {
            Ok(()) => apply::apply(self, ledger, &mut totals, watcher).await,
            Err(error) => Err(error.into()),
        };
        let applied = match applied {
            // A create whose answer was lost may have been carried out late.
            Ok(()) if totals.of(Ending::Created) > 0 => self.remove_twins(ledger, watcher).await,
            applied => applied,
        };
        Undone { totals, stopped: applied.err() }
    }

    /// Plans and applies.
    pub async fn run(&self, ledger: &mut Ledger, watcher: &mut dyn Watcher) -> Undone {
        match self.plan(ledger).await {
            Ok(_) => self.apply(ledger, watcher).await,
            Err(stopped) => Undone { totals: Totals::default(), stopped: Some(stopped) },
        }
    }

    async fn remove_twins(&self, ledger: &mut Ledger, watcher: &mut dyn Watcher) -> Result<(), Stopped> {
        import::list(self.mailbox, self.place, ledger, false).await?;
        import::remove_twins(self.mailbox, self.place, ledger, watcher).await.map(drop)
    }

    fn check_interrupted(&self) -> Result<(), Stopped> {
        if self.interrupted.load(Ordering::Relaxed) { Err(Stopped::Interrupted) } else { Ok(()) }
    }
}
