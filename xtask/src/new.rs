//! `cargo xtask new`: inserts the skeleton of an operation into the specification.
//!
//! In: a method, a path and optional decisions. Out: the file with the inserted [`skeleton`], and the list of open
//! decisions.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::skeleton::{self, Error, Request, Scope};
use crate::spec::{Failure, SPEC, read, resolve};
use clap::{Args, ValueEnum};

/// Write the skeleton of an operation into the specification.
///
/// The position follows spec/README.md. The skeleton has everything that all operations have, and placeholders for your
/// decisions: `cargo xtask gen` reports each placeholder until it is filled in, and rejects this repository's
/// specification until then. In third-party documents, some placeholders are only warnings. The rest of the file is
/// unchanged.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask new PUT '/openapi/v0.1/wayline/{wayline_id}/name'
  cargo xtask new post /openapi/v0.1/map/folder --id createMapFolder --tag 'Annotation Management'
  cargo xtask new get /openapi/v0.1/quota --id getQuota --tag 'System Services' --scope organization")]
pub(crate) struct Arguments {
    /// The method: get, post, put, delete …
    method: String,
    /// The template of the path, as spelled by the service.
    path: String,
    /// The operationId: a verb and a noun in camel case [default: a placeholder].
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The folder of DJI's directory [default: that of the nearest paths, if they have the same].
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    /// Whether the call needs a project [default: project, if the document has a header for it].
    #[arg(long, value_name = "SCOPE")]
    scope: Option<ScopeName>,
    /// Another specification [default: spec/flighthub2.yaml].
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ScopeName {
    /// A project is required.
    Project,
    /// A project is optional.
    Either,
    /// It is a call of the organization.
    Organization,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    written(arguments).map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}

fn written(arguments: &Arguments) -> Result<(), Failure> {
    let (path, name) = resolve(arguments.spec.as_deref(), SPEC);
    let source = read(arguments.spec.as_deref(), SPEC)??;
    let request = Request {
        method: &arguments.method,
        path: &arguments.path,
        id: arguments.id.as_deref(),
        tag: arguments.tag.as_deref(),
        scope: arguments.scope.map(|scope| match scope {
            ScopeName::Project => Scope::Project,
            ScopeName::Either => Scope::OptionalProject,
            ScopeName::Organization => Scope::Organization,
        }),
    };
    let skeleton = skeleton::insert(&source, &request).map_err(|error| match error {
        Error::InvalidRequest(problem) => {
            let help = "For more information, try 'cargo xtask new --help'.";
            Failure::wrong_use(format!("error: {problem}\n\n{help}"))
        }
        Error::Document(problems) => Failure::from(problems).and("no file was written"),
    })?;
    fs::write(&path, &skeleton.text).map_err(|error| format!("cannot write {name}: {error}"))?;
    let scope = match skeleton.scope {
        Scope::Project => "of a project",
        Scope::OptionalProject => "with and without a project",
        Scope::Organization => "of the organization",
    };
    let tag = skeleton.tag.as_deref().unwrap_or("to be decided");
    let (method, path) = (arguments.method.to_uppercase(), &arguments.path);
    println!("{name}:{}: {method} {path}, a call {scope}; tag: {tag}", skeleton.line);
    println!("{} placeholders to fill in:", skeleton.placeholders.len());
    for placeholder in &skeleton.placeholders {
        println!("  {name}:{}: {}: {}", placeholder.line, placeholder.key, placeholder.hint);
    }
    Ok(())
}
