//! Errors of calls.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use tracing::Span;

use crate::headers::ResponseHeaders;
use crate::masked_source;
use crate::operation::{ApiInfo, Idempotency, OperationInfo, Outcome, Risk, TypedFailure, TypedHeaders};
use crate::redactor::Redactor;
use crate::response::{ReadError, ResponseBody};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting of the client is not valid.
    Config,
    /// An argument cannot be sent, such as an empty id.
    InvalidArgument,
    /// The operation is riskier than the client was built for.
    Risk,
    /// A token could not be fetched from its [`TokenSource`](crate::TokenSource).
    TokenSource,
    /// There was no connection.
    Connection,
    /// A time limit passed.
    Timeout,
    /// The connection broke before the response was complete.
    Transport,
    /// The HTTP status is not a success, and the response has no code of the service.
    Status,
    /// The service returned an error code: see [`Error::code`].
    Api,
    /// The response cannot be decoded, or contradicts an earlier one.
    InvalidResponse,
}

/// How far a call got.
///
/// It does not say whether the call took effect: the service may have acted and the response may be lost, or a gateway may
/// have responded in the place of the service. See [`Error::may_have_taken_effect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// No attempt has left this machine. Sending the call again does no harm.
    NotSent,
    /// An attempt may have arrived, and the last one has no response, or none that is whole.
    MaybeSent,
    /// The last attempt has a response. It may come from a gateway in front of the service.
    Responded,
}

/// The error of a call: what happened, where, and whether the call may have taken effect nevertheless.
///
/// Before you send a call again, ask [`may_have_taken_effect`](Self::may_have_taken_effect). For what to do, ask
/// [`kind`](Self::kind):
///
/// | kind | what happened | delivery | may have taken effect | what to do |
/// | --- | --- | --- | --- | --- |
/// | [`Config`](ErrorKind::Config) | a setting, or the place of a call, cannot work | `NotSent` | no | mend the program |
/// | [`InvalidArgument`](ErrorKind::InvalidArgument) | an argument cannot be sent: an empty id, a line break for a header | `NotSent` | no | mend the argument |
/// | [`Risk`](ErrorKind::Risk) | the operation is riskier than the client was built for | `NotSent` | no | build a client with [`max_risk`](crate::ClientBuilder::max_risk), if it is meant |
/// | [`TokenSource`](ErrorKind::TokenSource) | no token could be fetched: the token endpoint refused it, or does not respond | `NotSent` | no | look at the credentials, or at the token endpoint |
/// | [`Connection`](ErrorKind::Connection) | no connection: no address, refused, no trust in the certificate | `NotSent` | no | look at the base URL and the network |
/// | [`Timeout`](ErrorKind::Timeout) | no connection in time, or no slot among the requests in flight | `NotSent` | no | send the call again later, or allow more time |
/// | | no whole response in time | `MaybeSent` | yes | look at what was done: the text of the error names the operation that shows it |
/// | [`Transport`](ErrorKind::Transport) | the connection broke before the whole response was there | `MaybeSent` | yes | the same |
/// | [`Status`](ErrorKind::Status) | HTTP 4xx without a code of the service, except 408 | `Responded` | no | look at [`status`](Self::status) and the text: a wrong base URL, a proxy, too many calls |
/// | | HTTP 408, 3xx or 5xx without a code: an outage, or a gateway that has lost the response | `Responded` | yes | look at what was done |
/// | [`Api`](ErrorKind::Api) | a code whose [`Outcome`] is `Refused` or `Throttled` | `Responded` | no | look at [`code`](Self::code), or at `ErrorCode::of` of the generated API |
/// | | a code whose [`Outcome`] is `Unknown`, or a code that this version does not know | `Responded` | yes | look at what was done |
/// | [`InvalidResponse`](ErrorKind::InvalidResponse) | a response that cannot be read: too long, compressed, not JSON, another type | `Responded` | yes | look at what was done; [`path`](Self::path) is the place |
///
/// The table is about calls of one attempt that change something. Three rules complete it:
///
/// - An operation whose [`Risk`] is `Read` changes nothing and takes no effect.
/// - Any attempt of a call counts, not only the last one. If the first attempt of a deletion is lost and the second one is
///   refused with "not found", the first may have deleted it. If the last attempt was not sent and an earlier one was,
///   the delivery is `MaybeSent`.
/// - If a response broke off or cannot be read, and its status is a 4xx other than 408, the call took no effect. HTTP 429
///   with a code that this version does not know is a refusal, too.
///
/// `Display` is one line: operation, what happened, code and message of the service, whether the call may have taken effect
/// and what shows it, attempts, ids of requests.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    /// Describes the last attempt.
    delivery: Delivery,
    message: String,
    operation: Option<&'static OperationInfo>,
    sent: Sent,
    status: Option<StatusCode>,
    code: Option<i64>,
    path: Option<String>,
    retry_after: Option<Duration>,
    /// Of an error before the request was sent: whether it passes without anybody mending something.
    is_temporary: bool,
    response: Option<Response>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The response of the last attempt.
