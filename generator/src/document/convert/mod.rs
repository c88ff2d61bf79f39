//! Conversion of a tree to the objects that later stages share.
//!
//! In: a valid tree. Out: its objects in arenas, each with its location, each reference with its target. `openapiv3`
//! deserializes the keys of each object; the objects that it contains are converted one by one, so that a large document is
//! never in memory in a third form. This is the only module that uses the types of `openapiv3`, and the only one that parses
//! the string of a `$ref`.

mod extensions;
mod schemas;
mod security;
mod servers;
#[cfg(test)]
mod tests;

use extensions::Extensions;
use indexmap::{IndexMap, IndexSet};
use openapiv3::{OpenAPI, ParameterData, ParameterSchemaOrContent, PathStyle, QueryStyle, StatusCode};
use security::requirements;
use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde_json::Value;
use serde_yaml::Error;

use super::arena::{Arena, Id, ObjectOrRef};
use super::deserialize::{Parts, Shallow};
use super::extensions::{ErrorCode, HeaderRole, Outcome, Retry, Risk};
use super::lifecycle::{Follow, Pagination};
use super::node::Node;
use super::openapi::{
    Encoding, Header, MediaType, Method, OpenApi, Operation, Parameter, ParameterLocation, PathItem, RequestBody,
    Response, SecurityScheme, Status, Style, Tag,
};
use super::pointer::{NodeId, Nodes, unescaped};
use super::schema::{Schema, SchemaId};
use super::vocabulary::{FOLLOW, PAGINATION};
use crate::policy::Policy;

// The parts of each object that are converted alone, or that no stage uses.

const DOCUMENT: Parts = Parts { emptied: &["paths"], omitted: &["components"] };
const COMPONENTS: Parts = Parts {
    emptied: &["schemas", "parameters", "requestBodies", "responses", "headers", "securitySchemes"],
    omitted: &["examples"],
};
const PATH_ITEM: Parts =
    Parts { emptied: &["parameters"], omitted: &["get", "put", "post", "delete", "options", "head", "patch", "trace"] };
const OPERATION: Parts = Parts { emptied: &["parameters", "responses"], omitted: &["requestBody"] };
const REQUEST_BODY: Parts = Parts { emptied: &["content"], omitted: &[] };
const RESPONSE: Parts = Parts { emptied: &["headers", "content"], omitted: &[] };
/// Of Parameter Objects and Header Objects.
const PARAMETER: Parts = Parts { emptied: &["schema", "content"], omitted: &["example", "examples"] };
const MEDIA_TYPE: Parts = Parts { emptied: &["schema"], omitted: &["example", "examples"] };

/// An object, or why `openapiv3` cannot deserialize it or an object that it contains.
type Converted<T> = Result<T, Error>;

/// Converts a valid document.
pub(super) fn convert(tree: &Node<'_>, policy: &Policy) -> Converted<OpenApi> {
    let mut nodes = Nodes::new();
    let root = nodes.key(Nodes::ROOT, "components");
    let components = member(tree, "components");
    let mut converter = Converter {
        is_ours: policy.reads_extensions,
        schemas: Arena::new(names(components, "schemas"), root),
        parameters: Arena::new(names(components, "parameters"), root),
        request_bodies: Arena::new(names(components, "requestBodies"), root),
        responses: Arena::new(names(components, "responses"), root),
        headers: Arena::new(names(components, "headers"), root),
        security_schemes: Arena::new(names(components, "securitySchemes"), root),
        nodes,
    };
    let written: OpenAPI = converter.read(tree, DOCUMENT)?;
    let OpenAPI { info, servers, security, tags, extensions, .. } = written;
    if let Some(components) = components {
        converter.components(components, root)?;
    }
    let paths = converter.paths(tree)?;
    let servers = converter.list(Nodes::ROOT, "servers", servers, Converter::server);
    let tags = converter.list(Nodes::ROOT, "tags", tags, Converter::tag);
    let error_codes = converter.error_codes(extensions);
    converter.schemas.close();
    converter.parameters.close();
    converter.request_bodies.close();
    converter.responses.close();
    converter.headers.close();
    converter.security_schemes.close();
    let Converter { nodes, schemas, parameters, request_bodies, responses, headers, security_schemes, .. } = converter;
    Ok(OpenApi {
        nodes,
        title: info.title,
        description: info.description,
        servers,
        tags,
        security: security.map(requirements),
        paths,
        error_codes,
        schemas,
        parameters,
        request_bodies,
        responses,
        headers,
        security_schemes,
    })
}

