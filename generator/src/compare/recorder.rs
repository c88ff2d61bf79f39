//! The changes that the rules find, and which statements of the documents they explain.
//!
//! In: the subject of a change, with every place of the documents that states it. Out: changes with their places, and
//! for [`super::residual`] the pairs of places that are the same object, and the places whose difference is explained.

use std::collections::BTreeSet;

use super::change::{Action, Change, Compatibility, Kind};
use super::describe::{from_to, joined};
use crate::document::Document;
use crate::document::pointer::PointerRef;
use crate::model::SourceRef;

/// One of the two documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Old,
    New,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Old, Self::New];

    /// The one of a pair that belongs to this document.
    pub(super) fn of<T>(self, [old, new]: [T; 2]) -> T {
        match self {
            Self::Old => old,
            Self::New => new,
        }
    }
}

/// What a change is about, and the places that state it in the documents that have it.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    kind: Kind,
    pub(super) name: String,
    places: [Places; 2],
}

/// Where one document states a subject, as JSON pointers.
#[derive(Clone, Debug, Default)]
struct Places {
    /// The shown place.
    shown: Option<String>,
    /// All places that state it, including everything below.
    stated: Vec<String>,
    /// Objects whose key, or whose list, states it.
    located: Vec<String>,
}

impl Subject {
    fn new(kind: Kind, name: impl Into<String>, shown: [Option<&str>; 2]) -> Self {
        let places = shown.map(|pointer| Places {
            shown: pointer.map(str::to_owned),
            stated: pointer.map(str::to_owned).into_iter().collect(),
            located: Vec::new(),
        });
        Self { kind, name: name.into(), places }
    }

    /// A subject of both documents.
    pub(super) fn both(kind: Kind, name: impl Into<String>, old: &str, new: &str) -> Self {
        Self::new(kind, name, [Some(old), Some(new)])
    }

    /// A subject of both documents, in each at its use or behind a reference.
    pub(super) fn sources(kind: Kind, name: impl Into<String>, old: &SourceRef, new: &SourceRef) -> Self {
        Self::both(kind, name, &old.slot, &new.slot).also(Side::Old, &*old.node).also(Side::New, &*new.node)
    }

    /// A subject of one document.
    pub(super) fn one(kind: Kind, name: impl Into<String>, side: Side, pointer: &str) -> Self {
        Self::new(kind, name, side.of([[Some(pointer), None], [None, Some(pointer)]]))
    }

    fn map(mut self, change: impl Fn(&mut Places)) -> Self {
        self.places.iter_mut().for_each(change);
        self
    }

    /// The same subject, as another kind of fact.
    pub(super) fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// The same subject with another name.
    pub(super) fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The fact that a key states.
    pub(super) fn key(&self, key: &str) -> Self {
        self.keys(&[key]).map(|places| {
            if let Some(shown) = &mut places.shown {
                shown.push('/');
                shown.push_str(key);
            }
        })
    }

    /// The fact that several keys state; the shown place is that of the subject.
    pub(super) fn keys(&self, keys: &[&str]) -> Self {
        self.clone().map(|places| {
            let below = |place: &String| keys.iter().map(move |key| format!("{place}/{key}")).collect::<Vec<_>>();
            places.stated = places.stated.iter().flat_map(below).collect();
        })
    }

    /// The fact that the subject has the key, or is in the list, where it is written.
    pub(super) fn location(&self) -> Self {
        self.clone().map(|places| places.located = std::mem::take(&mut places.stated))
    }

    /// A fact about the subject that follows from other parts of the document.
    pub(super) fn derived(&self) -> Self {
        self.clone().map(|places| places.stated.clear())
    }

    /// The same subject, which that place also states.
    pub(super) fn also(mut self, side: Side, pointer: impl Into<String>) -> Self {
        side.of(self.places.each_mut()).stated.push(pointer.into());
        self
    }

