//! The client: an operation in, its answer or an error out.
//!
//! What depends on the type of an operation is small: writing its arguments and reading its answer. Everything between
//! is done once, for all of them: the request is made ready, sent, and perhaps sent again. Knows no single operation.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Instrument as _;

use crate::answer::{Answer, ReadError};
use crate::attempt::{self, Exchange};
use crate::builder::ClientBuilder;
use crate::call::Serves;
use crate::error::{Delivery, Error, ErrorKind, Sent};
use crate::operation::{Operation, OperationInfo, Risk};
use crate::pace::Pace;
use crate::prepared::{DryRun, Prepared};
use crate::request::RequestParts;
use crate::retry::{self, Budget, Ending};
use crate::token::Token;
use crate::transport::Transport;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// How much of an answer that is no JSON an error shows.
const SNIPPET_CHARS: usize = 200;

/// Sends calls. Copies of it are cheap and share their connections.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) base_url: String,
    pub(crate) token: Token,
    pub(crate) max_risk: Risk,
    pub(crate) language: Option<String>,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) max_attempts: u32,
    pub(crate) in_flight: Semaphore,
    pub(crate) max_answer_bytes: usize,
    pub(crate) budget: Budget,
    pub(crate) pace: Arc<dyn Pace>,
    #[cfg(feature = "blocking")]
    pub(crate) blocking: crate::blocking::Blocking,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.base_url)
            .field("max_risk", &self.0.max_risk)
            .finish_non_exhaustive()
    }
}

/// A [`Client`] for the calls of one project.
#[derive(Clone)]
pub struct ProjectClient {
    client: Client,
    project: Arc<str>,
}

impl fmt::Debug for ProjectClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectClient").field("client", &self.client).field("project", &self.project).finish()
    }
}

impl ProjectClient {
    /// The client without the project.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The id of the project.
    #[must_use]
    pub fn project_id(&self) -> &str {
        &self.project
    }

    /// Sends an operation and waits for its answer.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, Error>
    where
        Self: Serves<O::Scope>,
    {
        self.client.execute(operation, Some(&self.project)).await
    }
}

impl Client {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn blocking(&self) -> &crate::blocking::Blocking {
        &self.0.blocking
    }

    /// Settings of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Sends an operation and waits for its answer.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, Error>
    where
        Self: Serves<O::Scope>,
    {
        self.execute(operation, None).await
    }

    pub(crate) fn in_project(&self, project: String) -> ProjectClient {
        ProjectClient { client: self.clone(), project: project.into() }
    }

    pub(crate) async fn execute<O: Operation>(&self, operation: &O, project: Option<&str>) -> Result<O::Output, Error> {
        let info = O::INFO;
        let mut parts = RequestParts::new(info.path);
        operation.write(&mut parts);
        let span = tracing::debug_span!(
            "flighthub2.call",
            operation = info.id,
            method = info.method,
            path = info.path,
            risk = ?info.risk,
            attempts = tracing::field::Empty,
            error = tracing::field::Empty,
            delivery = tracing::field::Empty,
        );
        let mut sent = Sent::default();
        let exchange = self.exchange(info, parts, project, &mut sent).instrument(span.clone()).await;
        let result = exchange
            .and_then(|exchange| self.read(&exchange, O::read).map_err(|error| error.with_status(exchange.status)));
        span.record("attempts", sent.attempts);
        result.map_err(|error| {
            span.record("error", tracing::field::debug(error.kind()));
            span.record("delivery", tracing::field::debug(error.delivery()));
            error.of(info).with_sent(sent)
        })
    }

    pub(crate) fn dry_run<O: Operation>(&self, operation: &O, project: Option<&str>) -> Result<DryRun, Error> {
        let mut parts = RequestParts::new(O::INFO.path);
        operation.write(&mut parts);
        let prepared = self.prepare(O::INFO, parts, project).map_err(|error| error.of(O::INFO))?;
        Ok(prepared.dry_run(O::INFO.api.token.map_or("", |token| token.prefix)))
    }

