//! What a comparison tells: the vocabulary of `cargo xtask diff`.
//!
//! In: nothing. Out: types that renderers and callers read. Knows nothing of documents or models.

use crate::diagnostic::Location;

/// What a change means to a program that uses the generated client. Ordered: the worst comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing that a program could depend on: descriptions, examples, limits, the order of things.
    DocumentationOnly,
    /// Programs still compile and do what they did, or more. Requests may be sent another way.
    Compatible,
    /// A program that was right may not compile any more, or is refused what it was allowed.
    Breaking,
}

impl Class {
    /// All classes, the worst first.
    pub const ALL: &'static [Self] = &[Self::Breaking, Self::Compatible, Self::DocumentationOnly];

    /// The class in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DocumentationOnly => "documentation only",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// What kind of thing changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Kind {
            /// The kind in words.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

kinds! {
    /// A group of operations.
    Group = "group",
    /// An operation.
    Operation = "operation",
    /// How much an operation can do.
    Risk = "risk",
    /// Whether an operation may be repeated.
    Retry = "retry class",
    /// Whether an operation needs a project.
    Scope = "scope",
    /// A parameter.
    Parameter = "parameter",
    /// The body of a request.
    Body = "request body",
    /// What an operation answers.
    Answer = "answer",
    /// A type with a name.
    Type = "type",
    /// A member of an object.
    Field = "field",
    /// A value of an enumeration.
    Value = "enum value",
    /// A form of a union.
    Form = "form",
    /// A code of the table of error codes.
    ErrorCode = "error code",
    /// A public installation.
    Region = "region",
    /// A header that the client writes by itself.
    Header = "header",
    /// What a value may be, as far as the client does not check it.
    Limit = "limit",
    /// A text for people.
    Documentation = "documentation",
    /// The order in which things are written.
    Order = "order",
    /// A part of the document that the client is not made of.
    Other = "other",
}

/// What happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It was not there.
    Added,
    /// It is not there any more.
    Removed,
    /// It is another.
    Changed,
    /// It has another name.
    Renamed,
}

impl Action {
    /// The action in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renamed => "renamed",
        }
    }
}

/// One difference between two specifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it means to callers.
    pub class: Class,
    /// What kind of thing.
    pub kind: Kind,
    /// What happened to it.
    pub action: Action,
    /// What it is called, such as `Thing.height`.
    pub subject: String,
    /// What is different, in one line.
    pub what: String,
    /// Why it has its class, in one line.
    pub why: String,
    /// Where it was.
    pub old: Option<Location>,
    /// Where it is.
    pub new: Option<Location>,
}

/// How many operations two documents share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Common {
    /// Operations that both have.
    pub both: usize,
    /// Operations of the old document only. They were not compared.
    pub only_old: usize,
    /// Operations of the new document only. They were not compared.
    pub only_new: usize,
}

/// Everything that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The name of the old document.
    pub old: String,
    /// The name of the new document.
    pub new: String,
    /// The differences: the worst first, then in the order of the document.
    pub changes: Vec<Change>,
    /// Set when only what both have was compared.
    pub common: Option<Common>,
}

impl Comparison {
    /// The worst class of all changes; `None` if there is none.
    #[must_use]
    pub fn worst(&self) -> Option<Class> {
        self.changes.iter().map(|change| change.class).max()
    }

    /// The changes of a class.
    pub fn of(&self, class: Class) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.class == class)
    }
}
