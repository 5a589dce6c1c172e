//! What the names in a filter stand for.

use super::{Kind, Scope};
use crate::sandbox::dialect::Dialect;
use crate::sandbox::error::{Clause, ODataError};
use crate::sandbox::extended::{multi_id, normal_id};
use crate::sandbox::extensions::property_of;
use crate::sandbox::filter::{Cast, Collection, Field};
use crate::sandbox::schema::{self, CONTACT, Entity, Filterable, Property, Shape};

/// OData's functions, which the service knows and refuses but for three (guessed, from how it refuses `in`).
pub(super) const FUNCTIONS: [&str; 36] = [
    "startswith",
    "endswith",
    "contains",
    "cast",
    "isof",
    "concat",
    "indexof",
    "length",
    "substring",
    "tolower",
    "toupper",
    "trim",
    "matchesPattern",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "fractionalseconds",
    "date",
    "time",
    "totaloffsetminutes",
    "totalseconds",
    "now",
    "mindatetime",
    "maxdatetime",
    "round",
    "floor",
    "ceiling",
    "geo.distance",
    "geo.intersects",
    "geo.length",
    "hassubset",
    "hassubsequence",
    "case",
];

/// The types that `cast` takes. Documented for `Edm.Int32` and `Edm.Guid`, guessed for the others.
pub(super) fn cast_named(name: &str) -> Option<Cast> {
    Some(match name {
        "Edm.String" => Cast::Text,
        "Edm.Byte" | "Edm.SByte" | "Edm.Int16" | "Edm.Int32" | "Edm.Int64" => Cast::Integer,
        "Edm.Double" | "Edm.Single" | "Edm.Decimal" => Cast::Number,
        "Edm.Boolean" => Cast::Boolean,
        "Edm.Guid" => Cast::Guid,
        "Edm.DateTimeOffset" => Cast::Moment,
        _ => return None,
    })
}

/// Whether a name in a URL means this one. Documented by Graph's own samples (`ep/Id`, `Extensions/any`): in any case;
/// guessed for v2.0: to the letter.
pub(in crate::sandbox) fn same(dialect: Dialect, known: &str, name: &str) -> bool {
    match dialect {
        Dialect::Graph => known.eq_ignore_ascii_case(name),
        Dialect::Outlook => known == name,
    }
}

/// The property that a name in a URL means.
pub(in crate::sandbox) fn find(dialect: Dialect, entity: &Entity, name: &str) -> Option<&'static Property> {
    entity.rows.iter().find(|row| row.is_in(dialect) && same(dialect, row.name(dialect), name))
}

