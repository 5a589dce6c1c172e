//! Names in any case and what they stand for.

/// What names stand for, found by a name's first letter and length: hardly any two share both.
pub(super) struct Index<T> {
    shelves: [Vec<(&'static str, T)>; SHELVES],
}

/// A power of two times the 32 that letters have a place for.
const SHELVES: usize = 8 * 32;

impl<T: Copy> Index<T> {
    /// An index of these names. Of two that are the same the first one counts.
    pub(super) fn new(names: impl Iterator<Item = (&'static str, T)>) -> Self {
        let mut shelves = [const { Vec::new() }; SHELVES];
        for (name, of) in names {
            shelves[shelf(name)].push((name, of));
        }
        Self { shelves }
    }

    /// What a name stands for, whatever its case.
    pub(super) fn get(&self, name: &str) -> Option<T> {
        let known = self.shelves[shelf(name)].iter();
        known.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, of)| *of).next()
    }
}

/// The shelf of a name: the same in any case.
fn shelf(name: &str) -> usize {
    let letter = name.as_bytes().first().map_or(0, |byte| usize::from(byte & 31));
    (name.len() * 32 + letter) % SHELVES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_the_first_of_two_counts() {
        let index = Index::new([("TEL", 1), ("X-MS-TEL", 2), ("Tel", 3), ("TZ", 4)].into_iter());
        let found = ["tel", "TEL", "x-ms-tel", "Tz", "TE", "", "TELL", "Öl"].map(|name| index.get(name));
        assert_eq!(found, [Some(1), Some(1), Some(2), Some(4), None, None, None, None]);
    }
}
