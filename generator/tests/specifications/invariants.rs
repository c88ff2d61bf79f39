//! The invariants of the generator for arbitrary input.
//!
//! It terminates without a panic. It rejects a document with an error; every problem has a place in the text, and can
//! be rendered as text and as JSON. An accepted document becomes Rust, each file once, and identically in each run: no
//! two files, types, fields or variants have the same name, and each operation has the schema of its own arguments.
//! `lint` and `generate` agree, and a document has no difference from itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use flighthub2_generator::compare::{Mode, compare, json, markdown, text};
use flighthub2_generator::{Code, Diagnostic, Diagnostics, Dialect, Generated, Location, Options, Severity, Source};
use flighthub2_generator::{generate, lint};

/// A document of several pages takes milliseconds; the limit is for unoptimised builds on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

const NAME: &str = "any.yaml";

/// Checks all invariants for some bytes and their original document. Returns whether a client was generated.
pub(crate) fn check(bytes: &[u8], dialect: Dialect, original: Option<&Source>) -> bool {
    let started = Instant::now();
    let made = match Source::from_bytes(NAME, bytes.to_vec()) {
        Ok(source) => of_source(&source, dialect, original),
        Err(problems) => {
            check_report(&problems);
            false
        }
    };
    assert!(started.elapsed() < PATIENCE, "it takes {:?}", started.elapsed());
    made
}

fn of_source(source: &Source, dialect: Dialect, original: Option<&Source>) -> bool {
    let linted = lint(source, dialect);
    check_report(&linted);
    let is_error = |problem: &&Diagnostic| problem.severity() == Severity::Error;
    let errors: Vec<&Diagnostic> = linted.problems().iter().filter(is_error).collect();
    let options = Options { dialect, unused_types: true, ..Options::default() };
    let made = match generate(source, &options) {
        Ok(made) => {
            assert!(errors.is_empty(), "lint refuses what is generated:\n{linted}");
            let warnings = Diagnostics::new(source.clone(), made.warnings.clone());
            assert_eq!(warnings.problems(), made.warnings, "in another order, or twice");
            assert!(warnings.problems().iter().all(|problem| problem.severity() == Severity::Warning), "{warnings}");
            assert!(dialect == Dialect::OpenApi || made.warnings.is_empty(), "{warnings}");
            check_report(&warnings);
            is_rust(&made);
            Some(made)
        }
        Err(problems) => {
            check_report(&problems);
            let refused: Vec<&Diagnostic> = problems.problems().iter().filter(is_error).collect();
            assert!(!refused.is_empty(), "refused without an error:\n{problems}");
            assert_eq!(refused, errors, "lint reports other errors");
            None
        }
    };
    // Each of these takes as long as all of the above, so the length of the text selects one.
    match (source.text().len() % 4, &made) {
        (0, Some(made)) => {
            assert_eq!(generate(source, &options).ok().as_ref(), Some(made), "the second time it is different");
        }
        (1, Some(made)) => {
            let without = generate(source, &Options { bundle: false, ..options });
            let mut without = without.unwrap_or_else(|problems| panic!("only without the specification: {problems}"));
            without.files.extend(made.files.get_key_value("specification.yaml").map(|(k, v)| (k.clone(), v.clone())));
            assert_eq!(&without, made, "the specification is not a file more");
        }
        (2, _) => compared(source, original, Mode::Versions(dialect), made.is_some()),
        (3, _) => {
            // This uses the rules of OpenAPI without `x-` keys, under which not every document of this repository is
            // valid.
            let foreign = Options { dialect: Dialect::OpenApi, ..options };
            compared(source, original, Mode::Common, generate(source, &foreign).is_ok());
        }
        _ => {}
    }
    made.is_some()
}

