//! Conversion of the types of `openapiv3` to the types of this crate.
//!
//! In: a document as deserialized by `openapiv3`. Out: the same objects in arenas, each with its location, each
//! reference with its target. This is the only module that uses the types of `openapiv3`, and the only one that parses
//! the string of a `$ref`.

mod extensions;
mod schemas;
mod security;

use extensions::Extensions;
use indexmap::{IndexMap, IndexSet};
use openapiv3::{
    Components, OpenAPI, ParameterData, ParameterSchemaOrContent, PathStyle, QueryStyle, ReferenceOr, StatusCode,
};
use security::requirements;
use serde_json::Value;

use super::arena::{Arena, Id, ObjectOrRef};
use super::extensions::{ErrorCode, HeaderRole, Outcome, Retry, Risk};
use super::lifecycle::{Follow, Pagination};
use super::openapi::{
    Encoding, Header, MediaType, Method, OpenApi, Operation, Parameter, ParameterLocation, PathItem, RequestBody,
    Response, SecurityScheme, Server, Status, Style, Tag,
};
use super::pointer::{NodeId, Nodes, unescape};
use super::schema::{Schema, SchemaId};
use super::vocabulary::{FOLLOW, PAGINATION};
use crate::policy::Policy;

/// Converts a valid document.
pub(super) fn convert(api: OpenAPI, policy: &Policy) -> OpenApi {
    let OpenAPI { info, servers, paths, components, security, tags, extensions, .. } = api;
    let components = components.unwrap_or_default();
    let mut nodes = Nodes::new();
    let root = nodes.key(Nodes::ROOT, "components");
    let mut converter = Converter {
        is_ours: policy.reads_extensions,
        schemas: Arena::new(names(&components.schemas), root),
        parameters: Arena::new(names(&components.parameters), root),
        request_bodies: Arena::new(names(&components.request_bodies), root),
        responses: Arena::new(names(&components.responses), root),
        headers: Arena::new(names(&components.headers), root),
        security_schemes: Arena::new(names(&components.security_schemes), root),
        nodes,
    };
    converter.components(components, root);
    let paths = converter.paths(paths.paths);
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
    OpenApi {
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
    }
}