/// A member of a mapping, unless its value is null.
fn member<'d>(node: &'d Node<'d>, key: &str) -> Option<&'d Node<'d>> {
    node.get(key).filter(|value| !value.is_null())
}

fn names(components: Option<&Node<'_>>, section: &str) -> IndexSet<String> {
    let section = components.and_then(|components| components.get(section));
    section.map(Node::mapping).unwrap_or_default().iter().map(|entry| entry.key.to_string()).collect()
}

struct Converter {
    /// Whether `x-` keys have the meaning of spec/README.md. A third-party document can use the same key with another
    /// meaning.
    is_ours: bool,
    nodes: Nodes,
    schemas: Arena<Schema>,
    parameters: Arena<Parameter>,
    request_bodies: Arena<RequestBody>,
    responses: Arena<Response>,
    headers: Arena<Header>,
    security_schemes: Arena<SecurityScheme>,
}

impl Converter {
    /// The keys of an object, without its parts.
    fn read<'d, T: Deserialize<'d>>(&self, node: &'d Node<'d>, parts: Parts) -> Converted<T> {
        T::deserialize(Shallow { node, parts, with_extensions: self.is_ours })
    }

    fn components(&mut self, components: &Node<'_>, root: NodeId) -> Converted<()> {
        // The sections that are not converted have to be valid, too.
        self.read::<openapiv3::Components>(components, COMPONENTS)?;
        self.section(root, "schemas", components, |of| &mut of.schemas, Self::schema)?;
        self.section(root, "parameters", components, |of| &mut of.parameters, Self::parameter)?;
        self.section(root, "requestBodies", components, |of| &mut of.request_bodies, Self::request_body)?;
        self.section(root, "responses", components, |of| &mut of.responses, Self::response)?;
        self.section(root, "headers", components, |of| &mut of.headers, Self::header)?;
        self.section(root, "securitySchemes", components, |of| &mut of.security_schemes, Self::security_scheme)
    }

