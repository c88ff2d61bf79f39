//! The code of the fixtures at work: what it writes and what it reads.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

mod requests;
mod responses;
mod servers;
mod tokens;
mod uploads;
mod values;

use flighthub2::codegen::{JsonValue, Operation, RequestParts};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads a value and writes it again.
fn again<T: DeserializeOwned + Serialize>(value: &JsonValue) -> JsonValue {
    let typed: T = serde_json::from_value(value.clone()).unwrap();
    serde_json::to_value(typed).unwrap()
}

fn written<O: Operation>(operation: &O) -> RequestParts {
    let mut parts = RequestParts::new(O::INFO.path);
    operation.write(&mut parts);
    assert_eq!(parts.problem(), None);
    parts
}

fn body<O: Operation>(operation: &O) -> JsonValue {
    serde_json::from_slice(written(operation).body_bytes().unwrap()).unwrap()
}
