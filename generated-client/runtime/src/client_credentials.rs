//! Tokens by the client credentials grant of OAuth 2 (RFC 6749, section 4.4).
//!
//! In: the id and the secret of a client, and the address of a token endpoint. Out: a [`TokenSource`] that requests tokens
//! there. It sends one request a fetch, with the transport of the client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode, Uri};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::form_urlencoded;

use crate::attempt::{self, Collects, Exchange};
use crate::error::Error;
use crate::failure::one_line;
use crate::prepared::Prepared;
use crate::redactor::Redactor;
use crate::token::Token;
use crate::token_source::{FetchedToken, TokenFuture, TokenSource, TokenSourceError};
use crate::transport::Transport;

/// A longer response of a token endpoint is an error.
const MAX_RESPONSE_BYTES: usize = 1 << 20;
/// The part of an error of a token endpoint that is shown.
const MAX_ERROR_CHARS: usize = 200;

/// The credentials of a program for the client credentials grant of OAuth 2 (RFC 6749, section 4.4), with which a client
/// fetches its tokens by itself: see [`client_credentials`](crate::ClientBuilder::client_credentials).
///
/// The id and the secret are sent in the header `Authorization` (`Basic`), which every token endpoint has to accept, or in
/// the body.
#[derive(Clone)]
#[must_use]
pub struct ClientCredentials {
    id: String,
    secret: SecretString,
    token_url: Option<String>,
    parameters: Vec<(String, String)>,
    in_body: bool,
}

impl ClientCredentials {
    /// The id and the secret that the authorization server has issued.
    ///
    /// # Errors
    /// One of them is empty.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Result<Self, Error> {
        let (id, secret) = (client_id.into(), client_secret.into());
        if id.is_empty() || secret.is_empty() {
            return Err(Error::config("the client credentials have an empty id or an empty secret"));
        }
        Ok(Self { id, secret: secret.into(), token_url: None, parameters: Vec::new(), in_body: false })
    }

    /// The address of the token endpoint, instead of the one in the specification. A client with a
    /// [base URL](crate::ClientBuilder::base_url) of its own requires it, unless the one in the specification is relative:
    /// its tokens come from a server of its own, too.
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = Some(url.into());
        self
    }

    /// The scopes that tokens are requested for. Without them, the authorization server decides.
    pub fn scopes<S: AsRef<str>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        let mut joined = String::new();
        for scope in scopes {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(scope.as_ref());
        }
        self.parameter("scope", joined)
    }

    /// Adds a parameter to the request of a token, such as `audience` or `resource`. A parameter of the same name is
    /// replaced.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.parameters.retain(|(known, _)| *known != name);
        self.parameters.push((name, value.into()));
        self
    }

    /// Sends the id and the secret in the body instead of a header, for token endpoints that do not support the header.
    pub fn in_body(mut self) -> Self {
        self.in_body = true;
        self
    }

    pub(crate) fn own_token_url(&self) -> Option<&str> {
        self.token_url.as_deref()
    }

    /// What no output may contain: the secret, and the value of the header.
    pub(crate) fn secrets(&self) -> [String; 2] {
        [self.secret.expose_secret().to_owned(), self.basic()]
    }

    /// The id and the secret as RFC 6749 encodes them for the header.
    fn basic(&self) -> String {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        STANDARD.encode(format!("{}:{}", encode(&self.id), encode(self.secret.expose_secret())))
    }

    /// The source of the tokens of an endpoint.
    ///
    /// # Errors
    /// The request cannot be made of these settings.
    pub(crate) fn source(&self, url: Uri, transport: Arc<dyn Transport>) -> Result<impl TokenSource + use<>, Error> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        for (name, value) in &self.parameters {
            if matches!(name.as_str(), "grant_type" | "client_id" | "client_secret") {
                return Err(Error::config(format!("`{name}` cannot be a parameter of client credentials: it is set")));
            }
            form.append_pair(name, value);
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if self.in_body {
            form.append_pair("client_id", &self.id).append_pair("client_secret", self.secret.expose_secret());
        } else {
            let value = HeaderValue::from_str(&format!("Basic {}", self.basic()));
            let mut value =
                value.map_err(|error| Error::config("the client credentials cannot be sent").with_source(error))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let request = Prepared::new(Method::POST, url, headers, form.finish().into_bytes().into());
        Ok(TokenEndpoint { request, transport, redactor: Redactor::of_secrets(&self.secrets()) })
    }
}

/// Omits the secret.
impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("id", &self.id)
            .field("token_url", &self.token_url)
            .finish_non_exhaustive()
    }
}

/// A token endpoint with the request of a token.
struct TokenEndpoint {
    request: Prepared,
    transport: Arc<dyn Transport>,
    /// Masks the credentials in texts of the endpoint.
    redactor: Redactor,
}

impl fmt::Debug for TokenEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenEndpoint").field("host", &self.request.uri.host()).finish_non_exhaustive()
    }
}

impl TokenSource for TokenEndpoint {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(async {
            // The call that waits for the token has a limit.
            let no_limit = Box::pin(std::future::pending());
            let response =
                attempt::send(&*self.transport, &self.request, None, &[], no_limit, MAX_RESPONSE_BYTES, Collects::All)
                    .await;
            let response = response.map_err(|error| {
                TokenSourceError::new(format!("the token endpoint has not responded: {}", error.message()))
                    .with_source(error)
                    .temporary()
            })?;
            token_of(&response, &self.redactor)
        })
    }
}

