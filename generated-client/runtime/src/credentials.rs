//! Credentials of APIs that have several, or one that is no header.
//!
//! In: the schemes of an API, the sets of schemes that an operation accepts, and what a caller gave. Out: the first set of
//! which everything was given, written into the request. No credential is printed.

use std::fmt;
use std::sync::Arc;

use http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{Error, name_list};
use crate::operation::{CredentialInfo, CredentialPlace, OperationInfo};
use crate::prepared::FetchedHeader;
use crate::token::Token;
use crate::token_source::TokenCache;

/// All characters but the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A credential, or what fetches it.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    Token(Token),
    Source(Arc<TokenCache>),
}

/// The credentials that the caller has set, by the names of their schemes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials(Vec<(String, Credential)>);

/// Where credentials were written.
#[derive(Default)]
pub(crate) struct Written {
    /// The pairs of the query, encoded, and the same without the values.
    pub(crate) query: String,
    pub(crate) shown_query: String,
    /// The prefix of the credential in a header.
    pub(crate) prefixes: Vec<(HeaderName, String)>,
    /// The headers of tokens that are fetched when the request is sent.
    pub(crate) fetched: Vec<FetchedHeader>,
}

/// Omits the credentials.
impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written").finish_non_exhaustive()
    }
}

impl Credentials {
    pub(crate) fn set(&mut self, scheme: String, credential: Credential) {
        self.0.retain(|(known, _)| *known != scheme);
        self.0.push((scheme, credential));
    }

    /// Gives one credential to every scheme that has none.
    ///
    /// # Errors
    /// The schemes are written to different places, so a caller has to name one. The error lists them.
    pub(crate) fn set_all(&mut self, known: &[CredentialInfo], credential: &Credential) -> Result<(), String> {
        let is_same = |one: &CredentialInfo, other: &CredentialInfo| {
            let is_same_name = match one.place {
                CredentialPlace::Header => one.name.eq_ignore_ascii_case(other.name),
                CredentialPlace::Query | CredentialPlace::Cookie => one.name == other.name,
            };
            is_same_name && (one.place, one.prefix) == (other.place, other.prefix)
        };
        if known.first().is_some_and(|first| !known.iter().all(|one| is_same(first, one))) {
            return Err(name_list(known.iter().map(|known| known.scheme)));
        }
        for scheme in known {
            if self.get(scheme.scheme).is_none() {
                self.set(scheme.scheme.to_owned(), credential.clone());
            }
        }
        Ok(())
    }

    /// A scheme that an API does not have.
    pub(crate) fn unknown(&self, known: &[CredentialInfo]) -> Option<&str> {
        let mut schemes = self.0.iter().map(|(scheme, _)| scheme.as_str());
        schemes.find(|scheme| !known.iter().any(|known| known.scheme == *scheme))
    }

    /// A scheme whose token is fetched and which is no header.
    pub(crate) fn source_outside_of_headers(&self, known: &[CredentialInfo]) -> Option<&'static str> {
        let sources = self.0.iter().filter(|(_, credential)| matches!(credential, Credential::Source(_)));
        let mut infos = sources.filter_map(|(scheme, _)| known.iter().find(|known| known.scheme == *scheme));
        infos.find(|info| info.place != CredentialPlace::Header).map(|info| info.scheme)
    }

    fn get(&self, scheme: &str) -> Option<&Credential> {
        self.0.iter().find(|(known, _)| known == scheme).map(|(_, credential)| credential)
    }

    /// Writes the first set of credentials that is given completely. An operation that needs none gets none, unless it
    /// accepts some that are given.
    pub(crate) fn write(&self, info: &OperationInfo, headers: &mut HeaderMap) -> Result<Written, Error> {
        let mut written = Written::default();
        let is_given = |set: &&&[&str]| !set.is_empty() && set.iter().all(|scheme| self.get(scheme).is_some());
        let Some(set) = info.security.iter().find(is_given) else {
            if info.security.is_empty() || info.security.iter().any(|set| set.is_empty()) {
                return Ok(written);
            }
            let names =
                |set: &&[&str]| set.iter().map(|scheme| format!("`{scheme}`")).collect::<Vec<_>>().join(" and ");
            let sets = info.security.iter().map(names).collect::<Vec<_>>().join(", or ");
            return Err(Error::config(format!(
                "the operation needs credentials that the client does not have: {sets}; give them with `.credential(…)`"
            )));
        };
        for scheme in *set {
            let place = info.api.credentials.iter().find(|known| known.scheme == *scheme);
            match (place, self.get(scheme)) {
                (Some(place), Some(Credential::Token(token))) => written.add(place, token, headers)?,
                (Some(place), Some(Credential::Source(cache))) => written.add_fetched(place, cache, headers)?,
                (None, _) | (_, None) => {}
            }
        }
        Ok(written)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Credential> {
        self.0.iter().map(|(_, credential)| credential)
    }
}

