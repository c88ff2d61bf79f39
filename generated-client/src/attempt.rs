//! One attempt: a request that is ready in, what came back out, or what is known about its failure.
//!
//! It sends exactly once; whether it is asked again is decided elsewhere. How the bytes travel is the transport's.

use std::time::{Duration, SystemTime};

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, Request, StatusCode};

use crate::error::{Delivery, Error, ErrorKind};
use crate::prepared::Prepared;
use crate::retry::{self, Ending};
use crate::transport::{Transport, TransportError};

/// What came back, before anybody asks what it means.
pub(crate) struct Exchange {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Vec<u8>,
    retry_after: Option<Duration>,
}

impl Exchange {
    /// Whether this answer says to come back later.
    pub(crate) fn ending(&self) -> Option<Ending> {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS => Some(Ending::TooOften(self.retry_after)),
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                Some(Ending::Unavailable(self.retry_after))
            }
            _ => None,
        }
    }
}

/// Sends a request once and collects its answer, within the time that is left.
pub(crate) async fn send(
    transport: &dyn Transport,
    request: &Prepared,
    request_id: Option<(&'static str, &str)>,
    time_left: Duration,
    max_bytes: usize,
) -> Result<Exchange, Error> {
    let request = made(request, request_id)?;
    let exchange = tokio::time::timeout(time_left, exchanged(transport, request, max_bytes));
    exchange.await.unwrap_or_else(|late| Err(TransportError::maybe_sent(late).timed_out().into()))
}

fn made(prepared: &Prepared, request_id: Option<(&'static str, &str)>) -> Result<Request<bytes::Bytes>, Error> {
    let mut request = Request::new(prepared.body.clone());
    *request.method_mut() = prepared.method.clone();
    *request.uri_mut() = prepared.uri.clone();
    *request.headers_mut() = prepared.headers.clone();
    if let Some((name, id)) = request_id {
        let bad = |source| Error::config("a bad request id").with_source(source);
        let value = HeaderValue::from_str(id).map_err(|error| bad(http::Error::from(error)))?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| bad(http::Error::from(error)))?;
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

async fn exchanged(
    transport: &dyn Transport,
    request: Request<bytes::Bytes>,
    max_bytes: usize,
) -> Result<Exchange, Error> {
    let (head, mut content) = transport.send(request).await?.into_parts();
    let status = head.status;
    let unreadable = |message| Error::new(ErrorKind::Answer, Delivery::Answered, message).with_status(status);
    if let Some(coding) = text(&head.headers, &CONTENT_ENCODING).filter(|coding| coding != "identity") {
        return Err(unreadable(format!("the answer is compressed ({coding}), which was not asked for")));
    }
    let too_long = || unreadable(format!("the answer is longer than {max_bytes} bytes"));
    if content.promised_bytes() > max_bytes as u64 {
        return Err(too_long());
    }
    let mut body = Vec::new();
    while let Some(part) = content.next().await {
        let part = part?;
        if part.len() > max_bytes.saturating_sub(body.len()) {
            return Err(too_long());
        }
        body.extend_from_slice(&part);
    }
    let retry_after = text(&head.headers, &RETRY_AFTER);
    let retry_after = retry_after.and_then(|text| retry::retry_after(&text, SystemTime::now()));
    Ok(Exchange { status, content_type: text(&head.headers, &CONTENT_TYPE), body, retry_after })
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
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
