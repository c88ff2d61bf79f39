//! References to targets outside of the sections of the Components Object.
//!
//! In: the tree of a third-party document. Out: the same tree, in which every reference refers to a component: other
//! targets are moved to `components`, and replaced by references. So later stages handle one form of reference only,
//! and a referenced schema is one type. References to missing targets are left unchanged; validation reports them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use percent_encoding::percent_decode_str;

use super::index::Index;
use super::node::{Entry, Node, Scalar, Value};
use super::pointer::{escape, unescape};
use super::vocabulary;
use crate::policy::Policy;

/// Tokens of pointers that do not describe the target.
const STRUCTURE: &[&str] = &[
    "components",
    "schemas",
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "examples",
    "properties",
    "paths",
    "content",
    "schema",
    "definitions",
    "application/json",
    "allOf",
    "oneOf",
    "anyOf",
    "requestBody",
];

/// A target that becomes a component.
struct Target {
    section: &'static str,
    name: String,
}

/// Moves the targets of references to `components`.
pub(super) fn normalize(tree: &mut Node<'_>, policy: &Policy) {
    if !has_other_references(tree) {
        return;
    }
    let (mut rewritten, mut targets) = (Vec::new(), BTreeMap::new());
    find(tree, policy, &mut rewritten, &mut targets);
    for (pointer, reference) in rewritten {
        if let Some(node) = tree.find_mut(&format!("{pointer}/$ref")) {
            node.value = Value::Scalar(Scalar { text: Cow::Owned(reference), plain: false });
        }
    }
    // Innermost targets first: moving a target invalidates the pointers to the targets inside it.
    for (pointer, target) in targets.into_iter().rev() {
        let Some(node) = tree.find_mut(&pointer) else { continue };
        let span = node.span.clone();
        let moved = std::mem::replace(node, reference_to(&target, &span));
        if let Value::Mapping(root) = &mut tree.value
            && let Some(components) = members_of(root, "components")
            && let Some(section) = members_of(components, target.section)
        {
            section.push(Entry { key: Cow::Owned(target.name), key_span: span, node: moved });
        }
    }
}

/// Whether a reference has another form than the plain name of a component.
fn has_other_references(node: &Node<'_>) -> bool {
    match &node.value {
        Value::Scalar(_) => false,
        Value::Sequence(items) => items.iter().any(|item| has_other_references(item)),
        Value::Mapping(entries) => entries.iter().any(|entry| match entry.node.as_str() {
            Some(target) if entry.key == "$ref" => {
                let name = target.strip_prefix("#/components/").and_then(|rest| rest.split_once('/'));
                name.is_none_or(|(_, name)| name.contains(['/', '%']))
            }
            _ => has_other_references(&entry.node),
        }),
    }
}

/// Collects the references to rewrite, with their new strings, and the targets that become components, by their
/// pointers.
fn find(
    tree: &Node<'_>,
    policy: &Policy,
    rewritten: &mut Vec<(String, String)>,
    targets: &mut BTreeMap<String, Target>,
) {
    let mut used_names: HashSet<(&str, String)> = HashSet::new();
    let sections = tree.get("components").map(Node::mapping).unwrap_or_default();
    for section in sections {
        used_names.extend(section.node.mapping().iter().map(|entry| (&*section.key, entry.key.to_string())));
    }
    let index = Index::new(tree, policy);
    for element in index.iter().filter(|element| element.is_reference) {
        let Some(section) = vocabulary::section(element.object) else { continue };
        let written = element.node.get("$ref").and_then(Node::as_str).unwrap_or_default();
        let Some(written) = written.strip_prefix('#') else { continue };
        let decoded = || percent_decode_str(written).decode_utf8().ok().map(Cow::into_owned);
        let exists = |pointer: &String| pointer.starts_with('/') && tree.find(pointer).is_some_and(Node::is_mapping);
        let Some(pointer) = Some(written.to_owned()).filter(exists).or_else(|| decoded().filter(exists)) else {
            continue;
        };
        let prefix = format!("/components/{section}/");
        let in_section = pointer.strip_prefix(&prefix).filter(|name| !name.contains('/'));
        let reference = match in_section {
            Some(_) => format!("#{pointer}"),
            // A component of another kind, or a container of components.
            None if pointer.matches('/').count() < 4 && pointer.starts_with("/components") => continue,
            None => {
                let target = targets.entry(pointer.clone()).or_insert_with(|| {
                    let name = free_name(&pointer, section, &mut used_names);
                    Target { section, name }
                });
                if target.section != section {
                    continue;
                }
                format!("#{prefix}{}", escape(&target.name))
            }
        };
        if reference.strip_prefix('#') != Some(written) {
            rewritten.push((element.pointer.clone(), reference));
        }
    }
}

