//! The emit stage: the model in, token streams out, one for each file.
//!
//! Nothing is decided here that could be wrong: names, types and texts come from the model as they are. Cannot fail.

mod catalogue;
mod operation;
mod text;
mod types;

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::model::{Api, Primitive, TypeRef};
use text::doc;

/// Where the generated code finds the runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    /// In the same crate: the client gets its accessors and regions, too.
    Crate,
    /// In another crate, by its name.
    External(String),
}

/// A file before it is text.
#[derive(Debug)]
pub(crate) enum Content {
    Rust(TokenStream),
    Json(serde_json::Value),
}

/// All files of the client, by their paths below the output folder.
pub(crate) fn emit(api: &Api, runtime: &Runtime) -> BTreeMap<String, Content> {
    let emitter = Emitter { api, runtime };
    let mut files = BTreeMap::new();
    files.insert("mod.rs".to_owned(), Content::Rust(emitter.root()));
    for group in &api.groups {
        files.insert(file_name(&group.module), Content::Rust(emitter.group(group)));
        for operation in &group.operations {
            let path = format!("arguments/{}", text::arguments_file(operation));
            files.insert(path, Content::Json(operation.arguments.clone()));
        }
    }
    let modules = emitter.type_modules();
    files.insert("types.rs".to_owned(), Content::Rust(emitter.types_root(&modules)));
    for module in &modules {
        files.insert(format!("types/{}", file_name(module)), Content::Rust(emitter.types(module)));
    }
    if !api.error_codes.is_empty() {
        files.insert("error_code.rs".to_owned(), Content::Rust(emitter.error_codes()));
    }
    if *runtime == Runtime::Crate {
        files.insert("client.rs".to_owned(), Content::Rust(emitter.client()));
    }
    files
}

fn file_name(module: &str) -> String {
    format!("{}.rs", module.trim_start_matches("r#"))
}

struct Emitter<'a> {
    api: &'a Api,
    runtime: &'a Runtime,
}

impl Emitter<'_> {
    /// `use …::runtime;`
    fn use_runtime(&self) -> TokenStream {
        match self.runtime {
            Runtime::Crate => quote! { use crate::runtime; },
            Runtime::External(name) => {
                let name = ident(name);
                quote! { use ::#name::runtime; }
            }
        }
    }

    /// `$crate` of the runtime, for its macros.
    fn crate_path(&self) -> TokenStream {
        match self.runtime {
            Runtime::Crate => quote! { crate },
            Runtime::External(name) => {
                let name = ident(name);
                quote! { ::#name }
            }
        }
    }

    fn in_crate(&self) -> bool {
        *self.runtime == Runtime::Crate
    }

    /// A type, with its named types found under `path`.
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
        Primitive::Text => quote! { String },
        Primitive::Secret => quote! { runtime::Secret },
        Primitive::Base64 => quote! { runtime::Base64 },
        Primitive::DateTime => quote! { runtime::DateTime },
        Primitive::UnixSeconds => quote! { runtime::UnixSeconds },
        Primitive::UnixMillis => quote! { runtime::UnixMillis },
        Primitive::Json => quote! { runtime::JsonValue },
        Primitive::JsonObject => quote! { runtime::JsonObject },
    }
}

/// An identifier of the model as a token.
fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(keyword) => Ident::new_raw(keyword, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// What is given for a value of a type: anything that becomes one.
fn argument(ty: &TokenStream) -> TokenStream {
    quote! { impl Into<#ty> }
}

/// `#[deprecated]`, where it applies.
fn deprecated(deprecated: bool) -> Option<TokenStream> {
    deprecated.then(|| quote! { #[deprecated] })
}

/// Documentation of the required values of an item.
fn required_doc(owner: &str) -> TokenStream {
    doc(&format!("What a [`{owner}`] cannot do without. Each value has its name, and none can be forgotten."))
}
