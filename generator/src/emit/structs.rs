//! Structs: their fields, constructors and setters. [`super::builder`] has those of types with several required fields.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::{self, doc};
use super::{Emitter, argument, deprecated, ident, required_doc, serde_attributes};
use crate::model::{EnumValues, Field, Presence, Primitive, Struct, TypeDefinition, TypeId, TypeKind, TypeRef};

impl Emitter<'_> {
    /// The type of a field without the layers of [`Presence`].
    fn bare(&self, field: &Field) -> TokenStream {
        self.ty(&field.ty, &quote! { super })
    }

    /// The items of a struct: nested quotes would copy all tokens again.
    pub(super) fn structure(&self, definition: &TypeDefinition, object: &Struct) -> Vec<TokenStream> {
        let about = doc(&docs::structure(self.api, definition, object));
        let name = ident(&definition.name);
        let fields = object.fields.iter().map(|field| self.field(definition, field));
        let additional = object.additional_properties.as_ref().map(|additional| {
            let about = doc("Properties that the schema does not describe, unchanged.");
            let field = ident(&additional.field);
            let ty = match &additional.ty {
                TypeRef::Primitive(Primitive::Json) => quote! { runtime::JsonObject },
                ty => {
                    let ty = self.ty(ty, &quote! { super });
                    quote! { std::collections::BTreeMap<String, #ty> }
                }
            };
            quote! { #about #[serde(flatten)] pub #field: #ty, }
        });
        let constructor = self.constructor_of(definition, object);
        let json_text = definition.is_string_content.then(|| self.json_text_methods(&name));
        // Without a field that has one value only: its enumeration has no default.
        let has_default = object.fields.iter().all(|field| {
            self.api.const_value(field).is_none() && !self.api.is_required_argument(field, definition.is_input)
        });
        let default = has_default.then(|| quote! { Default, });
        let lenient = object.additional_properties.as_ref().filter(|_| object.is_lenient).map(|additional| {
            let field = ident(&additional.field);
            quote! { , lenient #field }
        });
        let mut items = vec![quote! {
            #about
            #[derive(Clone, Debug, #default PartialEq, serde::Serialize, serde::Deserialize)]
            #[serde(remote = "Self")]
            #[non_exhaustive]
            pub struct #name {
                #(#fields,)*
                #additional
            }
            runtime::object!(#name #lenient);
        }];
        items.extend(constructor);
        items.extend(json_text);
        items
    }

    fn field(&self, owner: &TypeDefinition, field: &Field) -> TokenStream {
        let about = doc(&docs::field(self.api, field));
        let name = ident(&field.field);
        let ty = self.held(owner, field);
        let presence = self.api.presence(field, owner.is_input);
        let serde = serde_attributes::attribute(&field.field, &field.name, Vec::new(), presence, field.required);
        quote! { #about #serde pub #name: #ty }
    }

    /// The type of a field, with all layers of [`Presence`].
    pub(super) fn held(&self, owner: &TypeDefinition, field: &Field) -> TokenStream {
        let bare = self.bare(field);
        let ty = if self.api.is_boxed(owner, field) {
            quote! { Box<#bare> }
        } else {
            bare
        };
        match self.api.presence(field, owner.is_input) {
            Presence::Value | Presence::List | Presence::RequiredList => ty,
            Presence::Nullable | Presence::Optional => quote! { Option<#ty> },
            Presence::OptionalNullable => quote! { Option<Option<#ty>> },
        }
    }

    /// The value of an optional field that is not set.
    pub(super) fn omitted(&self, owner: &TypeDefinition, field: &Field) -> TokenStream {
        match self.api.presence(field, owner.is_input) {
            Presence::List | Presence::RequiredList => quote! { Vec::new() },
            _ => quote! { None },
        }
    }

    /// The fields that a caller may set: neither required fields nor fields with a constant value.
    pub(super) fn optional_fields<'o>(&self, definition: &TypeDefinition, object: &'o Struct) -> Vec<&'o Field> {
        let is_optional = |field: &&Field| {
            self.api.const_value(field).is_none() && !self.api.is_required_argument(field, definition.is_input)
        };
        object.fields.iter().filter(is_optional).collect()
    }

    /// The value of a field with a constant value.
    pub(super) fn constant(&self, field: &Field) -> Option<TokenStream> {
        let (constant, variant) = self.only_value(self.api.const_value(field)?)?;
        Some(quote! { super::#constant::#variant })
    }

    /// The methods that encode a value to a JSON string and decode it.
    fn json_text_methods(&self, name: &Ident) -> TokenStream {
        quote! {
            impl #name {
                /// Encodes this value as a JSON string, for string properties with this content.
                ///
                /// # Errors
                /// The value contains a number that is not finite, which JSON cannot express.
                pub fn to_json_text(&self) -> Result<String, runtime::SerializeError> {
                    runtime::private::to_json_string(self)
                }

                /// Decodes a value from a JSON string.
                ///
                /// # Errors
                /// The string is not JSON, or does not match this type.
                pub fn from_json_text(text: &str) -> Result<Self, runtime::ReadError> {
                    runtime::private::from_json_str(text)
                }
            }
        }
    }

    /// The constructor `new` with all required fields, and a method for each optional field. A type that is only received
    /// has no such methods, which would be most of the code of a client: callers set its public fields. It has `Default`
    /// if no field is required.
    fn constructor_of(&self, definition: &TypeDefinition, object: &Struct) -> Option<TokenStream> {
        if let Some(builder_name) = &definition.builder_name {
            return Some(self.builder_of(definition, object, builder_name));
        }
        let name = ident(&definition.name);
        let required: Vec<&Field> = self.api.required_fields(definition, object).collect();
        let values = object.fields.iter().map(|field| self.initial(definition, field, required.len()));
        let additional = object.additional_properties.as_ref().map(|additional| {
            let field = ident(&additional.field);
            quote! { #field: Default::default(), }
        });
        let about = doc("Creates a value with all required fields.");
        let literal = quote! { Self { #(#values,)* #additional } };
        let constant = object.fields.iter().any(|field| self.api.const_value(field).is_some());
        // Where the default is not derived, it fills in the fields that have one value only.
        let default = (required.is_empty() && constant).then(|| {
            quote! {
                impl Default for #name {
                    fn default() -> Self {
                        #literal
                    }
                }
            }
        });
        if !definition.is_constructed || required.is_empty() && !definition.is_input {
            return default;
        }
        let (constructor, extra) = match (required.as_slice(), &definition.required_name) {
            ([], _) => (quote! { pub fn new() -> Self { Self::default() } }, default),
            (_, Some(required_name)) => {
                let required_type = ident(required_name);
                let about = required_doc(&definition.name);
                let fields = required.iter().map(|field| {
                    let about = doc(&docs::field(self.api, field));
                    let name = ident(&field.field);
                    let ty = self.given(definition, field);
                    quote! { #about pub #name: #ty }
                });
                (
                    quote! { pub fn new(required: #required_type) -> Self { #literal } },
                    Some(quote! {
                        #about
                        #[derive(Clone, Debug, PartialEq)]
                        pub struct #required_type {
                            #(#fields,)*
                        }
                    }),
                )
            }
            ([only, ..], None) => {
                let field = ident(&only.field);
                let ty = argument(&self.given(definition, only));
                (quote! { pub fn new(#field: #ty) -> Self { #literal } }, None)
            }
        };
        let optional = if definition.is_input { self.optional_fields(definition, object) } else { Vec::new() };
        let setters = optional.iter().map(|field| self.setter(definition, field));
        Some(quote! {
            impl #name {
                #about
                #[must_use]
                #constructor
                #(#setters)*
            }
            #extra
        })
    }

    /// The argument type of a required field.
    pub(super) fn given(&self, owner: &TypeDefinition, field: &Field) -> TokenStream {
        let bare = self.bare(field);
        if self.api.presence(field, owner.is_input) == Presence::Nullable {
            quote! { Option<#bare> }
        } else {
            bare
        }
    }

    /// The value of a field in `new`.
    fn initial(&self, owner: &TypeDefinition, field: &Field, required: usize) -> TokenStream {
        let name = ident(&field.field);
        if let Some(value) = self.constant(field) {
            return quote! { #name: #value };
        }
        if !self.api.is_required_argument(field, owner.is_input) {
            let value = self.omitted(owner, field);
            return quote! { #name: #value };
        }
        let argument = if required > 1 {
            quote! { required.#name }
        } else {
            quote! { #name.into() }
        };
        match (self.api.is_boxed(owner, field), self.api.presence(field, owner.is_input)) {
            (true, Presence::Nullable) if required > 1 => quote! { #name: #argument.map(Box::new) },
            (true, Presence::Nullable) => {
                let ty = self.given(owner, field);
                quote! { #name: Into::<#ty>::into(#name).map(Box::new) }
            }
            (true, _) => quote! { #name: Box::new(#argument) },
            _ => quote! { #name: #argument },
        }
    }

    fn only_value(&self, id: TypeId) -> Option<(Ident, Ident)> {
        let definition = self.api.definition(id)?;
        let TypeKind::Enum(enumeration) = &definition.kind else { return None };
        let variant = match &enumeration.values {
            EnumValues::Text(values) => &values.first()?.variant,
            EnumValues::Integer(values) => &values.first()?.variant,
        };
        Some((ident(&definition.name), ident(variant)))
    }

    pub(super) fn setter(&self, owner: &TypeDefinition, field: &Field) -> TokenStream {
        let about = doc(&docs::field(self.api, field));
        let name = ident(&field.field);
        let ty = argument(&self.bare(field));
        let value = if self.api.is_boxed(owner, field) {
            quote! { Box::new(#name.into()) }
        } else {
            quote! { #name.into() }
        };
        let presence = self.api.presence(field, owner.is_input);
        let value = match presence {
            Presence::List | Presence::RequiredList | Presence::Value => value,
            Presence::Nullable | Presence::Optional => quote! { Some(#value) },
            Presence::OptionalNullable => quote! { Some(Some(#value)) },
        };
        let deprecated = deprecated(field.deprecated);
        let null_setter = field.null_setter.as_deref().filter(|_| presence == Presence::OptionalNullable);
        let null = null_setter.map(|method| {
            let method = ident(method);
            let about = doc(&format!("Sends null for `{}`, which is not the same as omitting it.", field.name));
            quote! {
                #about
                #[must_use]
                pub fn #method(mut self) -> Self {
                    self.#name = Some(None);
                    self
                }
            }
        });
        quote! {
            #about
            #deprecated
            #[must_use]
            pub fn #name(mut self, #name: #ty) -> Self {
                self.#name = #value;
                self
            }
            #null
        }
    }
}
