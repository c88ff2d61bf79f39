//! The items of the whole API: clients, regions, error codes, and the catalogue of operations.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::docs::{self, doc, inner_doc};
use super::{Emitter, ident, use_runtime};
use crate::model::{CredentialPlace, EnumValues, Group, ManagedHeader, Outcome, Server, TypeKind};
use crate::rustdoc::{documentation, linked, plain_line};

impl Emitter<'_> {
    /// `mod.rs`: the modules, the metadata for the runtime, and the catalogue.
    pub(super) fn root(&self) -> TokenStream {
        let api = self.api;
        let use_runtime = use_runtime();
        let title = &api.title;
        let description = linked(&documentation(api.description.as_deref().unwrap_or_default()), &api.items);
        let (not_generated, unused) = (docs::not_generated(api), docs::unused(&api.unused));
        let paragraphs = [title.as_str(), &description, &not_generated, &unused];
        let paragraphs: Vec<&str> = paragraphs.into_iter().filter(|text| !text.is_empty()).collect();
        let heading = inner_doc(&paragraphs.join("\n\n"));
        let modules = api.groups.iter().map(|group| ident(&group.module));
        let project_client = self.has_projects().then(|| quote! { ProjectClient, });
        let region = (!api.regions.is_empty()).then(|| quote! { Region, });
        let codes = (!api.error_codes.is_empty()).then(|| quote! { mod error_code; pub use error_code::ErrorCode; });
        let operations = api.groups.iter().flat_map(|group| {
            let module = ident(&group.module);
            group.operations.iter().map(move |operation| {
                let name = ident(&operation.type_name);
                quote! { <#module::#name as runtime::Operation>::INFO }
            })
        });
        let token = match api.token() {
            Some(token) => {
                let (name, prefix) = (&token.name, token.prefix);
                quote! { Some(runtime::TokenHeader::new(#name).with_prefix(#prefix)) }
            }
            None => quote! { None },
        };
        let credentials = self.credentials();
        let header = |role: &Option<ManagedHeader>| match role {
            Some(header) => {
                let name = &header.name;
                quote! { Some(#name) }
            }
            None => quote! { None },
        };
        let request_id = header(&api.managed_headers.request_id);
        let language = header(&api.managed_headers.language);
        let project = header(&api.managed_headers.project);
        let servers = self.servers();
        let operation_variables = self.operation_variables();
        let error_codes = api.error_codes.iter().map(|code| {
            let number = Literal::i64_unsuffixed(code.code);
            let (name, group, meaning) = (&code.name, &code.group, plain_line(&code.meaning));
            let outcome = match code.outcome {
                Outcome::Refused => quote! { Refused },
                Outcome::Throttled => quote! { Throttled },
                Outcome::Unknown => quote! { Unknown },
            };
            quote! {
                runtime::ErrorCodeInfo::new(#number, #name)
                    .with_group(#group)
                    .with_outcome(runtime::Outcome::#outcome)
                    .with_meaning(#meaning)
            }
        });
        let (schemas, with_schemas) = super::has_schemas(api)
            .then(|| {
                let file = super::SCHEMAS_FILE;
                let about = doc("JSON Schemas of the arguments and results of all operations.");
                let item =
                    quote! { #about static SCHEMAS: runtime::Schemas = runtime::Schemas::new(include_str!(#file)); };
                (item, quote! { .with_schemas(&SCHEMAS) })
            })
            .unzip();
        let missing = self.has_builders().then(|| quote! { #[doc(hidden)] pub mod missing; });
        let about_api = doc(&docs::api(api));
        let about_operations = doc("The catalogue: every operation, with its metadata for tools.");
        let missing_docs = api.allows_missing_docs.then(|| quote! { #![allow(missing_docs)] });
        // The path of a link does not depend on the module that it is in, so some links are longer than necessary.
        quote! {
            #heading
            #missing_docs
            #![allow(rustdoc::redundant_explicit_links)]
            #use_runtime
            #(pub mod #modules;)*
            pub mod types;
            #missing
            mod client;
            #codes
            pub use client::{Call, Client, ClientBuilder, #project_client #region};

            #about_api
            pub static API: runtime::ApiInfo = runtime::ApiInfo::new(#title)
                .with_token(#token)
                #credentials
                .with_request_id_header(#request_id)
                .with_language_header(#language)
                .with_project_header(#project)
                #servers
                #operation_variables
                .with_error_codes(&[#(#error_codes),*])
                #with_schemas;

            #schemas

            #about_operations
            pub static OPERATIONS: &[&runtime::OperationInfo] = &[#(#operations),*];
        }
    }

    /// The servers of a document without regions.
    fn servers(&self) -> Option<TokenStream> {
        let servers = self.api.servers.iter().map(server_info);
        (!self.api.servers.is_empty()).then(|| quote! { .with_servers(&[#(#servers),*]) })
    }

    /// The variables of servers of operations.
    fn operation_variables(&self) -> Option<TokenStream> {
        let operations = self.api.groups.iter().flat_map(|group| &group.operations);
        let servers = operations.filter_map(|operation| operation.servers.as_ref()?.default());
        let names: BTreeSet<&str> =
            servers.flat_map(|server| &server.variables).map(|variable| variable.name.as_str()).collect();
        let names = names.into_iter();
        (names.len() > 0).then(|| quote! { .with_operation_variables(&[#(#names),*]) })
    }

    /// The credentials of an API whose operations need several schemes, a scheme that is not a header, or one whose tokens
    /// the client can fetch.
    fn credentials(&self) -> Option<TokenStream> {
        let schemes = &self.api.credential_schemes;
        let defined = self.api.security_schemes.iter().filter(|scheme| schemes.contains(&scheme.name));
        let credentials = defined.map(|scheme| {
            let (place, name, prefix) = scheme.kind.place();
            let place = match place {
                CredentialPlace::Header => quote! { Header },
                CredentialPlace::Query => quote! { Query },
                CredentialPlace::Cookie => quote! { Cookie },
            };
            let name_of_scheme = &scheme.name;
            let prefix = (!prefix.is_empty()).then(|| quote! { .with_prefix(#prefix) });
            let token_url = scheme.kind.token_url().map(|url| quote! { .with_token_url(Some(#url)) });
            quote! { runtime::CredentialInfo::new(#name_of_scheme, runtime::CredentialPlace::#place, #name)#prefix #token_url }
        });
        (!schemes.is_empty()).then(|| quote! { .with_credentials(&[#(#credentials),*]) })
    }

    pub(super) fn error_codes(&self) -> TokenStream {
        let codes = &self.api.error_codes;
        let use_runtime = use_runtime();
        let variants = codes.iter().map(|code| {
            let about = doc(&docs::error_code(self.api, code));
            let name = ident(&code.variant);
            quote! { #about #name }
        });
        let pairs = codes.iter().map(|code| {
            let (number, name) = (Literal::i64_unsuffixed(code.code), ident(&code.variant));
            quote! { #number => #name }
        });
        let about = doc("The error code of a failed call. The list does not contain 0, which is success.");
        let unknown = doc("A code that is not in the list.");
        quote! {
            #use_runtime

            #about
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum ErrorCode {
                #(#variants,)*
                #unknown
                Unknown(runtime::Unknown<i64>),
            }
            runtime::integer_enum!(ErrorCode { #(#pairs),* });

            impl ErrorCode {
                /// The error code of a failed call of this API. `None` if there is none, or if the call belongs to
                /// another API.
                #[must_use]
                pub fn of(error: &runtime::Error) -> Option<Self> {
                    error.code_of(&super::API).map(Self::from)
                }

                /// The entry of the code in the table.
                #[must_use]
                pub fn info(self) -> Option<&'static runtime::ErrorCodeInfo> {
                    super::API.error_code(self.value())
                }
            }
        }
    }

    /// English, if it is one of the languages of messages: the readers of this documentation read the errors, too.
    fn default_language(&self) -> Option<&str> {
        let header = self.api.managed_headers.language.as_ref()?;
        let TypeKind::Enum(languages) = &self.api.definition(header.ty.named()?)?.kind else { return None };
        let EnumValues::Text(languages) = &languages.values else { return None };
        let is_english = |tag: &str| tag.split(['-', '_']).next().is_some_and(|tag| tag.eq_ignore_ascii_case("en"));
        languages.iter().map(|language| language.value.as_str()).find(|tag| is_english(tag))
    }

    /// Whether the API has calls of a project.
    pub(super) fn has_projects(&self) -> bool {
        self.api.managed_headers.project.is_some()
    }

    /// `client.rs`: the clients with an accessor for each group, their builder, and the regions.
    pub(super) fn client(&self) -> TokenStream {
        let use_runtime = use_runtime();
        let about = doc(&format!(
            "Sends calls of {}. Clones are cheap and share their connections.",
            self.api.title.replace('*', "\\*")
        ));
        let accessors = self.accessors(false);
        let client = caller_impls(
            &ident("Client"),
            &quote! { self.core },
            &quote! { None },
            &["Organization", "OptionalProject"],
        );
        let (project, project_client) = self.project_client().unzip();
        let region = self.region();
        let region_type = match region {
            Some(_) => quote! { Region },
            None => quote! { std::convert::Infallible },
        };
        let default_language = self.default_language().map(|language| {
            quote! { const DEFAULT_LANGUAGE: Option<&'static str> = Some(#language); }
        });
        let language = match &self.api.managed_headers.language {
            Some(header) => self.ty(&header.ty, &quote! { super::types }),
            None => quote! { std::convert::Infallible },
        };
        let operations = || self.api.groups.iter().flat_map(|group| &group.operations);
        let has_streamed = operations().any(|operation| operation.response.is_streamed());
        let streaming = has_streamed.then(|| quote! { runtime::streaming_call! {} });
        quote! {
            #use_runtime

            /// Settings of a [`Client`].
            pub type ClientBuilder = runtime::ClientBuilder<Client>;

            runtime::call! {}
            #streaming

            #about
            #[derive(Clone, Debug)]
            pub struct Client {
                core: runtime::Core,
            }

            impl Client {
                /// Settings of a client.
                pub fn builder() -> ClientBuilder {
                    ClientBuilder::new()
                }

                #project
                #(#accessors)*
            }

            #client

            impl runtime::ApiClient for Client {
                type Region = #region_type;
                type Language = #language;

                #default_language

                const API: &'static runtime::ApiInfo = &super::API;
                const USER_AGENT: &'static str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

                fn from_core(core: runtime::Core) -> Self {
                    Self { core }
                }
            }

            #project_client
            #region
        }
    }

    /// The accessor method of each group, for the client or for the client of a project.
    fn accessors(&self, is_of_project: bool) -> Vec<TokenStream> {
        let accessor = |group: &Group| {
            let mut text = format!("The calls of the group *{}*.", group.name.replace('*', ""));
            if let Some(example) = self.accessor_example(group, is_of_project) {
                text.push_str("\n\n");
                text.push_str(&example);
            }
            let about = doc(&text);
            let module = ident(&group.module);
            let group_type = ident(&group.type_name);
            quote! {
                #about
                #[must_use]
                pub fn #module(&self) -> super::#module::#group_type<Self> {
                    super::#module::#group_type::new(self.clone())
                }
            }
        };
        self.api.groups.iter().map(accessor).collect()
    }

    /// The method `project` of the client, and the type `ProjectClient` that it returns.
    fn project_client(&self) -> Option<(TokenStream, TokenStream)> {
        let header = self.api.managed_headers.project.as_ref()?;
        let ty = self.ty(&header.ty, &quote! { super::types });
        let accessors = self.accessors(true);
        let scopes = ["Organization", "OptionalProject", "Project"];
        let (core, project) = (quote! { self.client.core }, quote! { Some(&self.project) });
        let caller = caller_impls(&ident("ProjectClient"), &core, &project, &scopes);
        let method = quote! {
            /// A client for the calls of one project.
            #[must_use]
            pub fn project(&self, id: impl Into<#ty>) -> ProjectClient {
                ProjectClient { client: self.clone(), project: id.into().to_string().into() }
            }
        };
        let client = quote! {
            /// A [`Client`] for the calls of one project.
            #[derive(Clone, Debug)]
            pub struct ProjectClient {
                client: Client,
                project: std::sync::Arc<str>,
            }

            impl ProjectClient {
                /// The client without the project.
                #[must_use]
                pub fn client(&self) -> &Client {
                    &self.client
                }

                /// The id of the project.
                #[must_use]
                pub fn project_id(&self) -> &str {
                    &self.project
                }

                #(#accessors)*
            }

            #caller
        };
        Some((method, client))
    }

    /// The enumeration of regions, if the specification has any.
    fn region(&self) -> Option<TokenStream> {
        let regions = &self.api.regions;
        if regions.is_empty() {
            return None;
        }
        let about = doc("A public installation. A token is valid only in the region that issued it.");
        let variants = regions.iter().map(|region| {
            let about = doc(&docs::region(self.api, region));
            let variant = ident(&region.variant);
            quote! { #about #variant }
        });
        let names = regions.iter().map(|region| {
            let variant = ident(&region.variant);
            let name = &region.name;
            quote! { Self::#variant => #name }
        });
        let all = regions.iter().map(|region| ident(&region.variant));
        let urls = regions.iter().map(|region| {
            let variant = ident(&region.variant);
            let url = &region.url;
            quote! { Self::#variant => #url }
        });
        Some(quote! {
            #about
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum Region {
                #(#variants,)*
            }

            impl Region {
                /// All regions.
                pub const ALL: &'static [Self] = &[#(Self::#all),*];

                /// The name of the region.
                #[must_use]
                pub fn as_str(self) -> &'static str {
                    match self {
                        #(#names,)*
                    }
                }

                /// The base URL of the region.
                #[must_use]
                pub fn base_url(self) -> &'static str {
                    match self {
                        #(#urls,)*
                    }
                }
            }

            impl std::fmt::Display for Region {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.pad(self.as_str())
                }
            }

            /// Parses the name of a region, ignoring ASCII case.
            impl std::str::FromStr for Region {
                type Err = runtime::UnknownName;

                fn from_str(name: &str) -> Result<Self, runtime::UnknownName> {
                    let found = Self::ALL.iter().copied().find(|region| region.as_str().eq_ignore_ascii_case(name));
                    found.ok_or_else(|| runtime::UnknownName::new(name, Self::ALL.iter().map(|region| region.as_str())))
                }
            }

                        impl runtime::BaseUrl for Region {
                fn base_url(self) -> &'static str {
                    Region::base_url(self)
                }
            }
        })
    }
}

/// The methods of a client that send operations, and its implementations of the runtime's traits.
fn caller_impls(caller: &Ident, core: &TokenStream, project: &TokenStream, scopes: &[&str]) -> TokenStream {
    let scopes = scopes.iter().map(|scope| ident(scope));
    quote! {
        impl #caller {
            /// Creates a call of an operation that is selected at run time. `id` is its `operationId`; `arguments` is a
            /// JSON object with the parameters by name, and `body`. [`OPERATIONS`](super::OPERATIONS) has the JSON
            /// Schema of the arguments. They are validated like those of a typed call, and the risk limit of the client
            /// applies.
            ///
            /// # Errors
            /// There is no operation with this id, the operation requires a project and this client has none, or the
            /// arguments do not match the operation.
            pub fn call(&self, id: &str, arguments: &runtime::JsonValue) -> Result<runtime::DynamicCall, runtime::Error> {
                runtime::DynamicCall::new(&#core, #project, super::OPERATIONS, id, arguments)
            }

            /// Sends an operation and waits for its response. The future does not borrow the operation, so it can be
            /// spawned.
            ///
            /// # Errors
            /// See [`Error`](runtime::Error).
            pub fn send<O: runtime::Operation>(
                &self,
                operation: &O,
            ) -> impl Future<Output = Result<O::Output, runtime::Error>> + Send + use<O>
            where
                Self: runtime::InScope<O::Scope>,
            {
                #core.execute(operation, #project)
            }
        }

        impl runtime::Caller for #caller {
            fn core(&self) -> &runtime::Core {
                &#core
            }

            fn core_mut(&mut self) -> &mut runtime::Core {
                &mut #core
            }

            fn project_id(&self) -> Option<&str> {
                #project
            }
        }

        #(impl runtime::InScope<runtime::scope::#scopes<Client>> for #caller {})*
    }
}

/// The metadata of a server.
pub(super) fn server_info(server: &Server) -> TokenStream {
    let url = &server.url;
    let variables = server.variables.iter().map(|variable| {
        let (name, default, values) = (&variable.name, &variable.default, &variable.values);
        let values = (!values.is_empty()).then(|| quote! { .with_values(&[#(#values),*]) });
        quote! { runtime::ServerVariableInfo::new(#name, #default) #values }
    });
    let variables = (!server.variables.is_empty()).then(|| quote! { .with_variables(&[#(#variables),*]) });
    quote! { runtime::ServerInfo::new(#url) #variables }
}
