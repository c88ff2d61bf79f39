//! Requests to addresses that are no operation of the API: object stores, and signed addresses of files.
//!
//! They use the transport and the clock of a client, and nothing else of it: no token, no header of the API, no slot among
//! the requests in flight, no limit for a response in memory. A signed address is a secret: nothing here logs it, and no
//! error contains it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Request, StatusCode, Uri};
use tracing::Instrument as _;
use url::Url;

use crate::builder::is_loopback;
use crate::client::Core;
use crate::clock::{Clock, with_timeout};
use crate::error::Error;
use crate::operation::OperationInfo;
use crate::redactor::Redactor;
use crate::retry::{self, Ending};
use crate::transport::{Body, RequestBody, TransportError};

/// Sends requests that are no calls of an API.
#[derive(Clone)]
pub struct External(Core);

impl fmt::Debug for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("External")
    }
}

/// Counts bytes that move, so that a slow request is not mistaken for a stalled one.
#[derive(Clone, Debug, Default)]
pub struct Activity(Arc<AtomicU64>);

impl Activity {
    /// Adds to the number of transferred bytes.
    pub fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// The number of bytes transferred so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A response whose body is read part by part.
pub struct ExternalResponse {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Body,
    redactor: Redactor,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for ExternalResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

impl External {
    /// Uses the transport and the clock of a client.
    #[must_use]
    pub fn new(core: &Core) -> Self {
        Self(core.clone())
    }

    /// The clock of the client.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.shared().clock
    }

    /// Whether the client may send an operation, so that a job of several steps can ask before its first step.
    ///
    /// # Errors
    /// The operation is riskier than the client was built for.
    pub fn check_risk(&self, info: &'static OperationInfo) -> Result<(), Error> {
        self.0.check_risk(info).map_err(|error| error.of(info))
    }

    /// An address, if requests may be sent to it: `https`, or plain `http` to this machine, or plain `http` for a client
    /// whose own service is plain `http`.
    ///
    /// # Errors
    /// Why not. The text does not contain the address.
    pub fn address(&self, text: &str) -> Result<Uri, &'static str> {
        let url = Url::parse(text).map_err(|_| "it is no URL")?;
        let host = url.host_str().ok_or("it has no host")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it has a name or a password in it");
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) || self.0.shared().base_url.starts_with("http:") => {}
            "http" => return Err("it is plain http, and the client's own service is not"),
            _ => return Err("its scheme is not http or https"),
        }
        let mut url = url;
        url.set_fragment(None);
        Uri::try_from(url.as_str()).map_err(|_| "it cannot be sent")
    }

    /// Sends a request once. The limit applies to a time without progress, neither of `activity` nor of a response: a
    /// large body may take as long as it needs.
    ///
    /// # Errors
    /// No response came.
    pub async fn send(
        &self,
        request: Request<RequestBody>,
        activity: &Activity,
        idle_timeout: Duration,
    ) -> Result<ExternalResponse, TransportError> {
        let shared = self.0.shared();
        let span = tracing::debug_span!(
            "flighthub2.external",
            method = %request.method(),
            status = tracing::field::Empty,
        );
        let recorded = span.clone();
        let redactor = Redactor::of_request(request.uri(), request.headers());
        async move {
            let mut sending = shared.transport.send(request);
            loop {
                let before = activity.bytes();
                let mut limit = shared.clock.timeout(idle_timeout);
                match with_timeout(&mut limit, sending.as_mut()).await {
                    Some(response) => {
                        let (head, body) = response.map_err(|error| error.masked(&redactor))?.into_parts();
                        recorded.record("status", head.status.as_u16());
                        let clock = Arc::clone(&shared.clock);
                        return Ok(ExternalResponse {
                            status: head.status,
                            headers: head.headers,
                            body,
                            redactor,
                            clock,
                        });
                    }
                    None if activity.bytes() != before => {}
                    None => return Err(TransportError::maybe_sent("the request stalled").timed_out()),
                }
            }
        }
        .instrument(span)
        .await
    }

    /// How long to wait after so many failures in a row: at least as long as the server asked for.
    #[must_use]
    pub fn wait(&self, failures: u32, asked: Option<Duration>) -> Duration {
        retry::wait(failures, Ending::Unavailable(asked), self.clock().jitter())
    }
}

impl ExternalResponse {
    /// The next part of the body; `None` at its end.
    ///
    /// # Errors
    /// The body broke off, or no part came in time.
    pub async fn next(&mut self, idle_timeout: Duration) -> Option<Result<Bytes, TransportError>> {
        let mut limit = self.clock.timeout(idle_timeout);
        match with_timeout(&mut limit, self.body.next()).await {
            Some(part) => part.map(|part| part.map_err(|error| error.masked(&self.redactor).after_the_head())),
            None => Some(Err(TransportError::maybe_sent("the response stalled").timed_out())),
        }
    }

    /// The beginning of the body, as far as it is received: the message of a server about a failure.
    pub async fn beginning(&mut self, max_bytes: usize, idle_timeout: Duration) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < max_bytes {
            match self.next(idle_timeout).await {
                Some(Ok(part)) => bytes.extend_from_slice(&part),
                Some(Err(_)) | None => break,
            }
        }
        bytes.truncate(max_bytes);
        bytes
    }

    /// A header, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The wait that the response asks for.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(self.header(RETRY_AFTER.as_str())?, SystemTime::now())
    }
}
