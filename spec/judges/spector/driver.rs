//! Sends the calls of Spector's scenarios with generated code, one JSON object a line for each on standard output.
//!
//! `exam.py` writes `clients.rs`: the modules of the generated clients, and their names for the macro `each_client`. A
//! call is data: its arguments as JSON become the typed operation, which writes the request, and the response becomes the
//! typed output, which is encoded as JSON again.

use std::fmt::Display;
use std::io::Write as _;

use flighthub2_runtime::codegen::{ApiClient, ApiInfo, ClientBuilder, OperationInfo, ParameterLocation};
use flighthub2_runtime::{DynamicCall, Error, Token};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Area {
    cases: Vec<Case>,
}

/// A call of a scenario, with the arguments that the mock server expects.
#[derive(Deserialize)]
struct Case {
    scenario: String,
    index: usize,
    method: String,
    document: Option<String>,
    #[serde(default)]
    path: String,
    #[serde(default)]
    base: String,
    /// By the names of security schemes.
    #[serde(default)]
    credentials: Map<String, Value>,
    /// By location and name, such as `query:limit`.
    #[serde(default)]
    values: Map<String, Value>,
    /// As the type of the operation has it: JSON, text, or bytes in base64.
    #[serde(default, deserialize_with = "present")]
    argument: Option<Value>,
    /// The media type of the body, where the document has several.
    content_type: Option<String>,
}

/// The output of a call. Content that is a choice of media types has its media type as the key.
fn content(mut output: Value, info: &OperationInfo) -> Value {
    let schema = info.result_schema();
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    let mut names =
        choices.filter_map(|one| one["properties"].as_object()?.keys().next().filter(|name| name.contains('/')));
    match names.find(|name| output.get(name.as_str()).is_some()) {
        Some(name) => output[name.as_str()].take(),
        None => output,
    }
}

/// `null` is a value, too.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[derive(Debug, Default, Serialize)]
struct Outcome {
    /// An argument that the generated types do not take, or a call that was never sent.
    problem: Option<String>,
    /// What `send` failed with.
    error: Option<String>,
    status: Option<u16>,
    /// The output, encoded again.
    output: Option<Value>,
}

impl Outcome {
    fn problem(problem: impl Display) -> Self {
        Self { problem: Some(problem.to_string()), ..Self::default() }
    }

    fn error(error: &Error) -> Self {
        Self { error: Some(with_causes(error)), status: error.status(), ..Self::default() }
    }
}

fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// A client with the credentials of a call.
fn configured<C: ApiClient>(case: &Case, api: &ApiInfo) -> Result<C, String> {
    let mut builder = ClientBuilder::<C>::new().base_url(&*case.base).max_attempts(1);
    for (scheme, value) in &case.credentials {
        let token = Token::new(value.as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
        if api.credentials.iter().any(|known| known.scheme == scheme) {
            builder = builder.credential(scheme, token);
        } else if api.token.is_some() {
            builder = builder.token(token);
        }
    }
    builder.build().map_err(|error| with_causes(&error))
}

/// The id of an operation and its arguments.
fn arguments(case: &Case, operations: &[&'static OperationInfo]) -> Result<(&'static str, Value), String> {
    let found = operations.iter().find(|info| info.method == case.method && info.path == case.path);
    let info = found.ok_or("the generated code has no such operation")?;
    let schema = info.arguments_schema();
    let has = |name: &str| schema["properties"].get(name).is_some();
    let mut arguments = Map::new();
    for parameter in info.parameters {
        let location = match parameter.location {
            ParameterLocation::Path => "path",
            ParameterLocation::Query => "query",
            ParameterLocation::Header => "header",
            ParameterLocation::Cookie => "cookie",
            other => return Err(format!("a parameter in {other:?}")),
        };
        // The names of headers are case-insensitive; that of `Accept` is not written by the document.
        let is_same = |name: &str| match name.strip_prefix("header:") {
            Some(name) => location == "header" && name.eq_ignore_ascii_case(parameter.name),
            None => name.strip_prefix(location).is_some_and(|rest| rest.strip_prefix(':') == Some(parameter.name)),
        };
        let Some(value) = case.values.iter().find(|(name, _)| is_same(name)).map(|(_, value)| value) else { continue };
        let with_location = format!("{} ({location})", parameter.name);
        let name = if has(&with_location) { with_location } else { parameter.name.to_owned() };
        arguments.insert(name, value.clone());
    }
    if let Some(argument) = &case.argument {
        // An operation whose caller chooses the media type has it as the key of its body.
        let choices = schema["properties"]["body"]["oneOf"].as_array();
        let is_choice = |name: &str| choices.into_iter().flatten().any(|one| one["properties"].get(name).is_some());
        let body = match case.content_type.as_deref() {
            Some(name) if is_choice(name) => serde_json::json!({ name: argument }),
            _ => argument.clone(),
        };
        arguments.insert("body".to_owned(), body);
    }
    Ok((info.id, Value::Object(arguments)))
}

macro_rules! each_client {
    ($($client:ident)*) => {
        fn prepare(case: &Case) -> Result<DynamicCall, String> {
            match case.document.as_deref() {
                $(Some(stringify!($client)) => {
                    let client: $client::Client = configured(case, &$client::API)?;
                    let (id, arguments) = arguments(case, $client::OPERATIONS)?;
                    client.call(id, &arguments).map_err(|error| format!("{}: {arguments}", with_causes(&error)))
                })*
                _ => Err("no operation".to_owned()),
            }
        }
    };
}
include!("clients.rs");

async fn send(case: &Case) -> Outcome {
    match prepare(case) {
        Err(problem) => Outcome::problem(problem),
        Ok(call) => {
            let info = call.info();
            match call.send().await {
                Ok(output) => Outcome { output: Some(content(output, info)), ..Outcome::default() },
                Err(error) => Outcome::error(&error),
            }
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("the path of cases.json is missing")?;
    let areas: Vec<Area> = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let mut output = std::io::stdout().lock();
    for case in areas.iter().flat_map(|area| &area.cases) {
        let outcome = send(case).await;
        let line = serde_json::json!({ "scenario": case.scenario, "index": case.index, "outcome": outcome });
        writeln!(output, "{line}")?;
    }
    Ok(())
}
