//! `cargo xtask new`: the skeleton is correct, at its place, and the rest of the file is unchanged.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use flighthub2_generator::{Code, Diagnostic, Dialect, Options, Source, generate};
use xtask::skeleton::{Error, Request, Scope, Skeleton, insert};

const SMALL: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
tags:
  - name: Things
  - name: Empty
  - name: Others
paths:
  # Things.
  /things:
    get:
      tags: [Things]
      operationId: listThings
      responses: {'200': {description: D}}
    # What changes them.
    delete:
      tags: [Things]
      responses: {'200': {description: D}}
      # Nothing more.

  /things/{id}:
    get:
      tags: [Things]
      responses: {'200': {description: D}}

  # Others.
  /others:
    post: {tags: [Others], responses: {'200': {description: D}}}
components: {}
";

fn ours(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec").join(name)).unwrap()
}

fn added(text: &str, wanted: &Request<'_>) -> Skeleton {
    insert(&Source::new("spec.yaml", text), wanted).unwrap_or_else(|error| panic!("{error}"))
}

fn wanted<'a>(method: &'a str, path: &'a str) -> Request<'a> {
    Request { method, path, ..Request::default() }
}

/// The insertion in a text; the rest must be unchanged.
fn difference<'n>(old: &str, new: &'n str) -> &'n str {
    let same = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    let same = new.floor_char_boundary(same);
    let rest = &old.as_bytes()[same..];
    assert!(new.as_bytes().ends_with(rest), "something else has changed");
    &new[same..new.len() - rest.len()]
}

#[test]
fn exactly_the_placeholders_are_rejected() {
    let spec = ours("flighthub2.yaml");
    let cases = [
        ("PUT", "/openapi/v0.1/wayline/{wayline_id}/name", Some("renameWayline"), None),
        ("post", "/openapi/v0.1/wayline/{wayline_id}", None, None),
        ("get", "/openapi/v0.1/device/{device_sn}/thing/{thing_id}", Some("getThing"), Some("Device Management")),
        ("get", "/openapi/v0.1/quota", None, None),
        ("delete", "/openapi/v0.1/flight-task/{task_uuid}", Some("deleteFlightTask"), None),
        ("patch", "/openapi/v0.1/project", Some("changeProjects"), None),
    ];
    for (method, path, id, tag) in cases {
        let others: &[_] =
            if method == "PUT" { &[Some(Scope::OptionalProject), Some(Scope::Organization)] } else { &[] };
        for &scope in [None].iter().chain(others) {
            let skeleton = added(&spec, &Request { method, path, id, tag, scope });
            let problems = generate(&Source::new("spec.yaml", &*skeleton.text), &Options::default()).unwrap_err();
            let reported: BTreeSet<usize> = problems.problems().iter().map(|problem| problem.location.line).collect();
            let open: BTreeSet<usize> = skeleton.placeholders.iter().map(|blank| blank.line).collect();
            assert_eq!(reported, open, "{problems}");
            assert!(skeleton.placeholders.iter().all(|blank| blank.line > skeleton.line));
            for blank in &skeleton.placeholders {
                let line = skeleton.text.lines().nth(blank.line - 1).unwrap().trim();
                assert!(line.starts_with(&format!("{}:", blank.key)), "{line}");
            }
            let keys: Vec<_> = skeleton.placeholders.iter().map(|blank| &*blank.key).collect();
            for decision in ["summary", "description", "x-risk", "x-retry", "x-source"] {
                assert!(keys.contains(&decision), "{keys:?}");
            }
            let first = skeleton.text.lines().nth(skeleton.line - 1).unwrap().trim();
            assert_eq!(first, format!("{}:", method.to_lowercase()));
        }
    }
}

