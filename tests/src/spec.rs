//! Our own specification: its text, what is generated from it, and its plain content.

use std::fs;
use std::path::Path;

use flighthub2_generator::{Diagnostics, Generated, Options, Source, generate};
use serde_json::Value;

/// The name that it is called by in messages.
pub const NAME: &str = "spec/flighthub2.yaml";

/// The text as it is on disk.
///
/// # Panics
/// It is not there: the test cannot go on.
#[must_use]
pub fn text() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(NAME);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{NAME}: {error}"))
}

/// What is generated from a text that keeps the rules of our own specification.
///
/// # Errors
/// What is wrong with the text.
pub fn from_text(text: &str) -> Result<Generated, Diagnostics> {
    let generated_by = "`cargo xtask gen` from spec/flighthub2.yaml. Change that file, not this one.".to_owned();
    generate(
        &Source::new(NAME, text),
        &Options { generated_by, crate_name: Some("flighthub2".to_owned()), ..Options::default() },
    )
}

/// What is generated from the specification.
///
/// # Panics
/// Something is wrong with it.
#[must_use]
pub fn generated() -> Generated {
    from_text(&text()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The specification without any knowledge of OpenAPI.
///
/// # Panics
/// It is no YAML.
#[must_use]
pub fn value() -> Value {
    serde_yaml::from_str(&text()).unwrap_or_else(|error| panic!("{NAME}: {error}"))
}

/// All operations: path, method in small letters, content.
pub fn operations(spec: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let paths = spec["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let members = item.as_object().into_iter().flatten();
        members
            .filter(|(key, _)| METHODS.contains(&key.as_str()))
            .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// What a reference leads to, or the value itself.
#[must_use]
pub fn resolved<'a>(spec: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => spec.pointer(pointer).map_or(&Value::Null, |target| resolved(spec, target)),
        None => value,
    }
}
