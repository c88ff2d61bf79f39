//! Small documents that are valid by construction.
//!
//! In: choices. Out: a document, and the number of occurrences of each construct. Names come from lists of difficult
//! ones; unique names are used once. Knows OpenAPI, but not the generated code.

use std::collections::BTreeMap;

use flighthub2_generator::Dialect;
use serde_json::{Map, Value, json};

use super::edits::Choices;

pub(crate) struct Made {
    pub(crate) document: Value,
    pub(crate) constructs: BTreeMap<&'static str, usize>,
}

/// A document that follows the rules of a dialect.
pub(crate) fn valid(choices: &mut Choices<'_>, dialect: Dialect) -> Made {
    let own = dialect == Dialect::FlightHub;
    let mut maker = Maker { choices, own, components: Vec::new(), planned: Vec::new(), constructs: BTreeMap::new() };
    maker.components();
    let mut document = maker.document();
    if !own {
        maker.add_constructs(&mut document);
    }
    Made { document, constructs: maker.constructs }
}

/// The possible uses of a component.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An object for `allOf`: no other object has members with its names.
    Part,
    /// An object with a discriminator.
    Tagged,
    /// A type that is allowed for parameters.
    Scalar,
    Other,
}

struct Component {
    name: &'static str,
    kind: Kind,
    nullable: bool,
    schema: Value,
}

pub(super) struct Maker<'m, 'b> {
    pub(super) choices: &'m mut Choices<'b>,
    own: bool,
    /// The existing components: an alias never refers to a later one, so there is no cycle.
    components: Vec<Component>,
    /// The names of all components, for members of objects, and their nullability.
    planned: Vec<&'static str>,
    constructs: BTreeMap<&'static str, usize>,
}

#[rustfmt::skip]
const SCHEMAS: &[&str] = &[
    "Thing", "Option", "String", "Vec", "Result", "Serialize", "foo_bar", "FooBar", "foo-bar", "任务", "Pair",
    "PairBuilder", "PairRequired", "type", "self", "Self", "4g", "Client", "Call", "Default", "Box", "Unknown", "types", "Tree", "a.b",
    "A_B", "Required", "Error", "Debug", "get_a_b", "getAB", "GetAb", "get_ab",
];
#[rustfmt::skip]
const MEMBERS: &[&str] = &[
    "name", "type", "self", "Self", "4g", "名称", "class-name", "class_name", "className", "$ref-like", "new", "other", "a b",
    "", "crate", "async", "gen", "serialize", "deserialize", "Option", "value", "required", "x-at", "default", "-1", "\"", "\\",
    "a.b", "UPPER", "\u{1F680}", "é", "r#type", "{a}", "null", "A_b", "aB", "ab", "_ab",
];
#[rustfmt::skip]
const PARAMETERS: &[&str] = &[
    "q", "type", "self", "new", "default", "send", "class-name", "class_name", "className", "名称", "4g", "required", "operation", "map",
    "dry_run", "request", "a.b", "page[size]", "filter", "in", "async", "Self", "body_2", "caller", "body", "a_b", "aB", "_a_b",
];
const HEADERS: &[&str] = &["X-Trace", "X-Class-Name", "x_class_name", "X-Type", "If-Match", "type", "X-4g"];
const RESPONSE_HEADERS: &[&str] =
    &["X-Limit", "x-limit", "X_Limit", "type", "Clone", "From", "ETag", "Content-Type", "4g", "X.Limit", "self"];