/// A document has no difference from itself, and can be compared with its original.
fn compared(source: &Source, original: Option<&Source>, mode: Mode, made: bool) {
    if made {
        let same = compare(source, source, mode);
        let changes = same.as_ref().map(|same| same.changes.len());
        assert!(changes.is_ok_and(|changes| changes == 0), "it differs from itself: {same:?}");
    }
    for (old, new) in original.iter().flat_map(|original| [(*original, source), (source, *original)]) {
        match compare(old, new, mode) {
            Ok(comparison) => {
                assert!(!markdown(&comparison, None).is_empty() && !text(&comparison, None, true).is_empty());
                let parsed = serde_json::from_str::<serde_json::Value>(&json(&comparison, None));
                assert!(parsed.is_ok(), "{parsed:?}");
            }
            Err(problems) => problems.iter().for_each(check_report),
        }
    }
}

/// Every problem has its place, and can be rendered.
fn check_report(problems: &Diagnostics) {
    let source = problems.source();
    for problem in problems.problems() {
        assert_ne!(problem.code, Code::Internal, "{problems}");
        assert!(!problem.message.trim().is_empty() && !problem.help.trim().is_empty(), "{problem:?}");
        is_in(source, &problem.location);
        problem.related.iter().for_each(|(place, _)| is_in(source, place));
    }
    let shown = problems.render(false);
    let name = source.name();
    assert!(shown.ends_with(&format!(" in {name}\n")), "{shown}");
    let control = shown.chars().find(|character| character.is_control() && *character != '\n');
    assert_eq!(control, None, "a control character: {shown:?}");
    assert!(problems.render(true).len() >= shown.len());
    let lines: Vec<serde_json::Value> =
        problems.json_lines().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), problems.problems().len());
}

fn is_in(source: &Source, place: &Location) {
    let before = source.text().get(..place.span.start).unwrap_or_else(|| panic!("no place in the text: {place:?}"));
    assert!(source.text().get(place.span.clone()).is_some(), "no place in the text: {place:?}");
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let position = (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1);
    assert_eq!((place.line, place.column), position);
    assert!(place.pointer.is_empty() || place.pointer.starts_with('/'), "{place:?}");
}

/// Every file parses; every module has its file, and every file its module; every operation has its arguments.
fn is_rust(made: &Generated) {
    let mut modules = BTreeSet::from(["mod.rs".to_owned()]);
    let mut types = BTreeSet::new();
    let mut arguments: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in &made.files {
        if path.ends_with(".json") {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{path}: {text}");
        }
        if !path.ends_with(".rs") {
            continue;
        }
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
        let folder = path.strip_suffix("mod.rs").map_or_else(|| path.replace(".rs", "/"), str::to_owned);
        // All types are exported by one module, whatever file defines them.
        let scope = if path.starts_with("types/") { "types" } else { path };
        for item in &file.items {
            if let Some(name) = type_name(item) {
                assert!(types.insert(format!("{scope}: {name}")), "{path}: `{name}` is there twice");
            }
            are_distinct(item);
            match item {
                // An inline module has no file.
                syn::Item::Mod(module) if module.content.is_none() => {
                    let name = module.ident.to_string();
                    let file = format!("{folder}{}.rs", name.trim_start_matches("r#"));
                    assert!(modules.insert(file), "{path}: `{name}` is there twice");
                }
                syn::Item::Impl(block) => {
                    if let Some((id, names)) = arguments_of(block) {
                        assert_eq!(arguments.insert(id.clone(), names), None, "{id} is the id of two operations");
                    }
                }
                _ => {}
            }
        }
    }
    let written: BTreeSet<String> = made.files.keys().filter(|path| path.ends_with(".rs")).cloned().collect();
    assert_eq!(written, modules);
    assert_eq!(arguments.len(), made.operations, "an operation without arguments of its own");
    let schemas = made.files.get("schemas.json").map(|text| serde_json::from_str(text).unwrap());
    let schemas: serde_json::Value = schemas.unwrap_or_default();
    for (id, schemas) in schemas["operations"].as_object().into_iter().flatten() {
        let names = arguments.remove(id).unwrap_or_else(|| panic!("{id} is the id of no operation"));
        let schema = &schemas["arguments"];
        // The second argument of one name has its location in its name.
        let wire_name = |name: &str| {
            let located = ["path", "query", "header", "cookie"].map(|location| format!(" ({location})"));
            located.iter().find_map(|suffix| name.strip_suffix(suffix.as_str())).unwrap_or(name).to_owned()
        };
        let described = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| wire_name(name));
        let described: BTreeSet<String> = described.collect();
        assert_eq!(names, described, "{id}: an operation takes other arguments than its schema has");
    }
    assert!(arguments.is_empty(), "no schemas: {:?}", arguments.keys());
    can_be_written(made);
}

