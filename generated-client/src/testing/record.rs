//! Records of requests, for assertions.
//!
//! In: a request, its operation, its verdict and its response. Out: data. `Debug` and `Display` show neither the token nor
//! the value of a member that the specification marks as a secret. Must not know how a response is made.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

const HIDDEN: &str = "***";
/// Headers with a secret, besides that of the specification.
const SECRET_HEADERS: &[&str] = &["x-user-token", "authorization", "cookie", "proxy-authorization"];

/// The result of validating a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The request fits the specification.
    Accepted,
    /// The request does not fit.
    Refused(Refusal),
    /// A fault closed the connection before the body was read, so the request was not validated.
    Unread,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status of the refusal: 200 where the service has a code of its own.
    pub status: u16,
    /// The code of the refusal, if it has one.
    pub code: Option<i64>,
    /// The reason, in English. It contains no value of the request.
    pub reason: String,
}

impl Refusal {
    /// A refusal as the service usually gives it.
    pub(crate) fn code(code: i64, reason: String) -> Self {
        Self { status: 200, code: Some(code), reason }
    }

    /// A refusal of HTTP.
    pub(crate) fn http(status: u16, reason: impl Into<String>) -> Self {
        Self { status, code: None, reason: reason.into() }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Unread => f.write_str("not read"),
            Self::Refused(Refusal { code: Some(code), reason, .. }) => write!(f, "refused with {code}: {reason}"),
            Self::Refused(Refusal { status, reason, .. }) => write!(f, "refused with HTTP {status}: {reason}"),
        }
    }
}

/// A request as it was received, and its response. Printing it shows no secret; its members do.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
    /// The query without `?`, as it was sent.
    pub query: String,
    /// Headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, as it was sent; of one that is longer than 1 MiB the first MiB.
    pub body: Vec<u8>,
    /// How many bytes the whole body has.
    pub body_length: usize,
    /// The id of the operation, if there is one for the path and the method.
    pub operation: Option<&'static str>,
    /// Whether the request fits the specification.
    pub verdict: Verdict,
    /// The HTTP status of the response; `None` if the connection was closed without one.
    pub status: Option<u16>,
    /// The code in the response, if it has one.
    pub code: Option<i64>,
    pub(super) secrets: &'static BTreeSet<String>,
}

impl RecordedRequest {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether only the beginning of the body is recorded, because it is longer than 1 MiB.
    #[must_use]
    pub fn is_body_truncated(&self) -> bool {
        self.body.len() < self.body_length
    }

    /// The body as JSON, if it is valid and recorded as a whole.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether the request was accepted.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.verdict == Verdict::Accepted
    }

    /// Why the request was refused.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match &self.verdict {
            Verdict::Refused(refusal) => Some(&refusal.reason),
            Verdict::Accepted | Verdict::Unread => None,
        }
    }

    /// The approximate number of bytes in memory.
    pub(super) fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len() + size_of::<(String, String)>());
        let texts = [&self.method, &self.path, &self.query].map(|text| text.len());
        let reason = self.reason().map_or(0, str::len);
        size_of::<Self>() + headers.sum::<usize>() + texts.iter().sum::<usize>() + reason + self.body.len()
    }

    /// A text without the values of secret headers.
    fn shown(&self, text: &str) -> String {
        let secrets = self.headers.iter().filter(|(name, value)| is_secret(name) && !value.is_empty());
        secrets.fold(text.to_owned(), |text, (_, value)| text.replace(value, HIDDEN))
    }

    fn shown_body(&self) -> String {
        if self.is_body_truncated() {
            return format!("{} bytes, of which {} are recorded", self.body_length, self.body.len());
        }
        match self.json() {
            _ if self.body.is_empty() => String::new(),
            Some(mut body) => {
                hide(&mut body, self.secrets);
                self.shown(&body.to_string())
            }
            // A secret may be anywhere in it.
            None => format!("{} bytes that are not JSON", self.body.len()),
        }
    }
}

fn is_secret(header: &str) -> bool {
    SECRET_HEADERS.contains(&header)
}

fn hide(value: &mut Value, secrets: &BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if secrets.contains(name) && !member.is_null() {
                    *member = HIDDEN.into();
                } else {
                    hide(member, secrets);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, secrets)),
        _ => {}
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(name, value): &(String, String)| {
            (name.clone(), if is_secret(name) { HIDDEN.to_owned() } else { self.shown(value) })
        };
        let headers: Vec<(String, String)> = self.headers.iter().map(shown).collect();
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("path", &self.shown(&self.path))
            .field("query", &self.shown(&self.query))
            .field("headers", &headers)
            .field("body", &self.shown_body())
            .field("operation", &self.operation)
            .field("verdict", &self.verdict)
            .field("status", &self.status)
            .field("code", &self.code)
            .finish()
    }
}

/// One line: method, path, operation, verdict and response. Neither query nor body.
impl fmt::Display for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path may contain any character that a client sends.
        let path: String = self
            .shown(&self.path)
            .chars()
            .map(|character| if character.is_control() { '?' } else { character })
            .collect();
        write!(f, "{} {path} {}: {}; ", self.method, self.operation.unwrap_or("-"), self.verdict)?;
        match (self.status, self.code) {
            (None, _) => f.write_str("closed without a response"),
            (Some(status), None) => write!(f, "HTTP {status}"),
            (Some(status), Some(code)) => write!(f, "HTTP {status}, code {code}"),
        }
    }
}
