//! The model of an operation: its arguments, its request and its responses.

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
    /// The bodies of failures by status, if any is described.
    pub(crate) failure: Option<StatusEnum>,
    /// The headers that responses have, if any is described.
    pub(crate) headers: Option<TypedHeaders>,
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
    /// In the order of the document.
    pub(crate) headers: Vec<ResponseHeader>,
    /// The media types of its content, in the order of the document.
    pub(crate) media_types: Vec<String>,
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

/// How the value of a header is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderFormat {
    /// A text, or several that are separated by commas.
    Simple,
    Json,
}

/// The headers of all responses of an operation, as a type with a method for each.
#[derive(Debug)]
pub(crate) struct TypedHeaders {
    pub(crate) type_name: String,
    pub(crate) headers: Vec<TypedHeader>,
}

/// A header of some responses of an operation. What they describe differently is text, and optional.
#[derive(Debug)]
pub(crate) struct TypedHeader {
    /// The method that returns it.
    pub(crate) method: String,
    /// As the first of them has it.
    pub(crate) name: String,
    /// Where they are.
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
    /// Never one by status.
    pub(crate) response: Response,
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
    /// One of several, by status.
    ByStatus(StatusEnum),
}

impl Response {
    /// The type that is read from JSON, if one is.
    pub(crate) fn ty(&self) -> Option<&TypeRef> {
        match self {
            Self::Data(ty) | Self::OptionalData(ty) | Self::Plain(ty) | Self::OptionalPlain(ty) => Some(ty),
            Self::Text(_) | Self::Bytes(_) | Self::Empty | Self::NoContent | Self::ByStatus(_) => None,
        }
    }

    /// The types that are read from JSON, whatever the status is.
    pub(crate) fn types(&self) -> impl Iterator<Item = &TypeRef> {
        let by_status = match self {
            Self::ByStatus(successes) => Some(successes.types()),
            _ => None,
        };
        self.ty().into_iter().chain(by_status.into_iter().flatten())
    }

    /// What the client asks for instead of JSON.
    pub(crate) fn media_type(&self) -> Option<&str> {
        match self {
            Self::Text(media_type) | Self::Bytes(media_type) => Some(media_type),
            Self::ByStatus(successes) => {
                let is_other = |variant: &StatusVariant| variant.response.media_type().is_some();
                successes.variants.iter().any(is_other).then_some("*/*")
            }
            _ => None,
        }
    }
}

impl StatusEnum {
    /// The types that are read from JSON.
    pub(crate) fn types(&self) -> impl Iterator<Item = &TypeRef> {
        self.variants.iter().filter_map(|variant| variant.response.ty())
    }
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
            Self::OAuth2(_) | Self::OpenIdConnect(_) => authorization("Bearer "),
            Self::Http(_) | Self::QueryKey(_) | Self::CookieKey(_) => None,
        }
    }

    /// Where a credential of this scheme is written, its name, and what is before it.
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
        let has_other = self.responses.iter().any(|response| response.status.is_of(2));
        self.responses.iter().filter(move |response| match response.status {
            Status::Default => !has_other,
            status => status.is_of(2),
        })
    }

    /// The types of the model that callers name or receive, other than those of arguments.
    pub(crate) fn received_types(&self) -> impl Iterator<Item = &TypeRef> {
        let failures = self.failure.iter().flat_map(StatusEnum::types);
        let headers = self.headers.iter().flat_map(|typed| &typed.headers).map(|header| &header.ty);
        self.response.types().chain(failures).chain(headers)
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
