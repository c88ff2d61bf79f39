//! Errors of responses.
//!
//! In: a response, and the error of decoding it if there was one. Out: an error with the message of the service, limited in
//! length, on one line and without the token.

use crate::attempt::Exchange;
use crate::error::{Delivery, Error, ErrorKind};
use crate::response::{ReadError, ResponseBody};
use crate::token::{Token, mask};

/// The length of a message of the service in an error.
const MESSAGE_CHARS: usize = 1_000;
/// The length of the snippet of a response that is not JSON.
const SNIPPET_CHARS: usize = 200;
/// The part of such a response that is considered: it can be long.
const SNIPPET_BYTES: usize = 4_096;
/// The length of a media type in an error.
const MEDIA_TYPE_CHARS: usize = 100;

/// A response whose HTTP status is no success.
pub(crate) fn of_status(exchange: &Exchange, token: Option<&Token>) -> Error {
    let error = match ResponseBody::from_bytes(&exchange.body).failure() {
        Some((code, message)) => of_code(code, &message, token),
        None => {
            let what = if exchange.status.is_redirection() {
                "a redirect, which is not followed: it would send the token to another host"
            } else {
                "no success"
            };
            let message = format!("HTTP {}: {what}{}", exchange.status.as_u16(), snippet(exchange, token));
            with_response(ErrorKind::Status, message)
        }
    };
    error.with_status(exchange.status)
}

/// A response with a successful HTTP status from which no value could be read.
pub(crate) fn of_reading(exchange: &Exchange, error: ReadError, token: Option<&Token>) -> Error {
    let error = match error {
        ReadError::Failure { code, message } => of_code(code, &message, token),
        ReadError::Mismatch { path, message } => {
            let snippet = if exchange.body.first().is_none_or(|byte| matches!(byte, b'{' | b'[')) {
                String::new()
            } else {
                snippet(exchange, token)
            };
            // The path consists of names from the response.
            with_response(ErrorKind::InvalidResponse, format!("unexpected response: {message}{snippet}"))
                .with_path(one_line(&path, MESSAGE_CHARS, token))
        }
    };
    error.with_status(exchange.status)
}

fn of_code(code: i64, message: &str, token: Option<&Token>) -> Error {
    with_response(ErrorKind::Api, one_line(message, MESSAGE_CHARS, token)).with_code(code)
}

fn with_response(kind: ErrorKind, message: String) -> Error {
    Error::new(kind, Delivery::Responded, message)
}

/// A string of the service on one line, limited in length and without the token.
fn one_line(text: &str, max_chars: usize, token: Option<&Token>) -> String {
    mask(token, text, max_chars).replace(|character: char| character.is_control(), " ")
}

/// The beginning of a response that is not JSON, without long words, which could be secrets.
fn snippet(exchange: &Exchange, token: Option<&Token>) -> String {
    let kind = one_line(
        exchange.content_type.as_ref().and_then(|kind| kind.to_str().ok()).unwrap_or("unnamed content"),
        MEDIA_TYPE_CHARS,
        token,
    );
    let body = exchange.body.trim_ascii_start();
    let beginning = String::from_utf8_lossy(&body[..body.len().min(SNIPPET_BYTES)]);
    let whole = body.len() <= SNIPPET_BYTES;
    // The last word may be truncated: a part of a secret looks like a word.
    let beginning = if whole { &*beginning } else { beginning.rsplit_once(char::is_whitespace).unwrap_or_default().0 };
    let words = mask(token, beginning, usize::MAX);
    let words = words.split_whitespace().map(|word| if word.len() > 32 { "…" } else { word });
    let text = words.chain((!whole).then_some("…")).collect::<Vec<_>>().join(" ");
    let text: String = text.chars().take(SNIPPET_CHARS).filter(|character| !character.is_control()).collect();
    if text.is_empty() { format!("; {kind}, empty") } else { format!("; {kind}: {text}") }
}
