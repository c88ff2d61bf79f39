//! What is committed is what the specification gives.

use std::fs;
use std::path::Path;

use flighthub2_generator::document::editor_schema;
use flighthub2_generator::write::Plan;
use flighthub2_tests::spec;

#[test]
fn the_committed_client_is_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated-client/src/api");
    let plan = Plan::new(&folder, &spec::generated().files).unwrap();
    let differences: Vec<String> =
        plan.changes().iter().map(|change| format!("{:?}\n{}", change.action, change.diff())).collect();
    assert!(differences.is_empty(), "run `cargo xtask gen`:\n{}", differences.join("\n"));
}

#[test]
fn the_committed_schema_for_editors_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/flighthub2.schema.json");
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(committed == editor_schema(), "run `cargo xtask gen`: spec/flighthub2.schema.json is stale");
    assert!(spec::text().starts_with("# yaml-language-server: $schema=flighthub2.schema.json\n"));
}

#[test]
fn generation_is_deterministic() {
    assert_eq!(spec::generated(), spec::generated());
}

/// What the README shows of a program is the beginning of one that compiles and runs.
#[test]
fn the_readme_shows_the_first_example() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| fs::read_to_string(repository.join(path)).unwrap();
    let (readme, example) = (read("README.md"), read("generated-client/examples/first_call.rs"));
    let shown = readme.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert!(
        shown.lines().count() > 20 && example.contains(shown),
        "README.md shows another program than first_call.rs"
    );
}
