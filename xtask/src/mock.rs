//! `cargo xtask mock`: the mock server as a program.
//!
//! In: options. Out: a running server; see `generated-client/examples/mock.rs`. It is a program of its own, so that xtask
//! does not depend on the generated client: `cargo xtask gen` must work when that does not compile.

use std::process::ExitCode;

use clap::Args;

use crate::cargo;

/// Run a mock server that interprets the specification, for any client.
///
/// It listens on this machine only, and stops with ctrl-c. It prints its addresses, and a line for each request: method,
/// path, operation, verdict and response.
///
/// Devices, flight tasks with their media, routes, models, open modeling and stream forwarders have a state, which changes
/// with a simulated clock. Upload credentials and addresses of files lead to an object store on another port.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask mock
  cargo xtask mock --speed 60 --provider minio
  cargo xtask mock --port 8080 --stateless")]
pub(crate) struct Arguments {
    /// The port of the API [default: a free one].
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// No simulation: every response is an example.
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
