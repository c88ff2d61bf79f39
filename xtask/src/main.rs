//! The commands of this repository.
//!
//! In: a command line. Out: what [`flighthub2_generator`] makes of it, told to a person, or a running mock server.
//! Decides nothing about specifications or code.

mod coverage;
mod diff;
mod explain;
mod r#gen;
mod lint;
mod mock;
mod new;
mod progress;
mod spec;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

/// A run makes and forgets some hundred thousand small things, in several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The commands of this repository.
///
/// Exit codes: 0 clean; 1 problems, and they are told; 2 wrong use, also a file that cannot be read.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Gen(r#gen::Arguments),
    Diff(diff::Arguments),
    Explain(explain::Arguments),
    New(new::Arguments),
    Coverage(coverage::Arguments),
    Lint(lint::Arguments),
    Mock(mock::Arguments),
}

fn main() -> ExitCode {
    let matches = with_examples(Arguments::command()).get_matches();
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    match arguments.command {
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Gen(arguments) => r#gen::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Coverage(arguments) => coverage::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Mock(arguments) => mock::run(&arguments),
    }
}

/// The help of all commands shows the first example of each.
fn with_examples(command: clap::Command) -> clap::Command {
    let mut examples = String::from("Examples, of which each command's own --help has more:");
    for subcommand in command.get_subcommands() {
        let own = subcommand.get_after_help().map(ToString::to_string).unwrap_or_default();
        let first = own.lines().find(|line| line.starts_with("  cargo xtask "));
        examples.extend(first.into_iter().flat_map(|first| ["\n", first]));
    }
    command.after_help(examples)
}
