//! Decodes responses.
//!
//! In: the body of a response. Out: a value, or the reason why it cannot be decoded. A body is parsed once, directly into the
//! expected type. Only if that fails it is parsed again, to find the error code of the service, or the path of the mismatch.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::name_list;
use crate::redactor::Redactor;

/// The length of a message of the service in an error.
pub(crate) const MESSAGE_CHARS: usize = 1_000;

/// The body of a response.
#[derive(Clone, Copy)]
pub struct ResponseBody<'a> {
    bytes: &'a [u8],
    /// Empty if the bytes are not UTF-8.
    text: &'a str,
    /// The number of valid bytes, if not all are UTF-8.
    text_ends: Option<usize>,
    status: u16,
    /// Empty if the response has none.
    content_type: &'a str,
}

impl fmt::Debug for ResponseBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseBody({} bytes)", self.bytes.len())
    }
}

/// Why a response could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The service returned an error code.
    #[non_exhaustive]
    Failure {
        /// Its code; never 0.
        code: i64,
        /// Its message.
        message: String,
    },
    /// The body is not of the expected type.
    #[non_exhaustive]
    Mismatch {
        /// The path of the mismatch, such as `data.list[3].uuid`; empty for the whole body.
        path: String,
        /// What was expected, without the value that was found, which may be a secret.
        message: String,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failure { code, message } => write!(f, "code {code}: {message}"),
            Self::Mismatch { path, message } if path.is_empty() => f.write_str(message),
            Self::Mismatch { path, message } => write!(f, "at {path}: {message}"),
        }
    }
}

impl ReadError {
    /// The same without credentials: messages and paths consist of texts of the response.
    pub(crate) fn masked(self, redactor: &Redactor) -> Self {
        let masked = |text: &str| redactor.mask(text, MESSAGE_CHARS);
        match self {
            Self::Failure { code, message } => Self::Failure { code, message: masked(&message) },
            Self::Mismatch { path, message } => Self::Mismatch { path: masked(&path), message: masked(&message) },
        }
    }
}

impl std::error::Error for ReadError {}

/// The envelope of a success. Its message is not used, and so not required.
#[derive(Deserialize)]
struct Success<T> {
    code: i64,
    #[serde(default = "Option::default")]
    data: Option<T>,
}

/// The envelope of a failure, with any other members.
#[derive(Deserialize)]
struct Failure<'a> {
    code: i64,
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
}

/// An envelope whose `data` carries no value: null, or an empty object, list or string.
#[derive(Deserialize)]
struct Bare {
    code: i64,
}

