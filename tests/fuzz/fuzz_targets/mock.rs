//! Any bytes as a request to the mock server.
#![no_main]

use std::cell::RefCell;

use flighthub2_tests::properties::Mock;
use libfuzzer_sys::fuzz_target;

/// What is created is remembered, so that a server is not asked for ever.
const REQUESTS: u32 = 20_000;

thread_local! {
    static MOCK: RefCell<(u32, Mock)> = RefCell::new((0, Mock::new()));
}

fuzz_target!(|bytes: &[u8]| {
    MOCK.with_borrow_mut(|(asked, mock)| {
        *asked += 1;
        if *asked % REQUESTS == 0 {
            *mock = Mock::new();
        }
        mock.any(bytes);
    });
});
