//! Credentials of APIs that have several, or one that is no header.
//!
//! In: the schemes of an API, the sets of schemes that an operation accepts, and what a caller gave. Out: the first set of
//! which everything was given, written into the request. No credential is printed.

use std::fmt;

use http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{Error, name_list};
use crate::operation::{CredentialInfo, CredentialPlace, OperationInfo};
use crate::token::Token;

/// All characters but the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The credentials that the caller has set, by the names of their schemes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials(Vec<(String, Token)>);

/// Where credentials were written.
#[derive(Default)]
pub(crate) struct Written {
    /// The pairs of the query, encoded, and the same without the values.
    pub(crate) query: String,
    pub(crate) shown_query: String,
    /// The prefix of the credential in a header.
    pub(crate) prefixes: Vec<(HeaderName, String)>,
}

/// Omits the credentials.
impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written").finish_non_exhaustive()
    }
}

impl Credentials {
    pub(crate) fn set(&mut self, scheme: String, token: Token) {
        self.0.retain(|(known, _)| *known != scheme);
        self.0.push((scheme, token));
    }

    /// Gives a token to every scheme that has no credential.
    ///
    /// # Errors
    /// The schemes are written to different places, so a caller has to name one. The error lists them.
    pub(crate) fn set_all(&mut self, known: &[CredentialInfo], token: &Token) -> Result<(), String> {
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
                self.set(scheme.scheme.to_owned(), token.clone());
            }
        }
        Ok(())
    }

    /// A scheme that an API does not have.
    pub(crate) fn unknown(&self, known: &[CredentialInfo]) -> Option<&str> {
        let mut schemes = self.0.iter().map(|(scheme, _)| scheme.as_str());
        schemes.find(|scheme| !known.iter().any(|known| known.scheme == *scheme))
    }

    fn get(&self, scheme: &str) -> Option<&Token> {
        self.0.iter().find(|(known, _)| known == scheme).map(|(_, token)| token)
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
            if let (Some(place), Some(token)) = (place, self.get(scheme)) {
                written.add(place, token, headers)?;
            }
        }
        Ok(written)
    }

    pub(crate) fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.0.iter().map(|(_, token)| token)
    }
}

impl Written {
    fn add(&mut self, info: &CredentialInfo, token: &Token, headers: &mut HeaderMap) -> Result<(), Error> {
        let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        match info.place {
            CredentialPlace::Header => {
                let name = HeaderName::from_bytes(info.name.as_bytes()).map_err(|error| {
                    Error::config(format!("`{}` cannot be the name of a header", info.name)).with_source(error)
                })?;
                let value = token.header(info.prefix)?;
                if let Some(other) = headers.insert(name.clone(), value.clone())
                    && other != value
                {
                    return Err(Error::config(format!(
                        "`{}` is written to the header `{}`, which has another value in this call",
                        info.scheme, info.name
                    )));
                }
                self.prefixes.push((name, info.prefix.to_owned()));
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

    fn credentials(given: &[&str]) -> Credentials {
        let mut credentials = Credentials::default();
        for scheme in given {
            credentials.set((*scheme).to_owned(), Token::new(format!("secret-{scheme}+")).unwrap());
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
            credentials.set(scheme.to_owned(), Token::new("same").unwrap());
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
        let token = Token::new("t").unwrap();
        let mut credentials = credentials(&["b"]);
        assert_eq!(credentials.set_all(&[bearer("a", "Authorization"), bearer("b", "authorization")], &token), Ok(()));
        let given = ["a", "b"].map(|scheme| credentials.get(scheme).map(Token::expose));
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
