//! Under which of several names a value stood in its source.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::Field;

/// The names that a source's properties had where its version has several for one field: the way back to that version
/// takes them again, so that the program that wrote the source finds what it looks for.
///
/// They are no part of what a contact says: any two of them are equal. They may have come by way of a mailbox, where
/// anything may stand: a format uses none that it does not know for the field.
#[derive(Debug, Clone, Default)]
pub struct Spellings {
    version: Cow<'static, str>,
    /// Most contacts have nothing to note.
    noted: Option<Box<Noted>>,
}

/// What was noted of the values of a field, by their places in its list. The parts of an employer count from 0 for the
/// first one, from 1 for the further ones.
#[derive(Debug, Clone, Default)]
struct Noted {
    names: BTreeMap<(Field, usize), Cow<'static, str>>,
    bare: BTreeSet<(Field, usize)>,
}

impl Spellings {
    /// Begins the spellings of a source in this version of its format.
    pub fn of_version(version: impl Into<Cow<'static, str>>) -> Self {
        Self { version: version.into(), noted: None }
    }

    /// The version of the source; empty for one that has none.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Notes the name of a field's value; `at` counts the values of a list.
    pub fn note(&mut self, field: Field, at: usize, name: impl Into<Cow<'static, str>>) {
        self.noted.get_or_insert_default().names.insert((field, at), name.into());
    }

    /// The name that a field's value had, if the source was of this version.
    pub fn name(&self, version: &str, field: Field, at: usize) -> Option<&str> {
        self.noted_in(version)?.names.get(&(field, at)).map(Cow::as_ref)
    }

    /// Every name that was noted, with the field and the place of its value.
    pub fn names(&self) -> impl Iterator<Item = (Field, usize, &str)> {
        let names = self.noted.iter().flat_map(|noted| &noted.names);
        names.map(|((field, at), name)| (*field, *at, name.as_ref()))
    }

    /// The field and the place of every date without a year that stood there without more.
    pub fn bare(&self) -> impl Iterator<Item = (Field, usize)> {
        self.noted.iter().flat_map(|noted| &noted.bare).copied()
    }

    /// Notes that a date without a year stood there without more, where programs disagree on how to leave the year out.
    pub fn note_bare(&mut self, field: Field, at: usize) {
        self.noted.get_or_insert_default().bare.insert((field, at));
    }

    /// Whether a date without a year stood there without more, if the source was of this version.
    pub fn is_bare(&self, version: &str, field: Field, at: usize) -> bool {
        self.noted_in(version).is_some_and(|noted| noted.bare.contains(&(field, at)))
    }

    /// Whether the source was of this version.
    pub fn is_of(&self, version: &str) -> bool {
        self.version == version
    }

    fn noted_in(&self, version: &str) -> Option<&Noted> {
        self.noted.as_deref().filter(|_| self.is_of(version))
    }
}

impl PartialEq for Spellings {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Spellings {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_back_to_its_own_version_alone() {
        let mut spellings = Spellings::of_version("3.0");
        spellings.note(Field::Spouse, 0, "X-SPOUSE");
        spellings.note_bare(Field::Birthday, 0);
        assert_eq!(spellings.name("3.0", Field::Spouse, 0), Some("X-SPOUSE"));
        assert_eq!(spellings.name("4.0", Field::Spouse, 0), None);
        assert_eq!(spellings.name("3.0", Field::Spouse, 1), None);
        assert!(spellings.is_bare("3.0", Field::Birthday, 0) && !spellings.is_bare("4.0", Field::Birthday, 0));
        assert!(spellings.names().eq([(Field::Spouse, 0, "X-SPOUSE")]) && spellings.bare().eq([(Field::Birthday, 0)]));
        assert_eq!(spellings.version(), "3.0");
        assert_eq!(spellings, Spellings::default());
    }
}
