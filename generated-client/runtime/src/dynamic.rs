//! Calls of operations that are chosen at run time.
//!
//! In: an operation's [`OperationInfo`] and its arguments as JSON. Out: a call that is sent like a typed one. The arguments
//! become the typed operation first, so that they pass the same checks; the response becomes its typed output first, and
//! then JSON. This module does not know any operation: each has a [`Codec`], which its generated code creates.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::binary::as_arguments;
use crate::client::Core;
use crate::error::{Delivery, Error, ErrorKind};
use crate::headers::ResponseHeaders;
use crate::operation::{Operation, OperationInfo, Scope};
use crate::prepared::DryRun;
use crate::request::RequestParts;
use crate::response::{ReadError, ResponseBody, without_values};
use crate::values::{Base64, mask_secrets};

/// Converts an operation and its output from and to JSON.
#[derive(Clone, Copy)]
pub struct Codec {
    write: fn(&Value) -> Result<RequestParts, String>,
    read: fn(ResponseBody<'_>, Secrets) -> Result<Value, ReadError>,
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Codec")
    }
}

/// Whether the secrets of a response are in its JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    Shown,
    Masked,
}

impl Codec {
    /// The codec of an operation whose output is JSON.
    #[must_use]
    pub const fn json<O>() -> Self
    where
        O: Operation<Output: Serialize> + Serialize + DeserializeOwned,
    {
        Self { write: write::<O>, read: |body, secrets| read::<O, _>(body, secrets, |output| output) }
    }

    /// The codec of an operation whose output is bytes, which JSON has as a base64 string.
    #[must_use]
    pub const fn bytes<O>() -> Self
    where
        O: Operation<Output = Vec<u8>> + Serialize + DeserializeOwned,
    {
        Self { write: write::<O>, read: |body, secrets| read::<O, _>(body, secrets, Base64::from) }
    }
}

fn write<O: Operation + Serialize + DeserializeOwned>(arguments: &Value) -> Result<RequestParts, String> {
    let operation: O = as_arguments(|| serde_path_to_error::deserialize(arguments)).map_err(|error| {
        let path = error.path().to_string();
        let problem = without_values(&error.into_inner().to_string());
        if path == "." { format!("arguments: {problem}") } else { format!("argument `{path}`: {problem}") }
    })?;
    // A type ignores properties that it does not know, since a response may have new ones. In arguments they are mistakes.
    let written = as_arguments(|| serde_json::to_value(&operation)).map_err(|error| format!("arguments: {error}"))?;
    if let Some(path) = lost(arguments, &written, &mut String::new()) {
        return Err(format!("argument `{path}` does not exist"));
    }
    let mut parts = RequestParts::new(O::INFO.path);
    operation.write(&mut parts);
    Ok(parts)
}

/// The first property of the caller's arguments that the typed operation does not write.
fn lost(given: &Value, written: &Value, path: &mut String) -> Option<String> {
    use fmt::Write as _;
    let length = path.len();
    match (given, written) {
        (Value::Object(given), Value::Object(written)) => {
            for (name, value) in given {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                match written.get(name) {
                    Some(written) => {
                        if let Some(lost) = lost(value, written, path) {
                            return Some(lost);
                        }
                    }
                    // Null and an empty list are equivalent to an omitted property.
                    None if value.is_null() || value.as_array().is_some_and(Vec::is_empty) => {}
                    None => return Some(path.clone()),
                }
                path.truncate(length);
            }
            None
        }
        (Value::Array(given), Value::Array(written)) => {
            for (index, (given, written)) in given.iter().zip(written).enumerate() {
                // Writing to a string cannot fail.
                let _ = write!(path, "[{index}]");
                if let Some(lost) = lost(given, written, path) {
                    return Some(lost);
                }
                path.truncate(length);
            }
            None
        }
        _ => None,
    }
}

fn read<O: Operation, T: Serialize>(
    body: ResponseBody<'_>,
    secrets: Secrets,
    shown: impl FnOnce(O::Output) -> T,
) -> Result<Value, ReadError> {
    let output = shown(O::read(body)?);
    let value = match secrets {
        Secrets::Shown => serde_json::to_value(output),
        Secrets::Masked => mask_secrets(|| serde_json::to_value(output)),
    };
    value.map_err(|error| ReadError::Mismatch { path: String::new(), message: error.to_string() })
}

/// A call of an operation that was chosen at run time. The method `call` of a generated client makes it.
/// Nothing happens until it is [sent](Self::send).
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct DynamicCall {
    core: Core,
    project: Option<String>,
    info: &'static OperationInfo,
    codec: Codec,
    parts: RequestParts,
    secrets: Secrets,
}

