//! `cargo xtask diff`: the effect of a change of the specification on callers.
//!
//! In: two specifications, each a file or a git revision, and the corresponding versions of the client. Out: the report
//! of [`compare`]. This module reads files and revisions, and does not classify changes.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Args, ValueEnum};
use flighthub2_generator::compare::{self, Comparison, Mode, Verdict};
use flighthub2_generator::{Dialect, Source};

use crate::progress::with_progress;
use crate::spec::{self, Failure, Rules, SPEC};

const MANIFEST: &str = "generated-client/Cargo.toml";
const ROOT_MANIFEST: &str = "Cargo.toml";

/// Show the effect of a change of the specification on callers of the client.
///
/// Each difference is breaking, compatible or documentation only, with the reason in one line. The last line is the
/// required version bump of the client, by Cargo's rules. Differences alone are not a failure; see --check.
///
/// OLD and NEW are files or git revisions. If both exist, the name is a file.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask diff                             # what the working tree changes
  cargo xtask diff HEAD~3 HEAD --format markdown
  cargo xtask diff origin/main --check         # for CI
  cargo xtask diff spec/flighthub2.yaml page.yaml --only-common    # a page that DJI's site exports")]
pub(crate) struct Arguments {
    /// The old specification [default: that of the revision HEAD].
    #[arg(value_name = "OLD")]
    old: Option<String>,
    /// The new specification [default: that of the working tree].
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// Fail if the version of the client is not sufficient for the changes since OLD, which is a revision.
    #[arg(long, conflicts_with = "only_common")]
    check: bool,
    /// The output format.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Compare only the operations of both, by method and path: parameters, bodies, responses, their fields, types, enum
    /// values and constraints. Names in Rust, `x-` keys, descriptions and examples are ignored.
    #[arg(long)]
    only_common: bool,
    /// The rules for both [default: flighthub if both have `x-risk` keys, else openapi].
    #[arg(long, value_name = "RULES", conflicts_with = "only_common")]
    dialect: Option<Rules>,
    /// The repository of the revisions [default: this one].
    #[arg(long, value_name = "FOLDER")]
    repository: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For a terminal.
    Text,
    /// For a pull request, or the changelog.
    Markdown,
    /// For tools: one object.
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    report(arguments).unwrap_or_else(Failure::report)
}

