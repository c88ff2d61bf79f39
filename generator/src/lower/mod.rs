//! The lower stage: from a document to the model.
//!
//! In: a structurally valid document. Out: a complete model; or all semantic errors with their locations: circular
//! references, contradictions, and unsupported constructs. This stage issues the names of the client, and does not depend
//! on tokens.

mod all_of;
mod bodies;
mod defaults;
mod docs;
mod enums;
mod error_codes;
mod failures;
mod headers;
mod kinds;
mod lifecycle;
mod media_type;
mod objects;
mod operation_metadata;
mod operations;
mod pagination;
mod parameters;
mod path_templates;
mod responses;
mod scc;
mod schemas;
mod security;
mod serialization;
mod servers;
mod string_contents;
mod tags;
#[cfg(test)]
mod testing;
mod unions;
pub(crate) mod unused;
mod usage;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::diagnostic::{Code, Diagnostic};
use crate::document::arena::{Arena, Id};
use crate::document::openapi::{Header, OpenApi, Operation};
use crate::document::pointer::PointerRef;
use crate::document::{Document, Sink};
use crate::model::{
    self, Api, HeaderFormat, ManagedHeaders, Tagging, TypeDefinition, TypeKind, TypeRef, UntypedPart, UntypedReason,
};
use crate::policy::Policy;
use schemas::Types;
pub(crate) use tags::normalize_path;
use usage::{Aliases, Completed, TypeUse};

/// Lowers a document to its model.
///
/// Returns the model with the warnings about the document, or all problems if one of them is an error.
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
        header_types: HashMap::new(),
        sink: Sink::new(document),
    };
    let (token_scheme, credential_schemes) = lowering.token_scheme();
    let regions = lowering.regions();
    let servers = lowering.servers();
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
                risk_follows_from_method: !document.policy.requires_metadata,
                null_lists_are_empty: document.policy.null_lists_are_empty,
                allows_missing_docs: document.policy.allows_missing_docs,
                title: document.api.title.clone(),
                description: document.api.description.clone(),
                security_schemes: security::schemes(document),
                token_scheme,
                credential_schemes,
                managed_headers,
                regions,
                servers,
                error_codes,
                unused: unused::parts(document, &groups, &definitions),
                excluded: 0,
                skipped: Vec::new(),
                untyped: untyped(std::mem::take(&mut types.untyped), &definitions),
                groups,
                types: definitions,
                type_modules: modules,
                items: BTreeMap::new(),
            };
            api.items = items(&api);
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

/// The paths of operations and of the types of components, by name. A name of both is in no entry.
fn items(api: &Api) -> BTreeMap<String, String> {
    let operations = api.groups.iter().flat_map(|group| {
        let path =
            |operation: &model::Operation| (operation.id.clone(), format!("{}::{}", group.module, operation.type_name));
        group.operations.iter().map(path)
    });
    let components = api.types.iter().filter(|definition| {
        definition.pointer.strip_prefix("/components/schemas/").is_some_and(|name| !name.contains('/'))
    });
    let types = components.map(|definition| (definition.schema_name.clone(), format!("types::{}", definition.name)));
    let mut items = BTreeMap::new();
    let mut ambiguous = Vec::new();
    for (name, path) in operations.chain(types) {
        if items.insert(name.clone(), path).is_some() {
            ambiguous.push(name);
        }
    }
    items.retain(|name, _| !ambiguous.contains(name));
    items
}

/// All untyped values, including the unions whose variants cannot be discriminated.
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
    /// Operations by their ids. If two operations have the same id, the first one is in the map.
    by_id: HashMap<&'d str, &'d Operation>,
    /// The codes in the table of error codes.
    known_codes: HashSet<i64>,
    types: Types<'d>,
    aliases: Aliases,
    managed_headers: ManagedHeaders,
    uses: Vec<TypeUse>,
    /// The types of headers that are lowered already: responses share them.
    header_types: HashMap<Id<Header>, (TypeRef, HeaderFormat)>,
    sink: Sink<'d>,
}

impl<'d> Lowering<'d> {
    /// The object of a node with all references resolved, and the location of that object. Reports circular references.
    fn resolve<T>(&mut self, arena: &'d Arena<T>, id: Id<T>) -> Option<(&'d T, PointerRef<'d>)> {
        let Some((end, object)) = arena.resolve(id) else {
            let at = self.document.at(arena.node(id));
            self.sink.report(Code::CircularRef, at, "this reference is circular", "refer to the object directly");
            return None;
        };
        Some((object, self.document.at(arena.node(end))))
    }

    /// Records that an operation of a module uses a type.
    fn note_use(&mut self, module: &str, ty: &TypeRef, is_input: bool) {
        self.uses.push(TypeUse { module: module.to_owned(), ty: ty.clone(), is_input });
    }
}
