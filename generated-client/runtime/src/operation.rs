//! The traits and the metadata of operations. Generated code implements them, and the client sends the calls.

use std::fmt;
use std::str::FromStr;

use crate::dynamic::Codec;
use crate::headers::ResponseHeaders;
use crate::request::RequestParts;
use crate::response::{ReadError, ResponseBody};
use crate::schemas::Schemas;
use crate::server::ServerInfo;
use crate::values::JsonValue;

/// Functions that set one field each, for constants too.
macro_rules! setters {
    ($($(#[$about:meta])* $name:ident: $field:ident: $ty:ty,)*) => {$(
        $(#[$about])*
        #[must_use]
        pub const fn $name(mut self, $field: $ty) -> Self {
            self.$field = $field;
            self
        }
    )*};
}

/// Methods of an operation that set its optional arguments; after the semicolon those whose value is a list.
#[doc(hidden)]
#[macro_export]
macro_rules! __setters {
    ($($(#[$attribute:meta])* $field:ident($ty:ty)),* $(; $($(#[$list_attribute:meta])* $list:ident($list_ty:ty)),*)?) => {
        $(
            #[doc = concat!("Sets the argument `", stringify!($field), "`.")]
            $(#[$attribute])*
            #[must_use]
            pub fn $field(mut self, $field: impl ::core::convert::Into<$ty>) -> Self {
                self.$field = ::core::option::Option::Some($field.into());
                self
            }
        )*
        $($(
            #[doc = concat!("Sets the argument `", stringify!($list), "`.")]
            $(#[$list_attribute])*
            #[must_use]
            pub fn $list(mut self, $list: impl ::core::convert::Into<$list_ty>) -> Self {
                self.$list = $list.into();
                self
            }
        )*)?
    };
}

/// A call that an interface offers, with its arguments.
pub trait Operation {
    /// The scope of the call: one of the types in [`scope`].
    type Scope;
    /// The output of a successful call.
    type Output;
    /// Describes the operation.
    const INFO: &'static OperationInfo;

    /// Writes the arguments.
    fn write(&self, request: &mut RequestParts) {
        let _ = request;
    }

    /// Reads a successful response.
    ///
    /// # Errors
    /// The response reports a failure, or cannot be decoded.
    fn read(body: ResponseBody<'_>) -> Result<Self::Output, ReadError>;
}

/// An operation whose specification documents the bodies of failures.
#[diagnostic::on_unimplemented(
    message = "the specification documents no body of a failure of `{Self}`",
    label = "its failures have no type"
)]
pub trait TypedFailure: Operation {
    /// A documented failure: an enumeration with a variant for each documented status.
    type Failure;

    /// Reads the body of a response by its [status](ResponseBody::status): that of the status itself, else that of its
    /// range, else the default. `None` for a status that is not documented.
    fn read_failure(body: ResponseBody<'_>) -> Option<Result<Self::Failure, ReadError>>;
}

/// An operation whose successful response can be text or bytes, which callers can read in parts.
#[diagnostic::on_unimplemented(
    message = "the specification documents no text and no bytes as a successful response of `{Self}`",
    label = "its response cannot be read in parts"
)]
pub trait Streamed: Operation {}

/// An operation whose specification documents headers of its responses.
#[diagnostic::on_unimplemented(
    message = "the specification documents no header of the responses of `{Self}`",
    label = "its headers have no types: `headers()` has all of them"
)]
pub trait TypedHeaders: Operation {
    /// The documented headers, with a method for each.
    type Headers: From<ResponseHeaders>;
}

/// The scopes of calls, as types: a call of a project cannot be sent without one, and a call of one API not by the client
/// of another. `C` is the client of the API.
pub mod scope {
    use std::convert::Infallible;
    use std::marker::PhantomData;

    /// A call of the organization.
    #[derive(Debug)]
    pub struct Organization<C>(Infallible, PhantomData<C>);
    /// A call that can name a project, and need not.
    #[derive(Debug)]
    pub struct OptionalProject<C>(Infallible, PhantomData<C>);
    /// A call of a project.
    #[derive(Debug)]
    pub struct Project<C>(Infallible, PhantomData<C>);
}

/// The scope of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The organization of the token.
    Organization,
    /// The organization, or a project.
    OptionalProject,
    /// A project.
    Project,
}

/// The risk class of a call. Each class includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    /// Changes nothing.
    Read,
    /// Changes data, and neither deletes any nor moves anything.
    Write,
    /// Deletes data, stops work, spends quota or takes rights from a person.
    Destructive,
    /// Moves an aircraft or a dock, lets one fly, or takes control from a pilot.
    Physical,
}

impl Risk {
    /// All classes, from the least risk to the highest.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Destructive, Self::Physical];

