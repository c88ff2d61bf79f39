//! What the tests across crates have in common.

pub mod calls;
pub mod client;
pub mod code;
pub mod fixtures;
pub mod options;
pub mod server;
pub mod spec;
pub mod vectors;
