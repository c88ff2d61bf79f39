//! References to targets outside of the sections of the Components Object, and to other files.
//!
//! In: the trees of a third-party document and of the files that it refers to. Out: the tree of the document, in which
//! every reference refers to a component: other targets are moved to `components`, and replaced by references; the target
//! of a path is copied (`path_items`). So later stages handle one kind of reference only, and a referenced schema is one
//! type. References to missing targets are left unchanged; validation reports them.

mod names;
mod path_items;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use names::free_name;
pub(super) use path_items::empty_callbacks;
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
type FileLocation = (String, String);

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
        // The innermost target first: after an outer target has been moved, a pointer into it has no target.
        for ((file, pointer), component) in targets.into_iter().rev() {
            // The references within a moved target are found in the next round: the index of the document does not
            // contain targets outside of the places of objects.
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
    fn place(&self, reference: &str) -> Option<FileLocation> {
        let (file, fragment) = match files::resolve(self.source.name(), "", reference) {
            (Target::Document, fragment) => (String::new(), fragment),
            (Target::File(file), fragment) => (file, fragment),
            (Target::Remote, _) => return None,
        };
        let decoded = || percent_decode_str(fragment).decode_utf8().ok();
        self.follow(&file, fragment).or_else(|| self.follow(&file, &decoded()?))
    }

    /// Resolves the references on the path to a location: moved targets have left references behind.
    fn follow(&self, file: &str, pointer: &str) -> Option<FileLocation> {
        let mut place: FileLocation = (file.to_owned(), String::new());
        let mut node = self.tree(file)?;
        let mut tokens = pointer.split('/').skip(1);
        let is_valid = pointer.starts_with('/') || (pointer.is_empty() && !file.is_empty());
        for _ in 0..limits::DEPTH + CHAIN {
            let is_component = |(file, pointer): &FileLocation| file.is_empty() && component_of(pointer).is_some();
            if let Some(reference) = node.reference().filter(|_| !is_component(&place))
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
        targets: &mut BTreeMap<FileLocation, Component>,
    ) {
        if !element.is_reference {
            return;
        }
        let Some(section) = vocabulary::section(element.object) else { return };
        let written = element.node.reference().unwrap_or_default();
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

/// The section and the name, as it is written in a pointer, if it leads to a component.
fn component_of(pointer: &str) -> Option<(&str, &str)> {
    pointer.strip_prefix("/components/")?.split_once('/').filter(|(_, name)| !name.contains('/'))
}

/// Whether a reference is not the plain name of a component.
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
