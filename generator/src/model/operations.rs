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
    /// JSON of another media type than `application/json`.
    JsonOf(String),
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
    /// The field of the operation that holds it.
    pub(crate) field: String,
    pub(crate) source_ref: SourceRef,
    /// Where its schema is.
    pub(crate) schema_pointer: String,
    pub(crate) required: bool,
    pub(crate) encoding: Encoding,
    /// How many media types the document has for it that callers cannot choose.
    pub(crate) other_media_types: usize,
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
