//! The vocabulary between reading and writing: an API as plain data.
//!
//! Made by [`crate::lower`], read by [`crate::emit`] and [`crate::compare`]. Every name in it is already a Rust identifier
//! that is unique in its scope, every path of a file is unique on any system, and every reference has a target. It holds
//! facts: texts are CommonMark as the specification has it, limits are numbers, and the sentences about them are made where
//! they are printed. Nothing here knows the types of OpenAPI documents beyond a few words of theirs, or tokens. Objects know
//! by JSON pointers where they are defined; what is emitted does not depend on that.

use std::fmt;

use serde_json::{Number, Value};

use crate::document::openapi::SecurityScheme as SecuritySchemeKind;
pub(crate) use crate::document::openapi::{Outcome, Retry, Risk, SecurityRequirement, Source, Status, Style};
pub(crate) use crate::document::schema::{Bound, SchemaId, Size};
pub(crate) use crate::lifecycle::{Follow, Pagination, States};

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
    /// What the document has and the client does not use, in the order of the document.
    pub(crate) unused: Vec<UnusedPart>,
}

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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    #[default]
    Organization,
    /// The project is optional.
    OptionalProject,
    Project,
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) pointer: String,
    pub(crate) type_name: String,
    /// The type of the required parameters together, when there are more beside those of the path than a
    /// [builder](MAX_BUILDER_VALUES) sets.
    pub(crate) required_name: Option<String>,
    pub(crate) method_name: String,
    /// In capitals.
    pub(crate) http_method: &'static str,
    pub(crate) path: String,
    pub(crate) scope: Scope,
    /// The parameter that decides the scope, if there is one.
    pub(crate) scope_ref: Option<SourceRef>,
    pub(crate) risk: Risk,
    pub(crate) retry: Retry,
    pub(crate) private_cloud_only: bool,
    /// The sets of schemes that a request needs; one of the sets is enough. Without any it needs none.
    pub(crate) security: Vec<SecurityRequirement>,
    pub(crate) deprecated: bool,
    pub(crate) summary: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) source: Option<Source>,
    pub(crate) external_docs_url: Option<String>,
    pub(crate) error_codes: Vec<i64>,
    /// Ids of the operations that show what this one has done.
    pub(crate) lookup: Vec<String>,
    /// How it returns a list in pages, if it does.
    pub(crate) pagination: Option<Pagination>,
    /// How its response shows a state that can be followed, if it does.
    pub(crate) follow: Option<Follow>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) response: Response,
    pub(crate) response_ref: SourceRef,
    /// Those of the schema that the response is written with.
    pub(crate) response_constraints: Option<Box<Constraints>>,
    /// All that are described, in the order of the document.
    pub(crate) responses: Vec<StatusResponse>,
    /// Where its callbacks are, if it has any.
    pub(crate) callbacks_pointer: Option<String>,
    /// The addresses that it has instead of those of the document.
    pub(crate) servers: Vec<String>,
    /// The parameters and the body as tools fill them in: by their names on the wire, in the order of the document.
    pub(crate) arguments: Vec<Argument>,
    /// Path of the file that has them as a JSON Schema.
    pub(crate) arguments_file: String,
    /// The schema of what a successful call returns, if it is JSON.
    pub(crate) result_schema: Option<SchemaId>,
    /// Path of the file that has it as a JSON Schema.
    pub(crate) result_file: String,
}

/// The response of a status, or of all statuses that are not described.
#[derive(Debug)]
pub(crate) struct StatusResponse {
    pub(crate) status: Status,
    /// Where the operation has it.
    pub(crate) pointer: String,
    pub(crate) has_headers: bool,
    /// The media types of its content, in the order of the document.
    pub(crate) media_types: Vec<String>,
}

/// A value that a tool fills in.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) description: Option<String>,
    /// None for any JSON.
    pub(crate) schema: Option<SchemaId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

/// How a value is serialized that is more than one text, or more than a list in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValueStyle {
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) allow_reserved: bool,
}

/// How the items of a list are put into a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListStyle {
    /// `a=1&a=2`
    Repeated,
    /// `a=1,2`
    Comma,
    /// `a=1%202`
    Space,
    /// `a=1|2`
    Pipe,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// What tools call it: the name, with the place if another argument has the name.
    pub(crate) argument: String,
    pub(crate) source_ref: SourceRef,
    pub(crate) field: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    pub(crate) ty: TypeRef,
    /// For lists.
    pub(crate) list_style: Option<ListStyle>,
    /// For values of any other form. It has no list style then.
    pub(crate) value_style: Option<ValueStyle>,
    pub(crate) docs: Docs,
}

