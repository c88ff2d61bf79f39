//! Values that are untyped (any JSON) in the generated client, and the reasons.
//!
//! In: a reason. Out: its text. This module does not know where such values are.

use std::fmt;

use crate::diagnostic::Location;

/// A value of the document that is `serde_json::Value` in the client, or an object of such values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untyped {
    /// The location of its description in the document.
    pub location: Location,
    /// Why it is untyped.
    pub reason: UntypedReason,
}

/// Why a value is any JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum UntypedReason {
    /// The schema has no `type`, and no key that implies one.
    NoType,
    /// The list has no `items`.
    NoItems,
    /// The object has no properties.
    NoProperties,
    /// `additionalProperties: true` next to properties.
    AnyMembers,
    /// The values of `enum` are of several types.
    MixedEnum,
    /// The variants of a union cannot be discriminated.
    AmbiguousUnion,
    /// A required property that is not described.
    UndescribedProperty,
    /// `allOf` describes a property in ways that no type has in common.
    ConflictingProperty,
    /// A body, a response or a parameter has no schema.
    NoSchema,
}

impl UntypedReason {
    /// The reason, in a few words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoType => "the schema has no `type`",
            Self::NoItems => "the list has no `items`",
            Self::NoProperties => "the object has no properties",
            Self::AnyMembers => "the object has further members of any type",
            Self::MixedEnum => "the values of `enum` are of several types",
            Self::AmbiguousUnion => "the variants of the union cannot be discriminated",
            Self::UndescribedProperty => "the required property is not described",
            Self::ConflictingProperty => "`allOf` describes the property in contradictory ways",
            Self::NoSchema => "the content has no schema",
        }
    }
}

impl fmt::Display for UntypedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