#[test]
fn filled_in_it_is_an_operation() {
    let spec = ours("flighthub2.yaml");
    let path = "/openapi/v0.1/wayline/{wayline_id}/name";
    let skeleton = added(&spec, &Request { id: Some("renameWayline"), ..wanted("put", path) });
    let mut lines: Vec<String> = skeleton.text.lines().map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    for blank in &skeleton.placeholders {
        let value = match (&*blank.key, seen.insert(&blank.key)) {
            ("url", _) => "https://example.com/page",
            ("x-client-name", _) => "rename",
            ("x-risk", _) => "write",
            ("x-retry", _) => "idempotent",
            ("x-source", _) => "documented",
            ("$ref", _) => "'#/components/schemas/UpdateFlightTaskStatusBody'",
            ("data", _) => "{$ref: '#/components/schemas/CreatedFlightTask'}",
            ("renameWayline", true) => "{value: {status: suspended}}",
            ("renameWayline", false) => {
                "{value: {code: 0, message: '', data: {task_uuid: d15ea5e0-1111-4222-8333-444455556666}}}"
            }
            ("summary", _) => "Rename a flight route",
            _ => "Gives a flight route another name.",
        };
        let line = &mut lines[blank.line - 1];
        let (key, _) = line.split_once(':').unwrap();
        *line = format!("{key}: {value}");
    }
    let text = lines.join("\n") + "\n";
    let before = generate(&Source::new("spec.yaml", &*spec), &Options::default()).unwrap();
    let after =
        generate(&Source::new("spec.yaml", text), &Options::default()).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(after.operations, before.operations + 1);
    let code = &after.files["waylines.rs"];
    for wanted in ["RenameWayline", "Risk::Write", "Idempotency::Idempotent", "/openapi/v0.1/wayline/{wayline_id}/name"]
    {
        assert!(code.contains(wanted), "no {wanted} in {code}");
    }
}

#[test]
fn it_has_the_keys_of_the_readme_in_their_order() {
    let readme = ours("README.md");
    let (_, step) = readme.split_once("### 2. Write the operation").unwrap();
    let (_, example) = step.split_once("```yaml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let path = "/openapi/v0.1/wayline/{wayline_id}/name";
    let spec = ours("flighthub2.yaml");
    let skeleton = added(&spec, &Request { id: Some("renameWayline"), ..wanted("put", path) });
    let keys = |text: &str, indent: &str| -> Vec<String> {
        let of_level = text.lines().filter(|line| line.trim_start().len() + indent.len() == line.len());
        of_level.filter_map(|line| Some(line.trim().split_once(':')?.0.to_owned())).collect()
    };
    let (_, written) = difference(&spec, &skeleton.text).split_once("    put:\n").unwrap();
    let (written, _) = written.split_once("responses:").unwrap();
    let (example, _) = example.split_once("responses:").unwrap();
    for indent in ["      ", "          ", "            "] {
        assert_eq!(keys(written, indent), keys(example, indent));
    }
}

#[test]
fn every_other_byte_stays() {
    let crlf = SMALL.replace('\n', "\r\n");
    let bom = format!("\u{feff}{SMALL}");
    let unfinished = SMALL.trim_end().to_owned();
    let (paths_last, _) = SMALL.split_once("components:").unwrap();
    let unfinished_paths = paths_last.trim_end().to_owned();
    let wide = SMALL.replace("# Things.", "# Überflüssige Dinge — 东西.").replace("description: D", "description: 东");
    let texts = [SMALL, &*crlf, &*bom, &*unfinished, paths_last, &*unfinished_paths, &*wide];
    for text in texts {
        for method in ["get", "post", "put", "delete", "patch", "head"] {
            for path in ["/things", "/things/{id}", "/others", "/things/{id}/parts", "/more", "/others/{1}/{true}"] {
                let request = wanted(method, path);
                let Ok(skeleton) = insert(&Source::new("spec.yaml", text), &request) else {
                    let small = insert(&Source::new("spec.yaml", SMALL), &request);
                    assert!(matches!(small, Err(Error::InvalidRequest(problem)) if problem.contains("exists already")));
                    continue;
                };
                let added = difference(text, &skeleton.text);
                assert!(added.contains(&format!("{method}:")), "{added}");
                let new = &skeleton.text;
                let carriage_returns = if text == crlf { new.matches('\n').count() } else { 0 };
                assert_eq!(new.matches("\r\n").count(), carriage_returns, "{added:?}");
                assert_eq!(new.ends_with('\n'), text.ends_with('\n'));
                assert!(!new.lines().any(|line| line.ends_with(' ')));
            }
        }
    }
}

/// The members of a mapping, by the indentation of their keys.
fn order<'t>(text: &'t str, begin: &str, indent: usize) -> Vec<&'t str> {
    let (_, inside) = text.split_once(begin).unwrap();
    let inside =
        inside.lines().skip(1).take_while(|line| line.is_empty() || line.len() - line.trim_start().len() >= indent);
    inside
        .filter(|line| line.len() - line.trim_start().len() == indent && !line.trim().is_empty())
        .map(|line| line.trim().split_once(':').map_or(line.trim(), |(key, _)| key))
        .collect()
}

