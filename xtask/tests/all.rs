//! The tests of the commands, in one program, so that fewer programs are linked, and the tests share the processors.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a failing test panics with a message")]

mod coverage;
mod diff;
mod r#gen;
mod help;
#[cfg(target_os = "linux")]
mod hostile;
#[path = "../../generator/tests/compiler/nested.rs"]
mod nested;
mod new;
mod options;
mod output;
mod package;
mod watch;