impl Scope<'_> {
    pub(super) fn collection(&self, path: &[String]) -> Result<Collection, ODataError> {
        match &self.kind {
            Kind::Whole(entity) => self.collection_of(path, entity),
            Kind::Entry(Collection::Multi, variable) => match self.behind(*variable, path)? {
                [name] if self.same(("value", "Value"), name) => Ok(Collection::Values),
                _ => Err(ODataError::invalid_nodes()),
            },
            Kind::Entry(..) => Err(ODataError::invalid_nodes()),
        }
    }

    fn collection_of(&self, path: &[String], entity: &'static Entity) -> Result<Collection, ODataError> {
        let [name] = path else { return Err(ODataError::invalid_nodes()) };
        if self.same(("singleValueExtendedProperties", "SingleValueExtendedProperties"), name) {
            return Ok(Collection::Single);
        }
        if self.same(("multiValueExtendedProperties", "MultiValueExtendedProperties"), name) {
            return Ok(Collection::Multi);
        }
        if std::ptr::eq(entity, &raw const CONTACT) && self.same(("extensions", "Extensions"), name) {
            return Ok(Collection::Extensions);
        }
        let row = self.row(name, entity)?;
        match (row.filter, row.shape) {
            (Filterable::Any, Shape::Emails) => Ok(Collection::Emails),
            (Filterable::Any, _) => Ok(Collection::Texts(row.graph)),
            _ => Err(ODataError::invalid_nodes()),
        }
    }

    pub(super) fn field(&self, path: &[String]) -> Result<Field, ODataError> {
        match &self.kind {
            Kind::Whole(entity) => self.field_of(path, entity),
            Kind::Entry(collection, variable) => self.part(self.behind(*variable, path)?, *collection),
        }
    }

    /// What stands behind the variable's name.
    fn behind<'p>(&self, variable: Option<&str>, path: &'p [String]) -> Result<&'p [String], ODataError> {
        match (variable, path) {
            (None, path) => Ok(path),
            (Some(variable), [first, rest @ ..]) if first == variable => Ok(rest),
            _ => Err(ODataError::invalid_nodes()),
        }
    }

    fn field_of(&self, path: &[String], entity: &'static Entity) -> Result<Field, ODataError> {
        let [name, rest @ ..] = path else { return Err(ODataError::invalid_nodes()) };
        let row = self.row(name, entity)?;
        match (row.filter, row.shape, rest) {
            (Filterable::Yes, Shape::Text, []) => Ok(Field::Property(row.graph, None)),
            (Filterable::Yes, Shape::Moment | Shape::Birthday, []) => Ok(Field::Time(row.graph)),
            (Filterable::Yes, Shape::Address, [part]) => {
                let mut parts = schema::ADDRESS.iter();
                let known = parts.find(|(graph, outlook)| self.same((graph, outlook), part));
                let (graph, _) = known.ok_or_else(|| self.unknown(part, "PhysicalAddress"))?;
                Ok(Field::Property(row.graph, Some(graph)))
            }
            (_, Shape::Emails | Shape::Texts(_), [part, ..]) => Err(ODataError::part_of_a_list(part)),
            (Filterable::No, _, []) => Err(ODataError::no_filter_by(row.outlook)),
            _ => Err(ODataError::invalid_nodes()),
        }
    }

    fn part(&self, path: &[String], collection: Collection) -> Result<Field, ODataError> {
        match (collection, path) {
            (Collection::Texts(_) | Collection::Values, []) => Ok(Field::Entry),
            (Collection::Emails, [name]) if self.same(("address", "Address"), name) => Ok(Field::EmailAddress),
            (Collection::Single | Collection::Multi, [name]) if self.same(("id", "PropertyId"), name) => {
                Ok(Field::ExtendedId)
            }
            (Collection::Extensions, [name]) if self.same(("id", "Id"), name) => Ok(Field::ExtendedId),
            (Collection::Single, [name]) if self.same(("value", "Value"), name) => Ok(Field::ExtendedValue),
            _ => Err(ODataError::invalid_nodes()),
        }
    }

    /// The normal form of an id that an entry of this collection may have.
    pub(super) fn id(&self, id: &str) -> Result<String, ODataError> {
        match self.kind {
            Kind::Entry(Collection::Multi, _) => multi_id(id),
            Kind::Entry(Collection::Extensions, _) => Ok(property_of(id)),
            _ => normal_id(id),
        }
    }

    fn same(&self, names: (&'static str, &'static str), name: &str) -> bool {
        same(self.dialect, self.dialect.pick(names.0, names.1), name)
    }

    fn row(&self, name: &str, entity: &'static Entity) -> Result<&'static Property, ODataError> {
        let unknown = || ODataError::no_such_property(self.dialect, Clause::Filter, name, &entity.name(self.dialect));
        find(self.dialect, entity, name).ok_or_else(unknown)
    }

    fn unknown(&self, name: &str, kind: &str) -> ODataError {
        let kind = match self.dialect {
            Dialect::Graph => format!("microsoft.graph.{}{}", kind[..1].to_ascii_lowercase(), &kind[1..]),
            Dialect::Outlook => format!("Microsoft.OutlookServices.{kind}"),
        };
        ODataError::no_such_property(self.dialect, Clause::Filter, name, &kind)
    }
}
