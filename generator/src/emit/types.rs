//! Types: structs, enumerations, unions, identifiers and aliases.

use proc_macro2::{Literal, Spacing, TokenStream, TokenTree};
use quote::quote;

use super::text::doc;
use super::{Emitter, argument, deprecated, ident, primitive_type, required_doc};
use crate::model::{
    Apart, Enum, EnumValues, Field, Form, Holding, Primitive, Struct, TypeDefinition, TypeKind, TypeModule, TypeRef,
    Union, Variant,
};

/// `types.rs`, from where all types are reached.
pub(super) fn root(modules: &[TypeModule]) -> TokenStream {
    let modules: Vec<_> = modules.iter().map(|module| ident(&module.name)).collect();
    quote! {
        #![doc = " What calls send and what they answer."]
        #(mod #modules;)*
        #(pub use #modules::*;)*
    }
}

impl<'a> Emitter<'a> {
    pub(super) fn types(self, module: &'a TypeModule) -> impl Iterator<Item = TokenStream> + 'a {
        let definitions = module.types.iter().filter_map(move |id| Some(self.definition(self.api.definition(*id)?)));
        let use_runtime = definitions.clone().any(names_runtime).then(|| self.use_runtime());
        use_runtime.into_iter().chain(definitions)
    }

    fn definition(&self, definition: &TypeDefinition) -> TokenStream {
        match &definition.kind {
            TypeKind::Struct(object) => self.structure(definition, object),
            TypeKind::Enum(values) => self.enumeration(definition, values),
            TypeKind::Union(union) => self.union(definition, union),
            TypeKind::Newtype(primitive) => self.newtype(definition, *primitive),
            TypeKind::Alias(ty) => {
                let about = doc(&definition.doc);
                let name = ident(&definition.name);
                let ty = self.ty(ty, &quote! { super });
                quote! { #about pub type #name = #ty; }
            }
        }
    }

    fn newtype(&self, definition: &TypeDefinition, primitive: Primitive) -> TokenStream {
        let about = doc(&definition.doc);
        let name = ident(&definition.name);
        let krate = self.crate_path();
        let inner = primitive_type(primitive);
        let implementation = match primitive {
            Primitive::Text => quote! { #krate::__text_newtype!(#name); },
            _ => quote! { #krate::__integer_newtype!(#name: #inner); },
        };
        let copy = (primitive != Primitive::Text).then(|| quote! { Copy, });
        quote! {
            #about
            #[derive(Clone, #copy Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct #name(#inner);
            #implementation
        }
    }

    fn enumeration(&self, definition: &TypeDefinition, enumeration: &Enum) -> TokenStream {
        let about = doc(&definition.doc);
        let name = ident(&definition.name);
        let krate = self.crate_path();
        let unknown = doc("A value that this version does not know. It is kept, printed and sent back as it came.");
        match &enumeration.values {
            EnumValues::Text(values) => {
                let variants = values.iter().map(variant);
                let pairs = values.iter().map(|value| {
                    let (text, variant) = (&value.value, ident(&value.variant));
                    quote! { #text => #variant }
                });
                quote! {
                    #about
                    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
                    #[non_exhaustive]
                    pub enum #name {
                        #(#variants,)*
                        #unknown
                        UnknownValue(runtime::UnknownValue<String>),
                    }
                    #krate::__text_enum!(#name { #(#pairs),* });
                }
            }
            EnumValues::Integer(values) => {
                let variants = values.iter().map(variant);
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
                        UnknownValue(runtime::UnknownValue<i64>),
                    }
                    #krate::__integer_enum!(#name { #(#pairs),* });
                }
            }
        }
    }

    fn union(&self, definition: &TypeDefinition, union: &Union) -> TokenStream {
        let tag = match &union.apart {
            Apart::Tag(tag) => Some(tag),
            Apart::Shape => None,
            Apart::Nothing => return self.choice(definition, &union.forms),
        };
        let about = doc(&definition.doc);
        let name = ident(&definition.name);
        let krate = self.crate_path();
        let variants = union.forms.iter().map(|form| {
            let about = doc(&form.doc);
            let variant = ident(&form.variant);
            let ty = self.ty(&form.ty, &quote! { super });
            quote! { #about #variant(#ty) }
        });
        let forms = union.forms.iter().map(|form| {
            let variant = ident(&form.variant);
            let ty = self.ty(&form.ty, &quote! { super });
            match tag {
                Some(_) => {
                    let tags = &form.tags;
                    quote! { #(#tags)|* => #variant(#ty) }
                }
                None => quote! { #variant(#ty) },
            }
        });
        let implementation = match tag {
            Some(tag) => quote! { #krate::__tagged_union!(#name, #tag { #(#forms),* }); },
            None => quote! { #krate::__untagged_union!(#name { #(#forms),* }); },
        };
        let unknown = doc("A form that this version does not know. It is kept and sent back as it came.");
        quote! {
            #about
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants,)*
                #unknown
                UnknownValue(runtime::UnknownValue<runtime::JsonValue>),
            }
            #implementation
        }
    }

    /// A value as it came, that can be read in each of its forms.
    fn choice(&self, definition: &TypeDefinition, forms: &[Form]) -> TokenStream {
        let about = doc(&format!(
            "{}\n\nNothing tells its forms apart, so it is kept as it came; ask for the form that you expect.",
            definition.doc
        ));
        let name = ident(&definition.name);
        let krate = self.crate_path();
        let methods = forms.iter().map(|form| {
            let bare = form.variant.trim_start_matches("r#");
            let (read, write) = (ident(&format!("as_{bare}")), ident(&format!("from_{bare}")));
            let ty = self.ty(&form.ty, &quote! { super });
            let about_read = doc(&format!("{}\n\n# Errors\nThe value does not have this form.", form.doc));
            let about_write = doc(&format!("{}\n\n# Errors\nIt holds a number that is not finite.", form.doc));
            quote! {
                #about_read
                pub fn #read(&self) -> Result<#ty, runtime::ReadError> {
                    runtime::private::form(&self.0)
                }

                #about_write
                pub fn #write(form: &#ty) -> Result<Self, runtime::Unwritable> {
                    runtime::private::json_of(form).map(Self)
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
            #krate::__choice!(#name);
        }
    }

    /// The type of a field without what `Holding` adds.
    fn bare(&self, field: &Field) -> TokenStream {
        self.ty(&field.ty, &quote! { super })
    }

    fn structure(&self, definition: &TypeDefinition, object: &Struct) -> TokenStream {
        let about = doc(&definition.doc);
        let name = ident(&definition.name);
        let fields = object.fields.iter().map(|field| self.field(field, definition.in_requests));
        let rest = object.rest.as_ref().map(|rest| {
            let about = doc("Members that are not described, as they came.");
            let field = ident(&rest.field);
            let ty = match &rest.ty {
                TypeRef::Primitive(Primitive::Json) => quote! { runtime::JsonObject },
                ty => {
                    let ty = self.ty(ty, &quote! { super });
                    quote! { std::collections::BTreeMap<String, #ty> }
                }
            };
            quote! { #about #[serde(flatten)] pub #field: #ty, }
        });
        let constructor = definition.in_requests.then(|| self.constructor_of(definition, object));
        let in_string = definition.in_strings.then(|| self.in_string(&name));
        let has_default = definition.in_requests
            && object
                .fields
                .iter()
                .all(|field| field.constant.is_none() && self.api.holding(field, true) != Holding::Value)
            && object.required().count() == 0;
        let default = has_default.then(|| quote! { Default, });
        let krate = self.crate_path();
        quote! {
            #about
            #[derive(Clone, Debug, #default PartialEq, serde::Serialize, serde::Deserialize)]
            #[serde(remote = "Self")]
            #[non_exhaustive]
            pub struct #name {
                #(#fields,)*
                #rest
            }
            #krate::__object!(#name);
            #constructor
            #in_string
        }
    }

    fn field(&self, field: &Field, in_requests: bool) -> TokenStream {
        let about = self.about(field);
        let name = ident(&field.field);
        let bare = self.bare(field);
        let held = if field.boxed {
            quote! { Box<#bare> }
        } else {
            bare
        };
        let mut attributes: Vec<TokenStream> = Vec::new();
        if field.field.trim_start_matches("r#") != field.name {
            let wire = &field.name;
            attributes.push(quote! { rename = #wire });
        }
        let ty = match self.api.holding(field, in_requests) {
            Holding::Value => held,
            Holding::List => {
                attributes.push(quote! { default });
                attributes.push(quote! { deserialize_with = "runtime::null_as_empty" });
                if !field.required {
                    attributes.push(quote! { skip_serializing_if = "Vec::is_empty" });
                }
                held
            }
            Holding::Nullable => quote! { Option<#held> },
            Holding::Optional => {
                attributes.push(quote! { skip_serializing_if = "Option::is_none" });
                quote! { Option<#held> }
            }
            Holding::OptionalNullable => {
                attributes.push(quote! { default });
                attributes.push(quote! { deserialize_with = "runtime::null_as_value" });
                attributes.push(quote! { skip_serializing_if = "Option::is_none" });
                quote! { Option<Option<#held>> }
            }
        };
        let serde = (!attributes.is_empty()).then(|| quote! { #[serde(#(#attributes),*)] });
        quote! { #about #serde pub #name: #ty }
    }

    /// Documentation of a field, with the type of what its string holds.
    fn about(&self, field: &Field) -> Option<TokenStream> {
        match field.content.and_then(|id| self.api.definition(id)) {
            Some(content) => {
                let name = &content.name;
                let link = |method: &str| format!("[`{name}::{method}`](super::{name}::{method})");
                let (write, read) = (link("to_json_text"), link("from_json_text"));
                doc(&format!("{}\n\nA string of JSON: {write} makes it, {read} reads it.", field.doc))
            }
            None => doc(&field.doc),
        }
    }

    /// How a type gets into a string, and out of one.
    fn in_string(&self, name: &proc_macro2::Ident) -> TokenStream {
        quote! {
            impl #name {
                /// This value as a string of JSON, for members that are such a string.
                ///
                /// # Errors
                /// It holds a number that is not finite, which JSON cannot express.
                pub fn to_json_text(&self) -> Result<String, runtime::Unwritable> {
                    runtime::private::json_text_of(self)
                }

                /// The value that a string of JSON holds.
                ///
                /// # Errors
                /// The string is not JSON, or not of this form.
                pub fn from_json_text(text: &str) -> Result<Self, runtime::ReadError> {
                    runtime::private::of_json_text(text)
                }
            }
        }
    }

    /// `new`, with everything that is required, and a method for each other field.
    fn constructor_of(&self, definition: &TypeDefinition, object: &Struct) -> TokenStream {
        let name = ident(&definition.name);
        let required: Vec<&Field> = object.required().collect();
        let values = object.fields.iter().map(|field| self.initial(field, required.len()));
        let rest = object.rest.as_ref().map(|rest| {
            let field = ident(&rest.field);
            quote! { #field: Default::default(), }
        });
        let about = doc("A value with everything that is required.");
        let literal = quote! { Self { #(#values,)* #rest } };
        let constant = object.fields.iter().any(|field| field.constant.is_some());
        let (constructor, extra) = match (required.as_slice(), &definition.required_name) {
            ([], _) if constant => (
                quote! { pub fn new() -> Self { Self::default() } },
                Some(quote! {
                    impl Default for #name {
                        fn default() -> Self {
                            #literal
                        }
                    }
                }),
            ),
            ([], _) => (quote! { pub fn new() -> Self { Self::default() } }, None),
            (_, Some(required_name)) => {
                let required_type = ident(required_name);
                let about = required_doc(&definition.name);
                let fields = required.iter().map(|field| {
                    let about = self.about(field);
                    let name = ident(&field.field);
                    let ty = self.given(field);
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
                let ty = argument(&self.given(only));
                (quote! { pub fn new(#field: #ty) -> Self { #literal } }, None)
            }
        };
        let setters = object.fields.iter().filter(|field| !field.required).map(|field| self.setter(field));
        quote! {
            impl #name {
                #about
                #[must_use]
                #constructor
                #(#setters)*
            }
            #extra
        }
    }

    /// What a caller gives for a required field.
    fn given(&self, field: &Field) -> TokenStream {
        let bare = self.bare(field);
        if self.api.holding(field, true) == Holding::Nullable {
            quote! { Option<#bare> }
        } else {
            bare
        }
    }

    /// The value of a field in `new`.
    fn initial(&self, field: &Field, required: usize) -> TokenStream {
        let name = ident(&field.field);
        if let Some(id) = field.constant
            && let Some((constant, variant)) = self.only_value(id)
        {
            return quote! { #name: super::#constant::#variant };
        }
        if !field.required {
            return match self.api.holding(field, true) {
                Holding::List => quote! { #name: Vec::new() },
                _ => quote! { #name: None },
            };
        }
        let given = if required > 1 {
            quote! { required.#name }
        } else {
            quote! { #name.into() }
        };
        match (field.boxed, self.api.holding(field, true)) {
            (true, Holding::Nullable) if required > 1 => quote! { #name: #given.map(Box::new) },
            (true, Holding::Nullable) => {
                let ty = self.given(field);
                quote! { #name: Into::<#ty>::into(#name).map(Box::new) }
            }
            (true, _) => quote! { #name: Box::new(#given) },
            _ => quote! { #name: #given },
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

    fn setter(&self, field: &Field) -> TokenStream {
        let about = self.about(field);
        let name = ident(&field.field);
        let ty = argument(&self.bare(field));
        let value = if field.boxed {
            quote! { Box::new(#name.into()) }
        } else {
            quote! { #name.into() }
        };
        let holding = self.api.holding(field, true);
        let value = match holding {
            Holding::List | Holding::Value => value,
            Holding::Nullable | Holding::Optional => quote! { Some(#value) },
            Holding::OptionalNullable => quote! { Some(Some(#value)) },
        };
        let deprecated = deprecated(field.deprecated);
        let null_setter = field.null_setter.as_deref().filter(|_| holding == Holding::OptionalNullable);
        let null = null_setter.map(|method| {
            let method = ident(method);
            let about = doc(&format!("Sends null for `{}`, which is not the same as leaving it out.", field.name));
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

fn variant<T>(value: &Variant<T>) -> TokenStream {
    let about = doc(&value.doc);
    let name = ident(&value.variant);
    quote! { #about #name }
}

/// Whether tokens speak of the runtime. Serde's attributes name it in texts.
fn names_runtime(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let names = match token {
            // A field can have that name, too.
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
