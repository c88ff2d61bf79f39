//! What all operations have in common: servers, the token, error codes.

use openapiv3::{APIKeyLocation, ReferenceOr, SecurityRequirement, SecurityScheme};
use serde_json::Value;

use super::Lowering;
use super::facts::with_facts;
use crate::diagnostic::Code;
use crate::docs::{documentation, plain_line};
use crate::document::pointer::At;
use crate::model::{Api, ErrorCode, Region, Roles, TokenHeader};
use crate::names::{Case, Scope};

impl<'d> Lowering<'d> {
    pub(super) fn interface(&mut self) -> Api {
        let info = &self.document.api.info;
        Api {
            title: info.title.clone(),
            doc: documentation(info.description.as_deref().unwrap_or_default()),
            token: self.token(),
            roles: Roles::default(),
            regions: self.regions(),
            error_codes: self.error_codes(),
            groups: Vec::new(),
            types: Vec::new(),
        }
    }

    /// Servers that a client can choose by name.
    fn regions(&mut self) -> Vec<Region> {
        let mut scope = Scope::default();
        let mut regions = Vec::new();
        let servers = At::ROOT.key("servers");
        for (index, server) in self.document.api.servers.iter().enumerate() {
            let Some(name) = server.extensions.get("x-region").and_then(Value::as_str) else { continue };
            let at = servers.index(index);
            if server.variables.as_ref().is_some_and(|variables| !variables.is_empty()) {
                self.report(
                    Code::Unsupported,
                    at.key("x-region"),
                    "a region whose address has variables",
                    "remove `x-region`; callers give such an address as base URL",
                );
            }
            let variant = scope.issue(name, Case::Camel);
            if variant != name {
                let message = format!("`{name}` cannot name a region");
                self.report(Code::DuplicateName, at.key("x-region"), message, format!("write `{variant}`"));
            }
            let doc = documentation(server.description.as_deref().unwrap_or(name));
            let doc = with_facts(&doc, &[format!("<{}>", server.url)], server.extensions.get("x-source"));
            regions.push(Region { variant, url: server.url.clone(), doc });
        }
        regions
    }

    fn error_codes(&mut self) -> Vec<ErrorCode> {
        let document = self.document;
        let table = document.api.extensions.get("x-error-codes").and_then(Value::as_array);
        let list = At::ROOT.key("x-error-codes");
        let mut scope = Scope::with_taken(["UnknownValue"]);
        let mut codes: Vec<ErrorCode> = Vec::new();
        for (index, entry) in table.into_iter().flatten().enumerate() {
            let at = list.index(index);
            let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let code = entry.get("code").and_then(Value::as_i64).unwrap_or_default();
            if codes.iter().any(|known| known.code == code) {
                self.report(
                    Code::DuplicateName,
                    at.key("code"),
                    format!("code {code} is listed twice"),
                    "remove one of them",
                );
            }
            let name = text("name");
            let variant = scope.issue(&name, Case::Camel);
            if variant != name {
                let message = format!("`{name}` cannot name a code, or is taken");
                self.report(Code::DuplicateName, at.key("name"), message, format!("`{variant}` would do"));
            }
            let meaning = text("meaning");
            let facts = [format!("Code {code}, group `{}`.", text("group"))];
            let doc = with_facts(&documentation(&meaning), &facts, entry.get("x-source"));
            codes.push(ErrorCode { code, name, variant, group: text("group"), meaning: plain_line(&meaning), doc });
        }
        codes
    }

    /// The header of the one security scheme.
    fn token(&mut self) -> Option<TokenHeader> {
        let document = self.document;
        let schemes = &document.api.components.as_ref()?.security_schemes;
        let components = At::ROOT.key("components");
        let section = components.key("securitySchemes");
        let used = self.used_schemes();
        let mut token: Option<TokenHeader> = None;
        for (name, scheme) in schemes.iter().filter(|(name, _)| used.contains(&name.as_str())) {
            let at = section.key(name);
            let Some((scheme, _)) = self.resolve(scheme, at, "securitySchemes", |all| &all.security_schemes) else {
                continue;
            };
            let header = match scheme {
                SecurityScheme::APIKey { location: APIKeyLocation::Header, name, .. } => {
                    Some(TokenHeader { name: name.clone(), prefix: "" })
                }
                SecurityScheme::HTTP { scheme, .. } if scheme.eq_ignore_ascii_case("bearer") => {
                    Some(TokenHeader { name: "Authorization".to_owned(), prefix: "Bearer " })
                }
                SecurityScheme::OAuth2 { .. } | SecurityScheme::OpenIDConnect { .. } => {
                    Some(TokenHeader { name: "Authorization".to_owned(), prefix: "Bearer " })
                }
                _ => None,
            };
            match (header, &token) {
                (Some(header), None) => token = Some(header),
                (Some(header), Some(known)) if header == *known => {}
                (Some(_), Some(_)) => self.report(
                    Code::Unsupported,
                    at,
                    "a second way to authenticate",
                    "keep the one that the client is to use",
                ),
                (None, _) => self.report(
                    Code::Unsupported,
                    at,
                    "this way to authenticate is not supported",
                    "supported are `type: apiKey` with `in: header`, and bearer tokens",
                ),
            }
        }
        token
    }

    fn used_schemes(&self) -> Vec<&'d str> {
        let api = &self.document.api;
        let operations = api.paths.paths.values().filter_map(ReferenceOr::as_item);
        let operations = operations.flat_map(|item| item.iter().map(|(_, operation)| operation));
        let own: Vec<&SecurityRequirement> =
            operations.flat_map(|operation| operation.security.iter().flatten()).collect();
        api.security
            .iter()
            .flatten()
            .chain(own)
            .flat_map(|requirement| requirement.keys().map(String::as_str))
            .collect()
    }

    /// Whether the requests of an operation carry the token.
    pub(super) fn authenticated(&mut self, own: Option<&Vec<SecurityRequirement>>, at: At<'_>) -> bool {
        let document = self.document;
        let here = if own.is_some() { at.key("security") } else { At::Base("/security") };
        let requirements = own.or(document.api.security.as_ref());
        let schemes = document.api.components.as_ref().map(|components| &components.security_schemes);
        for name in requirements.into_iter().flatten().flat_map(|requirement| requirement.keys()) {
            if !schemes.is_some_and(|schemes| schemes.contains_key(name)) {
                let message = format!("there is no security scheme `{name}`");
                self.report(Code::DanglingRef, here, message, "add it to `components/securitySchemes`");
            }
        }
        requirements.into_iter().flatten().any(|requirement| !requirement.is_empty())
    }
}
