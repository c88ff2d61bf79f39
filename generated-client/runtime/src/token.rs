//! The token.
//!
//! In: a string of the program or of the environment. Out: a header value that no output contains.

use std::fmt;

use http::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::Error;

/// The key of an organization. It permits flying the whole fleet, so no output contains it.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// Takes a token. Surrounding white space is removed, because copied tokens often have it.
    ///
    /// # Errors
    /// It is empty, or contains a character that is not allowed in an HTTP header.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Error> {
        let text = text.as_ref().trim();
        if text.is_empty() {
            return Err(Error::config("the token is empty"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::config("the token contains a space or a character that is not ASCII"));
        }
        Ok(Self(SecretString::from(text)))
    }

    /// Takes the token from an environment variable.
    ///
    /// # Errors
    /// The variable is not set, or does not hold a token.
    pub fn from_env(variable: &str) -> Result<Self, Error> {
        match std::env::var(variable) {
            Ok(text) => Self::new(text),
            Err(_) => Err(Error::config(format!("the environment variable {variable} is not set to a text"))),
        }
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The value of a header, marked so that it is neither printed nor indexed.
    pub(crate) fn header(&self, prefix: &str) -> Result<HeaderValue, Error> {
        let token = self.0.expose_secret();
        let value = if prefix.is_empty() {
            HeaderValue::from_str(token)
        } else {
            HeaderValue::from_str(&format!("{prefix}{token}"))
        };
        let mut value = value.map_err(|_| Error::config("the token cannot be sent in a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}