    /// Its name: `read`, `write`, `destructive` or `physical`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
            Self::Physical => "physical",
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads the name of a risk, in lower case or not.
impl FromStr for Risk {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|risk| risk.as_str().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownName::new(name, Self::ALL.map(Self::as_str)))
    }
}

/// An unknown name of a [`Risk`] or of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    name: String,
    known: Vec<&'static str>,
}

impl UnknownName {
    #[doc(hidden)]
    pub fn new(name: &str, known: impl IntoIterator<Item = &'static str>) -> Self {
        // A long text is not written whole into logs.
        Self { name: name.chars().take(40).collect(), known: known.into_iter().collect() }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is none of: {}", self.name, self.known.join(", "))
    }
}

impl std::error::Error for UnknownName {}

/// Whether sending a call twice has the same effect as sending it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// A read.
    Safe,
    /// A write that has the same effect whether it is sent once or twice.
    Idempotent,
    /// A second request may have a second effect.
    NonIdempotent,
}

/// Where an operation is available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Availability {
    /// On public hosts and private clouds.
    Everywhere,
    /// On private clouds only.
    PrivateCloud,
}

/// Describes an operation: all facts of the specification about it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OperationInfo {
    /// `operationId` of the specification.
    pub id: &'static str,
    /// Its group.
    pub group: &'static str,
    /// HTTP method, in capitals.
    pub method: &'static str,
    /// Path below the base URL, with `{name}` for its parameters.
    pub path: &'static str,
    /// Its own server, which replaces the base URL of a client for a [server](ApiInfo::servers) of the API.
    pub server: Option<ServerInfo>,
    /// Its scope.
    pub scope: Scope,
    /// Its risk.
    pub risk: Risk,
    /// Its idempotency.
    pub idempotency: Idempotency,
    /// Where the operation is available.
    pub availability: Availability,
    /// Whether it needs the token.
    pub authenticated: bool,
    /// The sets of schemes that it accepts, for an API with [`credentials`](ApiInfo::credentials): one of the sets is enough.
    pub security: &'static [&'static [&'static str]],
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// A one-line summary.
    pub summary: &'static str,
    /// Address of its page in the documentation.
    pub page: Option<&'static str>,
    /// Codes that it may return. The list is neither complete nor guaranteed: many entries are inferred from what a code
    /// means.
    pub error_codes: &'static [i64],
    /// Ids of the operations that show whether it was done, for when it has failed and may have taken effect.
    pub lookup: &'static [&'static str],
    /// The arguments that are not in the body, each with its place in a request.
    pub parameters: &'static [ParameterInfo],
    pub(crate) codec: Option<Codec>,
    /// The facts that all operations of its interface have in common.
    pub api: &'static ApiInfo,
}

impl OperationInfo {
    /// An operation. Fields that are not set have the safest value: it needs the token, has the highest risk and is never
    /// retried.
    #[must_use]
    pub const fn new(api: &'static ApiInfo, id: &'static str, method: &'static str, path: &'static str) -> Self {
        Self {
            id,
            group: "",
            method,
            path,
            server: None,
            scope: Scope::Organization,
            risk: Risk::Physical,
            idempotency: Idempotency::NonIdempotent,
            availability: Availability::Everywhere,
            authenticated: true,
            security: &[],
            deprecated: false,
            summary: "",
            page: None,
            error_codes: &[],
            lookup: &[],
            parameters: &[],
            codec: None,
            api,
        }
    }

    setters! {
        /// Sets [`api`](Self::api).
        with_api: api: &'static ApiInfo,
        /// Sets [`group`](Self::group).
        with_group: group: &'static str,
        /// Sets [`method`](Self::method).
        with_method: method: &'static str,
        /// Sets [`scope`](Self::scope).
        with_scope: scope: Scope,
        /// Sets [`risk`](Self::risk).
        with_risk: risk: Risk,
        /// Sets [`idempotency`](Self::idempotency).
        with_idempotency: idempotency: Idempotency,
        /// Sets [`availability`](Self::availability).
        with_availability: availability: Availability,
        /// Sets [`authenticated`](Self::authenticated).
        with_authenticated: authenticated: bool,
        /// Sets [`security`](Self::security).
        with_security: security: &'static [&'static [&'static str]],
        /// Sets [`deprecated`](Self::deprecated).
        with_deprecated: deprecated: bool,
        /// Sets [`summary`](Self::summary).
        with_summary: summary: &'static str,
        /// Sets [`error_codes`](Self::error_codes).
        with_error_codes: error_codes: &'static [i64],
        /// Sets [`lookup`](Self::lookup).
        with_lookup: lookup: &'static [&'static str],
        /// Sets [`parameters`](Self::parameters).
        with_parameters: parameters: &'static [ParameterInfo],
    }

