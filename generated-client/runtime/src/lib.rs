//! The runtime of clients that are generated from an OpenAPI document: it sends requests, retries them if a repetition is
//! harmless, refuses calls above the risk limit of a client, and reports whether a failed call may have taken effect.
//!
//! A program does not depend on this crate by name: a generated client exports the items that callers need. It knows no
//! API and no operation. Generated code finds everything in [`codegen`].
//!
//! # Features
//! | feature | |
//! | --- | --- |
//! | `rustls` (default) | the built-in transport, with TLS by rustls |
//! | `native-tls` | the built-in transport, with TLS by the system |
//! | `gzip` | requests compressed responses |
//! | `reqwest` | the built-in transport. Without it every client needs a [`transport`] of the program |
//! | `reqwest-config` | `ClientBuilder::configure_reqwest`; with it the version of `reqwest` is a part of the public API |
//! | `time` | conversions from and to the types of the crate `time` |
//! | `blocking` | `send_blocking` of calls |
//! | `stream` | pages, items and changes of a state as streams of `futures-core` |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod attempt;
mod binary;
#[cfg(feature = "blocking")]
mod blocking;
mod builder;
mod call;
mod call_response;
mod call_settings;
mod client;
mod client_credentials;
mod clock;
pub mod codegen;
mod content;
mod credentials;
mod date_time;
mod dynamic;
mod error;
mod execution;
mod external;
mod failure;
mod file_body;
mod follow;
mod generated_types;
mod headers;
#[cfg(feature = "reqwest")]
mod http_client;
mod lenient;
mod masked_source;
mod multipart;

mod operation;
mod pages;
mod prepared;
mod provided;
mod redactor;
mod request;
mod response;
mod retry;
mod schemas;
mod server;
#[cfg(feature = "stream")]
mod stream;
mod streamed_response;
mod style;
mod token;
mod token_source;
pub mod transport;
mod typed_responses;
mod unwritable;
mod values;

pub use binary::Binary;
pub use builder::ClientBuilder;
pub use call_response::CallResponse;
pub use client_credentials::ClientCredentials;
pub use clock::{Clock, SleepFuture};
pub use date_time::DateTime;
pub use dynamic::{DynamicCall, DynamicResponse};
pub use error::{Delivery, Error, ErrorKind};
pub use follow::{Follow, FollowBuilder, FollowError, FollowErrorKind, Update};
pub use generated_types::{SerializeError, Unknown};
pub use headers::{HeaderError, ResponseHeaders};
pub use http::HeaderMap;
pub use operation::{
    ApiInfo, Availability, CredentialInfo, CredentialPlace, ErrorCodeInfo, Idempotency, Operation, OperationInfo,
    Outcome, ParameterInfo, ParameterLocation, Risk, Scope, Streamed, TokenHeader, TypedFailure, TypedHeaders,
    UnknownName,
};
pub use pages::{Items, Pages};
pub use prepared::{DryRun, HeaderText};
pub use response::ReadError;
pub use server::{ServerInfo, ServerVariableInfo};
pub use streamed_response::StreamedResponse;
pub use token::Token;
pub use token_source::{FetchedToken, TokenFuture, TokenSource, TokenSourceError};
pub use values::{Base64, JsonObject, JsonValue, Secret, SecretInteger, UnixMillis, UnixSeconds, masked};
