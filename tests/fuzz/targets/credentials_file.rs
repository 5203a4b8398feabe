//! Feeds `hwtasks_tests::checks::credentials_file`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hwtasks_tests::checks::credentials_file(data));
