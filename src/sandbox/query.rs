//! OData's query options: `$select`, `$top`, `$skip`, `$count`, `$orderby`, `$filter`, `$expand`.
//!
//! Guessed: names are taken to the letter, and whatever is not known is refused, with or without `$`. The service is
//! said to overlook some; a rehearsal must not.

use percent_encoding::percent_decode_str;

use super::dialect::Dialect;
use super::error::ODataError;
use super::filter::{self, Field, Filter};
use super::schema::{Entity, Filterable, Property, Shape};

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
    /// The extended properties to show, by normalised id.
    pub expand: Vec<String>,
}

/// Which options a kind of request takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Takes(&'static [&'static str]);

impl Takes {
    pub(super) const LIST: Takes = Takes(&["$select", "$top", "$skip", "$count", "$orderby", "$filter", "$expand"]);
    pub(super) const FOLDERS: Takes = Takes(&["$select", "$top", "$skip", "$count", "$orderby", "$filter"]);
    pub(super) const ONE: Takes = Takes(&["$select", "$expand"]);
    pub(super) const SELECT: Takes = Takes(&["$select"]);
    pub(super) const COUNT: Takes = Takes(&["$filter"]);
    pub(super) const NOTHING: Takes = Takes(&[]);
}

/// Reads the options of a request for entities of one kind.
///
/// # Errors
/// 400 for unknown or repeated options, unknown properties and values that cannot be.
pub(super) fn parse(raw: &str, dialect: Dialect, entity: &'static Entity, takes: Takes) -> Result<Query, ODataError> {
    let mut query = Query::default();
    let mut seen: Vec<String> = Vec::new();
    for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        if name == "$search" {
            return Err(ODataError::bad_option("The query option '$search' is not supported for contacts."));
        }
        if !takes.0.contains(&name.as_str()) {
            return Err(ODataError::bad_option(format!("The query option '{name}' is not supported.")));
        }
        if seen.contains(&name) {
            return Err(ODataError::bad_option(format!("The query option '{name}' is given more than once.")));
        }
        query.set(&name, &value, dialect, entity)?;
        seen.push(name);
    }
    Ok(query)
}

impl Query {
    /// Lets the filter compare with case.
    ///
    /// # Errors
    /// As [`parse`].
    pub(super) fn mind_case(&mut self, raw: &str, dialect: Dialect, entity: &'static Entity) -> Result<(), ODataError> {
        for (name, value) in raw.split('&').filter_map(|pair| pair.split_once('=')) {
            if decoded(name)? == "$filter" {
                self.filter = Some(filter::parse_exact(&decoded(value)?, dialect, entity)?);
            }
        }
        Ok(())
    }
}

/// Percent-decodes; a plus is a space, as the service's web framework has it (observed in clients that write so).
fn decoded(text: &str) -> Result<String, ODataError> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    decoded.map(Into::into).map_err(|_| ODataError::bad_option("The query string is not valid UTF-8."))
}

