//! The model of an operation: its arguments, its request and its responses.
//!
//! `lower` creates these types; `emit` and `compare` read them. They do not know the Rust that is generated for an
//! operation.

use super::*;

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
    /// The name of the struct with all required parameters outside of the path, if there are too many for a
    /// [builder](MAX_BUILDER_VALUES).
    pub(crate) required_name: Option<String>,
    pub(crate) method_name: String,
    /// The HTTP method in upper case.
    pub(crate) http_method: &'static str,
    pub(crate) path: String,
    pub(crate) scope: Scope,
    /// The parameter that determines the scope, if there is one.
    pub(crate) scope_ref: Option<SourceRef>,
    pub(crate) risk: Risk,
    pub(crate) retry: Retry,
    pub(crate) private_cloud_only: bool,
    /// The alternative security requirements, each a set of schemes; one of them is sufficient. Empty if requests are
    /// not authenticated.
    pub(crate) security: Vec<SecurityRequirement>,
    pub(crate) deprecated: bool,
    pub(crate) summary: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) source: Option<Source>,
    pub(crate) external_docs_url: Option<String>,
    pub(crate) error_codes: Vec<i64>,
    /// The ids of the operations that report the effect of this operation.
    pub(crate) lookup: Vec<String>,
    /// The pagination of the response, if it is a page of a list.
    pub(crate) pagination: Option<Pagination>,
    /// The status in the response, if callers can poll it until it is final.
    pub(crate) follow: Option<Follow>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) response: Response,
    /// The value of the header `Accept`, unless a caller chooses a media type.
    pub(crate) accept: String,
    pub(crate) response_ref: SourceRef,
    /// The constraints of the response schema, if the schema is inline.
    pub(crate) response_constraints: Option<Box<Constraints>>,
    /// The number of media types of responses that the client neither requests nor decodes.
    pub(crate) unused_response_types: usize,
    /// The bodies of failure responses by status, if the document describes any.
    pub(crate) failure: Option<StatusEnum>,
    /// The headers of the responses, if the document describes any.
    pub(crate) headers: Option<TypedHeaders>,
    /// The JSON pointer of the callbacks, if there are any.
    pub(crate) callbacks_pointer: Option<String>,
    /// The servers that override those of the document.
    pub(crate) servers: Option<OperationServers>,
    /// The parameters and the body as arguments of a dynamic call: by their names on the wire, in the order of the
    /// document.
    pub(crate) arguments: Vec<Argument>,
    /// The schema of the result of a successful call, if the result is JSON.
    pub(crate) result_schema: Option<SchemaId>,
}

/// The servers of an operation, at least one.
#[derive(Debug)]
pub(crate) struct OperationServers(pub(crate) Vec<Server>);

impl OperationServers {
    /// The server that the operation is sent to: the first one, unless it is relative. The address of the document, which
    /// a relative URL depends on, is not known.
    pub(crate) fn default(&self) -> Option<&Server> {
        let is_absolute = |url: String| url.starts_with("https://") || url.starts_with("http://");
        self.0.first().filter(|server| is_absolute(server.with_defaults()))
    }
}

/// The header with the media type that the response should have.
pub(crate) const ACCEPT: &str = "Accept";

/// The media type of JSON, which a request accepts unless its operation says otherwise.
pub(crate) const JSON: &str = "application/json";

/// The content of a response by its media type, as an enumeration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MediaTypeEnum {
    pub(crate) type_name: String,
    /// At least two. The client requests the first one if a caller chooses none.
    pub(crate) variants: Vec<MediaTypeVariant>,
}

/// Content of a media type, or of several that are decoded into the same type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MediaTypeVariant {
    pub(crate) variant: String,
    /// The name of the method that returns the content of this variant.
    pub(crate) method: String,
    /// The media types and ranges of them as the document names them, at least one. The client requests the first one.
    pub(crate) media_types: Vec<String>,
    /// The schema behind all references, of content that is JSON.
    pub(crate) schema: Option<SchemaId>,
    /// [`Response::Plain`], [`Response::Text`] or [`Response::Bytes`].
    pub(crate) response: Response,
}

