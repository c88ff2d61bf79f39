//! Code of enumerations and identifiers that are strings.
//!
//! In: an enumeration with the values of its variants, or a struct with one string. Out: conversions, `Display`,
//! `Serialize` and `Deserialize`. A number that means one of the strings is read as well. This module does not know where
//! the values are used: in a body, a parameter or a header.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Visitor};

struct Text<F, T>(F, PhantomData<T>);

impl<F: FnOnce(Cow<'_, str>) -> T, T> Visitor<'_> for Text<F, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(Cow::Borrowed(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<T, E> {
        Ok((self.0)(Cow::Owned(text)))
    }
}

struct TextOrNumber<F, N, T>(F, N, PhantomData<T>);

impl<F: FnOnce(Cow<'_, str>) -> T, N: FnOnce(i64) -> T, T> Visitor<'_> for TextOrNumber<F, N, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an integer")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(Cow::Borrowed(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<T, E> {
        Ok((self.0)(Cow::Owned(text)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<T, E> {
        Ok((self.1)(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(match i64::try_from(number) {
            Ok(number) => (self.1)(number),
            Err(_) => (self.0)(Cow::Owned(number.to_string())),
        })
    }
}

/// Reads a string, or a number that is equivalent to one.
pub fn read_text_or_number<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    text: impl FnOnce(Cow<'_, str>) -> T,
    number: impl FnOnce(i64) -> T,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(TextOrNumber(text, number, PhantomData))
}

/// Reads a string without a copy where the format allows it.
pub fn read_text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    make: impl FnOnce(Cow<'_, str>) -> T,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(Text(make, PhantomData))
}

/// Conversions of an enumeration of strings.
#[doc(hidden)]
#[macro_export]
macro_rules! __text_enum {
    ($name:ident { $($text:literal => $variant:ident),* $(,)? }) => {
        $crate::__text_enum!(@conversions $name { $($text => $variant),* });
        $crate::__text_value!($name);
    };
    // A number can be equivalent to one of the texts.
    ($name:ident { $($text:literal => $variant:ident),* $(,)? }, numbers { $($number:literal => $of:ident),* $(,)? }) => {
        $crate::__text_enum!(@conversions $name { $($text => $variant),* });
        $crate::__text_value!(@written $name);
        impl $name {
            fn read_number(number: i64) -> Self {
                match number {
                    $($number => Self::$of,)*
                    other => Self::Unknown($crate::codegen::Unknown::__new(::std::string::ToString::to_string(&other))),
                }
            }
        }
        impl<'de> $crate::codegen::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codegen::private::read_text_or_number(deserializer, Self::read, Self::read_number)
            }
        }
    };
    (@conversions $name:ident { $($text:literal => $variant:ident),* }) => {
        impl $name {
            /// The values that this version knows, as they are sent.
            pub const VALUES: &'static [&'static str] = &[$($text),*];

            /// The value as it is sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(value) => value.get(),
                }
            }

            fn known(text: &str) -> ::core::option::Option<Self> {
                match text {
                    $($text => ::core::option::Option::Some(Self::$variant),)*
                    _ => ::core::option::Option::None,
                }
            }

            fn read(text: ::std::borrow::Cow<'_, str>) -> Self {
                Self::known(&text)
                    .unwrap_or_else(|| Self::Unknown($crate::codegen::Unknown::__new(text.into_owned())))
            }
        }
        impl ::core::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::read(::std::borrow::Cow::Borrowed(text))
            }
        }
        impl ::core::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::read(::std::borrow::Cow::Owned(text))
            }
        }
    };
}

/// Conversions of an identifier that is a string.
#[doc(hidden)]
#[macro_export]
macro_rules! __text_newtype {
    ($name:ident) => {
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns the string without copying it.
            #[must_use]
            pub fn into_string(self) -> ::std::string::String {
                self.0
            }

            fn read(text: ::std::borrow::Cow<'_, str>) -> Self {
                Self(text.into_owned())
            }
        }
        impl ::core::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(::std::borrow::ToOwned::to_owned(text))
            }
        }
        impl ::core::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self(text)
            }
        }
        impl ::core::convert::From<&$name> for $name {
            fn from(value: &$name) -> Self {
                ::core::clone::Clone::clone(value)
            }
        }
        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        // Compared and hashed as the text is.
        impl ::std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl ::core::convert::From<$name> for ::std::string::String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
        $crate::__text_value!($name);
    };
}

/// Implementations of every value that is a string.
#[doc(hidden)]
#[macro_export]
macro_rules! __text_value {
    ($name:ident) => {
        $crate::__text_value!(@written $name);
        impl<'de> $crate::codegen::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codegen::private::read_text(deserializer, Self::read)
            }
        }
    };
    (@written $name:ident) => {
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl ::core::str::FromStr for $name {
            type Err = ::core::convert::Infallible;

            fn from_str(text: &str) -> ::core::result::Result<Self, ::core::convert::Infallible> {
                ::core::result::Result::Ok(Self::read(::std::borrow::Cow::Borrowed(text)))
            }
        }
        impl $crate::codegen::ParameterValue for $name {
            fn text(&self) -> ::std::borrow::Cow<'_, str> {
                ::std::borrow::Cow::Borrowed(self.as_str())
            }
        }
        impl $crate::codegen::private::serde::Serialize for $name {
            fn serialize<S: $crate::codegen::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
