//! What the rules have told, and which parts of the documents that accounts for.
//!
//! In: changes with the pointers they are about. Out: the same, and the answer to one question: has a difference at this
//! pointer been told? A rule claims what it has told; what nobody claimed is told by [`super::tree`].

use std::collections::BTreeSet;

use super::change::{Action, Class, Kind};

/// One of the two documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Old,
    New,
}

/// A change before its places are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) class: Class,
    pub(super) kind: Kind,
    pub(super) action: Action,
    pub(super) subject: String,
    pub(super) what: String,
    pub(super) why: String,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

/// A thing that rules speak about: what it is, and where it is in the documents that have it.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    kind: Kind,
    name: String,
    old: Option<String>,
    new: Option<String>,
}

impl Thing {
    pub(super) fn both(kind: Kind, name: impl Into<String>, old: &str, new: &str) -> Self {
        Self { kind, name: name.into(), old: Some(old.to_owned()), new: Some(new.to_owned()) }
    }

    pub(super) fn one(kind: Kind, name: impl Into<String>, side: Side, pointer: &str) -> Self {
        let pointer = Some(pointer.to_owned());
        let (old, new) = if side == Side::Old { (pointer, None) } else { (None, pointer) };
        Self { kind, name: name.into(), old, new }
    }

    /// Another kind of fact about the same thing.
    pub(super) fn its(&self, kind: Kind) -> Self {
        Self { kind, ..self.clone() }
    }

    /// The same thing, written elsewhere in one of the documents.
    pub(super) fn at(mut self, side: Side, pointer: &str) -> Self {
        let slot = if side == Side::Old { &mut self.old } else { &mut self.new };
        *slot = Some(pointer.to_owned());
        self
    }

    /// A member of it, by its key.
    pub(super) fn key(&self, key: &str) -> Self {
        let below = |pointer: &Option<String>| pointer.as_ref().map(|pointer| format!("{pointer}/{key}"));
        Self { kind: self.kind, name: self.name.clone(), old: below(&self.old), new: below(&self.new) }
    }
}

/// Pointers of one document that are accounted for.
#[derive(Debug, Default)]
struct Claims {
    /// With everything below them.
    whole: BTreeSet<String>,
    /// With everything below them that decides the form of the client.
    structure: BTreeSet<String>,
}

/// A thing that both documents have.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) old: String,
    pub(super) new: String,
}

/// Gathers changes and claims.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) told: Vec<Told>,
    old: Claims,
    new: Claims,
    /// Old pointers of things whose new name or place has been told.
    moves: BTreeSet<String>,
    /// What is called how, and where it is in the two documents.
    pub(super) notes: Vec<Note>,
}

impl Changes {
    pub(super) fn tell(
        &mut self,
        thing: &Thing,
        action: Action,
        class: Class,
        what: impl Into<String>,
        why: impl Into<String>,
    ) {
        self.told.push(Told {
            class,
            kind: thing.kind,
            action,
            subject: thing.name.clone(),
            what: what.into(),
            why: why.into(),
            old: thing.old.clone(),
            new: thing.new.clone(),
        });
    }

    /// Tells of something that is in one document only, and claims all of it.
    pub(super) fn tell_whole(&mut self, thing: &Thing, class: Class, what: impl Into<String>, why: impl Into<String>) {
        let (action, side) =
            if thing.old.is_some() { (Action::Removed, Side::Old) } else { (Action::Added, Side::New) };
        self.tell(thing, action, class, what, why);
        if let Some(pointer) = thing.old.as_ref().or(thing.new.as_ref()) {
            self.claim_whole(side, pointer);
        }
    }

    /// Remembers what a thing is called, and that it is the same one in both documents.
    pub(super) fn note(&mut self, thing: &Thing) {
        if let (Some(old), Some(new)) = (&thing.old, &thing.new) {
            self.notes.push(Note { kind: thing.kind, name: thing.name.clone(), old: old.clone(), new: new.clone() });
        }
    }

    pub(super) fn claim_whole(&mut self, side: Side, pointer: &str) {
        self.claims_mut(side).whole.insert(pointer.to_owned());
    }

    pub(super) fn claim(&mut self, side: Side, pointer: &str) {
        self.claims_mut(side).structure.insert(pointer.to_owned());
    }

    /// Claims where a thing is, in both documents.
    pub(super) fn claim_thing(&mut self, thing: &Thing) {
        for (side, pointer) in [(Side::Old, &thing.old), (Side::New, &thing.new)] {
            if let Some(pointer) = pointer {
                self.claim(side, pointer);
            }
        }
    }

    /// Accounts for a new name or place.
    pub(super) fn claim_move(&mut self, old: &str) {
        self.moves.insert(old.to_owned());
    }

    pub(super) fn has_move(&self, old: &str) -> bool {
        self.moves.contains(old)
    }

    /// Whether a difference in the form of the client at this pointer has been told.
    pub(super) fn has(&self, side: Side, pointer: &str) -> bool {
        let claims = self.claims(side);
        covers(&claims.whole, pointer) || covers(&claims.structure, pointer)
    }

    /// Whether everything at this pointer has been told.
    pub(super) fn has_whole(&self, side: Side, pointer: &str) -> bool {
        covers(&self.claims(side).whole, pointer)
    }

    /// Whether something below this pointer has been told.
    pub(super) fn has_below(&self, side: Side, pointer: &str) -> bool {
        let claims = self.claims(side);
        below(&claims.whole, pointer) || below(&claims.structure, pointer)
    }

    fn claims(&self, side: Side) -> &Claims {
        if side == Side::Old { &self.old } else { &self.new }
    }

    fn claims_mut(&mut self, side: Side) -> &mut Claims {
        if side == Side::Old { &mut self.old } else { &mut self.new }
    }
}

/// Whether a pointer, or one that it is below, is among these.
fn covers(claims: &BTreeSet<String>, pointer: &str) -> bool {
    let ends = pointer.match_indices('/').map(|(end, _)| end).chain([pointer.len()]);
    ends.into_iter().any(|end| claims.contains(&pointer[..end]))
}

/// Whether one of these is below a pointer.
fn below(claims: &BTreeSet<String>, pointer: &str) -> bool {
    is_below(claims.range(format!("{pointer}/")..).next(), pointer)
}

/// Whether the first pointer that could be below another one is.
pub(super) fn is_below(first: Option<&String>, pointer: &str) -> bool {
    first.and_then(|first| first.strip_prefix(pointer)).is_some_and(|rest| rest.starts_with('/'))
}
