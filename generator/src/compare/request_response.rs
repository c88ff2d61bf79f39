//! The parameters, the body and the response of an operation.
//!
//! In: a pair of operations. Out: recorded changes. `responses` compares responses by status, and headers.

use super::Comparer;
use super::change::Compatibility::{Breaking, Compatible};
use super::change::Kind;
use super::constraints::Constrained;
use super::describe::{self, code, from_to, if_other, joined, removed};
use super::matching;
use super::recorder::{Side, Subject};
use crate::model::{Body, Location, Operation, Parameter, Response};

impl Comparer<'_> {
    pub(super) fn request_and_response(&mut self, old: &Operation, new: &Operation) {
        let owner = code(&if self.is_common { format!("{} {}", old.http_method, old.path) } else { new.id.clone() });
        self.parameters(old, new, &owner);
        self.body(old, new, &owner);
        self.response(old, new, &owner);
        self.failures(old, new, &owner);
        self.response_headers(old, new, &owner);
    }

    fn response(&mut self, old: &Operation, new: &Operation, owner: &str) {
        self.pair_status(old, new, owner);
        let types = [(Side::Old, old), (Side::New, new)].map(|(side, it)| self.describe(side).response(&it.response));
        let [old_api, new_api] = self.apis;
        let (same_type, same_presence) = match (old_api.received(&old.response), new_api.received(&new.response)) {
            (Some((old_type, old_optional)), Some((new_type, new_optional))) => {
                self.reach(old_type, new_type);
                let [old_value, new_value] = [(old, old_type), (new, new_type)]
                    .map(|(it, ty)| Constrained::new(&it.response_constraints, &it.response_ref.node, ty));
                self.constraints(owner, &old_value, &new_value);
                (self.same_type(old_type, new_type), old_optional == new_optional)
            }
            // Their variants are compared below; names in Rust are not.
            _ if self.is_common
                && matches!((&old.response, &new.response), (Response::ByMediaType(_), Response::ByMediaType(_))) =>
            {
                (true, true)
            }
            _ => (types[0] == types[1], true),
        };
        let slot = Subject::both(Kind::Response, owner, &old.response_ref.slot, &new.response_ref.slot);
        let schema = Subject::both(Kind::Response, owner, &old.response_ref.node, &new.response_ref.node);
        let schema = if same_type { schema.keys(&["nullable"]) } else { schema };
        // With another type, the status is another one, too.
        let subject = slot.clone().and(&slot.location()).and(&schema);
        let enums = [old, new].map(|operation| match &operation.response {
            Response::ByStatus(successes) => Some(successes),
            _ => None,
        });
        let operations = [old, new].map(|operation| operation.type_name.as_str());
        let accept = [old, new].map(|operation| operation.accept.as_str());
        let (old, new) = (&old.response, &new.response);
        if let [Some(_), Some(_)] = enums {
            self.by_status(Kind::Response, operations, enums);
        }
        if let (Response::ByMediaType(old), Response::ByMediaType(new)) = (old, new) {
            self.by_media_type([old, new], &slot);
        }
        if !same_type || !same_presence {
            let [old_type, new_type] = types;
            self.recorder.record(&subject, Breaking, &from_to(&old_type, &new_type), "callers get another type");
        } else if std::mem::discriminant(old) != std::mem::discriminant(new) {
            let what = "another envelope, or changed nullability";
            let why = "callers get the same type; the client decodes the response differently";
            self.recorder.record(&subject, Compatible, what, why);
        } else {
            let why = "code is unchanged; the client requests the other media type";
            self.recorder.value(&subject, "media type", accept, why);
        }
    }

    /// Pairs the successful responses, regardless of their status.
    fn pair_status(&mut self, old: &Operation, new: &Operation, owner: &str) {
        let paths = [old, new].map(|operation| {
            let path = operation.response_ref.slot.strip_prefix(&operation.pointer)?.strip_prefix('/')?;
            path.contains('/').then_some(path)
        });
        if let [Some(old_path), Some(new_path)] = paths
            && old_path != new_path
        {
            self.recorder.pair_at(owner, new_path, [old, new].map(|operation| operation.response_ref.slot.clone()));
        }
    }

    fn parameters(&mut self, old: &Operation, new: &Operation, owner: &str) {
        let same = |old: &_, new: &_| self.same_type(old, new);
        let parameters = matching::parameters(old, new, self.is_common, &same);
        let position = |operation: &Operation, parameter: &Parameter| {
            operation.parameters.iter().position(|known| std::ptr::eq(known, parameter))
        };
        let path_parameters = parameters.both.iter().filter(|(old, new)| [old, new].iter().all(|it| it.is_of_path()));
        if !self.is_common && !path_parameters.map(|(_, to)| position(new, to)).is_sorted() {
            let subject = Subject::both(Kind::Operation, code(&new.id), &old.pointer, &new.pointer).derived();
            let [old_names, new_names] = [old, new].map(|operation| {
                let path_parameters = operation.parameters.iter().filter(|it| it.is_of_path());
                path_parameters.map(|it| it.field.as_str()).collect::<Vec<_>>().join(", ")
            });
            let what = format!("arguments in another order: {}", from_to(&old_names, &new_names));
            let why = "arguments are swapped: the compiler reports this only if their types differ";
            self.recorder.record(&subject, Breaking, &what, why);
        }
        for (from, to) in &parameters.both {
            self.parameter(from, to, new, owner);
        }
        for (parameter, side) in parameters.unmatched() {
            let [old_api, new_api] = self.apis;
            let is_token =
                |name: &str| parameter.location == Location::Header && parameter.name.eq_ignore_ascii_case(name);
            if self.is_common && side.of([new_api, old_api]).token().is_some_and(|token| is_token(&token.name)) {
                // One document describes as a header parameter what the other describes as a security scheme.
                continue;
            }
            let name = format!("{owner}.{}", code(&parameter.name));
            let subject = Subject::one(Kind::Parameter, name, side, &parameter.source_ref.slot);
            let (compatibility, why) = match (side, parameter.required) {
                (Side::Old, _) => (Breaking, removed(&parameter.field, has_field(new, &parameter.field))),
                (Side::New, true) => (Breaking, requirement(true).1.to_owned()),
                (Side::New, false) => (Compatible, "callers may omit it".to_owned()),
            };
            let what = format!(
                "{}: {} `{}` of the {}",
                side.of(["removed", "added"]),
                if parameter.required { "required" } else { "optional" },
                self.describe(side).parameter(parameter),
                describe::location(parameter.location)
            );
            self.recorder.record(&subject, compatibility, &what, &why);
        }
    }

    fn parameter(&mut self, old: &Parameter, new: &Parameter, of_new: &Operation, owner: &str) {
        let name = format!("{owner}.{}", code(&new.name));
        let subject = Subject::sources(Kind::Parameter, name, &old.source_ref, &new.source_ref);
        self.recorder.pair(&subject);
        self.reach(&old.ty, &new.ty);
        let schemas = [old, new].map(|it| format!("{}/schema", it.source_ref.node));
        let [old_value, new_value] = [(old, &schemas[0]), (new, &schemas[1])]
            .map(|(it, schema)| Constrained::new(&it.docs.constraints, schema, &it.ty));
        self.constraints(&subject.name, &old_value, &new_value);
        // Another component can state the same fact.
        let fact = |keys: &[&str]| subject.keys(keys).and(&subject.keys(&["$ref"]));
        if !self.is_common {
            if old.field != new.field {
                let (from, to) = if old.name == new.name { (&old.field, &new.field) } else { (&old.name, &new.name) };
                let what = format!("renamed: {}", from_to(from, to));
                let why = removed(&old.field, has_field(of_new, &old.field));
                self.recorder.renamed(&fact(&["name"]), Breaking, &what, &why);
            } else if old.name != new.name {
                let what = format!("sent as {}", from_to(&old.name, &new.name));
                let why = "its name in Rust is the same; the client sends the new one";
                self.recorder.renamed(&fact(&["name"]), Compatible, &what, why);
            }
            if old.deprecated != new.deprecated {
                let (compatibility, why) = describe::deprecated_value(!new.required);
                let what = describe::deprecated(new.deprecated);
                self.recorder.record(&fact(&["deprecated"]), compatibility, what, why);
            }
        }
        if old.location != new.location {
            let what = from_to(describe::location(old.location), describe::location(new.location));
            let is_argument = (old.is_of_path() || new.is_of_path()) && (old.required || new.required);
            let (compatibility, why) = if is_argument {
                (Breaking, "it is another argument of `new`")
            } else {
                (Compatible, "code is unchanged; the client sends it in another part of the request")
            };
            self.recorder.record(&fact(&["in"]), compatibility, &format!("moved: {what}"), why);
        }
        let types = if_other(&self.describe(Side::Old).parameter(old), &self.describe(Side::New).parameter(new));
        let same = self.same_type(&old.ty, &new.ty);
        if old.required != new.required {
            let (what, why) = requirement(new.required);
            let subject = fact(if same { &["required"] } else { &["required", "schema"] });
            self.recorder.record(&subject, Breaking, &joined(": ", [what, &types]), why);
        } else if !same {
            self.recorder.record(&fact(&["schema"]), Breaking, &types, "callers pass another type");
        } else if old.list_style != new.list_style {
            let what = "its items are serialized differently";
            let why = "code is unchanged; the client sends another query";
            self.recorder.record(&fact(STYLE_KEYS), Compatible, what, why);
        } else if old.value_style != new.value_style {
            let [old, new] = [old, new].map(describe::style);
            let what = format!("style: {}", from_to(&old, &new));
            let why = "code is unchanged; the client serializes the value differently";
            self.recorder.record(&fact(STYLE_KEYS), Compatible, &what, why);
        }
    }

    fn body(&mut self, old: &Operation, new: &Operation, owner: &str) {
        let (side, body) = match (&old.body, &new.body) {
            (None, None) => return,
            (Some(old), Some(new)) => return self.bodies(old, new, owner),
            (Some(body), None) => (Side::Old, body),
            (None, Some(body)) => (Side::New, body),
        };
        let subject = Subject::one(Kind::Body, owner, side, &body.source_ref.slot);
        let what = format!("{}: `{}`", side.of(["removed", "added"]), self.describe(side).body(body));
        let (compatibility, why) = match (side, body.required) {
            (Side::Old, _) => (Breaking, "the field `body` is removed"),
            (Side::New, true) => (Breaking, requirement(true).1),
            (Side::New, false) => (Compatible, "callers may omit it"),
        };
        self.recorder.record(&subject, compatibility, &what, why);
    }

    fn bodies(&mut self, old: &Body, new: &Body, owner: &str) {
        let subject = Subject::sources(Kind::Body, owner, &old.source_ref, &new.source_ref);
        self.reach(&old.ty, &new.ty);
        let [old_value, new_value] =
            [old, new].map(|body| Constrained::new(&body.constraints, &body.schema_pointer, &body.ty));
        self.constraints(owner, &old_value, &new_value);
        let types = if_other(&self.describe(Side::Old).body(old), &self.describe(Side::New).body(new));
        let same = self.same_type(&old.ty, &new.ty);
        if same && old.encoding != new.encoding {
            let [old, new] = [old, new].map(|body| describe::encoding(&body.encoding));
            let (what, why) = if old == new {
                let what = "its properties are encoded differently".to_owned();
                (what, "code is unchanged; the client sends the properties in another encoding")
            } else {
                let what = format!("encoding: {}", from_to(&old, &new));
                (what, "code is unchanged; the client sends another media type")
            };
            self.recorder.record(&subject.keys(&["content"]), Compatible, &what, why);
        }
        let content = if same { subject.derived() } else { subject.keys(&["content", "$ref"]) };
        if old.required != new.required {
            let (what, why) = requirement(new.required);
            let subject = content.and(&subject.keys(&["required", "$ref"]));
            self.recorder.record(&subject, Breaking, &joined(": ", [what, &types]), why);
        } else if !same {
            self.recorder.record(&content, Breaking, &types, "callers pass another type");
        } else if old.field != new.field && !self.is_common {
            self.recorder.record(&content, Breaking, &from_to(&old.field, &new.field), &removed(&old.field, false));
        }
    }
}

/// The keys of a parameter that decide how its value is serialized.
const STYLE_KEYS: &[&str] = &["style", "explode", "allowReserved", "schema", "content"];

/// A change of `required`, and why it breaks callers.
fn requirement(is_required: bool) -> (&'static str, &'static str) {
    if is_required {
        ("required now", "`new` requires it: every call must pass it")
    } else {
        ("optional now", "`new` no longer requires it: it is set by name")
    }
}

fn has_field(operation: &Operation, field: &str) -> bool {
    operation.parameters.iter().any(|parameter| parameter.field == field)
}
