//! `cardferry import`.

use crate::cli::args::{Common, Import};
use crate::cli::exit::{Exit, Failure, Stays};
use crate::cli::print::{Job, Summary};
use crate::cli::progress::Progress;
use crate::cli::rejects::Rejects;
use crate::cli::signal::{self, OnSignal, Signals};
use crate::cli::{address, output};
use crate::pipeline::import::{Stopped, import};
use crate::pipeline::{Records, Totals};
use crate::remote::clock::System;
use crate::remote::fetch::Fetch;
use crate::remote::{Clock, RemoteError};

const NOT_DONE: &str = "nothing was uploaded";

pub(super) async fn run(common: &Common, args: &Import) -> Result<Exit, Failure> {
    output::check_input(&args.input.how)?;
    let reading = output::reading(&args.input.how)?;
    let rejects = output::rejects(&args.input, args.mailbox.sandbox_store.as_deref())?;
    let temporary = rejects.iter().filter_map(Rejects::temporary).collect();
    let mut progress = Progress::start(common, Job::Import).with_rejects(rejects);
    let sources = output::sources(&args.input, None, &mut progress)?;
    let hopeless = sources.iter().all(Result::is_err);
    let mut records = Records::new(sources, &reading);
    if hopeless {
        return Err(tell_all(common, &mut records, &mut progress));
    }
    let pictures = output::pictures(&args.input)?;
    let mailbox = address::mailbox(&args.to, &args.mailbox).await?;
    let path = args.mailbox.folder.as_ref().map(|folder| folder.0.as_slice()).unwrap_or_default();
    let place = mailbox.place(path, args.create_folders).await.map_err(|error| folder_failure(&args.to, &error))?;
    let interrupted = signal::interrupted(common, Signals::listen(), OnSignal::Finish, temporary);
    let (run, pictures) = (run_name(), pictures.as_ref().map(|pictures| pictures as &dyn Fetch));
    let imported = import(&mailbox, &place, &run, pictures, &mut records, &interrupted, &mut progress).await;
    let rejects = progress.finish();
    let totals = &imported.totals;
    let ended = match imported.stopped {
        Some(Stopped::Remote(error)) => Err(Failure::remote(&args.to, &error)),
        Some(Stopped::Interrupted) => Err(Failure::interrupted(Stays::Work)),
        None if totals.nothing_arrived() && totals.read == 0 => Err(Failure::nothing_arrived(totals, NOT_DONE)),
        None => Ok(()),
    };
    let ended = ended.and(output::end_rejects(common, rejects));
    output::summary(common, Summary { job: Job::Import, totals, proof: imported.proof }, ended)?;
    match imported.proof {
        Some(proof) if proof.missing > 0 => Ok(Exit::Incomplete),
        _ => Ok(Exit::of(totals, common)),
    }
}

/// No input can be opened: each is told, and no mailbox is touched.
fn tell_all(common: &Common, records: &mut Records<'_>, progress: &mut Progress) -> Failure {
    let mut totals = Totals::default();
    while records.next(&mut totals, progress).is_some() {}
    progress.finish();
    let ended = Err(Failure::nothing_arrived(&totals, NOT_DONE));
    let summary = Summary { job: Job::Import, totals: &totals, proof: None };
    output::summary(common, summary, ended).err().unwrap_or_else(|| Failure::silent(Exit::Stopped))
}

/// A name for this run that no other run has: the time, and a random number.
fn run_name() -> String {
    let clock = System::start();
    format!("{:x}-{:08x}", clock.unix(), (clock.chance() * f64::from(u32::MAX)) as u32)
}

fn folder_failure(address: &str, error: &RemoteError) -> Failure {
    match error {
        RemoteError::NoFolder { .. } => Failure::usage(format!("{error}; --create-folders makes it")),
        error => Failure::remote(address, error),
    }
}
