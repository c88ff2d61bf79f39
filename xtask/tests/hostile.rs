//! Malicious documents: each is rejected with a place, or accepted, by a program with limited memory and time. A killed
//! program, or a stack overflow, fails the test.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Kilobytes of address space.
const MEMORY: usize = 3_000_000;

/// An unoptimised build on a busy machine takes half a minute instead of a second.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether all inputs are tried, as in CI. Otherwise most documents are given to `gen` only, which reads them like `lint`,
/// and long lists have a quarter of their length.
fn is_thorough() -> bool {
    std::env::var_os("FLIGHTHUB2_THOROUGH_TESTS").is_some()
}

fn commands() -> &'static [&'static str] {
    if is_thorough() { &["gen", "lint"] } else { &["gen"] }
}

/// The length of a list whose maximum in this test is `all`.
fn length(all: usize) -> usize {
    if is_thorough() { all } else { all / 4 }
}

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n";

/// The codes of the problems that a command reports, each once, in order.
#[derive(Debug, Default)]
struct Codes {
    /// Empty if the document is accepted.
    errors: Vec<String>,
    warnings: Vec<String>,
}

/// The codes of the errors that a command reports, each once, in order; empty if the document is accepted.
fn error_codes(command: &str, bytes: &[u8]) -> Vec<String> {
    problem_codes(command, "openapi", bytes).errors
}

fn problem_codes(command: &str, dialect: &str, bytes: &[u8]) -> Codes {
    problem_codes_of(command, &["--dialect", dialect], &[("spec.yaml", bytes)])
}

