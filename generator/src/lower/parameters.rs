//! Parameters: the arguments of callers, and the headers that the client sets automatically.
//!
//! In: an operation and its path. Out: the parameters that apply to the operation, without the names of their fields.
//! `serialization` decides how their values are written.

use std::collections::{HashMap, HashSet};

use super::Lowering;
use super::docs;
use super::schemas::ANY;
use super::serialization::{ParameterType, value_style};
use crate::diagnostic::Code;
use crate::document::arena::Id;
use crate::document::extensions::HeaderRole;
use crate::document::openapi::{self, Operation, ParameterLocation, PathItem};
use crate::document::pointer::PointerRef;
use crate::document::schema::SchemaId;
use crate::model::{
    Docs, ListStyle, Location, ManagedHeader, ManagedHeaders, Parameter, Scope, SourceRef, TypeRef, UntypedReason,
    ValueStyle,
};

/// Headers that OpenAPI defines with other objects than parameters, in lower case.
const NOT_PARAMETERS: &[&str] = &["accept", "content-type", "authorization"];

/// The parameters of an operation.
#[derive(Debug, Default)]
pub(super) struct Parameters<'d> {
    pub(super) drafts: Vec<ParameterDraft<'d>>,
    pub(super) scope: Scope,
    pub(super) scope_ref: Option<SourceRef>,
}

/// A parameter whose field has no name yet.
#[derive(Debug)]
pub(super) struct ParameterDraft<'d> {
    pub(super) written: &'d openapi::Parameter,
    pub(super) schema: Option<SchemaId>,
    pub(super) location: Location,
    /// The JSON pointer of the reference to the parameter, or of the name of an inline parameter.
    pub(super) named_at: String,
    source_ref: SourceRef,
    ty: TypeRef,
    list_style: Option<ListStyle>,
    value_style: Option<ValueStyle>,
    docs: Docs,
}

impl ParameterDraft<'_> {
    /// Completes the parameter with the name of its field and of its argument.
    pub(super) fn named(self, field: String, argument: &str) -> Parameter {
        Parameter {
            name: self.written.name.clone(),
            argument: argument.to_owned(),
            source_ref: self.source_ref,
            field,
            location: self.location,
            required: self.written.required,
            deprecated: self.written.deprecated,
            ty: self.ty,
            list_style: self.list_style,
            value_style: self.value_style,
            docs: self.docs,
        }
    }
}

/// A parameter, with its use in the operation or path (`slot`) and its definition (`node`).
struct ListedParameter<'d> {
    parameter: &'d openapi::Parameter,
    slot: PointerRef<'d>,
    node: PointerRef<'d>,
    is_reference: bool,
}

