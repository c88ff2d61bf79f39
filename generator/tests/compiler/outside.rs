//! The code of a client, taken out of the crate of its runtime.
//!
//! In: the files of a client as it is generated into that crate. Out: the same as a crate of its own, so that the runtime
//! is checked once for many clients. Only the crate of a type can give it methods; here these are methods of traits, with
//! the same signatures, and a caller who has the traits in scope sees no difference. Knows Rust, no specification.

use std::collections::BTreeMap;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::{ImplItem, Item, ItemImpl, Type, Visibility};

use super::caller::{has, without_self};

/// The crate that has the runtime.
pub(crate) const RUNTIME: &str = "flighthub2";

/// The files below `src`.
pub(crate) fn files(files: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut moved: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in files {
        let text = if path.ends_with(".rs") { outside(path, text) } else { text.clone() };
        moved.insert(format!("api/{path}"), text);
    }
    let runtime = format_ident!("{RUNTIME}");
    let root = quote! {
        #![allow(warnings)]
        mod api;
        pub use api::*;
        pub use #runtime::{Client, ClientBuilder, Error, ProjectClient, runtime};
    };
    moved.insert("lib.rs".to_owned(), root.to_string());
    moved
}

fn outside(path: &str, text: &str) -> String {
    let mut file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let name = path.trim_end_matches(".rs").replace(['/', '#'], "_");
    let items = std::mem::take(&mut file.items).into_iter().enumerate();
    // What belongs to a feature of the runtime's crate is nothing that a program calls.
    let items = items.filter(|(_, item)| !matches!(item, Item::Mod(item) if has(&item.attrs, "cfg")));
    let items = items.map(|(index, item)| match item {
        // The traits of a private module have to be found, too.
        Item::Mod(item) if matches!(item.vis, Visibility::Inherited) => {
            let module = &item.ident;
            quote! { #item pub use #module::*; }
        }
        Item::Impl(item) if item.trait_.is_none() && is_of_runtime(&item.self_ty) => {
            as_trait(&item, &format_ident!("Of_{name}_{index}"))
        }
        item => item.into_token_stream(),
    });
    in_runtime(quote! { #(#items)* }).to_string()
}

/// Whether a type is one of the runtime.
fn is_of_runtime(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let first = &path.path.segments[0].ident;
    first == "crate" || first == "runtime"
}

/// Methods for a type of another crate. What they do does not matter to the compiler's question.
fn as_trait(item: &ItemImpl, name: &Ident) -> TokenStream {
    let (generics, ty) = (&item.generics, &item.self_ty);
    let arguments = generics.type_params().map(|parameter| &parameter.ident);
    let methods = item.items.iter().map(|member| {
        let ImplItem::Fn(function) = member else { panic!("a method was expected: {}", quote! { #member }) };
        without_self(function.sig.to_token_stream(), ty)
    });
    let methods: Vec<TokenStream> = methods.collect();
    quote! {
        pub trait #name #generics { #(#methods;)* }
        impl #generics #name<#(#arguments),*> for #ty { #(#methods { unreachable!() })* }
    }
}

/// `crate`, as it is called from outside.
fn in_runtime(tokens: TokenStream) -> TokenStream {
    let token = |token| match token {
        TokenTree::Ident(ident) if ident == "crate" => TokenTree::Ident(Ident::new(RUNTIME, ident.span())),
        TokenTree::Group(group) => TokenTree::Group(Group::new(group.delimiter(), in_runtime(group.stream()))),
        token => token,
    };
    tokens.into_iter().map(token).collect()
}
