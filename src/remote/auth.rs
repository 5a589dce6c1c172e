//! The bearer token, which is never shown.

use std::fmt;

use http::HeaderValue;

/// A bearer token. Its Debug form says that there is one and no more.
#[derive(Clone)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_does_not_show() {
        let token = Token::new(" secret\n").unwrap();
        assert_eq!(format!("{token:?} {:?}", token.header()), "Token(hidden) Sensitive");
        assert_eq!(token.header().to_str().unwrap(), "Bearer secret");
        assert!(Token::new("").is_none() && Token::new(" ").is_none() && Token::new("a\nb").is_none());
    }
}
