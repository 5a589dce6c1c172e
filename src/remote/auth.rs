//! Bearer tokens, which are never shown, and where they come from.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::HeaderValue;
use tokio::sync::Mutex;

/// A bearer token. Its Debug form says that there is one and no more.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(HeaderValue);

impl Token {
    /// A token; none when it is empty or has characters that no header may have.
    pub fn new(token: &str) -> Option<Self> {
        let token = token.trim();
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
        value.set_sensitive(true);
        (!token.is_empty()).then_some(Self(value))
    }

    /// The value of the Authorization header.
    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(hidden)")
    }
}

/// Why there is no new token, for people. It holds no token and no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoToken(pub String);

/// A token that is being renewed.
pub type Renewing<'a> = Pin<Box<dyn Future<Output = Result<Token, NoToken>> + Send + 'a>>;

/// Where tokens come from that end before a long run does (Microsoft's last about an hour).
pub trait TokenSource: Send + Sync {
    /// The token of now. It is asked for before each request, so that a source that knows when its token ends may put
    /// the next one in its place in time.
    fn current(&self) -> Token;

    /// Another token in place of one that the service has refused; [`current`](TokenSource::current) gives it from then
    /// on. It is never called while an earlier call is under way. Trying again after passing trouble is the source's
    /// own affair: an error stops the run.
    fn renew<'a>(&'a self, refused: &'a Token) -> Renewing<'a>;
}

impl<S: TokenSource + ?Sized> TokenSource for Arc<S> {
    fn current(&self) -> Token {
        (**self).current()
    }

    fn renew<'a>(&'a self, refused: &'a Token) -> Renewing<'a> {
        (**self).renew(refused)
    }
}

/// The tokens of one or more mailboxes: one that never changes, or a source. Clones are the same tokens.
#[derive(Clone)]
pub struct Tokens(Kind);

#[derive(Clone)]
enum Kind {
    Fixed(Token),
    Source(Arc<Shared>),
}

struct Shared {
    source: Box<dyn TokenSource>,
    /// Held while a token is renewed; which one could not be, and why.
    failed: Mutex<Option<(Token, NoToken)>>,
}

impl Tokens {
    /// Tokens from a source. A token that the service refuses is renewed once for all requests that were sent with it.
    pub fn from_source(source: impl TokenSource + 'static) -> Self {
        Self(Kind::Source(Arc::new(Shared { source: Box::new(source), failed: Mutex::new(None) })))
    }

    /// The token to send now.
    pub(super) fn current(&self) -> Token {
        match &self.0 {
            Kind::Fixed(token) => token.clone(),
            Kind::Source(shared) => shared.source.current(),
        }
    }

    /// Sees to it that [`Tokens::current`] is another token than one that was refused; false where there is no other.
    ///
    /// # Errors
    /// When it cannot be renewed.
    pub(super) async fn renew(&self, refused: &Token) -> Result<bool, NoToken> {
        let Kind::Source(shared) = &self.0 else { return Ok(false) };
        let mut failed = shared.failed.lock().await;
        if shared.source.current() != *refused {
            return Ok(true);
        }
        // Whoever waited for the same token is told the same.
        if let Some((_, why)) = failed.as_ref().filter(|(token, _)| token == refused) {
            return Err(why.clone());
        }
        let renewed = shared.source.renew(refused).await;
        *failed = renewed.as_ref().err().map(|why| (refused.clone(), why.clone()));
        renewed.map(|token| token != *refused)
    }
}

impl From<Token> for Tokens {
    /// A token that is never renewed.
    fn from(token: Token) -> Self {
        Self(Kind::Fixed(token))
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Tokens(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_does_not_show() {
        let token = Token::new(" secret\n").unwrap();
        assert_eq!(format!("{token:?} {:?}", token.header()), "Token(hidden) Sensitive");
        assert_eq!(token.header().to_str().unwrap(), "Bearer secret");
        assert_eq!(format!("{:?}", Tokens::from(token)), "Tokens(hidden)");
        assert!(Token::new("").is_none() && Token::new(" ").is_none() && Token::new("a\nb").is_none());
    }
}
