//! `cardferry undo`.

use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use crate::cli::address::{self, AnyMailbox};
use crate::cli::args::{self, Api, Common, FolderPath, MailboxArgs, Undo as Args};
use crate::cli::exit::{Exit, Failure, Stays, shown};
use crate::cli::print::{self, Job, UNDONE};
use crate::cli::progress::Progress;
use crate::cli::signal::{self, OnSignal, Signals};
use crate::cli::{ask, state};
use crate::pipeline::import::Stopped;
use crate::pipeline::ledger::{Action, Head, Kind, Ledger, LedgerError, Phase, is_name};
use crate::pipeline::undo::{Plan, Undo, Undone};
use crate::pipeline::{Ending, Totals, counted};
use crate::remote::api::Place;

/// Contacts that stay as they are and that a plan names one by one.
const SHOWN: u32 = 20;

pub(super) async fn run(common: &Common, args: &Args) -> Result<Exit, Failure> {
    let of = ledger_of(args)?;
    let head = of.as_ref().map(Ledger::head);
    let target = Target::new(args.to.as_deref(), &args.mailbox, head)?;
    if let Some(there) = head.and_then(|head| target.elsewhere(head)) {
        print::note(common, &there);
    }
    let mailbox = target.mailbox().await?;
    let path = target.mailbox.folder.as_ref().map(|folder| folder.0.as_slice()).unwrap_or_default();
    let place = mailbox.place(path, false).await.map_err(|error| Failure::remote(&target.address, &error))?;
    let mut ledger = begin(common, args, &target, &mailbox)?;
    let begun = ledger.summary().map_err(state::failure)?.phase != Phase::Planning;
    let job = Whole { common, args, of: of.as_ref(), target: &target, mailbox: &mailbox, place: &place };
    match job.carry_out(&mut ledger).await {
        Ok(None) => Ok(Exit::Done),
        Ok(Some(exit)) => state::close(ledger, Ok(exit)),
        Err(failure) => {
            let sent = begun || ledger.summary().is_ok_and(|run| run.phase != Phase::Planning);
            let run = ledger.head().run.clone();
            match sent || args.dry_run {
                true => state::close(ledger, Err(failure)),
                // Nothing was done: there is nothing to remember.
                false => {
                    drop(ledger);
                    Ledger::remove(&state::directory(&args.state)?, &run).map_err(state::failure)?;
                    Err(failure)
                }
            }
        }
    }
}

/// The ledger of the run; none where it is lost, and the user says where the run was.
fn ledger_of(args: &Args) -> Result<Option<Ledger>, Failure> {
    match Ledger::open(&state::directory(&args.state)?, &args.run) {
        Ok(ledger) => Ok(Some(ledger)),
        Err(LedgerError::NoRun(_)) if is_name(&args.run) && args.to.is_some() => Ok(None),
        Err(error @ LedgerError::NoRun(_)) => {
            let way_out = "if its ledger is lost, --to says where it was";
            Err(Failure::usage(format!("{error}; {way_out}")))
        }
        Err(error) => Err(state::failure(error)),
    }
}

/// The mailbox of an earlier run, as far as the user does not say otherwise.
pub(super) struct Target {
    pub(super) address: String,
    pub(super) mailbox: MailboxArgs,
    api: String,
}

impl Target {
    pub(super) fn new(to: Option<&str>, args: &MailboxArgs, head: Option<&Head>) -> Result<Self, Failure> {
        let mut mailbox = args.clone();
        let Some(head) = head else {
            return Ok(Self { address: to.unwrap_or_default().to_owned(), mailbox, api: String::new() });
        };
        let address = to.map_or_else(|| head.address.clone(), str::to_owned);
        if mailbox.mailbox == "me" {
            mailbox.mailbox.clone_from(&head.mailbox);
        }
        if mailbox.folder.is_none() && !head.folder.is_empty() {
            mailbox.folder = Some(folder_of(head)?);
        }
        if mailbox.api.is_none() && !address.contains("://") {
            mailbox.api = Some(if head.api == "outlook" { Api::Outlook } else { Api::Graph });
        }
        Ok(Self { address, mailbox, api: head.api.clone() })
    }

