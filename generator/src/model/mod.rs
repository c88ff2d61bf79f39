//! The model: an API as plain data, between the stages that read a document and those that write code.
//!
//! [`crate::lower`] creates it; [`crate::emit`] and [`crate::compare`] read it. Every name is a Rust identifier that is
//! unique in its scope, every file path is unique on any file system, and every reference has a target. The model
//! contains facts only: descriptions are the CommonMark of the specification, limits are numbers, and the stage that
//! prints a fact writes the sentence about it. Apart from a few enumerations, the model depends neither on the types of
//! OpenAPI documents nor on tokens. Each object has the JSON pointer of its definition; the generated code does not
//! depend on it.

mod operations;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub(crate) use crate::document::extensions::{Outcome, Retry, Risk, Source};
pub(crate) use crate::document::openapi::{OAuthFlow, OAuthFlowKind, SecurityRequirement, Status, Style};
use crate::document::openapi::{SecurityScheme as SecuritySchemeKind, ServerVariable};
pub(crate) use crate::document::schema::{Bound, SchemaId, Size};
pub(crate) use crate::lifecycle::{Follow, Pagination, States};
pub(crate) use operations::*;
pub(crate) use types::*;

/// The maximum number of required values of a builder. The size of a builder grows with the square of that number,
/// because each of its methods moves all other values.
pub(crate) const MAX_BUILDER_VALUES: usize = 12;

/// Whether callers set this number of required values with a builder. A single value is a plain argument, because there
/// is no other value that it could be confused with.
pub(crate) fn takes_builder(required: usize) -> bool {
    (2..=MAX_BUILDER_VALUES).contains(&required)
}

/// A complete API.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    /// All security schemes that the document defines.
    pub(crate) security_schemes: Vec<SecurityScheme>,
    /// The name of the security scheme that the client authenticates with.
    pub(crate) token_scheme: Option<String>,
    /// The names of the security schemes that operations require, if no single token in a header is sufficient for all
    /// operations.
    pub(crate) credential_schemes: Vec<String>,
    pub(crate) managed_headers: ManagedHeaders,
    pub(crate) regions: Vec<Region>,
    /// The servers of a document without regions. The first one is the default.
    pub(crate) servers: Vec<Server>,
    pub(crate) error_codes: Vec<ErrorCode>,
    pub(crate) groups: Vec<Group>,
    pub(crate) types: Vec<TypeDefinition>,
    /// The modules that contain the types, sorted by name.
    pub(crate) type_modules: Vec<TypeModule>,
    /// Whether risk and retry class of operations follow from their methods, because the document does not contain them.
    pub(crate) risk_follows_from_method: bool,
    /// Whether items without a description have no documentation.
    pub(crate) allows_missing_docs: bool,
    /// Whether null is equivalent to an empty list in nullable fields.
    pub(crate) null_lists_are_empty: bool,
    /// The parts of the document that the client does not use, in the order of the document.
    pub(crate) unused: Vec<UnusedPart>,
    /// The path of each operation and type from the root of the client, by the name that descriptions use.
    pub(crate) items: BTreeMap<String, String>,
    /// The number of operations that a filter excludes.
    pub(crate) excluded: usize,
    /// The parts that are not generated because they have errors.
    pub(crate) skipped: Vec<SkippedPart>,
    /// The untyped values.
    pub(crate) untyped: BTreeSet<UntypedPart>,
}

/// A part of the document that is not generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SkippedPart {
    /// Such as ``the operation `GET /pets` (listPets)``.
    pub(crate) what: String,
    pub(crate) why: String,
}

/// An untyped value: any JSON in the client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UntypedPart {
    pub(crate) pointer: String,
    pub(crate) reason: UntypedReason,
}

pub(crate) use crate::untyped::UntypedReason;

