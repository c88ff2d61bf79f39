//! What is committed agrees with the specification and with the tree of files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

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

/// Cargo unifies the features of build dependencies for themselves: a package that is one of both, with features that differ,
/// is compiled twice, and with it every package that depends on it.
#[test]
fn the_same_package_is_compiled_once() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    cargo.args(["tree", "--workspace", "--locked", "--offline", "--edges", "normal,build,dev"]);
    let output = cargo.args(["--prefix", "none", "--format", "{p}|{f}"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let mut twice = Vec::new();
    for line in text.lines() {
        // What was listed before is marked.
        let Some((package, features)) = line.trim_end_matches(" (*)").split_once('|') else { continue };
        if *seen.entry(package).or_insert(features) != features {
            twice.push(format!("{package}: [{}] and [{features}]", seen[package]));
        }
    }
    assert!(seen.len() > 200 && seen.keys().any(|package| package.starts_with("flighthub2-generator ")), "{text}");
    assert!(
        twice.is_empty(),
        "add the features to the build dependencies of `tests/Cargo.toml`:\n{}",
        twice.join("\n")
    );
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

/// The papers that name files of this repository.
const PAPERS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "generated-client/README.md",
    "generator/README.md",
    "spec/README.md",
];

/// A path in a code span or a link is relative to the repository, to the folder of its paper, or to the stages of the
/// generator. A code span is a path if it names a Rust file, or if its first folder exists.
#[test]
fn every_path_in_the_papers_exists() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut checked = 0;
    let mut missing = Vec::new();
    for paper in PAPERS {
        let text = fs::read_to_string(repository.join(paper)).unwrap();
        let folder = repository.join(Path::new(paper).parent().unwrap());
        let folders = [repository.clone(), folder.clone(), repository.join("generator/src")];
        let exists = |path: &str| folders.iter().any(|folder| folder.join(path).exists());
        for path in code_spans(&text).filter(|span| span.contains('/') && span.chars().all(is_of_path)) {
            let first = path.split('/').find(|part| !part.is_empty()).unwrap_or_default();
            // Paths of URLs, an example of a reference, and a folder of `.gitignore`, which a fresh clone does not have.
            if path.starts_with('/')
                || path.starts_with("../")
                || path == "spec/.judges"
                || !(path.ends_with(".rs") || exists(first))
            {
                continue;
            }
            checked += 1;
            missing.extend((!exists(path)).then(|| format!("{paper}: `{path}`")));
        }
        for target in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            checked += 1;
            missing.extend((!folder.join(path).exists()).then(|| format!("{paper}: a link to {path}")));
        }
    }
    assert!(missing.is_empty(), "these paths do not exist:\n{}", missing.join("\n"));
    assert!(checked > 80, "only {checked} paths were found");
}

/// The code spans of a Markdown text, without those of code blocks.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|part| part.split('`').skip(1).step_by(2))
}

fn is_of_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/_.-".contains(c)
}
