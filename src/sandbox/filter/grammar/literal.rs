//! Literals: texts, numbers, moments, GUIDs and the rarer kinds.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use winnow::combinator::{alt, delimited, not, opt, peek, repeat, terminated};
use winnow::error::ContextError;
use winnow::token::{one_of, take, take_while};
use winnow::{Parser, Result};

use super::Input;
use crate::sandbox::ids::is_guid;

/// A value that is written out.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) enum Literal {
    Null,
    Boolean(bool),
    Text(String),
    Integer(i64),
    Number(f64),
    /// A moment, or the beginning of a day in UTC.
    Moment(Timestamp),
    /// In lower case.
    Guid(String),
    /// `duration'…'`, `binary'…'`, `geography'…'`, an enumeration's member: nothing here compares with them.
    Other(String),
}

impl Literal {
    /// The type's name.
    pub(in crate::sandbox) fn kind(&self) -> &'static str {
        match self {
            Literal::Null => "<null>",
            Literal::Boolean(_) => "Edm.Boolean",
            Literal::Text(_) => "Edm.String",
            Literal::Integer(number) if i32::try_from(*number).is_ok() => "Edm.Int32",
            Literal::Integer(_) => "Edm.Int64",
            Literal::Number(_) => "Edm.Double",
            Literal::Moment(_) => "Edm.DateTimeOffset",
            Literal::Guid(_) => "Edm.Guid",
            Literal::Other(_) => "Edm.Duration",
        }
    }
}

/// Any literal but `null`, `true` and `false`, which look like paths.
pub(super) fn literal(input: &mut Input<'_>) -> Result<Literal> {
    alt((text.map(Literal::Text), guid.map(Literal::Guid), number_or_moment, typed)).parse_next(input)
}

/// `'it''s'`.
fn text(input: &mut Input<'_>) -> Result<String> {
    let piece = alt((take_while(1.., |c| c != '\''), "''".value("'")));
    let pieces = repeat(0.., piece).fold(String::new, |mut text, piece| {
        text.push_str(piece);
        text
    });
    delimited('\'', pieces, '\'').parse_next(input)
}

/// `prefix'…'`.
fn typed(input: &mut Input<'_>) -> Result<Literal> {
    let prefix = take_while(1.., |c: char| c.is_ascii_alphanumeric() || "._".contains(c));
    let written: (&str, String) = (prefix, text).parse_next(input)?;
    Ok(Literal::Other(written.0.to_owned()))
}

fn guid(input: &mut Input<'_>) -> Result<String> {
    let written: &str = terminated(take(36_usize), peek(not(one_of(in_a_word)))).parse_next(input)?;
    is_guid(written).then(|| written.to_ascii_lowercase()).ok_or_else(ContextError::new)
}

fn in_a_word(c: char) -> bool {
    c.is_alphanumeric() || "-_".contains(c)
}

fn number_or_moment(input: &mut Input<'_>) -> Result<Literal> {
    let first = one_of(|c: char| c.is_ascii_digit());
    let rest = take_while(0.., |c: char| c.is_ascii_alphanumeric() || "-:.+".contains(c));
    let written: &str = (opt('-'), first, rest).take().parse_next(input)?;
    if let Some(moment) = moment(written) {
        return Ok(Literal::Moment(moment));
    }
    // Rust would read `1e400` as infinity; there is no such number.
    let number = || written.parse().ok().filter(|number: &f64| number.is_finite()).map(Literal::Number);
    written.parse().ok().map(Literal::Integer).or_else(number).ok_or_else(ContextError::new)
}

/// A moment, or the beginning of a day in UTC.
pub(in crate::sandbox) fn moment(text: &str) -> Option<Timestamp> {
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| (text.len() == 10).then(day)?.map(|day| day.timestamp()))
}