/// An unused component name, derived from the pointer of the target.
fn free_name(pointer: &str, section: &'static str, used_names: &mut HashSet<(&str, String)>) -> String {
    let words: Vec<String> = pointer.split('/').skip(1).map(unescape).collect();
    let descriptive = words.iter().filter(|word| !STRUCTURE.contains(&word.as_str()));
    let joined =
        descriptive.flat_map(|word| word.split(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty());
    let joined = joined.collect::<Vec<_>>().join("_");
    let base: String = if joined.is_empty() { section.to_owned() } else { joined.chars().take(100).collect() };
    let mut name = base.clone();
    let mut number = 1;
    while !used_names.insert((section, name.clone())) {
        number += 1;
        name = format!("{base}_{number}");
    }
    name
}

fn reference_to<'a>(target: &Target, span: &std::ops::Range<usize>) -> Node<'a> {
    let text = format!("#/components/{}/{}", target.section, escape(&target.name));
    let node = Node { value: Value::Scalar(Scalar { text: Cow::Owned(text), plain: false }), span: span.clone() };
    let entry = Entry { key: Cow::Borrowed("$ref"), key_span: span.clone(), node };
    Node { value: Value::Mapping(vec![entry]), span: span.clone() }
}

/// The members of the mapping at a key, which is inserted if it is missing; `None` if the value is not a mapping.
fn members_of<'n, 'a>(entries: &'n mut Vec<Entry<'a>>, key: &'static str) -> Option<&'n mut Vec<Entry<'a>>> {
    let position = entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
        let node = Node { value: Value::Mapping(Vec::new()), span: 0..0 };
        entries.push(Entry { key: Cow::Borrowed(key), key_span: 0..0, node });
        entries.len() - 1
    });
    match &mut entries.get_mut(position)?.node.value {
        Value::Mapping(members) => Some(members),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::yaml::parse;
    use super::*;
    use crate::{Dialect, Source};

    fn normalized(text: &str) -> serde_json::Value {
        let source = Source::new("x.yaml", text);
        let mut tree = parse(&source, false).unwrap();
        normalize(&mut tree, Policy::of(Dialect::OpenApi));
        tree.json()
    }

    #[test]
    fn a_target_becomes_a_component() {
        let json = normalized(
            "components:
  schemas:
    A: {properties: {b: {type: string}, c: {$ref: '#/components/schemas/A/properties/b'}}}
    D: {$ref: '#/definitions/E'}
    F: {$ref: '#/components/schemas/G%20H'}
    G H: {}
definitions: {E: {type: integer}}
",
        );
        let schemas = &json["components"]["schemas"];
        assert_eq!(schemas["A"]["properties"]["b"]["$ref"], "#/components/schemas/A_b");
        assert_eq!(schemas["A"]["properties"]["c"]["$ref"], "#/components/schemas/A_b");
        assert_eq!(schemas["A_b"]["type"], "string");
        assert_eq!(schemas["D"]["$ref"], "#/components/schemas/E");
        assert_eq!(schemas["E"]["type"], "integer");
        assert_eq!(schemas["F"]["$ref"], "#/components/schemas/G H");
    }

    #[test]
    fn a_target_within_another_one_is_moved_first() {
        let json = normalized(
            "x-a: {properties: {b: {items: {type: string}}}}
components:
  schemas:
    C: {$ref: '#/x-a'}
    D: {$ref: '#/x-a/properties/b'}
    E: {$ref: '#/x-a/properties/b/items'}
",
        );
        let schemas = &json["components"]["schemas"];
        assert_eq!(schemas["x_a"]["properties"]["b"]["$ref"], "#/components/schemas/x_a_b");
        assert_eq!(schemas["x_a_b"]["items"]["$ref"], "#/components/schemas/x_a_b_items");
        assert_eq!(schemas["x_a_b_items"]["type"], "string");
    }

    #[test]
    fn references_to_missing_targets_are_unchanged() {
        for target in ["#/definitions/A", "other.yaml#/a", "#/components/parameters/P", "#", "#/components"] {
            let json =
                normalized(&format!("components: {{parameters: {{P: {{}}}}, schemas: {{A: {{$ref: '{target}'}}}}}}"));
            assert_eq!(json["components"]["schemas"]["A"]["$ref"], target);
        }
    }
}
