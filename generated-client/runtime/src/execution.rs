//! One call, from its first attempt to its last.
//!
//! In: a request that is ready. Out: a successful response to read, or an error that describes all attempts. It decides
//! whether the call is sent again and keeps its deadline. It is not generic, so it is compiled once, and it owns what it
//! needs, so it can be driven from any thread. Reading the response is generic, and the caller's part:
//! [`exchange`](Execution::exchange) gives a response, [`finish`](Execution::finish) takes what was read from it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use tokio::sync::SemaphorePermit;
use tracing::{Instrument as _, Span};

use crate::attempt::{self, Collects, Exchange};
use crate::client::{Core, Shared};
use crate::clock::with_timeout;
use crate::error::{Delivery, Error, ErrorKind, FailureBody, Sent};
use crate::failure;
use crate::operation::OperationInfo;
use crate::prepared::Prepared;
use crate::response::ReadError;
use crate::retry::{self, Ending};
use crate::token::Token;
use crate::token_source::{CachedToken, TokenCache};

pub(crate) struct Execution {
    client: Core,
    info: &'static OperationInfo,
    request: Prepared,
    span: Span,
    /// When the call as a whole must be over: attempts, waits between them, and waits for a slot.
    deadline: Instant,
    sent: Sent,
    /// How often an attempt was begun: also those that ended before a request was sent.
    begun: u32,
    /// The fetched tokens of the last attempt.
    tokens: Vec<SentToken>,
    collects: Collects,
    /// How long to wait before the next attempt.
    wait: Duration,
}

impl Execution {
    pub(crate) fn new(
        client: Core,
        info: &'static OperationInfo,
        request: Prepared,
        span: Span,
        collects: Collects,
    ) -> Self {
        let now = client.shared().clock.now();
        let deadline = now.checked_add(client.timeout()).unwrap_or(now);
        Self {
            client,
            info,
            request,
            span,
            deadline,
            sent: Sent::default(),
            begun: 0,
            tokens: Vec::new(),
            collects,
            wait: Duration::ZERO,
        }
    }

    /// Makes attempts until one has a successful HTTP status.
    ///
    /// # Errors
    /// There was none, and the rules allow no further attempt.
    pub(crate) async fn exchange(&mut self) -> Result<Exchange, Error> {
        let span = self.span.clone();
        async {
            loop {
                let wait = std::mem::take(&mut self.wait);
                if !wait.is_zero() {
                    self.client.shared().clock.sleep(wait).await;
                }
                let failed = match self.attempt().await {
                    Ok(exchange) if exchange.status.is_success() => return Ok(exchange),
                    Ok(exchange) => {
                        let error = failure::of_status(&exchange, &self.client.shared().redactor);
                        self.failed(error, exchange.retry_after).map(|error| self.with_response(error, exchange))
                    }
                    // A transport of the program can write the request into its error.
                    Err(error) => self.failed(error.masked(&self.client.shared().redactor), None),
                };
                if let Some(error) = failed {
                    return Err(error);
                }
            }
        }
        .instrument(span)
        .await
    }

    /// Accepts the result of reading a response. `None` if the call has to be sent again: the service can refuse a call for
    /// now in a response with a successful status, too.
    pub(crate) fn finish<T>(&mut self, exchange: &Exchange, read: Result<T, ReadError>) -> Option<Result<T, Error>> {
        match read {
            Ok(output) => {
                self.succeeded();
                Some(Ok(output))
            }
            Err(error) => {
                let error = failure::of_reading(exchange, error, &self.client.shared().redactor);
                let error = self.failed(error, exchange.retry_after)?;
                Some(Err(error.with_response(self.client.received(exchange.headers.clone()), None)))
            }
        }
    }

    /// Ends the call with a response whose body the caller reads. Returns its requests.
    pub(crate) fn finish_streaming(mut self) -> Sent {
        self.succeeded();
        std::mem::take(&mut self.sent)
    }

    fn succeeded(&self) {
        self.client.shared().budget.give();
        self.span.record("attempts", self.sent.attempts);
    }

    /// The error of the last attempt with its response, which callers can decode.
    fn with_response(&self, error: Error, exchange: Exchange) -> Error {
        let redactor = Arc::clone(&self.client.shared().redactor);
        let body = FailureBody { bytes: exchange.body, redactor };
        error.with_response(self.client.received(exchange.headers), Some(body))
    }

    /// Decides after a failed attempt: a retry after a wait, or the end of the call.
    fn failed(&mut self, error: Error, retry_after: Option<Duration>) -> Option<Error> {
        let error = error.of(self.info).with_retry_after(retry_after);
        if let Some(wait) = self.wait_before_another(&error, retry_after) {
            self.wait = wait;
            self.sent.note(&error);
            return None;
        }
        let error = error.with_sent(std::mem::take(&mut self.sent));
        error.record(&self.span);
        Some(error)
    }

