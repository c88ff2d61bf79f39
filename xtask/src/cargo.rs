//! Programs of this repository that Cargo builds and runs.
//!
//! In: the name of a program. Out: this process is replaced by it. It serves commands whose dependencies are not compiled
//! into `xtask`.

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::{Command, ExitCode};

/// `cargo run` of a program; append its arguments. It runs in the current folder, so relative paths keep their meaning.
pub(crate) fn run(program: &[&str]) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg("run").arg("--manifest-path").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"));
    if !io::stderr().is_terminal() {
        // Compiling may take a minute, so a terminal shows Cargo's progress.
        cargo.arg("--quiet");
    }
    cargo.args(program).arg("--");
    cargo
}

/// Becomes the program, so that a signal to this process reaches the program.
#[cfg(unix)]
pub(crate) fn replaced_by(program: &mut Command) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    report(&program.exec())
}

#[cfg(not(unix))]
pub(crate) fn replaced_by(program: &mut Command) -> ExitCode {
    match program.status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => report(&error),
    }
}

fn report(error: &io::Error) -> ExitCode {
    eprintln!("cargo cannot be run: {error}");
    ExitCode::FAILURE
}
