//! Responders: functions of a test that respond to requests.
//!
//! In: the arguments of a request that the specification accepts. Out: a response, a fault, or nothing but the wish for
//! the simulated response.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::check::Arguments;
use super::fault::Fault;
use super::http::Request;
use super::response::envelope;
use crate::JsonValue;

/// A request that a responder responds to. It fits the specification: see [`Stub::respond_with`](super::Stub::respond_with).
#[derive(Clone, Copy)]
pub struct MockRequest<'a> {
    operation: &'static str,
    request: &'a Request,
    arguments: &'a Arguments,
}

impl fmt::Debug for MockRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and bodies may hold secrets.
        f.debug_struct("MockRequest").field("operation", &self.operation).finish_non_exhaustive()
    }
}

impl<'a> MockRequest<'a> {
    pub(crate) fn new(operation: &'static str, request: &'a Request, arguments: &'a Arguments) -> Self {
        Self { operation, request, arguments }
    }

    /// The id of the operation.
    #[must_use]
    pub fn operation_id(&self) -> &'static str {
        self.operation
    }

    /// The id of the project, if the request has one.
    #[must_use]
    pub fn project(&self) -> Option<&'a str> {
        self.arguments.project.as_deref()
    }

    /// A parameter of the path or the query, decoded, by the name that the specification has for it.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'a JsonValue> {
        self.arguments.values.get(name)
    }

    /// The body; null if there is none.
    #[must_use]
    pub fn body(&self) -> &'a JsonValue {
        self.arguments.body()
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.request.header(&name.to_ascii_lowercase())
    }
}

/// A response of a responder.
#[derive(Clone, Debug)]
pub struct MockResponse(pub(crate) Kind);

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Envelope { status: u16, body: Value },
    Fault(Fault),
    Simulated,
}

impl MockResponse {
    /// A success with this output, such as a type of [`types`](crate::types). An output that cannot be serialized as JSON
    /// becomes HTTP 500 with the error as message.
    pub fn data(output: &impl Serialize) -> Self {
        match serde_json::to_value(output) {
            Ok(data) => Self::envelope(envelope(0, "", Some(data))),
            Err(error) => Self(Kind::Envelope { status: 500, body: envelope(200_500, &error.to_string(), None) }),
        }
    }

    /// A refusal with a code of the service, under HTTP 200.
    #[must_use]
    pub fn refusal(code: i64, message: &str) -> Self {
        Self::envelope(envelope(code, message, None))
    }

    /// This body under HTTP 200, whatever it is.
    #[must_use]
    pub fn envelope(body: JsonValue) -> Self {
        Self(Kind::Envelope { status: 200, body })
    }

    /// This fault. If it does not replace the response, the response is the simulated one.
    #[must_use]
    pub fn fault(fault: Fault) -> Self {
        Self(Kind::Fault(fault))
    }

    /// The response that the server would give without the responder.
    #[must_use]
    pub fn simulated() -> Self {
        Self(Kind::Simulated)
    }
}

/// A function that responds.
#[derive(Clone)]
pub(crate) struct Responder(pub(crate) Arc<dyn Fn(&MockRequest<'_>) -> MockResponse + Send + Sync>);

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Responder")
    }
}
