//! Common parts of the commands that read files: the file, the rules, and the reporting of problems.
//!
//! In: paths and options of a command line. Out: sources of the generator, and reports on the terminal. This module does not
//! know the commands.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use flighthub2_generator::{Diagnostics, Dialect, Source};

use crate::watch::FilesRead;

/// The specification of this repository, below its root.
pub(crate) const SPEC: &str = "spec/flighthub2.yaml";

/// Bytes of a file that is read for a reference. The generator has the same limit for all of them together.
const MAX_BYTES: u64 = 40 << 20;

/// The exit code of wrong usage.
const WRONG_USE: u8 = 2;

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Rules {
    /// The rules of spec/README.md.
    Flighthub,
    /// The rules of OpenAPI 3.0; `x-` keys are ignored.
    Openapi,
}

impl Rules {
    /// The requested rules, or those for the file: only the specification of this repository has its own rules.
    pub(crate) fn dialect(asked: Option<Self>, spec: Option<&Path>) -> Dialect {
        match (asked, spec) {
            (Some(Self::Flighthub), _) | (None, None) => Dialect::FlightHub,
            (Some(Self::Openapi), _) | (None, Some(_)) => Dialect::OpenApi,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// As text, on standard error.
    Text,
    /// For editors: one JSON object per line, and no other text, on standard output.
    Json,
    /// For jobs of GitHub Actions: one workflow command per problem on standard output, shown at the lines of a change.
    Github,
    /// For code scanning: a document of SARIF 2.1.0, also if there is no problem, on standard output.
    Sarif,
}

impl Format {
    /// Reports problems.
    pub(crate) fn report(self, problems: &Diagnostics) {
        match self {
            Self::Text => eprint!("{}", rendered(problems)),
            Self::Json => print(&problems.json_lines()),
            Self::Github => print(&problems.github_commands()),
            Self::Sarif => print(&problems.sarif()),
        }
    }

    /// Reports the problems of a run that may have none.
    pub(crate) fn report_any(self, problems: &Diagnostics) {
        if self == Self::Sarif || !problems.problems().is_empty() {
            self.report(problems);
        }
    }

    /// Prints a message that is not a problem; on standard error if standard output is for programs.
    pub(crate) fn print(self, line: &str) {
        match self {
            Self::Text => print(&format!("{line}\n")),
            Self::Json | Self::Github | Self::Sarif => eprintln!("{line}"),
        }
    }
}

fn rendered(problems: &Diagnostics) -> String {
    problems.render(is_styled(io::stderr().is_terminal()))
}

/// Writes to standard output. Ignores broken pipes (`… | head`).
pub(crate) fn print(text: &str) {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("cannot write to standard output: {error}");
        }
        _ => {}
    }
}

/// Colours are used on a terminal, unless they are disabled: <https://no-color.org>.
pub(crate) fn is_styled(terminal: bool) -> bool {
    is_wanted(terminal, std::env::var_os("NO_COLOR").as_deref())
}

fn is_wanted(terminal: bool, no_color: Option<&OsStr>) -> bool {
    terminal && no_color.is_none_or(OsStr::is_empty)
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    why: String,
    code: ExitCode,
}

impl Failure {
    /// A request that cannot be fulfilled.
    pub(crate) fn wrong_use(why: String) -> Self {
        Self { why, code: ExitCode::from(WRONG_USE) }
    }

    /// The same, with an additional line.
    pub(crate) fn and(mut self, line: &str) -> Self {
        self.why.push('\n');
        self.why.push_str(line);
        self
    }

    /// Reports it, and returns the exit code.
    pub(crate) fn report(self) -> ExitCode {
        eprintln!("{}", self.why);
        self.code
    }
}

impl From<Diagnostics> for Failure {
    fn from(problems: Diagnostics) -> Self {
        rendered(&problems).trim_end().to_owned().into()
    }
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self { why, code: ExitCode::FAILURE }
    }
}

/// The path of a file, and its name in messages: the given file, or the default of this repository.
pub(crate) fn resolve(file: Option<&Path>, own: &str) -> (PathBuf, String) {
    match file {
        Some(path) => (path.to_owned(), path.display().to_string()),
        None => (Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(own), own.to_owned()),
    }
}

/// Reads such a file. Invalid UTF-8 is a problem of the file.
pub(crate) fn read(file: Option<&Path>, own: &str) -> Result<Result<Source, Diagnostics>, Failure> {
    let (path, name) = resolve(file, own);
    let bytes = fs::read(&path).map_err(|error| Failure::wrong_use(format!("cannot read {name}: {error}")))?;
    Ok(Source::from_bytes(name, bytes))
}

/// Reads a specification, the overlays that are applied to it, and the files that it refers to: those of its folder, and
/// others if that is allowed. `files` are these files, also those that cannot be read.
pub(crate) fn read_all(
    file: Option<&Path>,
    own: &str,
    overlays: &[PathBuf],
    allow_outside: bool,
    files: &mut FilesRead,
) -> Result<Result<Source, Diagnostics>, Failure> {
    let mut source = match read(file, own)? {
        Ok(source) => source,
        Err(problems) => return Ok(Err(problems)),
    };
    for overlay in overlays {
        match read(Some(overlay), "")? {
            Ok(overlay) => source = source.with_overlay(overlay),
            Err(problems) => return Ok(Err(problems)),
        }
    }
    let Some(file) = file else { return Ok(Ok(source)) };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(Ok(source.with_files(allow_outside, |path| {
        files.note(folder.join(path));
        read_other(folder, path, allow_outside)
    })))
}

/// Reads a file by its path from a folder.
fn read_other(folder: &Path, path: &str, allow_outside: bool) -> Result<String, String> {
    let text = |error: io::Error| error.to_string();
    // Links are resolved, because a link can lead out of the folder.
    let path = folder.join(path).canonicalize().map_err(text)?;
    if !allow_outside && !path.starts_with(folder.canonicalize().map_err(text)?) {
        return Err("it is a link out of the folder".to_owned());
    }
    let metadata = fs::metadata(&path).map_err(text)?;
    if !metadata.is_file() {
        return Err("it is no file".to_owned());
    }
    if metadata.len() > MAX_BYTES {
        return Err(format!("it has more than {MAX_BYTES} bytes"));
    }
    fs::read_to_string(&path).map_err(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_used_on_terminals_unless_disabled() {
        assert!(is_wanted(true, None));
        assert!(is_wanted(true, Some(OsStr::new(""))));
        assert!(!is_wanted(true, Some(OsStr::new("1"))));
        assert!(!is_wanted(false, None));
    }
}
