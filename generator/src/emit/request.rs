//! The request of an operation: the code that writes its parameters by their styles, and its body.

use proc_macro2::TokenStream;
use quote::quote;

use super::builder::TypeState;
use super::{Emitter, ident};
use crate::model::{
    Body, Encoding, JSON, ListStyle, Location, Operation, Parameter, Primitive, Style, TypeRef, ValueStyle,
};

impl Emitter<'_> {
    /// The method `write` of an operation, unless it writes nothing.
    pub(super) fn write(self, operation: &Operation, state: Option<&TypeState>) -> Option<TokenStream> {
        // A required value of a builder is stored in a field of generic type.
        let required_value = |parameter: &Parameter| {
            let field = ident(&parameter.field);
            if state.is_some() && parameter.is_required_argument() {
                quote! { self.#field.provided_ref() }
            } else {
                quote! { &self.#field }
            }
        };
        let writes = operation.parameters.iter().map(|parameter| {
            let wire = &parameter.name;
            let field = ident(&parameter.field);
            if parameter.is_accept() {
                return quote! { request.accept_chosen(self.#field.as_ref()); };
            }
            if let Some(style) = parameter.value_style {
                return write_value(parameter, style, required_value(parameter));
            }
            match (parameter.location, parameter.list_style, parameter.required) {
                (Location::Path, ..) => quote! { request.path(#wire, &self.#field); },
                (Location::Query, Some(style), _) => {
                    let style = list_style(style);
                    let value = required_value(parameter);
                    quote! { request.query_list(#wire, #value, runtime::ListStyle::#style); }
                }
                (Location::Query, None, true) => {
                    let value = required_value(parameter);
                    quote! { request.query(#wire, #value); }
                }
                (Location::Query, None, false) => quote! { request.query(#wire, self.#field.as_ref()); },
                (Location::Header, _, true) => {
                    let value = required_value(parameter);
                    quote! { request.header(#wire, #value); }
                }
                (Location::Header, _, false) => quote! { request.header(#wire, self.#field.as_ref()); },
                // Every cookie has a style.
                (Location::Cookie, ..) => TokenStream::new(),
            }
        });
        let body = operation.body.as_ref().map(|body| write_body(body, &self.ty(&body.ty, &quote! { types })));
        let accept = Some(&operation.accept).filter(|accept| *accept != JSON);
        let accept = accept.map(|accept| quote! { request.accept(#accept); });
        (!is_unit(operation) || accept.is_some()).then(|| {
            quote! {
                fn write(&self, request: &mut runtime::RequestParts) {
                    #accept
                    #(#writes)*
                    #body
                }
            }
        })
    }
}

/// Adds the body, which has the type `ty`, to a request.
fn write_body(body: &Body, ty: &TokenStream) -> TokenStream {
    let field = ident(&body.field);
    if let Encoding::Choice(choices) = &body.encoding {
        let arms = choices.iter().map(|choice| {
            let variant = ident(&choice.variant);
            // Null is also a body.
            let value = if choice.is_nullable {
                quote! { Some(body) }
            } else {
                quote! { body }
            };
            let write = write_encoded(&choice.encoding, &value, choice.is_bytes);
            let pattern = quote! { #ty::#variant(body) };
            let pattern = if body.required {
                pattern
            } else {
                quote! { Some(#pattern) }
            };
            quote! { #pattern => { #write } }
        });
        let none = (!body.required).then(|| quote! { None => {} });
        return quote! { match &self.#field { #(#arms)* #none } };
    }
    let value = match (body.required, &body.ty) {
        // Null is also a body.
        (true, TypeRef::Nullable(_)) => quote! { Some(&self.#field) },
        (true, _) => quote! { &self.#field },
        (false, _) => quote! { self.#field.as_ref() },
    };
    write_encoded(&body.encoding, &value, body.ty == TypeRef::Primitive(Primitive::Bytes))
}

/// Adds a value to a request as its body. `is_bytes` distinguishes bytes from text.
fn write_encoded(encoding: &Encoding, value: &TokenStream, is_bytes: bool) -> TokenStream {
    match encoding {
        Encoding::Json => quote! { request.body(#value); },
        Encoding::JsonOf(media_type) => quote! { request.json(#value, #media_type); },
        Encoding::Form => quote! { request.form(#value); },
        Encoding::StyledForm(styles) => {
            let (names, styles): (Vec<_>, Vec<_>) =
                styles.iter().map(|(name, style)| (name, value_style(*style))).unzip();
            quote! { request.form_styled(#value, &[#((#names, #styles)),*]); }
        }
        Encoding::Multipart { media_type, types, .. } => {
            let (names, types): (Vec<_>, Vec<_>) = types.iter().map(|(name, ty)| (name, ty)).unzip();
            quote! { request.multipart(#value, #media_type, &[#((#names, #types)),*]); }
        }
        Encoding::Raw(media_type) if is_bytes => quote! { request.binary(#value, #media_type); },
        Encoding::Raw(media_type) => quote! { request.raw(#value, #media_type); },
        Encoding::File => quote! { request.binary(#value, "application/octet-stream"); },
        // `write_body` writes each variant.
        Encoding::Choice(_) => TokenStream::new(),
    }
}

/// Writes a parameter of any type into a request.
fn write_value(parameter: &Parameter, style: ValueStyle, required: TokenStream) -> TokenStream {
    let (wire, field) = (&parameter.name, ident(&parameter.field));
    let style = value_style(style);
    let value = match (parameter.required, &parameter.ty) {
        // Null is not sent.
        (true, TypeRef::Nullable(_)) => quote! { Some(#required) },
        (true, _) => required.clone(),
        (false, _) => quote! { self.#field.as_ref() },
    };
    match parameter.location {
        Location::Path => quote! { request.path_value(#wire, #required, #style); },
        Location::Query => quote! { request.query_value(#wire, #value, #style); },
        Location::Header => quote! { request.header_value(#wire, #value, #style); },
        Location::Cookie => quote! { request.cookie_value(#wire, #value, #style); },
    }
}

fn value_style(ValueStyle { style, explode, allow_reserved }: ValueStyle) -> TokenStream {
    let style = match style {
        Style::Simple => quote! { Simple },
        Style::Matrix => quote! { Matrix },
        Style::Label => quote! { Label },
        Style::Form => quote! { Form },
        Style::SpaceDelimited => quote! { SpaceDelimited },
        Style::PipeDelimited => quote! { PipeDelimited },
        Style::DeepObject => quote! { DeepObject },
        Style::Json => quote! { Json },
    };
    let reserved = allow_reserved.then(|| quote! { .with_reserved() });
    quote! { runtime::ValueStyle::new(runtime::Style::#style, #explode)#reserved }
}

/// Whether an operation has no arguments at all.
fn is_unit(operation: &Operation) -> bool {
    operation.parameters.is_empty() && operation.body.is_none()
}

fn list_style(style: ListStyle) -> TokenStream {
    match style {
        ListStyle::Repeated => quote! { Repeated },
        ListStyle::Comma => quote! { Comma },
        ListStyle::Space => quote! { Space },
        ListStyle::Pipe => quote! { Pipe },
    }
}
