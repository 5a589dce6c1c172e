//! The grammar of OData expressions, with winnow: text into a syntax tree that knows no property yet.
//!
//! It reads the whole language of OData's ABNF (4.01, `commonExpr`), also what the service refuses: only then is a
//! slip of the pen told from an operator that is not served. Each rule decides by the next character alone, so that the
//! time is linear in the text; nesting is counted, so that the stack is bounded.

mod literal;
mod options;

use winnow::ascii::{multispace0, multispace1};
use winnow::combinator::{alt, delimited, opt, peek, preceded, separated, terminated};
use winnow::error::ContextError;
use winnow::stream::Stateful;
use winnow::token::{one_of, take_while};
use winnow::{Parser, Result};

pub(in crate::sandbox) use literal::{Literal, moment};
pub(in crate::sandbox) use options::{ExpandItem, ExpandOption, OrderItem, SelectItem, expand, order, select};

/// A syntax tree.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) enum Expr {
    Or(Vec<Expr>),
    And(Vec<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Box<Expr>, Operator, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    Call(String, Vec<Expr>),
    Lambda(Box<Lambda>),
    Path(Vec<String>),
    Literal(Literal),
}

/// `path/any(variable: condition)`, `path/all(…)` and `path/any()`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) struct Lambda {
    pub path: Vec<String>,
    pub every: bool,
    pub condition: Option<(String, Expr)>,
}

/// What stands between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Has,
    Add,
    Sub,
    Mul,
    Div,
    DivBy,
    Mod,
}

/// The operators of each rank, from those that bind least (OData 4.01, URL conventions, section 5.1.1.17).
const RANKS: [&[(&str, Operator)]; 4] = [
    &[("eq", Operator::Eq), ("ne", Operator::Ne)],
    &[("gt", Operator::Gt), ("ge", Operator::Ge), ("lt", Operator::Lt), ("le", Operator::Le), ("has", Operator::Has)],
    &[("add", Operator::Add), ("sub", Operator::Sub)],
    &[("mul", Operator::Mul), ("divby", Operator::DivBy), ("div", Operator::Div), ("mod", Operator::Mod)],
];
/// The rank where `in` stands.
const RELATIONAL: usize = 1;

/// Longer texts are refused before they are looked at, and so is deeper nesting.
const LONGEST: usize = 16 * 1024;
const DEEPEST: usize = 50;

/// A text, and how deep its reader is in it.
type Input<'a> = Stateful<&'a str, usize>;

/// Why a text could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Broken {
    /// At this byte.
    At(usize),
    TooLong,
}

/// Reads a whole expression.
pub(in crate::sandbox) fn parse(text: &str) -> std::result::Result<Expr, Broken> {
    whole(text, expression)
}

/// Reads a text by one rule, from its first to its last character.
fn whole<'a, T>(text: &'a str, rule: impl Parser<Input<'a>, T, ContextError>) -> std::result::Result<T, Broken> {
    if text.len() > LONGEST {
        return Err(Broken::TooLong);
    }
    let input = Stateful { input: text, state: 0 };
    delimited(multispace0, rule, multispace0).parse(input).map_err(|error| Broken::At(error.offset()))
}

/// Runs a rule one level deeper.
fn nested<'a, T>(mut rule: impl Parser<Input<'a>, T, ContextError>) -> impl Parser<Input<'a>, T, ContextError> {
    move |input: &mut Input<'a>| {
        if input.state >= DEEPEST {
            return Err(ContextError::new());
        }
        input.state += 1;
        let result = rule.parse_next(input);
        input.state -= 1;
        result
    }
}

/// A condition, or any other expression.
fn expression(input: &mut Input<'_>) -> Result<Expr> {
    let all: Vec<Expr> = separated(1.., and, word("or")).parse_next(input)?;
    Ok(single_or(all, Expr::Or))
}

fn and(input: &mut Input<'_>) -> Result<Expr> {
    let all: Vec<Expr> = separated(1.., |input: &mut Input<'_>| rank(0, input), word("and")).parse_next(input)?;
    Ok(single_or(all, Expr::And))
}

fn single_or(mut all: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    if all.len() == 1 { all.remove(0) } else { many(all) }
}

/// A word with space around it.
fn word<'a>(word: &'static str) -> impl Parser<Input<'a>, (), ContextError> {
    (multispace1, word, multispace1).void()
}

