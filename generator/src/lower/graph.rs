//! What types have to do with each other.
//!
//! In: all drafts, and the types that operations name. Out: definitions that know whether they contain themselves, who
//! uses them, and what nobody needs to write.

use std::collections::{BTreeMap, BTreeSet};

use super::circles::circles;
use super::groups::module_file;
use super::types::{Draft, OneWay};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::document::grammar::CONTENT_SCHEMA;
use crate::document::pointer::At;
use crate::model::{EnumValues, Group, TypeDefinition, TypeId, TypeKind, TypeModule, TypeRef};

/// Module of types that no group has for itself.
pub(super) const SHARED: &str = "shared";

/// What an operation names.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) module: String,
    pub(super) ty: TypeRef,
    pub(super) in_request: bool,
}

/// What the drafts become.
#[derive(Debug, Default)]
pub(super) struct Finished {
    pub(super) definitions: Vec<TypeDefinition>,
    pub(super) modules: Vec<TypeModule>,
    pub(super) problems: Vec<Diagnostic>,
}

pub(super) fn finish(
    document: &Document<'_>,
    mut drafts: Vec<Draft>,
    uses: &[Use],
    one_way: &[OneWay],
    contents: &BTreeMap<String, TypeId>,
    groups: &[Group],
) -> Finished {
    let mut problems = circular_aliases(document, &drafts);
    if !problems.is_empty() {
        return Finished { problems, ..Finished::default() };
    }
    problems.extend(attach_contents(document, &mut drafts, contents));
    let in_strings: BTreeSet<TypeId> = contents.values().copied().collect();
    let boxed = boxed_fields(&drafts);
    let constants = constants(&drafts);
    let count = drafts.len();
    let mut modules: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); count];
    let mut in_requests = vec![false; count];
    let mut in_answers = vec![false; count];
    for usage in uses {
        for id in reached(&drafts, &usage.ty) {
            modules[id.0].insert(&usage.module);
            if usage.in_request {
                in_requests[id.0] = true;
            } else {
                in_answers[id.0] = true;
            }
        }
    }
    for property in one_way {
        let (wrong, other) = if property.read_only {
            (in_requests[property.owner.0], "readOnly")
        } else {
            (in_answers[property.owner.0], "writeOnly")
        };
        if wrong {
            problems.push(Diagnostic::new(
                Code::Unsupported,
                document.place(At::Base(&property.pointer)),
                format!("a required property that is `{other}`, in a schema that is used the other way, too"),
                "take it out of `required`, or use two schemas",
            ));
        }
    }
    let definitions = drafts
        .into_iter()
        .enumerate()
        .map(|(index, draft)| {
            let mut kind = draft.kind;
            if let TypeKind::Struct(object) = &mut kind {
                for (position, field) in object.fields.iter_mut().enumerate() {
                    field.boxed = boxed.contains(&(index, position));
                    field.constant = match field.ty {
                        TypeRef::Named(id) if field.required && !field.nullable && constants.contains(&id) => Some(id),
                        _ => None,
                    };
                }
            }
            let in_requests = in_requests[index];
            TypeDefinition {
                name: draft.name,
                pointer: draft.pointer,
                required_name: None,
                doc: draft.doc,
                kind,
                is_used: !modules[index].is_empty(),
                in_requests,
                in_strings: in_strings.contains(&TypeId(index)),
            }
        })
        .collect();
    Finished { definitions, modules: type_modules(&modules, groups), problems }
}

/// The module of the only group that uses a type; for others the one of shared types.
fn type_modules(users: &[BTreeSet<&str>], groups: &[Group]) -> Vec<TypeModule> {
    let mut modules: BTreeMap<&str, Vec<TypeId>> = BTreeMap::new();
    for (index, users) in users.iter().enumerate() {
        let mut users = users.iter();
        let module = match (users.next(), users.next()) {
            (Some(only), None) => *only,
            _ => SHARED,
        };
        modules.entry(module).or_default().push(TypeId(index));
    }
    let files: BTreeMap<&str, &str> = groups.iter().map(|group| (&*group.module, &*group.file)).collect();
    let module = |(name, types): (&str, Vec<TypeId>)| {
        let file = files.get(name).map_or_else(|| module_file(SHARED), |file| (*file).to_owned());
        TypeModule { name: name.to_owned(), file: format!("types/{file}"), types }
    };
    modules.into_iter().map(module).collect()
}