    /// Converts the components of a section into their reserved entries.
    fn section<T>(
        &mut self,
        root: NodeId,
        key: &'static str,
        components: &Node<'_>,
        arena: impl Fn(&mut Self) -> &mut Arena<T>,
        convert: impl Fn(&mut Self, &Node<'_>, NodeId) -> Converted<T>,
    ) -> Converted<()> {
        let section = self.nodes.key(root, key);
        for component in components.get(key).map(Node::mapping).unwrap_or_default() {
            let node = self.nodes.name(section, &component.key);
            if let Some(id) = arena(self).component(&component.key) {
                self.fill(id, node, &component.node, &arena, &convert)?;
            }
        }
        Ok(())
    }

    /// Converts an inline object or a reference to a new entry.
    fn place<T>(
        &mut self,
        node: NodeId,
        written: &Node<'_>,
        arena: impl Fn(&mut Self) -> &mut Arena<T>,
        convert: impl Fn(&mut Self, &Node<'_>, NodeId) -> Converted<T>,
    ) -> Converted<Id<T>> {
        let id = arena(self).reserve(node);
        self.fill(id, node, written, &arena, &convert)?;
        Ok(id)
    }

    fn fill<T>(
        &mut self,
        id: Id<T>,
        node: NodeId,
        written: &Node<'_>,
        arena: &impl Fn(&mut Self) -> &mut Arena<T>,
        convert: &impl Fn(&mut Self, &Node<'_>, NodeId) -> Converted<T>,
    ) -> Converted<()> {
        let value = match written.get("$ref").filter(|reference| reference.is_string()).and_then(Node::as_str) {
            Some(reference) => {
                let name = unescaped(reference.rsplit('/').next().unwrap_or_default());
                // Validation ensures that the target exists.
                ObjectOrRef::Ref(arena(self).component(&name).unwrap_or(id))
            }
            None => ObjectOrRef::Object(Box::new(convert(self, written, node)?)),
        };
        arena(self).fill(id, node, value);
        Ok(())
    }

    fn list<S, T>(
        &mut self,
        owner: NodeId,
        key: &'static str,
        list: Vec<S>,
        convert: impl Fn(&mut Self, S, NodeId) -> T,
    ) -> Vec<T> {
        if list.is_empty() {
            return Vec::new();
        }
        let list_node = self.nodes.key(owner, key);
        let mut converted = Vec::with_capacity(list.len());
        for (index, item) in list.into_iter().enumerate() {
            let node = self.nodes.index(list_node, index);
            converted.push(convert(self, item, node));
        }
        converted
    }

    fn extensions(&self, written: IndexMap<String, Value>) -> Extensions {
        Extensions(if self.is_ours { written } else { IndexMap::new() })
    }

    fn tag(&mut self, tag: openapiv3::Tag, node: NodeId) -> Tag {
        let client_name = self.extensions(tag.extensions).text("x-client-name");
        Tag { node, name: tag.name, description: tag.description, client_name }
    }

    fn error_codes(&mut self, extensions: IndexMap<String, Value>) -> Vec<ErrorCode> {
        let Some(Value::Array(entries)) = self.extensions(extensions).take("x-error-codes") else { return Vec::new() };
        self.list(Nodes::ROOT, "x-error-codes", entries, |_, entry, node| {
            let mut keys = Extensions(match entry {
                Value::Object(members) => members.into_iter().collect(),
                _ => IndexMap::new(),
            });
            ErrorCode {
                node,
                code: keys.take("code").and_then(|code| code.as_i64()).unwrap_or_default(),
                name: keys.text("name").unwrap_or_default(),
                group: keys.text("group").unwrap_or_default(),
                // Validation ensures one of the known values.
                outcome: keys.word("outcome", Outcome::parse).unwrap_or(Outcome::Unknown),
                meaning: keys.text("meaning").unwrap_or_default(),
                source: keys.source(),
            }
        })
    }

    fn paths(&mut self, tree: &Node<'_>) -> Converted<Vec<PathItem>> {
        let paths_node = self.nodes.key(Nodes::ROOT, "paths");
        let paths = tree.get("paths").map(Node::mapping).unwrap_or_default();
        let mut converted = Vec::with_capacity(paths.len());
        for item in paths.iter().filter(|item| item.key.starts_with('/')) {
            let written: openapiv3::PathItem = self.read(&item.node, PATH_ITEM)?;
            let node = self.nodes.name(paths_node, &item.key);
            let parameters = self.parameter_list(&item.node, node)?;
            let mut operations = Vec::new();
            for method in Method::ALL {
                if let Some(operation) = member(&item.node, method.key()) {
                    operations.push(self.operation(method, operation, node)?);
                }
            }
            let servers = self.list(node, "servers", written.servers, Self::server);
            let path = item.key.to_string();
            converted.push(PathItem { node, path, description: written.description, servers, parameters, operations });
        }
        Ok(converted)
    }

    fn operation(&mut self, method: Method, written: &Node<'_>, item: NodeId) -> Converted<Operation> {
        let operation: openapiv3::Operation = self.read(written, OPERATION)?;
        let node = self.nodes.key(item, method.key());
        let parameters = self.parameter_list(written, node)?;
        let request_body = match member(written, "requestBody") {
            Some(body) => {
                let node = self.nodes.key(node, "requestBody");
                Some(self.place(node, body, |of| &mut of.request_bodies, Self::request_body)?)
            }
            None => None,
        };
        let responses = self.responses(written, node)?;
        let servers = self.list(node, "servers", operation.servers, Self::server);
        let mut extensions = self.extensions(operation.extensions);
        Ok(Operation {
            node,
            method,
            id: operation.operation_id,
            tags: operation.tags,
            summary: operation.summary,
            description: operation.description,
            external_docs_url: operation.external_docs.map(|page| page.url),
            parameters,
            request_body,
            responses,
            has_callbacks: !operation.callbacks.is_empty(),
            servers,
            deprecated: operation.deprecated,
            security: operation.security.map(requirements),
            risk: extensions.word("x-risk", Risk::parse),
            retry: extensions.word("x-retry", Retry::parse),
            is_private_cloud_only: extensions.take("x-availability").is_some(),
            client_name: extensions.text("x-client-name"),
            error_codes: extensions.items("x-error-codes", |code| code.as_i64()).unwrap_or_default(),
            lookup: extensions.texts("x-lookup").unwrap_or_default(),
            pagination: extensions.take(PAGINATION).and_then(Pagination::read),
            follow: extensions.take(FOLLOW).and_then(Follow::read),
            source: extensions.source(),
        })
    }

    /// The responses of an operation, `default` as the last one.
    fn responses(&mut self, operation: &Node<'_>, node: NodeId) -> Converted<Vec<(Status, Id<Response>)>> {
        let written = operation.get("responses").map(Node::mapping).unwrap_or_default();
        // `validate` has reported a status that is described twice.
        let mut by_status = Vec::with_capacity(written.len());
        let mut default = None;
        for entry in written {
            if entry.key == "default" {
                default = Some(&entry.node).filter(|response| !response.is_null());
            } else if let Ok(status) = StatusCode::deserialize(StrDeserializer::<Error>::new(&entry.key)) {
                by_status.push((status, &entry.node));
            }
        }
        let by_status = by_status.into_iter().map(|(status, response)| match status {
            StatusCode::Code(code) => (Status::Code(code), code.to_string(), response),
            StatusCode::Range(hundreds) => (Status::Range(hundreds), format!("{hundreds}XX"), response),
        });
        let default = default.map(|response| (Status::Default, "default".to_owned(), response));
        let responses_node = self.nodes.key(node, "responses");
        let mut responses = Vec::with_capacity(written.len());
        for (status, key, response) in by_status.chain(default) {
            let node = self.nodes.name(responses_node, &key);
            responses.push((status, self.place(node, response, |of| &mut of.responses, Self::response)?));
        }
        Ok(responses)
    }

    fn parameter_list(&mut self, owner: &Node<'_>, node: NodeId) -> Converted<Vec<Id<Parameter>>> {
        self.items(owner, node, "parameters", |of| &mut of.parameters, Self::parameter)
    }

    /// Converts the objects and references of a list to new entries.
    fn items<T>(
        &mut self,
        owner: &Node<'_>,
        node: NodeId,
        key: &'static str,
        arena: impl Fn(&mut Self) -> &mut Arena<T>,
        convert: impl Fn(&mut Self, &Node<'_>, NodeId) -> Converted<T>,
    ) -> Converted<Vec<Id<T>>> {
        let items = owner.get(key).map(Node::sequence).unwrap_or_default();
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let list_node = self.nodes.key(node, key);
        let mut converted = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let node = self.nodes.index(list_node, index);
            converted.push(self.place(node, item, &arena, &convert)?);
        }
        Ok(converted)
    }

    /// Converts the objects and references of a mapping with names to new entries.
    fn named<T>(
        &mut self,
        owner: &Node<'_>,
        node: NodeId,
        key: &'static str,
        arena: impl Fn(&mut Self) -> &mut Arena<T>,
        convert: impl Fn(&mut Self, &Node<'_>, NodeId) -> Converted<T>,
    ) -> Converted<Vec<(String, Id<T>)>> {
        let members = owner.get(key).map(Node::mapping).unwrap_or_default();
        if members.is_empty() {
            return Ok(Vec::new());
        }
        let mapping_node = self.nodes.key(node, key);
        let mut converted = Vec::with_capacity(members.len());
        for entry in members {
            let node = self.nodes.name(mapping_node, &entry.key);
            converted.push((entry.key.to_string(), self.place(node, &entry.node, &arena, &convert)?));
        }
        Ok(converted)
    }

    fn parameter(&mut self, written: &Node<'_>, node: NodeId) -> Converted<Parameter> {
        use openapiv3::Parameter as Written;
        let (location, style, allow_reserved, data) = match self.read(written, PARAMETER)? {
            Written::Query { parameter_data, allow_reserved, style, .. } => {
                (ParameterLocation::Query, query_style(&style), allow_reserved, parameter_data)
            }
            Written::Header { parameter_data, .. } => (ParameterLocation::Header, Style::Simple, false, parameter_data),
            Written::Path { parameter_data, style } => {
                let style = match style {
                    PathStyle::Simple => Style::Simple,
                    PathStyle::Matrix => Style::Matrix,
                    PathStyle::Label => Style::Label,
                };
                (ParameterLocation::Path, style, false, parameter_data)
            }
            Written::Cookie { parameter_data, .. } => (ParameterLocation::Cookie, Style::Form, false, parameter_data),
        };
        let ParameterData { name, description, required, deprecated, format, explode, extensions, .. } = data;
        let (schema, content) = self.schema_or_content(&format, written, node)?;
        let mut extensions = self.extensions(extensions);
        Ok(Parameter {
            name,
            location,
            description,
            required,
            deprecated: deprecated.unwrap_or_default(),
            style,
            explode,
            allow_reserved,
            schema,
            content,
            role: extensions.word("x-role", HeaderRole::parse),
            source: extensions.source(),
        })
    }

    fn request_body(&mut self, written: &Node<'_>, node: NodeId) -> Converted<RequestBody> {
        let body: openapiv3::RequestBody = self.read(written, REQUEST_BODY)?;
        let content = self.content(written, node)?;
        Ok(RequestBody { description: body.description, content, required: body.required })
    }

    fn response(&mut self, written: &Node<'_>, node: NodeId) -> Converted<Response> {
        let response: openapiv3::Response = self.read(written, RESPONSE)?;
        let headers = self.named(written, node, "headers", |of| &mut of.headers, Self::header)?;
        let content = self.content(written, node)?;
        Ok(Response { description: response.description, headers, content })
    }

    fn header(&mut self, written: &Node<'_>, node: NodeId) -> Converted<Header> {
        let header: openapiv3::Header = self.read(written, PARAMETER)?;
        let openapiv3::Header { description, required, deprecated, format, .. } = header;
        let (schema, content) = self.schema_or_content(&format, written, node)?;
        Ok(Header { description, required, deprecated: deprecated.unwrap_or_default(), schema, content })
    }

    fn schema_or_content(
        &mut self,
        format: &ParameterSchemaOrContent,
        owner: &Node<'_>,
        node: NodeId,
    ) -> Converted<(Option<SchemaId>, Vec<MediaType>)> {
        Ok(match format {
            ParameterSchemaOrContent::Schema(_) => (self.schema_under(owner, node, "schema")?, Vec::new()),
            ParameterSchemaOrContent::Content(_) => (None, self.content(owner, node)?),
        })
    }

    fn content(&mut self, owner: &Node<'_>, node: NodeId) -> Converted<Vec<MediaType>> {
        let content = owner.get("content").map(Node::mapping).unwrap_or_default();
        if content.is_empty() {
            return Ok(Vec::new());
        }
        let content_node = self.nodes.key(node, "content");
        let mut converted = Vec::with_capacity(content.len());
        for entry in content {
            let media_type: openapiv3::MediaType = self.read(&entry.node, MEDIA_TYPE)?;
            let node = self.nodes.name(content_node, &entry.key);
            let schema = self.schema_under(&entry.node, node, "schema")?;
            let encoding = media_type.encoding.into_iter().map(|(name, encoding)| (name, self::encoding(encoding)));
            let name = entry.key.to_string();
            converted.push(MediaType { node, name, schema, encoding: encoding.collect() });
        }
        Ok(converted)
    }
}

fn query_style(style: &QueryStyle) -> Style {
    match style {
        QueryStyle::Form => Style::Form,
        QueryStyle::SpaceDelimited => Style::SpaceDelimited,
        QueryStyle::PipeDelimited => Style::PipeDelimited,
        QueryStyle::DeepObject => Style::DeepObject,
    }
}

fn encoding(encoding: openapiv3::Encoding) -> Encoding {
    Encoding {
        content_type: encoding.content_type,
        style: encoding.style.as_ref().map(query_style).or(encoding.explode.then_some(Style::Form)),
        explode: encoding.explode,
        allow_reserved: encoding.allow_reserved,
        has_headers: !encoding.headers.is_empty(),
    }
}
