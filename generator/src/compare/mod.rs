//! The compare stage: two models in, what a caller of the client feels out.
//!
//! text → `document` → `lower` → `model`, twice; then the rules of `interface`, `operations`, `exchange`, `types` and
//! `fields` tell what the client of the new model does to a program that was written for the old one. What no rule has
//! told, and differs in the documents all the same, is told by `tree`: nothing is dropped. This stage knows what the
//! emitted code looks like to callers, and writes none.

mod align;
mod change;
mod exchange;
mod fields;
mod interface;
mod limits;
mod names;
mod operations;
mod pairs;
mod render;
mod roles;
mod told;
mod tree;
mod types;
mod version;
mod words;

use std::collections::HashSet;

use crate::diagnostic::{Diagnostics, Source};
use crate::document::Document;
use crate::document::pointer::PointerRef;
use crate::model::{Api, TypeId, TypeKind, TypeRef};
use crate::{Dialect, lower};
pub use change::{Action, Change, Class, Common, Comparison, Kind};
use pairs::{Models, TypePairs};
pub use render::{json, markdown, text};
use told::{Changes, Told};
pub use version::{Step, Verdict};
use words::Words;

/// What to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Two versions of one specification, held to the rules of a dialect: everything.
    Versions(Dialect),
    /// Two documents about the same interface, whoever wrote them: the operations that both have, by method and path.
    /// What stands on the wire counts; names in Rust, `x-` keys, descriptions and examples do not.
    Common,
}

/// Compares two specifications, as callers of the client feel it.
///
/// # Errors
/// What is wrong with the old document, with the new one, or with both. The rules of `lint` are not asked: an old
/// document may be older than they are.
pub fn compare(old: &Source, new: &Source, mode: Mode) -> Result<Comparison, Vec<Diagnostics>> {
    let dialect = match mode {
        Mode::Versions(dialect) => dialect,
        Mode::Common => Dialect::OpenApi,
    };
    let (old, new) = match (read(old, dialect), read(new, dialect)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => return Err([old.err(), new.err()].into_iter().flatten().collect()),
    };
    let ((old, old_api), (new, new_api)) = (&old, &new);
    let mut comparer = Comparer {
        old: old_api,
        new: new_api,
        is_common: mode == Mode::Common,
        types: TypePairs::default(),
        renamed_groups: HashSet::new(),
        reached: Vec::new(),
        schemas: Vec::new(),
        changes: Changes::default(),
    };
    let common = comparer.run();
    let Comparer { schemas, mut changes, .. } = comparer;
    let more = if common.is_some() {
        limits::differences(old.tree(), new.tree(), &schemas, &changes)
    } else {
        tree::differences(old.tree(), new.tree(), &changes)
    };
    changes.told.extend(more);
    Ok(finished(old, new, changes.told, common))
}

fn read(source: &Source, dialect: Dialect) -> Result<(Document<'_>, Api), Diagnostics> {
    let document = Document::read(source, dialect)?;
    match lower::lower(&document) {
        Ok(api) => Ok((document, api)),
        Err(problems) => Err(Diagnostics::new(source.clone(), problems)),
    }
}

fn finished(old: &Document<'_>, new: &Document<'_>, told: Vec<Told>, common: Option<Common>) -> Comparison {
    let mut changes: Vec<Change> = told
        .into_iter()
        .map(|told| Change {
            class: told.class,
            kind: told.kind,
            action: told.action,
            subject: told.subject,
            what: told.what,
            why: told.why,
            old: told.old.map(|pointer| old.locate(PointerRef::Base(&pointer))),
            new: told.new.map(|pointer| new.locate(PointerRef::Base(&pointer))),
        })
        .collect();
    let line = |change: &Change| change.new.as_ref().or(change.old.as_ref()).map(|place| place.span.start);
    changes.sort_by(|a, b| (b.class, line(a), a.kind).cmp(&(a.class, line(b), b.kind)));
    changes.dedup();
    Comparison { old: old.name().to_owned(), new: new.name().to_owned(), changes, common }
}

/// Two models, what is known of them, and what has been told.
struct Comparer<'a> {
    old: &'a Api,
    new: &'a Api,
    is_common: bool,
    types: TypePairs,
    /// Modules of groups that have another name now.
    renamed_groups: HashSet<(&'a str, &'a str)>,
    /// Types to compare yet, where they are found by their position only.
    reached: Vec<(TypeId, TypeId)>,
    /// Schemas whose limits are to be compared, where names say nothing.
    schemas: Vec<(String, String)>,
    changes: Changes,
}