#[rustfmt::skip]
const TAGS: &[&str] = &[
    "The group", "types", "client", "mod", "self", "shared", "名称", "type", "Region", "error_code", "a/b", "A B",
    "AB", "con", "NUL", "get_ab",
];
#[rustfmt::skip]
const IDS: &[&str] = &[
    "getThing", "get_thing", "get-thing", "type", "self", "2fast", "new", "Option", "名称", "listThings", "Client", "Call",
    "things.list", "a b", "GetThing", "getThingRequired", "String", "default", "create", "Default", "get_a_b", "get_ab",
    "getAB", "GET-A-B", "_get_ab", "con", "CON", "aux",
];
#[rustfmt::skip]
const VALUES: &[&str] = &[
    "red", "dark-green", "dark_green", "", " ", "10", "self", "Ok", "Err", "None", "Self", "Unknown", "é", "a b", "A B",
    "type", "*", "-1", "1.5", "\"", "\\", "\n", "{}", "null", "a_b", "aB", "ab", "AB",
];
const TEXTS: &[&str] = &[
    "A word.",
    "See [there](./other.md), [x], `Vec<String>` and Vec<String>.",
    "Two\nlines.\n\n- one\n- two\n\n    let indented = 1;\n",
    "```\nlet a = 1;\n```\n\n```rust\npanic!();\n```",
    "<script>alert(1)</script> & <b>bold</b> https://example.com/a?b=c.",
    "*/ // /* \" \\ ' #[test] {} {a} r#\"",
    "中文，说明。\u{202e}right to left\u{202c} \u{200b}\u{feff}",
    "A tab\tand a return\rand a line\u{2028}and a bell\u{7}.",
    "# Heading\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "",
    "*",
    "[a]: b\n\n[a]",
    "1. one\n2. two\n   deeper\n> quoted",
];

impl Maker<'_, '_> {
    pub(super) fn note(&mut self, construct: &'static str) {
        *self.constructs.entry(construct).or_default() += 1;
    }

    pub(super) fn chance(&mut self, of: usize) -> bool {
        self.choices.below(of) == 0
    }

