//! The objects of OpenAPI 3.0, as all later stages use them.
//!
//! `convert` creates them. They contain the parts of a document that a stage uses, with the `x-` keys as typed fields,
//! which are empty for third-party documents. Every object has its location, and every reference the id of its target.
//! These types do not know how a document is written.

use super::arena::{Arena, Id};
use super::extensions::{ErrorCode, HeaderRole, Retry, Risk, Source};
use super::lifecycle::{Follow, Pagination};
use super::pointer::{NodeId, Nodes};
use super::schema::{SchemaId, Schemas};
use crate::words::words;

/// A document.
#[derive(Debug)]
pub(crate) struct OpenApi {
    pub(crate) nodes: Nodes,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) servers: Vec<Server>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) security: Option<Vec<SecurityRequirement>>,
    pub(crate) paths: Vec<PathItem>,
    /// `x-error-codes`.
    pub(crate) error_codes: Vec<ErrorCode>,
    pub(crate) schemas: Schemas,
    pub(crate) parameters: Arena<Parameter>,
    pub(crate) request_bodies: Arena<RequestBody>,
    pub(crate) responses: Arena<Response>,
    pub(crate) headers: Arena<Header>,
    pub(crate) security_schemes: Arena<SecurityScheme>,
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) node: NodeId,
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    pub(crate) variables: Vec<ServerVariable>,
    pub(crate) region: Option<String>,
    pub(crate) source: Option<Source>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerVariable {
    pub(crate) name: String,
    pub(crate) default: String,
    /// The allowed values; any value if there are none.
    pub(crate) values: Vec<String>,
    pub(crate) description: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) node: NodeId,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) client_name: Option<String>,
}

/// Schemes that a request must satisfy together. An empty requirement accepts requests without credentials.
pub(crate) type SecurityRequirement = Vec<RequiredScheme>;

/// A scheme of a security requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequiredScheme {
    pub(crate) name: String,
    /// The scopes that the credential must have, in the order of the document.
    pub(crate) scopes: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct PathItem {
    pub(crate) node: NodeId,
    pub(crate) path: String,
    pub(crate) description: Option<String>,
    pub(crate) servers: Vec<Server>,
    pub(crate) parameters: Vec<Id<Parameter>>,
    /// In the order of [`Method`].
    pub(crate) operations: Vec<Operation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Put,
    Post,
    Delete,
    Options,
    Head,
    Patch,
    Trace,
}

impl Method {
    pub(crate) const ALL: [Self; 8] =
        [Self::Get, Self::Put, Self::Post, Self::Delete, Self::Options, Self::Head, Self::Patch, Self::Trace];

    /// The method as written in a request line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Trace => "TRACE",
        }
    }

    /// The key in a Path Item Object.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Post => "post",
            Self::Delete => "delete",
            Self::Options => "options",
            Self::Head => "head",
            Self::Patch => "patch",
            Self::Trace => "trace",
        }
    }

    /// Whether HTTP defines the method as safe: a request does not change the state of the server (RFC 9110, section
    /// 9.2.1).
    pub(crate) fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options | Self::Trace)
    }
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) node: NodeId,
    pub(crate) method: Method,
    pub(crate) id: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) summary: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) external_docs_url: Option<String>,
    pub(crate) parameters: Vec<Id<Parameter>>,
    pub(crate) request_body: Option<Id<RequestBody>>,
    /// By status, in document order; `default` is last.
    pub(crate) responses: Vec<(Status, Id<Response>)>,
    pub(crate) has_callbacks: bool,
    pub(crate) servers: Vec<Server>,
    pub(crate) deprecated: bool,
    pub(crate) security: Option<Vec<SecurityRequirement>>,
    pub(crate) risk: Option<Risk>,
    pub(crate) retry: Option<Retry>,
    pub(crate) is_private_cloud_only: bool,
    pub(crate) client_name: Option<String>,
    pub(crate) error_codes: Vec<i64>,
    pub(crate) lookup: Vec<String>,
    pub(crate) pagination: Option<Pagination>,
    pub(crate) follow: Option<Follow>,
    pub(crate) source: Option<Source>,
}

/// The key of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Code(u16),
    /// All statuses with this first digit.
    Range(u16),
    Default,
}

