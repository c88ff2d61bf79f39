//! Changes of authentication: the security schemes of a client, and the requirements of each operation.
//!
//! In: the security of two models and of a pair of operations. Out: recorded changes.

use super::Comparer;
use super::change::Compatibility::{Breaking, Compatible, DocumentationOnly};
use super::change::Kind;
use super::describe::{code, from_to, server};
use super::recorder::{Side, Subject};
use crate::document::openapi::{RequiredScheme, SecurityScheme as SecuritySchemeKind};
use crate::model::{Api, OAuthFlow, Operation, SecurityRequirement, SecurityScheme};

impl Comparer<'_> {
    /// The token of a client, its other credentials, and the flows of OAuth 2.
    pub(super) fn credentials(&mut self) {
        self.token();
        let [old, new] = self.apis;
        for scheme in used_schemes(old) {
            let Some(other) = used_schemes(new).find(|other| other.name == scheme.name) else {
                let subject = Subject::one(Kind::Security, code(&scheme.name), Side::Old, &scheme.pointer).derived();
                let why = "a client that is given this credential is refused when it is built: the compiler does not \
                           notice";
                self.recorder.record(&subject, Breaking, "no longer a credential of the client", why);
                continue;
            };
            let [from, to] = [scheme, other].map(|scheme| {
                let (place, name, prefix) = scheme.kind.place();
                format!("{place:?} {name}: {prefix}…")
            });
            let subject = Subject::both(Kind::Security, code(&other.name), &scheme.pointer, &other.pointer);
            let subject = subject.keys(&["type", "in", "name", "scheme", "$ref"]);
            let why = "code is unchanged; the client writes the credential elsewhere";
            self.recorder.value(&subject, "", [&from, &to], why);
        }
        for scheme in used_schemes(new).filter(|it| !used_schemes(old).any(|other| other.name == it.name)) {
            let subject = Subject::one(Kind::Security, code(&scheme.name), Side::New, &scheme.pointer).derived();
            let why = "a client can be given this credential";
            self.recorder.record(&subject, Compatible, "a credential of the client", why);
        }
        for scheme in &old.security_schemes {
            let Some(other) = new.security_schemes.iter().find(|other| other.name == scheme.name) else { continue };
            if let (SecuritySchemeKind::OAuth2(from), SecuritySchemeKind::OAuth2(to)) = (&scheme.kind, &other.kind)
                && from != to
            {
                let subject = Subject::both(Kind::Security, code(&other.name), &scheme.pointer, &other.pointer);
                let is_used = |api: &Api| api.credential_schemes.contains(&other.name);
                let (compatibility, why) = match [scheme.kind.token_url(), other.kind.token_url()] {
                    [from, to] if from == to || !self.apis.into_iter().all(is_used) => {
                        (DocumentationOnly, "callers obtain the token themselves; the client does not depend on it")
                    }
                    [Some(_), None] => (
                        Breaking,
                        "a client with client credentials is refused when it is built: the compiler does not notice",
                    ),
                    [None, _] => (Compatible, "a client can fetch tokens with client credentials"),
                    [Some(_), Some(_)] => {
                        (Compatible, "code is unchanged; a client with client credentials fetches tokens elsewhere")
                    }
                };
                self.recorder.record(&subject.key("flows"), compatibility, &flows(from, to), why);
            }
        }
    }

    fn token(&mut self) {
        let tokens = self.apis.map(Api::token);
        if tokens[0] == tokens[1] {
            return;
        }
        let [old, new] = tokens.each_ref().map(|token| {
            token.as_ref().map_or("none".to_owned(), |token| format!("{}: {}…", token.name, token.prefix))
        });
        let [old_at, new_at] = self.apis.map(|api| api.token_scheme().map_or("/security", |scheme| &scheme.pointer));
        let subject = Subject::both(Kind::Header, "token", old_at, new_at);
        let (compatibility, why) = match tokens {
            [None, Some(_)] => {
                (Breaking, "a client without a token is refused when it is built: the compiler does not notice")
            }
            _ => (Compatible, "code is unchanged; the client writes the token into another header"),
        };
        self.recorder.record(&subject, compatibility, &from_to(&old, &new), why);
    }

    /// The credentials and the scopes that an operation requires.
    pub(super) fn security(&mut self, subject: &Subject, old: &Operation, new: &Operation) {
        let subject = subject.key("security").also(Side::Old, "/security").also(Side::New, "/security");
        let sets = [old, new].map(|operation| operation.security.iter().map(names).collect::<Vec<_>>());
        let has_token = self.apis.map(|api| api.credential_schemes.is_empty());
        let (compatibility, why) = match has_token {
            [_, false] if !accepts_all(&old.security, &new.security) => {
                let why =
                    "a call with the credentials of before is refused before it is sent: the compiler does not notice";
                (Breaking, why)
            }
            [true, true] if old.is_authenticated() == new.is_authenticated() => {
                (Compatible, "code is unchanged; the client sends its token as before")
            }
            _ => (Compatible, "code is unchanged; the client sends other credentials"),
        };
        if old.is_authenticated() != new.is_authenticated() {
            let what = if new.is_authenticated() { "the token is sent" } else { "the token is no longer sent" };
            self.recorder.record(&subject, compatibility, what, why);
        } else if sets[0] != sets[1] {
            let [old, new] = sets.map(|sets| shown(&sets));
            self.recorder.record(&subject, compatibility, &format!("credentials: {}", from_to(&old, &new)), why);
        }
        for set in &old.security {
            let Some(other) = new.security.iter().find(|other| names(other) == names(set)) else { continue };
            let [from, to] = [set, other].map(scopes);
            let why = "code is unchanged; the service asks the credential for other scopes";
            self.recorder.value(&subject, "scopes", [&from, &to], why);
        }
    }

    /// The servers of an operation, which replace those of the document.
    pub(super) fn operation_servers(&mut self, subject: &Subject, old: &Operation, new: &Operation) {
        let mut subject = subject.key("servers");
        for (side, operation) in [(Side::Old, old), (Side::New, new)] {
            subject = subject.also(side, format!("{}/servers", super::operations::path_item(operation)));
        }
        let [from, to] = [old, new].map(|operation| match &operation.servers {
            None => "those of the document".to_owned(),
            Some(servers) => servers.0.iter().map(server).collect::<Vec<_>>().join(", "),
        });
        let why = "code is unchanged; the operation is sent to another server";
        self.recorder.value(&subject, "servers", [&from, &to], why);
    }
}

