//! Time and chance: the only place of the client that has either.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// What the client knows of time and chance. Tests bring their own, which never waits.
pub trait Clock: Send + Sync {
    /// Time since some fixed moment; never goes back.
    fn now(&self) -> Duration;

    /// Seconds since 1970-01-01T00:00:00Z, for dates in answers.
    fn unix(&self) -> u64;

    /// Returns after that long.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send;

    /// An even draw from 0 to 1, 1 excluded.
    fn chance(&self) -> f64;
}

impl<C: Clock> Clock for Arc<C> {
    fn now(&self) -> Duration {
        (**self).now()
    }

    fn unix(&self) -> u64 {
        (**self).unix()
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        (**self).sleep(time)
    }

    fn chance(&self) -> f64 {
        (**self).chance()
    }
}

/// The machine's clock and the operating system's randomness.
#[derive(Debug, Clone, Copy)]
pub struct System {
    start: std::time::Instant,
}

#[expect(clippy::disallowed_methods, reason = "this is the client's one clock")]
impl System {
    /// The machine's clock, from now on.
    pub fn start() -> Self {
        Self { start: std::time::Instant::now() }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the client's one clock")]
impl Clock for System {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn unix(&self) -> u64 {
        let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
        since.map(|since| since.as_secs()).unwrap_or_default()
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn chance(&self) -> f64 {
        fastrand::f64()
    }
}