    /// Makes a request ready, if it may be sent at all.
    fn prepare(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
    ) -> Result<Prepared, Error> {
        if let Some(problem) = parts.problem() {
            return Err(Error::new(ErrorKind::Arguments, Delivery::NotSent, problem));
        }
        let method = Method::from_bytes(info.method.as_bytes())
            .map_err(|error| Error::config("the operation has an unknown HTTP method").with_source(error))?;
        let query = if parts.query_text().is_empty() { "" } else { "?" };
        let url = format!("{}{}{query}{}", self.0.base_url, parts.path_text(), parts.query_text());
        let mut headers = self.headers(info, &parts, project)?;
        let uri = Uri::try_from(url).map_err(|error| {
            // It may be too long.
            let message = "the address cannot be sent with these arguments";
            Error::new(ErrorKind::Arguments, Delivery::NotSent, message).with_source(error)
        })?;
        let content_type = media_type(parts.content_type())?;
        let body = parts.into_body().map(Bytes::from).unwrap_or_default();
        if !body.is_empty() {
            headers.insert(CONTENT_TYPE, content_type);
        }
        Ok(Prepared { method, uri, headers, body })
    }

    /// Sends a request until there is an answer, as often as the rules allow. `sent` tells of every request.
    async fn exchange(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
        sent: &mut Sent,
    ) -> Result<Exchange, Error> {
        let shared = &*self.0;
        if info.risk > shared.max_risk {
            let message = format!(
                "refused: its risk is {risk:?}, and this client may not exceed {:?}; \
                 build it with `.max_risk(Risk::{risk:?})` to allow it",
                shared.max_risk,
                risk = info.risk
            );
            return Err(Error::new(ErrorKind::Risk, Delivery::NotSent, message));
        }
        let request = self.prepare(info, parts, project)?;
        let deadline = shared.pace.now() + shared.timeout;
        let mut lost = false;
        for attempt in 1.. {
            let outcome = self.attempt(info, &request, deadline, attempt, sent).await;
            let ending = match &outcome {
                Ok(exchange) => exchange.ending(),
                Err(error) => ending_of(error),
            };
            lost |= ending == Some(Ending::Lost);
            let wait = ending.and_then(|ending| self.wait_before(info, attempt + 1, ending, deadline));
            match (wait, outcome) {
                (Some(wait), _) => shared.pace.wait(wait).await,
                (None, Ok(exchange)) => {
                    if exchange.status.is_success() {
                        shared.budget.give();
                    }
                    return Ok(exchange);
                }
                (None, Err(error)) if lost => return Err(error.after_a_lost_attempt()),
                (None, Err(error)) => return Err(error),
            }
        }
        Err(Error::config("no attempt is allowed"))
    }

    /// How long to wait before another attempt, if there is to be one.
    fn wait_before(
        &self,
        info: &'static OperationInfo,
        attempt: u32,
        ending: Ending,
        deadline: Instant,
    ) -> Option<Duration> {
        let shared = &*self.0;
        if attempt > shared.max_attempts || !retry::allowed(info, ending) {
            return None;
        }
        let wait = retry::wait(attempt, ending, shared.pace.chance());
        // The limit of the whole call always wins.
        let in_time = shared.pace.now().checked_add(wait).is_some_and(|then| then < deadline);
        (in_time && shared.budget.take()).then_some(wait)
    }

    async fn attempt(
        &self,
        info: &'static OperationInfo,
        request: &Prepared,
        deadline: Instant,
        attempt: u32,
        sent: &mut Sent,
    ) -> Result<Exchange, Error> {
        let shared = &*self.0;
        let time_left = deadline.saturating_duration_since(shared.pace.now()).min(shared.attempt_timeout);
        let _turn = turn(&shared.in_flight, time_left).await?;
        let request_id = info.api.request_id_header.map(|header| (header, uuid::Uuid::new_v4().to_string()));
        let span = tracing::debug_span!(
            "flighthub2.attempt",
            attempt,
            request_id = request_id.as_ref().map(|(_, id)| id.as_str()),
            status = tracing::field::Empty,
            error = tracing::field::Empty,
        );
        sent.attempts += 1;
        sent.request_ids.extend(request_id.as_ref().map(|(_, id)| id.clone()));
        let id = request_id.as_ref().map(|(header, id)| (*header, id.as_str()));
        let sending = attempt::send(&*shared.transport, request, id, time_left, shared.max_answer_bytes);
        let outcome = sending.instrument(span.clone()).await;
        match &outcome {
            Ok(exchange) => span.record("status", exchange.status.as_u16()),
            Err(error) => span.record("error", tracing::field::debug(error.kind())),
        };
        outcome
    }

