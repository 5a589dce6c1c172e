//! Whether contacts are created one by one or in batches: whichever moves more of them in the same time.
//!
//! The service runs as many parts of a batch at a time as single requests, and counts each. So a batch spares nothing but
//! the way there and back, and single requests are as fast wherever they fill the window of requests already. Batches are
//! tried where single requests cannot, used if they prove to be faster, and both are measured again now and then.

use std::collections::VecDeque;
use std::time::Duration;

use crate::formats::exchange::Dialect;
use crate::remote::api::batch;
use crate::remote::gate::Limits;

/// What is to go next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stride {
    /// One request, beside the others that are under way.
    Single,
    /// A batch of at most so many, which goes alone.
    Batch(usize),
}

/// Chooses between single requests and batches by how long they took.
#[derive(Debug)]
pub struct Pace {
    in_flight: f64,
    /// Requests a second that the service grants.
    granted: f64,
    /// How many stand in a batch; less than two where there are none.
    most: usize,
    singles: Measures,
    batches: Measures,
    /// Whether batches are in use.
    batching: bool,
    /// The other way is being tried, and how many measures of it are missing.
    trial: Option<usize>,
    /// Contacts until the other way is tried, and until the time after that.
    until_trial: usize,
    interval: usize,
}

/// Measures of either way that a choice needs.
const SINGLES: usize = 16;
const BATCHES: usize = 2;
/// By how much batches must be faster, since they have more to lose when an answer does.
const WORTH: f64 = 1.1;
/// Single requests that reach this share of what is granted fill the window.
const FULL: f64 = 0.95;
/// Contacts between two trials: at first, and at most. The time doubles with each trial that changes nothing.
const SOON: usize = 200;
const RARELY: usize = 6400;

impl Pace {
    /// Single requests, until they prove to be slow. In v2.0 always: who speaks it today is seldom the service itself, and
    /// its batches are spelled in more than one way.
    pub fn new(limits: &Limits, dialect: Dialect) -> Self {
        let granted = limits.requests.map(|(limit, length)| limit as f64 / length.as_secs_f64());
        Self {
            in_flight: limits.in_flight as f64,
            granted: granted.unwrap_or(f64::INFINITY),
            most: if dialect == Dialect::Graph { batch::MOST } else { 0 },
            singles: Measures::of(SINGLES),
            batches: Measures::of(BATCHES),
            batching: false,
            trial: None,
            until_trial: SINGLES,
            interval: SOON,
        }
    }

    /// What is to go next.
    pub fn next(&self) -> Stride {
        let batch = self.batching != self.trial.is_some();
        if batch && self.most > 1 { Stride::Batch(self.most) } else { Stride::Single }
    }

    /// What went so was answered, and how long it was under way, without what it waited at the gate before; the
    /// [flights](crate::remote::Flights) of a mailbox's traffic tell that.
    pub fn told(&mut self, stride: Stride, took: Duration) {
        let batch = matches!(stride, Stride::Batch(_));
        let (measures, contacts) = match stride {
            Stride::Single => (&mut self.singles, 1),
            Stride::Batch(parts) => (&mut self.batches, parts),
        };
        measures.add(contacts, took);
        match self.trial {
            Some(missing) if batch != self.batching => {
                self.trial = Some(missing - 1).filter(|missing| *missing > 0);
                if self.trial.is_none() {
                    self.choose();
                }
            }
            Some(_) => {}
            None => {
                self.until_trial = self.until_trial.saturating_sub(contacts);
                if self.until_trial == 0 && self.may_gain() {
                    let (measures, wanted) =
                        if self.batching { (&mut self.singles, SINGLES) } else { (&mut self.batches, BATCHES) };
                    measures.forget();
                    self.trial = Some(wanted);
                }
            }
        }
    }

    /// The server takes no batches: no more are tried.
    pub fn refused(&mut self) {
        (self.most, self.batching, self.trial) = (0, false, None);
    }

    /// Whether the other way can be any better.
    fn may_gain(&self) -> bool {
        self.most > 1 && (self.batching || self.single_rate() < self.granted * FULL)
    }

    fn choose(&mut self) {
        let (single, batch) = (self.single_rate(), self.batches.rate().min(self.granted));
        let batching = single < self.granted * FULL && batch > single * WORTH;
        self.interval = if batching == self.batching { (self.interval * 2).min(RARELY) } else { SOON };
        (self.batching, self.until_trial) = (batching, self.interval);
    }

    /// Contacts a second that single requests move.
    fn single_rate(&self) -> f64 {
        (self.singles.rate() * self.in_flight).min(self.granted)
    }
}

/// The last measures of one way.
#[derive(Debug)]
struct Measures {
    most: usize,
    /// Contacts a second.
    rates: VecDeque<f64>,
}

impl Measures {
    fn of(most: usize) -> Self {
        Self { most, rates: VecDeque::new() }
    }

    fn add(&mut self, contacts: usize, took: Duration) {
        if self.rates.len() == self.most {
            self.rates.pop_front();
        }
        // What took no time at all is as fast as can be.
        self.rates.push_back(contacts as f64 / took.as_secs_f64().max(1e-6));
    }

    fn forget(&mut self) {
        self.rates.clear();
    }

    /// The median: one that was slow for a reason of its own says nothing.
    fn rate(&self) -> f64 {
        let mut rates: Vec<_> = self.rates.iter().copied().collect();
        rates.sort_unstable_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied().unwrap_or_default()
    }
}
