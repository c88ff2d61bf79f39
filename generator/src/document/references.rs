//! References to targets outside of the sections of the Components Object, and to other files.
//!
//! In: the trees of a third-party document and of the files that it refers to. Out: the tree of the document, in which
//! every reference refers to a component: other targets are moved to `components`, and replaced by references; the target
//! of a path is copied. So later stages handle one form of reference only, and a referenced schema is one type. References
//! to missing targets are left unchanged; validation reports them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use percent_encoding::percent_decode_str;

use super::edit::{self, Change, Edit};
use super::files::{self, Target};
use super::index::{Element, Index};
use super::limits;
use super::node::{Entry, Node, Scalar, Value};
use super::pointer::{escape, unescape};
use super::vocabulary::{self, ElementKind, Object};
use crate::diagnostic::Source;
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

/// The maximum number of consecutive references from the document to a target.
const CHAIN: usize = 200;

/// The trees of a document and its files.
pub(super) struct Trees<'t, 'a> {
    source: &'t Source,
    document: &'t mut Node<'a>,
    /// The files by their paths, relative to the folder of the document, as are the references in them.
    files: BTreeMap<String, Node<'a>>,
}

/// A location in the trees: the path of a file, empty for the document, and a JSON pointer.
type Place = (String, String);

/// A target that becomes a component.
struct Component {
    section: &'static str,
    object: &'static Object,
    name: String,
}

impl Component {
    fn pointer(&self) -> String {
        format!("/components/{}/{}", self.section, escape(&self.name))
    }
}

