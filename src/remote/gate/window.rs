//! A sum over a sliding window of time, as a server may count it that is asked from afar.

use std::collections::VecDeque;
use std::time::Duration;

/// What has passed lately. A request arrives at the server at some moment between its departure and its answer, and
/// counts there from then on: here it counts from its departure until the window's length after its answer.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) limit: usize,
    /// As it is documented.
    pub(super) length: Duration,
    /// What is under way.
    under_way: usize,
    /// What was answered, and when.
    answered: VecDeque<(Duration, usize)>,
    /// The sum of what was answered.
    sum: usize,
}

/// A server that counts in pieces of time lets go of a request up to a piece later. The sandbox's are at most this part
/// of a window.
const PIECES: u32 = 1000;

impl Window {
    pub(super) fn new((limit, length): (usize, Duration)) -> Self {
        Self { limit, length, under_way: 0, answered: VecDeque::new(), sum: 0 }
    }

    /// How long after its answer a request still counts.
    fn counts(&self) -> Duration {
        self.length + self.length / PIECES
    }

    /// How long until `amount` may fit; none if it does now. What alone is more than the limit fits an empty window.
    pub(super) fn wait(&mut self, now: Duration, amount: usize) -> Option<Duration> {
        let counts = self.counts();
        while self.answered.front().is_some_and(|(at, _)| *at + counts <= now) {
            self.sum -= self.answered.pop_front().map_or(0, |(_, amount)| amount);
        }
        let over = (self.under_way + self.sum + amount).saturating_sub(self.limit.max(amount));
        if over == 0 {
            return None;
        }
        let mut leaving = 0;
        let until = self.answered.iter().find_map(|(at, amount)| {
            leaving += amount;
            (leaving >= over).then_some(*at)
        });
        // What is under way has to leave as well, and does so no sooner than if it were answered now.
        Some(until.unwrap_or(now) + counts - now)
    }

    /// Something departs.
    pub(super) fn depart(&mut self, amount: usize) {
        self.under_way += amount;
    }

    /// It was answered, or never will be.
    pub(super) fn answer(&mut self, now: Duration, amount: usize) {
        if amount > 0 {
            self.under_way -= amount;
            self.sum += amount;
            self.answered.push_back((now, amount));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn pass(window: &mut Window, at: u64, amount: usize) {
        window.depart(amount);
        window.answer(seconds(at), amount);
    }

    #[test]
    fn a_window_lets_its_limit_through_and_no_more() {
        let mut window = Window::new((3, seconds(1000)));
        for at in 0..3 {
            assert_eq!(window.wait(seconds(at), 1), None);
            pass(&mut window, at, 1);
        }
        assert_eq!(window.wait(seconds(3), 1), Some(seconds(998)), "until the first one is as old as it must be");
        assert_eq!(window.wait(seconds(3), 2), Some(seconds(999)));
        assert_eq!(window.wait(seconds(1001), 1), None);
    }

    #[test]
    fn what_is_under_way_counts_until_it_is_answered_and_then_as_long_again() {
        let mut window = Window::new((2, seconds(1000)));
        window.depart(2);
        assert_eq!(window.wait(seconds(5000), 1), Some(seconds(1001)), "it may have arrived just now");
        window.answer(seconds(5000), 1);
        assert_eq!(window.wait(seconds(5100), 1), Some(seconds(901)));
        assert_eq!(window.wait(seconds(5100), 2), Some(seconds(1001)));
    }

    #[test]
    fn what_is_larger_than_the_limit_goes_alone() {
        let mut window = Window::new((100, seconds(1000)));
        assert_eq!(window.wait(seconds(0), 1000), None);
        pass(&mut window, 0, 1000);
        assert_eq!(window.wait(seconds(1), 1), Some(seconds(1000)));
        assert_eq!(window.wait(seconds(1001), 1000), None);
    }
}
