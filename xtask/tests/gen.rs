//! `cargo xtask gen` end to end: the program, real files, its exit codes and its output.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use flighthub2_generator::{Options, Source, generate};
use tempfile::TempDir;

const SPEC: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /things:
    get:
      tags: [one]
      operationId: listThings
      responses: {'200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
    post:
      tags: [two]
      operationId: addThing
      responses: {'204': {description: D}}
components:
  schemas:
    Thing: {type: object, properties: {name: {type: string}}}
";

/// A folder with a specification, and the place of its client.
struct Workspace {
    folder: TempDir,
}

impl Workspace {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write_spec(SPEC);
        place
    }

    fn spec(&self) -> PathBuf {
        self.folder.path().join("spec.yaml")
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn write_spec(&self, text: impl AsRef<[u8]>) {
        fs::write(self.spec(), text).unwrap();
    }

    fn generate(&self, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["gen", "--spec"])
            .arg(self.spec())
            .arg("--out")
            .arg(self.out())
            .args(more)
            .output()
            .unwrap()
    }

    /// Every file with its text and the time of its last change.
    fn files(&self) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, (Vec<u8>, SystemTime)>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    let changed = fs::metadata(&path).unwrap().modified().unwrap();
                    found.insert(path.clone(), (fs::read(&path).unwrap(), changed));
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(&self.out(), &mut found);
        found
    }
}

fn text_of(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8(output.stderr.clone()).unwrap()
}

fn succeeded(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", text_of(output));
    text_of(output)
}

fn failed(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{}", text_of(output));
    text_of(output)
}

#[test]
fn a_second_run_writes_no_file() {
    let place = Workspace::new();
    let first = succeeded(&place.generate(&[]));
    assert!(first.contains("2 operations, 1 types, 10 files: 10 added, 0 changed, 0 removed ("), "{first}");
    let before = place.files();
    let second = succeeded(&place.generate(&[]));
    assert!(second.starts_with("up to date: 2 operations, 1 types, 10 files ("), "{second}");
    assert_eq!(place.files(), before);
    assert!(succeeded(&place.generate(&["--check"])).starts_with("up to date"));
}

#[test]
fn only_changed_files_are_written_and_obsolete_files_removed() {
    let place = Workspace::new();
    succeeded(&place.generate(&[]));
    let before = place.files();
    let (one, _) = SPEC.split_once("    post:").unwrap();
    let (_, components) = SPEC.split_once("components:").unwrap();
    place.write_spec(format!("{one}components:{components}"));
    let own = place.out().join("types/own.rs");
    fs::write(&own, "// Written by hand.\n").unwrap();
    let output = succeeded(&place.generate(&[]));
    for line in [
        "changed ",
        "mod.rs",
        "removed ",
        "two.rs",
        "arguments/add_thing.json",
        "results/add_thing.json",
        "0 added, 2 changed, 3 removed",
    ] {
        assert!(output.contains(line), "{output}");
    }
    let after = place.files();
    assert_eq!(after.len(), before.len() - 3 + 1);
    assert!(own.exists(), "a file that was not generated stays");
    for (path, state) in &after {
        if !path.ends_with("mod.rs") && !path.ends_with("client.rs") && *path != own {
            assert_eq!(before.get(path), Some(state), "{}", path.display());
        }
    }
}

#[test]
fn check_writes_no_file_and_shows_every_difference() {
    let place = Workspace::new();
    let missing = failed(&place.generate(&["--check"]), 1);
    assert!(missing.contains("10 missing") && missing.contains("To repair: cargo xtask gen"), "{missing}");
    assert!(!place.out().exists());
    succeeded(&place.generate(&[]));
    let stale = place.out().join("one.rs");
    let text = fs::read_to_string(&stale).unwrap();
    fs::write(&stale, text.replace("ListThings", "ListThongs")).unwrap();
    fs::remove_file(place.out().join("two.rs")).unwrap();
    fs::write(place.out().join("old.rs"), "// @generated by a run long ago\n").unwrap();
    let before = place.files();
    let output = failed(&place.generate(&["--check"]), 1);
    for line in [
        "stale: ",
        "missing: ",
        "obsolete: ",
        "-pub struct ListThongs",
        "+pub struct ListThings",
        "@@ ",
        "1 stale, 1 missing, 1 obsolete",
    ] {
        assert!(output.contains(line), "no {line:?} in {output}");
    }
    assert_eq!(place.files(), before);
    succeeded(&place.generate(&[]));
    succeeded(&place.generate(&["--check"]));
    assert!(!place.out().join("old.rs").exists());
}