#[test]
fn methods_are_ordered_and_comments_keep_their_place() {
    for (method, wanted_order) in [
        ("post", ["get", "post", "# What changes them.", "delete", "# Nothing more."]),
        ("put", ["get", "put", "# What changes them.", "delete", "# Nothing more."]),
        ("patch", ["get", "# What changes them.", "delete", "patch", ""]),
    ] {
        let skeleton = added(SMALL, &wanted(method, "/things"));
        let found = order(&skeleton.text, "\n  /things", 4);
        assert_eq!(
            found,
            wanted_order
                .iter()
                .filter(|key| !key.is_empty() && **key != "# Nothing more.")
                .copied()
                .collect::<Vec<_>>()
        );
    }
    // The comment on the last member stays with it.
    let skeleton = added(SMALL, &wanted("patch", "/things"));
    assert!(skeleton.text.contains("      # Nothing more.\n    patch:\n      tags: [Things]\n"), "{}", skeleton.text);
    // Before all others, after the key.
    let text = SMALL.replace(
        "    get:\n      tags: [Things]\n      operationId",
        "    head:\n      tags: [Things]\n      operationId",
    );
    assert_eq!(order(&added(&text, &wanted("get", "/things")).text, "\n  /things", 4)[..2], ["get", "head"]);
}

#[test]
fn paths_are_inserted_after_the_nearest() {
    let place = |path: &str, tag: Option<&str>| -> Vec<String> {
        let skeleton = added(SMALL, &Request { tag, ..wanted("get", path) });
        order(&skeleton.text, "\npaths", 2).into_iter().map(str::to_owned).collect()
    };
    let things = ["# Things.", "/things", "/things/{id}"];
    assert_eq!(
        place("/things/{id}/parts", None),
        [&things[..], &["/things/{id}/parts", "# Others.", "/others"]].concat()
    );
    assert_eq!(place("/things/all", None), [&things[..], &["/things/all", "# Others.", "/others"]].concat());
    assert_eq!(place("/others/all", None), [&things[..], &["# Others.", "/others", "/others/all"]].concat());
    assert_eq!(place("/more", None), [&things[..], &["# Others.", "/others", "/more"]].concat());
    assert_eq!(place("/more", Some("Things")), [&things[..], &["/more", "# Others.", "/others"]].concat());
    assert_eq!(place("/more", Some("Empty")), [&things[..], &["/more", "# Others.", "/others"]].concat());
    let first = SMALL.replace("  - name: Things\n  - name: Empty\n", "  - name: Empty\n  - name: Things\n");
    let skeleton = added(&first, &Request { tag: Some("Empty"), ..wanted("get", "/more") });
    assert_eq!(order(&skeleton.text, "\npaths", 2)[0], "/more");
    assert!(skeleton.text.contains("paths:\n  /more:\n    get:\n      tags: [Empty]\n"), "{}", skeleton.text);
    assert!(skeleton.text.contains("examples:\n\n  # Things.\n  /things:\n"), "{}", skeleton.text);

    // An empty line before a path, none before a method.
    let skeleton = added(SMALL, &wanted("get", "/things/all"));
    assert!(skeleton.text.contains("description: D}}\n\n  /things/all:\n    get:\n"), "{}", skeleton.text);

    // In this repository's specification: after the path of its folder, with the common parts of its operations.
    let spec = ours("flighthub2.yaml");
    let skeleton = added(&spec, &wanted("get", "/openapi/v0.1/flight-task/{task_uuid}/track/points"));
    let text = difference(&spec, &skeleton.text);
    for line in [
        "      - $ref: '#/components/parameters/RequestId'",
        "      - $ref: '#/components/parameters/Language'",
        "      tags: [Task Management]",
        "      x-error-codes: [200401, 200403]",
        "        - $ref: '#/components/parameters/ProjectUuid'",
        "        - $ref: '#/components/parameters/TaskUuid'",
        "                  - $ref: '#/components/schemas/Envelope'",
        "          $ref: '#/components/responses/Unauthorized'",
        "        default:",
    ] {
        assert!(text.lines().any(|found| found == line), "no {line:?} in {text}");
    }
    assert!(!text.contains("requestBody"));
    let before = skeleton.text.find("/flight-task/{task_uuid}/track:").unwrap();
    let here = skeleton.text.find("/flight-task/{task_uuid}/track/points:").unwrap();
    assert!(before < here && here < skeleton.text.find("/device/{device_sn}/state:").unwrap());
}

