//! `cargo xtask diff` end to end: the program, real files, real git repositories.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const SPEC: &str = include_str!("../../generator/tests/compare/own.yaml");
const BREAKING: (&str, &str) = (
    "required: [kind]\n      properties:\n        kind: {$ref: '#/components/schemas/Kind'}\n        to",
    "required: [kind, to]\n      properties:\n        kind: {$ref: '#/components/schemas/Kind'}\n        to",
);

/// The page of an operation as DJI's site exports it: complete headers, inline schemas, and other `x-` keys than those
/// of this repository. `upload_count` is a string here, `file_name_list` is missing, `checksum` is present, and the
/// project is required.
const PAGE: &str = include_str!("diff/page.yaml");

/// The line of the one place of a text in the specification. No edit of these tests moves a line.
fn line_of(text: &str) -> usize {
    let (before, after) = SPEC.split_once(text).unwrap();
    assert!(!after.contains(text), "{text:?} is there twice");
    before.matches('\n').count() + 1
}

/// The line of `MoveThingBody.to`.
fn line_of_to() -> usize {
    line_of("to: {type: string, description: The place.")
}

/// A repository with a specification and the versions of its client.
struct Repository {
    folder: TempDir,
    /// The path of the specification below the folder.
    root: PathBuf,
}

impl Repository {
    fn new() -> Self {
        Self::within("")
    }

    /// A repository within another one.
    fn within(path: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Self { root: folder.path().join(path), folder };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.write("spec/flighthub2.yaml", SPEC);
        repository.write("Cargo.toml", "[workspace.package]\nversion = \"0.1.0\"\n");
        repository.write("generated-client/Cargo.toml", "[package]\nname = \"flighthub2\"\nversion.workspace = true\n");
        repository.commit();
        repository
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.folder.path())
            .args(["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "Change"]);
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn edit(&self, path: &str, (old, new): (&str, &str)) {
        let text = fs::read_to_string(self.root.join(path)).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old:?}");
        self.write(path, text.replace(old, new));
    }

    fn diff(&self, arguments: &[&str]) -> Output {
        let mut all = vec!["--repository", self.root.to_str().unwrap()];
        all.extend(arguments);
        diff(&all)
    }
}

fn diff(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("diff").args(arguments).output().unwrap()
}

/// The standard output, after a check of the exit code.
fn stdout(output: &Output, code: i32) -> String {
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8(bytes.clone()).unwrap());
    assert_eq!(output.status.code(), Some(code), "{stdout}{stderr}");
    stdout
}

fn stderr(output: &Output, code: i32) -> String {
    stdout(output, code);
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output, 0)).unwrap()
}

#[test]
fn the_working_tree_is_compared_with_the_last_commit() {
    let repository = Repository::new();
    let nothing = stdout(&repository.diff(&[]), 0);
    assert_eq!(nothing, "HEAD:spec/flighthub2.yaml → spec/flighthub2.yaml\n\nno changes\nthe version may stay 0.1.0\n");
    repository.edit("spec/flighthub2.yaml", BREAKING);
    repository
        .edit("spec/flighthub2.yaml", ("description: How high., minimum: 15", "description: How high., minimum: 20"));
    let text = stdout(&repository.diff(&[]), 0);
    let (to, height) = (line_of_to(), line_of("height: {type: number, x-unit: metres, description: How high."));
    assert_eq!(
        text,
        format!(
            "HEAD:spec/flighthub2.yaml → spec/flighthub2.yaml

breaking
  field `MoveThingBody.to`: required now: `Option<String>` → `String`
    why: callers set it differently, and it has another type
    at:  {to}:9 → {to}:9 /components/schemas/MoveThingBody/properties/to

documentation only
  constraint `Thing.height`: `minimum` `15` → `20`
    why: the client does not check it; its documentation states it
    at:  {height}:72 → {height}:72 /components/schemas/Thing/properties/height/minimum

2 changes: 1 breaking, 0 compatible, 1 documentation only
version bump: minor, from 0.1.0 to 0.2.0 or later; it is 0.1.0, which is not sufficient
"
        )
    );
}

