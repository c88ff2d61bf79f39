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

/// The beginning of an untrusted text, without the token: at most this number of characters, and `…` if the text is longer.
/// Only the necessary part of the text is searched; a token that crosses the end of the result is found, too.
pub(crate) fn mask(token: Option<&Token>, text: &str, max_chars: usize) -> String {
    let token = token.map_or("", |token| token.0.expose_secret());
    let mut masked = String::new();
    let (mut rest, mut left) = (text, max_chars);
    while !rest.is_empty() {
        // A token that begins within the characters that are left is whole within this part, which is longer than
        // they are if it is not all that there is.
        let part = &rest[..rest.floor_char_boundary(left.saturating_mul(4).saturating_add(token.len() + 4))];
        let found = if token.is_empty() { None } else { part.find(token) };
        let before = &part[..found.unwrap_or(part.len())];
        if let Some((end, _)) = before.char_indices().nth(left) {
            masked.push_str(&before[..end]);
            masked.push('…');
            break;
        }
        masked.push_str(before);
        left -= before.chars().count();
        let Some(at) = found else { break };
        if left == 0 {
            masked.push('…');
            break;
        }
        masked.push_str("***");
        left = left.saturating_sub(3);
        rest = &rest[at + token.len()..];
    }
    masked
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "TOKENé";

    #[test]
    fn without_a_token_a_text_is_only_cut() {
        assert_eq!(mask(None, "añb", 3), "añb");
        assert_eq!(mask(None, "añb", 2), "añ…");
        assert_eq!(mask(None, "", 0), "");
    }

    #[test]
    fn no_part_of_the_token_is_shown_wherever_a_text_is_cut() {
        // Not one that `Token::new` takes, so that characters of several bytes are tried, too.
        let token = Token(SecretString::from(TOKEN));
        let pieces = ["", "é", TOKEN, "TOK", "x", "名名名名"];
        for text in (0..pieces.len().pow(4)).map(|number| {
            let piece = |place: u32| pieces[number / pieces.len().pow(place) % pieces.len()];
            [piece(0), piece(1), piece(2), piece(3)].concat()
        }) {
            let masked = text.replace(TOKEN, "***");
            assert_eq!(mask(Some(&token), &text, usize::MAX), masked);
            for max_chars in 0..20 {
                let shown = mask(Some(&token), &text, max_chars);
                if masked.chars().count() <= max_chars {
                    assert_eq!(shown, masked, "{text} {max_chars}");
                    continue;
                }
                let beginning = shown.strip_suffix('…').unwrap_or(&shown);
                assert!(masked.starts_with(beginning), "{text} {max_chars}: {shown}");
                // A mask that has begun is shown to its end.
                assert!(beginning.chars().count() <= max_chars + 2, "{text} {max_chars}: {shown}");
                assert!(shown.ends_with('…') || shown == masked, "{text} {max_chars}: {shown}");
            }
        }
    }
}
