//! Schemas: whether a value fits one, and where in a value its enumerations are.
//!
//! In: schemas of OpenAPI 3.0 and JSON values. Out: what does not fit, in texts without values, since a value can be a
//! secret. Must not know operations or HTTP.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::{Keyword, ValidationError, Validator};
use serde_json::{Map, Value, json};

use super::specification::Schemas;

const PLACE: &str = "#/components/schemas/";
/// The format of an integer, and the keyword that replaces it: formats of JSON Schema apply to strings only.
const INT64: &str = "int64";
/// A string that no enumeration has.
pub(crate) const UNKNOWN_TEXT: &str = "a_value_of_tomorrow";
/// A number that no enumeration has.
pub(crate) const UNKNOWN_NUMBER: i64 = 987_654_321;

/// A schema that is compiled on first use.
#[derive(Debug)]
pub(crate) struct Check {
    schema: Value,
    compiled: OnceLock<Result<Validator, String>>,
}

impl Check {
    pub(crate) fn new(schema: Value) -> Self {
        Self { schema, compiled: OnceLock::new() }
    }

    fn compiled(&self, schemas: &Schemas) -> Result<&Validator, &String> {
        let compile = || {
            let schema = json_schema(&self.schema, schemas);
            let options =
                jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
            let options = options.with_keyword(INT64, |_, _, _| Ok(Box::new(Int64)));
            options.build(&schema).map_err(|error| error.masked().to_string())
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    /// Why the schema itself cannot be used.
    #[cfg(test)]
    pub(crate) fn compile_problem(&self, schemas: &Schemas) -> Option<String> {
        self.compiled(schemas).err().cloned()
    }

    /// Why a value does not fit.
    pub(crate) fn problem(&self, value: &Value, schemas: &Schemas) -> Option<String> {
        let validator = match self.compiled(schemas) {
            Ok(validator) => validator,
            Err(problem) => return Some(format!("the schema cannot be used: {problem}")),
        };
        let error = validator.iter_errors(value).next()?;
        let place = error.instance_path().as_str();
        // The message of the library, without the value.
        let message = error.masked().to_string();
        Some(if place.is_empty() { message } else { format!("{place}: {message}") })
    }

    /// Replaces values of enumerations with values that the schema does not list.
    pub(crate) fn replace_enumerations(&self, value: &mut Value, schemas: &Schemas) {
        replace(&self.schema, value, schemas);
    }
}

/// Whether a number has 64 bits. `minimum` cannot express it: a number below the smallest was rounded to it when it was
/// parsed.
struct Int64;

impl<'i> Keyword<'i> for Int64 {
    fn validate(&self, value: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.is_valid(value) { Ok(()) } else { Err(ValidationError::custom("value does not fit 64 bits")) }
    }

    fn is_valid(&self, value: &'i Value) -> bool {
        let limit = 2f64.powi(63);
        !value.is_number() || value.is_i64() || value.as_f64().is_some_and(|number| number > -limit && number < limit)
    }
}

/// The target of a reference, or of an `allOf` with one entry.
pub(crate) fn resolved<'a>(schema: &'a Value, schemas: &'a Schemas) -> &'a Value {
    let target = schema["$ref"].as_str().and_then(|reference| schemas.get(reference.strip_prefix(PLACE)?));
    let only = schema["allOf"].as_array().filter(|list| list.len() == 1).and_then(|list| list.first());
    match target.or(only) {
        Some(target) => resolved(target, schemas),
        None => schema,
    }
}

fn replace(schema: &Value, value: &mut Value, schemas: &Schemas) {
    if let Some(target) = schema["$ref"].as_str().and_then(|reference| schemas.get(reference.strip_prefix(PLACE)?)) {
        return replace(target, value, schemas);
    }
    if schema["enum"].is_array() {
        match value {
            Value::String(text) => UNKNOWN_TEXT.clone_into(text),
            Value::Number(_) => *value = json!(UNKNOWN_NUMBER),
            _ => {}
        }
        return;
    }
    for several in ["allOf", "oneOf", "anyOf"] {
        schema[several].as_array().into_iter().flatten().for_each(|schema| replace(schema, value, schemas));
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(&schema["items"], item, schemas)),
        Value::Object(members) => {
            for (name, member) in members {
                let known = schema["properties"].get(name);
                if let Some(schema) = known.or_else(|| schema.get("additionalProperties")) {
                    replace(schema, member, schemas);
                }
            }
        }
        _ => {}
    }
}

/// A schema of OpenAPI 3.0 as JSON Schema, with all schemas that it refers to.
fn json_schema(schema: &Value, schemas: &Schemas) -> Value {
    let mut needed = BTreeMap::new();
    let mut root = converted(schema);
    let mut open = references(&root);
    while let Some(name) = open.pop() {
        if let (false, Some(target)) = (needed.contains_key(&name), schemas.get(&name)) {
            let target = converted(target);
            open.extend(references(&target));
            needed.insert(name, target);
        }
    }
    if let Value::Object(members) = &mut root {
        members.insert("$defs".to_owned(), needed.into_iter().collect::<Map<_, _>>().into());
    }
    root
}

/// The names that a converted schema refers to.
fn references(schema: &Value) -> Vec<String> {
    let own = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")).map(str::to_owned);
    let members = schema.as_object().into_iter().flat_map(Map::values);
    let inner = members.chain(schema.as_array().into_iter().flatten()).flat_map(references);
    own.into_iter().chain(inner).collect()
}

/// The same constraints in JSON Schema. Keywords that constrain nothing are omitted.
fn converted(schema: &Value) -> Value {
    // In OpenAPI 3.0 siblings of a reference are ignored.
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix(PLACE)) {
        return json!({"$ref": format!("#/$defs/{name}")});
    }
    let Some(members) = schema.as_object() else {
        // Only `additionalProperties` may be a boolean, which has the same meaning.
        return schema.clone();
    };
    let mut made = Map::new();
    for (key, value) in members {
        let value = match key.as_str() {
            "properties" => {
                let properties = value.as_object().into_iter().flatten();
                properties.map(|(name, schema)| (name.clone(), converted(schema))).collect::<Map<_, _>>().into()
            }
            "items" | "additionalProperties" | "not" => converted(value),
            "allOf" | "oneOf" | "anyOf" => value.as_array().into_iter().flatten().map(converted).collect(),
            "type" if members.get("nullable") == Some(&Value::Bool(true)) => json!([value, "null"]),
            "exclusiveMinimum" | "exclusiveMaximum" | "minimum" | "maximum" => continue,
            "format" if value == INT64 => {
                made.insert(INT64.to_owned(), Value::Bool(true));
                continue;
            }
            "type" | "enum" | "required" | "format" | "pattern" | "minLength" | "maxLength" | "minItems"
            | "maxItems" | "uniqueItems" | "minProperties" | "maxProperties" | "multipleOf" => value.clone(),
            _ => continue,
        };
        made.insert(key.clone(), value);
    }
    limit(members, "minimum", "exclusiveMinimum", &mut made);
    limit(members, "maximum", "exclusiveMaximum", &mut made);
    Value::Object(made)
}

