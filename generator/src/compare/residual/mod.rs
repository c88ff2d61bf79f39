//! Differences between two documents that no rule has reported.
//!
//! In: two trees, the pairs of places that are the same object, and the places whose difference is explained. Out: changes
//! of the documentation only.
//!
//! Each pair is compared separately, beginning with the documents, and without the objects of other pairs
//! (`boundaries`). So an object can move. The vocabulary defines the keys of OpenAPI: a property with the name
//! `description` is not one of them. This module does not know the model.

mod alignment;
mod boundaries;
mod location_pair;

use std::collections::{HashMap, HashSet};

use boundaries::Boundaries;
use location_pair::{ContainingObject, LocationPair, members, object_of};

use super::change::{Action, Compatibility, Kind};
use super::describe::{code, from_to};
use super::key_kind::{self, KeyKind, key_kind};
use super::recorder::{Pair, Recorder, Side, Subject};
use crate::document::Node;
use crate::document::node::Value;
use crate::document::pointer::unescape;
use crate::document::vocabulary::{DOCUMENT, ValueType};

/// The maximum length of a chain of references.
const MAX_DEPTH: usize = 32;
/// Characters of a value that is shown in a change.
const MAX_SHOWN: usize = 60;

static ROOT: ValueType = ValueType::Object(&DOCUMENT);

