//! `cargo xtask lint`: errors of a specification, and violations of the lint rules.
//!
//! In: a specification. Out: its problems on the terminal. A program without the feature `lint` runs the one that has it.

use std::path::PathBuf;

use clap::Args;

use crate::spec::{Format, Rules};

/// Check the specification against all rules, including those for documentation.
///
/// Reports all problems at once: errors, with which `gen` fails, and violations of the rules for a hand-maintained
/// specification. `cargo xtask explain` lists all codes. To suppress a rule in one place, write `x-lint-allow: {CODE:
/// REASON}` there.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask lint
  cargo xtask lint --format json
  cargo xtask lint --format sarif
  cargo xtask lint --spec petstore.yaml
  cargo xtask lint --spec petstore.yaml --overlay petstore.overlay.yaml")]
pub(crate) struct Arguments {
    /// Another specification [default: spec/flighthub2.yaml].
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// An overlay (OpenAPI Overlay 1.0 or 1.1), applied before the check; may be repeated.
    #[arg(long, value_name = "FILE", requires = "spec")]
    overlay: Vec<PathBuf>,
    /// The rules for the specification [default: flighthub for the specification of this repository, openapi for
    /// others].
    #[arg(long, value_name = "RULES")]
    dialect: Option<Rules>,
    /// Also read files outside of the folder of the specification, if it refers to them. Nothing is read from the network.
    #[arg(long, requires = "spec")]
    allow_outside: bool,
    /// The output format of problems.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[cfg(not(feature = "lint"))]
pub(crate) use in_another_program::run;
#[cfg(feature = "lint")]
pub(crate) use in_this_program::run;

#[cfg(feature = "lint")]
mod in_this_program {
    use std::process::ExitCode;
    use std::time::Instant;

    use flighthub2_generator::{Diagnostics, lint};

    use super::Arguments;
    use crate::progress::with_progress;
    use crate::spec::{self, Failure, Rules};
    use crate::watch::FilesRead;

    pub(crate) fn run(arguments: &Arguments) -> ExitCode {
        checked(arguments).unwrap_or_else(Failure::report)
    }

    fn checked(arguments: &Arguments) -> Result<ExitCode, Failure> {
        let started = Instant::now();
        let dialect = Rules::dialect(arguments.dialect, arguments.spec.as_deref());
        let file = arguments.spec.as_deref();
        let files = &mut FilesRead::default();
        let read = spec::read_all(file, spec::SPEC, &arguments.overlay, arguments.allow_outside, files)?;
        let problems: Diagnostics = match read {
            Ok(source) => with_progress("checking", || lint(&source, dialect)),
            Err(problems) => problems,
        };
        if problems.problems().is_empty() {
            let milliseconds = started.elapsed().as_millis();
            arguments.format.report_any(&problems);
            arguments.format.print(&format!("clean: {} ({milliseconds} ms)", problems.source().name()));
            return Ok(ExitCode::SUCCESS);
        }
        arguments.format.report(&problems);
        Ok(ExitCode::FAILURE)
    }
}

/// The JSON Schema library would be half of what is compiled for this program, so a second program has it.
#[cfg(not(feature = "lint"))]
mod in_another_program {
    use std::env;
    use std::process::ExitCode;

    use super::Arguments;
    use crate::cargo;

    /// The other program parses the arguments of this process again.
    pub(crate) fn run(_: &Arguments) -> ExitCode {
        let mut program = cargo::run(&["--package", "xtask", "--features", "lint", "--bin", "xtask-lint"]);
        program.args(env::args_os().skip(1));
        eprintln!(
            "`lint` needs a JSON Schema library: running the program xtask-lint, which Cargo compiles if necessary"
        );
        cargo::replaced_by(&mut program)
    }
}
