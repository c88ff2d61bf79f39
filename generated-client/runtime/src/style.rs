//! Values of any type in a path, a query, a header or a cookie, by the styles of OpenAPI 3.0.
//!
//! In: a value that serde can serialize, and its style. Out: the text of it, encoded. Where OpenAPI leaves the result open,
//! a value within a list or an object is written as JSON, and null is omitted.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

/// All characters but the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Characters that must be encoded in a query: `#` would end the query, and `&` the value.
const NEVER_IN_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'%')
    .add(b'&')
    .add(b'[')
    .add(b']')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'+');

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `a,b`
    Simple,
    /// `.a,b`
    Label,
    /// `;name=a,b`
    Matrix,
    /// `name=a,b`
    Form,
    /// `name=a%20b`
    SpaceDelimited,
    /// `name=a%7Cb`
    PipeDelimited,
    /// `name%5Bkey%5D=a`
    DeepObject,
    /// The value as a JSON string.
    Json,
}

/// A style with its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueStyle {
    style: Style,
    explode: bool,
    allow_reserved: bool,
}

impl ValueStyle {
    /// A style. With `explode`, the items of a list and the members of an object are written one by one.
    #[must_use]
    pub const fn new(style: Style, explode: bool) -> Self {
        Self { style, explode, allow_reserved: false }
    }

    /// Leaves reserved characters of a query as they are, where they cannot end the value.
    #[must_use]
    pub const fn with_reserved(mut self) -> Self {
        self.allow_reserved = true;
        self
    }

    fn encode(self, text: &str) -> String {
        utf8_percent_encode(text, if self.allow_reserved { NEVER_IN_QUERY } else { RESERVED }).to_string()
    }
}

/// A serialized value, by the three types that styles distinguish.
pub(crate) enum Form {
    Text(String),
    List(Vec<String>),
    /// The members: each as a string, and as JSON.
    Object(Vec<(String, Value)>),
}

/// The serialized value; `None` for null.
pub(crate) fn form_of<T: Serialize + ?Sized>(value: &T) -> Result<Option<Form>, serde_json::Error> {
    Ok(form(serde_json::to_value(value)?))
}

fn form(value: Value) -> Option<Form> {
    match value {
        Value::Null => None,
        Value::Array(items) => {
            Some(Form::List(items.iter().filter_map(|item| Some(text_of(item)?.into_owned())).collect()))
        }
        Value::Object(members) => {
            Some(Form::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect()))
        }
        value => Some(Form::Text(text_of(&value)?.into_owned())),
    }
}

/// A value as a string; `None` for null. A list or an object is JSON.
fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        value => Some(Cow::Owned(value.to_string())),
    }
}

/// The text of a value in a path or a header. `encode` writes each of its parts.
pub(crate) fn text(name: &str, form: &Form, style: ValueStyle, encode: impl Fn(&str) -> String) -> String {
    let texts = |value: &Value| text_of(value).map(|text| encode(&text)).unwrap_or_default();
    let pairs = |members: &[(String, Value)], separator: &str| -> Vec<String> {
        members.iter().map(|(key, value)| format!("{}{separator}{}", encode(key), texts(value))).collect()
    };
    let items = |items: &[String]| -> Vec<String> { items.iter().map(|item| encode(item)).collect() };
    let name = encode(name);
    match (style.style, form) {
        (Style::Label, Form::Text(text)) => format!(".{}", encode(text)),
        (Style::Label, Form::List(list)) => format!(".{}", items(list).join(if style.explode { "." } else { "," })),
        (Style::Label, Form::Object(members)) if style.explode => format!(".{}", pairs(members, "=").join(".")),
        (Style::Label, Form::Object(members)) => format!(".{}", pairs(members, ",").join(",")),
        (Style::Matrix, Form::Text(text)) if text.is_empty() => format!(";{name}"),
        (Style::Matrix, Form::Text(text)) => format!(";{name}={}", encode(text)),
        (Style::Matrix, Form::List(list)) if style.explode => {
            items(list).iter().map(|item| format!(";{name}={item}")).collect()
        }
        (Style::Matrix, Form::List(list)) => format!(";{name}={}", items(list).join(",")),
        (Style::Matrix, Form::Object(members)) if style.explode => {
            pairs(members, "=").iter().map(|pair| format!(";{pair}")).collect()
        }
        (Style::Matrix, Form::Object(members)) => format!(";{name}={}", pairs(members, ",").join(",")),
        (_, Form::Text(text)) => encode(text),
        (_, Form::List(list)) => items(list).join(","),
        (_, Form::Object(members)) => pairs(members, if style.explode { "=" } else { "," }).join(","),
    }
}

