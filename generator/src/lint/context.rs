//! The input of the rules: the objects of a document, and facts about its schemas that several rules use.
//!
//! In: a document. Out: its objects, its index, and the role of each schema. This module reports no problems.

use crate::document::openapi::{OpenApi, Parameter};
use crate::document::pointer::{NodeId, PointerRef};
use crate::document::schema::{Schema, SchemaId, Type};
use crate::document::{Document, Element, Index};

/// The input of the rules.
pub(super) struct Context<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) api: &'d OpenApi,
    /// For parts that the objects do not contain: descriptions of all kinds, suppressions, and examples as written.
    pub(super) index: Index<'d>,
    /// Indexed by the id of a schema.
    roles: Vec<Role<'d>>,
    described: Vec<Option<SchemaId>>,
    entries: Vec<Option<SchemaId>>,
}

/// The use of a schema by the object that contains it.
#[derive(Clone, Copy)]
pub(super) enum Role<'d> {
    /// A property of this name.
    Property(&'d str),
    /// The entries of this list.
    Items(SchemaId),
    /// The values of this parameter.
    Parameter(&'d Parameter),
    /// A component, a member of a combination, or a body.
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

    /// The schema at the end of references, and of `allOf` with one reference. `None` if the references are circular.
    pub(super) fn described(&self, id: SchemaId) -> Option<&'d Schema> {
        self.api.schemas.object(self.described.get(id.index()).copied()??)
    }

    /// The schema of the entries of a list and of nested lists, or the schema itself if it is not a list. `None` if it
    /// is circular.
    pub(super) fn entries(&self, id: SchemaId) -> Option<(SchemaId, &'d Schema)> {
        let end = self.entries.get(id.index()).copied()??;
        Some((end, self.api.schemas.object(end)?))
    }

    /// The use of a schema by the object that contains it.
    pub(super) fn role(&self, id: SchemaId) -> Role<'d> {
        self.roles.get(id.index()).copied().unwrap_or(Role::Other)
    }

    /// The name of the value that a schema describes: the name of a property, or of a parameter.
    pub(super) fn value_name(&self, id: SchemaId) -> Option<&'d str> {
        match self.role(id) {
            Role::Property(name) => Some(name),
            Role::Parameter(parameter) => Some(&parameter.name),
            Role::Items(_) | Role::Other => None,
        }
    }

    /// The name of a schema's values, including the names of components and of lists.
    pub(super) fn any_name(&self, mut id: SchemaId) -> Option<&'d str> {
        while let Role::Items(list) = self.role(id) {
            id = list;
        }
        self.value_name(id).or_else(|| self.api.schemas.name(id))
    }

    /// Named schemas of plain strings or numbers: newtypes in the client.
    pub(super) fn identifiers(&self) -> impl Iterator<Item = (&'d str, SchemaId, &'d Schema)> {
        let schemas = &self.api.schemas;
        let named = schemas.components().filter_map(|(name, id)| Some((name, id, schemas.object(id)?)));
        named.filter(|(.., schema)| {
            is_plain(schema) && schema.keywords.values.is_empty() && schema.keywords.unit.is_none()
        })
    }

    /// The place of a schema.
    pub(super) fn schema_at(&self, id: SchemaId) -> PointerRef<'d> {
        self.document.at(self.api.schemas.node(id))
    }

    /// The keys and values of an object as written.
    pub(super) fn element(&self, node: NodeId) -> Option<&Element<'d>> {
        self.index.find(&self.document.at(node).pointer())
    }

    /// The position of an object in document order.
    pub(super) fn position(&self, node: NodeId) -> usize {
        self.index.position(&self.document.at(node).pointer()).unwrap_or(usize::MAX)
    }
}

/// Whether a schema is a string or an integer, and not a secret.
pub(super) fn is_plain(schema: &Schema) -> bool {
    matches!(schema.keywords.ty, Some(Type::String | Type::Integer))
        && schema.keywords.format.as_deref() != Some("password")
}

/// The words of a name in lower case, whatever their separator.
pub(super) fn words(name: &str) -> Vec<String> {
    use heck::ToSnakeCase as _;
    name.to_snake_case().split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The last word of a name, which is the noun. For a list it is the noun of its entries.
pub(super) fn head(name: &str) -> String {
    let mut words = words(name);
    if words.len() > 1 && words.last().is_some_and(|word| matches!(word.as_str(), "list" | "array")) {
        words.pop();
    }
    words.pop().unwrap_or_default()
}
