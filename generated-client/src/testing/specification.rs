//! The specification as a server needs it.
//!
//! In: the text of the YAML. Out: operations with their paths, parameters, bodies, responses and examples. What it cannot
//! interpret is an error and never ignored. Must not know the generator or the client: they and the server check each
//! other, and tests cannot find a mistake that both share.

use std::collections::BTreeSet;
use std::io;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::schema::{Check, resolved};

const TEXT: &str = include_str!("../api/specification.yaml");
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const JSON: &str = "application/json";

/// Schemas by their names.
pub(crate) type Schemas = Map<String, Value>;

/// The operations and schemas of the API.
#[derive(Debug)]
pub(crate) struct Specification {
    pub(crate) operations: Vec<OperationSpec>,
    pub(crate) schemas: Schemas,
    /// Names of members that hold a secret somewhere.
    pub(crate) secrets: BTreeSet<String>,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct OperationSpec {
    pub(crate) id: String,
    /// In upper case.
    pub(crate) method: String,
    pub(crate) segments: Vec<Segment>,
    pub(crate) parameters: Vec<ParameterSpec>,
    /// The header of the token, if the operation needs one.
    pub(crate) token_header: Option<String>,
    pub(crate) body: Option<BodySpec>,
    pub(crate) response: Check,
    /// Examples of the successful response, in the order of the text.
    pub(crate) examples: Vec<(String, Value)>,
}

/// A part of a path between two slashes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Literal(String),
    Parameter(String),
}

/// One parameter.
#[derive(Debug)]
pub(crate) struct ParameterSpec {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    /// Its value is the id of the project.
    pub(crate) is_project: bool,
    /// Its value is the id of the request. It may be empty, which only its description states: OpenAPI has no key for it.
    pub(crate) is_request_id: bool,
    pub(crate) kind: Kind,
    pub(crate) list: Option<List>,
    pub(crate) check: Check,
}

/// The location of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// The type of a parameter, or of each item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
}

/// How a query has the items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Repeated,
    Joined(char),
}

/// The body of a request.
#[derive(Debug)]
pub(crate) struct BodySpec {
    pub(crate) required: bool,
    pub(crate) check: Check,
}

impl Specification {
    /// The specification that is embedded in this crate.
    pub(crate) fn embedded() -> io::Result<&'static Self> {
        static EMBEDDED: OnceLock<Result<Specification, String>> = OnceLock::new();
        let read = EMBEDDED.get_or_init(|| Self::read(TEXT));
        read.as_ref().map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem.clone()))
    }

    fn read(text: &str) -> Result<Self, String> {
        // The order of examples matters, and only this representation keeps it.
        let ordered: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        let document = serde_json::to_value(&ordered).map_err(|error| error.to_string())?;
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
        let mut secrets = BTreeSet::new();
        schemas.values().for_each(|schema| secret_members(schema, &mut secrets));
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    let names = example_names(&ordered, path, method);
                    let read = Reader { document: &document, schemas: &schemas, path, item, operation, names };
                    operations.push(read.operation(method).map_err(|problem| format!("{method} {path}: {problem}"))?);
                }
            }
        }
        Ok(Self { operations, schemas, secrets })
    }

    /// An operation by its id.
    pub(crate) fn find(&self, id: &str) -> Option<&OperationSpec> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

/// The names of the properties that hold a secret.
fn secret_members(schema: &Value, found: &mut BTreeSet<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if property["format"] == "password" {
            found.insert(name.clone());
        }
    }
    let inner = schema.as_object().into_iter().flat_map(Map::values);
    let inner = inner.chain(schema.as_array().into_iter().flatten());
    inner.for_each(|value| secret_members(value, found));
}

fn example_names(document: &serde_yaml::Value, path: &str, method: &str) -> Vec<String> {
    let keys = ["paths", path, method, "responses", "200", "content", JSON, "examples"];
    let found = keys.iter().try_fold(document, |value, key| value.get(*key));
    let names = found.and_then(serde_yaml::Value::as_mapping).into_iter().flat_map(serde_yaml::Mapping::keys);
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

struct Reader<'a> {
    document: &'a Value,
    schemas: &'a Schemas,
    path: &'a str,
    item: &'a Value,
    operation: &'a Value,
    names: Vec<String>,
}

