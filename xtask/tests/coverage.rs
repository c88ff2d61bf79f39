//! `cargo xtask coverage`: every page is accounted for, and the directory is correct.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use flighthub2_generator::Source;
use xtask::coverage::{Counts, Covered, Report, report};

fn ours(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec").join(name)).unwrap()
}

fn checked_report(directory: &str, specification: &str) -> Report {
    let directory = Source::new("directory.yaml", directory);
    report(&directory, &Source::new("spec.yaml", specification)).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Every problem with its file and place, as reported.
fn messages(report: &Report) -> Vec<String> {
    let all = report.problems.iter().flat_map(|problems| {
        let name = problems.source().name();
        problems.problems().iter().map(move |problem| {
            let place = &problem.location;
            format!(
                "{name}:{}:{} {} {}: {} ({})",
                place.line, place.column, problem.code, place.pointer, problem.message, problem.help
            )
        })
    });
    all.collect()
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("coverage").args(arguments).output().unwrap()
}

fn text_of(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8(output.stderr.clone()).unwrap()
}

const SPEC: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
servers:
  - {url: 'https://one.example.com', x-source: observed}
  - {url: 'https://two.example.com'}
tags: [{name: Things}, {name: Others}]
paths:
  /things:
    get:
      tags: [Things]
      operationId: listThings
      externalDocs: {url: 'https://example.com/things'}
      x-source: documented
      parameters:
        - {name: q, in: query, schema: {type: string}}
        - {name: page, in: query, x-source: inferred, schema: {type: integer}}
        - {$ref: '#/components/parameters/Shared'}
      responses:
        '200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
  /others:
    post:
      tags: [Others]
      operationId: addOther
      x-source: {mark: observed, note: Seen once.}
      parameters: [{$ref: '#/components/parameters/Shared'}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/OtherBody'}}}}
      responses:
        '200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Common'}}}}
components:
  parameters:
    Shared: {name: X-Shared, in: header, schema: {type: string}}
  schemas:
    Thing:
      type: object
      x-source: observed
      properties:
        name: {type: string}
        guess: {type: string, x-source: inferred}
        common: {$ref: '#/components/schemas/Common'}
        inner: {type: object, x-source: documented, properties: {deep: {type: string}}}
    Common: {type: object, properties: {text: {type: string}}}
    OtherBody: {type: object, properties: {alone: {$ref: '#/components/schemas/Alone'}}}
    Alone: {type: object, properties: {a: {type: string}, again: {$ref: '#/components/schemas/Alone'}}}
x-error-codes:
  - {code: 1, name: One, group: general, outcome: refused, meaning: M}
  - {code: 2, name: Two, group: special, outcome: unknown, meaning: M, x-source: inferred}
";

const DIRECTORY: &str = "title: T
address: https://example.com
pages:
  - title: Tutorial
    folder: [Things]
    kind: tutorial
    places: [Thing, /servers, special]
  - title: List things
    folder: [Things, Inner]
    kind: operation
    address: https://example.com/things
    operations: [listThings]
    gaps: [Something]
  - title: Unread
    folder: [Others]
    kind: reference
    waived: It could not be read.
  - title: Add another
    folder: []
    kind: operation
    operations: [addOther]
unlisted:
  - places: [general]
    reason: R
";

#[test]
fn every_page_of_our_directory_is_accounted_for() {
    let report = checked_report(&ours("directory.yaml"), &ours("flighthub2.yaml"));
    assert_eq!(messages(&report), Vec::<String>::new());
    let pages: Vec<_> = report.groups.iter().flat_map(|group| &group.pages).collect();
    assert_eq!(pages.len(), 84, "the pages of the published directory");
    assert!(pages.iter().all(|page| page.covered != Covered::Missing));
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    let text = text_of(&output);
    for line in [
        "call     Upload callback: openModelUploadCallback (documented)",
        "text     FlightHub 2 Public Cloud Access Point Information: /servers",
        "waived   Annotation management tutorial: Its text could not be read.",
        "gaps: All values of `file_type`.",
        "84 pages: ",
        " 0 missing; ",
    ] {
        assert!(text.contains(line), "no {line:?} in {text}");
    }
}

