//! `x-states` and `x-follow`: the final values of a status, and the responses that contain a status that can be polled.
//!
//! In: the keys of enumerations and operations, and the model. Out: states, and the names that the keys refer to, resolved.
//! States are lowered with their enumeration. `x-pagination` and `x-follow` depend on the types of responses, so
//! [`complete`] resolves them after all types are known.

use std::collections::HashMap;

use serde_json::Value;

use super::pagination;
use super::schemas::Types;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::extensions::Risk;
use crate::document::lifecycle::{Follow as Statement, States as Stated};
use crate::document::openapi;
use crate::document::pointer::PointerRef;
use crate::document::schema::Keywords;
use crate::document::vocabulary::{FOLLOW, PAGINATION, STATES};
use crate::document::{Document, Sink};
use crate::model::{
    Api, Field, Follow, Group, Operation, Pagination, Presence, Primitive, Response, States, Struct, TypeKind, TypeRef,
};
use crate::names::{Case, identifier};
use crate::suggest::did_you_mean;

/// The default name of the method that polls a status until it is final.
const FOLLOW_METHOD: &str = "follow";
/// The names of methods that every group has.
const RESERVED_METHODS: &[&str] = &["new", "clone"];

/// The names of methods that `x-pagination` and `x-follow` add to a call. Arguments must not have these names.
pub(super) fn call_names(operation: &openapi::Operation) -> impl Iterator<Item = &'static str> + use<> {
    let pages = operation.pagination.is_some().then_some(["pages", "items"]);
    pages.into_iter().flatten().chain(operation.follow.is_some().then_some("follow"))
}

impl Types<'_> {
    /// The final values of an enumeration, as positions in `values`.
    pub(super) fn states(&mut self, keywords: &Keywords, values: &[&Value], at: PointerRef<'_>) -> Option<States> {
        let Stated { success, failure } = keywords.states.as_ref()?;
        let states_at = at.key(STATES);
        let mut known: HashMap<usize, (&str, usize)> = HashMap::new();
        let mut positions = |key: &'static str, list: &[Value]| {
            let list_at = states_at.key(key);
            let mut found = Vec::new();
            for (index, value) in list.iter().enumerate() {
                let Some(position) = values.iter().position(|known| *known == value) else {
                    let text = value.as_str().unwrap_or_default();
                    let texts = values.iter().filter_map(|value| value.as_str());
                    let help = did_you_mean(text, texts, || "name values that are listed under `enum`".to_owned());
                    let message = format!("{value} is not a value of this enumeration");
                    let enum_at = at.key("enum");
                    let values_at = (enum_at.value(), "the values");
                    if keywords.values.is_empty() {
                        self.sink.report(Code::DanglingRef, list_at.index(index), message, help);
                    } else {
                        self.sink.report_with(Code::DanglingRef, list_at.index(index), message, help, values_at);
                    }
                    continue;
                };
                if let Some((other, first)) = known.insert(position, (key, index)) {
                    let message = format!("{value} is listed twice");
                    let help = "list each final value once, under `success` or under `failure`";
                    let other_at = states_at.key(other);
                    let first = (other_at.index(first), "first here");
                    self.sink.report_with(Code::DuplicateName, list_at.index(index), message, help, first);
                }
                found.push(position);
            }
            found
        };
        let success = positions("success", success);
        let failure = positions("failure", failure);
        Some(States { success, failure })
    }
}

/// Resolves `x-pagination` and `x-follow` of all operations, and reports keys that do not match their operation.
pub(super) fn complete(document: &Document<'_>, api: &mut Api) -> Vec<Diagnostic> {
    let mut resolver = Resolver { document, api, sink: Sink::new(document) };
    let stated: HashMap<String, &openapi::Operation> = document
        .api
        .operations()
        .map(|(_, operation)| operation)
        .filter(|operation| operation.pagination.is_some() || operation.follow.is_some())
        .map(|operation| (document.at(operation.node).pointer(), operation))
        .collect();
    let mut resolved: HashMap<String, (Option<Pagination>, Option<Follow>)> = HashMap::new();
    for group in &resolver.api.groups {
        let mut methods: HashMap<String, String> = HashMap::new();
        for operation in &group.operations {
            let Some(stated) = stated.get(&operation.pointer) else { continue };
            let pages = stated.pagination.as_ref().and_then(|pages| resolver.pagination(operation, pages));
            let follow = stated.follow.as_ref();
            let follow = follow.and_then(|follow| resolver.follow(group, operation, follow, &mut methods));
            resolved.insert(operation.pointer.clone(), (pages, follow));
        }
    }
    resolver.unused_states();
    let problems = resolver.sink.problems;
    for operation in api.groups.iter_mut().flat_map(|group| &mut group.operations) {
        if let Some((pages, follow)) = resolved.remove(&operation.pointer) {
            (operation.pagination, operation.follow) = (pages, follow);
        }
    }
    problems
}

