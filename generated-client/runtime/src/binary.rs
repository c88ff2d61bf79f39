//! Bytes that are a part of a request or a response.
//!
//! A part of a multipart body carries them as they are. JSON has no bytes: there they are a string, and what is no UTF-8
//! is refused before the request is sent.

use std::fmt;

use serde::de::Error as _;
use serde::ser::{Error as _, SerializeTupleStruct as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How a [`Binary`] announces itself to the serializer of parts.
pub(crate) const NAME: &str = "$flighthub2::Binary";

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

    /// Sets the name of the file, for a part of a multipart body.
    #[must_use]
    pub fn with_file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the media type, for a part of a multipart body. Otherwise it is the one that the document names, or
    /// `application/octet-stream`.
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
        String::deserialize(deserializer).map(Self::from).map_err(D::Error::custom)
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
}