fn names<T>(section: &IndexMap<String, T>) -> IndexSet<String> {
    section.keys().cloned().collect()
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
    fn components(&mut self, components: Components, root: NodeId) {
        self.section(root, "schemas", components.schemas, |of| &mut of.schemas, Self::schema);
        self.section(root, "parameters", components.parameters, |of| &mut of.parameters, Self::parameter);
        self.section(root, "requestBodies", components.request_bodies, |of| &mut of.request_bodies, Self::request_body);
        self.section(root, "responses", components.responses, |of| &mut of.responses, Self::response);
        self.section(root, "headers", components.headers, |of| &mut of.headers, Self::header);
        let schemes = components.security_schemes;
        self.section(root, "securitySchemes", schemes, |of| &mut of.security_schemes, Self::security_scheme);
    }

    /// Converts the components of a section into their reserved entries.
    fn section<S, T>(
        &mut self,
        root: NodeId,
        key: &'static str,
        components: IndexMap<String, ReferenceOr<S>>,
        arena: impl Fn(&mut Self) -> &mut Arena<T>,
        convert: impl Fn(&mut Self, S, NodeId) -> T,
    ) {
        let section = self.nodes.key(root, key);
        for (name, component) in components {
            let node = self.nodes.name(section, &name);
            if let Some(id) = arena(self).component(&name) {
                self.fill(id, node, component, &arena, &convert);
            }
        }
    }

    /// Converts an inline object or a reference to a new entry.
    fn place<S, T>(
        &mut self,
        node: NodeId,
        value: ReferenceOr<S>,
        arena: impl Fn(&mut Self) -> &mut Arena<T>,
        convert: impl Fn(&mut Self, S, NodeId) -> T,
    ) -> Id<T> {
        let id = arena(self).reserve(node);
        self.fill(id, node, value, &arena, &convert);
        id
    }

    fn fill<S, T>(
        &mut self,
        id: Id<T>,
        node: NodeId,
        value: ReferenceOr<S>,
        arena: &impl Fn(&mut Self) -> &mut Arena<T>,
        convert: &impl Fn(&mut Self, S, NodeId) -> T,
    ) {
        let value = match value {
            ReferenceOr::Item(object) => ObjectOrRef::Object(convert(self, object, node)),
            ReferenceOr::Reference { reference } => {
                let name = unescape(reference.rsplit('/').next().unwrap_or_default());
                // Validation ensures that the target exists.
                ObjectOrRef::Ref(arena(self).component(&name).unwrap_or(id))
            }
        };
        arena(self).fill(id, node, value);
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

    fn server(&mut self, server: openapiv3::Server, node: NodeId) -> Server {
        let mut extensions = self.extensions(server.extensions);
        Server {
            node,
            url: server.url,
            description: server.description,
            has_variables: server.variables.is_some_and(|variables| !variables.is_empty()),
            region: extensions.text("x-region"),
            source: extensions.source(),
        }
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

    fn paths(&mut self, paths: IndexMap<String, ReferenceOr<openapiv3::PathItem>>) -> Vec<PathItem> {
        let paths_node = self.nodes.key(Nodes::ROOT, "paths");
        let mut converted = Vec::with_capacity(paths.len());
        for (path, item) in paths {
            // Validation rejects references to path items.
            let ReferenceOr::Item(item) = item else { continue };
            let node = self.nodes.name(paths_node, &path);
            let parameters = self.parameter_list(item.parameters, node);
            let operations = [
                (Method::Get, item.get),
                (Method::Put, item.put),
                (Method::Post, item.post),
                (Method::Delete, item.delete),
                (Method::Options, item.options),
                (Method::Head, item.head),
                (Method::Patch, item.patch),
                (Method::Trace, item.trace),
            ];
            let operations =
                operations.into_iter().filter_map(|(method, written)| Some(self.operation(method, written?, node)));
            let operations = operations.collect();
            let servers = self.list(node, "servers", item.servers, Self::server);
            converted.push(PathItem { node, path, description: item.description, servers, parameters, operations });
        }
        converted
    }

    fn operation(&mut self, method: Method, operation: openapiv3::Operation, item: NodeId) -> Operation {
        let node = self.nodes.key(item, method.key());
        let parameters = self.parameter_list(operation.parameters, node);
        let request_body = operation.request_body.map(|body| {
            let node = self.nodes.key(node, "requestBody");
            self.place(node, body, |of| &mut of.request_bodies, Self::request_body)
        });
        let responses_node = self.nodes.key(node, "responses");
        let by_status = operation.responses.responses.into_iter().map(|(status, response)| match status {
            StatusCode::Code(code) => (Status::Code(code), code.to_string(), response),
            StatusCode::Range(hundreds) => (Status::Range(hundreds), format!("{hundreds}XX"), response),
        });
        let default = operation.responses.default.map(|response| (Status::Default, "default".to_owned(), response));
        let mut responses = Vec::new();
        for (status, key, response) in by_status.chain(default) {
            let node = self.nodes.name(responses_node, &key);
            responses.push((status, self.place(node, response, |of| &mut of.responses, Self::response)));
        }
        let servers = self.list(node, "servers", operation.servers, Self::server);
        let mut extensions = self.extensions(operation.extensions);
        Operation {
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
        }
    }

    fn parameter_list(&mut self, list: Vec<ReferenceOr<openapiv3::Parameter>>, owner: NodeId) -> Vec<Id<Parameter>> {
        if list.is_empty() {
            return Vec::new();
        }
        let list_node = self.nodes.key(owner, "parameters");
        let mut converted = Vec::with_capacity(list.len());
        for (index, parameter) in list.into_iter().enumerate() {
            let node = self.nodes.index(list_node, index);
            converted.push(self.place(node, parameter, |of| &mut of.parameters, Self::parameter));
        }
        converted
    }

    fn parameter(&mut self, parameter: openapiv3::Parameter, node: NodeId) -> Parameter {
        use openapiv3::Parameter as Written;
        let (location, style, allow_reserved, data) = match parameter {
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
        let (schema, content) = self.schema_or_content(format, node);
        let mut extensions = self.extensions(extensions);
        Parameter {
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
        }
    }

    fn request_body(&mut self, body: openapiv3::RequestBody, node: NodeId) -> RequestBody {
        let content = self.content(body.content, node);
        RequestBody { description: body.description, content, required: body.required }
    }

    fn response(&mut self, response: openapiv3::Response, node: NodeId) -> Response {
        let mut headers = Vec::with_capacity(response.headers.len());
        if !response.headers.is_empty() {
            let headers_node = self.nodes.key(node, "headers");
            for (name, header) in response.headers {
                let node = self.nodes.name(headers_node, &name);
                headers.push((name, self.place(node, header, |of| &mut of.headers, Self::header)));
            }
        }
        Response { description: response.description, headers, content: self.content(response.content, node) }
    }

    fn header(&mut self, header: openapiv3::Header, node: NodeId) -> Header {
        let openapiv3::Header { description, required, deprecated, format, .. } = header;
        let (schema, content) = self.schema_or_content(format, node);
        Header { description, required, deprecated: deprecated.unwrap_or_default(), schema, content }
    }

    fn schema_or_content(
        &mut self,
        format: ParameterSchemaOrContent,
        owner: NodeId,
    ) -> (Option<SchemaId>, Vec<MediaType>) {
        match format {
            ParameterSchemaOrContent::Schema(schema) => (Some(self.schema_under(owner, "schema", schema)), Vec::new()),
            ParameterSchemaOrContent::Content(content) => (None, self.content(content, owner)),
        }
    }

    fn content(&mut self, content: IndexMap<String, openapiv3::MediaType>, owner: NodeId) -> Vec<MediaType> {
        if content.is_empty() {
            return Vec::new();
        }
        let content_node = self.nodes.key(owner, "content");
        let mut converted = Vec::with_capacity(content.len());
        for (name, media_type) in content {
            let node = self.nodes.name(content_node, &name);
            let schema = media_type.schema.map(|schema| self.schema_under(node, "schema", schema));
            let encoding = media_type.encoding.into_iter().map(|(name, encoding)| (name, self::encoding(encoding)));
            converted.push(MediaType { node, name, schema, encoding: encoding.collect() });
        }
        converted
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

fn unboxed<T>(value: ReferenceOr<Box<T>>) -> ReferenceOr<T> {
    match value {
        ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
        ReferenceOr::Item(item) => ReferenceOr::Item(*item),
    }
}