/// Resolves the parameters and properties that `x-pagination` and `x-follow` name.
pub(super) struct Resolver<'a> {
    document: &'a Document<'a>,
    api: &'a Api,
    pub(super) sink: Sink<'a>,
}

impl<'a> Resolver<'a> {
    fn pagination(&mut self, operation: &Operation, statement: &pagination::Statement) -> Option<Pagination> {
        let operation_at = PointerRef::Base(&operation.pointer);
        let at = operation_at.key(PAGINATION);
        self.check_read(operation, at, "its pages cannot be requested one after another");
        let response = self.object(operation, at)?;
        pagination::resolve(self, operation, statement, response, at)
    }

    fn follow(
        &mut self,
        group: &Group,
        operation: &Operation,
        statement: &Statement,
        methods: &mut HashMap<String, String>,
    ) -> Option<Follow> {
        let operation_at = PointerRef::Base(&operation.pointer);
        let at = operation_at.key(FOLLOW);
        self.check_read(operation, at, "it cannot be polled");
        let method_name = self.method(group, statement, at, methods);
        let response = self.object(operation, at)?;
        let status_at = at.key("status");
        let status = self.field(response, &statement.status, status_at)?;
        let state = self.api.resolved(&status.ty);
        let has_states = |ty: &TypeRef| match ty {
            TypeRef::Named(id) => match self.api.definition(*id).map(|definition| &definition.kind) {
                Some(TypeKind::Enum(enumeration)) => enumeration.states.is_some(),
                _ => false,
            },
            _ => false,
        };
        if !has_states(state) {
            let message = format!("`{}` is not an enumeration with `{STATES}`", statement.status);
            let help = format!("name a property whose schema has `enum` and `{STATES}`");
            let field_at = PointerRef::Base(&status.pointer);
            self.sink.report_with(Code::WrongValue, status_at.value(), message, help, (field_at, "the property"));
            return None;
        }
        if self.api.presence(status, false) != Presence::Value {
            let message = format!("`{}` is optional or nullable, so a response can have no state", statement.status);
            let help = "name a property that is required and not nullable";
            let field_at = PointerRef::Base(&status.pointer);
            self.sink.report_with(Code::WrongValue, status_at.value(), message, help, (field_at, "the property"));
            return None;
        }
        let progress = match &statement.progress {
            None => None,
            Some(name) => Some(self.progress(response, name, at.key("progress"))?),
        };
        Some(Follow {
            statement: statement.clone(),
            method_name: method_name?,
            status: status.field.clone(),
            state: state.clone(),
            progress,
        })
    }

    /// The field of the progress, and whether every response contains it.
    fn progress(&mut self, response: &Struct, name: &str, at: PointerRef<'_>) -> Option<(String, bool)> {
        let field = self.field(response, name, at)?;
        let unit = field.docs.constraints.as_ref().and_then(|constraints| constraints.unit);
        if *self.api.resolved(&field.ty) != TypeRef::Primitive(Primitive::Int64) || unit != Some("percent") {
            let message = format!("`{name}` is not a 64-bit integer with `x-unit: percent`");
            let help = "name a property of `type: integer`, `format: int64` and `x-unit: percent`";
            let field_at = PointerRef::Base(&field.pointer);
            self.sink.report_with(Code::WrongValue, at.value(), message, help, (field_at, "the property"));
            return None;
        }
        Some((field.field.clone(), self.api.presence(field, false) == Presence::Value))
    }

