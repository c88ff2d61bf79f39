//! What two documents state differently, and no rule has reported.
//!
//! In: two trees, the pairs of places that are the same object, and the places whose difference is explained. Out: changes
//! of the documentation only.
//!
//! Each pair is compared by itself, beginning with the documents; whatever is another pair is left to that one. So it does
//! not matter where an object has moved. The vocabulary says which keys are words of OpenAPI: a property that is called
//! `description` is none.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::change::{Action, Compatibility, Kind};
use super::describe::{code, from_to, joined};
use super::key_kind::{self, KeyKind, key_kind};
use super::recorder::{Explained, Pair, Recorder, Side, Subject};
use crate::document::pointer::{escape, unescape};
use crate::document::vocabulary::{DOCUMENT, Object, ValueType};
use crate::document::{Document, Node, Value};

/// A bound for chains of references.
const MAX_DEPTH: usize = 32;
/// Longer texts are not shown.
const MAX_SHOWN: usize = 60;

static ROOT: ValueType = ValueType::Object(&DOCUMENT);
/// The value of a key that is not in the vocabulary.
static ANY: ValueType = ValueType::Any;

/// Records everything that differs and is not explained.
pub(super) fn record(old: &Document<'_>, new: &Document<'_>, recorder: &mut Recorder<'_>) {
    let roots = (old.tree(), new.tree());
    let mut pairs = std::mem::take(&mut recorder.pairs);
    let explained = (std::mem::take(&mut recorder.old), std::mem::take(&mut recorder.new));
    // A key that only one document has is compared with the object around it.
    pairs.retain(|pair| roots.0.find(&pair.old).is_some() && roots.1.find(&pair.new).is_some());
    let mut known = HashSet::new();
    pairs.retain(|pair| known.insert((pair.old.clone(), pair.new.clone())));
    let mut walk = Walk {
        roots,
        partners: HashMap::new(),
        old: Boundaries::new(&explained.0, pairs.iter().map(|pair| pair.old.as_str())),
        new: Boundaries::new(&explained.1, pairs.iter().map(|pair| pair.new.as_str())),
        followed: HashSet::new(),
        recorder,
    };
    for pair in &pairs {
        walk.partners.entry(&pair.old).or_default().push(&pair.new);
    }
    walk.node(roots.0, roots.1, &ROOT, &Spot::default());
    for pair in &pairs {
        walk.pair(pair);
    }
}

/// Where the objects of one document end, and what of them is explained.
struct Boundaries<'w> {
    explained: &'w Explained,
    /// Objects that are compared with their partner.
    paired: HashSet<&'w str>,
    /// Those, and everything that is explained.
    all: BTreeSet<&'w str>,
}

impl<'w> Boundaries<'w> {
    fn new(explained: &'w Explained, paired: impl Iterator<Item = &'w str>) -> Self {
        let paired: HashSet<&str> = paired.collect();
        // An object without a partner is stated by itself.
        let all = paired.iter().copied().chain(explained.stated.iter().map(String::as_str)).collect();
        Self { explained, paired, all }
    }

    /// Whether an object begins at a place.
    fn is_object(&self, pointer: &str) -> bool {
        self.paired.contains(pointer) || self.explained.unmatched.contains(pointer)
    }

    /// Whether a rule has reported what a place states; `root` is the object that states it.
    fn is_explained(&self, root: &str, pointer: &str) -> bool {
        let ends = pointer.match_indices('/').map(|(end, _)| end).chain([pointer.len()]);
        ends.into_iter().any(|end| end >= root.len() && self.explained.stated.contains(&pointer[..end]))
    }

    /// Whether a part of a place is compared elsewhere, or is explained.
    fn has_below(&self, pointer: &str) -> bool {
        let below = format!("{pointer}/");
        self.all.range(below.as_str()..).next().is_some_and(|first| first.starts_with(&below))
    }
}

/// A place of both documents.
#[derive(Clone, Debug, Default)]
struct Spot {
    old: String,
    new: String,
    /// The object that the place belongs to: its name, and its pointers.
    owner: Owner,
    /// The innermost key that is in the vocabulary.
    key: String,
    /// Below the response of a failure.
    is_failure: bool,
}

