//! The interface between the client and an HTTP library.
//!
//! A [`Transport`] sends a request once and returns the response. The client decides everything else: the request, retries,
//! time limits and the size limit of responses. A transport other than the built-in one is for programs with an HTTP library
//! of their own, and for tests without a socket.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};

pub use bytes::Bytes;
pub use http::{Request, Response};
/// The library of the built-in transport, for [`configure_reqwest`](crate::ClientBuilder::configure_reqwest).
/// Needs the feature `reqwest-config`.
#[cfg(feature = "reqwest-config")]
pub use reqwest;

/// A request in flight.
pub type SendFuture<'a> = Pin<Box<dyn Future<Output = Result<Response<Body>, TransportError>> + Send + 'a>>;

/// Sends requests.
///
/// An implementation sends each request **once**. It does not retry, unless it is certain that no byte of the first request
/// has left. It follows no redirect, which would send the token to another host. It adds no header that contains a secret,
/// and logs none: headers with secrets are marked as [sensitive](http::HeaderValue::is_sensitive).
///
/// Dropping the future or the [`Body`] cancels the request.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends a request. It completes with the head of the response; the body can follow later.
    ///
    /// # Errors
    /// There is no response. [`TransportError::not_sent`] is a promise: the client retries because of it.
    fn send(&self, request: Request<Bytes>) -> SendFuture<'_>;
}

/// Why there is no response, and whether the request may have been sent.
#[derive(Debug)]
pub struct TransportError {
    pub(crate) sent: bool,
    pub(crate) timeout: bool,
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
}

impl TransportError {
    /// No byte of the request was sent: there was no connection.
    pub fn not_sent(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { sent: false, timeout: false, source: source.into() }
    }

    /// The request may have arrived.
    pub fn maybe_sent(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { sent: true, timeout: false, source: source.into() }
    }

    /// The same for a body that broke off.
    pub(crate) fn after_the_head(self) -> Self {
        Self { sent: true, ..self }
    }

    /// The same, because of a time-out.
    #[must_use]
    pub fn timed_out(mut self) -> Self {
        self.timeout = true;
        self
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.sent, self.timeout) {
            (false, true) => "no connection was made in time",
            (false, false) => "no connection could be made",
            (true, true) => "no whole answer came in time",
            (true, false) => "the connection broke before the whole answer was there",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

/// The body of a response, complete or in parts.
pub struct Body(UnsyncBoxBody<Bytes, TransportError>);

impl Body {
    /// A body that is received in parts. `http-body-util` has functions that make one and convert its errors.
    pub fn new(body: impl http_body::Body<Data = Bytes, Error = TransportError> + Send + 'static) -> Self {
        Self(UnsyncBoxBody::new(body))
    }

    /// The lower bound of the number of bytes.
    pub(crate) fn promised_bytes(&self) -> u64 {
        http_body::Body::size_hint(&self.0).lower()
    }

    /// The next part; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, TransportError>> {
        loop {
            match self.0.frame().await? {
                // Trailers are not part of the body.
                Ok(frame) => match frame.into_data() {
                    Ok(part) => return Some(Ok(part)),
                    Err(_) => continue,
                },
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::new(Full::new(bytes).map_err(|never| match never {}))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}
