//! What all operations have in common: servers, the token, error codes.

use openapiv3::{APIKeyLocation, ReferenceOr, SecurityRequirement, SecurityScheme};
use serde_json::Value;

use super::Lowering;
use super::facts::with_facts;
use crate::Dialect;
use crate::diagnostic::Code;
use crate::docs::{documentation, plain_line};
use crate::document::pointer::At;
use crate::model::{Api, ErrorCode, Outcome, Region, Roles, TokenHeader};
use crate::names::{Case, Scope};
use crate::spelling::did_you_mean;

/// A way to authenticate.
struct Scheme<'d> {
    name: &'d str,
    /// `None` for one that the client cannot take.
    header: Option<TokenHeader>,
    pointer: String,
}

impl<'d> Lowering<'d> {
    pub(super) fn interface(&mut self) -> Api {
        let info = &self.document.api.info;
        let (token, token_pointer) = self.token().unzip();
        Api {
            title: info.title.clone(),
            doc: documentation(info.description.as_deref().unwrap_or_default()),
            token,
            token_pointer,
            roles: Roles::default(),
            regions: self.regions(),
            error_codes: self.error_codes(),
            groups: Vec::new(),
            types: Vec::new(),
            type_modules: Vec::new(),
            not_used: Vec::new(),
        }
    }

    /// Servers that a client can choose by name.
    fn regions(&mut self) -> Vec<Region> {
        let mut scope = Scope::default();
        let mut regions: Vec<Region> = Vec::new();
        let mut named: Vec<(&str, usize)> = Vec::new();
        let servers = At::ROOT.key("servers");
        for (index, server) in self.document.api.servers.iter().enumerate() {
            let Some(name) = server.extensions.get("x-region").and_then(Value::as_str) else { continue };
            let at = servers.index(index);
            if server.variables.as_ref().is_some_and(|variables| !variables.is_empty()) {
                self.found.tell(
                    Code::Unsupported,
                    at.key("x-region"),
                    "a region whose address has variables",
                    "remove `x-region`; callers give such an address as base URL",
                );
            }
            let variant = scope.issue(name, Case::Camel);
            if variant != name {
                let message = format!("`{name}` cannot name a region, or is taken");
                let help = format!("`{variant}` would do");
                let (written, first) = (at.key("x-region"), named.iter().find(|(known, _)| *known == name));
                self.report_taken(
                    written.value(),
                    message,
                    help,
                    first.map(|(_, index)| (servers, *index, "x-region")),
                );
            }
            named.push((name, index));
            let doc = documentation(server.description.as_deref().unwrap_or(name));
            let doc = with_facts(&doc, &[format!("<{}>", server.url)], server.extensions.get("x-source"));
            regions.push(Region { pointer: at.pointer(), variant, url: server.url.clone(), doc });
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
            let first = codes.iter().position(|known| known.code == code);
            if first.is_some() {
                let message = format!("code {code} is listed twice");
                let first = first.map(|index| (list, index, "code"));
                self.report_taken(at.key("code").value(), message, "remove one of them", first);
            }
            let name = text("name");
            let variant = scope.issue(&name, Case::Camel);
            if variant != name {
                let message = format!("`{name}` cannot name a code, or is taken");
                let first = codes.iter().position(|known| known.name == name).map(|index| (list, index, "name"));
                self.report_taken(at.key("name").value(), message, format!("`{variant}` would do"), first);
            }
            let meaning = text("meaning");
            let (outcome, in_words) = match entry.get("outcome").and_then(Value::as_str) {
                Some("refused") => (Outcome::Refused, "The call was refused and had no effect."),
                Some("throttled") => (Outcome::Throttled, "The call had no effect; it may be sent again later."),
                // A value that is not known has been reported already.
                _ => (Outcome::Unknown, "The call may have taken effect all the same."),
            };
            let facts = [format!("Code {code}, group `{}`.", text("group")), in_words.to_owned()];
            let doc = with_facts(&documentation(&meaning), &facts, entry.get("x-source"));
            codes.push(ErrorCode {
                pointer: at.pointer(),
                code,
                name,
                variant,
                group: text("group"),
                outcome,
                meaning: plain_line(&meaning),
                doc,
            });
        }
        codes
    }

