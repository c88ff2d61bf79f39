//! Errors of responses.
//!
//! In: a response, and the error of decoding it if there was one. Out: an error with the message of the service, limited in
//! length, on one line and without credentials.

use crate::attempt::Exchange;
use crate::error::{Delivery, Error, ErrorKind};
use crate::redactor::Redactor;
use crate::response::{MESSAGE_CHARS, ReadError, ResponseBody};

/// The length of the snippet of a response that is not JSON.
const SNIPPET_CHARS: usize = 200;
/// The part of such a response that is considered: it can be long.
const SNIPPET_BYTES: usize = 4_096;
/// The length of a media type in an error.
const MEDIA_TYPE_CHARS: usize = 100;

/// A response whose HTTP status is no success.
pub(crate) fn of_status(exchange: &Exchange, redactor: &Redactor) -> Error {
    let error = match ResponseBody::from_bytes(&exchange.body).failure() {
        Some((code, message)) => of_code(code, &message, redactor),
        None => {
            let what = if exchange.status.is_redirection() {
                "a redirect, which is not followed: it would send the token to another host"
            } else {
                "no success"
            };
            let message = format!("HTTP {}: {what}{}", exchange.status.as_u16(), snippet(exchange, redactor));
            with_response(ErrorKind::Status, message)
        }
    };
    error.with_status(exchange.status)
}

/// A response with a successful HTTP status from which no value could be read.
pub(crate) fn of_reading(exchange: &Exchange, error: ReadError, redactor: &Redactor) -> Error {
    let error = match error {
        ReadError::Failure { code, message } => of_code(code, &message, redactor),
        ReadError::Mismatch { path, message } => {
            let snippet = if exchange.body.first().is_none_or(|byte| matches!(byte, b'{' | b'[')) {
                String::new()
            } else {
                snippet(exchange, redactor)
            };
            // Both consist of texts of the response: the path of names, and the message can contain the media type.
            let message = one_line(&message, MESSAGE_CHARS, redactor);
            with_response(ErrorKind::InvalidResponse, format!("unexpected response: {message}{snippet}"))
                .with_path(one_line(&path, MESSAGE_CHARS, redactor))
        }
    };
    error.with_status(exchange.status)
}

fn of_code(code: i64, message: &str, redactor: &Redactor) -> Error {
    with_response(ErrorKind::Api, one_line(message, MESSAGE_CHARS, redactor)).with_code(code)
}

fn with_response(kind: ErrorKind, message: String) -> Error {
    Error::new(kind, Delivery::Responded, message)
}

/// A string of the service on one line, limited in length and without credentials.
pub(crate) fn one_line(text: &str, max_chars: usize, redactor: &Redactor) -> String {
    redactor.mask(text, max_chars).replace(|character: char| character.is_control(), " ")
}

/// The beginning of a response that is not JSON, without long words, which could be secrets.
fn snippet(exchange: &Exchange, redactor: &Redactor) -> String {
    let kind = one_line(exchange.content_type().unwrap_or("unnamed content"), MEDIA_TYPE_CHARS, redactor);
    let body = exchange.body.trim_ascii_start();
    // A credential can contain a space and be cut there, so it is looked for in more than is shown.
    let beginning = String::from_utf8_lossy(&body[..body.len().min(2 * SNIPPET_BYTES)]);
    let words = redactor.mask(&beginning, SNIPPET_BYTES);
    let whole = !words.ends_with('…');
    // The last word may be truncated: a part of a secret looks like a word.
    let words = if whole { &*words } else { words.rsplit_once(char::is_whitespace).unwrap_or_default().0 };
    let words = words.split_whitespace().map(|word| if word.len() > 32 { "…" } else { word });
    let text = words.chain((!whole).then_some("…")).collect::<Vec<_>>().join(" ");
    let text: String = text.chars().take(SNIPPET_CHARS).filter(|character| !character.is_control()).collect();
    if text.is_empty() { format!("; {kind}, empty") } else { format!("; {kind}: {text}") }
}
