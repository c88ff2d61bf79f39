//! `cargo xtask mock`: the mock server as a program.
//!
//! In: a port. Out: a running server; see `generated-client/examples/mock.rs`. It is a separate program, so that this
//! one does not depend on the generated client: `cargo xtask gen` must work even if the client does not compile.

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;

/// Run a server that interprets the specification, for any client.
///
/// It listens on the loopback address only, until ctrl-c. It prints one line for each request: method, path, operation,
/// verdict and response.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask mock
  cargo xtask mock --port 8080 --stateless")]
pub(crate) struct Arguments {
    /// The port [default: a free port].
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Stateless: return examples only.
    #[arg(long)]
    stateless: bool,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let mut program = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    program.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    program.arg("run");
    if !io::stderr().is_terminal() {
        // Building the client takes a minute: cargo shows the progress.
        program.arg("--quiet");
    }
    program.args(["--package", "flighthub2", "--features", "testing", "--example", "mock", "--"]);
    program.args(["--port", &arguments.port.to_string()]);
    if arguments.stateless {
        program.arg("--stateless");
    }
    replaced_by(&mut program)
}

/// Replaces this process by the program, so that ending this process ends the server.
#[cfg(unix)]
fn replaced_by(program: &mut Command) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    report(&program.exec())
}

#[cfg(not(unix))]
fn replaced_by(program: &mut Command) -> ExitCode {
    match program.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => report(&error),
    }
}

fn report(error: &io::Error) -> ExitCode {
    eprintln!("cannot start the server: {error}");
    ExitCode::FAILURE
}
