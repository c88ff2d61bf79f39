//! The types of schemas and their names.
//!
//! In: a schema. Out: a [`TypeRef`], and a draft of a definition for a type that needs a name. A type is named after
//! its component; the type of an inline schema is named after its owner and its property. `kinds` decides the kind of a
//! type; this module does not know what the keywords of a schema mean.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::docs;
use super::unions::UnionDraft;
use crate::diagnostic::Code;
use crate::document::arena::ObjectOrRef;
use crate::document::pointer::{NodeId, PointerRef};
use crate::document::schema::{Schema, SchemaId, Schemas};
use crate::document::{Document, Sink};
use crate::model::{Docs, Primitive, TypeId, TypeKind, TypeRef, UntypedPart, UntypedReason};
use crate::names::{Case, UniqueNames, identifier};
use crate::policy::Policy;

/// Any JSON value.
pub(super) const ANY: TypeRef = TypeRef::Primitive(Primitive::Json);

/// A type definition before its usage is known.
#[derive(Debug)]
pub(super) struct Draft<K = Kind> {
    pub(super) name: String,
    pub(super) schema_name: String,
    pub(super) docs: Docs,
    pub(super) kind: K,
    /// The node of the schema.
    pub(super) node: NodeId,
}

/// The kind of a draft. The variants of a union are completed after all types are known.
#[derive(Debug)]
pub(super) enum Kind {
    Type(TypeKind),
    Union(UnionDraft),
}

/// An alias of a type.
pub(super) const fn alias(ty: TypeRef) -> Kind {
    Kind::Type(TypeKind::Alias(ty))
}

/// A required property that occurs in requests only or in responses only.
#[derive(Debug)]
pub(super) struct Direction {
    pub(super) owner: TypeId,
    pub(super) node: NodeId,
    pub(super) is_read_only: bool,
}

#[derive(Debug)]
pub(super) struct Types<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) policy: &'static Policy,
    pub(super) schemas: &'d Schemas,
    envelopes: HashSet<SchemaId>,
    /// The types of components, by the position of the component. An envelope has no type.
    ids: Vec<Option<TypeId>>,
    pub(super) type_names: UniqueNames,
    pub(super) drafts: Vec<Draft>,
    pub(super) directions: Vec<Direction>,
    /// The schemas that are being lowered, to detect inline schemas that refer to their owner.
    pub(super) in_progress: Vec<SchemaId>,
    /// The number of properties of all objects so far, including those of the members of `allOf`.
    pub(super) property_count: usize,
    /// The values whose type is any JSON value.
    pub(super) untyped: BTreeSet<UntypedPart>,
    pub(super) sink: Sink<'d>,
}

impl<'d> Types<'d> {
    /// Issues the names of all components, then lowers the components.
    pub(super) fn read(document: &'d Document<'d>) -> Self {
        let schemas = &document.api.schemas;
        let mut types = Self {
            document,
            policy: document.policy,
            schemas,
            envelopes: envelopes(schemas),
            ids: Vec::new(),
            type_names: UniqueNames::default(),
            drafts: Vec::new(),
            directions: Vec::new(),
            in_progress: Vec::new(),
            property_count: 0,
            untyped: BTreeSet::new(),
            sink: Sink::new(document),
        };
        types.issue_names();
        for (name, id) in schemas.components() {
            if let Some(Some(type_id)) = types.ids.get(id.index()).copied() {
                types.define(type_id, id, name);
            }
        }
        types
    }

    fn issue_names(&mut self) {
        let schemas = self.schemas;
        let (named, ids): (Vec<&str>, Vec<SchemaId>) =
            schemas.components().filter(|(_, id)| !self.is_envelope(*id)).unzip();
        self.ids = vec![None; schemas.components().len()];
        for ((name, id), issued) in named.iter().zip(ids).zip(self.type_names.issue_types(&named)) {
            if let Some(slot) = self.ids.get_mut(id.index()) {
                *slot = Some(TypeId(self.drafts.len()));
            }
            // A placeholder: schemas that are lowered earlier can refer to this component.
            self.drafts.push(Draft {
                name: issued,
                schema_name: (*name).to_owned(),
                docs: Docs::default(),
                kind: alias(ANY),
                node: schemas.node(id),
            });
        }
    }