#[test]
fn a_version_that_is_not_sufficient_fails_the_check() {
    let repository = Repository::new();
    stdout(&repository.diff(&["--check"]), 0);
    repository.edit("spec/flighthub2.yaml", BREAKING);
    let complaint = stderr(&repository.diff(&["--check"]), 1);
    assert_eq!(complaint, "the version in generated-client/Cargo.toml is not sufficient: write 0.2.0 or a later one\n");
    repository.edit("Cargo.toml", ("0.1.0", "0.1.1"));
    stderr(&repository.diff(&["--check"]), 1);
    repository.edit("Cargo.toml", ("0.1.1", "0.2.0"));
    let text = stdout(&repository.diff(&["--check"]), 0);
    assert!(text.ends_with("version bump: minor, from 0.1.0 to 0.2.0 or later; it is 0.2.0\n"), "{text}");
    // The version of the package has precedence over that of the workspace.
    repository.edit("generated-client/Cargo.toml", ("version.workspace = true", "version = \"0.1.9\""));
    stderr(&repository.diff(&["--check"]), 1);
    repository.edit("generated-client/Cargo.toml", ("0.1.9", "1.0.0"));
    repository.commit();
    stdout(&repository.diff(&["--check"]), 0);
    // From 1.0.0 on, a compatible change needs a minor bump.
    repository.edit("spec/flighthub2.yaml", ("x-risk: destructive", "x-risk: write"));
    stderr(&repository.diff(&["--check"]), 1);
    repository.edit("generated-client/Cargo.toml", ("1.0.0", "1.1.0"));
    stdout(&repository.diff(&["--check"]), 0);
    stdout(&repository.diff(&["HEAD~1", "HEAD", "--check"]), 0);
}

#[test]
fn a_missing_version_fails_the_check_only() {
    let repository = Repository::new();
    repository.write("generated-client/Cargo.toml", "[package]\nname = \"flighthub2\"\n");
    let complaint = stderr(&repository.diff(&["--check"]), 1);
    assert_eq!(complaint, "generated-client/Cargo.toml has no version\n");
    repository.write("generated-client/Cargo.toml", "[package\n");
    let complaint = stderr(&repository.diff(&["--check"]), 1);
    assert!(complaint.starts_with("cannot read generated-client/Cargo.toml: "), "{complaint}");
    let text = stdout(&repository.diff(&[]), 0);
    assert!(text.ends_with("no changes\nthe version may stay 0.1.0\n"), "{text}");
}

#[test]
fn any_two_revisions_and_files_are_compared() {
    let repository = Repository::new();
    repository.git(&["tag", "first"]);
    repository.edit("spec/flighthub2.yaml", BREAKING);
    repository.commit();
    let text = stdout(&repository.diff(&["first", "HEAD"]), 0);
    assert!(text.starts_with("first:spec/flighthub2.yaml → HEAD:spec/flighthub2.yaml\n\nbreaking\n"), "{text}");
    let back = stdout(&repository.diff(&["HEAD", "first"]), 0);
    assert!(back.contains("field `MoveThingBody.to`: optional now: `String` → `Option<String>`"), "{back}");
    let file = repository.root.join("spec/flighthub2.yaml");
    let file = file.to_str().unwrap();
    assert!(stdout(&repository.diff(&["main", file]), 0).contains("no changes"));
    let text = stdout(&repository.diff(&["first", file]), 0);
    assert!(text.contains("field `MoveThingBody.to`: required now"), "{text}");
    assert!(text.ends_with("version bump: minor, from 0.1.0 to 0.2.0 or later\n"), "{text}");
    assert!(stdout(&repository.diff(&[file, file]), 0).contains("no changes"));
}

