//! A generated client as a separate crate: its manifest and its folder structure.
//!
//! In: the files of a module tree, the name of the crate, and the path of the runtime. Out: the files of a crate that
//! compiles without changes.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use crate::format::MARKER;
use crate::names::is_keyword;

/// The end of the root of a crate: programs name the types of the runtime without a dependency of their own.
const EXPORT: &str = "\n\
    /// The runtime: settings, credentials, errors, and all other types that clients have in common.\n\
    pub use ::flighthub2_runtime;\n";

/// A crate to generate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    name: String,
    runtime: String,
    is_workspace: bool,
}

/// The error for a name that is not a valid crate name, or that a crate with generated code cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPackageName {
    reason: &'static str,
}

impl fmt::Display for InvalidPackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)
    }
}

impl Error for InvalidPackageName {}

impl Package {
    /// A crate with this name. `runtime` is the path of the runtime crate: absolute, or relative to the folder of the
    /// crate.
    ///
    /// # Errors
    /// The name is not a valid crate name, or is reserved.
    pub fn new(name: impl Into<String>, runtime: impl Into<String>) -> Result<Self, InvalidPackageName> {
        let name = name.into();
        match problem(&name) {
            Some(reason) => Err(InvalidPackageName { reason }),
            None => Ok(Self { name, runtime: runtime.into(), is_workspace: false }),
        }
    }

    /// Declares the crate as the root of its own workspace. In a folder below another workspace, Cargo rejects a crate that
    /// is not a member of that workspace.
    #[must_use]
    pub fn with_own_workspace(mut self, is_workspace: bool) -> Self {
        self.is_workspace = is_workspace;
        self
    }

    /// The files of the crate, by path in its folder.
    pub(crate) fn files(
        &self,
        api: BTreeMap<String, String>,
        title: &str,
        generated_by: &str,
    ) -> BTreeMap<String, String> {
        let in_source = |path: String| if path == "mod.rs" { "src/lib.rs".to_owned() } else { format!("src/{path}") };
        let mut files: BTreeMap<String, String> = api.into_iter().map(|(path, text)| (in_source(path), text)).collect();
        if let Some(root) = files.get_mut("src/lib.rs") {
            root.push_str(EXPORT);
        }
        files.insert("Cargo.toml".to_owned(), self.manifest(title, generated_by));
        files
    }

    fn manifest(&self, title: &str, generated_by: &str) -> String {
        let workspace = if self.is_workspace {
            "\n# This folder is below another workspace, and the crate is not a member of that workspace.\n[workspace]\n"
        } else {
            ""
        };
        let (name, runtime) = (quoted(&self.name), quoted(&self.runtime));
        let description = quoted(&format!("Client for {title}"));
        format!(
            r#"# {MARKER} by {generated_by}

[package]
name = {name}
version = "0.1.0"
edition = "2024"
rust-version = "1.91"
description = {description}
publish = false

[features]
default = ["rustls"]
reqwest = ["flighthub2-runtime/reqwest"]
reqwest-config = ["reqwest", "flighthub2-runtime/reqwest-config"]
rustls = ["reqwest", "flighthub2-runtime/rustls"]
native-tls = ["reqwest", "flighthub2-runtime/native-tls"]
gzip = ["reqwest", "flighthub2-runtime/gzip"]
blocking = ["flighthub2-runtime/blocking"]
stream = ["flighthub2-runtime/stream"]
time = ["flighthub2-runtime/time"]

[dependencies]
flighthub2-runtime = {{ path = {runtime}, default-features = false }}
serde = {{ version = "1", features = ["derive"] }}
{workspace}"#
        )
    }
}

/// A TOML string. JSON strings are valid TOML strings, except for the character U+007F.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

/// The reason why a name cannot be the name of a crate with generated code, if there is one.
fn problem(name: &str) -> Option<&'static str> {
    let of_crate = name.replace('-', "_");
    if name.len() > 64 || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Some("a crate name has to begin with an ASCII letter and to have at most 64 characters");
    }
    if !of_crate.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Some("a crate name can contain only ASCII letters, digits, `-` and `_`");
    }
    if is_keyword(&of_crate) {
        return Some("a Rust keyword cannot be a crate name");
    }
    if ["std", "core", "alloc", "proc_macro", "test", "serde", "flighthub2_runtime"].contains(&&*of_crate) {
        return Some("the name is reserved: generated code or the compiler uses a crate with this name");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_valid_for_cargo() {
        for name in ["pets", "dji-flighthub-v2", "a", "A_b9"] {
            assert!(Package::new(name, "x").is_ok(), "{name}");
        }
        let long = "a".repeat(65);
        for name in
            ["", "-a", "9a", "_", "a b", "a/b", "é", "self", "type", "gen", "serde", "flighthub2-runtime", &long]
        {
            assert!(Package::new(name, "x").is_err(), "{name}");
        }
    }

    #[test]
    fn strings_of_a_document_are_escaped_in_a_manifest() {
        for title in ["\"]\n[dependencies]", "\\", "\u{7f}\u{1}", "名", "'''"] {
            let manifest = Package::new("pets", "C:\\runtime \"x\"").unwrap().manifest(title, "a test");
            let lines = manifest.lines().filter(|line| line.starts_with('['));
            assert_eq!(lines.collect::<Vec<_>>(), ["[package]", "[features]", "[dependencies]"], "{manifest}");
            assert!(!manifest.chars().any(|c| c.is_control() && c != '\n'), "{manifest}");
        }
    }
}