/// The schemes whose credentials callers set by name.
fn used_schemes(api: &Api) -> impl Iterator<Item = &SecurityScheme> {
    api.security_schemes.iter().filter(|scheme| api.credential_schemes.contains(&scheme.name))
}

/// The names of the schemes of a security requirement.
fn names(set: &SecurityRequirement) -> String {
    set.iter().map(|scheme| scheme.name.as_str()).collect::<Vec<_>>().join(" and ")
}

/// The scopes of a security requirement, by scheme, in any order.
fn scopes(set: &SecurityRequirement) -> String {
    let of_scheme = |scheme: &RequiredScheme| {
        let mut scopes: Vec<&str> = scheme.scopes.iter().map(String::as_str).collect();
        scopes.sort_unstable();
        format!("{}: {}", scheme.name, if scopes.is_empty() { "none".to_owned() } else { scopes.join(" ") })
    };
    set.iter().map(of_scheme).collect::<Vec<_>>().join(" and ")
}

fn shown(sets: &[String]) -> String {
    let sets: Vec<&str> = sets.iter().map(|set| if set.is_empty() { "none" } else { set }).collect();
    if sets.is_empty() { "none".to_owned() } else { sets.join(", or ") }
}

/// Whether the credentials of each old requirement still satisfy one of the new requirements.
fn accepts_all(old: &[SecurityRequirement], new: &[SecurityRequirement]) -> bool {
    // Without a requirement, no credentials are needed.
    let none = [SecurityRequirement::new()];
    let [old, new] = [old, new].map(|sets| if sets.is_empty() { &none[..] } else { sets });
    old.iter().all(|given| {
        let is_given = |needed: &RequiredScheme| given.iter().any(|scheme| scheme.name == needed.name);
        new.iter().any(|needed| needed.iter().all(is_given))
    })
}

/// The differences of two lists of flows.
fn flows(old: &[OAuthFlow], new: &[OAuthFlow]) -> String {
    let mut differences: Vec<String> = Vec::new();
    for flow in old.iter().filter(|flow| !new.iter().any(|other| other.kind == flow.kind)) {
        differences.push(format!("− `{}`", flow.kind.key()));
    }
    for flow in new {
        let key = flow.kind.key();
        let Some(other) = old.iter().find(|other| other.kind == flow.kind) else {
            differences.push(format!("+ `{key}`"));
            continue;
        };
        let addresses = |flow: &OAuthFlow| {
            [&flow.authorization_url, &flow.token_url, &flow.refresh_url].map(|url| url.clone().unwrap_or_default())
        };
        for (from, to) in addresses(other).iter().zip(&addresses(flow)).filter(|(from, to)| from != to) {
            differences.push(format!("`{key}` {}", from_to(from, to)));
        }
        let has = |flow: &OAuthFlow, name: &str| flow.scopes.iter().any(|(known, _)| known == name);
        for (name, _) in other.scopes.iter().filter(|(name, _)| !has(flow, name)) {
            differences.push(format!("`{key}` − `{}`", code(name)));
        }
        for (name, _) in flow.scopes.iter().filter(|(name, _)| !has(other, name)) {
            differences.push(format!("`{key}` + `{}`", code(name)));
        }
    }
    if differences.is_empty() { "flows are described differently".to_owned() } else { differences.join(", ") }
}
