//! Rules for whole schemas: each is used, and none is a duplicate.
//!
//! In: the components of a document. Out: problems of unused components, and of two schemas that are equal.

use std::collections::{HashMap, HashSet};

use super::context::Context;
use crate::diagnostic::Code;
use crate::document::Sink;
use crate::document::pointer::PointerRef;
use crate::document::schema::{Schema, SchemaId, Type};

/// A component that no path refers to has no effect. Usually its last user was removed, or a new user contains a copy.
pub(super) fn unused(context: &Context<'_>, sink: &mut Sink<'_>) {
    let (api, index) = (context.api, &context.index);
    // Indexed by position: the component that an element is, or that contains it. An owner precedes its parts.
    let mut component_of: Vec<Option<usize>> = Vec::new();
    for (position, element) in index.iter().enumerate() {
        let inherited = element.owner.and_then(|owner| component_of.get(owner).copied().flatten());
        component_of.push(if index.component(element).is_some() { Some(position) } else { inherited });
    }
    let component = |position: usize| component_of.get(position).copied().flatten();
    // The components to which each component refers; `None` is the rest of the document.
    let mut references: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (position, element) in index.iter().enumerate() {
        references.entry(component(position)).or_default().extend(element.target);
    }
    for (id, schema) in api.schemas.objects() {
        let Some(discriminator) = &schema.keywords.discriminator else { continue };
        let mapped = discriminator.mapping.iter().filter_map(|(_, target)| api.schemas.mapped(target));
        let mapped = mapped.map(|target| context.position(api.schemas.node(target)));
        references.entry(component(context.position(api.schemas.node(id)))).or_default().extend(mapped);
    }
    let requirements = api.operations().filter_map(|(_, operation)| api.requirements(operation));
    let requirements = requirements.chain(api.security.as_deref()).flatten().flatten();
    let schemes = requirements.filter_map(|scheme| api.security_schemes.component(&scheme.name));
    let schemes = schemes.map(|scheme| context.position(api.security_schemes.node(scheme)));
    references.entry(None).or_default().extend(schemes);

    let mut reached = HashSet::new();
    let mut next = references.remove(&None).unwrap_or_default();
    while let Some(position) = next.pop() {
        if reached.insert(position) {
            next.extend(references.remove(&Some(position)).unwrap_or_default());
        }
    }
    for (position, element) in index.iter().enumerate() {
        if let Some((section, name)) = index.component(element)
            && !reached.contains(&position)
        {
            let message = format!("`{name}` is unused");
            let help = format!("refer to it, or remove it from `components/{section}`");
            sink.report(Code::UnusedComponent, PointerRef::Base(&element.pointer), message, help);
        }
    }
}

/// Two equal schemas become two types between which callers have to convert, and a change of one is easily missed in
/// the other. Named strings and numbers are intentionally distinct types, and are not compared.
pub(super) fn same(context: &Context<'_>, sink: &mut Sink<'_>) {
    let schemas = &context.api.schemas;
    let mut written: Vec<(usize, SchemaId, &Schema)> = schemas
        .objects()
        .filter(|(_, schema)| is_of_its_own(schema))
        .filter(|(id, _)| context.schema_at(*id).pointer().starts_with("/components/schemas/"))
        .map(|(id, schema)| (context.position(schemas.node(id)), id, schema))
        .collect();
    written.sort_by_key(|(position, ..)| *position);
    // Schemas with different outlines cannot be equal.
    let mut known: HashMap<Outline<'_>, Vec<SchemaId>> = HashMap::new();
    for (_, id, schema) in written {
        let alike = known.entry(outline(schema)).or_default();
        let Some(first) = alike.iter().copied().find(|first| schemas.is_equivalent(*first, id)) else {
            alike.push(id);
            continue;
        };
        let first_at = context.schema_at(first);
        let name = schemas.name(first).map_or_else(|| first_at.pointer(), str::to_owned);
        let message = format!("this schema is the same as `{name}`");
        let help =
            "keep one of them, and refer to it; if they are equal by coincidence, suppress the rule in `x-lint-allow`";
        sink.report_with(Code::SameSchema, context.schema_at(id), message, help, (first_at, "the other one"));
    }
}

/// Whether a schema has members, values or variants, which a duplicate would repeat.
fn is_of_its_own(schema: &Schema) -> bool {
    let keywords = &schema.keywords;
    // Equal numbers of two enumerations are a coincidence, unless their names are equal, too.
    let named = keywords.ty != Some(Type::Integer) || keywords.enum_names.is_some();
    let values = keywords.values.len() > 1 && named;
    let parts = schema.one_of.len() + schema.all_of.len() > 1;
    !schema.properties.is_empty() || values || parts
}

type Outline<'d> = (Option<&'static str>, Vec<&'d str>, [usize; 4]);

fn outline(schema: &Schema) -> Outline<'_> {
    let mut names: Vec<&str> = schema.properties.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let counts = [schema.keywords.values.len(), schema.all_of.len(), schema.one_of.len(), schema.any_of.len()];
    (schema.keywords.ty.map(Type::as_str), names, counts)
}
