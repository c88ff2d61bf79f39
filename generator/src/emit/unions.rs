//! The enumerations of unions, and of bodies with a choice of media types.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{self, doc};
use super::{Emitter, bare, ident};
use crate::model::{Primitive, Tagging, TypeDefinition, TypeKind, TypeRef, Union, Variant};

impl Emitter<'_> {
    pub(super) fn union(&self, definition: &TypeDefinition, union: &Union) -> TokenStream {
        let tag = match &union.tagging {
            Tagging::Property(tag) => Some(tag),
            Tagging::Untagged => None,
            Tagging::Opaque => return self.opaque_union(definition, &union.variants),
            Tagging::MediaType => return self.choice(definition, union),
        };
        let about = doc(&docs::type_docs(self.api, definition));
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
            .flat_map(|(_, (variant, ty))| {
                let name = ident(&variant.variant);
                let bytes = (*ty == TypeRef::Primitive(Primitive::Bytes)).then(|| quote! { #name(Vec<u8>) });
                let ty = self.ty(&variant.ty, &quote! { super });
                [quote! { #name(#ty) }].into_iter().chain(bytes)
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
            docs::type_docs(self.api, definition)
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
}
