//! `cargo xtask mock`: the mock server as a program.
//!
//! In: a port. Out: a running server; see `generated-client/examples/mock.rs`. It is a separate program, so that this
//! one does not depend on the generated client: `cargo xtask gen` must work even if the client does not compile.

use std::process::ExitCode;

use clap::Args;

use crate::cargo;

/// Run a mock server that interprets the specification, for any client.
///
/// It listens on the loopback address only, until ctrl-c. It prints one line for each request: method, path, operation,
/// verdict and response.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask mock
  cargo xtask mock --speed 60 --provider minio
  cargo xtask mock --port 8080 --stateless")]
pub(crate) struct Arguments {
    /// The port [default: a free port].
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Stateless: return examples only.
    #[arg(long)]
    stateless: bool,
    /// How many times as fast as real time the simulated clock runs; 0 stops it.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Milliseconds before each response.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// Kind of the object store.
    #[arg(long, value_name = "NAME", default_value = "ali", value_parser = ["ali", "aws", "minio"])]
    provider: String,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let mut program = cargo::run(&["--package", "flighthub2", "--features", "testing", "--example", "mock"]);
    program.args(["--port", &arguments.port.to_string(), "--speed", &arguments.speed.to_string()]);
    program.args(["--latency", &arguments.latency.to_string(), "--provider", &arguments.provider]);
    if arguments.stateless {
        program.arg("--stateless");
    }
    cargo::replaced_by(&mut program)
}