    /// How long to wait before another attempt, if there is to be one.
    fn wait_before_another(&self, error: &Error, retry_after: Option<Duration>) -> Option<Duration> {
        let shared = self.client.shared();
        let was_rejected = is_unauthorized(error.status()) && self.tokens.iter().any(|token| token.is_from_cache);
        let ending = if was_rejected { Ending::TokenRejected } else { Ending::of(error, retry_after)? };
        if self.begun >= self.client.max_attempts() || !retry::allowed(self.info, ending, error.may_have_taken_effect())
        {
            return None;
        }
        let wait = retry::wait(self.begun, ending, shared.clock.jitter());
        let in_time = shared.clock.now().checked_add(wait).is_some_and(|then| then < self.deadline);
        (in_time && shared.budget.take()).then_some(wait)
    }

    async fn attempt(&mut self) -> Result<Exchange, Error> {
        self.begun += 1;
        let Self { client, info, request, deadline, sent, tokens, collects, .. } = self;
        let shared = client.shared();
        shared.check_runtime()?;
        *tokens = fetch_tokens(shared, request, *deadline).await?;
        let _slot = acquire_slot(shared, *deadline).await?;
        let time_left = time_left(shared, *deadline)?.min(shared.attempt_timeout);
        let header = info.api.request_id_header.map(|header| shared.header_names.get(header)).transpose()?;
        if header.is_some() {
            let id = client.request_id().map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
            sent.request_ids.push(id);
        }
        let request_id = header.zip(sent.request_ids.last().map(String::as_str));
        let span = tracing::debug_span!(
            "flighthub2.attempt",
            attempt = sent.attempts + 1,
            request_id = request_id.as_ref().map(|(_, id)| *id),
            status = tracing::field::Empty,
            error = tracing::field::Empty,
        );
        sent.attempts += 1;
        let limit = shared.clock.timeout(time_left);
        let headers: Vec<_> = tokens.iter().map(|token| token.header.clone()).collect();
        let sending = attempt::send(
            &*shared.transport,
            request,
            request_id,
            &headers,
            limit,
            shared.max_response_bytes,
            *collects,
        );
        let outcome = sending.instrument(span.clone()).await;
        let status = outcome.as_ref().map_or_else(Error::status, |exchange| Some(exchange.status.as_u16()));
        if is_unauthorized(status) {
            tokens.iter().for_each(SentToken::reject);
        }
        match &outcome {
            Ok(exchange) => span.record("status", exchange.status.as_u16()),
            Err(error) => {
                if let Some(status) = error.status() {
                    span.record("status", status);
                }
                span.record("error", tracing::field::debug(error.kind()))
            }
        };
        outcome
    }
}

/// A token in the header that it is sent in.
struct SentToken {
    header: (HeaderName, HeaderValue),
    token: Token,
    cache: Arc<TokenCache>,
    /// Whether it was fetched for an earlier call.
    is_from_cache: bool,
}

impl SentToken {
    /// Makes the next call fetch another one.
    fn reject(&self) {
        self.cache.reject(&self.token);
    }
}

fn is_unauthorized(status: Option<u16>) -> bool {
    status == Some(StatusCode::UNAUTHORIZED.as_u16())
}

/// Fetches the tokens of a request that have expired, within the time of an attempt.
async fn fetch_tokens(shared: &Shared, request: &Prepared, deadline: Instant) -> Result<Vec<SentToken>, Error> {
    let mut tokens = Vec::new();
    for header in &request.fetched {
        let mut limit = shared.clock.timeout(time_left(shared, deadline)?.min(shared.attempt_timeout));
        let fetched = header.cache.token(&*shared.clock, &mut limit).await;
        let CachedToken { token, is_from_cache } = fetched.map_err(|error| error.of_call(header.scheme))?;
        // Before it can be a part of any text.
        shared.redactor.add_fetched(&token);
        let value = token.header(header.prefix)?;
        let (header, cache) = ((header.name.clone(), value), Arc::clone(&header.cache));
        tokens.push(SentToken { header, token, cache, is_from_cache });
    }
    Ok(tokens)
}

/// Waits for a slot among the requests in flight, for as long as the call has time.
async fn acquire_slot(shared: &Shared, deadline: Instant) -> Result<SemaphorePermit<'_>, Error> {
    if let Ok(slot) = shared.in_flight.try_acquire() {
        return Ok(slot);
    }
    let mut limit = shared.clock.timeout(time_left(shared, deadline)?);
    match with_timeout(&mut limit, shared.in_flight.acquire()).await {
        Some(Ok(slot)) => Ok(slot),
        Some(Err(_)) | None => {
            let message = "too many requests are in flight; no slot became free in time";
            Err(Error::new(ErrorKind::Timeout, Delivery::NotSent, message))
        }
    }
}

/// The time until the deadline of the call; an error if it has passed.
fn time_left(shared: &Shared, deadline: Instant) -> Result<Duration, Error> {
    match deadline.saturating_duration_since(shared.clock.now()) {
        Duration::ZERO => {
            let message = "the time of the call was over before the request was sent";
            Err(Error::new(ErrorKind::Timeout, Delivery::NotSent, message))
        }
        left => Ok(left),
    }
}
