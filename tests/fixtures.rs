//! One small specification for each construct of OpenAPI, and the code that comes out.
//!
//! The same code is compiled into `flighthub2_tests::fixtures` by the build, and used below.

use std::fs;
use std::path::Path;

use flighthub2_generator::{Source, generate};
use flighthub2_tests::options::of_fixture;

#[test]
fn every_fixture_matches_its_snapshot() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(path.extension().unwrap(), "yaml");
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let source = Source::new(format!("{name}.yaml"), fs::read_to_string(&path).unwrap());
        let made = generate(&source, &of_fixture(&name)).unwrap_or_else(|problems| panic!("{problems}"));
        // The client is the same but for its groups; two fixtures show it, with a project and without.
        let shown = |path: &str| path != "client.rs" || ["envelope", "security"].contains(&&*name);
        let files = made.files.iter().filter(|(path, _)| shown(path));
        let files: Vec<String> = files.map(|(path, text)| format!("==== {path}\n{text}")).collect();
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("fixtures__{name}"), files.join("\n"));
        });
        count += 1;
    }
    assert!(count >= 18, "only {count} fixtures were found");
}
