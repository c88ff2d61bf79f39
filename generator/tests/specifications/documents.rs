//! Initial documents: the fixtures, the pair of the comparison, the base of the explanations, and the specification of
//! this repository in pieces, one for each path, so that each is processed fast.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use flighthub2_generator::{Dialect, Source};
use serde_yaml::{Mapping, Value};

use super::edits::Choices;

/// A document from which a client is generated.
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) value: Value,
    /// The rules that it follows.
    pub(crate) dialect: Dialect,
}

impl Document {
    fn new(name: String, text: String) -> Self {
        let value = serde_yaml::from_str(&text).unwrap();
        let dialect = if text.contains("x-risk:") { Dialect::FlightHub } else { Dialect::OpenApi };
        Self { name, text, value, dialect }
    }

    pub(crate) fn source(&self) -> Source {
        Source::new(&self.name, &self.text)
    }
}

pub(crate) struct Documents {
    pub(crate) all: Vec<Document>,
}

impl Documents {
    /// Reads them from a clone of the repository.
    pub(crate) fn read(repository: &Path) -> Self {
        let mut paths = vec![repository.join("generator/tests/explanations/base.yaml")];
        for folder in ["generator/tests/compare", "tests/fixtures"] {
            paths.extend(fs::read_dir(repository.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
        }
        paths.sort();
        let read = |path: &std::path::PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            Document::new(name, fs::read_to_string(path).unwrap())
        };
        let mut all: Vec<Document> = paths.iter().map(read).collect();
        let ours = serde_yaml::from_str(&fs::read_to_string(repository.join("spec/flighthub2.yaml")).unwrap()).unwrap();
        all.extend(pieces(&ours));
        Self { all }
    }

    pub(crate) fn choose(&self, choices: &mut Choices<'_>) -> &Document {
        &self.all[choices.below(self.all.len())]
    }
}

/// A document for each path, with only the components to which its operations refer.
fn pieces(whole: &Value) -> Vec<Document> {
    let paths = whole["paths"].as_mapping().unwrap();
    let piece = |path: &Value| {
        let name = format!("{}.yaml", path.as_str().unwrap_or_default());
        Document::new(name, serde_yaml::to_string(&piece(whole, &[path])).unwrap())
    };
    paths.keys().map(piece).collect()
}

/// A document with these paths, and with only the components to which their operations refer.
pub(crate) fn piece(whole: &Value, paths: &[&Value]) -> Value {
    let mut items: Mapping = paths.iter().map(|path| ((*path).clone(), whole["paths"][*path].clone())).collect();
    let mut ids = BTreeSet::new();
    let mut tags = BTreeSet::new();
    let mut codes = Vec::new();
    for operation in operations(&mut items) {
        ids.extend(operation.get("operationId").and_then(Value::as_str).map(str::to_owned));
        tags.extend(operation.get("tags").and_then(|tags| tags[0].as_str()).map(str::to_owned));
        codes.extend(operation.get("x-error-codes").and_then(Value::as_sequence).into_iter().flatten().cloned());
    }
    for operation in operations(&mut items) {
        let known = |lookup: &Value| {
            lookup.as_sequence().is_some_and(|all| all.iter().all(|id| id.as_str().is_some_and(|id| ids.contains(id))))
        };
        if operation.get("x-lookup").is_some_and(|lookup| !known(lookup)) {
            operation.remove("x-lookup");
        }
    }
    let mut found = BTreeSet::new();
    let mut next = Vec::new();
    items.values().for_each(|item| references(item, &mut next));
    while let Some(reference) = next.pop() {
        if let Some([section, name]) = target(&reference)
            && found.insert([section.to_owned(), name.to_owned()])
        {
            references(&whole["components"][section][name], &mut next);
        }
    }
    let mut document = whole.as_mapping().unwrap().clone();
    document.insert("paths".into(), Value::Mapping(items));
    if let Some(Value::Sequence(all)) = document.get_mut("tags") {
        all.retain(|tag| tag["name"].as_str().is_some_and(|name| tags.contains(name)));
    }
    if let Some(Value::Sequence(all)) = document.get_mut("x-error-codes") {
        all.retain(|entry| codes.contains(&entry["code"]));
        if all.is_empty() {
            document.remove("x-error-codes");
        }
    }
    if let Some(Value::Mapping(components)) = document.get_mut("components") {
        for (section, members) in components.iter_mut().filter(|(section, _)| *section != "securitySchemes") {
            let section = section.as_str().unwrap();
            let used = |name: &Value| found.contains(&[section.to_owned(), name.as_str().unwrap().to_owned()]);
            let members = members.as_mapping_mut().unwrap();
            *members = std::mem::take(members).into_iter().filter(|(name, _)| used(name)).collect::<Mapping>();
        }
    }
    Value::Mapping(document)
}

fn operations(items: &mut Mapping) -> impl Iterator<Item = &mut Mapping> {
    let items = items.values_mut().map(|item| item.as_mapping_mut().unwrap());
    items.flat_map(Mapping::values_mut).filter_map(Value::as_mapping_mut)
}

fn target(reference: &str) -> Option<[&str; 2]> {
    let (section, name) = reference.strip_prefix("#/components/")?.split_once('/')?;
    Some([section, name])
}

/// All possible references.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("#/") => found.push(text.clone()),
        Value::Sequence(items) => items.iter().for_each(|item| references(item, found)),
        Value::Mapping(members) => members.values().for_each(|member| references(member, found)),
        _ => {}
    }
}
