//! The vocabulary between reading and writing: an interface as plain data.
//!
//! Made by [`crate::lower`], read by [`crate::emit`] and [`crate::compare`]. Every name in it is already a Rust identifier
//! that nothing else in its scope has, every text is already documentation that rustdoc takes, every reference leads
//! somewhere, every path of a file is that of no other one on any system. Nothing here knows OpenAPI's types, or tokens. Things know by JSON pointers where they are written; what is
//! emitted does not depend on that.

use serde_json::Value;

/// A whole interface.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) title: String,
    pub(crate) doc: String,
    pub(crate) token: Option<TokenHeader>,
    /// Where the token's scheme is written.
    pub(crate) token_pointer: Option<String>,
    pub(crate) roles: Roles,
    pub(crate) regions: Vec<Region>,
    pub(crate) error_codes: Vec<ErrorCode>,
    pub(crate) groups: Vec<Group>,
    pub(crate) types: Vec<TypeDefinition>,
    /// Where the types are, in the order of the names of the modules.
    pub(crate) type_modules: Vec<TypeModule>,
    /// What the document has and the client does not use, a sentence for each kind.
    pub(crate) not_used: Vec<String>,
}

/// Where the token of a call is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenHeader {
    pub(crate) name: String,
    /// What stands before the token, such as `Bearer `.
    pub(crate) prefix: &'static str,
}

/// The headers that the client fills in by itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roles {
    pub(crate) request_id: Option<RoleHeader>,
    pub(crate) language: Option<RoleHeader>,
    pub(crate) project: Option<RoleHeader>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct RoleHeader {
    pub(crate) name: String,
    pub(crate) ty: TypeRef,
    pub(crate) origin: Origin,
}

/// Where something is written that others can refer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// Where it is used: the thing itself, or a reference to it.
    pub(crate) slot: String,
    /// The thing itself.
    pub(crate) node: String,
}

#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) pointer: String,
    pub(crate) variant: String,
    pub(crate) url: String,
    pub(crate) doc: String,
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
    pub(crate) doc: String,
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
    pub(crate) doc: String,
    pub(crate) operations: Vec<Operation>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    #[default]
    Organization,
    /// The project is optional.
    Either,
    Project,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Risk {
    Read,
    Write,
    Destructive,
    Physical,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Safe,
    Idempotent,
    Never,
}

/// What the service has done when it returns an error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Refused,
    Throttled,
    Unknown,
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) pointer: String,
    pub(crate) type_name: String,
    /// The type of the required parameters together, when there are several beside those of the path.
    pub(crate) required_name: Option<String>,
    pub(crate) method_name: String,
    /// In capitals.
    pub(crate) http_method: &'static str,
    pub(crate) path: String,
    pub(crate) scope: Scope,
    /// The parameter that decides the scope, if there is one.
    pub(crate) scope_origin: Option<Origin>,
    pub(crate) risk: Risk,
    pub(crate) retry: Retry,
    pub(crate) private_cloud_only: bool,
    pub(crate) authenticated: bool,
    pub(crate) deprecated: bool,
    /// One line without markup.
    pub(crate) summary: String,
    pub(crate) doc: String,
    pub(crate) page: Option<String>,
    pub(crate) error_codes: Vec<i64>,
    /// Ids of the operations that show what this one has done.
    pub(crate) lookup: Vec<String>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) answer: Answer,
    pub(crate) answer_origin: Origin,
    /// JSON Schema of the arguments.
    pub(crate) arguments: Value,
    /// Path of the file that has it.
    pub(crate) arguments_file: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
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
    pub(crate) origin: Origin,
    pub(crate) field: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    pub(crate) ty: TypeRef,
    /// For lists.
    pub(crate) list_style: Option<ListStyle>,
    pub(crate) doc: String,
}

/// How a request body is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Json,
    /// `a=1&b=2`: a pair for each member.
    Form,
    /// A text or bytes as they are, of this media type.
    Raw(String),
}

#[derive(Debug)]
pub(crate) struct Body {
    /// The field of the operation that holds it.
    pub(crate) field: String,
    pub(crate) origin: Origin,
    /// Where its schema is.
    pub(crate) schema_pointer: String,
    pub(crate) required: bool,
    pub(crate) encoding: Encoding,
    pub(crate) ty: TypeRef,
    pub(crate) doc: String,
}

/// What a successful call hands to its caller.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// The `data` of the envelope.
    Data(TypeRef),
    /// The `data` of the envelope, which may be null or missing.
    OptionalData(TypeRef),
    /// An envelope that says nothing but that the call worked.
    Acknowledgement,
    /// The whole body.
    Plain(TypeRef),
    /// The whole body, if there is one.
    OptionalPlain(TypeRef),
    /// The whole body as a text, of this media type.
    Text(String),
    /// The whole body as bytes, of this media type.
    Bytes(String),
    /// A body that is not read, because there is none.
    Nothing,
}