/// The name of the header of a scheme.
fn header_name(info: &CredentialInfo) -> Result<HeaderName, Error> {
    HeaderName::from_bytes(info.name.as_bytes())
        .map_err(|error| Error::config(format!("`{}` cannot be the name of a header", info.name)).with_source(error))
}

impl Written {
    /// A token that is fetched when the request is sent.
    fn add_fetched(
        &mut self,
        info: &CredentialInfo,
        cache: &Arc<TokenCache>,
        headers: &mut HeaderMap,
    ) -> Result<(), Error> {
        let (name, cache) = (header_name(info)?, Arc::clone(cache));
        let header = FetchedHeader { name: name.clone(), prefix: info.prefix, scheme: info.scheme, cache };
        self.add_header(info, name, header.placeholder(), headers)?;
        self.fetched.push(header);
        Ok(())
    }

    fn add_header(
        &mut self,
        info: &CredentialInfo,
        name: HeaderName,
        value: HeaderValue,
        headers: &mut HeaderMap,
    ) -> Result<(), Error> {
        if let Some(other) = headers.insert(name.clone(), value.clone())
            && other != value
        {
            return Err(Error::config(format!(
                "`{}` is written to the header `{}`, which has another value in this call",
                info.scheme, info.name
            )));
        }
        self.prefixes.push((name, info.prefix.to_owned()));
        Ok(())
    }

