//! An import of a table into a sandbox in this process.

use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;
use cardferry::pipeline::import::{Import, Imported, Inputs, Options};
use cardferry::pipeline::ledger::{Head, Ledger};
use cardferry::pipeline::{Ending, Reading, Source, Watcher};
use cardferry::remote::api::Place;
use cardferry::remote::clock::System;
use cardferry::remote::{Mailbox, Transport, TransportError};
use cardferry::sandbox::Sandbox;
use http::{Request, Response};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{inputs, served};

/// The table, and the runtime that imports run on.
pub struct Stage {
    directory: TempDir,
    runtime: Runtime,
    count: u64,
}

/// A mailbox in a store of its own, which goes away with it.
pub struct Target {
    mailbox: Mailbox<Door, System>,
    _store: TempDir,
}

/// To the sandbox, without a network.
struct Door(Sandbox);

impl Transport for Door {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        Ok(self.0.handle(request).await)
    }
}

/// Nobody watches.
struct Nobody;
impl Watcher for Nobody {}

impl Stage {
    /// A table of so many contacts.
    pub fn new(count: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        inputs::write_table(inputs::contacts(count, false), File::create(directory.path().join("in.csv")).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Self { directory, runtime, count: count as u64 }
    }

    /// A mailbox without contacts.
    pub fn sandbox(&self) -> Target {
        let store = tempfile::tempdir().unwrap();
        let door = Door(served::sandbox(store.path()));
        Target { mailbox: served::mailbox("http://localhost", door), _store: store }
    }

    /// Imports the table into a mailbox that has nothing of it.
    pub fn import(&self, target: &mut Target) {
        assert_eq!(self.run(target).totals.of(Ending::Created), self.count);
    }

    /// Imports the table into a mailbox that has all of it.
    pub fn import_again(&self, target: &Target) {
        assert_eq!(self.run(target).totals.of(Ending::Unchanged), self.count);
    }

    fn run(&self, target: &Target) -> Imported {
        let table: PathBuf = self.directory.path().join("in.csv");
        let reading = Reading::default();
        let inputs = Inputs::new(vec![Ok(Source::File(table))], &reading);
        let (place, interrupted, options) = (Place::default(), AtomicBool::new(false), Options::default());
        let (mailbox, place) = (&target.mailbox, &place);
        let import = Import { mailbox, place, options: &options, pictures: None, interrupted: &interrupted };
        let mut ledger = Ledger::temporary(Head { run: "bench".to_owned(), ..Head::default() }).unwrap();
        self.runtime.block_on(import.run(&inputs, &mut ledger, &mut Nobody))
    }
}
