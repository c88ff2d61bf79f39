//! Differences between two documents that no rule has reported.
//!
//! In: two trees, the pairs of places that are the same object, and the places whose difference is explained. Out: changes
//! of the documentation only.
//!
//! Each pair is compared separately, beginning with the documents, and without the objects of other pairs. So an object
//! can move. The vocabulary defines the keys of OpenAPI: a property with the name `description` is not one of them.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use super::change::{Action, Compatibility, Kind};
use super::describe::{code, from_to, joined};
use super::key_kind::{self, KeyKind, key_kind};
use super::recorder::{Explained, Pair, Recorder, Side, Subject};
use crate::document::Node;
use crate::document::node::Value;
use crate::document::pointer::{escape, unescape};
use crate::document::vocabulary::{DOCUMENT, Object, RESPONSES, ValueType};

/// A limit of chains of references.
const MAX_DEPTH: usize = 32;
/// Longer texts are not shown.
const MAX_SHOWN: usize = 60;

static ROOT: ValueType = ValueType::Object(&DOCUMENT);
/// The value of a key that is not in the vocabulary.
static ANY: ValueType = ValueType::Any;

/// Records all unexplained differences.
pub(super) fn record(roots: [&Node<'_>; 2], recorder: &mut Recorder<'_>) {
    let mut known = HashSet::new();
    let mut pairs = std::mem::take(&mut recorder.pairs);
    // A key that only one document has is compared with the object around it.
    pairs.retain(|Pair { places, .. }| {
        roots.iter().zip(places).all(|(root, place)| root.find(place).is_some()) && known.insert(places.clone())
    });
    let [of_old, of_new] = std::mem::take(&mut recorder.explained);
    let mut partners: HashMap<&str, Vec<&str>> = HashMap::new();
    for Pair { places: [old, new], .. } in &pairs {
        partners.entry(old).or_default().push(new);
    }
    let boundaries = [
        Boundaries::new(&of_old, pairs.iter().map(|pair| &*pair.places[0])),
        Boundaries::new(&of_new, pairs.iter().map(|pair| &*pair.places[1])),
    ];
    let mut walk = Walk { roots, partners, boundaries, followed: HashSet::new(), recorder };
    walk.node(roots, &ROOT, &Spot::default());
    for pair in &pairs {
        walk.pair(pair);
    }
}

/// The boundaries of the objects of one document, and their explained parts.
struct Boundaries<'w> {
    explained: &'w Explained,
    /// Objects that are compared with their counterpart.
    paired: HashSet<&'w str>,
    /// Those, and all explained places.
    all: BTreeSet<&'w str>,
}

impl<'w> Boundaries<'w> {
    fn new(explained: &'w Explained, paired: impl Iterator<Item = &'w str>) -> Self {
        let paired: HashSet<&str> = paired.collect();
        let all = paired.iter().copied().chain(explained.stated.iter().map(String::as_str)).collect();
        Self { explained, paired, all }
    }

    /// Whether an object is at a place.
    fn is_object(&self, pointer: &str) -> bool {
        self.paired.contains(pointer) || self.explained.unmatched.contains(pointer)
    }

    /// Whether a rule has reported the statement of a place; `root` is the object that states it.
    fn is_explained(&self, root: &str, pointer: &str) -> bool {
        let mut ends = pointer.match_indices('/').map(|(end, _)| end).chain([pointer.len()]);
        ends.any(|end| end >= root.len() && self.explained.stated.contains(&pointer[..end]))
    }

    /// Whether a part of a place belongs to another pair, or is explained.
    fn has_below(&self, pointer: &str) -> bool {
        let below = format!("{pointer}/");
        self.all.range(below.as_str()..).next().is_some_and(|first| first.starts_with(&below))
    }
}

/// A place in both documents. If only one document has a part, its place in the other one is that of the container.
#[derive(Clone, Debug, Default)]
struct Spot {
    places: [String; 2],
    owner: Owner,
    /// The innermost key that is in the vocabulary.
    key: String,
    /// Below the response of a failure.
    is_failure: bool,
}