#[test]
fn a_repository_may_be_within_another_one() {
    let repository = Repository::within("some/where");
    repository.edit("spec/flighthub2.yaml", BREAKING);
    stderr(&repository.diff(&["--check"]), 1);
}

#[test]
fn wrong_usage_is_reported() {
    let repository = Repository::new();
    let complaint = stderr(&repository.diff(&["nonsense"]), 2);
    assert_eq!(complaint, "`nonsense` is neither a file nor a revision of this repository\n");
    stderr(&repository.diff(&["--", "--output=x"]), 2);
    stderr(&repository.diff(&["HEAD", "HEAD", "HEAD"]), 2);
    stderr(&repository.diff(&["--only-common", "--check"]), 2);
    let file = repository.root.join("spec/flighthub2.yaml");
    let complaint = stderr(&repository.diff(&[file.to_str().unwrap(), "--check"]), 2);
    assert!(complaint.starts_with("--check compares versions, and a file has none"), "{complaint}");
    fs::remove_file(&file).unwrap();
    let complaint = stderr(&repository.diff(&[]), 2);
    assert!(complaint.starts_with("cannot read spec/flighthub2.yaml: "), "{complaint}");
    repository.commit();
    let complaint = stderr(&repository.diff(&["HEAD~1", "HEAD"]), 2);
    assert_eq!(complaint, "the revision `HEAD` has no spec/flighthub2.yaml\n");
}

#[test]
fn problems_of_both_documents_are_reported() {
    let repository = Repository::new();
    repository.edit("spec/flighthub2.yaml", ("x-risk: destructive", "x-risk: dangerous"));
    repository.commit();
    repository.edit("spec/flighthub2.yaml", ("x-retry: never", "x-retry: sometimes"));
    let output = repository.diff(&[]);
    let complaint = stderr(&output, 1);
    assert!(output.stdout.is_empty());
    assert!(complaint.contains("--> HEAD:spec/flighthub2.yaml:"), "{complaint}");
    assert!(complaint.contains("--> spec/flighthub2.yaml:"), "{complaint}");
    assert!(complaint.contains("sometimes") && complaint.ends_with("nothing was compared\n"), "{complaint}");
    repository.write("spec/flighthub2.yaml", b"openapi: \xff");
    stderr(&repository.diff(&[]), 1);
}

#[test]
fn markdown_output() {
    let repository = Repository::new();
    repository.edit("spec/flighthub2.yaml", BREAKING);
    repository.edit("spec/flighthub2.yaml", ("x-risk: destructive", "x-risk: write"));
    let (to, risk) = (line_of_to(), line_of("x-risk: destructive"));
    assert_eq!(
        stdout(&repository.diff(&["--format", "markdown"]), 0),
        format!(
            "### `HEAD:spec/flighthub2.yaml` → `spec/flighthub2.yaml`

2 changes: 1 breaking, 1 compatible, 0 documentation only

version bump: **minor**, from 0.1.0 to 0.2.0 or later; it is 0.1.0, which is **not** sufficient

#### Breaking

- field `MoveThingBody.to`: required now: `Option<String>` → `String` (callers set it differently, and it has \
another type; line {to})

#### Compatible

- risk `deleteThing`: `destructive` → `write` (every client that was allowed to send it still is; line {risk})
"
        )
    );
}