    pub(super) fn at(&self, id: SchemaId) -> PointerRef<'d> {
        self.document.at(self.schemas.node(id))
    }

    /// Records an untyped value.
    pub(super) fn note_untyped(&mut self, at: PointerRef<'_>, reason: UntypedReason) {
        self.untyped.insert(UntypedPart { pointer: at.pointer(), reason });
    }

    /// Whether a schema is the envelope, or is composed of it with `allOf`.
    pub(super) fn is_envelope(&self, id: SchemaId) -> bool {
        is_marked(self.schemas, id) || self.schemas.all_of_refs(id).any(|target| self.envelopes.contains(&target))
    }

    /// Whether values of a schema may be null. In third-party documents a nullable variant makes its union nullable.
    fn is_nullable(&self, id: SchemaId) -> bool {
        let mut seen: HashSet<SchemaId> = HashSet::new();
        let mut next = vec![id];
        while let Some(id) = next.pop() {
            match self.schemas.get(id) {
                ObjectOrRef::Ref(target) => next.extend(seen.insert(*target).then_some(*target)),
                ObjectOrRef::Object(schema) => {
                    if schema.keywords.nullable {
                        return true;
                    }
                    next.extend(self.schemas.only_reference(id).filter(|target| seen.insert(*target)));
                    if self.policy.allows_loose_schemas {
                        next.extend(schema.one_of.iter().chain(&schema.any_of));
                    }
                }
            }
        }
        false
    }

    /// The type of a schema, and whether its values may be null. `hint` names a definition if one is needed.
    pub(super) fn type_of(&mut self, id: SchemaId, hint: &str) -> (TypeRef, bool) {
        let nullable = self.is_nullable(id);
        if let Some(target) = self.schemas.only_reference(id) {
            return (self.referenced(target, id), nullable);
        }
        let Some(schema) = self.schemas.object(id) else { return (ANY, nullable) };
        let ty = match self.kind(schema, id, hint) {
            Kind::Type(TypeKind::Alias(ty)) => ty,
            kind => {
                let node = self.schemas.node(id);
                let name = self.derived_name(hint, self.at(id));
                let docs = docs::of_schema(self.schemas, schema);
                let type_id = TypeId(self.drafts.len());
                self.drafts.push(Draft { name, schema_name: hint.to_owned(), docs, kind, node });
                self.note_directions(type_id, schema);
                TypeRef::Named(type_id)
            }
        };
        (ty, nullable)
    }

    /// Issues a name that is derived from the owner of an inline schema, or from the type of a builder.
    pub(super) fn derived_name(&mut self, base: &str, at: PointerRef<'_>) -> String {
        if !self.policy.numbers_names && self.type_names.has_type(base) {
            let name = identifier(base, Case::Camel);
            let message = format!("the name that is derived for the type of this schema, `{name}`, is already in use");
            let help = "give the schema another name under `components/schemas`";
            match self.drafts.iter().find(|draft| draft.name == name).map(|draft| draft.node) {
                Some(other) => {
                    let other = (self.document.at(other), "the other use of the name");
                    self.sink.report_with(Code::DuplicateName, at, message, help, other);
                }
                None => self.sink.report(Code::DuplicateName, at, message, help),
            }
        }
        self.type_names.issue_type(base)
    }

    /// The type of the component that a schema refers to.
    pub(super) fn referenced(&mut self, target: SchemaId, from: SchemaId) -> TypeRef {
        if let Some(id) = self.component_type(target) {
            return TypeRef::Named(id);
        }
        self.sink.report(
            Code::Envelope,
            self.at(from),
            "an envelope may only be used as a response schema",
            "refer to the schema of the `data` instead",
        );
        ANY
    }

    /// The type of a component; an envelope has none.
    pub(super) fn component_type(&self, id: SchemaId) -> Option<TypeId> {
        self.ids.get(id.index()).copied().flatten()
    }

    /// Lowers a component.
    fn define(&mut self, type_id: TypeId, id: SchemaId, name: &str) {
        let (kind, docs) = match self.schemas.get(id) {
            ObjectOrRef::Ref(target) => {
                let description = self.schemas.referenced_description(id).map(str::to_owned);
                (alias(self.referenced(*target, id)), Docs { description, ..Docs::default() })
            }
            ObjectOrRef::Object(schema) => {
                self.note_directions(type_id, schema);
                let kind = match self.schemas.only_reference(id) {
                    Some(target) => alias(self.referenced(target, id)),
                    None => self.kind(schema, id, name),
                };
                let kind = match kind {
                    Kind::Type(TypeKind::Alias(TypeRef::Primitive(
                        primitive @ (Primitive::String | Primitive::Int32 | Primitive::Int64),
                    ))) => Kind::Type(TypeKind::Newtype(primitive)),
                    kind => kind,
                };
                (kind, docs::of_schema(self.schemas, schema))
            }
        };
        if let Some(draft) = self.drafts.get_mut(type_id.0) {
            draft.kind = kind;
            draft.docs = docs;
        }
    }

    fn note_directions(&mut self, owner: TypeId, schema: &'d Schema) {
        let required: HashSet<&str> = schema.required().iter().map(String::as_str).collect();
        for (name, property) in &schema.properties {
            if let Some(written) = self.schemas.object(*property)
                && required.contains(name.as_str())
                && (written.keywords.read_only || written.keywords.write_only)
            {
                let node = self.schemas.node(*property);
                self.directions.push(Direction { owner, node, is_read_only: written.keywords.read_only });
            }
        }
    }
}

