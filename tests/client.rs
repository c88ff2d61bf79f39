//! Tests of the client over real sockets, in one program: each file as a program of its own would take two seconds to
//! link, and programs run one after another. Tests that measure memory, or set what holds for a whole process, are
//! programs of their own.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a failing test panics with a message")]

mod blocking;
mod constructs;
mod counts;
mod dry_run;
mod dynamic;
mod effect;
mod examples;
mod faults;
mod follow;
mod limits;
mod mock;
mod object_store;
mod pages;
mod picture;
mod properties;
mod responses;
mod settings;
mod simulation;
mod tls;
mod transport;
mod values;
mod wire;
