//! How large a document may be.
//!
//! The largest specifications that are published have some tens of megabytes. What is larger in one of these ways is no
//! specification, and would keep the later stages busy for longer than anybody waits.

use super::pointer::PointerRef;
use crate::diagnostic::{Code, Diagnostic, Source};

/// Bytes of the document.
pub(crate) const DOCUMENT: usize = 40 << 20;

/// Bytes of a text: a value, or a block of lines.
pub(crate) const TEXT: usize = 1 << 20;

/// Bytes of a key. Keys are repeated in pointers, messages and names.
pub(crate) const KEY: usize = 1000;

/// Members of a mapping, or items of a list.
pub(crate) const MEMBERS: usize = 50_000;

/// Keys and values of the document.
pub(crate) const NODES: usize = 2_000_000;

/// Deeper than any specification, and shallow enough that recursion over the tree is safe.
pub(crate) const DEPTH: usize = 100;

/// A document that is too large as a whole.
pub(super) fn check(source: &Source) -> Option<Diagnostic> {
    let length = source.all().len();
    if length <= DOCUMENT {
        return None;
    }
    let message = format!("this document has {length} bytes, and may have {DOCUMENT}");
    let help = "split it by what belongs together; nothing of it was read";
    Some(Diagnostic::new(Code::TooLarge, source.location(0..0, ""), message, help))
}

/// A part of the document that is too large.
pub(super) fn too_large(
    source: &Source,
    start: usize,
    at: PointerRef<'_>,
    what: &str,
    limit: usize,
) -> Box<Diagnostic> {
    let message = format!("{what}, and may have {limit}");
    let help = "no specification is that large; look for data that does not belong here";
    Box::new(Diagnostic::new(Code::TooLarge, source.location(start..start, at.pointer()), message, help))
}
