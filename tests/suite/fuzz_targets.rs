//! Runs the checks of the fuzz targets as ordinary tests, on the committed seeds and on mutations of them.

use std::fs;
use std::path::{Path, PathBuf};

use hwtasks_tests::checks::{self, CHECKS, Check};
use proptest::prelude::*;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The seeds of a target, with their names.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = fuzz().join("corpus").join(target);
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut seeds: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(&path).unwrap())
        })
        .collect();
    seeds.sort();
    seeds
}

#[test]
fn every_target_has_a_check_and_passes_its_seeds() {
    let mut targets: Vec<_> = fs::read_dir(fuzz().join("targets"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    targets.sort();
    let mut names: Vec<_> = CHECKS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(targets, names);
    for (target, check) in CHECKS {
        for (_, seed) in seeds(target) {
            check(&seed);
        }
    }
}

/// A fuzzer's own corpus stays out of the repository: a seed has a name that says what it shows.
#[test]
fn seeds_are_few_distinct_and_named() {
    for (target, _) in CHECKS {
        let seeds = seeds(target);
        assert!((8..=12).contains(&seeds.len()), "{target}: {}", seeds.len());
        for (n, (name, seed)) in seeds.iter().enumerate() {
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(
                name.chars().all(is_plain),
                "{target}/{name}: use a-z, 0-9 and _"
            );
            let is_hash = name.len() == 40 && name.chars().all(|c| c.is_ascii_hexdigit());
            assert!(!is_hash, "{target}/{name}: name what the seed shows");
            let twin = seeds[..n].iter().find(|(_, other)| other == seed);
            assert!(twin.is_none(), "{target}/{name} is the same as {twin:?}");
        }
    }
}

/// A seed with a few bytes removed, inserted or replaced.
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
    (prop::sample::select(seeds(name)), edits).prop_map(|((_, mut input), edits)| {
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
                    mutated in mutated(stringify!($name)),
                    random in proptest::collection::vec(any::<u8>(), 0..64),
                ) {
                    let check = check(stringify!($name));
                    check(&mutated);
                    check(&random);
                }
            )+
        }
    };
}

property!(bodies, errors, credentials_file, retry_after, compact_time);

proptest! {
    #[test]
    fn compact_time_bounds_include_every_time(second in -400_000_000_000..300_000_000_000_i64, nano in any::<i32>()) {
        let mut data = second.to_be_bytes().to_vec();
        data.extend(nano.to_be_bytes());
        checks::compact_time(&data);
    }
}

#[test]
#[should_panic(expected = "shows a secret")]
fn secrets_stay_hidden_shown_secret_panics() {
    checks::secrets_stay_hidden(
        b"[basic]\nsk = very-very-secret\n",
        "no very-very-secret here",
    );
}
