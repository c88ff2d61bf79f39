//! The vocabulary between reading and writing: an API as plain data.
//!
//! Made by [`crate::lower`], read by [`crate::emit`] and [`crate::compare`]. Every name in it is already a Rust identifier
//! that is unique in its scope, every path of a file is unique on any system, and every reference has a target. It holds
//! facts: texts are CommonMark as the specification has it, limits are numbers, and the sentences about them are made where
//! they are printed. Nothing here knows the types of OpenAPI documents beyond a few words of theirs, or tokens. Objects know
//! by JSON pointers where they are defined; what is emitted does not depend on that.

mod operations;
mod types;

use std::collections::BTreeSet;
use std::fmt;

use crate::document::openapi::SecurityScheme as SecuritySchemeKind;
pub(crate) use crate::document::openapi::{Outcome, Retry, Risk, SecurityRequirement, Source, Status, Style};
pub(crate) use crate::document::schema::{Bound, SchemaId, Size};
pub(crate) use crate::lifecycle::{Follow, Pagination, States};
pub(crate) use operations::*;
pub(crate) use types::*;

/// How many required values a builder sets. Its code grows with their square, because each of its methods moves all others.
pub(crate) const MAX_BUILDER_VALUES: usize = 12;

/// Whether a number of required values is set by a builder. A single one is an argument: it cannot be mistaken for another.
pub(crate) fn takes_builder(required: usize) -> bool {
    (2..=MAX_BUILDER_VALUES).contains(&required)
}

/// A whole interface.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    /// All that are defined.
    pub(crate) security_schemes: Vec<SecurityScheme>,
    /// The name of the one that the client authenticates with.
    pub(crate) token_scheme: Option<String>,
    /// The names of the schemes that operations require, where no token in a header is sufficient for all of them.
    pub(crate) credential_schemes: Vec<String>,
    pub(crate) managed_headers: ManagedHeaders,
    pub(crate) regions: Vec<Region>,
    pub(crate) error_codes: Vec<ErrorCode>,
    pub(crate) groups: Vec<Group>,
    pub(crate) types: Vec<TypeDefinition>,
    /// Where the types are, in the order of the names of the modules.
    pub(crate) type_modules: Vec<TypeModule>,
    /// Whether null and an empty list are the same, in fields that are nullable.
    pub(crate) null_lists_are_empty: bool,
    /// What the document has and the client does not use, in the order of the document.
    pub(crate) unused: Vec<UnusedPart>,
    /// How many operations the document has that are not generated because a filter excludes them.
    pub(crate) excluded: usize,
    /// What is not generated because it has errors.
    pub(crate) skipped: Vec<SkippedPart>,
    /// What is any JSON.
    pub(crate) untyped: BTreeSet<UntypedPart>,
}

/// A part of the document that is not generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SkippedPart {
    /// Such as ``the operation `GET /pets` (listPets)``.
    pub(crate) what: String,
    pub(crate) why: String,
}

/// A value of the document that is any JSON in the client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UntypedPart {
    pub(crate) pointer: String,
    pub(crate) reason: UntypedReason,
}

pub(crate) use crate::untyped::UntypedReason;

/// All parts of a kind that the document has and the client does not use.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnusedPart {
    pub(crate) kind: UnusedKind,
    pub(crate) count: usize,
    /// Where the first of them is.
    pub(crate) pointer: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnusedKind {
    /// Operations with responses, other than the successful one, that have content.
    FailureResponses,
    /// Operations whose successful response has headers.
    ResponseHeaders,
    /// Operations with callbacks.
    Callbacks,
    /// Operations with servers of their own.
    Servers,
    /// Operations with a body or a successful response of several media types.
    MediaTypes,
    /// Operations whose body has parts with headers.
    PartHeaders,
    /// Types that no operation uses.
    Types,
}

impl fmt::Display for UnusedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, verb) = match self.kind {
            UnusedKind::FailureResponses => ("failure responses", "typed"),
            UnusedKind::ResponseHeaders => ("response headers", "read"),
            UnusedKind::Callbacks => ("callbacks", "generated"),
            UnusedKind::Servers => ("servers", "used: calls are sent to the base URL of the client"),
            UnusedKind::MediaTypes => ("other media types", "used"),
            UnusedKind::PartHeaders => ("headers of parts", "sent"),
            UnusedKind::Types if self.count == 1 => {
                return f.write_str("1 type is used by none of the generated operations");
            }
            UnusedKind::Types => return write!(f, "{} types are used by none of the generated operations", self.count),
        };
        let operations = if self.count == 1 { "operation" } else { "operations" };
        write!(f, "the {parts} of {} {operations} are not {verb}", self.count)
    }
}

/// A way to authenticate.
#[derive(Debug)]
pub(crate) struct SecurityScheme {
    /// As security requirements have it.
    pub(crate) name: String,
    /// Where it is defined.
    pub(crate) pointer: String,
    pub(crate) kind: SecuritySchemeKind,
}