/// In OpenAPI 3.0 a second key, true or false, excludes the limit itself.
fn limit(members: &Map<String, Value>, key: &str, exclusive: &str, made: &mut Map<String, Value>) {
    if let Some(value) = members.get(key) {
        let excluded = members.get(exclusive) == Some(&Value::Bool(true));
        made.insert(if excluded { exclusive } else { key }.to_owned(), value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(schema: Value, value: &Value) -> Option<String> {
        let named = json!({"Short": {"type": "string", "maxLength": 2, "nullable": true}});
        Check::new(schema).problem(value, named.as_object().unwrap())
    }

    #[test]
    fn keywords_of_openapi_are_converted() {
        let nullable = json!({"type": "string", "nullable": true});
        assert_eq!(problem(nullable, &Value::Null), None);
        assert!(problem(json!({"type": "string"}), &Value::Null).is_some());
        let above = json!({"type": "number", "minimum": 0, "exclusiveMinimum": true});
        assert!(problem(above.clone(), &json!(0)).is_some());
        assert_eq!(problem(above, &json!(0.1)), None);
        let from = json!({"type": "number", "minimum": 0, "exclusiveMinimum": false});
        assert_eq!(problem(from, &json!(0)), None);
        let beside = json!({"$ref": "#/components/schemas/Short", "maxLength": 0, "description": "ignored"});
        assert_eq!(problem(beside.clone(), &json!("ab")), None);
        assert_eq!(problem(beside.clone(), &Value::Null), None);
        assert!(problem(beside, &json!("abc")).is_some());
        let long = json!({"type": "integer", "format": "int64"});
        assert!(problem(long.clone(), &json!(1e300)).is_some());
        assert!(problem(long.clone(), &json!(u64::MAX)).is_some());
        let problem_text = problem(long.clone(), &serde_json::from_str("-9223372036854775809").unwrap());
        assert_eq!(problem_text.as_deref(), Some("value does not fit 64 bits"));
        for fitting in [json!(i64::MIN), json!(i64::MAX), json!(7.0)] {
            assert_eq!(problem(long.clone(), &fitting), None, "{fitting}");
        }
        assert!(problem(json!({"type": "string", "format": "uuid"}), &json!("x")).is_some());
    }

    #[test]
    fn problems_contain_no_value() {
        let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"enum": ["x"]}}});
        let problem_text = problem(schema.clone(), &json!({"a": "SECRET"})).unwrap();
        assert!(problem_text.starts_with("/a: ") && !problem_text.contains("SECRET"), "{problem_text}");
        let problem_text = problem(schema, &json!({"b": "SECRET"})).unwrap();
        assert!(problem_text.starts_with("/b: ") && !problem_text.contains("SECRET"), "{problem_text}");
    }
}
