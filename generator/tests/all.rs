//! The tests of the generator, in one program: each file as a program of its own would be linked for itself, and programs
//! run one after another, so that a processor idles at the end of each.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a failing test panics with a message")]

/// That of `cargo xtask`. The tests allocate as much as it does, again and again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod any_specification;
mod compare;
mod compare_property;
mod compiler;
mod emitted_code;
mod explanations;
#[path = "support/for_all.rs"]
mod for_all;
mod foreign;
mod lint;
mod our_specification;
mod selection;
mod specifications;
mod support;
