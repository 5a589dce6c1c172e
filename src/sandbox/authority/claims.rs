//! Tokens as their clients may read them: JSON Web Tokens without a signature.
//!
//! Observed: which claims Entra's tokens have. An access token ends in random bytes instead of a signature: it is known
//! by itself, and not by what it says.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};

use super::scope::Scope;
use super::{TOKEN_LASTS, Visit};
use crate::sandbox::dialect::Dialect;

/// Whose tokens they are.
pub(super) struct Subject<'a> {
    pub client: &'a str,
    /// The mailbox's id; none for an application.
    pub user: Option<&'a str>,
    pub scope: &'a Scope,
    /// What the client wants to find again in its id token.
    pub nonce: Option<&'a str>,
}

impl Visit<'_> {
    /// What every token says.
    fn claims(&self, audience: &str, subject: &Subject<'_>) -> Map<String, Value> {
        let mut claims = Map::new();
        let mut add = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
        add("aud", audience.into());
        add("iss", self.issuer().into());
        add("iat", self.now.into());
        add("nbf", self.now.into());
        add("exp", (self.now + TOKEN_LASTS).into());
        let user = subject.user.and_then(|user| self.inner.mailboxes().find(|mailbox| mailbox.ids.guid == user));
        if let Some(user) = user {
            add("name", user.name.as_str().into());
            add("oid", user.ids.guid.as_str().into());
            add("preferred_username", user.upn.as_str().into());
        }
        add("sub", subject.user.unwrap_or(subject.client).into());
        add("tid", self.inner.mailbox.ids.tenant().into());
        add("ver", "2.0".into());
        claims
    }

    /// An id token (OpenID Connect Core section 2).
    pub(super) fn id_token(&self, subject: &Subject<'_>) -> String {
        let mut claims = self.claims(subject.client, subject);
        if let Some(nonce) = subject.nonce {
            claims.insert("nonce".into(), nonce.into());
        }
        token(claims, "")
    }

    /// An access token.
    pub(super) fn access_token(&self, subject: &Subject<'_>, secret: &str) -> String {
        let audience = match subject.scope.audience {
            Dialect::Graph => "https://graph.microsoft.com",
            Dialect::Outlook => "https://outlook.office.com",
        };
        let mut claims = self.claims(audience, subject);
        claims.insert("appid".into(), subject.client.into());
        match subject.user {
            Some(_) => claims.insert("scp".into(), subject.scope.shown.as_str().into()),
            None => claims.insert("roles".into(), json!(["Contacts.ReadWrite"])),
        };
        token(claims, secret)
    }
}

fn token(claims: Map<String, Value>, end: &str) -> String {
    let encoded = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let head = encoded(json!({ "typ": "JWT", "alg": "none" }));
    format!("{head}.{}.{end}", encoded(Value::Object(claims)))
}