/// How a request body is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Json,
    /// `a=1&b=2`: a pair for each member.
    Form,
    /// The same, with the styles of members by their names.
    StyledForm(Vec<(String, ValueStyle)>),
    /// A part for each member.
    Multipart {
        media_type: String,
        /// The media types of parts, by their names.
        types: Vec<(String, String)>,
        has_part_headers: bool,
    },
    /// A text or bytes as they are, of this media type.
    Raw(String),
}

#[derive(Debug)]
pub(crate) struct Body {
    /// The field of the operation that holds it.
    pub(crate) field: String,
    pub(crate) source_ref: SourceRef,
    /// Where its schema is.
    pub(crate) schema_pointer: String,
    pub(crate) required: bool,
    pub(crate) encoding: Encoding,
    /// How many media types it can have, this one included.
    pub(crate) media_types: usize,
    pub(crate) ty: TypeRef,
    /// Those of its schema, where it is written in place.
    pub(crate) constraints: Option<Box<Constraints>>,
    pub(crate) description: Option<String>,
}

/// What a successful call returns to its caller.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Response {
    /// The `data` of the envelope.
    Data(TypeRef),
    /// The `data` of the envelope, which may be null or missing.
    OptionalData(TypeRef),
    /// An envelope without `data`.
    Empty,
    /// The whole body.
    Plain(TypeRef),
    /// The whole body, if there is one.
    OptionalPlain(TypeRef),
    /// The whole body as a text, of this media type.
    Text(String),
    /// The whole body as bytes, of this media type.
    Bytes(String),
    /// No body.
    NoContent,
}

impl Response {
    /// The type that is read from JSON, if one is.
    pub(crate) fn ty(&self) -> Option<&TypeRef> {
        match self {
            Self::Data(ty) | Self::OptionalData(ty) | Self::Plain(ty) | Self::OptionalPlain(ty) => Some(ty),
            Self::Text(_) | Self::Bytes(_) | Self::Empty | Self::NoContent => None,
        }
    }

