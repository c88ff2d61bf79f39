//! Generated code as a person surveys it: what there is, without how it is done.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::{Expr, Fields, ImplItem, Item, Lit, Type};

/// An operation as the generated code has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// File that it is in, without the ending.
    pub module: String,
    /// Name of its struct.
    pub name: String,
    /// Names and types of its fields.
    pub fields: Vec<(String, String)>,
    /// The type of its response.
    pub output: String,
    /// What is known about it, by the names of `OperationInfo`.
    pub info: BTreeMap<String, String>,
}

/// A type as the generated code has it.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeItem {
    /// File that it is in, without the ending.
    pub module: String,
    /// `struct`, `builder`, `required`, `enum`, `union`, `newtype` or `alias`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Fields with their types, variants with their content or value.
    pub members: Vec<(String, String)>,
}

/// What a set of generated files has.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// The operations, by group.
    pub operations: Vec<Operation>,
    /// The types, by module.
    pub types: Vec<TypeItem>,
}

/// The name of the field that keeps members which are not described.
pub const OTHERS: &str = "(others)";

/// Surveys generated files.
///
/// # Panics
/// A file is not Rust.
#[must_use]
pub fn survey(files: &BTreeMap<String, String>) -> Code {
    let mut code = Code::default();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let module = path.trim_end_matches(".rs").to_owned();
        match module.strip_prefix("types/") {
            Some(module) => types(module, &file.items, &mut code.types),
            None => operations(&module, &file.items, &mut code.operations),
        }
    }
    code
}

fn text(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    text.replace(" :: ", "::").replace(" < ", "<").replace(" >", ">").replace("super::", "").replace("types::", "")
}

fn named_fields(fields: &Fields) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|field| {
            let name = field.ident.as_ref().map_or_else(|| "0".to_owned(), ToString::to_string);
            let kept = field.attrs.iter().any(|attribute| text(&attribute.meta).contains("flatten"));
            let name = if kept { OTHERS.to_owned() } else { name };
            (name.trim_start_matches("r#").to_owned(), text(&field.ty))
        })
        .collect()
}

/// The fields of an operation with all its arguments: a type parameter is what it is by default.
fn complete_fields(item: &syn::ItemStruct) -> Vec<(String, String)> {
    let defaults: BTreeMap<String, String> = item
        .generics
        .type_params()
        .filter_map(|parameter| Some((parameter.ident.to_string(), text(&parameter.default.as_ref()?.1))))
        .collect();
    let complete = |(name, ty): (String, String)| (name, defaults.get(&ty).cloned().unwrap_or(ty));
    named_fields(&item.fields).into_iter().map(complete).collect()
}

fn operations(module: &str, items: &[Item], found: &mut Vec<Operation>) {
    for item in items {
        let Item::Impl(implementation) = item else { continue };
        let Some((of, _)) = &implementation.trait_ else { continue };
        if of.segments.last().is_none_or(|last| last.ident != "Operation") {
            continue;
        }
        let Type::Path(name) = &*implementation.self_ty else { continue };
        let Some(name) = name.path.segments.last().map(|last| last.ident.to_string()) else { continue };
        let fields = items.iter().find_map(|item| match item {
            Item::Struct(item) if item.ident == name => Some(complete_fields(item)),
            _ => None,
        });
        let mut operation = Operation {
            module: module.to_owned(),
            name,
            fields: fields.unwrap_or_default(),
            output: String::new(),
            info: BTreeMap::new(),
        };
        for item in &implementation.items {
            match item {
                ImplItem::Type(item) if item.ident == "Output" => operation.output = text(&item.ty),
                ImplItem::Const(item) => {
                    if let Expr::Reference(reference) = &item.expr {
                        operation.info = info(&reference.expr);
                    }
                }
                _ => {}
            }
        }
        found.push(operation);
    }
}

/// What is given to `OperationInfo::new(…)` and to the `.with_…(…)` after it, by the name of the field.
fn info(mut expression: &Expr) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    while let Expr::MethodCall(call) = expression {
        let field = call.method.to_string().trim_start_matches("with_").to_owned();
        fields.extend(call.args.iter().map(|value| (field.clone(), plain(value))));
        expression = &call.receiver;
    }
    if let Expr::Call(call) = expression {
        let names = ["api", "id", "method", "path"].map(str::to_owned);
        fields.extend(names.into_iter().zip(call.args.iter().map(plain)));
    }
    fields
}

/// A value as it is read: texts without quotes, variants without their path.
fn plain(expression: &Expr) -> String {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => text.value(),
            other => text(other),
        },
        Expr::Path(path) => path.path.segments.last().map_or_else(String::new, |last| last.ident.to_string()),
        other => text(other),
    }
}