/// Moves the targets of references to `components`.
pub(super) fn normalize<'a>(
    source: &Source,
    document: &mut Node<'a>,
    files: BTreeMap<String, Node<'a>>,
    policy: &Policy,
) {
    if !has_other_references(document) {
        return;
    }
    let has_files = !files.is_empty();
    let mut trees = Trees { source, document, files };
    trees.copy_path_items();
    let mut taken = trees.names();
    let mut moved: Vec<(String, &'static Object)> = Vec::new();
    // A target can have further references.
    for round in 0..CHAIN {
        let (mut rewritten, mut targets) = (Vec::new(), BTreeMap::new());
        if round == 0 {
            for element in Index::new(trees.document, policy).iter() {
                trees.find(element, &mut taken, &mut rewritten, &mut targets);
            }
        }
        for (pointer, object) in std::mem::take(&mut moved) {
            let Some(node) = trees.document.find(&pointer) else { continue };
            for element in Index::elements_of(node, object, &pointer, policy) {
                trees.find(&element, &mut taken, &mut rewritten, &mut targets);
            }
        }
        let edit = |(pointer, reference)| Edit { pointer: format!("{pointer}/$ref"), change: Change::Text(reference) };
        edit::apply(trees.document, rewritten.into_iter().map(edit).collect());
        // The innermost first: the pointer of one that is within another one leads nowhere once the other one is moved.
        for ((file, pointer), component) in targets.into_iter().rev() {
            // Those of a place where the document has no objects were not found yet.
            if trees.move_to_components(&file, &pointer, &component) {
                moved.push((component.pointer(), component.object));
            }
        }
        if moved.is_empty() {
            break;
        }
    }
    if has_files {
        trees.name_variants(policy);
    }
}

impl<'a> Trees<'_, 'a> {
    fn tree(&self, file: &str) -> Option<&Node<'a>> {
        if file.is_empty() { Some(self.document) } else { self.files.get(file) }
    }

    fn tree_mut(&mut self, file: &str) -> Option<&mut Node<'a>> {
        if file.is_empty() { Some(self.document) } else { self.files.get_mut(file) }
    }

    /// The names of the components.
    fn names(&self) -> HashSet<(String, String)> {
        let sections = self.document.get("components").map(Node::mapping).unwrap_or_default();
        let names = sections.iter().flat_map(|section| {
            section.node.mapping().iter().map(|entry| (section.key.to_string(), entry.key.to_string()))
        });
        names.collect()
    }

    /// The target of a reference of the document, if it is a mapping.
    fn place(&self, reference: &str) -> Option<Place> {
        let (file, fragment) = match files::resolve(self.source.name(), "", reference) {
            (Target::Document, fragment) => (String::new(), fragment),
            (Target::File(file), fragment) => (file, fragment),
            (Target::Remote, _) => return None,
        };
        let decoded = || percent_decode_str(fragment).decode_utf8().ok();
        self.follow(&file, fragment).or_else(|| self.follow(&file, &decoded()?))
    }

    /// Resolves the references on the path to a location: moved targets have left references behind.
    fn follow(&self, file: &str, pointer: &str) -> Option<Place> {
        let mut place: Place = (file.to_owned(), String::new());
        let mut node = self.tree(file)?;
        let mut tokens = pointer.split('/').skip(1);
        let is_valid = pointer.starts_with('/') || (pointer.is_empty() && !file.is_empty());
        for _ in 0..limits::DEPTH + CHAIN {
            let is_component = |(file, pointer): &Place| file.is_empty() && component_of(pointer).is_some();
            if let Some(reference) = node.get("$ref").and_then(Node::as_str).filter(|_| !is_component(&place))
                && let Some(target) = reference.strip_prefix('#').filter(|target| component_of(target).is_some())
                && let Some(found) = self.document.find(target)
            {
                (place, node) = ((String::new(), target.to_owned()), found);
                continue;
            }
            let Some(token) = tokens.next() else { return (is_valid && node.is_mapping()).then_some(place) };
            node = match &node.value {
                Value::Mapping(_) => node.get(&unescape(token))?,
                Value::Sequence(items) => items.get(token.parse::<usize>().ok()?)?,
                Value::Scalar(_) => return None,
            };
            place.1.push('/');
            place.1.push_str(token);
        }
        None
    }

    /// Records the new string of a reference, and the component that its target becomes.
    fn find(
        &self,
        element: &Element<'_>,
        taken: &mut HashSet<(String, String)>,
        rewritten: &mut Vec<(String, String)>,
        targets: &mut BTreeMap<Place, Component>,
    ) {
        if !element.is_reference {
            return;
        }
        let Some(section) = vocabulary::section(element.object) else { return };
        let written = element.node.get("$ref").and_then(Node::as_str).unwrap_or_default();
        let Some(place) = self.place(written) else { return };
        let in_section = component_of(&place.1).filter(|_| place.0.is_empty());
        let reference = match in_section {
            Some((known, _)) if known == section => format!("#{}", place.1),
            // A component of another kind.
            Some(_) => return,
            // A container of components.
            None if place.0.is_empty() && place.1.starts_with("/components") && place.1.matches('/').count() < 4 => {
                return;
            }
            None => {
                let target = targets.entry(place).or_insert_with_key(|(file, pointer)| {
                    let name = free_name(file, pointer, section, taken);
                    Component { section, object: element.object, name }
                });
                if target.section != section {
                    return;
                }
                format!("#{}", target.pointer())
            }
        };
        if reference != written {
            rewritten.push((element.pointer.clone(), reference));
        }
    }

    /// Moves a target to the components. Returns whether the target exists.
    fn move_to_components(&mut self, file: &str, pointer: &str, component: &Component) -> bool {
        let Some(node) = self.tree_mut(file).and_then(|tree| tree.find_mut(pointer)) else { return false };
        let span = node.span.clone();
        let moved = std::mem::replace(node, reference_to(component, &span));
        if let Value::Mapping(root) = &mut self.document.value
            && let Some(components) = members_of(root, "components")
            && let Some(section) = members_of(components, component.section)
        {
            section.push(Entry { key: Cow::Owned(component.name.clone()), key_span: span, node: moved });
        }
        true
    }

    /// Puts a copy of its target into each path that is a reference. Its own keys are kept. A reference that leads to
    /// itself, or to more than a document may have, is left as it is.
    fn copy_path_items(&mut self) {
        let is_reference = |(_, entry): &(usize, &Entry<'_>)| entry.node.get("$ref").is_some();
        let items = self.document.get("paths").map(Node::mapping).unwrap_or_default();
        let items: Vec<usize> = items.iter().enumerate().filter(is_reference).map(|(index, _)| index).collect();
        let mut copied = 0;
        for index in items {
            for _ in 0..CHAIN {
                let Some(target) = self.target_of_path(index) else { break };
                copied += target.size();
                if copied > limits::NODES {
                    return;
                }
                let Value::Mapping(members) = target.value.clone() else { break };
                let Some(own) = self.path_item(index) else { break };
                own.retain(|entry| entry.key != "$ref");
                for member in members {
                    if !own.iter().any(|entry| entry.key == member.key) {
                        own.push(member);
                    }
                }
            }
        }
    }

    /// What the path of a position refers to, unless it is that path.
    fn target_of_path(&self, index: usize) -> Option<&Node<'a>> {
        let entry = self.document.get("paths")?.mapping().get(index)?;
        let (file, pointer) = self.place(entry.node.get("$ref")?.as_str()?)?;
        let is_itself = file.is_empty() && pointer == format!("/paths/{}", escape(&entry.key));
        self.tree(&file)?.find(&pointer).filter(|_| !is_itself)
    }

    /// The members of the path of a position.
    fn path_item(&mut self, index: usize) -> Option<&mut Vec<Entry<'a>>> {
        let Value::Mapping(root) = &mut self.document.value else { return None };
        match &mut members_of(root, "paths")?.get_mut(index)?.node.value {
            Value::Mapping(members) => Some(members),
            _ => None,
        }
    }

    /// Gives the variants of discriminators the names of their components.
    fn name_variants(&mut self, policy: &Policy) {
        let index = Index::new(self.document, policy);
        let mut edits = Vec::new();
        for element in index.iter().filter(|element| element.object.kind == ElementKind::Discriminator) {
            for entry in element.node.get("mapping").map(Node::mapping).unwrap_or_default() {
                let written = entry.node.as_str().filter(|text| files::is_reference(text));
                let Some((file, pointer)) = written.and_then(|written| self.place(written)) else { continue };
                if file.is_empty() && component_of(&pointer).is_some_and(|(section, _)| section == "schemas") {
                    let at = format!("{}/mapping/{}", element.pointer, escape(&entry.key));
                    edits.push(Edit { pointer: at, change: Change::Text(format!("#{pointer}")) });
                }
            }
        }
        edit::apply(self.document, edits);
    }
}

