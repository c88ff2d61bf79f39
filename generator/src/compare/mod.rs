//! The compare stage: two models in, the consequences for callers of the client out.
//!
//! text → `document` → `lower` → `model`, twice. Then two passes find every difference:
//!
//! 1. The rules in `interface`, `credentials`, `operations`, `request_response`, `responses`, `types` and `fields` compare
//!    model with model, and determine the effect of the new client on a program that was written for the old one. An object
//!    of the model has the places of the document that state it; so a recorded change has the places of the changed fact.
//! 2. The model does not contain everything that a document states: examples, suppressions of lint, the schema of an
//!    unused response. `residual` compares the documents once, generically, object by object, and reports what is left,
//!    as documentation only: texts and constraints wherever they differ, and every other statement whose place no
//!    recorded change names. Therefore no difference is dropped, and a rule does not have to know what others report.
//!
//! Documents of different authors have only the JSON in common ([`Mode::Common`]). There the rules run alone, look through
//! names, and compare the constraints of the model, too. This stage knows what the emitted code looks like to callers.

mod change;
mod constraints;
mod credentials;
mod describe;
mod fields;
mod interface;
mod key_kind;
mod lifecycle;
mod matching;
mod operations;
mod recorder;
mod render;
mod request_response;
mod residual;
mod responses;
mod types;
mod version;

use std::collections::HashSet;

use crate::diagnostic::{Diagnostics, Source};
use crate::document::Document;
use crate::model::{Api, Primitive, TypeId, TypeKind, TypeRef};
use crate::{Dialect, lower};
pub use change::{Action, Change, Common, Comparison, Compatibility, Kind};
use describe::{Describer, from_to};
use matching::{Models, TypePairs};
use recorder::{Recorder, Side};
pub use render::{json, markdown, text};
pub use version::{Bump, Verdict};

/// What to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Two versions of one specification, by the rules of a dialect. All differences are reported.
    Versions(Dialect),
    /// Two documents of different authors about the same interface: the operations of both, by method and path. The
    /// requests and responses are compared; names in Rust, `x-` keys, descriptions and examples are not.
    Common,
}

/// Compares two specifications by their consequences for callers.
///
/// # Errors
/// The problems of the old document, of the new one, or of both. The rules of `lint` are not applied: an old document
/// may be older than they are.
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
        apis: [old_api, new_api],
        is_common: mode == Mode::Common,
        types: TypePairs::default(),
        renamed_groups: HashSet::new(),
        pending: Vec::new(),
        compared_constraints: HashSet::new(),
        recorder: Recorder::new([old, new]),
    };
    let common = comparer.run();
    let mut recorder = comparer.recorder;
    if common.is_none() {
        residual::record([old.tree(), new.tree()], &mut recorder);
    }
    let mut changes = recorder.changes;
    let line = |change: &Change| change.new.as_ref().or(change.old.as_ref()).map(|place| place.span.start);
    changes.sort_by(|a, b| (b.compatibility, line(a), a.kind).cmp(&(a.compatibility, line(b), b.kind)));
    changes.dedup();
    Ok(Comparison { old: old.name().to_owned(), new: new.name().to_owned(), changes, common })
}

fn read(source: &Source, dialect: Dialect) -> Result<(Document<'_>, Api), Diagnostics> {
    let document = Document::read(source, dialect)?;
    match lower::lower(&document) {
        Ok((api, _)) => Ok((document, api)),
        Err(problems) => Err(Diagnostics::new(source.clone(), problems)),
    }
}

/// Two models, the pairs of their objects, and the changes.
struct Comparer<'a> {
    apis: [&'a Api; 2],
    is_common: bool,
    types: TypePairs,
    /// Modules of renamed groups.
    renamed_groups: HashSet<(&'a str, &'a str)>,
    /// Pairs of types to compare, where types are paired by their position only.
    pending: Vec<(TypeId, TypeId)>,
    /// Places of constraints that are compared already.
    compared_constraints: HashSet<(String, String)>,
    recorder: Recorder<'a>,
}

