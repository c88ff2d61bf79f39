//! The report of a comparison about a change agrees with the compiler's result for the two clients.

use crate::compiler::caller;
use crate::compiler::mutations;
use crate::for_all;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::compiler::mutations::{Base, Mutation};
use crate::compiler::workspace::{Pair, judge};
use flighthub2_generator::compare::{Change, Comparison, Compatibility, Mode, compare};
use flighthub2_generator::{Dialect, Options, Source, generate};

const OWN: &str = include_str!("compare/own.yaml");
const FOREIGN: &str = include_str!("compare/foreign.yaml");

fn base(base: Base) -> (&'static str, Dialect) {
    match base {
        Base::Own => (OWN, Dialect::FlightHub),
        Base::Foreign => (FOREIGN, Dialect::OpenApi),
    }
}

/// The reports of all mutations, made once for all tests.
fn reports() -> &'static [(&'static Mutation, Comparison)] {
    static REPORTS: LazyLock<Vec<(&Mutation, Comparison)>> =
        LazyLock::new(|| mutations::all().map(|mutation| (mutation, compared(mutation))).collect());
    &REPORTS
}

fn compared(mutation: &Mutation) -> Comparison {
    let (text, dialect) = base(mutation.base);
    let (old, new) = (Source::new("old.yaml", text), Source::new("new.yaml", mutation.apply(text)));
    compare(&old, &new, Mode::Versions(dialect)).unwrap_or_else(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}: {}", mutation.name, problems.join("\n"))
    })
}

/// The client without its comments, which the compiler ignores.
fn client(text: &str, dialect: Dialect) -> BTreeMap<String, String> {
    let options = Options { dialect, unused_types: true, ..Options::default() };
    let made = generate(&Source::new("new.yaml", text), &options).unwrap_or_else(|problems| panic!("{problems}"));
    let code = |text: String| -> String {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.flat_map(|line| [line, "\n"]).collect()
    };
    let of = |(path, text): (String, String)| match path.rsplit_once('.') {
        Some((_, "rs")) => (path, code(text)),
        // Included as text.
        _ => (path, String::new()),
    };
    made.files.into_iter().map(of).collect()
}

fn lines(comparison: &Comparison) -> Vec<String> {
    let of = |change: &Change| {
        format!("{}: {} `{}`: {}", change.compatibility.as_str(), change.kind.as_str(), change.subject, change.what)
    };
    comparison.changes.iter().map(of).collect()
}

#[test]
fn every_mutation_is_reported_with_its_compatibility() {
    let mut table = String::new();
    let mut wrong = Vec::new();
    let mut names = Vec::new();
    for (mutation, comparison) in reports() {
        assert!(!names.contains(&mutation.name), "{} is there twice", mutation.name);
        names.push(mutation.name);
        let lines = lines(comparison);
        let Mutation { compatibility, reported, .. } = mutation;
        let heading = compatibility.map_or("", Compatibility::as_str);
        let is_reported =
            compatibility.is_none() || lines.iter().any(|line| line.starts_with(heading) && line.contains(reported));
        if comparison.worst() != *compatibility || !is_reported {
            wrong.push(format!("{}: {compatibility:?}, {reported}\n{}\n", mutation.name, lines.join("\n")));
        }
        writeln!(table, "{}", mutation.name).unwrap();
        lines.iter().for_each(|line| writeln!(table, "    {line}").unwrap());
        if let Some(why) = mutation.compiles_because {
            writeln!(table, "    but it compiles: {why}").unwrap();
        }
    }
    assert!(names.len() >= 40, "only {} mutations", names.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("compare__mutations", table);
    });
}