#[test]
fn facts_inherit_the_mark_of_their_container() {
    let report = checked_report(DIRECTORY, SPEC);
    assert_eq!(messages(&report), Vec::<String>::new());
    let counts: Vec<_> = report.groups.iter().map(|group| (&*group.name, group.counts)).collect();
    // Documented: listThings, q, X-Shared, Common, text, inner, deep, the second server.
    // Observed: Thing, name, common, the first server. Inferred: page, guess, the code 2.
    let things = Counts { documented: 8, observed: 4, inferred: 3 };
    // Documented: X-Shared, Common, text. Observed: addOther, OtherBody, alone, Alone, a, again.
    let others = Counts { documented: 3, observed: 6, inferred: 0 };
    assert_eq!(counts, [("Things", things), ("Others", others)]);
    assert_eq!(report.unlisted_counts, Counts { documented: 1, observed: 0, inferred: 0 });
    // X-Shared, Common and text count once.
    assert_eq!(report.total, Counts { documented: 9, observed: 10, inferred: 3 });
}

#[test]
fn errors_are_reported_with_their_place() {
    let other = "https://example.com/others";
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("    places: [Thing, /servers, special]\n", "", "4:5 missing-key /pages/0: this page is neither covered", &[]),
        (
            "    waived: It could not be read.\n",
            "    waived: ' '\n",
            "17:13 wrong-value /pages/2/waived: this text is empty",
            &[],
        ),
        (
            "    operations: [listThings]\n",
            "    operations: []\n",
            "8:5 missing-key /pages/1: this page is neither covered",
            &[
                "spec.yaml:9:5 missing-key /paths/~1things/get: the operation `listThings` is on no page of directory.yaml",
            ],
        ),
        (
            "[listThings]",
            "[listThing]",
            "12:18 dangling-ref /pages/1/operations/0: the specification has no operation `listThing` \
             (did you mean `listThings`?)",
            &["the operation `listThings` is on no page"],
        ),
        (
            "[addOther]",
            "[listThings]",
            "21:18 duplicate-name /pages/3/operations/0: the operation `listThings` is listed twice",
            &["the operation `addOther` is on no page", "has the address https://example.com/things"],
        ),
        ("/servers", "/server", "7:21 dangling-ref /pages/0/places/1: the specification has no place `/server`", &[]),
        ("/servers", "/servers/2", "the specification has no place `/servers/2` (there is no `2` in a list)", &[]),
        ("[Thing, ", "[Thnig, ", "7:14 dangling-ref /pages/0/places/0: the specification has no place `Thnig`", &[]),
        ("special]", "specials]", "did you mean `special`?", &[]),
        ("Unread", "Tutorial\n    chinese: 二", "duplicate-name", &[]),
        (
            "folder: [Things, Inner]",
            "folder: [Others]",
            "wrong-value /pages/1/operations/0: `listThings` has the tag `Things`, but its page is in `Others`",
            &[],
        ),
        (
            "    address: https://example.com/things\n",
            "",
            "11:18 wrong-value /pages/1/address: `externalDocs` of `listThings` has the address https://example.com/things",
            &[],
        ),
        (
            "    operations: [addOther]",
            &format!("    address: {other}\n    operations: [addOther]"),
            "21:14 wrong-value /pages/3/address: `addOther` has no `externalDocs` with this address",
            &[],
        ),
        ("https://example.com/things", "example.com/things", "this is not the address of a page", &["externalDocs"]),
        ("kind: tutorial", "kind: operation", "`places` on a page of the kind `operation`", &["neither covered"]),
        (
            "    operations: [addOther]\n",
            "    operations: [addOther]\n    waived: Why not.\n",
            "this page is covered, so a waiver is not allowed",
            &[],
        ),
        (
            "  - places: [general]\n    reason: R\n",
            "  - reason: R\n",
            "this entry has neither operations nor places",
            &[],
        ),
    ];
    for (old, new, wanted, others) in cases {
        let mut directory = DIRECTORY.replacen(old, new, 1);
        assert_ne!(directory, DIRECTORY, "{old}");
        if *old == "Unread" {
            directory =
                directory.replace("folder: [Others]\n    kind: reference", "folder: [Things]\n    kind: reference");
        }
        let problems = messages(&checked_report(&directory, SPEC));
        let all = problems.join("\n");
        for wanted in [wanted].into_iter().chain(*others) {
            assert!(all.contains(wanted), "no {wanted:?} in\n{all}");
        }
        assert_eq!(problems.len(), 1 + others.len(), "{all}");
    }
}

