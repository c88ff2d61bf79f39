//! Objects that keep a member whose value does not match its type, so that it hides none of the others.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_path_to_error::{Segment, Track};

use crate::values::{JsonObject, JsonValue};

/// An object that keeps members that do not match their types.
pub trait Lenient: Sized {
    /// Reads the object with the derived implementation.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// The members that are not described.
    fn others(&mut self) -> &mut JsonObject;
}

/// Reads an object. A member that does not match its type is moved to the undescribed members, so that the others are
/// still read. No member of such an object is required.
pub fn lenient<'de, D: Deserializer<'de>, T: Lenient>(deserializer: D) -> Result<T, D::Error> {
    let mut members = JsonValue::Object(JsonObject::deserialize(deserializer)?);
    let mut kept = JsonObject::new();
    // Each round takes a member away, so there are at most as many as there are members.
    loop {
        let mut track = Track::new();
        let error = match T::read(serde_path_to_error::Deserializer::new(&members, &mut track)) {
            Ok(mut value) => {
                value.others().append(&mut kept);
                return Ok(value);
            }
            Err(error) => error,
        };
        let path = track.path();
        let name = match path.iter().next() {
            Some(Segment::Map { key }) => key,
            _ => return Err(D::Error::custom(error)),
        };
        let Some((name, value)) = members.as_object_mut().and_then(|members| members.remove_entry(name)) else {
            return Err(D::Error::custom(error));
        };
        kept.insert(name, value);
    }
}