/// Every change of the documentation is reported together with each other change, and does not hide it.
#[test]
fn no_change_hides_another_one() {
    /// Changes that change the reported name of a subject, or the effect of another change.
    const EXCEPTIONS: &[&str] = &[
        "operation renamed",
        "operation renamed and moved",
        "operation id in another case",
        "types that refer to each other renamed",
        "error code renamed",
        // It becomes `Option<Option<String>>` if it is still nullable.
        "type of a response sent in a request, too",
    ];
    let mut combined = 0;
    let mut wrong = String::new();
    for (mutation, report) in reports().iter().filter(|(mutation, _)| !EXCEPTIONS.contains(&mutation.name)) {
        let (text, dialect) = base(mutation.base);
        let mut edited = mutation.apply(text);
        let mut expected: Vec<&Change> = report.changes.iter().collect();
        for (other, report) in reports().iter().filter(|(other, _)| {
            other.base == mutation.base
                && other.name != mutation.name
                && other.compatibility == Some(Compatibility::DocumentationOnly)
        }) {
            let Ok(more) = other.try_apply(&edited) else { continue };
            edited = more;
            expected.extend(&report.changes);
            combined += 1;
        }
        let (old, new) = (Source::new("old.yaml", text), Source::new("new.yaml", edited));
        let comparison = compare(&old, &new, Mode::Versions(dialect)).unwrap_or_else(|problems| {
            panic!("{}: {}", mutation.name, problems[0]);
        });
        let is_found = |change: &Change| {
            let same = |found: &&Change| (found.kind, &found.subject) == (change.kind, &change.subject);
            comparison.changes.iter().filter(same).any(|found| found.what.contains(&change.what))
        };
        for change in expected.into_iter().filter(|change| !is_found(change)) {
            writeln!(wrong, "{}: {} `{}`: {}", mutation.name, change.kind.as_str(), change.subject, change.what)
                .unwrap();
        }
    }
    assert!(combined >= 2000, "only {combined} combinations");
    assert!(wrong.is_empty(), "{wrong}");
}

/// A response states its nullability, and an inline object its properties: a change of one does not explain the other.
#[test]
fn a_change_explains_its_own_object_only() {
    let document = |schema: &str| {
        let content = format!("{{application/json: {{schema: {schema}}}}}");
        let responses = format!("{{'200': {{description: A place., content: {content}}}}}");
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: Places, version: '1'}}\npaths:\n  /place: {{get: {{operationId: getPlace, \
             responses: {responses}}}}}\n"
        );
        Source::new("document.yaml", text)
    };
    let old = document("{type: object, properties: {name: {type: string}}}");
    let new = document("{nullable: true, properties: {name: {type: string}}}");
    let comparison = compare(&old, &new, Mode::Versions(Dialect::OpenApi)).unwrap();
    assert_eq!(
        lines(&comparison),
        [
            "breaking: response `getPlace`: `GetPlaceResponse` → `Option<GetPlaceResponse>`",
            "documentation only: other `GetPlaceResponse`: `type` removed: `object`",
        ]
    );
}

fn should_compile(mutation: &Mutation) -> bool {
    mutation.compatibility != Some(Compatibility::Breaking) || mutation.compiles_because.is_some()
}