impl Query {
    fn set(&mut self, name: &str, value: &str, dialect: Dialect, entity: &'static Entity) -> Result<(), ODataError> {
        match name {
            "$select" => self.select = Some(select(value, dialect, entity)?),
            "$top" => self.top = Some(number(name, value)?.clamp(1, MAX_TOP as u64) as usize),
            "$skip" => self.skip = number(name, value)?,
            "$count" => self.count = boolean(name, value)?,
            "$orderby" => self.order = order(value, dialect, entity)?,
            "$filter" => self.filter = Some(filter::parse(value, dialect, entity)?),
            _ => self.expand = expand(value, dialect)?,
        }
        Ok(())
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

fn row(name: &str, dialect: Dialect, entity: &Entity) -> Result<&'static Property, ODataError> {
    entity.find(dialect, name).ok_or_else(|| ODataError::unknown_property(&cut(name), &entity.name(dialect)))
}

fn select(value: &str, dialect: Dialect, entity: &'static Entity) -> Result<Vec<&'static Property>, ODataError> {
    let extended = dialect.pick("singleValueExtendedProperties", "SingleValueExtendedProperties");
    // Observed in use: the expanded navigation property is selected as well. It is shown either way.
    let names = value.split(',').map(str::trim).filter(|name| *name != extended);
    names.map(|name| row(name, dialect, entity)).collect()
}

fn order(value: &str, dialect: Dialect, entity: &'static Entity) -> Result<Vec<(Field, bool)>, ODataError> {
    value.split(',').map(|part| order_by(part.trim(), dialect, entity)).collect()
}

fn order_by(part: &str, dialect: Dialect, entity: &'static Entity) -> Result<(Field, bool), ODataError> {
    let (name, direction) = part.split_once(' ').unwrap_or((part, "asc"));
    let down = match direction.trim() {
        "asc" => false,
        "desc" => true,
        _ => return Err(ODataError::bad_option(format!("Syntax error in '$orderby': '{}'.", cut(part)))),
    };
    let row = row(name, dialect, entity)?;
    match (row.filter, row.shape) {
        (Filterable::Yes, Shape::Text) => Ok((Field::Property(row.graph, None), down)),
        (Filterable::Yes, Shape::Moment | Shape::Birthday) => Ok((Field::Time(row.graph), down)),
        _ => Err(ODataError::bad_option(format!("The property '{name}' cannot be sorted by."))),
    }
}

/// `singleValueExtendedProperties($filter=id eq '…')`, the one thing that is expanded so far.
fn expand(value: &str, dialect: Dialect) -> Result<Vec<String>, ODataError> {
    let (name, options) = value.trim().split_once('(').unwrap_or((value.trim(), ""));
    if name != dialect.pick("singleValueExtendedProperties", "SingleValueExtendedProperties") {
        return Err(ODataError::no_expand(&cut(name)));
    }
    let inner = options.strip_suffix(')').map(str::trim);
    let filter = inner.and_then(|inner| inner.strip_prefix("$filter")).map(str::trim_start);
    let filter = filter.and_then(|filter| filter.strip_prefix('='));
    // Documented: the filter says which, they cannot all be listed.
    let filter =
        filter.ok_or_else(|| ODataError::bad_option("'$expand' of extended properties needs a '$filter' by id."))?;
    filter::parse_ids(filter.trim(), dialect)
}

/// The query of the next page: all but `$skip` as the client wrote it (documented: the original parameters are kept).
pub(super) fn next(raw: &str, skip: u64) -> String {
    let is_skip = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        percent_decode_str(name).decode_utf8().is_ok_and(|name| name == "$skip")
    };
    let kept: Vec<&str> = raw.split('&').filter(|pair| !pair.is_empty() && !is_skip(pair)).collect();
    let kept = kept.iter().map(|pair| format!("{pair}&")).collect::<String>();
    format!("{kept}$skip={skip}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::schema::CONTACT;
    use proptest::prelude::*;

    fn list(raw: &str) -> Result<Query, ODataError> {
        parse(raw, Dialect::Graph, &CONTACT, Takes::LIST)
    }

    #[test]
    fn options_are_read() {
        let query = list("$select=givenName,%20surname&%24top=5&$skip=7&$count=true&$orderby=surname%20desc,givenName")
            .unwrap();
        let names: Vec<_> = query.select.unwrap().iter().map(|row| row.graph).collect();
        assert_eq!(names, ["givenName", "surname"]);
        assert_eq!((query.top, query.skip, query.count), (Some(5), 7, true));
        assert_eq!(
            query.order,
            [(Field::Property("surname", None), true), (Field::Property("givenName", None), false)]
        );
        assert_eq!(list("$top=100000").unwrap().top, Some(MAX_TOP));
        let query = list(
            "$filter=givenName+eq+'a%2Bb'&$expand=singleValueExtendedProperties($filter=id%20eq%20'String%200x3A24')",
        )
        .unwrap();
        assert_eq!(query.filter, Some(filter::parse("givenName eq 'a+b'", Dialect::Graph, &CONTACT).unwrap()));
        assert_eq!(query.expand, ["String 0x3a24"]);
    }

    #[test]
    fn other_options_are_refused() {
        for raw in [
            "$top=0",
            "$top=-1",
            "$top=x",
            "$top=",
            "$skip=1.5",
            "$count=yes",
            "$select=",
            "$select=GivenName",
            "$select=nonsense",
            "top=5",
            "$tops=5",
            "$search=x",
            "$top=1&$top=2",
            "$orderby=title",
            "$orderby=surname down",
            "$orderby=emailAddresses",
            "$expand=photo",
            "$expand=singleValueExtendedProperties",
            "$expand=singleValueExtendedProperties($filter=value eq 'x')",
            "$expand=singleValueExtendedProperties($top=1)",
            "$filter=%ff",
            "$skip=99999999999999999999",
        ] {
            assert_eq!(list(raw).unwrap_err().status, 400, "{raw}");
        }
        assert_eq!(parse("$top=1", Dialect::Graph, &CONTACT, Takes::ONE).unwrap_err().status, 400);
    }

    #[test]
    fn the_next_page_keeps_what_the_client_wrote() {
        let raw = "$select=subject%2cfrom&%24skip=10&$top=1";
        assert_eq!(next(raw, 11), "$select=subject%2cfrom&$top=1&$skip=11");
        assert_eq!(next("", 10), "$skip=10");
    }

    proptest! {
        #[test]
        fn hostile_queries_never_panic(raw in "\\PC{0,100}") {
            let _ = list(&raw);
            let _ = next(&raw, 1);
        }

        #[test]
        fn queries_of_known_pieces_never_panic(pieces in prop::collection::vec(prop::sample::select(vec![
            "&", "=", "$select", "$expand=", "singleValueExtendedProperties", "(", ")", "$filter", "%24", "%", ",", "id eq '", "'", "$orderby=", "surname", " desc"]), 0..20)) {
            let _ = list(&pieces.concat());
        }
    }
}