/// The same of several files, by their paths from the folder of the document, which is `spec.yaml`.
fn problem_codes_of(command: &str, arguments: &[&str], files: &[(&str, &[u8])]) -> Codes {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join("folder").join(name);
    fs::create_dir(folder.path().join("folder")).unwrap();
    for (path, bytes) in files {
        fs::write(at(path), bytes).unwrap();
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_xtask"), command]);
    shell.arg("--spec").arg(at("spec.yaml")).args(["--format", "json"]).args(arguments);
    if command == "gen" {
        shell.arg("--out").arg(at("out"));
    }
    let started = Instant::now();
    let mut child = shell
        .stdout(Stdio::from(File::create(at("text_of")).unwrap()))
        .stderr(Stdio::from(File::create(at("stderr")).unwrap()))
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
    let (text_of, stderr) = (fs::read_to_string(at("text_of")).unwrap(), fs::read_to_string(at("stderr")).unwrap());
    assert!(matches!(status.code(), Some(0 | 1)), "{command}: {status}: {stderr}");
    let problems = text_of.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut codes = Codes::default();
    let mut is_clean = true;
    for problem in problems.filter(|problem| problem["code"].is_string()) {
        // With warnings only, the exit code of `gen` is 0.
        is_clean &= command == "gen" && problem["severity"] == "warning";
        assert!(problem["line"].as_u64().is_some_and(|line| line >= 1), "{problem}");
        let code = problem["code"].as_str().unwrap().to_owned();
        let same = if problem["severity"] == "error" { &mut codes.errors } else { &mut codes.warnings };
        if !same.contains(&code) {
            same.push(code);
        }
    }
    assert_eq!(status.code() == Some(0), is_clean, "{command}: {text_of:.1000}{stderr:.1000}");
    assert!(command != "gen" || at("out").exists() == codes.errors.is_empty(), "an error leaves nothing behind");
    println!("{command} {}: {:?}, {codes:?}", arguments.join(" "), started.elapsed());
    codes
}

/// Every command rejects it with this code only.
fn rejected(code: &str, bytes: impl AsRef<[u8]>) {
    rejected_by("openapi", code, bytes);
}

fn rejected_by(dialect: &str, code: &str, bytes: impl AsRef<[u8]>) {
    for command in commands() {
        assert_eq!(problem_codes(command, dialect, bytes.as_ref()).errors, [code], "{command} --dialect {dialect}");
    }
}

/// A recoverable mistake: every command rejects it with only this code in the dialect FlightHub, and warns of it in
/// third-party documents.
fn rejected_or_warned(code: &str, bytes: impl AsRef<[u8]>) {
    rejected_by("flighthub", code, bytes.as_ref());
    for command in commands() {
        let Codes { errors, warnings } = problem_codes(command, "openapi", bytes.as_ref());
        assert_eq!(errors, [""; 0], "{command}");
        assert!(warnings.iter().any(|warning| warning == code), "{command}: {warnings:?}");
    }
}

/// A client is generated. Lint may report warnings.
fn accepted(bytes: impl AsRef<[u8]>) {
    assert_eq!(error_codes("gen", bytes.as_ref()), [""; 0]);
    error_codes("lint", bytes.as_ref());
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

/// A response with a schema.
fn response(schema: &str) -> String {
    format!(
        "paths: {{/a: {{get: {{responses: {{'200': {{description: D, content: {{application/json: {{schema: {schema}}}}}}}}}}}}}}}\n"
    )
}

/// The rules of this repository refuse all of them. In third-party documents, the number of values is limited.
#[test]
fn aliases_do_not_multiply() {
    let mut laughs = format!("{HEAD}paths: {{}}\nx-0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n");
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        writeln!(laughs, "x-{level}: &a{level} [{}]", [&*before; 10].join(", ")).unwrap();
    }
    let many = format!("{HEAD}x-many: [&a [1, 2, 3], {}]\npaths: {{}}\n", "*a, ".repeat(300_000));
    let base = format!("{HEAD}paths: {{}}\nx-base: &base {{a: 1}}\nx-merged: {{<<: *base}}\n");
    let merged = format!("{HEAD}paths: {{}}\nx-merged: {{<<: {{a: 1}}}}\n");
    let itself = format!("{HEAD}paths: {{}}\nx-self: &a [*a]\n");
    for text in [&laughs, &many, &base, &merged, &itself] {
        rejected_by("flighthub", "yaml-feature", text);
    }
    rejected("too-large", laughs);
    rejected("too-large", many);
    accepted(base);
    accepted(merged);
    rejected("yaml-feature", itself);
}

#[test]
fn nesting_has_a_depth_limit() {
    for depth in [10_000, 300_000] {
        rejected("too-deep", format!("{HEAD}x: {}1{}\n", "[".repeat(depth), "]".repeat(depth)));
        rejected("too-deep", format!("{HEAD}x: {}\n", "{a: ".repeat(depth)));
        rejected("too-deep", format!("{HEAD}x:\n  {}1\n", "- ".repeat(depth)));
    }
    let deep: String = (1..8000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    rejected("too-deep", format!("{HEAD}x:\n{deep}"));
    let schema = format!("A: {}{{}}{}", "{type: array, items: ".repeat(10_000), "}".repeat(10_000));
    rejected("too-deep", schemas([schema]));
}

/// A parser that backtracks at every level would not terminate.
#[test]
fn mismatches_may_be_deeply_nested() {
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
        rejected("wrong-value", nested(begin, end, "{type: 5}"));
        rejected_or_warned("unknown-key", nested(begin, end, "{typo: 5}"));
        error_codes(
            "gen",
            nested(begin, end, "{type: integer, minimum: 1.5, default: 18446744073709551616}").as_bytes(),
        );
        accepted(nested(begin, end, "{type: object, properties: {b: {type: string}}}"));
    }
}

#[test]
fn numbers_may_have_any_size() {
    let digits = "1".repeat(400);
    for number in ["1e999999", "-1e999999", &digits, ".inf", ".nan"] {
        rejected_or_warned("wrong-value", schemas([format!("A: {{type: number, maximum: {number}}}")]));
        rejected_or_warned("wrong-value", schemas([format!("A: {{type: string, maxLength: {number}}}")]));
    }
    for number in ["1e999999", &digits, "1e400", "18446744073709551616", "0.1e-999999"] {
        error_codes("gen", schemas([format!("A: {{type: integer, default: {number}, example: {number}}}")]).as_bytes());
        error_codes("gen", schemas([format!("A: {{type: integer, enum: [{number}]}}")]).as_bytes());
        error_codes("lint", schemas([format!("A: {{type: number, multipleOf: 0.1, example: {number}}}")]).as_bytes());
    }
}

#[test]
fn strings_have_a_length_limit() {
    let long = "a".repeat(10_000_000);
    rejected("too-large", format!("openapi: 3.0.3\ninfo: {{title: {long}, version: '1'}}\npaths: {{}}\n"));
    rejected("too-large", format!("openapi: 3.0.3\ninfo: {{title: '{long}', version: '1'}}\npaths: {{}}\n"));
    rejected("too-large", format!("{HEAD}paths: {{}}\nx: |\n  {}\n", "a b c\n  ".repeat(1_000_000)));
    rejected("too-large", format!("{HEAD}paths: {{}}\n? x-{}\n: 1\n", "a".repeat(2000)));
    rejected(
        "too-large",
        format!(
            "{HEAD}tags: [{{name: {}}}]\n{}",
            "a".repeat(300),
            response("{}").replace("get: {", &format!("get: {{tags: [{}], ", "a".repeat(300)))
        ),
    );
    // Text of the maximum length.
    for character in ["[", "*", "`", "<", "\\", "_a", "> ", "- ", "![", "](", "http://a", "\n", "&", "|-", "~", "#"] {
        let text = serde_json::to_string(&character.repeat(100_000 / character.len())).unwrap();
        accepted(schemas([format!("A: {{type: string, description: {text}}}")]));
    }
}

#[test]
fn lists_have_a_length_limit() {
    let numbers: String = (0..1_000_000).map(|number| format!("{number},")).collect();
    rejected("too-large", schemas([format!("A: {{type: integer, enum: [{numbers}]}}")]));
    rejected("too-large", schemas([format!("A: {{type: array, items: {{}}, example: [{numbers}]}}")]));
    let members: String = (0..100_000).map(|number| format!("a{number}: {{}}, ")).collect();
    rejected("too-large", schemas([format!("A: {{type: object, properties: {{{members}}}}}")]));
    // Long, and difficult to distinguish.
    let names: Vec<String> = (0..length(10_000)).map(|number| format!("a{number}")).collect();
    let properties: String = names.iter().map(|name| format!("{name}: {{type: string}}, ")).collect();
    accepted(schemas([format!("A: {{type: object, required: [{}], properties: {{{properties}}}}}", names.join(", "))]));
    accepted(schemas([format!("A: {{type: string, enum: [{}]}}", names.join(", "))]));
    let same: String = (0..length(8_000))
        .map(|number| format!("'a{:b}': {{}}, ", number).replace('0', "-").replace('1', "_"))
        .collect();
    accepted(schemas([format!("A: {{type: object, properties: {{{same}}}}}")]));
    let tags: String = names.iter().map(|name| format!("{{name: {name}}}, ")).collect();
    accepted(format!("{HEAD}tags: [{tags}]\npaths: {{}}\n"));
}

#[test]
fn documents_have_a_size_limit() {
    rejected("too-large", format!("{HEAD}paths: {{}}\n{}", "# nothing but words\n".repeat(2_500_000)));
    let values: String = (0..45_000).map(|_| "x: [,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,]\n").collect();
    error_codes("gen", format!("{HEAD}{values}").as_bytes());
    let lists = format!("[{}1]", "1,".repeat(49_000));
    let many: String = (0..200).map(|number| format!("x-{number}: {lists}\n")).collect();
    rejected("too-large", format!("{HEAD}paths: {{}}\n{many}"));
}

#[test]
fn invalid_characters_are_reported() {
    for character in
        ["\0", "\u{1}", "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{2028}", "\u{feff}", "\u{202e}", "\r", "\u{fffe}"]
    {
        for text in [
            format!("{HEAD}paths: {{}}\n{character}"),
            format!("{HEAD}paths: {{}}\nx-{character}: a\n"),
            schemas([format!("A{character}: {{type: string, description: a{character}b, enum: [a{character}b]}}")]),
            schemas([format!(
                "A: {{type: string, description: \"{}\"}}",
                character.escape_default().to_string().replace("\\u{", "\\U").replace('}', "")
            )]),
        ] {
            error_codes("gen", text.as_bytes());
            error_codes("lint", text.as_bytes());
        }
    }
    let text = format!("{HEAD}{}", response("{type: string}"));
    accepted(format!("\u{feff}{text}"));
    accepted(text.replace('\n', "\r\n"));
    rejected("not-utf8", [text.as_bytes(), b"# \xff\n"].concat());
    rejected("not-utf8", b"\xff\xfeo\0p\0e\0n\0");
    rejected("yaml-syntax", b"");
}

#[test]
fn references_may_lead_anywhere() {
    rejected("circular-ref", schemas([format!("A: {}", reference("B")), format!("B: {}", reference("A"))]));
    let circle = (0..2000).map(|number| format!("A{number}: {}", reference(format!("A{}", (number + 1) % 2000))));
    assert_eq!(error_codes("gen", schemas(circle).as_bytes()), ["circular-ref"]);
    for kind in ["allOf", "oneOf"] {
        let both = format!("{kind}: [{}, {}], example: 1", reference("A"), reference("A"));
        assert_eq!(error_codes("gen", schemas([format!("A: {{{both}}}")]).as_bytes())[0], "circular-ref");
        error_codes("lint", schemas([format!("A: {{{both}}}")]).as_bytes());
    }
    // A chain of aliases, and one of members.
    let chain = (0..10_000).map(|number| format!("A{number}: {}", reference(format!("A{}", number + 1))));
    accepted(schemas(chain.chain(["A10000: {type: string}".to_owned()])));
    let next = |number: usize| reference(format!("A{}", number + 1));
    let chain = |count: usize| {
        (0..count)
            .map(move |number| format!("A{number}: {{type: object, properties: {{a: {}}}}}", next(number)))
            .chain([format!("A{count}: {{type: string, example: a}}")])
    };
    let text = schemas(chain(length(5_000)));
    accepted(text.replace("paths: {}\n", &response(&reference("A0"))));
    accepted(text.replace("A0: {", "A0: {example: {a: {a: {}}}, ").replace("paths: {}\n", &response(&reference("A0"))));
}

/// References through files end, and files outside of the folder are read only if that is allowed.
#[test]
fn references_to_files_are_bounded() {
    let schema = |target: &str| schemas([format!("A: {{$ref: '{target}'}}")]);
    let codes = |arguments: &[&str], document: &str, files: &[(&str, &str)]| {
        let mut all: Vec<(&str, &[u8])> = vec![("spec.yaml", document.as_bytes())];
        all.extend(files.iter().map(|(path, text)| (*path, text.as_bytes())));
        problem_codes_of("gen", arguments, &all).errors
    };
    let none = [""; 0];
    let circle = [("a.yaml", "A: {$ref: 'b.yaml#/B'}"), ("b.yaml", "B: {$ref: 'a.yaml#/A'}")];
    assert_eq!(codes(&[], &schema("a.yaml#/A"), &circle), ["circular-ref"]);
    assert_eq!(codes(&[], &schema("spec.yaml#/components/schemas/A"), &[]), ["circular-ref"]);
    // A cycle that is a type.
    let list = [
        ("a.yaml", "type: object\nproperties: {b: {$ref: 'b.yaml'}}"),
        ("b.yaml", "type: array\nitems: {$ref: a.yaml}"),
    ];
    assert_eq!(codes(&[], &schema("a.yaml"), &list), none);
    let outside = [("../outside.yaml", "A: {type: string}")];
    assert_eq!(codes(&[], &schema("../outside.yaml#/A"), &outside), ["unsupported"]);
    assert_eq!(codes(&["--allow-outside"], &schema("../outside.yaml#/A"), &outside), none);
    for (target, code) in [
        ("missing.yaml", "dangling-ref"),
        (".", "dangling-ref"),
        ("/etc/passwd", "unsupported"),
        ("file:///etc/passwd", "unsupported"),
        ("http://127.0.0.1:9/a.yaml", "unsupported"),
        ("a.yaml#/none", "dangling-ref"),
    ] {
        assert_eq!(codes(&[], &schema(target), &[("a.yaml", "{}")]), [code], "{target}");
    }
    assert_eq!(codes(&[], &schema("a.yaml"), &[("a.yaml", "a: [")]), ["yaml-syntax"]);
    assert_eq!(codes(&[], &schema("a.yaml"), &[("a.yaml", "not a schema")]), ["dangling-ref"]);
    // One file for each link of a chain, up to the limit and beyond.
    let files: Vec<(String, String)> = (0..1500)
        .map(|number| {
            (format!("f{number}.yaml"), format!("{{type: object, properties: {{a: {{$ref: f{}.yaml}}}}}}", number + 1))
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(codes(&[], &schema("f0.yaml"), &files), ["dangling-ref"]);
}

/// Each path of many is a copy of the largest one. The limit is two million values, which take an unoptimised build half a
/// minute.
#[test]
fn copies_of_path_items_are_bounded() {
    if !is_thorough() {
        return;
    }
    let mut item = "a:\n  get:\n    responses: {'200': {description: D}}\n    parameters:\n".to_owned();
    (0..2000)
        .for_each(|number| writeln!(item, "    - {{name: p{number}, in: query, schema: {{type: string}}}}").unwrap());
    let paths: Vec<String> = (0..20_000).map(|number| format!("  /p{number}: {{$ref: 'a.yaml#/a'}}")).collect();
    let document = format!("{HEAD}paths:\n{}\n", paths.join("\n"));
    let files: [(&str, &[u8]); 2] = [("spec.yaml", document.as_bytes()), ("a.yaml", item.as_bytes())];
    assert_eq!(problem_codes_of("gen", &[], &files).errors, ["dangling-ref"]);
}

/// A link in the folder can lead out of it.
#[test]
fn a_link_out_of_the_folder_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("in")).unwrap();
    fs::write(at("secret.yaml"), "type: string").unwrap();
    std::os::unix::fs::symlink(at("secret.yaml"), at("in/link.yaml")).unwrap();
    fs::write(at("in/spec.yaml"), schemas(["A: {$ref: link.yaml}".to_owned()])).unwrap();
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["gen", "--spec"]).arg(at("in/spec.yaml")).arg("--out").arg(at("out")).args(more);
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (succeeded, text) = run(&[]);
    assert!(!succeeded && text.contains("it is a link out of the folder") && !at("out").exists(), "{text}");
    assert!(run(&["--allow-outside"]).0);
}