/// A header of a response.
#[derive(Debug)]
pub(crate) struct ResponseHeader {
    pub(crate) name: String,
    pub(crate) source_ref: SourceRef,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    pub(crate) ty: TypeRef,
    pub(crate) format: HeaderFormat,
    pub(crate) docs: Docs,
}

/// The serialization of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderFormat {
    /// A string, or several that are separated by commas.
    Simple,
    Json,
}

/// The headers of all responses of an operation, as a type with a method for each.
#[derive(Debug)]
pub(crate) struct TypedHeaders {
    pub(crate) type_name: String,
    pub(crate) headers: Vec<TypedHeader>,
}

/// A header of some responses of an operation. If the responses describe it differently, it is an optional string.
#[derive(Debug)]
pub(crate) struct TypedHeader {
    /// The name of the method that returns it.
    pub(crate) method: String,
    /// The name of the header in the first response.
    pub(crate) name: String,
    /// The places of the headers.
    pub(crate) source_refs: Vec<SourceRef>,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    pub(crate) ty: TypeRef,
    pub(crate) format: HeaderFormat,
    pub(crate) docs: Docs,
}

/// Responses of an operation by status, as an enumeration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StatusEnum {
    pub(crate) type_name: String,
    /// In the order in which they apply: a status, then a range of them, then the default.
    pub(crate) variants: Vec<StatusVariant>,
}

/// A response of a status, or of a range of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StatusVariant {
    pub(crate) variant: String,
    pub(crate) status: Status,
    pub(crate) source_ref: SourceRef,
    pub(crate) description: String,
    /// Never [`Response::ByStatus`].
    pub(crate) response: Response,
}

/// An argument of a dynamic call.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) description: Option<String>,
    /// `None` if any JSON value is allowed.
    pub(crate) schema: Option<SchemaId>,
    /// The values of an argument that the document does not describe: media types of the response.
    pub(crate) media_types: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

/// The serialization of a parameter that is neither a single string nor a plain list in the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValueStyle {
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) allow_reserved: bool,
}

/// The serialization of a list in the query.
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
    /// The name of the argument in dynamic calls: the name of the parameter, followed by its location if the name alone
    /// is ambiguous.
    pub(crate) argument: String,
    pub(crate) source_ref: SourceRef,
    pub(crate) field: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    pub(crate) ty: TypeRef,
    /// The style of a plain list.
    pub(crate) list_style: Option<ListStyle>,
    /// The style of any other value that is not a single string. `list_style` is `None` then.
    pub(crate) value_style: Option<ValueStyle>,
    pub(crate) docs: Docs,
}

/// The encoding of a request body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Json,
    /// JSON of another media type than `application/json`.
    JsonOf(String),
    /// `a=1&b=2`: a pair for each property.
    Form,
    /// A form with the style of each property, by its name.
    StyledForm(Vec<(String, ValueStyle)>),
    /// A part for each property.
    Multipart {
        media_type: String,
        /// The media types of parts, by the names of the parts.
        types: Vec<(String, String)>,
        has_part_headers: bool,
    },
    /// A string or bytes without further encoding, of this media type.
    Raw(String),
    /// Bytes whose media type callers name.
    File,
    /// One of several, each with a variant of the type of the body.
    Choice(Vec<Choice>),
}

/// A media type that callers choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) variant: String,
    pub(crate) media_type: String,
    pub(crate) encoding: Encoding,
    pub(crate) is_nullable: bool,
    /// Whether a caller gives bytes, and not a text.
    pub(crate) is_bytes: bool,
    pub(crate) schema: Option<SchemaId>,
}

