//! Files that a command reads: those of this repository, or others that were named.

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use flighthub2_generator::Source;

/// The specification of this repository.
pub(crate) const SPEC: &str = "spec/flighthub2.yaml";

/// Where a file is, and what it is called in messages: the one that was named, else one of this repository.
pub(crate) fn named(file: Option<&Path>, own: &str) -> (PathBuf, String) {
    match file {
        Some(path) => (path.to_owned(), path.display().to_string()),
        None => (Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(own), own.to_owned()),
    }
}

/// The text of such a file, or what to tell about it.
pub(crate) fn read(file: Option<&Path>, own: &str) -> Result<Source, String> {
    let (path, name) = named(file, own);
    let bytes = fs::read(&path).map_err(|error| format!("{name} cannot be read: {error}"))?;
    Source::from_bytes(name, bytes).map_err(|problems| problems.render(styled()))
}

/// Whether problems are told in colours.
pub(crate) fn styled() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
