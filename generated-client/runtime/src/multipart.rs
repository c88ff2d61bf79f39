//! Bodies of several parts (RFC 7578).
//!
//! In: an object that serde can serialize. Out: its members as parts, in their order. A member that is a list is a part for
//! each item, or one of JSON if the document calls it JSON; null is omitted, text and numbers are parts of text,
//! [`Binary`](crate::Binary) is a part of its bytes, and everything else is JSON.

use std::fmt;

use serde::Serialize;
use serde::ser::{
    Error as _, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct,
    Serializer,
};

use crate::binary::{NAME, with_streams};
use crate::content::{Content, Contents};
use crate::unwritable::{Unwritable, unwritable};

/// A part, without its name.
#[derive(Debug, PartialEq)]
pub(crate) struct Part {
    bytes: Vec<u8>,
    /// The number of the stream that is sent instead of bytes.
    stream: Option<usize>,
    file_name: Option<String>,
    media_type: Option<String>,
    /// The media type of the part unless the caller or the document names one; a text part has none.
    default_type: Option<&'static str>,
}

impl Part {
    fn new(bytes: Vec<u8>, default_type: Option<&'static str>) -> Self {
        Self { bytes, stream: None, file_name: None, media_type: None, default_type }
    }
}

/// Why a value cannot be sent as a multipart body.
#[derive(Debug)]
pub(crate) struct NoParts(String);

impl fmt::Display for NoParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoParts {}

impl serde::ser::Error for NoParts {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// The body and its boundary. `types` are the media types of parts by their names.
pub(crate) fn body<T: Serialize + ?Sized>(
    value: &T,
    types: &[(&str, &str)],
    boundary: &str,
) -> Result<Contents, NoParts> {
    let (parts, streams) = with_streams(|| value.serialize(Members(types)));
    let parts = parts?;
    let mut contents = Vec::with_capacity(3 * parts.len() + 1);
    for (name, part) in parts {
        contents.push(Content::Bytes(head(&name, &part, types, boundary)?.into()));
        contents.push(match part.stream.and_then(|number| streams.get(number)) {
            Some(source) => Content::Stream(source.clone()),
            None => Content::Bytes(part.bytes.into()),
        });
        contents.push(Content::Bytes("\r\n".into()));
    }
    contents.push(Content::Bytes(format!("--{boundary}--\r\n").into()));
    Ok(Contents::new(contents))
}

/// The boundary before a part, and the headers of the part.
fn head(name: &str, part: &Part, types: &[(&str, &str)], boundary: &str) -> Result<String, NoParts> {
    let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(name));
    // A receiver takes bytes without a file name for a field of text.
    let is_file = part.default_type == Some(OCTETS);
    if let Some(file_name) = part.file_name.as_deref().or(is_file.then_some(name)) {
        head.push_str(&format!("; filename=\"{}\"", quoted(file_name)));
    }
    let named = types.iter().find(|(known, _)| *known == name).map(|(_, media_type)| *media_type);
    if let Some(media_type) = part.media_type.as_deref().or(named).or(part.default_type) {
        if media_type.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(NoParts(format!("the media type of `{name}` cannot be sent")));
        }
        head.push_str(&format!("\r\nContent-Type: {media_type}"));
    }
    head.push_str("\r\n\r\n");
    Ok(head)
}

const OCTETS: &str = "application/octet-stream";

/// A name within quotes, as HTML escapes it: RFC 7578 leaves it open.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// Serializes an object, whose parts have these media types by their names.
struct Members<'t>(&'t [(&'t str, &'t str)]);

/// The parts that were collected from an object.
struct Gathered<'t> {
    types: &'t [(&'t str, &'t str)],
    parts: Vec<(String, Part)>,
    key: Option<String>,
}

type Parts = Result<Vec<(String, Part)>, NoParts>;

fn no_object<T>() -> Result<T, NoParts> {
    Err(NoParts("the body is no object, and has no parts".to_owned()))
}

