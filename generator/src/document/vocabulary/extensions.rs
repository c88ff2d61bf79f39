//! The `x-` keys of this repository's specification, and the words that their values consist of.
//!
//! Data only: `convert` reads the values, and spec/README.md defines their meaning.

use ValueType::{Any, Count, NonEmptyList, OneOf, ScalarOr, Text};

use super::element_kind::ElementKind;
use super::{Field, Object, ValueType, object, optional, required};
use crate::document::extensions::Confidence;
use crate::document::lifecycle::PageEnd;

/// The values of `x-unit`.
pub(crate) const UNITS: &[&str] = &[
    "bytes",
    "days",
    "degrees",
    "degrees-celsius",
    "hours",
    "kilobytes",
    "kilobytes-per-second",
    "metres",
    "metres-per-second",
    "milliamperes",
    "milliseconds",
    "millivolts",
    "minutes",
    "percent",
    "pixels",
    "rfc3339",
    "seconds",
    "unix-milliseconds",
    "unix-seconds",
    "volts",
];

/// The source of a fact: a mark, or a mapping with a mark and a note.
pub(crate) const SOURCE: &str = "x-source";
pub(crate) const MARK: &str = "mark";
pub(crate) static SOURCE_OBJECT: Object =
    object(ElementKind::Provenance, &[required(MARK, OneOf(Confidence::WORDS)), required("note", Text)], &[]);
pub(crate) static SOURCE_MAPPING: ValueType = ValueType::Object(&SOURCE_OBJECT);
pub(crate) const X_SOURCE: Field = optional(SOURCE, ScalarOr(&OneOf(Confidence::WORDS), &SOURCE_MAPPING));

/// Next to `type: string`: the schema of the JSON in the string. It is equivalent to `contentSchema` of JSON Schema.
pub(crate) const CONTENT_SCHEMA: &str = "x-content-schema";

/// How an operation returns a list in pages.
pub(crate) const PAGINATION: &str = "x-pagination";
pub(crate) static PAGINATION_OBJECT: Object = object(
    ElementKind::Pagination,
    &[
        required("page", Text),
        optional("page_size", Text),
        optional("accepted_size", Count),
        required("items", Text),
        required("end", OneOf(PageEnd::WORDS)),
        optional("unpaged", ValueType::Object(&UNPAGED)),
    ],
    &[],
);
pub(crate) static UNPAGED: Object =
    object(ElementKind::Unpaged, &[required("parameter", Text), required("value", Text)], &[]);

/// Next to `enum` of strings: the integers that are equivalent to the values.
pub(crate) const ENUM_NUMBERS: &str = "x-enum-numbers";

/// In an open object: a property that does not match its type is kept with the undescribed properties.
pub(crate) const LENIENT: &str = "x-lenient";

/// Next to `enum`: the final values of a status.
pub(crate) const STATES: &str = "x-states";
pub(crate) static STATES_OBJECT: Object = object(
    ElementKind::States,
    &[required("success", NonEmptyList(&Any)), optional("failure", NonEmptyList(&Any))],
    &[],
);

/// How the response of an operation shows a state that can be followed.
pub(crate) const FOLLOW: &str = "x-follow";
pub(crate) static FOLLOW_OBJECT: Object =
    object(ElementKind::Follow, &[required("status", Text), optional("progress", Text), optional("name", Text)], &[]);

/// Suppresses lint rules for its object and everything inside.
pub(crate) const LINT_ALLOW: &str = "x-lint-allow";
pub(crate) const X_LINT_ALLOW: Field = optional(LINT_ALLOW, ValueType::Suppressions);