impl DynamicCall {
    /// A call of the operation with an id.
    ///
    /// # Errors
    /// See [`ErrorKind::InvalidArgument`]: there is no such operation, it needs a project and there is none, or the
    /// arguments are not its arguments.
    #[doc(hidden)]
    pub fn new(
        core: &Core,
        project: Option<&str>,
        operations: &[&'static OperationInfo],
        id: &str,
        arguments: &Value,
    ) -> Result<Self, Error> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidArgument, Delivery::NotSent, message);
        let info = operations.iter().copied().find(|info| info.id == id);
        let info = info.ok_or_else(|| {
            let known = id.chars().take(100).collect::<String>();
            invalid(format!("there is no operation `{known}`; `OPERATIONS` lists all of them"))
        })?;
        if info.scope == Scope::Project && project.is_none() {
            let message = "the operation needs a project: call it with the client that `.project(id)` returns";
            return Err(invalid(message.to_owned()).of(info));
        }
        let no_codec = || invalid("the operation cannot be called with JSON".to_owned()).of(info);
        let codec = info.codec.ok_or_else(no_codec)?;
        let parts = (codec.write)(arguments).map_err(|problem| invalid(problem).of(info))?;
        Ok(Self {
            core: core.clone(),
            project: project.map(str::to_owned),
            info,
            codec,
            parts,
            secrets: Secrets::Shown,
        })
    }

    /// Describes the operation.
    #[must_use]
    pub fn info(&self) -> &'static OperationInfo {
        self.info
    }

    /// Replaces passwords and keys of the response by `***`, for output that is shown or logged.
    pub fn mask_secrets(mut self) -> Self {
        self.secrets = Secrets::Masked;
        self
    }

    /// The request that the call would send, without sending it.
    ///
    /// # Errors
    /// An argument cannot be sent.
    pub fn dry_run(&self) -> Result<DryRun, Error> {
        self.core.dry_run_of(self.info, self.parts.clone(), self.project.as_deref())
    }

    /// Sends the call and waits for its response: the JSON of the output of the typed call, null if it has none.
    ///
    /// # Errors
    /// See [`Error`]: above all [`Error::may_have_taken_effect`], before the call is sent again.
    pub async fn send(self) -> Result<Value, Error> {
        let Self { core, project, info, codec, parts, secrets } = self;
        core.execute_parts(info, parts, project.as_deref(), |body| (codec.read)(body, secrets)).await
    }

    /// Sends the call and waits for its response, for its HTTP status and its headers, too.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    pub async fn send_with_headers(self) -> Result<DynamicResponse, Error> {
        let Self { core, project, info, codec, parts, secrets } = self;
        let read = |body: ResponseBody<'_>| (codec.read)(body, secrets);
        let response = core.execute_parts_with_headers(info, parts, project.as_deref(), read).await?;
        Ok(DynamicResponse::new(info, response))
    }

    /// Sends the call and waits for its response without `async`. Needs the feature `blocking`.
    ///
    /// # Errors
    /// See [`send`](Self::send); and [`ErrorKind::Config`] within a task of tokio.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Value, Error> {
        let Self { core, project, info, codec, parts, secrets } = self;
        core.execute_parts_blocking(info, parts, project.as_deref(), |body| (codec.read)(body, secrets))
    }

    /// Sends the call and waits for its response without `async`, for its HTTP status and its headers, too. Needs the
    /// feature `blocking`.
    ///
    /// # Errors
    /// See [`send_blocking`](Self::send_blocking).
    #[cfg(feature = "blocking")]
    pub fn send_blocking_with_headers(self) -> Result<DynamicResponse, Error> {
        let Self { core, project, info, codec, parts, secrets } = self;
        let read = |body: ResponseBody<'_>| (codec.read)(body, secrets);
        let response = core.execute_parts_blocking_with_headers(info, parts, project.as_deref(), read)?;
        Ok(DynamicResponse::new(info, response))
    }
}

/// A successful response of a [`DynamicCall`], with the status and the headers.
///
/// ```
/// # use flighthub2_runtime::{DynamicCall, Error};
/// # async fn report(call: DynamicCall) -> Result<(), Error> {
/// let response = call.send_with_headers().await?;
/// println!("HTTP {}, {:?}", response.status(), response.headers().get("x-request-id"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct DynamicResponse {
    info: &'static OperationInfo,
    output: Value,
    status: u16,
    headers: ResponseHeaders,
}

impl DynamicResponse {
    fn new(info: &'static OperationInfo, (output, status, headers): (Value, u16, ResponseHeaders)) -> Self {
        Self { info, output, status, headers }
    }

    /// What the call returns: the JSON of what the typed call returns, null if that is nothing.
    #[must_use]
    pub fn output(&self) -> &Value {
        &self.output
    }

    /// The same, without the headers.
    #[must_use]
    pub fn into_output(self) -> Value {
        self.output
    }

    /// The HTTP status, as a number.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// All headers, documented or not.
    #[must_use]
    pub fn headers(&self) -> &ResponseHeaders {
        &self.headers
    }
}

/// Without the output: secrets in JSON look like any other text.
impl fmt::Debug for DynamicResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicResponse")
            .field("operation", &self.info.id)
            .field("status", &self.status)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_property_that_is_not_written_is_found() {
        let lost = |given, written| lost(&given, &written, &mut String::new());
        assert_eq!(lost(json!({"a": 1}), json!({"a": 1, "b": 2})), None);
        assert_eq!(lost(json!({"a": null, "b": []}), json!({})), None);
        assert_eq!(lost(json!({"a": {"b": 1}}), json!({"a": {}})), Some("a.b".to_owned()));
        assert_eq!(
            lost(json!({"a": [{"b": 1}, {"b": 1, "c": 1}]}), json!({"a": [{"b": 1}, {"b": 1}]})),
            Some("a[1].c".to_owned())
        );
    }
}
