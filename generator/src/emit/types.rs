//! Types: enumerations, identifiers and aliases. [`super::structs`] has structs, [`super::unions`] unions.

use proc_macro2::{Literal, Spacing, TokenStream, TokenTree};
use quote::quote;

use super::docs::{self, doc};
use super::{Emitter, ident, primitive_type, use_runtime};
use crate::model::{Api, Enum, EnumValue, EnumValues, Primitive, TypeDefinition, TypeKind, TypeModule};

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
        let definitions = module.types.iter().filter_map(move |id| self.api.definition(*id));
        let definitions = definitions.flat_map(move |definition| self.definition(definition));
        let use_runtime = definitions.clone().any(names_runtime).then(use_runtime);
        use_runtime.into_iter().chain(definitions)
    }

    /// The items of a type.
    fn definition(&self, definition: &TypeDefinition) -> Vec<TokenStream> {
        match &definition.kind {
            TypeKind::Struct(object) => self.structure(definition, object),
            TypeKind::Enum(values) => vec![self.enumeration(definition, values)],
            TypeKind::Union(union) => vec![self.union(definition, union)],
            TypeKind::Newtype(primitive) => vec![self.newtype(definition, *primitive)],
            TypeKind::Alias(ty) => {
                let about = doc(&docs::type_docs(self.api, definition));
                let name = ident(&definition.name);
                let ty = self.ty(ty, &quote! { super });
                vec![quote! { #about pub type #name = #ty; }]
            }
        }
    }

    fn newtype(&self, definition: &TypeDefinition, primitive: Primitive) -> TokenStream {
        let about = doc(&docs::type_docs(self.api, definition));
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
