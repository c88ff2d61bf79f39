//! The emit stage: the model in, one output file at a time out, and for each file its tokens, some items at a time.
//!
//! Names and types are those of the model; its facts become sentences ([`docs`]) and JSON Schema
//! ([`crate::json_schema`]). Cannot fail.

mod builder;
mod docs;
mod dynamic;
mod follow;
mod operation;
mod pages;
mod root;
mod serde_attributes;
mod types;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::document::schema::Schemas;
use crate::json_schema;
use crate::model::{Api, Group, Operation, Primitive, TypeModule, TypeRef};
pub(crate) use docs::LINE_END;
use docs::doc;

/// A file before formatting.
pub(crate) enum Content<'a> {
    /// Its items, some at a time: the tokens of all items would dominate the memory usage.
    Rust(Box<dyn Iterator<Item = TokenStream> + 'a>),
    Json(serde_json::Value),
    Yaml(&'a str),
}

/// A file to generate: its path below the output folder, and its contents.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    pub(crate) path: String,
    subject: Subject<'a>,
}

#[cfg(test)]
impl Task<'_> {
    /// A file at a path.
    pub(crate) fn at(path: &str) -> Self {
        Self { path: path.to_owned(), subject: Subject::Root }
    }
}

#[derive(Debug)]
enum Subject<'a> {
    Root,
    Group(&'a Group),
    Arguments(&'a Operation),
    Result(&'a Operation),
    TypesRoot,
    Types(&'a TypeModule),
    ErrorCodes,
    Client,
    Missing,
    Specification(&'a str),
}

/// All files of the client, the largest first. Each can be [emitted](emit) separately.
pub(crate) fn tasks<'a>(api: &'a Api, specification: Option<&'a str>) -> Vec<Task<'a>> {
    let mut types: Vec<&TypeModule> = api.type_modules.iter().collect();
    types.sort_by_key(|module| std::cmp::Reverse(module.types.len()));
    let mut tasks: Vec<Task<'a>> = Vec::new();
    let mut add = |path: String, subject: Subject<'a>| tasks.push(Task { path, subject });
    for module in types {
        add(module.file.clone(), Subject::Types(module));
    }
    for group in &api.groups {
        add(group.file.clone(), Subject::Group(group));
    }
    add("mod.rs".to_owned(), Subject::Root);
    if !api.error_codes.is_empty() {
        add("error_code.rs".to_owned(), Subject::ErrorCodes);
    }
    add("client.rs".to_owned(), Subject::Client);
    if (Emitter { api }).has_builders() {
        add("missing.rs".to_owned(), Subject::Missing);
    }
    if let Some(text) = specification {
        // A mock server interprets it; it is not compiled.
        add("specification.yaml".to_owned(), Subject::Specification(text));
    }
    add("types.rs".to_owned(), Subject::TypesRoot);
    for operation in api.operations() {
        add(operation.arguments_file.clone(), Subject::Arguments(operation));
        add(operation.result_file.clone(), Subject::Result(operation));
    }
    tasks
}

/// The content of one file.
pub(crate) fn emit<'a>(api: &'a Api, schemas: &Schemas, task: &'a Task<'a>) -> Content<'a> {
    let emitter = Emitter { api };
    let once = |items| Content::Rust(Box::new(std::iter::once(items)));
    match &task.subject {
        Subject::Root => once(emitter.root()),
        Subject::Group(group) => Content::Rust(Box::new(emitter.group(group))),
        Subject::Arguments(operation) => Content::Json(json_schema::arguments(schemas, operation)),
        Subject::Result(operation) => Content::Json(json_schema::result(schemas, operation)),
        Subject::TypesRoot => once(types::root(&api.type_modules)),
        Subject::Types(module) => Content::Rust(Box::new(emitter.types(module))),
        Subject::ErrorCodes => once(emitter.error_codes()),
        Subject::Client => once(emitter.client()),
        Subject::Missing => once(emitter.missing()),
        Subject::Specification(text) => Content::Yaml(text),
    }
}

#[derive(Clone, Copy)]
struct Emitter<'a> {
    api: &'a Api,
}

impl Emitter<'_> {
    /// A type; the path of its named types is `path`.
    fn ty(&self, ty: &TypeRef, path: &TokenStream) -> TokenStream {
        match ty {
            TypeRef::Primitive(primitive) => primitive_type(*primitive),
            TypeRef::List(item) => {
                let item = self.ty(item, path);
                quote! { Vec<#item> }
            }
            TypeRef::Map(value) => {
                let value = self.ty(value, path);
                quote! { std::collections::BTreeMap<String, #value> }
            }
            TypeRef::Nullable(inner) => {
                let inner = self.ty(inner, path);
                quote! { Option<#inner> }
            }
            TypeRef::Named(id) => match self.api.definition(*id) {
                Some(definition) => {
                    let name = ident(&definition.name);
                    quote! { #path::#name }
                }
                None => quote! { runtime::JsonValue },
            },
        }
    }
}

fn primitive_type(primitive: Primitive) -> TokenStream {
    match primitive {
        Primitive::Boolean => quote! { bool },
        Primitive::Int32 => quote! { i32 },
        Primitive::Int64 => quote! { i64 },
        Primitive::Float => quote! { f32 },
        Primitive::Double => quote! { f64 },
        Primitive::String => quote! { String },
        Primitive::Secret => quote! { runtime::Secret },
        Primitive::Base64 => quote! { runtime::Base64 },
        Primitive::Bytes => quote! { Vec<u8> },
        Primitive::Binary => quote! { runtime::Binary },
        Primitive::DateTime => quote! { runtime::DateTime },
        Primitive::UnixSeconds => quote! { runtime::UnixSeconds },
        Primitive::UnixMillis => quote! { runtime::UnixMillis },
        Primitive::Json => quote! { runtime::JsonValue },
        Primitive::JsonObject => quote! { runtime::JsonObject },
    }
}

/// The only import of generated code from outside of it.
fn use_runtime() -> TokenStream {
    quote! { use ::flighthub2_runtime::codegen as runtime; }
}

/// An identifier of the model as a token.
fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(keyword) => Ident::new_raw(keyword, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// A name without what makes an identifier of a keyword.
fn bare(identifier: &str) -> &str {
    identifier.trim_start_matches("r#")
}

/// The type of an argument: any type that converts into the value.
fn argument(ty: &TokenStream) -> TokenStream {
    quote! { impl Into<#ty> }
}

/// `#[deprecated]`, if it applies.
fn deprecated(deprecated: bool) -> Option<TokenStream> {
    deprecated.then(|| quote! { #[deprecated] })
}

/// For a deprecated item whose implementation uses deprecated items.
fn allow_deprecated(deprecated: bool) -> Option<TokenStream> {
    deprecated.then(|| quote! { #[allow(deprecated)] })
}

/// Documentation of the required values of an item.
fn required_doc(owner: &str) -> Option<TokenStream> {
    doc(&format!("Required fields of [`{owner}`]."))
}
