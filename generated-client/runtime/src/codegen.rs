//! The interface of generated code: the only module that it uses.
//!
//! A program needs it only for an operation that is written by hand. Hidden items may change with every version: generated
//! code requires the runtime of exactly its version.

pub use crate::binary::Binary;
pub use crate::builder::ClientBuilder;
pub use crate::call::{ApiClient, BaseUrl, Caller, InScope};
pub use crate::call_response::CallResponse;
pub use crate::client::Core;
pub use crate::client_credentials::ClientCredentials;
pub use crate::date_time::DateTime;
pub use crate::dynamic::{Codec, DynamicCall, DynamicResponse};
pub use crate::error::Error;
#[doc(hidden)]
pub use crate::external::{Activity, External, ExternalResponse};
#[doc(hidden)]
pub use crate::file_body::FileBody;
pub use crate::follow::{Follow, FollowBuilder, FollowError, FollowErrorKind, Followed, State, Update};
#[doc(hidden)]
pub use crate::generated_types::private;
pub use crate::generated_types::{SerializeError, Unknown};
pub use crate::headers::{HeaderError, ResponseHeaders};
pub use crate::operation::{
    ApiInfo, Availability, CredentialInfo, CredentialPlace, ErrorCodeInfo, Idempotency, Operation, OperationInfo,
    Outcome, ParameterInfo, ParameterLocation, Risk, Scope, Streamed, TokenHeader, TypedFailure, TypedHeaders,
    UnknownName, scope,
};
pub use crate::pages::{Items, PageEnd, Pages, Paginated, Pagination};
pub use crate::provided::Provided;
pub use crate::request::{ListStyle, ParameterValue, RequestParts};
pub use crate::response::{ReadError, ResponseBody};
pub use crate::schemas::Schemas;
pub use crate::server::{ServerInfo, ServerVariableInfo};
pub use crate::streamed_response::StreamedResponse;
pub use crate::style::{Style, ValueStyle};
pub use crate::values::{Base64, JsonObject, JsonValue, Secret, SecretInteger, UnixMillis, UnixSeconds};
#[doc(hidden)]
pub use crate::{
    __blocking_call as blocking_call, __call as call, __choice as choice, __content as content, __failures as failures,
    __from_variants as from_variants, __headers as headers, __integer_enum as integer_enum,
    __integer_newtype as integer_newtype, __integer_value as integer_value, __missing as missing, __object as object,
    __setters as setters, __streaming_call as streaming_call, __tagged_union as tagged_union, __text_enum as text_enum,
    __text_newtype as text_newtype, __text_value as text_value, __union as union, __untagged_union as untagged_union,
};

use serde::{Deserialize, Deserializer};

/// Reads null as an empty value: the service writes null for a list without entries.
///
/// # Errors
/// Errors of deserializing the value.
pub fn null_as_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Bytes of a body as a string of base64, where an operation is JSON. `T` is a [`Binary`] or a vector.
pub mod base64_body {
    use super::{Base64, Deserialize, Deserializer};
    use crate::binary::Body;
    use serde::{Serialize as _, Serializer};

    /// Writes bytes.
    ///
    /// # Errors
    /// Errors of the serializer; and a stream.
    pub fn serialize<T: Body, S: Serializer>(body: &T, serializer: S) -> Result<S::Ok, S::Error> {
        Base64::from(body.bytes()?).serialize(serializer)
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// It is not a string, or not base64.
    pub fn deserialize<'de, T: Body, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        Base64::deserialize(deserializer).map(|bytes| bytes.into_bytes().into())
    }
}

/// As [`base64_body`], for an optional body.
pub mod optional_base64_body {
    use super::{Base64, Deserialize, Deserializer};
    use crate::binary::Body;
    use serde::{Serialize as _, Serializer};

    /// Writes bytes, or null.
    ///
    /// # Errors
    /// Errors of the serializer; and a stream.
    pub fn serialize<T: Body, S: Serializer>(body: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        body.as_ref().map(Body::bytes).transpose()?.map(Base64::from).serialize(serializer)
    }

    /// Reads bytes, or null.
    ///
    /// # Errors
    /// It is neither null nor a string of base64.
    pub fn deserialize<'de, T: Body, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Ok(Option::<Base64>::deserialize(deserializer)?.map(|bytes| bytes.into_bytes().into()))
    }
}

/// Reads null as a separate value, different from a missing member.
///
/// # Errors
/// Errors of deserializing the value.
pub fn null_as_value<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
