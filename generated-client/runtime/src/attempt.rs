//! One attempt of a call.
//!
//! In: a prepared request. Out: its response, or an error. An attempt sends the request exactly once:
//! [`Execution`](crate::execution::Execution) decides about retries, and the transport sends the bytes.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::response::Parts;
use http::{HeaderMap, Request, StatusCode};

use crate::clock::{SleepFuture, with_timeout};
use crate::error::{Delivery, Error, ErrorKind};
use crate::prepared::Prepared;
use crate::response::ResponseBody;
use crate::retry;
use crate::transport::{Body, RequestBody, Transport, TransportError};

/// A response that is not interpreted yet.
pub(crate) struct Exchange {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body of a success whose caller reads it in parts.
    pub(crate) rest: Option<Body>,
    /// The wait that the response asks for.
    pub(crate) retry_after: Option<Duration>,
}

impl Exchange {
    /// `Content-Type`; `None` also for a value that is not ASCII.
    pub(crate) fn content_type(&self) -> Option<&str> {
        text(&self.headers, &CONTENT_TYPE)
    }

    /// The body, to be decoded.
    pub(crate) fn response_body(&self) -> ResponseBody<'_> {
        let body = ResponseBody::from_bytes(&self.body).with_status(self.status.as_u16());
        body.with_content_type(self.content_type().unwrap_or_default())
    }
}

/// Which bodies an attempt collects in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Collects {
    All,
    /// Not those of successes, which the caller reads.
    Failures,
}

/// Sends a request once and collects its response, until a limit has passed. `tokens` are the headers of fetched tokens.
pub(crate) async fn send(
    transport: &dyn Transport,
    request: &Prepared,
    request_id: Option<(HeaderName, &str)>,
    tokens: &[(HeaderName, HeaderValue)],
    mut limit: SleepFuture,
    max_bytes: usize,
    collects: Collects,
) -> Result<Exchange, Error> {
    let request = made(request, request_id, tokens)?;
    let late = || TransportError::maybe_sent("the time limit of the attempt has passed").timed_out();
    let response = with_timeout(&mut limit, transport.send(request)).await.unwrap_or_else(|| Err(late()))?;
    let (head, content) = response.into_parts();
    // From here on the status is known, even if the body cannot be read.
    let body = match is_not_compressed(&head) {
        Ok(()) if collects == Collects::Failures && head.status.is_success() => Ok((Bytes::new(), Some(content))),
        Ok(()) => {
            let body = with_timeout(&mut limit, collected(content, max_bytes)).await;
            body.unwrap_or_else(|| Err(late().into())).map(|body| (body, None))
        }
        Err(error) => Err(error),
    };
    let (body, rest) = body.map_err(|error| error.with_status(head.status))?;
    let retry_after = text(&head.headers, &RETRY_AFTER);
    let retry_after = retry_after.and_then(|text| retry::retry_after(text, SystemTime::now()));
    Ok(Exchange { status: head.status, headers: head.headers, body, rest, retry_after })
}

fn made(
    prepared: &Prepared,
    request_id: Option<(HeaderName, &str)>,
    tokens: &[(HeaderName, HeaderValue)],
) -> Result<Request<RequestBody>, Error> {
    let mut request = Request::new(prepared.body.body());
    *request.method_mut() = prepared.method.clone();
    *request.uri_mut() = prepared.uri.clone();
    *request.headers_mut() = prepared.headers.clone();
    if let Some((name, id)) = request_id {
        let value = HeaderValue::from_str(id).map_err(|error| Error::config("a bad request id").with_source(error))?;
        request.headers_mut().insert(name, value);
    }
    for (name, value) in tokens {
        request.headers_mut().insert(name, value.clone());
    }
    Ok(request)
}

/// The error of a response that cannot be read.
fn unreadable(message: String) -> Error {
    Error::new(ErrorKind::InvalidResponse, Delivery::Responded, message)
}

fn is_not_compressed(head: &Parts) -> Result<(), Error> {
    match text(&head.headers, &CONTENT_ENCODING).filter(|coding| *coding != "identity") {
        None => Ok(()),
        Some(coding) => {
            let shown: String = coding.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
            Err(unreadable(format!("the response is compressed ({shown}), which was not asked for")))
        }
    }
}

/// Collects the body, up to the size limit. One that comes in one part is not copied.
async fn collected(mut content: Body, max_bytes: usize) -> Result<Bytes, Error> {
    let too_long = || unreadable(format!("the response is longer than {max_bytes} bytes"));
    if content.promised_bytes() > max_bytes as u64 {
        return Err(too_long());
    }
    let mut first = Bytes::new();
    let mut body = BytesMut::new();
    while let Some(part) = content.next().await {
        // The head of the response was received, so the request has arrived, whatever the transport reports about the body.
        let part = part.map_err(TransportError::after_the_head)?;
        if part.len() > max_bytes.saturating_sub(first.len().max(body.len())) {
            return Err(too_long());
        }
        if first.is_empty() && body.is_empty() {
            first = part;
            continue;
        }
        body.extend_from_slice(&std::mem::take(&mut first));
        body.extend_from_slice(&part);
    }
    Ok(if body.is_empty() { first } else { body.freeze() })
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let kind = match (error.sent, error.timeout) {
            (_, true) => ErrorKind::Timeout,
            (false, false) => ErrorKind::Connection,
            (true, false) => ErrorKind::Transport,
        };
        let delivery = if error.sent { Delivery::MaybeSent } else { Delivery::NotSent };
        let message = error.to_string();
        Self::new(kind, delivery, message).with_boxed_source(error.source)
    }
}