/// All parts of one kind that the client does not use.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnusedPart {
    pub(crate) kind: UnusedKind,
    pub(crate) count: usize,
    /// The JSON pointer of the first of these parts.
    pub(crate) pointer: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnusedKind {
    /// Operations with callbacks.
    Callbacks,
    /// Operations that override the servers of the document with relative URLs.
    Servers,
    /// Operations with a body or a successful response of several media types.
    MediaTypes,
    /// Operations with a multipart body whose parts have headers.
    PartHeaders,
    /// Components that no operation uses, and that are not generated.
    Components,
    /// Types that no operation uses.
    Types,
}

impl fmt::Display for UnusedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, verb) = match self.kind {
            UnusedKind::Callbacks => ("callbacks", "generated"),
            UnusedKind::Servers => ("relative servers", "used: calls are sent to the base URL of the client"),
            UnusedKind::MediaTypes => ("other media types", "used"),
            UnusedKind::PartHeaders => ("headers of parts", "sent"),
            UnusedKind::Components if self.count == 1 => {
                return f.write_str("1 component is used by no operation and is not generated");
            }
            UnusedKind::Components => {
                return write!(f, "{} components are used by no operation and are not generated", self.count);
            }
            UnusedKind::Types if self.count == 1 => {
                return f.write_str("1 type is used by none of the generated operations");
            }
            UnusedKind::Types => return write!(f, "{} types are used by none of the generated operations", self.count),
        };
        let operations = if self.count == 1 { "operation" } else { "operations" };
        write!(f, "the {parts} of {} {operations} are not {verb}", self.count)
    }
}

/// A security scheme.
#[derive(Debug)]
pub(crate) struct SecurityScheme {
    /// The name that security requirements refer to.
    pub(crate) name: String,
    /// The JSON pointer of the definition.
    pub(crate) pointer: String,
    pub(crate) kind: SecuritySchemeKind,
}

/// The part of a request that contains a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialPlace {
    Header,
    Query,
    Cookie,
}

/// The header that contains the token of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenHeader {
    pub(crate) name: String,
    /// The prefix of the token in the header, such as `Bearer `.
    pub(crate) prefix: &'static str,
}

/// The headers that the client sets automatically.
#[derive(Clone, Debug, Default)]
pub(crate) struct ManagedHeaders {
    pub(crate) request_id: Option<ManagedHeader>,
    pub(crate) language: Option<ManagedHeader>,
    pub(crate) project: Option<ManagedHeader>,
}

/// A header that the client sets automatically.
#[derive(Clone, Debug)]
pub(crate) struct ManagedHeader {
    pub(crate) name: String,
    pub(crate) ty: TypeRef,
    pub(crate) source_ref: SourceRef,
}

/// The location of an object that a `$ref` can refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SourceRef {
    /// The JSON pointer of the use: an inline object or a reference.
    pub(crate) slot: String,
    /// The JSON pointer of the object.
    pub(crate) node: String,
}

/// A server of the document.
#[derive(Debug)]
pub(crate) struct Server {
    /// The URL, with its variables in braces.
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    pub(crate) variables: Vec<ServerVariable>,
}

impl Server {
    /// The URL whose variables have their defaults.
    pub(crate) fn with_defaults(&self) -> String {
        let replaced =
            |url: String, variable: &ServerVariable| url.replace(&format!("{{{}}}", variable.name), &variable.default);
        self.variables.iter().fold(self.url.clone(), replaced)
    }
}

#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) pointer: String,
    pub(crate) variant: String,
    /// The name as the specification spells it.
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
    /// The name of the tag.
    pub(crate) name: String,
    /// The JSON pointer of the declaration of the tag; `None` for an undeclared tag.
    pub(crate) pointer: Option<String>,
    /// The name of the module and of the accessor method.
    pub(crate) module: String,
    /// The path of the module's file.
    pub(crate) file: String,
    /// The name of the type that has the operations as methods.
    pub(crate) type_name: String,
    pub(crate) description: Option<String>,
    pub(crate) operations: Vec<Operation>,
}

