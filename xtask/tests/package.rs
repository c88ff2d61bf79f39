//! `cargo xtask gen --crate`: the output is a crate that compiles.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::nested;

const SPEC: &str = "openapi: 3.0.3
info: {title: Pets, version: '1'}
paths:
  /pets:
    get:
      tags: [pets]
      operationId: listPets
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses: {'200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Pets'}}}}}
components:
  schemas:
    Pets: {type: array, items: {$ref: '#/components/schemas/Pet'}}
    Pet: {type: object, required: [name], properties: {name: {type: string}}}
";

fn generate(folder: &Path, spec: &str, out: &str, package: &str) -> Output {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("spec.yaml"), spec).unwrap();
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .current_dir(folder)
        .args(["gen", "--spec", "spec.yaml", "--out", out, "--crate", package])
        .output()
        .unwrap()
}

fn text_of(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8(output.stderr.clone()).unwrap()
}

fn succeeded(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", text_of(output));
}

/// The errors and warnings of a crate, without the built-in transport, which takes long to compile.
fn checked(folder: &Path, name: &str) {
    let (messages, written) = nested::check(folder, &["--no-default-features"]);
    let diagnostics: Vec<&str> =
        messages.iter().filter_map(|message| message["message"]["rendered"].as_str()).collect();
    assert!(diagnostics.is_empty(), "{}", diagnostics.join("\n"));
    let mut done = messages.iter().filter(|message| message["reason"] == "compiler-artifact");
    assert!(done.any(|message| message["target"]["name"] == name), "{name} was not checked: {written}");
}

/// Two versions of one API side by side, each with its own client: in two crates, and in two modules of one crate.
#[test]
fn two_versions_of_an_api_are_in_one_program() {
    let folder = nested::folder("package");
    let _ = fs::remove_dir_all(&folder);
    let second =
        SPEC.replace("version: '1'", "version: '2'").replace("limit", "page_size").replace("/pets:", "/v2/pets:");
    succeeded(&generate(&folder, SPEC, "v1", "pets-v1"));
    succeeded(&generate(&folder, &second, "v2", "pets-v2"));
    checked(&folder.join("v1"), "pets_v1");
    let both = folder.join("both");
    fs::create_dir_all(both.join("src")).unwrap();
    for (spec, module) in [(SPEC, "first"), (&*second, "second")] {
        fs::write(folder.join("spec.yaml"), spec).unwrap();
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let out = format!("both/src/{module}");
        succeeded(&xtask.current_dir(&folder).args(["gen", "--spec", "spec.yaml", "--out", &out]).output().unwrap());
    }
    let crates = "pets-v1 = { path = \"../v1\", default-features = false }\n\
                  pets-v2 = { path = \"../v2\", default-features = false }\n";
    let package = "[package]\nname = \"both\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n";
    let manifest = [package, &nested::dependencies(), crates, "\n[features]\n"].concat();
    fs::write(both.join("Cargo.toml"), manifest).unwrap();
    let program = r#"//! Both.
#![allow(missing_docs)]

pub mod first;
pub mod second;

use pets_v1::flighthub2_runtime::{Error, Token};

pub fn token() -> Result<Token, flighthub2_runtime::Error> {
    Token::basic("user", "password")
}

pub async fn pets(settings: (pets_v1::ClientBuilder, second::ClientBuilder)) -> Result<usize, Error> {
    let (old, new) = (settings.0.build()?, settings.1.build()?);
    let (old, new) = (old.pets().list_pets().limit(5).send().await?, new.pets().list_pets().page_size(5).send().await?);
    let _: (&pets_v1::Client, Option<first::Client>) = (&pets_v1::Client::builder().build()?, None);
    let _: Option<pets_v2::Call<pets_v2::Client, pets_v2::pets::ListPets>> = None;
    Ok(old.len() + new.len() + pets_v1::OPERATIONS.len() + pets_v2::OPERATIONS.len())
}
"#;
    fs::write(both.join("src/lib.rs"), program).unwrap();
    checked(&both, "both");
}

