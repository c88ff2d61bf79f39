//! The diagnostic codes: the stable name of each, its severity, and its explanation.
//!
//! Every code is in the table below and has a file in `explanations/`, without which this module does not compile.

use std::fmt;
use std::str::FromStr;

use crate::suggest::nearest;
use crate::words::words;

words! {
    /// The severity of a problem.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Severity {
        /// The specification is invalid, contradicts itself, or uses an unsupported feature: no client is generated.
        Error = "error",
        /// A rule of [`lint`](crate::lint()) is violated, or the client does not use all parts of a document. The client
        /// can be generated.
        Warning = "warning",
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! codes {
    ($($severity:ident { $($(#[doc = $doc:literal])+ $name:ident = $slug:literal,)+ })+) => {
        /// The kind of a problem. The name of a code is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($($(#[doc = $doc])+ $name,)+)+
        }

        impl Code {
            /// All codes: errors, then warnings.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)+)+];

            /// The stable name of the code.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($(Self::$name => $slug,)+)+ }
            }

            /// The severity of problems of this kind.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $($(Self::$name => Severity::$severity,)+)+ }
            }

            /// The meaning of the code, in a sentence or two.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $($(Self::$name => concat!($($doc,)+).trim_ascii(),)+)+ }
            }

            /// The explanation of the code in Markdown: its meaning, the reason, a wrong and a right example.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $($(Self::$name => include_str!(concat!("../explanations/", $slug, ".md")),)+)+ }
            }
        }
    };
}

codes! {
    Error {
        /// The file is not UTF-8.
        NotUtf8 = "not-utf8",
        /// The text is not YAML.
        YamlSyntax = "yaml-syntax",
        /// A mapping has the same key twice.
        DuplicateKey = "duplicate-key",
        /// A YAML feature that specifications must not use: anchors, aliases, merges, tags, several documents.
        YamlFeature = "yaml-feature",
        /// The nesting exceeds the limit.
        TooDeep = "too-deep",
        /// The document, or a part of it, exceeds a size limit.
        TooLarge = "too-large",
        /// The document has another OpenAPI version, or none.
        Version = "version",
        /// A key that OpenAPI 3.0 does not define in this place.
        UnknownKey = "unknown-key",
        /// An `x-` key that spec/README.md does not define, or not for this place.
        UnknownExtension = "unknown-extension",
        /// A required key is missing.
        MissingKey = "missing-key",
        /// A value has the wrong type, or is not one of the allowed values.
        WrongValue = "wrong-value",
        /// Siblings of `$ref`, which OpenAPI 3.0 ignores.
        RefSibling = "ref-sibling",
        /// The target of a reference does not exist.
        DanglingRef = "dangling-ref",
        /// A `$ref`, or an `allOf`, refers to itself.
        CircularRef = "circular-ref",
        /// A part of OpenAPI 3.0 that the generator does not support.
        Unsupported = "unsupported",
        /// Two items that require distinct names have the same name.
        DuplicateName = "duplicate-name",
        /// Requests to two paths are indistinguishable.
        AmbiguousPath = "ambiguous-path",
        /// The parameters of a path do not match its placeholders.
        PathParameter = "path-parameter",
        /// `allOf` members that contradict each other.
        AllOfConflict = "all-of-conflict",
        /// The variants of a `oneOf` are indistinguishable, or the discriminator does not match them.
        AmbiguousUnion = "ambiguous-union",
        /// A required property is not described.
        UnknownRequired = "unknown-required",
        /// The successful response of an operation is not unambiguous.
        Answer = "answer",
        /// A response does not use the envelope, or another schema does.
        Envelope = "envelope",
        /// The risk and the retry class contradict each other.
        RiskRetry = "risk-retry",
        /// The number of names or descriptions differs from the number of values of an enumeration, or a name is not in
        /// Rust's spelling.
        EnumNames = "enum-names",
        /// An error code is not in the table.
        UnknownErrorCode = "unknown-error-code",
        /// A default does not match its schema.
        BadDefault = "bad-default",
        /// A file is not a valid overlay, or an overlay cannot be applied.
        Overlay = "overlay",
        /// The target of an overlay's action selects no node.
        OverlayTarget = "overlay-target",
        /// A target of an overlay is not JSONPath, or uses an unsupported part of it.
        JsonPath = "json-path",
        /// A pattern that includes or excludes operations matches none, or contradicts another one.
        Filter = "filter",
        /// A bug of the generator.
        Internal = "internal",
    }
    Warning {
        /// A summary or a description is missing.
        MissingDescription = "missing-description",
        /// A body, a response, a parameter or an identifier has no example.
        MissingExample = "missing-example",
        /// An operation has no address of the page that documents it.
        MissingExternalDocs = "missing-external-docs",
        /// An operation does not specify the source of its facts.
        MissingSource = "missing-source",
        /// A quantity has no unit.
        MissingUnit = "missing-unit",
        /// A timestamp has no unit or format.
        InstantUnit = "instant-unit",
        /// An identifier does not specify its format.
        MissingLimits = "missing-limits",
        /// The values of an enumeration are not described.
        MissingEnumDescriptions = "missing-enum-descriptions",
        /// An example does not match its schema.
        BadExample = "bad-example",
        /// A description is empty or a placeholder.
        EmptyText = "empty-text",
        /// A description contains Chinese characters.
        ChineseText = "chinese-text",
        /// The same concept has two names.
        InconsistentName = "inconsistent-name",
        /// An identifier is a plain string or number.
        PlainIdentifier = "plain-identifier",
        /// A component is unused.
        UnusedComponent = "unused-component",
        /// Two schemas are the same.
        SameSchema = "same-schema",
        /// A project call has no project header.
        ProjectHeader = "project-header",
        /// The description of a physical operation has no warning.
        MissingWarning = "missing-warning",
        /// An entry of `x-lint-allow` suppresses no problem.
        UnusedAllow = "unused-allow",
        /// The generated client does not use a part of a document.
        UnusedPart = "unused-part",
        /// An operation has no `operationId`: its name is derived from its method and path.
        DerivedName = "derived-name",
        /// An operation or a component is not generated because it has errors, as it was requested.
        Skipped = "skipped",
    }
}

impl Code {
    /// Whether it is a rule of [`lint`](crate::lint()). [`generate`](crate::generate) reports the other warnings.
    #[must_use]
    pub fn is_rule(self) -> bool {
        let of_generate = [Self::UnusedPart, Self::DerivedName, Self::Skipped];
        self.severity() == Severity::Warning && !of_generate.contains(&self)
    }

    /// The rules that `x-lint-allow` can suppress: all but the one about unused suppressions.
    pub(crate) fn suppressible() -> impl Iterator<Item = Self> + Clone {
        Self::ALL.iter().copied().filter(|code| code.is_rule() && *code != Self::UnusedAllow)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A string that is not a [`Code`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCode {
    word: String,
    /// The most similar code.
    pub nearest: Option<Code>,
}

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no code `{}`", self.word)?;
        match self.nearest {
            Some(code) => write!(f, "; did you mean `{code}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownCode {}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(word: &str) -> Result<Self, UnknownCode> {
        let named = |word: &str| Self::ALL.iter().copied().find(|code| code.as_str() == word);
        let meant = || nearest(word, Self::ALL.iter().map(|code| code.as_str())).and_then(named);
        named(word).ok_or_else(|| UnknownCode { word: word.to_owned(), nearest: meant() })
    }
}
