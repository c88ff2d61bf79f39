//! Size limits of a document.
//!
//! In: a document or a part of it. Out: a diagnostic if it is too large. The largest published specifications have some
//! tens of megabytes. A document that exceeds a limit is not a specification, and the later stages would take too long
//! for it.

use super::pointer::PointerRef;
use crate::diagnostic::{Code, Diagnostic, Source};

/// Bytes of the document.
pub(crate) const DOCUMENT: usize = 40 << 20;

/// Bytes of a scalar, which can have several lines.
pub(crate) const TEXT: usize = 1 << 20;

/// Bytes of a key. Keys are repeated in pointers, messages and names.
pub(crate) const KEY: usize = 1000;

/// Members of a mapping, or items of a list.
pub(crate) const MEMBERS: usize = 50_000;

/// Values of the document: scalars, mappings and lists.
pub(crate) const NODES: usize = 2_000_000;

/// The nesting depth: more than any specification needs, and small enough that recursion over the tree is safe.
pub(crate) const DEPTH: usize = 100;

/// The diagnostic for a document that is too large as a whole.
pub(super) fn check(source: &Source) -> Option<Diagnostic> {
    let length = source.total_bytes();
    if length <= DOCUMENT {
        return None;
    }
    let message = format!("this document has {length} bytes; the limit is {DOCUMENT}");
    let help = "split it into several documents by subject; the document was not read";
    Some(Diagnostic::new(Code::TooLarge, source.location(0..0, ""), message, help))
}

/// The diagnostic for a part of the document that is too large.
pub(super) fn too_large(
    source: &Source,
    start: usize,
    at: PointerRef<'_>,
    what: &str,
    limit: usize,
) -> Box<Diagnostic> {
    let message = format!("{what}; the limit is {limit}");
    let help = "no specification is that large; check for unrelated data";
    Box::new(Diagnostic::new(Code::TooLarge, source.location(start..start, at.pointer()), message, help))
}
