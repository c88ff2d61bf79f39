//! The changes that the rules find, and which statements of the documents they explain.
//!
//! In: the subject of a change, with every place of the documents that states it. Out: changes with their places, and
//! for [`super::residual`] the pairs of places that are the same object, and the places whose difference is explained.

use std::collections::BTreeSet;

use super::change::{Action, Change, Compatibility, Kind};
use crate::document::Document;
use crate::document::pointer::PointerRef;
use crate::model::SourceRef;

/// One of the two documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Old,
    New,
}

/// What a change is about, and the places that state it in the documents that have it.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    kind: Kind,
    pub(super) name: String,
    old: Places,
    new: Places,
}

/// Where one document states a subject.
#[derive(Clone, Debug, Default)]
struct Places {
    /// What a reader is shown.
    shown: Option<String>,
    /// Everything that states it, as JSON pointers; what is written below them is included.
    stated: Vec<String>,
    /// Objects whose key, or whose list, states it.
    located: Vec<String>,
}

impl Places {
    fn at(pointer: &str) -> Self {
        Self { shown: Some(pointer.to_owned()), stated: vec![pointer.to_owned()], located: Vec::new() }
    }

    fn at_source(source: &SourceRef) -> Self {
        let stated = vec![source.slot.clone(), source.node.clone()];
        Self { shown: Some(source.slot.clone()), stated, located: Vec::new() }
    }

    fn keys(self, keys: &[&str]) -> Self {
        let below = |place: &String| keys.iter().map(move |key| format!("{place}/{key}")).collect::<Vec<_>>();
        Self { stated: self.stated.iter().flat_map(below).collect(), ..self }
    }
}

impl Subject {
    /// A subject that both documents have.
    pub(super) fn both(kind: Kind, name: impl Into<String>, old: &str, new: &str) -> Self {
        Self { kind, name: name.into(), old: Places::at(old), new: Places::at(new) }
    }

    /// One that both documents have, each where it is used or behind a reference.
    pub(super) fn sources(kind: Kind, name: impl Into<String>, old: &SourceRef, new: &SourceRef) -> Self {
        let (old, new) = (Places::at_source(old), Places::at_source(new));
        Self { kind, name: name.into(), old, new }
    }

    /// A subject that one document has.
    pub(super) fn one(kind: Kind, name: impl Into<String>, side: Side, pointer: &str) -> Self {
        let (place, none) = (Places::at(pointer), Places::default());
        let (old, new) = if side == Side::Old { (place, none) } else { (none, place) };
        Self { kind, name: name.into(), old, new }
    }

    /// The same subject, as another kind of fact.
    pub(super) fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The fact that is stated under a key.
    pub(super) fn key(&self, key: &str) -> Self {
        let shown = |places: &Places| places.shown.as_ref().map(|place| format!("{place}/{key}"));
        let (old, new) = (shown(&self.old), shown(&self.new));
        let mut fact = self.keys(&[key]);
        (fact.old.shown, fact.new.shown) = (old, new);
        fact
    }

    /// The fact that is stated under several keys; a reader is shown the subject.
    pub(super) fn keys(&self, keys: &[&str]) -> Self {
        let mut fact = self.clone();
        (fact.old, fact.new) = (fact.old.keys(keys), fact.new.keys(keys));
        fact
    }

    /// The fact that the subject has the key, or is in the list, where it is written.
    pub(super) fn location(&self) -> Self {
        let mut fact = self.clone();
        for places in [&mut fact.old, &mut fact.new] {
            places.located = std::mem::take(&mut places.stated);
        }
        fact
    }

    /// A fact about the subject that follows from other parts of the document.
    pub(super) fn derived(&self) -> Self {
        let mut fact = self.clone();
        fact.old.stated.clear();
        fact.new.stated.clear();
        fact
    }

    /// The same subject, which is also stated there.
    pub(super) fn also(mut self, side: Side, pointer: impl Into<String>) -> Self {
        self.places(side).stated.push(pointer.into());
        self
    }