    /// What the client asks for instead of JSON.
    pub(crate) fn media_type(&self) -> Option<&str> {
        match self {
            Self::Text(media_type) | Self::Bytes(media_type) => Some(media_type),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TypeId(pub(crate) usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Primitive {
    Boolean,
    Int32,
    Int64,
    Float,
    Double,
    String,
    Secret,
    Base64,
    /// Bytes as they are: a whole body only, JSON cannot hold them.
    Bytes,
    /// Bytes within another value: a part of a body as they are, in JSON a string.
    Binary,
    DateTime,
    UnixSeconds,
    UnixMillis,
    /// Any JSON.
    Json,
    /// Any JSON object.
    JsonObject,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TypeRef {
    Primitive(Primitive),
    List(Box<TypeRef>),
    Map(Box<TypeRef>),
    Nullable(Box<TypeRef>),
    Named(TypeId),
}

impl TypeRef {
    /// The type, or the same with null.
    pub(crate) fn or_null(self, nullable: bool) -> Self {
        if nullable { Self::Nullable(Box::new(self)) } else { self }
    }

    /// The named type whose values are part of a value of this type without an allocation between.
    pub(crate) fn inline_target(&self) -> Option<TypeId> {
        match self {
            Self::Primitive(_) | Self::List(_) | Self::Map(_) => None,
            Self::Nullable(inner) => inner.inline_target(),
            Self::Named(id) => Some(*id),
        }
    }

    /// The named type that it contains, however deep.
    pub(crate) fn named(&self) -> Option<TypeId> {
        match self {
            Self::Primitive(_) => None,
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.named(),
            Self::Named(id) => Some(*id),
        }
    }
}

/// A module of types: those that only one group uses, or those that are shared.
#[derive(Debug)]
pub(crate) struct TypeModule {
    pub(crate) name: String,
    /// Path of its file.
    pub(crate) file: String,
    pub(crate) types: Vec<TypeId>,
}

/// A type with a name of its own.
#[derive(Debug)]
pub(crate) struct TypeDefinition {
    pub(crate) name: String,
    pub(crate) pointer: String,
    /// The type that sets the fields by name, when several are required.
    pub(crate) builder_name: Option<String>,
    /// The type of the required fields together, when there are more than a [builder](MAX_BUILDER_VALUES) sets.
    pub(crate) required_name: Option<String>,
    /// The name that the specification gives it; for a schema without one, the name of its owner and its own.
    pub(crate) schema_name: String,
    pub(crate) docs: Docs,
    pub(crate) kind: TypeKind,
    /// Whether an operation has it in its parameters, its body or its response.
    pub(crate) is_used: bool,
    /// Whether a caller makes values of it.
    pub(crate) is_input: bool,
    /// Whether strings contain it as JSON.
    pub(crate) is_string_content: bool,
    /// The number of the cycle of types that contain each other without a list or a map between, this type included.
    pub(crate) cycle: usize,
}

#[derive(Debug)]
pub(crate) enum TypeKind {
    Struct(Struct),
    Enum(Enum),
    Union(Union),
    /// A text or an integer that must not be mistaken for another one.
    Newtype(Primitive),
    Alias(TypeRef),
}

#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
    /// Keeps properties that are not described.
    pub(crate) additional_properties: Option<AdditionalProperties>,
}

#[derive(Debug)]
pub(crate) struct AdditionalProperties {
    pub(crate) pointer: String,
    pub(crate) field: String,
    pub(crate) ty: TypeRef,
    /// Those of their schema, where it is written in place.
    pub(crate) constraints: Option<Box<Constraints>>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) pointer: String,
    /// Where it is said that it is required.
    pub(crate) required_pointers: Vec<String>,
    pub(crate) field: String,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    pub(crate) deprecated: bool,
    /// Not null: see `nullable`.
    pub(crate) ty: TypeRef,
    /// What the method is called that sends null for it, where that differs from leaving it out.
    pub(crate) null_setter: Option<String>,
    /// The type of the JSON that its string contains, or that each string of its lists contains.
    pub(crate) content: Option<TypeId>,
    pub(crate) docs: Docs,
}

#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) values: EnumValues,
    /// Which of them are final, if that is known.
    pub(crate) states: Option<States>,
}

#[derive(Debug)]
pub(crate) enum EnumValues {
    Text(Vec<EnumValue<String>>),
    Integer(Vec<EnumValue<i64>>),
}

#[derive(Debug)]
pub(crate) struct EnumValue<T> {
    pub(crate) variant: String,
    pub(crate) value: T,
    /// Which of the listed values it is; null counts.
    pub(crate) index: usize,
    pub(crate) description: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) tagging: Tagging,
    /// The key that the variants are listed under.
    pub(crate) key: &'static str,
    pub(crate) variants: Vec<Variant>,
}

/// What discriminates the variants of a union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tagging {
    /// The property of this name.
    Property(String),
    /// What each variant requires: the first that fits is taken.
    Untagged,
    /// Nothing. A value can be of several variants, and is kept as JSON; callers ask for each.
    Opaque,
}

#[derive(Debug)]
pub(crate) struct Variant {
    /// In camel case; in snake case for an opaque union.
    pub(crate) variant: String,
    /// Values of the discriminator that mean this variant.
    pub(crate) tags: Vec<String>,
    pub(crate) ty: TypeRef,
    /// As the specification has it.
    pub(crate) name: String,
    pub(crate) description: Option<String>,
}

/// What the documentation of a value says beside its type.
#[derive(Debug, Default)]
pub(crate) struct Docs {
    pub(crate) description: Option<String>,
    /// None if there is nothing in them.
    pub(crate) constraints: Option<Box<Constraints>>,
    pub(crate) source: Option<Source>,
}

/// Limits and other facts about the values of a schema.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Constraints {
    pub(crate) unit: Option<&'static str>,
    /// The values of a type that is no enumeration in the client.
    pub(crate) values: Vec<Value>,
    pub(crate) minimum: Option<Bound>,
    pub(crate) maximum: Option<Bound>,
    pub(crate) multiple_of: Option<Number>,
    pub(crate) size: Option<(SizeOf, Size)>,
    pub(crate) unique_items: bool,
    pub(crate) pattern: Option<String>,
    pub(crate) format: Option<String>,
    pub(crate) default: Option<Value>,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
    pub(crate) deprecated: bool,
    pub(crate) external_docs_url: Option<String>,
    /// Those of the items of a list, where their schema is written in place.
    pub(crate) items: Option<Box<Constraints>>,
}