fn types(module: &str, items: &[Item], found: &mut Vec<TypeItem>) {
    let mut values: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for item in items {
        if let Item::Macro(item) = item {
            let (name, pairs) = enumeration(&item.mac);
            values.insert(name, pairs);
        }
    }
    for item in items {
        let (kind, name, members) = match item {
            // A builder has the fields of the type that it builds.
            Item::Struct(item) if !item.generics.params.is_empty() => ("builder", item.ident.to_string(), Vec::new()),
            Item::Struct(item) => {
                let unnamed = matches!(item.fields, Fields::Unnamed(_));
                let serialized = item.attrs.iter().any(|attribute| attribute.path().is_ident("serde"));
                let kind = if unnamed {
                    "newtype"
                } else if serialized {
                    "struct"
                } else {
                    "required"
                };
                (kind, item.ident.to_string(), named_fields(&item.fields))
            }
            Item::Enum(item) => {
                let name = item.ident.to_string();
                let known = values.get(&name);
                let mut kind = "enum";
                let members = item.variants.iter().filter(|variant| variant.ident != "Unknown").map(|variant| {
                    let variant_name = variant.ident.to_string();
                    let content = match variant.fields.iter().next() {
                        Some(field) => {
                            kind = "union";
                            text(&field.ty)
                        }
                        None => known.and_then(|pairs| pairs.get(&variant_name)).cloned().unwrap_or_default(),
                    };
                    (variant_name, content)
                });
                let members = members.collect();
                (kind, name, members)
            }
            Item::Type(item) => ("alias", item.ident.to_string(), vec![("=".to_owned(), text(&item.ty))]),
            _ => continue,
        };
        found.push(TypeItem { module: module.to_owned(), kind, name, members });
    }
}

/// The name and the `value => Variant` pairs of an enumeration's macro.
fn enumeration(mac: &syn::Macro) -> (String, BTreeMap<String, String>) {
    let text = mac.tokens.to_string();
    let Some((name, rest)) = text.split_once('{') else { return (text, BTreeMap::new()) };
    // After the pairs there can be the numbers that mean the same values.
    let pairs = rest.split_once('}').map_or(rest, |(pairs, _)| pairs).split(" , ").filter_map(|pair| {
        let (value, variant) = pair.split_once("=>")?;
        Some((variant.trim().trim_end_matches(',').trim().to_owned(), value.trim().to_owned()))
    });
    (name.trim().to_owned(), pairs.collect())
}

/// The survey as a table for people.
#[must_use]
pub fn table(code: &Code) -> String {
    let mut lines = Vec::new();
    let info = |operation: &Operation, key: &str| {
        // The generator omits what the runtime assumes.
        let default = match key {
            "scope" => "Organization",
            "availability" => "Everywhere",
            _ => "",
        };
        operation.info.get(key).map_or_else(|| default.to_owned(), Clone::clone)
    };
    let mut group = String::new();
    for operation in &code.operations {
        if operation.module != group {
            group.clone_from(&operation.module);
            lines.push(format!("\n# {group}: {}", info(operation, "group")));
        }
        lines.push(format!(
            "{} = {} {} [{}, {}, idempotency {}, {}{}{}]",
            operation.name,
            info(operation, "method"),
            info(operation, "path"),
            info(operation, "scope"),
            info(operation, "risk"),
            info(operation, "idempotency"),
            info(operation, "availability"),
            if info(operation, "authenticated") == "true" { "" } else { ", without token" },
            if info(operation, "deprecated") == "true" { ", deprecated" } else { "" },
        ));
        for (name, ty) in &operation.fields {
            lines.push(format!("    {name}: {ty}"));
        }
        lines.push(format!("    -> {}", operation.output));
    }
    lines.push("\n# types".to_owned());
    let mut types: Vec<&TypeItem> = code.types.iter().collect();
    types.sort_by(|a, b| a.name.cmp(&b.name));
    for item in types {
        match item.members.as_slice() {
            [(name, ty)] if matches!(item.kind, "newtype" | "alias") => {
                let _ = name;
                lines.push(format!("{} {} = {ty}", item.kind, item.name));
            }
            members => {
                lines.push(format!("{} {}", item.kind, item.name));
                lines.extend(
                    members.iter().map(
                        |(name, ty)| {
                            if ty.is_empty() { format!("    {name}") } else { format!("    {name}: {ty}") }
                        },
                    ),
                );
            }
        }
    }
    lines.join("\n")
}