impl<'a> ResponseBody<'a> {
    /// A body that is a string, of a response with the status 200.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), text, text_ends: None, status: 200, content_type: "" }
    }

    /// The same body in a response with another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same body in a response with this `Content-Type`.
    #[must_use]
    pub fn with_content_type(self, content_type: &'a str) -> Self {
        Self { content_type, ..self }
    }

    /// The HTTP status of the response, as a number.
    #[must_use]
    pub fn status(self) -> u16 {
        self.status
    }

    /// A body as it was received, of a response with the status 200.
    #[must_use]
    pub fn from_bytes(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::new(text),
            Err(error) => Self { bytes, text: "", text_ends: Some(error.valid_up_to()), status: 200, content_type: "" },
        }
    }

    /// The `data` of the envelope.
    ///
    /// # Errors
    /// An error code, another type, or no `data`: that is never an empty success.
    pub fn data<T: DeserializeOwned>(self) -> Result<T, ReadError> {
        self.optional_data()?.ok_or_else(|| ReadError::Mismatch {
            path: "data".to_owned(),
            message: "null or nothing, where a value was expected".to_owned(),
        })
    }

    /// The `data` of the envelope, if there is any.
    ///
    /// # Errors
    /// An error code, or another type.
    pub fn optional_data<T: DeserializeOwned>(self) -> Result<Option<T>, ReadError> {
        match self.envelope::<Success<T>>() {
            Some(Success { code: 0, data }) => Ok(data),
            _ => Err(self.why::<Success<T>>()),
        }
    }

    /// The `data` of the envelope, which is a list. It is empty if it is null or missing.
    ///
    /// # Errors
    /// An error code, or another type.
    pub fn list<T: DeserializeOwned + Default>(self) -> Result<T, ReadError> {
        self.optional_data().map(Option::unwrap_or_default)
    }

    /// An envelope without a value.
    ///
    /// # Errors
    /// An error code, or another type.
    pub fn empty(self) -> Result<(), ReadError> {
        match self.envelope::<Bare>() {
            Some(Bare { code: 0 }) => Ok(()),
            _ => Err(self.why::<Bare>()),
        }
    }

    /// The whole body as JSON, without an envelope.
    ///
    /// # Errors
    /// Another type.
    pub fn json<T: DeserializeOwned>(self) -> Result<T, ReadError> {
        serde_json::from_str(self.text).map_err(|_| self.mismatch::<T>())
    }

    /// The whole body as JSON; `None` if it is empty.
    ///
    /// # Errors
    /// Another type.
    pub fn optional_json<T: DeserializeOwned>(self) -> Result<Option<T>, ReadError> {
        if self.text_ends.is_none() && self.text.trim().is_empty() { Ok(None) } else { self.json().map(Some) }
    }

    /// The whole body as a string.
    ///
    /// # Errors
    /// It is not UTF-8.
    pub fn text(self) -> Result<String, ReadError> {
        match self.not_text() {
            None => Ok(self.text.to_owned()),
            Some(error) => Err(error),
        }
    }

    /// The whole body as bytes.
    ///
    /// # Errors
    /// None; the signature is that of the other methods.
    pub fn bytes(self) -> Result<Vec<u8>, ReadError> {
        Ok(self.bytes.to_vec())
    }

    /// The value for the media type of the response, of values with the media types that the specification documents. The
    /// most specific one applies: `text/plain; format=flowed`, then `text/plain`, `text/*`, `*/*`. Parameters decide only
    /// between documented media types of the same name. A response without `Content-Type` is `application/octet-stream`
    /// (RFC 9110, section 8.3).
    ///
    /// # Errors
    /// The specification does not document the media type of the response.
    pub fn by_media_type<T: Copy>(self, documented: &[(&[&str], T)]) -> Result<T, ReadError> {
        let received = if self.content_type.trim().is_empty() { "application/octet-stream" } else { self.content_type };
        let received = MediaType::parse(received);
        let names = || documented.iter().flat_map(|(names, value)| names.iter().map(move |name| (*name, *value)));
        let mut best = None;
        for (name, value) in names() {
            let specificity = received.specificity(&MediaType::parse(name));
            // Of two that are equally specific, the first one.
            if specificity.is_some() && best.is_none_or(|(known, _)| specificity > known) {
                best = Some((specificity, value));
            }
        }
        best.map(|(_, value)| value).ok_or_else(|| {
            let documented = name_list(names().map(|(name, _)| name));
            // Not cut here: whoever shows the message masks credentials first, which a cut would hide.
            let received = match self.content_type.trim() {
                "" => "has no `Content-Type`".to_owned(),
                name => format!("is of type `{name}`"),
            };
            let message = format!("the specification documents {documented}, and the response {received}");
            ReadError::Mismatch { path: String::new(), message }
        })
    }

    /// No value at all.
    ///
    /// # Errors
    /// None; the signature is that of the other methods.
    pub fn ignore(self) -> Result<(), ReadError> {
        Ok(())
    }

    /// The error of a response whose status the specification does not document.
    ///
    /// # Errors
    /// Always.
    pub fn undocumented<T>(self) -> Result<T, ReadError> {
        let message = format!("the specification documents no response with the status {}", self.status);
        Err(ReadError::Mismatch { path: String::new(), message })
    }

    /// The body as an object. The derived implementation of serde would accept a list, too.
    fn envelope<T: Deserialize<'a>>(self) -> Option<T> {
        if self.is_object() { serde_json::from_str(self.text).ok() } else { None }
    }

    fn is_object(self) -> bool {
        self.text.trim_ascii_start().starts_with('{')
    }

    /// The error code and message of the envelope.
    pub(crate) fn failure(self) -> Option<(i64, String)> {
        let failure: Failure<'_> = self.envelope()?;
        (failure.code != 0).then(|| (failure.code, failure.message.unwrap_or_default().into_owned()))
    }

    /// Why the body could not be decoded.
    fn why<T: DeserializeOwned>(self) -> ReadError {
        match self.failure() {
            Some((code, message)) => ReadError::Failure { code, message },
            None if self.is_object() || self.text.trim().is_empty() => self.mismatch::<T>(),
            None => ReadError::Mismatch { path: String::new(), message: "expected an object".to_owned() },
        }
    }

    /// The error of a body that is not UTF-8.
    fn not_text(self) -> Option<ReadError> {
        let message = format!("not UTF-8 (after {} bytes)", self.text_ends?);
        Some(ReadError::Mismatch { path: String::new(), message })
    }

    fn mismatch<T: DeserializeOwned>(self) -> ReadError {
        if let Some(error) = self.not_text() {
            return error;
        }
        if self.text.trim().is_empty() {
            return ReadError::Mismatch { path: String::new(), message: "the response is empty".to_owned() };
        }
        let mut deserializer = serde_json::Deserializer::from_str(self.text);
        let (path, error) = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            Err(error) => (error.path().to_string(), error.into_inner()),
            Ok(_) => match deserializer.end() {
                Err(error) => (String::new(), error),
                Ok(()) => return ReadError::Mismatch { path: String::new(), message: "unexpected form".to_owned() },
            },
        };
        let path = if path == "." { String::new() } else { path };
        ReadError::Mismatch { path, message: without_values(&error.to_string()) }
    }
}