    /// The same subject, which all places of another subject also state.
    pub(super) fn and(mut self, other: &Self) -> Self {
        for (places, more) in self.places.iter_mut().zip(&other.places) {
            places.stated.extend_from_slice(&more.stated);
            places.located.extend_from_slice(&more.located);
        }
        self
    }

    /// The same subject with another shown place.
    pub(super) fn show(mut self, side: Side, pointer: &str) -> Self {
        side.of(self.places.each_mut()).shown = Some(pointer.to_owned());
        self
    }
}

/// Two places of the same object, regardless of their names.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) name: String,
    /// From the object with this name to the place.
    pub(super) path: String,
    pub(super) places: [String; 2],
}

/// Places of one document whose difference is reported.
#[derive(Debug, Default)]
pub(super) struct Explained {
    /// They state a changed fact, including everything below.
    pub(super) stated: BTreeSet<String>,
    /// Objects whose key, or whose list, states a fact that changed.
    pub(super) located: BTreeSet<String>,
    /// Objects that the other document does not have.
    pub(super) unmatched: BTreeSet<String>,
}

/// Collects changes.
pub(super) struct Recorder<'d> {
    documents: [&'d Document<'d>; 2],
    pub(super) changes: Vec<Change>,
    pub(super) pairs: Vec<Pair>,
    pub(super) explained: [Explained; 2],
}

impl<'d> Recorder<'d> {
    pub(super) fn new(documents: [&'d Document<'d>; 2]) -> Self {
        Self { documents, changes: Vec::new(), pairs: Vec::new(), explained: Default::default() }
    }

    /// Records a changed subject, or a subject of one document.
    pub(super) fn record(&mut self, subject: &Subject, compatibility: Compatibility, what: &str, why: &str) {
        let action = match subject.places.each_ref().map(|places| &places.shown) {
            [Some(_), None] => Action::Removed,
            [None, Some(_)] => Action::Added,
            _ => Action::Changed,
        };
        self.push(subject, action, compatibility, what, why);
    }

    /// Records a renamed subject.
    pub(super) fn renamed(&mut self, subject: &Subject, compatibility: Compatibility, what: &str, why: &str) {
        self.push(subject, Action::Renamed, compatibility, what, why);
    }

    /// Records another value of a fact on which no code depends, if the values differ.
    pub(super) fn value(&mut self, subject: &Subject, name: &str, [old, new]: [&str; 2], why: &str) {
        if old != new {
            self.record(subject, Compatibility::Compatible, &joined(": ", [name, &from_to(old, new)]), why);
        }
    }

    fn push(&mut self, subject: &Subject, action: Action, compatibility: Compatibility, what: &str, why: &str) {
        let Subject { kind, name, places } = subject;
        let is_unmatched = matches!(action, Action::Added | Action::Removed);
        for (explained, places) in self.explained.iter_mut().zip(places) {
            explained.stated.extend(places.stated.iter().cloned());
            explained.located.extend(places.located.iter().cloned());
            explained.unmatched.extend(places.stated.iter().filter(|_| is_unmatched).cloned());
        }
        let shown = |side: Side| {
            let pointer = side.of(places.each_ref()).shown.as_ref()?;
            Some(side.of(self.documents).locate(PointerRef::Base(pointer)))
        };
        self.changes.push(Change {
            compatibility,
            kind: *kind,
            action,
            subject: name.clone(),
            what: what.to_owned(),
            why: why.to_owned(),
            old: shown(Side::Old),
            new: shown(Side::New),
        });
    }

    /// Notes that a subject of both documents is the same object.
    pub(super) fn pair(&mut self, subject: &Subject) {
        if let [Some(old), Some(new)] = subject.places.each_ref().map(|places| places.shown.clone()) {
            self.pair_at(&subject.name, "", [old, new]);
        }
    }

    /// Notes that two places are the same part of an object.
    pub(super) fn pair_at(&mut self, name: &str, path: &str, places: [String; 2]) {
        self.pairs.push(Pair { name: name.to_owned(), path: path.to_owned(), places });
    }
}
