//! What the rules stand on: all objects of a document, with the questions that several rules ask about them.

use std::collections::HashMap;

use crate::document::pointer::{escape, unescape};
use crate::document::schema::SchemaId;
use crate::document::vocabulary::{Object, PARAMETER, SCHEMA};
use crate::document::{Document, Element, Node};

/// What the rules look at.
pub(super) struct Ground<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) elements: Vec<Element<'d>>,
    positions: HashMap<String, usize>,
    schemas: HashMap<String, SchemaId>,
}

impl<'d> Ground<'d> {
    pub(super) fn new(document: &'d Document<'d>) -> Self {
        let elements = document.elements();
        let positions = elements.iter().enumerate().map(|(index, element)| (element.pointer.clone(), index)).collect();
        let schemas = &document.api.schemas;
        let schemas = schemas.ids().map(|id| (document.at(schemas.node(id)).pointer(), id)).collect();
        Self { document, elements, positions, schemas }
    }

    /// All objects of a kind.
    pub(super) fn all(&self, kind: &'static Object) -> impl Iterator<Item = &Element<'d>> {
        self.elements.iter().filter(move |element| element.is(kind))
    }

    pub(super) fn at(&self, pointer: &str) -> Option<&Element<'d>> {
        self.positions.get(pointer).map(|&index| &self.elements[index])
    }

    /// The schema of an element that is one.
    pub(super) fn schema_id(&self, element: &Element<'d>) -> Option<SchemaId> {
        self.schemas.get(&element.pointer).copied()
    }

    /// What an object holds under a key.
    pub(super) fn member(&self, owner: &Element<'d>, key: &str) -> Option<&Element<'d>> {
        self.at(&format!("{}/{}", owner.pointer, escape(key)))
    }

    /// Everything that is written in an object, and not in another one in between.
    pub(super) fn members(&self, owner: &Element<'d>) -> impl Iterator<Item = &Element<'d>> {
        // They stand behind their owner, before anything that is not part of it.
        let position = self.positions.get(&owner.pointer).copied().unwrap_or(self.elements.len());
        let behind = self.elements.get(position + 1..).unwrap_or_default().iter();
        let within = behind.take_while(move |element| element.owner.is_some_and(|owner| owner >= position));
        within.filter(move |element| element.owner == Some(position))
    }

    pub(super) fn owner(&self, element: &Element<'d>) -> Option<&Element<'d>> {
        element.owner.map(|index| &self.elements[index])
    }

    /// The object, or where the reference leads.
    pub(super) fn resolved<'e>(&'e self, element: &'e Element<'d>) -> &'e Element<'d> {
        let mut element = element;
        // A circle is told elsewhere.
        for _ in 0..32 {
            match element.target.and_then(|target| self.at(target.strip_prefix('#')?)) {
                Some(target) => element = target,
                None => break,
            }
        }
        element
    }

    /// What is written about the value of a schema: behind references, and behind lists of one.
    pub(super) fn described<'e>(&'e self, schema: &'e Element<'d>) -> &'e Element<'d> {
        let mut schema = self.resolved(schema);
        for _ in 0..32 {
            if !only_refers(schema.node) {
                break;
            }
            let Some(member) = self.at(&format!("{}/allOf/0", schema.pointer)) else { break };
            schema = self.resolved(member);
        }
        schema
    }

    /// What is written about the entries of a list, or about the value if it is no list.
    pub(super) fn single<'e>(&'e self, schema: &'e Element<'d>) -> &'e Element<'d> {
        let mut schema = self.described(schema);
        for _ in 0..32 {
            match self.member(schema, "items") {
                Some(items) => schema = self.described(items),
                None => break,
            }
        }
        schema
    }

    /// How an element stands in its owner: `/properties/name`, `/items`, `/schemas/Thing`.
    pub(super) fn role<'e>(&self, element: &'e Element<'d>) -> &'e str {
        let owner = self.owner(element).map_or("", |owner| &owner.pointer);
        element.pointer.strip_prefix(owner).unwrap_or_default()
    }

    /// The name of a component of a section.
    pub(super) fn component(&self, element: &Element<'d>) -> Option<(&'static str, String)> {
        let section = crate::document::vocabulary::section(element.kind)?;
        let name = element.pointer.strip_prefix("/components/")?.strip_prefix(section)?.strip_prefix('/')?;
        (!name.contains('/')).then(|| (section, unescape(name)))
    }

    /// The name that a schema describes a value of: that of a property, or of a parameter.
    pub(super) fn value_name(&self, schema: &Element<'d>) -> Option<String> {
        let role = self.role(schema);
        if let Some(name) = role.strip_prefix("/properties/") {
            return Some(unescape(name));
        }
        let parameter = self.owner(schema).filter(|owner| role == "/schema" && owner.is(&PARAMETER))?;
        text(parameter.node, "name").map(str::to_owned)
    }

    /// The names of a schema's values, with those of components and of lists.
    pub(super) fn any_name(&self, schema: &Element<'d>) -> Option<String> {
        let mut schema = schema;
        while self.role(schema) == "/items" {
            schema = self.owner(schema)?;
        }
        self.value_name(schema).or_else(|| self.component(schema).map(|(_, name)| name))
    }

    /// Schemas with a name that are a text or a number and nothing else: types of their own in the client.
    pub(super) fn identifiers(&self) -> impl Iterator<Item = (String, &Element<'d>)> {
        let named = self.all(&SCHEMA).filter_map(|schema| Some((self.component(schema)?.1, schema)));
        named.filter(|(_, schema)| {
            let scalar = matches!(text(schema.node, "type"), Some("string" | "integer"));
            let other = ["enum", "x-unit"].iter().any(|key| schema.node.get(key).is_some());
            scalar && !other && text(schema.node, "format") != Some("password")
        })
    }
}

/// The text under a key.
pub(super) fn text<'n>(node: &'n Node<'_>, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::as_str)
}

/// The entries of a list under a key.
pub(super) fn list<'n, 'd>(node: &'n Node<'d>, key: &str) -> &'n [Node<'d>] {
    node.get(key).map(Node::sequence).unwrap_or_default()
}

/// The names under a key, in the order of the document.
pub(super) fn keys<'n>(node: &'n Node<'_>, key: &str) -> impl Iterator<Item = &'n str> {
    node.get(key).map(Node::mapping).unwrap_or_default().iter().map(|entry| &*entry.key)
}

/// Whether a schema does nothing but refer to another one, with words of its own.
pub(super) fn only_refers(schema: &Node<'_>) -> bool {
    let shaped = ["properties", "required", "additionalProperties", "items", "enum"];
    matches!(list(schema, "allOf"), [only] if only.get("$ref").is_some())
        && shaped.iter().all(|key| schema.get(key).is_none())
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