/// No file overwrites another one, on any system.
fn can_be_written(made: &Generated) {
    let folded: BTreeSet<String> = made.files.keys().map(|path| path.to_lowercase()).collect();
    assert_eq!(folded.len(), made.files.len(), "files whose names differ in case only: {:?}", made.files.keys());
    for name in made.files.keys().flat_map(|path| path.split('/')) {
        assert!(name.is_ascii() && name.len() + ".unfinished".len() < 256, "no name of a file: {name}");
        let stem = name.split('.').next().unwrap_or_default();
        let device = ["con", "prn", "aux", "nul"].contains(&stem)
            || ["com", "lpt"].iter().any(|port| {
                stem.strip_prefix(port).is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
            });
        assert!(!stem.is_empty() && !device, "a device of Windows: {name}");
    }
}

fn type_name(item: &syn::Item) -> Option<String> {
    Some(match item {
        syn::Item::Struct(item) => item.ident.to_string(),
        syn::Item::Enum(item) => item.ident.to_string(),
        syn::Item::Type(item) => item.ident.to_string(),
        _ => return None,
    })
}

/// Fields, variants and methods of one item.
fn are_distinct(item: &syn::Item) {
    let names: Vec<String> = match item {
        syn::Item::Struct(item) => {
            item.fields.iter().filter_map(|field| Some(field.ident.as_ref()?.to_string())).collect()
        }
        syn::Item::Enum(item) => item.variants.iter().map(|variant| variant.ident.to_string()).collect(),
        syn::Item::Impl(item) => {
            let method = |item: &syn::ImplItem| match item {
                syn::ImplItem::Fn(method) => Some(method.sig.ident.to_string()),
                _ => None,
            };
            item.items.iter().filter_map(method).collect()
        }
        _ => return,
    };
    let distinct: BTreeSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "a name is there twice: {names:?}");
}

/// For an implementation of `Operation`: the id of the operation, and the names of the arguments that it writes.
fn arguments_of(block: &syn::ItemImpl) -> Option<(String, BTreeSet<String>)> {
    let (path, _) = block.trait_.as_ref()?;
    path.segments.last().filter(|segment| segment.ident == "Operation")?;
    let mut id = None;
    let mut names = BTreeSet::new();
    for item in &block.items {
        match item {
            syn::ImplItem::Const(constant) => {
                let syn::Expr::Reference(info) = &constant.expr else { continue };
                let mut info = &*info.expr;
                while let syn::Expr::MethodCall(call) = info {
                    info = &call.receiver;
                }
                let syn::Expr::Call(new) = info else { continue };
                // The first argument is the API.
                if let Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(value), .. })) = new.args.get(1) {
                    id = Some(value.value());
                }
            }
            syn::ImplItem::Fn(method) if method.sig.ident == "write" => {
                for statement in &method.block.stmts {
                    // Only a body has a variant for each of its media types.
                    if let syn::Stmt::Expr(syn::Expr::Match(_), _) = statement {
                        names.insert("body".to_owned());
                    }
                    let syn::Stmt::Expr(syn::Expr::MethodCall(call), _) = statement else { continue };
                    match call.method.to_string().as_str() {
                        "path" | "query" | "query_list" | "header" | "path_value" | "query_value" | "header_value"
                        | "cookie_value" => {
                            let Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. })) = call.args.first()
                            else {
                                panic!("an argument without a name")
                            };
                            names.insert(name.value());
                        }
                        "accept_chosen" => {
                            names.insert("Accept".to_owned());
                        }
                        "body" | "json" | "binary" | "form" | "form_styled" | "multipart" | "raw" => {
                            names.insert("body".to_owned());
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Some((id?, names))
}
