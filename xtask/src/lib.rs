//! The commands of this repository.
//!
//! In: a command line. Out: the result of [`flighthub2_generator`] on a terminal, or a running mock server. Functions
//! for this repository only are here, too: [`coverage`] of the published pages, and [`skeleton`]s of new operations.

mod cargo;
pub mod coverage;
mod diff;
mod explain;
mod r#gen;
mod lint;
mod mock;
mod new;
mod progress;
pub mod skeleton;
mod spec;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

/// The commands of this repository.
///
/// Exit codes: 0 no problems; 1 reported problems; 2 wrong usage, including an unreadable file.
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
    Coverage(coverage::command::Arguments),
    Lint(lint::Arguments),
    Mock(mock::Arguments),
}

/// Runs the command of this process.
#[must_use]
pub fn run() -> ExitCode {
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
        Command::Coverage(arguments) => coverage::command::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Mock(arguments) => mock::run(&arguments),
    }
}

/// The help of all commands shows the first example of each.
fn with_examples(command: clap::Command) -> clap::Command {
    let mut examples = String::from("Examples; the --help of each command has more:");
    for subcommand in command.get_subcommands() {
        let help = subcommand.get_after_help().map(ToString::to_string).unwrap_or_default();
        let first = help.lines().find(|line| line.starts_with("  cargo xtask "));
        examples.extend(first.into_iter().flat_map(|first| ["\n", first]));
    }
    command.after_help(examples)
}
