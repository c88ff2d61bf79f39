//! Bytes that are a part of a request or a response.
//!
//! A part of a multipart body contains them unencoded. In JSON they are a string, and bytes that are not UTF-8 are refused
//! before the request is sent. In the arguments of a call that is chosen at run time they may be an object with the bytes
//! in base64, because such a call has no other representation of a file.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::path::Path;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::ser::{Error as _, SerializeTupleStruct as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::content::{Content, StreamSource};
use crate::file_body::FileBody;
use crate::transport::RequestBody;
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
    /// The streams of the parts that this thread serializes: only within [`with_streams`]. A serializer knows values only.
    static STREAMS: RefCell<Option<Vec<StreamSource>>> = const { RefCell::new(None) };
}

/// Serializes parts. Returns the streams among them, too, in the order of the numbers that were serialized for them.
pub(crate) fn with_streams<T>(serialize: impl FnOnce() -> T) -> (T, Vec<StreamSource>) {
    let before = STREAMS.replace(Some(Vec::new()));
    let result = serialize();
    (result, STREAMS.replace(before).unwrap_or_default())
}

/// The number of a stream among those of the parts that are serialized.
fn number_of_stream(source: &StreamSource) -> Option<usize> {
    STREAMS.with_borrow_mut(|streams| {
        let streams = streams.as_mut()?;
        streams.push(source.clone());
        Some(streams.len() - 1)
    })
}

/// Reads and writes each [`Binary`] as a string or, with its file name and media type, as an object.
pub(crate) fn as_arguments<T>(convert: impl FnOnce() -> T) -> T {
    with_flag(&IS_ARGUMENT, convert)
}

/// Bytes of a request or a response, with the name and the media type that a part of a multipart body has.
///
/// In a request they can be a stream, which is opened when it is sent, and again for each further attempt: a
/// [file](Self::from_file), or [any other](Self::from_stream). Sending it counts as a part of the attempt, so larger content
/// needs a longer [`attempt_timeout`](crate::ClientBuilder::attempt_timeout) and
/// [`timeout`](crate::ClientBuilder::timeout).
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Binary {
    /// Empty for a stream.
    bytes: Vec<u8>,
    stream: Option<StreamSource>,
    file_name: Option<String>,
    media_type: Option<String>,
}

impl Binary {
    /// The content of a file, which is read while it is sent, in flat memory. The part has the name of the file. It is sent
    /// as long as it is now: what is appended later is not sent, and a file that became shorter is an error of the call.
    ///
    /// # Errors
    /// There is no such file, or it is none: a folder, a pipe or a device.
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a folder, a pipe or a device"));
        }
        let (owned, length) = (path.to_owned(), metadata.len());
        let open = move || RequestBody::stream(FileBody::at(owned.clone(), length));
        let file_name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        Ok(Self { stream: Some(StreamSource::new(Some(length), open)), file_name, ..Self::default() })
    }

    /// A stream. `open` returns it from its beginning, each time that it is sent. Without its length the request is sent in
    /// chunks (`Transfer-Encoding`), which not every service accepts. A stream of another length is an error of the call.
    ///
    /// ```
    /// use flighthub2_runtime::Binary;
    /// use flighthub2_runtime::transport::{Bytes, RequestBody};
    ///
    /// let content = Binary::from_stream(5, || RequestBody::from(Bytes::from("12345")));
    /// ```
    pub fn from_stream(length: impl Into<Option<u64>>, open: impl Fn() -> RequestBody + Send + Sync + 'static) -> Self {
        Self { stream: Some(StreamSource::new(length.into(), open)), ..Self::default() }
    }

    /// The bytes; `None` if it is a stream.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        self.stream.is_none().then_some(&*self.bytes)
    }

    /// The bytes.
    ///
    /// # Errors
    /// It is a stream, which is returned.
    pub fn into_bytes(self) -> Result<Vec<u8>, Self> {
        if self.stream.is_none() { Ok(self.bytes) } else { Err(self) }
    }

    pub(crate) fn content(&self) -> Content {
        match &self.stream {
            Some(source) => Content::Stream(source.clone()),
            None => Content::Bytes(self.bytes.clone().into()),
        }
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

impl<const N: usize> From<[u8; N]> for Binary {
    fn from(bytes: [u8; N]) -> Self {
        bytes.to_vec().into()
    }
}

impl<const N: usize> From<&[u8; N]> for Binary {
    fn from(bytes: &[u8; N]) -> Self {
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

/// The types of bodies of bytes. Sealed: the trait cannot be named outside of this crate.
pub trait Body: From<Vec<u8>> {
    #[doc(hidden)]
    fn bytes<E: serde::ser::Error>(&self) -> Result<&[u8], E>;
}

impl Body for Vec<u8> {
    fn bytes<E: serde::ser::Error>(&self) -> Result<&[u8], E> {
        Ok(self)
    }
}

impl Body for Binary {
    fn bytes<E: serde::ser::Error>(&self) -> Result<&[u8], E> {
        self.as_bytes().ok_or_else(|| E::custom("a stream has no JSON"))
    }
}

/// Omits the bytes, which are the caller's data.
impl fmt::Debug for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.stream {
            Some(source) => write!(f, "Binary({source:?})"),
            None => write!(f, "Binary({} bytes)", self.bytes.len()),
        }
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
            if self.stream.is_some() {
                return Err(S::Error::custom("a stream, which can only be a body or a part of a multipart body"));
            }
            let text = std::str::from_utf8(&self.bytes);
            let is_text = text.is_ok() && self.file_name.is_none() && self.media_type.is_none();
            if IS_ARGUMENT.get() && !is_text {
                let (file_name, media_type) = (self.file_name.clone(), self.media_type.clone());
                return File { base64: self.bytes.as_slice().into(), file_name, media_type }.serialize(serializer);
            }
            return serializer.serialize_str(text.map_err(|_| S::Error::custom("bytes that are no UTF-8"))?);
        }
        let stream = self.stream.as_ref().and_then(number_of_stream);
        if self.stream.is_some() && stream.is_none() {
            return Err(S::Error::custom("a stream outside of a multipart body"));
        }
        let mut parts = serializer.serialize_tuple_struct(NAME, 4)?;
        parts.serialize_field(&Bytes(&self.bytes))?;
        parts.serialize_field(&self.file_name)?;
        parts.serialize_field(&self.media_type)?;
        parts.serialize_field(&stream)?;
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
        Ok(Binary { bytes: base64.into_bytes(), stream: None, file_name, media_type })
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
