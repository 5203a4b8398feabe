//! The checks of the fuzz targets as ordinary tests: on their corpus, and on what is made of it.

use std::fs;
use std::path::{Path, PathBuf};

use hwtasks_tests::checks::{self, CHECKS, Check};
use proptest::prelude::*;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = fuzz().join("corpus").join(name);
    let inputs: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect();
    assert!(inputs.len() >= 8, "{name} has {} inputs", inputs.len());
    inputs
}

#[test]
fn every_target_has_its_check_and_passes_its_corpus() {
    let mut targets: Vec<_> = fs::read_dir(fuzz().join("targets"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    targets.sort();
    let mut names: Vec<_> = CHECKS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(targets, names);
    for (name, check) in CHECKS {
        corpus(name).iter().for_each(|input| check(input));
    }
}

/// An input of a corpus with a few bytes cut out, put in, or doubled.
fn mutated(name: &str) -> impl Strategy<Value = Vec<u8>> {
    let inserted = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..8),
        Just(b"null".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"1e400".to_vec()),
        Just("\u{2028}\u{1F600}".as_bytes().to_vec()),
    ];
    let edit = (any::<prop::sample::Index>(), 0..6_usize, inserted);
    let edits = proptest::collection::vec(edit, 0..5);
    (prop::sample::select(corpus(name)), edits).prop_map(|(mut input, edits)| {
        for (at, cut, inserted) in edits {
            let start = at.index(input.len() + 1);
            let end = (start + cut).min(input.len());
            input.splice(start..end, inserted);
        }
        input
    })
}

fn check(name: &str) -> Check {
    let found = CHECKS.iter().find(|(found, _)| *found == name);
    found.map(|(_, check)| *check).unwrap()
}

macro_rules! property {
    ($($name:ident),+) => {
        proptest! {
            $(
                #[test]
                fn $name(
                    near in mutated(stringify!($name)),
                    far in proptest::collection::vec(any::<u8>(), 0..64),
                ) {
                    let check = check(stringify!($name));
                    check(&near);
                    check(&far);
                }
            )+
        }
    };
}

property!(bodies, errors, credentials_file, retry_after, compact_time);

proptest! {
    #[test]
    fn bounds_include_every_time(second in -400_000_000_000..300_000_000_000_i64, nano in any::<i32>()) {
        let mut data = second.to_be_bytes().to_vec();
        data.extend(nano.to_be_bytes());
        checks::compact_time(&data);
    }
}

#[test]
#[should_panic(expected = "shows a secret")]
fn a_secret_that_is_shown_is_found() {
    checks::secrets_stay_hidden(
        b"[basic]\nsk = very-very-secret\n",
        "no very-very-secret here",
    );
}