    /// The name of the method that follows the status. It is unique in the group.
    fn method(
        &mut self,
        group: &Group,
        statement: &Statement,
        at: PointerRef<'_>,
        methods: &mut HashMap<String, String>,
    ) -> Option<String> {
        let name = statement.name.as_deref().unwrap_or(FOLLOW_METHOD);
        let name_at = at.key("name");
        let here = if statement.name.is_some() { name_at.value() } else { at };
        let of_operations = || group.operations.iter().any(|operation| operation.method_name == name);
        if identifier(name, Case::Snake) != name || RESERVED_METHODS.contains(&name) || of_operations() {
            let message = format!("`{name}` is not a valid method name, or is already in use in its group");
            self.sink.report(Code::DuplicateName, here, message, "set `name` to an unused name in snake case");
            return None;
        }
        if let Some(other) = methods.insert(name.to_owned(), at.pointer()) {
            let message = format!("two operations of the group *{}* have the follow method `{name}`", group.name);
            let other = (PointerRef::Base(&other), "the other one");
            self.sink.report_with(Code::DuplicateName, here, message, "give one of them another `name`", other);
            return None;
        }
        Some(name.to_owned())
    }

    /// Reports an operation that is not a read: only reads may be sent repeatedly.
    fn check_read(&mut self, operation: &Operation, at: PointerRef<'_>, consequence: &str) {
        if operation.risk != Risk::Read {
            let message = format!("`{}` does not have `x-risk: read`: {consequence}", operation.id);
            let operation_at = PointerRef::Base(&operation.pointer);
            let risk_at = operation_at.key("x-risk");
            let help = "remove the key, or correct the risk";
            self.sink.report_with(Code::RiskRetry, at, message, help, (risk_at.value(), "its risk"));
        }
    }

    /// The struct of the response. Reports a response that is not an object, or is optional.
    fn object(&mut self, operation: &Operation, at: PointerRef<'_>) -> Option<&'a Struct> {
        let ty = match &operation.response {
            Response::Data(ty) | Response::Plain(ty) => Some(self.api.resolved(ty)),
            _ => None,
        };
        if let Some(TypeRef::Named(id)) = ty
            && let Some(TypeKind::Struct(object)) = self.api.definition(*id).map(|definition| &definition.kind)
        {
            return Some(object);
        }
        let message = format!("the response of `{}` is not an object, or is optional", operation.id);
        let response_at = PointerRef::Base(&operation.response_ref.slot);
        let help = "describe the response as an object that is neither optional nor nullable, or remove the key";
        self.sink.report_with(Code::Unsupported, at, message, help, (response_at, "its response"));
        None
    }

    /// The property of the response with this name. Reports an unknown name.
    pub(super) fn field<'f>(&mut self, object: &'f Struct, name: &str, at: PointerRef<'_>) -> Option<&'f Field> {
        let found = object.fields.iter().find(|field| field.name == name);
        if found.is_none() {
            let names = object.fields.iter().map(|field| field.name.as_str());
            let help = did_you_mean(name, names, || "name a property of the response".to_owned());
            self.sink.report(Code::DanglingRef, at.value(), format!("the response has no property `{name}`"), help);
        }
        found
    }

    pub(super) fn api(&self) -> &'a Api {
        self.api
    }

