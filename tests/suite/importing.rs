//! An import as a whole, with a ledger that goes away.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use cardferry::pipeline::import::{Import, Imported, Inputs, Options};
use cardferry::pipeline::ledger::{Head, Ledger};
use cardferry::pipeline::{Reading, Source, Watcher};
use cardferry::remote::api::Place;
use cardferry::remote::fetch::Fetch;
use cardferry::remote::{Clock, Mailbox, Transport};

/// A ledger of a run of this name, which nobody keeps.
pub(crate) fn ledger(run: &str) -> Ledger {
    Ledger::temporary(Head { run: run.to_owned(), ..Head::default() }).unwrap()
}

/// How an import is done, beside what it imports and where.
pub(crate) struct How<'a> {
    pub(crate) options: Options,
    pub(crate) pictures: Option<&'a dyn Fetch>,
    pub(crate) interrupted: &'a AtomicBool,
}

/// Nobody interrupts.
pub(crate) static GOES_ON: AtomicBool = AtomicBool::new(false);

impl Default for How<'_> {
    fn default() -> Self {
        Self { options: Options::default(), pictures: None, interrupted: &GOES_ON }
    }
}

/// Imports a file into the mailbox's first folder.
pub(crate) async fn import_file<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    file: &Path,
    ledger: &mut Ledger,
    how: &How<'_>,
    watcher: &mut dyn Watcher,
) -> Imported {
    let (reading, place) = (Reading::default(), Place::default());
    let How { options, pictures, interrupted } = how;
    let import = Import { mailbox, place: &place, options, pictures: *pictures, interrupted };
    let inputs = Inputs::new(vec![Ok(Source::File(file.to_owned()))], &reading);
    import.run(&inputs, ledger, watcher).await
}