    /// Sets [`page`](Self::page).
    #[must_use]
    pub const fn with_page(mut self, page: &'static str) -> Self {
        self.page = Some(page);
        self
    }

    /// Sets [`server`](Self::server).
    #[must_use]
    pub const fn with_server(mut self, server: ServerInfo) -> Self {
        self.server = Some(server);
        self
    }

    /// Lets the operation be called with JSON.
    #[must_use]
    pub const fn with_codec(mut self, codec: Codec) -> Self {
        self.codec = Some(codec);
        self
    }

    /// JSON Schema (2020-12) of its arguments: an object with the parameters by name, and `body`. Such an object is what a
    /// [`DynamicCall`](crate::codegen::DynamicCall) takes.
    ///
    /// The schema is self-contained. One that needs more than 100 definitions has the 25 nearest ones, and allows any value
    /// for those that they refer to. Without [`schemas`](ApiInfo::schemas) it allows any value.
    #[must_use]
    pub fn arguments_schema(&self) -> JsonValue {
        self.api.schemas.map_or(JsonValue::Bool(true), |schemas| schemas.arguments(self.id))
    }

    /// JSON Schema (2020-12) of what a successful call returns; `null` is the only value if it has no output. Its
    /// definitions are limited like those of the [arguments](Self::arguments_schema).
    #[must_use]
    pub fn result_schema(&self) -> JsonValue {
        self.api.schemas.map_or(JsonValue::Bool(true), |schemas| schemas.result(self.id))
    }
}

/// Where a parameter is in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParameterLocation {
    /// A segment of the path.
    Path,
    /// A pair of the query.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// Describes a parameter of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParameterInfo {
    /// Its name in the request.
    pub name: &'static str,
    /// Its location.
    pub location: ParameterLocation,
    /// Whether it is required.
    pub required: bool,
    /// `style` of OpenAPI, such as `simple` or `form`.
    pub style: &'static str,
    /// Whether each item of a list is written as a pair of its own: `explode` of OpenAPI.
    pub explode: bool,
    /// `type` of its JSON Schema; empty if it can have several.
    pub schema_type: &'static str,
}

impl ParameterInfo {
    /// An optional parameter, written in the style that OpenAPI has for its location.
    #[must_use]
    pub const fn new(name: &'static str, location: ParameterLocation) -> Self {
        let style = match location {
            ParameterLocation::Path | ParameterLocation::Header => "simple",
            ParameterLocation::Query | ParameterLocation::Cookie => "form",
        };
        let explode = matches!(location, ParameterLocation::Query | ParameterLocation::Cookie);
        Self { name, location, required: false, style, explode, schema_type: "" }
    }

    /// A parameter of the path, which is required. `schema_type` is `type` of its JSON Schema; empty if it can have several.
    #[must_use]
    pub const fn path(name: &'static str, schema_type: &'static str) -> Self {
        Self::new(name, ParameterLocation::Path).with_required(true).with_schema_type(schema_type)
    }

    /// An optional parameter of the query, with the [type](Self::schema_type) of its JSON Schema.
    #[must_use]
    pub const fn query(name: &'static str, schema_type: &'static str) -> Self {
        Self::new(name, ParameterLocation::Query).with_schema_type(schema_type)
    }

    /// An optional header, with the [type](Self::schema_type) of its JSON Schema.
    #[must_use]
    pub const fn header(name: &'static str, schema_type: &'static str) -> Self {
        Self::new(name, ParameterLocation::Header).with_schema_type(schema_type)
    }

    /// An optional cookie, with the [type](Self::schema_type) of its JSON Schema.
    #[must_use]
    pub const fn cookie(name: &'static str, schema_type: &'static str) -> Self {
        Self::new(name, ParameterLocation::Cookie).with_schema_type(schema_type)
    }

    setters! {
        /// Sets [`required`](Self::required).
        with_required: required: bool,
        /// Sets [`style`](Self::style).
        with_style: style: &'static str,
        /// Sets [`explode`](Self::explode).
        with_explode: explode: bool,
        /// Sets [`schema_type`](Self::schema_type).
        with_schema_type: schema_type: &'static str,
    }
}

/// The facts that all operations of an interface have in common.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ApiInfo {
    /// Its name.
    pub title: &'static str,
    /// Where the token is written.
    pub token: Option<TokenHeader>,
    /// Its schemes, where one token in a header is not sufficient for every operation.
    pub credentials: &'static [CredentialInfo],
    /// Header of an id that is new for each request.
    pub request_id_header: Option<&'static str>,
    /// Header of the language of messages.
    pub language_header: Option<&'static str>,
    /// Header of the project.
    pub project_header: Option<&'static str>,
    /// Its servers, unless it has regions. A client calls the first one by default.
    pub servers: &'static [ServerInfo],
    /// The variables of the servers of operations.
    pub operation_variables: &'static [&'static str],
    /// The codes of its failures.
    pub error_codes: &'static [ErrorCodeInfo],
    /// The JSON Schemas of its operations.
    pub schemas: Option<&'static Schemas>,
}

