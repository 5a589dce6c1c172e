//! From syntax to a [`Filter`]: names are looked up, and what cannot be filtered by is refused.

use jiff::Timestamp;

use super::grammar::{Expr, Term, moment};
use super::{Collection, Field, Filter, Op, Operand, Test};
use crate::sandbox::dialect::Dialect;
use crate::sandbox::error::ODataError;
use crate::sandbox::extended::normal_id;
use crate::sandbox::schema::{self, Entity, Filterable, Shape};

/// What names mean at this place of a filter.
pub(super) struct Scope<'a> {
    dialect: Dialect,
    kind: Kind<'a>,
    /// Whether letter case counts.
    exact: bool,
}

enum Kind<'a> {
    Whole(&'static Entity),
    /// Inside `any`: the collection and the variable's name.
    Entry(Collection, Option<&'a str>),
}

impl<'a> Scope<'a> {
    pub(super) fn entity(dialect: Dialect, entity: &'static Entity) -> Scope<'a> {
        Scope { dialect, kind: Kind::Whole(entity), exact: false }
    }

    /// The same where letter case counts.
    pub(super) fn exact(self) -> Scope<'a> {
        Scope { exact: true, ..self }
    }

    /// An extended property; without a variable where its parts are named directly.
    pub(super) fn extended(dialect: Dialect, variable: Option<&'a str>) -> Scope<'a> {
        Scope { dialect, kind: Kind::Entry(Collection::Extended, variable), exact: false }
    }
}

pub(super) fn check(tree: &Expr, scope: &Scope<'_>) -> Result<Filter, ODataError> {
    let all = |trees: &[Expr]| trees.iter().map(|tree| check(tree, scope)).collect::<Result<Vec<_>, _>>();
    Ok(match tree {
        Expr::Or(trees) => Filter::Or(all(trees)?),
        Expr::And(trees) => Filter::And(all(trees)?),
        Expr::Not(tree) => Filter::Not(Box::new(check(tree, scope)?)),
        Expr::Compare(left, op, right) => Filter::Test(compare(left, *op, right, scope)?),
        Expr::Any(path, condition) => any(path, condition.as_ref(), scope)?,
    })
}

fn any(path: &[String], condition: Option<&(String, Box<Expr>)>, scope: &Scope<'_>) -> Result<Filter, ODataError> {
    let (Kind::Whole(entity), [name]) = (&scope.kind, path) else { return Err(ODataError::unfilterable()) };
    let collection = collection(name, scope.dialect, entity)?;
    let Some((variable, body)) = condition else { return Ok(Filter::Any(collection, None)) };
    let inner = Scope { kind: Kind::Entry(collection, Some(variable)), ..*scope };
    Ok(Filter::Any(collection, Some(Box::new(check(body, &inner)?))))
}

fn collection(name: &str, dialect: Dialect, entity: &'static Entity) -> Result<Collection, ODataError> {
    if name == dialect.pick("singleValueExtendedProperties", "SingleValueExtendedProperties") {
        return Ok(Collection::Extended);
    }
    let row = entity.find(dialect, name).ok_or_else(|| unknown(name, dialect, entity))?;
    match (row.filter, row.shape) {
        (Filterable::Any, Shape::Emails) => Ok(Collection::Emails),
        (Filterable::Any, _) => Ok(Collection::Texts(row.graph)),
        _ => Err(ODataError::unfilterable()),
    }
}

fn compare(left: &Term, op: Op, right: &Term, scope: &Scope<'_>) -> Result<Test, ODataError> {
    let (path, op, value) = match (left, right) {
        (Term::Path(path), value) => (path, op, value),
        (value, Term::Path(path)) => (path, flipped(op)?, value),
        _ => return Err(ODataError::unfilterable()),
    };
    let field = field(path, scope)?;
    // Documented: by e-mail address `any` and `eq` alone.
    if op != Op::Eq && matches!(field, Field::EmailAddress | Field::ExtendedId) {
        return Err(ODataError::unfilterable());
    }
    let value = match operand(field, op, value)? {
        Operand::Text(text) if field != Field::ExtendedId && !scope.exact => Operand::Text(text.to_lowercase()),
        Operand::Text(text) if field != Field::ExtendedId => Operand::Exact(text),
        operand => operand,
    };
    Ok(Test { field, op, value })
}

/// The operator as it is with its sides exchanged.
fn flipped(op: Op) -> Result<Op, ODataError> {
    Ok(match op {
        Op::Eq | Op::Ne => op,
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        Op::StartsWith | Op::EndsWith | Op::Contains => return Err(ODataError::unfilterable()),
    })
}

fn operand(field: Field, op: Op, value: &Term) -> Result<Operand, ODataError> {
    let words = matches!(op, Op::StartsWith | Op::EndsWith | Op::Contains);
    match (field, value) {
        (Field::Time(_), Term::Time(moment)) if !words => Ok(Operand::Time(*moment)),
        // Observed in the wild: moments in quotes, as v1 of OData had them.
        (Field::Time(_), Term::Text(text)) if !words => quoted_moment(text).map(Operand::Time),
        (Field::ExtendedId, Term::Text(text)) => normal_id(text).map(Operand::Text),
        (Field::Time(_) | Field::ExtendedId, _) => Err(ODataError::unfilterable()),
        (_, Term::Text(text)) => Ok(Operand::Text(text.clone())),
        (_, Term::Null) if matches!(op, Op::Eq | Op::Ne) => Ok(Operand::Null),
        _ => Err(ODataError::unfilterable()),
    }
}

fn quoted_moment(text: &str) -> Result<Timestamp, ODataError> {
    moment(text).ok_or_else(ODataError::unfilterable)
}

fn field(path: &[String], scope: &Scope<'_>) -> Result<Field, ODataError> {
    match &scope.kind {
        Kind::Whole(entity) => entity_field(path, scope.dialect, entity),
        Kind::Entry(collection, variable) => {
            let path = match (variable, path) {
                (None, path) => path,
                (Some(variable), [first, rest @ ..]) if first == variable => rest,
                _ => return Err(ODataError::unfilterable()),
            };
            entry_field(path, *collection, scope.dialect)
        }
    }
}

fn entity_field(path: &[String], dialect: Dialect, entity: &'static Entity) -> Result<Field, ODataError> {
    let [name, rest @ ..] = path else { return Err(ODataError::unfilterable()) };
    let row = entity.find(dialect, name).ok_or_else(|| unknown(name, dialect, entity))?;
    match (row.filter, row.shape, rest) {
        (Filterable::Yes, Shape::Text, []) => Ok(Field::Property(row.graph, None)),
        (Filterable::Yes, Shape::Moment | Shape::Birthday, []) => Ok(Field::Time(row.graph)),
        (Filterable::Yes, Shape::Address, [part]) => {
            let known = schema::ADDRESS.iter().find(|(graph, outlook)| dialect.pick(*graph, *outlook) == part);
            let (graph, _) = known.ok_or_else(|| unknown(part, dialect, entity))?;
            Ok(Field::Property(row.graph, Some(graph)))
        }
        _ => Err(ODataError::unfilterable()),
    }
}

fn entry_field(path: &[String], collection: Collection, dialect: Dialect) -> Result<Field, ODataError> {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match (collection, names.as_slice()) {
        (Collection::Texts(_), []) => Ok(Field::Entry),
        (Collection::Emails, [name]) if *name == dialect.pick("address", "Address") => Ok(Field::EmailAddress),
        (Collection::Extended, [name]) if *name == dialect.pick("id", "PropertyId") => Ok(Field::ExtendedId),
        (Collection::Extended, [name]) if *name == dialect.pick("value", "Value") => Ok(Field::ExtendedValue),
        _ => Err(ODataError::unfilterable()),
    }
}

fn unknown(name: &str, dialect: Dialect, entity: &Entity) -> ODataError {
    ODataError::unknown_property(name, &entity.name(dialect))
}
