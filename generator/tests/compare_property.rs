//! Whatever is changed in a specification is told, and what is told of it is true of the generated code.
//!
//! The changes are the same in every run: they come from a counter, not from chance. What the code offers is asked from
//! the code itself; that this is what the compiler asks for is shown in `compare.rs`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

#[allow(dead_code, reason = "only the part that reads generated code is of use here")]
#[path = "compiler/caller.rs"]
mod caller;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use caller::{Uses, uses};
use flighthub2_generator::compare::{Change, Class, Comparison, Mode, compare};
use flighthub2_generator::{Dialect, Options, Source, generate};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_yaml::{Mapping, Value};

/// Edits to try. About one in five makes a specification.
const CASES: u32 = 800;

/// Our small specifications, and the fixtures of the generator.
fn documents() -> Vec<(Value, Dialect)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["tests/compare", "../tests/fixtures"] {
        paths.extend(fs::read_dir(here.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let own = text.contains("x-risk:");
        (serde_yaml::from_str(&text).unwrap(), if own { Dialect::FlightHub } else { Dialect::Foreign })
    };
    let documents: Vec<_> = paths.iter().map(read).collect();
    assert!(documents.len() >= 20);
    documents
}

fn source(document: &Value) -> Source {
    Source::new("document.yaml", serde_yaml::to_string(document).unwrap())
}

/// A document without what says nothing: the order of keys, which `==` leaves out, and that of required members.
fn meaning(value: &Value) -> Value {
    match value {
        Value::Mapping(members) => {
            let of = |(key, value): (&Value, &Value)| match value {
                Value::Sequence(names) if key == "required" => {
                    let mut names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                    names.sort_unstable();
                    (key.clone(), serde_yaml::to_value(names).unwrap())
                }
                value => (key.clone(), meaning(value)),
            };
            Value::Mapping(members.iter().map(of).collect())
        }
        Value::Sequence(items) => items.iter().map(meaning).collect(),
        value => value.clone(),
    }
}

/// Every place of a document, as the way to it.
fn places(value: &Value, way: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    let inner: Vec<&Value> = match value {
        Value::Mapping(members) => members.values().collect(),
        Value::Sequence(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    for (index, inner) in inner.into_iter().enumerate() {
        way.push(index);
        found.push(way.clone());
        places(inner, way, found);
        way.pop();
    }
}

fn at<'v>(value: &'v mut Value, way: &[usize]) -> &'v mut Value {
    let Some((first, rest)) = way.split_first() else { return value };
    let inner = match value {
        Value::Mapping(members) => members.values_mut().nth(*first).unwrap(),
        Value::Sequence(items) => items.get_mut(*first).unwrap(),
        _ => unreachable!(),
    };
    at(inner, rest)
}

/// What is done to a place of a document.
#[derive(Clone, Debug)]
enum Edit {
    Replace(&'static str),
    /// By what stands in another place.
    Copy(Index),
    Remove,
    /// Puts it first among its neighbours.
    First,
    /// Gives it another key, or repeats it in a list.
    Rename(&'static str),
    /// Puts what stands in another place beside it.
    Insert(&'static str, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let value = prop::sample::select(vec![
        "true",
        "false",
        "7",
        "1.5",
        "Another text.",
        "other_name",
        "string",
        "integer",
        "object",
        "array",
        "write",
        "read",
        "idempotent",
        "{type: string}",
        "{type: integer}",
        "{type: array, items: {type: boolean}}",
        "{type: object, properties: {a: {type: string}}}",
        "[200]",
    ]);
    let key = prop::sample::select(vec![
        "other_name",
        "another-name",
        "nullable",
        "deprecated",
        "required",
        "description",
        "format",
        "maximum",
        "example",
        "additionalProperties",
        "default",
        "x-unit",
    ]);
    prop_oneof![
        value.prop_map(Edit::Replace),
        any::<Index>().prop_map(Edit::Copy),
        Just(Edit::Remove),
        Just(Edit::First),
        key.clone().prop_map(Edit::Rename),
        (key, any::<Index>()).prop_map(|(key, from)| Edit::Insert(key, from)),
    ]
}

fn apply(document: &Value, ways: &[Vec<usize>], to: &Index, edit: &Edit) -> Value {
    let mut edited = document.clone();
    let copy = |from: &Index| at(&mut document.clone(), &ways[from.index(ways.len())]).clone();
    let way = &ways[to.index(ways.len())];
    let (place, parent) = way.split_last().unwrap();
    match edit {
        Edit::Replace(value) => *at(&mut edited, way) = serde_yaml::from_str(value).unwrap(),
        Edit::Copy(from) => *at(&mut edited, way) = copy(from),
        Edit::Remove | Edit::First | Edit::Rename(_) | Edit::Insert(..) => match at(&mut edited, parent) {
            Value::Mapping(members) => {
                let mut entries: Vec<(Value, Value)> = std::mem::take(members).into_iter().collect();
                match edit {
                    Edit::Remove => drop(entries.remove(*place)),
                    Edit::First => entries[..=*place].rotate_right(1),
                    Edit::Rename(key) => entries[*place].0 = (*key).into(),
                    Edit::Insert(key, from) => entries.insert(*place, ((*key).into(), copy(from))),
                    _ => unreachable!(),
                }
                *members = entries.into_iter().collect::<Mapping>();
            }
            Value::Sequence(items) => match edit {
                Edit::Remove => drop(items.remove(*place)),
                Edit::First => items[..=*place].rotate_right(1),
                Edit::Rename(_) => items.push(items[*place].clone()),
                Edit::Insert(_, from) => items.insert(*place, copy(from)),
                _ => unreachable!(),
            },
            _ => unreachable!(),
        },
    }
    edited
}

fn told(comparison: &Comparison) -> String {
    let line = |change: &Change| format!("{:?} {:?} {}: {}\n", change.class, change.kind, change.subject, change.what);
    comparison.changes.iter().map(line).collect()
}

/// All tokens, one by one.
fn flat(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                words.push(format!("{:?}", group.delimiter()));
                flat(group.stream(), words);
                words.push("end".to_owned());
            }
            token => words.push(token.to_string()),
        }
    }
}

