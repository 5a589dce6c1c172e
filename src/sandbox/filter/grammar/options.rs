//! The grammar of `$select`, `$orderby` and `$expand`.

use winnow::ascii::{multispace0, multispace1};
use winnow::combinator::{alt, delimited, opt, preceded, separated, terminated};
use winnow::{Parser, Result};

use super::{Broken, Expr, Input, close, comma, expression, nested, open, path, whole};

/// One entry of `$select`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) enum SelectItem {
    /// `*`.
    All,
    Path(Vec<String>),
}

/// One entry of `$orderby`, and whether downwards.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) struct OrderItem {
    pub by: Expr,
    pub down: bool,
}

/// One entry of `$expand` with the options in its parentheses.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) struct ExpandItem {
    /// Empty for `*`.
    pub path: Vec<String>,
    pub options: Vec<ExpandOption>,
}

/// An option inside `$expand`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) enum ExpandOption {
    Filter(Expr),
    Select(Vec<SelectItem>),
    /// Any other, by name.
    Other(String),
}

pub(in crate::sandbox) fn select(text: &str) -> std::result::Result<Vec<SelectItem>, Broken> {
    whole(text, select_items)
}

pub(in crate::sandbox) fn order(text: &str) -> std::result::Result<Vec<OrderItem>, Broken> {
    whole(text, separated(1.., order_item, comma))
}

pub(in crate::sandbox) fn expand(text: &str) -> std::result::Result<Vec<ExpandItem>, Broken> {
    whole(text, expand_items)
}

fn select_items(input: &mut Input<'_>) -> Result<Vec<SelectItem>> {
    separated(1.., alt(('*'.value(SelectItem::All), path.map(SelectItem::Path))), comma).parse_next(input)
}

fn order_item(input: &mut Input<'_>) -> Result<OrderItem> {
    let direction = preceded(multispace1, alt(("asc".value(false), "desc".value(true))));
    let (by, down) = (expression, opt(direction)).parse_next(input)?;
    Ok(OrderItem { by, down: down.unwrap_or(false) })
}

fn expand_items(input: &mut Input<'_>) -> Result<Vec<ExpandItem>> {
    separated(1.., expand_item, comma).parse_next(input)
}

fn expand_item(input: &mut Input<'_>) -> Result<ExpandItem> {
    let path = alt(('*'.value(Vec::new()), path)).parse_next(input)?;
    let semicolon = (multispace0, ';', multispace0);
    let options = delimited(open, nested(separated(1.., expand_option, semicolon)), close);
    let options: Option<Vec<ExpandOption>> = opt(options).parse_next(input)?;
    Ok(ExpandItem { path, options: options.unwrap_or_default() })
}

fn expand_option(input: &mut Input<'_>) -> Result<ExpandOption> {
    let name: String = terminated(super::name, (multispace0, '=', multispace0)).parse_next(input)?;
    match name.to_ascii_lowercase().as_str() {
        "$filter" => expression.map(ExpandOption::Filter).parse_next(input),
        "$select" => select_items.map(ExpandOption::Select).parse_next(input),
        "$expand" => expand_items.value(ExpandOption::Other(name)).parse_next(input),
        _ => expression.value(ExpandOption::Other(name)).parse_next(input),
    }
}
