//! Changes of responses by status, and of response headers.

use super::Comparer;
use super::change::Compatibility::{Breaking, Compatible};
use super::change::Kind;
use super::describe::{self, from_to, removed};
use super::matching::{self, Matched};
use super::recorder::{Side, Subject};
use crate::model::{
    HeaderFormat, MediaTypeEnum, MediaTypeVariant, Operation, Response, StatusEnum, StatusVariant, TypedHeader,
    TypedHeaders,
};

impl Comparer<'_> {
    /// The failures of an operation by status. They are not compared between documents of different authors, because few
    /// documents describe all failures.
    pub(super) fn failures(&mut self, old: &Operation, new: &Operation) {
        let names = [old, new].map(|operation| operation.type_name.as_str());
        self.by_status(Kind::Failure, names, [old.failure.as_ref(), new.failure.as_ref()]);
    }

    /// The variants of two enumerations by status. A missing enumeration has no variants.
    pub(super) fn by_status(&mut self, kind: Kind, operations: [&str; 2], enums: [Option<&StatusEnum>; 2]) {
        if self.is_common {
            return;
        }
        let [old, new] = enums.map(|responses| responses.map_or(&[][..], |it| &it.variants));
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
                    old.type_name == new.type_name || self.is_common
                }
                (old, new) => self.same_content(old, new),
            };
            if !same {
                let [old, new] = [(Side::Old, from), (Side::New, to)]
                    .map(|(side, variant)| self.describe(side).response(&variant.response));
                self.recorder.record(&subject, Breaking, &from_to(&old, &new), "callers get another type");
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
            let [old, new] = [(Side::Old, from), (Side::New, to)]
                .map(|(side, variant)| self.describe(side).response(&variant.response));
            if !self.same_content(&from.response, &to.response) {
                self.recorder.record(&named(to), Breaking, &from_to(&old, &new), "callers get another type");
            }
            if from.media_types != to.media_types {
                let [old, new] = [from, to].map(|variant| variant.media_types.join(", "));
                let why = "the variant is the same; the client decodes it for the other media types";
                self.recorder.record(&named(to), Compatible, &from_to(&old, &new), why);
            }
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
    pub(super) fn response_headers(&mut self, old: &Operation, new: &Operation) {
        if self.is_common {
            return;
        }
        let operations = [old, new].map(|operation| operation.type_name.as_str());
        let typed = [old.headers.as_ref(), new.headers.as_ref()];
        if let [Some(old), Some(new)] = typed
            && old.type_name != new.type_name
            && operations[0] == operations[1]
            && let ([from, ..], [to, ..]) = (old.headers.as_slice(), new.headers.as_slice())
        {
            let subject = subject(new, [from, to]).derived();
            let what = format!("renamed: {}", from_to(&old.type_name, &new.type_name));
            self.recorder.renamed(&subject, Breaking, &what, &removed(&old.type_name, false));
        }
        let headers = matching::headers(typed);
        let is_reused = |method: &str| typed[1].is_some_and(|it| it.headers.iter().any(|other| other.method == method));
        for (from, to) in &headers.both {
            if let [Some(_), Some(of_new)] = typed {
                self.response_header(&subject(of_new, [from, to]), from, to, &is_reused);
            }
        }
        for (header, side) in headers.unmatched() {
            let Some(of) = side.of(typed) else { continue };
            let name = format!("{}::{}", of.type_name, header.method);
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
            if side == Side::Old {
                let why = removed(&name, is_reused(&header.method));
                self.recorder.record(&subject, Breaking, &what, &why);
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
        if old.method != new.method {
            let what = format!("renamed: {}", from_to(&old.method, &new.method));
            self.recorder.renamed(&subject.derived(), Breaking, &what, &removed(&old.method, is_reused(&old.method)));
        } else if old.name != new.name {
            let why = "names of headers are case-insensitive: the client reads the same header";
            self.recorder.record(subject, Compatible, &from_to(&old.name, &new.name), why);
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
        if old.deprecated != new.deprecated {
            let why = "code that reads it compiles, with or without a warning of the compiler";
            let what = describe::deprecated(new.deprecated);
            self.recorder.record(&subject.keys(&["deprecated", "$ref"]), Compatible, what, why);
        }
    }
}

/// A header that both documents have, at each of its places.
fn subject(of: &TypedHeaders, headers: [&TypedHeader; 2]) -> Subject {
    let [old, new] = headers;
    let name = format!("{}::{}", of.type_name, new.method);
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
