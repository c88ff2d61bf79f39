//! Code of objects.
//!
//! In: a struct for which serde has derived inherent functions (`#[serde(remote = "Self")]`). Out: its implementations of
//! `Serialize` and `Deserialize`, which read an object only. This module does not know the members: what is done with one
//! that does not match its type is in [`crate::lenient`].

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};

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
