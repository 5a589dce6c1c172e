//! From syntax to a [`Filter`]: names are looked up, types compared, and what cannot be filtered by is refused.

mod names;

use super::grammar::{Expr, Lambda, Literal, Operator, moment};
use super::{Cast, Collection, Field, Filter, Op, Operand, Test};
use crate::sandbox::dialect::Dialect;
use crate::sandbox::error::ODataError;
use crate::sandbox::schema::Entity;
use names::{FUNCTIONS, cast_named};
pub(in crate::sandbox) use names::{find, same};

/// What names mean at this place of a filter.
pub(super) struct Scope<'a> {
    dialect: Dialect,
    kind: Kind<'a>,
    /// Whether the case of letters counts.
    exact: bool,
}

enum Kind<'a> {
    Whole(&'static Entity),
    /// Inside `any`: the collection and the variable's name.
    Entry(Collection, Option<&'a str>),
}

impl<'a> Scope<'a> {
    pub(super) fn entity(dialect: Dialect, entity: &'static Entity, exact: bool) -> Scope<'a> {
        Scope { dialect, kind: Kind::Whole(entity), exact }
    }

    /// The entry of a collection whose parts are named directly.
    pub(super) fn entry(dialect: Dialect, collection: Collection) -> Scope<'a> {
        Scope { dialect, kind: Kind::Entry(collection, None), exact: false }
    }

    /// A text as it is compared.
    fn text(&self, text: &str) -> Operand {
        if self.exact { Operand::Exact(text.to_owned()) } else { Operand::Text(text.to_lowercase()) }
    }
}

/// Checks a condition.
pub(super) fn check(tree: &Expr, scope: &Scope<'_>) -> Result<Filter, ODataError> {
    let all = |trees: &[Expr]| trees.iter().map(|tree| check(tree, scope)).collect::<Result<Vec<_>, _>>();
    match tree {
        Expr::Or(trees) => Ok(Filter::Or(all(trees)?)),
        Expr::And(trees) => Ok(Filter::And(all(trees)?)),
        Expr::Not(tree) => Ok(Filter::Not(Box::new(check(tree, scope)?))),
        Expr::Binary(left, operator, right) => binary(left, *operator, right, scope),
        Expr::Lambda(lambda) => any(lambda, scope),
        Expr::Call(name, arguments) => call(name, arguments, scope),
        // Observed for `in`; that a constant is as bad is guessed.
        Expr::In(..) | Expr::Literal(Literal::Boolean(_)) => Err(ODataError::invalid_nodes()),
        Expr::Path(path) => {
            scope.field(path)?;
            Err(ODataError::no_condition(scope.dialect))
        }
        Expr::Negate(_) | Expr::Literal(_) => Err(ODataError::no_condition(scope.dialect)),
    }
}

fn binary(left: &Expr, operator: Operator, right: &Expr, scope: &Scope<'_>) -> Result<Filter, ODataError> {
    let (op, name) = comparison(operator).ok_or_else(ODataError::invalid_nodes)?;
    match (left, right) {
        // `startswith(…) eq true`.
        (Expr::Call(..) | Expr::Lambda(_), Expr::Literal(Literal::Boolean(wanted))) if is_condition(left) => {
            let condition = check(left, scope)?;
            match op {
                Op::Eq | Op::Ne if (op == Op::Eq) == *wanted => Ok(condition),
                Op::Eq | Op::Ne => Ok(Filter::Not(Box::new(condition))),
                _ => Err(ODataError::incompatible(scope.dialect, "Edm.Boolean", "Edm.Boolean", name)),
            }
        }
        (Expr::Literal(Literal::Boolean(_)), Expr::Call(..) | Expr::Lambda(_)) => binary(right, operator, left, scope),
        (Expr::Literal(value), field) if !matches!(field, Expr::Literal(_)) => {
            compare(field, flipped(op), value, name, scope)
        }
        (field, Expr::Literal(value)) => compare(field, op, value, name, scope),
        _ => Err(ODataError::invalid_nodes()),
    }
}

fn is_condition(tree: &Expr) -> bool {
    !matches!(tree, Expr::Call(name, _) if name == "cast")
}

/// What compares, and OData's name for it in refusals.
fn comparison(operator: Operator) -> Option<(Op, &'static str)> {
    Some(match operator {
        Operator::Eq => (Op::Eq, "Equal"),
        Operator::Ne => (Op::Ne, "NotEqual"),
        Operator::Gt => (Op::Gt, "GreaterThan"),
        Operator::Ge => (Op::Ge, "GreaterThanOrEqual"),
        Operator::Lt => (Op::Lt, "LessThan"),
        Operator::Le => (Op::Le, "LessThanOrEqual"),
        _ => return None,
    })
}

/// The operator as it is with its sides exchanged.
fn flipped(op: Op) -> Op {
    match op {
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        other => other,
    }
}

fn compare(left: &Expr, op: Op, value: &Literal, name: &str, scope: &Scope<'_>) -> Result<Filter, ODataError> {
    let field = match left {
        Expr::Path(path) => scope.field(path)?,
        Expr::Call(function, arguments) if function == "cast" => cast(arguments, scope)?,
        Expr::Call(function, _) if !FUNCTIONS.contains(&function.as_str()) => {
            return Err(ODataError::no_such_function(scope.dialect, function));
        }
        _ => return Err(ODataError::invalid_nodes()),
    };
    let fits = match field {
        // Documented: by e-mail address and id `eq` alone.
        Field::EmailAddress | Field::ExtendedId => op == Op::Eq,
        // Documented: texts by `eq`, `ne`, `contains` and `startswith`.
        Field::ExtendedValue | Field::Cast(Cast::Text | Cast::Boolean | Cast::Guid) => matches!(op, Op::Eq | Op::Ne),
        _ => true,
    };
    if !fits {
        return Err(ODataError::invalid_nodes());
    }
    let refuse = || ODataError::incompatible(scope.dialect, type_of(field), value.kind(), name);
    Ok(Filter::Test(Test { field, op, value: operand(field, op, value, scope)?.ok_or_else(refuse)? }))
}

fn type_of(field: Field) -> &'static str {
    match field {
        Field::Time(_) | Field::Cast(Cast::Moment) => "Edm.DateTimeOffset",
        Field::Cast(Cast::Integer) => "Edm.Int32",
        Field::Cast(Cast::Number) => "Edm.Double",
        Field::Cast(Cast::Boolean) => "Edm.Boolean",
        Field::Cast(Cast::Guid) => "Edm.Guid",
        _ => "Edm.String",
    }
}