#[test]
fn a_document_without_conventions_gets_none() {
    let skeleton = added(SMALL, &Request { id: Some("addPart"), ..wanted("put", "/things/{id}/parts/{1}") });
    let text = difference(SMALL, &skeleton.text);
    assert!(!text.contains("x-error-codes") && !text.contains("allOf") && !text.contains("default:"), "{text}");
    assert!(text.contains("- name: id\n") && text.contains("- name: '1'\n"), "{text}");
    let references: Vec<_> = text.lines().filter(|line| line.contains("$ref")).map(str::trim).collect();
    assert_eq!(references, ["$ref: '#/components/schemas/AddPartBody'"]);
}

/// A path parameter that all paths have is a parameter of a new path only if the template has it.
#[test]
fn path_parameters_of_all_paths_are_not_copied() {
    let text = "openapi: 3.0.3
paths:
  /things/{id}:
    parameters:
      - $ref: '#/components/parameters/Language'
      - $ref: '#/components/parameters/Id'
    get:
      responses: {'200': {description: D}}
components:
  parameters:
    Language: {name: lang, in: header, schema: {type: string}}
    Id: {name: id, in: path, required: true, schema: {type: string}}
";
    for (path, count) in [("/others", 0), ("/others/{id}", 1)] {
        let skeleton = added(text, &wanted("get", path));
        let new = difference(text, &skeleton.text);
        assert_eq!(new.matches("parameters/Id'").count(), count, "{new}");
        assert_eq!(new.matches("parameters/Language'").count(), 1, "{new}");
    }
}

#[test]
fn documents_of_every_kind_take_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let reported = |text: &str| {
            let source = Source::new(path.display().to_string(), text);
            let options = Options { dialect: Dialect::OpenApi, ..Options::default() };
            match generate(&source, &options) {
                Ok(generated) => generated.warnings,
                Err(problems) => problems.problems().to_vec(),
            }
        };
        let before: BTreeSet<String> = reported(&text).into_iter().map(|problem| problem.message).collect();
        for id in [None, Some("brandNew")] {
            let skeleton = added(&text, &Request { id, ..wanted("post", "/brand/new/{thing}") });
            difference(&text, &skeleton.text);
            let open: BTreeSet<usize> = skeleton.placeholders.iter().map(|blank| blank.line).collect();
            let problems = reported(&skeleton.text);
            let (at_placeholders, others): (Vec<_>, Vec<_>) =
                problems.iter().partition(|problem| open.contains(&problem.location.line));
            // In third-party documents, most placeholders are warnings, and the document may have warnings of its own.
            assert!(!at_placeholders.is_empty(), "{}: {problems:?}", path.display());
            // Without an id the name is derived, which is a warning at the operation itself.
            let is_known = |problem: &&Diagnostic| {
                before.contains(&problem.message) || (id.is_none() && problem.code == Code::DerivedName)
            };
            assert!(others.iter().all(is_known), "{}: {others:?}", path.display());
        }
        count += 1;
    }
    assert!(count > 10);
}

#[test]
fn an_impossible_insertion_is_reported_with_its_place() {
    let refused = |text: &str, path: &str| match insert(&Source::new("spec.yaml", text), &wanted("put", path)) {
        Err(Error::Document(problems)) => problems.render(false),
        other => panic!("{other:?}"),
    };
    let cases = [
        ("{\"openapi\": \"3.0.3\", \"paths\": {\"/things\": {}}}", "/x", "`paths` is a flow mapping"),
        ("openapi: 3.0.3\npaths: {}\n", "/x", "spec.yaml:2:1"),
        ("openapi: 3.0.3\npaths:\n", "/x", "expected a mapping, found null"),
        ("openapi: 3.0.3\n", "/x", "there is no `paths`"),
        ("openapi: 3.0.3\npaths:\n  /x: {get: {}}\n", "/x", "`/x` is a flow mapping"),
        ("openapi: 3.0.3\npaths:\n  /x:\n", "/x", "spec.yaml:3:3"),
        ("openapi: 3.0.3\npaths:\n\t/x:\n", "/x", "yaml-syntax"),
        ("openapi: 3.0.3\npaths:\n  /x: {}\n  /x: {}\n", "/x", "duplicate-key"),
        // The blank lines belong to the text: a member that is inserted before them would change the text.
        (
            "openapi: 3.0.3\npaths:\n  /x:\n    get:\n      description: |+\n        Text.\n\n\n",
            "/x",
            "would change the preceding text",
        ),
    ];
    for (text, path, wanted) in cases {
        let message = refused(text, path);
        assert!(message.contains(wanted), "no {wanted:?} in {message}");
    }
}

