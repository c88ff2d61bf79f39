//! Any bytes as the response of any operation.
#![no_main]

use flighthub2_tests::properties::Responses;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static RESPONSES: Responses = Responses::new();
}

fuzz_target!(|bytes: &[u8]| RESPONSES.with(|responses| responses.any(bytes)));
