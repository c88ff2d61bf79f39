//! Headers of responses.
//!
//! In: the headers as a transport returned them. Out: their values, as text or as the type that a specification documents.
//! A value is decoded when it is read, so a header that is not read cannot fail a call. This module does
//! not know any operation.

use std::fmt;
use std::sync::Arc;

use http::header::{HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use serde::de::value::StringDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer as _, SeqAccess, Visitor};

use crate::redactor::Redactor;
use crate::response::{ReadError, ResponseBody, without_values};

/// The headers of a response. Clones share them.
///
/// `Debug` shows the names and values of headers, but no value that looks like a secret: that of a header whose name
/// indicates it (`Set-Cookie`, `X-Api-Key` …), and one that contains a credential of the client, also percent-encoded or
/// in base64.
#[derive(Clone, Default)]
pub struct ResponseHeaders(Arc<HeaderMap>);

impl ResponseHeaders {
    /// Headers as they were received. Values that contain a credential of the client are marked as
    /// [sensitive](HeaderValue::is_sensitive).
    pub(crate) fn received(mut headers: HeaderMap, redactor: &Redactor) -> Self {
        for value in headers.values_mut() {
            if redactor.are_in(value.as_bytes()) {
                value.set_sensitive(true);
            }
        }
        Self(Arc::new(headers))
    }

    /// All headers, with the names and values that were received.
    #[must_use]
    pub fn map(&self) -> &HeaderMap {
        &self.0
    }

    /// The text of a header: of several lines with one name, their values separated by `, ` (RFC 9110, section 5.3).
    /// `None` if the response does not have the header, if it is not UTF-8, or if there are several lines of `Set-Cookie`,
    /// which cannot be joined: [`map`](Self::map) has each of them.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.text(name).ok().flatten()
    }

    /// The value of a header that the specification requires.
    ///
    /// # Errors
    /// The response does not have the header, or its value is not of the type.
    pub fn required<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, HeaderError> {
        self.optional(name)?.ok_or(HeaderError { name, problem: None })
    }

    /// The value of a header: a number, a boolean, a string, an enumeration, or a list of these separated by commas.
    /// `None` if the response does not have it.
    ///
    /// # Errors
    /// The value is not of the type.
    pub fn optional<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, HeaderError> {
        self.decoded(name, |text| T::deserialize(HeaderText(text)).map_err(|error| error.0))
    }

    /// The value of a header that contains JSON and that the specification requires.
    ///
    /// # Errors
    /// The response does not have the header, or its value is not JSON of the type.
    pub fn required_json<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, HeaderError> {
        self.optional_json(name)?.ok_or(HeaderError { name, problem: None })
    }

    /// The value of a header that contains JSON. `None` if the response does not have it.
    ///
    /// # Errors
    /// The value is not JSON of the type.
    pub fn optional_json<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, HeaderError> {
        self.decoded(name, |text| ResponseBody::new(text).json().map_err(|error: ReadError| error.to_string()))
    }

    fn decoded<T>(
        &self,
        name: &'static str,
        decode: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, HeaderError> {
        let invalid = |problem| HeaderError { name, problem: Some(problem) };
        let Some(text) = self.text(name).map_err(invalid)? else { return Ok(None) };
        decode(&text).map(Some).map_err(invalid)
    }

    fn text(&self, name: &str) -> Result<Option<String>, String> {
        let mut values = self.0.get_all(name).iter();
        let Some(first) = values.next() else { return Ok(None) };
        let mut text = utf8(first)?.to_owned();
        for value in values {
            if name.eq_ignore_ascii_case(SET_COOKIE.as_str()) {
                return Err("the response has several, which cannot be joined: `map` has each of them".to_owned());
            }
            text.push_str(", ");
            text.push_str(utf8(value)?);
        }
        Ok(Some(text))
    }
}

impl fmt::Debug for ResponseHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(name, value): (&HeaderName, &HeaderValue)| {
            let is_hidden = value.is_sensitive() || is_secret(name.as_str());
            (
                name.to_string(),
                if is_hidden { "***".to_owned() } else { String::from_utf8_lossy(value.as_bytes()).into() },
            )
        };
        f.debug_map().entries(self.0.iter().map(shown)).finish()
    }
}

