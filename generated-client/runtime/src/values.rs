//! Types of values that JSON has no type for: timestamps, secrets, bytes.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;
use std::thread::LocalKey;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::generated_types::SerializeError;
use crate::request::ParameterValue;

/// Any JSON: the specification does not describe it.
pub type JsonValue = serde_json::Value;

/// Any JSON object.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;

macro_rules! unix_time {
    ($(#[$doc:meta])* $name:ident, $unit:literal, $from:path, $as:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            #[doc = concat!("A timestamp, in ", $unit, " since 1970-01-01T00:00:00Z.")]
            #[must_use]
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            #[doc = concat!("The number of ", $unit, ".")]
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }

            /// The timestamp as a type of the standard library; `None` if that cannot represent it.
            #[must_use]
            pub fn to_system_time(self) -> Option<SystemTime> {
                let distance = $from(self.0.unsigned_abs());
                if self.0 < 0 {
                    SystemTime::UNIX_EPOCH.checked_sub(distance)
                } else {
                    SystemTime::UNIX_EPOCH.checked_add(distance)
                }
            }

            #[doc = concat!("A timestamp of the standard library, truncated to whole ", $unit, "; `None` if it does not fit.")]
            #[must_use]
            pub fn from_system_time(time: SystemTime) -> Option<Self> {
                match time.duration_since(SystemTime::UNIX_EPOCH) {
                    Ok(after) => i64::try_from(after.$as()).ok().map(Self),
                    Err(before) => i64::try_from(before.duration().$as()).ok().map(|number| Self(-number)),
                }
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                Self(number)
            }
        }

        impl From<$name> for i64 {
            fn from(time: $name) -> Self {
                time.0
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            fn from_str(number: &str) -> Result<Self, Self::Err> {
                number.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl ParameterValue for $name {
            fn text(&self) -> Cow<'_, str> {
                Cow::Owned(self.0.to_string())
            }
        }
    };
}

unix_time!(
    /// A timestamp in unix seconds.
    UnixSeconds, "seconds", Duration::from_secs, as_secs
);
unix_time!(
    /// A timestamp in unix milliseconds.
    UnixMillis, "milliseconds", Duration::from_millis, as_millis
);

/// A string that must not be shown: a password, a key, a signed address. `Debug` masks it; it is serialized unchanged,
/// because it has to be sent.
#[derive(Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(SecretString::from(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if MASKS_SECRETS.get() { "***" } else { self.expose() })
    }
}

/// An integer that must not be shown: a part of a key, a PIN. `Debug` masks it; it is serialized unchanged, because it has to
/// be sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretInteger(i64);

impl SecretInteger {
    /// The number.
    #[must_use]
    pub fn expose(&self) -> i64 {
        self.0
    }
}

impl From<i64> for SecretInteger {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl fmt::Debug for SecretInteger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretInteger(***)")
    }
}

impl Serialize for SecretInteger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if MASKS_SECRETS.get() { serializer.serialize_str("***") } else { serializer.serialize_i64(self.0) }
    }
}

impl<'de> Deserialize<'de> for SecretInteger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self)
    }
}

thread_local! {
    /// Whether this thread serializes secrets as `***`: only within [`mask_secrets`].
    static MASKS_SECRETS: Cell<bool> = const { Cell::new(false) };
}

/// Serializes with `***` in the place of every [`Secret`] and [`SecretInteger`].
pub(crate) fn mask_secrets<T>(serialize: impl FnOnce() -> T) -> T {
    with_flag(&MASKS_SECRETS, serialize)
}

/// Runs a conversion while a flag of this thread is set.
pub(crate) fn with_flag<T>(flag: &'static LocalKey<Cell<bool>>, convert: impl FnOnce() -> T) -> T {
    /// Restores the previous value when dropped, even if a caller's type panics.
    struct Restore(&'static LocalKey<Cell<bool>>, bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }
    let _restore = Restore(flag, flag.replace(true));
    convert()
}

/// A value as JSON, with `***` in the place of every [`Secret`] and [`SecretInteger`]: for output that is shown or logged.
///
/// # Errors
/// It holds a number that is not finite, which JSON cannot express.
pub fn masked<T: Serialize + ?Sized>(value: &T) -> Result<JsonValue, SerializeError> {
    mask_secrets(|| crate::generated_types::private::to_json(value))
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// Bytes that travel as base64 (the standard alphabet, with padding).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Base64(Vec<u8>);

impl Base64 {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl From<Vec<u8>> for Base64 {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Base64 {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(|_| D::Error::custom("this is not base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_reach_the_standard_library_and_come_back() {
        for number in [0, 1, -1, 1_745_214_300, -62_135_596_800] {
            let seconds = UnixSeconds::new(number);
            assert_eq!(seconds.to_system_time().and_then(UnixSeconds::from_system_time), Some(seconds));
            let millis = UnixMillis::new(number);
            assert_eq!(millis.to_system_time().and_then(UnixMillis::from_system_time), Some(millis));
        }
        assert_eq!(UnixSeconds::new(i64::MIN).to_system_time().and_then(UnixSeconds::from_system_time), None);
    }

    #[test]
    fn secrets_are_sent_and_not_printed() {
        let secret = Secret::from("very-secret");
        assert_eq!(format!("{secret:?}"), "Secret(***)");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"very-secret\"");
        assert_eq!(masked(&vec![secret.clone()]).unwrap(), serde_json::json!(["***"]));
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"very-secret\"");
    }

    #[test]
    fn secret_integers_are_sent_and_not_printed() {
        let secret = SecretInteger::from(4711);
        assert_eq!(format!("{secret:?}"), "SecretInteger(***)");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "4711");
        assert_eq!(masked(&vec![secret.clone()]).unwrap(), serde_json::json!(["***"]));
        assert_eq!(serde_json::from_str::<SecretInteger>("4711").unwrap(), secret);
        assert!(serde_json::from_str::<SecretInteger>("\"4711\"").is_err());
    }

    #[test]
    fn bytes_travel_as_base64() {
        let bytes = Base64::from(&b"\x00\xff"[..]);
        let text = serde_json::to_string(&bytes).unwrap();
        assert_eq!(text, "\"AP8=\"");
        assert_eq!(serde_json::from_str::<Base64>(&text).unwrap(), bytes);
        assert!(serde_json::from_str::<Base64>("\"?\"").is_err());
    }
}