    fn add(&mut self, info: &CredentialInfo, token: &Token, headers: &mut HeaderMap) -> Result<(), Error> {
        let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        match info.place {
            CredentialPlace::Header => {
                self.add_header(info, header_name(info)?, token.header(info.prefix)?, headers)?;
            }
            CredentialPlace::Query => {
                for (query, value) in [(&mut self.query, encode(token.expose())), (&mut self.shown_query, "***".into())]
                {
                    if !query.is_empty() {
                        query.push('&');
                    }
                    query.push_str(&format!("{}={value}", encode(info.name)));
                }
            }
            CredentialPlace::Cookie => {
                let before = headers.get(COOKIE).and_then(|value| value.to_str().ok());
                let before = before.map_or_else(String::new, |before| format!("{before}; "));
                let prefix = format!("{before}{}=", info.name);
                let mut value = HeaderValue::from_str(&format!("{prefix}{}", token.expose()))
                    .map_err(|error| Error::config("the cookie cannot be sent").with_source(error))?;
                value.set_sensitive(true);
                headers.insert(COOKIE, value);
                self.prefixes.push((COOKIE, prefix));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::ApiInfo;
    use crate::redactor::Redactor;

    static API: ApiInfo = ApiInfo::new("T").with_credentials(&[
        CredentialInfo::new("key", CredentialPlace::Query, "api key"),
        CredentialInfo::new("app", CredentialPlace::Header, "X-App"),
        CredentialInfo::new("bearer", CredentialPlace::Header, "Authorization").with_prefix("Bearer "),
        CredentialInfo::new("session", CredentialPlace::Cookie, "sid"),
        CredentialInfo::new("oauth", CredentialPlace::Header, "Authorization").with_prefix("Bearer "),
    ]);

    fn token(text: &str) -> Credential {
        Credential::Token(Token::new(text).unwrap())
    }

    fn shown(credential: &Credential) -> &str {
        match credential {
            Credential::Token(token) => token.expose(),
            Credential::Source(_) => "a source",
        }
    }

    fn credentials(given: &[&str]) -> Credentials {
        let mut credentials = Credentials::default();
        for scheme in given {
            credentials.set((*scheme).to_owned(), token(&format!("secret-{scheme}+")));
        }
        credentials
    }

    fn written(given: &[&str], security: &'static [&'static [&'static str]]) -> Result<(String, Vec<String>), Error> {
        let info = OperationInfo::new(&API, "a", "GET", "/a").with_security(security);
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("a=b"));
        let written = credentials(given).write(&info, &mut headers)?;
        assert!(!format!("{written:?}").contains("secret"));
        assert!(!written.shown_query.contains("secret"));
        let header = |(name, value): (&HeaderName, &HeaderValue)| format!("{name}: {}", value.to_str().unwrap());
        Ok((written.query, headers.iter().map(header).collect()))
    }

    #[test]
    fn the_first_set_that_is_given_is_written() {
        let sets: &'static [&'static [&'static str]] = &[&["key", "app"], &["bearer"], &["session"]];
        let cookie = "cookie: a=b".to_owned();
        let (query, headers) = written(&["app", "key", "bearer"], sets).unwrap();
        assert_eq!(query, "api%20key=secret-key%2B");
        assert_eq!(headers, [cookie.clone(), "x-app: secret-app+".to_owned()]);
        let (query, headers) = written(&["app", "bearer"], sets).unwrap();
        assert_eq!((query.as_str(), headers), ("", vec![cookie, "authorization: Bearer secret-bearer+".to_owned()]));
        let (_, headers) = written(&["session"], sets).unwrap();
        assert_eq!(headers, ["cookie: a=b; sid=secret-session+"]);
    }

    #[test]
    fn what_is_missing_is_reported_before_anything_is_sent() {
        let error = written(&["app"], &[&["key", "app"], &["bearer"]]).unwrap_err();
        assert!(error.message().contains("`key` and `app`, or `bearer`"), "{error}");
        let securities: [&'static [&'static [&'static str]]; 3] = [&[], &[&[]], &[&[], &["bearer"]]];
        for security in securities {
            assert_eq!(written(&["app"], security).unwrap().0, "");
        }
        // A call that may be anonymous is made with what is given.
        let (_, headers) = written(&["bearer"], &[&[], &["bearer"]]).unwrap();
        assert!(headers.contains(&"authorization: Bearer secret-bearer+".to_owned()));
    }

    #[test]
    fn two_credentials_of_one_header_have_to_be_the_same() {
        let error = written(&["bearer", "oauth"], &[&["bearer", "oauth"]]).unwrap_err();
        assert!(error.message().contains("`oauth` is written to the header `Authorization`"), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
        let info = OperationInfo::new(&API, "a", "GET", "/a").with_security(&[&["bearer", "oauth"]]);
        let mut credentials = Credentials::default();
        for scheme in ["bearer", "oauth"] {
            credentials.set(scheme.to_owned(), token("same"));
        }
        assert!(credentials.write(&info, &mut HeaderMap::new()).is_ok());
    }

    #[test]
    fn errors_have_no_credentials() {
        let credentials = credentials(&["key", "app"]);
        let redactor = Redactor::new(None, &credentials);
        assert_eq!(redactor.mask("a secret-key+ b secret-app+", usize::MAX), "a *** b ***");
        assert_eq!(credentials.unknown(API.credentials), None);
        assert_eq!(self::credentials(&["other"]).unknown(API.credentials), Some("other"));
        assert!(!format!("{credentials:?}").contains("secret-"));
    }

    #[test]
    fn one_token_is_for_all_schemes_that_write_the_same() {
        const fn bearer(scheme: &'static str, header: &'static str) -> CredentialInfo {
            CredentialInfo::new(scheme, CredentialPlace::Header, header).with_prefix("Bearer ")
        }
        let token = token("t");
        let mut credentials = credentials(&["b"]);
        assert_eq!(credentials.set_all(&[bearer("a", "Authorization"), bearer("b", "authorization")], &token), Ok(()));
        let given = ["a", "b"].map(|scheme| credentials.get(scheme).map(shown));
        assert_eq!(given, [Some("t"), Some("secret-b+")], "what is given by name stays");
        let key = CredentialInfo::new("key", CredentialPlace::Query, "key");
        assert_eq!(Credentials::default().set_all(&[key], &token), Ok(()));
        for others in [[bearer("a", "Authorization"), bearer("b", "X-B")], [bearer("a", "key"), key]] {
            assert!(Credentials::default().set_all(&others, &token).unwrap_err().starts_with("`a`, `"));
        }
        // A client whose API has no scheme ignores the token, which it sends nowhere.
        assert_eq!(Credentials::default().set_all(&[], &token), Ok(()));
    }
}
