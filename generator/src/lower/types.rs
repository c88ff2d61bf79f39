//! Schemas become types.
//!
//! In: a schema and where it is written. Out: a [`TypeRef`], and definitions for what needs a name. A component has the
//! name that the specification gives it; a schema that is written in place is called after its owner and its own name.

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexMap;
use openapiv3::{ReferenceOr, Schema};
use serde_json::Value;

use super::facts::{describe, in_words};
use super::keys::{Keys, Slot};
use crate::Dialect;
use crate::diagnostic::Code;
use crate::document::grammar::CONTENT_SCHEMA;
use crate::document::pointer::{At, escape, unescape};
use crate::document::{Document, Found};
use crate::model::{Primitive, TypeDefinition, TypeId, TypeKind, TypeRef};
use crate::names::{Case, Scope, identifier};

const COMPONENTS: &str = "#/components/schemas/";

/// A definition on its way.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) kind: TypeKind,
    /// Where its schema is.
    pub(super) pointer: String,
}

/// Whether a required property is left out of one direction.
#[derive(Debug)]
pub(super) struct OneWay {
    pub(super) owner: TypeId,
    pub(super) pointer: String,
    pub(super) read_only: bool,
}

#[derive(Debug)]
pub(super) struct Types<'d> {
    pub(super) dialect: Dialect,
    components: Option<&'d IndexMap<String, ReferenceOr<Schema>>>,
    wrappers: HashSet<&'d str>,
    ids: HashMap<&'d str, TypeId>,
    pub(super) scope: Scope,
    pub(super) drafts: Vec<Draft>,
    pub(super) one_way: Vec<OneWay>,
    /// Types of the JSON that strings hold, by the pointers of the strings.
    pub(super) contents: BTreeMap<String, TypeId>,
    /// Pointers of the objects that are being read: what is written in place can lead to where it stands.
    pub(super) open: Vec<String>,
    /// Members of all objects so far, with those of everything that they are made of.
    pub(super) members: usize,
    pub(super) found: Found<'d>,
}

impl<'d> Types<'d> {
    /// Issues the names of all components, then reads them.
    pub(super) fn read(document: &'d Document<'d>, dialect: Dialect) -> Self {
        let components = document.api.components.as_ref().map(|components| &components.schemas);
        let mut types = Self {
            dialect,
            components,
            wrappers: HashSet::new(),
            ids: HashMap::new(),
            scope: Scope::default(),
            drafts: Vec::new(),
            one_way: Vec::new(),
            contents: BTreeMap::new(),
            open: Vec::new(),
            members: 0,
            found: Found::new(document),
        };
        types.wrappers = types.wrappers();
        types.issue_names();
        for (name, slot) in components.into_iter().flatten() {
            if let Some(&id) = types.ids.get(name.as_str()) {
                let pointer = component_pointer(name);
                types.define(id, Slot::from(slot), At::Base(&pointer), name);
            }
        }
        types
    }

    fn issue_names(&mut self) {
        let named: Vec<&'d String> = self
            .components
            .into_iter()
            .flatten()
            .filter(|(_, slot)| !self.is_wrapper(Slot::from(*slot)))
            .map(|(name, _)| name)
            .collect();
        let texts: Vec<&str> = named.iter().map(|name| name.as_str()).collect();
        for (name, issued) in named.iter().zip(self.scope.issue_types(&texts)) {
            self.ids.insert(name, TypeId(self.drafts.len()));
            let doc = fallback(name);
            self.drafts.push(Draft {
                name: issued,
                doc,
                kind: TypeKind::Alias(TypeRef::Primitive(Primitive::Json)),
                pointer: component_pointer(name),
            });
        }
    }

    /// Whether a schema is the wrapper of answers, or made of it.
    pub(super) fn is_wrapper(&self, slot: Slot<'d>) -> bool {
        let is_marked = matches!(slot, Slot::Schema(schema) if Keys::of(schema).is_envelope());
        is_marked
            || made_of(slot)
                .any(|reference| self.target(reference).is_some_and(|(name, _)| self.wrappers.contains(name)))
    }

