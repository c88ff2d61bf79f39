//! What differs between two documents, and no rule has told: nothing is dropped.
//!
//! In: two trees, and what the rules have claimed. Out: a change for every difference that is left: texts and limits,
//! each by its key, and whatever else. The walk follows the grammar, so that a property called `description` is none.
//! What only moved or has another name is compared where it is now.

use std::collections::{HashMap, HashSet};

use super::change::{Action, Class, Kind};
use super::roles::{self, Role};
use super::told::{Changes, Note, Side, Told};
use super::words::{code, from_to};
use crate::document::grammar::{DOCUMENT, Object, Shape};
use crate::document::pointer::{escape, unescape};
use crate::document::yaml::{Node, Value};

static ROOT: Shape = Shape::Object(&DOCUMENT);
/// The value of a key that the grammar does not know, such as an `x-` key of somebody else.
static ANYTHING: Shape = Shape::Any;

/// Everything that differs and is not claimed.
pub(super) fn differences(old: &Node<'_>, new: &Node<'_>, changes: &Changes) -> Vec<Told> {
    let mut walk = Walk {
        changes,
        names: Names::new(changes),
        moved: moved(changes),
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
    // What stands in one document only, and was compared with what stands in its place in the other one.
    let compared = |told: &Told| match (&told.old, &told.new) {
        (Some(old), None) => walk.seen.iter().any(|(target, _)| is_within(old, target)),
        (None, Some(new)) => walk.seen.iter().any(|(_, target)| is_within(new, target)),
        _ => false,
    };
    told.retain(|told| !compared(told));
    told.extend(walk.told);
    told
}

fn is_within(pointer: &str, target: &str) -> bool {
    pointer.strip_prefix(target).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Names of things by where they are.
pub(super) struct Names<'c> {
    old: HashMap<&'c str, &'c str>,
    new: HashMap<&'c str, &'c str>,
}

impl<'c> Names<'c> {
    pub(super) fn new(changes: &'c Changes) -> Self {
        let (mut old, mut new) = (HashMap::new(), HashMap::new());
        for note in &changes.notes {
            old.entry(note.old.as_str()).or_insert(note.name.as_str());
            new.entry(note.new.as_str()).or_insert(note.name.as_str());
        }
        Self { old, new }
    }

    /// The nearest thing with a name, and the way from there.
    pub(super) fn of(&self, side: Side, pointer: &str) -> (String, String) {
        let names = if side == Side::Old { &self.old } else { &self.new };
        let mut end = pointer.len();
        loop {
            if let Some(name) = names.get(&pointer[..end]) {
                return ((*name).to_owned(), words(&pointer[end..]));
            }
            match pointer[..end].rfind('/') {
                Some(slash) if slash > 0 => end = slash,
                _ => break,
            }
        }
        // A component has a name; what else has none is told by its first key.
        let depth = match pointer.split('/').nth(1) {
            Some("components") => 3,
            Some("info") => 1,
            _ => 2,
        };
        let cut = pointer.match_indices('/').nth(depth).map_or(pointer.len(), |(at, _)| at);
        let name = words(&pointer[..cut]);
        (if name.is_empty() { "document".to_owned() } else { name }, words(&pointer[cut..]))
    }
}

/// A pointer, or the end of one, for reading.
fn words(pointer: &str) -> String {
    code(&pointer.split('/').skip(1).map(unescape).collect::<Vec<_>>().join("/"))
}

/// Where things are now that were elsewhere; with the path items of operations. A type that is written in place is found
/// by what it is the type of.
fn moved(changes: &Changes) -> HashMap<String, String> {
    let mut moved = HashMap::new();
    let in_place = |note: &Note| note.kind == Kind::Type && !(is_component(&note.old) && is_component(&note.new));
    for note in changes.notes.iter().filter(|note| note.old != note.new && !in_place(note)) {
        moved.insert(note.old.clone(), note.new.clone());
        if let (Some((old, _)), Some((new, _))) = (note.old.rsplit_once('/'), note.new.rsplit_once('/'))
            && old != new
            && old.starts_with("/paths/")
            && old.matches('/').count() == 2
        {
            moved.insert(old.to_owned(), new.to_owned());
        }
    }
    moved
}

fn is_component(pointer: &str) -> bool {
    pointer.starts_with("/components/") && pointer.matches('/').count() == 3
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

    fn at(&self, side: Side) -> &str {
        if side == Side::Old { &self.old } else { &self.new }
    }
}

/// The shape of a place of a document, by its pointer; and the place in both.
fn spot_of(old: &str, new: &str) -> Option<(&'static Shape, Spot)> {
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

fn object_of(shape: &'static Shape) -> Option<&'static Object> {
    match shape {
        Shape::Object(object) | Shape::RefOr(object) => Some(object),
        Shape::ScalarOr(_, mapping) => object_of(mapping),
        _ => None,
    }
}

fn item(shape: &'static Shape) -> Option<&'static Shape> {
    match shape {
        Shape::Map(item) | Shape::List(item) | Shape::NonEmptyList(item) => Some(item),
        _ => None,
    }
}

/// The shape of a member of an object.
fn child(object: &'static Object, key: &str) -> &'static Shape {
    let mut known = object.fields.iter().chain(object.extensions).filter(|field| field.key == key);
    match (known.next(), object.named) {
        (Some(field), _) => &field.shape,
        (None, Some((_, shape))) => shape,
        (None, None) => &ANYTHING,
    }
}

struct Walk<'w> {
    changes: &'w Changes,
    names: Names<'w>,
    moved: HashMap<String, String>,
    told: Vec<Told>,
    /// What is elsewhere now, or behind references.
    later: Vec<(&'static Shape, Spot)>,
    /// References that were followed.
    seen: HashSet<(String, String)>,
}

/// Members of two containers, side by side, by their keys or indices.
#[derive(Default)]
struct Aligned {
    both: Vec<(String, String)>,
    removed: Vec<String>,
    added: Vec<String>,
}

impl<'n> Walk<'_> {
    fn node(&mut self, old: &Node<'n>, new: &Node<'n>, shape: &'static Shape, spot: Spot) {
        if old.same(new) {
            return;
        }
        let entries = roles::has_entries(&spot.key);
        if roles::role(&spot.key) == Role::Text && !entries {
            return self.changed(old, new, &spot);
        }
        match (shape, &old.value, &new.value) {
            (Shape::RefOr(object), Value::Mapping(_), Value::Mapping(_)) => self.slot((old, new), shape, object, spot),
            (Shape::Object(object), Value::Mapping(_), Value::Mapping(_)) => self.object(old, new, object, &spot),
            (Shape::ScalarOr(_, inner), Value::Mapping(_), Value::Mapping(_)) => self.node(old, new, inner, spot),
            (Shape::Map(inner), Value::Mapping(_), Value::Mapping(_)) => {
                let aligned = self.keys(old, new, &spot);
                self.members(old, new, aligned, inner, &spot, true);
            }
            (Shape::List(inner) | Shape::NonEmptyList(inner), Value::Sequence(_), Value::Sequence(_)) => {
                let aligned = self.indices(old, new, &spot, None);
                self.members(old, new, aligned, inner, &spot, spot.key != "required");
            }
            _ => self.changed(old, new, &spot),
        }
    }

    /// An object, or a reference to one.
    fn slot(&mut self, (old, new): (&Node<'n>, &Node<'n>), shape: &'static Shape, object: &'static Object, spot: Spot) {
        let target = |node: &Node<'n>| {
            node.get("$ref").and_then(Node::as_str).map(|target| target.trim_start_matches('#').to_owned())
        };
        let (old_target, new_target) = (target(old), target(new));
        match (&old_target, &new_target) {
            (None, None) => return self.object(old, new, object, &spot),
            (Some(old), Some(new)) if self.moved.get(old) == Some(new) => return,
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
        let old = old_target.unwrap_or_else(|| spot.old.clone());
        let new = new_target.unwrap_or_else(|| spot.new.clone());
        if self.seen.insert((old.clone(), new.clone())) {
            let from = Some(From { subject, way, target: new.clone() });
            self.later.push((shape, Spot { old, new, from, ..spot }));
        }
    }

    fn object(&mut self, old: &Node<'n>, new: &Node<'n>, object: &'static Object, spot: &Spot) {
        let aligned = self.keys(old, new, spot);
        if object.named.is_some() && !in_order(new, &aligned) {
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
        let aligned = self.indices(lists.0, lists.1, spot, Some((old, new)));
        self.members(lists.0, lists.1, aligned, &ANYTHING, spot, false);
    }

    fn members(
        &mut self,
        old: &Node<'n>,
        new: &Node<'n>,
        aligned: Aligned,
        shape: &'static Shape,
        spot: &Spot,
        ordered: bool,
    ) {
        if ordered && !in_order(new, &aligned) {
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
    fn lonely(&mut self, node: &Node<'n>, shape: &'static Shape, spot: Spot, side: Side) {
        let pointer = spot.at(side).to_owned();
        let role = roles::role(&spot.key);
        if self.changes.has_whole(side, &pointer) || (role == Role::Structure && self.changes.has(side, &pointer)) {
            return;
        }
        if side == Side::Old
            && let Some(new) = self.moved.get(&pointer).cloned()
        {
            if !self.changes.has_move(&pointer) {
                let moved = Spot { new: new.clone(), ..spot };
                let why = "it says what it said, in another place of the document";
                self.tell(Kind::Other, Action::Renamed, Class::DocumentationOnly, &moved, "written elsewhere", why);
            }
            return self.later.extend(spot_of(&pointer, &new));
        }
        if side == Side::New && self.moved.values().any(|moved| *moved == pointer) {
            return;
        }
        let has_moved = |moved: &str| moved.strip_prefix(&*pointer).is_some_and(|rest| rest.starts_with('/'));
        let below = self.changes.has_below(side, &pointer)
            || match side {
                Side::Old => self.moved.keys().any(|moved| has_moved(moved)),
                Side::New => self.moved.values().any(|moved| has_moved(moved)),
            };
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

    /// The members of two mappings: those that moved within them, then those of the same key.
    fn keys(&self, old: &Node<'n>, new: &Node<'n>, spot: &Spot) -> Aligned {
        let (Value::Mapping(old), Value::Mapping(new)) = (&old.value, &new.value) else { return Aligned::default() };
        let old_keys: Vec<&str> = old.iter().map(|entry| &*entry.key).collect();
        let new_keys: Vec<&str> = new.iter().map(|entry| &*entry.key).collect();
        self.aligned(&old_keys, &new_keys, &old_keys, &new_keys, spot, false)
    }

    /// The entries of two lists: those that moved within them, then those that say who they are, then by place.
    fn indices(&self, old: &Node<'n>, new: &Node<'n>, spot: &Spot, schemas: Option<(&Node<'n>, &Node<'n>)>) -> Aligned {
        let (Value::Sequence(old), Value::Sequence(new)) = (&old.value, &new.value) else { return Aligned::default() };
        let identities = |items: &[Node<'n>], schema: Option<&Node<'n>>| -> Vec<String> {
            let values = match schema.and_then(|schema| schema.get("enum")).map(|values| &values.value) {
                Some(Value::Sequence(values)) => values,
                _ => items,
            };
            let mut counts: HashMap<String, usize> = HashMap::new();
            let of = |index: usize| values.get(index).map_or_else(|| index.to_string(), |item| identity(item, index));
            (0..items.len())
                .map(|index| {
                    let identity = of(index);
                    let count = counts.entry(identity.clone()).or_default();
                    *count += 1;
                    format!("{identity}\n{count}")
                })
                .collect()
        };
        let old_names = identities(old, schemas.map(|(old, _)| old));
        let new_names = identities(new, schemas.map(|(_, new)| new));
        let numbers = |count: usize| (0..count).map(|index| index.to_string()).collect::<Vec<_>>();
        let (old_keys, new_keys) = (numbers(old.len()), numbers(new.len()));
        let (old_keys, new_keys) = (texts(&old_keys), texts(&new_keys));
        let (old_names, new_names) = (texts(&old_names), texts(&new_names));
        self.aligned(&old_keys, &new_keys, &old_names, &new_names, spot, true)
    }

    fn aligned(
        &self,
        old_keys: &[&str],
        new_keys: &[&str],
        old_names: &[&str],
        new_names: &[&str],
        spot: &Spot,
        by_place: bool,
    ) -> Aligned {
        let pointer = |base: &str, key: &str| format!("{base}/{}", escape(key));
        let places: HashMap<&str, usize> = new_names.iter().enumerate().map(|(place, name)| (*name, place)).collect();
        let by_pointer: HashMap<String, usize> =
            new_keys.iter().enumerate().map(|(place, key)| (pointer(&spot.new, key), place)).collect();
        let mut partner: Vec<Option<usize>> = vec![None; old_keys.len()];
        let mut free = vec![true; new_keys.len()];
        let mut gone = vec![false; old_keys.len()];
        for (index, key) in old_keys.iter().enumerate() {
            if let Some(moved) = self.moved.get(&pointer(&spot.old, key)) {
                match by_pointer.get(moved) {
                    Some(&place) if free[place] => {
                        free[place] = false;
                        partner[index] = Some(place);
                    }
                    _ => gone[index] = !by_place,
                }
            }
        }
        for (index, name) in old_names.iter().enumerate().filter(|(index, _)| !gone[*index]) {
            if partner[index].is_none()
                && let Some(&place) = places.get(name).filter(|place| free[**place])
            {
                free[place] = false;
                partner[index] = Some(place);
            }
        }
        if by_place {
            for (index, slot) in partner.iter_mut().enumerate() {
                if slot.is_none() && free.get(index) == Some(&true) {
                    free[index] = false;
                    *slot = Some(index);
                }
            }
        }
        let mut aligned = Aligned::default();
        for (key, place) in old_keys.iter().zip(partner) {
            match place {
                Some(place) => aligned.both.push(((*key).to_owned(), new_keys[place].to_owned())),
                None => aligned.removed.push((*key).to_owned()),
            }
        }
        let left = new_keys.iter().zip(free).filter(|(_, free)| *free);
        aligned.added = left.map(|(key, _)| (*key).to_owned()).collect();
        aligned
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

/// Whether members that both have follow each other in the same order.
fn in_order(new: &Node<'_>, aligned: &Aligned) -> bool {
    let place = |key: &str| match &new.value {
        Value::Mapping(entries) => entries.iter().position(|entry| entry.key == key),
        _ => key.parse::<usize>().ok(),
    };
    let places: Vec<Option<usize>> = aligned.both.iter().map(|(_, key)| place(key)).collect();
    places.is_sorted()
}

/// What an entry of a list is known by.
fn identity(item: &Node<'_>, index: usize) -> String {
    let text = |key: &str| item.get(key).and_then(Node::as_str);
    match &item.value {
        Value::Scalar(scalar) => scalar.text.to_string(),
        Value::Mapping(_) => {
            let known = ["$ref", "name", "code", "url"].iter().find_map(|key| text(key));
            known.map_or_else(|| index.to_string(), |known| format!("{known}\n{}", text("in").unwrap_or_default()))
        }
        Value::Sequence(_) => index.to_string(),
    }
}

/// A value in a few words, if it has them.
pub(super) fn shown(node: &Node<'_>) -> Option<String> {
    let text = node.as_str()?;
    (text.chars().count() <= 60 && !text.contains('\n')).then(|| code(text))
}

fn texts(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

fn on_the_way(way: &str, what: String) -> String {
    if way.is_empty() { what } else { format!("`{way}` {what}") }
}
