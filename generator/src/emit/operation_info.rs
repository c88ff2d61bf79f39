//! The catalogue entry of an operation: its `INFO`.

use proc_macro2::TokenStream;
use quote::quote;

use super::root::server_info;
use super::{Emitter, docs};
use crate::model::{Group, Operation, OperationServers, Retry, Risk, Scope};

impl Emitter<'_> {
    /// The `INFO` of an operation. Facts that are the default of the runtime are omitted, except risk, idempotency and
    /// authentication: calls depend on them.
    pub(super) fn info(&self, group: &Group, operation: &Operation) -> TokenStream {
        let id = &operation.id;
        let group = &group.name;
        let method = operation.http_method;
        let path = &operation.path;
        let scope = match operation.scope {
            Scope::Organization => None,
            Scope::OptionalProject => Some(quote! { OptionalProject }),
            Scope::Project => Some(quote! { Project }),
        };
        let scope = scope.map(|scope| quote! { .with_scope(runtime::Scope::#scope) });
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
        let availability =
            operation.private_cloud_only.then(|| quote! { .with_availability(runtime::Availability::PrivateCloud) });
        let authenticated = operation.is_authenticated();
        let security = (!self.api.credential_schemes.is_empty()).then(|| {
            let sets = operation.security.iter().map(|set| {
                let names = set.iter().map(|scheme| &scheme.name);
                quote! { &[#(#names),*] }
            });
            quote! { .with_security(&[#(#sets),*]) }
        });
        let server = operation.servers.as_ref().and_then(OperationServers::default).map(server_info);
        let server = server.map(|server| quote! { .with_server(#server) });
        let deprecated = operation.deprecated.then(|| quote! { .with_deprecated(true) });
        let summary = docs::summary(operation);
        let page = operation.external_docs_url.as_ref().map(|page| quote! { .with_page(#page) });
        let codes = (!operation.error_codes.is_empty()).then(|| {
            let codes = operation.error_codes.iter().map(|code| proc_macro2::Literal::i64_unsuffixed(*code));
            quote! { .with_error_codes(&[#(#codes),*]) }
        });
        let lookup = (!operation.lookup.is_empty()).then(|| {
            let lookup = &operation.lookup;
            quote! { .with_lookup(&[#(#lookup),*]) }
        });
        let dynamic = self.dynamic(operation);
        quote! {
            &runtime::OperationInfo::new(&super::API, #id, #method, #path)
                .with_group(#group)
                #server
                #scope
                .with_risk(runtime::Risk::#risk)
                .with_idempotency(runtime::Idempotency::#retry)
                #availability
                .with_authenticated(#authenticated)
                #security
                #deprecated
                .with_summary(#summary)
                #page
                #codes
                #lookup
                #dynamic
        }
    }
}
