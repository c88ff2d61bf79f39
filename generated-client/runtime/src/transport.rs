//! The interface between the client and an HTTP library.
//!
//! A [`Transport`] sends a request once and returns the response. The client decides everything else: the request, retries,
//! time limits and the size limit of responses. A transport other than the built-in one is for programs with an HTTP library
//! of their own, and for tests without a socket.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::{Frame, SizeHint};
use http_body_util::combinators::{BoxBody, UnsyncBoxBody};
use http_body_util::{BodyExt as _, Full};

use crate::masked_source;
use crate::redactor::Redactor;

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
/// Its errors should contain no secret either. The client looks at the texts of an error and of its sources: if one contains
/// a credential of the request, or has more than 16 KiB, the error of the call has texts with `***` as its sources, which
/// cannot be downcast to the types of the transport. What the request contains besides, such as its arguments, is not known
/// to be secret.
///
/// Dropping the future or the [`Body`] cancels the request.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends a request. It completes with the head of the response; the body can follow later.
    ///
    /// # Errors
    /// There is no response. [`TransportError::not_sent`] is a promise: the client retries because of it.
    fn send(&self, request: Request<RequestBody>) -> SendFuture<'_>;
}

/// The body of a request: bytes in memory, or a stream that is read while it is sent.
///
/// A stream is the content of a file on its way to an object store, or a body with a [`Binary`](crate::Binary) that is one. It
/// can be read once: a retry is a new request with a new body.
///
/// It is an [`http_body::Body`], so an HTTP library takes it as it is. A transport that sends bytes only refuses a stream
/// with [`TransportError::not_sent`]:
///
/// ```
/// use flighthub2_runtime::transport::{Bytes, Request, RequestBody, TransportError};
///
/// fn bytes_of(request: Request<RequestBody>) -> Result<Request<Bytes>, TransportError> {
///     let (head, body) = request.into_parts();
///     let bytes = body.into_bytes().map_err(|_| TransportError::not_sent("this transport sends no streams"))?;
///     Ok(Request::from_parts(head, bytes))
/// }
/// ```
pub struct RequestBody(Content);

enum Content {
    Bytes(Bytes),
    // Boxed, so that the body of a call stays small.
    Stream(BoxBody<Bytes, StreamError>),
}

/// Why the content of a stream could not be read to its end.
type StreamError = Box<dyn std::error::Error + Send + Sync>;

impl RequestBody {
    /// A body that is read while it is sent. If its [size hint](http_body::Body::size_hint) is exact, the request has a
    /// `Content-Length`.
    pub fn stream<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + Sync + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Self(Content::Stream(BoxBody::new(body.map_err(Into::into))))
    }

    /// The bytes; `None` if it is a stream.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Content::Bytes(bytes) => Some(bytes),
            Content::Stream(_) => None,
        }
    }

    /// The bytes.
    ///
    /// # Errors
    /// It is a stream, which is returned.
    pub fn into_bytes(self) -> Result<Bytes, Self> {
        match self.0 {
            Content::Bytes(bytes) => Ok(bytes),
            Content::Stream(_) => Err(self),
        }
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self(Content::Bytes(bytes))
    }
}

impl Default for RequestBody {
    fn default() -> Self {
        Bytes::new().into()
    }
}

/// Omits the bytes, which are the caller's data.
impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Content::Bytes(_) => "RequestBody(bytes)",
            Content::Stream(_) => "RequestBody(stream)",
        })
    }
}

impl http_body::Body for RequestBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut self.0 {
            Content::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Content::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Content::Stream(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Content::Bytes(bytes) => bytes.is_empty(),
            Content::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Content::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Content::Stream(body) => body.size_hint(),
        }
    }
}

/// Why there is no response, and whether the request may have been sent.
#[derive(Debug)]
pub struct TransportError {
    pub(crate) sent: bool,
    pub(crate) timeout: bool,
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
}

impl TransportError {
    /// No byte of the request was sent, such as without a connection.
    pub fn not_sent(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { sent: false, timeout: false, source: source.into() }
    }

    /// The request may have arrived.
    pub fn maybe_sent(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { sent: true, timeout: false, source: source.into() }
    }

    /// The same without credentials in the texts of its cause.
    pub(crate) fn masked(self, redactor: &Redactor) -> Self {
        Self { source: masked_source::masked(self.source, redactor), ..self }
    }

    /// A response body that broke off.
    pub(crate) fn after_the_head(self) -> Self {
        Self { sent: true, ..self }
    }

    /// Marks the cause as a time-out.
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
            (true, true) => "no complete response within the time limit",
            (true, false) => "the connection broke before the response was complete",
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
        Self::new(Full::new(bytes).map_err(|never: Infallible| match never {}))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}
