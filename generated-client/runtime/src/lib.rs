//! What clients that are generated from an OpenAPI document have in common: it sends requests, retries them where that
//! does no harm, refuses what a client was not built for, and reports what a failed call may have done.
//!
//! A program does not depend on this crate by name: a generated client exports what its callers need. It knows no API and no
//! operation. Generated code finds everything in [`codegen`].
//!
//! # Features
//! | feature | |
//! | --- | --- |
//! | `rustls` (default) | the built-in transport, with TLS by rustls |
//! | `native-tls` | the built-in transport, with TLS by the system |
//! | `gzip` | requests compressed responses |
//! | `reqwest` | the built-in transport. Without it every client needs a [`transport`] of the program |
//! | `reqwest-config` | `ClientBuilder::configure_reqwest`; with it the version of `reqwest` is a part of the public API |
//! | `blocking` | `send_blocking` of calls |

mod answer;
mod attempt;
mod binary;
#[cfg(feature = "blocking")]
mod blocking;
mod builder;
mod call;
mod client;
pub mod codegen;
mod credentials;
mod error;
mod execution;
mod failure;
mod finite;
#[cfg(feature = "reqwest")]
mod http_client;
mod multipart;
mod open;
mod operation;
mod pace;
mod prepared;
mod request;
mod retry;
mod style;
mod token;
pub mod transport;
mod values;

pub use binary::Binary;
pub use builder::ClientBuilder;
pub use error::{Delivery, Error, ErrorKind};
pub use open::{UnknownValue, Unwritable};
pub use operation::{
    ApiInfo, Availability, CredentialInfo, CredentialPlace, ErrorCodeInfo, Operation, OperationInfo, Outcome, Retry,
    Risk, Scope, TokenHeader,
};
pub use pace::{Pace, Wait};
pub use prepared::{DryRun, HeaderText};
pub use token::Token;
pub use values::{Base64, DateTime, JsonObject, JsonValue, Secret, UnixMillis, UnixSeconds};
