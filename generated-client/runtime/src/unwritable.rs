//! Finds what JSON cannot express.
//!
//! In: a value to send. Out: the path of the first NaN or infinity in it, or of bytes that are no string. `serde_json` would
//! write null for such a number, and a wrong coordinate would become a missing one.

use std::fmt;

use serde::Serialize;
use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// A place of a value that JSON cannot express, and what is there.
#[derive(Debug, PartialEq)]
pub(crate) struct Unwritable {
    /// Such as `geometry.coordinates[1]`. If the path leads through an optional value, it ends there:
    /// `serde_path_to_error` does not look into it.
    pub(crate) path: String,
    /// "a number that is not finite".
    pub(crate) what: String,
}

pub(crate) fn unwritable<T: Serialize + ?Sized>(value: &T) -> Option<Unwritable> {
    let mut track = serde_path_to_error::Track::new();
    let found = value.serialize(serde_path_to_error::Serializer::new(Looking, &mut track)).err()?;
    Some(Unwritable { path: track.path().to_string(), what: found.0 })
}

/// What JSON cannot express.
#[derive(Debug)]
struct Found(String);

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Found {}

impl serde::ser::Error for Found {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self(what.to_string())
    }
}

struct Looking;

type Seen = Result<(), Found>;

fn number(finite: bool) -> Seen {
    if finite { Ok(()) } else { Err(Found::custom("a number that is not finite")) }
}

/// Scalar values.
macro_rules! plain {
    ($($method:ident($($argument:ty),*);)+) => {
        $(fn $method(self, $(_: $argument),*) -> Seen { Ok(()) })+
    };
}

/// Values that contain other values.
macro_rules! compound {
    ($($method:ident($($argument:ty),*);)+) => {
        $(fn $method(self, $(_: $argument),*) -> Result<Self, Found> { Ok(self) })+
    };
}

impl Serializer for Looking {
    type Ok = ();
    type Error = Found;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn serialize_f32(self, value: f32) -> Seen {
        number(value.is_finite())
    }

    fn serialize_f64(self, value: f64) -> Seen {
        number(value.is_finite())
    }

    plain! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Seen {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Seen {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Seen {
        value.serialize(self)
    }

    compound! {
        serialize_seq(Option<usize>);
        serialize_tuple(usize);
        serialize_tuple_struct(&'static str, usize);
        serialize_tuple_variant(&'static str, u32, &'static str, usize);
        serialize_map(Option<usize>);
        serialize_struct(&'static str, usize);
        serialize_struct_variant(&'static str, u32, &'static str, usize);
    }
}

macro_rules! within {
    ($($name:ident: $($method:ident($($argument:ty),*)),+;)+) => {
        $(impl $name for Looking {
            type Ok = ();
            type Error = Found;

            $(fn $method<T: Serialize + ?Sized>(&mut self, $(_: $argument,)* value: &T) -> Seen {
                value.serialize(Looking)
            })+

            fn end(self) -> Seen {
                Ok(())
            }
        })+
    };
}

within! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeMap: serialize_key(), serialize_value();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Serialize)]
    struct Place {
        name: Option<&'static str>,
        points: Vec<(f64, f32)>,
        more: BTreeMap<&'static str, f64>,
    }

    fn place(point: (f64, f32), more: f64) -> Place {
        Place { name: None, points: vec![(1.0, 2.0), point], more: BTreeMap::from([("height", more)]) }
    }

    #[test]
    fn a_number_that_is_none_is_found() {
        assert_eq!(unwritable(&place((3.0, f32::MIN), f64::MAX)), None);
        let number = |path: &str| Some(Unwritable { path: path.into(), what: "a number that is not finite".into() });
        assert_eq!(unwritable(&place((f64::NAN, 0.0), 0.0)), number("points[1][0]"));
        assert_eq!(unwritable(&place((0.0, f32::INFINITY), 0.0)), number("points[1][1]"));
        assert_eq!(unwritable(&place((0.0, 0.0), f64::NEG_INFINITY)), number("more.height"));
        let bytes = Some(Unwritable { path: "[1]".into(), what: "bytes that are no UTF-8".into() });
        assert_eq!(unwritable(&["a".into(), crate::Binary::from([0xff])]), bytes);
    }
}