#[test]
fn json_output() {
    let repository = Repository::new();
    repository.edit("spec/flighthub2.yaml", BREAKING);
    let report = json(&repository.diff(&["--format", "json"]));
    assert_eq!(report["old"], "HEAD:spec/flighthub2.yaml");
    assert_eq!(report["new"], "spec/flighthub2.yaml");
    assert_eq!(report["counts"]["breaking"], 1);
    assert_eq!(report["counts"]["compatible"], 0);
    assert_eq!(report["version"]["bump"], "minor");
    assert_eq!(report["version"]["needs"], "0.2.0");
    assert_eq!(report["version"]["sufficient"], false);
    let change = &report["changes"][0];
    assert_eq!(change["compatibility"], "breaking");
    assert_eq!(change["kind"], "field");
    assert_eq!(change["action"], "changed");
    assert_eq!(change["subject"], "MoveThingBody.to");
    for side in ["old", "new"] {
        assert_eq!(change[side]["pointer"], "/components/schemas/MoveThingBody/properties/to");
        assert_eq!((&change[side]["line"], &change[side]["column"]), (&line_of_to().into(), &9.into()));
    }
    repository.commit();
    let nothing = json(&repository.diff(&["--format", "json"]));
    assert_eq!(nothing["changes"], Value::Array(Vec::new()));
    assert_eq!(nothing["version"]["bump"], Value::Null);
}

#[test]
fn foreign_documents_use_the_rules_of_openapi() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (old, new) = (path("old.yaml"), path("new.yaml"));
    fs::write(&old, PAGE).unwrap();
    fs::write(&new, PAGE.replace("resource_name: {type: string, minLength: 1}", "resource_name: {type: integer}"))
        .unwrap();
    let output = diff(&[&old, &new]);
    let text = stdout(&output, 0);
    assert!(text.contains("`Option<String>` → `Option<i64>`"), "{text}");
    let note = String::from_utf8(output.stderr).unwrap();
    assert!(note.starts_with("using the rules of OpenAPI, without"), "{note}");
    stderr(&diff(&[&old, &new, "--dialect", "flighthub"]), 1);
    let quiet = diff(&[&old, &new, "--dialect", "openapi"]);
    assert!(quiet.stderr.is_empty() && quiet.stdout == text.into_bytes());
}

#[test]
fn a_published_page_is_compared_with_our_specification() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.yaml");
    fs::write(&page, PAGE).unwrap();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/flighthub2.yaml");
    let report = json(&diff(&[ours.to_str().unwrap(), page.to_str().unwrap(), "--only-common", "--format", "json"]));
    assert_eq!((&report["common"]["both"], &report["common"]["only_new"]), (&1.into(), &0.into()));
    assert!(report["common"]["only_old"].as_u64().unwrap() > 40);
    assert_eq!(report["version"], Value::Null);
    let lines: Vec<String> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["kind"] != "constraint")
        .map(|change| format!("{}: {}", change["subject"].as_str().unwrap(), change["what"].as_str().unwrap()))
        .collect();
    assert_eq!(
        lines,
        [
            "POST /openapi/v0.1/open_model/stores/upload_callback.X-Project-Uuid: required now: `Option<String>` → `String`",
            "OpenModelUploadCallbackResponse.data: required now: `Option<object>` → `object`",
            "OpenModelUploadResult.upload_count: `i64` → `String`",
            "OpenModelUploadResult.file_name_list: removed: `Option<Vec<String>>`",
            "UploadedFile.checksum: added: `Option<String>`",
            // The page describes no failure, which says nothing about the failures of the service.
            "POST /openapi/v0.1/open_model/stores/upload_callback 401: removed: `object`",
            "POST /openapi/v0.1/open_model/stores/upload_callback 403: removed: `object`",
            "POST /openapi/v0.1/open_model/stores/upload_callback default: removed: `object`",
        ]
    );
    let failures = report["changes"].as_array().unwrap().iter().filter(|change| change["kind"] == "failure response");
    assert!(failures.clone().count() == 3 && failures.clone().all(|it| it["compatibility"] == "documentation only"));
    let constraints = report["changes"].as_array().unwrap().iter().filter(|change| change["kind"] == "constraint");
    assert!(constraints.clone().any(|change| change["what"] == "`maxItems` `100` → none"), "{report}");
    assert!(constraints.clone().all(|change| change["compatibility"] == "documentation only"), "{report}");
}
