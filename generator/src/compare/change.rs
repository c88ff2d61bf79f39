//! The types of a comparison: changes, and their compatibility.
//!
//! The rules create them; renderers and `cargo xtask diff` read them. This module does not know documents and models.

use crate::diagnostic::Location;
use crate::words::words;

words! {
    /// The effect of a change on a program that uses the generated client. Ordered: the worst is last.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Compatibility {
        /// Facts on which no program can depend: descriptions, examples, constraints, the order of a list.
        DocumentationOnly = "documentation only",
        /// Programs still compile and keep their behaviour, or gain some. Requests may be sent differently.
        Compatible = "compatible",
        /// A correct program may no longer compile, or the client may reject a call that it allowed.
        Breaking = "breaking",
    }
}

impl Compatibility {
    /// All values, the worst first.
    pub const ALL: &'static [Self] = &[Self::Breaking, Self::Compatible, Self::DocumentationOnly];
}

words! {
    /// The kind of the subject of a change.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum Kind {
        /// A group of operations.
        Group = "group",
        /// An operation.
        Operation = "operation",
        /// The risk class of an operation.
        Risk = "risk",
        /// The retry class of an operation.
        Retry = "retry class",
        /// The scope of an operation.
        Scope = "scope",
        /// A parameter.
        Parameter = "parameter",
        /// The body of a request.
        Body = "request body",
        /// The response of a successful call.
        Response = "response",
        /// The response of a failed call.
        Failure = "failure response",
        /// A header of a response.
        ResponseHeader = "response header",
        /// A security scheme.
        Security = "security scheme",
        /// A named type.
        Type = "type",
        /// A property of an object.
        Field = "field",
        /// A value of an enumeration.
        Value = "enum value",
        /// A variant of a union.
        Variant = "variant",
        /// A code of the table of error codes.
        ErrorCode = "error code",
        /// A public installation.
        Region = "region",
        /// The servers of the API.
        Servers = "servers",
        /// A header that the client fills in.
        Header = "header",
        /// A constraint of values that the client does not check.
        Constraint = "constraint",
        /// A descriptive text.
        Documentation = "documentation",
        /// The order of a list.
        Order = "order",
        /// A part of the document that does not affect the client.
        Other = "other",
    }
}

words! {
    /// The kind of a change.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Action {
        /// Only the new document has it.
        Added = "added",
        /// Only the old document has it.
        Removed = "removed",
        /// It was changed.
        Changed = "changed",
        /// It was renamed.
        Renamed = "renamed",
    }
}

/// One difference between two specifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its effect on callers.
    pub compatibility: Compatibility,
    /// The kind of its subject.
    pub kind: Kind,
    /// The kind of the change.
    pub action: Action,
    /// The name of the subject, such as `Thing.height`.
    pub subject: String,
    /// The difference, in one line.
    pub what: String,
    /// The reason for the compatibility, in one line.
    pub why: String,
    /// The place in the old document.
    pub old: Option<Location>,
    /// The place in the new document.
    pub new: Option<Location>,
}

/// The number of operations that two documents share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Common {
    /// Operations of both documents.
    pub both: usize,
    /// Operations of the old document only. They were not compared.
    pub only_old: usize,
    /// Operations of the new document only. They were not compared.
    pub only_new: usize,
}

/// All differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The name of the old document.
    pub old: String,
    /// The name of the new document.
    pub new: String,
    /// The differences: the worst first, then in the order of the document.
    pub changes: Vec<Change>,
    /// Set when only the operations of both documents were compared.
    pub common: Option<Common>,
}

impl Comparison {
    /// The worst compatibility of all changes; `None` if there is no change.
    #[must_use]
    pub fn worst(&self) -> Option<Compatibility> {
        self.changes.iter().map(|change| change.compatibility).max()
    }

    /// The changes of one compatibility.
    pub fn of(&self, compatibility: Compatibility) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.compatibility == compatibility)
    }
}
