//! `$filter`: the part of OData's language that the service takes (OData 4.01, URL conventions, section 5.1.1).
//!
//! A text goes through [`grammar`] into a syntax tree, through [`check`] into a [`Filter`] that names only what may be
//! filtered by, and [`eval`] holds contacts and folders against that.

mod check;
mod eval;
mod grammar;

use jiff::Timestamp;

use super::dialect::Dialect;
use super::error::ODataError;
use super::schema::Entity;

pub(super) use eval::{Item, compare_by};

/// A condition that has been checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    Or(Vec<Filter>),
    And(Vec<Filter>),
    Not(Box<Filter>),
    Test(Test),
    /// `collection/any(x: …)`; without a condition, whether there is any entry at all.
    Any(Collection, Option<Box<Filter>>),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Test {
    pub field: Field,
    pub op: Op,
    pub value: Operand,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Field {
    /// A property under Graph's name, or one part of an address.
    Property(&'static str, Option<&'static str>),
    /// A moment or a day, under Graph's name.
    Time(&'static str),
    /// The entry of a list of strings.
    Entry,
    /// The address of an e-mail address.
    EmailAddress,
    ExtendedId,
    ExtendedValue,
}

/// What it is compared with. Texts are in lower case: the service compares without case (documented for extended
/// properties, guessed for the rest). The ids of extended properties are in their normal form.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Null,
    Text(String),
    /// A text whose letter case counts.
    Exact(String),
    Time(Timestamp),
}

/// The collections that `any` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    Emails,
    /// A list of strings, under Graph's name.
    Texts(&'static str),
    Extended,
}

/// How.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    StartsWith,
    EndsWith,
    Contains,
}

/// Reads and checks a filter over entities of one kind.
///
/// # Errors
/// 400 for what is no filter, what does not exist, and what cannot be filtered by.
pub(super) fn parse(text: &str, dialect: Dialect, entity: &'static Entity) -> Result<Filter, ODataError> {
    let tree = grammar::parse(text)?;
    check::check(&tree, &check::Scope::entity(dialect, entity))
}

/// Reads and checks a filter whose texts are compared with case.
///
/// # Errors
/// As [`parse`].
pub(super) fn parse_exact(text: &str, dialect: Dialect, entity: &'static Entity) -> Result<Filter, ODataError> {
    let tree = grammar::parse(text)?;
    check::check(&tree, &check::Scope::entity(dialect, entity).exact())
}

/// Reads `id eq '…' or id eq '…'`, the filter inside `$expand`, into normalised ids.
///
/// # Errors
/// 400 for anything else.
pub(super) fn parse_ids(text: &str, dialect: Dialect) -> Result<Vec<String>, ODataError> {
    let tree = grammar::parse(text)?;
    let checked = check::check(&tree, &check::Scope::extended(dialect, None))?;
    let tests = match checked {
        Filter::Or(tests) => tests,
        one => vec![one],
    };
    let ids = tests.into_iter().map(|test| match test {
        Filter::Test(Test { field: Field::ExtendedId, op: Op::Eq, value: Operand::Text(id) }) => Ok(id),
        _ => Err(ODataError::unfilterable()),
    });
    ids.collect()
}

impl Filter {
    /// Whether the answer depends on extended properties.
    pub(super) fn asks_extended(&self) -> bool {
        match self {
            Filter::Or(all) | Filter::And(all) => all.iter().any(Filter::asks_extended),
            Filter::Not(one) => one.asks_extended(),
            Filter::Any(collection, _) => *collection == Collection::Extended,
            Filter::Test(_) => false,
        }
    }

    /// Extended properties and values of which every match has one; none if the filter promises nothing of the kind.
    /// They lead to the matches through an index.
    pub(super) fn holders(&self) -> Option<Vec<(&str, &str)>> {
        match self {
            Filter::Or(all) => all.iter().map(Filter::holders).collect::<Option<Vec<_>>>().map(|all| all.concat()),
            Filter::And(all) => all.iter().find_map(Filter::holders),
            Filter::Any(Collection::Extended, Some(body)) => body.id_and_value().map(|pair| vec![pair]),
            _ => None,
        }
    }

    /// `ep/id eq 'a' and ep/value eq 'b'`, in either order and among others.
    fn id_and_value(&self) -> Option<(&str, &str)> {
        let Filter::And(all) = self else { return None };
        let equal = |wanted: Field| {
            all.iter().find_map(|one| match one {
                Filter::Test(Test { field, op: Op::Eq, value: Operand::Text(text) }) if *field == wanted => {
                    Some(text.as_str())
                }
                _ => None,
            })
        };
        let id = equal(Field::ExtendedId)?;
        // The service keeps this one itself; it is not in the table.
        (id != super::extended::HAS_PICTURE).then_some((id, equal(Field::ExtendedValue)?))
    }
}

#[cfg(test)]
mod tests;
