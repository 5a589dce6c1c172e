//! What is left to chance, and yet the same in every run.

use std::time::Duration;

use fastrand::Rng;
use sha2::{Digest, Sha256};

use super::rule::Seen;

/// How a time is drawn, and the longest that comes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::sandbox) struct Times {
    pub how: Spread,
    pub cap: Duration,
}

/// The distributions of a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::sandbox) enum Spread {
    Fixed(Duration),
    /// Anything between the two.
    Uniform(Duration, Duration),
    /// Mean and standard deviation; never below nothing.
    Normal(Duration, Duration),
    /// Mean.
    Exponential(Duration),
}

impl Times {
    pub(super) fn draw(&self, random: &mut Rng) -> Duration {
        let seconds = match self.how {
            Spread::Fixed(time) => time.as_secs_f64(),
            Spread::Uniform(from, to) => from.as_secs_f64() + random.f64() * (to.as_secs_f64() - from.as_secs_f64()),
            Spread::Normal(mean, deviation) => mean.as_secs_f64() + normal(random) * deviation.as_secs_f64(),
            Spread::Exponential(mean) => -(1.0 - random.f64()).ln() * mean.as_secs_f64(),
        };
        Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(self.cap).min(self.cap)
    }
}

/// A draw of mean 0 and deviation 1 (Box and Muller).
fn normal(random: &mut Rng) -> f64 {
    let (radius, angle) = (1.0 - random.f64(), random.f64());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// A number for all that a request is, without its headers: a token or a request's own id is new in every run.
pub(super) fn fingerprint(seen: &Seen) -> u64 {
    let parts = [seen.method.as_str().as_bytes(), seen.target.as_bytes(), &[u8::from(seen.part)], &seen.body];
    digest(parts)
}

/// The random numbers of one rule for one request.
pub(super) fn random(seed: u64, rule: usize, request: u64, before: u64) -> Rng {
    let numbers = [seed, rule as u64, request, before].map(u64::to_le_bytes);
    Rng::with_seed(digest(numbers.each_ref().map(|number| number.as_slice())))
}

/// Every part with its length, so that nothing can move from one into the next.
fn digest<const N: usize>(parts: [&[u8]; N]) -> u64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(how: Spread, cap: u64) -> (f64, f64) {
        let times = Times { how, cap: Duration::from_millis(cap) };
        let draws: Vec<f64> =
            (0..4000).map(|request| times.draw(&mut random(1, 0, request, 0)).as_secs_f64() * 1e3).collect();
        (draws.iter().sum::<f64>() / draws.len() as f64, draws.iter().copied().fold(0.0, f64::max))
    }

    #[test]
    fn times_are_spread_as_they_should_be() {
        let ms = Duration::from_millis;
        let table = [
            (Spread::Fixed(ms(200)), 60_000, 200.0, 200.0..=200.0),
            (Spread::Uniform(ms(100), ms(300)), 60_000, 200.0, 299.0..=300.0),
            (Spread::Normal(ms(200), ms(20)), 60_000, 200.0, 250.0..=320.0),
            (Spread::Exponential(ms(200)), 60_000, 200.0, 1000.0..=4000.0),
            (Spread::Exponential(ms(200)), 250, 143.0, 250.0..=250.0),
        ];
        for (how, cap, expected, most) in table {
            let (mean, max) = mean(how, cap);
            assert!((mean - expected).abs() < 10.0, "{how:?}: {mean}");
            assert!(most.contains(&max), "{how:?}: {max}");
        }
    }

    #[test]
    fn equal_draws_are_equal_and_others_are_not() {
        let draw = |seed, rule, request, before| random(seed, rule, request, before).u64(..);
        assert_eq!(draw(1, 2, 3, 4), draw(1, 2, 3, 4));
        let others = [draw(1, 2, 3, 4), draw(2, 2, 3, 4), draw(1, 3, 3, 4), draw(1, 2, 4, 4), draw(1, 2, 3, 5)];
        let different: std::collections::HashSet<_> = others.iter().collect();
        assert_eq!(different.len(), others.len());
    }
}
