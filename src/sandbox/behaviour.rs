//! Exchange's ways that can be switched off one by one: one row for each.

/// How it is known that the service does so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// A page of the service says so.
    Documented,
    /// Others saw it.
    Observed,
    /// Nobody says so; it is likely.
    Guessed,
}

/// One of Exchange's ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Birthdays are shown at 11:59 in Graph and at midnight in v2.0.
    BirthdayTime,
    /// The display name is made of the names on every write that does not send it.
    DisplayName,
    /// Extended properties have no URLs of their own.
    UnaddressedProperties,
    /// Extensions are not listed.
    UnlistedExtensions,
}

/// What is said of a behaviour.
#[derive(Debug)]
pub struct Row {
    /// Which one it is.
    pub behaviour: Behaviour,
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// What the service does.
    pub does: &'static str,
    /// What the sandbox does instead while it is off.
    pub without: &'static str,
    /// How it is known.
    pub known: Known,
}

impl Behaviour {
    /// Every behaviour, in the order of their numbers.
    pub const ALL: &'static [Row] = &[
        Row {
            behaviour: Behaviour::BirthdayTime,
            name: "birthday-time",
            does: "birthdays keep their date and get a time: 11:59 UTC in Graph, midnight UTC in v2.0",
            without: "birthdays are midnight UTC in both",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::DisplayName,
            name: "display-name",
            does: "a write that does not send displayName makes it anew from the names",
            without: "displayName stays as it was sent",
            known: Known::Documented,
        },
        Row {
            behaviour: Behaviour::UnaddressedProperties,
            name: "unaddressed-properties",
            does: "extended properties are sent and expanded with what has them; their own URLs are refused",
            without: "their own URLs list, get, make, change and delete them",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::UnlistedExtensions,
            name: "unlisted-extensions",
            does: "extensions are got by name alone: neither .../extensions nor $expand lists them all",
            without: "both list them",
            known: Known::Observed,
        },
    ];

    /// The behaviour of this name.
    pub fn named(name: &str) -> Option<Behaviour> {
        Behaviour::ALL.iter().find(|row| row.name == name).map(|row| row.behaviour)
    }
}

/// Which behaviours are on. By default all are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behaviours(u64);

impl Default for Behaviours {
    fn default() -> Behaviours {
        Behaviours(u64::MAX)
    }
}

impl Behaviours {
    /// Whether this one is on.
    pub fn has(self, behaviour: Behaviour) -> bool {
        self.0 & (1 << behaviour as u64) != 0
    }

    /// The same with this one switched on or off.
    #[must_use]
    pub fn with(self, behaviour: Behaviour, on: bool) -> Behaviours {
        let bit = 1 << behaviour as u64;
        Behaviours(if on { self.0 | bit } else { self.0 & !bit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_number_and_a_name_of_its_own() {
        for (number, row) in Behaviour::ALL.iter().enumerate() {
            assert_eq!(row.behaviour as usize, number, "{}", row.name);
            assert_eq!(Behaviour::named(row.name), Some(row.behaviour));
            let off = Behaviours::default().with(row.behaviour, false);
            assert!(!off.has(row.behaviour) && off.with(row.behaviour, true) == Behaviours::default());
        }
    }
}
