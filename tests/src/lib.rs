//! What the tests across crates have in common.

#![allow(clippy::panic, reason = "a test that cannot go on stops and says why")]

pub mod calls;
pub mod client;
pub mod clock;
pub mod code;
pub mod fixtures;
pub mod log;
pub mod options;
pub mod properties;
pub mod raw;
pub mod scripted;
pub mod server;
pub mod spec;
pub mod types;
pub mod vectors;
