//! `cargo xtask gen`: the specification becomes the client.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use flighthub2_generator::write::{Action, Plan};
use flighthub2_generator::{Diagnostics, Generated, Options, generate};

use crate::progress::with_progress;
use crate::spec::{self, Failure, Format, Rules, SPEC, resolve};
use crate::watch;

const OUT: &str = "generated-client/src/api";

/// Generate the client from the specification.
///
/// Writes only files that change, and removes those that are not generated any more. A specification with problems
/// changes nothing.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask gen
  cargo xtask gen --watch
  cargo xtask gen --check
  cargo xtask gen --spec petstore.yaml --out src/petstore")]
pub(crate) struct Arguments {
    /// Write nothing; show what is stale, missing or left over, and fail if anything is.
    #[arg(long)]
    check: bool,
    /// Generate again whenever the specification is saved, until ctrl-c.
    #[arg(long, conflicts_with = "check")]
    watch: bool,
    /// Another specification [default: spec/flighthub2.yaml].
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,
    /// Another folder [default: generated-client/src/api]. Code for another folder uses the crate `flighthub2` as its
    /// runtime, and needs `serde`.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// The rules to hold the specification to [default: flighthub for our own specification, openapi for others].
    #[arg(long, value_name = "RULES")]
    dialect: Option<Rules>,
    /// How to report problems.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let once = || generated(arguments).unwrap_or_else(Failure::report);
    if arguments.watch {
        let (spec, name) = resolve(arguments.spec.as_deref(), SPEC);
        watch::run(&spec, &name, once)
    } else {
        once()
    }
}

fn generated(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let (out, out_name) = resolve(arguments.out.as_deref(), OUT);
    let options = options(arguments);
    let generate = |source| {
        let made = with_progress("generating", || generate(&source, &options))?;
        let warnings = Diagnostics::new(source, made.warnings.clone());
        Ok((made, warnings))
    };
    let (made, warnings) = match spec::read(arguments.spec.as_deref(), SPEC)?.and_then(generate) {
        Ok(made) => made,
        Err(problems) => {
            arguments.format.report(&problems);
            return Err("nothing was written".to_owned().into());
        }
    };
    if !warnings.problems().is_empty() {
        arguments.format.report(&warnings);
    }
    let plan = Plan::new(&out, &made.files).map_err(|error| error.to_string())?;
    if arguments.check {
        let repair = match &arguments.spec {
            Some(spec) => format!("cargo xtask gen --spec {} --out {out_name}", spec.display()),
            None => "cargo xtask gen".to_owned(),
        };
        return Ok(checked(&plan, &made, &out_name, &repair, started, arguments.format));
    }
    plan.apply().map_err(|error| format!("{out_name} cannot be written: {error}"))?;
    report(&plan, &made, &out_name, started, arguments.format);
    Ok(ExitCode::SUCCESS)
}

fn options(arguments: &Arguments) -> Options {
    let specification = arguments.spec.as_deref();
    let origin = match specification {
        Some(spec) => spec.file_name().unwrap_or_default().to_string_lossy(),
        None => SPEC.into(),
    };
    Options {
        dialect: Rules::dialect(arguments.dialect, specification),
        runtime: arguments.out.is_some().then(|| "flighthub2".to_owned()),
        generated_by: format!("`cargo xtask gen` from {origin}. Change that file, not this one."),
    }
}

fn checked(plan: &Plan, made: &Generated, out: &str, repair: &str, started: Instant, format: Format) -> ExitCode {
    if plan.changes().is_empty() {
        report(plan, made, out, started, format);
        return ExitCode::SUCCESS;
    }
    for change in plan.changes() {
        let what = match change.action {
            Action::Add => "missing",
            Action::Change => "stale",
            Action::Remove => "left over",
        };
        format.print(&format!("{what}: {out}/{}\n{}", change.path, change.diff().trim_end()));
    }
    format.print(&format!(
        "{} stale, {} missing, {} left over. To repair: {repair}",
        plan.count(Action::Change),
        plan.count(Action::Add),
        plan.count(Action::Remove)
    ));
    ExitCode::FAILURE
}

fn report(plan: &Plan, made: &Generated, out: &str, started: Instant, format: Format) {
    for change in plan.changes() {
        let what = match change.action {
            Action::Add => "added  ",
            Action::Change => "changed",
            Action::Remove => "removed",
        };
        format.print(&format!("{what} {out}/{}", change.path));
    }
    let contents = format!("{} operations, {} types, {} files", made.operations, made.types, made.files.len());
    let milliseconds = started.elapsed().as_millis();
    if plan.changes().is_empty() {
        format.print(&format!("up to date: {contents} ({milliseconds} ms)"));
    } else {
        format.print(&format!(
            "{contents}: {} added, {} changed, {} removed ({milliseconds} ms)",
            plan.count(Action::Add),
            plan.count(Action::Change),
            plan.count(Action::Remove)
        ));
    }
}
