//! `$filter`: the part of OData's language that the service takes (OData 4.01, URL conventions, section 5.1.1).
//!
//! A text goes through [`grammar`] into a syntax tree, through [`check`] into a [`Filter`] that names only what may be
//! filtered by, and [`eval`] holds contacts and folders against that.

mod check;
mod eval;
pub(super) mod grammar;
mod lookup;

use jiff::Timestamp;

use super::dialect::Dialect;
use super::error::{Clause, ODataError};
use super::schema::Entity;
use grammar::{Broken, Expr};

pub(super) use check::{find, same};
pub(super) use eval::{Item, Key, compare_by, key};
pub(super) use lookup::Lookup;

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
    /// The id of an extended property or of an extension.
    ExtendedId,
    ExtendedValue,
    /// An extended property's value as another type.
    Cast(Cast),
}

/// The types that an extended property's value is cast to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cast {
    Text,
    Integer,
    Number,
    Boolean,
    Guid,
    Moment,
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
    Integer(i64),
    Number(f64),
    Boolean(bool),
}

/// The collections that `any` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    Emails,
    /// A list of strings, under Graph's name.
    Texts(&'static str),
    /// Extended properties of a single value.
    Single,
    /// Extended properties of several values.
    Multi,
    /// The values of one of the latter.
    Values,
    Extensions,
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

/// Reads and checks a filter over entities of one kind. Where it is `exact`, the case of letters counts.
///
/// # Errors
/// 400 for what is no filter, what does not exist, and what cannot be filtered by.
pub(super) fn parse(text: &str, dialect: Dialect, entity: &'static Entity, exact: bool) -> Result<Filter, ODataError> {
    let tree = grammar::parse(text).map_err(|broken| refuse(broken, dialect, Clause::Filter, text))?;
    check::check(&tree, &check::Scope::entity(dialect, entity, exact))
}

/// What is said of a text that could not be read.
pub(super) fn refuse(broken: Broken, dialect: Dialect, clause: Clause, text: &str) -> ODataError {
    match broken {
        Broken::At(at) => ODataError::syntax(dialect, clause, text, at),
        Broken::TooLong => ODataError::too_deep(dialect, clause),
    }
}

/// Checks `id eq '…' or id eq '…'`, the filter inside `$expand`, and answers the ids in their normal form.
///
/// # Errors
/// 400 for anything else.
pub(super) fn ids(tree: &Expr, collection: Collection, dialect: Dialect) -> Result<Vec<String>, ODataError> {
    let checked = check::check(tree, &check::Scope::entry(dialect, collection))?;
    let tests = match checked {
        Filter::Or(tests) => tests,
        one => vec![one],
    };
    let ids = tests.into_iter().map(|test| match test {
        Filter::Test(Test { field: Field::ExtendedId, op: Op::Eq, value: Operand::Text(id) }) => Ok(id),
        _ => Err(ODataError::invalid_nodes()),
    });
    ids.collect()
}

impl Filter {
    /// Whether the answer depends on extended properties or extensions.
    pub(super) fn asks_extended(&self) -> bool {
        match self {
            Filter::Or(all) | Filter::And(all) => all.iter().any(Filter::asks_extended),
            Filter::Not(one) => one.asks_extended(),
            Filter::Any(Collection::Single | Collection::Multi | Collection::Extensions, _) => true,
            Filter::Any(..) | Filter::Test(_) => false,
        }
    }

    /// The fields it names, in the order in which they first come; none stands for a collection.
    pub(super) fn fields(&self) -> Vec<Option<Field>> {
        let mut found = Vec::new();
        self.collect_fields(&mut found);
        found
    }

    fn collect_fields(&self, found: &mut Vec<Option<Field>>) {
        let field = match self {
            Filter::Or(all) | Filter::And(all) => return all.iter().for_each(|one| one.collect_fields(found)),
            Filter::Not(one) => return one.collect_fields(found),
            Filter::Test(test) => Some(test.field),
            Filter::Any(..) => None,
        };
        if !found.contains(&field) {
            found.push(field);
        }
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