    /// Some items of a list, each once, in random order.
    pub(super) fn some_of(&mut self, all: &[&'static str], count: usize) -> Vec<&'static str> {
        let mut left = all.to_vec();
        let count = count.min(left.len());
        (0..count).map(|_| left.swap_remove(self.choices.below(left.len()))).collect()
    }

    fn components(&mut self) {
        let count = 5 + self.choices.below(8);
        self.planned = self.some_of(SCHEMAS, count);
        for index in 0..count {
            let name = self.planned[index];
            let component = self.component(name, index);
            self.components.push(component);
        }
    }

    /// An existing component.
    fn earlier(&mut self, fits: impl Fn(&Component) -> bool) -> Option<usize> {
        let fitting: Vec<usize> = (0..self.components.len()).filter(|&index| fits(&self.components[index])).collect();
        (!fitting.is_empty()).then(|| self.choices.one_of(&fitting))
    }

    fn component(&mut self, name: &'static str, index: usize) -> Component {
        let mut nullable = false;
        let mut kind = Kind::Other;
        let mut schema = match self.choices.below(14) {
            0 | 1 => {
                kind = Kind::Part;
                self.note("object to be joined");
                let names = self.some_of(MEMBERS, 3);
                let members: Vec<String> = names.iter().map(|name| format!("{name}_{index}")).collect();
                let mut part = self.object(&members, 1);
                if let Some(keys) = part.as_object_mut() {
                    keys.remove("additionalProperties");
                }
                part
            }
            2 | 3 => {
                kind = Kind::Tagged;
                let mut object = self.any_object();
                if object.get("properties").is_none() {
                    object["properties"] = json!({});
                }
                object["properties"]["kind"] = json!({"type": "string"});
                let mut required: Vec<Value> = object["required"].as_array().cloned().unwrap_or_default();
                required.push("kind".into());
                object["required"] = required.into();
                object
            }
            4 => {
                kind = Kind::Scalar;
                self.texts()
            }
            5 => {
                kind = Kind::Scalar;
                self.numbers()
            }
            6 => {
                kind = Kind::Scalar;
                self.note("type around a text or a number");
                let all = [
                    json!({"type": "string"}),
                    json!({"type": "string", "format": "uuid", "maxLength": 36}),
                    json!({"type": "integer", "format": "int32"}),
                    json!({"type": "integer", "minimum": -5, "maximum": i64::MAX}),
                ];
                self.choices.one_of(&all)
            }
            7 => match self.earlier(|_| true) {
                Some(target) => {
                    self.note("list with a name");
                    json!({"type": "array", "items": self.reference_to(target)})
                }
                None => self.any_object(),
            },
            8 => match self.earlier(|_| true) {
                Some(target) => {
                    self.note("map with a name");
                    json!({"type": "object", "additionalProperties": self.reference_to(target)})
                }
                None => self.any_object(),
            },
            9 => match self.earlier(|_| true) {
                Some(target) => {
                    nullable = self.components[target].nullable;
                    kind = if self.components[target].kind == Kind::Scalar { Kind::Scalar } else { Kind::Other };
                    self.note("another name");
                    let reference = self.reference_to(target);
                    if self.chance(2) {
                        return Component { name, kind, nullable, schema: reference };
                    }
                    json!({"allOf": [reference]})
                }
                None => self.any_object(),
            },
            10 => match self.earlier(|component| component.kind == Kind::Part) {
                Some(part) => {
                    self.note("allOf");
                    let mut all = vec![self.reference_to(part)];
                    let other = self.earlier(|component| component.kind == Kind::Part);
                    all.extend(other.map(|other| self.reference_to(other)));
                    let own: Vec<String> = (0..2).map(|member| format!("own {index} {member}")).collect();
                    all.push(self.object(&own, 1));
                    json!({"allOf": all})
                }
                None => self.any_object(),
            },
            11 => self.tagged_union().unwrap_or_else(|| self.any_object()),
            12 => self.union(),
            _ => {
                nullable = true;
                self.note("object that may be null");
                let mut object = self.any_object();
                object["nullable"] = true.into();
                object
            }
        };
        self.describe(&mut schema);
        Component { name, kind, nullable, schema }
    }

    fn describe(&mut self, schema: &mut Value) {
        if self.chance(2) {
            schema["description"] = self.choices.one_of(TEXTS).into();
            self.note("description");
        }
        if self.chance(12) {
            schema["deprecated"] = true.into();
            self.note("deprecated schema");
        }
    }

    fn reference_to(&self, index: usize) -> Value {
        reference(self.components[index].name)
    }

    fn any_object(&mut self) -> Value {
        let count = self.choices.below(6);
        let mut names = self.some_of(MEMBERS, count);
        // In this repository's specification an inline schema may not have the name of its owner.
        names.retain(|name| !(self.own && name.is_empty()));
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        self.object(&names, 2)
    }

    fn object(&mut self, names: &[String], depth: usize) -> Value {
        self.note(if names.is_empty() { "object without members" } else { "object" });
        let mut object = json!({"type": "object"});
        let mut required: Vec<Value> = Vec::new();
        let mut properties = Map::new();
        for name in names {
            let mut member = self.value(depth);
            if member.get("$ref").is_none() {
                self.describe(&mut member);
            }
            properties.insert(name.clone(), member);
            if self.chance(2) {
                required.push(name.as_str().into());
            }
        }
        if !properties.is_empty() {
            object["properties"] = properties.into();
        }
        if !required.is_empty() {
            object["required"] = required.into();
        }
        if depth == 2 && self.chance(6) {
            self.note("members that are called like methods");
            object["properties"]["note"] = json!({"type": "string", "nullable": true});
            object["properties"]["note_null"] = json!({"type": "boolean", "nullable": true});
        }
        match self.choices.below(8) {
            0 => object["additionalProperties"] = false.into(),
            1 => object["additionalProperties"] = true.into(),
            2 => {
                self.note("members that are not described");
                object["additionalProperties"] = self.value(0);
            }
            _ => {}
        }
        object
    }

    /// Any nested schema.
    fn value(&mut self, depth: usize) -> Value {
        let limit = if depth == 0 { 12 } else { 17 };
        match self.choices.below(limit) {
            0 => self.scalar(),
            1..=3 => {
                self.note("reference");
                reference(self.choices.one_of(&self.planned.clone()))
            }
            4 => self.texts(),
            5 => self.numbers(),
            6 => {
                self.note("any JSON");
                json!({})
            }
            7 => {
                self.note("null");
                let mut value = self.scalar();
                value["nullable"] = true.into();
                value
            }
            8 => {
                self.note("enumeration of one value");
                json!({"type": "string", "enum": [self.choices.one_of(VALUES)]})
            }
            9 => {
                self.note("default");
                let all = [
                    json!({"type": "string", "default": "a `b` */"}),
                    json!({"type": "integer", "default": -1}),
                    json!({"type": "boolean", "default": true}),
                    json!({"type": "array", "items": {"type": "number"}, "default": [1.5]}),
                ];
                self.choices.one_of(&all)
            }
            10 | 11 => self.scalar(),
            12 => {
                self.note("list in place");
                let mut list = json!({"type": "array", "items": self.value(depth - 1)});
                if self.chance(3) {
                    list["nullable"] = true.into();
                }
                list
            }
            13 => {
                self.note("object in place");
                let names = self.some_of(&["one", "two", "three", "type", "self"], 2);
                let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
                self.object(&names, depth - 1)
            }
            14 => {
                self.note("map in place");
                json!({"type": "object", "additionalProperties": self.value(depth - 1)})
            }
            15 => self.union(),
            _ => match self.earlier(|_| true) {
                Some(target) => {
                    self.note("reference with words of its own");
                    json!({"allOf": [self.reference_to(target)], "description": self.choices.one_of(TEXTS)})
                }
                None => self.scalar(),
            },
        }
    }

    pub(super) fn scalar(&mut self) -> Value {
        self.note("scalar");
        let all = [
            json!({"type": "string"}),
            json!({"type": "string", "format": "date-time"}),
            json!({"type": "string", "format": "byte"}),
            json!({"type": "string", "format": "password"}),
            json!({"type": "string", "format": "anything", "minLength": 1, "pattern": "^[a-z`\"]+$"}),
            json!({"type": "integer"}),
            json!({"type": "integer", "format": "int32", "minimum": -5, "exclusiveMinimum": true}),
            json!({"type": "integer", "format": "int64", "multipleOf": 5}),
            json!({"type": "number", "maximum": 1e300}),
            json!({"type": "number", "format": "float"}),
            json!({"type": "boolean"}),
        ];
        let mut scalar = self.choices.one_of(&all);
        if self.own && self.chance(3) {
            let unit = match scalar["type"].as_str() {
                Some("integer") => Some(self.choices.one_of(&["unix-seconds", "unix-milliseconds", "bytes"])),
                Some("number") => Some("metres"),
                _ => None,
            };
            if let Some(unit) = unit {
                self.note("unit");
                scalar["x-unit"] = unit.into();
            }
        }
        scalar
    }

    pub(super) fn texts(&mut self) -> Value {
        self.note("enumeration of texts");
        let count = 1 + self.choices.below(8);
        json!({"type": "string", "enum": self.some_of(VALUES, count)})
    }

    fn numbers(&mut self) -> Value {
        self.note("enumeration of numbers");
        let all = [0, 1, -1, 2, 10, -10, i64::MAX, i64::MIN];
        let count = 1 + self.choices.below(all.len());
        json!({"type": "integer", "enum": all[..count]})
    }

    /// Variants with a discriminator.
    fn tagged_union(&mut self) -> Option<Value> {
        let tagged: Vec<usize> =
            (0..self.components.len()).filter(|&index| self.components[index].kind == Kind::Tagged).collect();
        if tagged.len() < 2 {
            return None;
        }
        self.note("oneOf with a discriminator");
        let forms: Vec<Value> = tagged.iter().map(|&index| self.reference_to(index)).collect();
        let mut discriminator = json!({"propertyName": "kind"});
        if self.chance(2) {
            let first = reference(self.components[tagged[0]].name)["$ref"].clone();
            discriminator["mapping"] = json!({"one": first, "another one": first});
        }
        Some(json!({"oneOf": forms, "discriminator": discriminator}))
    }

    /// Variants of different JSON types.
    fn union(&mut self) -> Value {
        self.note("oneOf");
        let all = [
            json!({"type": "string"}),
            json!({"type": "integer", "title": "a b"}),
            json!({"type": "boolean"}),
            json!({"type": "array", "items": {"type": "string"}}),
            json!({"type": "object", "title": "Self", "required": ["a"], "properties": {"a": {"type": "string"}}}),
            json!({"type": "object", "title": if self.own { "other" } else { "self" }, "required": ["b"], "properties": {"b": {}}}),
        ];
        let first = self.choices.below(all.len());
        let mut forms = vec![all[first].clone()];
        forms.extend(
            (1..all.len())
                .filter(|_| self.chance(2))
                .map(|more| all[(first + more) % all.len()].clone())
                .collect::<Vec<_>>(),
        );
        json!({"oneOf": forms})
    }

    fn document(&mut self) -> Value {
        let mut document =
            if self.own { own() } else { json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}}) };
        let count = 1 + self.choices.below(4);
        let ids = self.some_of(IDS, count);
        let tags = self.some_of(TAGS, 3);
        if self.own {
            document["tags"] =
                tags.iter().map(|tag| json!({"name": tag, "description": self.choices.one_of(TEXTS)})).collect();
        }
        let mut paths = Map::new();
        for (index, id) in ids.into_iter().enumerate() {
            let (path, item) = self.item(index, id, &tags);
            paths.insert(path, item);
        }
        document["paths"] = paths.into();
        let schemas: Map<String, Value> =
            self.components.iter().map(|component| (component.name.to_owned(), component.schema.clone())).collect();
        match document["components"]["schemas"].as_object_mut() {
            Some(known) => known.extend(schemas),
            None => document["components"] = json!({"schemas": schemas}),
        }
        document
    }

    fn item(&mut self, index: usize, id: &str, tags: &[&'static str]) -> (String, Value) {
        let count = self.choices.below(6);
        let names = self.some_of(PARAMETERS, count);
        let has_body = self.chance(2);
        let mut path = format!("/p{index}");
        let mut parameters = Vec::new();
        for name in names {
            let in_path = !name.contains(['[', '{']) && self.chance(3);
            if in_path {
                path.push_str(&format!("/{{{name}}}"));
            }
            parameters.push(self.parameter(name, if in_path { "path" } else { "query" }));
        }
        let count = self.choices.below(3);
        for name in self.some_of(HEADERS, count) {
            if !parameters.iter().any(|parameter: &Value| parameter["name"] == name) {
                parameters.push(self.parameter(name, "header"));
            }
        }
        let mut operation = json!({"responses": self.responses()});
        if self.own || !self.chance(4) {
            operation["operationId"] = id.into();
        } else {
            self.note("operation without an id");
        }
        if self.own || self.chance(2) {
            operation["tags"] = json!([self.choices.one_of(tags)]);
        }
        operation["summary"] = self.choices.one_of(TEXTS).into();
        operation["description"] = self.choices.one_of(TEXTS).into();
        if self.chance(6) {
            operation["deprecated"] = true.into();
            self.note("deprecated operation");
        }
        if self.own {
            let classes = [("read", "safe"), ("write", "never"), ("write", "idempotent"), ("physical", "never")];
            let (risk, retry) = self.choices.one_of(&classes);
            operation["x-risk"] = risk.into();
            operation["x-retry"] = retry.into();
            operation["x-source"] = "observed".into();
            if self.chance(2) {
                self.note("operation of a project");
                parameters.push(json!({"$ref": "#/components/parameters/Project"}));
            }
        }
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        let method = if has_body {
            let schema = self.body();
            operation["requestBody"] =
                json!({"required": self.chance(2), "content": {"application/json": {"schema": schema}}});
            self.note("request body");
            if !self.own && self.chance(4) {
                let content = &mut operation["requestBody"]["content"];
                content["application/xml"] = json!({"schema": {"type": "string"}});
                content["image/png"] = json!({"schema": {"type": "string", "format": "binary"}});
                self.note("request body of several media types");
            }
            self.choices.one_of(&["post", "put", "patch", "delete"])
        } else {
            self.choices.one_of(&["get", "delete", "post", "head", "options"])
        };
        self.note("operation");
        (path, json!({method: operation}))
    }

    /// A schema that is not nullable.
    fn body(&mut self) -> Value {
        match self.earlier(|component| !component.nullable) {
            Some(target) if !self.chance(3) => self.reference_to(target),
            _ => self.any_object(),
        }
    }

    fn responses(&mut self) -> Value {
        let schema = self.value(1);
        let response = |schema: Value| json!({"description": "D", "content": {"application/json": {"schema": schema}}});
        if self.own {
            let member = json!({"type": "object", "properties": {"data": schema}});
            let envelope = json!({"$ref": "#/components/schemas/Envelope"});
            let wrapped = if self.chance(4) { envelope } else { json!({"allOf": [envelope, member]}) };
            self.note("envelope");
            return json!({"200": response(wrapped)});
        }
        match self.choices.below(6) {
            5 => {
                self.note("response of several media types");
                let mut found = response(schema);
                let text = json!({"schema": {"type": "string"}});
                for media_type in self.some_of(&["text/csv", "application/xml", "*/*", "text/*", "a/b; c=d", "none"], 2)
                {
                    found["content"][media_type] = text.clone();
                }
                found["content"]["application/problem+json"] = json!({"schema": self.value(1)});
                let mut responses = json!({"200": found});
                if self.chance(2) {
                    responses["201"] = response(self.value(1));
                }
                self.failures(&mut responses);
                responses
            }
            0 => {
                self.note("response without content");
                json!({"204": {"description": "D"}, "4XX": response(json!({}))})
            }
            1 => json!({"default": response(schema)}),
            2 => {
                let mut responses = json!({"200": response(schema), "404": {"description": "D"}});
                self.failures(&mut responses);
                responses
            }
            3 => {
                self.note("successes of several types");
                let text = json!({"description": "D", "content": {"text/plain": {"schema": {"type": "string"}}}});
                let mut responses = json!({"200": response(schema), "202": text, "204": {"description": "D"}});
                if self.chance(2) {
                    responses["2XX"] = response(self.value(1));
                }
                self.failures(&mut responses);
                responses
            }
            _ => {
                let mut found = response(schema);
                found["headers"] = self.headers();
                json!({"200": found, "404": {"description": "D", "headers": self.headers()}})
            }
        }
    }

    /// Adds failures with bodies to some responses: a status, a range, the default.
    fn failures(&mut self, responses: &mut Value) {
        self.note("failure with a body");
        for status in self.some_of(&["400", "404", "418", "500", "4XX", "5XX", "default"], 3) {
            let schema = if self.chance(2) { self.value(1) } else { self.body() };
            let media_type = self.choices.one_of(&["application/json", "application/problem+json", "text/plain"]);
            let mut content = json!({media_type: {"schema": schema}});
            if self.chance(4) {
                content["text/html"] = json!({"schema": {"type": "string"}});
                self.note("failure of several media types");
            }
            responses[status] = json!({"description": self.choices.one_of(TEXTS), "content": content});
            if self.chance(3) {
                responses[status]["headers"] = self.headers();
            }
        }
    }

    fn headers(&mut self) -> Value {
        let names = self.some_of(RESPONSE_HEADERS, 3);
        let mut headers = Map::new();
        for name in names {
            self.note("response header");
            let mut header = json!({"description": self.choices.one_of(TEXTS)});
            match self.choices.below(4) {
                0 => header["schema"] = json!({"type": "array", "items": self.scalar()}),
                1 => header["content"] = json!({"application/json": {"schema": self.value(1)}}),
                2 => header["schema"] = self.texts(),
                _ => header["schema"] = self.value(0),
            }
            if self.chance(2) {
                header["required"] = true.into();
            }
            if self.chance(6) {
                header["deprecated"] = true.into();
            }
            headers.insert(name.to_owned(), header);
        }
        headers.into()
    }

    fn parameter(&mut self, name: &str, location: &'static str) -> Value {
        self.note(match location {
            "path" => "path parameter",
            "header" => "header parameter",
            _ => "query parameter",
        });
        let mut parameter = json!({"name": name, "in": location, "description": self.choices.one_of(TEXTS)});
        let mut schema = match self.choices.below(6) {
            0 => self.texts(),
            1 => self.numbers(),
            2 | 3 => match self.earlier(|component| component.kind == Kind::Scalar) {
                Some(scalar) => self.reference_to(scalar),
                None => json!({"type": "string"}),
            },
            _ => {
                let all = ["string", "integer", "number", "boolean"];
                json!({"type": self.choices.one_of(&all)})
            }
        };
        if location == "query" && self.chance(3) {
            self.note("list in a query");
            schema = json!({"type": "array", "items": schema});
            match self.choices.below(4) {
                0 => parameter["explode"] = false.into(),
                1 => (parameter["style"], parameter["explode"]) = ("spaceDelimited".into(), false.into()),
                2 => (parameter["style"], parameter["explode"]) = ("pipeDelimited".into(), false.into()),
                _ => {}
            }
        }
        if location == "path" || self.chance(2) {
            parameter["required"] = true.into();
        }
        if self.chance(8) {
            parameter["deprecated"] = true.into();
            self.note("deprecated parameter");
        }
        parameter["schema"] = schema;
        parameter
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The common part of documents that follow this repository's rules.
fn own() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1", "description": "D."},
        "servers": [{"url": "https://cn.example.com", "description": "One.", "x-region": "Cn"}],
        "security": [{"key": []}],
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Token"}},
            "parameters": {
                "Project": {"name": "X-Project", "in": "header", "required": true, "x-role": "project", "schema": {"type": "string"}},
            },
            "schemas": {
                "Envelope": {
                    "type": "object",
                    "x-envelope": true,
                    "required": ["code", "message"],
                    "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
                },
            },
        },
    })
}
