//! The traits of generated clients, and the type of their calls.
//!
//! A macro defines the type of calls in the generated code: methods for the arguments of an operation can only be added to
//! a type of the same crate.

use std::fmt;

use crate::client::Core;
use crate::operation::ApiInfo;

/// A client that is generated from a specification. It is made by a [`ClientBuilder`](crate::ClientBuilder), whose typed
/// settings are the types here.
pub trait ApiClient: Sized {
    /// The public installations of the API; [`Infallible`](std::convert::Infallible) if the specification names none.
    type Region: BaseUrl;
    /// The language of messages that a client asks for if none is set.
    const DEFAULT_LANGUAGE: Option<&'static str> = None;
    /// The languages of messages; [`Infallible`](std::convert::Infallible) if the API has no header for it.
    type Language: fmt::Display;
    /// The facts that all operations have in common.
    const API: &'static ApiInfo;
    /// Name and version of the crate that the client is in, for the header `User-Agent`.
    const USER_AGENT: &'static str;

    /// Wraps the core, which is the same for all clients.
    #[doc(hidden)]
    fn from_core(core: Core) -> Self;
}

/// A region of a generated API.
pub trait BaseUrl {
    /// The base URL of its servers.
    fn base_url(self) -> &'static str;
}

/// An API whose specification names no region.
impl BaseUrl for std::convert::Infallible {
    fn base_url(self) -> &'static str {
        match self {}
    }
}

/// A sender of calls: a generated `Client`, or a generated `ProjectClient`.
pub trait Caller: Clone + Send + Sync {
    /// The core of the client.
    #[doc(hidden)]
    fn core(&self) -> &Core;
    /// The core of the client, for the settings of one call.
    #[doc(hidden)]
    fn core_mut(&mut self) -> &mut Core;
    /// The project that calls are sent for.
    #[doc(hidden)]
    fn project_id(&self) -> Option<&str>;
}

/// Which calls a [`Caller`] can send, by their [scope](crate::codegen::scope).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot send this call: its scope is `{S}`",
    label = "this client cannot send the call",
    note = "a call of a project needs the client of a project: `client.project(id)`",
    note = "a call of another API needs the client of that API"
)]
pub trait InScope<S>: Caller {}

