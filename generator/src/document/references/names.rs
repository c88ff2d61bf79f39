//! The names of components for targets that had none.
//!
//! In: the location of a target. Out: a name that no component of the section has. It consists of the words of the pointer
//! that describe the target; of the name of the file, if there are none.

use std::collections::HashSet;

use crate::document::pointer::unescape;

/// Tokens of pointers that do not describe the target.
const STRUCTURE: &[&str] = &[
    "components",
    "schemas",
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "examples",
    "properties",
    "paths",
    "content",
    "schema",
    "definitions",
    "application/json",
    "allOf",
    "oneOf",
    "anyOf",
    "requestBody",
];

/// Characters of a name without its number.
const LENGTH: usize = 100;

/// An unused component name, derived from the file and the pointer of the target.
pub(super) fn free_name(
    file: &str,
    pointer: &str,
    section: &'static str,
    taken: &mut HashSet<(String, String)>,
) -> String {
    let tokens: Vec<String> = pointer.split('/').skip(1).map(unescape).collect();
    let described = words(tokens.iter().map(String::as_str).filter(|token| !STRUCTURE.contains(token)));
    let stem = words(file.rsplit('/').next().and_then(|name| name.split('.').next()).into_iter());
    let base = [described, stem].into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| section.to_owned());
    let base: String = base.chars().take(LENGTH).collect();
    let mut name = base.clone();
    let mut number = 1;
    while !taken.insert((section.to_owned(), name.clone())) {
        number += 1;
        name = format!("{base}_{number}");
    }
    name
}

/// The words of these texts, joined with `_`.
fn words<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let words = texts.flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}
