//! OData's query options: `$select`, `$top`, `$skip`, `$count`, `$orderby`, `$filter`, `$expand`.
//!
//! Guessed: an option's name is taken in any case (the service's own pages write `$orderBy` and `$orderby`), and whatever
//! is not known is refused, with or without `$`. The service is said to overlook some; a rehearsal must not.

use percent_encoding::percent_decode_str;

use super::dialect::Dialect;
use super::error::{Clause, ODataError};
use super::expand::{Expand, list_named};
use super::filter::grammar::{self, Expr, OrderItem, SelectItem};
use super::filter::{self, Field, Filter};
use super::schema::{ADDRESS, Entity, Filterable, Property, Shape};

/// Documented by Microsoft's answer in an issue: 10 unless asked, 1000 at most. Guessed: more is cut to it.
pub(super) const DEFAULT_TOP: usize = 10;
/// The largest page.
pub(super) const MAX_TOP: usize = 1000;

/// The options of a request.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub select: Option<Vec<&'static Property>>,
    pub top: Option<usize>,
    pub skip: u64,
    pub count: bool,
    /// Fields to sort by, and whether downwards.
    pub order: Vec<(Field, bool)>,
    pub filter: Option<Filter>,
    pub expand: Expand,
}

/// Which options a kind of request takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Takes(&'static [&'static str]);

impl Takes {
    pub(super) const LIST: Takes = Takes(&["$select", "$top", "$skip", "$count", "$orderby", "$filter", "$expand"]);
    pub(super) const FOLDERS: Takes = Takes::LIST;
    pub(super) const PLAIN: Takes = Takes(&["$select", "$top", "$skip", "$count"]);
    pub(super) const ONE: Takes = Takes(&["$select", "$expand"]);
    pub(super) const SELECT: Takes = Takes(&["$select"]);
    pub(super) const COUNT: Takes = Takes(&["$filter"]);
    pub(super) const NOTHING: Takes = Takes(&[]);
}

/// What the service's ways let a request do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ways {
    /// Extensions may be expanded without naming them.
    pub free: bool,
    /// The case of letters counts in a filter.
    pub exact: bool,
}

/// What names mean in a request's options.
struct Reader {
    dialect: Dialect,
    entity: &'static Entity,
    ways: Ways,
}

/// Reads the options of a request for entities of one kind.
///
/// # Errors
/// 400 for unknown or repeated options, unknown properties and values that cannot be.
pub(super) fn parse(
    raw: &str,
    dialect: Dialect,
    entity: &'static Entity,
    takes: Takes,
    ways: Ways,
) -> Result<Query, ODataError> {
    let reader = Reader { dialect, entity, ways };
    let options = options(raw)?;
    let given = |name: &str| options.iter().any(|(given, _)| given == name);
    let mut query = Query::default();
    for (at, (name, value)) in options.iter().enumerate() {
        if name == "$search" && given("$orderby") {
            return Err(ODataError::search_with_order());
        }
        if name == "$search" {
            return Err(ODataError::bad_option("The query option '$search' is not supported for contacts."));
        }
        if !takes.0.contains(&name.as_str()) {
            return Err(ODataError::bad_option(format!("The query option '{}' is not supported.", cut(name))));
        }
        if options[..at].iter().any(|(earlier, _)| earlier == name) {
            return Err(ODataError::bad_option(format!("The query option '{name}' is given more than once.")));
        }
        reader.take(&mut query, name, value)?;
    }
    query.is_efficient()?;
    Ok(query)
}

/// Names in lower case where they start with `$`, and values, decoded.
fn options(raw: &str) -> Result<Vec<(String, String)>, ODataError> {
    let pairs = raw.split('&').filter(|pair| !pair.is_empty());
    let option = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decoded(name)?;
        let name = if name.starts_with('$') { name.to_ascii_lowercase() } else { name };
        Ok((name, decoded(value)?))
    };
    pairs.map(option).collect()
}

/// Percent-decodes; a plus is a space, as the service's web framework has it (observed in clients that write so).
fn decoded(text: &str) -> Result<String, ODataError> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    decoded.map(Into::into).map_err(|_| ODataError::bad_option("The query string is not valid UTF-8."))
}

impl Query {
    /// Documented: with `$filter`, the properties of both stand first and in the same order in both. The two pages word
    /// it from either side; here one list must begin the other.
    fn is_efficient(&self) -> Result<(), ODataError> {
        let Some(filter) = self.filter.as_ref().filter(|_| !self.order.is_empty()) else { return Ok(()) };
        let mut both = filter.fields().into_iter().zip(&self.order);
        let agree = both.all(|(filtered, (sorted, _))| filtered == Some(*sorted));
        if agree { Ok(()) } else { Err(ODataError::inefficient()) }
    }
}

