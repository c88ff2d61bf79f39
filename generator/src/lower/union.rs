//! Schemas with `oneOf` and, in documents of others, with `anyOf`.

use std::collections::BTreeMap;

use super::keys::{Keys, Slot};
use super::types::{Draft, Types};
use crate::Dialect;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::document::pointer::PointerRef;
use crate::model::{Apart, Form, Primitive, Struct, TypeKind, TypeRef, Union};
use crate::names::{Case, Scope};
use crate::spelling::did_you_mean;

impl<'d> Types<'d> {
    /// A value of one of several forms.
    pub(super) fn union(&mut self, keys: &Keys<'d>, at: PointerRef<'_>, hint: &str) -> TypeKind {
        let (key, written) = if keys.one_of.is_empty() { ("anyOf", keys.any_of) } else { ("oneOf", keys.one_of) };
        let list = at.key(key);
        let own_shape = !keys.all_of.is_empty() || keys.has_own_shape();
        if own_shape || (key == "oneOf" && !keys.any_of.is_empty()) {
            self.found.report(
                Code::Unsupported,
                list,
                format!("`{key}` beside other keys that describe the value"),
                "move what all forms have in common into each of them",
            );
        }
        let mut tags = keys.data.discriminator.as_ref().map(|_| self.tags(keys));
        let mut wanted = Vec::new();
        let mut forms = Vec::new();
        for (index, form) in written.iter().enumerate() {
            let at = list.index(index);
            let slot = Slot::from(form);
            let reference = slot.reference();
            let name = reference.and_then(|reference| self.component(reference)).map(|(name, _, _)| name);
            let fallback = match slot {
                Slot::Schema(schema) if name.is_none() => match &schema.schema_data.title {
                    Some(title) => title.clone(),
                    None => Keys::of(schema).schema_type.unwrap_or("any").to_owned(),
                },
                _ => String::new(),
            };
            let wanted_name = name.map_or(fallback, str::to_owned);
            let (ty, nullable) = self.slot(slot, at, &format!("{hint}_{wanted_name}"));
            if nullable && self.dialect == Dialect::FlightHub {
                self.found.report(
                    Code::Unsupported,
                    at,
                    "a form that may be null",
                    "write `nullable: true` beside `oneOf` instead",
                );
            }
            let form_tags = match (&mut tags, reference, name) {
                (Some(tags), Some(reference), Some(name)) => {
                    let listed = tags.remove(reference).unwrap_or_default();
                    if listed.is_empty() { vec![name.to_owned()] } else { listed }
                }
                (Some(_), _, _) if self.dialect == Dialect::Foreign => Vec::new(),
                (Some(_), _, _) => {
                    self.found.report(
                        Code::AmbiguousUnion,
                        at,
                        "a discriminator can only choose between schemas with a name",
                        "move this schema to `components/schemas` and refer to it",
                    );
                    Vec::new()
                }
                (None, _, _) => Vec::new(),
            };
            let doc = reference
                .and_then(|reference| self.description_of(reference))
                .or_else(|| match slot {
                    Slot::Schema(schema) => schema.schema_data.description.as_deref().map(crate::docs::documentation),
                    Slot::Reference(_) => None,
                })
                .unwrap_or_else(|| format!("The form `{wanted_name}`."));
            wanted.push(wanted_name);
            forms.push(Form { variant: String::new(), tags: form_tags, ty, doc });
        }
        for (reference, names) in tags.into_iter().flatten() {
            let message = format!("`{}` leads to `{reference}`, which is none of the forms", names.join("`, `"));
            let forms = written.iter().filter_map(|form| Slot::from(form).reference());
            let help = did_you_mean(&reference, forms, || format!("add it to `{key}`, or remove it here"));
            let discriminator = at.key("discriminator");
            let mapping = discriminator.key("mapping");
            let entry = names.first().map_or(mapping, |name| mapping.key(name));
            self.found.report_with(Code::AmbiguousUnion, entry.value(), message, help, (list, "the forms"));
        }
        let mut scope = Scope::with_taken(["UnknownValue"]);
        let texts: Vec<&str> = wanted.iter().map(String::as_str).collect();
        for (form, variant) in forms.iter_mut().zip(scope.issue_all(&texts, Case::Camel)) {
            form.variant = variant;
        }
        let tag = keys.data.discriminator.as_ref().map(|discriminator| discriminator.property_name.clone());
        TypeKind::Union(Union { apart: tag.map_or(Apart::Shape, Apart::Tag), key, forms })
    }