/// The value as the field compares with it; none where the types differ.
fn operand(field: Field, op: Op, value: &Literal, scope: &Scope<'_>) -> Result<Option<Operand>, ODataError> {
    Ok(Some(match (field, value) {
        (Field::ExtendedId, Literal::Text(text)) => Operand::Text(scope.id(text)?),
        (Field::ExtendedId, _) => return Ok(None),
        // Guessed: null is neither greater nor less than anything.
        (_, Literal::Null) if matches!(op, Op::Eq | Op::Ne) => Operand::Null,
        (Field::Time(_) | Field::Cast(Cast::Moment), Literal::Moment(moment)) => Operand::Time(*moment),
        // Observed in the wild: moments in quotes, as v1 of OData had them.
        (Field::Time(_), Literal::Text(text)) => {
            return Ok(moment(text).map(Operand::Time));
        }
        (Field::Time(_) | Field::Cast(Cast::Moment), _) => return Ok(None),
        (Field::Cast(Cast::Integer | Cast::Number), Literal::Integer(number)) => Operand::Integer(*number),
        (Field::Cast(Cast::Integer | Cast::Number), Literal::Number(number)) => Operand::Number(*number),
        (Field::Cast(Cast::Integer | Cast::Number), _) => return Ok(None),
        (Field::Cast(Cast::Boolean), Literal::Boolean(wanted)) => Operand::Boolean(*wanted),
        (Field::Cast(Cast::Boolean), _) => return Ok(None),
        (Field::Cast(Cast::Guid), Literal::Guid(guid)) => Operand::Text(guid.clone()),
        (Field::Cast(Cast::Guid), _) => return Ok(None),
        (_, Literal::Text(text)) => scope.text(text),
        _ => return Ok(None),
    }))
}

/// `cast(ep/value, Edm.Int32)` (documented).
fn cast(arguments: &[Expr], scope: &Scope<'_>) -> Result<Field, ODataError> {
    let [Expr::Path(path), Expr::Path(kind)] = arguments else { return Err(ODataError::invalid_nodes()) };
    match (scope.field(path)?, kind.as_slice()) {
        (Field::ExtendedValue, [kind]) => cast_named(kind).map(Field::Cast).ok_or_else(ODataError::invalid_nodes),
        _ => Err(ODataError::invalid_nodes()),
    }
}

fn call(name: &str, arguments: &[Expr], scope: &Scope<'_>) -> Result<Filter, ODataError> {
    let op = match name {
        "startswith" => Op::StartsWith,
        "endswith" => Op::EndsWith,
        "contains" => Op::Contains,
        _ if FUNCTIONS.contains(&name) => return Err(ODataError::invalid_nodes()),
        _ => return Err(ODataError::no_such_function(scope.dialect, name)),
    };
    let refuse = || ODataError::wrong_arguments(scope.dialect, name);
    let (path, text) = match arguments {
        [Expr::Path(path), Expr::Literal(Literal::Text(text))] => (path, text),
        [Expr::Path(path), Expr::Literal(_)] => {
            scope.field(path)?;
            return Err(refuse());
        }
        [_, _] => return Err(ODataError::invalid_nodes()),
        _ => return Err(refuse()),
    };
    let field = scope.field(path)?;
    match field {
        Field::Time(_) => Err(refuse()),
        // Observed for e-mail addresses; documented that values take no `endswith`.
        Field::EmailAddress | Field::ExtendedId => Err(ODataError::invalid_nodes()),
        Field::ExtendedValue if op == Op::EndsWith => Err(ODataError::invalid_nodes()),
        _ => Ok(Filter::Test(Test { field, op, value: scope.text(text) })),
    }
}

/// `any`; that `all` is refused is guessed.
fn any(lambda: &Lambda, scope: &Scope<'_>) -> Result<Filter, ODataError> {
    if lambda.every {
        return Err(ODataError::invalid_nodes());
    }
    let collection = scope.collection(&lambda.path)?;
    let Some((variable, body)) = &lambda.condition else { return Ok(Filter::Any(collection, None)) };
    let inner = Scope { kind: Kind::Entry(collection, Some(variable)), ..*scope };
    Ok(Filter::Any(collection, Some(Box::new(check(body, &inner)?))))
}