impl Answer {
    /// The type that is read from JSON, if one is.
    pub(crate) fn ty(&self) -> Option<&TypeRef> {
        match self {
            Self::Data(ty) | Self::OptionalData(ty) | Self::Plain(ty) | Self::OptionalPlain(ty) => Some(ty),
            Self::Text(_) | Self::Bytes(_) | Self::Acknowledgement | Self::Nothing => None,
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
    Text,
    Secret,
    Base64,
    /// Bytes as they are: a whole body only, JSON cannot hold them.
    Bytes,
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

    /// The named type that it holds, however deep.
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
    /// The type of the required fields together, when there are several.
    pub(crate) required_name: Option<String>,
    pub(crate) doc: String,
    pub(crate) kind: TypeKind,
    /// Whether an operation has it in its parameters, its body or its response.
    pub(crate) is_used: bool,
    /// Whether a caller makes values of it.
    pub(crate) in_requests: bool,
    /// Whether strings hold it as JSON.
    pub(crate) in_strings: bool,
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
    /// Keeps members that are not described.
    pub(crate) rest: Option<Rest>,
}

#[derive(Debug)]
pub(crate) struct Rest {
    pub(crate) pointer: String,
    pub(crate) field: String,
    pub(crate) ty: TypeRef,
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
    /// The type contains itself here.
    pub(crate) boxed: bool,
    /// The only value that an enumeration with one value has: nobody needs to write it.
    pub(crate) constant: Option<TypeId>,
    /// What the method is called that sends null for it, where that differs from leaving it out.
    pub(crate) null_setter: Option<String>,
    /// The type of the JSON that its string holds, or that each of its strings holds.
    pub(crate) content: Option<TypeId>,
    pub(crate) doc: String,
}

#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) values: EnumValues,
}

#[derive(Debug)]
pub(crate) enum EnumValues {
    Text(Vec<Variant<String>>),
    Integer(Vec<Variant<i64>>),
}

#[derive(Debug)]
pub(crate) struct Variant<T> {
    pub(crate) variant: String,
    pub(crate) value: T,
    /// Which of the listed values it is; null counts.
    pub(crate) index: usize,
    pub(crate) doc: String,
}

#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) apart: Apart,
    /// The key that the forms are listed under.
    pub(crate) key: &'static str,
    pub(crate) forms: Vec<Form>,
}

/// What tells the forms of a union apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Apart {
    /// The member of this name.
    Tag(String),
    /// What each form requires: the first that fits is taken.
    Shape,
    /// Nothing. A value can have several forms, and is kept as it came; callers ask for each.
    Nothing,
}

#[derive(Debug)]
pub(crate) struct Form {
    /// In camel case; in snake case where nothing tells the forms apart.
    pub(crate) variant: String,
    /// Values of the tag that mean this form.
    pub(crate) tags: Vec<String>,
    pub(crate) ty: TypeRef,
    pub(crate) doc: String,
}

/// How a field is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holding {
    /// `T`
    Value,
    /// `Vec<T>`: empty when it is null or left out.
    List,
    /// `Option<T>`: null.
    Nullable,
    /// `Option<T>`: left out.
    Optional,
    /// `Option<Option<T>>`: left out, or null.
    OptionalNullable,
}

impl Struct {
    /// The fields that a caller has to give.
    pub(crate) fn required(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.required && field.constant.is_none())
    }
}

impl Operation {
    /// The parameters that a caller has to give beside those of the path.
    pub(crate) fn required(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.required && parameter.location != Location::Path)
    }
}

impl Api {
    pub(crate) fn definition(&self, id: TypeId) -> Option<&TypeDefinition> {
        self.types.get(id.0)
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
    pub(crate) fn answered<'a>(&self, answer: &'a Answer) -> Option<(&'a TypeRef, bool)> {
        match answer {
            Answer::Plain(TypeRef::Nullable(ty)) => Some((ty, true)),
            Answer::OptionalPlain(ty) => Some((ty, true)),
            Answer::Data(ty) | Answer::Plain(ty) => Some((ty, false)),
            Answer::OptionalData(ty) => Some((ty, !self.is_list(ty))),
            Answer::Text(_) | Answer::Bytes(_) | Answer::Acknowledgement | Answer::Nothing => None,
        }
    }

    /// How a field is held, in a type that callers make or in one that they only get.
    pub(crate) fn holding(&self, field: &Field, in_requests: bool) -> Holding {
        if self.is_list(&field.ty) {
            return Holding::List;
        }
        match (field.required, field.nullable) {
            (true, false) => Holding::Value,
            (true, true) => Holding::Nullable,
            (false, true) if in_requests => Holding::OptionalNullable,
            (false, _) => Holding::Optional,
        }
    }
}
