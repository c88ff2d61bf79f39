//! The token.

use std::fmt;

use http::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::Error;

/// The key of an organization. Whoever has it can fly its fleet, so nothing prints it.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// Takes a token. Blanks around it are dropped, as they come with copying.
    ///
    /// # Errors
    /// It is empty, or has a sign that cannot be sent.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Error> {
        let text = text.as_ref().trim();
        if text.is_empty() {
            return Err(Error::config("the token is empty"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::config("the token has a blank or a sign that is not ASCII in it"));
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

    /// The value of a header, marked so that it is neither printed nor indexed.
    pub(crate) fn header(&self, prefix: &str) -> Result<HeaderValue, Error> {
        let mut value = HeaderValue::from_str(&format!("{prefix}{}", self.0.expose_secret()))
            .map_err(|_| Error::config("the token cannot be sent in a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Takes the token out of a text that came from elsewhere.
    pub(crate) fn mask(&self, text: &str) -> String {
        text.replace(self.0.expose_secret(), "***")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}
