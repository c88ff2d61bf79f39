//! The catalogue entry of an operation: its `INFO`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, docs};
use crate::model::{Group, Operation, Retry, Risk, Scope};

impl Emitter<'_> {
    /// The `INFO` of an operation.
    pub(super) fn info(&self, group: &Group, operation: &Operation) -> TokenStream {
        let id = &operation.id;
        let group = &group.name;
        let method = operation.http_method;
        let path = &operation.path;
        let scope = match operation.scope {
            Scope::Organization => quote! { Organization },
            Scope::OptionalProject => quote! { OptionalProject },
            Scope::Project => quote! { Project },
        };
        let risk = match operation.risk {
            Risk::Read => quote! { Read },
            Risk::Write => quote! { Write },
            Risk::Destructive => quote! { Destructive },
            Risk::Physical => quote! { Physical },
        };
        let retry = match operation.retry {
            Retry::Safe => quote! { Safe },
            Retry::Idempotent => quote! { Idempotent },
            Retry::Never => quote! { NonIdempotent },
        };
        let availability = if operation.private_cloud_only {
            quote! { PrivateCloud }
        } else {
            quote! { Everywhere }
        };
        let authenticated = operation.is_authenticated();
        let security = (!self.api.credential_schemes.is_empty()).then(|| {
            let sets = operation.security.iter().map(|set| {
                let names = set.iter().map(|scheme| &scheme.name);
                quote! { &[#(#names),*] }
            });
            quote! { .with_security(&[#(#sets),*]) }
        });
        let deprecated = operation.deprecated;
        let summary = docs::summary(operation);
        let page = match &operation.external_docs_url {
            Some(page) => quote! { Some(#page) },
            None => quote! { None },
        };
        let codes = operation.error_codes.iter().map(|code| proc_macro2::Literal::i64_unsuffixed(*code));
        let lookup = &operation.lookup;
        let arguments = &operation.arguments_file;
        let dynamic = self.dynamic(operation);
        quote! {
            &runtime::OperationInfo::new(&super::API, #id, #method, #path)
                .with_group(#group)
                .with_scope(runtime::Scope::#scope)
                .with_risk(runtime::Risk::#risk)
                .with_idempotency(runtime::Idempotency::#retry)
                .with_availability(runtime::Availability::#availability)
                .with_authenticated(#authenticated)
                #security
                .with_deprecated(#deprecated)
                .with_summary(#summary)
                .with_page(#page)
                .with_error_codes(&[#(#codes),*])
                .with_lookup(&[#(#lookup),*])
                .with_arguments(include_str!(#arguments))
                #dynamic
        }
    }
}