#[derive(Debug)]
pub(crate) struct Body {
    /// The field of the operation that contains the body.
    pub(crate) field: String,
    pub(crate) source_ref: SourceRef,
    /// The JSON pointer of the schema.
    pub(crate) schema_pointer: String,
    pub(crate) required: bool,
    pub(crate) encoding: Encoding,
    /// The number of media types of the document that callers cannot choose.
    pub(crate) other_media_types: usize,
    pub(crate) ty: TypeRef,
    /// The constraints of the schema, if the schema is inline.
    pub(crate) constraints: Option<Box<Constraints>>,
    pub(crate) description: Option<String>,
}

/// The value that a successful call returns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Response {
    /// The `data` of the envelope.
    Data(TypeRef),
    /// The `data` of the envelope, or none if it is null or missing.
    OptionalData(TypeRef),
    /// An envelope without `data`.
    Empty,
    /// The whole body.
    Plain(TypeRef),
    /// The whole body, or none if the response has no content.
    OptionalPlain(TypeRef),
    /// The whole body as a string, of this media type.
    Text(String),
    /// The whole body as bytes, of this media type.
    Bytes(String),
    /// No body.
    NoContent,
    /// One of several, by media type.
    ByMediaType(MediaTypeEnum),
    /// One of several, by status.
    ByStatus(StatusEnum),
}

impl Response {
    /// The type that is decoded from JSON, if the response is JSON.
    pub(crate) fn ty(&self) -> Option<&TypeRef> {
        match self {
            Self::Data(ty) | Self::OptionalData(ty) | Self::Plain(ty) | Self::OptionalPlain(ty) => Some(ty),
            Self::Text(_)
            | Self::Bytes(_)
            | Self::Empty
            | Self::NoContent
            | Self::ByMediaType(_)
            | Self::ByStatus(_) => None,
        }
    }

    /// Whether callers can read the response in parts: it can be text or bytes.
    pub(crate) fn is_streamed(&self) -> bool {
        match self {
            Self::Text(_) | Self::Bytes(_) => true,
            Self::ByMediaType(contents) => contents.variants.iter().any(|variant| variant.response.is_streamed()),
            Self::ByStatus(successes) => successes.variants.iter().any(|variant| variant.response.is_streamed()),
            Self::Data(_)
            | Self::OptionalData(_)
            | Self::Empty
            | Self::Plain(_)
            | Self::OptionalPlain(_)
            | Self::NoContent => false,
        }
    }

    /// The types that are decoded from JSON, of all statuses and media types.
    pub(crate) fn types(&self) -> impl Iterator<Item = &TypeRef> {
        let by_status = match self {
            Self::ByStatus(successes) => Some(successes.types()),
            _ => None,
        };
        self.content_types().chain(by_status.into_iter().flatten())
    }

    /// The types that are decoded from JSON, of all media types.
    fn content_types(&self) -> impl Iterator<Item = &TypeRef> {
        let by_media_type = match self {
            Self::ByMediaType(contents) => contents.variants.as_slice(),
            _ => &[],
        };
        self.ty().into_iter().chain(by_media_type.iter().filter_map(|variant| variant.response.ty()))
    }

    /// The enumerations by media type: that of the response, or those of its statuses.
    pub(crate) fn media_type_enums(&self) -> impl Iterator<Item = &MediaTypeEnum> {
        let (own, of_statuses) = match self {
            Self::ByMediaType(contents) => (Some(contents), None),
            Self::ByStatus(responses) => (None, Some(responses.media_type_enums())),
            _ => (None, None),
        };
        own.into_iter().chain(of_statuses.into_iter().flatten())
    }
}

impl StatusEnum {
    /// The types that are read from JSON.
    pub(crate) fn types(&self) -> impl Iterator<Item = &TypeRef> {
        self.variants.iter().flat_map(|variant| variant.response.content_types())
    }