/// The object of a comparison.
#[derive(Clone, Debug, Default)]
struct Owner {
    /// None for the document itself.
    name: Option<String>,
    /// From the object with this name to the place where the comparison begins.
    path: String,
    old: String,
    new: String,
}

impl Owner {
    fn at(&self, side: Side) -> &str {
        if side == Side::Old { &self.old } else { &self.new }
    }
}

impl Spot {
    /// A member of a map or a list, by its pointers.
    fn member(&self, old: &str, new: &str) -> Self {
        Self { old: old.to_owned(), new: new.to_owned(), ..self.clone() }
    }

    fn at(&self, side: Side) -> &str {
        if side == Side::Old { &self.old } else { &self.new }
    }
}

/// A member of a mapping or a list.
struct Member<'t, 'n> {
    key: String,
    pointer: String,
    node: &'t Node<'n>,
}

fn members<'t, 'n>(node: &'t Node<'n>, pointer: &str) -> Vec<Member<'t, 'n>> {
    let member = |key: String, node| Member { pointer: format!("{pointer}/{}", escape(&key)), key, node };
    match &node.value {
        Value::Mapping(entries) => entries.iter().map(|entry| member(entry.key.to_string(), &entry.node)).collect(),
        Value::Sequence(items) => {
            items.iter().enumerate().map(|(index, item)| member(index.to_string(), item)).collect()
        }
        Value::Scalar(_) => Vec::new(),
    }
}

fn object_of(shape: &'static ValueType) -> Option<&'static Object> {
    match shape {
        ValueType::Object(object) | ValueType::RefOr(object) => Some(object),
        ValueType::ScalarOr(_, mapping) => object_of(mapping),
        _ => None,
    }
}

/// The type of a member. `key` becomes the innermost key of the vocabulary, if the member's is one.
fn child(shape: &'static ValueType, key: &str) -> (&'static ValueType, bool) {
    let Some(object) = object_of(shape) else {
        return match shape {
            ValueType::Map(item) | ValueType::List(item) | ValueType::NonEmptyList(item) => (item, false),
            _ => (&ANY, false),
        };
    };
    let known = object.fields.iter().chain(object.extensions).find(|field| field.key == key);
    match (known, object.named) {
        (Some(field), _) => (&field.shape, true),
        (None, Some((_, shape))) => (shape, false),
        (None, None) => (&ANY, true),
    }
}

struct Walk<'w, 'd, 'n> {
    roots: (&'w Node<'n>, &'w Node<'n>),
    /// The places of the new document by those of the old one.
    partners: HashMap<&'w str, Vec<&'w str>>,
    old: Boundaries<'w>,
    new: Boundaries<'w>,
    /// Pairs that references have led to.
    followed: HashSet<(String, String)>,
    recorder: &'w mut Recorder<'d>,
}

