//! `cargo xtask gen`: generates the client from the specification.
//!
//! In: a specification and options. Out: the generated files on disk, or problems on the terminal. This module reads and
//! writes files; the generator decides about their contents.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, ValueEnum};
use flighthub2_generator::document::editor_schema;
use flighthub2_generator::write::{Action, Plan};
use flighthub2_generator::{
    Diagnostics, Filter, Generated, OperationPattern, Options, Package, Source, generate, report,
};

use crate::progress::with_progress;
use crate::spec::{self, Failure, Format, Rules, SPEC, resolve};
use crate::watch::{self, FilesRead};

const CRATE: &str = "flighthub2";
const OUT: &str = "generated-client/src/api";
/// The JSON Schema for editors of the specification.
const SCHEMA: &str = "spec/flighthub2.schema.json";
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
  cargo xtask gen --spec petstore.yaml --out ../petstore --crate petstore
  cargo xtask gen --spec petstore.yaml --out src/petstore --overlay petstore.overlay.yaml
  cargo xtask gen --spec petstore.yaml --out src/petstore --include tag:pets --exclude 'path:DELETE *'
  cargo xtask gen --spec petstore.yaml --out src/petstore --skip-unsupported --report")]
pub(crate) struct Arguments {
    /// Do not write; list stale, missing and obsolete files, and fail if there are any.
    #[arg(long)]
    check: bool,
    /// Generate again after each save of the specification, of an overlay or of a file that it refers to, until ctrl-c.
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
    /// An overlay (OpenAPI Overlay 1.0 or 1.1) that is applied to the specification before it is read, so that a mistake
    /// of another author is corrected without changing the file. May be repeated; the order is that of the options.
    #[arg(long, value_name = "FILE", requires = "spec")]
    overlay: Vec<PathBuf>,
    /// Generate the operations that a pattern matches only; may be repeated. `tag:PATTERN`, `operation:PATTERN` (the
    /// `operationId`), `path:PATTERN` or `path:METHOD PATTERN`. `*` matches any string, `?` one character; the whole
    /// name has to match. Types that only other operations use are not generated.
    #[arg(long, value_name = "PATTERN", requires = "out")]
    include: Vec<OperationPattern>,
    /// Do not generate the operations that a pattern matches, also if they are included; may be repeated.
    #[arg(long, value_name = "PATTERN", requires = "out")]
    exclude: Vec<OperationPattern>,
    /// Also generate the types of components that no operation uses, such as those of webhooks.
    #[arg(long, requires = "spec")]
    unused_types: bool,
    /// Omit the operations for which no correct code is possible, with the types that only they use, and generate
    /// everything else. A warning and the documentation of the generated code report the reason for each. An error that
    /// belongs to no operation remains an error.
    #[arg(long, requires = "out")]
    skip_unsupported: bool,
    /// Report the generated and the omitted parts, and each value that is any JSON, with the reason.
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    report: Option<ReportFormat>,
    /// Also read files outside of the folder of the specification, if it refers to them. Nothing is read from the network.
    #[arg(long, requires = "spec")]
    allow_outside: bool,
    /// The output format of problems.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// Text for a terminal.
    Text,
    /// One JSON object, and no other text, on standard output.
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let once = |read: &mut FilesRead| generated(arguments, read).unwrap_or_else(Failure::report);
    if arguments.watch {
        let (spec, mut name) = resolve(arguments.spec.as_deref(), SPEC);
        let mut files = vec![spec];
        for overlay in &arguments.overlay {
            name.push_str(&format!(", {}", overlay.display()));
            files.push(overlay.clone());
        }
        watch::run(&files, &name, once)
    } else {
        once(&mut FilesRead::default())
    }
}

/// Generates once. `files` are the files that the specification refers to.
fn generated(arguments: &Arguments, files: &mut FilesRead) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let (out, out_name) = resolve(arguments.out.as_deref(), OUT);
    if arguments.report == Some(ReportFormat::Json) && arguments.format != Format::Text {
        let why = "`--report=json` and another format than text would both write to standard output";
        return Err(Failure::wrong_use(why.to_owned()));
    }
    let options = options(arguments)?;
    let generate = |source| {
        let output = with_progress("generating", || generate(&source, &options))?;
        let warnings = Diagnostics::new(source, output.warnings.clone());
        Ok((output, warnings))
    };
    let read = spec::read_all(arguments.spec.as_deref(), SPEC, &arguments.overlay, arguments.allow_outside, files)?;
    let (output, warnings) = match read.and_then(generate) {
        Ok(output) => output,
        Err(problems) => {
            arguments.format.report(&problems);
            return Err("no file was written".to_owned().into());
        }
    };
    arguments.format.report_any(&warnings);
    let plan = Plan::new(&out, &output.files).map_err(|error| error.to_string())?;
    let schema = if arguments.spec.is_none() && arguments.out.is_none() { stale_schema()? } else { None };
    // With `--report=json`, standard output contains only the report.
    let printed = if arguments.report == Some(ReportFormat::Json) { Format::Json } else { arguments.format };
    if arguments.check {
        let repair = arguments.command(&out_name);
        if schema.is_some() {
            printed.print(&format!("stale: {SCHEMA}. To repair: {repair}"));
        }
        let code = checked(&plan, &output, &out_name, &repair, started, printed);
        print_report(arguments, warnings.source(), &output);
        return Ok(if schema.is_some() { ExitCode::FAILURE } else { code });
    }
    if let Some((path, text)) = schema {
        fs::write(path, text).map_err(|error| format!("cannot write {SCHEMA}: {error}"))?;
        printed.print(&format!("changed {SCHEMA}"));
    }
    plan.apply().map_err(|error| format!("cannot write {out_name}: {error}"))?;
    report_changes(&plan, &output, &out_name, started, printed);
    print_report(arguments, warnings.source(), &output);
    Ok(ExitCode::SUCCESS)
}

