//! The small document that follows every rule, and parts that are merged into it.

#![allow(dead_code, reason = "not every test uses all of it")]

use std::fs;
use std::path::Path;

use serde_yaml::Value;

/// Members of mappings are merged. Other values are replaced, including a reference, which has no members.
pub(crate) fn merged(base: Value, part: Value) -> Value {
    match (base, part) {
        (Value::Mapping(mut base), Value::Mapping(part)) if !base.contains_key("$ref") => {
            for (key, value) in part {
                let known = base.entry(key).or_insert(Value::Null);
                *known = merged(std::mem::take(known), value);
            }
            Value::Mapping(base)
        }
        (_, part) => part,
    }
}

/// The text of the document.
pub(crate) fn base() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explanations/base.yaml")).unwrap()
}

/// The document with a part merged into it.
pub(crate) fn with(part: &str) -> String {
    let part: Value = serde_yaml::from_str(part).unwrap();
    serde_yaml::to_string(&merged(serde_yaml::from_str(&base()).unwrap(), part)).unwrap()
}