    /// The same subject, which is also stated by everything that states another one.
    pub(super) fn and(mut self, other: &Self) -> Self {
        for (places, more) in [(&mut self.old, &other.old), (&mut self.new, &other.new)] {
            places.stated.extend_from_slice(&more.stated);
            places.located.extend_from_slice(&more.located);
        }
        self
    }

    /// The same subject, for which a reader is shown that place.
    pub(super) fn show(mut self, side: Side, pointer: &str) -> Self {
        self.places(side).shown = Some(pointer.to_owned());
        self
    }

    fn places(&mut self, side: Side) -> &mut Places {
        if side == Side::Old { &mut self.old } else { &mut self.new }
    }
}

/// Two places that are the same object, whatever their names are.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) name: String,
    /// From the object with this name to the place.
    pub(super) path: String,
    pub(super) old: String,
    pub(super) new: String,
}

/// Places of one document whose difference is reported.
#[derive(Debug, Default)]
pub(super) struct Explained {
    /// They state a fact that changed. What is written below them is included.
    pub(super) stated: BTreeSet<String>,
    /// Objects whose key, or whose list, states a fact that changed.
    pub(super) located: BTreeSet<String>,
    /// Objects that the other document does not have.
    pub(super) unmatched: BTreeSet<String>,
}

impl Explained {
    fn add(&mut self, places: &Places, is_unmatched: bool) {
        self.stated.extend(places.stated.iter().cloned());
        self.located.extend(places.located.iter().cloned());
        if is_unmatched {
            self.unmatched.extend(places.stated.iter().cloned());
        }
    }
}

/// Collects changes.
pub(super) struct Recorder<'d> {
    documents: [&'d Document<'d>; 2],
    pub(super) changes: Vec<Change>,
    pub(super) pairs: Vec<Pair>,
    pub(super) old: Explained,
    pub(super) new: Explained,
}

impl<'d> Recorder<'d> {
    pub(super) fn new(old: &'d Document<'d>, new: &'d Document<'d>) -> Self {
        let (changes, pairs) = (Vec::new(), Vec::new());
        Self { documents: [old, new], changes, pairs, old: Explained::default(), new: Explained::default() }
    }

    pub(super) fn record(
        &mut self,
        subject: &Subject,
        action: Action,
        compatibility: Compatibility,
        what: impl Into<String>,
        why: impl Into<String>,
    ) {
        let Subject { kind, name, old, new } = subject;
        let is_unmatched = old.shown.is_none() || new.shown.is_none();
        self.old.add(old, is_unmatched);
        self.new.add(new, is_unmatched);
        let [old_document, new_document] = self.documents;
        let place = |document: &Document<'_>, places: &Places| {
            places.shown.as_ref().map(|pointer| document.place(PointerRef::Base(pointer)))
        };
        self.changes.push(Change {
            compatibility,
            kind: *kind,
            action,
            subject: name.clone(),
            what: what.into(),
            why: why.into(),
            old: place(old_document, old),
            new: place(new_document, new),
        });
    }

    /// Records a subject that one document has.
    pub(super) fn record_unmatched(
        &mut self,
        subject: &Subject,
        compatibility: Compatibility,
        what: impl Into<String>,
        why: impl Into<String>,
    ) {
        let action = if subject.old.shown.is_some() { Action::Removed } else { Action::Added };
        self.record(subject, action, compatibility, what, why);
    }

    /// Notes that a subject of both documents is the same object.
    pub(super) fn pair(&mut self, subject: &Subject) {
        if let (Some(old), Some(new)) = (&subject.old.shown, &subject.new.shown) {
            self.pair_at(&subject.name, "", old, new);
        }
    }

    /// Notes that two places are the same part of an object.
    pub(super) fn pair_at(&mut self, name: &str, path: &str, old: &str, new: &str) {
        let (name, path, old, new) = (name.to_owned(), path.to_owned(), old.to_owned(), new.to_owned());
        self.pairs.push(Pair { name, path, old, new });
    }
}
