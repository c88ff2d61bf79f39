//! Successful responses whose body is read while it arrives.
//!
//! In: the head of a response, and its body in parts. Out: the parts, or an error that says how far the call got. Nothing is
//! decoded, and nothing is kept.

use std::fmt;
use std::marker::PhantomData;

use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};

use crate::attempt::Exchange;
use crate::client::Core;
use crate::clock::with_timeout;
use crate::error::{Error, Sent};
use crate::headers::ResponseHeaders;
use crate::operation::{Operation, TypedHeaders};
use crate::transport::{Body, Bytes, TransportError};

/// A successful response of text or bytes, part by part: for content that is larger than the memory of a program, or that
/// arrives for as long as it is read. It is as the service has sent it; [`content_type`](Self::content_type) says what it is.
///
/// Each part has to come within [`attempt_timeout`](crate::ClientBuilder::attempt_timeout); the response as a whole has no
/// limit, neither of time nor of [size](crate::ClientBuilder::max_response_bytes), and does not count among the requests in
/// flight. Dropping it closes the connection.
///
/// ```
/// # use flighthub2_runtime::codegen::{Streamed, StreamedResponse};
/// # use flighthub2_runtime::Error;
/// use std::io::Write;
///
/// async fn save<O: Streamed>(mut response: StreamedResponse<O>, mut file: impl Write) -> Result<(), Box<dyn std::error::Error>> {
///     while let Some(part) = response.next().await {
///         file.write_all(&part?)?;
///     }
///     Ok(())
/// }
/// ```
pub struct StreamedResponse<O> {
    core: Core,
    status: StatusCode,
    headers: ResponseHeaders,
    /// `None` after its end, and after an error.
    body: Option<Body>,
    /// The requests of the call.
    sent: Sent,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> StreamedResponse<O> {
    pub(crate) fn new(core: Core, exchange: Exchange, sent: Sent) -> Self {
        let Exchange { status, headers, body, rest, .. } = exchange;
        let (headers, body) = (core.received(headers), rest.unwrap_or_else(|| body.into()));
        Self { core, status, headers, body: Some(body), sent, operation: PhantomData }
    }

    /// The HTTP status, as a number.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// All headers, documented or not.
    #[must_use]
    pub fn headers(&self) -> &ResponseHeaders {
        &self.headers
    }

    /// The headers that the specification documents, with a method for each.
    #[must_use]
    pub fn typed_headers(&self) -> O::Headers
    where
        O: TypedHeaders,
    {
        self.headers.clone().into()
    }

    /// The media type of the content (`Content-Type`).
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.headers.map().get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The number of bytes of the whole content, if the service has sent it (`Content-Length`).
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.headers.map().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    /// The next part of the content; `None` at its end, and after an error. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The content broke off, or no part came in time. The call may have taken effect. It is not sent again. Without a
    /// runtime of tokio, which the built-in transport requires, it is [`ErrorKind::Config`](crate::ErrorKind::Config).
    #[allow(clippy::should_implement_trait, reason = "it is the method of an asynchronous iterator")]
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        let body = self.body.as_mut()?;
        if let Err(error) = self.core.shared().check_runtime() {
            return Some(Err(error.of(O::INFO)));
        }
        let part = next_part(&self.core, body).await;
        self.accept(part)
    }

    /// The same without `async`, for threads that may wait. Needs the feature `blocking`.
    ///
    /// # Errors
    /// See [`next`](Self::next); and [`ErrorKind::Config`](crate::ErrorKind::Config) within a task of tokio.
    #[cfg(feature = "blocking")]
    pub fn next_blocking(&mut self) -> Option<Result<Bytes, Error>> {
        let blocking = &self.core.shared().blocking;
        if let Err(error) = blocking.check() {
            return Some(Err(error.of(O::INFO)));
        }
        let (core, mut body) = (self.core.clone(), self.body.take()?);
        let running = async move {
            let part = next_part(&core, &mut body).await;
            (body, part)
        };
        match blocking.run(running) {
            Ok((body, part)) => {
                self.body = Some(body);
                self.accept(part)
            }
            Err(error) => Some(Err(error.of(O::INFO))),
        }
    }

    /// The parts as a [`Stream`](futures_core::Stream). Needs the feature `stream`.
    #[cfg(feature = "stream")]
    pub fn into_stream(self) -> impl futures_core::Stream<Item = Result<Bytes, Error>> + Send + Unpin
    where
        O: 'static,
    {
        crate::stream::unfold(self, |mut response| {
            Box::pin(async move {
                let part = response.next().await;
                (response, part)
            })
        })
    }

    fn accept(&mut self, part: Option<Result<Bytes, TransportError>>) -> Option<Result<Bytes, Error>> {
        if !matches!(part, Some(Ok(_))) {
            self.body = None;
        }
        Some(part?.map_err(|error| {
            let error = Error::from(error.after_the_head()).masked(&self.core.shared().redactor);
            error.with_status(self.status).of(O::INFO).with_sent(std::mem::take(&mut self.sent))
        }))
    }
}

/// The next part of a body, within the time of an attempt.
async fn next_part(core: &Core, body: &mut Body) -> Option<Result<Bytes, TransportError>> {
    let shared = core.shared();
    let mut limit = shared.clock.timeout(shared.attempt_timeout);
    let late = || TransportError::maybe_sent("no further part of the response came in time").timed_out();
    with_timeout(&mut limit, body.next()).await.unwrap_or_else(|| Some(Err(late())))
}

/// Without the content, which is read.
impl<O: Operation> fmt::Debug for StreamedResponse<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamedResponse")
            .field("operation", &O::INFO.id)
            .field("status", &self.status.as_u16())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}
