//! A request that is ready: everything but the id that is new for each attempt.
//!
//! A dry run shows this request, and the transport sends it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};

use crate::content::Contents;
use crate::token_source::TokenCache;

/// A request that is ready to be sent, any number of times.
pub(crate) struct Prepared {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    /// The address with its credentials masked, if it contains any.
    pub(crate) shown_url: Option<String>,
    pub(crate) headers: HeaderMap,
    /// The prefixes of credentials by header name. Other headers have the prefix of the token.
    pub(crate) prefixes: Vec<(HeaderName, String)>,
    /// The headers of tokens that are fetched before each attempt. Until then `headers` has a placeholder for each.
    pub(crate) fetched: Vec<FetchedHeader>,
    /// Empty if there is no body; an empty string is not JSON.
    pub(crate) body: Contents,
}

/// A header of a token that is fetched.
pub(crate) struct FetchedHeader {
    pub(crate) name: HeaderName,
    pub(crate) prefix: &'static str,
    /// What errors call the token.
    pub(crate) scheme: &'static str,
    pub(crate) cache: Arc<TokenCache>,
}

impl FetchedHeader {
    /// A value that shows as a token in a dry run, and is different for each scheme.
    pub(crate) fn placeholder(&self) -> HeaderValue {
        let mut value = HeaderValue::from_str(self.scheme).unwrap_or(HeaderValue::from_static("token"));
        value.set_sensitive(true);
        value
    }
}

/// The value of a header in a [`DryRun`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum HeaderText {
    /// The value, as it is sent.
    Plain(String),
    /// The token, which is not shown, after a prefix such as `Bearer `.
    Token {
        /// The prefix of the token.
        prefix: String,
    },
}

impl fmt::Display for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(text),
            Self::Token { prefix } => write!(f, "{prefix}***"),
        }
    }
}

/// The request that a call would send, as `dry_run` of a call returns it. The token is masked; the body is as
/// it would be sent, with the secrets that a caller has put into it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DryRun {
    /// HTTP method, in capitals.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Names and values of headers, in order; the token is masked, and the id of the request is not there yet.
    pub headers: Vec<(String, HeaderText)>,
    /// The body. Bytes that are not UTF-8 are replaced by U+FFFD, and a stream by a remark.
    pub body: Option<String>,
}

impl DryRun {
    /// The request as a line for a POSIX shell, with `$TOKEN` where the token belongs. Nothing else in it is expanded or
    /// run by the shell, whatever the arguments of the call are, and `curl` reads no file for it.
    #[must_use]
    pub fn curl(&self) -> String {
        let mut line = format!("curl -X {} {}", word(&self.method), quoted(&self.url));
        for (name, value) in &self.headers {
            line.push_str(" -H ");
            match value {
                HeaderText::Plain(text) => line.push_str(&quoted(&format!("{name}: {text}"))),
                // The shell joins the two parts, and expands the second one only.
                HeaderText::Token { prefix } => {
                    line.push_str(&quoted(&format!("{name}: {prefix}")));
                    line.push_str("\"$TOKEN\"");
                }
            }
        }
        if let Some(body) = &self.body {
            // Not `--data-binary`, which takes `@` at the beginning for the name of a file.
            line.push_str(&format!(" --data-raw {}", quoted(body)));
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
    /// A request whose headers and address have everything.
    pub(crate) fn new(method: Method, uri: Uri, headers: HeaderMap, body: Contents) -> Self {
        Self { method, uri, shown_url: None, headers, prefixes: Vec::new(), fetched: Vec::new(), body }
    }

    pub(crate) fn dry_run(&self, token_prefix: &str) -> DryRun {
        let shown = |name: &HeaderName, value: &HeaderValue| {
            if value.is_sensitive() {
                let known = self.prefixes.iter().find(|(known, _)| known == name);
                HeaderText::Token { prefix: known.map_or(token_prefix, |(_, prefix)| prefix).to_owned() }
            } else {
                HeaderText::Plain(String::from_utf8_lossy(value.as_bytes()).into_owned())
            }
        };
        let mut headers: Vec<(String, HeaderText)> =
            self.headers.iter().map(|(name, value): (&HeaderName, _)| (name.to_string(), shown(name, value))).collect();
        headers.sort();
        DryRun {
            method: self.method.to_string(),
            url: self.shown_url.clone().unwrap_or_else(|| self.uri.to_string()),
            headers,
            body: (!self.body.is_empty()).then(|| self.body.shown()),
        }
    }
}

/// A word for a POSIX shell, quoted only if necessary.
fn word(text: &str) -> Cow<'_, str> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { Cow::Borrowed(text) } else { Cow::Owned(quoted(text)) }
}

/// Quotes a string for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
