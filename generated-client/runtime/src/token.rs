//! The token.
//!
//! In: a string of the program or of the environment. Out: a header value that no output contains.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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

    /// The credential of a security scheme `basic`: a user and a password, in base64 as RFC 7617 joins them.
    ///
    /// # Errors
    /// The user contains a colon, which would end it, or one of the two a control character.
    ///
    /// ```
    /// # use flighthub2_runtime::Token;
    /// assert!(Token::basic("Aladdin", "open sesame").is_ok());
    /// ```
    pub fn basic(user: impl AsRef<str>, password: impl AsRef<str>) -> Result<Self, Error> {
        let (user, password) = (user.as_ref(), password.as_ref());
        if user.contains(':') {
            return Err(Error::config("the user has a colon, which would end it"));
        }
        if user.chars().chain(password.chars()).any(char::is_control) {
            return Err(Error::config("the user or the password contains a control character"));
        }
        Self::new(STANDARD.encode(format!("{user}:{password}")))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_and_a_password_are_one_credential() {
        // The example of RFC 7617.
        assert_eq!(Token::basic("Aladdin", "open sesame").unwrap().expose(), "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(Token::basic("test", "123£").unwrap().expose(), "dGVzdDoxMjPCow==");
        assert_eq!(Token::basic("key", "").unwrap().expose(), "a2V5Og==");
        assert!(Token::basic("a:b", "c").is_err() && Token::basic("a", "b\n").is_err());
    }
}
