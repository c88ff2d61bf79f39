//! What the rules read: the objects of a document, and what several rules ask about its schemas.

use crate::document::openapi::{OpenApi, Parameter};
use crate::document::pointer::{NodeId, PointerRef};
use crate::document::schema::{Schema, SchemaId, Type};
use crate::document::{Document, Element, Index};

/// What the rules read.
pub(super) struct Context<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) api: &'d OpenApi,
    /// For what the objects do not hold: texts of all kinds, suppressions, and examples as they are written.
    pub(super) index: Index<'d>,
    /// By the number of a schema.
    roles: Vec<Role<'d>>,
    described: Vec<Option<SchemaId>>,
    entries: Vec<Option<SchemaId>>,
}

/// How a schema is used by the object that it is written in.
#[derive(Clone, Copy)]
pub(super) enum Role<'d> {
    /// A property of this name.
    Property(&'d str),
    /// The entries of this list.
    Items(SchemaId),
    /// The values of this parameter.
    Parameter(&'d Parameter),
    /// A component, a part of a combination, a body.
    Other,
}

impl<'d> Context<'d> {
    pub(super) fn new(document: &'d Document<'d>) -> Self {
        let api = &document.api;
        let schemas = &api.schemas;
        let mut roles: Vec<Role<'d>> = schemas.ids().map(|_| Role::Other).collect();
        for (id, schema) in schemas.objects() {
            for (name, property) in &schema.properties {
                roles[property.index()] = Role::Property(name);
            }
            if let Some(items) = schema.items {
                roles[items.index()] = Role::Items(id);
            }
        }
        for (_, parameter) in api.parameters.objects() {
            if let Some(schema) = parameter.schema {
                roles[schema.index()] = Role::Parameter(parameter);
            }
        }
        let items = |id: SchemaId| schemas.object(id)?.items;
        let described = schemas.ends(|id| schemas.only_reference(id));
        let entries = schemas.ends(|id| schemas.only_reference(id).or_else(|| items(id)));
        Self { document, api, index: document.index(), roles, described, entries }
    }

    /// What is written about the values of a schema: at the end of references, and of lists of one reference. None if
    /// they lead back to themselves.
    pub(super) fn described(&self, id: SchemaId) -> Option<&'d Schema> {
        self.api.schemas.object(self.described.get(id.index()).copied()??)
    }

    /// What is written about the entries of a list and of lists in it, or about the values if they are no lists. None if
    /// it leads back to itself.
    pub(super) fn entries(&self, id: SchemaId) -> Option<(SchemaId, &'d Schema)> {
        let end = self.entries.get(id.index()).copied()??;
        Some((end, self.api.schemas.object(end)?))
    }

    /// How a schema is used by the object that it is written in.
    pub(super) fn role(&self, id: SchemaId) -> Role<'d> {
        self.roles.get(id.index()).copied().unwrap_or(Role::Other)
    }

    /// The name that a schema describes a value of: that of a property, or of a parameter.
    pub(super) fn value_name(&self, id: SchemaId) -> Option<&'d str> {
        match self.role(id) {
            Role::Property(name) => Some(name),
            Role::Parameter(parameter) => Some(&parameter.name),
            Role::Items(_) | Role::Other => None,
        }
    }

    /// The name of a schema's values, with those of components and of lists.
    pub(super) fn any_name(&self, mut id: SchemaId) -> Option<&'d str> {
        while let Role::Items(list) = self.role(id) {
            id = list;
        }
        self.value_name(id).or_else(|| self.api.schemas.name(id))
    }

    /// Schemas with a name that are a text or a number and nothing else: types of their own in the client.
    pub(super) fn identifiers(&self) -> impl Iterator<Item = (&'d str, SchemaId, &'d Schema)> {
        let schemas = &self.api.schemas;
        let named = schemas.components().filter_map(|(name, id)| Some((name, id, schemas.object(id)?)));
        named.filter(|(.., schema)| {
            is_plain(schema) && schema.keywords.values.is_empty() && schema.keywords.unit.is_none()
        })
    }

    /// Where a schema is written.
    pub(super) fn schema_at(&self, id: SchemaId) -> PointerRef<'d> {
        self.document.at(self.api.schemas.node(id))
    }

    /// The keys and values of an object as they are written.
    pub(super) fn element(&self, node: NodeId) -> Option<&Element<'d>> {
        self.index.find(&self.document.at(node).pointer())
    }

    /// Where an object is in the order of the document.
    pub(super) fn position(&self, node: NodeId) -> usize {
        self.index.position(&self.document.at(node).pointer()).unwrap_or(usize::MAX)
    }
}

/// Whether a schema is one of texts or integers, none of which is secret.
pub(super) fn is_plain(schema: &Schema) -> bool {
    matches!(schema.keywords.ty, Some(Type::String | Type::Integer))
        && schema.keywords.format.as_deref() != Some("password")
}

/// The words of a name, however they are joined, in lower case.
pub(super) fn words(name: &str) -> Vec<String> {
    use heck::ToSnakeCase as _;
    name.to_snake_case().split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The last word of a name: what it is. That of a list is what its entries are.
pub(super) fn head(name: &str) -> String {
    let mut words = words(name);
    if words.len() > 1 && words.last().is_some_and(|word| matches!(word.as_str(), "list" | "array")) {
        words.pop();
    }
    words.pop().unwrap_or_default()
}
