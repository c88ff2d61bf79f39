//! `cargo xtask gen`: generates the client from the specification.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use flighthub2_generator::write::{Action, Plan};
use flighthub2_generator::{Diagnostics, Generated, Options, Package, generate};

use crate::progress::with_progress;
use crate::spec::{self, Failure, Format, Rules, SPEC, resolve};
use crate::watch;

const OUT: &str = "generated-client/src/api";
const RUNTIME: &str = "generated-client/runtime";

/// Generate the client from the specification.
///
/// Writes only files that change, and removes files that are no longer generated. Errors are reported and the generated
/// client is left unchanged.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask gen
  cargo xtask gen --watch
  cargo xtask gen --check
  cargo xtask gen --spec petstore.yaml --out src/petstore
  cargo xtask gen --spec petstore.yaml --out ../petstore --crate petstore")]
pub(crate) struct Arguments {
    /// Do not write; list stale, missing and obsolete files, and fail if there are any.
    #[arg(long)]
    check: bool,
    /// Generate again after each save of the specification, until ctrl-c.
    #[arg(long, conflicts_with = "check")]
    watch: bool,
    /// Another specification [default: spec/flighthub2.yaml].
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,
    /// Another folder [default: generated-client/src/api]. The output is a module for a crate that depends on
    /// `flighthub2-runtime` and `serde`.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Write a whole crate of this name: `Cargo.toml` and `src`.
    #[arg(long = "crate", value_name = "NAME", requires_all = ["spec", "out"])]
    package: Option<String>,
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
    let options = options(arguments)?;
    let generate = |source| {
        let made = with_progress("generating", || generate(&source, &options))?;
        let warnings = Diagnostics::new(source, made.warnings.clone());
        Ok((made, warnings))
    };
    let read = spec::read_with_files(arguments.spec.as_deref(), SPEC, arguments.allow_outside)?;
    let (made, warnings) = match read.and_then(generate) {
        Ok(made) => made,
        Err(problems) => {
            arguments.format.report(&problems);
            return Err("no file was written".to_owned().into());
        }
    };
    if !warnings.problems().is_empty() {
        arguments.format.report(&warnings);
    }
    let plan = Plan::new(&out, &made.files).map_err(|error| error.to_string())?;
    if arguments.check {
        let repair = match &arguments.spec {
            Some(spec) => {
                let package = arguments.package.as_ref().map_or(String::new(), |name| format!(" --crate {name}"));
                format!("cargo xtask gen --spec {} --out {out_name}{package}", spec.display())
            }
            None => "cargo xtask gen".to_owned(),
        };
        return Ok(checked(&plan, &made, &out_name, &repair, started, arguments.format));
    }
    plan.apply().map_err(|error| format!("cannot write {out_name}: {error}"))?;
    report(&plan, &made, &out_name, started, arguments.format);
    Ok(ExitCode::SUCCESS)
}

fn options(arguments: &Arguments) -> Result<Options, Failure> {
    let specification = arguments.spec.as_deref();
    let origin = match specification {
        Some(spec) => spec.file_name().unwrap_or_default().to_string_lossy(),
        None => SPEC.into(),
    };
    let package = match (&arguments.package, &arguments.out) {
        (Some(name), Some(out)) => Some(package(name, out)?),
        _ => None,
    };
    Ok(Options {
        dialect: Rules::dialect(arguments.dialect, specification),
        bundle: arguments.out.is_none(),
        package,
        generated_by: format!("`cargo xtask gen` from {origin}. Change that file, not this one."),
    })
}

/// The settings of a crate in a folder.
fn package(name: &str, out: &Path) -> Result<Package, Failure> {
    let folder = absolute(out).map_err(|error| format!("cannot read {}: {error}", out.display()))?;
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let repository = repository.canonicalize().map_err(|error| format!("cannot read the repository: {error}"))?;
    let runtime = match folder.strip_prefix(&repository) {
        // Within the repository, use a relative path, which is valid in every checkout.
        Ok(below) => below.iter().map(|_| "..").collect::<PathBuf>().join(RUNTIME),
        Err(_) => repository.join(RUNTIME),
    };
    let Some(runtime) = runtime.to_str() else {
        return Err(format!("the path of the runtime is not UTF-8: {}", runtime.display()).into());
    };
    let package = Package::new(name, runtime)
        .map_err(|error| Failure::wrong_use(format!("`{name}` is not a valid crate name: {error}")))?;
    Ok(package.with_own_workspace(is_foreign_to_its_workspace(&folder)?))
}

/// An absolute path without links, also of a folder that does not exist yet.
fn absolute(folder: &Path) -> io::Result<PathBuf> {
    let folder = std::path::absolute(folder)?;
    let mut there = &*folder;
    loop {
        match (there.canonicalize(), there.parent()) {
            (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => there = parent,
            (Ok(real), _) => {
                return Ok(folder.strip_prefix(there).map_or(real.clone(), |rest| real.join(rest)));
            }
            (Err(error), _) => return Err(error),
        }
    }
}

/// Whether a folder is below a workspace of which it is not a member: Cargo rejects a crate there, unless it is its own
/// workspace.
fn is_foreign_to_its_workspace(folder: &Path) -> Result<bool, Failure> {
    for root in folder.ancestors().skip(1) {
        let path = root.join("Cargo.toml");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let manifest: toml::Table =
            text.parse().map_err(|error: toml::de::Error| format!("{}: {}", path.display(), error.message()))?;
        let Some(workspace) = manifest.get("workspace") else { continue };
        let below = folder.strip_prefix(root).unwrap_or(folder);
        let names = |key: &str| {
            let patterns = workspace.get(key).and_then(toml::Value::as_array).into_iter().flatten();
            patterns.filter_map(toml::Value::as_str).any(|pattern| matches(Path::new(pattern), below, key == "exclude"))
        };
        return Ok(!names("members") && !names("exclude"));
    }
    Ok(false)
}

/// Whether a path matches a pattern of a workspace: `*` matches one folder. Everything below an excluded folder is
/// excluded, too.
fn matches(pattern: &Path, path: &Path, with_below: bool) -> bool {
    let mut parts = path.iter();
    let agrees = pattern.components().all(|wanted| match wanted {
        Component::CurDir => true,
        Component::Normal(wanted) => parts.next().is_some_and(|part| wanted == "*" || wanted == part),
        _ => false,
    });
    agrees && (with_below || parts.next().is_none())
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
            Action::Remove => "obsolete",
        };
        format.print(&format!("{what}: {out}/{}\n{}", change.path, change.diff().trim_end()));
    }
    format.print(&format!(
        "{} stale, {} missing, {} obsolete. To repair: {repair}",
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
