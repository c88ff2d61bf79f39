//! What the tests across crates have in common.

pub mod code;
pub mod fixtures;
pub mod options;
pub mod spec;
