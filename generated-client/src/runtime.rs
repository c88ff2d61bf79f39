//! What generated code is made of.
//!
//! Code that is generated for another specification, with another crate as its home, finds everything here.

pub use crate::answer::{Answer, ReadError};
pub use crate::call::{Call, Handle, Serves};
#[doc(hidden)]
pub use crate::open::private;
pub use crate::open::{UnknownValue, Unwritable};
pub use crate::operation::{
    ApiInfo, Availability, ErrorCodeInfo, Operation, OperationInfo, Outcome, Retry, Risk, Scope, TokenHeader, scope,
};
pub use crate::request::{ListStyle, ParameterValue, RequestParts};
pub use crate::values::{Base64, DateTime, JsonObject, JsonValue, Secret, UnixMillis, UnixSeconds};

use serde::{Deserialize, Deserializer};

/// Reads null as an empty value: the service writes null for a list without entries.
///
/// # Errors
/// What the value's own reading fails with.
pub fn null_as_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads null as a value of its own, different from a member that is not there.
///
/// # Errors
/// What the value's own reading fails with.
pub fn null_as_value<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
