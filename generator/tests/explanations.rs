//! Every code is explained, and its examples agree with the explanation: each wrong example is reported with this code
//! only, each right one is clean. A snapshot contains the messages for review.
//!
//! An example is a part of `explanations/base.yaml`, merged into it; or, if it begins with `openapi:`, a document; or, if
//! it begins with `overlay:`, an overlay of that base.

use std::collections::BTreeSet;

use crate::support::{base, with};
use flighthub2_generator::{
    Code, Diagnostic, Diagnostics, Dialect, Location, Options, Severity, Source, generate, lint,
};

/// A bug of the generator has no example: a known bug would be fixed. Patterns are not part of a document.
const WITHOUT_EXAMPLES: &[Code] = &[Code::Internal, Code::Filter];

struct Example {
    wrong: bool,
    bytes: Vec<u8>,
}

/// The fenced blocks of an explanation. The line above a block is its kind.
fn examples(code: Code) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = code.explanation().lines();
    let mut wrong = None;
    while let Some(line) = lines.next() {
        match line {
            "Wrong:" => wrong = Some(true),
            "Right:" => wrong = Some(false),
            "```yaml" | "```yaml latin-1" => {
                let wrong = wrong.unwrap_or_else(|| panic!("{code}: an example that is neither wrong nor right"));
                let text: String = lines.by_ref().take_while(|line| *line != "```").map(|l| format!("{l}\n")).collect();
                let bytes = if line.ends_with("latin-1") {
                    text.chars().map(|c| u8::try_from(u32::from(c)).expect("a character of Latin-1")).collect()
                } else {
                    text.into_bytes()
                };
                examples.push(Example { wrong, bytes });
            }
            line => assert!(!line.starts_with("```"), "{code}: {line}"),
        }
    }
    examples
}

/// The problems of an example in the dialect FlightHub.
fn problems_of(example: &Example) -> Diagnostics {
    if example.bytes.starts_with(b"overlay:") {
        let overlay = Source::from_bytes("mended.overlay.yaml", example.bytes.clone()).unwrap();
        return lint(&Source::new("spec.yaml", base()).with_overlay(overlay), Dialect::FlightHub);
    }
    problems(document(example))
}

fn document(example: &Example) -> Vec<u8> {
    if example.bytes.starts_with(b"openapi:") {
        return example.bytes.clone();
    }
    with(std::str::from_utf8(&example.bytes).unwrap()).into_bytes()
}

fn problems(bytes: Vec<u8>) -> Diagnostics {
    match Source::from_bytes("spec.yaml", bytes) {
        Ok(source) => lint(&source, Dialect::FlightHub),
        Err(problems) => problems,
    }
}

/// The warnings for another document from which a client is generated.
fn warnings(bytes: Vec<u8>) -> Diagnostics {
    let source = Source::from_bytes("spec.yaml", bytes).unwrap_or_else(|problems| panic!("{problems}"));
    let options =
        Options { dialect: Dialect::OpenApi, skip_unsupported: true, unused_types: true, ..Options::default() };
    let made = generate(&source, &options).unwrap_or_else(|problems| panic!("{problems}"));
    Diagnostics::new(source, made.warnings)
}

#[test]
fn the_base_of_the_examples_is_clean() {
    let problems = problems(base().into_bytes());
    assert!(problems.problems().is_empty(), "{problems}");
}

#[test]
fn every_code_has_an_explanation_with_correct_examples() {
    let mut reports = Vec::new();
    let mut wrong = Vec::new();
    for &code in Code::ALL {
        let examples = examples(code);
        let both = examples.iter().any(|example| example.wrong) && examples.iter().any(|example| !example.wrong);
        assert_eq!(both, !WITHOUT_EXAMPLES.contains(&code), "{code}: a wrong and a right example");
        for example in &examples {
            let of_others = code.severity() == Severity::Warning && !code.is_rule();
            let problems = if of_others { warnings(document(example)) } else { problems_of(example) };
            let found: BTreeSet<Code> = problems.problems().iter().map(|problem| problem.code).collect();
            let expected: BTreeSet<Code> = example.wrong.then_some(code).into_iter().collect();
            if found != expected {
                let kind = if example.wrong { "wrong" } else { "right" };
                wrong.push(format!("the {kind} example of {code} reports {found:?}:\n{problems}"));
            }
            if example.wrong {
                reports.push(format!("#### {code}\n{problems}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("explanations__messages", reports.join("\n"));
    });
}

#[test]
fn explanations_are_readable() {
    for &code in Code::ALL {
        let text = code.explanation();
        let words = text.split("```").step_by(2).collect::<String>().split_whitespace().count();
        assert!((20..200).contains(&words), "{code}: {words} words");
        assert!(text.ends_with('\n') && !text.starts_with("TODO"), "{code}");
        // The library does not know the program that shows it.
        assert!(!text.contains("xtask") && !code.meaning().contains("xtask"), "{code}");
        let long = text.lines().find(|line| line.chars().count() > 120 && line.contains(' '));
        assert_eq!(long, None, "{code}");
        assert!(code.meaning().ends_with('.') && !code.meaning().contains('\n'), "{code}");
    }
}

#[test]
fn codes_are_found_by_their_text() {
    for &code in Code::ALL {
        assert_eq!(code.as_str().parse::<Code>(), Ok(code));
    }
    let unknown = "danglign-ref".parse::<Code>().unwrap_err();
    assert_eq!(unknown.nearest, Some(Code::DanglingRef));
    assert_eq!(unknown.to_string(), "there is no code `danglign-ref`; did you mean `dangling-ref`?");
    assert_eq!("nothing-like-it".parse::<Code>().unwrap_err().to_string(), "there is no code `nothing-like-it`");
}

/// The report of a problem that cannot be provoked.
#[test]
fn a_bug_of_the_generator_is_reported() {
    let source = Source::new("spec.yaml", "openapi: 3.0.3\n");
    let place: Location = source.location(0..7, "/openapi");
    let problem = Diagnostic::new(Code::Internal, place, "mod.rs does not parse", "please report it");
    let reports = Diagnostics::new(source, vec![problem]).to_string();
    assert!(
        reports.starts_with("error[internal]: mod.rs does not parse\n") && reports.ends_with("1 error in spec.yaml\n")
    );
}
