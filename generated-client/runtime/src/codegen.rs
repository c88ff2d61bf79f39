//! What generated code is made of: the only module that it uses.
//!
//! A program needs it only where it does what generated code does, such as for an operation that is written by hand. What
//! is hidden here may change with every version: generated code and its runtime have the same one.

pub use crate::answer::{Answer, ReadError};
pub use crate::binary::Binary;
pub use crate::builder::ClientBuilder;
pub use crate::call::{ApiClient, BaseUrl, Handle, Serves};
pub use crate::client::Core;
pub use crate::error::Error;
#[doc(hidden)]
pub use crate::open::private;
pub use crate::open::{UnknownValue, Unwritable};
pub use crate::operation::{
    ApiInfo, Availability, CredentialInfo, CredentialPlace, ErrorCodeInfo, Operation, OperationInfo, Outcome, Retry,
    Risk, Scope, TokenHeader, scope,
};
pub use crate::request::{ListStyle, ParameterValue, RequestParts};
pub use crate::style::{Style, ValueStyle};
pub use crate::values::{Base64, DateTime, JsonObject, JsonValue, Secret, UnixMillis, UnixSeconds};
#[doc(hidden)]
pub use crate::{
    __blocking_call as blocking_call, __call as call, __choice as choice, __integer_enum as integer_enum,
    __integer_newtype as integer_newtype, __integer_value as integer_value, __object as object,
    __tagged_union as tagged_union, __text_enum as text_enum, __text_newtype as text_newtype,
    __text_value as text_value, __union as union, __untagged_union as untagged_union,
};

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
