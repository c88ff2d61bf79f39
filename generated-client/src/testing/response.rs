//! Responses, with or without a fault.
//!
//! In: an operation, the response that a test has set, and faults. Out: a response that is ready to be written. Must not
//! know sockets, nor whether a request fits.

use std::collections::{HashMap, VecDeque};

use serde_json::{Value, json};

use super::check::BAD_PARAMETER;
use super::fault::Fault;
use super::http::Response;
use super::record::Refusal;
use super::respond::Responder;
use super::specification::{OperationSpec, Specification};

/// An internal error of the service.
const INTERNAL_ERROR: i64 = 200_500;

/// A response that a test has set.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// The example of this name.
    Example(String),
    /// This body.
    Envelope(Value),
    /// What this function responds.
    Responder(Responder),
}

/// Responses that a test has set, by the id of the operation; `None` is all.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    lasting: HashMap<Option<&'static str>, Reply>,
    queued: HashMap<Option<&'static str>, VecDeque<Reply>>,
}

impl Replies {
    pub(crate) fn set(&mut self, operation: Option<&'static str>, reply: Reply) {
        self.lasting.insert(operation, reply);
    }

    pub(crate) fn queue(&mut self, operation: Option<&'static str>, reply: Reply) {
        self.queued.entry(operation).or_default().push_back(reply);
    }

    pub(crate) fn clear(&mut self, operation: Option<&'static str>) {
        self.lasting.remove(&operation);
        self.queued.remove(&operation);
    }

    /// The response to the next request: queued ones come before lasting ones, and those of one operation before those of
    /// all.
    pub(crate) fn take(&mut self, operation: &'static str) -> Option<Reply> {
        let keys = [Some(operation), None];
        let queued = keys.iter().find_map(|key| self.queued.get_mut(key).and_then(VecDeque::pop_front));
        queued.or_else(|| keys.iter().find_map(|key| self.lasting.get(key).cloned()))
    }
}

/// A response before it is written as bytes.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Json { status: u16, headers: Vec<(&'static str, String)>, body: Value },
    Text { status: u16, headers: Vec<(&'static str, String)>, body: String },
}

impl Content {
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Json { status, .. } | Self::Text { status, .. } => *status,
        }
    }

    /// The code of the envelope.
    pub(crate) fn code(&self) -> Option<i64> {
        match self {
            Self::Json { body, .. } => body["code"].as_i64(),
            Self::Text { .. } => None,
        }
    }

    /// A successful body, or one with a code.
    pub(crate) fn ok(body: Value) -> Self {
        Self::Json { status: 200, headers: Vec::new(), body }
    }

    pub(crate) fn refused(refusal: &Refusal, allowed: Option<String>) -> Self {
        // The service has no envelope for an unknown path.
        if refusal.status == 404 {
            let headers = vec![("content-type", "text/plain; charset=utf-8".to_owned())];
            return Self::Text { status: 404, headers, body: "404 page not found".to_owned() };
        }
        let body = envelope(refusal.code.unwrap_or(BAD_PARAMETER), &refusal.reason, None);
        let headers = allowed.map(|allowed| ("allow", allowed)).into_iter().collect();
        Self::Json { status: refusal.status, headers, body }
    }

    /// The response that a fault replaces that of the service with.
    pub(crate) fn replaced(fault: &Fault) -> Option<Self> {
        let text = |status, headers, body: &str| Self::Text { status, headers, body: body.to_owned() };
        fault.each().into_iter().find_map(|fault| {
            Some(match fault {
                Fault::HtmlPage { status } => {
                    let page = "<html><head><title>Error</title></head><body><h1>Bad gateway</h1></body></html>";
                    text(*status, vec![("content-type", "text/html".to_owned())], page)
                }
                Fault::TooManyRequests { retry_after } => {
                    let headers = retry_after.clone().map(|value| ("retry-after", value)).into_iter().collect();
                    text(429, headers, "")
                }
                Fault::Failure { status, envelope: false } => text(*status, Vec::new(), ""),
                Fault::Failure { status, envelope: true } => {
                    let body = envelope(INTERNAL_ERROR, "internal error", None);
                    Self::Json { status: *status, headers: Vec::new(), body }
                }
                Fault::Redirect { location } => text(302, vec![("location", location.clone())], ""),
                Fault::Refuse { code, message } => Self::ok(envelope(*code, message, None)),
                _ => return None,
            })
        })
    }

    /// Applies a fault to the values of the response.
    pub(crate) fn corrupt(&mut self, fault: &Fault, operation: Option<&OperationSpec>, specification: &Specification) {
        let Self::Json { body, .. } = self else { return };
        for fault in fault.each() {
            match (fault, operation) {
                (Fault::NullLists, _) => null_lists(body),
                (Fault::UnknownEnumValues, Some(operation)) => {
                    operation.response.replace_enumerations(body, &specification.schemas);
                }
                _ => {}
            }
        }
    }

    /// The bytes, and how a fault lets them be sent.
    pub(crate) fn into_response(self, fault: Option<&Fault>) -> Response {
        let mut response = match self {
            Self::Json { status, mut headers, body } => {
                headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
                Response { status, headers, body: body.to_string().into_bytes(), ..Response::default() }
            }
            Self::Text { status, headers, body } => {
                Response { status, headers, body: body.into_bytes(), ..Response::default() }
            }
        };
        for fault in fault.iter().flat_map(|fault| fault.each()) {
            match fault {
                Fault::DelayBeforeHeaders(delay) => response.delay_before = Some(*delay),
                Fault::DelayInBody(delay) => response.delay_within = Some(*delay),
                Fault::TruncateBody => response.truncated = true,
                Fault::ContentLength(length) => response.content_length = Some(*length),
                Fault::PadBody(length) => response.padding = length.saturating_sub(response.body.len() as u64),
                _ => {}
            }
        }
        response
    }
}

/// The example of a name, or the first one.
pub(crate) fn named_example(name: &str, operation: &OperationSpec) -> Value {
    let found = operation.examples.iter().find(|(known, _)| known == name);
    found.map_or_else(|| example(operation), |(_, body)| body.clone())
}

/// The first example.
pub(crate) fn example(operation: &OperationSpec) -> Value {
    operation.examples.first().map_or(Value::Null, |(_, body)| body.clone())
}

/// An envelope.
pub(crate) fn envelope(code: i64, message: &str, data: Option<Value>) -> Value {
    match data {
        Some(data) => json!({"code": code, "message": message, "data": data}),
        None => json!({"code": code, "message": message}),
    }
}

fn null_lists(value: &mut Value) {
    match value {
        Value::Array(_) => *value = Value::Null,
        Value::Object(members) => members.values_mut().for_each(null_lists),
        _ => {}
    }
}
