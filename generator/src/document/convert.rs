//! Conversion of the types of `openapiv3` to the types of this crate.
//!
//! In: a document as deserialized by `openapiv3`. Out: the same objects in arenas, each with its location, each
//! reference with its target. This is the only module that uses the types of `openapiv3`, and the only one that parses
//! the string of a `$ref`.

use indexmap::{IndexMap, IndexSet};
use openapiv3::{
    APIKeyLocation, AdditionalProperties as Additional, AnySchema, Components, OpenAPI, ParameterData,
    ParameterSchemaOrContent, PathStyle, QueryStyle, ReferenceOr, SchemaData, SchemaKind, StatusCode, Type as Kind,
    VariantOrUnknownOrEmpty,
};
use serde_json::{Number, Value};

use super::arena::{Arena, Id, ObjectOrRef};
use super::lifecycle::{Follow, Pagination, States};
use super::openapi::{
    Confidence, Encoding, ErrorCode, Header, HeaderRole, MediaType, Method, OAuthFlow, OAuthFlowKind, OpenApi,
    Operation, Outcome, Parameter, ParameterLocation, PathItem, RequestBody, RequiredScheme, Response, Retry, Risk,
    SecurityRequirement, SecurityScheme, Server, Source, Status, Style, Tag,
};
use super::pointer::{NodeId, Nodes, unescape};
use super::schema::{AdditionalProperties, Discriminator, Keywords, Limits, Schema, SchemaId, Type};
use super::vocabulary::{CONTENT_SCHEMA, ENUM_NUMBERS, FOLLOW, LENIENT, PAGINATION, STATES, UNITS};
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

    fn security_scheme(&mut self, scheme: openapiv3::SecurityScheme, _: NodeId) -> SecurityScheme {
        use openapiv3::SecurityScheme as Written;
        match scheme {
            Written::APIKey { location: APIKeyLocation::Header, name, .. } => SecurityScheme::HeaderKey(name),
            Written::APIKey { location: APIKeyLocation::Query, name, .. } => SecurityScheme::QueryKey(name),
            Written::APIKey { location: APIKeyLocation::Cookie, name, .. } => SecurityScheme::CookieKey(name),
            Written::HTTP { scheme, .. } => SecurityScheme::Http(scheme),
            Written::OAuth2 { flows, .. } => SecurityScheme::OAuth2(oauth_flows(flows)),
            Written::OpenIDConnect { open_id_connect_url, .. } => SecurityScheme::OpenIdConnect(open_id_connect_url),
        }
    }

    fn schema_under(&mut self, owner: NodeId, key: &'static str, schema: ReferenceOr<openapiv3::Schema>) -> SchemaId {
        let node = self.nodes.key(owner, key);
        self.place(node, schema, |of| &mut of.schemas, Self::schema)
    }

    fn schemas_under(
        &mut self,
        owner: NodeId,
        key: &'static str,
        list: Vec<ReferenceOr<openapiv3::Schema>>,
    ) -> Vec<SchemaId> {
        if list.is_empty() {
            return Vec::new();
        }
        let list_node = self.nodes.key(owner, key);
        let mut converted = Vec::with_capacity(list.len());
        for (index, schema) in list.into_iter().enumerate() {
            let node = self.nodes.index(list_node, index);
            converted.push(self.place(node, schema, |of| &mut of.schemas, Self::schema));
        }
        converted
    }

    fn schema(&mut self, mut schema: openapiv3::Schema, node: NodeId) -> Schema {
        let content = schema.schema_data.extensions.get_mut(CONTENT_SCHEMA).map(Value::take);
        let content = content.filter(|_| self.is_ours).map(|content| self.content_schema(content, node));
        let keywords = self.keywords(schema.schema_data);
        let mut converted = Schema { keywords, content, ..Schema::default() };
        match schema.schema_kind {
            SchemaKind::Type(Kind::String(string)) => {
                converted.set(Type::String, name_of(&string.format), values(string.enumeration));
                let limits = &mut converted.keywords.limits;
                limits.pattern = string.pattern;
                (limits.min_length, limits.max_length) = (string.min_length, string.max_length);
            }
            SchemaKind::Type(Kind::Number(number)) => {
                converted.set(Type::Number, name_of(&number.format), values(number.enumeration));
                let limits = &mut converted.keywords.limits;
                limits.multiple_of = number.multiple_of.and_then(Number::from_f64);
                limits.minimum = number.minimum.and_then(Number::from_f64);
                limits.maximum = number.maximum.and_then(Number::from_f64);
                limits.exclusive_minimum = number.exclusive_minimum;
                limits.exclusive_maximum = number.exclusive_maximum;
            }
            SchemaKind::Type(Kind::Integer(integer)) => {
                converted.set(Type::Integer, name_of(&integer.format), values(integer.enumeration));
                let limits = &mut converted.keywords.limits;
                limits.multiple_of = integer.multiple_of.map(Number::from);
                limits.minimum = integer.minimum.map(Number::from);
                limits.maximum = integer.maximum.map(Number::from);
                limits.exclusive_minimum = integer.exclusive_minimum;
                limits.exclusive_maximum = integer.exclusive_maximum;
            }
            SchemaKind::Type(Kind::Boolean(boolean)) => {
                converted.set(Type::Boolean, None, values(boolean.enumeration));
            }
            SchemaKind::Type(Kind::Object(object)) => {
                converted.set(Type::Object, None, Vec::new());
                converted.properties = self.properties(object.properties, node);
                converted.additional_properties = self.additional(object.additional_properties, node);
                converted.keywords.required = object.required;
                let limits = &mut converted.keywords.limits;
                (limits.min_properties, limits.max_properties) = (object.min_properties, object.max_properties);
            }
            SchemaKind::Type(Kind::Array(array)) => {
                converted.set(Type::Array, None, Vec::new());
                converted.items = array.items.map(|items| self.schema_under(node, "items", unboxed(items)));
                let limits = &mut converted.keywords.limits;
                (limits.min_items, limits.max_items) = (array.min_items, array.max_items);
                limits.unique_items = array.unique_items.then_some(true);
            }
            SchemaKind::OneOf { one_of } => converted.one_of = self.schemas_under(node, "oneOf", one_of),
            SchemaKind::AllOf { all_of } => converted.all_of = self.schemas_under(node, "allOf", all_of),
            SchemaKind::AnyOf { any_of } => converted.any_of = self.schemas_under(node, "anyOf", any_of),
            SchemaKind::Not { not } => converted.not = Some(self.schema_under(node, "not", *not)),
            SchemaKind::Any(any) => self.any_schema(any, node, &mut converted),
        }
        converted
    }

    /// The schema of the content of a string. If `openapiv3` cannot deserialize it, it is treated as empty: only
    /// references are supported here, and the `lower` stage rejects every inline schema.
    fn content_schema(&mut self, written: Value, owner: NodeId) -> SchemaId {
        let schema = serde_json::from_value(written).unwrap_or_else(|_| {
            ReferenceOr::Item(openapiv3::Schema {
                schema_data: SchemaData::default(),
                schema_kind: SchemaKind::Any(AnySchema::default()),
            })
        });
        self.schema_under(owner, CONTENT_SCHEMA, schema)
    }

    /// A schema with keys of several types.
    fn any_schema(&mut self, any: AnySchema, node: NodeId, converted: &mut Schema) {
        converted.properties = self.properties(any.properties, node);
        converted.additional_properties = self.additional(any.additional_properties, node);
        converted.items = any.items.map(|items| self.schema_under(node, "items", unboxed(items)));
        converted.all_of = self.schemas_under(node, "allOf", any.all_of);
        converted.one_of = self.schemas_under(node, "oneOf", any.one_of);
        converted.any_of = self.schemas_under(node, "anyOf", any.any_of);
        converted.not = any.not.map(|not| self.schema_under(node, "not", *not));
        let keywords = &mut converted.keywords;
        keywords.ty = any.typ.as_deref().and_then(Type::parse);
        keywords.format = any.format;
        keywords.values = any.enumeration;
        keywords.required = any.required;
        keywords.limits = Limits {
            pattern: any.pattern,
            multiple_of: any.multiple_of.and_then(Number::from_f64),
            minimum: any.minimum.and_then(Number::from_f64),
            exclusive_minimum: any.exclusive_minimum.unwrap_or_default(),
            maximum: any.maximum.and_then(Number::from_f64),
            exclusive_maximum: any.exclusive_maximum.unwrap_or_default(),
            min_length: any.min_length,
            max_length: any.max_length,
            min_items: any.min_items,
            max_items: any.max_items,
            unique_items: any.unique_items,
            min_properties: any.min_properties,
            max_properties: any.max_properties,
        };
    }

    fn keywords(&mut self, data: SchemaData) -> Keywords {
        let mut extensions = self.extensions(data.extensions);
        let unit = extensions.text("x-unit");
        Keywords {
            title: data.title,
            description: data.description,
            nullable: data.nullable,
            default: data.default,
            example: data.example,
            deprecated: data.deprecated,
            read_only: data.read_only,
            write_only: data.write_only,
            discriminator: data.discriminator.map(|discriminator| Discriminator {
                property_name: discriminator.property_name,
                mapping: discriminator.mapping.into_iter().collect(),
            }),
            external_docs_url: data.external_docs.map(|page| page.url),
            unit: unit.and_then(|unit| UNITS.iter().copied().find(|known| *known == unit)),
            is_envelope: extensions.take("x-envelope") == Some(Value::Bool(true)),
            enum_names: extensions.texts("x-enum-varnames"),
            enum_descriptions: extensions.texts("x-enum-descriptions"),
            enum_numbers: extensions.pairs(ENUM_NUMBERS),
            is_lenient: extensions.take(LENIENT) == Some(Value::Bool(true)),
            states: extensions.take(STATES).and_then(States::read),
            source: extensions.source(),
            ..Keywords::default()
        }
    }

    fn properties(
        &mut self,
        properties: IndexMap<String, ReferenceOr<Box<openapiv3::Schema>>>,
        owner: NodeId,
    ) -> Vec<(String, SchemaId)> {
        if properties.is_empty() {
            return Vec::new();
        }
        let properties_node = self.nodes.key(owner, "properties");
        let mut converted = Vec::with_capacity(properties.len());
        for (name, property) in properties {
            let node = self.nodes.name(properties_node, &name);
            let id = self.place(node, unboxed(property), |of| &mut of.schemas, Self::schema);
            converted.push((name, id));
        }
        converted
    }

    fn additional(&mut self, additional: Option<Additional>, owner: NodeId) -> Option<AdditionalProperties> {
        Some(match additional? {
            Additional::Any(allowed) => AdditionalProperties::Any(allowed),
            Additional::Schema(schema) => {
                AdditionalProperties::Schema(self.schema_under(owner, "additionalProperties", *schema))
            }
        })
    }
}

