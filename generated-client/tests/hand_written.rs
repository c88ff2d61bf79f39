//! The unit tests of the hand-written modules, which are compiled as modules of this program. As unit tests of the library they
//! would compile the generated code, which is most of the library and has none, a second time.

#![allow(dead_code, missing_docs, unused_imports, unreachable_pub, reason = "the modules belong to the library")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a failing test panics with a message")]

// What the modules expect in the root of their crate. `testing` and `workflows` are those below.
use flighthub2::*;

#[path = "../src/testing/mod.rs"]
mod testing;
#[path = "../src/workflows/mod.rs"]
mod workflows;
