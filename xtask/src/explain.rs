//! `cargo xtask explain`: the explanation of a diagnostic.
//!
//! In: a code. Out: its explanation; without a code, the list of all codes.

use std::process::ExitCode;

use clap::Args;
use flighthub2_generator::{Code, Severity};

use crate::spec::print;

/// Explain a diagnostic by its code, with a wrong and a right example.
///
/// Without a code, list all codes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask explain
  cargo xtask explain dangling-ref")]
pub(crate) struct Arguments {
    /// The code, which is in the brackets of a message: `error[dangling-ref]`.
    code: Option<Code>,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match arguments.code {
        Some(code) => print(&format!("{}[{code}]: {}\n\n{}", code.severity(), code.meaning(), code.explanation())),
        None => print(&list()),
    }
    ExitCode::SUCCESS
}

/// All codes, one per line.
fn list() -> String {
    let mut list = String::new();
    let width = Code::ALL.iter().map(|code| code.as_str().len()).max().unwrap_or_default();
    for (severity, is_rule, what) in [
        (Severity::Error, false, "Errors: no client is generated."),
        (Severity::Warning, true, "Warnings: rules of `cargo xtask lint`."),
        (Severity::Warning, false, "Warnings of `cargo xtask gen` for third-party documents."),
    ] {
        list.push_str(&format!("{what}\n"));
        let listed = |code: &&Code| code.severity() == severity && code.is_rule() == is_rule;
        for code in Code::ALL.iter().filter(listed) {
            list.push_str(&format!("  {:width$}  {}\n", code.as_str(), code.meaning()));
        }
        list.push('\n');
    }
    list + "For the explanation of a code: cargo xtask explain CODE\n"
}
