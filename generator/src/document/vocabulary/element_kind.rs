//! The kinds of elements, with the names that messages use.
//!
//! In: a kind. Out: its name in the OpenAPI specification. This module does not know the keys of an object.

/// The kind of an element: an object of OpenAPI 3.0, or of an `x-` key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ElementKind {
    /// The document as a whole.
    Document,
    /// An Info Object.
    Info,
    /// A Contact Object.
    Contact,
    /// A License Object.
    License,
    /// A Server Object.
    Server,
    /// A Server Variable Object.
    ServerVariable,
    /// A Tag Object.
    Tag,
    /// An External Documentation Object.
    ExternalDocs,
    /// The Components Object.
    Components,
    /// The Paths Object.
    Paths,
    /// A Path Item Object.
    PathItem,
    /// An Operation Object.
    Operation,
    /// A Parameter Object.
    Parameter,
    /// A Header Object.
    Header,
    /// A Request Body Object.
    RequestBody,
    /// A Media Type Object.
    MediaType,
    /// An Encoding Object.
    Encoding,
    /// An Example Object.
    Example,
    /// The Responses Object.
    Responses,
    /// A Response Object.
    Response,
    /// A Security Scheme Object.
    SecurityScheme,
    /// An OAuth Flows Object.
    OAuthFlows,
    /// An OAuth Flow Object.
    OAuthFlow,
    /// A Schema Object.
    Schema,
    /// A Discriminator Object.
    Discriminator,
    /// The value of `x-source` that has a note.
    Provenance,
    /// An entry of `x-error-codes`.
    ErrorCode,
    /// The value of `x-pagination`.
    Pagination,
    /// The value of `unpaged` in `x-pagination`.
    Unpaged,
    /// The value of `x-states`.
    States,
    /// The value of `x-follow`.
    Follow,
}

impl ElementKind {
    /// The name in messages, as in the OpenAPI specification.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Document => "OpenAPI document",
            Self::Info => "Info Object",
            Self::Contact => "Contact Object",
            Self::License => "License Object",
            Self::Server => "Server Object",
            Self::ServerVariable => "Server Variable Object",
            Self::Tag => "Tag Object",
            Self::ExternalDocs => "External Documentation Object",
            Self::Components => "Components Object",
            Self::Paths => "Paths Object",
            Self::PathItem => "Path Item Object",
            Self::Operation => "Operation Object",
            Self::Parameter => "Parameter Object",
            Self::Header => "Header Object",
            Self::RequestBody => "Request Body Object",
            Self::MediaType => "Media Type Object",
            Self::Encoding => "Encoding Object",
            Self::Example => "Example Object",
            Self::Responses => "Responses Object",
            Self::Response => "Response Object",
            Self::SecurityScheme => "Security Scheme Object",
            Self::OAuthFlows => "OAuth Flows Object",
            Self::OAuthFlow => "OAuth Flow Object",
            Self::Schema => "Schema Object",
            Self::Discriminator => "Discriminator Object",
            Self::Provenance => "x-source",
            Self::ErrorCode => "entry of x-error-codes",
            Self::Pagination => "x-pagination",
            Self::Unpaged => "unpaged",
            Self::States => "x-states",
            Self::Follow => "x-follow",
        }
    }
}
