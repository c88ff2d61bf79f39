//! Code of unions.
//!
//! In: an enumeration with a variant for each schema, and how they are discriminated: by a property, by their required
//! properties, or not at all. Out: conversions, `Serialize` and `Deserialize`; a value of no variant is kept unchanged.
//! This module does not know the types of the variants, only that each can be read and written.

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
                    Self::$variant(::core::convert::Into::into(variant))
                }
            }
        )*
    };
}
