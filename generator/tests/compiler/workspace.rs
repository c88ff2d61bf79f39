//! Clients and their callers, checked by the compiler.
//!
//! In: for each pair of clients the files of the new one and a program for the old one. Out: the compiler's errors in
//! the new client, and in the program with it. All of them are crates of one workspace, which is checked by one run of
//! Cargo.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::nested;

/// A client as a crate. A program for it depends on the runtime, too.
const ROOT: &str = "#![allow(warnings)]
mod api;
pub use api::*;
pub use ::flighthub2_runtime::codegen as runtime;
";

/// The code to check.
pub(crate) struct Crate {
    pub(crate) name: String,
    /// The files of the client.
    pub(crate) files: BTreeMap<String, String>,
    /// A program that uses it.
    pub(crate) program: String,
}

/// The result of the compiler.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// Errors of the client itself.
    pub(crate) client: Vec<String>,
    /// Errors of the program.
    pub(crate) program: Vec<String>,
}

/// Runs the compiler.
pub(crate) fn judge(crates: &[Crate]) -> BTreeMap<String, Judgement> {
    let root = nested::folder("compare");
    write(&root, crates);
    let (messages, output) = nested::check(&root, &["--workspace", "--lib", "--examples", "--keep-going"]);
    let mut judged: BTreeMap<String, Judgement> =
        crates.iter().map(|it| (it.name.clone(), Judgement::default())).collect();
    let mut checked = 0;
    for message in messages {
        let library = message["target"]["kind"][0] == "lib";
        match message["reason"].as_str() {
            Some("compiler-artifact") if !library => checked += 1,
            Some("compiler-message") if message["message"]["level"] == "error" => {
                let source = message["target"]["src_path"].as_str().unwrap();
                let Some(judgement) = crate_of(&root, source).and_then(|name| judged.get_mut(&name)) else {
                    panic!("{}", message["message"]["rendered"]);
                };
                let errors = if library { &mut judgement.client } else { &mut judgement.program };
                errors.push(message["message"]["message"].as_str().unwrap().to_owned());
            }
            _ => {}
        }
    }
    // A crate without a result was not checked, and must not count as correct.
    let good = judged.values().filter(|judgement| judgement.client.is_empty() && judgement.program.is_empty()).count();
    assert!(checked >= good, "{checked} of {good}: {output}");
    judged
}

fn crate_of(root: &Path, source: &str) -> Option<String> {
    let inside = Path::new(source).strip_prefix(root.join("crates")).ok()?;
    Some(inside.iter().next()?.to_str()?.to_owned())
}

/// Writes the workspace; unchanged files keep their timestamp, so that Cargo does not check them again.
fn write(root: &Path, crates: &[Crate]) {
    let mut wanted: BTreeMap<PathBuf, String> = BTreeMap::new();
    let members = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n";
    wanted.insert(root.join("Cargo.toml"), [members, nested::PROFILE].concat());
    for it in crates {
        let folder = root.join("crates").join(&it.name);
        let package = format!("[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n", it.name);
        wanted.insert(folder.join("Cargo.toml"), package + &nested::dependencies());
        wanted.insert(folder.join("src/lib.rs"), ROOT.to_owned());
        wanted.extend(it.files.iter().map(|(path, text)| (folder.join("src/api").join(path), text.clone())));
        wanted.insert(folder.join("examples").join(format!("{}_caller.rs", it.name)), it.program.clone());
    }
    remove_others(&root.join("crates"), &wanted);
    for (path, text) in wanted {
        if fs::read_to_string(&path).is_ok_and(|known| known == text) {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn remove_others(folder: &Path, wanted: &BTreeMap<PathBuf, String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            remove_others(&path, wanted);
            let _ = fs::remove_dir(&path);
        } else if !wanted.contains_key(&path) {
            fs::remove_file(&path).unwrap();
        }
    }
}
