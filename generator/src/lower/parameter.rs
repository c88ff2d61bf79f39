//! Parameters: what callers give, and what the client fills in by itself.

use openapiv3::{
    HeaderStyle, Parameter, ParameterData, ParameterSchemaOrContent, PathStyle, QueryStyle, ReferenceOr, Schema,
};
use serde_json::Value;

use super::Lowering;
use super::facts::{constraints, source_note, with_facts};
use super::graph::Use;
use super::keys::{Keys, Slot};
use super::types::fallback;
use crate::Dialect;
use crate::diagnostic::Code;
use crate::docs::documentation;
use crate::document::pointer::PointerRef;
use crate::model::{self, ListStyle, Location, Origin, Primitive, RoleHeader, Roles, Scope, TypeKind, TypeRef};
use crate::spelling::did_you_mean;

/// Headers that OpenAPI describes elsewhere.
const NOT_PARAMETERS: &[&str] = &["accept", "content-type", "authorization"];

/// The parameters of an operation.
#[derive(Debug, Default)]
pub(super) struct Parameters<'d> {
    /// Each with what is written, and where the operation or its path asks for it.
    pub(super) given: Vec<(model::Parameter, &'d ParameterData, &'d ReferenceOr<Schema>, String)>,
    pub(super) scope: Scope,
    pub(super) scope_origin: Option<Origin>,
}