    /// What is to be said where it is not the run's own: a variable of the environment may say so unseen.
    fn elsewhere(&self, head: &Head) -> Option<String> {
        let folder = self.mailbox.folder.as_ref().map(FolderPath::to_string).unwrap_or_default();
        let same =
            shown(&self.address) == head.address && self.mailbox.mailbox == head.mailbox && folder == head.folder;
        let was = place(&head.address, &head.mailbox, &head.folder);
        let is = place(&shown(&self.address), &self.mailbox.mailbox, &folder);
        (!same).then(|| format!("run {} was on {was}; this looks at {is}", head.run))
    }

    /// Opens the way there. What the ledger holds is in the words of one API.
    pub(super) async fn mailbox(&self) -> Result<AnyMailbox, Failure> {
        let mailbox = address::mailbox(&self.address, &self.mailbox).await?;
        match self.api.as_str() {
            "" => Ok(mailbox),
            api if api == state::api(mailbox.endpoint().dialect) => Ok(mailbox),
            api => {
                Err(Failure::usage(format!("the run spoke {api}, and so must this; --api {api} where it is not said")))
            }
        }
    }
}

/// Which folder of which mailbox, for people.
pub(super) fn place(address: &str, mailbox: &str, folder: &str) -> String {
    let mailbox = if mailbox == "me" { String::new() } else { format!(" {mailbox}") };
    let folder = if folder.is_empty() { String::new() } else { format!(" {folder}") };
    format!("{address}{mailbox}{folder}")
}

fn folder_of(head: &Head) -> Result<FolderPath, Failure> {
    args::folder_path(&head.folder).map_err(|why| Failure::new(Exit::Stopped, format!("the run's ledger: {why}")))
}

fn begin(common: &Common, args: &Args, target: &Target, mailbox: &AnyMailbox) -> Result<Ledger, Failure> {
    let head = Head {
        kind: Kind::Undo,
        of: args.run.clone(),
        address: shown(&target.address),
        api: state::api(mailbox.endpoint().dialect).to_owned(),
        mailbox: target.mailbox.mailbox.clone(),
        folder: target.mailbox.folder.as_ref().map(FolderPath::to_string).unwrap_or_default(),
        ..state::head()
    };
    if args.dry_run {
        return Ledger::temporary(head).map_err(state::failure);
    }
    state::begin(common, &args.state, head)
}

/// Everything that an undo needs but its own ledger.
struct Whole<'a> {
    common: &'a Common,
    args: &'a Args,
    of: Option<&'a Ledger>,
    target: &'a Target,
    mailbox: &'a AnyMailbox,
    place: &'a Place,
}