impl<'w, 'n> Walk<'w, '_, 'n> {
    fn pair(&mut self, pair: &Pair) {
        let (Some(old), Some(new)) = (self.roots.0.find(&pair.old), self.roots.1.find(&pair.new)) else { return };
        let owner = Owner {
            name: Some(pair.name.clone()),
            path: pair.path.clone(),
            old: pair.old.clone(),
            new: pair.new.clone(),
        };
        let mut shape = &ROOT;
        let mut spot = Spot { owner, ..Spot::default() };
        for token in pair.new.split('/').skip(1) {
            (shape, spot) = self.inner(shape, &spot, &unescape(token), ("", ""));
        }
        self.node(old, new, shape, &spot.member(&pair.old, &pair.new));
    }

    /// The type and the spot of a member, by its key and its pointers.
    fn inner(&self, shape: &'static ValueType, spot: &Spot, key: &str, at: (&str, &str)) -> (&'static ValueType, Spot) {
        let (inner, is_key) = child(shape, key);
        let mut spot = spot.member(at.0, at.1);
        if is_key {
            key.clone_into(&mut spot.key);
        }
        spot.is_failure |=
            object_of(shape).is_some_and(|object| object.name == "Responses Object") && !key.starts_with('2');
        (inner, spot)
    }

    fn boundaries(&self, side: Side) -> &Boundaries<'w> {
        if side == Side::Old { &self.old } else { &self.new }
    }

    fn are_partners(&self, old: &str, new: &str) -> bool {
        self.partners.get(old).is_some_and(|partners| partners.contains(&new))
    }

    fn is_explained(&self, spot: &Spot) -> bool {
        self.old.is_explained(&spot.owner.old, &spot.old) || self.new.is_explained(&spot.owner.new, &spot.new)
    }

    fn node(&mut self, old: &Node<'n>, new: &Node<'n>, shape: &'static ValueType, spot: &Spot) {
        if old.same(new) {
            return;
        }
        match (shape, &old.value, &new.value) {
            _ if key_kind(&spot.key) == KeyKind::Text => self.changed(old, new, spot),
            (ValueType::RefOr(_), Value::Mapping(_), Value::Mapping(_)) => self.reference(old, new, shape, spot),
            (_, Value::Mapping(_), Value::Mapping(_)) | (_, Value::Sequence(_), Value::Sequence(_))
                if !matches!(shape, ValueType::Any) =>
            {
                self.members(old, new, shape, spot);
            }
            _ => self.changed(old, new, spot),
        }
    }

    fn members(&mut self, old: &Node<'n>, new: &Node<'n>, shape: &'static ValueType, spot: &Spot) {
        let is_list = matches!(new.value, Value::Sequence(_));
        let (old, new) = (members(old, &spot.old), members(new, &spot.new));
        let counterparts = self.align(&old, &new, is_list, spot);
        let has_names = object_of(shape).is_none_or(|object| object.named.is_some());
        // The other lists about values have the order of `enum`; required properties have no order.
        let is_ordered = has_names && !matches!(&*spot.key, "required" | "x-enum-varnames" | "x-enum-descriptions");
        if is_ordered && !counterparts.iter().flatten().is_sorted() && !self.is_explained(spot) {
            self.record(
                Kind::Order,
                spot,
                "in another order",
                "no code depends on it; documentation is in another order",
            );
        }
        let mut free = vec![true; new.len()];
        for (one, counterpart) in old.iter().zip(counterparts) {
            let Some(index) = counterpart else {
                let (inner, spot) = self.inner(shape, spot, &one.key, (&one.pointer, &spot.new));
                self.unmatched(one.node, inner, &spot, Side::Old);
                continue;
            };
            free[index] = false;
            let other = &new[index];
            let (inner, inner_spot) = self.inner(shape, spot, &other.key, (&one.pointer, &other.pointer));
            if one.key != other.key && !is_list {
                self.moved(&inner_spot, format!("written as {}", from_to(&one.key, &other.key)));
            }
            let is_left_to_pairs = self.are_partners(&one.pointer, &other.pointer)
                || (self.old.paired.contains(&*one.pointer) && self.new.paired.contains(&*other.pointer));
            if is_left_to_pairs || one.node.same(other.node) {
                continue;
            }
            if key_kind(&spot.key) == KeyKind::Texts {
                self.changed(one.node, other.node, &inner_spot);
            } else {
                self.node(one.node, other.node, inner, &inner_spot);
            }
        }
        for (other, _) in new.iter().zip(free).filter(|(_, free)| *free) {
            let (inner, spot) = self.inner(shape, spot, &other.key, (&spot.old, &other.pointer));
            self.unmatched(other.node, inner, &spot, Side::New);
        }
    }

    /// For each member of the old container the index of its counterpart: its partner; else the member of the same key,
    /// or, in a list, the one of the same value; else the next one in the list.
    fn align(&self, old: &[Member<'_, 'n>], new: &[Member<'_, 'n>], is_list: bool, spot: &Spot) -> Vec<Option<usize>> {
        let indices: HashMap<&str, usize> =
            new.iter().enumerate().map(|(index, member)| (member.pointer.as_str(), index)).collect();
        let same_key = |one: &Member<'_, 'n>| indices.get(&*format!("{}/{}", spot.new, escape(&one.key))).copied();
        let partner = |one: &Member<'_, 'n>| {
            let partners = self.partners.get(&*one.pointer).into_iter().flatten();
            // An object that is written in place is paired as a property and as a type.
            partners.filter_map(|partner| indices.get(partner).copied()).min_by_key(|&it| Some(it) != same_key(one))
        };
        let mut counterparts: Vec<Option<usize>> = old.iter().map(partner).collect();
        let mut free = vec![true; new.len()];
        counterparts.iter().flatten().for_each(|&index| free[index] = false);
        // In a list, an object is never the counterpart of another one.
        let is_taken = |side, member: &Member<'_, 'n>| is_list && self.boundaries(side).is_object(&member.pointer);
        let mut rest: Vec<usize> = (0..new.len()).filter(|&it| free[it] && !is_taken(Side::New, &new[it])).collect();
        let mut take = |is_counterpart: &dyn Fn(&Member<'_, 'n>, usize) -> bool| {
            for (one, counterpart) in old.iter().zip(&mut counterparts) {
                if counterpart.is_none()
                    && !is_taken(Side::Old, one)
                    && let Some(found) = rest.iter().position(|&it| is_counterpart(one, it))
                {
                    *counterpart = Some(rest.remove(found));
                }
            }
        };
        if is_list {
            take(&|one, index| one.node.same(new[index].node));
            if spot.key != "required" {
                take(&|_, _| true);
            }
        } else {
            take(&|one, index| one.key == new[index].key);
        }
        counterparts
    }

    /// An object, or a reference to one.
    fn reference(&mut self, old: &Node<'n>, new: &Node<'n>, shape: &'static ValueType, spot: &Spot) {
        let (old_target, new_target) = (target(old), target(new));
        match (&old_target, &new_target) {
            (None, None) => return self.members(old, new, shape, spot),
            (Some(one), Some(other)) if one == other => return self.changed(old, new, spot),
            (Some(one), Some(other)) if self.are_partners(one, other) => return,
            _ => {}
        }
        if self.is_explained(spot) {
            // The object in place is replaced; its texts and constraints are gone with it.
            for (side, node, target) in [(Side::Old, old, &old_target), (Side::New, new, &new_target)] {
                let is_type =
                    self.boundaries(side).paired.contains(spot.at(side)) && spot.at(side) != spot.owner.at(side);
                if target.is_none() && !is_type {
                    self.texts(node, shape, spot, side);
                }
            }
            return;
        }
        let shown = |target: &Option<String>| match target {
            Some(target) => format!("`#{}`", code(target)),
            None => "inline".to_owned(),
        };
        let what = format!("{} → {}", shown(&old_target), shown(&new_target));
        self.record(Kind::Other, spot, &what, "the type is the same, or its changes are reported where it is used");
        let old_end = end(self.roots.0, old_target.unwrap_or_else(|| spot.old.clone()));
        let new_end = end(self.roots.1, new_target.unwrap_or_else(|| spot.new.clone()));
        if let (Some(old), Some(new)) = (self.roots.0.find(&old_end), self.roots.1.find(&new_end))
            && !self.are_partners(&old_end, &new_end)
            && old_end != new_end
            && self.followed.insert((old_end.clone(), new_end.clone()))
        {
            let (name, path) = subject(spot, Side::New);
            let owner = Owner { name: Some(name), path, old: old_end.clone(), new: new_end.clone() };
            self.node(old, new, shape, &Spot { owner, ..spot.member(&old_end, &new_end) });
        }
    }

    /// The texts and constraints of an object without a counterpart.
    fn texts(&mut self, node: &Node<'n>, shape: &'static ValueType, spot: &Spot, side: Side) {
        for member in members(node, spot.at(side)) {
            let at = if side == Side::Old { (&*member.pointer, &*spot.new) } else { (&*spot.old, &*member.pointer) };
            let (inner, spot) = self.inner(shape, spot, &member.key, at);
            if key_kind(&spot.key) != KeyKind::Structure {
                self.unmatched(member.node, inner, &spot, side);
            }
        }
    }

    /// A part that only one document has.
    fn unmatched(&mut self, node: &Node<'n>, shape: &'static ValueType, spot: &Spot, side: Side) {
        let pointer = spot.at(side);
        let boundaries = self.boundaries(side);
        if boundaries.explained.unmatched.contains(pointer) {
            return;
        }
        if boundaries.paired.contains(pointer) {
            if side == Side::Old
                && let Some(partner) = self.partners.get(pointer).and_then(|partners| partners.first())
            {
                self.moved(&spot.member(&spot.old, partner), "written elsewhere".to_owned());
            }
            return;
        }
        let is_structure = key_kind(&spot.key) == KeyKind::Structure;
        if is_structure && boundaries.is_explained(spot.owner.at(side), pointer) {
            return;
        }
        if boundaries.has_below(pointer) {
            for member in members(node, pointer) {
                let at =
                    if side == Side::Old { (&*member.pointer, &*spot.new) } else { (&*spot.old, &*member.pointer) };
                let (inner, spot) = self.inner(shape, spot, &member.key, at);
                self.unmatched(member.node, inner, &spot, side);
            }
            return;
        }
        let action = if side == Side::Old { Action::Removed } else { Action::Added };
        let what = match shown(node) {
            Some(value) => format!("{}: `{value}`", action.as_str()),
            None => action.as_str().to_owned(),
        };
        let (kind, why) = key_kind::describe(&spot.key, spot.is_failure);
        let (name, path) = subject(spot, side);
        let subject = Subject::one(kind, name, side, pointer);
        self.recorder.record(&subject, action, Compatibility::DocumentationOnly, on_path(&path, &what), why);
    }

    /// A value that is another one.
    fn changed(&mut self, old: &Node<'n>, new: &Node<'n>, spot: &Spot) {
        if key_kind(&spot.key) == KeyKind::Structure && self.is_explained(spot) {
            return;
        }
        let what = match (shown(old), shown(new)) {
            (Some(old), Some(new)) => from_to(&old, &new),
            _ => "changed".to_owned(),
        };
        let (kind, why) = key_kind::describe(&spot.key, spot.is_failure);
        self.record(kind, spot, &what, why);
    }

    /// An object with another key, or in another place.
    fn moved(&mut self, spot: &Spot, what: String) {
        let is_explained = |boundaries: &Boundaries<'_>, root: &str, pointer: &str| {
            let container = pointer.rsplit_once('/').map_or("", |(container, _)| container);
            boundaries.explained.located.contains(pointer) || boundaries.is_explained(root, container)
        };
        if !is_explained(&self.old, &spot.owner.old, &spot.old) && !is_explained(&self.new, &spot.owner.new, &spot.new)
        {
            self.record(Kind::Other, spot, &what, "it states the same in another place of the document");
        }
    }

    fn record(&mut self, kind: Kind, spot: &Spot, what: &str, why: &str) {
        let (name, path) = subject(spot, Side::New);
        let subject = Subject::both(kind, name, &spot.old, &spot.new);
        let what = on_path(&path, what);
        self.recorder.record(&subject, Action::Changed, Compatibility::DocumentationOnly, what, why);
    }
}

