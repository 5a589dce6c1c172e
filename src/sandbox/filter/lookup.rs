//! Which index leads to the matches of a [`Filter`].

use super::{Collection, Field, Filter, Op, Operand, Test};
use crate::sandbox::extended::HAS_PICTURE;

/// Something that every match has, and that an index finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Lookup<'a> {
    /// An extended property of this id and value.
    Value(&'a str, &'a str),
    /// An extended property or an extension of this id.
    Property(&'a str),
    /// This e-mail address, in any case.
    Email(&'a str),
}

impl Filter {
    /// What of this every match has at least one of; none if the filter promises nothing of the kind.
    pub(in crate::sandbox) fn lookups(&self) -> Option<Vec<Lookup<'_>>> {
        match self {
            Filter::Or(all) => all.iter().map(Filter::lookups).collect::<Option<Vec<_>>>().map(|all| all.concat()),
            Filter::And(all) => all.iter().find_map(Filter::lookups),
            Filter::Any(Collection::Emails, Some(body)) => {
                body.equal(Field::EmailAddress).map(|address| vec![Lookup::Email(address)])
            }
            Filter::Any(Collection::Single | Collection::Multi | Collection::Extensions, Some(body)) => {
                body.property().map(|found| vec![found])
            }
            _ => None,
        }
    }

    /// `ep/id eq 'a' and ep/value eq 'b'`, in either order and among others; or the id alone.
    fn property(&self) -> Option<Lookup<'_>> {
        // The service keeps this one itself; it is not in the table.
        let id = self.equal(Field::ExtendedId).filter(|id| *id != HAS_PICTURE)?;
        Some(match self.equal(Field::ExtendedValue) {
            Some(value) => Lookup::Value(id, value),
            None => Lookup::Property(id),
        })
    }

    /// The text that a field must equal for the condition to hold.
    fn equal(&self, wanted: Field) -> Option<&str> {
        match self {
            Filter::And(all) => all.iter().find_map(|one| one.equal(wanted)),
            Filter::Test(Test { field, op: Op::Eq, value: Operand::Text(text) | Operand::Exact(text) })
                if *field == wanted =>
            {
                Some(text)
            }
            _ => None,
        }
    }
}
