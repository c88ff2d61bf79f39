//! The emit stage: from the model to the tokens of each output file.
//!
//! Names and types come from the model. Its facts become documentation ([`docs`]) and JSON Schema
//! ([`crate::json_schema`]). This stage cannot fail.

mod builder;
mod docs;
mod dynamic;
mod examples;
mod follow;
mod operation;
mod operation_info;
mod pages;
mod request;
mod responses;
mod root;
mod serde_attributes;
mod structs;
mod types;
mod unions;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::document::schema::Schemas;
use crate::json_schema;
use crate::model::{Api, Group, Primitive, TypeModule, TypeRef};
pub(crate) use docs::LINE_END;
use docs::doc;

/// The content of a file before formatting.
pub(crate) enum Content<'a> {
    /// The items of a Rust file, in chunks: the tokens of all items at once would dominate the memory usage.
    Rust(Box<dyn Iterator<Item = TokenStream> + 'a>),
    Json(serde_json::Map<String, serde_json::Value>),
    Yaml(&'a str),
}

/// A file to generate: its path in the output folder, and the part of the API that it contains.
#[derive(Debug)]
pub(crate) struct OutputFile<'a> {
    pub(crate) path: String,
    /// The estimated time of emitting and formatting the file; that of an average type is 1.
    pub(crate) effort: usize,
    kind: FileKind<'a>,
}

/// The [effort](OutputFile::effort) of an operation.
const OPERATION_EFFORT: usize = 3;

#[cfg(test)]
impl OutputFile<'_> {
    /// A file with this path.
    pub(crate) fn at(path: &str) -> Self {
        Self { path: path.to_owned(), effort: 1, kind: FileKind::Root }
    }
}

#[derive(Debug)]
enum FileKind<'a> {
    Root,
    Group(&'a Group),
    Schemas,
    TypesRoot,
    Types(&'a TypeModule),
    ErrorCodes,
    Client,
    Missing,
    Specification(&'a str),
}

/// All files of the client. Each can be [emitted](emit) separately.
pub(crate) fn output_files<'a>(api: &'a Api, specification: Option<&'a str>) -> Vec<OutputFile<'a>> {
    let mut files: Vec<OutputFile<'a>> = Vec::new();
    let all = api.operations().count() * OPERATION_EFFORT + api.types.len();
    let mut add = |path: String, kind: FileKind<'a>| {
        let effort = match &kind {
            FileKind::Types(module) => module.types.len(),
            FileKind::Group(group) => group.operations.len() * OPERATION_EFFORT,
            FileKind::Schemas => all / 16,
            FileKind::Root | FileKind::Missing | FileKind::Client | FileKind::TypesRoot => all / 128,
            FileKind::ErrorCodes | FileKind::Specification(_) => 0,
        };
        files.push(OutputFile { path, effort: effort + 1, kind });
    };
    for module in &api.type_modules {
        add(module.file.clone(), FileKind::Types(module));
    }
    for group in &api.groups {
        add(group.file.clone(), FileKind::Group(group));
    }
    add("mod.rs".to_owned(), FileKind::Root);
    if !api.error_codes.is_empty() {
        add("error_code.rs".to_owned(), FileKind::ErrorCodes);
    }
    add("client.rs".to_owned(), FileKind::Client);
    if (Emitter { api, crate_name: None }).has_builders() {
        add("missing.rs".to_owned(), FileKind::Missing);
    }
    if let Some(text) = specification {
        // Not compiled: the mock server interprets it.
        add("specification.yaml".to_owned(), FileKind::Specification(text));
    }
    add("types.rs".to_owned(), FileKind::TypesRoot);
    if has_schemas(api) {
        add(SCHEMAS_FILE.to_owned(), FileKind::Schemas);
    }
    files
}

/// The file with the JSON Schemas of all operations.
const SCHEMAS_FILE: &str = "schemas.json";

/// Whether there is a file with JSON Schemas.
fn has_schemas(api: &Api) -> bool {
    api.operations().next().is_some()
}

/// The content of one file. `crate_name` is the crate whose root is the client.
pub(crate) fn emit<'a>(
    api: &'a Api,
    schemas: &Schemas,
    crate_name: Option<&'a str>,
    file: &'a OutputFile<'a>,
) -> Content<'a> {
    let emitter = Emitter { api, crate_name };
    let once = |items| Content::Rust(Box::new(std::iter::once(items)));
    match &file.kind {
        FileKind::Root => once(emitter.root()),
        FileKind::Group(group) => Content::Rust(Box::new(emitter.group(group))),
        FileKind::Schemas => Content::Json(json_schema::of_operations(schemas, api)),
        FileKind::TypesRoot => once(types::root(&api.type_modules)),
        FileKind::Types(module) => Content::Rust(Box::new(emitter.types(module))),
        FileKind::ErrorCodes => once(emitter.error_codes()),
        FileKind::Client => once(emitter.client()),
        FileKind::Missing => once(emitter.missing()),
        FileKind::Specification(text) => Content::Yaml(text),
    }
}

#[derive(Clone, Copy)]
struct Emitter<'a> {
    api: &'a Api,
    /// The crate that examples name; without it there are none.
    crate_name: Option<&'a str>,
}

impl Emitter<'_> {
    /// The tokens of a type. `path` is the module path of named types.
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
        Primitive::SecretInteger => quote! { runtime::SecretInteger },
        Primitive::Base64 => quote! { runtime::Base64 },
        Primitive::Bytes | Primitive::Binary => quote! { runtime::Binary },
        Primitive::DateTime => quote! { runtime::DateTime },
        Primitive::UnixSeconds => quote! { runtime::UnixSeconds },
        Primitive::UnixMillis => quote! { runtime::UnixMillis },
        Primitive::Json => quote! { runtime::JsonValue },
        Primitive::JsonObject => quote! { runtime::JsonObject },
    }
}

/// The only import of generated code from another crate.
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

/// An identifier without the prefix `r#`.
fn bare(identifier: &str) -> &str {
    identifier.trim_start_matches("r#")
}

/// The type of an argument: any type that converts into `ty`.
fn argument(ty: &TokenStream) -> TokenStream {
    quote! { impl Into<#ty> }
}

/// `#[deprecated]` for a deprecated item.
fn deprecated(deprecated: bool) -> Option<TokenStream> {
    deprecated.then(|| quote! { #[deprecated] })
}

/// `#[allow(deprecated)]` for a deprecated item, whose implementation uses deprecated items.
fn allow_deprecated(deprecated: bool) -> Option<TokenStream> {
    deprecated.then(|| quote! { #[allow(deprecated)] })
}

/// The documentation of the struct with the required fields of an item.
fn required_doc(owner: &str) -> Option<TokenStream> {
    doc(&format!("Required fields of [`{owner}`]."))
}
