//! The possible uses of generated code.
//!
//! In: the files of a client. Out: a statement for each public item: each item is named, each struct and variant
//! constructed and destructured, each function called, each type annotated. A program of all of them compiles with that
//! client, and with another one only if that is compatible. Knows Rust, and the macros of the runtime by their names;
//! neither specification nor model.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::{
    Attribute, Fields, FnArg, GenericParam, Generics, ImplItem, Item, ItemEnum, ItemImpl, ItemMacro, ItemStruct,
    ReceiverKind, ReturnType, Type, TypeParamBound, UseTree, Visibility,
};

/// Statements, by the part of the client that they use. Each is independent.
pub(crate) type Uses = BTreeMap<String, BTreeSet<String>>;

/// All public items of the generated code.
pub(crate) fn uses(files: &BTreeMap<String, String>) -> Uses {
    let mut uses = Uses::new();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        // The module that defines a type is private: all types are exported by `types`.
        let part = if path.starts_with("types/") { "types" } else { path.trim_end_matches(".rs") };
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let statements = uses.entry(part.to_owned()).or_default();
        statements.extend(file.items.iter().flat_map(used).map(|statement| statement.to_string()));
    }
    uses
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Statements that use an item.
fn used(item: &Item) -> Vec<TokenStream> {
    match item {
        Item::Struct(item) if is_public(&item.vis) => structure(item),
        Item::Enum(item) if is_public(&item.vis) => enumeration(item),
        Item::Type(item) if is_public(&item.vis) => {
            let (name, target) = (&item.ident, &item.ty);
            vec![quote! { fn alias(value: #name) -> #target { value } }]
        }
        Item::Static(item) if is_public(&item.vis) => {
            let (name, ty) = (&item.ident, &item.ty);
            vec![quote! { fn value() { let _: &#ty = &#name; } }]
        }
        // Programs have no need of the markers of missing values.
        Item::Mod(item) if item.ident == "missing" => Vec::new(),
        Item::Mod(item) if is_public(&item.vis) => {
            let name = &item.ident;
            vec![quote! { use crate::#name as module; }]
        }
        Item::Use(item) if is_public(&item.vis) => match last(&item.tree) {
            Some(name) => vec![quote! { use crate::#name as item; }],
            // `pub use module::*` in `types.rs`: the items are used where they are defined.
            None => Vec::new(),
        },
        Item::Impl(item) => match &item.trait_ {
            Some((path, _)) => implementation(item, path),
            None => methods(item),
        },
        Item::Macro(item) => expansion(item),
        Item::Struct(_) | Item::Enum(_) | Item::Type(_) | Item::Static(_) | Item::Mod(_) | Item::Use(_) => Vec::new(),
        other => panic!("a caller does not know this item yet: {}", quote! { #other }),
    }
}

fn last(tree: &UseTree) -> Option<&Ident> {
    match tree {
        UseTree::Path(path) => last(&path.tree),
        UseTree::Name(name) => Some(&name.ident),
        _ => None,
    }
}

pub(crate) fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

/// Asserts that a type implements a trait.
fn has_trait(ty: &impl quote::ToTokens, bound: TokenStream) -> TokenStream {
    quote! { fn has<T: #bound>() {} fn it() { has::<#ty>() } }
}

/// Asserts the derived traits.
fn derived(attributes: &[Attribute], name: &Ident) -> Vec<TokenStream> {
    let mut statements: Vec<TokenStream> = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let read = attribute.parse_nested_meta(|meta| {
            let path = &meta.path;
            let bound = match path.segments.last().unwrap().ident.to_string().as_str() {
                "Clone" | "Copy" | "Default" | "PartialEq" | "Eq" | "PartialOrd" | "Ord" => quote! { #path },
                "Debug" => quote! { std::fmt::Debug },
                "Hash" => quote! { std::hash::Hash },
                // Imported under another name, for the macro in the same file.
                "Serialize" | "Deserialize" => return Ok(()),
                other => panic!("a caller does not know the derive `{other}` yet"),
            };
            statements.push(has_trait(name, bound));
            Ok(())
        });
        read.unwrap();
    }
    statements
}

fn structure(item: &ItemStruct) -> Vec<TokenStream> {
    let name = &item.ident;
    let defaults: Vec<_> =
        item.generics.type_params().filter_map(|it| Some((&it.ident, &it.default.as_ref()?.1))).collect();
    if defaults.is_empty() && !item.generics.params.is_empty() {
        // A group of calls: the client makes it.
        return vec![quote! { fn named(value: #name<crate::Client>) -> impl Clone + std::fmt::Debug { value } }];
    }
    let mut statements = derived(&item.attrs, name);
    statements.push(quote! { fn named(value: #name) {} });
    let Fields::Named(fields) = &item.fields else { return statements };
    let is_opaque = fields.named.iter().any(|field| !is_public(&field.vis));
    let fields: Vec<_> = fields.named.iter().filter(|field| is_public(&field.vis)).collect();
    for field in &fields {
        let (field, ty) = (field.ident.as_ref().unwrap(), &field.ty);
        // An argument that is set by name: its type is the default of its type parameter.
        let parameter = defaults.iter().find(|(name, _)| matches!(ty, Type::Path(ty) if ty.path.is_ident(*name)));
        let ty = parameter.map_or(ty, |(_, default)| *default);
        statements.push(quote! { fn get(value: #name) -> #ty { let #name { #field, .. } = value; #field } });
        statements.push(quote! { fn set(value: &mut #name, #field: #ty) { value.#field = #field; } });
    }
    if !is_opaque && !has(&item.attrs, "non_exhaustive") {
        let mut of: Vec<(String, TokenStream)> = fields
            .iter()
            .map(|field| {
                let (name, ty) = (field.ident.as_ref().unwrap(), &field.ty);
                (name.to_string(), quote! { #name: #ty })
            })
            .collect();
        of.sort_by(|a, b| a.0.cmp(&b.0));
        let names: Vec<Ident> = of.iter().map(|(name, _)| syn::parse_str(name).unwrap()).collect();
        let arguments = of.iter().map(|(_, argument)| argument);
        statements.push(quote! { fn make(#(#arguments),*) -> #name { #name { #(#names),* } } });
        statements.push(quote! { fn take(value: #name) { let #name { #(#names),* } = value; } });
    }
    statements
}

fn enumeration(item: &ItemEnum) -> Vec<TokenStream> {
    let name = &item.ident;
    let mut statements = derived(&item.attrs, name);
    for variant in &item.variants {
        let of = &variant.ident;
        match &variant.fields {
            Fields::Unit => {
                statements.push(quote! { fn make() -> #name { #name::#of } });
                statements.push(quote! { fn is(value: &#name) -> bool { matches!(value, #name::#of) } });
            }
            Fields::Unnamed(fields) => {
                let ty = &fields.unnamed.first().unwrap().ty;
                statements.push(quote! { fn make(inner: #ty) -> #name { #name::#of(inner) } });
                statements.push(quote! {
                    fn get(value: #name) -> Option<#ty> {
                        match value { #name::#of(inner) => Some(inner), _ => None }
                    }
                });
            }
            Fields::Named(_) => panic!("a caller does not know variants with names yet"),
        }
    }
    if !has(&item.attrs, "non_exhaustive") {
        let variants = item.variants.iter().map(|variant| &variant.ident);
        statements.push(quote! { fn all(value: #name) { match value { #(#name::#variants { .. } => {})* } } });
    }
    statements
}

/// The `T` of `impl Into<T>`; other types unchanged.
fn given(ty: &Type) -> TokenStream {
    if let Type::ImplTrait(bounds) = ty
        && let Some(TypeParamBound::Trait(bound)) = bounds.bounds.first()
        && let Some(into) = bound.path.segments.last()
        && into.ident == "Into"
        && let syn::PathArguments::AngleBracketed(arguments) = &into.arguments
    {
        let inner = &arguments.args;
        return quote! { #inner };
    }
    quote! { #ty }
}

/// The type of `Self`.
fn without_self(tokens: TokenStream, ty: &Type) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => quote! { #ty },
            TokenTree::Group(group) => {
                TokenTree::Group(proc_macro2::Group::new(group.delimiter(), without_self(group.stream(), ty))).into()
            }
            token => token.into(),
        })
        .collect()
}

/// Calls of every public function.
fn methods(item: &ItemImpl) -> Vec<TokenStream> {
    let ty = &*item.self_ty;
    let mut calls = Vec::new();
    for member in &item.items {
        if let ImplItem::Const(constant) = member {
            let (name, ty2) = (
                &constant.ident,
                without_self(
                    {
                        let ty = &constant.ty;
                        quote! { #ty }
                    },
                    ty,
                ),
            );
            calls.push(quote! { fn value() -> #ty2 { <#ty>::#name } });
            continue;
        }
        if let ImplItem::Macro(setters) = member {
            calls.extend(setter_calls(ty, &setters.mac));
            continue;
        }
        let ImplItem::Fn(function) = member else {
            panic!("a caller does not know this member: {}", quote! { #member })
        };
        if !is_public(&function.vis) {
            continue;
        }
        let signature = &function.sig;
        let name = &signature.ident;
        let mut receiver = None;
        let mut names = Vec::new();
        let mut types = Vec::new();
        for argument in &signature.inputs {
            match argument {
                FnArg::Receiver(it) => {
                    receiver = Some(match &it.kind {
                        ReceiverKind::Value => quote! { #ty },
                        ReceiverKind::Reference(_, _, mutability) => quote! { & #mutability #ty },
                        _ => panic!("a caller does not know this receiver yet: {}", quote! { #it }),
                    });
                }
                FnArg::Typed(it) => {
                    names.push(format_ident!("argument_{}", names.len()));
                    types.push(given(&it.ty));
                }
            }
        }
        let output = match &signature.output {
            ReturnType::Default => quote! { () },
            ReturnType::Type(_, ty) => quote! { #ty },
        };
        let output = without_self(output, ty);
        let generics = joined(&item.generics, &signature.generics);
        let bounds = [&item.generics, &signature.generics].map(|generics| generics.where_clause.as_ref());
        let bounds = bounds.into_iter().flatten().flat_map(|clause| clause.predicates.iter());
        let bounds = without_self(quote! { where #(#bounds,)* }, ty);
        let (is_async, wait) = match signature.asyncness {
            Some(_) => (quote! { async }, quote! { .await }),
            None => (quote! {}, quote! {}),
        };
        calls.push(match receiver {
            Some(receiver) => quote! {
                #is_async fn #name #generics(receiver: #receiver, #(#names: #types),*) -> #output #bounds {
                    receiver.#name(#(#names),*)#wait
                }
            },
            None => quote! {
                fn #name #generics(#(#names: #types),*) -> #output #bounds { <#ty>::#name(#(#names),*) }
            },
        });
    }
    calls
}

/// Calls of the methods that a macro of the runtime generates: `setters!(page(i64); ids(Vec<String>))`.
fn setter_calls(ty: &Type, setters: &syn::Macro) -> Vec<TokenStream> {
    assert!(setters.path.segments.last().unwrap().ident == "setters", "a caller does not know this macro yet");
    let tokens: Vec<TokenTree> = setters.tokens.clone().into_iter().collect();
    let setters = tokens.windows(2).filter_map(|tokens| match tokens {
        [TokenTree::Ident(name), TokenTree::Group(value)] => Some((name, value.stream())),
        _ => None,
    });
    setters
        .map(|(name, value)| quote! { fn set(receiver: #ty, value: #value) -> #ty { receiver.#name(value) } })
        .collect()
}

fn joined(outer: &Generics, inner: &Generics) -> TokenStream {
    let parameters: Vec<&GenericParam> = outer.params.iter().chain(&inner.params).collect();
    if parameters.is_empty() {
        quote! {}
    } else {
        quote! { <#(#parameters),*> }
    }
}

/// The implementation of a trait.
fn implementation(item: &ItemImpl, path: &syn::Path) -> Vec<TokenStream> {
    let mut ty = item.self_ty.clone();
    if !item.generics.params.is_empty()
        && let Type::Path(generic) = &mut *ty
    {
        // Without arguments it is the type whose values are all set.
        generic.path.segments.last_mut().unwrap().arguments = syn::PathArguments::None;
    }
    let ty = &ty;
    match path.segments.last().unwrap().ident.to_string().as_str() {
        "Default" => vec![has_trait(ty, quote! { Default })],
        "Operation" => {
            let info = quote! { fn info() -> &'static runtime::OperationInfo { <#ty as runtime::Operation>::INFO } };
            let types = item.items.iter().filter_map(|member| match member {
                ImplItem::Type(member) => {
                    let (name, is) = (&member.ident, &member.ty);
                    Some(quote! {
                        use std::marker::PhantomData;
                        fn of() { let _: PhantomData<#is> = PhantomData::<<#ty as runtime::Operation>::#name>; }
                    })
                }
                _ => None,
            });
            types.chain([info]).collect()
        }
        "Paginated" => {
            let of_call = quote! {
                fn call<C: runtime::InScope<<#ty as runtime::Operation>::Scope>>(call: crate::Call<C, #ty>) -> runtime::Items<C, #ty> { call.items() }
            };
            vec![of_call, has_trait(ty, quote! { #path })]
        }
        "Streamed" => {
            let of_call = quote! {
                async fn call<C: runtime::InScope<<#ty as runtime::Operation>::Scope>>(call: crate::Call<C, #ty>) -> Result<runtime::StreamedResponse<#ty>, runtime::Error> { call.send_streaming().await }
            };
            vec![of_call, has_trait(ty, quote! { #path })]
        }
        "Followed" => {
            let of_call = quote! {
                fn call<C: runtime::InScope<<#ty as runtime::Operation>::Scope>>(call: crate::Call<C, #ty>) -> runtime::FollowBuilder<C, #ty> { call.follow() }
            };
            vec![of_call, has_trait(ty, quote! { #path })]
        }
        "ApiClient" => {
            let settings = item.items.iter().filter_map(|member| match member {
                ImplItem::Type(member) => Some((member.ident.to_string().to_lowercase(), &member.ty)),
                _ => None,
            });
            // The type of a setting that the API does not have is uninhabited.
            let settings = settings.filter(|(_, of)| !quote! { #of }.to_string().ends_with("Infallible"));
            let calls = settings.map(|(name, of)| {
                let name = format_ident!("{name}");
                quote! { fn set(settings: ClientBuilder, value: #of) -> ClientBuilder { settings.#name(value) } }
            });
            calls.chain([has_trait(ty, quote! { #path })]).collect()
        }
        "BaseUrl" | "Caller" | "Display" | "FromStr" | "InScope" | "State" => vec![has_trait(ty, quote! { #path })],
        other => panic!("a caller does not know implementations of `{other}` yet"),
    }
}

/// The items that a macro of the runtime generates.
fn expansion(item: &ItemMacro) -> Vec<TokenStream> {
    let macro_name = item.mac.path.segments.last().unwrap().ident.to_string();
    let tokens: Vec<TokenTree> = item.mac.tokens.clone().into_iter().collect();
    let Some(name) = tokens.first() else {
        if macro_name == "streaming_call" {
            // Called by each operation with such a response.
            return Vec::new();
        }
        // The type of calls is the same for every client.
        assert_eq!(macro_name, "call", "a caller does not know this macro yet");
        return vec![
            quote! { fn call<C: runtime::Caller, O: runtime::Operation>(caller: &C, operation: O) -> Call<C, O> { Call::new(caller, operation) } },
        ];
    };
    let json = || has_trait(name, quote! { serde::Serialize + serde::de::DeserializeOwned });
    let parameter = || has_trait(name, quote! { std::fmt::Display + runtime::ParameterValue });
    let from = |ty: TokenStream| quote! { fn from(value: #ty) -> #name { value.into() } };
    match macro_name.as_str() {
        "object" => vec![json()],
        "missing" => Vec::new(),
        "text_newtype" => vec![
            json(),
            parameter(),
            from(quote! { &str }),
            from(quote! { String }),
            from(quote! { &#name }),
            quote! { fn read(value: &#name) -> &str { value.as_str() } },
            has_trait(name, quote! { AsRef<str> }),
        ],
        "integer_newtype" => {
            let inner = &tokens[2];
            let read = quote! { fn read(value: #name) -> #inner { value.get() } };
            vec![json(), parameter(), from(quote! { #inner }), from(quote! { &#name }), read]
        }
        "text_enum" => vec![
            json(),
            parameter(),
            from(quote! { &str }),
            from(quote! { String }),
            quote! { fn read(value: &#name) -> &str { value.as_str() } },
            quote! { fn values() -> &'static [&'static str] { #name::VALUES } },
        ],
        "integer_enum" => vec![
            json(),
            parameter(),
            from(quote! { i64 }),
            quote! { fn read(value: #name) -> i64 { value.value() } },
            quote! { fn values() -> &'static [i64] { #name::VALUES } },
        ],
        "tagged_union" | "untagged_union" => vec![json()],
        "from_variants" => {
            let TokenTree::Group(group) = tokens.last().unwrap() else { panic!("a union without variants") };
            let variants = group.stream().into_iter().filter_map(|token| match token {
                TokenTree::Group(ty) => Some(from(ty.stream())),
                _ => None,
            });
            variants.collect()
        }
        // `GetFailure of Get { … }`
        "failures" => {
            let operation = &tokens[2];
            vec![quote! {
                fn failure(error: &runtime::Error) -> Option<Result<#name, runtime::ReadError>> {
                    error.failure::<#operation>()
                }
            }]
        }
        // `GetHeaders of Get`
        "headers" => {
            let operation = &tokens[2];
            vec![quote! {
                fn headers(response: &runtime::CallResponse<#operation>) -> #name { response.typed_headers() }
            }]
        }
        // `"text/csv" => TextCsv(String) text into_text_csv`
        "content" => {
            let TokenTree::Group(group) = tokens.last().unwrap() else { panic!("content without variants") };
            let variants: Vec<TokenTree> = group.stream().into_iter().collect();
            let methods = variants.windows(3).filter_map(|tokens| match tokens {
                [TokenTree::Group(ty), TokenTree::Ident(_), TokenTree::Ident(method)] => {
                    let ty = ty.stream();
                    Some(quote! { fn take(value: #name) -> Option<#ty> { value.#method() } })
                }
                _ => None,
            });
            methods.chain([has_trait(name, quote! { serde::Serialize })]).collect()
        }
        "choice" => {
            let read = quote! { fn read(value: &#name) -> &runtime::JsonValue { value.json() } };
            vec![json(), from(quote! { runtime::JsonValue }), read]
        }
        other => panic!("a caller does not know the macro `{other}` yet"),
    }
}
