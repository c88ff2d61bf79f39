//! The code of every fixture, compiled: what snapshots show is not only printed.

include!(concat!(env!("OUT_DIR"), "/fixtures.rs"));
