//! Feeds `hwtasks_tests::checks::errors`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hwtasks_tests::checks::errors(data));
