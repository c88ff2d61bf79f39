//! The requirements of a dialect in addition to OpenAPI 3.0, and the deviations that it accepts.
//!
//! A dialect is converted to a [`Policy`] once. The stages read single fields of the policy, and do not depend on the
//! dialect.

use crate::Dialect;

/// The rules of a dialect, by subject.
#[derive(Debug)]
pub(crate) struct Policy {
    /// `x-` keys have the meaning that spec/README.md defines, and unknown `x-` keys are errors. Otherwise all are
    /// ignored.
    pub(crate) reads_extensions: bool,
    /// Anchors, aliases and merge keys of YAML are supported. Otherwise they are errors.
    pub(crate) allows_aliases: bool,
    /// Keys without effect on the client are errors.
    pub(crate) refuses_unused_keys: bool,
    /// Operations require an id, exactly one declared tag, a risk and a retry class. Otherwise these are derived from
    /// the path and the method.
    pub(crate) requires_metadata: bool,
    /// Responses with content require the envelope.
    pub(crate) requires_envelope: bool,
    /// Forms, text and binary data are supported in bodies and responses, also as alternatives to JSON. Otherwise only
    /// JSON is supported.
    pub(crate) allows_other_media_types: bool,
    /// Parameters of any type, style and location are supported. Otherwise only strings, numbers, booleans,
    /// enumerations, and lists of these in the query.
    pub(crate) allows_any_parameter: bool,
    /// Imprecise schemas are accepted: `anyOf`, unions of one variant, enumerations with duplicates, required
    /// properties without a description, nullable variants and nullable parameters. Otherwise they are errors.
    pub(crate) allows_loose_schemas: bool,
    /// A union whose variants cannot be discriminated preserves its value as JSON. Otherwise it is an error.
    pub(crate) allows_ambiguous_unions: bool,
    /// The client uses the first of several security schemes that is sufficient for all operations. Otherwise a second
    /// scheme is an error.
    pub(crate) allows_alternative_security: bool,
    /// Parts that the client does not use are warnings. Otherwise they are errors, or reported by `lint`.
    pub(crate) warns_of_unused_parts: bool,
    /// An error that does not change the generated code is a warning. A schema that cannot be represented exactly has a
    /// type that accepts more values, with a warning. Otherwise both are errors.
    pub(crate) tolerates_mistakes: bool,
    /// The generated code allows missing documentation. Otherwise the compiler warns of it.
    pub(crate) allows_missing_docs: bool,
    /// Null is equivalent to an empty list. Otherwise a nullable list is an optional value.
    pub(crate) null_lists_are_empty: bool,
    /// Types of responses have constructors. Callers create such values in their tests only, and a large document has
    /// thousands of these types.
    pub(crate) constructs_responses: bool,
    /// A name that is already in use gets a number. Otherwise it is an error, because the number would depend on other
    /// names.
    pub(crate) numbers_names: bool,
}

impl Policy {
    const FLIGHTHUB: Self = Self {
        reads_extensions: true,
        allows_aliases: false,
        refuses_unused_keys: true,
        requires_metadata: true,
        requires_envelope: true,
        allows_other_media_types: false,
        allows_any_parameter: false,
        allows_loose_schemas: false,
        allows_ambiguous_unions: false,
        allows_alternative_security: false,
        warns_of_unused_parts: false,
        tolerates_mistakes: false,
        allows_missing_docs: false,
        null_lists_are_empty: true,
        constructs_responses: true,
        numbers_names: false,
    };

    const OPENAPI: Self = Self {
        reads_extensions: false,
        allows_aliases: true,
        refuses_unused_keys: false,
        requires_metadata: false,
        requires_envelope: false,
        allows_other_media_types: true,
        allows_any_parameter: true,
        allows_loose_schemas: true,
        allows_ambiguous_unions: true,
        allows_alternative_security: true,
        warns_of_unused_parts: true,
        tolerates_mistakes: true,
        allows_missing_docs: true,
        null_lists_are_empty: false,
        constructs_responses: false,
        numbers_names: true,
    };

    pub(crate) fn of(dialect: Dialect) -> &'static Self {
        match dialect {
            Dialect::FlightHub => &Self::FLIGHTHUB,
            Dialect::OpenApi => &Self::OPENAPI,
        }
    }
}
