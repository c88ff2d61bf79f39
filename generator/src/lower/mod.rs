//! The lower stage: a document in, the model out.
//!
//! Everything that can be wrong with a specification whose form is right is found here, with its place: references without
//! an end, contradictions, what the generator does not support. All of it is reported, not only the first problem. This
//! stage issues the names of the client and knows nothing of tokens.

mod bodies;
mod docs;
mod enums;
mod error_codes;
mod lifecycle;
mod media_type;
mod objects;
mod operation_metadata;
mod operations;
mod pagination;
mod parameters;
mod responses;
mod scc;
mod schemas;
mod security;
mod servers;
mod string_contents;
mod tags;
#[cfg(test)]
mod testing;
mod unions;
mod unused;
mod usage;

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::diagnostic::{Code, Diagnostic};
use crate::document::arena::{Arena, Id};
use crate::document::openapi::{OpenApi, Operation};
use crate::document::pointer::PointerRef;
use crate::document::{Document, Sink};
use crate::model::{Api, ManagedHeaders, Tagging, TypeDefinition, TypeKind, TypeRef, UntypedPart, UntypedReason};
use crate::policy::Policy;
use schemas::Types;
pub(crate) use tags::normalize_path;
use usage::{Aliases, Completed, Use};

/// Makes the model of a document, and the warnings about it. Where there are errors there is no model.
pub(crate) fn lower(document: &Document<'_>) -> Result<(Api, Vec<Diagnostic>), Vec<Diagnostic>> {
    let types = Types::read(document);
    let aliases = Aliases::new(&types.drafts);
    let mut lowering = Lowering {
        document,
        api: &document.api,
        policy: document.policy,
        by_id: operation_metadata::by_id(&document.api),
        known_codes: document.api.error_codes.iter().map(|entry| entry.code).collect(),
        types,
        aliases,
        managed_headers: ManagedHeaders::default(),
        uses: Vec::new(),
        sink: Sink::new(document),
    };
    let (token_scheme, credential_schemes) = lowering.token_scheme();
    let regions = lowering.regions();
    let error_codes = lowering.error_codes();
    let groups = lowering.groups();
    let Lowering { mut types, aliases, managed_headers, uses, sink, .. } = lowering;
    let mut warnings = document.warnings().to_vec();
    warnings.extend(sink.warnings);
    let mut problems = sink.problems;
    let drafts = std::mem::take(&mut types.drafts);
    let (drafts, ambiguous) = unions::complete(document, drafts, &aliases);
    problems.extend(ambiguous);
    let completed = usage::complete(&mut types, drafts, &uses, &groups);
    problems.extend(types.sink.problems);
    warnings.extend(types.sink.warnings);
    let api = match completed {
        Ok(Completed { definitions, modules }) => {
            let mut api = Api {
                null_lists_are_empty: document.policy.null_lists_are_empty,
                title: document.api.title.clone(),
                description: document.api.description.clone(),
                security_schemes: security::schemes(document),
                token_scheme,
                credential_schemes,
                managed_headers,
                regions,
                error_codes,
                unused: unused::parts(document, &groups, &definitions),
                excluded: 0,
                skipped: Vec::new(),
                untyped: untyped(std::mem::take(&mut types.untyped), &definitions),
                groups,
                types: definitions,
                type_modules: modules,
            };
            problems.extend(lifecycle::complete(document, &mut api));
            api
        }
        Err(more) => {
            problems.extend(more);
            problems.extend(warnings);
            return Err(problems);
        }
    };
    if !problems.is_empty() {
        problems.extend(warnings);
        return Err(problems);
    }
    warnings.extend(unused::warnings(document, &api));
    Ok((api, warnings))
}

/// What is any JSON, with the unions whose variants cannot be discriminated.
fn untyped(mut noted: BTreeSet<UntypedPart>, definitions: &[TypeDefinition]) -> BTreeSet<UntypedPart> {
    let is_opaque = |kind: &TypeKind| matches!(kind, TypeKind::Union(union) if union.tagging == Tagging::Opaque);
    noted.extend(
        definitions.iter().filter(|definition| is_opaque(&definition.kind)).map(|definition| UntypedPart {
            pointer: definition.pointer.clone(),
            reason: UntypedReason::AmbiguousUnion,
        }),
    );
    noted
}

struct Lowering<'d> {
    document: &'d Document<'d>,
    api: &'d OpenApi,
    policy: &'static Policy,
    /// Operations by their ids; of two with one id the first.
    by_id: HashMap<&'d str, &'d Operation>,
    /// The table of error codes.
    known_codes: HashSet<i64>,
    types: Types<'d>,
    aliases: Aliases,
    managed_headers: ManagedHeaders,
    uses: Vec<Use>,
    sink: Sink<'d>,
}

impl<'d> Lowering<'d> {
    /// The object that a place holds or refers to, and where that is.
    fn resolve<T>(&mut self, arena: &'d Arena<T>, id: Id<T>) -> Option<(&'d T, PointerRef<'d>)> {
        let Some((end, object)) = arena.resolve(id) else {
            let at = self.document.at(arena.node(id));
            self.sink.report(
                Code::CircularRef,
                at,
                "this reference leads back to itself",
                "refer to the object itself",
            );
            return None;
        };
        Some((object, self.document.at(arena.node(end))))
    }

    /// Notes that an operation of a module names a type.
    fn note_use(&mut self, module: &str, ty: &TypeRef, is_input: bool) {
        self.uses.push(Use { module: module.to_owned(), ty: ty.clone(), is_input });
    }
}
