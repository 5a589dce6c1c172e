//! `cardferry import`.

use crate::cli::args::{Common, Import};
use crate::cli::exit::{Exit, Failure};
use crate::cli::progress::Progress;
use crate::cli::{address, output, print, signal};
use crate::pipeline::import::{Stopped, import};
use crate::pipeline::{Records, sources_of};
use crate::remote::Clock;
use crate::remote::clock::System;

pub(super) async fn run(common: &Common, args: &Import) -> Result<Exit, Failure> {
    let reading = output::reading(&args.input);
    let mailbox = address::mailbox(&args.to, &args.mailbox).await?;
    let path = args.mailbox.folder.as_ref().map(|folder| folder.0.as_slice()).unwrap_or_default();
    let place = mailbox.place(path, args.create_folders).await.map_err(|error| folder_failure(&error))?;
    let interrupted = signal::interrupted();
    let mut progress = Progress::start(common, "uploaded");
    let mut records = Records::new(sources_of(&args.input.inputs), &reading);
    let run = run_name();
    let imported = import(&mailbox, &place, &run, &mut records, &interrupted, &mut progress).await;
    progress.finish();
    let totals = &imported.totals;
    if imported.stopped.is_none() && totals.nothing_was_read() {
        return Err(Failure::new(Exit::Stopped, "no input could be read; nothing was uploaded"));
    }
    print::summary(common, &print::Summary { job: print::Job::Import, totals, proof: imported.proof });
    match imported.stopped {
        Some(Stopped::Remote(error)) => Err(Failure::remote(&error)),
        Some(Stopped::Interrupted) => Err(Failure::interrupted()),
        None if imported.proof.is_some_and(|proof| proof.missing > 0) => Ok(Exit::Incomplete),
        None => Ok(Exit::of(totals, common)),
    }
}

/// A name for this run that no other run has: the time, and a random number.
fn run_name() -> String {
    let clock = System::start();
    format!("{:x}-{:08x}", clock.unix(), (clock.chance() * f64::from(u32::MAX)) as u32)
}

fn folder_failure(error: &crate::remote::RemoteError) -> Failure {
    match error {
        crate::remote::RemoteError::NoFolder { .. } => Failure::usage(format!("{error}; --create-folders makes it")),
        error => Failure::remote(error),
    }
}