#[test]
fn a_file_with_another_schema_is_reported() {
    let directory = |text: &str| Source::new("directory.yaml", text);
    let spec = Source::new("spec.yaml", SPEC);
    for (text, wanted) in [
        (DIRECTORY.replace("gaps:", "gasp:"), "directory.yaml:13:5\n"),
        (DIRECTORY.replace("gaps:", "gasp:"), "did you mean `gaps`?"),
        (DIRECTORY.replace("kind: tutorial", "kind: tutorail"), "did you mean `tutorial`?"),
        (DIRECTORY.replace("    kind: tutorial\n", ""), "this page of the directory has no `kind`"),
        (DIRECTORY.replace("    reason: R\n", ""), "this entry of `unlisted` has no `reason`"),
        (DIRECTORY.replace("pages:", "pages"), "yaml-syntax"),
        (DIRECTORY.replace("gaps: [Something]", "gaps: Something"), "expected a list, found a string"),
        (DIRECTORY.replace("gaps: [Something]", "gaps: [5]"), "expected a string, found an integer"),
        (DIRECTORY.replace("title: List things", "title:"), "directory.yaml:8:5\n"),
        (DIRECTORY.replace("title: List things", "title:"), "expected a string, found null"),
        (DIRECTORY.replace("kind: reference", "kind: []"), "expected one of: operation, tutorial, reference"),
        (DIRECTORY.replace("  - places: [general]\n    reason: R\n", "  - general\n"), "expected a mapping"),
    ] {
        let problems = report(&directory(&text), &spec).unwrap_err().render(false);
        assert!(problems.contains(wanted), "no {wanted:?} in {problems}");
    }
    let broken = Source::new("spec.yaml", SPEC.replace("paths:", "path:"));
    assert!(report(&directory(DIRECTORY), &broken).unwrap_err().render(false).contains("spec.yaml:7:1"));
}

#[test]
fn circular_schemas_are_visited_once() {
    let many = 5_000;
    let mut spec =
        SPEC.replace("    Common: {type", "    Common: {$ref: '#/components/schemas/S0'}\n    Uncommon: {type");
    let schemas: String = (0..many)
        .map(|index| {
            let next = (index + 1) % many;
            format!("    S{index}: {{type: object, properties: {{next: {{$ref: '#/components/schemas/S{next}'}}}}}}\n")
        })
        .collect();
    spec = spec.replace("x-error-codes:\n", &format!("{schemas}x-error-codes:\n"));
    let report = checked_report(DIRECTORY, &spec);
    assert_eq!(messages(&report), Vec::<String>::new());
    assert_eq!(report.total.documented, 9 - 1 + 2 * many);
}

#[test]
fn the_program_fails_when_a_page_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (directory, spec) = (folder.path().join("directory.yaml"), folder.path().join("spec.yaml"));
    fs::write(&spec, SPEC).unwrap();
    fs::write(&directory, DIRECTORY.replace("    waived: It could not be read.\n", "")).unwrap();
    let arguments = ["--spec", spec.to_str().unwrap(), "--directory", directory.to_str().unwrap()];
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    let text = text_of(&output);
    for wanted in
        ["MISSING  Unread: neither covered nor waived", "1 missing; 2 operations", "error[missing-key]", "help: "]
    {
        assert!(text.contains(wanted), "no {wanted:?} in {text}");
    }
    fs::write(&directory, DIRECTORY).unwrap();
    assert_eq!(run(&arguments).status.code(), Some(0));
    fs::remove_file(&directory).unwrap();
    assert!(text_of(&run(&arguments)).contains("cannot read "));
    assert_eq!(run(&["--format", "word"]).status.code(), Some(2));
}

#[test]
fn the_table_of_pages_is_current() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/COVERAGE.md")).unwrap();
    let tables = text_of(&run(&["--format", "markdown"]));
    assert!(page.contains(&tables), "run `cargo xtask coverage --write spec/COVERAGE.md`");
}

#[test]
fn the_tables_are_written_between_their_markers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("README.md");
    let path = file.to_str().unwrap();
    fs::write(&file, "# T\r\nwords\n").unwrap();
    let output = run(&["--write", path]);
    assert_eq!(output.status.code(), Some(1));
    let refused = text_of(&output);
    let markers: Vec<_> = refused.lines().filter(|line| line.starts_with("<!--")).collect();
    let [opening, closing] = markers[..] else { panic!("{refused}") };
    fs::write(&file, format!("# T\r\nwords\n{opening}\nold\n{closing}\nmore\r\n")).unwrap();
    assert!(text_of(&run(&["--write", path])).contains("changed "));
    let text = fs::read_to_string(&file).unwrap();
    let printed = text_of(&run(&["--format", "markdown"]));
    assert_eq!(text, format!("# T\r\nwords\n{opening}\n\n{printed}\n{closing}\nmore\r\n"));
    assert!(text_of(&run(&["--write", path])).contains("up to date"));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);

    // Every row has the columns of its header.
    let mut columns = 0;
    for line in printed.lines() {
        let found = line.replace("\\|", "").matches('|').count();
        assert!(columns == 0 || found == 0 || found == columns, "{line}");
        columns = found;
    }
    assert!(printed.contains("| **all** | "), "{printed}");
}