impl<'a> Comparer<'a> {
    fn run(&mut self) -> Option<Common> {
        if self.is_common {
            let calls = self.common_calls();
            for (old, new) in &calls.both {
                self.request_and_response(old, new);
            }
            while let Some((old, new)) = self.pending.pop() {
                self.definition(old, new);
            }
            return Some(Common { both: calls.both.len(), only_old: calls.removed.len(), only_new: calls.added.len() });
        }
        let [old, new] = self.apis.map(matching::calls);
        let calls = operations::matched_calls(&old, &new);
        self.types = Models { apis: self.apis }.types(&calls.both);
        self.interface(&calls.both);
        self.operations(calls);
        self.definitions();
        None
    }

    fn describe(&self, side: Side) -> Describer<'a> {
        Describer { api: side.of(self.apis), as_json: self.is_common }
    }

    fn types(&self, old: &TypeRef, new: &TypeRef) -> String {
        from_to(&self.describe(Side::Old).ty(old), &self.describe(Side::New).ty(new))
    }

    /// Whether callers see the same type. A change within the definition of a named type is reported there.
    fn same_type(&self, old: &TypeRef, new: &TypeRef) -> bool {
        let is_pair = |old: &TypeRef, new: &TypeRef| match (old, new) {
            (TypeRef::Named(old), TypeRef::Named(new)) => self.types.has(*old, *new),
            _ => false,
        };
        is_pair(old, new)
            || match (self.underlying(Side::Old, old), self.underlying(Side::New, new)) {
                (TypeRef::Primitive(old), TypeRef::Primitive(new)) => old == new,
                (TypeRef::Named(old), TypeRef::Named(new)) if self.is_common => self.same_kind(*old, *new),
                (old, new) => {
                    is_pair(old, new) || matching::inner(old, new).is_some_and(|(old, new)| self.same_type(old, new))
                }
            }
    }

    /// The target of aliases, and of newtypes if names are not comparable.
    fn underlying<'t>(&self, side: Side, ty: &'t TypeRef) -> &'t TypeRef
    where
        'a: 't,
    {
        let api = side.of(self.apis);
        let ty = api.resolved(ty);
        match ty {
            TypeRef::Named(id) if self.is_common => match api.definition(*id).map(|definition| &definition.kind) {
                Some(TypeKind::Newtype(Primitive::Int32)) => &TypeRef::Primitive(Primitive::Int32),
                Some(TypeKind::Newtype(Primitive::Int64)) => &TypeRef::Primitive(Primitive::Int64),
                Some(TypeKind::Newtype(_)) => &TypeRef::Primitive(Primitive::String),
                _ => ty,
            },
            _ => ty,
        }
    }

    fn same_kind(&self, old: TypeId, new: TypeId) -> bool {
        let [old_api, new_api] = self.apis;
        match (old_api.definition(old).map(|it| &it.kind), new_api.definition(new).map(|it| &it.kind)) {
            (Some(TypeKind::Enum(old)), Some(TypeKind::Enum(new))) => {
                std::mem::discriminant(&old.values) == std::mem::discriminant(&new.values)
            }
            (Some(old), Some(new)) => std::mem::discriminant(old) == std::mem::discriminant(new),
            _ => false,
        }
    }

    /// Pairs the named types of two positions, where types are paired by their position only.
    fn reach(&mut self, old: &TypeRef, new: &TypeRef) {
        if !self.is_common {
            return;
        }
        match (self.underlying(Side::Old, old), self.underlying(Side::New, new)) {
            (&TypeRef::Named(old), &TypeRef::Named(new)) => {
                if self.same_kind(old, new) && self.types.add(old, new) {
                    self.pending.push((old, new));
                }
            }
            (old, new) => {
                if let Some((old, new)) = matching::inner(old, new) {
                    self.reach(old, new);
                }
            }
        }
    }
}
