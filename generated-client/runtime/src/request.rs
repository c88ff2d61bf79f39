//! Arguments on their way into a request.
//!
//! In: typed values. Out: a path and a query that are encoded, header values, and a body. Values that cannot be
//! sent are recorded, and reported before a connection is opened. This module knows neither operations nor transports.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

use crate::binary::Binary;
use crate::content::Contents;
use crate::multipart;
use crate::style::{self, Form, Style, ValueStyle};
use crate::unwritable::{Unwritable, unwritable};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// All characters but the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value of a path, a query or a header.
pub trait ParameterValue {
    /// The value as text, not yet encoded.
    fn text(&self) -> Cow<'_, str>;
}

macro_rules! displayed {
    ($($ty:ty),*) => {$(
        impl ParameterValue for $ty {
            fn text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}
displayed!(bool, i32, i64, f32, f64);

impl ParameterValue for String {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl ParameterValue for str {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

/// How the items of a list are written in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListStyle {
    /// `a=1&a=2`
    Repeated,
    /// `a=1,2`
    Comma,
    /// `a=1%202`
    Space,
    /// `a=1|2`, with the bar encoded
    Pipe,
}

/// The parts of a request that come from arguments.
#[derive(Clone)]
pub struct RequestParts {
    path: String,
    query: String,
    headers: Vec<(&'static str, String)>,
    /// The pairs of the `Cookie` header.
    cookie: String,
    body: Option<Contents>,
    content_type: Cow<'static, str>,
    accept: Cow<'static, str>,
    problem: Option<String>,
}

/// Omits the values and the body, which are the caller's data.
impl fmt::Debug for RequestParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestParts").finish_non_exhaustive()
    }
}

impl RequestParts {
    /// A request to a path with `{name}` for its parameters.
    #[must_use]
    pub fn new(path_template: &str) -> Self {
        Self {
            path: path_template.to_owned(),
            query: String::new(),
            headers: Vec::new(),
            cookie: String::new(),
            body: None,
            content_type: Cow::Borrowed(JSON),
            accept: Cow::Borrowed(JSON),
            problem: None,
        }
    }

    /// The path, encoded.
    #[must_use]
    pub fn path_text(&self) -> &str {
        &self.path
    }

    /// The query without `?`, encoded; empty if there is none.
    #[must_use]
    pub fn query_text(&self) -> &str {
        &self.query
    }

    /// The headers that come from arguments.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let cookie = (!self.cookie.is_empty()).then_some(("cookie", self.cookie.as_str()));
        self.headers.iter().map(|(name, value)| (*name, value.as_str())).chain(cookie)
    }

    /// The body, as it is sent. `None` if there is none, or if a stream is a part of it.
    #[must_use]
    pub fn body_bytes(&self) -> Option<&[u8]> {
        self.body.as_ref()?.as_bytes().map(|bytes| &**bytes)
    }

    /// The media type of the body.
    #[must_use]
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The media type that the response should have.
    #[must_use]
    pub fn accepted(&self) -> &str {
        &self.accept
    }

    /// Records why the request cannot be sent.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    pub(crate) fn into_body(self) -> Option<Contents> {
        self.body
    }

    fn note(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }

    /// Writes a value into the path. A value that would change the path is refused.
    pub fn path<T: ParameterValue + ?Sized>(&mut self, name: &str, value: &T) {
        let text = value.text();
        if matches!(&*text, "" | "." | "..") {
            self.note(format!("`{name}` is {text:?}, which cannot be a part of a path"));
        }
        let encoded = encode(&text).to_string();
        self.path = self.path.replace(&format!("{{{name}}}"), &encoded);
    }

    /// Writes a value into the query, if there is one.
    pub fn query<'a, T: ParameterValue + ?Sized + 'a>(&mut self, name: &str, value: impl Into<Option<&'a T>>) {
        if let Some(value) = value.into() {
            self.pair(name, encode(&value.text()));
        }
    }

    /// Writes a list into the query, unless it is empty.
    pub fn query_list<T: ParameterValue>(&mut self, name: &str, values: &[T], style: ListStyle) {
        let texts = values.iter().map(ParameterValue::text);
        let separator = match style {
            ListStyle::Repeated => {
                for text in texts {
                    self.pair(name, encode(&text));
                }
                return;
            }
            ListStyle::Comma => ",",
            ListStyle::Space => "%20",
            ListStyle::Pipe => "%7C",
        };
        let joined: Vec<String> = texts.map(|text| encode(&text).to_string()).collect();
        if !joined.is_empty() {
            self.pair(name, joined.join(separator));
        }
    }

    fn pair(&mut self, name: &str, value: impl fmt::Display) {
        push_pair(&mut self.query, name, value);
    }

    /// Adds a header, if there is a value. An empty value is refused: HTTP does not distinguish it from a missing one, so an
    /// id that was left empty by mistake would select another object than was meant.
    pub fn header<'a, T: ParameterValue + ?Sized + 'a>(&mut self, name: &'static str, value: impl Into<Option<&'a T>>) {
        if let Some(value) = value.into() {
            let text = value.text().into_owned();
            if let Some(problem) = header_problem(name, &text) {
                self.note(problem);
            }
            self.headers.push((name, text));
        }
    }

    /// Requests a response of another media type than `application/json`; several are separated by commas.
    pub fn accept(&mut self, media_type: &'static str) {
        self.accept = Cow::Borrowed(media_type);
    }

    /// Requests a response of the media type that the caller has chosen, if there is one.
    pub fn accept_chosen<'a, T: ParameterValue + ?Sized + 'a>(&mut self, media_type: impl Into<Option<&'a T>>) {
        if let Some(media_type) = media_type.into() {
            let text = media_type.text().into_owned();
            if let Some(problem) = header_problem("Accept", &text) {
                self.note(problem);
            }
            self.accept = Cow::Owned(text);
        }
    }

    /// Sets the body, if there is one: a text or bytes as they are.
    pub fn raw<'a, T: AsRef<[u8]> + 'a>(&mut self, value: impl Into<Option<&'a T>>, media_type: &'static str) {
        if let Some(value) = value.into() {
            self.content_type = Cow::Borrowed(media_type);
            self.body = Some(value.as_ref().to_vec().into());
        }
    }

    /// Sets the body, if there is one: bytes or a stream of the media type that the caller names, or else of this one.
    pub fn binary<'a>(&mut self, value: impl Into<Option<&'a Binary>>, media_type: &'static str) {
        if let Some(value) = value.into() {
            let named = value.media_type().map(|named| Cow::Owned(named.to_owned()));
            self.content_type = named.unwrap_or(Cow::Borrowed(media_type));
            self.body = Some(value.content().into());
        }
    }

    /// The serialized value, unless it is missing or null.
    fn value_form<T: Serialize + ?Sized>(&mut self, name: &str, value: Option<&T>, style: Style) -> Option<Form> {
        let value = value?;
        if let Some(Unwritable { path, what }) = unwritable(value) {
            self.note(format!("`{name}` cannot be sent: `{path}` holds {what}"));
        }
        style.form(value).unwrap_or_else(|error| {
            self.note(format!("`{name}` cannot be written: {error}"));
            None
        })
    }

    /// Writes a value of any type into the path. A value that would change the path is refused.
    pub fn path_value<T: Serialize + ?Sized>(&mut self, name: &str, value: &T, style: ValueStyle) {
        let form = self.value_form(name, Some(value), style.style());
        let text = form.map(|form| style::text(name, &form, style, |text| encode(text).to_string()));
        let text = text.unwrap_or_default();
        if matches!(&*text, "" | "." | "..") {
            self.note(format!("`{name}` is {text:?}, which cannot be a part of a path"));
        }
        self.path = self.path.replace(&format!("{{{name}}}"), &text);
    }

    /// Writes a value of any type into the query, if there is one.
    pub fn query_value<'a, T: Serialize + ?Sized + 'a>(
        &mut self,
        name: &str,
        value: impl Into<Option<&'a T>>,
        style: ValueStyle,
    ) {
        if let Some(form) = self.value_form(name, value.into(), style.style()) {
            for (name, value) in style::pairs(name, &form, style) {
                push_encoded(&mut self.query, "&", &name, &value);
            }
        }
    }

    /// Adds a header of any type, if there is a value.
    pub fn header_value<'a, T: Serialize + ?Sized + 'a>(
        &mut self,
        name: &'static str,
        value: impl Into<Option<&'a T>>,
        style: ValueStyle,
    ) {
        if let Some(form) = self.value_form(name, value.into(), style.style()) {
            let text = style::text(name, &form, style, str::to_owned);
            self.header(name, &*text);
        }
    }

    /// Adds a cookie of any type, if there is a value.
    pub fn cookie_value<'a, T: Serialize + ?Sized + 'a>(
        &mut self,
        name: &str,
        value: impl Into<Option<&'a T>>,
        style: ValueStyle,
    ) {
        if let Some(form) = self.value_form(name, value.into(), style.style()) {
            for (name, value) in style::pairs(name, &form, style) {
                push_encoded(&mut self.cookie, "; ", &name, &value);
            }
        }
    }

    /// Sets the body, if there is one: a part for each member of an object. `types` are the media types of parts by
    /// their names.
    pub fn multipart<'a, T: Serialize + 'a>(
        &mut self,
        value: impl Into<Option<&'a T>>,
        media_type: &str,
        types: &[(&str, &str)],
    ) {
        let Some(value) = value.into() else { return };
        let boundary = uuid::Uuid::new_v4().simple().to_string();
        match multipart::body(value, types, &boundary) {
            Ok(contents) => {
                self.content_type = Cow::Owned(format!("{media_type}; boundary={boundary}"));
                self.body = Some(contents);
            }
            Err(error) => self.note(format!("the body cannot be sent: {error}")),
        }
    }

    /// Sets the body, if there is one: a form whose members have styles. One without a style is written by
    /// [`Style::Form`], and an object in it as JSON.
    pub fn form_styled<'a, T: Serialize + 'a>(
        &mut self,
        value: impl Into<Option<&'a T>>,
        styles: &[(&str, ValueStyle)],
    ) {
        let Some(value) = value.into() else { return };
        let Some(Form::Object(members)) = self.value_form("body", Some(value), Style::Form) else {
            return self.note("the body is no object, and cannot be written as a form".to_owned());
        };
        let mut pairs = String::new();
        for (name, value) in &members {
            let known = styles.iter().find(|(known, _)| known == name).map(|(_, style)| *style);
            let style = known.unwrap_or(ValueStyle::new(Style::Form, true));
            let kind = if known.is_none() && value.is_object() { Style::Json } else { style.style() };
            if let Some(form) = self.value_form(name, Some(value), kind) {
                for (name, value) in style::pairs(name, &form, style) {
                    push_encoded(&mut pairs, "&", &name, &value);
                }
            }
        }
        self.content_type = Cow::Borrowed(FORM);
        self.body = Some(pairs.into_bytes().into());
    }

    /// Sets the body, if there is one: a form with a pair for each member of an object. A list makes several pairs of
    /// one name, null makes none.
    pub fn form<'a, T: Serialize + 'a>(&mut self, value: impl Into<Option<&'a T>>) {
        let Some(value) = value.into() else { return };
        if let Some(Unwritable { path, what }) = unwritable(value) {
            self.note(format!("`body.{path}` holds {what}"));
        }
        match serde_json::to_value(value) {
            Ok(Value::Object(members)) => {
                let mut pairs = String::new();
                for (name, value) in &members {
                    let values = match value {
                        Value::Array(values) => values.as_slice(),
                        value => std::slice::from_ref(value),
                    };
                    for value in values {
                        match text_of(value) {
                            Some(Some(text)) => push_pair(&mut pairs, name, encode(&text)),
                            Some(None) => {}
                            None => {
                                self.note(format!("`body.{name}` holds an object or a list, which a form cannot hold"))
                            }
                        }
                    }
                }
                self.content_type = Cow::Borrowed(FORM);
                self.body = Some(pairs.into_bytes().into());
            }
            Ok(_) => self.note("the body is no object, and cannot be written as a form".to_owned()),
            Err(error) => self.note(format!("the body cannot be written as a form: {error}")),
        }
    }

    /// Sets the body, if there is one: JSON of another media type than `application/json`.
    pub fn json<'a, T: Serialize + 'a>(&mut self, value: impl Into<Option<&'a T>>, media_type: &'static str) {
        if let Some(value) = value.into() {
            self.content_type = Cow::Borrowed(media_type);
            self.body(value);
        }
    }

    /// Sets the body, if there is one.
    pub fn body<'a, T: Serialize + 'a>(&mut self, value: impl Into<Option<&'a T>>) {
        if let Some(value) = value.into() {
            match serde_json::to_vec(value) {
                Ok(bytes) => {
                    // Null is rare in a request, and may be the encoding of a number that JSON cannot express.
                    if bytes.windows(4).any(|word| word == b"null")
                        && let Some(Unwritable { path, what }) = unwritable(value)
                    {
                        self.note(format!("`body.{path}` holds {what}"));
                    }
                    self.body = Some(bytes.into());
                }
                Err(error) => self.note(format!("the body cannot be written as JSON: {error}")),
            }
        }
    }
}