impl<'a> Comparer<'a> {
    fn run(&mut self) -> Option<Common> {
        if self.is_common {
            let calls = self.common_calls();
            for (old, new) in &calls.both {
                self.exchange(old, new);
            }
            self.reached_types();
            return Some(Common { both: calls.both.len(), only_old: calls.removed.len(), only_new: calls.added.len() });
        }
        let (old, new) = (pairs::calls(self.old), pairs::calls(self.new));
        let calls = operations::matched_calls(&old, &new);
        self.types = Models { old: self.old, new: self.new }.types(&calls.both);
        self.interface(&calls.both);
        self.operations(&calls);
        self.lonely_operations(calls);
        self.definitions();
        None
    }

    fn old_words(&self) -> Words<'a> {
        Words { api: self.old, by_form: self.is_common }
    }

    fn new_words(&self) -> Words<'a> {
        Words { api: self.new, by_form: self.is_common }
    }

    /// Whether callers see the same type. What differs in the definition of a named type is told there.
    fn same_type(&self, old: &TypeRef, new: &TypeRef) -> bool {
        match (old, new) {
            (TypeRef::Primitive(old), TypeRef::Primitive(new)) => old == new,
            (TypeRef::List(old), TypeRef::List(new))
            | (TypeRef::Map(old), TypeRef::Map(new))
            | (TypeRef::Nullable(old), TypeRef::Nullable(new)) => self.same_type(old, new),
            (TypeRef::Named(old), TypeRef::Named(new)) if self.types.has(*old, *new) => true,
            _ => match (self.form(self.old, old), self.form(self.new, new)) {
                (TypeRef::Named(old), TypeRef::Named(new)) => {
                    self.types.has(*old, *new) || (self.is_common && self.same_form(*old, *new))
                }
                (old_form, new_form) if std::ptr::eq(old_form, old) && std::ptr::eq(new_form, new) => false,
                (old, new) => self.same_type(old, new),
            },
        }
    }

    /// A type behind its aliases; where names say nothing, behind newtypes, too.
    fn form<'t>(&self, api: &'t Api, ty: &'t TypeRef) -> &'t TypeRef {
        let ty = api.resolved(ty);
        match ty {
            TypeRef::Named(id) if self.is_common => match api.definition(*id).map(|definition| &definition.kind) {
                Some(TypeKind::Newtype(primitive)) => wire(*primitive),
                _ => ty,
            },
            _ => ty,
        }
    }

    fn same_form(&self, old: TypeId, new: TypeId) -> bool {
        match (self.old.definition(old), self.new.definition(new)) {
            (Some(old), Some(new)) => match (&old.kind, &new.kind) {
                (TypeKind::Enum(old), TypeKind::Enum(new)) => {
                    std::mem::discriminant(&old.values) == std::mem::discriminant(&new.values)
                }
                (old, new) => std::mem::discriminant(old) == std::mem::discriminant(new),
            },
            _ => false,
        }
    }

    /// Notes the named types of two places, where types are compared as they are met.
    fn reach(&mut self, old: &TypeRef, new: &TypeRef) {
        if !self.is_common {
            return;
        }
        match (self.form(self.old, old), self.form(self.new, new)) {
            (TypeRef::List(old), TypeRef::List(new))
            | (TypeRef::Map(old), TypeRef::Map(new))
            | (TypeRef::Nullable(old), TypeRef::Nullable(new)) => {
                let (old, new) = (old.clone(), new.clone());
                self.reach(&old, &new);
            }
            (TypeRef::Named(old), TypeRef::Named(new)) => {
                let (old, new) = (*old, *new);
                if self.same_form(old, new) && self.types.add(old, new) {
                    self.reached.push((old, new));
                }
            }
            _ => {}
        }
    }
}

/// A primitive as a type that can be referred to.
fn wire(primitive: crate::model::Primitive) -> &'static TypeRef {
    use crate::model::Primitive;
    match primitive {
        Primitive::Int32 => &TypeRef::Primitive(Primitive::Int32),
        Primitive::Int64 => &TypeRef::Primitive(Primitive::Int64),
        _ => &TypeRef::Primitive(Primitive::String),
    }
}
