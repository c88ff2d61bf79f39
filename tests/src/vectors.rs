//! Known requests and responses of the real service, from `tests/vectors`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// All files with an ending, by what stands before it.
///
/// # Panics
/// A file cannot be read: the tests cannot go on.
#[must_use]
pub fn read(ending: &str) -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found = BTreeMap::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(ending) {
            let text = fs::read_to_string(entry.path()).unwrap_or_else(|error| panic!("{name}: {error}"));
            let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            found.insert(stem.to_owned(), value);
        }
    }
    found
}

/// The requests: `method`, `path`, `headers`, and where they have them `path_params`, `query` and `body`.
#[must_use]
pub fn requests() -> BTreeMap<String, Value> {
    read(".request.json")
}

/// The bodies of responses.
#[must_use]
pub fn responses() -> BTreeMap<String, Value> {
    read(".response.json")
}

/// The operation that an example belongs to: what stands before `_`.
#[must_use]
pub fn operation_of(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

/// The same JSON as far as the client promises: what is null, missing or an empty list is nothing, and numbers are
/// compared by value.
#[must_use]
pub fn normalized(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, member)| (name.clone(), normalized(member)))
                .filter(|(_, member)| !is_nothing(member))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(normalized).collect()),
        Value::Number(number) => number
            .as_f64()
            .map_or(Value::Null, |number| serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number)),
        other => other.clone(),
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}
