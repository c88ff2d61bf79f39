//! What a comparison tells of a change, held against what the compiler says of the two clients.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

#[path = "compiler/caller.rs"]
mod caller;
#[path = "compiler/mutations.rs"]
mod mutations;
#[path = "compiler/nested.rs"]
mod nested;
#[path = "compiler/program.rs"]
mod program;
#[path = "compiler/workspace.rs"]
mod workspace;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use flighthub2_generator::compare::{Class, Comparison, Mode, compare};
use flighthub2_generator::{Dialect, Options, Source, generate};
use mutations::{Base, Mutation};
use workspace::{Crate, judge};

const OWN: &str = include_str!("compare/own.yaml");
const FOREIGN: &str = include_str!("compare/foreign.yaml");

fn base(base: Base) -> (&'static str, Dialect) {
    match base {
        Base::Own => (OWN, Dialect::FlightHub),
        Base::Foreign => (FOREIGN, Dialect::OpenApi),
    }
}

fn compared(mutation: &Mutation) -> Comparison {
    let (text, dialect) = base(mutation.base);
    let (old, new) = (Source::new("old.yaml", text), Source::new("new.yaml", mutation.apply(text)));
    compare(&old, &new, Mode::Versions(dialect)).unwrap_or_else(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}: {}", mutation.name, problems.join("\n"))
    })
}

/// The client, without its comments: the compiler does not read them.
fn client(text: &str, dialect: Dialect) -> BTreeMap<String, String> {
    let options = Options { dialect, ..Options::default() };
    let made = generate(&Source::new("new.yaml", text), &options).unwrap_or_else(|problems| panic!("{problems}"));
    let code = |text: String| -> String {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.flat_map(|line| [line, "\n"]).collect()
    };
    let of = |(path, text): (String, String)| match path.rsplit_once('.') {
        Some((_, "rs")) => (path, code(text)),
        // Included as a text.
        _ => (path, String::new()),
    };
    made.files.into_iter().map(of).collect()
}

fn lines(comparison: &Comparison) -> Vec<String> {
    let of = |change: &flighthub2_generator::compare::Change| {
        format!("{}: {} `{}`: {}", change.class.as_str(), change.kind.as_str(), change.subject, change.what)
    };
    comparison.changes.iter().map(of).collect()
}

#[test]
fn every_mutation_has_its_class_and_is_told() {
    let mut table = String::new();
    let mut wrong = Vec::new();
    let mut names = Vec::new();
    for mutation in mutations::all() {
        assert!(!names.contains(&mutation.name), "{} is there twice", mutation.name);
        names.push(mutation.name);
        let comparison = compared(mutation);
        let lines = lines(&comparison);
        let class = mutation.class.map_or("", Class::as_str);
        let is_told = mutation.class.is_none()
            || lines.iter().any(|line| line.starts_with(class) && line.contains(mutation.told));
        if comparison.worst() != mutation.class || !is_told {
            wrong.push(format!("{}: {:?}, {}\n{}\n", mutation.name, mutation.class, mutation.told, lines.join("\n")));
        }
        writeln!(table, "{}", mutation.name).unwrap();
        lines.iter().for_each(|line| writeln!(table, "    {line}").unwrap());
        if let Some(why) = mutation.but {
            writeln!(table, "    but it compiles: {why}").unwrap();
        }
    }
    assert!(names.len() >= 40, "only {} mutations", names.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("mutations", table);
    });
}

/// A program that uses everything of the old client compiles with the new one, unless the change is called breaking.
/// Where it compiles all the same, the table says why.
#[test]
fn the_compiler_agrees() {
    let programs = [Base::Own, Base::Foreign].map(|of| {
        let (text, dialect) = base(of);
        caller::uses(&client(text, dialect))
    });
    let mut crates: Vec<Crate> = Vec::new();
    // Clients of the same code are judged once.
    let mut known: HashMap<(bool, BTreeMap<String, String>), String> = HashMap::new();
    let mut judged: Vec<(&Mutation, String)> = Vec::new();
    for (index, mutation) in mutations::all().enumerate() {
        let (text, dialect) = base(mutation.base);
        let files = client(&mutation.apply(text), dialect);
        let key = (mutation.base == Base::Own, files.clone());
        let name = known.entry(key).or_insert_with(|| {
            let name = format!("client_{index:03}");
            let of_base = &programs[usize::from(mutation.base == Base::Foreign)];
            crates.push(Crate { name: name.clone(), files: files.clone(), program: program::program(of_base, &name) });
            name
        });
        judged.push((mutation, name.clone()));
    }
    let judgements = judge(&crates);
    let mut wrong = String::new();
    for (mutation, name) in judged {
        let judgement = &judgements[&name];
        assert!(judgement.client.is_empty(), "{}: the client: {:?}", mutation.name, judgement.client);
        let compiles = judgement.program.is_empty();
        let expected = mutation.class != Some(Class::Breaking) || mutation.but.is_some();
        if compiles != expected {
            writeln!(wrong, "{} is {:?}, and compiles: {compiles}", mutation.name, mutation.class).unwrap();
            judgement.program.iter().take(5).for_each(|error| writeln!(wrong, "    {error}").unwrap());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
