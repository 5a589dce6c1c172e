//! The grammar of `$filter`, with winnow: text into a syntax tree that knows no property yet.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use winnow::ascii::{multispace0, multispace1};
use winnow::combinator::{alt, delimited, opt, preceded, repeat, separated, terminated};
use winnow::error::ContextError;
use winnow::token::{one_of, take_while};
use winnow::{Parser, Result};

use super::Op;
use crate::sandbox::error::ODataError;

/// A syntax tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Or(Vec<Expr>),
    And(Vec<Expr>),
    Not(Box<Expr>),
    Compare(Term, Op, Term),
    /// Collection, variable, condition.
    Any(Vec<String>, Option<(String, Box<Expr>)>),
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    Path(Vec<String>),
    Text(String),
    Time(Timestamp),
    Null,
    /// A number or a boolean, which no property of ours compares with.
    Other,
}

/// Longer filters are refused, and so are deeper ones: the parser calls itself once for each parenthesis.
const LONGEST: usize = 16 * 1024;
const DEEPEST: usize = 50;

pub(super) fn parse(text: &str) -> std::result::Result<Expr, ODataError> {
    let refuse = || ODataError::bad_option(format!("Invalid filter clause: syntax error in '{}'.", excerpt(text)));
    let depth = text.bytes().filter(|byte| *byte == b'(').count();
    if text.len() > LONGEST || depth > DEEPEST * 8 || deepest(text) > DEEPEST {
        return Err(ODataError::bad_option("Invalid filter clause: it is too long or too deep."));
    }
    delimited(multispace0, or, multispace0).parse(text).map_err(|_| refuse())
}

fn excerpt(text: &str) -> String {
    text.chars().take(100).collect()
}

/// How deep the parentheses go; those in texts count too, which costs nobody anything.
fn deepest(text: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' => now += 1,
            b')' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

fn or(input: &mut &str) -> Result<Expr> {
    let all: Vec<Expr> = separated(1.., and, word("or")).parse_next(input)?;
    Ok(single_or(all, Expr::Or))
}

fn and(input: &mut &str) -> Result<Expr> {
    let all: Vec<Expr> = separated(1.., unary, word("and")).parse_next(input)?;
    Ok(single_or(all, Expr::And))
}

fn single_or(mut all: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    if all.len() == 1 { all.remove(0) } else { many(all) }
}

/// `and` or `or` with space around it.
fn word<'a>(word: &'static str) -> impl Parser<&'a str, (), ContextError> {
    delimited(multispace1, word, multispace1).void()
}

fn unary(input: &mut &str) -> Result<Expr> {
    let not = terminated("not", alt((multispace1, winnow::combinator::peek("("))));
    let nots: usize = repeat(0.., not.void()).fold(|| 0, |count, ()| count + 1).parse_next(input)?;
    let inner = primary.parse_next(input)?;
    Ok(if nots % 2 == 1 { Expr::Not(Box::new(inner)) } else { inner })
}

fn primary(input: &mut &str) -> Result<Expr> {
    alt((delimited(open, or, close), call, any, comparison)).parse_next(input)
}

fn open(input: &mut &str) -> Result<()> {
    ('(', multispace0).void().parse_next(input)
}

fn close(input: &mut &str) -> Result<()> {
    (multispace0, ')').void().parse_next(input)
}

/// `startswith(a,'b')`, with or without `eq true` behind it.
fn call(input: &mut &str) -> Result<Expr> {
    let function =
        alt(("startswith".value(Op::StartsWith), "endswith".value(Op::EndsWith), "contains".value(Op::Contains)));
    let comma = (multispace0, ',', multispace0);
    let arguments = delimited(open, (terminated(term, comma), term), close);
    let (op, (left, right)) = (function, arguments).parse_next(input)?;
    let mut wanted = opt(preceded((multispace1, "eq", multispace1), alt(("true".value(true), "false".value(false)))));
    let test = Expr::Compare(left, op, right);
    Ok(if wanted.parse_next(input)? == Some(false) { Expr::Not(Box::new(test)) } else { test })
}

/// `path/any(x: …)` and `path/any()`. The pages write `any` and `Any`.
fn any(input: &mut &str) -> Result<Expr> {
    let (mut path, ()) = (path, open).parse_next(input)?;
    let lambda = path.pop().filter(|word| word.eq_ignore_ascii_case("any"));
    if lambda.is_none() || path.is_empty() {
        return Err(ContextError::new());
    }
    let colon = (multispace0, ':', multispace0);
    let condition = opt((terminated(name, colon), or.map(Box::new)));
    let condition = terminated(condition, close).parse_next(input)?;
    Ok(Expr::Any(path, condition))
}

fn comparison(input: &mut &str) -> Result<Expr> {
    let op = alt((
        "eq".value(Op::Eq),
        "ne".value(Op::Ne),
        "gt".value(Op::Gt),
        "ge".value(Op::Ge),
        "lt".value(Op::Lt),
        "le".value(Op::Le),
    ));
    let (left, op, right) = (term, delimited(multispace1, op, multispace1), term).parse_next(input)?;
    Ok(Expr::Compare(left, op, right))
}

fn term(input: &mut &str) -> Result<Term> {
    alt((text.map(Term::Text), number_or_time, path.map(word_or_path))).parse_next(input)
}

fn word_or_path(path: Vec<String>) -> Term {
    match path.as_slice() {
        [word] if word == "null" => Term::Null,
        [word] if word == "true" || word == "false" => Term::Other,
        _ => Term::Path(path),
    }
}

/// `'it''s'`.
fn text(input: &mut &str) -> Result<String> {
    let piece = alt((take_while(1.., |c| c != '\''), "''".value("'")));
    let pieces = repeat(0.., piece).fold(String::new, |mut text, piece| {
        text.push_str(piece);
        text
    });
    delimited('\'', pieces, '\'').parse_next(input)
}

fn number_or_time(input: &mut &str) -> Result<Term> {
    let first = one_of(|c: char| c.is_ascii_digit() || c == '-');
    let rest = take_while(0.., |c: char| c.is_ascii_alphanumeric() || "-:.+".contains(c));
    let written: &str = (first, rest).take().parse_next(input)?;
    moment(written)
        .map(Term::Time)
        .or_else(|| written.parse::<f64>().ok().map(|_| Term::Other))
        .ok_or_else(ContextError::new)
}

/// A moment, or the beginning of a day in UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| (text.len() == 10).then(day)?.map(|day| day.timestamp()))
}

fn path(input: &mut &str) -> Result<Vec<String>> {
    separated(1.., name, '/').parse_next(input)
}

fn name(input: &mut &str) -> Result<String> {
    let first = one_of(|c: char| c.is_ascii_alphabetic() || c == '_');
    let rest = take_while(0.., |c: char| c.is_ascii_alphanumeric() || c == '_');
    (first, rest).take().map(str::to_owned).parse_next(input)
}
