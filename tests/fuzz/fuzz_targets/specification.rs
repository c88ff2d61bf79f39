//! Any bytes as a specification, and edits of our own documents.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use specifications::documents::Documents;

#[allow(dead_code)]
#[path = "../../../generator/tests/specifications/mod.rs"]
mod specifications;

thread_local! {
    static DOCUMENTS: Documents = Documents::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
}

fuzz_target!(|bytes: &[u8]| {
    DOCUMENTS.with(|documents| specifications::check(documents, bytes));
});
