//! Imports that are killed, throttled, cut off and full, again and again: afterwards the mailbox holds what it holds when
//! nothing goes wrong, nothing twice and nothing less.

mod exhaustive;
mod line;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use cardferry::formats::exchange::{Dialect, Item};
use cardferry::pipeline::Ending;
use cardferry::pipeline::import::{MatchBy, OnMatch, Options};
use cardferry::pipeline::ledger::{Ledger, Phase, Row};
use cardferry::sandbox::faults::Plan;
use pretty_assertions::assert_eq;
use tokio::runtime::Builder;

use crate::generator::Draw;
use line::{Death, Line};
use stage::{Stage, Trial, options};

/// Everything that may befall a client, each with its name in the figures.
const RULES: [&str; 23] = [
    "latency,time=exponential:400ms,cap=5s,probability=0.2",
    "lost,method=POST|PATCH|PUT|DELETE,probability=0.04",
    "late,after=3s,method=POST,probability=0.04",
    "late,after=40s,method=POST,probability=0.02",
    "late,after=10s,method=PATCH|PUT,probability=0.02",
    "reset,probability=0.02",
    "reset,name=reset when stored,stored=true,probability=0.02",
    "cut,probability=0.02",
    "cut,name=cut and reset,reset=true,bytes=10,probability=0.01",
    "slow,chunk=1kB,pause=200ms,probability=0.02",
    // What a list or a contact says with dirt in it is taken for what is there, and written back as it is read.
    "dirt,method=POST|PATCH,probability=0.05",
    "error,name=408,status=408,stored=true,probability=0.005",
    "error,name=500,status=500,body=html,probability=0.02",
    "error,name=502 when stored,status=502,stored=true,probability=0.01",
    "error,name=503,status=503,retry-after=2,probability=0.02",
    "error,name=504 when stored,status=504,stored=true,body=empty,probability=0.02",
    "throttle,name=429 without a time,retry-after=none,probability=0.01",
    "throttle,name=429 with seconds,retry-after=7,probability=0.01",
    "throttle,name=429 with a fraction,retry-after=1.5,probability=0.01",
    "throttle,name=429 with a date,retry-after=date:9s,probability=0.01",
    "throttle,name=429 of objects,code=ErrorTooManyObjectsOpened,probability=0.01",
    "token,name=token over,probability=0.002",
    "quota,name=507,probability=0.002",
];

/// What happened in a campaign, counted.
#[derive(Default)]
struct Figures(Mutex<BTreeMap<String, u64>>);

impl Figures {
    fn add(&self, what: &str, count: u64) {
        *self.0.lock().unwrap().entry(what.to_owned()).or_default() += count;
    }

    fn of(&self, kind: &str) -> u64 {
        self.0.lock().unwrap().iter().filter(|(what, _)| what.starts_with(kind)).map(|(_, count)| count).sum()
    }
}

fn trial(seed: u64) -> Trial {
    let mut draw = Draw::new(seed);
    let on_match = OnMatch::ALL[seed as usize % OnMatch::ALL.len()];
    let dialect = if draw.below(2) == 0 { Dialect::Graph } else { Dialect::Outlook };
    let match_by = match draw.below(3) {
        0 => vec![MatchBy::Key, MatchBy::Uid, MatchBy::Email],
        _ => MatchBy::DEFAULT.to_vec(),
    };
    Trial { seed, dialect, options: Options { match_by, ..options(on_match) }, records: 16 + draw.below(12) }
}

/// What the mailbox holds when nothing goes wrong.
async fn untroubled(trial: &Trial) -> Vec<String> {
    let mut stage = Stage::set(trial).await;
    stage.clean(&trial.options).await;
    stage.clean(&repeatable(&trial.options)).await;
    stage.holds().await
}

/// One campaign: processes that die or break off, and then one that does not.
async fn campaign(seed: u64, figures: &Figures) {
    let trial = trial(seed);
    let mut draw = Draw::new(seed ^ 0xca3);
    let mut stage = Stage::set(&trial).await;
    let mut plan = Plan::seeded(seed);
    RULES.iter().for_each(|rule| plan.add(rule).unwrap());
    stage.sandbox.set_faults(plan);
    stage.sandbox.set_limits("exchange".parse().unwrap());
    for _ in 0..2 + draw.below(4) {
        let done = troubled(&mut stage, &mut draw, figures).await;
        // Another run would be there to duplicate once more.
        if done && trial.options.on_match == OnMatch::Duplicate {
            break;
        }
    }
    let faults = stage.sandbox.faults();
    for rule in faults["faults"].as_array().unwrap() {
        figures.add(&format!("fault: {}", rule["name"].as_str().unwrap()), rule["hit"].as_u64().unwrap());
    }
    stage.calm().await;
    finish(&mut stage, seed).await;
    assert_eq!(stage.holds().await, untroubled(&trial).await, "seed {seed}: {trial:?}");
    agrees(&stage, seed).await;
    figures.add("campaigns", 1);
}

