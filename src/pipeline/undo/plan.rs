//! What is to be done with every contact that the run touched; nothing is sent but the listing of the folder.

use serde_json::{Map, Value};

use super::touched::{Earlier, Left, Touch, touch};
use super::{Plan, Undo};
use crate::formats::exchange::extended::{Fingerprint, State};
use crate::formats::exchange::{self, Dialect};
use crate::pipeline::Ending;
use crate::pipeline::import::{self, Stopped};
use crate::pipeline::ledger::{Action, Held, Kind, Ledger, LedgerError, Row};
use crate::remote::{Clock, Transport};

/// Rows of a ledger that are looked at in one go.
const PAGE: u32 = 200;
/// Why a contact stays as it is.
pub(super) const CHANGED: &str = "has been changed since";
const GONE: &str = "is not in the folder any more";

/// Lists the folder, looks at what the run did, and keeps in the undo's ledger what is to be done.
pub(super) async fn plan<T: Transport, C: Clock>(undo: &Undo<'_, T, C>, own: &mut Ledger) -> Result<Plan, Stopped> {
    import::list(undo.mailbox, undo.place, own, true).await?;
    own.forget_seen()?;
    let last = undo.of.map_or(Ok(0), Ledger::last_number)?;
    let mut planner = Planner {
        of: undo.of,
        kind: undo.of.map_or(Kind::Import, |of| of.head().kind),
        run: undo.run,
        dialect: undo.mailbox.endpoint().dialect,
        next: last.max(own.last_number()?) + 1,
        last,
        own,
        beyond: 0,
    };
    planner.rows(|| undo.check_interrupted())?;
    planner.strays(|| undo.check_interrupted())?;
    planner.what_is_left_over()?;
    let Planner { own, beyond, .. } = planner;
    own.commit()?;
    summed(own, beyond)
}

fn summed(own: &Ledger, beyond: u64) -> Result<Plan, Stopped> {
    let mut plan = Plan { beyond, ..Plan::default() };
    for (action, count) in own.actions()? {
        plan.touched += count;
        match action {
            Action::Delete => plan.delete += count,
            Action::Change => plan.restore += count,
            Action::Create => plan.recreate += count,
            Action::End(Ending::Skipped) => plan.skip += count,
            _ => {}
        }
    }
    Ok(plan)
}

/// A contact of the folder.
struct There {
    held: Held,
    json: Map<String, Value>,
    content: Fingerprint,
    /// Its state as it stands there.
    state: Option<State>,
}

/// What is decided.
struct Decision {
    action: Action,
    why: String,
    id: Option<String>,
    /// Fingerprints of the content and of the photo that it is to have, where it is created again.
    again: Option<(String, String)>,
}

impl Decision {
    fn act(action: Action, id: &str) -> Option<Self> {
        let id = Some(id.to_owned()).filter(|id| !id.is_empty());
        Some(Self { action, why: String::new(), id, again: None })
    }

    fn end(ending: Ending, why: impl Into<String>, id: &str) -> Option<Self> {
        Self::act(Action::End(ending), id).map(|decision| Self { why: why.into(), ..decision })
    }
}

struct Planner<'a> {
    of: Option<&'a Ledger>,
    kind: Kind,
    run: &'a str,
    dialect: Dialect,
    own: &'a mut Ledger,
    /// The last number of the run's own records.
    last: u64,
    /// The number of the next contact that no record of the run knows.
    next: u64,
    beyond: u64,
}

