//! The parameters, the body and the response of an operation.

use super::Comparer;
use super::change::{Action, Compatibility, Kind};
use super::constraints::Constrained;
use super::describe::{self, code, from_to, if_other, joined, removed};
use super::matching;
use super::recorder::{Side, Subject};
use crate::model::{Location, Operation, Parameter, Response, TypeRef};

impl Comparer<'_> {
    pub(super) fn request_and_response(&mut self, old: &Operation, new: &Operation) {
        let owner = if self.is_common { format!("{} {}", old.http_method, old.path) } else { new.id.clone() };
        let owner = code(&owner);
        self.parameters(old, new, &owner);
        self.body(old, new, &owner);
        self.response(old, new, &owner);
    }

    fn response<'a>(&mut self, old: &'a Operation, new: &'a Operation, owner: &str) {
        let subject = Subject::sources(Kind::Response, owner, &old.response_ref, &new.response_ref);
        // With another type, the status is another one, too.
        let subject = subject.clone().and(&subject.location());
        self.pair_status(old, new, owner);
        let constrained = |operation: &'a Operation, ty: &'a TypeRef| Constrained {
            own: operation.response_constraints.as_deref(),
            pointer: &operation.response_ref.node,
            ty,
        };
        let (old_operation, new_operation) = (old, new);
        let (old, new) = (&old.response, &new.response);
        let (old_type, new_type) = (self.describe_old().response(old), self.describe_new().response(new));
        let same = match (self.old.received(old), self.new.received(new)) {
            (Some((old_type, old_optional)), Some((new_type, new_optional))) => {
                self.reach(old_type, new_type);
                let (old, new) = (constrained(old_operation, old_type), constrained(new_operation, new_type));
                self.constraints(owner, &old, &new);
                old_optional == new_optional && self.same_type(old_type, new_type)
            }
            _ => old_type == new_type,
        };
        if !same {
            let why = "callers get another type";
            let what = from_to(&old_type, &new_type);
            self.recorder.record(&subject, Action::Changed, Compatibility::Breaking, what, why);
        } else if std::mem::discriminant(old) != std::mem::discriminant(new) {
            let what = "another envelope, or nullable where it was not";
            let why = "callers get the same type; the client reads the response differently";
            self.recorder.record(&subject, Action::Changed, Compatibility::Compatible, what, why);
        } else if old.media_type() != new.media_type() {
            let shown = |response: &Response| code(response.media_type().unwrap_or("JSON"));
            let what = format!("media type: {}", from_to(&shown(old), &shown(new)));
            let why = "code stays as it is; the client asks for the other media type";
            self.recorder.record(&subject, Action::Changed, Compatibility::Compatible, what, why);
        }
    }

    /// Pairs the responses of one success, whatever the status is.
    fn pair_status(&mut self, old: &Operation, new: &Operation, owner: &str) {
        let path = |operation: &Operation| {
            let path = operation.response_ref.slot.strip_prefix(&operation.pointer)?.strip_prefix('/')?;
            path.contains('/').then(|| path.to_owned())
        };
        if let (Some(old_path), Some(new_path)) = (path(old), path(new))
            && old_path != new_path
        {
            self.recorder.pair_at(owner, &new_path, &old.response_ref.slot, &new.response_ref.slot);
        }
    }

    fn parameters(&mut self, old: &Operation, new: &Operation, owner: &str) {
        let same = |old: &_, new: &_| self.same_type(old, new);
        let parameters = matching::parameters(old, new, self.is_common, &same);
        let of_path: Vec<(usize, usize)> = parameters
            .both
            .iter()
            .filter(|(old, new)| old.location == Location::Path && new.location == Location::Path)
            .map(|(from, to)| (position(old, from), position(new, to)))
            .collect();
        if !self.is_common && of_path.windows(2).any(|pair| pair[0].1 > pair[1].1) {
            let subject = Subject::both(Kind::Operation, code(&new.id), &old.pointer, &new.pointer).derived();
            let names = |operation: &Operation| {
                let of_path = operation.parameters.iter().filter(|it| it.location == Location::Path);
                of_path.map(|it| it.field.as_str()).collect::<Vec<_>>().join(", ")
            };
            let what = format!("arguments in another order: {}", from_to(&names(old), &names(new)));
            let why = "arguments change places: the compiler notices only if their types differ";
            self.recorder.record(&subject, Action::Changed, Compatibility::Breaking, what, why);
        }
        for (from, to) in &parameters.both {
            self.parameter(from, to, new, owner);
        }
        for (parameter, side) in parameters.unmatched() {
            let other = if side == Side::Old { self.new } else { self.old };
            if self.is_common && other.token.as_ref().is_some_and(|token| is_header(parameter, &token.name)) {
                // One document describes as a header parameter what the other describes as a security scheme.
                continue;
            }
            let describer = if side == Side::Old { self.describe_old() } else { self.describe_new() };
            let name = format!("{owner}.{}", code(&parameter.name));
            let subject = Subject::one(Kind::Parameter, name, side, &parameter.source_ref.slot);
            let (compatibility, action, why) = match (side, parameter.required) {
                (Side::Old, _) => {
                    let is_reused = new.parameters.iter().any(|other| other.field == parameter.field);
                    (Compatibility::Breaking, "removed", removed(&parameter.field, is_reused))
                }
                (Side::New, true) => (Compatibility::Breaking, "added", requirement(true).1.to_owned()),
                (Side::New, false) => (Compatibility::Compatible, "added", "callers may omit it".to_owned()),
            };
            let what = format!(
                "{action}: {} `{}` of the {}",
                if parameter.required { "required" } else { "optional" },
                describer.parameter(parameter),
                describe::location(parameter.location)
            );
            self.recorder.record_unmatched(&subject, compatibility, what, why);
        }
    }

    fn parameter(&mut self, old: &Parameter, new: &Parameter, of_new: &Operation, owner: &str) {
        let name = format!("{owner}.{}", code(&new.name));
        let subject = Subject::sources(Kind::Parameter, name, &old.source_ref, &new.source_ref);
        self.recorder.pair(&subject);
        self.reach(&old.ty, &new.ty);
        let [old_schema, new_schema] = [old, new].map(|it| format!("{}/schema", it.source_ref.node));
        self.constraints(
            &subject.name,
            &Constrained { own: old.docs.constraints.as_deref(), pointer: &old_schema, ty: &old.ty },
            &Constrained { own: new.docs.constraints.as_deref(), pointer: &new_schema, ty: &new.ty },
        );
        // Another component can state the same fact.
        let fact = |keys: &[&str]| subject.keys(keys).and(&subject.keys(&["$ref"]));
        if !self.is_common {
            if old.field != new.field {
                let names = if old.name == new.name { (&old.field, &new.field) } else { (&old.name, &new.name) };
                let what = format!("renamed: {}", from_to(names.0, names.1));
                let why = removed(&old.field, of_new.parameters.iter().any(|other| other.field == old.field));
                self.recorder.record(&fact(&["name"]), Action::Renamed, Compatibility::Breaking, what, why);
            } else if old.name != new.name {
                let what = format!("sent as {}", from_to(&old.name, &new.name));
                let why = "its name in Rust is the same; the client sends the new one";
                self.recorder.record(&fact(&["name"]), Action::Renamed, Compatibility::Compatible, what, why);
            }
            if old.deprecated != new.deprecated {
                let what = if new.deprecated { "deprecated" } else { "no longer deprecated" };
                let (compatibility, why) = if new.required {
                    (Compatibility::DocumentationOnly, "its documentation states it")
                } else {
                    let why = "code that sets it compiles, with or without a warning of the compiler";
                    (Compatibility::Compatible, why)
                };
                self.recorder.record(&fact(&["deprecated"]), Action::Changed, compatibility, what, why);
            }
        }
        if old.location != new.location {
            let what = from_to(describe::location(old.location), describe::location(new.location));
            let of_path = old.location == Location::Path || new.location == Location::Path;
            let (compatibility, why) = if of_path && (old.required, new.required) != (false, false) {
                (Compatibility::Breaking, "it is another argument of `new`")
            } else {
                (
                    Compatibility::Compatible,
                    "code stays as it is; the client writes it into another part of the request",
                )
            };
            self.recorder.record(&fact(&["in"]), Action::Changed, compatibility, format!("moved: {what}"), why);
        }
        let types = if_other(&self.describe_old().parameter(old), &self.describe_new().parameter(new));
        let same = self.same_type(&old.ty, &new.ty);
        if old.required != new.required {
            let (what, why) = requirement(new.required);
            let what = joined(": ", [what, &*types]);
            let subject = fact(if same { &["required"] } else { &["required", "schema"] });
            self.recorder.record(&subject, Action::Changed, Compatibility::Breaking, what, why);
        } else if !same {
            let why = "callers pass another type";
            self.recorder.record(&fact(&["schema"]), Action::Changed, Compatibility::Breaking, types, why);
        } else if old.list_style != new.list_style {
            let what = "its items are serialized differently";
            let why = "code stays as it is; the client sends another query";
            let subject = fact(&["style", "explode"]);
            self.recorder.record(&subject, Action::Changed, Compatibility::Compatible, what, why);
        }
    }

    fn body(&mut self, old: &Operation, new: &Operation, owner: &str) {
        let (old, new) = match (&old.body, &new.body) {
            (None, None) => return,
            (Some(old), Some(new)) => (old, new),
            (old, new) => {
                let (side, describer) =
                    if old.is_some() { (Side::Old, self.describe_old()) } else { (Side::New, self.describe_new()) };
                let Some(body) = old.as_ref().or(new.as_ref()) else { return };
                let subject = Subject::one(Kind::Body, owner, side, &body.source_ref.slot);
                let ty = describer.body(body);
                let (compatibility, what, why) = match (side, body.required) {
                    (Side::Old, _) => (Compatibility::Breaking, "removed", "the field `body` is removed"),
                    (Side::New, true) => (Compatibility::Breaking, "added", requirement(true).1),
                    (Side::New, false) => (Compatibility::Compatible, "added", "callers may omit it"),
                };
                return self.recorder.record_unmatched(&subject, compatibility, format!("{what}: `{ty}`"), why);
            }
        };
        let subject = Subject::sources(Kind::Body, owner, &old.source_ref, &new.source_ref);
        self.reach(&old.ty, &new.ty);
        self.constraints(
            owner,
            &Constrained { own: old.constraints.as_deref(), pointer: &old.schema_pointer, ty: &old.ty },
            &Constrained { own: new.constraints.as_deref(), pointer: &new.schema_pointer, ty: &new.ty },
        );
        let types = if_other(&self.describe_old().body(old), &self.describe_new().body(new));
        let same = self.same_type(&old.ty, &new.ty);
        if same && old.encoding != new.encoding {
            let encodings = from_to(&describe::encoding(&old.encoding), &describe::encoding(&new.encoding));
            let what = format!("encoding: {encodings}");
            let why = "code stays as it is; the client sends another media type";
            let content = subject.keys(&["content"]);
            self.recorder.record(&content, Action::Changed, Compatibility::Compatible, what, why);
        }
        let content = if same { subject.derived() } else { subject.keys(&["content", "$ref"]) };
        if old.required != new.required {
            let (what, why) = requirement(new.required);
            let subject = content.and(&subject.keys(&["required", "$ref"]));
            self.recorder.record(
                &subject,
                Action::Changed,
                Compatibility::Breaking,
                joined(": ", [what, &*types]),
                why,
            );
        } else if !same {
            let why = "callers pass another type";
            self.recorder.record(&content, Action::Changed, Compatibility::Breaking, types, why);
        } else if old.field != new.field && !self.is_common {
            let what = from_to(&old.field, &new.field);
            let why = removed(&old.field, false);
            self.recorder.record(&content, Action::Changed, Compatibility::Breaking, what, why);
        }
    }
}

/// A change of `required`, and why it breaks callers.
fn requirement(is_required: bool) -> (&'static str, &'static str) {
    if is_required {
        ("required now", "`new` takes it: every call must pass it")
    } else {
        ("optional now", "`new` no longer takes it: it is set by name")
    }
}

/// The position of a parameter among the arguments.
fn position(operation: &Operation, parameter: &Parameter) -> usize {
    operation.parameters.iter().take_while(|known| !std::ptr::eq(*known, parameter)).count()
}

fn is_header(parameter: &Parameter, name: &str) -> bool {
    parameter.location == Location::Header && parameter.name.eq_ignore_ascii_case(name)
}
