//! `cargo xtask gen`: the specification becomes the client.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, ValueEnum};
use flighthub2_generator::disk::{Action, Plan};
use flighthub2_generator::{Dialect, Generated, Options, Source, generate};

use crate::source::{SPEC, named, styled};
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
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rules {
    /// Those of spec/README.md.
    Flighthub,
    /// Those of OpenAPI 3.0 alone; `x-` keys mean nothing.
    Openapi,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    if arguments.watch {
        let (spec, name) = named(arguments.spec.as_deref(), SPEC);
        watch::run(&spec, &name, || once(arguments))
    } else {
        once(arguments)
    }
}

fn once(arguments: &Arguments) -> ExitCode {
    match generated(arguments) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn generated(arguments: &Arguments) -> Result<ExitCode, String> {
    let started = Instant::now();
    let (spec, name) = named(arguments.spec.as_deref(), SPEC);
    let (out, out_name) = named(arguments.out.as_deref(), OUT);
    let bytes = fs::read(&spec).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let options = options(arguments);
    let made = Source::from_bytes(name, bytes).and_then(|source| generate(&source, &options));
    let made = made.map_err(|problems| format!("{}nothing was written", problems.render(styled())))?;
    let plan = Plan::new(&out, &made.files).map_err(|error| error.to_string())?;
    if arguments.check {
        let repair = match &arguments.spec {
            Some(spec) => format!("cargo xtask gen --spec {} --out {out_name}", spec.display()),
            None => "cargo xtask gen".to_owned(),
        };
        return Ok(checked(&plan, &made, &out_name, &repair, started));
    }
    plan.apply().map_err(|error| format!("{out_name} cannot be written: {error}"))?;
    told(&plan, &made, &out_name, started);
    Ok(ExitCode::SUCCESS)
}

fn options(arguments: &Arguments) -> Options {
    let mut options = Options::default();
    if let Some(spec) = &arguments.spec {
        let name = spec.file_name().unwrap_or_default().to_string_lossy();
        options.made_by = format!("`cargo xtask gen` from {name}. Change that file, not this one.");
        options.dialect = Dialect::Foreign;
    }
    if arguments.out.is_some() {
        options.runtime = Some("flighthub2".to_owned());
    }
    match arguments.dialect {
        Some(Rules::Flighthub) => options.dialect = Dialect::FlightHub,
        Some(Rules::Openapi) => options.dialect = Dialect::Foreign,
        None => {}
    }
    options
}

fn checked(plan: &Plan, made: &Generated, out: &str, repair: &str, started: Instant) -> ExitCode {
    if plan.steps().is_empty() {
        told(plan, made, out, started);
        return ExitCode::SUCCESS;
    }
    for step in plan.steps() {
        let what = match step.action {
            Action::Add => "missing",
            Action::Change => "stale",
            Action::Remove => "left over",
        };
        println!("{what}: {out}/{}", step.path);
        print!("{}", step.diff());
    }
    println!(
        "{} stale, {} missing, {} left over. To repair: {repair}",
        plan.count(Action::Change),
        plan.count(Action::Add),
        plan.count(Action::Remove)
    );
    ExitCode::FAILURE
}

fn told(plan: &Plan, made: &Generated, out: &str, started: Instant) {
    for step in plan.steps() {
        let what = match step.action {
            Action::Add => "added  ",
            Action::Change => "changed",
            Action::Remove => "removed",
        };
        println!("{what} {out}/{}", step.path);
    }
    let contents = format!("{} operations, {} types, {} files", made.operations, made.types, made.files.len());
    let milliseconds = started.elapsed().as_millis();
    if plan.steps().is_empty() {
        println!("up to date: {contents} ({milliseconds} ms)");
    } else {
        println!(
            "{contents}: {} added, {} changed, {} removed ({milliseconds} ms)",
            plan.count(Action::Add),
            plan.count(Action::Change),
            plan.count(Action::Remove)
        );
    }
}
