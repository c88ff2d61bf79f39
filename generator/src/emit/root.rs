//! What is about the interface as a whole: the list of operations, error codes, regions, and the client's accessors.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::{self, doc, inner_doc};
use super::{Emitter, ident};
use crate::model::{ManagedHeader, Outcome};
use crate::rustdoc::{documentation, plain_line};

impl Emitter<'_> {
    /// `mod.rs`: modules, the facts that the runtime asks for, and the catalogue.
    pub(super) fn root(&self) -> TokenStream {
        let api = self.api;
        let use_runtime = self.use_runtime();
        let title = &api.title;
        let description = documentation(api.description.as_deref().unwrap_or_default());
        let paragraphs = [title.as_str(), &description, &docs::unused(&api.unused)];
        let paragraphs: Vec<&str> = paragraphs.into_iter().filter(|text| !text.is_empty()).collect();
        let heading = inner_doc(&paragraphs.join("\n\n"));
        let modules = api.groups.iter().map(|group| ident(&group.module));
        let client = self.in_crate().then(|| quote! { mod client; });
        let region = (self.in_crate() && !api.regions.is_empty()).then(|| quote! { pub use client::Region; });
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
                quote! { Some(runtime::TokenHeader { name: #name, prefix: #prefix }) }
            }
            None => quote! { None },
        };
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
                runtime::ErrorCodeInfo {
                    code: #number,
                    name: #name,
                    group: #group,
                    outcome: runtime::Outcome::#outcome,
                    meaning: #meaning,
                }
            }
        });
        let about_api = doc(&format!("What all calls of {title} have in common."));
        let about_operations = doc("Every operation, with everything that a tool needs to know about it.");
        quote! {
            #heading
            #use_runtime
            #(pub mod #modules;)*
            pub mod types;
            #client
            #codes
            #region

            #about_api
            pub static API: runtime::ApiInfo = runtime::ApiInfo {
                title: #title,
                token: #token,
                request_id_header: #request_id,
                language_header: #language,
                project_header: #project,
                error_codes: &[#(#error_codes),*],
            };

            #about_operations
            pub static OPERATIONS: &[&runtime::OperationInfo] = &[#(#operations),*];
        }
    }

    pub(super) fn error_codes(&self) -> TokenStream {
        let codes = &self.api.error_codes;
        let use_runtime = self.use_runtime();
        let krate = self.crate_path();
        let variants = codes.iter().map(|code| {
            let about = doc(&docs::error_code(code));
            let name = ident(&code.variant);
            quote! { #about #name }
        });
        let pairs = codes.iter().map(|code| {
            let (number, name) = (Literal::i64_unsuffixed(code.code), ident(&code.variant));
            quote! { #number => #name }
        });
        let about = doc("Why a call failed, as a number of the interface. 0 is success and not among them.");
        let unknown = doc("A code that this version does not know.");
        let of_error = self.in_crate().then(|| {
            let about = doc("The code that the interface answered with, as a type.");
            quote! {
                impl crate::Error {
                    #about
                    #[must_use]
                    pub fn error_code(&self) -> Option<ErrorCode> {
                        self.code().map(ErrorCode::from)
                    }
                }
            }
        });
        quote! {
            #use_runtime

            #about
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum ErrorCode {
                #(#variants,)*
                #unknown
                UnknownValue(runtime::UnknownValue<i64>),
            }
            #krate::__integer_enum!(ErrorCode { #(#pairs),* });

            impl ErrorCode {
                /// What is known about the code.
                #[must_use]
                pub fn info(self) -> Option<&'static runtime::ErrorCodeInfo> {
                    super::API.error_code(self.value())
                }
            }

            #of_error
        }
    }

    /// What the client has because of this interface: accessors of groups, the project, regions, and what can be mocked.
    pub(super) fn client(&self) -> TokenStream {
        let api = self.api;
        let accessors: Vec<TokenStream> = ["Client", "ProjectClient"]
            .iter()
            .map(|handle| {
                let handle = ident(handle);
                let methods = api.groups.iter().map(|group| {
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
                });
                quote! { impl crate::#handle { #(#methods)* } }
            })
            .collect();
        let types = quote! { super::types };
        let project = api.managed_headers.project.as_ref().map(|header| {
            let ty = self.ty(&header.ty, &types);
            let about = doc("A client for the calls of one project.");
            quote! {
                impl crate::Client {
                    #about
                    #[must_use]
                    pub fn project(&self, id: impl Into<#ty>) -> crate::ProjectClient {
                        self.in_project(id.into().to_string())
                    }
                }
            }
        });
        let language = api.managed_headers.language.as_ref().map(|header| {
            let ty = self.ty(&header.ty, &types);
            let about = doc("The language of messages.");
            quote! {
                impl crate::ClientBuilder {
                    #about
                    pub fn language(self, language: #ty) -> Self {
                        self.language_text(language.to_string())
                    }
                }
            }
        });
        let region = (!api.regions.is_empty()).then(|| {
            let about = doc("A public installation. A token is good in the region that issued it only.");
            let variants = api.regions.iter().map(|region| {
                let about = doc(&docs::region(region));
                let variant = ident(&region.variant);
                quote! { #about #variant }
            });
            let urls = api.regions.iter().map(|region| {
                let variant = ident(&region.variant);
                let url = &region.url;
                quote! { Self::#variant => #url }
            });
            quote! {
                #about
                #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
                #[non_exhaustive]
                pub enum Region {
                    #(#variants,)*
                }

                impl Region {
                    /// The address of its servers.
                    #[must_use]
                    pub fn base_url(self) -> &'static str {
                        match self {
                            #(#urls,)*
                        }
                    }
                }

                impl crate::ClientBuilder {
                    /// Calls the servers of a region. For an installation of your own see `base_url`.
                    pub fn region(self, region: Region) -> Self {
                        self.base_url(region.base_url())
                    }
                }
            }
        });
        let mocked = api.groups.iter().flat_map(|group| {
            let module = ident(&group.module);
            group.operations.iter().map(move |operation| {
                let name = ident(&operation.type_name);
                quote! { impl Sealed for super::super::#module::#name {} }
            })
        });
        let mocked: Vec<_> = mocked.collect();
        let mocked = (!mocked.is_empty()).then(|| {
            quote! {
                #[cfg(feature = "testing")]
                mod mocked {
                    #![doc = " The operations of the specification that the mock server interprets."]
                    use crate::testing::sealed::Sealed;
                    #(#mocked)*
                }
            }
        });
        quote! {
            #(#accessors)*
            #project
            #language
            #region
            #mocked
        }
    }
}
