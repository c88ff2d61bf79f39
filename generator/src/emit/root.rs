//! The API as a whole: its client, regions, error codes, and the list of operations.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::docs::{self, doc, inner_doc};
use super::{Emitter, ident, use_runtime};
use crate::model::{CredentialPlace, EnumValues, Group, ManagedHeader, Outcome, TypeKind};
use crate::rustdoc::{documentation, plain_line};

impl Emitter<'_> {
    /// `mod.rs`: modules, the facts for the runtime, and the catalogue.
    pub(super) fn root(&self) -> TokenStream {
        let api = self.api;
        let use_runtime = use_runtime();
        let title = &api.title;
        let description = documentation(api.description.as_deref().unwrap_or_default());
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
        let missing = self.has_builders().then(|| quote! { #[doc(hidden)] pub mod missing; });
        let about_api = doc(&format!("Facts about all calls of {title}."));
        let about_operations = doc("The catalogue: every operation, with its metadata for tools.");
        quote! {
            #heading
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
                .with_error_codes(&[#(#error_codes),*]);

            #about_operations
            pub static OPERATIONS: &[&runtime::OperationInfo] = &[#(#operations),*];
        }
    }

    /// The schemes of an API that has several, or one that is no header.
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
            let scheme = &scheme.name;
            let prefix = (!prefix.is_empty()).then(|| quote! { .with_prefix(#prefix) });
            quote! { runtime::CredentialInfo::new(#scheme, runtime::CredentialPlace::#place, #name)#prefix }
        });
        (!schemes.is_empty()).then(|| quote! { .with_credentials(&[#(#credentials),*]) })
    }

    pub(super) fn error_codes(&self) -> TokenStream {
        let codes = &self.api.error_codes;
        let use_runtime = use_runtime();
        let variants = codes.iter().map(|code| {
            let about = doc(&docs::error_code(code));
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

    /// English, if it is one of the languages of messages: errors are shown to people who read this documentation.
    fn default_language(&self) -> Option<&str> {
        let header = self.api.managed_headers.language.as_ref()?;
        let TypeKind::Enum(languages) = &self.api.definition(header.ty.named()?)?.kind else { return None };
        let EnumValues::Text(languages) = &languages.values else { return None };
        let is_english = |tag: &str| tag.split(['-', '_']).next().is_some_and(|tag| tag.eq_ignore_ascii_case("en"));
        languages.iter().map(|language| language.value.as_str()).find(|tag| is_english(tag))
    }

    /// Whether calls can be made for a project.
    fn has_projects(&self) -> bool {
        self.api.managed_headers.project.is_some()
    }

    /// The clients of the API, with an accessor for each group; their settings, and regions.
    pub(super) fn client(&self) -> TokenStream {
        let use_runtime = use_runtime();
        let about = doc(&format!(
            "Sends calls of {}. Clones are cheap and share their connections.",
            self.api.title.replace('*', "\\*")
        ));
        let accessors = self.accessors();
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
        quote! {
            #use_runtime

            /// Settings of a [`Client`].
            pub type ClientBuilder = runtime::ClientBuilder<Client>;

            runtime::call! {}

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

    /// A method for each group.
    fn accessors(&self) -> Vec<TokenStream> {
        let accessor = |group: &Group| {
            let about = doc(&format!("The calls of the group *{}*.", group.name.replace('*', "")));
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

    /// The method that returns a client of a project, and that client.
    fn project_client(&self) -> Option<(TokenStream, TokenStream)> {
        let header = self.api.managed_headers.project.as_ref()?;
        let ty = self.ty(&header.ty, &quote! { super::types });
        let accessors = self.accessors();
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

    /// The public installations, if the specification lists any.
    fn region(&self) -> Option<TokenStream> {
        let regions = &self.api.regions;
        if regions.is_empty() {
            return None;
        }
        let about = doc("A public installation. A token is valid only in the region that issued it.");
        let variants = regions.iter().map(|region| {
            let about = doc(&docs::region(region));
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
                /// All of them.
                pub const ALL: &'static [Self] = &[#(Self::#all),*];

                /// Its name.
                #[must_use]
                pub fn as_str(self) -> &'static str {
                    match self {
                        #(#names,)*
                    }
                }

                /// The address of its servers.
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

            /// Reads the name of a region, in lower case or not.
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

/// The methods of a client that send operations.
fn caller_impls(caller: &Ident, core: &TokenStream, project: &TokenStream, scopes: &[&str]) -> TokenStream {
    let scopes = scopes.iter().map(|scope| ident(scope));
    quote! {
        impl #caller {
            /// A call of an operation that is chosen at run time, by its `operationId` and with its arguments as a JSON object:
            /// the parameters by name, and `body`. [`OPERATIONS`](super::OPERATIONS) has their JSON Schema. The arguments are
            /// checked as the typed operation checks them, and the call is refused for its risk like a typed one.
            ///
            /// # Errors
            /// There is no such operation, it needs a project and this client has none, or the arguments are not its
            /// arguments.
            pub fn call(&self, id: &str, arguments: &runtime::JsonValue) -> Result<runtime::DynamicCall, runtime::Error> {
                runtime::DynamicCall::new(&#core, #project, super::OPERATIONS, id, arguments)
            }

            /// Sends an operation and waits for its response.
            ///
            /// # Errors
            /// See [`Error`](runtime::Error).
            ///
            /// The future does not borrow the operation, so it can be spawned.
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
