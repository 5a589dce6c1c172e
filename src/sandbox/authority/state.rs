//! What the authority remembers: codes, tokens, and pages that wait for an answer. All of it in memory, and bounded.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use data_encoding::BASE64URL_NOPAD;
use fastrand::Rng;

use super::scope::Scope;
use crate::sandbox::dialect::Dialect;
use crate::sandbox::error::ODataError;
use crate::sandbox::tokens::{Bearer, Who};

/// The authority's memory.
pub(in crate::sandbox) struct Authority(Mutex<State>);

pub(super) struct State {
    random: Rng,
    /// By device code.
    pub devices: Kept<Device>,
    /// By the code itself.
    pub codes: Kept<Code>,
    pub refresh: Kept<Refresh>,
    access: Kept<Grant>,
    /// Pages that wait for an answer.
    pub tickets: Kept<Ticket>,
}

/// How much of each sort is remembered.
const MOST: usize = 10_000;

/// Things with an end, by their secret.
pub(super) struct Kept<V>(HashMap<String, (i64, V)>);

impl<V> Kept<V> {
    fn new() -> Kept<V> {
        Kept(HashMap::new())
    }

    /// Remembers a thing until some moment. Where there are too many, those go that are over, and if that is not
    /// enough, all.
    pub(super) fn put(&mut self, secret: String, until: i64, thing: V, now: i64) {
        if self.0.len() >= MOST {
            self.0.retain(|_, (until, _)| *until > now);
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(secret, (until, thing));
    }

    /// A thing, and whether it is over.
    pub(super) fn get(&mut self, secret: &str, now: i64) -> Option<(&mut V, bool)> {
        self.0.get_mut(secret).map(|(until, thing)| (thing, *until <= now))
    }

    /// Forgets a thing and hands it over, unless it is over.
    pub(super) fn take(&mut self, secret: &str, now: i64) -> Option<V> {
        self.0.remove(secret).filter(|(until, _)| *until > now).map(|(_, thing)| thing)
    }

    pub(super) fn find(&mut self, now: i64, is: impl Fn(&V) -> bool) -> Option<(&str, &mut V)> {
        let found = self.0.iter_mut().find(|(_, (until, thing))| *until > now && is(thing));
        found.map(|(secret, (_, thing))| (secret.as_str(), thing))
    }
}

/// A device that waits for its user.
#[derive(Debug)]
pub(super) struct Device {
    pub client: String,
    pub scope: Scope,
    pub user_code: String,
    /// Seconds between two looks.
    pub interval: i64,
    pub looked: Option<i64>,
    pub decision: Option<Decision>,
}

/// What the user said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    Declined,
    /// The mailbox of this id is open.
    Approved(String),
}

/// What a client asked for at the authorization endpoint.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub client: String,
    pub scope: Scope,
    pub redirect: String,
    pub mode: Mode,
    pub state: Option<String>,
    pub nonce: Option<String>,
    /// PKCE's challenge, by S256.
    pub challenge: Option<String>,
}

/// How an answer goes back to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Query,
    Fragment,
    FormPost,
}

/// An authorization code.
#[derive(Debug)]
pub(super) struct Code {
    pub asked: Asked,
    pub user: String,
    pub redeemed: bool,
}

/// A refresh token.
#[derive(Debug, Clone)]
pub(super) struct Refresh {
    pub client: String,
    pub scope: Scope,
    pub user: String,
}

/// A page that waits for an answer.
#[derive(Debug)]
pub(super) enum Ticket {
    Authorize(Asked),
    /// The device of this code.
    Device(String),
}

/// What an access token is good for.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Grant {
    /// The mailbox's id; none for an application.
    pub(super) user: Option<String>,
    pub(super) scope: Scope,
    pub(super) until: i64,
}

impl Grant {
    /// Who comes with it.
    ///
    /// # Errors
    /// 401 when it is over or for the other API.
    pub(in crate::sandbox) fn bearer(self, dialect: Dialect, now: i64) -> Result<Bearer, ODataError> {
        if self.until <= now {
            return Err(ODataError::expired_token());
        }
        let Scope { audience, reads, writes, shared, .. } = self.scope;
        if audience != dialect {
            return Err(ODataError::wrong_audience());
        }
        Ok(Bearer { who: self.user.map_or(Who::App, Who::User), reads, writes, shared })
    }
}

impl Authority {
    pub(in crate::sandbox) fn new(seed: Option<u64>) -> Authority {
        let random = seed.map_or_else(Rng::new, Rng::with_seed);
        let (devices, codes, refresh, access, tickets) =
            (Kept::new(), Kept::new(), Kept::new(), Kept::new(), Kept::new());
        Authority(Mutex::new(State { random, devices, codes, refresh, access, tickets }))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a token is good for, if it is one of the authority's.
    pub(in crate::sandbox) fn grant(&self, token: &str) -> Option<Grant> {
        self.state().access.0.get(token).map(|(_, grant)| grant.clone())
    }

    /// From now on every access token is over.
    pub(in crate::sandbox) fn expire(&self) {
        self.state().access.0.values_mut().for_each(|(_, grant)| grant.until = i64::MIN);
    }
}

impl State {
    /// A secret of so many random bytes.
    pub(super) fn secret(&mut self, bytes: usize) -> String {
        let bytes: Vec<u8> = (0..bytes).map(|_| self.random.u8(..)).collect();
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// A code that people type: nine of those letters and digits that nobody takes for each other.
    pub(super) fn user_code(&mut self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        (0..9).map(|_| char::from(LETTERS[self.random.usize(..LETTERS.len())])).collect()
    }

    /// Remembers an access token. It stays known for a day after its end, so that it is refused as one that is over.
    pub(super) fn put_access(&mut self, token: String, grant: Grant, now: i64) {
        const DAY: i64 = 24 * 60 * 60;
        self.access.put(token, grant.until.saturating_add(DAY), grant, now);
    }
}
