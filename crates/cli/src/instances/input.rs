//! Reads instances: IDs, one per line, or JSON.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::error::CliError;
use crate::instances::{Instance, is_uuid};
use crate::options::Service;
use crate::output::Output;
use crate::runtime;

/// The largest list of instances; a device file is endless.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// The longest instance ID.
const MAX_ID_BYTES: usize = 128;
/// How many invalid lines a message lists.
const MAX_LISTED_LINES: usize = 5;
/// The members of a JSON object that may hold the ID of an instance.
const ID_MEMBERS: [&str; 2] = ["instance_id", "id"];
/// The member of a JSON object with all instances, in the responses of the service.
const LIST_MEMBER: &str = "instances";

/// Reads the instances of a file, or of standard input for `-`, each once.
///
/// Text has one ID per line; a `#` at the start of a line or after a blank starts a comment. JSON is an
/// array of IDs or of instances, or the list of instances that `hcloud` and `hwtasks instances` print.
pub(crate) async fn read(
    service: Service,
    path: &Path,
    output: &Output,
) -> Result<Vec<Arc<Instance>>, CliError> {
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
        let is_instance = name.starts_with('@') || is_uuid(&name);
        let help = match is_instance && error.kind() == io::ErrorKind::NotFound {
            true => format!(
                "this is read as a file of instances; `hwtasks {} list {name}` reads one instance",
                service.as_str()
            ),
            false => {
                "give a file with one instance ID per line, or - for standard input".to_owned()
            }
        };
        CliError::bad_input(format!("the instances cannot be read: {error}"))
            .at(&name)
            .with_help(help)
    })?;
    let mut instances = parse(service, &bytes, &name)?;
    let repeated = remove_duplicates(&mut instances);
    if repeated > 0 {
        let what = match (is_json(&bytes), repeated) {
            (false, 1) => "line repeats",
            (false, _) => "lines repeat",
            (true, 1) => "entry repeats",
            (true, _) => "entries repeat",
        };
        output.hint(&format!(
            "{repeated} {what} an instance, which is queried once"
        ));
    }
    Ok(instances)
}

/// Removes repeated instances; returns how many.
fn remove_duplicates(instances: &mut Vec<Arc<Instance>>) -> usize {
    let before = instances.len();
    let mut seen = HashSet::with_capacity(before);
    instances.retain(|instance| seen.insert(instance.id.clone()));
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

fn parse(service: Service, bytes: &[u8], name: &str) -> Result<Vec<Arc<Instance>>, CliError> {
    let instances = match is_json(bytes) {
        true => from_json(service, without_mark(bytes), name)?,
        false => from_lines(service, without_mark(bytes), name)?,
    };
    if instances.is_empty() {
        return Err(CliError::bad_input("there are no instances")
            .at(name)
            .with_help("give the IDs of instances, one per line, or --all-instances"));
    }
    Ok(instances)
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

/// Whether a list is JSON: no ID begins as JSON does.
fn is_json(bytes: &[u8]) -> bool {
    let mut bytes = without_mark(bytes).iter();
    let first = bytes.find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'[' | b'{' | b'"'))
}

fn from_lines(service: Service, bytes: &[u8], name: &str) -> Result<Vec<Arc<Instance>>, CliError> {
    let mut instances = Vec::new();
    let mut wrong = Vec::new();
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
        match id(line) {
            Ok(Some(id)) => instances.push(Instance::new(service, id)),
            Ok(None) => {}
            Err(why) => wrong.push((number, why)),
        }
    }
    match wrong.is_empty() {
        true => Ok(instances),
        false => Err(invalid_lines(name, &wrong)),
    }
}

/// Reads one JSON document or several, such as the lines of `-o ndjson`.
fn from_json(service: Service, bytes: &[u8], name: &str) -> Result<Vec<Arc<Instance>>, CliError> {
    let wrong = |why: String| {
        CliError::bad_input(format!("the instances cannot be read: {why}"))
            .at(name)
            .with_help(
                "give a JSON array of instance IDs, or the list of instances that `hcloud` or \
                 `hwtasks` prints; no request was sent",
            )
    };
    let mut instances = Vec::new();
    for document in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        let document = document.map_err(|error| wrong(format!("invalid JSON: {error}")))?;
        let listed = document.get(LIST_MEMBER).and_then(Value::as_array);
        let entries = match (&document, listed) {
            (_, Some(entries)) | (Value::Array(entries), None) => entries.as_slice(),
            (one, None) => std::slice::from_ref(one),
        };
        for entry in entries {
            let member = |member: &&str| entry.get(*member).and_then(Value::as_str);
            let found = entry
                .as_str()
                .or_else(|| ID_MEMBERS.iter().find_map(member));
            let position = instances.len() + 1;
            let found =
                found.ok_or_else(|| wrong(format!("entry {position} has no instance_id")))?;
            let found = checked(found).map_err(|why| wrong(format!("entry {position}: {why}")))?;
            let label = entry.get("name").and_then(Value::as_str);
            instances.push(Instance::with_name(
                service,
                found,
                label.map(str::to_owned),
            ));
        }
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
    match line {
        "" => Ok(None),
        id => checked(id).map(Some),
    }
}

/// An instance ID; the error says why it is invalid.
fn checked(id: &str) -> Result<&str, &'static str> {
    if id.len() > MAX_ID_BYTES {
        return Err("longer than 128 bytes");
    }
    if id.is_empty() || id.contains(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)) {
        return Err("characters other than letters, digits, -, _ and .");
    }
    match id {
        "." | ".." => Err("the name of a folder"),
        id => Ok(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &[u8]) -> Vec<String> {
        let parsed = parse(Service::Kafka, text, "f").unwrap();
        parsed.iter().map(|instance| instance.id.clone()).collect()
    }

    #[test]
    fn parse_reads_json_of_ids_and_of_instances() {
        let hcloud = br#"{"instance_num": 2, "instances": [
            {"name": "orders", "instance_id": "a", "status": "RUNNING"}, {"instance_id": "b"}]}"#;
        for text in [
            br#"["a", "b"]"#.as_slice(),
            b"\xef\xbb\xbf\n[{\"instance_id\": \"a\"}, {\"id\": \"b\"}]",
            b"{\"instance_id\": \"a\"}\n{\"instance_id\": \"b\", \"tasks\": []}\n",
            b"\"a\"\n\"b\"\n",
            hcloud,
        ] {
            assert_eq!(ids(text), ["a", "b"], "{}", text.escape_ascii());
        }
        let named = parse(Service::Kafka, hcloud, "f").unwrap();
        let names: Vec<_> = named.iter().map(|found| found.name.as_deref()).collect();
        assert_eq!(names, [Some("orders"), None]);
        for text in [
            "[1]",
            "[\"a/b\"]",
            "[\"\"]",
            "[",
            "{\"error_code\": \"APIGW.0301\"}",
            "[]",
            "{\"instances\": []}",
        ] {
            assert!(
                parse(Service::Kafka, text.as_bytes(), "f").is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn parse_ignores_comments_and_blank_lines() {
        let text = b"\xef\xbb\xbf# mine\r\na-1\r\n\r\n  b_2  # yours # too\n#c\nd.3\t#";
        assert_eq!(ids(text), ["a-1", "b_2", "d.3"]);
        assert!(parse(Service::Kafka, b"", "f").is_err());
        assert!(parse(Service::Kafka, b"# none\n\n", "f").is_err());
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
            assert!(parse(Service::Kafka, text, "f").is_err());
        }
    }
}
