//! Sends the calls of Spector's scenarios with generated code, one JSON object a line for each on standard output.
//!
//! `exam.py` writes `calls.rs`: the modules of the generated clients, and a function `send` that finds an operation by
//! document, method and path, gives it its arguments and sends it.

use std::fmt::Display;
use std::io::Write as _;

use base64::Engine as _;
use flighthub2_runtime::{Error, Token};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

include!("calls.rs");

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
    token: Option<String>,
    #[serde(default)]
    values: Map<String, Value>,
    body: Option<Body>,
}

#[derive(Deserialize)]
struct Body {
    base64: Option<String>,
    #[serde(default, deserialize_with = "present")]
    json: Option<Value>,
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
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        Self { error: Some(text), status: error.status(), ..Self::default() }
    }
}

impl Case {
    /// An argument, as the type of its field.
    fn value<T: DeserializeOwned>(&self, key: &str) -> Result<T, String> {
        match self.values.get(key) {
            Some(value) => decode(key, value.clone()),
            // An optional argument that the mock does not expect.
            None => decode(key, Value::Null)
                .or_else(|_| decode(key, Value::Array(Vec::new())))
                .map_err(|_: String| format!("the mock has no value for the required {key}")),
        }
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, String> {
        let value = self.body.as_ref().map(|body| body.json.clone().ok_or("the body is no JSON")).transpose()?;
        decode("body", value.unwrap_or(Value::Null))
    }

    fn bytes(&self) -> Result<Option<Vec<u8>>, String> {
        let Some(body) = &self.body else { return Ok(None) };
        let text = body.base64.as_ref().ok_or("the body consists of parts")?;
        base64::engine::general_purpose::STANDARD.decode(text).map(Some).map_err(|error| error.to_string())
    }

    fn text(&self) -> Result<Option<String>, String> {
        self.bytes()?.map(|bytes| String::from_utf8(bytes).map_err(|error| error.to_string())).transpose()
    }

    /// A body that is bytes or text for the generated code, not JSON.
    fn raw<T: DeserializeOwned>(&self, text: bool) -> Result<T, String> {
        let value = if text { serde_json::to_value(self.text()?) } else { serde_json::to_value(self.bytes()?) };
        decode("body", value.map_err(|error| error.to_string())?)
    }
}

fn decode<T: DeserializeOwned>(key: &str, value: Value) -> Result<T, String> {
    serde_json::from_value(value.clone()).map_err(|error| format!("{key}: {error}: {value}"))
}

/// An output that may have no encoding: which of the two traits applies is decided by its type.
struct Output<'a, T>(&'a T);

trait Encode {
    fn encode(&self) -> Option<Value>;
}

trait NoEncoding {
    fn encode(&self) -> Option<Value> {
        None
    }
}

impl<T: Serialize> Encode for Output<'_, T> {
    fn encode(&self) -> Option<Value> {
        serde_json::to_value(self.0).ok()
    }
}

impl<T> NoEncoding for &Output<'_, T> {}

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