/// A process that something happens to; whether its run came to its end.
async fn troubled(stage: &mut Stage, draw: &mut Draw, figures: &Figures) -> bool {
    let line = Line::to(&stage.sandbox).unreachable(40, draw.below(1 << 30) as u64);
    let at = 1 + draw.below(90) as u64;
    let (what, line, full_after) = match draw.below(6) {
        0 => ("none", line, None),
        1 => ("the disk is full", line, Some(draw.below(120) as u64)),
        2 => ("killed before a request", line.dying(at, Death::Before), None),
        3 => ("killed in a request", line.dying(at, Death::Sent), None),
        4 => ("killed before an answer is read", line.dying(at, Death::After), None),
        _ => ("asked to stop", line.dying(at, Death::Asked), None),
    };
    let options = stage.trial.options.clone();
    let imported = stage.process(&line, &options, full_after).await;
    figures.add(&format!("end: {what}"), 1);
    figures.add("requests", line.requests.load(Ordering::Relaxed));
    imported.is_some_and(|imported| imported.stopped.is_none())
}

/// The run that was begun comes to its end; then there is nothing more to do.
async fn finish(stage: &mut Stage, seed: u64) {
    let options = stage.trial.options.clone();
    let has = |wanted| phases(stage).iter().any(|(_, phase)| *phase == wanted);
    // Another run that copies would copy once more.
    if has(Phase::Applying) || !has(Phase::Done) || options.on_match != OnMatch::Duplicate {
        let (last, _) = stage.clean(&options).await;
        let proof = last.proof.unwrap();
        assert_eq!((last.totals.of(Ending::Failed), proof.missing), (0, 0), "seed {seed}");
    }
    stage.clean(&repeatable(&options)).await;
    let (again, writes) = stage.clean(&repeatable(&options)).await;
    assert_eq!((again.totals.of(Ending::Created), again.totals.of(Ending::Updated), writes), (0, 0, 0), "seed {seed}");
}

/// The same options, of which a second run does nothing more.
fn repeatable(options: &Options) -> Options {
    let on_match = if options.on_match == OnMatch::Duplicate { OnMatch::Skip } else { options.on_match };
    Options { on_match, ..options.clone() }
}

fn phases(stage: &Stage) -> Vec<(String, Phase)> {
    let runs = Ledger::runs(&stage.ledgers()).unwrap();
    runs.into_iter().map(|(run, summary)| (run, summary.unwrap().phase)).collect()
}

/// What the ledgers say is what is there.
async fn agrees(stage: &Stage, seed: u64) {
    let items = stage.items().await;
    for (run, phase) in phases(stage) {
        let ledger = Ledger::open(&stage.ledgers(), &run).unwrap();
        let rows = ledger.rows_after(0, 1000).unwrap();
        let made: BTreeSet<_> = items.iter().filter(|item| state_of(item).0 == run).map(key_of).collect();
        if phase == Phase::Planning {
            assert!(made.is_empty(), "seed {seed}: {run} was only planned");
            continue;
        }
        assert_eq!(phase, Phase::Done, "seed {seed}: {run}");
        assert!(rows.iter().all(|row| row.done.is_some()), "seed {seed}: {run} has records without an ending");
        let noted: BTreeSet<_> = ended(&rows, Ending::Created).map(|row| row.key.unwrap().to_string()).collect();
        assert_eq!(noted, made, "seed {seed}: what {run} created");
        for item in items.iter().filter(|item| state_of(item).1 == run) {
            let row = ended(&rows, Ending::Updated).find(|row| row.id.as_ref() == Some(&item.id));
            assert!(row.is_some(), "seed {seed}: {run} has changed {:?} and does not know", item.contact.name.full);
            assert!(ledger.version(&item.id).unwrap().is_some(), "seed {seed}: {run} kept no earlier version");
        }
    }
}

/// The run that made a contact, and the one that changed it last.
fn state_of(item: &Item) -> (&str, &str) {
    let state = item.state.as_ref();
    state.map_or(("", ""), |state| (&state.run, state.changed_by.as_deref().unwrap_or_default()))
}

fn key_of(item: &Item) -> String {
    item.key.unwrap().to_string()
}

fn ended(rows: &[Row], ending: Ending) -> impl Iterator<Item = &Row> {
    rows.iter().filter(move |row| row.done.as_ref().is_some_and(|done| done.ending == ending))
}

#[test]
fn whatever_goes_wrong_the_mailbox_holds_what_it_holds_when_nothing_does() {
    let seeds: u64 = std::env::var("CARDFERRY_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let from: u64 = std::env::var("CARDFERRY_FIRST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let (figures, next) = (Figures::default(), AtomicU64::new(from));
    let work = || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + seeds {
                break;
            }
            runtime.block_on(campaign(seed, &figures));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
    for (what, count) in figures.0.lock().unwrap().iter() {
        println!("{what}: {count}");
    }
    let (faults, ends) = (figures.of("fault: "), figures.of("end: "));
    println!(
        "campaign of imports: {seeds} seeds, {ends} runs, {} cut short, {faults} faults",
        ends - figures.of("end: none")
    );
    assert!(faults > seeds * 10, "only {faults} faults: nothing went wrong");
}