#[test]
fn parts_and_servers_and_schemes_are_bounded() {
    let operation =
        |keys: &str| format!("paths: {{/a: {{post: {{{keys}, responses: {{'200': {{description: D}}}}}}}}}}\n");
    // Parts without a schema: any of them can be sent.
    let parts = operation("requestBody: {content: {multipart/form-data: {}}}");
    assert_eq!(error_codes("gen", format!("{HEAD}{parts}").as_bytes()), [""; 0]);
    let no_object = operation("requestBody: {content: {multipart/form-data: {schema: {type: string}}}}");
    let codes = problem_codes("gen", "openapi", format!("{HEAD}{no_object}").as_bytes());
    assert!(codes.errors.is_empty() && codes.warnings.contains(&"unsupported".to_owned()), "{codes:?}");
    let servers: Vec<String> = (0..10_000).map(|number| format!("{{url: 'https://s{number}.example.com'}}")).collect();
    let servers = format!("servers: [{}]", servers.join(", "));
    accepted(format!("{HEAD}{servers}\npaths: {{}}\n"));
    accepted(format!("{HEAD}{}", operation(&servers)));
    // One header cannot begin with two words.
    let schemes = "components: {securitySchemes: {a: {type: http, scheme: basic}, b: {type: http, scheme: bearer}}}\n";
    let both = operation("security: [{a: [], b: []}]");
    assert_eq!(error_codes("gen", format!("{HEAD}{schemes}{both}").as_bytes()), ["unsupported"]);
}