/// Methods of a serializer for values that it does not accept.
macro_rules! refuse {
    ($ok:ty => $($method:ident($($argument:ty),*);)+) => {
        $(fn $method(self, $(_: $argument),*) -> Result<$ok, NoParts> { no_object() })+
    };
}

impl<'t> Serializer for Members<'t> {
    type Ok = Vec<(String, Part)>;
    type Error = NoParts;
    type SerializeSeq = Impossible<Self::Ok, NoParts>;
    type SerializeTuple = Impossible<Self::Ok, NoParts>;
    type SerializeTupleStruct = Impossible<Self::Ok, NoParts>;
    type SerializeTupleVariant = Impossible<Self::Ok, NoParts>;
    type SerializeMap = Gathered<'t>;
    type SerializeStruct = Gathered<'t>;
    type SerializeStructVariant = Impossible<Self::Ok, NoParts>;

    refuse! { Self::Ok =>
        serialize_bool(bool); serialize_i8(i8); serialize_i16(i16); serialize_i32(i32); serialize_i64(i64);
        serialize_u8(u8); serialize_u16(u16); serialize_u32(u32); serialize_u64(u64); serialize_f32(f32);
        serialize_f64(f64); serialize_char(char); serialize_str(&str); serialize_bytes(&[u8]); serialize_none();
        serialize_unit(); serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }
    refuse! { Impossible<Self::Ok, NoParts> =>
        serialize_seq(Option<usize>); serialize_tuple(usize); serialize_tuple_struct(&'static str, usize);
        serialize_tuple_variant(&'static str, u32, &'static str, usize);
        serialize_struct_variant(&'static str, u32, &'static str, usize);
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Parts {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Parts {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Parts {
        value.serialize(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Gathered<'t>, NoParts> {
        Ok(Gathered { types: self.0, parts: Vec::new(), key: None })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Gathered<'t>, NoParts> {
        Ok(Gathered { types: self.0, parts: Vec::new(), key: None })
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

impl Gathered<'_> {
    fn add<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), NoParts> {
        let is_json = self.types.iter().any(|(known, media_type)| *known == name && is_json(media_type));
        let parts = parts_of(value, is_json).map_err(|error| NoParts(format!("`body.{name}`: {error}")))?;
        self.parts.extend(parts.into_iter().map(|part| (name.to_owned(), part)));
        Ok(())
    }
}

/// Whether a media type is JSON.
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(&*essence, "application/json" | "text/json") || essence.ends_with("+json")
}

impl SerializeMap for Gathered<'_> {
    type Ok = Vec<(String, Part)>;
    type Error = NoParts;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NoParts> {
        self.key = match serde_json::to_value(key) {
            Ok(serde_json::Value::String(key)) => Some(key),
            _ => return Err(NoParts("a part whose name is no text".to_owned())),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoParts> {
        let key = self.key.take().unwrap_or_default();
        self.add(&key, value)
    }

    fn end(self) -> Parts {
        Ok(self.parts)
    }
}

impl SerializeStruct for Gathered<'_> {
    type Ok = Vec<(String, Part)>;
    type Error = NoParts;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), NoParts> {
        self.add(name, value)
    }

    fn end(self) -> Parts {
        Ok(self.parts)
    }
}

/// The parts of a member. A list that is said to be JSON is one part, unless it has files.
fn parts_of<T: Serialize + ?Sized>(value: &T, is_json: bool) -> Result<Vec<Part>, NoParts> {
    match value.serialize(Member)? {
        Found::List(parts) if !is_json || parts.iter().any(|part| part.default_type == Some(OCTETS)) => Ok(parts),
        Found::Parts(parts) => Ok(parts),
        Found::List(_) | Found::Object => {
            if let Some(Unwritable { path, what }) = unwritable(value) {
                return Err(NoParts(format!("`{path}` holds {what}")));
            }
            let json = serde_json::to_vec(value).map_err(|error| NoParts(error.to_string()))?;
            Ok(vec![Part::new(json, Some("application/json"))])
        }
    }
}

/// How a member is sent.
enum Found {
    Parts(Vec<Part>),
    /// The parts of all items.
    List(Vec<Part>),
    /// As JSON.
    Object,
}

/// Serializes a member.
struct Member;

/// The items of a list.
#[derive(Default)]
struct Items(Vec<Part>);

/// The parts of a [`Binary`](crate::Binary), or of a tuple that is written as JSON.
struct Tuple {
    is_binary: bool,
    fields: Vec<Option<Part>>,
}

/// An object within a part.
struct Ignored;

fn text(text: impl ToString) -> Result<Found, NoParts> {
    Ok(Found::Parts(vec![Part::new(text.to_string().into_bytes(), None)]))
}

fn number(number: f64, shown: impl ToString) -> Result<Found, NoParts> {
    if number.is_finite() { text(shown) } else { Err(NoParts("a number that is not finite".to_owned())) }
}

macro_rules! texts {
    ($($method:ident($argument:ty);)+) => {
        $(fn $method(self, value: $argument) -> Result<Found, NoParts> { text(value) })+
    };
}

impl Serializer for Member {
    type Ok = Found;
    type Error = NoParts;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Tuple;
    type SerializeTupleVariant = Impossible<Found, NoParts>;
    type SerializeMap = Ignored;
    type SerializeStruct = Ignored;
    type SerializeStructVariant = Impossible<Found, NoParts>;

    texts! {
        serialize_bool(bool); serialize_i8(i8); serialize_i16(i16); serialize_i32(i32); serialize_i64(i64);
        serialize_u8(u8); serialize_u16(u16); serialize_u32(u32); serialize_u64(u64); serialize_char(char);
        serialize_str(&str);
    }

    fn serialize_f32(self, value: f32) -> Result<Found, NoParts> {
        number(value.into(), value)
    }

    fn serialize_f64(self, value: f64) -> Result<Found, NoParts> {
        number(value, value)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Found, NoParts> {
        Ok(Found::Parts(vec![Part::new(bytes.to_vec(), Some(OCTETS))]))
    }

    fn serialize_none(self) -> Result<Found, NoParts> {
        Ok(Found::Parts(Vec::new()))
    }

    fn serialize_unit(self) -> Result<Found, NoParts> {
        Ok(Found::Parts(Vec::new()))
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Found, NoParts> {
        Ok(Found::Parts(Vec::new()))
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<Found, NoParts> {
        text(name)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Found, NoParts> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Found, NoParts> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Found, NoParts> {
        Ok(Found::Object)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items, NoParts> {
        Ok(Items::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<Items, NoParts> {
        Ok(Items::default())
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Tuple, NoParts> {
        Ok(Tuple { is_binary: name == NAME, fields: Vec::new() })
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NoParts> {
        Err(NoParts::custom("a value that no part can hold"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NoParts> {
        Err(NoParts::custom("a value that no part can hold"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Ignored, NoParts> {
        Ok(Ignored)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Ignored, NoParts> {
        Ok(Ignored)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

impl SerializeSeq for Items {
    type Ok = Found;
    type Error = NoParts;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoParts> {
        self.0.extend(parts_of(value, false)?);
        Ok(())
    }

    fn end(self) -> Result<Found, NoParts> {
        Ok(Found::List(self.0))
    }
}

impl SerializeTuple for Items {
    type Ok = Found;
    type Error = NoParts;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoParts> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Found, NoParts> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleStruct for Tuple {
    type Ok = Found;
    type Error = NoParts;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoParts> {
        if self.is_binary {
            self.fields.push(parts_of(value, false)?.into_iter().next());
        }
        Ok(())
    }

    fn end(self) -> Result<Found, NoParts> {
        let mut fields = self.fields.into_iter();
        let Some(Some(mut part)) = fields.next() else { return Ok(Found::Object) };
        let mut text = || {
            let bytes = fields.next().flatten()?.bytes;
            String::from_utf8(bytes).ok()
        };
        part.file_name = text();
        part.media_type = text();
        part.stream = text().and_then(|number| number.parse().ok());
        Ok(Found::Parts(vec![part]))
    }
}

impl SerializeMap for Ignored {
    type Ok = Found;
    type Error = NoParts;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), NoParts> {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), NoParts> {
        Ok(())
    }

    fn end(self) -> Result<Found, NoParts> {
        Ok(Found::Object)
    }
}

impl SerializeStruct for Ignored {
    type Ok = Found;
    type Error = NoParts;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, _: &T) -> Result<(), NoParts> {
        Ok(())
    }

    fn end(self) -> Result<Found, NoParts> {
        Ok(Found::Object)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Binary;

    #[derive(Serialize)]
    struct Inner {
        a: i64,
    }

    #[derive(Serialize)]
    struct Upload {
        name: String,
        file: Binary,
        more: Vec<Binary>,
        inner: Inner,
        none: Option<i64>,
        ratio: f64,
        #[serde(flatten)]
        other: BTreeMap<String, serde_json::Value>,
    }

    fn upload(ratio: f64) -> Upload {
        Upload {
            name: "é\"".to_owned(),
            file: Binary::from(&[0, 0xff, b'\r'][..]).with_file_name("a\"b.png").with_media_type("image/png"),
            more: vec![Binary::from("x"), Binary::from("y")],
            inner: Inner { a: 1 },
            none: None,
            ratio,
            other: BTreeMap::from([("k\"".to_owned(), true.into())]),
        }
    }

    #[test]
    fn members_are_parts() {
        let types = [("more", "text/csv"), ("name", "text/plain"), ("list", "application/json; charset=utf-8")];
        let mut upload = upload(0.5);
        upload.other.insert("list".to_owned(), serde_json::json!([{"a": 1}, 2]));
        upload.other.insert("several".to_owned(), serde_json::json!([{"a": 1}, 2]));
        let body = body(&upload, &types, "B").unwrap();
        let body = body.as_bytes().unwrap();
        let part = |head: &str, bytes: &[u8]| {
            let mut part = format!("--B\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes();
            part.extend(bytes);
            part.extend(b"\r\n");
            part
        };
        let expected = [
            part("name=\"name\"\r\nContent-Type: text/plain", "é\"".as_bytes()),
            part("name=\"file\"; filename=\"a%22b.png\"\r\nContent-Type: image/png", &[0, 0xff, b'\r']),
            part("name=\"more\"; filename=\"more\"\r\nContent-Type: text/csv", b"x"),
            part("name=\"more\"; filename=\"more\"\r\nContent-Type: text/csv", b"y"),
            part("name=\"inner\"\r\nContent-Type: application/json", b"{\"a\":1}"),
            part("name=\"ratio\"", b"0.5"),
            part("name=\"k%22\"", b"true"),
            part("name=\"list\"\r\nContent-Type: application/json; charset=utf-8", b"[{\"a\":1},2]"),
            part("name=\"several\"\r\nContent-Type: application/json", b"{\"a\":1}"),
            part("name=\"several\"", b"2"),
            b"--B--\r\n".to_vec(),
        ];
        assert_eq!(String::from_utf8_lossy(body), String::from_utf8_lossy(&expected.concat()));
        assert_eq!(*body, expected.concat());
    }

    #[test]
    fn what_has_no_parts_is_refused() {
        assert!(body(&upload(f64::NAN), &[], "B").err().unwrap().to_string().contains("`body.ratio`"));
        assert!(body(&1, &[], "B").err().unwrap().to_string().contains("no object"));
        let split = Binary::from("x").with_media_type("a/b\r\nX: y");
        assert!(body(&BTreeMap::from([("a", split)]), &[], "B").is_err());
    }
}
