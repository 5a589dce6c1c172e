//! `cardferry import`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::cli::address::{self, AnyMailbox};
use crate::cli::args::import::{Import as Args, Matching};
use crate::cli::args::{Common, FolderPath};
use crate::cli::exit::{Exit, Failure, Stays, shown};
use crate::cli::local::Door;
use crate::cli::outcome::{self, Outcome};
use crate::cli::plan::Plans;
use crate::cli::print::{Job, Summary};
use crate::cli::progress::Progress;
use crate::cli::rejects::Rejects;
use crate::cli::report::Report;
use crate::cli::signal::{self, OnSignal, Signals};
use crate::cli::{output, state};
use crate::pipeline::import::{Import, Imported, Inputs, Options, Plan, Proof, Stopped};
use crate::pipeline::ledger::{Head, Kind, Ledger};
use crate::pipeline::{Records, Totals, Watcher};
use crate::remote::RemoteError;
use crate::remote::api::Place;
use crate::remote::clock::System;
use crate::remote::fetch::Fetch;

const NOT_DONE: &str = "nothing was uploaded";

pub(super) async fn run(common: &Common, args: &Args) -> Result<Exit, Failure> {
    import(common, args, None).await
}

/// Imports; with the ledger of an earlier run, what failed there and nothing else.
pub(super) async fn import(common: &Common, args: &Args, retried: Option<Ledger>) -> Result<Exit, Failure> {
    check(common, args)?;
    let reading = output::reading(&args.input.how)?;
    let rejects = output::rejects(&args.input, args.mailbox.sandbox_store.as_deref())?;
    let report = report(args)?;
    let plans = Plans::open(&args.caution)?;
    let rejected = rejects.iter().filter_map(Rejects::temporary);
    let temporary = rejected.chain(report.iter().filter_map(Report::temporary)).chain(plans.temporary()).collect();
    let told = Progress::start(common, job(args)).with_rejects(rejects).with_report(report);
    let mut progress = if args.telling.json_lines { told.with_events() } else { told };
    let sources = output::sources(&args.input, args.telling.report.as_deref(), &mut progress)?;
    if sources.iter().all(Result::is_err) {
        return Err(tell_all(common, Records::new(sources, &reading), &mut progress));
    }
    let inputs = Inputs::new(sources, &reading);
    let pictures = output::pictures(&args.input)?;
    let mailbox = Arc::new(address::mailbox(&args.to, &args.mailbox).await?);
    progress.tell_waits(Arc::<AnyMailbox>::clone(&mailbox));
    let interrupted = signal::interrupted(common, Signals::listen(), OnSignal::Finish, temporary);
    let options = Options { failed_only: retried.is_some(), ..options(args) };
    let pictures = pictures.as_ref().map(|pictures| pictures as &dyn Fetch);
    let work = Work { common, args, mailbox: &mailbox, options: &options, pictures, interrupted: &interrupted };
    let place = work.place().await?;
    let mut ledger = match retried {
        Some(ledger) => state::same_source(ledger, &inputs)?,
        None => work.ledger(&inputs)?,
    };
    let ended = work.carry_out(place, plans, &inputs, &mut ledger, &mut progress).await;
    state::close(ledger, ended)
}

/// All that an import needs beside its inputs.
struct Work<'a> {
    common: &'a Common,
    args: &'a Args,
    mailbox: &'a AnyMailbox,
    options: &'a Options,
    pictures: Option<&'a dyn Fetch>,
    interrupted: &'a AtomicBool,
}