#[test]
fn an_invalid_specification_leaves_the_client_unchanged() {
    let place = Workspace::new();
    succeeded(&place.generate(&[]));
    let before = place.files();
    for broken in [&SPEC.replace("schemas/Thing'", "schemas/Thong'"), &SPEC.replace("paths:", "\tpaths:"), ""] {
        place.write_spec(broken);
        for more in [&[][..], &["--check"]] {
            let output = failed(&place.generate(more), 1);
            assert!(output.contains("error[") && output.contains("no file was written"), "{output}");
        }
        assert_eq!(place.files(), before);
    }
    place.write_spec(b"\xff\xfe");
    assert!(failed(&place.generate(&[]), 1).contains("not-utf8"));
    fs::remove_file(place.spec()).unwrap();
    assert!(failed(&place.generate(&[]), 2).contains("cannot read "));
    assert_eq!(place.files(), before);
}

#[test]
fn a_byte_order_mark_is_ignored() {
    let place = Workspace::new();
    place.write_spec(format!("\u{feff}{SPEC}"));
    succeeded(&place.generate(&[]));
    let marked = place.files();
    place.write_spec(SPEC);
    assert!(succeeded(&place.generate(&[])).starts_with("up to date"));
    assert_eq!(place.files(), marked);
    // Nor a part of the client's copy of the specification, which begins with another line.
    let ours = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/flighthub2.yaml")).unwrap();
    let generated = |text: String| generate(&Source::new("spec.yaml", text), &Options::default()).unwrap().files;
    assert_eq!(generated(format!("\u{feff}{ours}")), generated(ours));
}

#[test]
fn unused_parts_of_foreign_documents_are_reported() {
    let place = Workspace::new();
    let callbacks = "{'204': {description: D}}\n      callbacks: {done: {}}";
    let spec = SPEC.replace("{'204': {description: D}}", callbacks)
        + "    Problem: {type: object, properties: {reason: {type: string}}}\n";
    place.write_spec(&spec);
    let expected = [
        "warning[unused-part]: the callbacks of 1 operation are not generated",
        "spec.yaml:13:7",
        "warning[unused-part]: 1 component is used by no operation and is not generated",
        "spec.yaml:17:5",
        "2 warnings in ",
    ];
    // It is reported in each run, and does not prevent writing.
    for more in [&[][..], &[], &["--check"]] {
        let output = place.generate(more);
        assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
        let warnings = String::from_utf8(output.stderr).unwrap();
        assert!(expected.iter().all(|line| warnings.contains(line)), "{warnings}");
        assert!(!String::from_utf8(output.stdout).unwrap().contains("warning"));
    }
    assert!(fs::read_to_string(place.out().join("mod.rs")).unwrap().contains("of 1 operation are not generated."));
    let output = place.generate(&["--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    let lines: Vec<serde_json::Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codes: Vec<_> = lines.iter().map(|line| (line["code"].as_str(), line["severity"].as_str())).collect();
    assert_eq!(codes, [(Some("unused-part"), Some("warning")); 2]);
    let problem = place.out().join("types/shared.rs");
    assert!(!problem.exists());
    assert!(succeeded(&place.generate(&["--unused-types"])).contains("1 type is used by none"));
    assert!(fs::read_to_string(problem).unwrap().contains("pub struct Problem"));
    place.write_spec(SPEC);
    assert!(!succeeded(&place.generate(&[])).contains("warning"));
}

#[test]
fn foreign_files_are_not_overwritten() {
    let place = Workspace::new();
    fs::create_dir(place.out()).unwrap();
    fs::write(place.out().join("mod.rs"), "// Written by hand.\n").unwrap();
    let before = place.files();
    assert!(failed(&place.generate(&[]), 1).contains("mod.rs exists and was not generated"));
    assert_eq!(place.files(), before);
    fs::remove_file(place.out().join("mod.rs")).unwrap();
    fs::create_dir(place.out().join("mod.rs")).unwrap();
    assert!(failed(&place.generate(&[]), 1).contains("mod.rs exists and was not generated"));
    assert!(place.files().is_empty(), "nothing is written when one file cannot be");
}

#[test]
fn files_of_an_interrupted_run_are_removed() {
    let place = Workspace::new();
    succeeded(&place.generate(&[]));
    let unfinished = place.out().join("one.rs.unfinished");
    fs::write(&unfinished, "half a fi").unwrap();
    succeeded(&place.generate(&[]));
    assert!(!unfinished.exists());
}

#[test]
fn wrong_usage_is_reported() {
    let run = |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap();
    assert!(failed(&run(&[]), 2).contains("gen"));
    failed(&run(&["generate"]), 2);
    assert!(failed(&run(&["gen", "--spec", "x.yaml"]), 2).contains("--out"));
    assert!(succeeded(&run(&["gen", "--help"])).contains("--check"));
}
