//! Feeds `hwtasks_tests::checks::bodies`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hwtasks_tests::checks::bodies(data));