#[test]
fn the_runtime_is_found_from_every_folder() {
    // Not the target folder of Cargo, which can be outside of the repository.
    let ignored = nested::repository().join("target");
    fs::create_dir_all(&ignored).unwrap();
    let inside = tempfile::tempdir_in(ignored).unwrap();
    succeeded(&generate(inside.path(), SPEC, "deep/down", "pets"));
    let manifest = fs::read_to_string(inside.path().join("deep/down/Cargo.toml")).unwrap();
    assert!(manifest.contains("\n[workspace]\n"), "{manifest}");
    let (_, path) = manifest.split_once("flighthub2-runtime = { path = \"").unwrap();
    let (path, _) = path.split_once('"').unwrap();
    assert!(path.starts_with("../../"), "{path}");
    let found = inside.path().join("deep/down").join(path).canonicalize().unwrap();
    assert_eq!(found, nested::repository().join("generated-client/runtime"));

    let outside = tempfile::tempdir().unwrap();
    succeeded(&generate(outside.path(), SPEC, "pets", "pets"));
    let manifest = fs::read_to_string(outside.path().join("pets/Cargo.toml")).unwrap();
    assert!(manifest.contains(&format!("path = \"{}\"", found.display())), "{manifest}");
    assert!(!manifest.contains("[workspace]"), "{manifest}");
}

#[test]
fn a_member_of_a_workspace_has_no_workspace_table() {
    let cases = [
        ("members = [\"crates/*\"]", "crates/pets", false),
        ("members = [\"crates/*\"]", "crates/more/pets", true),
        ("members = [\"./pets\"]", "pets", false),
        ("members = []", "pets", true),
        ("exclude = [\"other\"]", "other/pets", false),
    ];
    for (workspace, out, own) in cases {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("Cargo.toml"), format!("[workspace]\n{workspace}\n")).unwrap();
        succeeded(&generate(root.path(), SPEC, out, "pets"));
        let manifest = fs::read_to_string(root.path().join(out).join("Cargo.toml")).unwrap();
        assert_eq!(manifest.contains("[workspace]"), own, "{workspace} {out}");
    }
}

#[test]
fn a_foreign_manifest_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("pets/Cargo.toml");
    fs::create_dir_all(manifest.parent().unwrap()).unwrap();
    fs::write(&manifest, "[package]\nname = \"mine\"\n").unwrap();
    let output = generate(folder.path(), SPEC, "pets", "pets");
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    assert!(text_of(&output).contains("Cargo.toml exists and was not generated"), "{}", text_of(&output));
    assert_eq!(fs::read_to_string(&manifest).unwrap(), "[package]\nname = \"mine\"\n");
    assert!(!folder.path().join("pets/src").exists());
}

/// Files that are no longer generated are removed; files that were never generated, and build output, are left
/// unchanged.
#[test]
fn a_second_run_replaces_generated_files_only() {
    let folder = tempfile::tempdir().unwrap();
    succeeded(&generate(folder.path(), SPEC, "pets", "pets"));
    let out = folder.path().join("pets");
    assert!(out.join("src/pets.rs").exists());
    let kept = ["target/CACHEDIR.TAG", "target/debug/out.rs", ".git/out.rs", "README.md", "src/mine.rs"];
    for path in kept {
        let path = out.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = if path.ends_with("README.md") || path.ends_with("mine.rs") { "Mine.\n" } else { "// @generated\n" };
        fs::write(path, text).unwrap();
    }
    succeeded(&generate(folder.path(), &SPEC.replace("tags: [pets]", "tags: [cats]"), "pets", "pets"));
    assert!(!out.join("src/pets.rs").exists());
    assert!(out.join("src/cats.rs").exists());
    for path in kept {
        assert!(out.join(path).exists(), "{path}");
    }
}

#[test]
fn an_invalid_crate_name_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a b", "type", "flighthub2-runtime"] {
        let output = generate(folder.path(), SPEC, "pets", name);
        assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
        assert!(text_of(&output).contains(&format!("`{name}` is not a valid crate name: ")), "{}", text_of(&output));
    }
    assert!(!folder.path().join("pets").exists());
}
