//! What a dialect asks of a document beyond OpenAPI 3.0, and what it takes.
//!
//! A dialect is turned into a [`Policy`] once. The stages ask the policy about one subject at a time, and never which
//! dialect it is.

use crate::Dialect;

/// The rules of a dialect, by subject.
#[derive(Debug)]
pub(crate) struct Policy {
    /// `x-` keys have the meaning of spec/README.md, and unknown ones are errors. Otherwise none is read.
    pub(crate) reads_extensions: bool,
    /// YAML may have anchors, aliases and merge keys.
    pub(crate) takes_aliases: bool,
    /// Keys that change nothing in the client are errors.
    pub(crate) refuses_unused_keys: bool,
    /// An operation states its id, one declared tag, its risk and its retry class. Otherwise they follow from the path and
    /// the method.
    pub(crate) requires_metadata: bool,
    /// Every response with content is in the envelope.
    pub(crate) requires_envelope: bool,
    /// Bodies and responses may be forms, texts and bytes, and other media types may be beside JSON.
    pub(crate) takes_other_media_types: bool,
    /// Parameters of any type, style and place. Otherwise texts, numbers, booleans, enumerations, and lists of these in the
    /// query.
    pub(crate) takes_any_parameter: bool,
    /// Schemas that describe their values loosely: `anyOf`, a union of one, values that are listed twice, required
    /// properties that are not described, nullable variants and parameters.
    pub(crate) takes_loose_schemas: bool,
    /// A union whose variants cannot be discriminated keeps its value as JSON. Otherwise it is an error.
    pub(crate) takes_ambiguous_unions: bool,
    /// Of several ways to authenticate, the first that is sufficient for every operation is used. Otherwise a second one
    /// is an error.
    pub(crate) takes_alternative_security: bool,
    /// Parts that the client does not use are warnings. Otherwise they are errors, or a subject of `lint`.
    pub(crate) warns_of_unused_parts: bool,
    /// A slip that changes nothing in the generated code is a warning, and what cannot be represented exactly has a type
    /// that takes more, with a warning. Otherwise both are errors.
    pub(crate) warns_of_slips: bool,
    /// Null and an empty list are the same. Otherwise a list that is nullable is an optional value.
    pub(crate) null_lists_are_empty: bool,
    /// A name that is taken gets a number. Otherwise it is an error, because the number would depend on other names.
    pub(crate) numbers_names: bool,
}

impl Policy {
    const FLIGHTHUB: Self = Self {
        reads_extensions: true,
        takes_aliases: false,
        refuses_unused_keys: true,
        requires_metadata: true,
        requires_envelope: true,
        takes_other_media_types: false,
        takes_any_parameter: false,
        takes_loose_schemas: false,
        takes_ambiguous_unions: false,
        takes_alternative_security: false,
        warns_of_unused_parts: false,
        warns_of_slips: false,
        null_lists_are_empty: true,
        numbers_names: false,
    };

    const OPENAPI: Self = Self {
        reads_extensions: false,
        takes_aliases: true,
        refuses_unused_keys: false,
        requires_metadata: false,
        requires_envelope: false,
        takes_other_media_types: true,
        takes_any_parameter: true,
        takes_loose_schemas: true,
        takes_ambiguous_unions: true,
        takes_alternative_security: true,
        warns_of_unused_parts: true,
        warns_of_slips: true,
        null_lists_are_empty: false,
        numbers_names: true,
    };

    pub(crate) fn of(dialect: Dialect) -> &'static Self {
        match dialect {
            Dialect::FlightHub => &Self::FLIGHTHUB,
            Dialect::OpenApi => &Self::OPENAPI,
        }
    }
}
