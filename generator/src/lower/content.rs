//! Which content of a body or an answer the client takes, where a specification offers several.
//!
//! In: media types with their schemas. Out: the one that is taken, and how it is written. JSON comes first, and the client
//! asks for it; a range of media types, such as `*/*`, includes it. In our own document there is nothing else.

use indexmap::IndexMap;
use openapiv3::{MediaType, ReferenceOr, Schema};

use super::Lowering;
use super::keys::{Keys, Slot};
use super::types::Draft;
use crate::Dialect;
use crate::diagnostic::Code;
use crate::document::pointer::PointerRef;
use crate::model::{Primitive, TypeKind, TypeRef};

/// How content is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    /// Pairs of names and values.
    Pairs,
    /// Text as it is.
    Text,
    /// Bytes as they are.
    Bytes,
}

/// The content that is taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content<'d> {
    pub(super) name: &'d str,
    pub(super) media: &'d MediaType,
    pub(super) form: Form,
}

impl<'d> Lowering<'d> {
    /// The content that the client takes. In our own document JSON stands alone: others would be dropped silently.
    pub(super) fn content(&mut self, all: &'d IndexMap<String, MediaType>, at: PointerRef<'_>) -> Option<Content<'d>> {
        if self.dialect == Dialect::Foreign {
            let forms = [Form::Json, Form::Pairs, Form::Text, Form::Bytes];
            return forms.into_iter().find_map(|form| {
                let (name, media) = all.iter().find(|(name, media)| self.form(name, media) == Some(form))?;
                Some(Content { name, media, form })
            });
        }
        let (name, media) = all.iter().find(|(name, _)| is_json(&essence(name)))?;
        if let Some(other) = all.keys().find(|other| *other != name) {
            let message = format!("`{other}` stands beside JSON, and the client uses JSON only");
            let help = "remove it, or say in the description what it is for";
            self.found.report(Code::Unsupported, at.key(other), message, help);
        }
        Some(Content { name, media, form: Form::Json })
    }

    /// How content of a media type is written; `None` if the client does not know how to.
    fn form(&self, name: &str, media: &'d MediaType) -> Option<Form> {
        let essence = essence(name);
        if is_json(&essence) {
            return Some(Form::Json);
        }
        let written = media.schema.as_ref().map(|schema| self.written_as(schema));
        match essence.as_str() {
            "application/x-www-form-urlencoded" => Some(Form::Pairs),
            "*/*" | "application/*" if written != Some(Written::Bytes) => Some(Form::Json),
            _ if essence.starts_with("multipart/") || !can_be_a_header(name) => None,
            _ => match written {
                Some(Written::Text) => Some(Form::Text),
                Some(Written::Bytes) => Some(Form::Bytes),
                None | Some(Written::Anything) if essence.starts_with("text/") => Some(Form::Text),
                None | Some(Written::Anything) => Some(Form::Bytes),
                // Values that something else than JSON is to be made of.
                Some(Written::Values) => None,
            },
        }
    }

    /// Pairs have names and values: objects within objects have no place there.
    pub(super) fn check_form(&mut self, ty: &TypeRef, at: PointerRef<'_>) {
        let drafts = &self.types.drafts;
        let fits = |ty: &TypeRef| is_pair(drafts, ty, false);
        let wrong: Option<Vec<String>> = match resolved(drafts, ty) {
            TypeRef::Named(id) => match drafts.get(id.0).map(|draft| &draft.kind) {
                Some(TypeKind::Struct(object)) => {
                    let fields = object.fields.iter().map(|field| (&field.ty, &field.pointer));
                    let all = fields.chain(object.rest.iter().map(|rest| (&rest.ty, &rest.pointer)));
                    Some(all.filter(|(ty, _)| !fits(ty)).map(|(_, pointer)| pointer.clone()).collect())
                }
                _ => None,
            },
            TypeRef::Map(value) if fits(value) => Some(Vec::new()),
            TypeRef::Primitive(Primitive::JsonObject) => Some(Vec::new()),
            _ => None,
        };
        let Some(wrong) = wrong else {
            let message = "a form that is not an object with members";
            return self.found.report(Code::Unsupported, at, message, "describe its members under `properties`");
        };
        for pointer in wrong {
            let message = "a member of this type cannot stand in a form";
            let help = "use texts, numbers, booleans, enumerations, and lists of these";
            self.found.report(Code::Unsupported, PointerRef::Base(&pointer), message, help);
        }
    }

    fn written_as(&self, schema: &'d ReferenceOr<Schema>) -> Written {
        let mut slot = Slot::from(schema);
        for _ in 0..32 {
            match slot {
                Slot::Schema(schema) => return written(&Keys::of(schema)),
                Slot::Reference(reference) => match self.types.component(reference) {
                    Some((_, _, target)) => slot = target,
                    None => return Written::Values,
                },
            }
        }
        Written::Values
    }
}

/// What a schema says about content that is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Text,
    Bytes,
    Anything,
    Values,
}

fn written(keys: &Keys<'_>) -> Written {
    match (keys.schema_type, keys.format.as_deref()) {
        (Some("string"), Some("binary")) => Written::Bytes,
        (Some("string"), _) if keys.values.is_empty() => Written::Text,
        (None, _) if !keys.has_own_shape() && !keys.combines() => Written::Anything,
        _ => Written::Values,
    }
}

/// A type with its aliases looked through.
fn resolved<'t>(drafts: &'t [Draft], ty: &'t TypeRef) -> &'t TypeRef {
    let mut ty = ty;
    for _ in 0..32 {
        match ty {
            TypeRef::Named(id) => match drafts.get(id.0).map(|draft| &draft.kind) {
                Some(TypeKind::Alias(target)) => ty = target,
                _ => return ty,
            },
            _ => return ty,
        }
    }
    ty
}

/// Whether a value of a type is one text, or several of the same name. Any JSON may be; the client looks before it sends.
fn is_pair(drafts: &[Draft], ty: &TypeRef, listed: bool) -> bool {
    match resolved(drafts, ty) {
        TypeRef::Primitive(primitive) => !matches!(primitive, Primitive::JsonObject | Primitive::Bytes),
        TypeRef::List(item) => !listed && is_pair(drafts, item, true),
        TypeRef::Nullable(inner) => is_pair(drafts, inner, listed),
        TypeRef::Map(_) => false,
        TypeRef::Named(id) => {
            matches!(drafts.get(id.0).map(|draft| &draft.kind), Some(TypeKind::Newtype(_) | TypeKind::Enum(_)))
        }
    }
}

/// Whether a media type can be named in a request.
fn can_be_a_header(name: &str) -> bool {
    name.contains('/') && name.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// A media type without its parameters.
fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(essence: &str) -> bool {
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}