fn is_marked(schemas: &Schemas, id: SchemaId) -> bool {
    schemas.object(id).is_some_and(|schema| schema.keywords.is_envelope)
}

/// The components that are the envelope, or are composed of it with `allOf`, directly or indirectly.
fn envelopes(schemas: &Schemas) -> HashSet<SchemaId> {
    let mut composites: HashMap<SchemaId, Vec<SchemaId>> = HashMap::new();
    let mut next: Vec<SchemaId> = Vec::new();
    for (_, id) in schemas.components() {
        if is_marked(schemas, id) {
            next.push(id);
        }
        for target in schemas.all_of_refs(id) {
            composites.entry(target).or_default().push(id);
        }
    }
    let mut found = HashSet::new();
    while let Some(id) = next.pop() {
        if found.insert(id) {
            next.extend(composites.get(&id).into_iter().flatten());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::component;

    #[test]
    fn a_reference_is_the_type_of_its_target() {
        let others = "A: {type: string}, B: {$ref: '#/components/schemas/A'}";
        for (schema, expected) in [
            ("{$ref: '#/components/schemas/A'}", "= A"),
            ("{$ref: '#/components/schemas/B'}", "= B"),
            ("{allOf: [{$ref: '#/components/schemas/A'}], description: Its own.}", "= A"),
            ("{allOf: [{$ref: '#/components/schemas/A'}, {description: Its own.}]}", "= A"),
            ("{oneOf: [{$ref: '#/components/schemas/A'}]}", "= A"),
        ] {
            assert_eq!(component(&format!("{{{others}, T: {schema}}}")), expected, "{schema}");
        }
    }

    #[test]
    fn an_inline_schema_is_named_after_its_owner() {
        let schema = "{type: object, properties: {inner: {type: object, properties: {a: {type: string}}}}}";
        assert_eq!(component(&format!("{{T: {schema}}}")), "{inner?: TInner}");
        assert_eq!(component(&format!("{{T: {schema}, TInner: {{type: string}}}}")), "{inner?: TInner2}");
    }
}