impl Schema {
    fn set(&mut self, ty: Type, format: Option<String>, values: Vec<Value>) {
        self.keywords.ty = Some(ty);
        self.keywords.format = format;
        self.keywords.values = values;
    }
}

/// The `x-` keys of an object; empty in a third-party document.
struct Extensions(IndexMap<String, Value>);

impl Extensions {
    fn take(&mut self, key: &str) -> Option<Value> {
        self.0.get_mut(key).map(Value::take)
    }

    fn text(&mut self, key: &str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    fn word<T>(&mut self, key: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        parse(&self.text(key)?)
    }

    fn items<T>(&mut self, key: &str, item: impl Fn(Value) -> Option<T>) -> Option<Vec<T>> {
        match self.take(key)? {
            Value::Array(items) => Some(items.into_iter().filter_map(item).collect()),
            _ => None,
        }
    }

    fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        self.items(key, |item| match item {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// The members of a mapping of texts.
    fn pairs(&mut self, key: &str) -> Option<Vec<(String, String)>> {
        let Value::Object(members) = self.take(key)? else { return None };
        let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        Some(members.into_iter().filter_map(text).collect())
    }

    fn source(&mut self) -> Option<Source> {
        let (word, note) = match self.take("x-source")? {
            Value::String(word) => (word, None),
            Value::Object(mut members) => {
                let mut text = |key: &str| match members.remove(key) {
                    Some(Value::String(text)) => Some(text),
                    _ => None,
                };
                (text("mark")?, text("note"))
            }
            _ => return None,
        };
        Some(Source { confidence: Confidence::parse(&word)?, note })
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

fn requirements(written: Vec<openapiv3::SecurityRequirement>) -> Vec<SecurityRequirement> {
    let scheme = |(name, scopes)| RequiredScheme { name, scopes };
    written.into_iter().map(|requirement| requirement.into_iter().map(scheme).collect()).collect()
}

fn oauth_flows(written: openapiv3::OAuth2Flows) -> Vec<OAuthFlow> {
    let openapiv3::OAuth2Flows { implicit, password, client_credentials, authorization_code, .. } = written;
    let scopes = |scopes: IndexMap<String, String>| scopes.into_iter().collect();
    let implicit = implicit.map(|flow| OAuthFlow {
        kind: OAuthFlowKind::Implicit,
        authorization_url: Some(flow.authorization_url),
        token_url: None,
        refresh_url: flow.refresh_url,
        scopes: scopes(flow.scopes),
    });
    let password = password.map(|flow| OAuthFlow {
        kind: OAuthFlowKind::Password,
        authorization_url: None,
        token_url: Some(flow.token_url),
        refresh_url: flow.refresh_url,
        scopes: scopes(flow.scopes),
    });
    let client_credentials = client_credentials.map(|flow| OAuthFlow {
        kind: OAuthFlowKind::ClientCredentials,
        authorization_url: None,
        token_url: Some(flow.token_url),
        refresh_url: flow.refresh_url,
        scopes: scopes(flow.scopes),
    });
    let authorization_code = authorization_code.map(|flow| OAuthFlow {
        kind: OAuthFlowKind::AuthorizationCode,
        authorization_url: Some(flow.authorization_url),
        token_url: Some(flow.token_url),
        refresh_url: flow.refresh_url,
        scopes: scopes(flow.scopes),
    });
    [implicit, password, client_credentials, authorization_code].into_iter().flatten().collect()
}

fn unboxed<T>(value: ReferenceOr<Box<T>>) -> ReferenceOr<T> {
    match value {
        ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
        ReferenceOr::Item(item) => ReferenceOr::Item(*item),
    }
}

fn values<T: Into<Value>>(values: Vec<Option<T>>) -> Vec<Value> {
    values.into_iter().map(|value| value.map_or(Value::Null, Into::into)).collect()
}

fn name_of<T: serde::Serialize>(format: &VariantOrUnknownOrEmpty<T>) -> Option<String> {
    match format {
        VariantOrUnknownOrEmpty::Item(item) => serde_json::to_value(item).ok()?.as_str().map(str::to_owned),
        VariantOrUnknownOrEmpty::Unknown(name) => Some(name.clone()),
        VariantOrUnknownOrEmpty::Empty => None,
    }
}
