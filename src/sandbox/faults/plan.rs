//! A plan of faults, and how far it has got.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::draw::{fingerprint, random};
use super::file::{FaultError, parse};
use super::read::{fields_of, rule};
use super::rule::{Fault, Rule, Seen, When};
use crate::sandbox::limits::Limits;

/// Rules, and the seed that their draws come from. Empty by default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// What draws come from.
    pub seed: u64,
    /// The limits that hold, if the plan says so.
    pub limits: Option<Limits>,
    pub(super) rules: Vec<Rule>,
}

/// The most rules of a plan.
const MOST_RULES: usize = 1000;

impl Plan {
    /// A plan without a rule yet.
    pub fn seeded(seed: u64) -> Plan {
        Plan { seed, ..Plan::default() }
    }

    /// Reads a plan from the text of a file: `seed`, `limits`, and a table `[[fault]]` for each rule.
    ///
    /// # Errors
    /// The first thing that is wrong in it, with line and column and what is allowed.
    pub fn parse(text: &str) -> Result<Plan, FaultError> {
        parse(text)
    }

    /// Adds a rule in its short form: `lost,method=POST,probability=0.1`.
    ///
    /// # Errors
    /// What is wrong with it, and what is allowed.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let fields = fields_of(text)?;
        let read = rule(&fields).map_err(|wrong| wrong.what)?;
        self.push(read)
    }

    pub(super) fn push(&mut self, rule: Rule) -> Result<(), String> {
        if self.rules.len() >= MOST_RULES {
            return Err(format!("a plan has {MOST_RULES} rules at most"));
        }
        self.rules.push(rule);
        Ok(())
    }

    /// Whether there is no rule in it.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// What hits a request: a wait, and then perhaps a fault.
#[derive(Debug, Default, PartialEq)]
pub(in crate::sandbox) struct Hit {
    pub wait: Duration,
    pub fault: Option<Fault>,
    /// The names of the rules that hit it.
    pub names: Vec<String>,
}

/// A plan at work.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    plan: Plan,
    counts: Vec<Count>,
    /// How many equal requests there were, by fingerprint.
    before: HashMap<u64, u64>,
}

/// How often a rule was asked, and how often it hit.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    matched: u64,
    hit: u64,
}

/// How many different requests are remembered. Then all are forgotten: an equal one draws again what it drew before.
const REMEMBERED: usize = 100_000;

impl Faults {
    pub(in crate::sandbox) fn new(plan: Plan) -> Faults {
        let faults = Faults::default();
        faults.set(plan);
        faults
    }

    /// Another plan from now on, from its beginning.
    pub(in crate::sandbox) fn set(&self, plan: Plan) {
        let counts = vec![Count::default(); plan.rules.len()];
        *self.state() = State { plan, counts, before: HashMap::new() };
    }

    /// The same plan from its beginning.
    pub(in crate::sandbox) fn restart(&self) {
        let mut state = self.state();
        state.counts.fill(Count::default());
        state.before.clear();
    }

    /// What hits this request.
    pub(in crate::sandbox) fn choose(&self, seen: &Seen) -> Hit {
        let mut state = self.state();
        if state.plan.rules.is_empty() {
            return Hit::default();
        }
        state.choose(seen)
    }

    /// What the plan says and how far it has got, for people and programs.
    pub(in crate::sandbox) fn json(&self) -> Value {
        let state = self.state();
        let rules = state.plan.rules.iter().zip(&state.counts);
        let rules = rules.map(|(rule, count)| json!({"name": rule.name, "matched": count.matched, "hit": count.hit}));
        json!({"seed": state.plan.seed, "faults": rules.collect::<Vec<_>>()})
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn choose(&mut self, seen: &Seen) -> Hit {
        let mut hit = Hit::default();
        // Made out when a rule first matches, for a large body takes its time.
        let mut request = None;
        for (number, rule) in self.plan.rules.iter().enumerate() {
            if !rule.which.is(seen) {
                continue;
            }
            let count = &mut self.counts[number];
            count.matched += 1;
            let (print, before) = *request.get_or_insert_with(|| numbered(&mut self.before, seen));
            let by = if rule.when.by_number { (0, count.matched) } else { (print, before) };
            let mut random = random(self.plan.seed, number, by.0, by.1);
            let taken = hit.fault.is_some() && !matches!(rule.fault, Fault::Latency(_));
            if !rule.when.hits(*count, random.f64()) || taken {
                continue;
            }
            count.hit += 1;
            hit.names.push(rule.name.clone());
            match &rule.fault {
                Fault::Latency(times) => hit.wait = hit.wait.saturating_add(times.draw(&mut random)),
                fault => hit.fault = Some(fault.clone()),
            }
        }
        hit
    }
}

/// The request's fingerprint and how many equal ones came before it.
fn numbered(before: &mut HashMap<u64, u64>, seen: &Seen) -> (u64, u64) {
    let print = fingerprint(seen);
    if before.len() >= REMEMBERED && !before.contains_key(&print) {
        before.clear();
    }
    let count = before.entry(print).or_default();
    *count += 1;
    (print, *count - 1)
}

impl When {
    fn hits(&self, count: Count, chance: f64) -> bool {
        self.nth.is_none_or(|nth| nth == count.matched)
            && self.every.is_none_or(|every| count.matched.is_multiple_of(every))
            && self.times.is_none_or(|times| count.hit < times)
            && self.probability.is_none_or(|probability| chance < probability)
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn what_is_drawn_is_the_requests_own() {
        let waits = |seed: u64, order: &[usize]| {
            let mut plan = Plan::seeded(seed);
            plan.add("latency,time=exponential:300ms").unwrap();
            let faults = Faults::new(plan);
            let mut waits = vec![Vec::new(); 10];
            for at in order {
                let request = Request::get(format!("/v1.0/me?{at}")).body(bytes::Bytes::new()).unwrap();
                waits[*at].push(faults.choose(&Seen::of(&request, false)).wait);
            }
            waits
        };
        let forth: Vec<usize> = (0..30).map(|at| at % 10).collect();
        let back: Vec<usize> = forth.iter().rev().copied().collect();
        assert_eq!(waits(1, &forth), waits(1, &back));
        assert_ne!(waits(1, &forth), waits(2, &forth));
        assert!(waits(1, &forth).iter().all(|three| three[0] != three[1] && three[1] != three[2]));
    }
}