impl<'d> Lowering<'d> {
    /// The parameters of an operation: its own, and those of the path that it does not override.
    pub(super) fn parameters(
        &mut self,
        item: &'d PathItem,
        operation: &'d Operation,
        context: (&str, &str),
    ) -> Parameters<'d> {
        let of_path = self.parameter_list(&item.parameters);
        let of_operation = self.parameter_list(&operation.parameters);
        let own: HashSet<_> = of_operation.iter().map(|found| key(found.parameter)).collect();
        let inherited = of_path.into_iter().filter(|found| !own.contains(&key(found.parameter)));
        let mut parameters = Parameters::default();
        for found in inherited.chain(of_operation) {
            self.parameter(found, context, &mut parameters);
        }
        parameters
    }

    fn parameter_list(&mut self, list: &'d [Id<openapi::Parameter>]) -> Vec<ListedParameter<'d>> {
        let mut found = Vec::new();
        let mut seen: HashMap<(ParameterLocation, &str), PointerRef<'d>> = HashMap::new();
        for id in list {
            let slot = self.document.at(self.api.parameters.node(*id));
            let Some((parameter, node)) = self.resolve(&self.api.parameters, *id) else { continue };
            let (location, name) = key(parameter);
            if let Some(first) = seen.get(&(location, name)) {
                let message = format!("the {} parameter `{name}` is listed twice", location.as_str());
                if self.policy.tolerates_mistakes {
                    let (help, effect) = ("remove one of them", "the first is used");
                    self.sink.report_recoverable(Code::DuplicateName, slot, message, help, effect);
                    continue;
                }
                let first = (*first, "first here");
                self.sink.report_with(Code::DuplicateName, slot, message, "remove one of them", first);
                continue;
            }
            seen.insert((location, name), slot);
            let is_reference = self.api.parameters.object(*id).is_none();
            found.push(ListedParameter { parameter, slot, node, is_reference });
        }
        found
    }

    fn parameter(&mut self, listed: ListedParameter<'d>, (id, module): (&str, &str), parameters: &mut Parameters<'d>) {
        let ListedParameter { parameter, slot, node: at, is_reference } = listed;
        let Some(location) = self.location(parameter, at) else { return };
        let media_type = parameter.content.first();
        if parameter.schema.is_none() && (!self.policy.allows_any_parameter || media_type.is_none()) {
            let help = "describe the parameter with `schema` instead";
            let message = "`content` of a parameter is not supported";
            return self.sink.report(Code::Unsupported, at.key("content"), message, help);
        }
        let schema = parameter.schema.or(media_type.and_then(|media_type| media_type.schema));
        let ParameterType { ty, list_style, value_style } = match schema {
            Some(schema) => self.parameter_type(parameter, schema, location, at, id),
            None => {
                self.types.note_untyped(at, UntypedReason::NoSchema);
                ParameterType { ty: ANY, list_style: None, value_style: Some(value_style(parameter)) }
            }
        };
        self.note_use(module, &ty, true);
        let source_ref = SourceRef { slot: slot.pointer(), node: at.pointer() };
        if let Some(role) = parameter.role {
            if location != Location::Header {
                let help = "remove the key, or set `in: header`";
                self.sink.report(Code::WrongValue, at.key("x-role"), "`x-role` is not in a header parameter", help);
            }
            if role == HeaderRole::Project {
                parameters.scope = if parameter.required { Scope::Project } else { Scope::OptionalProject };
                parameters.scope_ref = Some(source_ref.clone());
            }
            return self.manage(role, ManagedHeader { name: parameter.name.clone(), ty, source_ref }, at);
        }
        let named_at = if is_reference { slot.pointer() } else { slot.key("name").pointer() };
        let docs = self.parameter_docs(parameter, schema);
        parameters.drafts.push(ParameterDraft {
            written: parameter,
            schema,
            location,
            named_at,
            source_ref,
            ty,
            list_style,
            value_style,
            docs,
        });
    }

    /// The location of a parameter in the request. `None` if the client does not send it as a parameter.
    fn location(&mut self, parameter: &openapi::Parameter, at: PointerRef<'_>) -> Option<Location> {
        let location = match parameter.location {
            ParameterLocation::Path => Location::Path,
            ParameterLocation::Query => Location::Query,
            ParameterLocation::Header => Location::Header,
            ParameterLocation::Cookie if self.policy.allows_any_parameter => Location::Cookie,
            ParameterLocation::Cookie => {
                let help = "remove the parameter: the client does not send cookies";
                let message = "parameters in cookies are not supported";
                self.sink.report(Code::Unsupported, at.key("in").value(), message, help);
                return None;
            }
        };
        if parameter.allow_reserved && !self.policy.allows_any_parameter {
            let help = "remove the key: the client percent-encodes every reserved character";
            self.sink.report(Code::Unsupported, at.key("allowReserved"), "`allowReserved` is not supported", help);
        }
        if location == Location::Header && NOT_PARAMETERS.contains(&parameter.name.to_ascii_lowercase().as_str()) {
            if self.policy.refuses_unused_keys {
                let message = format!("OpenAPI ignores a header parameter `{}`", parameter.name);
                let help = "remove the parameter: `content` and `security` define this header";
                self.sink.report(Code::Unsupported, at.key("name").value(), message, help);
            }
            return None;
        }
        if location == Location::Path && !parameter.required {
            let message = format!("the path parameter `{}` is not required", parameter.name);
            let help = "write `required: true`: a path has no optional parts";
            self.sink.report(Code::PathParameter, at.key("name").value(), message, help);
        }
        Some(location)
    }

    /// Records a header that the client sets automatically. Reports a header that differs from that of another
    /// operation.
    fn manage(&mut self, role: HeaderRole, header: ManagedHeader, at: PointerRef<'_>) {
        let ManagedHeaders { request_id, language, project } = &mut self.managed_headers;
        let slot = match role {
            HeaderRole::RequestId => request_id,
            HeaderRole::Language => language,
            HeaderRole::Project => project,
        };
        match slot {
            None => *slot = Some(header),
            Some(known) if known.name == header.name && known.ty == header.ty => {}
            Some(known) => {
                let message = format!("`{}` of another operation has this role with another name or type", known.name);
                let help = "use one header with one type for each role";
                self.sink.report(Code::DuplicateName, at.key("x-role").value(), message, help);
            }
        }
    }

    fn parameter_docs(&self, parameter: &openapi::Parameter, schema: Option<SchemaId>) -> Docs {
        let schemas = &self.api.schemas;
        Docs {
            description: parameter.description.clone().or_else(|| docs::description(schemas, schema?)),
            constraints: schema.and_then(|schema| docs::constraints_in_place(schemas, schema)),
            source: parameter.source.clone(),
        }
    }
}