/// The pairs of a value in a query, a cookie or a form, encoded.
pub(crate) fn pairs(name: &str, form: &Form, style: ValueStyle) -> Vec<(String, String)> {
    let encode = |text: &str| style.encode(text);
    let key = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let separator = match style.style {
        Style::SpaceDelimited => "%20",
        Style::PipeDelimited => "%7C",
        _ => ",",
    };
    let one = |value: String| vec![(key(name), value)];
    match form {
        Form::Text(text) => one(encode(text)),
        Form::List(list) if list.is_empty() => Vec::new(),
        Form::List(list) if style.explode => list.iter().map(|item| (key(name), encode(item))).collect(),
        Form::List(list) => one(list.iter().map(|item| encode(item)).collect::<Vec<_>>().join(separator)),
        Form::Object(members) if members.is_empty() => Vec::new(),
        Form::Object(members) if style.style == Style::DeepObject => {
            let mut pairs = Vec::new();
            for (member, value) in members {
                deep(&format!("{name}[{member}]"), value, &mut |name, text| pairs.push((key(name), encode(text))));
            }
            pairs
        }
        Form::Object(members) if style.explode => {
            members.iter().filter_map(|(member, value)| Some((key(member), encode(&text_of(value)?)))).collect()
        }
        Form::Object(members) => {
            let parts = members.iter().filter_map(|(member, value)| Some([encode(member), encode(&text_of(value)?)]));
            one(parts.flatten().collect::<Vec<_>>().join(separator))
        }
    }
}

/// A member of a deep object: an object within it has brackets of its own, a list is repeated.
fn deep(name: &str, value: &Value, push: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(member, value)| deep(&format!("{name}[{member}]"), value, push));
        }
        Value::Array(items) => items.iter().for_each(|item| deep(name, item, push)),
        value => {
            if let Some(text) = text_of(value) {
                push(name, &text);
            }
        }
    }
}

/// A value as a JSON string.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<Form, serde_json::Error> {
    serde_json::to_string(value).map(Form::Text)
}

impl Style {
    pub(crate) fn form<T: Serialize + ?Sized>(self, value: &T) -> Result<Option<Form>, serde_json::Error> {
        if self == Self::Json { json(value).map(Some) } else { form_of(value) }
    }
}

impl ValueStyle {
    pub(crate) fn style(self) -> Style {
        self.style
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The examples of OpenAPI 3.0.4, "Style Examples".
    #[test]
    fn values_are_written_as_the_standard_has_them() {
        let (empty, string) = (json!(""), json!("blue"));
        let array = json!(["blue", "black", "brown"]);
        let object = json!({"B": 150, "G": 200, "R": 100});
        let in_path = |value: &Value, style, explode| {
            let form = form_of(value).unwrap().unwrap();
            text("color", &form, ValueStyle::new(style, explode), |text| ValueStyle::new(style, explode).encode(text))
        };
        for (style, explode, expected) in [
            (Style::Matrix, false, [";color", ";color=blue", ";color=blue,black,brown", ";color=B,150,G,200,R,100"]),
            (
                Style::Matrix,
                true,
                [";color", ";color=blue", ";color=blue;color=black;color=brown", ";B=150;G=200;R=100"],
            ),
            (Style::Label, false, [".", ".blue", ".blue,black,brown", ".B,150,G,200,R,100"]),
            (Style::Label, true, [".", ".blue", ".blue.black.brown", ".B=150.G=200.R=100"]),
            (Style::Simple, false, ["", "blue", "blue,black,brown", "B,150,G,200,R,100"]),
            (Style::Simple, true, ["", "blue", "blue,black,brown", "B=150,G=200,R=100"]),
        ] {
            let found = [&empty, &string, &array, &object].map(|value| in_path(value, style, explode));
            assert_eq!(found, expected, "{style:?} {explode}");
        }
        let in_query = |value: &Value, style, explode| {
            let form = form_of(value).unwrap().unwrap();
            let pairs = pairs("color", &form, ValueStyle::new(style, explode));
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
        };
        for (style, explode, expected) in [
            (Style::Form, false, ["color=", "color=blue", "color=blue,black,brown", "color=B,150,G,200,R,100"]),
            (Style::Form, true, ["color=", "color=blue", "color=blue&color=black&color=brown", "B=150&G=200&R=100"]),
        ] {
            let found = [&empty, &string, &array, &object].map(|value| in_query(value, style, explode));
            assert_eq!(found, expected, "{style:?} {explode}");
        }
        assert_eq!(in_query(&array, Style::SpaceDelimited, false), "color=blue%20black%20brown");
        assert_eq!(in_query(&object, Style::PipeDelimited, false), "color=B%7C150%7CG%7C200%7CR%7C100");
        assert_eq!(in_query(&object, Style::DeepObject, true), "color%5BB%5D=150&color%5BG%5D=200&color%5BR%5D=100");
        let nested = json!({"a": {"b": [1, 2]}, "c": null});
        assert_eq!(in_query(&nested, Style::DeepObject, true), "color%5Ba%5D%5Bb%5D=1&color%5Ba%5D%5Bb%5D=2");
        assert_eq!(in_query(&json!([{"a": 1}]), Style::Form, true), "color=%7B%22a%22%3A1%7D");
        assert_eq!(in_query(&json!([]), Style::Form, false), "");
    }

    #[test]
    fn reserved_characters_stay_where_they_may() {
        let form = form_of(&json!("a/b?c=d&e f#g")).unwrap().unwrap();
        let reserved = pairs("q", &form, ValueStyle::new(Style::Form, true).with_reserved());
        assert_eq!(reserved, [("q".to_owned(), "a/b?c=d%26e%20f%23g".to_owned())]);
    }
}
