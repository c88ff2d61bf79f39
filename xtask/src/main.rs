//! The program `cargo xtask`.

use std::process::ExitCode;

/// A run allocates and frees several hundred thousand small objects, in several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    xtask::run()
}
