//! Feeds `hwtasks_tests::checks::retry_after`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hwtasks_tests::checks::retry_after(data));