/// The object that a place belongs to.
#[derive(Clone, Debug, Default)]
struct Owner {
    /// `None` for the document itself.
    name: Option<String>,
    /// From the object with this name to the place where the comparison begins.
    path: String,
    places: [String; 2],
}

impl Spot {
    fn at(&self, side: Side) -> &str {
        side.of(self.places.each_ref().map(String::as_str))
    }

    /// The place of the object.
    fn root(&self, side: Side) -> &str {
        side.of(self.owner.places.each_ref().map(String::as_str))
    }

    fn moved_to(&self, places: [&str; 2]) -> Self {
        Self { places: places.map(str::to_owned), ..self.clone() }
    }

    /// The member with this key at these places, with the type of its value.
    fn member(&self, shape: &'static ValueType, key: &str, places: [&str; 2]) -> (&'static ValueType, Self) {
        let mut spot = self.moved_to(places);
        let (inner, is_word) = match (object_of(shape), shape) {
            (Some(object), _) => {
                spot.is_failure |= std::ptr::eq(object, &RESPONSES) && !key.starts_with('2');
                let known = object.fields.iter().chain(object.extensions).find(|field| field.key == key);
                match (known, object.named) {
                    (Some(field), _) => (&field.shape, true),
                    (None, Some((_, shape))) => (shape, false),
                    (None, None) => (&ANY, true),
                }
            }
            (None, ValueType::Map(item) | ValueType::List(item) | ValueType::NonEmptyList(item)) => (*item, false),
            (None, _) => (&ANY, false),
        };
        if is_word {
            key.clone_into(&mut spot.key);
        }
        (inner, spot)
    }

    /// A member that only one document has.
    fn one_sided(&self, shape: &'static ValueType, member: &Member<'_, '_>, side: Side) -> (&'static ValueType, Self) {
        let [old, new] = self.places.each_ref().map(String::as_str);
        self.member(shape, &member.key, side.of([[&member.pointer, new], [old, &member.pointer]]))
    }

    /// The name of the object that the place belongs to, and the path from there.
    fn subject(&self, side: Side) -> (String, String) {
        let pointer = self.at(side);
        let Some(name) = &self.owner.name else {
            // A component has a name; other objects are identified by their first key.
            let depth = if pointer.starts_with("/components/") { 3 } else { 1 };
            let end = pointer.match_indices('/').nth(depth).map_or(pointer.len(), |(end, _)| end);
            let name = readable(&pointer[..end]);
            return (if name.is_empty() { "document".to_owned() } else { name }, readable(&pointer[end..]));
        };
        let below = readable(pointer.strip_prefix(self.root(side)).unwrap_or(pointer));
        (name.clone(), joined("/", [&self.owner.path, &below]))
    }
}