/// Operands and the operators of one rank between them, from the left.
fn rank(level: usize, input: &mut Input<'_>) -> Result<Expr> {
    let Some(operators) = RANKS.get(level) else { return unary(input) };
    let mut left = rank(level + 1, input)?;
    loop {
        let operator = opt(|input: &mut Input<'_>| infix(operators, input)).parse_next(input)?;
        left = if let Some(operator) = operator {
            Expr::Binary(Box::new(left), operator, Box::new(rank(level + 1, input)?))
        } else if level == RELATIONAL && opt((multispace1, "in", multispace0, peek('('))).parse_next(input)?.is_some() {
            Expr::In(Box::new(left), arguments(input)?)
        } else {
            return Ok(left);
        };
    }
}

fn infix(operators: &[(&'static str, Operator)], input: &mut Input<'_>) -> Result<Operator> {
    let word = take_while(2..=5, |c: char| c.is_ascii_lowercase());
    let written: &str = delimited(multispace1, word, multispace1).parse_next(input)?;
    let known = operators.iter().find(|(name, _)| *name == written);
    known.map(|(_, operator)| *operator).ok_or_else(ContextError::new)
}

/// `not` and `-` bind tighter than any operator between two operands.
fn unary(input: &mut Input<'_>) -> Result<Expr> {
    let not = terminated("not", alt((multispace1, peek("("))));
    if opt(not).parse_next(input)?.is_some() {
        return nested(unary).map(|operand| Expr::Not(Box::new(operand))).parse_next(input);
    }
    let minus = ('-', peek(one_of(|c: char| !c.is_ascii_digit())), multispace0);
    if opt(minus).parse_next(input)?.is_some() {
        return nested(unary).map(|operand| Expr::Negate(Box::new(operand))).parse_next(input);
    }
    primary(input)
}

fn primary(input: &mut Input<'_>) -> Result<Expr> {
    match input.chars().next() {
        Some('(') => delimited(open, nested(expression), close).parse_next(input),
        _ => alt((literal::literal.map(Expr::Literal), path_or_call)).parse_next(input),
    }
}

fn open(input: &mut Input<'_>) -> Result<()> {
    ('(', multispace0).void().parse_next(input)
}

fn close(input: &mut Input<'_>) -> Result<()> {
    (multispace0, ')').void().parse_next(input)
}

fn comma(input: &mut Input<'_>) -> Result<()> {
    (multispace0, ',', multispace0).void().parse_next(input)
}

/// `(a, b)` and `()`.
fn arguments(input: &mut Input<'_>) -> Result<Vec<Expr>> {
    delimited(open, nested(separated(0.., expression, comma)), close).parse_next(input)
}

/// A path, and what a parenthesis behind it makes of it.
fn path_or_call(input: &mut Input<'_>) -> Result<Expr> {
    let mut path = path(input)?;
    if opt(peek('(')).parse_next(input)?.is_none() {
        return Ok(word_or_path(path));
    }
    let last = path.pop().unwrap_or_default();
    if path.is_empty() {
        return Ok(Expr::Call(last, arguments(input)?));
    }
    // The pages write `any` and `Any`.
    let every = last.eq_ignore_ascii_case("all");
    if !every && !last.eq_ignore_ascii_case("any") {
        return Err(ContextError::new());
    }
    let colon = (multispace0, ':', multispace0);
    let condition = opt((terminated(name, colon), expression));
    let condition = delimited(open, nested(condition), close).parse_next(input)?;
    Ok(Expr::Lambda(Box::new(Lambda { path, every, condition })))
}

fn word_or_path(path: Vec<String>) -> Expr {
    match path.as_slice() {
        [word] if word == "null" => Expr::Literal(Literal::Null),
        [word] if word == "true" => Expr::Literal(Literal::Boolean(true)),
        [word] if word == "false" => Expr::Literal(Literal::Boolean(false)),
        _ => Expr::Path(path),
    }
}

fn path(input: &mut Input<'_>) -> Result<Vec<String>> {
    separated(1.., name, '/').parse_next(input)
}

/// A name: of a property, qualified (`Edm.Int32`), of a parameter (`@p`) or of a system resource (`$it`).
fn name(input: &mut Input<'_>) -> Result<String> {
    let start = opt(one_of(['$', '@']));
    let first = one_of(|c: char| c.is_alphabetic() || c == '_');
    let rest = take_while(0.., |c: char| c.is_alphanumeric() || c == '_');
    let dotted = preceded('.', take_while(1.., |c: char| c.is_alphanumeric() || c == '_'));
    (start, first, rest, winnow::combinator::repeat::<_, _, (), _, _>(0.., dotted))
        .take()
        .map(str::to_owned)
        .parse_next(input)
}