/// A media type, or a range of them, without differences that have no meaning.
struct MediaType {
    /// In lower case: `text/plain`.
    name: String,
    /// In lower case, without quotes: `format=flowed`.
    parameters: Vec<String>,
}

impl MediaType {
    fn parse(text: &str) -> Self {
        let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
        let name = parts.next().unwrap_or_default();
        let without_quotes = |part: String| part.replace([' ', '\t', '"'], "");
        Self { name, parameters: parts.map(without_quotes).filter(|part| !part.is_empty()).collect() }
    }

    /// How specifically a documented media type or range describes this one; `None` if it does not.
    fn specificity(&self, documented: &Self) -> Option<(u8, Reverse<usize>, usize)> {
        let (kind, subtype) = self.name.split_once('/').unwrap_or((&self.name, ""));
        let name = match documented.name.split_once('/') {
            _ if documented.name == self.name => 3,
            Some((range, suffix))
                if range == kind
                    && suffix.strip_prefix('*').is_some_and(|end| !end.is_empty() && subtype.ends_with(end)) =>
            {
                2
            }
            Some((range, "*")) if range == kind => 1,
            Some(("*", "*")) => 0,
            _ => return None,
        };
        let has = |parameter: &&String| self.parameters.contains(parameter);
        let same = documented.parameters.iter().filter(has).count();
        Some((name, Reverse(documented.parameters.len() - same), same))
    }
}

/// Decodes a part of a response that was kept as JSON.
pub fn variant<T: DeserializeOwned>(value: &serde_json::Value) -> Result<T, ReadError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { String::new() } else { path };
        ReadError::Mismatch { path, message: without_values(&error.into_inner().to_string()) }
    })
}

/// Decodes a string that contains JSON.
pub fn from_json_str<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    ResponseBody::new(text).json()
}