/// The path and the text of the JSON Schema for editors, if the file has another text.
fn stale_schema() -> Result<Option<(PathBuf, String)>, Failure> {
    let (path, name) = resolve(None, SCHEMA);
    let text = editor_schema();
    match fs::read_to_string(&path) {
        Ok(current) if current == text => Ok(None),
        Ok(_) => Ok(Some((path, text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some((path, text))),
        Err(error) => Err(format!("cannot read {name}: {error}").into()),
    }
}

impl Arguments {
    /// The command that generates the same without `--check`.
    fn command(&self, out: &str) -> String {
        let Some(spec) = &self.spec else { return "cargo xtask gen".to_owned() };
        let mut command = format!("cargo xtask gen --spec {} --out {out}", spec.display());
        let mut add = |option: &str, value: &str| command.push_str(&format!(" {option} {value}"));
        self.package.iter().for_each(|name| add("--crate", name));
        self.overlay.iter().for_each(|overlay| add("--overlay", &overlay.display().to_string()));
        self.include.iter().for_each(|pattern| add("--include", &format!("'{pattern}'")));
        self.exclude.iter().for_each(|pattern| add("--exclude", &format!("'{pattern}'")));
        if self.unused_types {
            command.push_str(" --unused-types");
        }
        if self.skip_unsupported {
            command.push_str(" --skip-unsupported");
        }
        command
    }
}

fn print_report(arguments: &Arguments, source: &Source, output: &Generated) {
    match arguments.report {
        Some(ReportFormat::Text) => arguments.format.print(report::text(source, output).trim_end()),
        Some(ReportFormat::Json) => spec::print(&report::json(source, output)),
        None => {}
    }
}

fn options(arguments: &Arguments) -> Result<Options, Failure> {
    let specification = arguments.spec.as_deref();
    let mut origin = match specification {
        Some(spec) => spec.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        None => SPEC.to_owned(),
    };
    for overlay in &arguments.overlay {
        origin.push_str(&format!(" and {}", overlay.file_name().unwrap_or_default().to_string_lossy()));
    }
    let change = if arguments.overlay.is_empty() { "Change that file" } else { "Change these files" };
    let filter = arguments.include.iter().cloned().fold(Filter::default(), Filter::including);
    let package = match (&arguments.package, &arguments.out) {
        (Some(name), Some(out)) => Some(package(name, out)?),
        _ => None,
    };
    Ok(Options {
        dialect: Rules::dialect(arguments.dialect, specification),
        bundle: arguments.out.is_none(),
        package,
        // The examples of its documentation name the client of this repository.
        crate_name: arguments.out.is_none().then(|| CRATE.to_owned()),
        generated_by: format!("`cargo xtask gen` from {origin}. {change}, not this one."),
        filter: arguments.exclude.iter().cloned().fold(filter, Filter::excluding),
        unused_types: arguments.unused_types,
        skip_unsupported: arguments.skip_unsupported,
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
    let agrees = pattern.components().all(|component| match component {
        Component::CurDir => true,
        Component::Normal(component) => parts.next().is_some_and(|part| component == "*" || component == part),
        _ => false,
    });
    agrees && (with_below || parts.next().is_none())
}

fn checked(plan: &Plan, output: &Generated, out: &str, repair: &str, started: Instant, format: Format) -> ExitCode {
    if plan.changes().is_empty() {
        report_changes(plan, output, out, started, format);
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

fn report_changes(plan: &Plan, output: &Generated, out: &str, started: Instant, format: Format) {
    for change in plan.changes() {
        let what = match change.action {
            Action::Add => "added  ",
            Action::Change => "changed",
            Action::Remove => "removed",
        };
        format.print(&format!("{what} {out}/{}", change.path));
    }
    let contents = format!("{} operations, {} types, {} files", output.operations, output.types, output.files.len());
    let milliseconds = started.elapsed().as_millis();
    if !output.skipped.is_empty() {
        format.print(&format!("not generated, because of errors:\n  {}", output.skipped.join("\n  ")));
    }
    if output.excluded > 0 {
        format.print(&format!("excluded: {} operations", output.excluded));
    }
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
