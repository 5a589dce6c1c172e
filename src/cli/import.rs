//! `cardferry import`.

use crate::cli::args::import::{Import as Args, Matching};
use crate::cli::args::{Common, FolderPath};
use crate::cli::exit::{Exit, Failure, Stays, shown};
use crate::cli::local::Door;
use crate::cli::print::{self, Job, Summary};
use crate::cli::progress::Progress;
use crate::cli::rejects::Rejects;
use crate::cli::signal::{self, OnSignal, Signals};
use crate::cli::{address, output, state};
use crate::pipeline::import::{Import, Imported, Inputs, Options, Proof, Stopped};
use crate::pipeline::ledger::{Head, Kind, Ledger};
use crate::pipeline::{Records, Totals, Watcher};
use crate::remote::RemoteError;
use crate::remote::clock::System;
use crate::remote::fetch::Fetch;

const NOT_DONE: &str = "nothing was uploaded";

pub(super) async fn run(common: &Common, args: &Args) -> Result<Exit, Failure> {
    output::check_input(&args.input.how)?;
    let reading = output::reading(&args.input.how)?;
    let rejects = output::rejects(&args.input, args.mailbox.sandbox_store.as_deref())?;
    let temporary = rejects.iter().filter_map(Rejects::temporary).collect();
    let mut progress = Progress::start(common, Job::Import).with_rejects(rejects);
    let sources = output::sources(&args.input, None, &mut progress)?;
    if sources.iter().all(Result::is_err) {
        return Err(tell_all(common, Records::new(sources, &reading), &mut progress));
    }
    let inputs = Inputs::new(sources, &reading);
    let pictures = output::pictures(&args.input)?;
    let mailbox = address::mailbox(&args.to, &args.mailbox).await?;
    let path = args.mailbox.folder.as_ref().map(|folder| folder.0.as_slice()).unwrap_or_default();
    let place = mailbox.place(path, args.create_folders).await.map_err(|error| folder_failure(&args.to, &error))?;
    let interrupted = signal::interrupted(common, Signals::listen(), OnSignal::Finish, temporary);
    let options = options(args);
    let pictures = pictures.as_ref().map(|pictures| pictures as &dyn Fetch);
    let (mailbox, place) = (&mailbox, &place);
    let import = Import { mailbox, place, options: &options, pictures, interrupted: &interrupted };
    let mut ledger = ledger(common, args, &inputs, &options)?;
    let ended = carry_out(common, args, &import, &inputs, &mut ledger, &mut progress).await;
    state::close(ledger, ended)
}

/// Plans, and unless it is a rehearsal applies.
async fn carry_out(
    common: &Common,
    args: &Args,
    import: &Import<'_, Door, System>,
    inputs: &Inputs<'_>,
    ledger: &mut Ledger,
    progress: &mut Progress,
) -> Result<Exit, Failure> {
    let plan = match import.plan(inputs, ledger, progress).await {
        Ok(plan) => plan,
        Err(stopped) => {
            progress.finish();
            return Err(failure(&args.to, stopped, Stays::Work));
        }
    };
    if let Some(told) = print::like(&plan.like) {
        progress.note(&told);
    }
    let (imported, job) = match args.caution.dry_run {
        true => (Imported { totals: plan.totals, proof: None, stopped: None }, Job::Rehearsal),
        false => (import.apply(&plan, inputs, ledger, progress).await, Job::Import),
    };
    let rejects = progress.finish();
    let totals = &imported.totals;
    let ended = match imported.stopped {
        Some(stopped) => Err(failure(&args.to, stopped, Stays::Work)),
        None if totals.nothing_arrived() && totals.read == 0 => Err(Failure::nothing_arrived(totals, NOT_DONE)),
        None => Ok(()),
    };
    let ended = ended.and(output::end_rejects(common, rejects));
    output::summary(common, Summary { job, totals, proof: imported.proof }, ended)?;
    match imported.proof {
        Some(proof) if proof.missing > 0 => Ok(Exit::Incomplete),
        Some(Proof { verified: Some(verified), .. }) if verified.differ > 0 && !totals.has_failures() => {
            Ok(Exit::Differences)
        }
        _ => Ok(Exit::of(totals, common)),
    }
}

fn options(args: &Args) -> Options {
    let Matching { match_by, on_match, category } = &args.matching;
    let (match_by, categories) = (match_by.clone(), category.clone());
    Options {
        match_by,
        on_match: *on_match,
        categories,
        max_changes: args.caution.max_changes,
        verify: args.caution.verify,
    }
}

/// The run's ledger: that of an earlier run that was to do the same and did not come to its end, else a new one.
fn ledger(common: &Common, args: &Args, inputs: &Inputs<'_>, options: &Options) -> Result<Ledger, Failure> {
    let head = Head {
        kind: Kind::Import,
        address: shown(&args.to),
        mailbox: args.mailbox.mailbox.clone(),
        folder: args.mailbox.folder.as_ref().map(FolderPath::to_string).unwrap_or_default(),
        source: inputs.print(),
        inputs: args.input.inputs.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" "),
        options: options.telling(),
        ..state::head()
    };
    if args.caution.dry_run {
        return Ledger::temporary(head).map_err(state::failure);
    }
    state::begin(common, &args.state, head)
}

/// What stops an import, and what stays of it when the user does.
pub(super) fn failure(address: &str, stopped: Stopped, stays: Stays) -> Failure {
    match stopped {
        Stopped::Remote(error) => Failure::remote(address, &error),
        Stopped::Interrupted => Failure::interrupted(stays),
        Stopped::Ledger(error) => state::failure(error),
        Stopped::TooManyChanges { .. } => Failure::new(Exit::Refused, stopped),
        stopped => Failure::new(Exit::Stopped, stopped),
    }
}

/// No input can be opened: each is told, and no mailbox is touched.
fn tell_all(common: &Common, mut records: Records<'_>, progress: &mut Progress) -> Failure {
    let mut totals = Totals::default();
    while records.next(&mut totals, progress).is_some() {}
    progress.finish();
    let ended = Err(Failure::nothing_arrived(&totals, NOT_DONE));
    let summary = Summary { job: Job::Import, totals: &totals, proof: None };
    output::summary(common, summary, ended).err().unwrap_or_else(|| Failure::silent(Exit::Stopped))
}

fn folder_failure(address: &str, error: &RemoteError) -> Failure {
    match error {
        RemoteError::NoFolder { .. } => Failure::usage(format!("{error}; --create-folders makes it")),
        error => Failure::remote(address, error),
    }
}