/// The name of the object that a place belongs to, and the path from there.
fn subject(spot: &Spot, side: Side) -> (String, String) {
    let pointer = spot.at(side);
    let Some(name) = &spot.owner.name else {
        // A component has a name; everything else is found by its first key.
        let depth = if pointer.starts_with("/components/") { 3 } else { 1 };
        let end = pointer.match_indices('/').nth(depth).map_or(pointer.len(), |(end, _)| end);
        let name = readable(&pointer[..end]);
        return (if name.is_empty() { "document".to_owned() } else { name }, readable(&pointer[end..]));
    };
    let below = readable(pointer.strip_prefix(spot.owner.at(side)).unwrap_or(pointer));
    (name.clone(), joined("/", [&*spot.owner.path, &*below]))
}

/// A pointer for people.
fn readable(pointer: &str) -> String {
    code(&pointer.split('/').skip(1).map(unescape).collect::<Vec<_>>().join("/"))
}

fn on_path(path: &str, what: &str) -> String {
    if path.is_empty() { what.to_owned() } else { format!("`{path}` {what}") }
}

/// A short value.
fn shown(node: &Node<'_>) -> Option<String> {
    let text = node.as_str()?;
    (text.chars().count() <= MAX_SHOWN && !text.contains('\n')).then(|| code(text))
}

/// The pointer that a reference leads to.
fn target(node: &Node<'_>) -> Option<String> {
    node.get("$ref").and_then(Node::as_str).map(|target| target.trim_start_matches('#').to_owned())
}

/// The end of a chain of references.
fn end(root: &Node<'_>, mut pointer: String) -> String {
    for _ in 0..MAX_DEPTH {
        match root.find(&pointer).and_then(target) {
            Some(next) => pointer = next,
            None => break,
        }
    }
    pointer
}