struct Response {
    headers: ResponseHeaders,
    /// Of a response whose status is no success.
    body: Option<FailureBody>,
}

/// The body of a failure, which is decoded when a caller asks for it.
pub(crate) struct FailureBody {
    pub(crate) bytes: Bytes,
    /// The credentials that no text shows.
    pub(crate) redactor: Arc<Redactor>,
}

/// The requests of a call, and whether those before the last one may have taken effect.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) attempts: u32,
    pub(crate) request_ids: Vec<String>,
    /// Whether an attempt before the last one has left this machine.
    left: bool,
    /// Whether an attempt before the last one may have taken effect.
    may_have_taken_effect: bool,
}

impl Sent {
    /// Records an attempt that is followed by a retry.
    pub(crate) fn note(&mut self, error: &Error) {
        self.left |= error.delivery() != Delivery::NotSent;
        self.may_have_taken_effect |= error.may_have_taken_effect();
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, delivery: Delivery, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            delivery,
            message: message.into(),
            operation: None,
            sent: Sent::default(),
            status: None,
            code: None,
            path: None,
            retry_after: None,
            is_temporary: false,
            response: None,
            source: None,
        }))
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, Delivery::NotSent, message)
    }

    pub(crate) fn of(mut self, operation: &'static OperationInfo) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// Makes the error of the last attempt that of all attempts.
    pub(crate) fn with_sent(mut self, sent: Sent) -> Self {
        self.0.sent = sent;
        self
    }

    /// Records the end of the call in its span.
    pub(crate) fn record(&self, span: &Span) {
        span.record("attempts", self.0.sent.attempts);
        span.record("error", tracing::field::debug(self.0.kind));
        span.record("delivery", tracing::field::debug(self.delivery()));
        span.record("may_have_taken_effect", self.may_have_taken_effect());
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_code(mut self, code: i64) -> Self {
        self.0.code = Some(code);
        self
    }

    pub(crate) fn with_path(mut self, path: String) -> Self {
        self.0.path = Some(path);
        self
    }

    pub(crate) fn with_temporary(mut self, is_temporary: bool) -> Self {
        self.0.is_temporary = is_temporary;
        self
    }

    pub(crate) fn is_temporary(&self) -> bool {
        self.0.is_temporary
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// The same without credentials in its message and in those of its sources.
    pub(crate) fn masked(mut self, redactor: &Redactor) -> Self {
        self.0.message = redactor.mask(&self.0.message, usize::MAX);
        self.0.source = self.0.source.map(|source| masked_source::masked(source, redactor));
        self
    }

    /// Adds the response of the last attempt.
    pub(crate) fn with_response(mut self, headers: ResponseHeaders, body: Option<FailureBody>) -> Self {
        self.0.response = Some(Response { headers, body });
        self
    }

    pub(crate) fn with_source(self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.with_boxed_source(Box::new(source))
    }

    pub(crate) fn with_boxed_source(mut self, source: Box<dyn std::error::Error + Send + Sync>) -> Self {
        self.0.source = Some(source);
        self
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// How far the call got.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self.0.delivery {
            Delivery::NotSent if self.0.sent.left => Delivery::MaybeSent,
            of_last_attempt => of_last_attempt,
        }
    }

    /// Whether the call may have taken effect, completely or in part, although it failed.
    ///
    /// If it is `true`, find out before you send the call again: [`OperationInfo::lookup`] names the operations that show
    /// it. If it is `false`, no attempt of the call had an effect. The [table](Self) documents the decision; in doubt it is
    /// `true`.
    #[must_use]
    pub fn may_have_taken_effect(&self) -> bool {
        let reads = self.0.operation.is_some_and(|operation| operation.risk == Risk::Read);
        !reads && (self.0.sent.may_have_taken_effect || self.last_attempt_may_have_taken_effect())
    }

    fn last_attempt_may_have_taken_effect(&self) -> bool {
        if self.0.delivery == Delivery::NotSent {
            return false;
        }
        if self.0.kind == ErrorKind::Api {
            return match self.outcome() {
                Some(outcome) => outcome == Outcome::Unknown,
                None => self.0.status != Some(StatusCode::TOO_MANY_REQUESTS),
            };
        }
        let refused = |status: StatusCode| status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT;
        !self.0.status.is_some_and(refused)
    }

    /// The outcome of the code in the specification.
    fn outcome(&self) -> Option<Outcome> {
        let known = self.0.operation?.api.error_code(self.0.code?)?;
        Some(known.outcome)
    }

    /// Whether the service refused the call because there are too many.
    pub(crate) fn is_throttled(&self) -> bool {
        self.0.status == Some(StatusCode::TOO_MANY_REQUESTS) || self.outcome() == Some(Outcome::Throttled)
    }

    /// The operation. `None` if the client could not be built.
    #[must_use]
    pub fn operation(&self) -> Option<&'static OperationInfo> {
        self.0.operation
    }

    /// The ids of the requests that were sent, one for each attempt, for the service's support.
    #[must_use]
    pub fn request_ids(&self) -> &[String] {
        &self.0.sent.request_ids
    }

    /// How many attempts were made; 0 if the call was refused before the first.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.sent.attempts
    }

    /// The HTTP status, as a number.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// How long the service asks to wait before another attempt (`Retry-After` of the last response).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The headers of the response of the last attempt, documented or not. `None` if there is no whole response.
    #[must_use]
    pub fn headers(&self) -> Option<&ResponseHeaders> {
        self.0.response.as_ref().map(|response| &response.headers)
    }

    /// The headers of the response that the specification of an operation documents, with a method for each. `None` if
    /// there is no whole response, or if the call was one of another operation.
    #[must_use]
    pub fn typed_headers<O: TypedHeaders>(&self) -> Option<O::Headers> {
        let response = self.0.response.as_ref().filter(|_| self.is_of(O::INFO))?;
        Some(response.headers.clone().into())
    }

    /// The body of the response, if its status is a failure that the specification of an operation documents. Of several
    /// descriptions the one of the status itself applies, else that of its range (`4XX`), else the default.
    ///
    /// `None` if there is no whole response, if its status is a success or is not documented, or if the call was one of
    /// another operation. The body is kept with the error, up to
    /// [`max_response_bytes`](crate::ClientBuilder::max_response_bytes). Its values are as the service has sent them;
    /// neither `Debug` nor `Display` of the error shows it.
    ///
    /// ```
    /// # use flighthub2_runtime::{Error, TypedFailure};
    /// fn report<O: TypedFailure<Failure: std::fmt::Debug>>(error: &Error) {
    ///     match error.failure::<O>() {
    ///         Some(Ok(failure)) => println!("documented: {failure:?}"),
    ///         Some(Err(mismatch)) => println!("not as documented: {mismatch}"),
    ///         None => println!("not documented: {error}"),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// The body is not of the documented type. The error has the path of the mismatch.
    pub fn failure<O: TypedFailure>(&self) -> Option<Result<O::Failure, ReadError>> {
        let response = self.0.response.as_ref().filter(|_| self.is_of(O::INFO))?;
        let body = response.body.as_ref()?;
        let content_type = response.headers.map().get(CONTENT_TYPE).and_then(|name| name.to_str().ok());
        let received = ResponseBody::from_bytes(&body.bytes).with_status(self.status()?);
        let received = received.with_content_type(content_type.unwrap_or_default());
        let read = O::read_failure(received)?;
        Some(read.map_err(|error| error.masked(&body.redactor)))
    }

    /// Whether the call was one of an operation. Its metadata may exist several times in a program.
    fn is_of(&self, info: &'static OperationInfo) -> bool {
        self.0.operation.is_some_and(|operation| std::ptr::eq(operation.api, info.api) && operation.id == info.id)
    }

    /// The error code of the service. `ErrorCode::of` of the generated API returns it as a type.
    #[must_use]
    pub fn code(&self) -> Option<i64> {
        self.0.code
    }

    /// The code, if the call is one of an API.
    #[doc(hidden)]
    #[must_use]
    pub fn code_of(&self, api: &'static ApiInfo) -> Option<i64> {
        self.0.code.filter(|_| self.0.operation.is_some_and(|operation| std::ptr::eq(operation.api, api)))
    }

    /// The message: that of the service if the response has one.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The path in the response that could not be decoded, such as `data.list[3].uuid`.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = inner.operation {
            write!(f, "{}: ", operation.id)?;
        }
        match inner.kind {
            ErrorKind::Api => {
                let code = inner.code.unwrap_or_default();
                let refused = matches!(self.outcome(), Some(Outcome::Refused | Outcome::Throttled));
                write!(f, "the service {} with code {code}", if refused { "refused" } else { "failed" })?;
                let known = inner.operation.and_then(|operation| operation.api.error_code(code));
                if let Some(known) = known {
                    write!(f, " ({})", known.name)?;
                }
                if !inner.message.is_empty() {
                    write!(f, ": {}", inner.message)?;
                } else if let Some(known) = known {
                    write!(f, ": {}", known.meaning)?;
                }
            }
            _ => f.write_str(&inner.message)?,
        }
        if let Some(path) = inner.path.as_deref().filter(|path| !path.is_empty()) {
            write!(f, " (at {path})")?;
        }
        if let Some(status) = inner.status.filter(|status| inner.kind != ErrorKind::Status && !status.is_success()) {
            write!(f, "; HTTP {}", status.as_u16())?;
        }
        if self.may_have_taken_effect() {
            f.write_str(if self.last_attempt_may_have_taken_effect() {
                "; the service may have done it"
            } else {
                "; an earlier attempt may have done it"
            })?;
            match inner
                .operation
                .filter(|operation| operation.idempotency == Idempotency::NonIdempotent)
                .map(|operation| operation.lookup)
            {
                None => {}
                Some([]) => f.write_str(": find out before you send it again")?,
                Some(lookup) => write!(f, ": find out with {} before you send it again", lookup.join(" or "))?,
            }
        }
        if inner.sent.attempts > 1 {
            write!(f, "; {} attempts", inner.sent.attempts)?;
        }
        match inner.sent.request_ids.as_slice() {
            [] => Ok(()),
            [id] => write!(f, "; request {id}"),
            ids => write!(f, "; requests {}", ids.join(", ")),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("delivery", &self.delivery())
            .field("may_have_taken_effect", &self.may_have_taken_effect())
            .field("operation", &inner.operation.map(|operation| operation.id))
            .field("message", &inner.message)
            .field("status", &self.status())
            .field("code", &inner.code)
            .field("path", &inner.path)
            .field("attempts", &inner.sent.attempts)
            .field("request_ids", &inner.sent.request_ids)
            .field("source", &inner.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// Names of the specification in a message, as code; "none" if there are none.
pub(crate) fn name_list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