/// Two paths at each of many levels: following all of them would not terminate.
#[test]
fn many_paths_to_one_schema_terminate() {
    let level = |kind: &'static str, more: &'static str| {
        (0..60).map(move |number| {
            let next = reference(format!("A{}", number + 1));
            format!("A{number}: {{{kind}: [{next}, {next}]{more}}}")
        })
    };
    let last = || ["A60: {type: object, properties: {a: {type: string}}}".to_owned()];
    accepted(schemas(level("allOf", ", example: {a: b}").chain(last())));
    accepted(schemas(level("allOf", "").chain(last())));
    error_codes("gen", schemas(level("oneOf", ", example: {a: b}").chain(last())).as_bytes());
    error_codes("lint", schemas(level("oneOf", ", example: {a: b}").chain(last())).as_bytes());
    error_codes("lint", schemas(level("anyOf", ", example: {a: b}").chain(last())).as_bytes());
    // An inline schema is read once for each object that contains it.
    let nested = (0..60).map(|number| {
        let next = reference(format!("A{}", number + 1));
        let place = format!("{{allOf: [{next}, {{type: object, properties: {{own{number}: {{}}}}}}]}}");
        format!("A{number}: {{allOf: [{next}], type: object, properties: {{p{number}: {place}}}}}")
    });
    rejected("too-large", schemas(nested.chain(last())));
    // The same for the traversal of a value.
    let deep = (0..40).fold("1".to_owned(), |value, _| format!("{{a: {value}}}"));
    let both = format!("allOf: [{}, {}]", reference("B"), reference("C"));
    let texts = [
        format!("A: {{{both}, example: {deep}}}"),
        format!("B: {{type: object, properties: {{a: {}}}}}", reference("A")),
        format!("C: {{type: object, properties: {{a: {}}}}}", reference("A")),
    ];
    error_codes("lint", schemas(texts).as_bytes());
}

