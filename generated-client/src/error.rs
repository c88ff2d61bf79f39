//! What can go wrong with a call.

use std::fmt;

use http::StatusCode;

use crate::operation::{OperationInfo, Retry};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client was set up with something that cannot work.
    Config,
    /// An argument cannot be sent, such as an empty id.
    Arguments,
    /// The operation is riskier than the client was built for.
    Risk,
    /// No connection was made.
    Connection,
    /// Time ran out.
    Timeout,
    /// The connection broke before the whole answer was there.
    Transport,
    /// The service answered with an HTTP status that is no success, and without a code of its own.
    Status,
    /// The service answered that the call failed: see [`Error::code`].
    Api,
    /// The answer is not what was expected.
    Answer,
}

/// Whether the service may have done what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// It was not asked. Sending again does no harm.
    NotSent,
    /// It may have been asked. Find out before anything is sent again.
    MaybeSent,
    /// It answered.
    Answered,
}

/// What went wrong with a call: what, where, and whether the service may have done it.
///
/// Ask [`delivery`](Self::delivery) before anything is sent again, and [`kind`](Self::kind) for what to do:
///
/// | kind | what happened | delivery | what to do |
/// | --- | --- | --- | --- |
/// | [`Config`](ErrorKind::Config) | a setting, or the place of a call, cannot work | `NotSent` | mend the program |
/// | [`Arguments`](ErrorKind::Arguments) | an argument cannot be sent: an empty id, a line break for a header | `NotSent` | mend the argument |
/// | [`Risk`](ErrorKind::Risk) | the operation is riskier than the client was built for | `NotSent` | build a client with [`max_risk`](crate::ClientBuilder::max_risk), if it is meant |
/// | [`Connection`](ErrorKind::Connection) | no connection: no address, refused, no trust in the certificate | `NotSent` | look at the base URL and the network; sending again does no harm |
/// | [`Timeout`](ErrorKind::Timeout) | no connection in time, or no turn among the requests in flight | `NotSent` | send again later, or allow more time |
/// | | no whole answer in time | `MaybeSent` | find out what was done: the text of the error names the operation that shows it |
/// | [`Transport`](ErrorKind::Transport) | the connection broke before the whole answer was there | `MaybeSent` | the same |
/// | [`Status`](ErrorKind::Status) | an HTTP status that is no success, without a code: a proxy, an outage, a wrong base URL | `Answered` | look at [`status`](Self::status) and the text |
/// | [`Api`](ErrorKind::Api) | the service refused | `Answered` | look at [`error_code`](Self::error_code), which knows the documented codes |
/// | [`Answer`](ErrorKind::Answer) | an answer that cannot be read: too long, no JSON, another form | `Answered` | it may well have been done: look before you repeat; [`path`](Self::path) is the place |
///
/// After a lost attempt, an error of a later one is `MaybeSent` too, even if that one was not sent: the first may have
/// arrived. `Display` is one line: operation, what happened, code and message of the service, attempts, ids of requests.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    delivery: Delivery,
    message: String,
    operation: Option<&'static OperationInfo>,
    sent: Sent,
    status: Option<StatusCode>,
    code: Option<i64>,
    path: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The requests of a call.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) attempts: u32,
    pub(crate) request_ids: Vec<String>,
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

    pub(crate) fn with_sent(mut self, sent: Sent) -> Self {
        self.0.sent = sent;
        self
    }

    /// An attempt before the one that failed may have arrived. An answer is an answer all the same.
    pub(crate) fn after_a_lost_attempt(mut self) -> Self {
        if self.0.delivery == Delivery::NotSent {
            self.0.delivery = Delivery::MaybeSent;
        }
        self
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

    /// Whether the service may have done what it was asked for.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The operation. `None` if the client itself could not be set up.
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

    /// The code that the service answered with.
    #[must_use]
    pub fn code(&self) -> Option<i64> {
        self.0.code
    }

    /// What happened in words: those of the service if it gave any.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where in an answer it went wrong, such as `data.list[3].uuid`.
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
                write!(f, "the service refused with code {code}")?;
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
        if inner.delivery == Delivery::MaybeSent {
            f.write_str("; the service may have done it")?;
            match inner.operation.filter(|operation| operation.retry == Retry::Never).map(|operation| operation.lookup)
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
            .field("delivery", &inner.delivery)
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