    /// The values of the discriminator, by the reference that they lead to.
    fn tags(&self, keys: &Keys<'d>) -> BTreeMap<String, Vec<String>> {
        let mut tags: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (tag, target) in keys.data.discriminator.iter().flat_map(|discriminator| &discriminator.mapping) {
            let reference =
                if target.contains('/') { target.clone() } else { format!("#/components/schemas/{target}") };
            tags.entry(reference).or_default().push(tag.clone());
        }
        tags
    }
}

/// Finds the unions whose forms cannot be told apart. They are told; in documents of others their values are kept as they
/// came. Done when all types are known.
pub(super) fn settle(document: &Document<'_>, dialect: Dialect, drafts: &mut [Draft]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for index in 0..drafts.len() {
        let found = check(document, drafts, &drafts[index]);
        if dialect == Dialect::FlightHub {
            problems.extend(found);
        } else if let (false, TypeKind::Union(union)) = (found.is_empty(), &mut drafts[index].kind) {
            union.apart = Apart::Nothing;
            let names: Vec<String> = union.forms.iter().map(|form| form.variant.clone()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let issued = Scope::default().issue_all(&names, Case::Snake);
            for (form, name) in union.forms.iter_mut().zip(issued) {
                form.variant = name;
                form.tags.clear();
            }
        }
    }
    problems
}

/// Whether the forms of a union can be told apart.
fn check(document: &Document<'_>, drafts: &[Draft], draft: &Draft) -> Vec<Diagnostic> {
    let TypeKind::Union(union) = &draft.kind else { return Vec::new() };
    let mut problems = Vec::new();
    let mut report = |(index, other): (usize, Option<usize>), message: String, help: &str| {
        let place =
            |index: usize| document.place(PointerRef::Base(&format!("{}/{}/{index}", draft.pointer, union.key)));
        let mut problem = Diagnostic::new(Code::AmbiguousUnion, place(index), message, help);
        if let Some(other) = other {
            problem.relate(place(other), "the other form");
        }
        problems.push(problem);
    };
    match &union.apart {
        Apart::Tag(tag) => check_tags(drafts, union, tag, &mut report),
        Apart::Shape => check_shapes(drafts, union, &mut report),
        Apart::Nothing => {}
    }
    problems
}

fn check_tags(
    drafts: &[Draft],
    union: &Union,
    tag: &str,
    report: &mut impl FnMut((usize, Option<usize>), String, &str),
) {
    for (index, form) in union.forms.iter().enumerate() {
        let Some(object) = object(drafts, &form.ty) else {
            report(
                (index, None),
                format!("`{}` is not an object with properties", form.variant),
                "a discriminator needs objects",
            );
            continue;
        };
        let Some(field) = object.fields.iter().find(|field| field.name == tag) else {
            let message = format!("`{}` has no property `{tag}`, which the discriminator is about", form.variant);
            let known = object.fields.iter().map(|field| field.name.as_str());
            let help = did_you_mean(tag, known, || "describe the property in the form".to_owned());
            report((index, None), message, &help);
            continue;
        };
        if form.tags.is_empty() {
            report(
                (index, None),
                format!("nothing means `{}`", form.variant),
                "name it in the discriminator's mapping",
            );
        }
        if !field.required {
            let message = format!("`{tag}` of `{}` is not required", form.variant);
            report((index, None), message, "add it to `required`: a value without it would have no form");
        }
        if let TypeRef::Named(id) = field.ty
            && let Some(TypeKind::Enum(values)) = drafts.get(id.0).map(|draft| &draft.kind)
            && let crate::model::EnumValues::Text(values) = &values.values
        {
            for missing in form.tags.iter().filter(|tag| !values.iter().any(|value| value.value == **tag)) {
                let message = format!("`{tag}` of `{}` cannot be `{missing}`", form.variant);
                report((index, None), message, "correct the mapping, or the values of the property");
            }
        }
    }
    let mut seen = BTreeMap::new();
    for (index, form) in union.forms.iter().enumerate() {
        for value in &form.tags {
            if let Some(other) = seen.insert(value, index) {
                report((index, Some(other)), format!("`{value}` means two forms"), "give each form its own value");
            }
        }
    }
}

