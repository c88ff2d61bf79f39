//! Reads lines `{"type": …, "value": …}` on standard input, decodes each value as the generated type and encodes it again:
//! `{"value": …}` or `{"error": …}` on standard output. `roundtrip.py` writes `types.rs`.

#![allow(dead_code, unused_imports)]

use std::io::{BufRead as _, Write as _};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

include!("types.rs");

fn again<T: DeserializeOwned + Serialize>(value: Value) -> Result<Value, String> {
    // From text, as responses are read: numbers keep their spelling.
    let decoded: T = serde_json::from_str(&value.to_string()).map_err(|error| format!("decoding: {error}"))?;
    serde_json::to_value(decoded).map_err(|error| format!("encoding: {error}"))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let mut line: Value = serde_json::from_str(&line?)?;
        let name = line["type"].as_str().unwrap_or_default().to_owned();
        let result = match round_trip(&name, line["value"].take()) {
            Ok(value) => json!({ "value": value }),
            Err(error) => json!({ "error": error }),
        };
        writeln!(output, "{result}")?;
    }
    Ok(())
}
