//! `cardferry compare`: a line for each contact on standard output, the sums on standard error.

use std::io::{self, BufWriter, Stdout, Write};

use serde_json::{Value, json};

use crate::cli::args::{Common, Compare, FolderPath};
use crate::cli::exit::{Exit, Failure, Stays, shown};
use crate::cli::signal::{self, OnSignal, Signals};
use crate::cli::{address, import, output, print, state};
use crate::formats::Remark;
use crate::formats::exchange::Change;
use crate::pipeline::import::{CompareError, Compared, Comparison, Import, Inputs, OnMatch, Options, compare};
use crate::pipeline::ledger::{Head, Ledger};
use crate::pipeline::{Watcher, sources_of};

pub(super) async fn run(common: &Common, args: &Compare) -> Result<Exit, Failure> {
    output::check_input(&args.how)?;
    let reading = output::reading(&args.how)?;
    let sources = sources_of(&args.inputs, &mut Notes(common));
    if sources.iter().all(Result::is_err) {
        sources.iter().filter_map(|source| source.as_ref().err()).for_each(|error| Notes::failed(&error.to_string()));
        return Err(Failure::silent(Exit::Stopped));
    }
    let inputs = Inputs::new(sources, &reading);
    let mailbox = address::mailbox(&args.with, &args.mailbox).await?;
    let path = args.mailbox.folder.as_ref().map(|folder| folder.0.as_slice()).unwrap_or_default();
    let place = mailbox.place(path, false).await.map_err(|error| Failure::remote(&args.with, &error))?;
    let ends = OnSignal::EndSoon(Stays::Output);
    let interrupted = signal::interrupted(common, Signals::listen(), ends, Vec::new());
    let options = Options {
        match_by: args.match_by.clone(),
        on_match: OnMatch::Replace,
        categories: args.category.clone(),
        ..Options::default()
    };
    let import =
        Import { mailbox: &mailbox, place: &place, options: &options, pictures: None, interrupted: &interrupted };
    let mut ledger = Ledger::temporary(head(args)).map_err(state::failure)?;
    let mut page = Page { out: BufWriter::new(io::stdout()), json: common.json, verbose: common.verbose };
    let mut tell = |compared: &Compared<'_>| page.contact(compared);
    let compared = compare(&import, &inputs, &mut ledger, &mut Notes(common), &mut tell).await;
    let ended = page.out.flush().map_err(CompareError::Output);
    let comparison = compared.and_then(|comparison| ended.map(|()| comparison)).map_err(|error| match error {
        CompareError::Stopped(stopped) => import::failure(&args.with, stopped, Stays::Output),
        error => Failure::output(print::STDOUT, &io::Error::other(error)),
    })?;
    page.end(common, &comparison)?;
    Ok(exit(common, &comparison))
}

fn head(args: &Compare) -> Head {
    let folder = args.mailbox.folder.as_ref().map(FolderPath::to_string).unwrap_or_default();
    Head { address: shown(&args.with), mailbox: args.mailbox.mailbox.clone(), folder, ..state::head() }
}

/// What cannot be read goes before what differs.
fn exit(common: &Common, comparison: &Comparison) -> Exit {
    match () {
        () if comparison.failed_sources + comparison.rejected > 0 => Exit::Incomplete,
        () if comparison.has_differences() => Exit::Differences,
        () if common.fail_empty && comparison.same == 0 => Exit::Nothing,
        () => Exit::Done,
    }
}

/// What is printed.
struct Page {
    out: BufWriter<Stdout>,
    json: bool,
    verbose: bool,
}

impl Page {
    fn contact(&mut self, compared: &Compared<'_>) -> io::Result<()> {
        if self.json {
            return writeln!(self.out, "{}", object(compared));
        }
        let place = || compared.position.map_or_else(|| compared.id.to_owned(), ToString::to_string);
        let name = if compared.name.is_empty() { place() } else { compared.name.to_owned() };
        let why = if compared.why.is_empty() { String::new() } else { format!(": {}", compared.why) };
        writeln!(self.out, "{}", print::clean(&format!("{} {name}{why}", compared.sign.letter())))?;
        for change in compared.changes.iter().filter(|_| self.verbose) {
            writeln!(self.out, "    {}", print::clean(&from_file_to_mailbox(change).to_string()))?;
        }
        Ok(())
    }

    fn end(&mut self, common: &Common, comparison: &Comparison) -> Result<(), Failure> {
        let Comparison { same, file_only, mailbox_only, differ, not_compared, repeated, .. } = comparison;
        if self.json {
            let summary = json!({
                "same": same, "fileOnly": file_only, "mailboxOnly": mailbox_only, "differ": differ,
                "notCompared": not_compared, "repeated": repeated, "rejected": comparison.rejected,
                "failedInputs": comparison.failed_sources,
            });
            return print::data(&json!({ "summary": summary }).to_string());
        }
        if !common.quiet {
            print::line(&format!(
                "same {same}, in the files only {file_only}, in the mailbox only {mailbox_only}, different {differ}, not \
                 compared {not_compared}"
            ));
            if *repeated > 0 {
                print::line(&format!("records that only repeat an earlier one: {repeated}"));
            }
            if *differ > 0 && !self.verbose {
                print::line("-v shows what differs");
            }
        }
        Ok(())
    }
}

/// As the user asked: what the file has comes first.
fn from_file_to_mailbox(change: &Change) -> Change {
    Change { before: change.after.clone(), after: change.before.clone(), ..change.clone() }
}

fn object(compared: &Compared<'_>) -> Value {
    let change = |change: &Change| json!({ "field": change.field.name(), "name": change.name, "file": change.after, "mailbox": change.before });
    let changes: Vec<Value> = compared.changes.iter().map(change).collect();
    json!({
        "sign": compared.sign.letter().to_string(), "is": compared.sign.word(), "name": compared.name,
        "position": compared.position.map(ToString::to_string), "id": compared.id, "changes": changes, "why": compared.why,
    })
}

/// Tells what concerns the inputs as a whole.
struct Notes<'a>(&'a Common);

impl Notes<'_> {
    fn failed(why: &str) {
        print::line(&format!("error: {why}"));
    }
}

impl Watcher for Notes<'_> {
    fn remarks(&mut self, source: &str, remarks: &[Remark]) {
        if self.0.verbose && !self.0.quiet {
            remarks.iter().for_each(|remark| print::line(&format!("{source}: {remark}")));
        }
    }

    fn source_failed(&mut self, why: &str) {
        Self::failed(why);
    }

    fn note(&mut self, what: &str) {
        print::note(self.0, what);
    }
}
