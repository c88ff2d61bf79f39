//! How responses are read: the output of an operation, its failures by status, and the headers that it documents.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::builder::TypeState;
use super::docs::{self, doc};
use super::operation::{in_brackets, scope_type};
use super::{Emitter, deprecated, ident};
use crate::model::{
    Group, HeaderFormat, MediaTypeEnum, Operation, Response, Status, StatusEnum, StatusVariant, TypedHeader,
};

impl Emitter<'_> {
    /// The implementation of `Operation`, with the types of responses that it requires.
    pub(super) fn implementation(&self, group: &Group, operation: &Operation) -> Vec<TokenStream> {
        let name = ident(&operation.type_name);
        let scope = scope_type(operation.scope);
        let info = self.info(group, operation);
        let state = self.type_state(operation);
        let write = self.write(operation, state.as_ref());
        let (output, read) = self.output(operation);
        let generics = state.as_ref().map(|state| {
            let provided = state.provided();
            quote! { <#(#provided),*> }
        });
        let arguments = in_brackets(state.as_ref().map_or(&[], TypeState::parameters));
        let successes = match &operation.response {
            Response::ByStatus(successes) => Some(self.successes(operation, successes)),
            _ => None,
        };
        let implementation = quote! {
            impl #generics runtime::Operation for #name #arguments {
                type Scope = #scope;
                type Output = #output;

                const INFO: &'static runtime::OperationInfo = #info;

                #write

                fn read(body: runtime::ResponseBody<'_>) -> Result<Self::Output, runtime::ReadError> {
                    #read
                }
            }
        };
        let mut items = vec![implementation];
        if operation.response.is_streamed() {
            items.push(quote! { impl #generics runtime::Streamed for #name #arguments {} });
        }
        items.extend(successes);
        items.extend(operation.failure.as_ref().map(|failures| self.failures(operation, failures)));
        items.extend(self.media_type_enums(operation));
        items.extend(self.typed_headers(operation));
        items
    }

    /// The output of an operation, and the expression that reads it from a body.
    fn output(&self, operation: &Operation) -> (TokenStream, TokenStream) {
        let path = quote! { types };
        match &operation.response {
            Response::Data(ty) | Response::OptionalData(ty) if self.api.is_list(ty) => {
                (self.ty(ty, &path), quote! { body.list() })
            }
            Response::Data(ty) => (self.ty(ty, &path), quote! { body.data() }),
            Response::OptionalData(ty) => {
                let ty = self.ty(ty, &path);
                (quote! { Option<#ty> }, quote! { body.optional_data() })
            }
            Response::Empty => (quote! { () }, quote! { body.empty() }),
            Response::OptionalPlain(ty) => {
                let ty = self.ty(ty, &path);
                (quote! { Option<#ty> }, quote! { body.optional_json() })
            }
            Response::NoContent => (quote! { () }, quote! { body.ignore() }),
            Response::ByStatus(successes) => {
                let name = ident(&successes.type_name);
                (quote! { #name }, match_status(&name, successes, &quote! { body.undocumented() }))
            }
            Response::ByMediaType(contents) => {
                let name = ident(&contents.type_name);
                (quote! { #name }, quote! { #name::read(body) })
            }
            content @ (Response::Plain(_) | Response::Text(_) | Response::Bytes(_)) => {
                let ty = self.content_type(content);
                let read = reading(content);
                (quote! { #ty }, quote! { body.#read() })
            }
        }
    }

    /// The type of a body; `None` without a body.
    fn content_type(&self, response: &Response) -> Option<TokenStream> {
        match response {
            Response::Text(_) => Some(quote! { String }),
            Response::Bytes(_) => Some(quote! { Vec<u8> }),
            Response::ByMediaType(contents) => {
                let name = ident(&contents.type_name);
                Some(quote! { #name })
            }
            response => response.ty().map(|ty| self.ty(ty, &quote! { types })),
        }
    }

    /// The enumeration of successes. It serializes as the value of its variant.
    fn successes(&self, operation: &Operation, successes: &StatusEnum) -> TokenStream {
        let name = ident(&successes.type_name);
        let about = doc(&format!("What [`{}`] returns, by HTTP status.", operation.type_name));
        let variants = successes.variants.iter().map(|variant| {
            let about = doc(&docs::status(variant));
            let bytes = base64_attribute(&variant.response);
            let variant = self.variant(variant);
            quote! { #about #bytes #variant }
        });
        quote! {
            #about
            #[allow(clippy::large_enum_variant)]
            #[derive(Clone, Debug, PartialEq, serde::Serialize)]
            #[serde(untagged)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants,)*
            }
        }
    }

    /// The enumerations of content by media type, each once.
    fn media_type_enums(&self, operation: &Operation) -> Vec<TokenStream> {
        let failures = operation.failure.iter().flat_map(StatusEnum::media_type_enums);
        let mut enums: Vec<&MediaTypeEnum> = Vec::new();
        for contents in operation.response.media_type_enums().chain(failures) {
            if !enums.iter().any(|known| known.type_name == contents.type_name) {
                enums.push(contents);
            }
        }
        enums.into_iter().map(|contents| self.media_type_enum(operation, contents)).collect()
    }

    /// The enumeration of content by media type. It serializes as an object with the media type as the key.
    fn media_type_enum(&self, operation: &Operation, contents: &MediaTypeEnum) -> TokenStream {
        let name = ident(&contents.type_name);
        let about = doc(&format!(
            "The content of a response of [`{}`], by the media type of the response.",
            operation.type_name
        ));
        let variants = contents.variants.iter().map(|variant| {
            let about = doc(&format!("{}.", docs::media_types(variant)));
            let bytes = base64_attribute(&variant.response);
            let media_type = variant.media_types.first();
            let (variant, ty) = (ident(&variant.variant), self.content_type(&variant.response));
            quote! { #about #[serde(rename = #media_type)] #bytes #variant(#ty) }
        });
        let read = contents.variants.iter().map(|variant| {
            let (media_types, ty) = (&variant.media_types, self.content_type(&variant.response));
            let (name, read, method) = (ident(&variant.variant), reading(&variant.response), ident(&variant.method));
            quote! { #(#media_types)|* => #name(#ty) #read #method }
        });
        quote! {
            #about
            #[allow(clippy::large_enum_variant)]
            #[derive(Clone, Debug, PartialEq, serde::Serialize)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants,)*
            }
            runtime::content!(#name { #(#read),* });
        }
    }

    /// The enumeration of failures whose body the document describes.
    fn failures(&self, operation: &Operation, failures: &StatusEnum) -> TokenStream {
        let name = ident(&failures.type_name);
        let operation_type = ident(&operation.type_name);
        let about = doc(&format!(
            "Documented failures of [`{}`], by HTTP status: what [`failure`](runtime::Error::failure) of an error returns.",
            operation.type_name
        ));
        let variants = failures.variants.iter().map(|variant| {
            let about = doc(&docs::status(variant));
            let variant = self.variant(variant);
            quote! { #about #variant }
        });
        let arms = failures.variants.iter().map(|variant| {
            let (status, name) = (status_pattern(variant.status), ident(&variant.variant));
            let read = match &variant.response {
                Response::NoContent => None,
                Response::ByMediaType(contents) => {
                    let content = ident(&contents.type_name);
                    Some(quote! { (#content) })
                }
                response => Some(reading(response)),
            };
            quote! { #status => #name #read }
        });
        quote! {
            #about
            #[allow(clippy::large_enum_variant)]
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants,)*
            }
            runtime::failures!(#name of #operation_type { #(#arms),* });
        }
    }

    /// A variant of an enumeration by status.
    fn variant(&self, variant: &StatusVariant) -> TokenStream {
        let name = ident(&variant.variant);
        let content = self.content_type(&variant.response).map(|ty| quote! { (#ty) });
        quote! { #name #content }
    }

    /// The documented headers of the responses of an operation.
    fn typed_headers(&self, operation: &Operation) -> Option<TokenStream> {
        let typed = operation.headers.as_ref()?;
        let name = ident(&typed.type_name);
        let operation_type = ident(&operation.type_name);
        let about = doc(&format!(
            "Documented headers of the responses of [`{}`]: what [`typed_headers`](runtime::CallResponse::typed_headers) \
             of a response returns, and [`typed_headers`](runtime::Error::typed_headers) of an error.\n\n\
             A method returns an error if the value of its header is of another type, or if a required header is missing.",
            operation.type_name
        ));
        let methods = typed.headers.iter().map(|header| self.header(header));
        Some(quote! {
            #about
            #[derive(Clone, Debug)]
            pub struct #name(runtime::ResponseHeaders);

            impl #name {
                #(#methods)*
            }

            runtime::headers!(#name of #operation_type);
        })
    }

    /// The method that returns a header.
    fn header(&self, header: &TypedHeader) -> TokenStream {
        let about = doc(&docs::header(self.api, header));
        let deprecated = deprecated(header.deprecated);
        let method = ident(&header.method);
        let name = &header.name;
        let ty = self.ty(&header.ty, &quote! { types });
        let (ty, read) = match (header.required, header.format) {
            (true, HeaderFormat::Simple) => (ty, quote! { required }),
            (true, HeaderFormat::Json) => (ty, quote! { required_json }),
            (false, HeaderFormat::Simple) => (quote! { Option<#ty> }, quote! { optional }),
            (false, HeaderFormat::Json) => (quote! { Option<#ty> }, quote! { optional_json }),
        };
        quote! {
            #about
            #deprecated
            pub fn #method(&self) -> Result<#ty, runtime::HeaderError> {
                self.0.#read(#name)
            }
        }
    }
}

/// A `match` on the status that reads the variant of an enumeration. `undocumented` is for a status without a variant.
fn match_status(name: &Ident, statuses: &StatusEnum, undocumented: &TokenStream) -> TokenStream {
    let has_default = statuses.variants.iter().any(|variant| variant.status == Status::Default);
    let otherwise = (!has_default).then(|| quote! { _ => #undocumented, });
    let arms = statuses.variants.iter().map(|variant| arm(name, variant));
    quote! { match body.status() { #(#arms,)* #otherwise } }
}

/// The pattern of a status.
fn status_pattern(status: Status) -> TokenStream {
    match status {
        Status::Code(code) => {
            let code = Literal::u16_unsuffixed(code);
            quote! { #code }
        }
        Status::Range(hundreds) => {
            let first = Literal::u16_unsuffixed(hundreds * 100);
            let last = Literal::u16_unsuffixed(hundreds * 100 + 99);
            quote! { #first..=#last }
        }
        Status::Default => quote! { _ },
    }
}

/// The arm of a `match` on the status that reads a variant of an enumeration.
fn arm(name: &Ident, variant: &StatusVariant) -> TokenStream {
    let pattern = status_pattern(variant.status);
    let of = ident(&variant.variant);
    if variant.response == Response::NoContent {
        return quote! { #pattern => Ok(#name::#of) };
    }
    if let Response::ByMediaType(contents) = &variant.response {
        let content = ident(&contents.type_name);
        return quote! { #pattern => #content::read(body).map(#name::#of) };
    }
    let read = reading(&variant.response);
    quote! { #pattern => body.#read().map(#name::#of) }
}

/// The attribute of a variant that is bytes, which JSON has as base64.
fn base64_attribute(response: &Response) -> Option<TokenStream> {
    matches!(response, Response::Bytes(_))
        .then(|| quote! { #[serde(serialize_with = "runtime::base64_body::serialize")] })
}

/// The runtime's method that decodes a body.
fn reading(response: &Response) -> TokenStream {
    match response {
        Response::Text(_) => quote! { text },
        Response::Bytes(_) => quote! { bytes },
        _ => quote! { json },
    }
}
