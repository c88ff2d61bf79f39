//! Turns an OpenAPI 3.0 document that is maintained by hand into a Rust client.
//!
//! Text of a specification in, a set of Rust files out: no network, no clock, no globals, and the same input gives the
//! same output. Data flows in one direction; each stage is a function of the stage before:
//!
//! text → `document` → `lower` → `model` → `emit` → `files` → [`disk`]
//!
//! [`lint`] checks the same `document` against the rules of a hand-maintained specification, and [`compare`] turns the
//! differences of two models into their consequences for callers.
//!
//! ```
//! use flighthub2_generator::{Options, Source, generate};
//!
//! let source = Source::new("empty.yaml", "openapi: 3.0.3\ninfo: {title: Empty, version: '1'}\npaths: {}\n");
//! let generated = generate(&source, &Options::default())?;
//! assert_eq!(generated.operations, 0);
//! assert!(generated.files["mod.rs"].contains("pub static OPERATIONS"));
//! # Ok::<(), flighthub2_generator::Diagnostics>(())
//! ```

pub mod compare;
pub mod coverage;
mod diagnostic;
pub mod disk;
mod document;
mod emit;
mod files;
mod json_schema;
mod lint;
mod lower;
mod model;
mod names;
mod package;
mod policy;
mod rustdoc;
pub mod skeleton;
mod spelling;

use std::collections::BTreeMap;

pub use diagnostic::{Code, Diagnostic, Diagnostics, Place, Severity, Source, UnknownCode};
pub use package::{InvalidPackageName, Package};

/// Which rules a specification is held to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Those of `spec/README.md`: every `x-` key known, nothing left undocumented, every answer in its envelope.
    #[default]
    FlightHub,
    /// Those of OpenAPI 3.0 only, for trying the generator on other documents. `x-` keys mean nothing; whatever is not
    /// a `GET`, `HEAD`, `OPTIONS` or `TRACE` counts as a write that must not be repeated.
    Foreign,
}

/// How to generate.
#[derive(Clone, Debug)]
pub struct Options {
    /// The rules to hold the specification to.
    pub dialect: Dialect,
    /// Whether the specification itself is one of the files, as `specification.yaml`: for a client that can play the
    /// service for tests.
    pub bundle: bool,
    /// The crate to generate; `None` for a module tree. A module tree works in any crate that depends on
    /// `flighthub2-runtime` and `serde`.
    pub package: Option<Package>,
    /// What the first line of every file says about its origin.
    pub made_by: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dialect: Dialect::FlightHub,
            bundle: true,
            package: None,
            made_by: "`cargo xtask gen` from spec/flighthub2.yaml. Change that file, not this one.".to_owned(),
        }
    }
}

/// The client's generated files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Texts by path below the output folder, with `/`.
    pub files: BTreeMap<String, String>,
    /// How many operations there are.
    pub operations: usize,
    /// How many types with a name there are.
    pub types: usize,
    /// What a document of others has and the client does not use, with a count and the first place of each kind. Empty
    /// for [`Dialect::FlightHub`].
    pub warnings: Vec<Diagnostic>,
}

/// Tells everything that is wrong with a specification, and every rule that it breaks: the errors for which [`generate`]
/// refuses it, and warnings.
///
/// A document whose syntax or shape is broken is not asked for its meaning.
#[must_use]
pub fn lint(source: &Source, dialect: Dialect) -> Diagnostics {
    let document = match document::Document::read(source, dialect) {
        Ok(document) => document,
        Err(problems) => return problems,
    };
    let mut problems = lint::check(&document);
    problems.extend(lower::lower(&document).err().into_iter().flatten());
    Diagnostics::new(source.clone(), problems)
}

/// Generates the client of a specification.
///
/// # Errors
/// Everything that is wrong with the specification, as far as it can be told: a document whose syntax is broken is not
/// asked for its meaning.
pub fn generate(source: &Source, options: &Options) -> Result<Generated, Diagnostics> {
    let failed = |problems| Diagnostics::new(source.clone(), problems);
    let document = document::Document::read(source, options.dialect)?;
    let api = lower::lower(&document).map_err(failed)?;
    let warnings = lower::warnings(&document, &api);
    // The rest of a large document takes much memory, and so do the files.
    let schemas = document.into_api().schemas;
    let tasks = emit::tasks(&api, options.bundle.then_some(source.unmarked()));
    let mut files =
        files::format(&tasks, |task| emit::emit(&api, &schemas, task), &options.made_by).map_err(|faults| {
            let internal = |fault: String| {
                let help = "this is a fault of the generator: please report it with the specification";
                Diagnostic::new(Code::Internal, source.place(0..0, ""), fault, help)
            };
            failed(faults.into_iter().map(internal).collect())
        })?;
    if let Some(package) = &options.package {
        files = package.files(files, &api.title, &options.made_by);
    }
    Ok(Generated { files, operations: api.operations().count(), types: api.types.len(), warnings })
}
