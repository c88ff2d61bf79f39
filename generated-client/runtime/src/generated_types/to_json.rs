//! Values as JSON.
//!
//! In: any value that serializes. Out: its JSON, or the path of a number in it that JSON cannot hold. This module knows no
//! generated type: the code of unions that are kept as JSON calls it.

use std::fmt;

/// A value that JSON cannot hold: a number in it is not finite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerializeError {
    place: String,
}

impl fmt::Display for SerializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` holds a number that is not finite", self.place)
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

/// The written value, unless a number in it is not finite.
fn written<T: serde::Serialize + ?Sized, W>(
    value: &T,
    written: Result<W, serde_json::Error>,
) -> Result<W, SerializeError> {
    match (crate::non_finite::unwritable(value), written) {
        (None, Ok(written)) => Ok(written),
        (Some(place), _) => Err(SerializeError { place }),
        (None, Err(error)) => Err(SerializeError { place: error.to_string() }),
    }
}