    /// The enumerations by media type.
    pub(crate) fn media_type_enums(&self) -> impl Iterator<Item = &MediaTypeEnum> {
        self.variants.iter().filter_map(|variant| match &variant.response {
            Response::ByMediaType(contents) => Some(contents),
            _ => None,
        })
    }
}

impl Parameter {
    /// Whether a caller chooses the media type of the response with this parameter. OpenAPI ignores a header parameter
    /// `Accept`, so no other parameter has this name.
    pub(crate) fn is_accept(&self) -> bool {
        self.location == Location::Header && self.name == ACCEPT
    }

    pub(crate) fn is_of_path(&self) -> bool {
        self.location == Location::Path
    }

    /// Whether a caller has to set the parameter. Path parameters are excluded: they are arguments of the method.
    pub(crate) fn is_required_argument(&self) -> bool {
        self.required && !self.is_of_path()
    }
}

impl SecuritySchemeKind {
    /// The header that a client sets for this scheme; `None` for a scheme that is not supported.
    pub(crate) fn header(&self) -> Option<TokenHeader> {
        let authorization = |prefix| Some(TokenHeader { name: "Authorization".to_owned(), prefix });
        match self {
            Self::HeaderKey(name) => Some(TokenHeader { name: name.clone(), prefix: "" }),
            Self::Http(scheme) if scheme.eq_ignore_ascii_case("bearer") => authorization("Bearer "),
            // The token is the Base64 of user name and password.
            Self::Http(_) if self.is_basic() => authorization("Basic "),
            Self::OAuth2(_) | Self::OpenIdConnect(_) => authorization("Bearer "),
            Self::Http(_) | Self::QueryKey(_) | Self::CookieKey(_) => None,
        }
    }

    /// The place of a credential of this scheme in a request, the name of its field there, and the prefix of its value.
    pub(crate) fn place(&self) -> (CredentialPlace, &str, String) {
        match self {
            Self::HeaderKey(name) => (CredentialPlace::Header, name, String::new()),
            Self::QueryKey(name) => (CredentialPlace::Query, name, String::new()),
            Self::CookieKey(name) => (CredentialPlace::Cookie, name, String::new()),
            Self::OAuth2(_) | Self::OpenIdConnect(_) => {
                (CredentialPlace::Header, "Authorization", "Bearer ".to_owned())
            }
            Self::Http(scheme) => {
                let known = ["Bearer", "Basic"].into_iter().find(|known| known.eq_ignore_ascii_case(scheme));
                (CredentialPlace::Header, "Authorization", format!("{} ", known.unwrap_or(scheme)))
            }
        }
    }

    /// The token endpoint of the client credentials grant, from which a client fetches tokens by itself.
    pub(crate) fn token_url(&self) -> Option<&str> {
        let Self::OAuth2(flows) = self else { return None };
        let flow = flows.iter().find(|flow| flow.kind == OAuthFlowKind::ClientCredentials)?;
        flow.token_url.as_deref().filter(|url| !url.is_empty())
    }

    pub(crate) fn is_basic(&self) -> bool {
        matches!(self, Self::Http(scheme) if scheme.eq_ignore_ascii_case("basic"))
    }
}

impl Operation {
    /// Whether requests contain the token.
    pub(crate) fn is_authenticated(&self) -> bool {
        self.security.iter().any(|requirement| !requirement.is_empty())
    }

    /// The types of the model that callers name or receive, other than those of arguments.
    pub(crate) fn received_types(&self) -> impl Iterator<Item = &TypeRef> {
        let failures = self.failure.iter().flat_map(StatusEnum::types);
        let headers = self.headers.iter().flat_map(|typed| &typed.headers).map(|header| &header.ty);
        self.response.types().chain(failures).chain(headers)
    }

    /// Whether callers set the required parameters with a builder.
    pub(crate) fn is_builder(&self) -> bool {
        takes_builder(self.required().count())
    }

    /// The required parameters outside of the path.
    pub(crate) fn required(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.is_required_argument())
    }
}