/// What kind of JSON a form is.
enum Shape<'a> {
    Object(&'a Struct),
    AnyObject,
    List,
    Text,
    Number,
    Boolean,
    Anything,
}

fn check_shapes(drafts: &[Draft], union: &Union, report: &mut impl FnMut((usize, Option<usize>), String, &str)) {
    let shapes: Vec<Shape<'_>> = union.forms.iter().map(|form| shape(drafts, &form.ty, 0)).collect();
    for (index, shape) in shapes.iter().enumerate() {
        for (position, (other, other_form)) in shapes[..index].iter().zip(&union.forms).enumerate() {
            let apart = match (shape, other) {
                // What `anyOf` lists can be met all at once.
                (Shape::Object(a), Shape::Object(b)) => union.key == "oneOf" && has_own(a, b) && has_own(b, a),
                (Shape::Anything, _) | (_, Shape::Anything) => false,
                (Shape::Object(_) | Shape::AnyObject, Shape::Object(_) | Shape::AnyObject) => false,
                (a, b) => std::mem::discriminant(a) != std::mem::discriminant(b),
            };
            if !apart {
                let message = format!("`{}` cannot be told from `{}`", union.forms[index].variant, other_form.variant);
                report(
                    (index, Some(position)),
                    message,
                    "add a discriminator; or give each object a required property that the other does not have",
                );
            }
        }
    }
}

/// Whether an object always has something that the other never has.
fn has_own(object: &Struct, other: &Struct) -> bool {
    object.fields.iter().any(|field| field.required && !other.fields.iter().any(|known| known.name == field.name))
}

fn object<'a>(drafts: &'a [Draft], ty: &TypeRef) -> Option<&'a Struct> {
    match shape(drafts, ty, 0) {
        Shape::Object(object) => Some(object),
        _ => None,
    }
}

fn shape<'a>(drafts: &'a [Draft], ty: &TypeRef, depth: usize) -> Shape<'a> {
    let primitive = |primitive: Primitive| match primitive {
        Primitive::Boolean => Shape::Boolean,
        Primitive::Int32
        | Primitive::Int64
        | Primitive::Float
        | Primitive::Double
        | Primitive::UnixSeconds
        | Primitive::UnixMillis => Shape::Number,
        Primitive::Text | Primitive::Secret | Primitive::Base64 | Primitive::DateTime => Shape::Text,
        Primitive::Json | Primitive::Bytes => Shape::Anything,
        Primitive::JsonObject => Shape::AnyObject,
    };
    match ty {
        TypeRef::Primitive(kind) => primitive(*kind),
        TypeRef::List(_) => Shape::List,
        TypeRef::Map(_) => Shape::AnyObject,
        TypeRef::Nullable(_) => Shape::Anything,
        TypeRef::Named(id) => match drafts.get(id.0).map(|draft| &draft.kind) {
            Some(TypeKind::Struct(object)) => Shape::Object(object),
            Some(TypeKind::Enum(values)) => match values.values {
                crate::model::EnumValues::Text(_) => Shape::Text,
                crate::model::EnumValues::Integer(_) => Shape::Number,
            },
            Some(TypeKind::Newtype(kind)) => primitive(*kind),
            Some(TypeKind::Alias(target)) if depth < 32 => shape(drafts, target, depth + 1),
            _ => Shape::Anything,
        },
    }
}
