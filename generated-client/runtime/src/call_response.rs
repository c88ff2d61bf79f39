//! Successful responses with their headers.

use std::fmt;

use crate::headers::ResponseHeaders;
use crate::operation::{Operation, TypedHeaders};

/// A successful response: the output of a call, with the status and the headers.
///
/// ```
/// # use flighthub2_runtime::{CallResponse, Operation};
/// fn report<O: Operation>(response: &CallResponse<O>) {
///     println!("HTTP {}, {:?}", response.status(), response.headers().get("x-request-id"));
/// }
/// ```
pub struct CallResponse<O: Operation> {
    output: O::Output,
    status: u16,
    headers: ResponseHeaders,
}

impl<O: Operation> CallResponse<O> {
    pub(crate) fn new(output: O::Output, status: u16, headers: ResponseHeaders) -> Self {
        Self { output, status, headers }
    }

    /// The output of the call.
    pub fn output(&self) -> &O::Output {
        &self.output
    }

    /// Returns the output by value.
    pub fn into_output(self) -> O::Output {
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

    /// The headers that the specification documents, with a method for each.
    #[must_use]
    pub fn typed_headers(&self) -> O::Headers
    where
        O: TypedHeaders,
    {
        self.headers.clone().into()
    }
}

impl<O: Operation<Output: fmt::Debug>> fmt::Debug for CallResponse<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallResponse")
            .field("operation", &O::INFO.id)
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("output", &self.output)
            .finish()
    }
}

impl<O: Operation<Output: Clone>> Clone for CallResponse<O> {
    fn clone(&self) -> Self {
        Self { output: self.output.clone(), status: self.status, headers: self.headers.clone() }
    }
}