/// Why the value of a documented header cannot be returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderError {
    name: &'static str,
    /// `None` if the response does not have the header.
    problem: Option<String>,
}

impl HeaderError {
    /// The name of the header, as the specification has it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the response does not have the header. Otherwise it has a value of another type.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.problem.is_none()
    }
}

/// What was expected, without the value that was received, which may be a secret.
impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            None => write!(f, "the response has no header `{}`", self.name),
            Some(problem) => write!(f, "header `{}`: {problem}", self.name),
        }
    }
}

impl std::error::Error for HeaderError {}

fn utf8(value: &HeaderValue) -> Result<&str, String> {
    std::str::from_utf8(value.as_bytes()).map(str::trim).map_err(|_| "the value is not UTF-8".to_owned())
}

/// Words in the names of headers whose values are secrets.
const SECRET_WORDS: &[&str] = &[
    "auth",
    "cookie",
    "token",
    "secret",
    "password",
    "passwd",
    "credential",
    "session",
    "signature",
    "api-key",
    "apikey",
    "access-key",
    "private-key",
    "csrf",
    "xsrf",
    "jwt",
];

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// Why the text of a header cannot be decoded, without the text.
#[derive(Debug)]
struct TextError(String);

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TextError {}

impl de::Error for TextError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(without_values(&message.to_string()))
    }
}

/// The text of a header in the style `simple` of OpenAPI. It has no types, so the type that is read decides.
struct HeaderText<'t>(&'t str);

