//! The metadata of an operation for dynamic calls, whose arguments are JSON: the names of the arguments, their
//! locations in a request, and a codec.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, ident, serde_attributes};
use crate::model::{
    Body, EnumValues, ListStyle, Location, Operation, Parameter, Presence, Primitive, Response, Style, TypeKind,
    TypeRef, ValueStyle,
};

/// The argument name of the body.
const BODY: &str = "body";

/// The serde attribute of a parameter, as a field of its operation.
pub(super) fn parameter_attribute(parameter: &Parameter) -> Option<TokenStream> {
    let presence = match (parameter.required, parameter.list_style) {
        (true, _) => Presence::Value,
        (false, Some(_)) => Presence::List,
        (false, None) => Presence::Optional,
    };
    serde_attributes::attribute(&parameter.field, &parameter.argument, Vec::new(), presence, parameter.required)
}

/// The serde attribute of the body, as a field of its operation.
pub(super) fn body_attribute(body: &Body) -> Option<TokenStream> {
    let presence = match (body.required, &body.ty) {
        (true, _) => Presence::Value,
        // Null is a valid body, so it differs from an omitted body.
        (false, TypeRef::Nullable(_)) => Presence::OptionalNullable,
        (false, _) => Presence::Optional,
    };
    let mut extra = Vec::new();
    if body.ty == TypeRef::Primitive(Primitive::Bytes) {
        let module = if body.required { "runtime::base64_body" } else { "runtime::optional_base64_body" };
        extra.push(quote! { with = #module });
    }
    if presence == Presence::Optional {
        extra.push(quote! { default });
    }
    serde_attributes::attribute(&body.field, BODY, extra, presence, body.required)
}

impl Emitter<'_> {
    /// The metadata of an operation for dynamic calls.
    pub(super) fn dynamic(&self, operation: &Operation) -> TokenStream {
        let parameters = operation.parameters.iter().map(|parameter| self.parameter_info(parameter));
        // Not `Self`, which can be a builder whose arguments are incomplete.
        let complete = ident(&operation.type_name);
        let codec = match operation.response {
            Response::Bytes(_) => quote! { bytes },
            _ => quote! { json },
        };
        let parameters: Vec<TokenStream> = parameters.collect();
        let parameters = (!parameters.is_empty()).then(|| quote! { .with_parameters(&[#(#parameters),*]) });
        quote! {
            #parameters
            .with_codec(runtime::Codec::#codec::<#complete>())
        }
    }

    fn parameter_info(&self, parameter: &Parameter) -> TokenStream {
        let name = &parameter.name;
        let location = match parameter.location {
            Location::Path => quote! { path },
            Location::Query => quote! { query },
            Location::Header => quote! { header },
            Location::Cookie => quote! { cookie },
        };
        // A parameter of the path is always required.
        let required =
            (parameter.required && parameter.location != Location::Path).then(|| quote! { .with_required(true) });
        // Only deviations from the default style of the location.
        let style = match parameter.list_style {
            None | Some(ListStyle::Repeated) => quote! {},
            Some(ListStyle::Comma) => quote! { .with_explode(false) },
            Some(ListStyle::Space) => quote! { .with_style("spaceDelimited").with_explode(false) },
            Some(ListStyle::Pipe) => quote! { .with_style("pipeDelimited").with_explode(false) },
        };
        let style = match parameter.value_style {
            // The parameter has `content` instead of a style.
            None | Some(ValueStyle { style: Style::Json, .. }) => style,
            Some(ValueStyle { style, explode, .. }) => {
                let style = style.as_str();
                quote! { .with_style(#style).with_explode(#explode) }
            }
        };
        let schema_type = self.schema_type(&parameter.ty).unwrap_or_default();
        quote! { runtime::ParameterInfo::#location(#name, #schema_type) #required #style }
    }

    /// The `type` in JSON Schema, if all values have the same type.
    fn schema_type(&self, ty: &TypeRef) -> Option<&'static str> {
        match ty {
            TypeRef::Primitive(primitive) => primitive_schema_type(*primitive),
            TypeRef::List(_) => Some("array"),
            TypeRef::Map(_) => Some("object"),
            TypeRef::Nullable(_) => None,
            TypeRef::Named(id) => match &self.api.definition(*id)?.kind {
                TypeKind::Struct(_) => Some("object"),
                TypeKind::Newtype(inner) => primitive_schema_type(*inner),
                TypeKind::Alias(inner) => self.schema_type(inner),
                TypeKind::Enum(enumeration) => match enumeration.values {
                    EnumValues::Text(_) => Some("string"),
                    EnumValues::Integer(_) => Some("integer"),
                },
                TypeKind::Union(_) => None,
            },
        }
    }
}

fn primitive_schema_type(primitive: Primitive) -> Option<&'static str> {
    match primitive {
        Primitive::Boolean => Some("boolean"),
        Primitive::Int32
        | Primitive::Int64
        | Primitive::SecretInteger
        | Primitive::UnixSeconds
        | Primitive::UnixMillis => Some("integer"),
        Primitive::Float | Primitive::Double => Some("number"),
        Primitive::String
        | Primitive::Secret
        | Primitive::Base64
        | Primitive::Bytes
        | Primitive::DateTime
        | Primitive::Binary => Some("string"),
        Primitive::JsonObject => Some("object"),
        Primitive::Json => None,
    }
}