/// Types behind their names: `Names` is `Vec<String>`, whichever of them is written.
struct Aliases(BTreeMap<String, Vec<String>>);

impl Aliases {
    fn of(uses: &Uses) -> Self {
        let statements = uses.values().flatten().filter_map(|it| it.strip_prefix("fn alias (value : "));
        let one = |statement: &str| {
            let (name, target) = statement.split_once(") -> ").unwrap();
            (name.to_owned(), words(target.trim_end_matches(" { value }")))
        };
        Self(statements.map(one).collect())
    }

    fn resolved(&self, mut words: Vec<String>) -> String {
        while words.iter().any(|word| self.0.contains_key(word)) {
            let one = |word: String| self.0.get(&word).cloned().unwrap_or_else(|| vec![word]);
            words = words.into_iter().flat_map(one).collect();
        }
        words.join(" ")
    }
}

/// The tokens of a text, without the ways to types.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    flat(plain(text).parse().unwrap(), &mut words);
    words
}

fn plain(text: &str) -> String {
    ["super :: ", "types :: ", "super : : ", "types : : "]
        .iter()
        .fold(text.to_owned(), |text, way| text.replace(way, ""))
}

/// What old programs do and new code does not offer.
fn missing<'u>(old: &'u Uses, new: &Uses) -> Vec<&'u str> {
    let of = |(part, statements): (&'u String, &'u std::collections::BTreeSet<String>)| {
        let offered = new.get(part);
        statements.iter().filter(move |statement| !offered.is_some_and(|offered| offered.contains(*statement)))
    };
    old.iter().flat_map(of).map(String::as_str).collect()
}

/// The pieces of some code without what is read by people.
fn pieces(tokens: TokenStream, found: &mut Vec<String>) {
    const TEXTS: &[&str] = &["summary", "page", "title", "meaning"];
    let mut piece = String::new();
    let mut skipped = false;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => {
                if !skipped {
                    found.push(std::mem::take(&mut piece));
                }
                piece.clear();
                skipped = false;
            }
            TokenTree::Ident(ident) if piece.is_empty() && TEXTS.iter().any(|text| ident == text) => skipped = true,
            _ if skipped => {}
            TokenTree::Group(group) => {
                piece.push_str("() ");
                pieces(group.stream(), found);
                if group.delimiter() == Delimiter::Brace {
                    found.push(std::mem::take(&mut piece));
                }
            }
            token => piece.push_str(&format!("{token} ")),
        }
    }
    found.push(piece);
}

/// Everything in the code that is not read by people only, in an order of its own.
fn without_texts(files: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    for text in files.iter().filter(|(path, _)| path.ends_with(".rs")).map(|(_, text)| text) {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        pieces(lines.flat_map(|line| [line, "\n"]).collect::<String>().parse().unwrap(), &mut found);
    }
    // Which module a type is defined in is nobody's business.
    found.retain(|piece| !piece.starts_with("mod ") && !piece.starts_with("use ") && !piece.starts_with("pub use "));
    found.sort();
    found
}

