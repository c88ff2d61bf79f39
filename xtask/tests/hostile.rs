//! Documents that are made to break a reader: each is refused with a place, or taken, by a program that may not use more
//! than so much memory and time. A program that is killed, or that uses up its stack, fails.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Kilobytes of address space.
const MEMORY: usize = 3_000_000;

/// Not optimised, and on a machine that has more to do, what takes a second takes half a minute.
const PATIENCE: Duration = Duration::from_secs(120);

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n";

/// The codes of the errors that a command tells, each once, in their order; none if the document is taken.
fn told(command: &str, bytes: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("spec.yaml"), bytes).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_xtask"), command]);
    shell.arg("--spec").arg(at("spec.yaml")).args(["--format", "json"]);
    if command == "gen" {
        shell.arg("--out").arg(at("out"));
    }
    let started = Instant::now();
    let mut child = shell
        .stdout(Stdio::from(File::create(at("said")).unwrap()))
        .stderr(Stdio::from(File::create(at("complained")).unwrap()))
        .spawn()
        .unwrap();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if started.elapsed() < PATIENCE => sleep(Duration::from_millis(5)),
            None => {
                child.kill().unwrap();
                panic!("{command} does not end");
            }
        }
    };
    let (said, complained) = (fs::read_to_string(at("said")).unwrap(), fs::read_to_string(at("complained")).unwrap());
    assert!(matches!(status.code(), Some(0 | 1)), "{command}: {status}: {complained}");
    let problems = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut codes = Vec::new();
    let mut is_clean = true;
    for problem in problems.filter(|problem| problem["code"].is_string()) {
        // Warnings of `gen` leave its exit code at 0.
        is_clean &= command == "gen" && problem["severity"] == "warning";
        assert!(problem["line"].as_u64().is_some_and(|line| line >= 1), "{problem}");
        let code = problem["code"].as_str().unwrap().to_owned();
        if problem["severity"] == "error" && !codes.contains(&code) {
            codes.push(code);
        }
    }
    assert_eq!(status.code() == Some(0), is_clean, "{command}: {said:.1000}{complained:.1000}");
    println!("{command}: {:?}, {codes:?}", started.elapsed());
    codes
}

/// Refused with this code alone, by every command.
fn refused(code: &str, bytes: impl AsRef<[u8]>) {
    for command in ["gen", "lint"] {
        assert_eq!(told(command, bytes.as_ref()), [code], "{command}");
    }
}

/// A client is made. Lint may warn.
fn taken(bytes: impl AsRef<[u8]>) {
    assert_eq!(told("gen", bytes.as_ref()), [""; 0]);
    told("lint", bytes.as_ref());
}

/// Schemas, by their names.
fn schemas(schemas: impl IntoIterator<Item = String>) -> String {
    let mut text = format!("{HEAD}paths: {{}}\ncomponents:\n  schemas:\n");
    schemas.into_iter().for_each(|schema| writeln!(text, "    {schema}").unwrap());
    text
}

fn reference(name: impl std::fmt::Display) -> String {
    format!("{{$ref: '#/components/schemas/{name}'}}")
}

/// An answer of a schema.
fn answer(schema: &str) -> String {
    format!(
        "paths: {{/a: {{get: {{responses: {{'200': {{description: D, content: {{application/json: {{schema: {schema}}}}}}}}}}}}}}}\n"
    )
}

#[test]
fn aliases_are_not_followed() {
    let mut laughs = format!("{HEAD}paths: {{}}\nx-0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n");
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        writeln!(laughs, "x-{level}: &a{level} [{}]", [&*before; 10].join(", ")).unwrap();
    }
    refused("yaml-feature", laughs);
    refused("yaml-feature", format!("{HEAD}x-many: [&a [1, 2, 3], {}]\npaths: {{}}\n", "*a, ".repeat(300_000)));
    refused("yaml-feature", format!("{HEAD}paths: {{}}\nx-base: &base {{a: 1}}\nx-merged: {{<<: *base}}\n"));
    refused("yaml-feature", format!("{HEAD}paths: {{}}\nx-merged: {{<<: {{a: 1}}}}\n"));
    refused("yaml-feature", format!("{HEAD}paths: {{}}\nx-self: &a [*a]\n"));
}

