//! What most programs name: `use flighthub2::prelude::*`.
//!
//! All [types](crate::types) of requests and responses, the clients, and what they are built with. Operations are methods
//! of the clients; a program that needs the struct of one imports it from the module of its group.
//!
//! `Error` and `ErrorKind` are not here, because a program has an `Error` of its own or of the standard library: it writes
//! `flighthub2::Error`.

pub use crate::types::*;
pub use crate::{
    Base64, Client, ClientBuilder, DateTime, ErrorCode, JsonValue, ProjectClient, Region, Risk, Secret, SecretInteger,
    Token, UnixMillis, UnixSeconds,
};
