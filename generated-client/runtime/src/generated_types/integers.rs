//! Code of enumerations and identifiers that are integers.
//!
//! In: an enumeration with the values of its variants, or a struct with one integer. Out: conversions, `Display`,
//! `Serialize` and `Deserialize`. This module does not know where the values are used: in a body, a parameter or a header.

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