macro_rules! numbers {
    ($($method:ident: $ty:ty => $visit:ident, $expected:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
            // JSON's numbers: neither `+1` nor `inf`.
            match serde_json::from_str::<$ty>(self.0) {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(TextError(concat!("expected ", $expected).to_owned())),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for HeaderText<'_> {
    type Error = TextError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(TextError("expected `true` or `false`".to_owned())),
        }
    }

    numbers! {
        deserialize_i8: i64 => visit_i64, "an integer";
        deserialize_i16: i64 => visit_i64, "an integer";
        deserialize_i32: i64 => visit_i64, "an integer";
        deserialize_i64: i64 => visit_i64, "an integer";
        deserialize_u8: u64 => visit_u64, "an integer from 0";
        deserialize_u16: u64 => visit_u64, "an integer from 0";
        deserialize_u32: u64 => visit_u64, "an integer from 0";
        deserialize_u64: u64 => visit_u64, "an integer from 0";
        deserialize_f32: f64 => visit_f64, "a number";
        deserialize_f64: f64 => visit_f64, "a number";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_seq(Items { rest: (!self.0.is_empty()).then_some(self.0), index: 0 })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TextError> {
        let text: StringDeserializer<TextError> = self.0.to_owned().into_deserializer();
        text.deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

/// The items of a list. An empty text has none.
struct Items<'t> {
    rest: Option<&'t str>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = TextError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, TextError> {
        let Some(rest) = self.rest else { return Ok(None) };
        let (item, rest) = rest.split_once(',').map_or((rest, None), |(item, rest)| (item, Some(rest)));
        let index = self.index;
        (self.rest, self.index) = (rest, index + 1);
        let value = seed.deserialize(HeaderText(item.trim()));
        value.map(Some).map_err(|error| TextError(format!("at [{index}]: {}", error.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> ResponseHeaders {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        ResponseHeaders::received(map, &Redactor::of_secrets(&["token+of/client", "key-of-client"]))
    }

    fn read<T: DeserializeOwned>(text: &'static str) -> Result<T, String> {
        headers(&[("x", text)]).required("x").map_err(|error| error.to_string())
    }

    #[test]
    fn a_value_has_the_type_that_is_read() {
        assert_eq!(read::<i64>(" 5 "), Ok(5));
        assert_eq!(read::<i32>("-5"), Ok(-5));
        assert_eq!(read::<f64>("1.5e3"), Ok(1500.0));
        assert_eq!(read::<bool>("true"), Ok(true));
        assert_eq!(read::<String>("5"), Ok("5".to_owned()));
        assert_eq!(read::<Option<i64>>("5"), Ok(Some(5)));
        assert_eq!(read::<Vec<i64>>("1, 2,3"), Ok(vec![1, 2, 3]));
        assert_eq!(read::<Vec<String>>(""), Ok(vec![]));
        assert_eq!(read::<Vec<String>>("a,,b"), Ok(vec!["a".to_owned(), String::new(), "b".to_owned()]));
        assert_eq!(read::<crate::UnixSeconds>("7").map(|time| time.get()), Ok(7));
    }

    #[test]
    fn a_value_of_another_type_is_not_shown() {
        for (found, expected) in [
            (read::<i64>("1.5").map(drop), "expected an integer"),
            (read::<i64>("se\"cret").map(drop), "expected an integer"),
            (read::<i64>("+1").map(drop), "expected an integer"),
            (read::<i64>("99999999999999999999").map(drop), "expected an integer"),
            (read::<f64>("inf").map(drop), "expected a number"),
            (read::<bool>("True").map(drop), "expected `true` or `false`"),
            (read::<Vec<i64>>("1,secret").map(drop), "at [1]: expected an integer"),
            (read::<crate::Base64>("secret?").map(drop), "this is not base64"),
        ] {
            assert_eq!(found, Err(format!("header `x`: {expected}")));
        }
        // A number that does not fit into its type.
        assert!(read::<i32>("3000000000").unwrap_err().starts_with("header `x`: invalid value: "));
    }

    #[test]
    fn a_missing_header_is_none_or_an_error() {
        assert_eq!(headers(&[]).optional::<i64>("X-A"), Ok(None));
        let error = headers(&[]).required::<i64>("X-A").unwrap_err();
        assert!(error.is_missing());
        assert_eq!((error.name(), error.to_string().as_str()), ("X-A", "the response has no header `X-A`"));
        assert!(!headers(&[("x-a", "b")]).required::<i64>("X-A").unwrap_err().is_missing());
    }

    #[test]
    fn a_header_can_contain_json() {
        let found = headers(&[("x", r#"{"a":[1]}"#), ("y", "{")]);
        assert_eq!(found.required_json::<crate::JsonValue>("x"), Ok(serde_json::json!({"a": [1]})));
        assert!(found.optional_json::<crate::JsonValue>("y").unwrap_err().to_string().contains("EOF"));
        assert_eq!(found.optional_json::<crate::JsonValue>("z"), Ok(None));
    }

    #[test]
    fn several_lines_are_one_value_unless_they_are_cookies() {
        let found = headers(&[("x", "a"), ("x", "b, c"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]);
        assert_eq!(found.get("X").as_deref(), Some("a, b, c"));
        assert_eq!(found.required::<Vec<String>>("x").map(|list| list.len()), Ok(3));
        assert_eq!(found.get("set-cookie"), None);
        assert!(found.required::<String>("Set-Cookie").unwrap_err().to_string().contains("several"));
        assert_eq!(found.map().get_all("set-cookie").iter().count(), 2);
    }

    #[test]
    fn what_is_not_utf8_is_an_error() {
        let mut map = HeaderMap::new();
        map.insert("x", HeaderValue::from_bytes(&[b'a', 0xff]).unwrap());
        let found = ResponseHeaders::received(map, &Redactor::default());
        assert_eq!(found.required::<String>("x").unwrap_err().to_string(), "header `x`: the value is not UTF-8");
        assert_eq!(found.get("x"), None);
    }

    #[test]
    fn secrets_are_not_shown() {
        let found = headers(&[
            ("set-cookie", "hidden-1"),
            ("x-auth-token", "hidden-2"),
            ("x_api_key", "hidden-3"),
            ("x-echo", "a token+of/client"),
            ("location", "/a?key=key-of-client"),
            ("link", "</a?token=token%2Bof%2Fclient>"),
            ("x-upstream", "/a?next=%2Fb%3Ftoken%3Dtoken%252bof%252fclient"),
            ("x-credential", "dG9rZW4rb2YvY2xpZW50"),
            ("x-limit", "5"),
        ]);
        let shown = format!("{found:?}");
        for secret in ["hidden", "of-client", "token+", "token%2", "dG9"] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
        assert!(shown.contains("\"link\": \"***\""), "{shown}");
        assert!(shown.contains("\"x-limit\": \"5\"") && shown.contains("\"x-echo\": \"***\""), "{shown}");
        assert_eq!(found.get("x-auth-token").as_deref(), Some("hidden-2"));
    }
}