/// All of them are reported, each with its place, in less than quadratic time.
#[test]
fn there_may_be_many_problems() {
    let unknown: String = (0..10_000).map(|number| format!("y{number}: 1\n")).collect();
    rejected_or_warned("unknown-key", format!("{HEAD}paths: {{}}\n{unknown}"));
    let line: String = (0..10_000).map(|number| format!("y{number}: 1, ")).collect();
    rejected_or_warned(
        "unknown-key",
        format!("{{openapi: 3.0.3, info: {{title: T, version: '1'}}, paths: {{}}, {line}}}"),
    );
    let misspelt: String = (0..10_000).map(|number| format!("  y{number}: {{}}\n")).collect();
    rejected("unknown-key", format!("{HEAD}paths:\n{misspelt}"));
    let dangling = (0..5_000).map(|number| format!("name{number}: {}", reference(format!("name{number}x"))));
    rejected("dangling-ref", schemas(dangling));
    let twice: String = (0..10_000).map(|number| format!("a{number}: 1\n")).collect();
    rejected("duplicate-key", format!("{HEAD}paths: {{}}\nx:\n  {}", twice.repeat(2).replace('\n', "\n  ")));
}

/// Patterns of examples are matched without backtracking.
#[test]
fn pattern_matching_terminates() {
    let example = format!("{}!", "a".repeat(5000));
    for pattern in
        ["(a+)+$", "(a|a)*$", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?=(a+))\\1+$", "a{1000}{1000}{1000}"]
    {
        error_codes(
            "lint",
            schemas([format!("A: {{type: string, pattern: '{pattern}', example: {example}}}")]).as_bytes(),
        );
    }
}