/// The type of the calls of a generated API.
#[doc(hidden)]
#[macro_export]
macro_rules! __call {
    () => {
        /// A call with its arguments. Nothing happens until it is [sent](Call::send).
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #[must_use = "a call does nothing until it is sent"]
        pub struct Call<C, O> {
            caller: C,
            operation: O,
        }

        impl<C: $crate::codegen::Caller, O> Call<C, O> {
            /// Creates the call of an operation.
            pub fn new(caller: &C, operation: O) -> Self {
                Self { caller: ::core::clone::Clone::clone(caller), operation }
            }

            /// Describes the operation.
            #[must_use]
            pub fn info(&self) -> &'static $crate::OperationInfo
            where
                O: $crate::codegen::Operation,
            {
                O::INFO
            }

            /// How long this call may take as a whole, instead of the time that its client allows. An attempt still has the
            /// limit of [`attempt_timeout`](flighthub2_runtime::ClientBuilder::attempt_timeout).
            pub fn timeout(mut self, limit: ::core::time::Duration) -> Self {
                self.caller.core_mut().set_timeout(limit);
                self
            }

            /// How often this call is sent at most, the first time included, instead of the number that its client allows.
            /// Physical operations are sent once, regardless of this setting.
            pub fn max_attempts(mut self, limit: u32) -> Self {
                self.caller.core_mut().set_max_attempts(limit);
                self
            }

            /// The language of messages of this call. Its name differs from the argument `language` of some operations.
            pub fn message_language(mut self, language: <Client as $crate::codegen::ApiClient>::Language) -> Self {
                self.caller.core_mut().set_language(::std::string::ToString::to_string(&language));
                self
            }

            /// Adds a header to the requests of this call. A header that the client writes by itself is refused when the call
            /// is sent.
            pub fn header(
                mut self,
                name: impl ::core::convert::Into<::std::string::String>,
                value: impl ::core::convert::Into<::std::string::String>,
            ) -> Self {
                self.caller.core_mut().add_header(name.into(), value.into());
                self
            }

            /// Sends this id with every attempt, instead of a new one with each: for services that recognise a repeated request by
            /// its id. Pages of a list and polls of a state have it, too.
            pub fn request_id(mut self, id: impl ::core::convert::Into<::std::string::String>) -> Self {
                self.caller.core_mut().set_request_id(id.into());
                self
            }

            /// The request that the call would send, without sending it: to inspect it, and to try it by hand. A call that is
            /// refused for its risk can be inspected, too.
            ///
            /// # Errors
            /// An argument cannot be sent.
            pub fn dry_run(&self) -> ::core::result::Result<$crate::DryRun, $crate::Error>
            where
                O: $crate::codegen::Operation,
                C: $crate::codegen::InScope<O::Scope>,
            {
                self.caller.core().dry_run(&self.operation, self.caller.project_id())
            }

            /// Sends the call and waits for its response.
            ///
            /// # Errors
            /// See [`Error`](flighthub2_runtime::Error): above all [`Error::may_have_taken_effect`](flighthub2_runtime::Error::may_have_taken_effect), before the call is sent again.
            pub async fn send(self) -> ::core::result::Result<O::Output, $crate::Error>
            where
                O: $crate::codegen::Operation,
                C: $crate::codegen::InScope<O::Scope>,
            {
                self.caller.core().execute(&self.operation, self.caller.project_id()).await
            }

            /// Sends the call and waits for its response, for its HTTP status and its headers, too.
            ///
            /// # Errors
            /// See [`Call::send`].
            pub async fn send_with_headers(self) -> ::core::result::Result<$crate::CallResponse<O>, $crate::Error>
            where
                O: $crate::codegen::Operation,
                C: $crate::codegen::InScope<O::Scope>,
            {
                self.caller.core().execute_with_headers(&self.operation, self.caller.project_id()).await
            }
        }

        impl<C, O> Call<C, O> {
            /// The operation with its arguments.
            pub fn operation(&self) -> &O {
                &self.operation
            }

            /// Changes the arguments.
            pub fn map_operation(mut self, change: impl ::core::ops::FnOnce(O) -> O) -> Self {
                self.operation = change(self.operation);
                self
            }

            #[doc(hidden)]
            pub fn __with_operation<P>(self, change: impl ::core::ops::FnOnce(O) -> P) -> Call<C, P> {
                Call { caller: self.caller, operation: change(self.operation) }
            }
        }

        impl<C, O> Call<C, O>
        where
            C: $crate::codegen::InScope<O::Scope>,
            O: $crate::codegen::Paginated,
            O::Item: $crate::codegen::private::serde::Serialize,
        {
            /// The pages of the list, from the one that is set, or from the first. Nothing is sent until the next page is
            /// requested.
            pub fn pages(self) -> $crate::codegen::Pages<C, O> {
                $crate::codegen::Pages::new(self.caller, self.operation)
            }

            /// The items of all pages, one by one.
            pub fn items(self) -> $crate::codegen::Items<C, O> {
                self.pages().items()
            }
        }

        impl<C, O> Call<C, O>
        where
            C: $crate::codegen::InScope<O::Scope>,
            O: $crate::codegen::Followed,
        {
            /// Follows the state that the response shows, once a time limit is
            /// [set](flighthub2_runtime::codegen::FollowBuilder::timeout).
            pub fn follow(self) -> $crate::codegen::FollowBuilder<C, O> {
                $crate::codegen::FollowBuilder::new(self.caller, self.operation)
            }
        }

        $crate::__blocking_call!();
    };
}

