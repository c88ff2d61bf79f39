//! Programs that must not compile: each would be a mistake in the air. The compiler's messages are in snapshots, because
//! they are what a caller reads.
//!
//! Each program is an example of a package that the test writes: where names are not resolved, the compiler does not look
//! for other errors.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{MAIN_SEPARATOR, PathBuf};

use serde_json::Value;

use super::nested;

#[test]
fn mistakes_do_not_compile() {
    let programs = programs();
    assert!(programs.len() >= 7, "only {programs:?}");
    let root = nested::folder("mistakes");
    fs::create_dir_all(&root).unwrap();
    let mut manifest = format!(
        "[package]\nname = \"mistakes\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         flighthub2 = {{ path = {:?}, default-features = false }}\n",
        nested::repository().join("generated-client"),
    );
    for (name, path) in &programs {
        manifest.push_str(&format!("\n[[example]]\nname = {name:?}\npath = {path:?}\n"));
    }
    fs::write(root.join("Cargo.toml"), manifest).unwrap();
    let (messages, output) = nested::check(&root, &["--examples", "--keep-going"]);

    let mut reported: BTreeMap<&str, String> = BTreeMap::new();
    let mut compiled: BTreeSet<&str> = BTreeSet::new();
    for message in &messages {
        let name = message["target"]["name"].as_str().unwrap_or_default();
        match message["reason"].as_str() {
            Some("compiler-artifact") => _ = compiled.insert(name),
            // Without a place: the number of errors.
            Some("compiler-message") if message["message"]["spans"][0].is_object() => {
                reported.entry(name).or_default().push_str(&normalized(&message["message"]));
            }
            _ => {}
        }
    }
    for name in programs.keys() {
        assert!(!compiled.contains(&**name), "{name} compiles");
        let text = reported.get(&**name).unwrap_or_else(|| panic!("{name} was not checked: {output}"));
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("mistakes__{name}"), text);
        });
    }
}

/// The programs, by name.
fn programs() -> BTreeMap<String, PathBuf> {
    let folder = nested::repository().join("tests/compile");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path)).collect()
}

/// A message without the folder of this repository and without line numbers of the client, which change with every
/// operation.
fn normalized(message: &Value) -> String {
    let repository = format!("{}{}", nested::repository().display(), MAIN_SEPARATOR);
    let rendered = message["rendered"].as_str().unwrap();
    let mut text = String::new();
    let mut is_in_program = true;
    for line in rendered.lines() {
        let gutter = line.len() - line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit()).len();
        let (number, rest) = line.split_at(gutter);
        if let Some((arrow @ ("-->" | ":::"), place)) = rest.split_once(' ') {
            let place = place.strip_prefix(&repository).unwrap_or(place).replace('\\', "/");
            is_in_program = place.starts_with("tests/compile/");
            let (file, _) = place.split_once(':').unwrap();
            text.push_str(&format!("   {arrow} {}\n", if is_in_program { &*place } else { file }));
        } else if rest.starts_with(['|', '=']) {
            // The width of the numbers depends on the longest of them.
            let number = if is_in_program { number.trim() } else { "" };
            text.push_str(&format!("{number:>3} {rest}\n"));
        } else {
            // A new part of the message. Without a place it is about the program.
            is_in_program = true;
            text.push_str(line);
            text.push('\n');
        }
    }
    assert!(!text.contains(&repository), "{text}");
    text
}
