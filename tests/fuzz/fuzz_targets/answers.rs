//! Any bytes as the answer of any operation.
#![no_main]

use flighthub2_tests::properties::Answers;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static ANSWERS: Answers = Answers::new();
}

fuzz_target!(|bytes: &[u8]| ANSWERS.with(|answers| answers.any(bytes)));
