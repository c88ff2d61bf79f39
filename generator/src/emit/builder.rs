//! Builders: how a caller sets required values by name, and how the compiler names the one that is missing.
//!
//! A builder has a type parameter for each required value. It begins as a marker of [`MISSING`] that is called like the
//! value, and becomes the type of the value when that is set. `build` asks each of them to be
//! `runtime::Provided`, so an error names the marker. Operations with several required parameters are their own builders.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::docs::{self, doc};
use super::{Emitter, argument, bare, ident};
use crate::model::{Field, Presence, Struct, TypeDefinition, TypeKind};

/// The module of the markers.
pub(super) const MISSING: &str = "missing";

/// The type parameters of a builder, one for each required value. They are in the order of the names, so that the order in
/// which a specification has the values does not matter.
pub(super) struct TypeState {
    names: Vec<Ident>,
    parameters: Vec<Ident>,
    /// The types of the values.
    types: Vec<TokenStream>,
    /// The markers of the values.
    markers: Vec<TokenStream>,
}

impl TypeState {
    /// For values with these names and types. `root` is the path of the module that has the markers' module.
    pub(super) fn new(values: impl Iterator<Item = (Ident, TokenStream)>, root: &TokenStream) -> Self {
        let missing = ident(MISSING);
        let mut values: Vec<_> = values.collect();
        values.sort_by(|a, b| a.0.cmp(&b.0));
        let (names, types): (Vec<_>, Vec<_>) = values.into_iter().unzip();
        let parameters = (1..=names.len()).map(|number| format_ident!("T{number}")).collect();
        let markers = names.iter().map(|name| quote! { #root::#missing::#name }).collect();
        Self { names, parameters, types, markers }
    }

    /// The names of the values.
    pub(super) fn names(&self) -> &[Ident] {
        &self.names
    }

    /// The parameter of a value.
    pub(super) fn parameter(&self, name: &Ident) -> Option<&Ident> {
        self.parameters.get(self.names.iter().position(|known| known == name)?)
    }

    pub(super) fn parameters(&self) -> &[Ident] {
        &self.parameters
    }

    pub(super) fn types(&self) -> &[TokenStream] {
        &self.types
    }

    pub(super) fn markers(&self) -> &[TokenStream] {
        &self.markers
    }

    /// The type arguments after one of the values is set.
    pub(super) fn with_set(&self, set: &Ident) -> Vec<TokenStream> {
        let of = |((name, parameter), ty): ((&Ident, &Ident), &TokenStream)| {
            if name == set {
                ty.clone()
            } else {
                quote! { #parameter }
            }
        };
        self.names.iter().zip(&self.parameters).zip(&self.types).map(of).collect()
    }

    /// The parameters, each of them set.
    pub(super) fn provided(&self) -> impl Iterator<Item = TokenStream> {
        self.parameters.iter().zip(&self.types).map(|(parameter, ty)| quote! { #parameter: runtime::Provided<#ty> })
    }
}

impl Emitter<'_> {
    /// `missing.rs`: a marker for each name of a required value that a builder sets.
    pub(super) fn missing(&self) -> TokenStream {
        let names = self.required_names();
        // By its whole path: one of the markers may be called `runtime`.
        let names = names.iter().map(|name| ident(name));
        quote! {
            #![doc = " Markers of required values that are not set. Each is called like the value, so that an error of the compiler names it."]
            #(::flighthub2_runtime::codegen::missing!(#names);)*
        }
    }

    /// Whether there is a builder.
    pub(super) fn has_builders(&self) -> bool {
        self.api.operations().any(|operation| operation.is_builder())
            || self.api.types.iter().any(|definition| definition.builder_name.is_some())
    }

    fn required_names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        for definition in &self.api.types {
            if let (TypeKind::Struct(object), Some(_)) = (&definition.kind, &definition.builder_name) {
                names.extend(self.api.required_fields(definition, object).map(|field| &*field.field));
            }
        }
        for operation in self.api.operations().filter(|operation| operation.is_builder()) {
            names.extend(operation.required().map(|parameter| &*parameter.field));
        }
        names
    }

    /// The builder of a type: its `builder` function, and the type that this makes.
    pub(super) fn builder_of(&self, definition: &TypeDefinition, object: &Struct, builder_name: &str) -> TokenStream {
        let name = ident(&definition.name);
        let builder = ident(builder_name);
        let required: Vec<&Field> = self.api.required_fields(definition, object).collect();
        let optional = self.optional_fields(definition, object);
        let values = required.iter().map(|field| (ident(&field.field), self.given(definition, field)));
        let state = TypeState::new(values, &quote! { super::super });
        let (parameters, markers, required_names) = (state.parameters(), state.markers(), state.names());
        let optional_names: Vec<Ident> = optional.iter().map(|field| ident(&field.field)).collect();
        let optional_types = optional.iter().map(|field| self.held(definition, field));
        let optional_initials = optional.iter().map(|field| self.omitted(definition, field));

        let setters = required.iter().map(|field| {
            let about = doc(&docs::field(self.api, field));
            let set = ident(&field.field);
            let ty = argument(&self.given(definition, field));
            let arguments = state.with_set(&set);
            let others = required_names.iter().filter(|other| **other != set).chain(&optional_names);
            quote! {
                #about
                #[must_use]
                pub fn #set(self, #set: #ty) -> #builder<#(#arguments),*> {
                    #builder { #set: #set.into(), #(#others: self.#others),* }
                }
            }
        });
        let optional_setters: Vec<_> = optional.iter().map(|field| self.setter(definition, field)).collect();
        let built = object.fields.iter().map(|field| {
            let name = ident(&field.field);
            if let Some(value) = self.constant(field) {
                return quote! { #name: #value };
            }
            if !self.api.is_required_argument(field, definition.is_input) {
                return quote! { #name: self.#name };
            }
            let given = quote! { self.#name.provided() };
            match (self.api.is_boxed(definition, field), self.api.presence(field, definition.is_input)) {
                (true, Presence::Nullable) => quote! { #name: #given.map(Box::new) },
                (true, _) => quote! { #name: Box::new(#given) },
                _ => quote! { #name: #given },
            }
        });
        let additional = object.additional_properties.as_ref().map(|additional| {
            let field = ident(&additional.field);
            quote! { #field: Default::default(), }
        });
        let listed: Vec<String> = required.iter().map(|field| format!("`{}`", bare(&field.field))).collect();
        let listed = listed.join(", ");
        let about_new = doc(&format!("A builder, which sets fields by name. Required: {listed}."));
        let about_type = doc(&format!(
            "Builds a [`{}`]. Required: {listed}; [`build`](Self::build) compiles when all of them are set.",
            definition.name
        ));
        let provided = state.provided();
        // A value that is only received is rarely changed, and its fields are public.
        let own_setters = optional_setters.iter().filter(|_| definition.is_input);
        quote! {
            impl #name {
                #about_new
                #[must_use]
                pub fn builder() -> #builder {
                    #builder {
                        #(#required_names: #markers,)*
                        #(#optional_names: #optional_initials,)*
                    }
                }

                #(#own_setters)*
            }

            #about_type
            #[derive(Clone, Debug)]
            pub struct #builder<#(#parameters = #markers),*> {
                #(#required_names: #parameters,)*
                #(#optional_names: #optional_types,)*
            }

            impl<#(#parameters),*> #builder<#(#parameters),*> {
                #(#setters)*
                #(#optional_setters)*

                /// The value. The compiler names a required field that is not set.
                #[must_use]
                pub fn build(self) -> #name
                where
                    #(#provided),*
                {
                    #name { #(#built,)* #additional }
                }
            }
        }
    }
}
