//! Generates the client of `petstore.yaml` into the folder of Cargo for build scripts.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs, process};

use flighthub2_generator::write::Plan;
use flighthub2_generator::{Dialect, Options, Source, generate};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=petstore.yaml");
    let source = Source::new("petstore.yaml", fs::read_to_string("petstore.yaml")?);
    let options = Options { dialect: Dialect::OpenApi, bundle: false, ..Options::default() };
    let generated = match generate(&source, &options) {
        Ok(generated) => generated,
        Err(problems) => {
            // Cargo shows what a build script that fails has written here.
            eprint!("{problems}");
            process::exit(1);
        }
    };
    for warning in &generated.warnings {
        let place = &warning.location;
        println!("cargo::warning={}:{}:{}: {}", source.name(), place.line, place.column, warning.message);
    }
    let out = PathBuf::from(env::var("OUT_DIR")?).join("petstore");
    Plan::new(&out, &generated.files)?.apply()?;
    // `include!` takes this file; its module finds the files of its submodules in its own folder.
    let module = format!("#[path = {:?}]\npub mod petstore;\n", out.join("mod.rs"));
    fs::write(out.with_extension("rs"), module)?;
    Ok(())
}
