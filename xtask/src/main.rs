//! The program `cargo xtask`.

use std::process::ExitCode;

/// A run makes and forgets some hundred thousand small things, in several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    xtask::run()
}
