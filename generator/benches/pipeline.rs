//! The whole pipeline on our own specification, in memory: text in, formatted files out. Beside it, for comparison in
//! the same run, what reading the same text with `serde_yaml` and `openapiv3` alone takes, and what formatting the tokens
//! of the generated files with `syn` and `prettyplease` alone takes; and the pipeline on documents that have our
//! specification many times, whose throughput shows whether it is linear.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot go on stops and says why")]

use std::env;
use std::hint::black_box;
use std::time::{Duration, Instant};

use flighthub2_generator::{Generated, Options, Source, generate};
use proc_macro2::TokenStream;
use serde_yaml::{Mapping, Value};

/// That of `cargo xtask`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SPEC: &str = include_str!("../../spec/flighthub2.yaml");

/// Each measurement takes as long, but has at least [`ROUNDS`].
const TIME: Duration = Duration::from_secs(5);
const ROUNDS: usize = 10;

fn main() {
    // `cargo test --benches` asks whether it runs at all, not for figures.
    if env::args().any(|argument| argument == "--test") {
        return;
    }
    let source = Source::new("spec/flighthub2.yaml", SPEC);
    measure("the specification: generate", 1, || generated(black_box(&source)).files.len());
    measure("the specification: serde_yaml and openapiv3 alone", 1, || {
        serde_yaml::from_str::<openapiv3::OpenAPI>(black_box(SPEC)).map_or(0, |api| api.paths.paths.len())
    });
    let files = generated(&source).files;
    let rust = files.iter().filter(|(path, _)| path.ends_with(".rs"));
    let tokens: Vec<TokenStream> = rust.map(|(_, text)| text.parse().unwrap()).collect();
    measure("the specification: syn and prettyplease alone", 1, || {
        let texts = tokens.iter().map(|tokens| prettyplease::unparse(&syn::parse2(tokens.clone()).unwrap()));
        texts.map(|text| text.len()).sum()
    });
    let one = generated(&source).operations;
    for copies in [1, 10, 100] {
        let source = Source::new("many.yaml", copied(copies));
        let operations = generated(&source).operations;
        assert_eq!(operations, copies * one);
        measure(&format!("{copies} times the specification"), operations, || generated(black_box(&source)).files.len());
    }
}

/// Prints the median and the range of the time of a run, and how many elements it handles in a second.
fn measure(name: &str, elements: usize, run: impl Fn() -> usize) {
    black_box(run());
    let started = Instant::now();
    let mut times = Vec::new();
    while times.len() < ROUNDS || started.elapsed() < TIME {
        let started = Instant::now();
        black_box(run());
        times.push(started.elapsed());
    }
    times.sort();
    let (least, median, most) = (times[0], times[times.len() / 2], times[times.len() - 1]);
    let throughput = elements as f64 / median.as_secs_f64();
    println!("{name}: {median:.2?} ({least:.2?} to {most:.2?}, {} runs), {throughput:.0} elements/s", times.len());
}

fn generated(source: &Source) -> Generated {
    generate(source, &Options::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The text of a document that has each group, each operation and each schema so many times, under names of their own.
fn copied(copies: usize) -> String {
    let one: Value = serde_yaml::from_str(SPEC).unwrap();
    let mut many = one.clone();
    for copy in 1..copies {
        let suffix = format!("K{copy}");
        let paths = many["paths"].as_mapping_mut().unwrap();
        for (path, item) in one["paths"].as_mapping().unwrap() {
            let path = path.as_str().unwrap().replace("v0.1", &suffix.to_lowercase());
            paths.insert(path.into(), renamed(item, &suffix));
        }
        for tag in one["tags"].as_sequence().unwrap() {
            let mut tag = renamed(tag, &suffix);
            tag["name"] = format!("{}{suffix}", tag["name"].as_str().unwrap()).into();
            many["tags"].as_sequence_mut().unwrap().push(tag);
        }
        let schemas = many["components"]["schemas"].as_mapping_mut().unwrap();
        for (name, schema) in one["components"]["schemas"].as_mapping().unwrap() {
            let name = name.as_str().unwrap();
            if name != ENVELOPE {
                schemas.insert(format!("{name}{suffix}").into(), renamed(schema, &suffix));
            }
        }
    }
    serde_yaml::to_string(&many).unwrap()
}

/// The schema of every response; there can be only one.
const ENVELOPE: &str = "Envelope";

/// A part of the document with other names of schemas and operations in it.
fn renamed(value: &Value, suffix: &str) -> Value {
    let with_suffix = |value: &Value| Value::from(format!("{}{suffix}", value.as_str().unwrap()));
    let member = |(key, value): (&Value, &Value)| {
        let value = match key.as_str().unwrap_or_default() {
            "$ref"
                if value.as_str().is_some_and(|target| target.contains("/schemas/") && !target.ends_with(ENVELOPE)) =>
            {
                with_suffix(value)
            }
            "operationId" => with_suffix(value),
            "x-client-name" => format!("{}_{}", value.as_str().unwrap(), suffix.to_lowercase()).into(),
            "tags" | "x-lookup" => value.as_sequence().unwrap().iter().map(with_suffix).collect::<Vec<_>>().into(),
            "mapping" => {
                let tags = value.as_mapping().unwrap().iter();
                Value::Mapping(tags.map(|(tag, target)| (tag.clone(), with_suffix(target))).collect())
            }
            _ => renamed(value, suffix),
        };
        (key.clone(), value)
    };
    match value {
        Value::Mapping(members) => Value::Mapping(members.iter().map(member).collect::<Mapping>()),
        Value::Sequence(items) => items.iter().map(|item| renamed(item, suffix)).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}
