//! Generates the code of every fixture, so that the compiler sees it; and a table of the client's types, so that none is
//! forgotten.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flighthub2_generator::write::Plan;
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
    fs::write(target.join("made.rs"), made()?)?;
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
            // A number is written as the text that it means, so it has a kind of its own.
            let is_numbered =
                rest.split(");").next().is_some_and(|call| call.split_whitespace().any(|word| word == "numbers"));
            let kind = if is_numbered { "numbered_enum" } else { kind };
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

/// Every struct of the client, and a function that makes one as a caller does: the required values are those of another one.
/// A struct that cannot be made is missing in the table.
fn made() -> Result<String, Box<dyn Error>> {
    let folder = Path::new("../generated-client/src/api/types");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let text = fs::read_to_string(entry?.path())?;
        for (at, _) in text.match_indices("\npub struct ") {
            let (before, rest) = (&text[..at], &text[at + "\npub struct ".len()..]);
            let name = &rest[..rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())];
            // The attributes of the struct: what follows the item before.
            let attributes = before.rsplit_once("\n\n").map_or(before, |(_, attributes)| attributes);
            if let Some(made) = made_by(name, attributes, &text) {
                found.push((name.to_owned(), made));
            }
        }
    }
    found.sort();
    let mut functions = String::new();
    let mut table = String::new();
    for (index, (name, (how, expression))) in found.iter().enumerate() {
        writeln!(
            functions,
            "#[allow(dead_code)] fn make{index}(of: flighthub2::types::{name}) -> flighthub2::types::{name} {{ let _ = &of; {expression} }}"
        )?;
        writeln!(table, "Made {{ name: {name:?}, how: {how:?} }},")?;
    }
    Ok(format!("{{ {functions} &[{table}] }}"))
}

/// How a struct is made, and the expression.
fn made_by(name: &str, attributes: &str, text: &str) -> Option<(&'static str, String)> {
    let path = format!("flighthub2::types::{name}");
    let implementation = text.split_once(&format!("\nimpl {name} {{")).map(|(_, rest)| rest);
    let inherent = implementation.map(|rest| rest.split_once("\n}").map_or(rest, |(inherent, _)| inherent));
    if let Some(inherent) = inherent
        && inherent.contains("pub fn builder() ->")
    {
        let (_, required) = inherent.split_once("Required: ")?;
        let (required, _) = required.split_once(".\n")?;
        let setters = required.split(", ").map(|field| {
            let field = field.trim_matches('`');
            let field = if field == "type" { "r#type" } else { field };
            format!(".{field}(of.{field})")
        });
        return Some(("builder", format!("{path}::builder(){}.build()", setters.collect::<String>())));
    }
    let derives = attributes.split("#[derive(").nth(1).and_then(|rest| rest.split(')').next()).unwrap_or_default();
    if derives.split(", ").any(|derive| derive == "Default") || text.contains(&format!("impl Default for {name} {{")) {
        return Some(("default", format!("{path}::default()")));
    }
    let (_, arguments) = inherent?.split_once("pub fn new(")?;
    let (field, _) = arguments.split_once(':')?;
    let field = field.trim();
    Some(("new", format!("{path}::new(of.{field})")))
}
