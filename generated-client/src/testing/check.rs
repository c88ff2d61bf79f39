//! Validation of requests against the specification.
//!
//! In: an operation and a request. Out: the arguments as JSON, or a refusal as the service has it, with the reason. Must
//! not know the response to a valid request. A reason contains no value: values can be secrets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::http::Request;
use super::record::Refusal;
use super::route::decoded;
use super::specification::{Kind, List, OperationSpec, ParameterSpec, Place, Specification};

/// A parameter of the request is bad.
pub(crate) const BAD_PARAMETER: i64 = 200_101;
/// The token is missing, empty or wrong.
pub(crate) const TOKEN_INVALID: i64 = 200_401;
/// The project is missing, or the token may not use it.
pub(crate) const NO_PERMISSION: i64 = 200_403;

/// The arguments of a valid request.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    /// The id of the project.
    pub(crate) project: Option<String>,
    /// Parameters of path and query, by name.
    pub(crate) values: BTreeMap<String, Value>,
    /// The body.
    pub(crate) body: Option<Value>,
    /// How many bytes it has.
    pub(crate) length: usize,
}

impl Arguments {
    /// The body, or null.
    pub(crate) fn body(&self) -> &Value {
        self.body.as_ref().unwrap_or(&Value::Null)
    }
}

/// The token and the projects that are accepted.
pub(crate) struct Access<'a> {
    pub(crate) token: &'a str,
    pub(crate) projects: &'a BTreeSet<String>,
}

/// Validates a request, in the order in which the service refuses: token, project, then parameters and body.
pub(crate) fn check(
    specification: &Specification,
    operation: &OperationSpec,
    path: &[(String, String)],
    request: &Request,
    access: &Access<'_>,
) -> Result<Arguments, Refusal> {
    let check = Checking { specification, operation, request };
    check.token(access.token)?;
    let mut arguments = Arguments { project: check.project(access.projects)?, ..Arguments::default() };
    for (name, text) in path {
        let found = operation.parameters.iter().find(|known| known.place == Place::Path && known.name == *name);
        if let Some(parameter) = found {
            arguments.values.insert(name.clone(), check.value(parameter, std::slice::from_ref(text))?);
        }
    }
    check.query(&mut arguments.values)?;
    check.headers()?;
    arguments.body = check.body()?;
    arguments.length = request.body.len();
    Ok(arguments)
}

struct Checking<'a> {
    specification: &'a Specification,
    operation: &'a OperationSpec,
    request: &'a Request,
}

fn bad(reason: String) -> Refusal {
    Refusal::code(BAD_PARAMETER, reason)
}

impl Checking<'_> {
    fn token(&self, wanted: &str) -> Result<(), Refusal> {
        let Some(name) = &self.operation.token_header else { return Ok(()) };
        match self.header(name)? {
            None | Some("") => Err(Refusal::code(TOKEN_INVALID, "X-User-Token not found or empty".to_owned())),
            Some(token) if token == wanted => Ok(()),
            Some(_) => Err(Refusal::code(TOKEN_INVALID, "X-User-Token is not valid".to_owned())),
        }
    }

    fn project(&self, known: &BTreeSet<String>) -> Result<Option<String>, Refusal> {
        let refused = |reason: &str| Err(Refusal::code(NO_PERMISSION, reason.to_owned()));
        let Some(parameter) = self.operation.parameters.iter().find(|parameter| parameter.is_project) else {
            return Ok(None);
        };
        match self.header(&parameter.name)? {
            None | Some("") if parameter.required => refused("no permission: there is no X-Project-Uuid"),
            None => Ok(None),
            Some(project) if known.contains(project) => Ok(Some(project.to_owned())),
            Some(_) => refused("no permission for this project"),
        }
    }

    /// The value of a header that may be sent once only.
    fn header(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut found = self.request.headers.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(bad(format!("header `{name}` is there twice"))),
            (found, None) => Ok(found.map(|(_, value)| value.as_str())),
        }
    }

    fn headers(&self) -> Result<(), Refusal> {
        let headers = self.operation.parameters.iter().filter(|known| known.place == Place::Header);
        for parameter in headers.filter(|known| !known.is_project) {
            match self.header(&parameter.name)? {
                Some("") if parameter.is_request_id => {}
                Some(text) => drop(self.value(parameter, &[text.to_owned()])?),
                None if parameter.required => return Err(bad(format!("header `{}` is missing", parameter.name))),
                None => {}
            }
        }
        Ok(())
    }

    fn query(&self, values: &mut BTreeMap<String, Value>) -> Result<(), Refusal> {
        let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in self.request.query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decoded(name, true), decoded(value, true)) else {
                return Err(bad("the query is badly encoded".to_owned()));
            };
            given.entry(name).or_default().push(value);
        }
        for parameter in self.operation.parameters.iter().filter(|known| known.place == Place::Query) {
            match given.remove(&parameter.name) {
                Some(texts) => {
                    values.insert(parameter.name.clone(), self.value(parameter, &texts)?);
                }
                None if parameter.required => {
                    return Err(bad(format!("query parameter `{}` is missing", parameter.name)));
                }
                None => {}
            }
        }
        match given.keys().next() {
            Some(name) => Err(bad(format!("unknown query parameter `{}`", shortened(name)))),
            None => Ok(()),
        }
    }

    /// The value of one parameter.
    fn value(&self, parameter: &ParameterSpec, texts: &[String]) -> Result<Value, Refusal> {
        let place = match parameter.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
        };
        let wrong = |what: &str| bad(format!("{place} parameter `{}`: {what}", parameter.name));
        let typed = |text: &str| typed(parameter.kind, text).ok_or_else(|| wrong("not of its type"));
        let value = match (parameter.list, texts) {
            (Some(List::Repeated), texts) => texts.iter().map(|text| typed(text)).collect::<Result<_, _>>()?,
            // The separator may be encoded or not: servers split the decoded text.
            (Some(List::Joined(separator)), [text]) => text.split(separator).map(typed).collect::<Result<_, _>>()?,
            (None, [text]) => typed(text)?,
            _ => return Err(wrong("there more than once")),
        };
        match parameter.check.problem(&value, &self.specification.schemas) {
            Some(problem) => Err(wrong(&problem)),
            None => Ok(value),
        }
    }

    fn body(&self) -> Result<Option<Value>, Refusal> {
        let bytes = &self.request.body;
        let Some(body) = &self.operation.body else {
            return if bytes.is_empty() { Ok(None) } else { Err(bad("this call takes no body".to_owned())) };
        };
        if bytes.is_empty() {
            return if body.required { Err(bad("the body is missing".to_owned())) } else { Ok(None) };
        }
        let content_type = self.header("content-type")?.unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(bad("the content type of the body is not application/json".to_owned()));
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|error| {
            // The message of the library could contain a part of the body.
            bad(format!("the body is no JSON (line {}, column {})", error.line(), error.column()))
        })?;
        match body.check.problem(&value, &self.specification.schemas) {
            Some(problem) => Err(bad(format!("body: {problem}"))),
            None => Ok(Some(value)),
        }
    }
}

/// A text as a value of a type.
fn typed(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Text => Some(Value::from(text)),
        Kind::Integer => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<i64>().ok()).flatten().map(Value::from)
        }
        Kind::Number => serde_json::from_str::<Value>(text).ok().filter(Value::is_number),
        Kind::Boolean => match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
    }
}

fn shortened(name: &str) -> String {
    name.chars().filter(|character| !character.is_control()).take(64).collect()
}
