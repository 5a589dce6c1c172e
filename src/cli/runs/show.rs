//! One run: what it is, and its records.

use serde_json::{Value, json};

use super::list::{as_json, job, state_of, sums, target};
use crate::cli::args::Common;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{print, state};
use crate::pipeline::Ending;
use crate::pipeline::ledger::{Kind, Ledger, Row, Summary};

/// Rows of the ledger that are read in one go.
const PAGE: u32 = 500;

/// Prints it: all records with `-v` or as JSON, else those with which something is the matter.
pub(super) fn show(common: &Common, ledger: &Ledger) -> Result<Exit, Failure> {
    let run = ledger.summary().map_err(state::failure)?;
    if common.json {
        let mut object = as_json(&run);
        let mut records = Vec::new();
        each(ledger, |row| {
            records.push(row_json(&row));
            Ok(())
        })?;
        object["rows"] = records.into();
        print::data(&object.to_string())?;
        return Ok(Exit::Done);
    }
    for text in head(&run) {
        print::data(&print::clean(&text))?;
    }
    each(ledger, |row| match common.verbose || is_trouble(&row) {
        true => row_lines(&run, &row, common.verbose).iter().try_for_each(|text| print::data(&print::clean(text))),
        false => Ok(()),
    })?;
    Ok(Exit::Done)
}

fn each(ledger: &Ledger, mut with: impl FnMut(Row) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut last = 0;
    loop {
        let rows = ledger.rows_after(last, PAGE).map_err(state::failure)?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = end.number;
        rows.into_iter().try_for_each(&mut with)?;
    }
}

fn head(run: &Summary) -> Vec<String> {
    let head = &run.head;
    let mut lines = vec![format!("run      {}", head.run)];
    match head.kind {
        Kind::Import => lines.extend(state::inputs_of(head).iter().map(|input| format!("import   {input}"))),
        Kind::Undo => lines.push(format!("undo of  {}", head.of)),
    }
    lines.push(format!("into     {} ({})", target(head), head.api));
    if !head.options.is_empty() {
        lines.push(format!("options  {}", head.options));
    }
    lines.push(format!("began    {}", state::moment(head.started)));
    lines.extend(run.ended.map(|ended| format!("ended    {}", state::moment(ended))));
    lines.push(format!("state    {}", state_of(run)));
    lines.push(format!("records  {}", sums(run)));
    lines
}

/// Whether somebody may want to do something about it.
fn is_trouble(row: &Row) -> bool {
    match &row.done {
        Some(done) => {
            let ended = matches!(done.ending, Ending::Rejected | Ending::Failed | Ending::Skipped);
            ended || !done.said.is_empty() && done.ending != Ending::Unchanged
        }
        None => true,
    }
}

fn row_lines(run: &Summary, row: &Row, verbose: bool) -> Vec<String> {
    let ending = row.done.as_ref().map_or("not reached", |done| print::word(job(run.head.kind), done.ending));
    let place = match (row.position.as_str(), row.name.as_str()) {
        ("", name) => name.to_owned(),
        (position, "") => position.to_owned(),
        (position, name) => format!("{position} ({name})"),
    };
    let said = row.done.as_ref().map(|done| done.said.as_str()).filter(|said| !said.is_empty());
    let why = said.map(|said| format!(": {said}")).unwrap_or_default();
    let losses = row.done.as_ref().map(|done| done.losses.as_str()).unwrap_or_default();
    let losses = losses.lines().filter(|_| verbose).map(|loss| format!("  lost {loss}"));
    std::iter::once(format!("{ending} {place}{why}")).chain(losses).collect()
}

fn row_json(row: &Row) -> Value {
    let done = row.done.as_ref();
    let losses: Vec<&str> = done.map(|done| done.losses.lines().collect()).unwrap_or_default();
    json!({
        "number": row.number, "position": row.position, "name": row.name, "planned": row.action.word(),
        "ending": done.map(|done| done.ending.word()),
        "why": done.map_or(row.why.as_str(), |done| done.said.as_str()),
        "id": row.id, "key": row.key.map(|key| key.to_string()),
        "attempts": done.map_or(0, |done| done.attempts), "losses": losses,
    })
}