    /// Reports a name that cannot be used, with the entry of the list that has it already, if one does.
    fn report_taken(
        &mut self,
        at: At<'_>,
        message: String,
        help: impl Into<String>,
        first: Option<(At<'_>, usize, &str)>,
    ) {
        match first {
            Some((list, index, key)) => {
                let entry = list.index(index);
                let name = entry.key(key);
                self.found.tell_with(Code::DuplicateName, at, message, help, (name.value(), "first here"));
            }
            None => self.found.tell(Code::DuplicateName, at, message, help),
        }
    }

    /// The header of the one security scheme, and where that is written.
    fn token(&mut self) -> Option<(TokenHeader, String)> {
        let schemes = self.schemes();
        let components = At::ROOT.key("components");
        let section = components.key("securitySchemes");
        if self.dialect == Dialect::Foreign
            && let Some(Scheme { header: Some(header), pointer, .. }) = self.enough_alone(&schemes)
        {
            return Some((header.clone(), pointer.clone()));
        }
        let mut token: Option<(TokenHeader, String, &str)> = None;
        for Scheme { name, header, pointer } in schemes {
            let at = section.key(name);
            match (header, &token) {
                (Some(header), None) => token = Some((header, pointer, name)),
                (Some(header), Some((known, ..))) if header == *known => {}
                (Some(_), Some((.., first))) => self.found.tell_with(
                    Code::Unsupported,
                    at,
                    "a second way to authenticate",
                    "keep the one that the client is to use",
                    (section.key(first), "the first"),
                ),
                (None, _) => self.found.tell(
                    Code::Unsupported,
                    at,
                    "this way to authenticate is not supported",
                    "supported are `type: apiKey` with `in: header`, and bearer tokens",
                ),
            }
        }
        token.map(|(header, pointer, _)| (header, pointer))
    }

    /// The schemes that operations ask for.
    fn schemes(&mut self) -> Vec<Scheme<'d>> {
        let document = self.document;
        let Some(components) = &document.api.components else { return Vec::new() };
        let used = self.used_schemes();
        let root = At::ROOT.key("components");
        let section = root.key("securitySchemes");
        let mut schemes = Vec::new();
        for (name, scheme) in components.security_schemes.iter().filter(|(name, _)| used.contains(&name.as_str())) {
            let at = section.key(name);
            let Some((scheme, pointer)) = self.resolve(scheme, at, "securitySchemes", |all| &all.security_schemes)
            else {
                continue;
            };
            let authorization = |prefix| Some(TokenHeader { name: "Authorization".to_owned(), prefix });
            let header = match scheme {
                SecurityScheme::APIKey { location: APIKeyLocation::Header, name, .. } => {
                    Some(TokenHeader { name: name.clone(), prefix: "" })
                }
                SecurityScheme::HTTP { scheme, .. } if scheme.eq_ignore_ascii_case("bearer") => {
                    authorization("Bearer ")
                }
                // The token is user and password as they stand in the header.
                SecurityScheme::HTTP { scheme, .. }
                    if scheme.eq_ignore_ascii_case("basic") && self.dialect == Dialect::Foreign =>
                {
                    authorization("Basic ")
                }
                SecurityScheme::OAuth2 { .. } | SecurityScheme::OpenIDConnect { .. } => authorization("Bearer "),
                _ => None,
            };
            schemes.push(Scheme { name, header, pointer });
        }
        schemes
    }

    /// The first scheme that every operation is content with, where others offer several to choose from.
    fn enough_alone<'s>(&self, schemes: &'s [Scheme<'d>]) -> Option<&'s Scheme<'d>> {
        let header = |name: &str| schemes.iter().find(|scheme| scheme.name == name)?.header.as_ref();
        let asked = || self.requirements().filter(|list| list.iter().any(|requirement| !requirement.is_empty()));
        schemes.iter().find(|scheme| {
            let enough = |requirement: &SecurityRequirement| {
                !requirement.is_empty() && requirement.keys().all(|name| header(name) == scheme.header.as_ref())
            };
            scheme.header.is_some() && asked().all(|list| list.iter().any(enough))
        })
    }

    /// What each operation asks for.
    fn requirements(&self) -> impl Iterator<Item = &'d Vec<SecurityRequirement>> + use<'d> {
        let api = &self.document.api;
        let items = api.paths.paths.values().filter_map(ReferenceOr::as_item);
        let operations = items.flat_map(|item| item.iter().map(|(_, operation)| operation));
        operations.filter_map(|operation| operation.security.as_ref().or(api.security.as_ref()))
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
        for (index, requirement) in requirements.into_iter().flatten().enumerate() {
            for name in requirement.keys() {
                if !schemes.is_some_and(|schemes| schemes.contains_key(name)) {
                    let message = format!("there is no security scheme `{name}`");
                    let known = schemes.into_iter().flat_map(|schemes| schemes.keys()).map(String::as_str);
                    let help = did_you_mean(name, known, || "add it to `components/securitySchemes`".to_owned());
                    self.found.tell(Code::DanglingRef, here.index(index).key(name), message, help);
                }
            }
        }
        requirements.into_iter().flatten().any(|requirement| !requirement.is_empty())
    }
}
