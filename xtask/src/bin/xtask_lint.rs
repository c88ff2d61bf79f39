//! The program that `cargo xtask lint` runs: all commands of `cargo xtask`, built with the feature `lint`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    xtask::run()
}
