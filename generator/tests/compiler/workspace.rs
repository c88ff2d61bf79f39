//! Clients and their callers, judged by the compiler.
//!
//! In: for each pair of clients the files of the new one and a program for the old one. Out: what the compiler says of
//! the new client, and of the program with it. All of them are crates of one workspace with one runtime, which is checked
//! by one run of Cargo; it lies below the target folder and is kept, so that the dependencies are checked once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::outside::RUNTIME;

/// What is to be judged.
pub(crate) struct Crate {
    pub(crate) name: String,
    /// The files of the client, below `src`.
    pub(crate) files: BTreeMap<String, String>,
    /// A program that uses it.
    pub(crate) program: String,
}

/// What the compiler says.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// Errors of the client itself.
    pub(crate) client: Vec<String>,
    /// Errors of the program.
    pub(crate) program: Vec<String>,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Asks the compiler. `api` is generated code for the crate of the runtime, which is about something else.
pub(crate) fn judge(crates: &[Crate], api: &BTreeMap<String, String>) -> BTreeMap<String, Judgement> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compare");
    write(&root, crates, api);
    let output = Command::new(env!("CARGO"))
        .current_dir(&root)
        .args(["check", "--offline", "--workspace", "--lib", "--examples", "--keep-going"])
        .args(["--quiet", "--message-format", "json"])
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env("RUSTFLAGS", "-Awarnings")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let mut judged: BTreeMap<String, Judgement> =
        crates.iter().map(|it| (it.name.clone(), Judgement::default())).collect();
    let mut checked = 0;
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let message: Value = serde_json::from_str(line).unwrap();
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
    // Whatever did not come to an end without an error was not judged, and must not count as good.
    let good = judged.values().filter(|judgement| judgement.client.is_empty() && judgement.program.is_empty()).count();
    assert!(checked >= good, "{checked} of {good}: {}", String::from_utf8_lossy(&output.stderr));
    judged
}

fn crate_of(root: &Path, source: &str) -> Option<String> {
    let inside = Path::new(source).strip_prefix(root.join("crates")).ok()?;
    Some(inside.iter().next()?.to_str()?.to_owned())
}

/// Writes the workspace; files that are the same keep their time, so that Cargo need not check them again.
fn write(root: &Path, crates: &[Crate], api: &BTreeMap<String, String>) {
    let mut wanted: BTreeMap<PathBuf, String> = BTreeMap::new();
    let read = |path: &str| fs::read_to_string(repository().join(path)).unwrap();
    let root_manifest = read("Cargo.toml");
    let kept = ["[workspace.package]", "[workspace.dependencies]"].map(|header| section(&root_manifest, header));
    let members = "[workspace]\nresolver = \"3\"\nmembers = [\"runtime\", \"crates/*\"]\n";
    let profile = "[profile.dev]\ndebug = false\nincremental = false\n";
    wanted.insert(root.join("Cargo.toml"), [members, &kept.join("\n"), profile].join("\n"));

    let runtime = root.join("runtime");
    let manifest = read("generated-client/Cargo.toml");
    let sections = ["[package]", "[features]", "[dependencies]"].map(|header| section(&manifest, header));
    let manifest = sections.join("\n").replace("readme = \"README.md\"\n", "");
    wanted.insert(runtime.join("Cargo.toml"), manifest.replace("default = [\"rustls\"]", "default = []"));
    for entry in fs::read_dir(repository().join("generated-client/src")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            wanted.insert(runtime.join("src").join(path.file_name().unwrap()), text);
        }
    }
    wanted.extend(api.iter().map(|(path, text)| (runtime.join("src/api").join(path), text.clone())));

    for it in crates {
        let folder = root.join("crates").join(&it.name);
        let manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition.workspace = true\n\n[dependencies]\n\
             {RUNTIME} = {{ path = \"../../runtime\" }}\nserde.workspace = true\n",
            it.name
        );
        wanted.insert(folder.join("Cargo.toml"), manifest);
        wanted.extend(it.files.iter().map(|(path, text)| (folder.join("src").join(path), text.clone())));
        wanted.insert(folder.join("examples").join(format!("{}_caller.rs", it.name)), it.program.clone());
    }
    ["runtime", "crates"].iter().for_each(|folder| remove_others(&root.join(folder), &wanted));
    for (path, text) in wanted {
        if fs::read_to_string(&path).is_ok_and(|known| known == text) {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::copy(repository().join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
}

fn section(manifest: &str, header: &str) -> String {
    let start = manifest.find(header).unwrap_or_else(|| panic!("no {header} in the manifest"));
    let body = &manifest[start + header.len()..];
    let end = body.find("\n[").map_or(body.len(), |end| end + 1);
    format!("{header}{}", &body[..end])
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
