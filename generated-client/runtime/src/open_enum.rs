//! The common code of open enumerations, open unions and identifiers.

use std::fmt;

/// A value that this version of the client does not know, unchanged.
///
/// It has no public constructor: a value that is known cannot be written as an unknown one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unknown<T>(T);

impl<T> Unknown<T> {
    /// The value.
    pub fn get(&self) -> &T {
        &self.0
    }

    #[doc(hidden)]
    pub fn __new(value: T) -> Self {
        Self(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Unknown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A value that JSON cannot hold: a number in it is not finite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerializeError {
    place: String,
}

impl fmt::Display for SerializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` holds a number that is not finite", self.place)
    }
}

impl std::error::Error for SerializeError {}

/// Used by the expansion of the macros below. Not for callers.
#[doc(hidden)]
pub mod private {
    use std::borrow::Cow;
    use std::fmt;
    use std::marker::PhantomData;

    pub use serde;
    use serde::de::{Deserializer, MapAccess, Visitor};
    pub use serde_json;

    /// Reads an object from an object only. The derived implementation of serde accepts a list, too, and an empty list would
    /// become an object without members.
    pub struct ObjectOnly<D>(pub D);

    impl<'de, D: Deserializer<'de>> Deserializer<'de> for ObjectOnly<D> {
        type Error = D::Error;

        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.deserialize_map(Members(visitor))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            name: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, D::Error> {
            self.0.deserialize_struct(name, fields, Members(visitor))
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    struct Members<V>(V);

    impl<'de, V: Visitor<'de>> Visitor<'de> for Members<V> {
        type Value = V::Value;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
            self.0.visit_map(members)
        }
    }

    pub use crate::lenient::{Lenient, lenient};
    pub use crate::response::{from_json_str, variant};

    /// A value as JSON.
    pub fn to_json<T: serde::Serialize + ?Sized>(value: &T) -> Result<serde_json::Value, super::SerializeError> {
        written(value, serde_json::to_value(value))
    }

    /// A value as a string of JSON.
    pub fn to_json_string<T: serde::Serialize>(value: &T) -> Result<String, super::SerializeError> {
        written(value, serde_json::to_string(value))
    }

    /// The written value, unless a number in it is not finite.
    fn written<T: serde::Serialize + ?Sized, W>(
        value: &T,
        written: Result<W, serde_json::Error>,
    ) -> Result<W, super::SerializeError> {
        match (crate::non_finite::unwritable(value), written) {
            (None, Ok(written)) => Ok(written),
            (Some(place), _) => Err(super::SerializeError { place }),
            (None, Err(error)) => Err(super::SerializeError { place: error.to_string() }),
        }
    }

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
}

/// Reads and writes an object with the implementations that serde derived for it.
#[doc(hidden)]
#[macro_export]
macro_rules! __object {
    (@written $name:ident) => {
        impl $crate::codegen::private::serde::Serialize for $name {
            fn serialize<S: $crate::codegen::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }
    };
    // Members that do not match their types are kept in the field `$other`.
    ($name:ident, lenient $other:ident) => {
        $crate::__object!(@written $name);
        impl $crate::codegen::private::Lenient for $name {
            fn read<'de, D: $crate::codegen::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }

            fn others(&mut self) -> &mut $crate::codegen::JsonObject {
                &mut self.$other
            }
        }
        impl<'de> $crate::codegen::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codegen::private::lenient(deserializer)
            }
        }
    };
    ($name:ident) => {
        $crate::__object!(@written $name);
        impl<'de> $crate::codegen::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                Self::deserialize($crate::codegen::private::ObjectOnly(deserializer))
            }
        }
    };
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

/// Conversions of an enumeration of integers.
#[doc(hidden)]
#[macro_export]
macro_rules! __integer_enum {
    ($name:ident { $($number:literal => $variant:ident),* $(,)? }) => {
        impl $name {
            /// The values that this version knows, as they are sent.
            pub const VALUES: &'static [i64] = &[$($number),*];

            /// The value as it is sent.
            #[must_use]
            pub fn value(self) -> i64 {
                match self {
                    $(Self::$variant => $number,)*
                    Self::Unknown(value) => *value.get(),
                }
            }
        }
        impl ::core::convert::From<i64> for $name {
            fn from(number: i64) -> Self {
                match number {
                    $($number => Self::$variant,)*
                    other => Self::Unknown($crate::codegen::Unknown::__new(other)),
                }
            }
        }
        $crate::__integer_value!($name: i64, value);
    };
}

/// Conversions of an identifier that is an integer.
#[doc(hidden)]
#[macro_export]
macro_rules! __integer_newtype {
    ($name:ident: $inner:ident) => {
        impl $name {
            /// The number.
            #[must_use]
            pub fn get(self) -> $inner {
                self.0
            }
        }
        impl ::core::convert::From<$inner> for $name {
            fn from(number: $inner) -> Self {
                Self(number)
            }
        }
        impl ::core::convert::From<&$name> for $name {
            fn from(value: &$name) -> Self {
                *value
            }
        }
        $crate::__integer_value!($name: $inner, get);
    };
}

/// Implementations of every value that is an integer.
#[doc(hidden)]
#[macro_export]
macro_rules! __integer_value {
    ($name:ident: $inner:ident, $get:ident) => {
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.$get(), f)
            }
        }
        impl ::core::str::FromStr for $name {
            type Err = ::core::num::ParseIntError;

            fn from_str(text: &str) -> ::core::result::Result<Self, ::core::num::ParseIntError> {
                text.parse::<$inner>().map(Self::from)
            }
        }
        impl ::core::convert::From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.$get()
            }
        }
        impl $crate::codegen::ParameterValue for $name {
            fn text(&self) -> ::std::borrow::Cow<'_, str> {
                ::std::borrow::Cow::Owned(::std::string::ToString::to_string(&self.$get()))
            }
        }
        impl $crate::codegen::private::serde::Serialize for $name {
            fn serialize<S: $crate::codegen::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::codegen::private::serde::Serialize::serialize(&self.$get(), serializer)
            }
        }
        impl<'de> $crate::codegen::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                <$inner as $crate::codegen::private::serde::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

/// Conversions of a union whose variants have a discriminator.
#[doc(hidden)]
#[macro_export]
macro_rules! __tagged_union {
    ($name:ident, $tag:literal { $($($value:literal)|+ => $variant:ident($ty:ty)),* $(,)? }) => {
        $crate::__union!($name { $($variant($ty)),* });
        impl<'de> $crate::codegen::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                use $crate::codegen::private::{serde, serde_json};
                let value = <serde_json::Value as serde::Deserialize>::deserialize(deserializer)?;
                let tag = match value.get($tag).and_then(serde_json::Value::as_str) {
                    ::core::option::Option::Some(tag) => tag,
                    ::core::option::Option::None => {
                        return ::core::result::Result::Err(<D::Error as serde::de::Error>::missing_field($tag));
                    }
                };
                match tag {
                    $($($value)|+ => match serde_json::from_value(value) {
                        ::core::result::Result::Ok(form) => ::core::result::Result::Ok(Self::$variant(form)),
                        ::core::result::Result::Err(error) => {
                            ::core::result::Result::Err(<D::Error as serde::de::Error>::custom(error))
                        }
                    },)*
                    _ => ::core::result::Result::Ok(Self::Unknown($crate::codegen::Unknown::__new(value))),
                }
            }
        }
    };
}

/// Conversions of a union whose variants are discriminated by their required properties.
#[doc(hidden)]
#[macro_export]
macro_rules! __untagged_union {
    ($name:ident { $($variant:ident($ty:ty)),* $(,)? }) => {
        $crate::__union!($name { $($variant($ty)),* });
        impl<'de> $crate::codegen::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                use $crate::codegen::private::{serde, serde_json};
                let value = <serde_json::Value as serde::Deserialize>::deserialize(deserializer)?;
                $(
                    if let ::core::result::Result::Ok(form) = <$ty as serde::Deserialize>::deserialize(&value) {
                        return ::core::result::Result::Ok(Self::$variant(form));
                    }
                )*
                ::core::result::Result::Ok(Self::Unknown($crate::codegen::Unknown::__new(value)))
            }
        }
    };
}

/// How content of several media types is read, and what it is. Each variant has the method of a body that reads it, and the
/// method that returns its content.
#[doc(hidden)]
#[macro_export]
macro_rules! __content {
    ($name:ident { $($($media_type:literal)|+ => $variant:ident($ty:ty) $read:ident $into:ident),* $(,)? }) => {
        impl $name {
            fn read(
                body: $crate::codegen::ResponseBody<'_>,
            ) -> ::core::result::Result<Self, $crate::codegen::ReadError> {
                type Read = fn($crate::codegen::ResponseBody<'_>) -> ::core::result::Result<$name, $crate::codegen::ReadError>;
                const VARIANTS: &[(&[&str], Read)] = &[$((&[$($media_type),+], |body| body.$read().map($name::$variant))),*];
                (body.by_media_type(VARIANTS)?)(body)
            }
            $(
                #[doc = concat!("The content, if it is `", stringify!($variant), "`.")]
                pub fn $into(self) -> ::core::option::Option<$ty> {
                    match self {
                        Self::$variant(content) => ::core::option::Option::Some(content),
                        #[allow(unreachable_patterns)]
                        _ => ::core::option::Option::None,
                    }
                }
            )*
        }
    };
}

/// A value of an opaque union, which is kept as JSON.
#[doc(hidden)]
#[macro_export]
macro_rules! __choice {
    ($name:ident) => {
        impl $name {
            /// The value as it came.
            #[must_use]
            pub fn json(&self) -> &$crate::codegen::JsonValue {
                &self.0
            }
        }
        impl ::core::convert::From<$crate::codegen::JsonValue> for $name {
            fn from(value: $crate::codegen::JsonValue) -> Self {
                Self(value)
            }
        }
        impl $crate::codegen::private::serde::Serialize for $name {
            fn serialize<S: $crate::codegen::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::codegen::private::serde::Serialize::serialize(&self.0, serializer)
            }
        }
        impl<'de> $crate::codegen::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codegen::private::serde::Deserialize::deserialize(deserializer).map(Self)
            }
        }
    };
}

/// Implementations of every union.
#[doc(hidden)]
#[macro_export]
macro_rules! __union {
    ($name:ident { $($variant:ident($ty:ty)),* $(,)? }) => {
        impl $crate::codegen::private::serde::Serialize for $name {
            fn serialize<S: $crate::codegen::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(form) => {
                        $crate::codegen::private::serde::Serialize::serialize(form, serializer)
                    })*
                    Self::Unknown(value) => {
                        $crate::codegen::private::serde::Serialize::serialize(value.get(), serializer)
                    }
                }
            }
        }
    };
}

/// Conversions of variants into their union: of each type that only one variant has.
#[doc(hidden)]
#[macro_export]
macro_rules! __from_variants {
    ($name:ident { $($variant:ident($ty:ty)),* $(,)? }) => {
        $(
            impl ::core::convert::From<$ty> for $name {
                fn from(variant: $ty) -> Self {
                    Self::$variant(variant)
                }
            }
        )*
    };
}
