//! Crates that a test writes below the target folder and checks with Cargo.
//!
//! In: manifests, and a folder. Out: the messages of the compiler. All of them use the runtime without its transport, and
//! share one target folder, so that the runtime is checked once for all tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The dependencies of generated code.
pub(crate) fn dependencies() -> String {
    let runtime = repository().join("generated-client/runtime");
    format!(
        "[dependencies]\nflighthub2-runtime = {{ path = {runtime:?}, default-features = false }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n"
    )
}

/// A folder for crates, which is not deleted.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Runs `cargo check` in a folder: its JSON messages, and its text output.
pub(crate) fn check(root: &Path, arguments: &[&str]) -> (Vec<Value>, String) {
    // The locked versions of this repository, which are available offline.
    fs::copy(repository().join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["check", "--offline", "--quiet", "--message-format", "json"])
        .args(arguments)
        .env("CARGO_TARGET_DIR", folder("nested-target"))
        // Not in the manifests, because `gen --crate` writes some of them: with a second profile the runtime and its
        // dependencies would be checked once more.
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env("CARGO_PROFILE_DEV_INCREMENTAL", "false")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let messages = String::from_utf8(output.stdout).unwrap();
    let messages = messages.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (messages, String::from_utf8_lossy(&output.stderr).into_owned())
}