#[test]
fn no_text_confuses_it() {
    // Texts with a few overwritten places, the same in every run.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let pieces = [
        "", "\n", " ", "  ", "\t", "#", ":", "-", "{", "}", "[", "'", "|+\n", "?", "&a ", "*a", "\r", "东", "\u{feff}",
    ];
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..4000 {
        let mut text: Vec<String> = SMALL.chars().map(String::from).collect();
        for _ in 0..=next(4) {
            let at = next(text.len());
            text[at] = pieces[next(pieces.len())].to_owned();
        }
        let text = text.concat();
        let path = ["/things", "/things/{id}", "/others", "/more"][next(4)];
        match insert(&Source::new("spec.yaml", &*text), &wanted(["put", "get", "patch"][next(3)], path)) {
            Ok(skeleton) => {
                difference(&text, &skeleton.text);
                taken += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(taken > 500 && refused > 500, "{taken} taken, {refused} refused");
}

struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("spec.yaml"), text).unwrap();
        Self { folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("new")
            .args(arguments)
            .arg("--spec")
            .arg(self.folder.path().join("spec.yaml"))
            .output()
            .unwrap()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.folder.path().join("spec.yaml")).unwrap()
    }
}

fn text_of(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_program_writes_the_file_and_lists_the_placeholders() {
    let place = Workspace::new(SMALL);
    let output = place.run(&["PUT", "/things/{id}", "--id", "changeThing"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    let text = text_of(&output);
    let wanted = added(SMALL, &Request { id: Some("changeThing"), ..wanted("put", "/things/{id}") });
    assert_eq!(place.text(), wanted.text);
    assert!(
        text.contains(&format!(
            "spec.yaml:{}: PUT /things/{{id}}, a call of the organization; tag: Things\n",
            wanted.line
        )),
        "{text}"
    );
    for blank in &wanted.placeholders {
        let line = format!("spec.yaml:{}: {}: {}\n", blank.line, blank.key, blank.hint);
        assert!(text.contains(&line), "no {line:?} in {text}");
    }
    // A second skeleton can be inserted into a file with placeholders.
    assert_eq!(place.run(&["post", "/things/{id}"]).status.code(), Some(0));
    assert!(place.text().contains("    post:\n"));
}

#[test]
fn wrong_usage_is_reported_and_changes_no_file() {
    let place = Workspace::new(SMALL);
    for (arguments, code, wanted) in [
        (&["fetch", "/x"][..], 2, "`fetch` is not a method"),
        (&["gett", "/x"], 2, "did you mean `get`?"),
        (&["get", "x"], 2, "a path begins with `/`"),
        (&["get", "/x/{id"], 2, "write a parameter as `{name}`"),
        (&["get", "/x/id}"], 2, "write a parameter as `{name}`"),
        (&["get", "/x/{}"], 2, "write a parameter as `{name}`"),
        (&["get", "/x/{a{b}}"], 2, "write a parameter as `{name}`"),
        (&["get", "/x/{a/b}"], 2, "write a parameter as `{name}`"),
        (&["get", "/x/{id}/{id}"], 2, "has the parameter `id` twice"),
        (&["get", "/x//y"], 2, "an empty segment"),
        (&["get", "/x?y=1"], 2, "describe a query by parameters"),
        (&["get", "/x y"], 2, "write it percent-encoded"),
        (&["get", "/things"], 2, "GET /things exists already, at "),
        (&["put", "/things/{thing}"], 2, "exists already, as /things/{id}"),
        (&["put", "/x", "--tag", "Thing"], 2, "did you mean `Things`?"),
        (&["put", "/x", "--id", "listThings"], 2, "the id `listThings` exists already, at "),
        (&["put", "/x", "--id", "List-things"], 2, "is not an id"),
        (&["put", "/x", "--scope", "project"], 2, "no parameter of this document"),
        (&["put"], 2, "<PATH>"),
        (&[], 2, "Usage"),
    ] {
        let output = place.run(arguments);
        let text = text_of(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(wanted) && text.contains("--help"), "no {wanted:?} in {text}");
        assert_eq!(place.text(), SMALL);
    }
    let broken = Workspace::new(&SMALL.replace("paths:", "paths: {}\nx-paths:"));
    let before = broken.text();
    let output = broken.run(&["get", "/x"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text_of(&output).contains("no file was written") && text_of(&output).contains("error[unsupported]"));
    assert_eq!(broken.text(), before);
}