    /// Reports `x-states` in schemas without `enum`.
    fn unused_states(&mut self) {
        for (id, schema) in self.document.api.schemas.objects() {
            if schema.keywords.states.is_some() && schema.keywords.values.is_empty() {
                let schema_at = self.document.at(self.document.api.schemas.node(id));
                let message = format!("`{STATES}` without `enum`");
                let help = "list the values under `enum`, or remove the key";
                self.sink.report(Code::Unsupported, schema_at.key(STATES), message, help);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{flighthub_model, flighthub_problems};
    use crate::model::TypeKind;

    /// A FlightHub 2 document with one operation whose response has a status.
    fn document(keys: &str, status: &str, states: &str) -> String {
        document_of("x-risk: read, x-retry: safe", keys, status, states)
    }

    fn document_of(metadata: &str, keys: &str, status: &str, states: &str) -> String {
        let data = "{$ref: '#/components/schemas/Job'}";
        let content = format!(
            "{{application/json: {{schema: {{allOf: [{{$ref: '#/components/schemas/E'}}, \
             {{type: object, properties: {{data: {data}}}}}]}}}}}}"
        );
        format!(
            "paths: {{/a: {{get: {{operationId: getJob, tags: [T], x-client-name: get, {metadata}, {keys}, \
             responses: {{'200': {{description: '', content: {content}}}}}}}}}}}\n\
             tags: [{{name: T, x-client-name: t}}]\n\
             components:\n  schemas:\n    \
             E: {{type: object, x-envelope: true, required: [code, message], properties: {{code: {{type: integer}}, \
             message: {{type: string}}}}}}\n    \
             Job: {{type: object, required: [status, name], properties: {{status: {status}, name: {{type: string}}, \
             maybe: {{$ref: '#/components/schemas/S'}}, \
             done: {{type: integer, format: int64, x-unit: percent}}, count: {{type: integer, format: int64}}}}}}\n    \
             S: {{type: string, enum: [runs, done, failed, gone]{states}}}"
        )
    }

    const STATUS: &str = "{$ref: '#/components/schemas/S'}";
    const STATES: &str = ", x-states: {success: [done], failure: [failed, gone]}";

    #[test]
    fn states_and_following_are_resolved() {
        let text = document("x-follow: {status: status, progress: done}", STATUS, STATES);
        let api = flighthub_model(&text);
        let states = api.types.iter().find_map(|definition| match &definition.kind {
            TypeKind::Enum(enumeration) => enumeration.states.clone(),
            _ => None,
        });
        let states = states.unwrap();
        assert_eq!((states.success, states.failure), (vec![1], vec![2, 3]));
        let follow = api.operations().next().unwrap().follow.clone().unwrap();
        assert_eq!((&*follow.method_name, &*follow.status), ("follow", "status"));
        assert_eq!(follow.progress, Some(("done".to_owned(), false)));
    }

    #[test]
    fn final_values_are_values_of_the_enumeration_and_are_listed_once() {
        let found = |states: &str| flighthub_problems(&document("x-source: documented", STATUS, states));
        let at = "/components/schemas/S/x-states";
        for (states, expected) in [
            (", x-states: {success: [dome]}", format!("{at}/success/0: \"dome\" is not a value of this enumeration")),
            (", x-states: {success: [done, done]}", format!("{at}/success/1: \"done\" is listed twice")),
            (", x-states: {success: [done], failure: [done]}", format!("{at}/failure/0: \"done\" is listed twice")),
            (", x-states: {success: [1]}", format!("{at}/success/0: 1 is not a value of this enumeration")),
        ] {
            assert_eq!(found(states), [expected], "{states}");
        }
        let no_enum = document("x-source: documented", "{type: string, x-states: {success: [a]}}", STATES);
        let expected = "/components/schemas/Job/properties/status/x-states: `x-states` without `enum`";
        assert_eq!(flighthub_problems(&no_enum), [expected]);
    }

    #[test]
    fn an_operation_that_cannot_be_followed_is_reported() {
        let at = "/paths/~1a/get/x-follow";
        for (metadata, follow, status, states, expected) in [
            (
                "x-risk: write, x-retry: never",
                "{status: status}",
                STATUS,
                STATES,
                "`getJob` does not have `x-risk: read`: it cannot be polled".to_owned(),
            ),
            ("", "{status: state}", STATUS, STATES, "/status: the response has no property `state`".to_owned()),
            ("", "{status: name}", STATUS, STATES, "/status: `name` is not an enumeration with `x-states`".to_owned()),
            ("", "{status: status}", STATUS, "", "/status: `status` is not an enumeration with `x-states`".to_owned()),
            (
                "",
                "{status: maybe}",
                STATUS,
                STATES,
                "/status: `maybe` is optional or nullable, so a response can have no state".to_owned(),
            ),
            (
                "",
                "{status: status, progress: count}",
                STATUS,
                STATES,
                "/progress: `count` is not a 64-bit integer with `x-unit: percent`".to_owned(),
            ),
            (
                "",
                "{status: status, progress: nothing}",
                STATUS,
                STATES,
                "/progress: the response has no property `nothing`".to_owned(),
            ),
            (
                "",
                "{status: status, name: get}",
                STATUS,
                STATES,
                "/name: `get` is not a valid method name, or is already in use in its group".to_owned(),
            ),
            (
                "",
                "{status: status, name: Follow}",
                STATUS,
                STATES,
                "/name: `Follow` is not a valid method name, or is already in use in its group".to_owned(),
            ),
        ] {
            let metadata = if metadata.is_empty() { "x-risk: read, x-retry: safe" } else { metadata };
            let text = document_of(metadata, &format!("x-follow: {follow}"), status, states);
            let separator = if expected.starts_with('/') { "" } else { ": " };
            assert_eq!(flighthub_problems(&text), [format!("{at}{separator}{expected}")], "{follow}");
        }
    }
}