/// The part of a call that is for APIs with responses of text or bytes.
#[doc(hidden)]
#[macro_export]
macro_rules! __streaming_call {
    () => {
        impl<C: $crate::codegen::Caller, O> Call<C, O> {
            /// Sends the call and returns its successful response before its content, which is read part by part: for text
            /// and bytes that are larger than memory. A failure is an error, as with [`Call::send`]. The content is not
            /// compared with the specification.
            ///
            /// # Errors
            /// See [`Call::send`].
            pub async fn send_streaming(
                self,
            ) -> ::core::result::Result<$crate::codegen::StreamedResponse<O>, $crate::Error>
            where
                O: $crate::codegen::Streamed,
                C: $crate::codegen::InScope<O::Scope>,
            {
                self.caller.core().execute_streaming(&self.operation, self.caller.project_id()).await
            }
        }

        $crate::__blocking_streaming_call!();
    };
}

/// The part of a call that waits without `async`.
#[cfg(feature = "blocking")]
#[doc(hidden)]
#[macro_export]
macro_rules! __blocking_call {
    () => {
        impl<C: $crate::codegen::Caller, O> Call<C, O> {
            /// Sends the call and waits for its response without `async`: for scripts, and for threads that may wait. Needs the
            /// feature `blocking`.
            ///
            /// The client sends such calls on a thread of its own, so calls of several threads are in flight at the same time. It
            /// works on every thread that no async runtime polls its tasks on, within `tokio::task::spawn_blocking` and
            /// `tokio::task::block_in_place`, too.
            ///
            /// Within a task of tokio it is refused, because it would block the other tasks of that thread: use [`Call::send`]
            /// there. Within a task of another runtime that cannot be seen: there it holds the thread until the call is over.
            ///
            /// # Errors
            /// See [`Call::send`]; and [`ErrorKind::Config`](flighthub2_runtime::ErrorKind::Config) within a task of tokio.
            ///
            /// # Panics
            /// If the transport or the clock that a program has brought panics; not otherwise.
            pub fn send_blocking(self) -> ::core::result::Result<O::Output, $crate::Error>
            where
                O: $crate::codegen::Operation,
                C: $crate::codegen::InScope<O::Scope>,
            {
                self.caller.core().execute_blocking(&self.operation, self.caller.project_id())
            }

            /// Sends the call and waits for its response without `async`, for its HTTP status and its headers, too. Needs
            /// the feature `blocking`; see [`Call::send_blocking`].
            ///
            /// # Errors
            /// See [`Call::send_blocking`].
            ///
            /// # Panics
            /// See [`Call::send_blocking`].
            pub fn send_blocking_with_headers(self) -> ::core::result::Result<$crate::CallResponse<O>, $crate::Error>
            where
                O: $crate::codegen::Operation,
                C: $crate::codegen::InScope<O::Scope>,
            {
                self.caller.core().execute_blocking_with_headers(&self.operation, self.caller.project_id())
            }
        }
    };
}

/// The part of a call that reads a response in parts without `async`.
#[cfg(feature = "blocking")]
#[doc(hidden)]
#[macro_export]
macro_rules! __blocking_streaming_call {
    () => {
        impl<C: $crate::codegen::Caller, O> Call<C, O> {
            /// Sends the call without `async` and returns its successful response before its content, which is read part
            /// by part. Needs the feature `blocking`; see [`Call::send_streaming`] and [`Call::send_blocking`].
            ///
            /// # Errors
            /// See [`Call::send_blocking`].
            ///
            /// # Panics
            /// See [`Call::send_blocking`].
            pub fn send_streaming_blocking(
                self,
            ) -> ::core::result::Result<$crate::codegen::StreamedResponse<O>, $crate::Error>
            where
                O: $crate::codegen::Streamed,
                C: $crate::codegen::InScope<O::Scope>,
            {
                self.caller.core().execute_streaming_blocking(&self.operation, self.caller.project_id())
            }
        }
    };
}

/// Empty without the feature `blocking`.
#[cfg(not(feature = "blocking"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __blocking_streaming_call {
    () => {};
}

/// Empty without the feature `blocking`.
#[cfg(not(feature = "blocking"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __blocking_call {
    () => {};
}