impl Reader<'_> {
    fn operation(&self, method: &str) -> Result<OperationSpec, String> {
        let operation = self.operation;
        let id = operation["operationId"].as_str().ok_or("operationId is missing")?;
        let response = self.target(&operation["responses"]["200"])?;
        let response = response["content"].get(JSON).ok_or("the response is no JSON")?;
        let mut examples = Vec::new();
        for name in &self.names {
            let example = self.target(&response["examples"][name])?;
            examples.push((name.clone(), example["value"].clone()));
        }
        if examples.is_empty() {
            return Err("the response has no example".to_owned());
        }
        Ok(OperationSpec {
            id: id.to_owned(),
            method: method.to_ascii_uppercase(),
            segments: segments(self.path),
            parameters: self.parameters()?,
            token_header: self.token_header()?,
            body: self.body()?,
            response: Check::new(response["schema"].clone()),
            examples,
        })
    }

    /// The target of a reference, or the value itself.
    fn target<'v>(&'v self, value: &'v Value) -> Result<&'v Value, String> {
        match value["$ref"].as_str() {
            None => Ok(value),
            Some(reference) => reference
                .strip_prefix('#')
                .and_then(|pointer| self.document.pointer(pointer))
                .ok_or_else(|| format!("{reference} has no target")),
        }
    }

    fn token_header(&self) -> Result<Option<String>, String> {
        let security = self.operation.get("security").or_else(|| self.document.get("security"));
        let needed = security.and_then(Value::as_array).into_iter().flatten();
        let names: Vec<&String> = needed.filter_map(Value::as_object).flat_map(Map::keys).collect();
        let [name] = names.as_slice() else {
            return if names.is_empty() { Ok(None) } else { Err("several tokens are required".to_owned()) };
        };
        let scheme = &self.document["components"]["securitySchemes"][name.as_str()];
        match (scheme["type"].as_str(), scheme["in"].as_str(), scheme["name"].as_str()) {
            (Some("apiKey"), Some("header"), Some(header)) => Ok(Some(header.to_ascii_lowercase())),
            _ => Err("the token is not in a header of its own".to_owned()),
        }
    }

    fn parameters(&self) -> Result<Vec<ParameterSpec>, String> {
        let lists = [&self.item["parameters"], &self.operation["parameters"]];
        let mut found: Vec<ParameterSpec> = Vec::new();
        for parameter in lists.into_iter().filter_map(Value::as_array).flatten() {
            let parameter = self.parameter(self.target(parameter)?)?;
            // A parameter of the operation replaces that of its path.
            found.retain(|known| known.name != parameter.name || known.place != parameter.place);
            found.push(parameter);
        }
        for segment in segments(self.path) {
            if let Segment::Parameter(name) = segment
                && !found.iter().any(|known| known.place == Place::Path && known.name == name)
            {
                return Err(format!("`{name}` of the path is not described"));
            }
        }
        Ok(found)
    }

    fn parameter(&self, parameter: &Value) -> Result<ParameterSpec, String> {
        let name = parameter["name"].as_str().ok_or("a parameter has no name")?;
        let unknown = |what: &str| format!("`{name}` has {what} that this server cannot interpret");
        let place = match parameter["in"].as_str() {
            Some("path") => Place::Path,
            Some("query") => Place::Query,
            Some("header") => Place::Header,
            _ => return Err(unknown("a place")),
        };
        let schema = resolved(&parameter["schema"], self.schemas);
        let (list, item) = if schema["type"] == "array" {
            let repeated = parameter["explode"].as_bool();
            let list = match (place, parameter["style"].as_str().unwrap_or("form")) {
                (Place::Query, "form") if repeated.unwrap_or(true) => List::Repeated,
                (Place::Query, "form") => List::Joined(','),
                (Place::Query, "spaceDelimited") if !repeated.unwrap_or(false) => List::Joined(' '),
                (Place::Query, "pipeDelimited") if !repeated.unwrap_or(false) => List::Joined('|'),
                _ => return Err(unknown("a style")),
            };
            (Some(list), resolved(&schema["items"], self.schemas))
        } else {
            (None, schema)
        };
        let kind = match item["type"].as_str() {
            Some("string") => Kind::Text,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Boolean,
            _ => return Err(unknown("a type")),
        };
        Ok(ParameterSpec {
            // Names of headers are case-insensitive.
            name: if place == Place::Header { name.to_ascii_lowercase() } else { name.to_owned() },
            place,
            required: parameter["required"] == true,
            is_project: parameter["x-role"] == "project",
            is_request_id: parameter["x-role"] == "request-id",
            kind,
            list,
            check: Check::new(parameter["schema"].clone()),
        })
    }

    fn body(&self) -> Result<Option<BodySpec>, String> {
        let Some(body) = self.operation.get("requestBody") else { return Ok(None) };
        let body = self.target(body)?;
        let schema = body["content"].get(JSON).ok_or("the body is no JSON")?["schema"].clone();
        Ok(Some(BodySpec { required: body["required"] == true, check: Check::new(schema) }))
    }
}

fn segments(path: &str) -> Vec<Segment> {
    let parts = path.trim_start_matches('/').split('/');
    let read = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some(name) => Segment::Parameter(name.to_owned()),
        None => Segment::Literal(part.to_owned()),
    };
    parts.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_the_catalogue_is_read_and_every_schema_compiles() {
        let specification = Specification::embedded().unwrap();
        let mut read: Vec<&str> = specification.operations.iter().map(|operation| operation.id.as_str()).collect();
        let mut known: Vec<&str> = crate::OPERATIONS.iter().map(|info| info.id).collect();
        read.sort_unstable();
        known.sort_unstable();
        assert_eq!(read, known);
        for operation in &specification.operations {
            let parameters = operation.parameters.iter().map(|parameter| &parameter.check);
            let body = operation.body.iter().map(|body| &body.check);
            for check in parameters.chain(body).chain([&operation.response]) {
                assert_eq!(check.compile_problem(&specification.schemas), None, "{}", operation.id);
            }
            for (name, example) in &operation.examples {
                let problem = operation.response.problem(example, &specification.schemas);
                assert_eq!(problem, None, "{}: {name}", operation.id);
            }
        }
    }

    #[test]
    fn examples_keep_their_order() {
        let specification = Specification::embedded().unwrap();
        let operation = specification.find("getDeviceState").unwrap();
        let names: Vec<&str> = operation.examples.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["getDeviceState_dock", "getDeviceState_aircraft"]);
    }

    #[test]
    fn unknown_styles_are_errors() {
        let changed = TEXT.replacen("style: form", "style: deepObject", 1);
        assert_ne!(changed, TEXT);
        assert!(Specification::read(&changed).unwrap_err().contains("a style"));
    }
}