/// Records all unexplained differences.
pub(super) fn record(roots: [&Node<'_>; 2], recorder: &mut Recorder<'_>) {
    let mut known = HashSet::new();
    let mut pairs = std::mem::take(&mut recorder.pairs);
    // A key that only one document has is compared as a part of its object.
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
    let mut comparison = ResidualComparer { roots, partners, boundaries, followed: HashSet::new(), recorder };
    comparison.node(roots, &ROOT, &LocationPair::default());
    for pair in &pairs {
        comparison.pair(pair);
    }
}

/// The comparison of two documents without the differences that rules have reported.
struct ResidualComparer<'w, 'd, 'n> {
    roots: [&'w Node<'n>; 2],
    /// The places of the new document by those of the old one.
    partners: HashMap<&'w str, Vec<&'w str>>,
    boundaries: [Boundaries<'w>; 2],
    /// Pairs at the ends of references.
    followed: HashSet<[String; 2]>,
    recorder: &'w mut Recorder<'d>,
}

impl<'w, 'n> ResidualComparer<'w, '_, 'n> {
    fn pair(&mut self, Pair { name, path, places }: &Pair) {
        let owner = ContainingObject { name: Some(name.clone()), path: path.clone(), places: places.clone() };
        let (mut value_type, mut here) = (&ROOT, LocationPair { owner, ..LocationPair::default() });
        for token in places[1].split('/').skip(1) {
            (value_type, here) = here.member(value_type, &unescape(token), [""; 2]);
        }
        self.nodes(places, value_type, &here);
    }

    /// Compares the nodes at two places.
    fn nodes(&mut self, places: &[String; 2], value_type: &'static ValueType, here: &LocationPair) {
        let [old, new] = places.each_ref().map(String::as_str);
        if let [Some(old_node), Some(new_node)] = [self.roots[0].find(old), self.roots[1].find(new)] {
            self.node([old_node, new_node], value_type, &here.moved_to([old, new]));
        }
    }

    fn boundaries(&self, side: Side) -> &Boundaries<'w> {
        side.of(self.boundaries.each_ref())
    }

    fn are_partners(&self, old: &str, new: &str) -> bool {
        self.partners.get(old).is_some_and(|partners| partners.contains(&new))
    }

    fn is_explained(&self, here: &LocationPair) -> bool {
        let mut sides = self.boundaries.iter().zip(&here.owner.places).zip(&here.places);
        sides.any(|((boundaries, root), place)| boundaries.is_explained(root, place))
    }

    fn node(&mut self, [old, new]: [&Node<'n>; 2], value_type: &'static ValueType, here: &LocationPair) {
        match (value_type, &old.value, &new.value) {
            _ if old.same(new) => {}
            _ if key_kind(&here.key) == KeyKind::Text => self.changed([old, new], here),
            (ValueType::Any, ..) => self.changed([old, new], here),
            (ValueType::RefOr(_), Value::Mapping(_), Value::Mapping(_)) => self.reference([old, new], value_type, here),
            (_, Value::Mapping(_), Value::Mapping(_)) | (_, Value::Sequence(_), Value::Sequence(_)) => {
                self.members([old, new], value_type, here);
            }
            _ => self.changed([old, new], here),
        }
    }

    fn members(&mut self, [old, new]: [&Node<'n>; 2], value_type: &'static ValueType, here: &LocationPair) {
        let is_list = matches!(new.value, Value::Sequence(_));
        let (old, new) = (members(old, &here.places[0]), members(new, &here.places[1]));
        let counterparts = self.align(&old, &new, is_list, here);
        let has_names = object_of(value_type).is_none_or(|object| object.named.is_some());
        // The other lists about values have the order of `enum`; required properties have no order.
        let is_ordered = has_names && !matches!(&*here.key, "required" | "x-enum-varnames" | "x-enum-descriptions");
        if is_ordered && !counterparts.iter().flatten().is_sorted() && !self.is_explained(here) {
            self.record(
                Kind::Order,
                here,
                "in another order",
                "no code depends on it; the documentation is in another order",
            );
        }
        let mut free = vec![true; new.len()];
        for (one, counterpart) in old.iter().zip(counterparts) {
            let Some(index) = counterpart else {
                let (inner, here) = here.one_sided(value_type, one, Side::Old);
                self.unmatched(one.node, inner, &here, Side::Old);
                continue;
            };
            free[index] = false;
            let other = &new[index];
            let (inner, below) = here.member(value_type, &other.key, [&one.pointer, &other.pointer]);
            if one.key != other.key && !is_list {
                self.moved(&below, &format!("written as {}", from_to(&one.key, &other.key)));
            }
            let are_paired = [(Side::Old, one), (Side::New, other)]
                .iter()
                .all(|(side, member)| self.boundaries(*side).paired.contains(&*member.pointer));
            if one.node.same(other.node) {
                continue;
            }
            if are_paired && !self.are_partners(&one.pointer, &other.pointer) {
                let (inner, here) = here.one_sided(value_type, one, Side::Old);
                self.unmatched(one.node, inner, &here, Side::Old);
            } else if are_paired {
                continue;
            } else if key_kind(&here.key) == KeyKind::Texts {
                self.changed([one.node, other.node], &below);
            } else {
                self.node([one.node, other.node], inner, &below);
            }
        }
        for (other, _) in new.iter().zip(free).filter(|(_, free)| *free) {
            let (inner, here) = here.one_sided(value_type, other, Side::New);
            self.unmatched(other.node, inner, &here, Side::New);
        }
    }

    /// An object, or a reference to one.
    fn reference(&mut self, nodes: [&Node<'n>; 2], value_type: &'static ValueType, here: &LocationPair) {
        let targets = nodes.map(target);
        match &targets {
            [None, None] => return self.members(nodes, value_type, here),
            [Some(old), Some(new)] if old == new => return self.changed(nodes, here),
            [Some(old), Some(new)] if self.are_partners(old, new) => return,
            _ => {}
        }
        if self.is_explained(here) {
            return self.replaced(nodes, &targets, value_type, here);
        }
        let [old_shown, new_shown] = targets
            .each_ref()
            .map(|target| target.as_ref().map_or_else(|| "inline".to_owned(), |target| format!("`#{}`", code(target))));
        let why = "the type is the same, or its changes are reported where it is used";
        self.record(Kind::Other, here, &format!("{old_shown} → {new_shown}"), why);
        let [old, new] = targets;
        let places = [
            end(self.roots[0], old.unwrap_or_else(|| here.places[0].clone())),
            end(self.roots[1], new.unwrap_or_else(|| here.places[1].clone())),
        ];
        if places[0] != places[1] && !self.are_partners(&places[0], &places[1]) && self.followed.insert(places.clone())
        {
            let (name, path) = here.subject(Side::New);
            let owner = ContainingObject { name: Some(name), path, places: places.clone() };
            self.nodes(&places, value_type, &LocationPair { owner, ..here.clone() });
        }
    }

    /// An inline object that a reported change has replaced by a reference, or the reverse: its texts and constraints
    /// are not reported yet, unless it is a type of another pair.
    fn replaced(
        &mut self,
        nodes: [&Node<'n>; 2],
        targets: &[Option<String>; 2],
        value_type: &'static ValueType,
        here: &LocationPair,
    ) {
        for side in Side::BOTH {
            let place = here.at(side);
            let is_type = self.boundaries(side).paired.contains(place) && place != here.root(side);
            if side.of(targets.each_ref()).is_some() || is_type {
                continue;
            }
            for member in members(side.of(nodes), place) {
                let (inner, here) = here.one_sided(value_type, &member, side);
                if key_kind(&here.key) != KeyKind::Structure {
                    self.unmatched(member.node, inner, &here, side);
                }
            }
        }
    }

    /// A part that only one document has.
    fn unmatched(&mut self, node: &Node<'n>, value_type: &'static ValueType, here: &LocationPair, side: Side) {
        let pointer = here.at(side);
        let boundaries = self.boundaries(side);
        if boundaries.paired.contains(pointer) {
            let partner = self.partners.get(pointer).and_then(|partners| partners.first());
            if let Some(partner) = partner.filter(|_| side == Side::Old) {
                self.moved(&here.moved_to([pointer, partner]), "moved to another place");
            }
            return;
        }
        let is_structure = key_kind(&here.key) == KeyKind::Structure;
        if boundaries.explained.unmatched.contains(pointer)
            || is_structure && boundaries.is_explained(here.root(side), pointer)
        {
            return;
        }
        if boundaries.has_below(pointer) {
            for member in members(node, pointer) {
                let (inner, here) = here.one_sided(value_type, &member, side);
                self.unmatched(member.node, inner, &here, side);
            }
            return;
        }
        let action = side.of([Action::Removed, Action::Added]).as_str();
        let what = shown(node).map_or_else(|| action.to_owned(), |value| format!("{action}: `{value}`"));
        let (kind, why) = key_kind::describe(&here.key, here.is_failure);
        let (name, path) = here.subject(side);
        let subject = Subject::one(kind, name, side, pointer);
        self.recorder.record(&subject, Compatibility::DocumentationOnly, &on_path(&path, &what), why);
    }

    /// A changed value.
    fn changed(&mut self, nodes: [&Node<'n>; 2], here: &LocationPair) {
        if key_kind(&here.key) != KeyKind::Structure || !self.is_explained(here) {
            let what = match nodes.map(shown) {
                [Some(old), Some(new)] => from_to(&old, &new),
                _ => "changed".to_owned(),
            };
            let (kind, why) = key_kind::describe(&here.key, here.is_failure);
            self.record(kind, here, &what, why);
        }
    }

    /// An object with another key, or in another place.
    fn moved(&mut self, here: &LocationPair, what: &str) {
        let mut sides = self.boundaries.iter().zip(&here.owner.places).zip(&here.places);
        let is_explained = sides.any(|((boundaries, root), place)| {
            let container = place.rsplit_once('/').map_or("", |(container, _)| container);
            boundaries.explained.located.contains(place) || boundaries.is_explained(root, container)
        });
        if !is_explained {
            self.record(Kind::Other, here, what, "another place of the document states the same");
        }
    }

    fn record(&mut self, kind: Kind, here: &LocationPair, what: &str, why: &str) {
        let (name, path) = here.subject(Side::New);
        let subject = Subject::both(kind, name, &here.places[0], &here.places[1]);
        self.recorder.record(&subject, Compatibility::DocumentationOnly, &on_path(&path, what), why);
    }
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
    node.reference().map(|target| target.trim_start_matches('#').to_owned())
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