impl Whole<'_> {
    /// Plans, shows that, asks, and does it; none where nothing was to be done but to show it.
    async fn carry_out(&self, ledger: &mut Ledger) -> Result<Option<Exit>, Failure> {
        let Self { common, args, .. } = self;
        let quiet = AtomicBool::new(false);
        let plan = self.undo(&quiet).plan(ledger).await.map_err(|stopped| self.failure(stopped))?;
        if !common.quiet {
            self.plan_lines(&plan, ledger)?.iter().for_each(|text| print::line(text));
        }
        if args.dry_run {
            if common.json {
                print::data(&plan_json(&args.run, &plan).to_string())?;
            }
            return Ok(None);
        }
        if plan.changes() > 0 {
            let question = format!("{} would be touched.", counted(plan.changes(), "contact"));
            let instead = "--yes does it, --dry-run shows the plan alone";
            ask::confirm(&question, args.yes, instead)?;
        }
        let interrupted = signal::interrupted(common, Signals::listen(), OnSignal::Finish, Vec::new());
        let mut progress = Progress::start(common, Job::Undo);
        let Undone { totals, stopped } = self.undo(&interrupted).apply(ledger, &mut progress).await;
        progress.finish();
        self.summary(&totals, &plan, ledger)?;
        match stopped {
            Some(stopped) => Err(self.failure(stopped)),
            None => Ok(Some(Exit::of(&totals, common))),
        }
    }

    fn undo<'a>(
        &'a self,
        interrupted: &'a AtomicBool,
    ) -> Undo<'a, crate::cli::local::Door, crate::remote::clock::System> {
        let Self { args, of, mailbox, place, .. } = *self;
        Undo { mailbox, place, run: &args.run, of, max_changes: args.max_changes, interrupted }
    }

    fn failure(&self, stopped: Stopped) -> Failure {
        match stopped {
            Stopped::Remote(error) => Failure::remote(&self.target.address, &error),
            Stopped::Interrupted => Failure::interrupted(Stays::Work),
            Stopped::Ledger(error) => state::failure(error),
            Stopped::TooManyChanges { .. } => Failure::new(Exit::Refused, stopped),
            stopped => Failure::new(Exit::Stopped, stopped),
        }
    }

    /// What is planned, for people.
    fn plan_lines(&self, plan: &Plan, ledger: &Ledger) -> Result<Vec<String>, Failure> {
        let mut lines = Vec::new();
        if self.of.is_none() {
            lines.push(lost(&self.args.run, plan.beyond));
        }
        let same = plan.touched - plan.changes() - plan.skip;
        let mut text = format!(
            "plan: of {} that run {} touched, {} to delete, {} to restore, {} to create again",
            counted(plan.touched, "contact"),
            self.args.run,
            plan.delete,
            plan.restore,
            plan.recreate
        );
        let others = [(plan.skip, "to leave as they are, not as the run left them"), (same, "with nothing to do")];
        others
            .iter()
            .filter(|(count, _)| *count > 0)
            .for_each(|(count, what)| text.push_str(&format!(", {count} {what}")));
        lines.push(text);
        lines.extend(rows(ledger, self.common.verbose)?);
        Ok(lines)
    }

    fn summary(&self, totals: &Totals, plan: &Plan, ledger: &Ledger) -> Result<(), Failure> {
        let run = &ledger.head().run;
        if !self.common.quiet {
            let counts = UNDONE.map(|ending| format!("{} {}", print::word(Job::Undo, ending), totals.of(ending)));
            print::line(&format!("touched {} = {}", totals.read, counts.join(" + ")));
            if totals.photos + totals.refused_photos > 0 {
                print::line(&format!("photos: {} set again, {} refused", totals.photos, totals.refused_photos));
            }
            if totals.read > 0 {
                print::line(&format!("this was run {run}; `cardferry undo {run}` takes it back in its turn"));
            }
        }
        if !self.common.json {
            return Ok(());
        }
        let mut object = json!({ "run": run, "of": self.args.run, "touched": totals.read });
        for (name, ending) in NAMES {
            object[name] = totals.of(ending).into();
        }
        object["photos"] = totals.photos.into();
        object["refusedPhotos"] = totals.refused_photos.into();
        object["beyond"] = plan.beyond.into();
        print::data(&object.to_string())
    }
}

/// The endings in JSON.
const NAMES: [(&str, Ending); 6] = [
    ("deleted", Ending::Deleted),
    ("restored", Ending::Updated),
    ("createdAgain", Ending::Created),
    ("unchanged", Ending::Unchanged),
    ("skipped", Ending::Skipped),
    ("failed", Ending::Failed),
];

fn plan_json(run: &str, plan: &Plan) -> Value {
    json!({
        "of": run, "touched": plan.touched, "toDelete": plan.delete, "toRestore": plan.restore,
        "toCreateAgain": plan.recreate, "skipped": plan.skip, "beyond": plan.beyond,
    })
}

fn lost(run: &str, beyond: u64) -> String {
    let changed = match beyond {
        0 => String::new(),
        beyond => format!("; {} that it changed cannot be restored without it", counted(beyond, "contact")),
    };
    format!("note: the ledger of run {run} is not there; what it created is told by the contacts themselves{changed}")
}

/// What is planned for single contacts: all of them, or those that stay as they are.
fn rows(ledger: &Ledger, all: bool) -> Result<Vec<String>, Failure> {
    let (mut lines, mut last, mut skipped) = (Vec::new(), 0, 0);
    loop {
        let rows = ledger.rows_after(last, 200).map_err(state::failure)?;
        let Some(end) = rows.last() else { return Ok(lines) };
        last = end.number;
        for row in rows {
            let skips = row.action == Action::End(Ending::Skipped);
            skipped += u32::from(skips);
            let what = match row.action {
                Action::Delete => "delete",
                Action::Change => "restore",
                Action::Create => "create again",
                Action::End(Ending::Skipped) => "leave",
                _ => "nothing to do with",
            };
            let why = if row.why.is_empty() { String::new() } else { format!(": {}", row.why) };
            if all || skips && skipped <= SHOWN {
                lines.push(format!("  {what} {}{why}", row.name));
            }
        }
    }
}
