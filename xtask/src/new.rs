//! `cargo xtask new`: the skeleton of an operation, at its place in the specification.
//!
//! In: a method, a path and what is decided already. Out: the file with the [`skeleton`]
//! inserted, and the list of what is left to decide.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::skeleton::{self, Error, Request, Scope};
use crate::spec::{Failure, SPEC, read, resolve};
use clap::{Args, ValueEnum};

/// Write the skeleton of an operation into the specification.
///
/// It is put where spec/README.md wants it, has what all operations have, and leaves open what a person has to decide:
/// `cargo xtask gen` refuses the file, and names each of these places, until they are filled in. Nothing else in the
/// file changes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask new PUT '/openapi/v0.1/wayline/{wayline_id}/name'
  cargo xtask new post /openapi/v0.1/map/folder --id createMapFolder --tag 'Annotation Management'
  cargo xtask new get /openapi/v0.1/quota --id getQuota --tag 'System Services' --scope organization")]
pub(crate) struct Arguments {
    /// The method: get, post, put, delete …
    method: String,
    /// The template of the path, as the service has it.
    path: String,
    /// The operationId, if it is decided: a verb and a thing in camel case.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The folder of DJI's directory [default: that of the nearest paths, if they agree].
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
    /// It exists only where there is a project.
    Project,
    /// It works with a project and without.
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
        Error::Document(problems) => Failure::from(problems).and("nothing was written"),
    })?;
    fs::write(&path, &skeleton.text).map_err(|error| format!("{name} cannot be written: {error}"))?;
    let scope = match skeleton.scope {
        Scope::Project => "of a project",
        Scope::OptionalProject => "with and without a project",
        Scope::Organization => "of the organization",
    };
    let tag = skeleton.tag.as_deref().unwrap_or("to be decided");
    let (method, path) = (arguments.method.to_uppercase(), &arguments.path);
    println!("{name}:{}: {method} {path}, a call {scope}; tag: {tag}", skeleton.line);
    println!("{} places are left to decide, and `cargo xtask gen` fails until they are:", skeleton.placeholders.len());
    for placeholder in &skeleton.placeholders {
        println!("  {name}:{}: {}: {}", placeholder.line, placeholder.key, placeholder.hint);
    }
    Ok(())
}
