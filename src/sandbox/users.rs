//! The users themselves: `/me`, `/users`, `/users/{id}`.
//!
//! As small as a client of contacts needs it: id, names and address. Documented for Graph, observed for v2.0's `/me`;
//! v2.0 has no list of users.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::Inner;
use super::dialect::Dialect;
use super::error::{Clause, ODataError};
use super::path::User;
use super::request::{Answer, json};
use super::store::Mailbox;
use super::tokens::Bearer;

/// Whether a resource path asks for the list of users.
pub(super) fn is_list(rest: &str) -> bool {
    rest.trim_matches('/').eq_ignore_ascii_case("users")
}

impl Inner {
    /// Answers a request for one user, or for all.
    pub(super) fn users(
        &self,
        request: &Request<Bytes>,
        dialect: Dialect,
        origin: &str,
        user: Option<&User>,
        bearer: &Bearer,
    ) -> Answer {
        if request.method() != Method::GET || user.is_none() && dialect == Dialect::Outlook {
            return Err(ODataError::not_supported());
        }
        let select = select(request.uri().query().unwrap_or_default(), dialect)?;
        let metadata = format!("{origin}{}/$metadata", dialect.base());
        let columns = select.as_ref().map(|names| format!("({})", names.join(","))).unwrap_or_default();
        let select = select.as_deref();
        let mut body = Map::new();
        let Some(user) = user else {
            body.insert("@odata.context".into(), format!("{metadata}#users{columns}").into());
            let all: Vec<Value> = self.mailboxes().map(|mailbox| shown(mailbox, dialect, select).into()).collect();
            body.insert("value".into(), all.into());
            return Ok(json(dialect, StatusCode::OK, &Value::Object(body)));
        };
        let found = match (user, self.resolve(user, bearer)) {
            // Observed: who asks for the user itself hears of it in other words than who asks for its contacts.
            (User::Named(name), Err(error)) if error.status == StatusCode::NOT_FOUND => {
                Err(ODataError::no_such_resource(&name.chars().take(100).collect::<String>()))
            }
            (_, found) => found,
        };
        let context = match dialect {
            Dialect::Graph => format!("{metadata}#users{columns}/$entity"),
            Dialect::Outlook => format!("{metadata}#Me{columns}"),
        };
        body.insert("@odata.context".into(), context.into());
        body.extend(shown(found?, dialect, select));
        Ok(json(dialect, StatusCode::OK, &Value::Object(body)))
    }
}

/// Graph's names and v2.0's, in the order in which they are shown; empty where a dialect has none.
const PROPERTIES: [(&str, &str); 7] = [
    ("id", "Id"),
    ("", "EmailAddress"),
    ("displayName", "DisplayName"),
    ("mail", ""),
    ("userPrincipalName", ""),
    ("", "Alias"),
    ("", "MailboxGuid"),
];

fn shown(mailbox: &Mailbox, dialect: Dialect, select: Option<&[String]>) -> Map<String, Value> {
    let alias = mailbox.upn.split('@').next().unwrap_or_default();
    let (guid, upn) = (mailbox.ids.guid.as_str(), mailbox.upn.as_str());
    let values = [guid, upn, mailbox.name.as_str(), upn, upn, alias, guid];
    let names = PROPERTIES.iter().map(|(graph, outlook)| dialect.pick(*graph, *outlook));
    let wanted = |name: &str| {
        let selected = select.is_none_or(|select| select.iter().any(|one| one == name));
        !name.is_empty() && (selected || name.eq_ignore_ascii_case("id"))
    };
    names.zip(values).filter(|(name, _)| wanted(name)).map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// `$select` is the one option that is taken.
fn select(query: &str, dialect: Dialect) -> Result<Option<Vec<String>>, ODataError> {
    let mut select = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let decoded = percent_decode_str(pair).decode_utf8_lossy();
        let (name, value) = decoded.split_once('=').unwrap_or((&decoded, ""));
        if name != "$select" {
            let name: String = name.chars().take(60).collect();
            return Err(ODataError::bad_option(format!("The query option '{name}' is not supported.")));
        }
        let names: Vec<String> = value.split(',').map(|name| name.trim().to_owned()).collect();
        let known =
            |name: &&String| !PROPERTIES.iter().any(|(graph, outlook)| dialect.pick(*graph, *outlook) == **name);
        if let Some(unknown) = names.iter().find(known) {
            let (unknown, kind) = (
                unknown.chars().take(60).collect::<String>(),
                dialect.pick("microsoft.graph.user", "Microsoft.OutlookServices.User"),
            );
            return Err(ODataError::no_such_property(dialect, Clause::SelectExpand, &unknown, kind));
        }
        select = Some(names);
    }
    Ok(select)
}