/// A successful response (RFC 6749, section 5.1).
#[derive(Deserialize)]
struct Success {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<Seconds>,
}

/// Some servers write the number as a string.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
}

/// An error response (RFC 6749, section 5.2).
#[derive(Deserialize)]
struct Failure {
    error: String,
    error_description: Option<String>,
}

fn token_of(response: &Exchange, redactor: &Redactor) -> Result<FetchedToken, TokenSourceError> {
    let shown = |text: &str| one_line(text, MAX_ERROR_CHARS, redactor);
    let status = response.status;
    if !status.is_success() {
        let error = TokenSourceError::new(match serde_json::from_slice::<Failure>(&response.body) {
            Ok(Failure { error, error_description }) => {
                let about = error_description.map(|about| format!(" ({})", shown(&about))).unwrap_or_default();
                format!("the token endpoint responded with HTTP {}: {}{about}", status.as_u16(), shown(&error))
            }
            Err(_) => format!("the token endpoint responded with HTTP {}", status.as_u16()),
        });
        let is_temporary =
            status.is_server_error() || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
        return Err(if is_temporary { error.temporary() } else { error });
    }
    // Neither the response nor an error of decoding it is shown: both can contain a token.
    let success: Success = serde_json::from_slice(&response.body)
        .map_err(|_| TokenSourceError::new("the response of the token endpoint is no JSON with an `access_token`"))?;
    if let Some(other) = success.token_type.filter(|name| !name.eq_ignore_ascii_case("bearer")) {
        return Err(TokenSourceError::new(format!("the type of the token is `{}`, and not `Bearer`", shown(&other))));
    }
    let token = Token::new(&success.access_token)
        .map_err(|error| TokenSourceError::new(format!("the token cannot be sent: {}", error.message())))?;
    let seconds = success.expires_in.and_then(|lifetime| match lifetime {
        Seconds::Number(seconds) => Some(seconds),
        Seconds::Text(text) => text.trim().parse().ok(),
    });
    let lifetime = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let token = FetchedToken::new(token);
    Ok(match lifetime {
        Some(lifetime) => token.valid_for(lifetime),
        None => token,
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn read(status: u16, body: &str) -> Result<FetchedToken, TokenSourceError> {
        let (status, body) = (StatusCode::from_u16(status).unwrap(), Bytes::copy_from_slice(body.as_bytes()));
        let response = Exchange { status, headers: HeaderMap::new(), body, rest: None, retry_after: None };
        token_of(&response, &Redactor::of_secrets(&["secret-of-the-client"]))
    }

    #[test]
    fn a_token_has_a_lifetime_or_none() {
        for (rest, lifetime) in [
            (r#","token_type":"bearer","expires_in":3600"#, Some(3600)),
            (r#","token_type":"Bearer","expires_in":"60","scope":"a b""#, Some(60)),
            (r#","expires_in":0"#, Some(0)),
            (r#","expires_in":null"#, None),
            (r#","expires_in":-1"#, None),
            (r#","expires_in":1e300"#, None),
            (r#","expires_in":"soon""#, None),
            ("", None),
        ] {
            let token = read(200, &format!(r#"{{"access_token":"secret-t"{rest}}}"#)).unwrap();
            let expected = FetchedToken::new(Token::new("secret-t").unwrap());
            let expected = lifetime.map_or(expected.clone(), |it| expected.valid_for(Duration::from_secs(it)));
            assert_eq!(format!("{token:?}"), format!("{expected:?}"), "{rest}");
        }
    }

    #[test]
    fn what_is_no_token_is_an_error_that_shows_no_token() {
        for (status, body, is_temporary, expected) in [
            (401, r#"{"error":"invalid_client"}"#, false, "HTTP 401: invalid_client"),
            (400, r#"{"error":"a","error_description":"b\nsecret-of-the-client"}"#, false, "HTTP 400: a (b ***)"),
            (503, "<html>", true, "HTTP 503"),
            (429, "", true, "HTTP 429"),
            (302, "", false, "HTTP 302"),
            (200, r#"{"access_token":7,"token_type":"secret"}"#, false, "is no JSON with an `access_token`"),
            (200, r#""secret""#, false, "is no JSON with an `access_token`"),
            (200, r#"{"access_token":""}"#, false, "the token is empty"),
            (200, "{\"access_token\":\"secret \\n t\"}", false, "a space or a character that is not ASCII"),
            (200, r#"{"access_token":"secret","token_type":"mac"}"#, false, "is `mac`, and not `Bearer`"),
        ] {
            let error = read(status, body).unwrap_err();
            let debug = format!("{error:?}");
            assert!(error.to_string().ends_with(expected), "{error}");
            assert!(debug.contains(&format!("is_temporary: {is_temporary}")) && !debug.contains("secret"), "{debug}");
        }
        assert!(ClientCredentials::new("", "s").is_err() && ClientCredentials::new("i", "").is_err());
    }

    #[test]
    fn id_and_secret_are_encoded_before_they_are_joined() {
        let credentials = ClientCredentials::new("a:b c", "d+e:é").unwrap();
        assert_eq!(STANDARD.decode(credentials.basic()).unwrap(), b"a%3Ab+c:d%2Be%3A%C3%A9");
        assert!(!format!("{credentials:?}").contains("d+e"), "{credentials:?}");
    }
}
