//! Jobs of several calls: what they send, what they leave on disk, and how they go on after a failure.

mod download;
mod fake;
mod flight;
mod mock;
mod preflight;
mod reconstruct;
mod route;
