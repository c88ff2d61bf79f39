//! One attempt: a request that is ready in, what came back out, or what is known about its failure.
//!
//! This is the only module that talks to the HTTP library. It sends exactly once; whether it is asked again is decided
//! elsewhere.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};

use crate::error::{Delivery, Error, ErrorKind};
use crate::prepared::Prepared;
use crate::retry::{self, Ending};

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

/// Sends a request once and collects its answer.
pub(crate) async fn send(
    http: &reqwest::Client,
    request: &Prepared,
    request_id: Option<(&'static str, &str)>,
    time_left: Duration,
    max_bytes: usize,
) -> Result<Exchange, Error> {
    let mut headers = request.headers.clone();
    if let Some((name, id)) = request_id {
        let value = HeaderValue::from_str(id).map_err(|error| Error::config("a bad request id").with_source(error))?;
        headers.insert(name, value);
    }
    let mut builder = http.request(request.method.clone(), &request.url).headers(headers).timeout(time_left);
    if let Some(body) = &request.body {
        builder = builder.body(body.clone());
    }
    let mut response = builder.send().await.map_err(failure)?;
    let status = response.status();
    let text =
        |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
    let content_type = text(CONTENT_TYPE);
    let retry_after = text(RETRY_AFTER).and_then(|text| retry::retry_after(&text, SystemTime::now()));
    let too_long = || {
        let message = format!("the answer is longer than {max_bytes} bytes");
        Error::new(ErrorKind::Answer, Delivery::Answered, message).with_status(status)
    };
    if response.content_length().is_some_and(|length| length > max_bytes as u64) {
        return Err(too_long());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if chunk.len() > max_bytes.saturating_sub(body.len()) {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Exchange { status, content_type, body, retry_after })
}

fn failure(error: reqwest::Error) -> Error {
    let (kind, delivery, message) = if error.is_connect() && error.is_timeout() {
        (ErrorKind::Timeout, Delivery::NotSent, "no connection was made in time")
    } else if error.is_connect() {
        (ErrorKind::Connection, Delivery::NotSent, "no connection could be made")
    } else if error.is_builder() {
        (ErrorKind::Arguments, Delivery::NotSent, "the request cannot be built")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, Delivery::MaybeSent, "no whole answer came in time")
    } else {
        (ErrorKind::Transport, Delivery::MaybeSent, "the connection broke before the whole answer was there")
    };
    // A URL can hold values of the caller.
    Error::new(kind, delivery, message).with_source(error.without_url())
}
