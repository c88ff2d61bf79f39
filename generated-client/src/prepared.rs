//! A request that is ready: everything but the id that is new for each attempt.
//!
//! What a dry run shows is this, and it is what is sent.

use std::fmt;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};

/// A request that is ready to be sent, any number of times.
pub(crate) struct Prepared {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    /// Empty if there is none; an empty text is no JSON.
    pub(crate) body: Bytes,
}

/// What stands for a value that must not be seen.
const MASKED: &str = "***";

/// The request that a call would send: see [`Call::dry_run`](crate::Call::dry_run). The token is masked; the body is as
/// it would be sent, with the secrets that a caller has put into it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DryRun {
    /// HTTP method, in capitals.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Names and values of headers, in order; the token is masked, and the id of the request is not there yet.
    pub headers: Vec<(String, String)>,
    /// The body. Of bytes that are no text, what can be shown of them.
    pub body: Option<String>,
}

impl DryRun {
    /// The request as a line for a shell, with `$TOKEN` where the token belongs.
    #[must_use]
    pub fn curl(&self) -> String {
        let mut line = format!("curl -X {} {}", self.method, quoted(&self.url));
        for (name, value) in &self.headers {
            if value.contains(MASKED) {
                // In double quotes, so that the shell puts the token in.
                line.push_str(&format!(" -H \"{name}: {}\"", value.replace(MASKED, "$TOKEN")));
            } else {
                line.push_str(&format!(" -H {}", quoted(&format!("{name}: {value}"))));
            }
        }
        if let Some(body) = &self.body {
            line.push_str(&format!(" --data-binary {}", quoted(body)));
        }
        line
    }
}

/// Without the body: a caller may have put secrets into it.
impl fmt::Debug for DryRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DryRun")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

impl Prepared {
    pub(crate) fn dry_run(&self, token_prefix: &str) -> DryRun {
        let shown = |value: &HeaderValue| match value.to_str() {
            _ if value.is_sensitive() => format!("{token_prefix}{MASKED}"),
            Ok(text) => text.to_owned(),
            Err(_) => MASKED.to_owned(),
        };
        let mut headers: Vec<(String, String)> =
            self.headers.iter().map(|(name, value): (&HeaderName, _)| (name.to_string(), shown(value))).collect();
        headers.sort();
        DryRun {
            method: self.method.to_string(),
            url: self.uri.to_string(),
            headers,
            body: (!self.body.is_empty()).then(|| String::from_utf8_lossy(&self.body).into_owned()),
        }
    }
}

/// A text that a shell takes as it is.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