fn object_of(shape: &'static ValueType) -> Option<&'static Object> {
    match shape {
        ValueType::Object(object) | ValueType::RefOr(object) => Some(object),
        ValueType::ScalarOr(_, mapping) => object_of(mapping),
        _ => None,
    }
}

/// A member of a mapping or a list.
struct Member<'t, 'n> {
    key: String,
    pointer: String,
    node: &'t Node<'n>,
}

fn members<'t, 'n>(node: &'t Node<'n>, pointer: &str) -> Vec<Member<'t, 'n>> {
    let keys = node.mapping().iter().map(|entry| (entry.key.to_string(), &entry.node));
    let indices = node.sequence().iter().enumerate().map(|(index, item)| (index.to_string(), item));
    let member = |(key, node): (String, _)| Member { pointer: format!("{pointer}/{}", escape(&key)), key, node };
    keys.chain(indices).map(member).collect()
}

struct Walk<'w, 'd, 'n> {
    roots: [&'w Node<'n>; 2],
    /// The places of the new document by those of the old one.
    partners: HashMap<&'w str, Vec<&'w str>>,
    boundaries: [Boundaries<'w>; 2],
    /// Pairs at the ends of references.
    followed: HashSet<[String; 2]>,
    recorder: &'w mut Recorder<'d>,
}

impl<'w, 'n> Walk<'w, '_, 'n> {
    fn pair(&mut self, Pair { name, path, places }: &Pair) {
        let owner = Owner { name: Some(name.clone()), path: path.clone(), places: places.clone() };
        let (mut shape, mut spot) = (&ROOT, Spot { owner, ..Spot::default() });
        for token in places[1].split('/').skip(1) {
            (shape, spot) = spot.member(shape, &unescape(token), [""; 2]);
        }
        self.nodes(places, shape, &spot);
    }

    /// Compares the nodes at two places.
    fn nodes(&mut self, places: &[String; 2], shape: &'static ValueType, spot: &Spot) {
        let [old, new] = places.each_ref().map(String::as_str);
        if let [Some(old_node), Some(new_node)] = [self.roots[0].find(old), self.roots[1].find(new)] {
            self.node([old_node, new_node], shape, &spot.moved_to([old, new]));
        }
    }

    fn boundaries(&self, side: Side) -> &Boundaries<'w> {
        side.of(self.boundaries.each_ref())
    }

    fn are_partners(&self, old: &str, new: &str) -> bool {
        self.partners.get(old).is_some_and(|partners| partners.contains(&new))
    }

    fn is_explained(&self, spot: &Spot) -> bool {
        let mut sides = self.boundaries.iter().zip(&spot.owner.places).zip(&spot.places);
        sides.any(|((boundaries, root), place)| boundaries.is_explained(root, place))
    }

    fn node(&mut self, [old, new]: [&Node<'n>; 2], shape: &'static ValueType, spot: &Spot) {
        match (shape, &old.value, &new.value) {
            _ if old.same(new) => {}
            _ if key_kind(&spot.key) == KeyKind::Text => self.changed([old, new], spot),
            (ValueType::Any, ..) => self.changed([old, new], spot),
            (ValueType::RefOr(_), Value::Mapping(_), Value::Mapping(_)) => self.reference([old, new], shape, spot),
            (_, Value::Mapping(_), Value::Mapping(_)) | (_, Value::Sequence(_), Value::Sequence(_)) => {
                self.members([old, new], shape, spot);
            }
            _ => self.changed([old, new], spot),
        }
    }

    fn members(&mut self, [old, new]: [&Node<'n>; 2], shape: &'static ValueType, spot: &Spot) {
        let is_list = matches!(new.value, Value::Sequence(_));
        let (old, new) = (members(old, &spot.places[0]), members(new, &spot.places[1]));
        let counterparts = self.align(&old, &new, is_list, spot);
        let has_names = object_of(shape).is_none_or(|object| object.named.is_some());
        // The other lists about values have the order of `enum`; required properties have no order.
        let is_ordered = has_names && !matches!(&*spot.key, "required" | "x-enum-varnames" | "x-enum-descriptions");
        if is_ordered && !counterparts.iter().flatten().is_sorted() && !self.is_explained(spot) {
            self.record(
                Kind::Order,
                spot,
                "in another order",
                "no code depends on it; the documentation is in another order",
            );
        }
        let mut free = vec![true; new.len()];
        for (one, counterpart) in old.iter().zip(counterparts) {
            let Some(index) = counterpart else {
                let (inner, spot) = spot.one_sided(shape, one, Side::Old);
                self.unmatched(one.node, inner, &spot, Side::Old);
                continue;
            };
            free[index] = false;
            let other = &new[index];
            let (inner, inner_spot) = spot.member(shape, &other.key, [&one.pointer, &other.pointer]);
            if one.key != other.key && !is_list {
                self.moved(&inner_spot, &format!("written as {}", from_to(&one.key, &other.key)));
            }
            let are_paired = [(Side::Old, one), (Side::New, other)]
                .iter()
                .all(|(side, member)| self.boundaries(*side).paired.contains(&*member.pointer));
            if one.node.same(other.node) {
                continue;
            }
            if are_paired && !self.are_partners(&one.pointer, &other.pointer) {
                let (inner, spot) = spot.one_sided(shape, one, Side::Old);
                self.unmatched(one.node, inner, &spot, Side::Old);
            } else if are_paired {
                continue;
            } else if key_kind(&spot.key) == KeyKind::Texts {
                self.changed([one.node, other.node], &inner_spot);
            } else {
                self.node([one.node, other.node], inner, &inner_spot);
            }
        }
        for (other, _) in new.iter().zip(free).filter(|(_, free)| *free) {
            let (inner, spot) = spot.one_sided(shape, other, Side::New);
            self.unmatched(other.node, inner, &spot, Side::New);
        }
    }

    /// For each member of the old container the index of its counterpart: its partner; else the member of the same key,
    /// or, in a list, the one of the same value; else the next one in the list.
    fn align(&self, old: &[Member<'_, 'n>], new: &[Member<'_, 'n>], is_list: bool, spot: &Spot) -> Vec<Option<usize>> {
        let indices: HashMap<&str, usize> =
            new.iter().enumerate().map(|(index, member)| (&*member.pointer, index)).collect();
        let same_key =
            |one: &Member<'_, 'n>| indices.get(&*format!("{}/{}", spot.places[1], escape(&one.key))).copied();
        let partner = |one: &Member<'_, 'n>| {
            let partners = self.partners.get(&*one.pointer).into_iter().flatten();
            // An inline object is paired as a property and as a type.
            partners.filter_map(|partner| indices.get(partner).copied()).min_by_key(|&it| Some(it) != same_key(one))
        };
        let mut counterparts: Vec<Option<usize>> = old.iter().map(partner).collect();
        let mut free = vec![true; new.len()];
        counterparts.iter().flatten().for_each(|&index| free[index] = false);
        if !is_list {
            for (one, counterpart) in old.iter().zip(&mut counterparts) {
                *counterpart = counterpart.or_else(|| same_key(one).filter(|&index| std::mem::take(&mut free[index])));
            }
            return counterparts;
        }
        // In a list, two different objects are never counterparts.
        let is_object = |side, member: &Member<'_, 'n>| self.boundaries(side).is_object(&member.pointer);
        let mut by_value: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (index, other) in
            new.iter().enumerate().filter(|(index, other)| free[*index] && !is_object(Side::New, other))
        {
            by_value.entry(other.node.json().to_string()).or_default().push_back(index);
        }
        let mut rest = Vec::new();
        for (index, one) in old.iter().enumerate() {
            if counterparts[index].is_none() && !is_object(Side::Old, one) {
                counterparts[index] = by_value.get_mut(&one.node.json().to_string()).and_then(VecDeque::pop_front);
                rest.extend(counterparts[index].is_none().then_some(index));
            }
        }
        // Required properties have no order.
        if spot.key != "required" {
            let mut others: Vec<usize> = by_value.into_values().flatten().collect();
            others.sort_unstable();
            rest.into_iter().zip(others).for_each(|(index, other)| counterparts[index] = Some(other));
        }
        counterparts
    }

    /// An object, or a reference to one.
    fn reference(&mut self, nodes: [&Node<'n>; 2], shape: &'static ValueType, spot: &Spot) {
        let targets = nodes.map(target);
        match &targets {
            [None, None] => return self.members(nodes, shape, spot),
            [Some(old), Some(new)] if old == new => return self.changed(nodes, spot),
            [Some(old), Some(new)] if self.are_partners(old, new) => return,
            _ => {}
        }
        if self.is_explained(spot) {
            return self.replaced(nodes, &targets, shape, spot);
        }
        let [old_shown, new_shown] = targets
            .each_ref()
            .map(|target| target.as_ref().map_or_else(|| "inline".to_owned(), |target| format!("`#{}`", code(target))));
        let why = "the type is the same, or its changes are reported where it is used";
        self.record(Kind::Other, spot, &format!("{old_shown} → {new_shown}"), why);
        let [old, new] = targets;
        let places = [
            end(self.roots[0], old.unwrap_or_else(|| spot.places[0].clone())),
            end(self.roots[1], new.unwrap_or_else(|| spot.places[1].clone())),
        ];
        if places[0] != places[1] && !self.are_partners(&places[0], &places[1]) && self.followed.insert(places.clone())
        {
            let (name, path) = spot.subject(Side::New);
            let owner = Owner { name: Some(name), path, places: places.clone() };
            self.nodes(&places, shape, &Spot { owner, ..spot.clone() });
        }
    }

    /// An inline object that a reported change has replaced by a reference, or the reverse: its texts and constraints
    /// are not reported yet, unless it is a type of another pair.
    fn replaced(
        &mut self,
        nodes: [&Node<'n>; 2],
        targets: &[Option<String>; 2],
        shape: &'static ValueType,
        spot: &Spot,
    ) {
        for side in Side::BOTH {
            let place = spot.at(side);
            let is_type = self.boundaries(side).paired.contains(place) && place != spot.root(side);
            if side.of(targets.each_ref()).is_some() || is_type {
                continue;
            }
            for member in members(side.of(nodes), place) {
                let (inner, spot) = spot.one_sided(shape, &member, side);
                if key_kind(&spot.key) != KeyKind::Structure {
                    self.unmatched(member.node, inner, &spot, side);
                }
            }
        }
    }

    /// A part that only one document has.
    fn unmatched(&mut self, node: &Node<'n>, shape: &'static ValueType, spot: &Spot, side: Side) {
        let pointer = spot.at(side);
        let boundaries = self.boundaries(side);
        if boundaries.paired.contains(pointer) {
            let partner = self.partners.get(pointer).and_then(|partners| partners.first());
            if let Some(partner) = partner.filter(|_| side == Side::Old) {
                self.moved(&spot.moved_to([pointer, partner]), "moved to another place");
            }
            return;
        }
        let is_structure = key_kind(&spot.key) == KeyKind::Structure;
        if boundaries.explained.unmatched.contains(pointer)
            || is_structure && boundaries.is_explained(spot.root(side), pointer)
        {
            return;
        }
        if boundaries.has_below(pointer) {
            for member in members(node, pointer) {
                let (inner, spot) = spot.one_sided(shape, &member, side);
                self.unmatched(member.node, inner, &spot, side);
            }
            return;
        }
        let action = side.of([Action::Removed, Action::Added]).as_str();
        let what = shown(node).map_or_else(|| action.to_owned(), |value| format!("{action}: `{value}`"));
        let (kind, why) = key_kind::describe(&spot.key, spot.is_failure);
        let (name, path) = spot.subject(side);
        let subject = Subject::one(kind, name, side, pointer);
        self.recorder.record(&subject, Compatibility::DocumentationOnly, &on_path(&path, &what), why);
    }

    /// A changed value.
    fn changed(&mut self, nodes: [&Node<'n>; 2], spot: &Spot) {
        if key_kind(&spot.key) != KeyKind::Structure || !self.is_explained(spot) {
            let what = match nodes.map(shown) {
                [Some(old), Some(new)] => from_to(&old, &new),
                _ => "changed".to_owned(),
            };
            let (kind, why) = key_kind::describe(&spot.key, spot.is_failure);
            self.record(kind, spot, &what, why);
        }
    }

    /// An object with another key, or in another place.
    fn moved(&mut self, spot: &Spot, what: &str) {
        let mut sides = self.boundaries.iter().zip(&spot.owner.places).zip(&spot.places);
        let is_explained = sides.any(|((boundaries, root), place)| {
            let container = place.rsplit_once('/').map_or("", |(container, _)| container);
            boundaries.explained.located.contains(place) || boundaries.is_explained(root, container)
        });
        if !is_explained {
            self.record(Kind::Other, spot, what, "another place of the document states the same");
        }
    }

    fn record(&mut self, kind: Kind, spot: &Spot, what: &str, why: &str) {
        let (name, path) = spot.subject(Side::New);
        let subject = Subject::both(kind, name, &spot.places[0], &spot.places[1]);
        self.recorder.record(&subject, Compatibility::DocumentationOnly, &on_path(&path, what), why);
    }
}

/// A readable pointer.
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

/// The pointer of the target of a reference.
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