impl Api {
    /// The security scheme that the client authenticates with.
    pub(crate) fn token_scheme(&self) -> Option<&SecurityScheme> {
        let name = self.token_scheme.as_ref()?;
        self.security_schemes.iter().find(|scheme| scheme.name == *name)
    }

    /// The header that contains the token.
    pub(crate) fn token(&self) -> Option<TokenHeader> {
        self.token_scheme()?.kind.header()
    }

    pub(crate) fn definition(&self, id: TypeId) -> Option<&TypeDefinition> {
        self.types.get(id.0)
    }

    /// The fields that a caller has to set to create a value.
    pub(crate) fn required_fields<'a>(
        &'a self,
        definition: &TypeDefinition,
        object: &'a Struct,
    ) -> impl Iterator<Item = &'a Field> {
        let is_input = definition.is_input;
        object.fields.iter().filter(move |field| self.is_required_argument(field, is_input))
    }

    /// Whether an operation needs a credential.
    pub(crate) fn has_credentials(&self) -> bool {
        self.token_scheme.is_some() || !self.credential_schemes.is_empty()
    }

    /// Whether a type is a struct with required fields.
    pub(crate) fn has_required_fields(&self, definition: &TypeDefinition) -> bool {
        let TypeKind::Struct(object) = &definition.kind else { return false };
        self.required_fields(definition, object).next().is_some()
    }

    /// Whether a caller has to set a field to create a value. In a request the caller sets every required field, so that
    /// the client sends no value that the caller has not chosen. In a type that is only received, a nullable field or a
    /// list has the value that decoding gives it when it is missing: `None` or an empty list.
    pub(crate) fn is_required_argument(&self, field: &Field, is_input: bool) -> bool {
        let is_given = if is_input { field.required } else { self.presence(field, false) == Presence::Value };
        is_given && self.const_value(field).is_none()
    }

    /// The type of a field with a constant value, which callers do not set: an enumeration with a single value.
    pub(crate) fn const_value(&self, field: &Field) -> Option<TypeId> {
        const_value(field, |id| self.definition(id).map(|definition| &definition.kind))
    }

    /// Whether a field has to be boxed, because its owner contains itself through it.
    pub(crate) fn is_boxed(&self, owner: &TypeDefinition, field: &Field) -> bool {
        let target = field.ty.inline_target().and_then(|id| self.definition(id));
        target.is_some_and(|target| target.cycle == owner.cycle)
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.groups.iter().flat_map(|group| &group.operations)
    }

    /// The type with its aliases resolved.
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

    /// The type that is decoded from a response, and whether the value is optional. A list in an envelope is never
    /// optional: null and a missing `data` are an empty list.
    pub(crate) fn received<'a>(&self, response: &'a Response) -> Option<(&'a TypeRef, bool)> {
        match response {
            Response::Plain(TypeRef::Nullable(ty)) => Some((ty, true)),
            Response::OptionalPlain(ty) => Some((ty, true)),
            Response::Data(ty) | Response::Plain(ty) => Some((ty, false)),
            Response::OptionalData(ty) => Some((ty, !self.is_list(ty))),
            Response::Text(_)
            | Response::Bytes(_)
            | Response::Empty
            | Response::NoContent
            | Response::ByMediaType(_)
            | Response::ByStatus(_) => None,
        }
    }

    /// The presence of a field. With `is_input`, callers create values of its type; otherwise they only receive them.
    pub(crate) fn presence(&self, field: &Field, is_input: bool) -> Presence {
        let is_list = self.is_list(&field.ty) && (self.null_lists_are_empty || !field.nullable);
        match (field.required, field.nullable) {
            // A caller may send an empty list, for example to remove all entries; that differs from an omitted property.
            (false, _) if is_list && is_input => Presence::Optional,
            (true, _) if is_list && !self.null_lists_are_empty => Presence::RequiredList,
            _ if is_list => Presence::List,
            (true, false) => Presence::Value,
            (true, true) => Presence::Nullable,
            (false, true) if is_input => Presence::OptionalNullable,
            (false, _) => Presence::Optional,
        }
    }
}
