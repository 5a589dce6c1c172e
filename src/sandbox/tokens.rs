//! Bearer tokens: which are taken, whose they are, what they may do, and when they are over.
//!
//! A token is one of three: issued by the sandbox's own authority ([`super::authority`]), named in the settings, or any
//! text at all. A text that is the user principal name of a mailbox is a token of that mailbox; any other one is of the
//! first mailbox.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, Request};
use sha2::{Digest, Sha256};

use super::Inner;
use super::dialect::Dialect;
use super::error::ODataError;
use super::path::User;
use super::store::Mailbox;
use super::turns::Again;

/// Which bearer tokens are taken. By default any that is not empty.
#[derive(Clone, Default)]
pub struct TokenRules {
    /// Where there are any, no others are taken but these, the read-only ones and those of the authority.
    pub accepted: Vec<String>,
    /// Tokens that may read and not write.
    pub read_only: Vec<String>,
    /// After how many requests a token expires.
    pub requests: Option<u64>,
}

/// How many tokens are counted before all counts start anew.
const COUNTED: usize = 10_000;

/// How often each token was used, by the first bytes of its SHA-256: tokens themselves are kept nowhere.
#[derive(Default)]
pub(super) struct Uses(Mutex<HashMap<[u8; 16], u64>>);

impl Uses {
    /// Counts one more use and answers how many there were before.
    fn count(&self, token: &str) -> u64 {
        let (print, mut uses) = (print(token), self.uses());
        if uses.len() >= COUNTED && !uses.contains_key(&print) {
            uses.clear();
        }
        let count = uses.entry(print).or_default();
        let before = *count;
        *count = count.saturating_add(1);
        before
    }

    /// From now on the token is over.
    pub(super) fn expire(&self, token: &str) {
        self.uses().insert(print(token), OVER);
    }

    /// From now on every token that was used is over. Says how many were not before.
    pub(super) fn expire_all(&self) -> usize {
        let mut uses = self.uses();
        let counts = uses.values_mut().filter(|count| **count != OVER);
        counts.map(|count| *count = OVER).count()
    }

    fn uses(&self) -> MutexGuard<'_, HashMap<[u8; 16], u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The uses of a token that is over.
const OVER: u64 = u64::MAX;

fn print(token: &str) -> [u8; 16] {
    let digest = Sha256::digest(token.as_bytes());
    std::array::from_fn(|at| digest[at])
}

/// What a token lets its bearer do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bearer {
    pub who: Who,
    pub reads: bool,
    pub writes: bool,
    /// Whether mailboxes of others are open too.
    pub shared: bool,
}

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// The mailbox of this id.
    User(String),
    /// An application without a user.
    App,
}

impl Inner {
    /// Lets a request's bearer in, or not.
    pub(super) fn admit<T>(&self, request: &Request<T>, dialect: Dialect, now: i64) -> Result<Bearer, ODataError> {
        let token = bearer(request.headers()).ok_or_else(ODataError::no_token)?;
        if request.extensions().get::<Again>().is_some() {
            return self.bearer(token, dialect, now);
        }
        let rules = &self.settings.tokens;
        let before = self.uses.count(token);
        if before == OVER || rules.requests.is_some_and(|most| before >= most) {
            return Err(ODataError::expired_token());
        }
        self.bearer(token, dialect, now)
    }

    /// Whose a token is and what it lets them do, unless it is none.
    fn bearer(&self, token: &str, dialect: Dialect, now: i64) -> Result<Bearer, ODataError> {
        let rules = &self.settings.tokens;
        if let Some(grant) = self.authority.grant(token) {
            return grant.bearer(dialect, now);
        }
        let read_only = rules.read_only.iter().any(|known| known == token);
        let accepted = rules.accepted.iter().any(|known| known == token);
        if !read_only && !accepted && (!rules.accepted.is_empty() || self.settings.sign_in.required) {
            return Err(ODataError::unknown_token());
        }
        let user = self.mailboxes().find(|mailbox| mailbox.upn.eq_ignore_ascii_case(token));
        let guid = user.unwrap_or(&self.mailbox).ids.guid.clone();
        Ok(Bearer { who: Who::User(guid), reads: true, writes: !read_only, shared: true })
    }

    /// The mailbox that a request means, if its bearer may see it.
    pub(super) fn meant(&self, headers: &HeaderMap, dialect: Dialect, user: &User, now: i64) -> Option<&Mailbox> {
        let bearer = self.bearer(bearer(headers)?, dialect, now).ok()?;
        self.resolve(user, &bearer).ok()
    }

    /// All mailboxes, the first one first.
    pub(super) fn mailboxes(&self) -> impl Iterator<Item = &Mailbox> {
        std::iter::once(&self.mailbox).chain(&self.others)
    }

    /// The mailbox that a path names: by `me`, id, UPN, or the `{id}@{tenant}` of v2.0's own links.
    pub(super) fn resolve(&self, user: &User, bearer: &Bearer) -> Result<&Mailbox, ODataError> {
        let found = match (user, &bearer.who) {
            (User::Me, Who::App) => return Err(ODataError::me_without_user()),
            (User::Me, Who::User(guid)) => self.mailboxes().find(|mailbox| mailbox.ids.guid == *guid),
            (User::Named(name), _) => self.mailboxes().find(|mailbox| mailbox.is_called(name)),
        };
        let name = match user {
            User::Me => "me",
            User::Named(name) => name,
        };
        let mailbox = found.ok_or_else(|| ODataError::no_such_user(&name.chars().take(100).collect::<String>()))?;
        match &bearer.who {
            Who::User(guid) if *guid != mailbox.ids.guid && !bearer.shared => Err(ODataError::access_denied()),
            _ => Ok(mailbox),
        }
    }
}

impl Mailbox {
    /// Whether a path may mean it by this name.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let is_own = |id: &str| id.eq_ignore_ascii_case(&self.ids.guid);
        let in_tenant = |(id, tenant): (&str, &str)| is_own(id) && tenant.eq_ignore_ascii_case(&self.ids.tenant());
        self.upn.eq_ignore_ascii_case(name) || is_own(name) || name.split_once('@').is_some_and(in_tenant)
    }
}

impl Bearer {
    /// Whether the bearer may make such a request of a mailbox.
    pub(super) fn may<T>(&self, request: &Request<T>) -> Result<(), ODataError> {
        let allowed = match *request.method() {
            Method::GET | Method::HEAD => self.reads,
            _ => self.writes,
        };
        if allowed { Ok(()) } else { Err(ODataError::access_denied()) }
    }
}

/// The token of an `Authorization: Bearer …`, unless it is empty.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