/// Why a value is not allowed in a header.
pub(crate) fn header_problem(name: &str, value: &str) -> Option<String> {
    if value.trim_matches([' ', '\t']).is_empty() {
        return Some(format!("`{name}` is empty"));
    }
    let refused = http::HeaderValue::from_str(value).is_err();
    refused.then(|| format!("`{name}` contains a character that is not allowed in an HTTP header"))
}

fn push_encoded(pairs: &mut String, separator: &str, name: &str, value: &str) {
    if !pairs.is_empty() {
        pairs.push_str(separator);
    }
    pairs.push_str(name);
    pairs.push('=');
    pairs.push_str(value);
}

fn push_pair(pairs: &mut String, name: &str, value: impl fmt::Display) {
    if !pairs.is_empty() {
        pairs.push('&');
    }
    // Writing to a text cannot fail.
    let _ = write!(pairs, "{}={value}", encode(name));
}

/// The string of a scalar value; `None` for null.
fn text_of(value: &Value) -> Option<Option<Cow<'_, str>>> {
    match value {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(Cow::Borrowed(text))),
        Value::Bool(_) | Value::Number(_) => Some(Some(Cow::Owned(value.to_string()))),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn encode(text: &str) -> percent_encoding::PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_leave_their_place_in_the_path() {
        let mut parts = RequestParts::new("/a/{id}/b");
        parts.path("id", "../x?y=1#z/%2e");
        assert_eq!(parts.path_text(), "/a/..%2Fx%3Fy%3D1%23z%2F%252e/b");
        assert_eq!(parts.problem(), None);
        for refused in ["", ".", ".."] {
            let mut parts = RequestParts::new("/a/{id}/b");
            parts.path("id", refused);
            assert!(parts.problem().is_some(), "{refused:?}");
        }
    }

    #[test]
    fn lists_stand_in_the_query_as_their_style_says() {
        let list = ["a,b".to_owned(), "c d".to_owned()];
        let query = |style| {
            let mut parts = RequestParts::new("/");
            parts.query_list("x y", &list, style);
            parts.query_text().to_owned()
        };
        assert_eq!(query(ListStyle::Repeated), "x%20y=a%2Cb&x%20y=c%20d");
        assert_eq!(query(ListStyle::Comma), "x%20y=a%2Cb,c%20d");
        assert_eq!(query(ListStyle::Space), "x%20y=a%2Cb%20c%20d");
        assert_eq!(query(ListStyle::Pipe), "x%20y=a%2Cb%7Cc%20d");
    }

    #[test]
    fn a_header_is_not_empty() {
        for empty in ["", " ", "\t "] {
            let mut parts = RequestParts::new("/");
            parts.header("x-id", empty);
            assert_eq!(parts.problem(), Some("`x-id` is empty"), "{empty:?}");
        }
        let mut parts = RequestParts::new("/");
        parts.header("x-id", None::<&str>);
        assert_eq!(parts.problem(), None);
    }

    #[test]
    fn a_header_cannot_hold_a_line_break() {
        let mut parts = RequestParts::new("/");
        parts.header("x-a", "good");
        assert_eq!(parts.problem(), None);
        parts.header("x-b", "bad\r\nx-c: d");
        assert!(parts.problem().is_some());
    }
}
