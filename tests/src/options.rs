//! How each fixture is generated. Used by the build, which compiles the code, and by the snapshots, which show it.

use flighthub2_generator::{Dialect, Options};

/// The options of a fixture, by its name. Those with `x-` keys keep the rules of our own specification.
#[must_use]
pub fn of_fixture(name: &str) -> Options {
    let dialect = if ["envelope", "lifecycle"].contains(&name) { Dialect::FlightHub } else { Dialect::OpenApi };
    Options {
        dialect,
        bundle: false,
        generated_by: format!("a test from {name}.yaml"),
        unused_types: true,
        ..Options::default()
    }
}