/// The location and the name of a parameter, which identify it.
fn key(parameter: &openapi::Parameter) -> (ParameterLocation, &str) {
    (parameter.location, parameter.name.as_str())
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{flighthub_problems, model, operation, parameter, problems, recoverable};

    fn call(path: &str, parameters: &str) -> String {
        format!("paths:\n  {path}: {{get: {{parameters: [{parameters}], responses: {{'204': {{description: ''}}}}}}}}")
    }

    fn lowered(path: &str, parameters: &str) -> Vec<String> {
        let api = model(&call(path, parameters));
        operation(&api).parameters.iter().map(|known| parameter(&api, known)).collect()
    }

    #[test]
    fn a_parameter_has_its_place_and_its_type() {
        for (written, expected) in [
            ("{name: X-A, in: header, schema: {type: string}}", "Header x_a?: String"),
            ("{name: a, in: query, required: true, schema: {type: integer}}", "Query a: Int64"),
            ("{name: a, in: query, schema: {type: string, nullable: true}}", "Query a?: String"),
            ("{name: a, in: query, schema: {type: string, enum: [x]}}", "Query a?: GetA"),
        ] {
            assert_eq!(lowered("/", written), [expected], "{written}");
        }
    }

    #[test]
    fn a_list_has_its_style() {
        for (style, expected) in [
            ("", "Repeated"),
            (", explode: false", "Comma"),
            (", style: spaceDelimited", "Space"),
            (", style: pipeDelimited", "Pipe"),
        ] {
            let written = format!("{{name: a, in: query, schema: {{type: array, items: {{type: string}}}}{style}}}");
            assert_eq!(lowered("/", &written), [format!("Query a?: [String] {expected}")], "{style}");
        }
    }

    #[test]
    fn path_parameters_have_the_order_of_the_path() {
        let path = |name: &str| format!("{{name: {name}, in: path, required: true, schema: {{type: string}}}}");
        let found = lowered("/{a}/{b}", &format!("{}, {}", path("b"), path("a")));
        assert_eq!(found, ["Path a: String", "Path b: String"]);
    }

    #[test]
    fn a_path_and_its_parameters_fit_together() {
        let written = "{name: b, in: path, required: true, schema: {type: string}}";
        let keys = call("/{a}", written);
        let missing = "/paths/~1{a}/get: the path has `{a}`, and this operation has no such parameter";
        let unknown = "/paths/~1{a}/get/parameters/0/name: the path has no `{b}` for this parameter";
        let found = flighthub_problems(&keys);
        assert!([missing, unknown].iter().all(|message| found.contains(&(*message).to_owned())), "{found:?}");
        assert_eq!(
            recoverable(&keys),
            [format!("{missing}: any string is accepted"), format!("{unknown}: it is ignored")]
        );
        assert_eq!(lowered("/{a}", written), ["Path a: String"]);
    }

    #[test]
    fn unsupported_parameters_are_reported() {
        for (written, expected) in [
            ("{name: a, in: cookie, schema: {}}", "in: parameters in cookies are not supported"),
            ("{name: a, in: query, content: {}}", "content: `content` of a parameter is not supported"),
            ("{name: a, in: query, schema: {type: object}}", "schema: a parameter of this type is not supported"),
            ("{name: a, in: query, style: deepObject, schema: {type: string}}", "style: this style is not supported"),
        ] {
            let expected = format!("/paths/~1a/get/parameters/0/{expected}");
            assert!(flighthub_problems(&call("/a", written)).contains(&expected), "{written}");
        }
    }

    #[test]
    fn a_parameter_of_any_type_has_a_style() {
        let list = "{type: array, items: {type: string}}";
        for (written, expected) in [
            ("in: cookie, schema: {type: string}".to_owned(), "Cookie a?: String Form*"),
            ("in: query, schema: {type: object}".to_owned(), "Query a?: JsonObject Form*"),
            ("in: query, style: deepObject, schema: {type: object}".to_owned(), "Query a?: JsonObject DeepObject"),
            (format!("in: header, schema: {list}"), "Header a?: [String] Simple"),
            (
                format!("in: query, style: pipeDelimited, explode: true, schema: {list}"),
                "Query a?: [String] PipeDelimited*",
            ),
            ("in: query, allowReserved: true, schema: {type: string}".to_owned(), "Query a?: String Form*+"),
            ("in: query, content: {application/json: {schema: {type: integer}}}".to_owned(), "Query a?: Int64 Json"),
            ("in: query, content: {application/json: {}}".to_owned(), "Query a?: Json Json"),
            (
                "in: query, required: true, schema: {type: string, nullable: true}".to_owned(),
                "Query a: String or null Form*",
            ),
            ("in: query, schema: {type: string, format: byte}".to_owned(), "Query a?: Base64 Form*"),
        ] {
            let written = format!("{{name: a, {written}}}");
            assert_eq!(lowered("/", &written), [expected], "{written}");
        }
        for (style, expected) in [("label", "Label"), ("matrix", "Matrix"), ("matrix, explode: true", "Matrix*")] {
            let written = format!("{{name: a, in: path, required: true, style: {style}, schema: {{type: string}}}}");
            assert_eq!(lowered("/{a}", &written), [format!("Path a: String {expected}")], "{style}");
        }
    }

    #[test]
    fn a_circular_reference_is_reported_where_it_is_used() {
        let circle = "A: {$ref: '#/components/parameters/B'}, B: {$ref: '#/components/parameters/A'}";
        let paths = call("/a", "{$ref: '#/components/parameters/A'}");
        let found = problems(&format!("components: {{parameters: {{{circle}}}}}\n{paths}"));
        assert_eq!(found, ["/paths/~1a/get/parameters/0: this reference is circular"]);
    }

    #[test]
    fn a_parameter_of_the_operation_overrides_that_of_the_path() {
        let parameter_of = |ty: &str| format!("{{name: a, in: query, schema: {{type: {ty}}}}}");
        let get =
            format!("get: {{parameters: [{}], responses: {{'204': {{description: ''}}}}}}", parameter_of("integer"));
        let api = model(&format!("paths:\n  /a: {{parameters: [{}], {get}}}", parameter_of("string")));
        assert_eq!(parameter(&api, &operation(&api).parameters[0]), "Query a?: Int64");
    }
}
