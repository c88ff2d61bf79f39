//! Values as JSON.
//!
//! In: any value that serializes. Out: its JSON, or the place in it that JSON cannot express. This module knows no
//! generated type: the code of unions that are kept as JSON calls it.

use std::fmt;

use crate::unwritable::{Unwritable, unwritable};

/// A value that JSON cannot express: it contains a number that is not finite, or bytes that are no string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerializeError {
    message: String,
}

impl fmt::Display for SerializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SerializeError {}

/// A value as JSON.
pub fn to_json<T: serde::Serialize + ?Sized>(value: &T) -> Result<serde_json::Value, SerializeError> {
    written(value, serde_json::to_value(value))
}

/// A value as a string of JSON.
pub fn to_json_string<T: serde::Serialize>(value: &T) -> Result<String, SerializeError> {
    written(value, serde_json::to_string(value))
}

/// The written value, unless there is something in it that JSON cannot express.
fn written<T: serde::Serialize + ?Sized, W>(
    value: &T,
    written: Result<W, serde_json::Error>,
) -> Result<W, SerializeError> {
    match (unwritable(value), written) {
        (None, Ok(written)) => Ok(written),
        (Some(Unwritable { path, what }), _) => Err(SerializeError { message: format!("`{path}` holds {what}") }),
        (None, Err(error)) => Err(SerializeError { message: error.to_string() }),
    }
}