/// What a document makes.
struct Made {
    uses: Uses,
    code: Vec<String>,
}

fn made(document: &Value, dialect: Dialect) -> Option<Made> {
    let options = Options { dialect, ..Options::default() };
    let files = generate(&source(document), &options).ok()?.files;
    let offered = uses(&files);
    let aliases = Aliases::of(&offered);
    let code = without_texts(&files).into_iter().filter(|piece| !piece.starts_with("pub type"));
    let mut code: Vec<String> =
        code.map(|piece| aliases.resolved(plain(&piece).split(' ').map(str::to_owned).collect())).collect();
    code.sort();
    let is_alias = |statement: &String| statement.starts_with("fn alias");
    let one = |statement: String| {
        if is_alias(&statement) { statement } else { aliases.resolved(words(&statement)) }
    };
    let uses = offered.into_iter().map(|(part, of)| (part, of.into_iter().map(one).collect())).collect();
    Some(Made { uses, code })
}

/// Compares a document with another one, and what is told with what they make.
fn check(old: (&Value, &Made), new: (&Value, &Made), comparison: &Comparison) {
    let told = told(comparison);
    let is_same = meaning(old.0) == meaning(new.0);
    assert!(is_same || !comparison.changes.is_empty(), "a change is not told:\n{}", difference(old.0, new.0));
    let missing = missing(&old.1.uses, &new.1.uses);
    let worst = comparison.worst();
    if worst == Some(Class::Breaking) {
        // A name that means another thing, or a risk: what is told says so.
        let unseen = |change: &Change| change.why.contains("the compiler");
        let seen = comparison.of(Class::Breaking).filter(|change| !unseen(change)).count();
        assert!(seen == 0 || !missing.is_empty(), "nothing breaks:\n{told}\n{}", difference(old.0, new.0));
    } else {
        assert!(missing.is_empty(), "this breaks:\n{missing:#?}\n{told}\n{}", difference(old.0, new.0));
    }
    if worst.is_none_or(|worst| worst == Class::DocumentationOnly) {
        let lonely = |these: &[String], others: &[String]| -> Vec<String> {
            these.iter().filter(|piece| !others.contains(piece)).cloned().collect()
        };
        let pieces = (lonely(&old.1.code, &new.1.code), lonely(&new.1.code, &old.1.code));
        assert!(old.1.code == new.1.code, "code changes:\n{pieces:#?}\n{told}\n{}", difference(old.0, new.0));
    }
}

fn difference(old: &Value, new: &Value) -> String {
    let [old, new] = [old, new].map(|value| serde_yaml::to_string(value).unwrap());
    similar::TextDiff::from_lines(&old, &new).unified_diff().context_radius(8).to_string()
}

/// Runs a property with the same inputs every time.
fn always<S: Strategy>(cases: u32, strategy: S, test: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    runner
        .run(&strategy, |value| {
            test(value);
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_change_is_told_and_has_its_class() {
    let documents: Vec<(Value, Dialect, Made, Vec<Vec<usize>>)> = documents()
        .into_iter()
        .map(|(document, dialect)| {
            let made = made(&document, dialect).unwrap();
            let mut ways = Vec::new();
            places(&document, &mut Vec::new(), &mut ways);
            (document, dialect, made, ways)
        })
        .collect();
    let counts = RefCell::new(BTreeMap::<Option<Class>, usize>::new());
    let strategy = (0..documents.len(), any::<Index>(), edit());
    always(CASES, strategy, |(index, to, edit)| {
        let (document, dialect, of_document, ways) = &documents[index];
        let edited = apply(document, ways, &to, &edit);
        let mode = Mode::Versions(*dialect);
        let (one, other) = (source(document), source(&edited));
        // Most edits make something that is no specification.
        let (Ok(there), Ok(back)) = (compare(&one, &other, mode), compare(&other, &one, mode)) else { return };
        let Some(of_edited) = made(&edited, *dialect) else { return };
        check((document, of_document), (&edited, &of_edited), &there);
        check((&edited, &of_edited), (document, of_document), &back);
        for comparison in [there, back] {
            *counts.borrow_mut().entry(comparison.worst()).or_default() += 1;
        }
    });
    let counts = counts.into_inner();
    for class in Class::ALL {
        let count = counts.get(&Some(*class)).copied().unwrap_or_default();
        assert!(count >= 12, "{class:?} was seen {count} times only: {counts:?}");
    }
}
