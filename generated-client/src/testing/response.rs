//! Answers: what a request is answered, with or without a fault.
//!
//! In: an operation, what a test chose for it, and faults. Out: an answer that is ready to be written. Must not know
//! sockets, and not whether a request fits.

use std::collections::{HashMap, VecDeque};

use serde_json::{Value, json};

use super::check::BAD_PARAMETER;
use super::fault::Fault;
use super::http::Response;
use super::record::Refusal;
use super::specification::{OperationSpec, Specification};

/// The service failed.
const INTERNAL_ERROR: i64 = 200_500;

/// What a test wants to be answered.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// The example of this name.
    Example(String),
    /// These members of an envelope.
    Envelope(Value),
}

/// What tests want, by the id of the operation; `None` is for all.
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

    /// The answer of the next request: what is queued comes before what lasts, and what is for one before what is for
    /// all.
    pub(crate) fn take(&mut self, operation: &'static str) -> Option<Reply> {
        let keys = [Some(operation), None];
        let queued = keys.iter().find_map(|key| self.queued.get_mut(key).and_then(VecDeque::pop_front));
        queued.or_else(|| keys.iter().find_map(|key| self.lasting.get(key).cloned()))
    }
}

/// An answer before it is written as bytes.
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
        // The service tells of an unknown path without an envelope.
        if refusal.status == 404 {
            let headers = vec![("content-type", "text/plain; charset=utf-8".to_owned())];
            return Self::Text { status: 404, headers, body: "404 page not found".to_owned() };
        }
        let body = envelope(refusal.code.unwrap_or(BAD_PARAMETER), &refusal.reason, None);
        let headers = allowed.map(|allowed| ("allow", allowed)).into_iter().collect();
        Self::Json { status: refusal.status, headers, body }
    }

    /// What a fault answers in the place of the service.
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

    /// Does to the values of the answer what a fault does to them.
    pub(crate) fn corrupt(&mut self, fault: &Fault, operation: Option<&OperationSpec>, specification: &Specification) {
        let Self::Json { body, .. } = self else { return };
        for fault in fault.each() {
            match (fault, operation) {
                (Fault::NullLists, _) => null_lists(body),
                (Fault::UnknownEnumValues, Some(operation)) => {
                    operation.answer.forget_enumerations(body, &specification.schemas);
                }
                _ => {}
            }
        }
    }

    /// The bytes, travelling as a fault says.
    pub(crate) fn into_response(self, fault: Option<&Fault>) -> Response {
        let mut answer = match self {
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
                Fault::DelayBeforeHeaders(delay) => answer.delay_before = Some(*delay),
                Fault::DelayInBody(delay) => answer.delay_within = Some(*delay),
                Fault::TruncateBody => answer.truncated = true,
                Fault::ContentLength(length) => answer.said_length = Some(*length),
                Fault::PadBody(length) => answer.padding = length.saturating_sub(answer.body.len() as u64),
                _ => {}
            }
        }
        answer
    }
}

/// The answer that a test chose.
pub(crate) fn chosen(reply: Reply, operation: &OperationSpec) -> Value {
    match reply {
        Reply::Envelope(body) => body,
        Reply::Example(name) => {
            let found = operation.examples.iter().find(|(known, _)| *known == name);
            found.map_or_else(|| example(operation), |(_, body)| body.clone())
        }
    }
}

/// The first example.
pub(crate) fn example(operation: &OperationSpec) -> Value {
    operation.examples.first().map_or(Value::Null, |(_, body)| body.clone())
}

/// The wrapper of every answer.
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
