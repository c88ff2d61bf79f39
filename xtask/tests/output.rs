//! The output of the program: problems as text and as JSON, exit codes, and `explain`.

use std::fs;
use std::process::{Command, Output, Stdio};

use flighthub2_generator::Code;
use serde_json::{Value, json};
use tempfile::TempDir;

const VALID: &str = "openapi: 3.0.3
info: {title: Größe, version: '1'}
paths:
  /things:
    get:
      operationId: listThings
      responses: {'204': {description: D}}
    post:
      operationId: addThing
      responses: {'204': {description: D}}
";

/// One error, with a second place.
fn broken() -> String {
    VALID.replace("    post:", "    get:")
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap()
}

fn on_file(text: &str, command: &str, more: &[&str]) -> (Output, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("spec.yaml");
    fs::write(&spec, text).unwrap();
    let mut arguments = vec![command, "--spec", spec.to_str().unwrap()];
    let out = folder.path().join("out");
    if command == "gen" {
        arguments.extend(["--out", out.to_str().unwrap()]);
    }
    arguments.extend(more);
    (run(&arguments), folder)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn json_output_is_one_object_per_line() {
    let (output, folder) = on_file(&broken(), "gen", &["--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let text_of = text(&output.stdout);
    let lines: Vec<Value> = text_of.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let file = folder.path().join("spec.yaml").display().to_string();
    let expected = json!({
        "code": "duplicate-key",
        "severity": "error",
        "message": "the key `get` is duplicated in this mapping",
        "file": file,
        "line": 8,
        "column": 5,
        "end": {"line": 8, "column": 8},
        "pointer": "/paths/~1things/get",
        "help": "remove or rename one of the two; most parsers silently use the last one",
        "related": [{
            "message": "first here",
            "line": 5,
            "column": 5,
            "end": {"line": 5, "column": 8},
            "pointer": "/paths/~1things/get",
        }],
    });
    assert_eq!(lines, [expected]);
    assert_eq!(text(&output.stderr), "no file was written\n");
}

#[test]
fn a_success_has_no_json_output() {
    let (output, _folder) = on_file(VALID, "gen", &["--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stdout), "");
    assert!(text(&output.stderr).contains("2 operations"));
}

/// Neither stream of a test is a terminal; the tests of `is_styled` cover terminals.
#[test]
fn output_without_a_terminal_has_no_colours() {
    let (output, _folder) = on_file(&broken(), "gen", &[]);
    let text_of = text(&output.stderr);
    assert!(text_of.starts_with("error[duplicate-key]: ") && !text_of.contains('\u{1b}'), "{text_of}");
    assert!(text_of.ends_with("no file was written\n") && text_of.contains("\n1 error in "), "{text_of}");
    assert_eq!(text(&output.stdout), "");
}

const UNWORDY: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /things:
    get:
      operationId: listThings
      summary: S
      responses: {'204': {description: D}}
";

#[test]
fn lint_reports_errors_and_rules() {
    let (clean, _folder) = on_file(&UNWORDY.replace("summary: S", "summary: S\n      description: D"), "lint", &[]);
    assert_eq!(clean.status.code(), Some(0));
    assert!(text(&clean.stdout).starts_with("clean: ") && clean.stderr.is_empty(), "{}", text(&clean.stdout));
    let (output, _folder) = on_file(UNWORDY, "lint", &[]);
    assert_eq!(output.status.code(), Some(1));
    let text_of = text(&output.stderr);
    assert!(text_of.starts_with("warning[missing-description]: ") && text_of.contains("\n1 warning in "), "{text_of}");
    let (output, _folder) = on_file(UNWORDY, "lint", &["--format", "json", "--dialect", "flighthub"]);
    assert_eq!(output.status.code(), Some(1));
    let lines = text(&output.stdout);
    let severities: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["severity"].as_str().unwrap().to_owned())
        .collect();
    assert!(severities.is_sorted() && severities.contains(&"error".to_owned()), "{severities:?}");
    assert!(severities.contains(&"warning".to_owned()) && output.stderr.is_empty(), "{severities:?}");
    let (output, _folder) = on_file("openapi: 3.0.3\n\tinfo: {}\n", "lint", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("error[yaml-syntax]"), "{}", text(&output.stderr));
}

/// `gen` accepts a specification that only violates lint rules, without a message.
#[test]
fn rules_do_not_stop_gen() {
    let (output, _folder) = on_file(UNWORDY, "gen", &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
}

#[test]
fn our_specification_is_clean() {
    let output = run(&["lint"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("clean: spec/flighthub2.yaml ("), "{}", text(&output.stdout));
}

#[test]
fn an_unreadable_file_is_wrong_usage() {
    let output = run(&["lint", "--spec", "there-is-none.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("cannot read there-is-none.yaml: "), "{}", text(&output.stderr));
    assert_eq!(run(&["lint", "--spce", "x.yaml"]).status.code(), Some(2));
}

#[test]
fn columns_count_characters() {
    let (output, _folder) = on_file(&VALID.replace("version: '1'}", "versoin: '1'}"), "gen", &["--format", "json"]);
    let text_of = text(&output.stdout);
    let unknown = text_of.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let unknown = unknown.into_iter().find(|line| line["code"] == "unknown-key").unwrap();
    assert_eq!((&unknown["line"], &unknown["column"], &unknown["end"]["column"]), (&json!(2), &json!(22), &json!(29)));
}

#[test]
fn every_code_can_be_explained() {
    let list = run(&["explain"]);
    assert_eq!(list.status.code(), Some(0));
    let list = text(&list.stdout);
    for code in Code::ALL {
        let line = list.lines().find(|line| line.split_whitespace().next() == Some(code.as_str()));
        assert!(line.unwrap().ends_with(code.meaning()), "{code}");
        let output = run(&["explain", code.as_str()]);
        assert_eq!(output.status.code(), Some(0));
        let text_of = text(&output.stdout);
        assert!(text_of.starts_with(&format!("{}[{code}]: {}\n\n", code.severity(), code.meaning())), "{text_of}");
        assert!(text_of.ends_with(code.explanation()), "{text_of}");
    }
}

/// As in `cargo xtask explain | head -1`.
#[test]
fn a_broken_pipe_is_not_a_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("explain")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn an_unknown_code_is_wrong_usage() {
    let output = run(&["explain", "danglign-ref"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("there is no code `danglign-ref`; did you mean `dangling-ref`?"));
    let output = run(&["gen", "--format", "jsno"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("'json'"));
}
