//! Clients and their callers, checked by the compiler.
//!
//! In: for each pair of clients the files of the new one and a program for the old one. Out: what the compiler says of
//! the new client, and of the program with it.
//!
//! The compiler takes longer to start and to load the runtime than to check a program. So the clients are modules of
//! [`PARTS`] crates, and so are the programs that should compile. A program that should not compile is a crate of its own:
//! where names are not resolved, the compiler does not look for other errors.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::caller::Uses;
use super::{nested, program};

/// Crates that the clients are divided into, so that more than one core has work.
const PARTS: usize = 2;

/// The example that has all programs of a part that should compile.
const COMPILING: &str = "compiling";

/// A module of a part. A program for it names the runtime, too.
const CLIENT: &str = "mod api;
pub use api::*;
pub use ::flighthub2_runtime::codegen as runtime;
";

/// What is to be judged.
pub(crate) struct Pair<'u> {
    /// No other pair has it.
    pub(crate) name: String,
    /// The files of the client.
    pub(crate) files: BTreeMap<String, String>,
    /// What a program does with it.
    pub(crate) uses: &'u Uses,
    /// Whether the program should compile.
    pub(crate) should_compile: bool,
}

/// The result of the compiler.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// Errors of the client itself.
    pub(crate) client: Vec<String>,
    /// Errors of the program.
    pub(crate) program: Vec<String>,
}

/// Asks the compiler.
pub(crate) fn judge(pairs: &[Pair<'_>]) -> BTreeMap<String, Judgement> {
    let root = nested::folder("compare");
    write(&root, pairs);
    let (messages, said) = nested::check(&root, &["--workspace", "--lib", "--examples", "--keep-going"]);
    let mut judged: BTreeMap<String, Judgement> =
        pairs.iter().map(|it| (it.name.clone(), Judgement::default())).collect();
    let mut finished: BTreeSet<PathBuf> = BTreeSet::new();
    for message in messages {
        let target = &message["target"];
        let source = Path::new(target["src_path"].as_str().unwrap_or_default());
        match message["reason"].as_str() {
            Some("compiler-artifact") => {
                finished.insert(source.to_owned());
            }
            Some("compiler-message") if message["message"]["level"] == "error" => {
                let message = &message["message"];
                let text = message["message"].as_str().unwrap();
                let names = judged.keys().map(String::as_str).collect();
                let Some(name) = place(message, &names).or_else(|| name_in(source, &names)) else {
                    // How many errors there were.
                    assert!(text.starts_with("aborting due to "), "{}", message["rendered"]);
                    continue;
                };
                let judgement = judged.get_mut(&name).unwrap();
                let is_client = target["kind"][0] == "lib";
                if is_client { &mut judgement.client } else { &mut judgement.program }.push(text.to_owned());
            }
            _ => {}
        }
    }
    for (index, pair) in pairs.iter().enumerate() {
        // Whatever did not come to an end must not count as good. Errors elsewhere are the reason, and are reported.
        let in_same_part = pairs.iter().skip(index % PARTS).step_by(PARTS);
        let is_explained = in_same_part.map(|other| (other, &judged[&other.name])).any(|(other, judgement)| {
            let is_beside = pair.should_compile && other.should_compile && !judgement.program.is_empty();
            !judgement.client.is_empty() || is_beside || (other.name == pair.name && !judgement.program.is_empty())
        });
        let source = source(&root, index, pair);
        assert!(is_explained || finished.contains(&source), "{} was not checked: {said}", pair.name);
    }
    judged
}

/// The pair that a message is about, by the file that it points to, also from within a macro.
fn place(message: &Value, names: &BTreeSet<&str>) -> Option<String> {
    let mut spans: Vec<&Value> =
        message["spans"].as_array()?.iter().filter(|span| span["is_primary"] == true).collect();
    while let Some(span) = spans.pop() {
        if let Some(name) = name_in(Path::new(span["file_name"].as_str()?), names) {
            return Some(name);
        }
        spans.extend(span["expansion"].get("span"));
    }
    None
}

fn name_in(path: &Path, names: &BTreeSet<&str>) -> Option<String> {
    let words = path.iter().filter_map(|word| Path::new(word).file_stem()?.to_str());
    words.into_iter().find(|word| names.contains(word)).map(str::to_owned)
}

fn part(index: usize) -> String {
    format!("part_{}", index % PARTS)
}

/// The root of the crate that has the program of a pair.
fn source(root: &Path, index: usize, pair: &Pair<'_>) -> PathBuf {
    let examples = root.join("crates").join(part(index)).join("examples");
    if pair.should_compile {
        examples.join(COMPILING).join("main.rs")
    } else {
        examples.join(format!("{}.rs", pair.name))
    }
}

/// Writes the workspace; files that are the same keep their time, so that Cargo need not check them again.
fn write(root: &Path, pairs: &[Pair<'_>]) {
    let mut wanted: BTreeMap<PathBuf, String> = BTreeMap::new();
    let members = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n";
    wanted.insert(root.join("Cargo.toml"), members.to_owned());
    for (index, pair) in pairs.iter().enumerate() {
        let (name, part) = (&pair.name, part(index));
        let folder = root.join("crates").join(&part);
        wanted.entry(folder.join("Cargo.toml")).or_insert_with(|| {
            let package = format!("[package]\nname = \"{part}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n");
            package + &nested::dependencies()
        });
        let of_crate = |path: PathBuf, wanted: &mut BTreeMap<PathBuf, String>| {
            let text = wanted.entry(path).or_insert_with(|| "#![allow(warnings)]\n".to_owned());
            text.push_str(&format!("pub mod {name};\n"));
        };
        of_crate(folder.join("src/lib.rs"), &mut wanted);
        let client = folder.join("src").join(name);
        wanted.insert(client.join("mod.rs"), CLIENT.to_owned());
        wanted.extend(pair.files.iter().map(|(path, text)| (client.join("api").join(path), text.clone())));
        let source = source(root, index, pair);
        let program = program::program(pair.uses, &part, name);
        if pair.should_compile {
            wanted.insert(source.with_file_name(format!("{name}.rs")), program);
            of_crate(source, &mut wanted);
        } else {
            wanted.insert(source, program);
        }
    }
    for (path, text) in &mut wanted {
        if path.ends_with(Path::new(COMPILING).join("main.rs")) {
            text.push_str("fn main() {}\n");
        }
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
