//! How often something was seen, and where first.

/// How many places are remembered.
const PLACES: usize = 3;

/// A count, and the lines (from 1) of the first ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::formats) struct Tally {
    /// How often.
    pub(in crate::formats) count: u64,
    lines: [u64; PLACES],
}

impl Tally {
    /// Once more, on this line; 0 where nobody knows the line.
    pub(in crate::formats) fn add(&mut self, line: u64) {
        if let Ok(at) = usize::try_from(self.count)
            && let Some(place) = self.lines.get_mut(at)
        {
            *place = line;
        }
        self.count += 1;
    }

    /// These and others.
    pub(in crate::formats) fn join(&mut self, other: &Tally) {
        let mut lines: Vec<u64> = self.known().chain(other.known()).collect();
        lines.sort_unstable();
        lines.resize(PLACES.max(lines.len()), 0);
        self.lines.copy_from_slice(&lines[..PLACES]);
        self.count += other.count;
    }

    fn known(&self) -> impl Iterator<Item = u64> + use<> {
        self.lines.into_iter().filter(|line| *line > 0)
    }

    /// Where: "line 3", "lines 3, 8 and others"; nothing where nobody knows.
    pub(in crate::formats) fn places(&self) -> String {
        let mut lines: Vec<String> = self.known().map(|line| line.to_string()).collect();
        lines.dedup();
        let word = if lines.len() == 1 && self.count == 1 { "line" } else { "lines" };
        match (lines.is_empty(), self.count > PLACES as u64) {
            (true, _) => String::new(),
            (false, true) => format!("{word} {} and others", lines.join(", ")),
            (false, false) => format!("{word} {}", lines.join(", ")),
        }
    }

    /// The places in brackets behind a blank, to be put behind what it counts.
    pub(in crate::formats) fn in_brackets(&self) -> String {
        let places = self.places();
        if places.is_empty() { places } else { format!(" ({places})") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_places_are_told() {
        let mut tally = Tally::default();
        assert_eq!(tally.places(), "");
        tally.add(7);
        assert_eq!(tally.places(), "line 7");
        [9, 9, 12].into_iter().for_each(|line| tally.add(line));
        assert_eq!((tally.count, tally.in_brackets().as_str()), (4, " (lines 7, 9 and others)"));
        let mut other = Tally::default();
        other.add(2);
        tally.join(&other);
        assert_eq!((tally.count, tally.places().as_str()), (5, "lines 2, 7, 9 and others"));
    }
}