/// Gives each field the type of the JSON in its strings.
fn attach_contents(
    document: &Document<'_>,
    drafts: &mut [Draft],
    contents: &BTreeMap<String, TypeId>,
) -> Vec<Diagnostic> {
    let mut attached: BTreeSet<&str> = BTreeSet::new();
    for draft in drafts.iter_mut() {
        let TypeKind::Struct(object) = &mut draft.kind else { continue };
        for field in &mut object.fields {
            // The string is the property itself, or an entry of its lists.
            let below = contents.range(field.pointer.clone()..);
            let own = below.take_while(|(pointer, _)| pointer.starts_with(&field.pointer)).find(|(pointer, _)| {
                pointer.strip_prefix(&field.pointer).is_some_and(|rest| rest.replace("/items", "").is_empty())
            });
            if let Some((pointer, id)) = own {
                attached.insert(pointer);
                field.content = Some(*id);
            }
        }
    }
    let unsupported = |(pointer, id): (&String, &TypeId)| {
        let target = drafts.get(id.0)?;
        let (message, help) = if !matches!(target.kind, TypeKind::Struct(_)) {
            let message = format!("`{}` is no object with members that are described", target.name);
            (message, "leave the key out, and say in the description what the string holds")
        } else if !attached.contains(pointer.as_str()) {
            let message = "the content of a string that is no property of an object".to_owned();
            (message, "write the string in the property that holds it")
        } else {
            return None;
        };
        let string = At::Base(pointer);
        Some(Diagnostic::new(Code::Unsupported, document.place(string.key(CONTENT_SCHEMA)), message, help))
    };
    contents.iter().filter_map(unsupported).collect()
}

/// Everything that a type holds, itself included, and what the strings in it hold.
fn reached(drafts: &[Draft], ty: &TypeRef) -> BTreeSet<TypeId> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<TypeId> = ty.named().into_iter().collect();
    while let Some(id) = next.pop() {
        if reached.insert(id)
            && let Some(draft) = drafts.get(id.0)
        {
            next.extend(parts(&draft.kind).filter_map(TypeRef::named));
            if let TypeKind::Struct(object) = &draft.kind {
                next.extend(object.fields.iter().filter_map(|field| field.content));
            }
        }
    }
    reached
}

fn parts(kind: &TypeKind) -> Box<dyn Iterator<Item = &TypeRef> + '_> {
    match kind {
        TypeKind::Struct(object) => {
            Box::new(object.fields.iter().map(|field| &field.ty).chain(object.rest.as_ref().map(|rest| &rest.ty)))
        }
        TypeKind::Union(union) => Box::new(union.forms.iter().map(|form| &form.ty)),
        TypeKind::Alias(ty) => Box::new(std::iter::once(ty)),
        TypeKind::Enum(_) | TypeKind::Newtype(_) => Box::new(std::iter::empty()),
    }
}

/// Names that stand for themselves. Rust's aliases cannot, and neither can a union that is its own form.
fn circular_aliases(document: &Document<'_>, drafts: &[Draft]) -> Vec<Diagnostic> {
    let direct = |draft: &Draft| -> Vec<usize> {
        match &draft.kind {
            TypeKind::Alias(ty) => ty.named().map(|id| id.0).into_iter().collect(),
            TypeKind::Union(union) => union.forms.iter().filter_map(|form| form.ty.named()).map(|id| id.0).collect(),
            _ => Vec::new(),
        }
    };
    let leads: Vec<Vec<usize>> = drafts.iter().map(direct).collect();
    let circles = circles(&leads);
    let leads_back = |index: usize| leads[index].iter().any(|next| circles[*next] == circles[index]);
    let told = drafts.iter().enumerate().filter(|(index, _)| leads_back(*index));
    told.map(|(_, draft)| {
        Diagnostic::new(
            Code::CircularRef,
            document.place(At::Base(&draft.pointer)),
            format!("`{}` leads back to itself", draft.name),
            "a schema may refer to itself through a property of an object only",
        )
    })
    .collect()
}

/// What a value of a type holds without an allocation between.
fn held(ty: &TypeRef) -> Option<TypeId> {
    match ty {
        TypeRef::Primitive(_) | TypeRef::List(_) | TypeRef::Map(_) => None,
        TypeRef::Nullable(inner) => held(inner),
        TypeRef::Named(id) => Some(*id),
    }
}

/// The fields, by type and position, through which a type contains itself.
fn boxed_fields(drafts: &[Draft]) -> BTreeSet<(usize, usize)> {
    let leads: Vec<Vec<usize>> =
        drafts.iter().map(|draft| parts(&draft.kind).filter_map(held).map(|id| id.0).collect()).collect();
    let circles = circles(&leads);
    let mut boxed = BTreeSet::new();
    for (index, draft) in drafts.iter().enumerate() {
        let TypeKind::Struct(object) = &draft.kind else { continue };
        for (position, field) in object.fields.iter().enumerate() {
            if held(&field.ty).is_some_and(|id| circles[id.0] == circles[index]) {
                boxed.insert((index, position));
            }
        }
    }
    boxed
}

/// Enumerations with one value.
fn constants(drafts: &[Draft]) -> BTreeSet<TypeId> {
    let single = |kind: &TypeKind| match kind {
        TypeKind::Enum(values) => match &values.values {
            EnumValues::Text(values) => values.len() == 1,
            EnumValues::Integer(values) => values.len() == 1,
        },
        _ => false,
    };
    drafts.iter().enumerate().filter(|(_, draft)| single(&draft.kind)).map(|(index, _)| TypeId(index)).collect()
}
