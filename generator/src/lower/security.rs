//! How requests are authenticated.

use std::collections::HashSet;

use super::Lowering;
use crate::diagnostic::Code;
use crate::document::openapi::{Operation, SecurityRequirement, SecurityScheme};
use crate::document::pointer::PointerRef;
use crate::model::TokenHeader;
use crate::suggest::did_you_mean;

/// A security scheme that operations require.
struct Scheme<'d> {
    name: &'d str,
    at: PointerRef<'d>,
    /// Where it is defined, if `at` refers to it.
    pointer: String,
    /// `None` for one that the client does not support.
    header: Option<TokenHeader>,
}

impl<'d> Lowering<'d> {
    /// The header of the one security scheme, and where that is defined.
    pub(super) fn token(&mut self) -> Option<(TokenHeader, String)> {
        let schemes = self.schemes();
        if self.policy.takes_alternative_security
            && let Some(Scheme { header: Some(header), pointer, .. }) = self.common_scheme(&schemes)
        {
            return Some((header.clone(), pointer.clone()));
        }
        let mut token: Option<(TokenHeader, String, PointerRef<'d>)> = None;
        for Scheme { at, header, pointer, .. } in schemes {
            match (header, &token) {
                (Some(header), None) => token = Some((header, pointer, at)),
                (Some(header), Some((known, ..))) if header == *known => {}
                (Some(_), Some((.., first))) => self.sink.report_with(
                    Code::Unsupported,
                    at,
                    "a second way to authenticate",
                    "keep the one that the client is to use",
                    (*first, "the first"),
                ),
                (None, _) => self.sink.report(
                    Code::Unsupported,
                    at,
                    "this way to authenticate is not supported",
                    "supported are `type: apiKey` with `in: header`, and bearer tokens",
                ),
            }
        }
        token.map(|(header, pointer, _)| (header, pointer))
    }

    /// The schemes that operations require.
    fn schemes(&mut self) -> Vec<Scheme<'d>> {
        let api = self.api;
        let own = api.operations().flat_map(|(_, operation)| operation.security.iter().flatten());
        let required: HashSet<&str> = api.security.iter().flatten().chain(own).flatten().map(String::as_str).collect();
        let mut schemes = Vec::new();
        for (name, id) in api.security_schemes.components().filter(|(name, _)| required.contains(name)) {
            let Some((scheme, node)) = self.resolve(&api.security_schemes, id) else { continue };
            let at = self.document.at(api.security_schemes.node(id));
            schemes.push(Scheme { name, at, pointer: node.pointer(), header: self.header(scheme) });
        }
        schemes
    }

    fn header(&self, scheme: &SecurityScheme) -> Option<TokenHeader> {
        let authorization = |prefix| Some(TokenHeader { name: "Authorization".to_owned(), prefix });
        match scheme {
            SecurityScheme::HeaderKey(name) => Some(TokenHeader { name: name.clone(), prefix: "" }),
            SecurityScheme::Http(scheme) if scheme.eq_ignore_ascii_case("bearer") => authorization("Bearer "),
            // The token is user and password, encoded as the header has them.
            SecurityScheme::Http(scheme)
                if scheme.eq_ignore_ascii_case("basic") && self.policy.takes_alternative_security =>
            {
                authorization("Basic ")
            }
            SecurityScheme::OAuth => authorization("Bearer "),
            SecurityScheme::Http(_) | SecurityScheme::OtherKey => None,
        }
    }

    /// The first scheme that is sufficient for every operation.
    fn common_scheme<'s>(&self, schemes: &'s [Scheme<'d>]) -> Option<&'s Scheme<'d>> {
        let header = |name: &str| schemes.iter().find(|scheme| scheme.name == name)?.header.as_ref();
        let required = || {
            let all = self.api.operations().filter_map(|(_, operation)| self.api.requirements(operation));
            all.filter(|list| list.iter().any(|requirement| !requirement.is_empty()))
        };
        schemes.iter().find(|scheme| {
            let is_sufficient = |requirement: &SecurityRequirement| {
                !requirement.is_empty() && requirement.iter().all(|name| header(name) == scheme.header.as_ref())
            };
            scheme.header.is_some() && required().all(|list| list.iter().any(is_sufficient))
        })
    }

    /// Whether the requests of an operation carry the token.
    pub(super) fn is_authenticated(&mut self, operation: &Operation) -> bool {
        let at = self.document.at(operation.node);
        let here = if operation.security.is_some() { at.key("security") } else { PointerRef::Base("/security") };
        let requirements = self.api.requirements(operation).unwrap_or_default();
        let schemes = &self.api.security_schemes;
        for (index, requirement) in requirements.iter().enumerate() {
            for name in requirement.iter().filter(|name| schemes.component(name).is_none()) {
                let message = format!("there is no security scheme `{name}`");
                let known = schemes.components().map(|(name, _)| name);
                let help = did_you_mean(name, known, || "add it to `components/securitySchemes`".to_owned());
                self.sink.report(Code::DanglingRef, here.index(index).key(name), message, help);
            }
        }
        requirements.iter().any(|requirement| !requirement.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{model, problems};

    fn document(schemes: &str, security: &str) -> String {
        format!(
            "components: {{securitySchemes: {{{schemes}}}}}\nsecurity: {security}\n\
             paths:\n  /a: {{get: {{responses: {{'204': {{description: ''}}}}}}}}"
        )
    }

    #[test]
    fn a_scheme_is_a_header() {
        for (scheme, name, prefix) in [
            ("{type: apiKey, in: header, name: X-Key}", "X-Key", ""),
            ("{type: http, scheme: Bearer}", "Authorization", "Bearer "),
            ("{type: http, scheme: basic}", "Authorization", "Basic "),
            ("{type: oauth2, flows: {}}", "Authorization", "Bearer "),
        ] {
            let token = model(&document(&format!("a: {scheme}"), "[{a: []}]")).token.unwrap();
            assert_eq!((token.name.as_str(), token.prefix), (name, prefix), "{scheme}");
        }
    }

    #[test]
    fn of_several_schemes_the_first_that_is_sufficient_is_used() {
        let schemes = "a: {type: apiKey, in: query, name: k}, b: {type: apiKey, in: header, name: X-B}, \
                       c: {type: apiKey, in: header, name: X-C}";
        assert_eq!(model(&document(schemes, "[{a: []}, {b: []}, {c: []}]")).token.unwrap().name, "X-B");
        let found = problems(&document(schemes, "[{b: [], c: []}]"));
        assert_eq!(found, ["/components/securitySchemes/c: a second way to authenticate"]);
        let found = problems(&document(schemes, "[{a: []}]"));
        assert_eq!(found, ["/components/securitySchemes/a: this way to authenticate is not supported"]);
    }
}
