//! Any text as a value of any type.
#![no_main]

use flighthub2_tests::properties::values;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| values(bytes));