impl Work<'_> {
    fn import<'a>(&'a self, place: &'a Place) -> Import<'a, Door, System> {
        let Self { mailbox, options, pictures, interrupted, .. } = self;
        Import { mailbox, place, options, pictures: *pictures, interrupted }
    }

    fn path(&self) -> &[String] {
        self.args.mailbox.folder.as_ref().map(|folder| folder.0.as_slice()).unwrap_or_default()
    }

    /// The folder; none when it is missing and shall be made, which waits until the plan is known to hold.
    async fn place(&self) -> Result<Option<Place>, Failure> {
        match self.mailbox.place(self.path(), false).await {
            Ok(place) => Ok(Some(place)),
            Err(RemoteError::NoFolder { .. }) if self.args.create_folders => Ok(None),
            Err(error) => Err(folder_failure(&self.args.to, &error)),
        }
    }

    /// The run's ledger: that of an earlier run that was to do the same and did not come to its end, else a new one; of a
    /// rehearsal nothing stays.
    fn ledger(&self, inputs: &Inputs<'_>) -> Result<Ledger, Failure> {
        let args = self.args;
        let head = Head {
            kind: Kind::Import,
            address: shown(&args.to),
            api: state::api(self.mailbox.endpoint().dialect).to_owned(),
            mailbox: args.mailbox.mailbox.clone(),
            folder: args.mailbox.folder.as_ref().map(FolderPath::to_string).unwrap_or_default(),
            source: inputs.print(),
            inputs: state::inputs(&args.input.inputs),
            options: self.options.telling(),
            ..state::head()
        };
        match args.caution.only_plans() {
            true => Ledger::temporary(head).map_err(state::failure),
            false => state::begin(self.common, &args.state, head),
        }
    }

    /// Plans, and unless it is a rehearsal applies.
    async fn carry_out(
        &self,
        place: Option<Place>,
        plans: Plans,
        inputs: &Inputs<'_>,
        ledger: &mut Ledger,
        progress: &mut Progress,
    ) -> Result<Exit, Failure> {
        let (head, job) = (ledger.head().clone(), job(self.args));
        let planned = self.plan(place.as_ref(), plans, inputs, ledger, progress).await;
        let nothing = || Imported { totals: Totals::default(), proof: None, stopped: None };
        let (plan, imported) = match planned {
            Err(failure) => (None, Err(failure)),
            Ok(plan) if job == Job::Rehearsal => {
                progress.planned_all(&plan, &head.run);
                let totals = plan.totals.clone();
                (Some(plan), Ok(Imported { totals, ..nothing() }))
            }
            Ok(plan) => {
                progress.planned_all(&plan, &head.run);
                let imported = self.apply(place, &plan, inputs, ledger, progress).await;
                (Some(plan), imported)
            }
        };
        let (imported, stopped) = match imported {
            Ok(mut imported) => {
                let stopped = imported.stopped.take().map(|stopped| failure(&self.args.to, stopped, Stays::Work));
                (imported, stopped)
            }
            Err(failure) => (nothing(), Some(failure)),
        };
        let told = progress.tally(self.args.input.rejects.is_some());
        let endings = ledger.summary().map(|run| run.endings).unwrap_or_default();
        let outcome = Outcome::new(&head, plan.as_ref(), &imported.totals, &endings, told);
        self.tell(&imported, &outcome, stopped, progress)
    }

    /// Makes the plan, writes it or holds it against the one that was written.
    async fn plan(
        &self,
        place: Option<&Place>,
        mut plans: Plans,
        inputs: &Inputs<'_>,
        ledger: &mut Ledger,
        progress: &mut Progress,
    ) -> Result<Plan, Failure> {
        if place.is_none() && job(self.args) == Job::Rehearsal {
            progress.note("the folder is not there yet; nothing is made in a rehearsal, so it counts as empty");
        }
        let head = ledger.head().clone();
        let mut watched = plans.watch(&head, progress)?;
        let nowhere = Place::default();
        let import = self.import(place.unwrap_or(&nowhere));
        let planned = match place {
            Some(_) => import.plan(inputs, ledger, watched.watcher()).await,
            None => import.plan_anew(inputs, ledger, watched.watcher()),
        };
        let planned = planned.map_err(|stopped| failure(&self.args.to, stopped, Stays::Work))?;
        let held = watched.end();
        let told = plans.end(held)?;
        outcome::like(&planned.like).iter().chain(&told).for_each(|told| progress.note(told));
        Ok(planned)
    }

    /// Makes the folder if need be, and does what is planned.
    async fn apply(
        &self,
        place: Option<Place>,
        plan: &Plan,
        inputs: &Inputs<'_>,
        ledger: &mut Ledger,
        progress: &mut Progress,
    ) -> Result<Imported, Failure> {
        let place = match place {
            Some(place) => place,
            None => {
                let made = self.mailbox.place(self.path(), true).await;
                made.map_err(|error| folder_failure(&self.args.to, &error))?
            }
        };
        Ok(self.import(&place).apply(plan, inputs, ledger, progress).await)
    }

    /// The summary and the files that tell of the run.
    fn tell(
        &self,
        imported: &Imported,
        outcome: &Outcome<'_>,
        stopped: Option<Failure>,
        progress: &mut Progress,
    ) -> Result<Exit, Failure> {
        let (totals, proof, job) = (&imported.totals, imported.proof, job(self.args));
        let (rejects, report) = progress.finish();
        let summary = Summary { job, totals, proof, outcome: Some(outcome) };
        let why = stopped.as_ref().and_then(|failure| failure.error.as_ref()).map(ToString::to_string);
        let ended = match stopped {
            Some(failure) => Err(failure),
            None if totals.nothing_arrived() && totals.read == 0 => Err(Failure::nothing_arrived(totals, NOT_DONE)),
            None => Ok(()),
        };
        let ended = ended.and(output::end_rejects(self.common, rejects));
        let ended = ended.and(report.map_or(Ok(()), |report| report.end(self.common, &summary, why.as_deref())));
        let ended = ended.and(progress.end_events(&summary, why.as_deref()));
        if !outcome.is_planned {
            return ended.map(|()| Exit::Done);
        }
        output::summary(self.common, summary, ended)?;
        match proof {
            Some(proof) if proof.missing > 0 => Ok(Exit::Incomplete),
            Some(Proof { verified: Some(verified), .. }) if verified.differ > 0 && !totals.has_failures() => {
                Ok(Exit::Differences)
            }
            _ => Ok(Exit::of(totals, self.common)),
        }
    }
}

