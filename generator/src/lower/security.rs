//! How requests are authenticated.

use std::collections::HashSet;

use super::Lowering;
use crate::diagnostic::Code;
use crate::document::Document;
use crate::document::openapi::{Operation, RequiredScheme};
use crate::document::pointer::PointerRef;
use crate::model::{CredentialPlace, SecurityRequirement, SecurityScheme, TokenHeader};
use crate::suggest::did_you_mean;

/// A security scheme that operations require.
struct Required<'d> {
    name: &'d str,
    at: PointerRef<'d>,
    /// `None` for one that the client does not support.
    header: Option<TokenHeader>,
    /// Whether the client can fetch tokens by itself.
    has_token_url: bool,
}

/// The security schemes of a document. A scheme whose reference is circular is omitted.
pub(super) fn schemes(document: &Document<'_>) -> Vec<SecurityScheme> {
    let schemes = &document.api.security_schemes;
    let defined = schemes.components().filter_map(|(name, id)| {
        let (end, kind) = schemes.resolve(id)?;
        let pointer = document.at(schemes.node(end)).pointer();
        Some(SecurityScheme { name: name.to_owned(), pointer, kind: kind.clone() })
    });
    defined.collect()
}

impl<'d> Lowering<'d> {
    /// The name of the one security scheme that the client uses, or those of all that it needs.
    pub(super) fn token_scheme(&mut self) -> (Option<String>, Vec<String>) {
        let schemes = self.required_schemes();
        if self.policy.allows_alternative_security {
            return match schemes.first() {
                Some(first) if self.is_sufficient(first, &schemes) => (Some(first.name.to_owned()), Vec::new()),
                _ => (None, schemes.iter().map(|scheme| scheme.name.to_owned()).collect()),
            };
        }
        let mut token: Option<(TokenHeader, Required<'d>)> = None;
        for scheme in schemes {
            match (scheme.header.clone(), &token) {
                (Some(header), None) => token = Some((header, scheme)),
                (Some(header), Some((known, _))) if header == *known => {}
                (Some(_), Some((_, first))) => self.sink.report_with(
                    Code::Unsupported,
                    scheme.at,
                    "a second way to authenticate",
                    "keep the one that the client is to use",
                    (first.at, "the first"),
                ),
                (None, _) => self.sink.report(
                    Code::Unsupported,
                    scheme.at,
                    "this way to authenticate is not supported",
                    "supported are `type: apiKey` with `in: header`, and bearer tokens",
                ),
            }
        }
        (token.map(|(_, scheme)| scheme.name.to_owned()), Vec::new())
    }

    /// The schemes that operations require.
    fn required_schemes(&mut self) -> Vec<Required<'d>> {
        let api = self.api;
        let own = api.operations().flat_map(|(_, operation)| operation.security.iter().flatten());
        let required = api.security.iter().flatten().chain(own).flatten();
        let required: HashSet<&str> = required.map(|scheme| scheme.name.as_str()).collect();
        let mut schemes = Vec::new();
        for (name, id) in api.security_schemes.components().filter(|(name, _)| required.contains(name)) {
            let Some((scheme, _)) = self.resolve(&api.security_schemes, id) else { continue };
            let is_supported = !scheme.is_basic() || self.policy.allows_alternative_security;
            let header = scheme.header().filter(|_| is_supported);
            let at = self.document.at(api.security_schemes.node(id));
            schemes.push(Required { name, at, header, has_token_url: scheme.token_url().is_some() });
        }
        schemes
    }