#[test]
fn nesting_is_not_followed_for_ever() {
    for depth in [10_000, 300_000] {
        refused("too-deep", format!("{HEAD}x: {}1{}\n", "[".repeat(depth), "]".repeat(depth)));
        refused("too-deep", format!("{HEAD}x: {}\n", "{a: ".repeat(depth)));
        refused("too-deep", format!("{HEAD}x:\n  {}1\n", "- ".repeat(depth)));
    }
    let deep: String = (1..8000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    refused("too-deep", format!("{HEAD}x:\n{deep}"));
    let schema = format!("A: {}{{}}{}", "{type: array, items: ".repeat(10_000), "}".repeat(10_000));
    refused("too-deep", schemas([schema]));
}

/// A reader that tries twice at every level what does not fit never comes to an end.
#[test]
fn what_does_not_fit_may_be_deep() {
    let nested =
        |begin: &str, end: &str, inner: &str| schemas([format!("A: {}{inner}{}", begin.repeat(24), end.repeat(24))]);
    for (begin, end) in [
        ("{type: array, items: ", "}"),
        ("{type: object, properties: {a: ", "}}"),
        ("{type: object, additionalProperties: ", "}"),
        ("{properties: {a: ", "}}"),
        ("{type: object, allOf: [", "]}"),
        ("{allOf: [", "], type: object, properties: {a: {type: string}}}"),
    ] {
        refused("wrong-value", nested(begin, end, "{type: 5}"));
        refused("unknown-key", nested(begin, end, "{typo: 5}"));
        told("gen", nested(begin, end, "{type: integer, minimum: 1.5, default: 18446744073709551616}").as_bytes());
        taken(nested(begin, end, "{type: object, properties: {b: {type: string}}}"));
    }
}

#[test]
fn numbers_may_have_any_size() {
    let digits = "1".repeat(400);
    for number in ["1e999999", "-1e999999", &digits, ".inf", ".nan"] {
        refused("wrong-value", schemas([format!("A: {{type: number, maximum: {number}}}")]));
        refused("wrong-value", schemas([format!("A: {{type: string, maxLength: {number}}}")]));
    }
    for number in ["1e999999", &digits, "1e400", "18446744073709551616", "0.1e-999999"] {
        told("gen", schemas([format!("A: {{type: integer, default: {number}, example: {number}}}")]).as_bytes());
        told("gen", schemas([format!("A: {{type: integer, enum: [{number}]}}")]).as_bytes());
        told("lint", schemas([format!("A: {{type: number, multipleOf: 0.1, example: {number}}}")]).as_bytes());
    }
}

#[test]
fn texts_may_not_have_any_length() {
    let long = "a".repeat(10_000_000);
    refused("too-large", format!("openapi: 3.0.3\ninfo: {{title: {long}, version: '1'}}\npaths: {{}}\n"));
    refused("too-large", format!("openapi: 3.0.3\ninfo: {{title: '{long}', version: '1'}}\npaths: {{}}\n"));
    refused("too-large", format!("{HEAD}paths: {{}}\nx: |\n  {}\n", "a b c\n  ".repeat(1_000_000)));
    refused("too-large", format!("{HEAD}paths: {{}}\n? x-{}\n: 1\n", "a".repeat(2000)));
    refused(
        "too-large",
        format!(
            "{HEAD}tags: [{{name: {}}}]\n{}",
            "a".repeat(300),
            answer("{}").replace("get: {", &format!("get: {{tags: [{}], ", "a".repeat(300)))
        ),
    );
    // What is as long as it may be.
    for sign in ["[", "*", "`", "<", "\\", "_a", "> ", "- ", "![", "](", "http://a", "\n", "&", "|-", "~", "#"] {
        let text = serde_json::to_string(&sign.repeat(100_000 / sign.len())).unwrap();
        taken(schemas([format!("A: {{type: string, description: {text}}}")]));
    }
}

#[test]
fn lists_may_not_have_any_length() {
    let numbers: String = (0..1_000_000).map(|number| format!("{number},")).collect();
    refused("too-large", schemas([format!("A: {{type: integer, enum: [{numbers}]}}")]));
    refused("too-large", schemas([format!("A: {{type: array, items: {{}}, example: [{numbers}]}}")]));
    let members: String = (0..100_000).map(|number| format!("a{number}: {{}}, ")).collect();
    refused("too-large", schemas([format!("A: {{type: object, properties: {{{members}}}}}")]));
    // Long, and hard to tell apart.
    let names: Vec<String> = (0..10_000).map(|number| format!("a{number}")).collect();
    let properties: String = names.iter().map(|name| format!("{name}: {{type: string}}, ")).collect();
    taken(schemas([format!("A: {{type: object, required: [{}], properties: {{{properties}}}}}", names.join(", "))]));
    taken(schemas([format!("A: {{type: string, enum: [{}]}}", names.join(", "))]));
    let same: String =
        (0..8_000_usize).map(|number| format!("'a{:b}': {{}}, ", number).replace('0', "-").replace('1', "_")).collect();
    taken(schemas([format!("A: {{type: object, properties: {{{same}}}}}")]));
    let tags: String = names.iter().map(|name| format!("{{name: {name}}}, ")).collect();
    taken(format!("{HEAD}tags: [{tags}]\npaths: {{}}\n"));
}

#[test]
fn documents_may_not_have_any_size() {
    refused("too-large", format!("{HEAD}paths: {{}}\n{}", "# nothing but words\n".repeat(2_500_000)));
    let values: String = (0..45_000).map(|_| "x: [,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,]\n").collect();
    told("gen", format!("{HEAD}{values}").as_bytes());
    let lists = format!("[{}1]", "1,".repeat(49_000));
    let many: String = (0..200).map(|number| format!("x-{number}: {lists}\n")).collect();
    refused("too-large", format!("{HEAD}paths: {{}}\n{many}"));
}

#[test]
fn signs_that_are_no_text_are_told() {
    for sign in ["\0", "\u{1}", "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{2028}", "\u{feff}", "\u{202e}", "\r", "\u{fffe}"]
    {
        for text in [
            format!("{HEAD}paths: {{}}\n{sign}"),
            format!("{HEAD}paths: {{}}\nx-{sign}: a\n"),
            schemas([format!("A{sign}: {{type: string, description: a{sign}b, enum: [a{sign}b]}}")]),
            schemas([format!(
                "A: {{type: string, description: \"{}\"}}",
                sign.escape_default().to_string().replace("\\u{", "\\U").replace('}', "")
            )]),
        ] {
            told("gen", text.as_bytes());
            told("lint", text.as_bytes());
        }
    }
    let text = format!("{HEAD}{}", answer("{type: string}"));
    taken(format!("\u{feff}{text}"));
    taken(text.replace('\n', "\r\n"));
    refused("not-utf8", [text.as_bytes(), b"# \xff\n"].concat());
    refused("not-utf8", b"\xff\xfeo\0p\0e\0n\0");
    refused("yaml-syntax", b"");
}

#[test]
fn references_may_lead_anywhere() {
    refused("circular-ref", schemas([format!("A: {}", reference("B")), format!("B: {}", reference("A"))]));
    let circle = (0..2000).map(|number| format!("A{number}: {}", reference(format!("A{}", (number + 1) % 2000))));
    assert_eq!(told("gen", schemas(circle).as_bytes()), ["circular-ref"]);
    for kind in ["allOf", "oneOf"] {
        let both = format!("{kind}: [{}, {}], example: 1", reference("A"), reference("A"));
        assert_eq!(told("gen", schemas([format!("A: {{{both}}}")]).as_bytes())[0], "circular-ref");
        told("lint", schemas([format!("A: {{{both}}}")]).as_bytes());
    }
    // A chain of names, and one of members.
    let chain = (0..10_000).map(|number| format!("A{number}: {}", reference(format!("A{}", number + 1))));
    taken(schemas(chain.chain(["A10000: {type: string}".to_owned()])));
    let next = |number: usize| reference(format!("A{}", number + 1));
    let chain = |count: usize| {
        (0..count)
            .map(move |number| format!("A{number}: {{type: object, properties: {{a: {}}}}}", next(number)))
            .chain([format!("A{count}: {{type: string, example: a}}")])
    };
    let text = schemas(chain(5_000));
    taken(text.replace("paths: {}\n", &answer(&reference("A0"))));
    taken(text.replace("A0: {", "A0: {example: {a: {a: {}}}, ").replace("paths: {}\n", &answer(&reference("A0"))));
}

/// Two ways at each of many levels: whoever follows all of them never comes to an end.
#[test]
fn what_many_ways_lead_to_is_not_read_for_ever() {
    let level = |kind: &'static str, more: &'static str| {
        (0..60).map(move |number| {
            let next = reference(format!("A{}", number + 1));
            format!("A{number}: {{{kind}: [{next}, {next}]{more}}}")
        })
    };
    let last = || ["A60: {type: object, properties: {a: {type: string}}}".to_owned()];
    taken(schemas(level("allOf", ", example: {a: b}").chain(last())));
    taken(schemas(level("allOf", "").chain(last())));
    told("gen", schemas(level("oneOf", ", example: {a: b}").chain(last())).as_bytes());
    told("lint", schemas(level("oneOf", ", example: {a: b}").chain(last())).as_bytes());
    told("lint", schemas(level("anyOf", ", example: {a: b}").chain(last())).as_bytes());
    // What is written in place is read once for each object that it becomes a part of.
    let nested = (0..60).map(|number| {
        let next = reference(format!("A{}", number + 1));
        let place = format!("{{allOf: [{next}, {{type: object, properties: {{own{number}: {{}}}}}}]}}");
        format!("A{number}: {{allOf: [{next}], type: object, properties: {{p{number}: {place}}}}}")
    });
    refused("too-large", schemas(nested.chain(last())));
    // The same on the way through a value.
    let deep = (0..40).fold("1".to_owned(), |value, _| format!("{{a: {value}}}"));
    let both = format!("allOf: [{}, {}]", reference("B"), reference("C"));
    let texts = [
        format!("A: {{{both}, example: {deep}}}"),
        format!("B: {{type: object, properties: {{a: {}}}}}", reference("A")),
        format!("C: {{type: object, properties: {{a: {}}}}}", reference("A")),
    ];
    told("lint", schemas(texts).as_bytes());
}

/// All of them are told, each with its place, and it does not take the square of their number.
#[test]
fn there_may_be_many_problems() {
    let unknown: String = (0..10_000).map(|number| format!("y{number}: 1\n")).collect();
    refused("unknown-key", format!("{HEAD}paths: {{}}\n{unknown}"));
    let line: String = (0..10_000).map(|number| format!("y{number}: 1, ")).collect();
    refused("unknown-key", format!("{{openapi: 3.0.3, info: {{title: T, version: '1'}}, paths: {{}}, {line}}}"));
    let dangling = (0..5_000).map(|number| format!("name{number}: {}", reference(format!("name{number}x"))));
    refused("dangling-ref", schemas(dangling));
    let twice: String = (0..10_000).map(|number| format!("a{number}: 1\n")).collect();
    refused("duplicate-key", format!("{HEAD}paths: {{}}\nx:\n  {}", twice.repeat(2).replace('\n', "\n  ")));
}

/// Patterns of examples are tried by a machine that does not go back.
#[test]
fn patterns_do_not_run_for_ever() {
    let example = format!("{}!", "a".repeat(5000));
    for pattern in
        ["(a+)+$", "(a|a)*$", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?=(a+))\\1+$", "a{1000}{1000}{1000}"]
    {
        told("lint", schemas([format!("A: {{type: string, pattern: '{pattern}', example: {example}}}")]).as_bytes());
    }
}
