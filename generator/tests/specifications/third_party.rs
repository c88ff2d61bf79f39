//! Constructs that only third-party documents may have: credentials, servers, forms and bytes as bodies, styles of
//! parameters, references to any place, schemas that describe a property twice.
//!
//! In: choices, and a document without these. Out: the document with some of them, still valid.

use serde_json::{Map, Value, json};

use super::valid::Maker;

/// Names of security schemes.
const SCHEMES: &[&str] = &["key", "api_key", "Api-Key", "type", "self", "名称", "a b", "token"];

/// Names of parts and fields of a form, besides those of the schemas.
const PARTS: &[&str] = &["file", "type", "self", "a b", "名称", "new", "data", "FILE"];

impl Maker<'_, '_> {
    /// Adds constructs to each operation, and to the document.
    pub(super) fn add_constructs(&mut self, document: &mut Value) {
        self.special_schemas(document);
        let schemes = self.security_schemes(document);
        if self.chance(2) {
            document["servers"] = self.servers();
        }
        let paths = std::mem::take(document["paths"].as_object_mut().unwrap_or(&mut Map::new()));
        let mut changed = Map::new();
        for (mut path, mut item) in paths {
            if self.chance(6) {
                item["servers"] = self.servers();
            }
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                if method == "servers" {
                    continue;
                }
                if self.chance(6) {
                    operation["servers"] = self.servers();
                }
                if !schemes.is_empty() && self.chance(2) {
                    operation["security"] = self.security(&schemes);
                }
                let more = self.parameters(&mut path);
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                operation["parameters"] = parameters.into_iter().chain(more).collect();
                if operation.get("requestBody").is_some() && !self.chance(4) {
                    operation["requestBody"]["content"] = self.content();
                }
            }
            changed.insert(path, item);
        }
        document["paths"] = changed.into();
    }

    /// Adds components, some of which refer to others, or to a place within them.
    fn special_schemas(&mut self, document: &mut Value) {
        let all = [
            (
                "property described twice",
                json!({"allOf": [
                    {"type": "object", "properties": {"a": {"type": "string", "maxLength": 5}, "b": {"type": "integer"}}},
                    {"properties": {"a": {"type": "string", "minLength": 1}, "b": {"type": "number", "maximum": 3}}, "required": ["b"]},
                ]}),
            ),
            (
                "allOf of texts",
                json!({"allOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["b", "c"]}]}),
            ),
            (
                "properties for one direction",
                json!({"type": "object", "required": ["id", "secret"], "properties": {
                    "id": {"type": "string", "readOnly": true}, "secret": {"type": "string", "writeOnly": true},
                }}),
            ),
            ("enumeration of mixed values", json!({"enum": [1, "one", 1.5, true, null]})),
            ("enumeration of booleans", json!({"type": "boolean", "enum": [true]})),
            ("enumeration with a default", json!({"type": "string", "enum": ["a", "b"], "default": "b"})),
            (
                "discriminator without oneOf",
                json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}, "discriminator": {"propertyName": "kind"}}),
            ),
            ("required property that is not described", json!({"type": "object", "required": ["hidden", "self"]})),
            (
                "anyOf",
                json!({"anyOf": [{"type": "string"}, {"type": "object", "properties": {"a": {"type": "string"}}}]}),
            ),
            (
                "properties beside oneOf",
                json!({"type": "object", "properties": {"a": {"type": "string"}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}),
            ),
            (
                "octets in JSON",
                json!({"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}),
            ),
        ];
        let mut added = Map::new();
        for (index, (construct, schema)) in all.iter().enumerate() {
            if !self.chance(3) {
                continue;
            }
            self.note(construct);
            let name = format!("Special {index}");
            if *construct == "discriminator without oneOf" {
                let base = json!({"$ref": format!("#/components/schemas/{name}")});
                let own = json!({"type": "object", "properties": {"more": {"type": "integer"}}});
                added.insert(format!("{name} more"), json!({"allOf": [base, own]}));
            }
            added.insert(name, schema.clone());
        }
        if added.contains_key("Special 0") && self.chance(2) {
            self.note("reference to a place within a component");
            added.insert("Deep".to_owned(), json!({"$ref": "#/components/schemas/Special%200/allOf/0/properties/a"}));
        }
        // So that operations use them.
        let properties: Map<String, Value> =
            added.keys().map(|name| (name.clone(), json!({"$ref": format!("#/components/schemas/{name}")}))).collect();
        added.insert("Specials".to_owned(), json!({"type": "object", "properties": properties}));
        if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
            schemas.extend(added);
        }
    }

    fn security_schemes(&mut self, document: &mut Value) -> Vec<&'static str> {
        let count = self.choices.below(5);
        let names = self.some_of(SCHEMES, count);
        let mut schemes = Map::new();
        for name in &names {
            let all = [
                ("key in a header", json!({"type": "apiKey", "in": "header", "name": "X-Key"})),
                ("key in a query", json!({"type": "apiKey", "in": "query", "name": "key"})),
                ("key in a cookie", json!({"type": "apiKey", "in": "cookie", "name": "session"})),
                ("basic", json!({"type": "http", "scheme": "basic"})),
                ("bearer", json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})),
                (
                    "OAuth 2",
                    json!({"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://example.com/t", "scopes": {"read": "R."}}}}),
                ),
                ("OpenID Connect", json!({"type": "openIdConnect", "openIdConnectUrl": "https://example.com/c"})),
            ];
            let (construct, scheme) = self.choices.one_of(&all);
            self.note(construct);
            schemes.insert((*name).to_owned(), scheme);
        }
        if names.is_empty() {
            return names;
        }
        document["components"]["securitySchemes"] = schemes.into();
        document["security"] = self.security(&names);
        names
    }

    /// One scheme, one of several, several at once, or none.
    fn security(&mut self, schemes: &[&'static str]) -> Value {
        let one = |name: &str| json!({name: []});
        let (first, last) = (schemes[0], schemes[schemes.len() - 1]);
        match self.choices.below(5) {
            0 => json!([]),
            1 => json!([{}, one(first)]),
            2 => {
                self.note("one of several credentials");
                schemes.iter().map(|name| one(name)).collect()
            }
            3 if first != last => {
                self.note("two credentials at once");
                json!([{first: [], last: []}, one(first)])
            }
            _ => json!([one(last)]),
        }
    }

    fn servers(&mut self) -> Value {
        self.note("servers");
        let all = [
            json!({"url": "https://example.com"}),
            json!({"url": "https://example.com/base/", "description": "D.*/"}),
            json!({"url": "https://{host}.example.com:{port}/v1", "variables": {
                "host": {"default": "api", "enum": ["api", "test"]}, "port": {"default": "443", "description": "P."},
            }}),
            json!({"url": "/v2"}),
        ];
        let first = self.choices.one_of(&all);
        if self.chance(2) { json!([first]) } else { json!([first, self.choices.one_of(&all)]) }
    }

    /// Parameters of all styles. Those of the path become part of it.
    fn parameters(&mut self, path: &mut String) -> Vec<Value> {
        let flat = json!({"type": "object", "properties": {"role": {"type": "string"}, "age": {"type": "integer"}}, "required": ["age"]});
        let list = json!({"type": "array", "items": {"type": "integer"}});
        let all = [
            ("object in a query", "query", json!({"schema": flat})),
            ("deepObject", "query", json!({"schema": flat, "style": "deepObject", "explode": true})),
            (
                "map in a query",
                "query",
                json!({"schema": {"type": "object", "additionalProperties": {"type": "string"}}}),
            ),
            (
                "JSON in a query",
                "query",
                json!({"content": {"application/json": {"schema": {"type": "object", "properties": {"a": list}}}}}),
            ),
            ("union in a query", "query", json!({"schema": {"oneOf": [{"type": "string"}, {"type": "integer"}]}})),
            ("list in a header", "header", json!({"schema": list})),
            ("object in a header", "header", json!({"schema": flat, "explode": true})),
            ("cookie", "cookie", json!({"schema": {"type": "string"}})),
            ("list in a path", "path", json!({"schema": list})),
            ("label", "path", json!({"schema": list, "style": "label", "explode": true})),
            ("matrix", "path", json!({"schema": flat, "style": "matrix"})),
            ("matrix with each value", "path", json!({"schema": list, "style": "matrix", "explode": true})),
            ("parameter of any JSON", "query", json!({"schema": {}})),
        ];
        let mut parameters = Vec::new();
        for (index, (construct, location, mut parameter)) in all.into_iter().enumerate() {
            if !self.chance(6) {
                continue;
            }
            self.note(construct);
            let name = format!("special{index}");
            parameter["name"] = name.as_str().into();
            parameter["in"] = location.into();
            if location == "path" || self.chance(3) {
                parameter["required"] = true.into();
            }
            if location == "path" {
                path.push_str(&format!("/{{{name}}}"));
            }
            parameters.push(parameter);
        }
        parameters
    }

    /// The content of a request that is not JSON, or not only.
    fn content(&mut self) -> Value {
        match self.choices.below(5) {
            0 => {
                self.note("body of octets");
                json!({"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}})
            }
            1 => {
                self.note("body of text");
                json!({"text/plain": {"schema": {"type": "string"}}})
            }
            2 => {
                self.note("body of any media type");
                json!({"*/*": {}})
            }
            3 => {
                self.note("form");
                let mut form = json!({"application/x-www-form-urlencoded": {"schema": self.form(false)}});
                if self.chance(3) {
                    form["application/json"] = json!({"schema": {"$ref": "#/components/schemas/Specials"}});
                }
                form
            }
            _ => {
                self.note("multipart form");
                let schema = self.form(true);
                let mut encoding = Map::new();
                for name in schema["properties"].as_object().into_iter().flat_map(Map::keys) {
                    if self.chance(2) {
                        self.note("encoding");
                        let types = ["image/png, image/jpeg", "application/json", "text/plain"];
                        encoding.insert(name.clone(), json!({"contentType": self.choices.one_of(&types)}));
                    }
                }
                json!({"multipart/form-data": {"schema": schema, "encoding": encoding}})
            }
        }
    }

    fn form(&mut self, has_files: bool) -> Value {
        let count = 1 + self.choices.below(4);
        let mut properties = Map::new();
        let mut required: Vec<Value> = Vec::new();
        for name in self.some_of(PARTS, count) {
            let property = match self.choices.below(if has_files { 6 } else { 3 }) {
                0 => self.scalar(),
                1 => self.texts(),
                2 => json!({"type": "array", "items": {"type": "string"}}),
                3 => json!({"type": "string", "format": "binary"}),
                4 => json!({"type": "array", "items": {"type": "string", "format": "binary"}}),
                _ => json!({"$ref": "#/components/schemas/Specials"}),
            };
            properties.insert(name.to_owned(), property);
            if self.chance(2) {
                required.push(name.into());
            }
        }
        let mut form = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            form["required"] = required.into();
        }
        form
    }
}
