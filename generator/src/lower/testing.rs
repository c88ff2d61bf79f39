//! Models of small documents, for the unit tests of this stage: from YAML to a line of text for each part of the model.

use crate::diagnostic::{Code, Diagnostic, Severity, Source};
use crate::document::Document;
use crate::model::{
    Api, Constraints, Docs, EnumValues, Field, Operation, Parameter, Tagging, TypeDefinition, TypeKind, TypeRef,
    ValueStyle,
};
use crate::{Dialect, lower};

/// An OpenAPI 3.0 document with these top-level keys in addition to the required ones.
pub(super) fn text(keys: &str) -> String {
    let paths = if keys.lines().any(|line| line.starts_with("paths:")) { "" } else { "paths: {}\n" };
    format!("openapi: 3.0.3\ninfo: {{title: Test, version: '1'}}\n{paths}{keys}\n")
}

pub(super) fn model(keys: &str) -> Api {
    model_in(Dialect::OpenApi, keys)
}

/// The model of a document in the FlightHub 2 dialect, which reads `x-` keys.
pub(super) fn flighthub_model(keys: &str) -> Api {
    model_in(Dialect::FlightHub, keys)
}

fn model_in(dialect: Dialect, keys: &str) -> Api {
    match lowered(&text(keys), dialect) {
        Ok(api) => api,
        Err(problems) => panic!("{problems:#?}"),
    }
}

/// The warnings about deviations of a third-party document: their pointers and messages.
pub(super) fn recoverable(keys: &str) -> Vec<String> {
    let source = Source::new("test.yaml", text(keys));
    let document = Document::read(&source, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{problems}"));
    let warnings = lower::lower(&document).unwrap_or_else(|problems| panic!("{problems:#?}")).1;
    let mistakes = warnings.iter().filter(|warning| ![Code::UnusedPart, Code::DerivedName].contains(&warning.code));
    mistakes.map(|warning| format!("{}: {}", warning.location.pointer, warning.message)).collect()
}

/// The errors of a third-party document: their pointers and messages.
pub(super) fn problems(keys: &str) -> Vec<String> {
    problems_in(Dialect::OpenApi, keys)
}

/// The errors of a document in the FlightHub 2 dialect: their pointers and messages.
pub(super) fn flighthub_problems(keys: &str) -> Vec<String> {
    problems_in(Dialect::FlightHub, keys)
}

fn problems_in(dialect: Dialect, keys: &str) -> Vec<String> {
    let problems = lowered(&text(keys), dialect).unwrap_err();
    let errors = problems.iter().filter(|problem| problem.severity() == Severity::Error);
    errors.map(|problem| format!("{}: {}", problem.location.pointer, problem.message)).collect()
}

fn lowered(text: &str, dialect: Dialect) -> Result<Api, Vec<Diagnostic>> {
    let source = Source::new("test.yaml", text);
    let document = Document::read(&source, dialect).unwrap_or_else(|problems| panic!("{problems}"));
    lower::lower(&document).map(|(api, _)| api)
}

/// The type of the component `T` of these `components/schemas`.
pub(super) fn component(schemas: &str) -> String {
    let api = model(&format!("components: {{schemas: {schemas}}}"));
    definition(&api, "T")
}

pub(super) fn definition(api: &Api, name: &str) -> String {
    let definition = api.types.iter().find(|definition| definition.name == name).unwrap();
    kind(api, definition)
}

fn kind(api: &Api, definition: &TypeDefinition) -> String {
    match &definition.kind {
        TypeKind::Struct(object) => {
            let mut fields: Vec<String> =
                object.fields.iter().map(|field| self::field(api, definition, field)).collect();
            fields.extend(
                object.additional_properties.iter().map(|more| format!("**{}: {}", more.field, ty(api, &more.ty))),
            );
            format!("{{{}}}", fields.join(", "))
        }
        TypeKind::Enum(values) => match &values.values {
            EnumValues::Text(values) => joined("enum", values, |value| format!("{}={:?}", value.variant, value.value)),
            EnumValues::Integer(values) => joined("enum", values, |value| format!("{}={}", value.variant, value.value)),
        },
        TypeKind::Union(union) => {
            let name = match &union.tagging {
                Tagging::Property(property) => format!("union by {property}"),
                Tagging::Untagged => "union".to_owned(),
                Tagging::MediaType => "one of".to_owned(),
                Tagging::Opaque => "opaque union".to_owned(),
            };
            joined(&name, &union.variants, |variant| {
                let tags = variant.tags.iter().map(|tag| format!("{tag} => ")).collect::<String>();
                format!("{tags}{}({})", variant.variant, ty(api, &variant.ty))
            })
        }
        TypeKind::Newtype(primitive) => format!("newtype {primitive:?}"),
        TypeKind::Alias(target) => format!("= {}", ty(api, target)),
    }
}

fn joined<T>(name: &str, items: &[T], item: impl Fn(&T) -> String) -> String {
    format!("{name}({})", items.iter().map(item).collect::<Vec<_>>().join(", "))
}

fn field(api: &Api, owner: &TypeDefinition, field: &Field) -> String {
    let optional = if field.required { "" } else { "?" };
    let boxed = if api.is_boxed(owner, field) { "box " } else { "" };
    let null = if field.nullable { " or null" } else { "" };
    format!("{}{optional}: {boxed}{}{null}", field.field, ty(api, &field.ty))
}

pub(super) fn ty(api: &Api, ty: &TypeRef) -> String {
    match ty {
        TypeRef::Primitive(primitive) => format!("{primitive:?}"),
        TypeRef::List(item) => format!("[{}]", self::ty(api, item)),
        TypeRef::Map(value) => format!("{{*: {}}}", self::ty(api, value)),
        TypeRef::Nullable(inner) => format!("{} or null", self::ty(api, inner)),
        TypeRef::Named(id) => api.definition(*id).unwrap().name.clone(),
    }
}

/// The only operation of a document.
pub(super) fn operation(api: &Api) -> &Operation {
    api.operations().next().unwrap()
}

pub(super) fn parameter(api: &Api, parameter: &Parameter) -> String {
    let optional = if parameter.required { "" } else { "?" };
    let value_style = parameter.value_style.map(|ValueStyle { style, explode, allow_reserved }| {
        let marks = [(explode, "*"), (allow_reserved, "+")].into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark);
        format!(" {style:?}{}", marks.collect::<String>())
    });
    let style = parameter.list_style.map(|style| format!(" {style:?}")).or(value_style).unwrap_or_default();
    format!("{:?} {}{optional}: {}{style}", parameter.location, parameter.field, ty(api, &parameter.ty))
}

/// The documentation of the component `T`.
pub(super) fn docs(schemas: &str) -> Docs {
    let api = model(&format!("components: {{schemas: {schemas}}}"));
    api.types.into_iter().find(|definition| definition.name == "T").unwrap().docs
}

pub(super) fn constraints(schema: &str) -> Constraints {
    *docs(&format!("{{T: {schema}}}")).constraints.unwrap_or_default()
}