/// The message of an error of serde without the value that it quotes, which may be a secret.
pub(crate) fn without_values(message: &str) -> String {
    let cited = message.find(['"', '`']).filter(|_| message.starts_with("invalid"));
    let Some(start) = cited else { return message.to_owned() };
    match message.rfind(", expected") {
        Some(end) if end > start => format!("{}…{}", &message[..start], &message[end..]),
        _ => format!("{}…", &message[..start]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Named {
        name: String,
    }

    fn data(text: &str) -> Result<Named, ReadError> {
        ResponseBody::new(text).data()
    }

    #[test]
    fn a_success_is_its_data() {
        let value = data(r#"{"code":0,"message":"","data":{"name":"a","new":1},"more":[]}"#);
        assert_eq!(value, Ok(Named { name: "a".to_owned() }));
        assert_eq!(ResponseBody::new(r#"{"code":0,"data":null}"#).list::<Vec<i64>>(), Ok(vec![]));
        assert_eq!(ResponseBody::new(r#"{"code":0}"#).optional_data::<i64>(), Ok(None));
        for text in [r#"{"code":0}"#, r#"{"code":0,"data":{}}"#, r#"{"code":0,"data":null,"message":"OK"}"#] {
            assert_eq!(ResponseBody::new(text).empty(), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_failure_is_never_a_success() {
        for text in [
            r#"{"code":200401,"message":"no"}"#,
            r#"{"message":"no","code":200401,"data":{"name":"a"}}"#,
            r#"{"code":200401,"message":"no","data":"something else"}"#,
        ] {
            let expected = ReadError::Failure { code: 200_401, message: "no".to_owned() };
            assert_eq!(data(text), Err(expected.clone()), "{text}");
            assert_eq!(ResponseBody::new(text).empty(), Err(expected), "{text}");
        }
        let silent = ResponseBody::new(r#"{"code":5,"message":null}"#).empty();
        assert_eq!(silent, Err(ReadError::Failure { code: 5, message: String::new() }));
    }

    #[test]
    fn a_mismatch_tells_where() {
        let cases = [
            ("", "", "the response is empty"),
            (" \n", "", "the response is empty"),
            (r#"{"code":0}"#, "data", "null or nothing"),
            (r#"{"code":0,"data":null}"#, "data", "null or nothing"),
            (r#"{"code":0,"data":{"name":5}}"#, "data.name", "expected a string"),
            (r#"{"code":0,"data":{}}"#, "data", "missing field `name`"),
            (r#"{"code":0,"data":{"name":"a"#, "data.name", "EOF"),
            (r#"{"code":0,"data":{"name":"a"}} x"#, "", "trailing characters"),
            (r#"{"code":"0","data":{"name":"a"}}"#, "code", "expected i64"),
            (r#"{"code":99999999999999999999,"data":{"name":"a"}}"#, "code", "expected i64"),
            (r#"{"data":{"name":"a"}}"#, "", "missing field `code`"),
            ("[]", "", "expected"),
            ("[0]", "", "expected an object"),
            ("<html>", "", "expected an object"),
        ];
        for (text, wanted_path, wanted) in cases {
            match data(text) {
                Err(ReadError::Mismatch { path, message }) => {
                    assert_eq!(path, wanted_path, "{text}: {message}");
                    assert!(message.contains(wanted), "{text}: {message}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_mismatch_does_not_cite_values() {
        let Err(error) = ResponseBody::new(r#"{"code":0,"data":"se\"cret, expected x"}"#).data::<i64>() else {
            panic!()
        };
        assert!(!error.to_string().contains("cret"), "{error}");
        let Err(error) = ResponseBody::new(r#"{"code":0,"data":"secret"}"#).data::<Named>() else { panic!() };
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn the_most_specific_media_type_applies() {
        let documented = [
            "*/*",
            "text/*",
            "text/plain",
            "text/plain; format=flowed; charset=utf-8",
            "Application/JSON; charset=utf-8",
            "application/*+json",
            "image/png; size=small",
            "image/png",
        ];
        let documented: Vec<_> =
            documented.iter().zip(0..).map(|(name, index)| (std::slice::from_ref(name), index)).collect();
        let position = |received| ResponseBody::new("").with_content_type(received).by_media_type(&documented);
        for (received, expected) in [
            ("text/plain", 2),
            ("TEXT/Plain ; charset=utf-8", 2),
            ("text/plain;charset=\"utf-8\";Format=Flowed", 3),
            ("text/csv", 1),
            ("application/json", 4),
            ("application/problem+json", 5),
            ("image/png", 7),
            ("image/png; size=large", 7),
            ("image/png; size = small", 6),
            ("", 0),
            ("nonsense", 0),
        ] {
            assert_eq!(position(received), Ok(expected), "{received}");
        }
        let two: &[(&[&str], ())] = &[(&["text/*", "a/b"], ())];
        let error = ResponseBody::new("").with_content_type("nonsense").by_media_type(two).unwrap_err();
        let expected = "the specification documents `text/*`, `a/b`, and the response is of type `nonsense`";
        assert_eq!(error.to_string(), expected);
        assert!(ResponseBody::new("").by_media_type::<()>(&[]).is_err());
    }
}
