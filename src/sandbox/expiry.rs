//! Tokens whose time was made to be over.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

/// Which tokens were used, and which of them have expired. Of each only a fingerprint is kept.
#[derive(Debug, Default)]
pub(super) struct Tokens(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    used: HashSet<[u8; 16]>,
    expired: HashSet<[u8; 16]>,
}

/// How many tokens are remembered. Beyond that the expired ones are forgotten, and those that were used.
const REMEMBERED: usize = 10_000;

impl Tokens {
    /// Notes that a token was used, and says whether it has expired.
    pub(super) fn expired(&self, token: &str) -> bool {
        let mut state = self.state();
        let print = print(token);
        if state.expired.contains(&print) {
            return true;
        }
        if state.used.len() >= REMEMBERED {
            state.used.clear();
        }
        state.used.insert(print);
        false
    }

    /// From now on the token has expired.
    pub(super) fn expire(&self, token: &str) {
        let mut state = self.state();
        let print = print(token);
        state.used.remove(&print);
        state.add([print].into());
    }

    /// From now on every token that was used has expired. Says how many those are.
    pub(super) fn expire_all(&self) -> usize {
        let mut state = self.state();
        let used = std::mem::take(&mut state.used);
        let count = used.len();
        state.add(used);
        count
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, expired: HashSet<[u8; 16]>) {
        if self.expired.len() >= REMEMBERED {
            self.expired.clear();
        }
        self.expired.extend(expired);
    }
}

fn print(token: &str) -> [u8; 16] {
    let digest = Sha256::digest(token.as_bytes());
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_expired_stays_so_and_a_new_token_passes() {
        let tokens = Tokens::default();
        assert!(!tokens.expired("a") && !tokens.expired("b"));
        tokens.expire("a");
        assert!(tokens.expired("a") && !tokens.expired("b"));
        assert_eq!(tokens.expire_all(), 1);
        assert!(tokens.expired("a") && tokens.expired("b") && !tokens.expired("c"));
        for token in 0..3 * REMEMBERED {
            tokens.expired(&token.to_string());
            tokens.expire(&token.to_string());
        }
        assert!(tokens.state().used.len() <= REMEMBERED && tokens.state().expired.len() <= REMEMBERED);
    }
}
