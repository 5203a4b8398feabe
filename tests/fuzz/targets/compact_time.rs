//! Feeds `hwtasks_tests::checks::compact_time`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hwtasks_tests::checks::compact_time(data));
