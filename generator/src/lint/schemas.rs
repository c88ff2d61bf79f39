//! Rules about schemas as a whole: each is used, and each is written once.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value as Json};

use super::ground::{Ground, keys, list, text};
use crate::diagnostic::Code;
use crate::document::pointer::{PointerRef, escape};
use crate::document::vocabulary::{DISCRIMINATOR, DOCUMENT, OPERATION, SCHEMA};
use crate::document::{Element, Node, Sink, Value};

/// A component that cannot be reached from a path says nothing. Most often its last user is gone, or a new one forgot it.
pub(super) fn unused(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    // By the component that refers, or "" for everything else: where it leads.
    let mut leads: HashMap<String, Vec<String>> = HashMap::new();
    for element in &ground.elements {
        let from = component_of(&element.pointer).unwrap_or_default();
        leads.entry(from.to_owned()).or_default().extend(targets(element));
    }
    let mut reached = BTreeSet::new();
    let mut next = leads.get("").cloned().unwrap_or_default();
    while let Some(component) = next.pop() {
        if let Some(more) = leads.get(&component).filter(|_| !reached.contains(&component)) {
            next.extend(more.iter().cloned());
        }
        reached.insert(component);
    }
    for element in &ground.elements {
        if let Some((section, name)) = ground.component(element)
            && !reached.contains(&element.pointer)
        {
            let message = format!("nothing uses `{name}`");
            let help = format!("refer to it, or remove it from `components/{section}`");
            sink.report(Code::UnusedComponent, PointerRef::Base(&element.pointer), message, help);
        }
    }
}

/// The pointer of the component that a node is part of.
fn component_of(pointer: &str) -> Option<&str> {
    let name = pointer.strip_prefix("/components/")?.split('/').take(2).map(|token| token.len() + 1).sum::<usize>();
    pointer.get(.."/components".len() + name)
}

/// Pointers of the components that an element names.
fn targets(element: &Element<'_>) -> Vec<String> {
    if let Some(target) = element.target {
        return target.strip_prefix('#').map(str::to_owned).into_iter().collect();
    }
    let mut found = Vec::new();
    if element.is(&DISCRIMINATOR) {
        let mapping = element.node.get("mapping").map(Node::mapping).unwrap_or_default();
        for target in mapping.iter().filter_map(|entry| entry.node.as_str()) {
            let named = format!("/components/schemas/{}", escape(target));
            found.push(target.strip_prefix('#').map_or(named, str::to_owned));
        }
    }
    if element.is(&DOCUMENT) || element.is(&OPERATION) {
        let schemes = list(element.node, "security").iter().flat_map(Node::mapping);
        found.extend(schemes.map(|entry| format!("/components/securitySchemes/{}", escape(&entry.key))));
    }
    found
}

/// Keys of a schema that are words about it.
const WORDS: &[&str] = &["title", "description", "example", "externalDocs"];

/// The names of an enumeration's values.
const NAMES: &str = "x-enum-varnames";

/// Two schemas that say the same become two types that callers have to convert, and one of them is forgotten when the
/// other changes. Texts and numbers with a name are meant to be different types, and are not compared.
pub(super) fn same(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    let mut known: HashMap<String, &Element<'_>> = HashMap::new();
    let written = ground.all(&SCHEMA).filter(|schema| schema.pointer.starts_with("/components/schemas/"));
    for schema in written.filter(|schema| is_of_its_own(schema.node)) {
        let at = PointerRef::Base(&schema.pointer);
        match known.entry(canonical(schema.node).to_string()) {
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(schema);
            }
            std::collections::hash_map::Entry::Occupied(first) => {
                let first = first.get();
                let name = ground.component(first).map_or_else(|| first.pointer.clone(), |(_, name)| name);
                let message = format!("this schema is the same as `{name}`");
                let help = "keep one of them, and refer to it; if they only look the same, say so in `x-lint-allow`";
                sink.report_with(
                    Code::SameSchema,
                    at,
                    message,
                    help,
                    (PointerRef::Base(&first.pointer), "the other one"),
                );
            }
        }
    }
}

/// Whether a schema has members, values or forms that would be repeated.
fn is_of_its_own(schema: &Node<'_>) -> bool {
    // Numbers of two enumerations are the same by chance, unless their names are, too.
    let named = text(schema, "type") != Some("integer") || schema.get(NAMES).is_some();
    let values = list(schema, "enum").len() > 1 && named;
    let forms = list(schema, "oneOf").len() + list(schema, "allOf").len() > 1;
    keys(schema, "properties").next().is_some() || values || forms
}

/// What a schema says about its values, without the words about it, in an order that does not depend on how it is
/// written.
fn canonical(schema: &Node<'_>) -> Json {
    let Value::Mapping(entries) = &schema.value else { return schema.json() };
    let mut members = Map::new();
    for entry in entries.iter().filter(|entry| !WORDS.contains(&&*entry.key) && !entry.key.starts_with("x-")) {
        let value = match (&*entry.key, &entry.node.value) {
            ("properties", Value::Mapping(properties)) => {
                let mut described: Vec<(String, Json)> =
                    properties.iter().map(|property| (property.key.to_string(), canonical(&property.node))).collect();
                described.sort_by(|a, b| a.0.cmp(&b.0));
                described.into_iter().collect()
            }
            ("allOf" | "oneOf" | "anyOf", Value::Sequence(items)) => items.iter().map(canonical).collect(),
            ("items" | "additionalProperties" | "not", _) => canonical(&entry.node),
            ("required", Value::Sequence(names)) => {
                let mut names: Vec<Json> = names.iter().map(Node::json).collect();
                names.sort_by_key(Json::to_string);
                Json::Array(names)
            }
            _ => entry.node.json(),
        };
        members.insert(entry.key.to_string(), value);
    }
    let named = [NAMES].iter().filter(|_| text(schema, "type") == Some("integer"));
    for key in ["x-unit"].iter().chain(named) {
        if let Some(value) = schema.get(key) {
            members.insert((*key).to_owned(), value.json());
        }
    }
    let mut sorted: Vec<(String, Json)> = members.into_iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    sorted.into_iter().collect()
}