    /// The components that are the wrapper of answers, or made of it. Each is looked at once: the way to it can lead
    /// through all others.
    fn wrappers(&self) -> HashSet<&'d str> {
        let mut parts: HashMap<&'d str, Vec<&'d str>> = HashMap::new();
        let mut next: Vec<&'d str> = Vec::new();
        for (name, slot) in self.components.into_iter().flatten() {
            let slot = Slot::from(slot);
            if matches!(slot, Slot::Schema(schema) if Keys::of(schema).is_envelope()) {
                next.push(name);
            }
            for (target, _) in made_of(slot).filter_map(|reference| self.target(reference)) {
                parts.entry(target).or_default().push(name);
            }
        }
        let mut found = HashSet::new();
        while let Some(name) = next.pop() {
            if found.insert(name) {
                next.extend(parts.get(name).into_iter().flatten());
            }
        }
        found
    }

    fn target(&self, reference: &'d str) -> Option<(&'d str, Slot<'d>)> {
        let name = unescape(reference.strip_prefix(COMPONENTS)?);
        let (name, slot) = self.components?.get_key_value(name.as_str())?;
        Some((name, Slot::from(slot)))
    }

    /// The component that a reference leads to: its name, its pointer and what is written there. The document stage has
    /// made sure that it is there.
    pub(super) fn component(&self, reference: &'d str) -> Option<(&'d str, String, Slot<'d>)> {
        let (name, slot) = self.target(reference)?;
        Some((name, component_pointer(name), slot))
    }

    /// What a component says about itself, for places that only refer to it.
    pub(super) fn description_of(&self, reference: &'d str) -> Option<String> {
        let mut slot = Slot::Reference(reference);
        for _ in 0..32 {
            match slot {
                Slot::Reference(reference) => slot = self.target(reference)?.1,
                Slot::Schema(schema) => {
                    let text = schema.schema_data.description.as_deref()?;
                    return Some(crate::docs::documentation(text));
                }
            }
        }
        None
    }

    /// Whether values of a schema may be null. Others say so in one of the forms of a choice, too.
    fn nullable(&self, slot: Slot<'d>) -> bool {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut next = vec![slot];
        while let Some(slot) = next.pop() {
            match slot {
                Slot::Reference(reference) if !seen.insert(reference) => {}
                Slot::Reference(reference) => {
                    next.extend(self.target(reference).map(|(_, target)| target));
                }
                Slot::Schema(schema) => {
                    let keys = Keys::of(schema);
                    if keys.data.nullable {
                        return true;
                    }
                    next.extend(keys.as_reference().map(Slot::Reference));
                    if self.dialect == Dialect::Foreign {
                        next.extend(keys.one_of.iter().chain(keys.any_of).map(Slot::from));
                    }
                }
            }
        }
        false
    }

    /// Names the types of required members, now that it is known which structs callers make.
    pub(super) fn name_required(&mut self, definitions: &mut [TypeDefinition]) {
        for definition in definitions {
            if let TypeKind::Struct(object) = &definition.kind
                && definition.in_requests
                && object.required().count() > 1
            {
                let wanted = format!("{}Required", definition.name);
                definition.required_name = Some(self.derived_name(&wanted, At::Base(&definition.pointer)));
            }
        }
    }

    /// The type of a schema, and whether its values may be null. `hint` names a definition if one is needed.
    pub(super) fn slot(&mut self, slot: Slot<'d>, at: At<'_>, hint: &str) -> (TypeRef, bool) {
        let nullable = self.nullable(slot);
        if let Some(reference) = slot.reference() {
            return (self.reference(reference, at), nullable);
        }
        let Slot::Schema(schema) = slot else { return (TypeRef::Primitive(Primitive::Json), nullable) };
        let keys = Keys::of(schema);
        let kind = self.kind(&keys, at, hint);
        let ty = match kind {
            TypeKind::Alias(ty) => ty,
            kind => {
                let name = self.derived_name(hint, at);
                let doc = describe(&keys, &fallback(hint));
                let id = TypeId(self.drafts.len());
                self.drafts.push(Draft { name, doc, kind, pointer: at.pointer() });
                self.note_one_way(id, &keys, at);
                TypeRef::Named(id)
            }
        };
        (ty, nullable)
    }

    /// A name for what is written in place. A number would depend on what else there is, so in our own document a name
    /// that is taken is a problem.
    fn derived_name(&mut self, wanted: &str, at: At<'_>) -> String {
        if self.dialect == Dialect::FlightHub && self.scope.has_type(wanted) {
            let name = identifier(wanted, Case::Camel);
            let message = format!("this would be called `{name}` in the client, and that name is taken");
            let help = "move it to `components/schemas` under a name of its own";
            match self.drafts.iter().find(|draft| draft.name == name).map(|draft| draft.pointer.clone()) {
                Some(other) => {
                    self.found.tell_with(Code::DuplicateName, at, message, help, (At::Base(&other), "called so, too"));
                }
                None => self.found.tell(Code::DuplicateName, at, message, help),
            }
        }
        self.scope.issue_type(wanted)
    }

    fn reference(&mut self, reference: &'d str, at: At<'_>) -> TypeRef {
        if let Some((name, _)) = self.target(reference)
            && let Some(&id) = self.ids.get(name)
        {
            return TypeRef::Named(id);
        }
        self.found.tell(
            Code::Envelope,
            at,
            "the wrapper of answers can only be the schema of an answer",
            "refer to the schema of the `data` instead",
        );
        TypeRef::Primitive(Primitive::Json)
    }

    /// Reads a component.
    fn define(&mut self, id: TypeId, slot: Slot<'d>, at: At<'_>, name: &str) {
        let (kind, doc) = match slot {
            Slot::Reference(reference) => {
                (TypeKind::Alias(self.reference(reference, at)), self.description_of(reference))
            }
            Slot::Schema(schema) => {
                let keys = Keys::of(schema);
                self.note_one_way(id, &keys, at);
                let kind = match keys.as_reference() {
                    Some(reference) => TypeKind::Alias(self.reference(reference, at)),
                    None => self.kind(&keys, at, name),
                };
                let kind = match kind {
                    TypeKind::Alias(TypeRef::Primitive(
                        primitive @ (Primitive::Text | Primitive::Int32 | Primitive::Int64),
                    )) => TypeKind::Newtype(primitive),
                    kind => kind,
                };
                (kind, Some(describe(&keys, &fallback(name))))
            }
        };
        if let Some(draft) = self.drafts.get_mut(id.0) {
            draft.kind = kind;
            draft.doc = doc.unwrap_or_else(|| std::mem::take(&mut draft.doc));
        }
    }

    /// What a schema defines. `Alias` if it needs no name.
    fn kind(&mut self, keys: &Keys<'d>, at: At<'_>, hint: &str) -> TypeKind {
        self.check_default(keys, at);
        if keys.not || (!keys.any_of.is_empty() && self.dialect == Dialect::FlightHub) {
            let key = if keys.not { "not" } else { "anyOf" };
            self.found.tell(
                Code::Unsupported,
                at.key(key),
                format!("`{key}` is not supported"),
                "describe the value without it; leave out `type` for any JSON",
            );
            return TypeKind::Alias(TypeRef::Primitive(Primitive::Json));
        }
        if let Some((key, only)) = self.only_form(keys) {
            let list = at.key(key);
            return TypeKind::Alias(self.slot(only, list.index(0), hint).0);
        }
        if !keys.one_of.is_empty() || !keys.any_of.is_empty() {
            return self.union(keys, at, hint);
        }
        if let Some(discriminator) = &keys.data.discriminator {
            let message = format!("a discriminator (`{}`) without `oneOf`", discriminator.property_name);
            let help = "list the forms in `oneOf`, beside the discriminator";
            self.found.tell(Code::Unsupported, at.key("discriminator"), message, help);
        }
        if !keys.all_of.is_empty() {
            return self.object(keys, at, hint);
        }
        if !keys.values.is_empty() {
            return self.enumeration(keys, at);
        }
        let shape = keys.schema_type.or_else(|| {
            if keys.properties.is_some() || keys.additional.is_some() || !keys.required.is_empty() {
                Some("object")
            } else {
                keys.items.map(|_| "array")
            }
        });
        let primitive = match shape {
            Some("object") => return self.object(keys, at, hint),
            Some("array") => {
                let items = at.key("items");
                let Some(slot) = keys.items else {
                    return TypeKind::Alias(TypeRef::List(Box::new(TypeRef::Primitive(Primitive::Json))));
                };
                let (ty, nullable) = self.slot(slot, items, &format!("{hint}_item"));
                return TypeKind::Alias(TypeRef::List(Box::new(ty.or_null(nullable))));
            }
            Some("string") => {
                self.note_content(keys, at);
                self.string(keys, at)
            }
            Some("integer") => match (keys.unit(), keys.format.as_deref()) {
                (Some("unix-seconds"), _) => Primitive::UnixSeconds,
                (Some("unix-milliseconds"), _) => Primitive::UnixMillis,
                (_, Some("int32")) => Primitive::Int32,
                _ => Primitive::Int64,
            },
            Some("number") if keys.format.as_deref() == Some("float") => Primitive::Float,
            Some("number") => Primitive::Double,
            Some("boolean") => Primitive::Boolean,
            _ => Primitive::Json,
        };
        TypeKind::Alias(TypeRef::Primitive(primitive))
    }

    fn string(&mut self, keys: &Keys<'d>, at: At<'_>) -> Primitive {
        match (keys.format.as_deref(), keys.unit()) {
            (Some("binary"), _) => {
                self.found.tell(
                    Code::Unsupported,
                    at.key("format"),
                    "`format: binary` is not supported: a JSON text cannot hold it",
                    "write `format: byte` for base64",
                );
                Primitive::Text
            }
            (Some("byte"), _) => Primitive::Base64,
            (Some("password"), _) => Primitive::Secret,
            (Some("date-time"), _) | (_, Some("rfc3339")) => Primitive::DateTime,
            _ => Primitive::Text,
        }
    }

    /// Remembers which type the JSON in a string has.
    fn note_content(&mut self, keys: &Keys<'d>, at: At<'_>) {
        let Some(content) = keys.content_schema() else { return };
        let written = at.key(CONTENT_SCHEMA);
        match content.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                if let TypeRef::Named(id) = self.reference(reference, written) {
                    self.contents.insert(at.pointer(), id);
                }
            }
            None => self.found.tell(
                Code::Unsupported,
                written,
                "the schema of a string's content is written in place",
                "move it to `components/schemas` under a name of its own, and refer to it",
            ),
        }
    }

    /// The form of a choice that others write though it has only one.
    fn only_form(&self, keys: &Keys<'d>) -> Option<(&'static str, Slot<'d>)> {
        let alone = self.dialect == Dialect::Foreign
            && keys.data.discriminator.is_none()
            && keys.all_of.is_empty()
            && !keys.has_own_shape();
        match (keys.one_of, keys.any_of) {
            ([only], []) if alone => Some(("oneOf", Slot::from(only))),
            ([], [only]) if alone => Some(("anyOf", Slot::from(only))),
            _ => None,
        }
    }

    /// A default must be a value of its schema: a caller reads it in the documentation.
    fn check_default(&mut self, keys: &Keys<'d>, at: At<'_>) {
        let Some(default) = &keys.data.default else { return };
        let fits = match (keys.schema_type, default) {
            (_, Value::Null) => keys.data.nullable,
            (Some("string"), value) => value.is_string(),
            (Some("integer"), value) => value.is_i64(),
            (Some("number"), value) => value.is_number(),
            (Some("boolean"), value) => value.is_boolean(),
            (Some("array"), value) => value.is_array(),
            (Some("object"), value) => value.is_object(),
            _ => true,
        };
        let number = default.as_f64();
        let below = |limit: &super::keys::Bound, number: f64| {
            if limit.exclusive { number <= limit.value } else { number < limit.value }
        };
        let above = |limit: &super::keys::Bound, number: f64| {
            if limit.exclusive { number >= limit.value } else { number > limit.value }
        };
        let above_maximum =
            number.is_some_and(|number| keys.maximum.as_ref().is_some_and(|limit| above(limit, number)));
        let below_minimum =
            number.is_some_and(|number| keys.minimum.as_ref().is_some_and(|limit| below(limit, number)));
        let (why, key, label) = if !fits {
            (format!("`{}` is not a value of this type", in_words(default)), "type", "the type")
        } else if !keys.values.is_empty() && !keys.values.iter().any(|value| same_value(value, default)) {
            (format!("`{}` is not one of the values", in_words(default)), "enum", "the values")
        } else if below_minimum || above_maximum {
            let key = if below_minimum { "minimum" } else { "maximum" };
            (format!("`{}` is outside of the limits", in_words(default)), key, "the limit")
        } else {
            return;
        };
        let written = at.key("default");
        let help = "write a default that the schema allows, or remove it";
        self.found.tell_with(Code::BadDefault, written.value(), why, help, (at.key(key), label));
    }

    fn note_one_way(&mut self, owner: TypeId, keys: &Keys<'d>, at: At<'_>) {
        let properties = at.key("properties");
        for (name, property) in keys.properties.into_iter().flatten() {
            if let Slot::Schema(schema) = Slot::from(property)
                && keys.required.contains(name)
                && (schema.schema_data.read_only || schema.schema_data.write_only)
            {
                let pointer = properties.key(name).pointer();
                self.one_way.push(OneWay { owner, pointer, read_only: schema.schema_data.read_only });
            }
        }
    }
}

/// 1 and 1.0 are one number.
fn same_value(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

/// The references that a schema is, or that its `allOf` has.
fn made_of(slot: Slot<'_>) -> impl Iterator<Item = &str> {
    let (own, all) = match slot {
        Slot::Reference(reference) => (Some(reference), &[][..]),
        Slot::Schema(schema) => (None, Keys::of(schema).all_of),
    };
    let members = all.iter().filter_map(|member| match member {
        ReferenceOr::Reference { reference } => Some(reference.as_str()),
        ReferenceOr::Item(_) => None,
    });
    own.into_iter().chain(members)
}

/// The words for something that has no description.
pub(super) fn fallback(name: &str) -> String {
    format!("`{}` of the interface.", name.replace('`', ""))
}

fn component_pointer(name: &str) -> String {
    format!("/components/schemas/{}", escape(name))
}
