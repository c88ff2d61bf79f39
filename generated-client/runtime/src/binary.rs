//! Bytes that are a part of a request or a response.
//!
//! A part of a multipart body contains them unencoded. In JSON they are a string, and bytes that are not UTF-8 are refused
//! before the request is sent. In the arguments of a call that is chosen at run time they may be an object with the bytes
//! in base64, because such a call has no other representation of a file.

use std::cell::Cell;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::ser::{Error as _, SerializeTupleStruct as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::values::{Base64, with_flag};

/// The name by which the serializer of parts recognises a [`Binary`].
pub(crate) const NAME: &str = "$flighthub2::Binary";

/// A [`Binary`] among the arguments of a call with JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    base64: Base64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
}

thread_local! {
    /// Whether this thread converts arguments of a call with JSON: only within [`as_arguments`].
    static IS_ARGUMENT: Cell<bool> = const { Cell::new(false) };
}

/// Reads and writes each [`Binary`] as a string or, with its file name and media type, as an object.
pub(crate) fn as_arguments<T>(convert: impl FnOnce() -> T) -> T {
    with_flag(&IS_ARGUMENT, convert)
}

/// Bytes, with the name and the media type that a part of a multipart body has.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Binary {
    bytes: Vec<u8>,
    file_name: Option<String>,
    media_type: Option<String>,
}

impl Binary {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The media type, if it is set.
    pub(crate) fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// Sets the name of the file, for a part of a multipart body.
    #[must_use]
    pub fn with_file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the media type, for a part of a multipart body, and for a body of any media type. Defaults to the media type
    /// that the document names, or to `application/octet-stream`.
    #[must_use]
    pub fn with_media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }
}

impl From<Vec<u8>> for Binary {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, ..Self::default() }
    }
}

impl From<&[u8]> for Binary {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl From<String> for Binary {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&str> for Binary {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

/// Omits the bytes, which are the caller's data.
impl fmt::Debug for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Binary({} bytes)", self.bytes.len())
    }
}

/// Bytes for a serializer.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            let text = std::str::from_utf8(&self.bytes);
            let is_text = text.is_ok() && self.file_name.is_none() && self.media_type.is_none();
            if IS_ARGUMENT.get() && !is_text {
                let (file_name, media_type) = (self.file_name.clone(), self.media_type.clone());
                return File { base64: self.as_bytes().into(), file_name, media_type }.serialize(serializer);
            }
            return serializer.serialize_str(text.map_err(|_| S::Error::custom("bytes that are no UTF-8"))?);
        }
        let mut parts = serializer.serialize_tuple_struct(NAME, 3)?;
        parts.serialize_field(&Bytes(&self.bytes))?;
        parts.serialize_field(&self.file_name)?;
        parts.serialize_field(&self.media_type)?;
        parts.end()
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if IS_ARGUMENT.get() {
            deserializer.deserialize_any(Argument)
        } else {
            String::deserialize(deserializer).map(Self::from)
        }
    }
}

/// Reads a [`Binary`] among arguments.
struct Argument;

impl<'de> Visitor<'de> for Argument {
    type Value = Binary;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, or an object with `base64`")
    }

    fn visit_str<E>(self, text: &str) -> Result<Binary, E> {
        Ok(text.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Binary, A::Error> {
        let File { base64, file_name, media_type } = File::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Binary { bytes: base64.into_bytes(), file_name, media_type })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_a_string_in_json() {
        let binary = Binary::from("é");
        assert_eq!(serde_json::to_string(&binary).unwrap(), "\"é\"");
        assert_eq!(serde_json::from_str::<Binary>("\"é\"").unwrap(), binary);
        let error = serde_json::to_string(&Binary::from(&[0xff][..])).unwrap_err();
        assert!(error.to_string().contains("no UTF-8"), "{error}");
        assert_eq!(format!("{binary:?}"), "Binary(2 bytes)");
    }

    #[test]
    fn bytes_of_arguments_are_a_string_or_a_file() {
        let file = r#"{"base64":"/w==","fileName":"a.bin"}"#;
        assert!(serde_json::from_str::<Binary>(file).is_err(), "a response has no files");
        let (binary, written) = as_arguments(|| {
            let binary: Binary = serde_json::from_str(file).unwrap();
            (binary.clone(), serde_json::to_string(&binary).unwrap())
        });
        assert_eq!((binary, written.as_str()), (Binary::from(&[0xff][..]).with_file_name("a.bin"), file));
        let read =
            |text: &str| as_arguments(|| serde_json::from_str::<Binary>(text).map_err(|error| error.to_string()));
        assert_eq!(read("\"a\""), Ok("a".into()));
        assert!(read("5").unwrap_err().contains("a string, or an object with `base64`"));
        assert!(read(r#"{"base64":"","name":"a"}"#).unwrap_err().contains("unknown field"));
        assert_eq!(as_arguments(|| serde_json::to_string(&Binary::from("a")).unwrap()), "\"a\"");
    }
}