    fn headers(
        &self,
        info: &'static OperationInfo,
        parts: &RequestParts,
        project: Option<&str>,
    ) -> Result<HeaderMap, Error> {
        let shared = &*self.0;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, media_type(parts.accepted())?);
        if let (Some(token), true) = (info.api.token, info.authenticated) {
            headers.insert(name(token.name)?, shared.token.header(token.prefix)?);
        }
        let project_header = match info.scope {
            crate::operation::Scope::Organization => None,
            _ => info.api.project_header,
        };
        let own = [(info.api.language_header, shared.language.as_deref()), (project_header, project)];
        let own = own.into_iter().filter_map(|(header, value)| Some((header?, value?)));
        for (header, text) in own.chain(parts.headers()) {
            let value = HeaderValue::from_str(text).map_err(|_| {
                let message = format!("`{header}` holds a sign that cannot stand in a header");
                Error::new(ErrorKind::Arguments, Delivery::NotSent, message)
            })?;
            headers.insert(name(header)?, value);
        }
        Ok(headers)
    }

    /// What an answer means.
    fn read<T>(&self, exchange: &Exchange, read: impl FnOnce(Answer<'_>) -> Result<T, ReadError>) -> Result<T, Error> {
        let answered = |kind, message: String| Error::new(kind, Delivery::Answered, message);
        let answer = Answer::of(&exchange.body);
        if !exchange.status.is_success() {
            return Err(match answer.failure() {
                Some((code, message)) => answered(ErrorKind::Api, self.words(&message)).with_code(code),
                None => {
                    let what = if exchange.status.is_redirection() {
                        "a redirect, which is not followed: it would carry the token elsewhere"
                    } else {
                        "no success"
                    };
                    let status = exchange.status.as_u16();
                    answered(ErrorKind::Status, format!("HTTP {status}: {what}{}", self.snippet(exchange)))
                }
            });
        }
        read(answer).map_err(|error| match error {
            ReadError::Failure { code, message } => answered(ErrorKind::Api, self.words(&message)).with_code(code),
            ReadError::Mismatch { path, message } => {
                let snippet = if exchange.body.first().is_none_or(|byte| matches!(byte, b'{' | b'[')) {
                    String::new()
                } else {
                    self.snippet(exchange)
                };
                // The place is told by names that the answer has.
                answered(ErrorKind::Answer, format!("unexpected answer: {message}{snippet}"))
                    .with_path(self.words(&path))
            }
        })
    }

    /// Words of the service on one line, without the token.
    fn words(&self, message: &str) -> String {
        self.0.token.mask(message).replace(|sign: char| sign.is_control(), " ")
    }

    /// The beginning of an answer that is no JSON, for people; what could be a secret is left out.
    fn snippet(&self, exchange: &Exchange) -> String {
        let kind = exchange.content_type.as_deref().unwrap_or("unnamed content");
        let text = String::from_utf8_lossy(&exchange.body);
        let text = self.0.token.mask(&text);
        let words = text.split_whitespace().map(|word| if word.len() > 32 { "…" } else { word });
        let text: String = words.collect::<Vec<_>>().join(" ").chars().take(SNIPPET_CHARS).collect();
        let text: String = text.chars().filter(|sign| !sign.is_control()).collect();
        if text.is_empty() { format!("; {kind}, empty") } else { format!("; {kind}: {text}") }
    }
}

fn media_type(text: &'static str) -> Result<HeaderValue, Error> {
    if text.as_bytes() == JSON.as_bytes() {
        return Ok(JSON);
    }
    HeaderValue::from_str(text)
        .map_err(|error| Error::config(format!("`{text}` cannot be a media type")).with_source(error))
}

fn name(header: &'static str) -> Result<HeaderName, Error> {
    HeaderName::from_bytes(header.as_bytes())
        .map_err(|error| Error::config(format!("`{header}` cannot be the name of a header")).with_source(error))
}

/// Waits for a turn to send, for as long as there is time.
async fn turn(in_flight: &Semaphore, time_left: Duration) -> Result<SemaphorePermit<'_>, Error> {
    let late =
        || Error::new(ErrorKind::Timeout, Delivery::NotSent, "too many calls are on their way; no turn came in time");
    match tokio::time::timeout(time_left, in_flight.acquire()).await {
        Ok(Ok(turn)) => Ok(turn),
        Ok(Err(_)) | Err(_) => Err(late()),
    }
}

/// What the failure of an attempt means for another one.
fn ending_of(error: &Error) -> Option<Ending> {
    match (error.kind(), error.delivery()) {
        (ErrorKind::Connection | ErrorKind::Timeout, Delivery::NotSent) => Some(Ending::NotSent),
        (ErrorKind::Timeout | ErrorKind::Transport, Delivery::MaybeSent) => Some(Ending::Lost),
        _ => None,
    }
}
