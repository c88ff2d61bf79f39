//! Constraints of values, for documents of different authors: one uses inline schemas, another named ones.
//!
//! In: pairs of values of the model. Out: the constraints that differ. This module does not compare types.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Comparer;
use super::change::{Compatibility, Kind};
use super::describe::code;
use super::key_kind;
use super::recorder::Subject;
use crate::model::{Api, Bound, Constraints, Primitive, SizeOf, TypeDefinition, TypeKind, TypeRef};

/// The maximum number of lists and names around a value.
const MAX_DEPTH: usize = 32;

/// A value that constraints apply to.
pub(super) struct Constrained<'a> {
    /// The inline constraints.
    own: Option<&'a Constraints>,
    /// The place of the schema of the value.
    pointer: &'a str,
    ty: &'a TypeRef,
}

/// Constraints by their paths from the value, each with its place.
type Effective = BTreeMap<String, (String, String)>;

impl<'a> Constrained<'a> {
    pub(super) fn new(own: &'a Option<Box<Constraints>>, pointer: &'a str, ty: &'a TypeRef) -> Self {
        Self { own: own.as_deref(), pointer, ty }
    }

    /// The values of a named type.
    pub(super) fn of(definition: &'a TypeDefinition) -> Self {
        let ty = match &definition.kind {
            TypeKind::Alias(ty) => ty,
            _ => &TypeRef::Primitive(Primitive::Json),
        };
        Self::new(&definition.docs.constraints, &definition.pointer, ty)
    }

    /// The inline constraints, then those of the named types on the path to the type.
    fn effective(&self, api: &Api) -> Effective {
        let mut found = Effective::new();
        let mut path = String::new();
        let mut pointer = self.pointer.to_owned();
        let (mut ty, mut own) = (self.ty, self.own);
        for _ in 0..MAX_DEPTH {
            for (key, value) in own.map(by_key).unwrap_or_default() {
                found.entry(format!("{path}{key}")).or_insert_with(|| (value, format!("{pointer}/{key}")));
            }
            match ty {
                TypeRef::Nullable(inner) => ty = inner,
                TypeRef::List(item) => {
                    path.push_str("items/");
                    pointer.push_str("/items");
                    (ty, own) = (item, own.and_then(|list| list.items.as_deref()));
                }
                TypeRef::Named(id) => {
                    let Some(definition) = api.definition(*id) else { break };
                    pointer.clone_from(&definition.pointer);
                    own = definition.docs.constraints.as_deref();
                    match &definition.kind {
                        TypeKind::Alias(target) => ty = target,
                        TypeKind::Newtype(_) => ty = &TypeRef::Primitive(Primitive::Json),
                        // Compared with the definition.
                        TypeKind::Struct(_) | TypeKind::Enum(_) | TypeKind::Union(_) => break,
                    }
                }
                TypeRef::Primitive(_) | TypeRef::Map(_) => break,
            }
        }
        found
    }
}

/// Constraints as a schema states them.
fn by_key(constraints: &Constraints) -> Vec<(&'static str, String)> {
    let Constraints { minimum, maximum, multiple_of, size, unique_items, pattern, default, values, .. } = constraints;
    let mut found = Vec::new();
    let mut bound = |key, exclusive_key, bound: &Option<Bound>| {
        if let Some(Bound { value, is_exclusive }) = bound {
            found.push((key, value.to_string()));
            found.extend(is_exclusive.then(|| (exclusive_key, "true".to_owned())));
        }
    };
    bound("minimum", "exclusiveMinimum", minimum);
    bound("maximum", "exclusiveMaximum", maximum);
    found.extend(multiple_of.as_ref().map(|factor| ("multipleOf", factor.to_string())));
    if let Some((counted, (least, most))) = size {
        let (least_key, most_key) = match counted {
            SizeOf::Characters => ("minLength", "maxLength"),
            SizeOf::Items => ("minItems", "maxItems"),
            SizeOf::Properties => ("minProperties", "maxProperties"),
        };
        found.extend(least.map(|size| (least_key, size.to_string())));
        found.extend(most.map(|size| (most_key, size.to_string())));
    }
    found.extend(unique_items.then(|| ("uniqueItems", "true".to_owned())));
    found.extend(pattern.as_ref().map(|pattern| ("pattern", pattern.clone())));
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    found.extend(default.as_ref().map(|default| ("default", shown(default))));
    if !values.is_empty() {
        found.push(("enum", values.iter().map(shown).collect::<Vec<_>>().join(", ")));
    }
    found
}

impl Comparer<'_> {
    /// Compares the constraints of two values of documents that share only the JSON.
    pub(super) fn constraints(&mut self, subject: &str, old: &Constrained<'_>, new: &Constrained<'_>) {
        if !self.is_common {
            return;
        }
        let [old_api, new_api] = self.apis;
        let (old_found, new_found) = (old.effective(old_api), new.effective(new_api));
        let paths: BTreeSet<&String> = old_found.keys().chain(new_found.keys()).collect();
        for path in paths {
            let found = [old_found.get(path), new_found.get(path)];
            let [old_value, new_value] = found.map(|found| found.map(|(value, _)| value.as_str()));
            let place = |found: Option<&(String, String)>, value: &Constrained<'_>| {
                found.map_or_else(|| value.pointer.to_owned(), |(_, pointer)| pointer.clone())
            };
            let (old_at, new_at) = (place(found[0], old), place(found[1], new));
            // A named type occurs at each of its uses.
            if old_value == new_value || !self.compared_constraints.insert((old_at.clone(), new_at.clone())) {
                continue;
            }
            let [old_shown, new_shown] = [old_value, new_value]
                .map(|value| value.map_or_else(|| "none".to_owned(), |value| format!("`{}`", code(value))));
            let what = format!("`{path}` {old_shown} → {new_shown}");
            let subject = Subject::both(Kind::Constraint, subject, &old_at, &new_at);
            let (_, why) = key_kind::describe(path.rsplit('/').next().unwrap_or(path), false);
            self.recorder.record(&subject, Compatibility::DocumentationOnly, &what, why);
        }
    }
}
