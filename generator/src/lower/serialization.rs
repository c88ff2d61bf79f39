//! The serialization of parameters.
//!
//! In: a parameter with its location and its schema. Out: its type, and the style in which its value is written to the
//! path, the query, a header or a cookie. Styles that the client cannot write are reported.

use super::Lowering;
use super::media_type::{essence, is_json};
use super::schemas::Kind;
use crate::diagnostic::Code;
use crate::document::openapi::{Parameter, ParameterLocation, Style};
use crate::document::pointer::PointerRef;
use crate::document::schema::SchemaId;
use crate::model::{ListStyle, Location, Primitive, TypeKind, TypeRef, ValueStyle};

/// The type of a parameter and its serialization.
pub(super) struct ParameterType {
    pub(super) ty: TypeRef,
    pub(super) list_style: Option<ListStyle>,
    pub(super) value_style: Option<ValueStyle>,
}

impl<'d> Lowering<'d> {
    /// The type of a parameter and its serialization.
    pub(super) fn parameter_type(
        &mut self,
        parameter: &'d Parameter,
        schema: SchemaId,
        location: Location,
        at: PointerRef<'_>,
        id: &str,
    ) -> ParameterType {
        let style = list_style(parameter);
        let schema_at = self.types.at(schema);
        let (ty, nullable) = self.types.type_of(schema, &format!("{id}_{}", parameter.name));
        let is_list = self.is_list(&ty);
        let is_plain = is_list == Some(false) || (is_list == Some(true) && location == Location::Query);
        let is_styled = !is_plain
            || style.is_none()
            || location == Location::Cookie
            || parameter.schema.is_none()
            || parameter.allow_reserved
            || (nullable && parameter.required)
            || (is_list == Some(false) && matches!(parameter.style, Style::Matrix | Style::Label));
        if is_styled && self.policy.allows_any_parameter {
            // Null is not sent. If the parameter is required, callers can pass null to omit it.
            let ty = ty.or_null(nullable && parameter.required);
            return ParameterType { ty, list_style: None, value_style: Some(value_style(parameter)) };
        }
        // This serialization has no null. Callers omit an optional parameter instead.
        if nullable && (parameter.required || !self.policy.allows_loose_schemas) {
            let help = "remove `nullable`: callers omit an optional parameter instead";
            self.sink.report(Code::Unsupported, schema_at, "a parameter cannot be null", help);
        }
        let list_style = match is_list {
            Some(false) => None,
            Some(true) if location == Location::Query && style.is_some() => style,
            Some(true) => {
                let help = "use `form`, `spaceDelimited` or `pipeDelimited` in the query";
                let how = at.key(if location == Location::Query { "style" } else { "in" });
                let message = "a list in this location or style is not supported";
                self.sink.report(Code::Unsupported, how.value(), message, help);
                style
            }
            None => {
                let help = "use a string, a number, a boolean, an enumeration, or a list of these";
                let message = "a parameter of this type is not supported";
                self.sink.report(Code::Unsupported, schema_at.value(), message, help);
                None
            }
        };
        if style.is_none() && list_style.is_none() {
            let help = "remove `style`";
            self.sink.report(Code::Unsupported, at.key("style").value(), "this style is not supported", help);
        }
        ParameterType { ty, list_style, value_style: None }
    }

    /// Whether a type is a list. `None` for a type that is neither a single string on the wire nor a list of those.
    pub(super) fn is_list(&self, ty: &TypeRef) -> Option<bool> {
        match self.resolved(ty) {
            TypeRef::Primitive(
                Primitive::Json
                | Primitive::JsonObject
                | Primitive::Secret
                | Primitive::SecretInteger
                | Primitive::Base64
                | Primitive::Binary,
            ) => None,
            TypeRef::Primitive(_) => Some(false),
            TypeRef::List(item) => (self.is_list(item) == Some(false)).then_some(true),
            TypeRef::Map(_) | TypeRef::Nullable(_) => None,
            TypeRef::Named(id) => match self.types.drafts.get(id.0).map(|draft| &draft.kind) {
                // A circular alias; `usage` reports it.
                Some(Kind::Type(TypeKind::Newtype(_) | TypeKind::Enum(_) | TypeKind::Alias(_))) => Some(false),
                _ => None,
            },
        }
    }
}

/// The serialization of a parameter that is neither a single string nor a plain list in the query.
pub(super) fn value_style(parameter: &Parameter) -> ValueStyle {
    let is_json = parameter.content.first().is_some_and(|media_type| is_json(&essence(&media_type.name)));
    let style = if is_json { Style::Json } else { parameter.style };
    let explode = parameter.explode.unwrap_or(style == Style::Form);
    ValueStyle { style, explode, allow_reserved: parameter.allow_reserved }
}

/// The serialization of a list with the style of a parameter; `None` for a style that is not supported for plain lists.
fn list_style(parameter: &Parameter) -> Option<ListStyle> {
    match (parameter.location, parameter.style, parameter.explode) {
        (ParameterLocation::Path | ParameterLocation::Header, Style::Simple, _) => Some(ListStyle::Comma),
        (ParameterLocation::Query, Style::Form, None | Some(true)) => Some(ListStyle::Repeated),
        (ParameterLocation::Query, Style::Form, Some(false)) => Some(ListStyle::Comma),
        (ParameterLocation::Query, Style::SpaceDelimited, None | Some(false)) => Some(ListStyle::Space),
        (ParameterLocation::Query, Style::PipeDelimited, None | Some(false)) => Some(ListStyle::Pipe),
        _ => None,
    }
}