    /// Whether a token for one header is all that a caller can be asked for: every scheme is that header, no token can be
    /// fetched by the client, and every operation is called either with it or without. Otherwise callers choose, by the
    /// names of the schemes.
    fn is_sufficient(&self, first: &Required<'d>, schemes: &[Required<'d>]) -> bool {
        let is_optional = |operation| {
            let sets = self.api.requirements(operation).unwrap_or_default();
            sets.iter().any(Vec::is_empty) && !sets.iter().all(Vec::is_empty)
        };
        first.header.is_some()
            && schemes.iter().all(|scheme| scheme.header == first.header && !scheme.has_token_url)
            && !self.api.operations().any(|(_, operation)| is_optional(operation))
    }

    /// The sets of schemes that an operation needs, with its own or those of the document. A scheme that is not defined is
    /// reported.
    pub(super) fn security(&mut self, operation: &Operation) -> Vec<SecurityRequirement> {
        let at = self.document.at(operation.node);
        let here = if operation.security.is_some() { at.key("security") } else { PointerRef::Base("/security") };
        let requirements = self.api.requirements(operation).unwrap_or_default();
        let schemes = &self.api.security_schemes;
        for (index, requirement) in requirements.iter().enumerate() {
            let names = requirement.iter().map(|scheme| &scheme.name);
            for name in names.filter(|name| schemes.component(name).is_none()) {
                let message = format!("there is no security scheme `{name}`");
                let known = schemes.components().map(|(name, _)| name);
                let help = did_you_mean(name, known, || "add it to `components/securitySchemes`".to_owned());
                let effect = "this way to authenticate is not used";
                self.sink.report_recoverable(Code::DanglingRef, here.index(index).key(name), message, help, effect);
            }
        }
        let is_defined = |requirement: &&SecurityRequirement| {
            requirement.iter().all(|scheme| schemes.component(&scheme.name).is_some())
        };
        let defined = requirements.iter().enumerate().filter(|(_, requirement)| is_defined(requirement));
        let mut sets: Vec<SecurityRequirement> = Vec::new();
        let mut contradiction = None;
        for (index, requirement) in defined {
            match self.contradiction(requirement) {
                None => sets.push(requirement.clone()),
                Some(names) => contradiction = Some((here.index(index), names)),
            }
        }
        if let Some((at, (first, second))) = contradiction {
            let message =
                format!("`{first}` and `{second}` are written to the same place of a request, so it cannot have both");
            let help = "list them as alternatives, each in a requirement of its own";
            if sets.is_empty() {
                self.sink.report(Code::Unsupported, at, message, help);
            } else {
                self.sink.report_recoverable(
                    Code::Unsupported,
                    at,
                    message,
                    help,
                    "this set of credentials is not used",
                );
            }
        }
        // Where none of them is defined, a call is made without: nothing is known of how.
        sets
    }

    /// Two schemes of a requirement that no request can satisfy together: they are written to one place, each after a word
    /// of its own.
    fn contradiction(&self, requirement: &SecurityRequirement) -> Option<(String, String)> {
        let schemes = &self.api.security_schemes;
        let place = |scheme: &RequiredScheme| Some(schemes.resolve(schemes.component(&scheme.name)?)?.1.place());
        requirement.iter().enumerate().find_map(|(index, second)| {
            let (place_2, name_2, prefix_2) = place(second)?;
            let first = requirement.iter().take(index).find(|first| {
                place(first).is_some_and(|(place, name, prefix)| {
                    let is_same_name = match place {
                        CredentialPlace::Header => name.eq_ignore_ascii_case(name_2),
                        CredentialPlace::Query | CredentialPlace::Cookie => name == name_2,
                    };
                    place == place_2 && is_same_name && prefix != prefix_2
                })
            })?;
            Some((first.name.clone(), second.name.clone()))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::document::openapi::SecurityScheme as SecuritySchemeKind;
    use crate::lower::testing::{flighthub_problems, model, operation, problems, recoverable};
    use crate::model::{CredentialPlace, SecurityRequirement};

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
            let token = model(&document(&format!("a: {scheme}"), "[{a: []}]")).token().unwrap();
            assert_eq!((token.name.as_str(), token.prefix), (name, prefix), "{scheme}");
        }
    }

    #[test]
    fn a_token_is_for_one_header_that_all_operations_are_called_with() {
        let schemes = "a: {type: apiKey, in: query, name: k}, b: {type: apiKey, in: header, name: X-B}, \
                       c: {type: apiKey, in: header, name: X-C}";
        let header = |security: &str| {
            let same = "d: {type: apiKey, in: header, name: X-B}";
            let api = model(&document(&format!("{schemes}, {same}"), security));
            (api.token().map(|token| token.name), api.credential_schemes.join(" "))
        };
        assert_eq!(header("[{b: []}, {d: []}]"), (Some("X-B".to_owned()), String::new()));
        for (security, credentials) in [
            // A caller may have any of them.
            ("[{a: []}, {b: []}, {c: []}]", "a b c"),
            ("[{b: [], c: []}]", "b c"),
            // No token at all is enough.
            ("[{}, {b: []}]", "b"),
        ] {
            assert_eq!(header(security), (None, credentials.to_owned()), "{security}");
        }
        let found = flighthub_problems(&document(schemes, "[{b: [], c: []}]"));
        assert!(found.contains(&"/components/securitySchemes/c: a second way to authenticate".to_owned()));
        let found = flighthub_problems(&document(schemes, "[{a: []}]"));
        let message = "/components/securitySchemes/a: this way to authenticate is not supported";
        assert!(found.contains(&message.to_owned()));
    }

    #[test]
    fn schemes_that_no_header_is_sufficient_for_are_credentials() {
        let schemes = "a: {type: apiKey, in: query, name: k}, b: {type: apiKey, in: cookie, name: sid}, \
                       c: {type: http, scheme: Digest}, d: {type: http, scheme: bearer}, e: {type: apiKey, in: header, name: X}, \
                       f: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}, \
                       g: {type: oauth2, flows: {clientCredentials: {tokenUrl: '', scopes: {}}}}";
        for (security, expected) in [
            ("[{a: []}]", &["a"][..]),
            ("[{a: [], d: []}, {b: []}]", &["a", "b", "d"]),
            ("[{d: [], e: []}]", &["d", "e"]),
            ("[{d: []}]", &[]),
            ("[{f: []}]", &["f"]),
            ("[{g: []}]", &[]),
            ("[]", &[]),
        ] {
            assert_eq!(model(&document(schemes, security)).credential_schemes, expected, "{security}");
        }
        let api = model(&document(schemes, "[]"));
        let places: Vec<_> = api.security_schemes.iter().map(|scheme| scheme.kind.place()).collect();
        let authorization = |prefix: &str| (CredentialPlace::Header, "Authorization", prefix.to_owned());
        let expected = [
            (CredentialPlace::Query, "k", String::new()),
            (CredentialPlace::Cookie, "sid", String::new()),
            authorization("Digest "),
            authorization("Bearer "),
            (CredentialPlace::Header, "X", String::new()),
            authorization("Bearer "),
            authorization("Bearer "),
        ];
        assert_eq!(places, expected);
        let urls: Vec<_> = api.security_schemes.iter().filter_map(|scheme| scheme.kind.token_url()).collect();
        assert_eq!(urls, ["/token"]);
    }

    #[test]
    fn scopes_and_flows_are_kept() {
        let code =
            "authorizationCode: {authorizationUrl: a, tokenUrl: t, refreshUrl: r, scopes: {w: Write., r: Read.}}";
        let schemes = format!(
            "o: {{type: oauth2, flows: {{{code}, implicit: {{authorizationUrl: a, scopes: {{}}}}}}}}, \
             c: {{type: openIdConnect, openIdConnectUrl: u}}"
        );
        let api = model(&document(&schemes, "[{o: [w, r]}, {c: [s]}]"));
        let kinds: Vec<_> = api.security_schemes.iter().map(|scheme| &scheme.kind).collect();
        let [SecuritySchemeKind::OAuth2(flows), SecuritySchemeKind::OpenIdConnect(url)] = kinds.as_slice() else {
            panic!("{kinds:?}")
        };
        assert_eq!(url, "u");
        assert_eq!(flows.iter().map(|flow| flow.kind.key()).collect::<Vec<_>>(), ["implicit", "authorizationCode"]);
        assert_eq!((flows[0].token_url.as_deref(), flows[1].refresh_url.as_deref()), (None, Some("r")));
        assert_eq!(flows[1].scopes, [("w", "Write."), ("r", "Read.")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        let scopes: Vec<_> = operation(&api).security.iter().flatten().map(|scheme| scheme.scopes.join(" ")).collect();
        assert_eq!(scopes, ["w r", "s"]);
    }

    #[test]
    fn an_operation_keeps_all_sets_of_schemes() {
        let schemes = "a: {type: apiKey, in: header, name: X-A}, b: {type: apiKey, in: query, name: b}, \
                       c: {$ref: '#/components/securitySchemes/a'}";
        let keys = |own: &str| document(schemes, "[{a: []}]").replace("{get: {", &format!("{{get: {{{own}"));
        for (own, sets, is_authenticated) in [
            ("", &[&["a"][..]][..], true),
            ("security: [], ", &[], false),
            ("security: [{}], ", &[&[]], false),
            ("security: [{}, {a: []}], ", &[&[], &["a"]], true),
            ("security: [{b: [], a: []}, {c: []}], ", &[&["b", "a"], &["c"]], true),
        ] {
            let api = model(&keys(own));
            let found = operation(&api);
            let names = |set: &SecurityRequirement| set.iter().map(|scheme| scheme.name.clone()).collect::<Vec<_>>();
            assert_eq!(found.security.iter().map(names).collect::<Vec<_>>(), sets, "{own}");
            assert_eq!(found.is_authenticated(), is_authenticated, "{own}");
            // All schemes are there, whether they are required or not.
            let pointers: Vec<_> =
                api.security_schemes.iter().map(|it| (it.name.as_str(), it.pointer.as_str())).collect();
            let [a, b] = ["/components/securitySchemes/a", "/components/securitySchemes/b"];
            assert_eq!(pointers, [("a", a), ("b", b), ("c", a)]);
            // A caller chooses where there is a choice.
            assert_eq!(api.token_scheme().is_some(), api.credential_schemes.is_empty(), "{own}");
        }
        // Two words cannot be before one token.
        let schemes = "a: {type: http, scheme: basic}, b: {type: http, scheme: bearer}, \
                       c: {type: apiKey, in: header, name: authorization}, d: {type: oauth2, flows: {}}";
        let message = "`a` and `b` are written to the same place of a request, so it cannot have both";
        assert_eq!(problems(&document(schemes, "[{a: [], b: []}]")), [format!("/security/0: {message}")]);
        assert_eq!(
            problems(&document(schemes, "[{b: [], c: []}]")),
            [format!("/security/0: {}", message.replace("`b`", "`c`").replace("`a`", "`b`"))]
        );
        let found = recoverable(&document(schemes, "[{b: []}, {a: [], b: []}]"));
        assert_eq!(found, [format!("/security/1: {message}: this set of credentials is not used")]);
        let both = model(&document(schemes, "[{b: [], d: []}]"));
        let names = operation(&both).security.iter().flatten().map(|scheme| scheme.name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["b", "d"]);
        let keys = keys("security: [{d: []}], ");
        let message = "/paths/~1a/get/security/0/d: there is no security scheme `d`";
        assert!(flighthub_problems(&keys).contains(&message.to_owned()));
        assert_eq!(recoverable(&keys), [format!("{message}: this way to authenticate is not used")]);
    }
}