/// Refuses what cannot go together.
fn check(common: &Common, args: &Args) -> Result<(), Failure> {
    output::check_input(&args.input.how)?;
    let plan = args.caution.save_plan.as_deref().is_some_and(super::form::is_stdout);
    let on_stdout = [("--json", common.json), ("--json-lines", args.telling.json_lines), ("--save-plan -", plan)];
    let given: Vec<_> = on_stdout.iter().filter(|(_, given)| *given).map(|(flag, _)| *flag).collect();
    match given.as_slice() {
        [one, other, ..] => Err(Failure::usage(format!("{one} and {other} both want standard output; leave one out"))),
        _ => Ok(()),
    }
}

fn job(args: &Args) -> Job {
    if args.caution.only_plans() { Job::Rehearsal } else { Job::Import }
}

fn report(args: &Args) -> Result<Option<Report>, Failure> {
    let Some(path) = &args.telling.report else { return Ok(None) };
    let mut others: Vec<PathBuf> = args.input.inputs.iter().chain(&args.input.how.map).cloned().collect();
    others.extend(
        [&args.input.rejects, &args.caution.save_plan, &args.caution.apply_plan].into_iter().flatten().cloned(),
    );
    others.extend(args.mailbox.sandbox_store.clone());
    Report::create(path, job(args), &others).map(Some)
}

fn options(args: &Args) -> Options {
    let Matching { match_by, on_match, category } = &args.matching;
    let (match_by, categories) = (match_by.clone(), category.clone());
    let (max_changes, exactly) = (args.caution.max_changes, args.caution.apply_plan.is_some());
    let (fetches_photos, verify) = (args.input.fetch_photos, args.caution.verify);
    let failed_only = false;
    Options { match_by, on_match: *on_match, categories, max_changes, fetches_photos, exactly, verify, failed_only }
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
    let (_, report) = progress.finish();
    let summary = Summary { job: Job::Import, totals: &totals, proof: None, outcome: None };
    let written = report.map_or(Ok(()), |report| report.end(common, &summary, None));
    let told = progress.end_events(&summary, None);
    let ended = written.and(told).and(Err(Failure::nothing_arrived(&totals, NOT_DONE)));
    output::summary(common, summary, ended).err().unwrap_or_else(|| Failure::silent(Exit::Stopped))
}

fn folder_failure(address: &str, error: &RemoteError) -> Failure {
    match error {
        RemoteError::NoFolder { .. } => Failure::usage(format!("{error}; --create-folders makes it")),
        error => Failure::remote(address, error),
    }
}