/// Where a credential is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialPlace {
    Header,
    Query,
    Cookie,
}

/// Where the token of a call is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenHeader {
    pub(crate) name: String,
    /// What is written before the token, such as `Bearer `.
    pub(crate) prefix: &'static str,
}

/// The headers that the client fills in by itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct ManagedHeaders {
    pub(crate) request_id: Option<ManagedHeader>,
    pub(crate) language: Option<ManagedHeader>,
    pub(crate) project: Option<ManagedHeader>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct ManagedHeader {
    pub(crate) name: String,
    pub(crate) ty: TypeRef,
    pub(crate) source_ref: SourceRef,
}

/// Where an object is that others can refer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceRef {
    /// Where it is used: the object itself, or a reference to it.
    pub(crate) slot: String,
    /// The object itself.
    pub(crate) node: String,
}

#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) pointer: String,
    pub(crate) variant: String,
    /// As the specification has it.
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    pub(crate) source: Option<Source>,
}

#[derive(Debug)]
pub(crate) struct ErrorCode {
    pub(crate) pointer: String,
    pub(crate) code: i64,
    pub(crate) name: String,
    pub(crate) variant: String,
    pub(crate) group: String,
    pub(crate) outcome: Outcome,
    pub(crate) meaning: String,
    pub(crate) source: Option<Source>,
}

/// The operations of one tag.
#[derive(Debug)]
pub(crate) struct Group {
    /// The tag.
    pub(crate) name: String,
    /// Where the tag is declared, if it is.
    pub(crate) pointer: Option<String>,
    /// Module and accessor.
    pub(crate) module: String,
    /// Path of the module's file.
    pub(crate) file: String,
    /// The type that has the operations as methods.
    pub(crate) type_name: String,
    pub(crate) description: Option<String>,
    pub(crate) operations: Vec<Operation>,
}

impl Api {
    /// The scheme that the client authenticates with.
    pub(crate) fn token_scheme(&self) -> Option<&SecurityScheme> {
        let name = self.token_scheme.as_ref()?;
        self.security_schemes.iter().find(|scheme| scheme.name == *name)
    }

    /// The header of the token.
    pub(crate) fn token(&self) -> Option<TokenHeader> {
        self.token_scheme()?.kind.header()
    }

    pub(crate) fn definition(&self, id: TypeId) -> Option<&TypeDefinition> {
        self.types.get(id.0)
    }

    /// The fields that a caller has to give.
    pub(crate) fn required_fields<'a>(&'a self, object: &'a Struct) -> impl Iterator<Item = &'a Field> {
        object.fields.iter().filter(|field| field.required && self.const_value(field).is_none())
    }

    /// The type of a field that has one value only, so that no caller needs to give it: an enumeration of one value.
    pub(crate) fn const_value(&self, field: &Field) -> Option<TypeId> {
        const_value(field, |id| self.definition(id).map(|definition| &definition.kind))
    }

    /// Whether a type contains itself through a field.
    pub(crate) fn is_boxed(&self, owner: &TypeDefinition, field: &Field) -> bool {
        let held = field.ty.inline_target().and_then(|id| self.definition(id));
        held.is_some_and(|held| held.cycle == owner.cycle)
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.groups.iter().flat_map(|group| &group.operations)
    }

    /// The type with its aliases looked through.
    pub(crate) fn resolved<'a>(&'a self, ty: &'a TypeRef) -> &'a TypeRef {
        let mut ty = ty;
        while let TypeRef::Named(id) = ty
            && let Some(TypeKind::Alias(target)) = self.definition(*id).map(|definition| &definition.kind)
        {
            ty = target;
        }
        ty
    }

    pub(crate) fn is_list(&self, ty: &TypeRef) -> bool {
        matches!(self.resolved(ty), TypeRef::List(_))
    }

    /// The type that is read from an answer, and whether there may be none. A list in an envelope always is.
    pub(crate) fn received<'a>(&self, response: &'a Response) -> Option<(&'a TypeRef, bool)> {
        match response {
            Response::Plain(TypeRef::Nullable(ty)) => Some((ty, true)),
            Response::OptionalPlain(ty) => Some((ty, true)),
            Response::Data(ty) | Response::Plain(ty) => Some((ty, false)),
            Response::OptionalData(ty) => Some((ty, !self.is_list(ty))),
            Response::Text(_) | Response::Bytes(_) | Response::Empty | Response::NoContent => None,
        }
    }

    /// The presence of a field, in a type that callers make or in one that they only receive.
    pub(crate) fn presence(&self, field: &Field, is_input: bool) -> Presence {
        if self.is_list(&field.ty) && (self.null_lists_are_empty || !field.nullable) {
            return Presence::List;
        }
        match (field.required, field.nullable) {
            (true, false) => Presence::Value,
            (true, true) => Presence::Nullable,
            (false, true) if is_input => Presence::OptionalNullable,
            (false, _) => Presence::Optional,
        }
    }
}
