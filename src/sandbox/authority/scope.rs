//! What a token is for: scopes as they are asked for, and what they open.

use super::error::Refusal;
use crate::sandbox::dialect::Dialect;

/// Scopes that were granted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    /// The API that the token is for: one token is never for both (documented).
    pub audience: Dialect,
    pub reads: bool,
    pub writes: bool,
    /// Whether mailboxes of others are open too.
    pub shared: bool,
    /// Whether there is a refresh token.
    pub offline: bool,
    /// Whether there is an id token.
    pub openid: bool,
    /// What the answer says of it.
    pub shown: String,
}

/// The resource that a scope names before its own name. A scope without one is Graph's (documented).
const RESOURCES: [(&str, Dialect); 4] = [
    ("https://graph.microsoft.com/", Dialect::Graph),
    ("https://outlook.office.com/", Dialect::Outlook),
    ("https://outlook.office365.com/", Dialect::Outlook),
    ("https://management.outlook.com/", Dialect::Outlook),
];

impl Scope {
    /// Reads what a user's client asks for. `origin` is the sandbox's own address, which stands for Graph.
    ///
    /// # Errors
    /// Names that cannot be scopes, and scopes of two resources at once.
    pub(super) fn parse(text: &str, origin: &str) -> Result<Scope, Refusal> {
        let mut scope = Scope {
            audience: Dialect::Graph,
            reads: false,
            writes: false,
            shared: false,
            offline: false,
            openid: false,
            shown: String::new(),
        };
        let mut audience = None;
        let mut shown = Vec::new();
        for word in text.split_whitespace() {
            match word.to_lowercase().as_str() {
                "offline_access" => {
                    scope.offline = true;
                    continue;
                }
                "openid" => scope.openid = true,
                "profile" | "email" => {}
                lower => {
                    let (of, name) = resource(lower, origin);
                    if audience.is_some_and(|audience| audience != of) {
                        return Err(Refusal::two_resources(text));
                    }
                    audience = Some(of);
                    scope.open(name).ok_or_else(|| Refusal::scope(word))?;
                }
            }
            shown.push(word);
        }
        scope.audience = audience.unwrap_or(Dialect::Graph);
        scope.shown = shown.join(" ");
        Ok(scope)
    }

    /// What an application without a user asks for: everything, of one resource (documented).
    ///
    /// # Errors
    /// When it is not one `/.default`.
    pub(super) fn of_app(text: &str, origin: &str) -> Result<Scope, Refusal> {
        let lower = text.trim().to_lowercase();
        if lower.contains(' ') || !lower.ends_with("/.default") {
            return Err(Refusal::app_scope(text));
        }
        let scope = Scope::parse(&lower, origin)?;
        Ok(Scope { shared: true, ..scope })
    }

    /// Opens what one scope stands for. Scopes of other parts of the API are granted and open nothing here.
    fn open(&mut self, name: &str) -> Option<()> {
        let word =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match name {
            ".default" => (self.reads, self.writes) = (true, true),
            "contacts.read" => self.reads = true,
            "contacts.readwrite" => (self.reads, self.writes) = (true, true),
            "contacts.read.shared" => (self.reads, self.shared) = (true, true),
            "contacts.readwrite.shared" => (self.reads, self.writes, self.shared) = (true, true, true),
            other if other.contains('.') && other.split('.').all(word) => {}
            _ => return None,
        }
        Some(())
    }
}

fn resource<'a>(word: &'a str, origin: &str) -> (Dialect, &'a str) {
    let origin = format!("{}/", origin.to_lowercase());
    let known = RESOURCES.iter().map(|(start, dialect)| (*start, *dialect)).chain([(origin.as_str(), Dialect::Graph)]);
    let found = known.into_iter().find_map(|(start, dialect)| Some((dialect, word.strip_prefix(start)?)));
    let (dialect, name) = found.unwrap_or((Dialect::Graph, word));
    // Documented: a resource that ends in a slash has two before the name.
    (dialect, name.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str) -> Option<(Dialect, &'static str)> {
        let scope = Scope::parse(text, "http://127.0.0.1:8080").ok()?;
        let may = match (scope.reads, scope.writes, scope.shared) {
            (false, false, false) => "nothing",
            (true, false, false) => "read",
            (true, true, false) => "write",
            (true, false, true) => "read all",
            (true, true, true) => "write all",
            _ => "odd",
        };
        Some((scope.audience, may))
    }

    #[test]
    fn scopes_say_what_is_open() {
        use Dialect::{Graph, Outlook};
        for (text, expected) in [
            ("Contacts.Read", Some((Graph, "read"))),
            ("openid profile offline_access https://graph.microsoft.com/contacts.readwrite", Some((Graph, "write"))),
            ("https://outlook.office.com/Contacts.Read", Some((Outlook, "read"))),
            ("https://outlook.office365.com//.default", Some((Outlook, "write"))),
            ("http://127.0.0.1:8080/.default", Some((Graph, "write"))),
            ("Contacts.Read Contacts.ReadWrite.Shared", Some((Graph, "write all"))),
            ("Mail.Read User.Read", Some((Graph, "nothing"))),
            ("openid", Some((Graph, "nothing"))),
            ("Contacts.Read https://outlook.office.com/Contacts.Read", None),
            ("contacts", None),
            ("a..b", None),
        ] {
            assert_eq!(opened(text), expected, "{text}");
        }
        let scope = Scope::parse("openid offline_access Contacts.Read", "").unwrap();
        assert_eq!((scope.offline, scope.openid, scope.shown.as_str()), (true, true, "openid Contacts.Read"));
        assert!(Scope::of_app("https://graph.microsoft.com/.default", "").unwrap().shared);
        for text in ["Contacts.Read", "", "a/.default b/.default"] {
            assert_eq!(Scope::of_app(text, "").unwrap_err().code, 1_002_012, "{text}");
        }
    }
}
