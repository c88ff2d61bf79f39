//! The lower stage: a document in, the model out.
//!
//! Everything that can be wrong with a specification whose shape is right is found here, with its place: what leads
//! nowhere or back to itself, what contradicts itself, what the generator does not support. All of it is reported, not
//! only the first. This stage gives things their names and knows nothing of tokens.

mod answer;
mod body;
mod circles;
mod content;
mod enumeration;
mod facts;
mod graph;
mod groups;
mod interface;
mod keys;
mod object;
mod operation;
mod parameter;
mod promises;
mod types;
mod union;
mod unused;

use std::collections::HashMap;

use openapiv3::{Components, ReferenceOr};

use crate::Dialect;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::pointer::{At, escape, unescape};
use crate::document::{Document, Found};
use crate::model::{Api, Roles};
use graph::Use;
pub(crate) use groups::without_names;
use types::Types;
use unused::Unused;

/// A document whose meaning is right.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub(crate) api: Api,
    /// What a document of others has and the client does not use.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Makes the model of a document.
pub(crate) fn lower(document: &Document<'_>, dialect: Dialect) -> Result<Lowered, Vec<Diagnostic>> {
    let types = Types::read(document, dialect);
    let mut lowering = Lowering {
        document,
        dialect,
        types,
        by_id: promises::by_id(document),
        roles: Roles::default(),
        error_codes: Vec::new(),
        uses: Vec::new(),
        unused: Unused::default(),
        found: Found::new(document),
    };
    let mut api = lowering.interface();
    lowering.error_codes = api.error_codes.iter().map(|entry| entry.code).collect();
    api.groups = lowering.groups();
    let Lowering { mut types, roles, uses, unused, found, .. } = lowering;
    let mut problems = found.problems;
    api.roles = roles;
    problems.extend(union::settle(document, dialect, &mut types.drafts));
    let drafts = std::mem::take(&mut types.drafts);
    let mut finished = graph::finish(document, drafts, &uses, &types.one_way, &types.contents, &api.groups);
    types.name_required(&mut finished.definitions);
    problems.extend(types.found.problems);
    problems.extend(finished.problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let warnings = match dialect {
        Dialect::Foreign => unused.warnings(document, &finished.definitions),
        // What nothing refers to is for `lint`, and the rest does not pass.
        Dialect::FlightHub => Vec::new(),
    };
    api.not_used = warnings.iter().map(unused::sentence).collect();
    api.types = finished.definitions;
    api.type_modules = finished.modules;
    Ok(Lowered { api, warnings })
}

struct Lowering<'d> {
    document: &'d Document<'d>,
    dialect: Dialect,
    types: Types<'d>,
    /// Operations with an id.
    by_id: HashMap<&'d str, promises::Place<'d>>,
    roles: Roles,
    error_codes: Vec<i64>,
    uses: Vec<Use>,
    unused: Unused,
    found: Found<'d>,
}

impl<'d> Lowering<'d> {
    fn components(&self) -> Option<&'d Components> {
        self.document.api.components.as_ref()
    }

    /// What is written in a place, or where its reference leads, with its pointer.
    fn resolve<T>(
        &mut self,
        slot: &'d ReferenceOr<T>,
        at: At<'_>,
        section: &str,
        members: impl Fn(&'d Components) -> &'d indexmap::IndexMap<String, ReferenceOr<T>>,
    ) -> Option<(&'d T, String)> {
        match self.target(slot, at, section, members) {
            Target::Found(item, pointer) => Some((item, pointer)),
            Target::Missing => None,
            Target::Circular => {
                let help = "refer to the object itself";
                self.found.tell(Code::CircularRef, at, "this reference leads back to itself", help);
                None
            }
        }
    }

    /// The same, and nothing is reported.
    fn target<T>(
        &self,
        slot: &'d ReferenceOr<T>,
        at: At<'_>,
        section: &str,
        members: impl Fn(&'d Components) -> &'d indexmap::IndexMap<String, ReferenceOr<T>>,
    ) -> Target<'d, T> {
        let mut slot = slot;
        let mut pointer = at.pointer();
        for _ in 0..32 {
            match slot {
                ReferenceOr::Item(item) => return Target::Found(item, pointer),
                ReferenceOr::Reference { reference } => {
                    let name = unescape(reference.rsplit('/').next().unwrap_or_default());
                    pointer = format!("/components/{section}/{}", escape(&name));
                    let next = self.components().and_then(|components| members(components).get(&name));
                    let Some(next) = next else { return Target::Missing };
                    slot = next;
                }
            }
        }
        Target::Circular
    }
}

/// Where a reference leads.
enum Target<'d, T> {
    /// The object, and its pointer.
    Found(&'d T, String),
    Missing,
    Circular,
}
