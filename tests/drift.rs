//! What is committed is what the specification gives.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::path::Path;

use flighthub2_generator::write::Plan;
use flighthub2_tests::spec;

#[test]
fn the_committed_client_is_what_the_specification_gives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated-client/src/api");
    let plan = Plan::new(&folder, &spec::generated().files).unwrap();
    let differences: Vec<String> =
        plan.changes().iter().map(|change| format!("{:?}\n{}", change.action, change.diff())).collect();
    assert!(differences.is_empty(), "run `cargo xtask gen`:\n{}", differences.join("\n"));
}

#[test]
fn the_same_specification_gives_the_same_files() {
    assert_eq!(spec::generated(), spec::generated());
}