impl Planner<'_> {
    /// The records of the run.
    fn rows(&mut self, check: impl Fn() -> Result<(), Stopped>) -> Result<(), Stopped> {
        let Some(of) = self.of else { return Ok(()) };
        let mut last = 0;
        loop {
            let rows = of.rows_after(last, PAGE)?;
            let Some(end) = rows.last() else { return Ok(()) };
            last = end.number;
            check()?;
            for row in &rows {
                self.row(of, row)?;
            }
        }
    }

    fn row(&mut self, of: &Ledger, row: &Row) -> Result<(), LedgerError> {
        let version = row.id.as_deref().map_or(Ok(None), |id| of.version(id))?;
        let damaged = version.is_some();
        let earlier = version.and_then(|version| Earlier::read(version, self.dialect));
        let there = self.find(of, row)?;
        let state = there.as_ref().and_then(|there| there.state.as_ref());
        if damaged && earlier.is_none() {
            let why = "its earlier version in the ledger is damaged";
            return self.keep(row.number, row, Decision::end(Ending::Failed, why, ""));
        }
        let before = self.own.row(row.number)?;
        let decision = match (touch((self.kind, self.run), row, earlier.as_ref(), state), earlier) {
            (None, _) => None,
            (Some(Touch::Made), earlier) => self.made(Some(row), earlier.as_ref(), there, before.as_ref())?,
            (Some(Touch::Changed), Some(earlier)) => self.changed(row, &earlier, there, before.as_ref())?,
            (Some(Touch::Deleted), Some(earlier)) => self.deleted(&earlier, there, before.as_ref())?,
            (Some(_), None) => None,
        };
        self.keep(row.number, row, decision)
    }

    /// The contact of a record, where it is in the folder. What was created without a note of it is found by its key.
    fn find(&self, of: &Ledger, row: &Row) -> Result<Option<There>, LedgerError> {
        if let Some(held) = row.id.as_deref().map_or(Ok(None), |id| self.own.held(id))? {
            return Ok(self.there(held));
        }
        let created = row.done.as_ref().is_some_and(|done| done.ending == Ending::Created);
        let Some(key) = row.key.filter(|_| created || row.action == Action::Create) else { return Ok(None) };
        for there in self.own.held_by_key(key)?.into_iter().filter_map(|held| self.there(held)) {
            let ours = match self.kind {
                Kind::Import => there.state.as_ref().is_some_and(|state| state.run == self.run),
                Kind::Undo => there.content.to_string() == row.content,
            };
            if ours && of.row_of(&there.held.id)?.is_none() {
                return Ok(Some(there));
            }
        }
        Ok(None)
    }

    fn there(&self, held: Held) -> Option<There> {
        let json: Map<String, Value> = serde_json::from_str(held.json.as_deref()?).ok()?;
        let item = exchange::read(json.clone(), self.dialect);
        Some(There { held, json, content: exchange::content(&item.contact), state: item.state })
    }

    /// Contacts that say that the run made them, and of which no record knows.
    fn strays(&mut self, check: impl Fn() -> Result<(), Stopped>) -> Result<(), Stopped> {
        let mut after = String::new();
        loop {
            let page = self.own.held_of_run(self.run, &after, PAGE)?;
            let Some(end) = page.last() else { return Ok(()) };
            after.clone_from(&end.id);
            check()?;
            for there in page.into_iter().filter_map(|held| self.there(held)).collect::<Vec<_>>() {
                self.stray(there)?;
            }
        }
    }

    fn stray(&mut self, there: There) -> Result<(), LedgerError> {
        let Some(state) = there.state.as_ref() else { return Ok(()) };
        if state.run != self.run || self.kind != Kind::Import {
            self.beyond += u64::from(self.of.is_none() && state.changed_by.as_deref() == Some(self.run));
            return Ok(());
        }
        let before = self.own.row_of(&there.held.id)?;
        if before.as_ref().is_some_and(|row| row.number <= self.last) {
            return Ok(());
        }
        let number = before.as_ref().map_or(self.next, |row| row.number);
        self.next = self.next.max(number + 1);
        let (position, content, photo, why) = Default::default();
        let (name, key, action) = (there.held.title.clone(), there.held.key, Action::Delete);
        let row = Row { number, position, name, key, content, photo, action, why, id: None, done: None };
        let decision = self.made(None, None, Some(there), before.as_ref())?;
        self.keep(number, &row, decision)
    }

    /// What an earlier attempt had planned, and what is there no more.
    fn what_is_left_over(&mut self) -> Result<(), Stopped> {
        let mut last = 0;
        loop {
            let rows = self.own.rows_after(last, PAGE)?;
            let Some(end) = rows.last() else { return Ok(()) };
            last = end.number;
            for row in &rows {
                if self.own.first_seen(&row.number.to_string(), row.number)?.is_some() {
                    continue;
                }
                let id = row.id.clone().unwrap_or_default();
                let decision = match &row.done {
                    Some(done) => Decision::end(done.ending, done.said.as_str(), &id),
                    None if self.own.version(&id)?.is_some() => Decision::end(Ending::Deleted, "", &id),
                    None => Decision::end(Ending::Unchanged, GONE, &id),
                };
                self.keep(row.number, row, decision)?;
            }
        }
    }

    fn keep(&mut self, number: u64, of: &Row, decision: Option<Decision>) -> Result<(), LedgerError> {
        let Some(Decision { action, why, id, again }) = decision else { return Ok(()) };
        self.own.first_seen(&number.to_string(), number)?;
        let (content, photo) = again.unwrap_or_else(|| (of.content.clone(), of.photo.clone()));
        self.own.plan(&Row { number, action, why, id, content, photo, done: None, ..of.clone() })
    }

    /// A contact that the run created.
    fn made(
        &self,
        row: Option<&Row>,
        earlier: Option<&Earlier>,
        there: Option<There>,
        before: Option<&Row>,
    ) -> Result<Option<Decision>, LedgerError> {
        if let Some(done) = carried_out(before) {
            return Ok(done);
        }
        let Some(there) = there else {
            let id = row.and_then(|row| row.id.as_deref()).unwrap_or_default();
            let created = row.and_then(|row| row.done.as_ref()).is_some_and(|done| done.ending == Ending::Created);
            return Ok(match self.own.version(id)?.is_some() {
                true => Decision::end(Ending::Deleted, "", id),
                false if created => Decision::end(Ending::Unchanged, GONE, id),
                // It never came to be.
                false => None,
            });
        };
        let left = Left::made(row, earlier.map(|earlier| &earlier.version), there.state.as_ref());
        let id = &there.held.id;
        if let Some(other) = other_run(there.state.as_ref(), self.run).filter(|_| self.kind == Kind::Import) {
            return Ok(Decision::end(Ending::Skipped, format!("run {other} has changed it since"), id));
        }
        Ok(match left.has(there.content) && left.may_show(there.held.has_picture) {
            true => Decision::act(Action::Delete, id),
            false => Decision::end(Ending::Skipped, CHANGED, id),
        })
    }

    /// A contact that the run changed.
    fn changed(
        &self,
        row: &Row,
        earlier: &Earlier,
        there: Option<There>,
        before: Option<&Row>,
    ) -> Result<Option<Decision>, LedgerError> {
        if let Some(done) = carried_out(before) {
            return Ok(done);
        }
        let Some(there) = there else { return Ok(Decision::end(Ending::Skipped, GONE, &earlier.version.id)) };
        let (left, id) = (Left::changed(Some(row), &earlier.version), &there.held.id);
        let photo = left.touches_photo() && (earlier.version.photo.is_some() || there.held.has_picture != Some(false));
        if !photo && exchange::restore(&earlier.json, &there.json, self.dialect).is_empty() {
            let ended = if self.own.version(id)?.is_some() { Ending::Updated } else { Ending::Unchanged };
            return Ok(Decision::end(ended, "is as it was before", id));
        }
        Ok(match left.has(there.content) || there.content == earlier.content {
            true => Decision::act(Action::Change, id),
            false => Decision::end(Ending::Skipped, CHANGED, id),
        })
    }

    /// A contact that the run, itself an undo, deleted.
    fn deleted(
        &self,
        earlier: &Earlier,
        there: Option<There>,
        before: Option<&Row>,
    ) -> Result<Option<Decision>, LedgerError> {
        if let Some(done) = carried_out(before) {
            return Ok(done);
        }
        if let Some(there) = there {
            return Ok(Decision::end(Ending::Unchanged, "is there", &there.held.id));
        }
        let item = exchange::read(earlier.json.clone(), self.dialect);
        let Some(key) = item.key else {
            let why = "it carries no key, without which a lost answer could make two of it";
            return Ok(Decision::end(Ending::Failed, why, ""));
        };
        let there = self.own.held_by_key(key)?.into_iter().filter_map(|held| self.there(held));
        let again = there.into_iter().find(|there| there.state == earlier.state);
        // An earlier attempt may have been killed with its request on the way.
        let ours = before.is_some_and(|row| row.action == Action::Create);
        let create = |id: &str| {
            let photo = earlier.version.photo.as_ref().map(|photo| Fingerprint::of(photo).to_string());
            let again = Some((earlier.content.to_string(), photo.unwrap_or_default()));
            Decision::act(Action::Create, id).map(|decision| Decision { again, ..decision })
        };
        Ok(match again {
            None => create(""),
            Some(again) if ours => create(&again.held.id),
            Some(again) => Decision::end(Ending::Unchanged, "is there again", &again.held.id),
        })
    }
}

/// What an earlier attempt of the same undo has done, if it has.
fn carried_out(before: Option<&Row>) -> Option<Option<Decision>> {
    let row = before?;
    let done = row.done.as_ref()?;
    let carried_out = matches!(done.ending, Ending::Created | Ending::Updated | Ending::Deleted);
    carried_out.then(|| Decision::end(done.ending, done.said.as_str(), row.id.as_deref().unwrap_or_default()))
}

/// Another run that has changed a contact since.
pub(super) fn other_run<'a>(state: Option<&'a State>, run: &str) -> Option<&'a str> {
    state.and_then(|state| state.changed_by.as_deref()).filter(|by| *by != run)
}
