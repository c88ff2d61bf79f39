//! What differs between two documents, and no rule has told: nothing is dropped.
//!
//! In: two trees, and what the rules have claimed. Out: a change for every difference that is left: texts and limits,
//! each by its key, and whatever else. The walk follows the grammar, so that a property called `description` is none.
//! What only moved or has another name is compared where it is now.

use std::collections::HashSet;

use super::align::{self, Aligned};
use super::change::{Action, Class, Kind};
use super::names::{Moved, Names, words};
use super::roles::{self, Role};
use super::told::{Changes, Side, Told};
use super::words::{code, from_to};
use crate::document::node::{Node, Value};
use crate::document::pointer::{escape, unescape};
use crate::document::vocabulary::{DOCUMENT, Object, ValueType};

static ROOT: ValueType = ValueType::Object(&DOCUMENT);
/// The value of a key that the grammar does not know, such as an `x-` key of somebody else.
static ANYTHING: ValueType = ValueType::Any;

/// Everything that differs and is not claimed.
pub(super) fn differences<'n>(old: &Node<'n>, new: &Node<'n>, changes: &Changes) -> Vec<Told> {
    let mut walk = Walk {
        roots: (old, new),
        changes,
        names: Names::new(changes),
        moved: Moved::new(changes),
        told: Vec::new(),
        later: Vec::new(),
        seen: HashSet::new(),
    };
    walk.node(old, new, &ROOT, Spot::default());
    let mut told = std::mem::take(&mut walk.told);
    while let Some((shape, spot)) = walk.later.pop() {
        if let (Some(old), Some(new)) = (old.find(&spot.old), new.find(&spot.new)) {
            walk.node(old, new, shape, spot);
        }
    }
    // What stands in one document only was told at first; some of it has been compared since, with what is there in
    // its stead.
    let compared = |told: &Told| match (&told.old, &told.new) {
        (Some(at), None) => walk.seen.iter().any(|(target, _)| is_within(at, target) && new.find(target).is_none()),
        (None, Some(at)) => walk.seen.iter().any(|(_, target)| is_within(at, target) && old.find(target).is_none()),
        _ => false,
    };
    told.retain(|told| !compared(told));
    told.extend(walk.told);
    told
}

/// Where a reference leads.
fn target(node: &Node<'_>) -> Option<String> {
    node.get("$ref").and_then(Node::as_str).map(|target| target.trim_start_matches('#').to_owned())
}

/// Where a chain of references ends.
fn end(root: &Node<'_>, mut pointer: String) -> String {
    for _ in 0..32 {
        match root.find(&pointer).and_then(target) {
            Some(next) => pointer = next,
            None => break,
        }
    }
    pointer
}