impl ApiInfo {
    /// An API without a token, without managed headers and without error codes.
    #[must_use]
    pub const fn new(title: &'static str) -> Self {
        Self {
            title,
            token: None,
            credentials: &[],
            request_id_header: None,
            language_header: None,
            project_header: None,
            servers: &[],
            operation_variables: &[],
            error_codes: &[],
            schemas: None,
        }
    }

    setters! {
        /// Sets [`token`](Self::token).
        with_token: token: Option<TokenHeader>,
        /// Sets [`credentials`](Self::credentials).
        with_credentials: credentials: &'static [CredentialInfo],
        /// Sets [`request_id_header`](Self::request_id_header).
        with_request_id_header: request_id_header: Option<&'static str>,
        /// Sets [`language_header`](Self::language_header).
        with_language_header: language_header: Option<&'static str>,
        /// Sets [`project_header`](Self::project_header).
        with_project_header: project_header: Option<&'static str>,
        /// Sets [`servers`](Self::servers).
        with_servers: servers: &'static [ServerInfo],
        /// Sets [`operation_variables`](Self::operation_variables).
        with_operation_variables: operation_variables: &'static [&'static str],
        /// Sets [`error_codes`](Self::error_codes).
        with_error_codes: error_codes: &'static [ErrorCodeInfo],
    }

    /// Sets [`schemas`](Self::schemas).
    #[must_use]
    pub const fn with_schemas(mut self, schemas: &'static Schemas) -> Self {
        self.schemas = Some(schemas);
        self
    }

    /// Describes an error code.
    #[must_use]
    pub fn error_code(&self, code: i64) -> Option<&'static ErrorCodeInfo> {
        self.error_codes.iter().find(|known| known.code == code)
    }
}

/// Where the token is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenHeader {
    /// Name of the header.
    pub name: &'static str,
    /// The prefix of the token, such as `Bearer `.
    pub prefix: &'static str,
}

impl TokenHeader {
    /// A header that is the token alone.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, prefix: "" }
    }

    setters! {
        /// Sets [`prefix`](Self::prefix).
        with_prefix: prefix: &'static str,
    }
}

/// Where a credential is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialPlace {
    /// In a header.
    Header,
    /// In the query.
    Query,
    /// In a cookie.
    Cookie,
}

/// A security scheme of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CredentialInfo {
    /// Its name in the specification.
    pub scheme: &'static str,
    /// Where the credential is written.
    pub place: CredentialPlace,
    /// The name of the header, the parameter or the cookie.
    pub name: &'static str,
    /// The prefix of the credential, such as `Bearer `.
    pub prefix: &'static str,
    /// The token endpoint of the client credentials grant of OAuth 2. It can be relative to the base URL.
    pub token_url: Option<&'static str>,
}

impl CredentialInfo {
    /// A credential that is the value alone.
    #[must_use]
    pub const fn new(scheme: &'static str, place: CredentialPlace, name: &'static str) -> Self {
        Self { scheme, place, name, prefix: "", token_url: None }
    }

    setters! {
        /// Sets [`prefix`](Self::prefix).
        with_prefix: prefix: &'static str,
        /// Sets [`token_url`](Self::token_url).
        with_token_url: token_url: Option<&'static str>,
    }
}

/// The effect of a call for which the service returned an error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The service refused the call, which had no effect.
    Refused,
    /// The service refused the call because there are too many: the call had no effect, and may be sent again later. The
    /// client treats it like HTTP 429.
    Throttled,
    /// The call may have taken effect, completely or in part.
    Unknown,
}

/// A code that a call can fail with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorCodeInfo {
    /// The number.
    pub code: i64,
    /// A name for programs.
    pub name: &'static str,
    /// The group of codes that it is in.
    pub group: &'static str,
    /// The effect of a call for which the service returned the code.
    pub outcome: Outcome,
    /// Its meaning.
    pub meaning: &'static str,
}

impl ErrorCodeInfo {
    /// A code. Fields that are not set have the safest value: the call may have taken effect.
    #[must_use]
    pub const fn new(code: i64, name: &'static str) -> Self {
        Self { code, name, group: "", outcome: Outcome::Unknown, meaning: "" }
    }

    setters! {
        /// Sets [`group`](Self::group).
        with_group: group: &'static str,
        /// Sets [`outcome`](Self::outcome).
        with_outcome: outcome: Outcome,
        /// Sets [`meaning`](Self::meaning).
        with_meaning: meaning: &'static str,
    }
}