impl<'d> Lowering<'d> {
    /// Those of the path and those of the operation, which replace those of the path.
    pub(super) fn parameters(
        &mut self,
        of_path: &'d [ReferenceOr<Parameter>],
        of_operation: &'d [ReferenceOr<Parameter>],
        path_at: PointerRef<'_>,
        operation_at: PointerRef<'_>,
        (id, module): (&str, &str),
    ) -> Parameters<'d> {
        let mut found: Vec<(&'d Parameter, Origin, String)> = Vec::new();
        for (list, list_at, own) in [(of_path, path_at, false), (of_operation, operation_at, true)] {
            let list_at = list_at.key("parameters");
            let mut seen_here: Vec<((&'static str, &str), usize)> = Vec::new();
            for (index, slot) in list.iter().enumerate() {
                let at = list_at.index(index);
                let Some((parameter, pointer)) = self.resolve(slot, at, "parameters", |all| &all.parameters) else {
                    continue;
                };
                let key = key(parameter);
                if let Some((_, first)) = seen_here.iter().find(|(known, _)| *known == key) {
                    let message = format!("the {} parameter `{}` is listed twice", key.0, key.1);
                    let first = (list_at.index(*first), "first here");
                    self.found.report_with(Code::DuplicateName, at, message, "remove one of them", first);
                    continue;
                }
                seen_here.push((key, index));
                if own {
                    found.retain(|(known, ..)| self::key(known) != key);
                }
                let asked_for = if pointer == at.pointer() { at.key("name").pointer() } else { at.pointer() };
                found.push((parameter, Origin { slot: at.pointer(), node: pointer }, asked_for));
            }
        }
        let mut parameters = Parameters::default();
        for (parameter, origin, asked_for) in found {
            self.parameter(parameter, origin, asked_for, (id, module), &mut parameters);
        }
        parameters
    }

    fn parameter(
        &mut self,
        parameter: &'d Parameter,
        origin: Origin,
        asked_for: String,
        (id, module): (&str, &str),
        parameters: &mut Parameters<'d>,
    ) {
        let at = PointerRef::Base(&origin.node);
        let data = parameter.parameter_data_ref();
        let Some((location, style)) = self.location(parameter, at) else { return };
        let ParameterSchemaOrContent::Schema(schema) = &data.format else {
            let help = "give it a `schema` instead";
            return self.found.report(
                Code::Unsupported,
                at.key("content"),
                "`content` of a parameter is not supported",
                help,
            );
        };
        let (ty, list_style) = self.value(data, schema, (location, style), at, (id, module));
        let role = data.extensions.get("x-role").and_then(Value::as_str);
        if role.is_some() && location != Location::Header {
            let help = "only headers are filled in by the client";
            self.found.report(Code::WrongValue, at.key("x-role"), "`x-role` in a parameter that is no header", help);
        }
        let header = |origin| RoleHeader { name: data.name.clone(), ty: ty.clone(), origin };
        match role {
            Some("request-id") => self.role(|roles| &mut roles.request_id, header(origin)),
            Some("language") => self.role(|roles| &mut roles.language, header(origin)),
            Some(_) => {
                parameters.scope = if data.required { Scope::Project } else { Scope::Either };
                parameters.scope_origin = Some(origin.clone());
                self.role(|roles| &mut roles.project, header(origin));
            }
            None => {
                let parameter = model::Parameter {
                    name: data.name.clone(),
                    origin,
                    field: String::new(),
                    location,
                    required: data.required,
                    deprecated: data.deprecated.unwrap_or_default(),
                    ty,
                    list_style,
                    doc: self.parameter_doc(data, schema),
                };
                parameters.given.push((parameter, data, schema, asked_for));
            }
        }
    }

    /// Where a parameter is sent, and how a list would be written there. None if it is not sent as a parameter.
    fn location(&mut self, parameter: &Parameter, at: PointerRef<'_>) -> Option<(Location, Option<ListStyle>)> {
        let data = parameter.parameter_data_ref();
        let (location, style) = match parameter {
            Parameter::Path { style, .. } => {
                (Location::Path, matches!(style, PathStyle::Simple).then_some(ListStyle::Comma))
            }
            Parameter::Header { style: HeaderStyle::Simple, .. } => (Location::Header, Some(ListStyle::Comma)),
            Parameter::Query { style, .. } => (Location::Query, query_style(style, data.explode)),
            Parameter::Cookie { .. } => {
                let help = "remove it; the client keeps no cookies";
                let message = "parameters in cookies are not supported";
                self.found.report(Code::Unsupported, at.key("in").value(), message, help);
                return None;
            }
        };
        if let Parameter::Query { allow_reserved: true, .. } = parameter {
            let help = "remove it; the client encodes every reserved character";
            self.found.report(Code::Unsupported, at.key("allowReserved"), "`allowReserved` is not supported", help);
        }
        if location == Location::Header && NOT_PARAMETERS.contains(&data.name.to_ascii_lowercase().as_str()) {
            if self.dialect == Dialect::FlightHub {
                let message = format!("OpenAPI ignores a header parameter `{}`", data.name);
                let help = "remove it; `content` and `security` say what it would";
                self.found.report(Code::Unsupported, at.key("name").value(), message, help);
            }
            return None;
        }
        if location == Location::Path && !data.required {
            let message = format!("the path parameter `{}` is not required", data.name);
            let help = "write `required: true`: a path has no optional parts";
            self.found.report(Code::PathParameter, at.key("name").value(), message, help);
        }
        Some((location, style))
    }

    /// The type of a parameter, and how it is written if it is a list.
    fn value(
        &mut self,
        data: &ParameterData,
        schema: &'d ReferenceOr<Schema>,
        (location, style): (Location, Option<ListStyle>),
        at: PointerRef<'_>,
        (id, module): (&str, &str),
    ) -> (TypeRef, Option<ListStyle>) {
        let schema_at = at.key("schema");
        let (ty, nullable) = self.types.slot(Slot::from(schema), schema_at, &format!("{id}_{}", data.name));
        // Null cannot be written there. An optional parameter that others call nullable is left out instead.
        if nullable && (data.required || self.dialect == Dialect::FlightHub) {
            let help = "remove `nullable`; what is left out is not sent";
            self.found.report(Code::Unsupported, schema_at, "a parameter cannot be null", help);
        }
        self.uses.push(Use { module: module.to_owned(), ty: ty.clone(), in_request: true });
        let list_style = match self.scalar_or_list(&ty, 0) {
            Some(false) => None,
            Some(true) if location == Location::Query && style.is_some() => style,
            Some(true) => {
                let help = "supported in the query are `form`, `spaceDelimited` and `pipeDelimited`";
                let how = at.key(if location == Location::Query { "style" } else { "in" });
                self.found.report(
                    Code::Unsupported,
                    how.value(),
                    "a list in this place or style is not supported",
                    help,
                );
                style
            }
            None => {
                let help = "use texts, numbers, booleans, enumerations, and lists of these";
                self.found.report(
                    Code::Unsupported,
                    schema_at.value(),
                    "a parameter of this type is not supported",
                    help,
                );
                None
            }
        };
        if style.is_none() && list_style.is_none() {
            self.found.report(
                Code::Unsupported,
                at.key("style").value(),
                "this style is not supported",
                "leave `style` out",
            );
        }
        (ty, list_style)
    }

    /// A header with a role is the same one in every operation.
    fn role(&mut self, role: impl Fn(&mut Roles) -> &mut Option<RoleHeader>, header: RoleHeader) {
        match role(&mut self.roles) {
            slot @ None => *slot = Some(header),
            Some(known) if known.name == header.name && known.ty == header.ty => {}
            Some(known) => {
                let message = format!("`{}` has the same role in another operation", known.name);
                let help = "use one header for one role, of one type";
                let at = PointerRef::Base(&header.origin.node);
                self.found.report(Code::DuplicateName, at.key("x-role").value(), message, help);
            }
        }
    }

    fn parameter_doc(&self, data: &ParameterData, schema: &'d ReferenceOr<Schema>) -> String {
        let own = data.description.as_deref().map(documentation);
        let (described, facts) = match Slot::from(schema) {
            Slot::Reference(reference) => (self.types.description_of(reference), Vec::new()),
            Slot::Schema(schema) => {
                let keys = Keys::of(schema);
                (schema.schema_data.description.as_deref().map(documentation), constraints(&keys))
            }
        };
        let doc = own.or(described).unwrap_or_else(|| fallback(&data.name));
        with_facts(&doc, &facts, data.extensions.get("x-source"))
    }

    /// Whether a type is a list, or none if it cannot be a parameter.
    fn scalar_or_list(&self, ty: &TypeRef, depth: usize) -> Option<bool> {
        match ty {
            TypeRef::Primitive(Primitive::Json | Primitive::JsonObject | Primitive::Secret | Primitive::Base64) => None,
            TypeRef::Primitive(_) => Some(false),
            TypeRef::List(item) => (self.scalar_or_list(item, depth) == Some(false)).then_some(true),
            TypeRef::Map(_) | TypeRef::Nullable(_) => None,
            TypeRef::Named(id) => match self.types.drafts.get(id.0).map(|draft| &draft.kind) {
                Some(TypeKind::Alias(target)) if depth < 32 => self.scalar_or_list(target, depth + 1),
                // A circle, which is told where it is.
                Some(TypeKind::Alias(_)) => Some(false),
                Some(TypeKind::Newtype(_) | TypeKind::Enum(_)) => Some(false),
                _ => None,
            },
        }
    }

    /// Every `{name}` of a path has its parameter, and every path parameter its `{name}`.
    pub(super) fn check_path(
        &mut self,
        path: &str,
        parameters: &Parameters<'_>,
        path_at: PointerRef<'_>,
        operation_at: PointerRef<'_>,
    ) {
        let mut named: Vec<&str> = Vec::new();
        for part in path.split('{').skip(1) {
            match part.split_once('}') {
                Some((name, _)) if !name.is_empty() && !named.contains(&name) => named.push(name),
                Some((name, _)) => {
                    let message = format!("`{{{name}}}` is empty, or twice in the path");
                    self.found.report(Code::PathParameter, path_at, message, "give every part its own name");
                }
                None => self.found.report(Code::PathParameter, path_at, "a `{` without `}`", "close it"),
            }
        }
        let given = || parameters.given.iter().filter(|(parameter, ..)| parameter.location == Location::Path);
        for name in &named {
            if !given().any(|(parameter, ..)| parameter.name == *name) {
                let message = format!("the path has `{{{name}}}`, and this operation has no such parameter");
                let unused =
                    given().map(|(parameter, ..)| parameter.name.as_str()).filter(|name| !named.contains(name));
                let help = did_you_mean(name, unused, || {
                    format!("add a parameter `{name}` with `in: path` and `required: true`")
                });
                self.found.report_with(Code::PathParameter, operation_at, message, help, (path_at, "the path"));
            }
        }
        for (parameter, .., asked_for) in given() {
            if !named.contains(&parameter.name.as_str()) {
                let message = format!("there is no `{{{}}}` in the path for this parameter", parameter.name);
                let help = did_you_mean(&parameter.name, named.iter().copied(), || {
                    "correct the path, or remove the parameter".to_owned()
                });
                let here = PointerRef::Base(asked_for);
                self.found.report_with(Code::PathParameter, here.value(), message, help, (path_at, "the path"));
            }
        }
    }
}

/// The `x-source` of an operation, in words.
pub(super) fn source_words(source: Option<&Value>) -> Option<String> {
    let source = source?;
    source_note(source).or_else(|| source.as_str().map(|_| "Documented.".to_owned()))
}

fn key(parameter: &Parameter) -> (&'static str, &str) {
    let location = match parameter {
        Parameter::Query { .. } => "query",
        Parameter::Header { .. } => "header",
        Parameter::Path { .. } => "path",
        Parameter::Cookie { .. } => "cookie",
    };
    (location, parameter.parameter_data_ref().name.as_str())
}

fn query_style(style: &QueryStyle, explode: Option<bool>) -> Option<ListStyle> {
    match (style, explode) {
        (QueryStyle::Form, None | Some(true)) => Some(ListStyle::Repeated),
        (QueryStyle::Form, Some(false)) => Some(ListStyle::Comma),
        (QueryStyle::SpaceDelimited, None | Some(false)) => Some(ListStyle::Space),
        (QueryStyle::PipeDelimited, None | Some(false)) => Some(ListStyle::Pipe),
        _ => None,
    }
}
