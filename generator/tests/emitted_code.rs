//! The generated code of random valid documents compiles without a warning.
//!
//! The documents are valid by construction, and the same in every run. All of them are modules of one crate, which is
//! checked by one run of Cargo.

use crate::compiler::nested;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::for_all::cases;
use crate::specifications::edits::Choices;
use crate::specifications::valid::{Made, valid};
use flighthub2_generator::write::Plan;
use flighthub2_generator::{Diagnostics, Dialect, Generated, Options, Source, generate};
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// The number of documents. Two of three follow the rules of OpenAPI, one follows those of this repository's
/// specification.
const DOCUMENTS: u32 = 120;

struct Document {
    dialect: Dialect,
    made: Made,
    source: Source,
}

fn documents() -> Vec<Document> {
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let document = |index: usize| {
        let mut bytes = [0; 8192];
        random.fill_bytes(&mut bytes);
        let dialect = if index % 3 == 2 { Dialect::FlightHub } else { Dialect::OpenApi };
        let made = valid(&mut Choices::new(&bytes), dialect);
        let text = serde_yaml::to_string(&made.document).unwrap();
        Document { dialect, made, source: Source::new(format!("d{index:02}.yaml"), text) }
    };
    (0..cases(DOCUMENTS) as usize).map(document).collect()
}

fn generated(document: &Document) -> Result<Generated, Diagnostics> {
    let options = Options {
        dialect: document.dialect,
        bundle: false,
        generated_by: "a test".to_owned(),
        unused_types: true,
        ..Options::default()
    };
    generate(&document.source, &options)
}

/// The constructs of the documents. A construct that never occurs would not be tested.
#[rustfmt::skip]
const CONSTRUCTS: &[&str] = &[
    "allOf", "another name", "response without content", "any JSON", "default", "deprecated operation",
    "deprecated parameter", "deprecated schema", "description", "enumeration of numbers", "enumeration of one value",
    "enumeration of texts", "envelope", "header parameter", "list in a query", "list in place", "list with a name",
    "map in place", "map with a name", "members that are called like methods", "members that are not described", "null", "object", "object in place",
    "object that may be null", "object to be joined", "object without members", "oneOf", "oneOf with a discriminator",
    "failure with a body", "operation", "operation of a project", "operation without an id", "path parameter",
    "query parameter", "reference", "reference with words of its own", "request body", "response header", "scalar",
    "successes of several types", "type around a text or a number", "unit", "servers", "encoding", "form", "multipart form",
    "body of octets", "body of text", "body of any media type", "one of several credentials", "two credentials at once",
    "key in a header", "key in a query", "key in a cookie", "basic", "bearer", "OAuth 2", "OpenID Connect",
    "object in a query", "deepObject", "map in a query", "JSON in a query", "union in a query", "list in a header",
    "object in a header", "cookie", "list in a path", "label", "matrix", "matrix with each value", "parameter of any JSON",
    "property described twice", "allOf of texts", "properties for one direction", "enumeration of mixed values",
    "enumeration of booleans", "enumeration with a default", "discriminator without oneOf",
    "required property that is not described", "anyOf", "properties beside oneOf", "octets in JSON",
    "reference to a place within a component",
];

#[test]
fn the_code_of_any_valid_document_compiles() {
    let folder = Folder::new();
    let mut root = "#![allow(missing_docs)]\n".to_owned();
    let mut constructs: BTreeMap<&str, usize> = BTreeMap::new();
    let mut refused = String::new();
    let mut taken = 0;
    let documents = documents();
    for (index, document) in documents.iter().enumerate() {
        match generated(document) {
            Ok(made) => {
                Plan::new(&folder.sources().join(format!("d{index:02}")), &made.files).unwrap().apply().unwrap();
                root.push_str(&format!("pub mod d{index:02};\n"));
                taken += 1;
                for (construct, count) in &document.made.constructs {
                    *constructs.entry(construct).or_default() += count;
                }
            }
            Err(problems) => refused.push_str(&problems.to_string()),
        }
    }
    let all = documents.len();
    assert!(taken * 10 >= all * 9, "{taken} of {all} were taken:\n{refused}");
    let enough = cases(3) as usize;
    let rare: Vec<_> =
        CONSTRUCTS.iter().filter(|construct| constructs.get(**construct).is_none_or(|count| *count < enough)).collect();
    assert!(rare.is_empty(), "tried less than {enough} times: {rare:?} in {constructs:#?}");
    folder.write("src/lib.rs", &root);
    let diagnostics = folder.checked();
    assert!(
        diagnostics.is_empty(),
        "{}\n{} problems",
        diagnostics[..diagnostics.len().min(20)].join("\n"),
        diagnostics.len()
    );
}

/// The crate of the documents.
struct Folder {
    root: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let folder = Self { root: nested::folder("emitted") };
        let _ = fs::remove_dir_all(folder.sources());
        let package = "[package]\nname = \"emitted\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n";
        folder.write("Cargo.toml", &[package, &nested::dependencies()].concat());
        folder
    }

    fn sources(&self) -> PathBuf {
        self.root.join("src")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The compiler's errors and warnings.
    fn checked(&self) -> Vec<String> {
        let (messages, output) = nested::check(&self.root, &[]);
        let diagnostics: Vec<String> = messages
            .iter()
            .filter(|message| message["reason"] == "compiler-message" && message["target"]["name"] == "emitted")
            .map(|message| message["message"]["rendered"].as_str().unwrap_or_default().to_owned())
            .collect();
        // No messages count only if the crate was checked.
        let mut checked = messages.iter().filter(|message| message["reason"] == "compiler-artifact");
        let seen = checked.any(|message| message["target"]["name"] == "emitted");
        assert!(seen || !diagnostics.is_empty(), "the crate was not checked: {output}");
        diagnostics
    }
}