/// Makes callbacks that are references empty ones: the client uses none, and `openapiv3` takes no reference there.
pub(super) fn empty_callbacks(document: &mut Node<'_>) {
    let Value::Mapping(root) = &mut document.value else { return };
    let Some(paths) = root.iter_mut().find(|entry| entry.key == "paths") else { return };
    for item in members(&mut paths.node) {
        for operation in members(&mut item.node) {
            let callbacks = members(&mut operation.node).iter_mut().find(|entry| entry.key == "callbacks");
            for callback in callbacks.into_iter().flat_map(|callbacks| members(&mut callbacks.node)) {
                if callback.node.get("$ref").is_some() {
                    callback.node.value = Value::Mapping(Vec::new());
                }
            }
        }
    }
}

fn members<'n, 'a>(node: &'n mut Node<'a>) -> &'n mut [Entry<'a>] {
    match &mut node.value {
        Value::Mapping(entries) => entries,
        Value::Scalar(_) | Value::Sequence(_) => &mut [],
    }
}

/// The section and the name, as it is written in a pointer, if it leads to a component.
fn component_of(pointer: &str) -> Option<(&str, &str)> {
    pointer.strip_prefix("/components/")?.split_once('/').filter(|(_, name)| !name.contains('/'))
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

/// An unused component name, derived from the file and the pointer of the target.
fn free_name(file: &str, pointer: &str, section: &'static str, taken: &mut HashSet<(String, String)>) -> String {
    let words: Vec<String> = pointer.split('/').skip(1).map(unescape).collect();
    let descriptive = words.iter().filter(|word| !STRUCTURE.contains(&word.as_str()));
    let joined =
        descriptive.flat_map(|word| word.split(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty());
    let joined = joined.collect::<Vec<_>>().join("_");
    let stem = file.rsplit('/').next().and_then(|name| name.split('.').next());
    let stem =
        stem.into_iter().flat_map(|stem| stem.split(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty());
    let stem = stem.collect::<Vec<_>>().join("_");
    let base = [joined, stem].into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| section.to_owned());
    let base: String = base.chars().take(100).collect();
    let mut name = base.clone();
    let mut number = 1;
    while !taken.insert((section.to_owned(), name.clone())) {
        number += 1;
        name = format!("{base}_{number}");
    }
    name
}

fn reference_to<'a>(component: &Component, span: &std::ops::Range<usize>) -> Node<'a> {
    let text = format!("#{}", component.pointer());
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
        normalize(&source, &mut tree, BTreeMap::new(), Policy::of(Dialect::OpenApi));
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

    fn with_files(text: &str, files: &[(&str, &str)]) -> serde_json::Value {
        let read = |path: &str| {
            let text = files.iter().find(|(known, _)| *known == path).map(|(_, text)| (*text).to_owned());
            text.ok_or_else(|| "none".to_owned())
        };
        let source = Source::new("x.yaml", text).with_files(false, read);
        let mut tree = parse(&source, false).unwrap();
        let trees = super::super::trees(&source, Policy::of(Dialect::OpenApi)).unwrap();
        normalize(&source, &mut tree, trees, Policy::of(Dialect::OpenApi));
        tree.json()
    }

    #[test]
    fn targets_of_other_files_become_components_with_what_they_refer_to() {
        let a = "Pet: {properties: {owner: {$ref: '../b.yaml'}, self: {$ref: '#/Pet'}, name: {$ref: '#/Name'}}}\nName: {type: string}";
        let b = "{properties: {pets: {items: {$ref: 'schemas/a.yaml#/Pet'}}, top: {$ref: 'x.yaml#/components/schemas/Top'}}}";
        let json = with_files(
            "components:
  schemas:
    Top: {$ref: 'schemas/a.yaml#/Pet'}
    Pet: {type: integer}
    Name: {$ref: 'schemas/a.yaml#/Pet/properties/name'}
",
            &[("schemas/a.yaml", a), ("b.yaml", b)],
        );
        let schemas = &json["components"]["schemas"];
        assert_eq!(schemas["Top"]["$ref"], "#/components/schemas/Pet_2");
        let properties = &schemas["Pet_2"]["properties"];
        assert_eq!(properties["owner"]["$ref"], "#/components/schemas/b");
        assert_eq!(properties["self"]["$ref"], "#/components/schemas/Pet_2");
        assert_eq!(schemas["b"]["properties"]["pets"]["items"]["$ref"], "#/components/schemas/Pet_2");
        assert_eq!(schemas["b"]["properties"]["top"]["$ref"], "#/components/schemas/Top");
        // Both are the one string.
        let end = |at: &str| {
            let mut at = at.to_owned();
            while let Some(next) = schemas[&at]["$ref"].as_str() {
                at = next.rsplit('/').next().unwrap().to_owned();
            }
            at
        };
        let name = properties["name"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        assert_eq!(end(name), end("Name"));
        assert_eq!(schemas[end("Name")]["type"], "string");
    }

    #[test]
    fn a_cycle_through_files_ends() {
        let json = with_files(
            "components: {schemas: {A: {$ref: 'a.yaml#/B'}}}",
            &[("a.yaml", "B: {$ref: 'b.yaml#/C'}"), ("b.yaml", "C: {$ref: 'a.yaml#/B'}")],
        );
        let schemas = &json["components"]["schemas"];
        assert_eq!(schemas["A"]["$ref"], "#/components/schemas/B");
        assert_eq!(schemas["B"]["$ref"], "#/components/schemas/C");
        assert_eq!(schemas["C"]["$ref"], "#/components/schemas/B");
    }

    #[test]
    fn a_path_is_copied() {
        let json = with_files(
            "paths:
  /a: {$ref: 'paths.yaml#/a'}
  /b: {$ref: '#/paths/~1a', summary: Own.}
  /c: {$ref: '#/paths/~1c'}
components: {parameters: {P: {name: p}}}
",
            &[("paths.yaml", "a: {summary: Of a., parameters: [{$ref: 'x.yaml#/components/parameters/P'}], get: {}}")],
        );
        for (path, summary) in [("/a", "Of a."), ("/b", "Own.")] {
            let item = &json["paths"][path];
            assert_eq!(item["parameters"][0]["$ref"], "#/components/parameters/P", "{path}");
            assert_eq!((&item["summary"], item["get"].is_object()), (&summary.into(), true), "{path}");
        }
        assert_eq!(json["paths"]["/c"]["$ref"], "#/paths/~1c", "what leads to itself is left for the message");
    }

    #[test]
    fn a_mapping_of_a_discriminator_names_the_component() {
        let a = "D: {properties: {k: {type: string}}, discriminator: {propertyName: k, mapping: {x: '#/X', y: Y}}}\nX: {allOf: [{$ref: '#/D'}]}";
        let json =
            with_files("components: {schemas: {D: {$ref: 'a.yaml#/D'}, E: {$ref: 'a.yaml#/X'}}}", &[("a.yaml", a)]);
        let schemas = &json["components"]["schemas"];
        let mapping = &schemas["D_2"]["discriminator"]["mapping"];
        assert_eq!(mapping, &serde_json::json!({"x": "#/components/schemas/X", "y": "Y"}));
    }
}
