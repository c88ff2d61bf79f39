//! Generates the code of every fixture, so that the compiler sees it; and a table of the client's types, so that none is
//! forgotten.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flighthub2_generator::disk::Plan;
use flighthub2_generator::{Source, generate};

#[path = "src/options.rs"]
pub mod options;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("fixtures");
    println!("cargo::rerun-if-changed=fixtures");
    println!("cargo::rerun-if-changed=src/options.rs");
    let target = PathBuf::from(env::var("OUT_DIR")?);
    let mut names: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    names.sort();
    let mut modules = String::new();
    for path in names.iter().filter(|path| path.extension().is_some_and(|ending| ending == "yaml")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let source = Source::new(path.display().to_string(), fs::read_to_string(path)?);
        let made = generate(&source, &options::of_fixture(&name))?;
        let out = target.join(&*name);
        Plan::new(&out, &made.files)?.apply()?;
        let file = out.join("mod.rs");
        writeln!(modules, "#[path = {file:?}]\npub mod {name};")?;
    }
    fs::write(target.join("fixtures.rs"), modules)?;
    fs::write(target.join("types.rs"), types()?)?;
    Ok(())
}

/// Every type of the client that is read and written by a macro of its runtime: `runtime::text_enum!(Name …`.
fn types() -> Result<String, Box<dyn Error>> {
    let folder = Path::new("../generated-client/src/api/types");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let text = fs::read_to_string(entry?.path())?;
        for call in text.split("\nruntime::").skip(1) {
            let Some((kind, rest)) = call.split_once("!(") else { continue };
            let rest = rest.trim_start();
            let end = rest.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(rest.len());
            found.push((rest[..end].to_owned(), kind.to_owned()));
        }
    }
    found.sort();
    let mut table = "&[\n".to_owned();
    for (name, kind) in found {
        writeln!(table, "Type {{ name: {name:?}, kind: {kind:?}, again: again::<flighthub2::types::{name}> }},")?;
    }
    Ok(table + "]")
}