fn is_within(pointer: &str, target: &str) -> bool {
    pointer.strip_prefix(target).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Where the walk stands in both documents.
#[derive(Clone, Debug, Default)]
struct Spot {
    old: String,
    new: String,
    /// The nearest key of the grammar: it says what the value is for.
    key: String,
    /// Below a response that is no success.
    in_failure: bool,
    /// What is spoken of, if a reference led here.
    from: Option<From>,
}

/// Where a reference was followed.
#[derive(Clone, Debug)]
struct From {
    subject: String,
    way: String,
    /// The pointer that it led to in the new document.
    target: String,
}

impl Spot {
    /// A member of a map or list.
    fn member(&self, old: &str, new: &str) -> Self {
        let mut spot = self.clone();
        spot.old = format!("{}/{}", self.old, escape(old));
        spot.new = format!("{}/{}", self.new, escape(new));
        spot
    }

    /// A key of the grammar.
    fn key(&self, key: &str, object: &Object) -> Self {
        let mut spot = self.member(key, key);
        if object.named.is_none() || object.fields.iter().any(|field| field.key == key) {
            key.clone_into(&mut spot.key);
        }
        spot.in_failure |= object.name == "Responses Object" && !key.starts_with('2');
        spot
    }

    fn pointers(&self) -> (&str, &str) {
        (&self.old, &self.new)
    }

    fn at(&self, side: Side) -> &str {
        if side == Side::Old { &self.old } else { &self.new }
    }
}

/// The shape of a place of a document, by its pointer; and the place in both.
fn spot_of(old: &str, new: &str) -> Option<(&'static ValueType, Spot)> {
    let mut shape = &ROOT;
    let mut spot = Spot::default();
    for token in new.split('/').skip(1) {
        let token = unescape(token);
        (shape, spot) = match object_of(shape) {
            Some(object) => (child(object, &token), spot.key(&token, object)),
            None => (item(shape)?, spot.member(&token, &token)),
        };
    }
    old.clone_into(&mut spot.old);
    new.clone_into(&mut spot.new);
    Some((shape, spot))
}

fn object_of(shape: &'static ValueType) -> Option<&'static Object> {
    match shape {
        ValueType::Object(object) | ValueType::RefOr(object) => Some(object),
        ValueType::ScalarOr(_, mapping) => object_of(mapping),
        _ => None,
    }
}

fn item(shape: &'static ValueType) -> Option<&'static ValueType> {
    match shape {
        ValueType::Map(item) | ValueType::List(item) | ValueType::NonEmptyList(item) => Some(item),
        _ => None,
    }
}

/// The shape of a member of an object.
fn child(object: &'static Object, key: &str) -> &'static ValueType {
    let mut known = object.fields.iter().chain(object.extensions).filter(|field| field.key == key);
    match (known.next(), object.named) {
        (Some(field), _) => &field.shape,
        (None, Some((_, shape))) => shape,
        (None, None) => &ANYTHING,
    }
}

struct Walk<'w, 'n> {
    roots: (&'w Node<'n>, &'w Node<'n>),
    changes: &'w Changes,
    names: Names<'w>,
    moved: Moved,
    told: Vec<Told>,
    /// What is elsewhere now, or behind references.
    later: Vec<(&'static ValueType, Spot)>,
    /// What is compared beside the walk, by its places.
    seen: HashSet<(String, String)>,
}

impl<'n> Walk<'_, 'n> {
    fn node(&mut self, old: &Node<'n>, new: &Node<'n>, shape: &'static ValueType, spot: Spot) {
        if old.same(new) {
            return;
        }
        let entries = roles::has_entries(&spot.key);
        if roles::role(&spot.key) == Role::Text && !entries {
            return self.changed(old, new, &spot);
        }
        match (shape, &old.value, &new.value) {
            (ValueType::RefOr(object), Value::Mapping(_), Value::Mapping(_)) => {
                self.slot((old, new), shape, object, spot)
            }
            (ValueType::Object(object), Value::Mapping(_), Value::Mapping(_)) => self.object(old, new, object, &spot),
            (ValueType::ScalarOr(_, inner), Value::Mapping(_), Value::Mapping(_)) => self.node(old, new, inner, spot),
            (ValueType::Map(inner), Value::Mapping(_), Value::Mapping(_)) => {
                let aligned = align::keys(old, new, spot.pointers(), &self.moved);
                self.members(old, new, aligned, inner, &spot, true);
            }
            (ValueType::List(inner) | ValueType::NonEmptyList(inner), Value::Sequence(_), Value::Sequence(_)) => {
                let aligned = align::entries(old, new, spot.pointers(), &self.moved, None);
                self.members(old, new, aligned, inner, &spot, spot.key != "required");
            }
            _ => self.changed(old, new, &spot),
        }
    }

    /// An object, or a reference to one.
    fn slot(
        &mut self,
        (old, new): (&Node<'n>, &Node<'n>),
        shape: &'static ValueType,
        object: &'static Object,
        spot: Spot,
    ) {
        let (old_target, new_target) = (target(old), target(new));
        match (&old_target, &new_target) {
            (None, None) => return self.object(old, new, object, &spot),
            (Some(old), Some(new)) if self.moved.to(old) == Some(new) => return,
            _ => {}
        }
        let told = |side: Side| {
            let at = spot.at(side);
            self.changes.has(side, at) || self.changes.has(side, &format!("{at}/$ref"))
        };
        if told(Side::Old) || told(Side::New) {
            return;
        }
        let words = |target: &Option<String>| match target {
            Some(target) => format!("`#{}`", code(target)),
            None => "written in place".to_owned(),
        };
        let what = format!("{} → {}", words(&old_target), words(&new_target));
        let why = "what it leads to makes the same type, or its differences are told where it is used";
        self.tell(Kind::Other, Action::Changed, Class::DocumentationOnly, &spot, what, why);
        let (subject, way) = self.name(Side::New, &spot);
        let old = end(self.roots.0, old_target.unwrap_or_else(|| spot.old.clone()));
        let new = end(self.roots.1, new_target.unwrap_or_else(|| spot.new.clone()));
        if old != new && self.seen.insert((old.clone(), new.clone())) {
            let from = Some(From { subject, way, target: new.clone() });
            self.later.push((shape, Spot { old, new, from, ..spot }));
        }
    }

    fn object(&mut self, old: &Node<'n>, new: &Node<'n>, object: &'static Object, spot: &Spot) {
        let aligned = align::keys(old, new, spot.pointers(), &self.moved);
        if object.named.is_some() && !aligned.in_order {
            self.order(spot);
        }
        for (old_key, new_key) in &aligned.both {
            let (Some(old_node), Some(new_node)) = (old.get(old_key), new.get(new_key)) else { continue };
            let mut inner = spot.key(new_key, object);
            inner.old = format!("{}/{}", spot.old, escape(old_key));
            self.renamed(old_key, new_key, &inner);
            if matches!(&**new_key, "x-enum-varnames" | "x-enum-descriptions") && old_key == new_key {
                self.beside_values(old, new, (old_node, new_node), &inner);
            } else {
                self.node(old_node, new_node, child(object, new_key), inner);
            }
        }
        for (keys, side, parent) in [(&aligned.removed, Side::Old, old), (&aligned.added, Side::New, new)] {
            for key in keys {
                if let Some(node) = parent.get(key) {
                    self.lonely(node, child(object, key), spot.key(key, object), side);
                }
            }
        }
    }

    /// A list that goes with the values of an enumeration: its entries belong to them, not to their places.
    fn beside_values(&mut self, old: &Node<'n>, new: &Node<'n>, lists: (&Node<'n>, &Node<'n>), spot: &Spot) {
        let aligned = align::entries(lists.0, lists.1, spot.pointers(), &self.moved, Some((old, new)));
        self.members(lists.0, lists.1, aligned, &ANYTHING, spot, false);
    }

    fn members(
        &mut self,
        old: &Node<'n>,
        new: &Node<'n>,
        aligned: Aligned,
        shape: &'static ValueType,
        spot: &Spot,
        ordered: bool,
    ) {
        if ordered && !aligned.in_order {
            self.order(spot);
        }
        let entries = roles::has_entries(&spot.key);
        let is_map = matches!(new.value, Value::Mapping(_));
        for (old_key, new_key) in &aligned.both {
            let (Some(old_node), Some(new_node)) = (at(old, old_key), at(new, new_key)) else { continue };
            let inner = spot.member(old_key, new_key);
            if is_map {
                self.renamed(old_key, new_key, &inner);
            }
            if old_node.same(new_node) {
                continue;
            }
            if entries {
                self.changed(old_node, new_node, &inner);
            } else {
                self.node(old_node, new_node, shape, inner);
            }
        }
        for (keys, side, parent) in [(&aligned.removed, Side::Old, old), (&aligned.added, Side::New, new)] {
            for key in keys {
                if let Some(node) = at(parent, key) {
                    self.lonely(node, shape, spot.member(key, key), side);
                }
            }
        }
    }

    /// Something that only one document has.
    fn lonely(&mut self, node: &Node<'n>, shape: &'static ValueType, spot: Spot, side: Side) {
        let pointer = spot.at(side).to_owned();
        let role = roles::role(&spot.key);
        if self.changes.has_whole(side, &pointer) || (role == Role::Structure && self.changes.has(side, &pointer)) {
            return;
        }
        if side == Side::Old
            && let Some(new) = self.moved.to(&pointer).map(str::to_owned)
        {
            if !self.changes.has_move(&pointer) {
                let moved = Spot { new: new.clone(), ..spot };
                let why = "it says what it said, in another place of the document";
                self.tell(Kind::Other, Action::Renamed, Class::DocumentationOnly, &moved, "written elsewhere", why);
            }
            if self.seen.insert((pointer.clone(), new.clone())) {
                self.later.extend(spot_of(&pointer, &new));
            }
            return;
        }
        let below = self.changes.has_below(side, &pointer) || self.moved.has_below(side, &pointer);
        if !below {
            let (kind, why) = roles::explained(&spot.key, spot.in_failure);
            let (action, word) =
                if side == Side::Old { (Action::Removed, "removed") } else { (Action::Added, "added") };
            let what = match shown(node) {
                Some(value) => format!("{word}: `{value}`"),
                None => word.to_owned(),
            };
            return self.tell_one(kind, action, side, &spot, what, why);
        }
        match &node.value {
            Value::Mapping(entries) => {
                for entry in entries {
                    let (inner, spot) = match object_of(shape) {
                        Some(object) => (child(object, &entry.key), spot.key(&entry.key, object)),
                        None => (item(shape).unwrap_or(&ANYTHING), spot.member(&entry.key, &entry.key)),
                    };
                    self.lonely(&entry.node, inner, spot, side);
                }
            }
            Value::Sequence(items) => {
                for (index, entry) in items.iter().enumerate() {
                    let key = index.to_string();
                    self.lonely(entry, item(shape).unwrap_or(&ANYTHING), spot.member(&key, &key), side);
                }
            }
            Value::Scalar(_) => {}
        }
    }

    /// A value that is another one.
    fn changed(&mut self, old: &Node<'n>, new: &Node<'n>, spot: &Spot) {
        let is_told = |side: Side| match roles::role(&spot.key) {
            Role::Structure => self.changes.has(side, spot.at(side)),
            Role::Text | Role::Limit => self.changes.has_whole(side, spot.at(side)),
        };
        if is_told(Side::Old) || is_told(Side::New) {
            return;
        }
        let (kind, why) = roles::explained(&spot.key, spot.in_failure);
        let what = match (shown(old), shown(new)) {
            (Some(old), Some(new)) => from_to(&old, &new),
            _ => "changed".to_owned(),
        };
        self.tell(kind, Action::Changed, Class::DocumentationOnly, spot, what, why);
    }

    /// What is spoken of, and the way from there.
    fn name(&self, side: Side, spot: &Spot) -> (String, String) {
        let Some(from) = &spot.from else { return self.names.of(side, spot.at(side)) };
        let inside = words(spot.new.strip_prefix(&from.target).unwrap_or_default());
        let way: Vec<&str> = [&*from.way, &inside].into_iter().filter(|part| !part.is_empty()).collect();
        (from.subject.clone(), way.join("/"))
    }

    fn order(&mut self, spot: &Spot) {
        if self.changes.has(Side::Old, &spot.old) || self.changes.has(Side::New, &spot.new) {
            return;
        }
        let (class, why) = match roles::order(&spot.key) {
            Some(why) => (Class::Compatible, why),
            None => (Class::DocumentationOnly, "no code depends on it; texts are in another order"),
        };
        self.tell(Kind::Order, Action::Changed, class, spot, "in another order", why);
    }

    fn renamed(&mut self, old: &str, new: &str, spot: &Spot) {
        if old != new && !self.changes.has_move(&spot.old) {
            let what = format!("written as {}", from_to(old, new));
            let why = "its name in Rust is the same";
            self.tell(Kind::Other, Action::Renamed, Class::DocumentationOnly, spot, what, why);
        }
    }

    fn tell(
        &mut self,
        kind: Kind,
        action: Action,
        class: Class,
        spot: &Spot,
        what: impl Into<String>,
        why: impl Into<String>,
    ) {
        let (subject, way) = self.name(Side::New, spot);
        let told = Told {
            class,
            kind,
            action,
            subject,
            what: on_the_way(&way, what.into()),
            why: why.into(),
            old: Some(spot.old.clone()),
            new: Some(spot.new.clone()),
        };
        self.told.push(told);
    }

    fn tell_one(&mut self, kind: Kind, action: Action, side: Side, spot: &Spot, what: String, why: &str) {
        let pointer = spot.at(side);
        let (subject, way) = self.name(side, spot);
        let (old, new) = if side == Side::Old { (Some(pointer), None) } else { (None, Some(pointer)) };
        let (old, new) = (old.map(str::to_owned), new.map(str::to_owned));
        let (class, what, why) = (Class::DocumentationOnly, on_the_way(&way, what), why.to_owned());
        self.told.push(Told { class, kind, action, subject, what, why, old, new });
    }
}

/// A member by its key or index.
fn at<'a, 'n>(node: &'a Node<'n>, key: &str) -> Option<&'a Node<'n>> {
    match &node.value {
        Value::Mapping(_) => node.get(key),
        Value::Sequence(items) => items.get(key.parse::<usize>().ok()?),
        Value::Scalar(_) => None,
    }
}

/// A value in a few words, if it has them.
pub(super) fn shown(node: &Node<'_>) -> Option<String> {
    let text = node.as_str()?;
    (text.chars().count() <= 60 && !text.contains('\n')).then(|| code(text))
}

fn on_the_way(way: &str, what: String) -> String {
    if way.is_empty() { what } else { format!("`{way}` {what}") }
}
