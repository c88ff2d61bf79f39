//! What was asked, written down for assertions.
//!
//! In: a request, what it was taken for, and what was answered. Out: data to look at. Printed, it shows neither the
//! token nor the value of a member that the specification calls a secret. Must not know how an answer is made.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

const HIDDEN: &str = "***";
/// Headers that carry a secret, besides that of the specification.
const SECRET_HEADERS: &[&str] = &["x-user-token", "authorization", "cookie", "proxy-authorization"];

/// What the server thinks of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It is what the specification demands.
    Accepted,
    /// It is not.
    Refused(Refusal),
    /// A fault closed the connection before the body was read: nobody knows.
    Unread,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status of the refusal: 200 where the service gives a code of its own.
    pub status: u16,
    /// The code of the refusal, if it has one.
    pub code: Option<i64>,
    /// The reason, for people. Holds no value of the request.
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

/// A request as it came, and what became of it. Printing it shows no secret; its members do.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
    /// The query without `?`, as it was sent.
    pub query: String,
    /// Headers in their order, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body, as it was sent; of one that is longer than 1 MiB the first MiB.
    pub body: Vec<u8>,
    /// How many bytes the whole body has.
    pub body_length: usize,
    /// The id of the operation, if the path and the method lead to one.
    pub operation: Option<&'static str>,
    /// Whether it is what the specification demands.
    pub verdict: Verdict,
    /// The HTTP status of the answer; `None` if the connection was closed without one.
    pub status: Option<u16>,
    /// The code in the answer, if it has one.
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

    /// Whether only the beginning of the body is kept, because it is longer than 1 MiB.
    #[must_use]
    pub fn is_body_truncated(&self) -> bool {
        self.body.len() < self.body_length
    }

    /// The body as JSON, if it is that, and is kept as a whole.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether it was accepted.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.verdict == Verdict::Accepted
    }

    /// Why it was refused.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match &self.verdict {
            Verdict::Refused(refusal) => Some(&refusal.reason),
            Verdict::Accepted | Verdict::Unread => None,
        }
    }

    /// How many bytes it takes, about.
    pub(super) fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len() + size_of::<(String, String)>());
        let texts = [&self.method, &self.path, &self.query].map(|text| text.len());
        let reason = self.reason().map_or(0, str::len);
        size_of::<Self>() + headers.sum::<usize>() + texts.iter().sum::<usize>() + reason + self.body.len()
    }

    /// The path and the query without what some header holds as a secret.
    fn shown(&self, text: &str) -> String {
        let secrets = self.headers.iter().filter(|(name, value)| is_secret(name) && !value.is_empty());
        secrets.fold(text.to_owned(), |text, (_, value)| text.replace(value, HIDDEN))
    }

    fn shown_body(&self) -> String {
        if self.is_body_truncated() {
            return format!("{} bytes, of which {} are kept", self.body_length, self.body.len());
        }
        match self.json() {
            _ if self.body.is_empty() => String::new(),
            Some(mut body) => {
                hide(&mut body, self.secrets);
                self.shown(&body.to_string())
            }
            // Nobody knows where in it a secret may be.
            None => format!("{} bytes that are no JSON", self.body.len()),
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

/// One line: method, path, operation, verdict and what was answered. Neither query nor body.
impl fmt::Display for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path can hold anything that a client sends.
        let path: String =
            self.shown(&self.path).chars().map(|sign| if sign.is_control() { '?' } else { sign }).collect();
        write!(f, "{} {path} {}: {}; ", self.method, self.operation.unwrap_or("-"), self.verdict)?;
        match (self.status, self.code) {
            (None, _) => f.write_str("closed without an answer"),
            (Some(status), None) => write!(f, "HTTP {status}"),
            (Some(status), Some(code)) => write!(f, "HTTP {status}, code {code}"),
        }
    }
}
