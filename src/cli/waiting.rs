//! What requests wait for, told while they wait.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinHandle;

use crate::cli::address::AnyMailbox;
use crate::cli::print;
use crate::cli::progress::minutes;
use crate::remote::Clock;
use crate::remote::clock::System;

/// A shorter wait is not worth a line.
const LONG: Duration = Duration::from_secs(10);
/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long nothing goes yet, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) left: Duration,
    pub(super) why: String,
}

/// Says what is waited for at the moment.
pub(super) trait Waits: Send + Sync {
    /// None when nothing is.
    fn waiting(&self) -> Option<Waiting>;
}

impl Waits for AnyMailbox {
    fn waiting(&self) -> Option<Waiting> {
        self.traffic().waiting.map(|waiting| Waiting { left: waiting.left, why: waiting.why.to_string() })
    }
}

impl Waiting {
    /// For people.
    pub(super) fn text(&self) -> String {
        format!("waiting {}: {}", minutes(self.left), self.why)
    }
}

/// Tells long waits where no line is redrawn: as lines on standard error, as events on standard output.
pub(super) fn tell(waits: Arc<dyn Waits>, lines: bool, events: bool) -> JoinHandle<()> {
    tokio::spawn(async move {
        let (clock, mut told) = (System::start(), Told::default());
        loop {
            clock.sleep(LOOK_EVERY).await;
            let Some(waiting) = waits.waiting().filter(|waiting| told.is_news(clock.now(), waiting.left)) else {
                continue;
            };
            if lines {
                print::line(&format!("note: {}", waiting.text()));
            }
            if events {
                let event = json!({ "event": "waiting", "seconds": waiting.left.as_secs(), "why": waiting.why });
                // That nobody reads it is told with the next event.
                let _ = print::data(&event.to_string());
            }
        }
    })
}

/// What has been told of waits.
#[derive(Debug, Default)]
struct Told {
    /// When the last one ends.
    until: Duration,
}

impl Told {
    /// Whether a wait is long and not told yet: what is told again and again is read no more.
    fn is_news(&mut self, now: Duration, left: Duration) -> bool {
        let until = now + left;
        let news = left >= LONG && until >= self.until + LOOK_EVERY;
        if news {
            self.until = until;
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_wait_is_told_once() {
        let (mut told, seconds) = (Told::default(), Duration::from_secs);
        assert!(!told.is_news(seconds(0), seconds(9)));
        assert!(told.is_news(seconds(2), seconds(100)));
        assert!(!told.is_news(seconds(4), seconds(98)));
        assert!(told.is_news(seconds(6), seconds(200)), "it got longer");
        assert!(told.is_news(seconds(300), seconds(10)));
        let waiting = Waiting { left: seconds(200), why: "the service asked for a pause".into() };
        assert_eq!(waiting.text(), "waiting 3:20: the service asked for a pause");
    }
}
