//! Jobs of several calls: what they send, what they leave on disk, and how they go on after a failure.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

mod credentials;
mod download;
mod fake;
mod flight;
mod input;
mod mock;
mod preflight;
mod reconstruct;
mod route;
