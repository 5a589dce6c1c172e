//! Refusals of query options. Where a constructor says *OData's*, the words are those of the library that the service
//! reads its URLs with.

use super::ODataError;
use crate::sandbox::dialect::Dialect;

/// Which option is at fault; the words differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Clause {
    Filter,
    SelectExpand,
    OrderBy,
}

impl Clause {
    /// What stands before the reason in Graph (observed for the first two, guessed for the third).
    const fn prefix(self) -> &'static str {
        match self {
            Clause::Filter => "Invalid filter clause: ",
            Clause::SelectExpand => "Parsing OData Select and Expand failed: ",
            Clause::OrderBy => "Parsing OData OrderBy failed: ",
        }
    }
}

/// Characters of the client's own text that a refusal repeats at most.
const SHOWN: usize = 100;

fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

impl ODataError {
    /// A URL that cannot be understood. Code and prefix observed in Graph since 2020; the code of v2.0 observed in 2016.
    pub(in crate::sandbox) fn unparsable(dialect: Dialect, clause: Clause, why: &str) -> ODataError {
        match dialect {
            Dialect::Graph => ODataError::bad("BadRequest", format!("{}{why}", clause.prefix())),
            Dialect::Outlook => ODataError::bad("RequestBroker-ParseUri", why.to_owned()),
        }
    }

    /// OData's.
    pub(in crate::sandbox) fn syntax(dialect: Dialect, clause: Clause, text: &str, at: usize) -> ODataError {
        let why = format!("Syntax error at position {at} in '{}'.", shown(text));
        ODataError::unparsable(dialect, clause, &why)
    }

    /// OData's.
    pub(in crate::sandbox) fn too_deep(dialect: Dialect, clause: Clause) -> ODataError {
        let why = "The depth limit for the query has been exceeded: it is too long or too deep.";
        ODataError::unparsable(dialect, clause, why)
    }

    /// Observed.
    pub(in crate::sandbox) fn no_such_property(dialect: Dialect, clause: Clause, name: &str, kind: &str) -> ODataError {
        let why = format!("Could not find a property named '{}' on type '{kind}'.", shown(name));
        ODataError::unparsable(dialect, clause, &why)
    }

    /// OData's, for a property in `$expand` that leads nowhere.
    pub(in crate::sandbox) fn no_link(dialect: Dialect, name: &str, kind: &str) -> ODataError {
        let why = format!(
            "Property '{name}' on type '{kind}' is not a navigation property or complex property. Only navigation \
             properties can be expanded."
        );
        ODataError::unparsable(dialect, Clause::SelectExpand, &why)
    }

    /// Observed for `contains(emailAddresses/address,'…')`, there without a prefix.
    pub(in crate::sandbox) fn part_of_a_list(name: &str) -> ODataError {
        ODataError::bad(
            "BadRequest",
            format!(
                "The parent value for a property access of a property '{}' is not a single value. Property access can \
                 only be applied to a single value.",
                shown(name)
            ),
        )
    }

    /// OData's.
    pub(in crate::sandbox) fn incompatible(dialect: Dialect, left: &str, right: &str, operator: &str) -> ODataError {
        let why = format!(
            "A binary operator with incompatible types was detected. Found operand types '{left}' and '{right}' for \
             operator kind '{operator}'."
        );
        ODataError::unparsable(dialect, Clause::Filter, &why)
    }

    /// OData's.
    pub(in crate::sandbox) fn no_condition(dialect: Dialect) -> ODataError {
        let why = "The $filter expression must evaluate to a single boolean value.";
        ODataError::unparsable(dialect, Clause::Filter, why)
    }

    /// OData's.
    pub(in crate::sandbox) fn no_such_function(dialect: Dialect, name: &str) -> ODataError {
        let why = format!(
            "An unknown function with name '{}' was found. This may also be a function import or a key lookup on a \
             navigation property, which is not allowed.",
            shown(name)
        );
        ODataError::unparsable(dialect, Clause::Filter, &why)
    }

    /// OData's.
    pub(in crate::sandbox) fn wrong_arguments(dialect: Dialect, name: &str) -> ODataError {
        let why = format!(
            "No function signature for the function with name '{name}' matches the specified arguments. The function \
             signatures considered are: {name}(Edm.String Nullable=true, Edm.String Nullable=true)."
        );
        ODataError::unparsable(dialect, Clause::Filter, &why)
    }

    /// Observed on events, with the name as v2.0 has it.
    pub(in crate::sandbox) fn no_filter_by(name: &str) -> ODataError {
        ODataError::bad("ErrorInvalidProperty", format!("The property '{name}' does not support filtering."))
    }

    /// Observed on messages: a sort order that the filter does not begin with.
    pub(in crate::sandbox) fn inefficient() -> ODataError {
        ODataError::bad("InefficientFilter", "The restriction or sort order is too complex for this operation.")
    }

    /// Words observed, code guessed.
    pub(in crate::sandbox) fn no_order_by() -> ODataError {
        ODataError::bad("ErrorInvalidUrlQuery", "OrderBy not supported.")
    }

    /// OData's, observed with a part of a complex property.
    pub(in crate::sandbox) fn bad_select_path(dialect: Dialect) -> ODataError {
        let why = "Found a path with multiple navigation properties or a bad complex property path in a select clause. \
                   Please reword your query such that each level of select or expand only contains either \
                   TypeSegments or Properties.";
        ODataError::unparsable(dialect, Clause::SelectExpand, why)
    }

    /// Code observed on messages, words guessed: extensions are only expanded one by one.
    pub(in crate::sandbox) fn expand_needs_filter() -> ODataError {
        let message = "Expanding extensions requires a filter by id: $expand=extensions($filter=id eq '…').";
        ODataError::bad("ErrorGraphExtensionExpandRequiresFilter", message)
    }

    /// Observed.
    pub(in crate::sandbox) fn search_with_order() -> ODataError {
        let message = "The query parameter '$orderBy' is not supported with '$search'.";
        ODataError::bad("SearchWithOrderBy", message)
    }

    /// Observed.
    pub(in crate::sandbox) fn bad_property_id() -> ODataError {
        let message = "PropertyId values may only be in one of the following formats: 'MapiPropertyType namespaceGuid \
                       Name propertyName', 'MapiPropertyType namespaceGuid Id propertyId' or 'MapiPropertyType \
                       propertyTag'.";
        ODataError::bad("ErrorInvalidProperty", message)
    }
}

/// Open extensions.
impl ODataError {
    /// Guessed: the words of the directory's extensions.
    pub(in crate::sandbox) fn extension_exists() -> ODataError {
        let message = "An extension already exists with given id.";
        ODataError::new(http::StatusCode::CONFLICT, "ErrorItemSave", message)
    }

    /// Guessed. The service was seen to fail with 500 where the name was missing.
    pub(in crate::sandbox) fn bad_extension(message: &'static str) -> ODataError {
        ODataError::bad("ErrorInvalidProperty", message)
    }
}
