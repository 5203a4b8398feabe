//! Helpers that the tests of hwtasks share.