fn report(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let root = arguments.repository.clone().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let old = Origin::of(arguments.old.as_deref().or(Some("HEAD")), &root)?;
    let new = Origin::of(arguments.new.as_deref(), &root)?;
    if arguments.check && (matches!(old, Origin::File(_)) || matches!(new, Origin::File(_))) {
        let problem = "--check compares versions, and a file has none: pass a revision, or omit OLD";
        return Err(Failure::wrong_use(problem.to_owned()));
    }
    let (old_source, new_source) = (old.source(&root)?, new.source(&root)?);
    let mode = match arguments.only_common {
        true => Mode::Common,
        false => Mode::Versions(dialect(arguments, &old_source, &new_source)),
    };
    let comparing = || compare::compare(&old_source, &new_source, mode);
    let comparison = match with_progress("comparing", comparing) {
        Ok(comparison) => comparison,
        Err(problems) => {
            problems.iter().for_each(|problems| spec::Format::Text.report(problems));
            return Err("nothing was compared".to_owned().into());
        }
    };
    let verdict = if arguments.only_common { None } else { verdict(arguments, &comparison, (&old, &new), &root)? };
    let text = match arguments.format {
        Format::Text => compare::text(&comparison, verdict.as_ref(), spec::is_styled(io::stdout().is_terminal())),
        Format::Markdown => compare::markdown(&comparison, verdict.as_ref()),
        Format::Json => compare::json(&comparison, verdict.as_ref()),
    };
    // Ignore broken pipes (`… | head`).
    let _ = io::stdout().write_all(text.as_bytes());
    match verdict {
        Some(Verdict { needs, is_sufficient: Some(false), .. }) if arguments.check => {
            Err(format!("the version in {MANIFEST} is not sufficient: write {needs} or a later one").into())
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn dialect(arguments: &Arguments, old: &Source, new: &Source) -> Dialect {
    match arguments.dialect {
        Some(Rules::Flighthub) => return Dialect::FlightHub,
        Some(Rules::Openapi) => return Dialect::OpenApi,
        None => {}
    }
    if [old, new].iter().all(|source| source.text().contains("x-risk:")) {
        return Dialect::FlightHub;
    }
    eprintln!("using the rules of OpenAPI, without `x-` keys: only one or none of the documents has `x-risk`");
    Dialect::OpenApi
}

/// The version bump. If the old version is not known, it is based on the version of the working tree.
fn verdict(
    arguments: &Arguments,
    comparison: &Comparison,
    (old, new): (&Origin, &Origin),
    root: &Path,
) -> Result<Option<Verdict>, Failure> {
    let made = match (old.version(root), new.version(root)) {
        (Ok(old), Ok(new)) => Verdict::new(comparison.worst(), &old, Some(&new)),
        (Err(problem), _) | (_, Err(problem)) if arguments.check => Err(problem),
        (Ok(known), Err(_)) => Verdict::new(comparison.worst(), &known, None),
        (Err(_), _) => match Origin::WorkingTree.version(root) {
            Ok(known) => Verdict::new(comparison.worst(), &known, None),
            Err(_) => return Ok(None),
        },
    };
    Ok(made.map(Some)?)
}

/// The location of a specification.
enum Origin {
    WorkingTree,
    File(PathBuf),
    Revision { name: String, commit: String },
}

impl Origin {
    fn of(argument: Option<&str>, root: &Path) -> Result<Self, Failure> {
        let Some(argument) = argument else { return Ok(Self::WorkingTree) };
        if Path::new(argument).is_file() {
            return Ok(Self::File(PathBuf::from(argument)));
        }
        let wanted = format!("{argument}^{{commit}}");
        let found = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        match found? {
            Some(commit) => {
                let commit = String::from_utf8_lossy(&commit).trim().to_owned();
                Ok(Self::Revision { name: argument.to_owned(), commit })
            }
            None => {
                let problem = format!("`{argument}` is neither a file nor a revision of this repository");
                Err(Failure::wrong_use(problem))
            }
        }
    }

    fn source(&self, root: &Path) -> Result<Source, Failure> {
        let (name, bytes) = match self {
            Self::WorkingTree => (SPEC.to_owned(), read(&root.join(SPEC), SPEC)),
            Self::File(path) => (path.display().to_string(), read(path, &path.display().to_string())),
            Self::Revision { name, commit } => (format!("{name}:{SPEC}"), of_commit(root, (name, commit), SPEC)),
        };
        Ok(Source::from_bytes(name, bytes.map_err(Failure::wrong_use)?)?)
    }

    /// The version of the client that is generated from the specification.
    fn version(&self, root: &Path) -> Result<String, String> {
        let text = |path: &str| {
            let bytes = match self {
                Self::WorkingTree => read(&root.join(path), path),
                Self::File(file) => Err(format!("{} has no version", file.display())),
                Self::Revision { name, commit } => of_commit(root, (name, commit), path),
            };
            String::from_utf8(bytes?).map_err(|_| format!("{path} is not UTF-8"))
        };
        let read = |path: &str| {
            text(path)?.parse::<toml::Table>().map_err(|error| format!("cannot read {path}: {}", error.message()))
        };
        let version = |table: &toml::Table, path: &[&str]| {
            let (first, rest) = path.split_first()?;
            rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key)).cloned()
        };
        let package_version = version(&read(MANIFEST)?, &["package", "version"]);
        let found = match package_version {
            Some(toml::Value::Table(inherited)) if inherited.get("workspace").is_some() => {
                (ROOT_MANIFEST, version(&read(ROOT_MANIFEST)?, &["workspace", "package", "version"]))
            }
            package_version => (MANIFEST, package_version),
        };
        match found {
            (_, Some(toml::Value::String(version))) => Ok(version),
            (path, _) => Err(format!("{path} has no version")),
        }
    }
}

fn read(path: &Path, name: &str) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("cannot read {name}: {error}"))
}

/// A file of a revision.
fn of_commit(root: &Path, (name, commit): (&str, &str), path: &str) -> Result<Vec<u8>, String> {
    let file = git(root, &["show", &format!("{commit}:./{path}")])?;
    file.ok_or_else(|| format!("the revision `{name}` has no {path}"))
}

/// The output of git; `None` if git finds no match.
fn git(root: &Path, arguments: &[&str]) -> Result<Option<Vec<u8>>, String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output();
    let output = output.map_err(|error| format!("cannot run git: {error}"))?;
    Ok(output.status.success().then_some(output.stdout))
}