/// What a size counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SizeOf {
    Characters,
    Items,
    Properties,
}

/// How the type of a field shows that a value may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// `T`
    Value,
    /// `Vec<T>`: empty for null and for an omitted property.
    List,
    /// `Option<T>`: null.
    Nullable,
    /// `Option<T>`: omitted.
    Optional,
    /// `Option<Option<T>>`: omitted, or null.
    OptionalNullable,
}

impl Parameter {
    pub(crate) fn is_of_path(&self) -> bool {
        self.location == Location::Path
    }

    /// Whether a caller has to give it beside those of the path.
    pub(crate) fn is_required_argument(&self) -> bool {
        self.required && !self.is_of_path()
    }
}

impl SecuritySchemeKind {
    /// The header that a client of this scheme writes; none for a scheme that no client supports.
    pub(crate) fn header(&self) -> Option<TokenHeader> {
        let authorization = |prefix| Some(TokenHeader { name: "Authorization".to_owned(), prefix });
        match self {
            Self::HeaderKey(name) => Some(TokenHeader { name: name.clone(), prefix: "" }),
            Self::Http(scheme) if scheme.eq_ignore_ascii_case("bearer") => authorization("Bearer "),
            // The token is user and password, encoded as the header has them.
            Self::Http(_) if self.is_basic() => authorization("Basic "),
            Self::OAuth => authorization("Bearer "),
            Self::Http(_) | Self::QueryKey(_) | Self::CookieKey(_) => None,
        }
    }

    /// Where a credential of this scheme is written, its name, and what is before it.
    pub(crate) fn place(&self) -> (CredentialPlace, &str, String) {
        match self {
            Self::HeaderKey(name) => (CredentialPlace::Header, name, String::new()),
            Self::QueryKey(name) => (CredentialPlace::Query, name, String::new()),
            Self::CookieKey(name) => (CredentialPlace::Cookie, name, String::new()),
            Self::OAuth => (CredentialPlace::Header, "Authorization", "Bearer ".to_owned()),
            Self::Http(scheme) => {
                let known = ["Bearer", "Basic"].into_iter().find(|known| known.eq_ignore_ascii_case(scheme));
                (CredentialPlace::Header, "Authorization", format!("{} ", known.unwrap_or(scheme)))
            }
        }
    }

    pub(crate) fn is_basic(&self) -> bool {
        matches!(self, Self::Http(scheme) if scheme.eq_ignore_ascii_case("basic"))
    }
}

impl Operation {
    /// Whether its requests carry the token.
    pub(crate) fn is_authenticated(&self) -> bool {
        self.security.iter().any(|requirement| !requirement.is_empty())
    }

    /// The responses with a successful status, or the default response if there are none.
    pub(crate) fn successes(&self) -> impl Iterator<Item = &StatusResponse> {
        self.responses.iter().filter(|response| self.is_success(response))
    }

    /// The other responses.
    pub(crate) fn failures(&self) -> impl Iterator<Item = &StatusResponse> {
        self.responses.iter().filter(|response| !self.is_success(response))
    }

    fn is_success(&self, response: &StatusResponse) -> bool {
        match response.status {
            Status::Default => !self.responses.iter().any(|other| other.status.is_of(2)),
            status => status.is_of(2),
        }
    }

    /// Whether callers set the required parameters by name, before the operation can be sent.
    pub(crate) fn is_builder(&self) -> bool {
        takes_builder(self.required().count())
    }

    /// The parameters that a caller has to give beside those of the path.
    pub(crate) fn required(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.is_required_argument())
    }
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
        if self.is_list(&field.ty) {
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

impl Enum {
    pub(crate) fn len(&self) -> usize {
        match &self.values {
            EnumValues::Text(values) => values.len(),
            EnumValues::Integer(values) => values.len(),
        }
    }
}

/// See [`Api::const_value`]; for stages that have no [`Api`] yet.
pub(crate) fn const_value<'a>(field: &Field, kind: impl Fn(TypeId) -> Option<&'a TypeKind>) -> Option<TypeId> {
    match field.ty {
        TypeRef::Named(id) if field.required && !field.nullable => match kind(id)? {
            TypeKind::Enum(values) if values.len() == 1 => Some(id),
            _ => None,
        },
        _ => None,
    }
}