impl Status {
    /// Whether the status is in the class of statuses with this first digit.
    pub(crate) fn is_of(self, hundreds: u16) -> bool {
        match self {
            Self::Code(code) => code / 100 == hundreds,
            Self::Range(range) => range == hundreds,
            Self::Default => false,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) location: ParameterLocation,
    pub(crate) description: Option<String>,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    pub(crate) style: Style,
    pub(crate) explode: Option<bool>,
    pub(crate) allow_reserved: bool,
    /// `None` for a parameter with `content`.
    pub(crate) schema: Option<SchemaId>,
    pub(crate) content: Vec<MediaType>,
    pub(crate) role: Option<HeaderRole>,
    pub(crate) source: Option<Source>,
}

words! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub(crate) enum ParameterLocation {
        Path = "path",
        Query = "query",
        Header = "header",
        Cookie = "cookie",
    }
}

words! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Style {
        Simple = "simple",
        Matrix = "matrix",
        Label = "label",
        Form = "form",
        SpaceDelimited = "spaceDelimited",
        PipeDelimited = "pipeDelimited",
        DeepObject = "deepObject",
        /// `content` instead of a style: one JSON text.
        Json = "json",
    }
}

#[derive(Debug)]
pub(crate) struct RequestBody {
    pub(crate) description: Option<String>,
    pub(crate) content: Vec<MediaType>,
    pub(crate) required: bool,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) description: String,
    /// By name, in the order of the document.
    pub(crate) headers: Vec<(String, Id<Header>)>,
    pub(crate) content: Vec<MediaType>,
}

/// A header of a response. Its style is always `simple`.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) description: Option<String>,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    /// `None` for a header with `content`.
    pub(crate) schema: Option<SchemaId>,
    pub(crate) content: Vec<MediaType>,
}

#[derive(Debug)]
pub(crate) struct MediaType {
    pub(crate) node: NodeId,
    pub(crate) name: String,
    pub(crate) schema: Option<SchemaId>,
    /// The encoding of the properties of a form or the parts of a multipart body, by name.
    pub(crate) encoding: Vec<(String, Encoding)>,
}

#[derive(Debug)]
pub(crate) struct Encoding {
    pub(crate) content_type: Option<String>,
    /// `None` if neither `style` nor `explode` is specified.
    pub(crate) style: Option<Style>,
    pub(crate) explode: bool,
    pub(crate) allow_reserved: bool,
    pub(crate) has_headers: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecurityScheme {
    /// An API key in the header with this name.
    HeaderKey(String),
    /// An API key in the query parameter with this name.
    QueryKey(String),
    /// An API key in the cookie with this name.
    CookieKey(String),
    /// A scheme of the `Authorization` header.
    Http(String),
    /// OAuth 2, for which the client sends a bearer token.
    OAuth2(Vec<OAuthFlow>),
    /// OpenID Connect, with the URL of its configuration. The client sends a bearer token.
    OpenIdConnect(String),
}

/// A flow that obtains a token of OAuth 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OAuthFlow {
    pub(crate) kind: OAuthFlowKind,
    pub(crate) authorization_url: Option<String>,
    pub(crate) token_url: Option<String>,
    pub(crate) refresh_url: Option<String>,
    /// The scopes by name, with their descriptions.
    pub(crate) scopes: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OAuthFlowKind {
    Implicit,
    Password,
    ClientCredentials,
    AuthorizationCode,
}

impl OAuthFlowKind {
    /// The key of an OAuth Flows Object.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Implicit => "implicit",
            Self::Password => "password",
            Self::ClientCredentials => "clientCredentials",
            Self::AuthorizationCode => "authorizationCode",
        }
    }
}

impl OpenApi {
    /// All operations with their paths, in document order.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&PathItem, &Operation)> {
        self.paths.iter().flat_map(|item| item.operations.iter().map(move |operation| (item, operation)))
    }

    /// Every media type of the document.
    pub(crate) fn media_types(&self) -> impl Iterator<Item = &MediaType> {
        let parameters = self.parameters.objects().flat_map(|(_, parameter)| &parameter.content);
        let bodies = self.request_bodies.objects().flat_map(|(_, body)| &body.content);
        let responses = self.responses.objects().flat_map(|(_, response)| &response.content);
        let headers = self.headers.objects().flat_map(|(_, header)| &header.content);
        parameters.chain(bodies).chain(responses).chain(headers)
    }

    /// The security requirements of an operation, of which one has to be satisfied. `None` if neither the operation nor
    /// the document has any.
    pub(crate) fn requirements<'a>(&'a self, operation: &'a Operation) -> Option<&'a [SecurityRequirement]> {
        operation.security.as_ref().or(self.security.as_ref()).map(Vec::as_slice)
    }
}
