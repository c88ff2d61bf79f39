//! Types: structs, enumerations, unions, identifiers and aliases.

use proc_macro2::{Literal, Spacing, TokenStream, TokenTree};
use quote::quote;

use super::docs::{self, doc};
use super::{Emitter, argument, bare, deprecated, ident, primitive_type, required_doc, serde_attributes, use_runtime};
use crate::model::{
    Api, Enum, EnumValue, EnumValues, Field, Presence, Primitive, Struct, Tagging, TypeDefinition, TypeKind,
    TypeModule, TypeRef, Union, Variant,
};

/// `types.rs`, which re-exports all types.
pub(super) fn root(modules: &[TypeModule]) -> TokenStream {
    let modules: Vec<_> = modules.iter().map(|module| ident(&module.name)).collect();
    quote! {
        #![doc = " Types of requests and responses."]
        #(mod #modules;)*
        #(pub use #modules::*;)*
    }
}

impl<'a> Emitter<'a> {
    pub(super) fn types(self, module: &'a TypeModule) -> impl Iterator<Item = TokenStream> + 'a {
        let definitions = module.types.iter().filter_map(move |id| Some(self.definition(self.api.definition(*id)?)));
        let use_runtime = definitions.clone().any(names_runtime).then(use_runtime);
        use_runtime.into_iter().chain(definitions)
    }

    fn definition(&self, definition: &TypeDefinition) -> TokenStream {
        match &definition.kind {
            TypeKind::Struct(object) => self.structure(definition, object),
            TypeKind::Enum(values) => self.enumeration(definition, values),
            TypeKind::Union(union) => self.union(definition, union),
            TypeKind::Newtype(primitive) => self.newtype(definition, *primitive),
            TypeKind::Alias(ty) => {
                let about = doc(&docs::value(self.api, &definition.schema_name, &definition.docs));
                let name = ident(&definition.name);
                let ty = self.ty(ty, &quote! { super });
                quote! { #about pub type #name = #ty; }
            }
        }
    }

    fn newtype(&self, definition: &TypeDefinition, primitive: Primitive) -> TokenStream {
        let about = doc(&docs::value(self.api, &definition.schema_name, &definition.docs));
        let name = ident(&definition.name);
        let inner = primitive_type(primitive);
        let implementation = match primitive {
            Primitive::String => quote! { runtime::text_newtype!(#name); },
            _ => quote! { runtime::integer_newtype!(#name: #inner); },
        };
        let copy = (primitive != Primitive::String).then(|| quote! { Copy, });
        quote! {
            #about
            #[derive(Clone, #copy Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct #name(#inner);
            #implementation
        }
    }

    fn enumeration(&self, definition: &TypeDefinition, enumeration: &Enum) -> TokenStream {
        let about = doc(&docs::enumeration(self.api, definition, enumeration));
        let name = ident(&definition.name);
        let unknown = doc(if enumeration.numbers.is_empty() {
            "A value that is not listed. It is preserved, displayed and sent back unchanged."
        } else {
            "A value that is not listed. It is preserved and displayed; a number becomes its digits."
        });
        let states = self.states(&name, enumeration);
        match &enumeration.values {
            EnumValues::Text(values) => {
                let variants = values.iter().map(|value| variant(self.api, value));
                let pairs = values.iter().map(|value| {
                    let (text, variant) = (&value.value, ident(&value.variant));
                    quote! { #text => #variant }
                });
                let numbers = (!enumeration.numbers.is_empty()).then(|| {
                    let pairs = enumeration.numbers.iter().filter_map(|(number, position)| {
                        let (number, variant) =
                            (Literal::i64_unsuffixed(*number), ident(&values.get(*position)?.variant));
                        Some(quote! { #number => #variant })
                    });
                    quote! { , numbers { #(#pairs),* } }
                });
                quote! {
                    #about
                    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
                    #[non_exhaustive]
                    pub enum #name {
                        #(#variants,)*
                        #unknown
                        Unknown(runtime::Unknown<String>),
                    }
                    runtime::text_enum!(#name { #(#pairs),* } #numbers);
                    #states
                }
            }
            EnumValues::Integer(values) => {
                let variants = values.iter().map(|value| variant(self.api, value));
                let pairs = values.iter().map(|value| {
                    let (number, variant) = (Literal::i64_unsuffixed(value.value), ident(&value.variant));
                    quote! { #number => #variant }
                });
                quote! {
                    #about
                    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
                    #[non_exhaustive]
                    pub enum #name {
                        #(#variants,)*
                        #unknown
                        Unknown(runtime::Unknown<i64>),
                    }
                    runtime::integer_enum!(#name { #(#pairs),* });
                    #states
                }
            }
        }
    }

    fn union(&self, definition: &TypeDefinition, union: &Union) -> TokenStream {
        let tag = match &union.tagging {
            Tagging::Property(tag) => Some(tag),
            Tagging::Untagged => None,
            Tagging::Opaque => return self.opaque_union(definition, &union.variants),
            Tagging::MediaType => return self.choice(definition, union),
        };
        let about = doc(&docs::value(self.api, &definition.schema_name, &definition.docs));
        let name = ident(&definition.name);
        let variants = union.variants.iter().map(|variant| {
            let about = doc(&docs::variant(self.api, variant));
            let name = ident(&variant.variant);
            let ty = self.ty(&variant.ty, &quote! { super });
            quote! { #about #name(#ty) }
        });
        let arms = union.variants.iter().map(|variant| {
            let tags = &variant.tags;
            let ty = self.ty(&variant.ty, &quote! { super });
            let variant = ident(&variant.variant);
            match tag {
                Some(_) => {
                    quote! { #(#tags)|* => #variant(#ty) }
                }
                None => quote! { #variant(#ty) },
            }
        });
        let implementation = match tag {
            Some(tag) => quote! { runtime::tagged_union!(#name, #tag { #(#arms),* }); },
            None => quote! { runtime::untagged_union!(#name { #(#arms),* }); },
        };
        let unknown = doc("A variant that is not listed. It is preserved and sent back unchanged.");
        // A type of several variants converts into none of them.
        let conversions = self.conversions(union, |others, ty, _| others.iter().filter(|it| *it == ty).count() == 1);
        let conversions =
            (!conversions.is_empty()).then(|| quote! { runtime::from_variants!(#name { #(#conversions),* }); });
        quote! {
            #about
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants,)*
                #unknown
                Unknown(runtime::Unknown<runtime::JsonValue>),
            }
            #implementation
            #conversions
        }
    }

    /// A request body with a choice of media types. Its JSON is an object with the media type as its only key.
    fn choice(&self, definition: &TypeDefinition, union: &Union) -> TokenStream {
        let about =
            doc("A body of one of several media types. A value of a type becomes the first variant of that type.");
        let name = ident(&definition.name);
        let variants = union.variants.iter().map(|variant| {
            let about = doc(&docs::variant(self.api, variant));
            let (name, tags) = (ident(&variant.variant), &variant.tags);
            let ty = self.ty(&variant.ty, &quote! { super });
            let bytes = variant.ty == TypeRef::Primitive(Primitive::Bytes);
            let bytes = bytes.then(|| quote! { #[serde(with = "runtime::base64_body")] });
            quote! { #about #(#[serde(rename = #tags)])* #name(#bytes #ty) }
        });
        let conversions =
            self.conversions(union, |others, ty, index| others.iter().position(|it| it == ty) == Some(index));
        quote! {
            #about
            #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants),*
            }
            runtime::from_variants!(#name { #(#conversions),* });
        }
    }

    /// The variants that implement `From` of their type. `converts` decides by the types of all variants, the type of
    /// the variant and its index; aliases are resolved.
    fn conversions(&self, union: &Union, converts: impl Fn(&[TypeRef], &TypeRef, usize) -> bool) -> Vec<TokenStream> {
        let types: Vec<TypeRef> = union.variants.iter().map(|variant| self.without_aliases(&variant.ty)).collect();
        let variants = union.variants.iter().zip(&types).enumerate();
        variants
            .filter(|(index, (_, ty))| converts(&types, ty, *index))
            .map(|(_, (variant, _))| {
                let (name, ty) = (ident(&variant.variant), self.ty(&variant.ty, &quote! { super }));
                quote! { #name(#ty) }
            })
            .collect()
    }

    fn without_aliases(&self, ty: &TypeRef) -> TypeRef {
        match ty {
            TypeRef::Named(id) => match self.api.definition(*id).map(|definition| &definition.kind) {
                Some(TypeKind::Alias(target)) => self.without_aliases(target),
                _ => ty.clone(),
            },
            TypeRef::List(item) => TypeRef::List(Box::new(self.without_aliases(item))),
            TypeRef::Map(value) => TypeRef::Map(Box::new(self.without_aliases(value))),
            TypeRef::Nullable(inner) => TypeRef::Nullable(Box::new(self.without_aliases(inner))),
            TypeRef::Primitive(_) => ty.clone(),
        }
    }

    /// A type that preserves its value as JSON, with methods that decode the value as each variant.
    fn opaque_union(&self, definition: &TypeDefinition, variants: &[Variant]) -> TokenStream {
        let about = doc(&format!(
            "{}\n\nIts variants cannot be discriminated, so the value is preserved as JSON; decode the variant that you expect.",
            docs::value(self.api, &definition.schema_name, &definition.docs)
        ));
        let name = ident(&definition.name);
        let methods = variants.iter().map(|variant| {
            let bare = bare(&variant.variant);
            let (read, write) = (ident(&format!("as_{bare}")), ident(&format!("from_{bare}")));
            let ty = self.ty(&variant.ty, &quote! { super });
            let about_read =
                doc(&format!("{}\n\n# Errors\nThe value is not of this variant.", docs::variant(self.api, variant)));
            let about_write = doc(&format!(
                "{}\n\n# Errors\nThe value contains a number that is not finite.",
                docs::variant(self.api, variant)
            ));
            quote! {
                #about_read
                pub fn #read(&self) -> Result<#ty, runtime::ReadError> {
                    runtime::private::variant(&self.0)
                }

                #about_write
                pub fn #write(value: &#ty) -> Result<Self, runtime::SerializeError> {
                    runtime::private::to_json(value).map(Self)
                }
            }
        });
        quote! {
            #about
            #[derive(Clone, Debug, PartialEq)]
            pub struct #name(runtime::JsonValue);
            impl #name {
                #(#methods)*
            }
            runtime::choice!(#name);
        }
    }

    /// The type of a field without the layers of [`Presence`].
    fn bare(&self, field: &Field) -> TokenStream {
        self.ty(&field.ty, &quote! { super })
    }

    fn structure(&self, definition: &TypeDefinition, object: &Struct) -> TokenStream {
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
        quote! {
            #about
            #[derive(Clone, Debug, #default PartialEq, serde::Serialize, serde::Deserialize)]
            #[serde(remote = "Self")]
            #[non_exhaustive]
            pub struct #name {
                #(#fields,)*
                #additional
            }
            runtime::object!(#name #lenient);
            #constructor
            #json_text
        }
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
            Presence::Value | Presence::List => ty,
            Presence::Nullable | Presence::Optional => quote! { Option<#ty> },
            Presence::OptionalNullable => quote! { Option<Option<#ty>> },
        }
    }

    /// The value of an optional field that is not set.
    pub(super) fn omitted(&self, owner: &TypeDefinition, field: &Field) -> TokenStream {
        match self.api.presence(field, owner.is_input) {
            Presence::List => quote! { Vec::new() },
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
    fn json_text_methods(&self, name: &proc_macro2::Ident) -> TokenStream {
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
    /// if no field is required. A type that no operation uses is only decoded.
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
        if !definition.is_used || required.is_empty() && !definition.is_input {
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

    fn only_value(&self, id: crate::model::TypeId) -> Option<(proc_macro2::Ident, proc_macro2::Ident)> {
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
            Presence::List | Presence::Value => value,
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

fn variant<T: ToString>(api: &Api, value: &EnumValue<T>) -> TokenStream {
    let about = doc(&docs::enum_value(api, value));
    let name = ident(&value.variant);
    quote! { #about #name }
}

/// Whether tokens refer to the runtime. Attributes of serde refer to it in string literals.
fn names_runtime(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let names = match token {
            // A field can have the name `runtime`, so a path separator has to follow.
            TokenTree::Ident(ident) => {
                ident == "runtime"
                    && matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.spacing() == Spacing::Joint)
            }
            TokenTree::Group(group) => names_runtime(group.stream()),
            TokenTree::Literal(literal) => literal.to_string().starts_with("\"runtime::"),
            TokenTree::Punct(_) => false,
        };
        if names {
            return true;
        }
    }
    false
}
