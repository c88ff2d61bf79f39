//! Changes of responses by status, and of response headers.
//!
//! In: the responses of a pair of operations. Out: recorded changes.

use super::Comparer;
use super::change::Compatibility::{Breaking, Compatible, DocumentationOnly};
use super::change::Kind;
use super::describe::{self, from_to, removed};
use super::matching::{self, Matched};
use super::recorder::{Side, Subject};
use crate::model::{
    HeaderFormat, MediaTypeEnum, MediaTypeVariant, Operation, Response, StatusEnum, StatusVariant, TypedHeader,
    TypedHeaders,
};

impl Comparer<'_> {
    /// The failures of an operation by status.
    pub(super) fn failures(&mut self, old: &Operation, new: &Operation, owner: &str) {
        let enums = [old.failure.as_ref(), new.failure.as_ref()];
        if self.is_common {
            return self.common_failures(owner, enums);
        }
        let names = [old, new].map(|operation| operation.type_name.as_str());
        self.by_status(Kind::Failure, names, enums);
    }

    /// The failures that documents of different authors describe. One lists statuses, the other describes a range of them or
    /// all by default: a status is compared with the response that applies to it. A failure without a body has no JSON.
    fn common_failures(&mut self, owner: &str, enums: [Option<&StatusEnum>; 2]) {
        let [old, new] = enums.map(|responses| responses.map_or(&[][..], |it| &it.variants));
        let name = |variant: &StatusVariant| format!("{owner} {}", describe::status(variant.status));
        let is_listed = |variants: &[StatusVariant], one: &StatusVariant| {
            variants.iter().any(|variant| variant.status == one.status)
        };
        for (side, of_side, others) in [(Side::Old, old, new), (Side::New, new, old)] {
            for variant in of_side {
                match matching::applicable(others, variant.status) {
                    // It is compared once, with the document that lists its status.
                    Some(_) if side == Side::New && is_listed(others, variant) => {}
                    Some(other) => {
                        let (from, to) = if side == Side::Old { (variant, other) } else { (other, variant) };
                        let subject = Subject::sources(Kind::Failure, name(variant), &from.source_ref, &to.source_ref);
                        self.common_failure(&subject, &from.response, &to.response);
                    }
                    None => {
                        let subject = Subject::one(Kind::Failure, name(variant), side, &variant.source_ref.slot);
                        let shown = self.describe(side).response(&variant.response);
                        let what = format!("{}: `{shown}`", side.of(["removed", "added"]));
                        let (compatibility, why) = match (&variant.response, side) {
                            (Response::NoContent, _) => (DocumentationOnly, "it has no body"),
                            _ if others.is_empty() => (DocumentationOnly, "the other document describes no failure"),
                            (_, Side::Old) => (Breaking, "callers cannot decode its body any more"),
                            (_, Side::New) => (Compatible, "callers can decode its body"),
                        };
                        self.recorder.record(&subject, compatibility, &what, why);
                    }
                }
            }
        }
    }

    fn common_failure(&mut self, subject: &Subject, old: &Response, new: &Response) {
        for (old, new) in matching::content_types(old, new) {
            self.reach(old, new);
        }
        let (compatibility, why) = match (old, new) {
            (Response::ByMediaType(old), Response::ByMediaType(new)) => {
                return self.by_media_type([old, new], subject);
            }
            (Response::NoContent, Response::NoContent) => return,
            (Response::NoContent, _) => (Compatible, "callers can decode its body"),
            (_, Response::NoContent) => (Breaking, "callers cannot decode its body any more"),
            _ if self.same_content(old, new) => return,
            _ => (Breaking, "callers get another type"),
        };
        let what = self.responses(old, new);
        self.recorder.record(subject, compatibility, &what, why);
    }

    /// The variants of two enumerations by status. A missing enumeration has no variants.
    pub(super) fn by_status(&mut self, kind: Kind, operations: [&str; 2], enums: [Option<&StatusEnum>; 2]) {
        let [old, new] = enums.map(|responses| responses.map_or(&[][..], |it| &it.variants));
        if self.is_common {
            // The whole response is compared: its description has the type of each status.
            for (from, to) in matching::variants(old, new).both {
                for (old, new) in matching::content_types(&from.response, &to.response) {
                    self.reach(old, new);
                }
            }
            return;
        }
        if let [Some(old), Some(new)] = enums
            && old.type_name != new.type_name
            && operations[0] == operations[1]
            && let ([from, ..], [to, ..]) = (old.variants.as_slice(), new.variants.as_slice())
        {
            let subject = Subject::sources(kind, new.type_name.as_str(), &from.source_ref, &to.source_ref).derived();
            let what = format!("renamed: {}", from_to(&old.type_name, &new.type_name));
            self.recorder.renamed(&subject, Breaking, &what, &removed(&old.type_name, false));
        }
        let name = |side: Side, variant: &StatusVariant| {
            let of = side.of(enums).map_or("", |responses| &responses.type_name);
            format!("{of}::{}", variant.variant)
        };
        let Matched { both, removed: of_old, added: of_new, .. } = matching::variants(old, new);
        for (from, to) in both {
            let subject = Subject::sources(kind, name(Side::New, to), &from.source_ref, &to.source_ref);
            let same = match (&from.response, &to.response) {
                (Response::ByMediaType(old), Response::ByMediaType(new)) => {
                    self.by_media_type([old, new], &subject);
                    old.type_name == new.type_name
                }
                (old, new) => self.same_content(old, new),
            };
            if !same {
                let what = self.responses(&from.response, &to.response);
                self.recorder.record(&subject, Breaking, &what, "callers get another type");
            }
        }
        for variant in of_old {
            let name = name(Side::Old, variant);
            let subject = Subject::one(kind, name.as_str(), Side::Old, &variant.source_ref.slot);
            let what = format!("removed: `{}`", describe::status(variant.status));
            self.recorder.record(&subject, Breaking, &what, &removed(&name, false));
        }
        for variant in of_new {
            let subject = Subject::one(kind, name(Side::New, variant), Side::New, &variant.source_ref.slot);
            let what = format!("added: `{}`", describe::status(variant.status));
            let why = "the enumeration is `#[non_exhaustive]`: every `match` has an arm for it";
            self.recorder.record(&subject, Compatible, &what, why);
        }
    }

    fn responses(&self, old: &Response, new: &Response) -> String {
        from_to(&self.describe(Side::Old).response(old), &self.describe(Side::New).response(new))
    }

    /// Whether callers get the same type.
    fn same_content(&self, old: &Response, new: &Response) -> bool {
        match (old.ty(), new.ty()) {
            (Some(old), Some(new)) => self.same_type(old, new),
            _ => std::mem::discriminant(old) == std::mem::discriminant(new),
        }
    }

    /// The variants of two enumerations by media type. `subject` is the response.
    pub(super) fn by_media_type(&mut self, enums: [&MediaTypeEnum; 2], subject: &Subject) {
        let [old, new] = enums;
        let content = subject.keys(&["content", "$ref"]);
        let owner = if self.is_common { subject.name.clone() } else { new.type_name.clone() };
        let named = |variant: &MediaTypeVariant| {
            content.clone().named(format!("{owner}::{}", describe::code(&variant.variant)))
        };
        let changes = matching::contents(old, new);
        for (from, to) in changes.both {
            if let (Some(old), Some(new)) = (from.response.ty(), to.response.ty()) {
                self.reach(old, new);
            }
            if !self.same_content(&from.response, &to.response) {
                let what = self.responses(&from.response, &to.response);
                self.recorder.record(&named(to), Breaking, &what, "callers get another type");
            }
            let [old, new] = [from, to].map(|variant| variant.media_types.join(", "));
            let why = "the variant is the same; the client decodes it for the other media types";
            self.recorder.value(&named(to), "", [&old, &new], why);
        }
        for variant in changes.removed {
            let what = format!("removed: `{}`", describe::code(&variant.media_types.join(", ")));
            let subject = named(variant);
            let why = removed(&subject.name, false);
            self.recorder.record(&subject, Breaking, &what, &why);
        }
        for variant in changes.added {
            let what = format!("added: `{}`", describe::code(&variant.media_types.join(", ")));
            let why = "the enumeration is `#[non_exhaustive]`, and a service sends it to callers who request it";
            self.recorder.record(&named(variant), Compatible, &what, why);
        }
    }

    /// The headers of responses.
    pub(super) fn response_headers(&mut self, old: &Operation, new: &Operation, owner: &str) {
        let operations = [old, new].map(|operation| operation.type_name.as_str());
        let typed = [old.headers.as_ref(), new.headers.as_ref()];
        // Names in Rust are compared between versions only.
        let is_common = self.is_common;
        let name = |of: &TypedHeaders, header: &TypedHeader| match is_common {
            true => format!("{owner}.{}", describe::code(&header.name)),
            false => format!("{}::{}", of.type_name, header.method),
        };
        if let [Some(old), Some(new)] = typed
            && !self.is_common
            && old.type_name != new.type_name
            && operations[0] == operations[1]
            && let ([from, ..], [to, ..]) = (old.headers.as_slice(), new.headers.as_slice())
        {
            let subject = subject(name(new, to), [from, to]).derived();
            let what = format!("renamed: {}", from_to(&old.type_name, &new.type_name));
            self.recorder.renamed(&subject, Breaking, &what, &removed(&old.type_name, false));
        }
        let headers = matching::headers(typed);
        let is_reused = |method: &str| typed[1].is_some_and(|it| it.headers.iter().any(|other| other.method == method));
        for (from, to) in &headers.both {
            if let [Some(_), Some(of_new)] = typed {
                self.response_header(&subject(name(of_new, to), [from, to]), from, to, &is_reused);
            }
        }
        for (header, side) in headers.unmatched() {
            let Some(of) = side.of(typed) else { continue };
            let name = name(of, header);
            let slots = header.source_refs.iter().map(|source| source.slot.as_str());
            let mut subject: Option<Subject> = None;
            for slot in slots {
                subject = Some(match subject {
                    None => Subject::one(Kind::ResponseHeader, name.as_str(), side, slot),
                    Some(subject) => subject.also(side, slot),
                });
            }
            let Some(subject) = subject else { continue };
            let what = format!("{}: `{}`", side.of(["removed", "added"]), describe::code(&header.name));
            if self.is_common && typed.iter().any(Option::is_none) {
                self.recorder.record(&subject, DocumentationOnly, &what, "the other document describes no header");
            } else if side == Side::Old {
                let why = removed(&name, !self.is_common && is_reused(&header.method));
                self.recorder.record(&subject, Breaking, &what, &why);
            } else if self.is_common {
                self.recorder.record(&subject, Compatible, &what, "callers can read it");
            } else {
                self.recorder.record(&subject, Compatible, &what, &format!("there is a new method `{name}`"));
            }
        }
    }

    fn response_header(
        &mut self,
        subject: &Subject,
        old: &TypedHeader,
        new: &TypedHeader,
        is_reused: &dyn Fn(&str) -> bool,
    ) {
        self.reach(&old.ty, &new.ty);
        if self.is_common {
            // Only what is sent is compared.
        } else if old.method != new.method {
            let what = format!("renamed: {}", from_to(&old.method, &new.method));
            self.recorder.renamed(&subject.derived(), Breaking, &what, &removed(&old.method, is_reused(&old.method)));
        } else {
            let why = "names of headers are case-insensitive: the client reads the same header";
            self.recorder.value(subject, "", [&old.name, &new.name], why);
        }
        let facts = subject.keys(&["schema", "content", "required", "$ref"]).and(&subject.location());
        if !self.same_type(&old.ty, &new.ty) {
            let what = self.types(&old.ty, &new.ty);
            self.recorder.record(&facts, Breaking, &what, "its method returns another type");
        } else if old.required != new.required {
            let (what, why) = if new.required {
                ("required now", "its method returns the value instead of an option")
            } else {
                ("optional now", "its method returns an option")
            };
            self.recorder.record(&facts, Breaking, what, why);
        } else if old.format != new.format {
            let format = |header: &TypedHeader| match header.format {
                HeaderFormat::Simple => "a text",
                HeaderFormat::Json => "JSON",
            };
            let why = "code is unchanged; the client decodes the header differently";
            self.recorder.record(&facts, Compatible, &from_to(format(old), format(new)), why);
        }
        if old.deprecated != new.deprecated && !self.is_common {
            let why = "code that reads it compiles, with or without a warning of the compiler";
            let what = describe::deprecated(new.deprecated);
            self.recorder.record(&subject.keys(&["deprecated", "$ref"]), Compatible, what, why);
        }
    }
}

/// A header that both documents have, at each of its places.
fn subject(name: String, headers: [&TypedHeader; 2]) -> Subject {
    let [old, new] = headers;
    let none = Default::default();
    let [first_old, first_new] = headers.map(|header| header.source_refs.first().unwrap_or(&none));
    let mut subject = Subject::sources(Kind::ResponseHeader, name, first_old, first_new);
    for (side, header) in [(Side::Old, old), (Side::New, new)] {
        for source in header.source_refs.iter().skip(1) {
            subject = subject.also(side, &*source.slot).also(side, &*source.node);
        }
    }
    subject
}
