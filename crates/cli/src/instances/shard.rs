//! The instances of a sweep: read from a file, and divided into shards.

use std::collections::HashSet;
use std::fs::File;
use std::hash::Hasher as _;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use siphasher::sip::SipHasher24;

use crate::error::CliError;
use crate::output::Output;
use crate::runtime;

/// The largest list of instances; a device file is endless.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// The longest instance ID.
const MAX_ID_BYTES: usize = 128;
/// How many invalid lines a message lists.
const MAX_LISTED_LINES: usize = 5;

/// One part of a list of instances that several machines divide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    index: u64,
    count: u64,
}

/// Reads `I/N`.
pub(crate) fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(index, count)| {
        let index = index.trim().parse().ok()?;
        Some(Shard {
            index,
            count: count.trim().parse().ok()?,
        })
    });
    parts
        .filter(|shard| shard.index < shard.count)
        .ok_or_else(|| {
            "give I/N, with I from 0 to N-1: 0/3, 1/3 and 2/3 are all of three".to_owned()
        })
}

impl Shard {
    /// Whether an instance belongs to this shard: SipHash-2-4 of its ID, with a key of zeros, modulo the
    /// number of shards. The result is the same on every machine and in every version.
    pub(crate) fn has(self, instance: &str) -> bool {
        let mut hasher = SipHasher24::new();
        hasher.write(instance.as_bytes());
        hasher.finish() % self.count == self.index
    }
}

/// Reads the instances of a file, or of standard input for `-`: one per line. A `#` at the start of a
/// line or after a blank starts a comment.
pub(crate) async fn read(path: &Path, output: &Output) -> Result<Vec<String>, CliError> {
    let standard_input = path == Path::new("-");
    let name = match standard_input {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    };
    if standard_input && io::stdin().is_terminal() {
        output.hint("enter the IDs of the instances, one per line, and end with Ctrl-D");
    }
    let path = path.to_owned();
    let read = runtime::on_a_thread(move || match standard_input {
        true => read_all(io::stdin().lock()),
        false => File::open(path).and_then(read_all),
    });
    let bytes = read
        .await
        .unwrap_or_else(|| Err(io::Error::other("the reader has failed")));
    let bytes = bytes.map_err(|error| {
        CliError::bad_input(format!("the instances cannot be read: {error}"))
            .at(&name)
            .with_help("give a file with one instance ID per line, or - for standard input")
    })?;
    let mut instances = parse(&bytes, &name)?;
    let repeated = remove_duplicates(&mut instances);
    if repeated > 0 {
        let lines = if repeated == 1 {
            "line repeats"
        } else {
            "lines repeat"
        };
        output.hint(&format!(
            "{repeated} {lines} an instance, which is queried once"
        ));
    }
    Ok(instances)
}

/// Removes repeated instances; returns how many.
fn remove_duplicates(instances: &mut Vec<String>) -> usize {
    let before = instances.len();
    let mut seen = HashSet::with_capacity(before);
    instances.retain(|instance| seen.insert(instance.clone()));
    before - instances.len()
}

fn read_all(source: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_FILE_BYTES) {
        return Err(io::Error::other("they are more than 64 MiB"));
    }
    Ok(bytes)
}

fn parse(bytes: &[u8], name: &str) -> Result<Vec<String>, CliError> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut instances = Vec::new();
    let mut wrong = Vec::new();
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
        match id(line) {
            Ok(Some(id)) => instances.push(id.to_owned()),
            Ok(None) => {}
            Err(why) => wrong.push((number, why)),
        }
    }
    if !wrong.is_empty() {
        return Err(invalid_lines(name, &wrong));
    }
    if instances.is_empty() {
        return Err(CliError::bad_input("there are no instances")
            .at(name)
            .with_help("give the IDs of instances, one per line"));
    }
    Ok(instances)
}

/// The error for invalid lines; no request has been sent.
fn invalid_lines(name: &str, wrong: &[(usize, &str)]) -> CliError {
    let what = match wrong.len() {
        1 => "a line is not an instance ID".to_owned(),
        count => format!("{count} lines are not instance IDs"),
    };
    let shown: Vec<String> = wrong
        .iter()
        .take(MAX_LISTED_LINES)
        .map(|(line, why)| format!("{name}:{line} ({why})"))
        .collect();
    let place = match wrong.len().saturating_sub(MAX_LISTED_LINES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    };
    CliError::bad_input(what)
        .at(place)
        .with_help("fix these lines, or comment them out with #; no request was sent")
}

/// The ID on a line, if there is one; the error says why the line is invalid.
fn id(line: &[u8]) -> Result<Option<&str>, &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "not UTF-8")?.trim();
    let comment = line.match_indices('#').find(|(at, _)| {
        let before = line.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with(char::is_whitespace)
    });
    let line = match comment {
        Some((at, _)) => line.get(..at).unwrap_or_default().trim_end(),
        None => line,
    };
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() > MAX_ID_BYTES {
        return Err("longer than 128 bytes");
    }
    if line.contains(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)) {
        return Err("characters other than letters, digits, -, _ and .");
    }
    match line {
        "." | ".." => Err("the name of a folder"),
        id => Ok(Some(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shard_of_instance_is_unique_and_never_changes() {
        let count = 7;
        let mut sizes = [0; 7];
        for number in 0..7000 {
            let instance = format!("instance-{number}");
            let shards = (0..count).filter(|index| {
                Shard {
                    index: *index,
                    count,
                }
                .has(&instance)
            });
            let shards: Vec<_> = shards.collect();
            assert_eq!(shards.len(), 1);
            sizes[usize::try_from(shards[0]).unwrap()] += 1;
        }
        assert!(
            sizes.iter().all(|size| (850..1150).contains(size)),
            "{sizes:?}"
        );
        // Computed by another implementation of SipHash-2-4.
        for (instance, index) in GOLDEN {
            assert!(Shard { index, count: 1000 }.has(instance), "{instance}");
        }
    }

    /// `instance`, and its shard of 1000.
    const GOLDEN: [(&str, u64); 3] = [
        ("", 367),
        ("5560df16-cebf-4473-95c4-d1b573c16e79", 669),
        ("a8f4e3b1", 292),
    ];

    #[test]
    fn shard_index_starts_at_zero() {
        assert_eq!(shard("0/1"), Ok(Shard { index: 0, count: 1 }));
        assert_eq!(shard("2/3"), Ok(Shard { index: 2, count: 3 }));
        for text in ["", "3/3", "1", "0/0", "-1/3", "a/b", "1/2/3", "1/"] {
            assert!(shard(text).is_err(), "{text}");
        }
    }

    #[test]
    fn parse_ignores_comments_and_blank_lines() {
        let text = b"\xef\xbb\xbf# mine\r\na-1\r\n\r\n  b_2  # yours # too\n#c\nd.3\t#";
        assert_eq!(parse(text, "f").unwrap(), ["a-1", "b_2", "d.3"]);
        assert!(parse(b"", "f").is_err());
        assert!(parse(b"# none\n\n", "f").is_err());
        for text in [
            b"a b".as_slice(),
            b"a#b",
            b"a b # c",
            b"..",
            b"a/b",
            b"\xff",
            b"a\0",
            "实例".as_bytes(),
        ] {
            assert!(parse(text, "f").is_err());
        }
    }
}