/// A program that uses all items of the old client compiles with the new one, unless the change is reported as
/// breaking. If it compiles after a breaking change, the table has the reason.
#[test]
fn the_compiler_agrees() {
    let programs = [Base::Own, Base::Foreign].map(|of| {
        let (text, dialect) = base(of);
        caller::uses(&client(text, dialect))
    });
    let mut pairs: Vec<Pair<'_>> = Vec::new();
    // Clients with the same code are compiled once.
    let mut known: HashMap<(bool, BTreeMap<String, String>), String> = HashMap::new();
    let mut judged: Vec<(&Mutation, String)> = Vec::new();
    // By default every twenty-fourth change is compiled; see `for_all`.
    let step = if for_all::is_thorough() { 1 } else { 24 };
    for (index, mutation) in mutations::all().enumerate().step_by(step) {
        let (text, dialect) = base(mutation.base);
        let files = client(&mutation.apply(text), dialect);
        let key = (mutation.base == Base::Own, files.clone());
        let name = known.entry(key).or_insert_with(|| {
            let name = format!("client_{index:03}");
            let uses = &programs[usize::from(mutation.base == Base::Foreign)];
            pairs.push(Pair { name: name.clone(), files, uses, should_compile: should_compile(mutation) });
            name
        });
        judged.push((mutation, name.clone()));
    }
    let judgements = judge(&pairs);
    let mut wrong = String::new();
    for (mutation, name) in judged {
        let judgement = &judgements[&name];
        assert!(judgement.client.is_empty(), "{}: the client: {:?}", mutation.name, judgement.client);
        let compiles = judgement.program.is_empty();
        if compiles != should_compile(mutation) {
            writeln!(wrong, "{} is {:?}, and compiles: {compiles}", mutation.name, mutation.compatibility).unwrap();
            judgement.program.iter().take(5).for_each(|error| writeln!(wrong, "    {error}").unwrap());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A type that no operation uses is only decoded, so it loses or gets a constructor with its only use.
#[test]
fn the_use_of_a_type_decides_about_its_constructor() {
    let part = "    Part: {type: object, description: A part., required: [name], properties: {name: {type: string, \
                description: A name.}}}\n";
    let source = |text: String| Source::new("document.yaml", text);
    let text = OWN.replacen("  schemas:\n", &format!("  schemas:\n{part}"), 1);
    let used =
        text.replacen("items: {$ref: '#/components/schemas/Thing'}", "items: {$ref: '#/components/schemas/Part'}", 1);
    assert_ne!(text, used);
    let (unused, used) = (source(text), source(used));
    for (old, new, expected) in [
        (&used, &unused, "breaking: type `Part`: no operation uses it any more"),
        (&unused, &used, "compatible: type `Part`: an operation uses it now"),
    ] {
        let comparison = compare(old, new, Mode::Versions(Dialect::FlightHub)).unwrap();
        assert!(lines(&comparison).iter().any(|line| line == expected), "{:#?}", lines(&comparison));
    }
}

/// The client of a third-party document does not construct responses, so their constructors cannot change.
#[test]
fn a_response_of_a_third_party_document_has_no_constructor() {
    let document = |required: &str| {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      operationId: a\n      \
             responses: {{'200': {{description: D, content: {{application/json: {{schema: {{$ref: \
             '#/components/schemas/Part'}}}}}}}}}}\ncomponents:\n  schemas:\n    Part: {{type: object, required: \
             [{required}], properties: {{a: {{type: string}}, b: {{type: string}}}}}}\n"
        );
        Source::new("document.yaml", text)
    };
    let client = client(document("a, b").text(), Dialect::OpenApi);
    assert!(!client["types/default.rs"].contains("fn new"), "{client:#?}");
    let comparison = compare(&document("a, b"), &document("a"), Mode::Versions(Dialect::OpenApi)).unwrap();
    let expected = ["breaking: field `Part.b`: optional now: `String` → `Option<String>`"];
    assert_eq!(lines(&comparison), expected);
}

/// Such a response has `Default` as long as no field is required.
#[test]
fn a_first_required_field_removes_the_default_of_a_response() {
    let document = |members: &str| {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      operationId: a\n      \
             responses: {{'200': {{description: D, content: {{application/json: {{schema: {{$ref: \
             '#/components/schemas/Part'}}}}}}}}}}\ncomponents:\n  schemas:\n    Part: {{type: object, {members}}}\n"
        );
        Source::new("document.yaml", text)
    };
    let optional = document("properties: {a: {type: string}, b: {type: string, nullable: true}}");
    let added = document("required: [c], properties: {a: {type: string}, b: {type: string, nullable: true}, c: {}}");
    let required = document("required: [b], properties: {a: {type: string}, b: {type: string, nullable: true}}");
    for (old, new, expected) in [
        (&optional, &added, "breaking: field `Part.c`: added and required: `JsonValue`"),
        (
            &added,
            &document(
                "required: [c, d], properties: {a: {type: string}, b: {type: string, nullable: true}, c: {}, d: {}}",
            ),
            "compatible: field `Part.d`: added: `JsonValue`",
        ),
        (&optional, &required, "compatible: field `Part.b`: required now"),
        (&required, &optional, "compatible: field `Part.b`: optional now"),
    ] {
        let comparison = compare(old, new, Mode::Versions(Dialect::OpenApi)).unwrap();
        assert_eq!(lines(&comparison), [expected]);
    }
}