impl Reader {
    fn take(&self, query: &mut Query, name: &str, value: &str) -> Result<(), ODataError> {
        match name {
            "$select" => query.select = self.select(value)?,
            "$top" => query.top = Some(number(name, value)?.clamp(1, MAX_TOP as u64) as usize),
            "$skip" => query.skip = number(name, value)?,
            "$count" => query.count = boolean(name, value)?,
            "$orderby" => query.order = self.order(value)?,
            "$filter" => query.filter = Some(filter::parse(value, self.dialect, self.entity, self.ways.exact)?),
            _ => query.expand = self.expand(value)?,
        }
        Ok(())
    }

    fn row(&self, name: &str, clause: Clause) -> Result<&'static Property, ODataError> {
        let kind = || self.entity.name(self.dialect);
        let unknown = || ODataError::no_such_property(self.dialect, clause, name, &kind());
        filter::find(self.dialect, self.entity, name).ok_or_else(unknown)
    }

    /// The selected properties, each once; none where all are.
    fn select(&self, value: &str) -> Result<Option<Vec<&'static Property>>, ODataError> {
        let clause = Clause::SelectExpand;
        let items = grammar::select(value).map_err(|broken| filter::refuse(broken, self.dialect, clause, value))?;
        let mut selected: Vec<&'static Property> = Vec::new();
        for item in &items {
            let SelectItem::Path(path) = item else { return Ok(None) };
            let [name] = path.as_slice() else { return Err(self.bad_path(path)?) };
            // Observed in use: the expanded navigation property is selected as well. It is shown either way.
            if list_named(name, self.dialect, self.entity).is_some() {
                continue;
            }
            let row = self.row(name, clause)?;
            if !selected.iter().any(|one| one.graph == row.graph) {
                selected.push(row);
            }
        }
        Ok(Some(selected))
    }

    /// Why a part of a property cannot be selected.
    fn bad_path(&self, path: &[String]) -> Result<ODataError, ODataError> {
        self.row(path.first().map_or("", String::as_str), Clause::SelectExpand)?;
        Ok(ODataError::bad_select_path(self.dialect))
    }

    fn order(&self, value: &str) -> Result<Vec<(Field, bool)>, ODataError> {
        let clause = Clause::OrderBy;
        let items = grammar::order(value).map_err(|broken| filter::refuse(broken, self.dialect, clause, value))?;
        items.iter().map(|item| self.order_by(item)).collect()
    }

    /// Guessed: what can be filtered by can be sorted by.
    fn order_by(&self, item: &OrderItem) -> Result<(Field, bool), ODataError> {
        let Expr::Path(path) = &item.by else { return Err(ODataError::no_order_by()) };
        let [name, rest @ ..] = path.as_slice() else { return Err(ODataError::no_order_by()) };
        let row = self.row(name, Clause::OrderBy)?;
        let field = match (row.filter, row.shape, rest) {
            (Filterable::Yes, Shape::Text, []) => Field::Property(row.graph, None),
            (Filterable::Yes, Shape::Moment | Shape::Birthday, []) => Field::Time(row.graph),
            (Filterable::Yes, Shape::Address, [part]) => Field::Property(row.graph, Some(self.part(part)?)),
            _ => return Err(ODataError::no_order_by()),
        };
        Ok((field, item.down))
    }

    fn part(&self, part: &str) -> Result<&'static str, ODataError> {
        let named = |(graph, outlook): &&(&'static str, &'static str)| {
            filter::same(self.dialect, self.dialect.pick(*graph, *outlook), part)
        };
        ADDRESS.iter().find(named).map(|(graph, _)| *graph).ok_or_else(ODataError::no_order_by)
    }

    fn expand(&self, value: &str) -> Result<Expand, ODataError> {
        let clause = Clause::SelectExpand;
        let items = grammar::expand(value).map_err(|broken| filter::refuse(broken, self.dialect, clause, value))?;
        Expand::check(&items, self.dialect, self.entity, self.ways.free)
    }
}

fn number(name: &str, value: &str) -> Result<u64, ODataError> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    // Documented: the least `$top` is 1.
    let parsed = digits.then(|| value.parse().ok()).flatten().filter(|parsed| name != "$top" || *parsed > 0);
    parsed
        .ok_or_else(|| ODataError::bad_option(format!("Invalid value '{}' for the query option '{name}'.", cut(value))))
}

fn boolean(name: &str, value: &str) -> Result<bool, ODataError> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(ODataError::bad_option(format!("Invalid value '{}' for the query option '{name}'.", cut(value)))),
    }
}

fn cut(value: &str) -> String {
    value.chars().take(60).collect()
}

/// The query of the next page: the client's options in their order (documented) and the new `$skip` behind them, written
/// anew as .NET writes them (observed: `%2c` and `+`; v2.0 escapes `$` too).
pub(super) fn next(raw: &str, dialect: Dialect, skip: u64) -> String {
    let dollar = dialect.pick("$", "%24");
    let kept = options(raw).unwrap_or_default().into_iter().filter(|(name, _)| name != "$skip");
    let kept: String =
        kept.map(|(name, value)| format!("{}={}&", name.replace('$', dollar), encoded(&value))).collect();
    format!("{kept}{dollar}skip={skip}")
}

fn encoded(value: &str) -> String {
    let encode = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() || b"-_.!*()".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02x}"),
    };
    value.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests;
