//! The program `hwtasks-emulator`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::fixture::{RawResponse, client};

/// A command with an empty environment.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hwtasks-emulator"));
    command.env_clear();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

struct Running {
    child: Child,
    lines: Vec<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start(command: Command) -> Self {
        Self::start_with(command, "")
    }

    /// Starts the program with `input` on a piped standard input.
    fn start_with(mut command: Command, input: &str) -> Self {
        let mut child = command.spawn().unwrap();
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).unwrap();
        }
        let mut lines = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            lines.push(line.unwrap());
            if lines.last().is_some_and(|line| line.starts_with("# curl ")) {
                break;
            }
        }
        Self { child, lines }
    }

    fn export(&self, name: &str) -> &str {
        let prefix = format!("export {name}=");
        let mut values = self
            .lines
            .iter()
            .filter_map(|line| line.strip_prefix(&prefix));
        values
            .next()
            .unwrap_or_else(|| panic!("{name} is not in {:#?}", self.lines))
    }
}

/// Exit code and standard error of a run that fails.
fn failed_run(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[tokio::test]
async fn program_prints_working_client_settings() {
    let mut command = program();
    command.args([
        "--dcs-listen",
        "127.0.0.1:0",
        "--kafka-listen",
        "127.0.0.1:0",
    ]);
    let running = Running::start(command);
    for line in &running.lines {
        assert!(
            line.starts_with('#') || line.starts_with("export "),
            "not a line for a shell: {line}"
        );
    }
    let dcs = running.export("HWTASKS_DCS_ENDPOINT");
    assert_eq!(running.lines[0], format!("# DCS   {dcs}"));
    assert_eq!(
        running.lines[1],
        format!("# Kafka {}", running.export("HWTASKS_KAFKA_ENDPOINT"))
    );
    for (name, value) in [
        ("HUAWEICLOUD_SDK_AK", hwtasks_emulator::ACCESS_KEY),
        ("HUAWEICLOUD_SDK_SK", hwtasks_emulator::SECRET_KEY),
        ("HUAWEICLOUD_SDK_PROJECT_ID", hwtasks_emulator::PROJECT_ID),
        ("HWTASKS_TOKEN", hwtasks_emulator::TOKEN),
    ] {
        assert_eq!(running.export(name), value);
    }
    // The curl line, parsed as a shell would.
    let curl = running
        .lines
        .last()
        .unwrap()
        .strip_prefix("# curl -H '")
        .unwrap();
    let (header, rest) = curl.split_once("' '").unwrap();
    let (name, value) = header.split_once(": ").unwrap();
    let url = rest.strip_suffix('\'').unwrap();
    let response =
        RawResponse::read(client().get(url).header(name, value).send().await.unwrap()).await;
    let example: Value = serde_json::from_str(hwtasks_api::examples::KAFKA_LIST.body).unwrap();
    assert_eq!(response.json(), example);
}

#[tokio::test]
async fn variables_apply_where_flags_are_absent() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), r#"{"kafka":[{"instance_id":"from-file"}]}"#).unwrap();
    let mut command = program();
    command
        .env("HWTASKS_EMULATOR_DCS_LISTEN", "127.0.0.1:0")
        .env("HWTASKS_EMULATOR_KAFKA_LISTEN", "not an address")
        .env("HWTASKS_EMULATOR_DATA", file.path())
        .env("HWTASKS_EMULATOR_LENIENT", "yes")
        .env("HWTASKS_EMULATOR_LOCK_AFTER_REFUSALS", "4")
        .env("HWTASKS_EMULATOR_LOG", "info")
        .args(["--kafka-listen", "127.0.0.1:0"]);
    let mut running = Running::start(command);
    let kafka = running.export("HWTASKS_KAFKA_ENDPOINT").to_owned();
    let path = crate::fixture::tasks_of("from-file");
    let request = client().get(format!("{kafka}{path}?unknown=1"));
    let response = RawResponse::read(
        request
            .header("X-Auth-Token", hwtasks_emulator::TOKEN)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (response.status, response.json()["task_count"].as_str()),
        (200, Some("0"))
    );
    let lock = client().get(format!("{kafka}/_emulator/lock"));
    let lock = RawResponse::read(lock.send().await.unwrap()).await.json();
    assert_eq!(lock["after_refusals"], 4);
    running.child.kill().unwrap();
    let mut log = String::new();
    running
        .child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(log.contains(&format!("GET {path}?unknown=1 200")), "{log}");
    assert!(!log.contains(hwtasks_emulator::TOKEN), "{log}");
}

#[test]
fn invalid_flag_or_variable_exits_2_naming_it() {
    let with = |args: &[&str]| failed_run(program().args(args));
    let says = |(code, text): (Option<i32>, String), words: &[&str]| {
        assert_eq!(code, Some(2), "{text}");
        for word in words {
            assert!(text.contains(word), "{word:?} is not in: {text}");
        }
    };
    says(with(&["--dcs-listen", "here"]), &["--dcs-listen", "'here'"]);
    for listen in [
        "localhost",
        "localhost:",
        "localhost:99999",
        "example.com:1",
        ":1",
        "1",
    ] {
        says(
            with(&["--kafka-listen", listen]),
            &["--kafka-listen", listen, "localhost:8931, 127.0.0.1:0"],
        );
    }
    says(
        with(&["--allow-origin", "http://localhost:1/"]),
        &["--allow-origin", "'http://localhost:1/'", "no path"],
    );
    says(with(&["--log", "loud"]), &["--log", "'loud'"]);
    says(with(&["--port", "1"]), &["--port"]);
    for refusals in ["five", "4294967296"] {
        says(
            with(&["--lock-after-refusals", refusals]),
            &["--lock-after-refusals", refusals],
        );
    }
    says(
        with(&["--kafka-listen", "0.0.0.0:0"]),
        &["kafka", "0.0.0.0:0", "--expose-to-network"],
    );
    says(
        with(&["--data", "/no/such.json"]),
        &["/no/such.json: cannot be read"],
    );
    let lenient = failed_run(program().env("HWTASKS_EMULATOR_LENIENT", "perhaps"));
    says(lenient, &["--lenient", "'perhaps'"]);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "{\n\"kafka\": {}}").unwrap();
    let path = file.path().display().to_string();
    says(
        with(&["--data", &path]),
        &[&format!("{path}:2:"), "at $.kafka: invalid type: map"],
    );
}

/// Runs the program with data on standard input, and returns its error.
fn failed_with_input(input: &[u8]) -> (Option<i32>, String) {
    let mut command = program();
    let mut child = command
        .args(["--data", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may exit before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[tokio::test]
async fn data_dash_reads_standard_input() {
    let mut command = program();
    command.stdin(Stdio::piped()).args(["--data", "-"]);
    command.args(["--dcs-listen", "localhost:0", "--kafka-listen", "[::1]:0"]);
    command.args(["--allow-origin", "http://a.example,http://b.example"]);
    let running = Running::start_with(command, "\u{feff}{\"dcs\": [{\"instance_id\": \"piped\"}]}");
    let dcs = running.export("HWTASKS_DCS_ENDPOINT");
    assert!(dcs.starts_with("http://127.0.0.1:"), "{dcs}");
    let kafka = running.export("HWTASKS_KAFKA_ENDPOINT");
    assert!(kafka.starts_with("http://[::1]:"), "{kafka}");
    let url = format!("{dcs}{}", crate::fixture::tasks_of("piped"));
    let request = client()
        .get(url)
        .header("X-Auth-Token", hwtasks_emulator::TOKEN)
        .header("Origin", "http://b.example");
    let response = RawResponse::read(request.send().await.unwrap()).await;
    assert_eq!(response.status, 200);
    assert_eq!(
        response.header("access-control-allow-origin"),
        "http://b.example"
    );
}

#[test]
fn data_not_a_json_file_exits_2_naming_it() {
    let with = |file: &str| failed_run(program().args(["--data", file]));
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    // A sparse file takes no space.
    let huge = std::fs::File::create(path("huge")).unwrap();
    huge.set_len((512 << 20) + 1).unwrap();
    let utf16: Vec<u8> = "\u{feff}{}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    std::fs::write(path("utf16"), &utf16).unwrap();
    let mut cases = vec![
        (with(&path("")), "is a directory"),
        (with(&path("huge")), "has more than 512 MiB"),
        (with(&path("utf16")), "is UTF-16 text; save it as UTF-8"),
        (failed_with_input(b""), "standard input:1:0: at $: EOF"),
        (
            failed_with_input(b"{\"redis\": []}"),
            "standard input:1:8: at $.redis: unknown field",
        ),
        (failed_with_input(&utf16), "standard input: is UTF-16 text"),
    ];
    if cfg!(unix) {
        cases.push((with("/dev/zero"), "/dev/zero: is a device"));
        cases.push((with("/dev/null"), "/dev/null: is a device"));
    }
    for ((code, text), words) in cases {
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains(words), "{words:?} is not in: {text}");
    }
}

#[test]
fn data_schema_flag_prints_schema() {
    let output = program().arg("--data-schema").output().unwrap();
    assert!(output.status.success());
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    let example = serde_json::to_value(hwtasks_emulator::Data::examples()).unwrap();
    assert!(
        jsonschema::draft202012::new(&schema)
            .unwrap()
            .is_valid(&example)
    );
}

#[cfg(unix)]
#[test]
fn program_exits_0_on_sigterm() {
    let mut command = program();
    command.args([
        "--dcs-listen",
        "127.0.0.1:0",
        "--kafka-listen",
        "127.0.0.1:0",
    ]);
    let mut running = Running::start(command);
    let id = running.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert!(running.child.wait().unwrap().success());
}

#[tokio::test]
async fn docs_flag_serves_folder_and_prints_its_address() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("reference")).unwrap();
    std::fs::write(folder.path().join("reference/index.html"), "the page").unwrap();
    let mut command = program();
    command
        .arg("--docs")
        .arg(folder.path())
        .args(["--dcs-listen=localhost:0", "--kafka-listen=localhost:0"])
        .arg("--docs-listen=localhost:0");
    let running = Running::start(command);
    let url = running.lines[2].strip_prefix("# Docs  ").unwrap();
    let response = RawResponse::read(client().get(url).send().await.unwrap()).await;
    assert_eq!((response.status, &*response.body), (200, "the page"));
}

#[test]
fn docs_flag_without_folder_names_where_a_release_has_it() {
    let (code, message) = failed_run(program().arg("--docs"));
    assert_eq!(code, Some(2));
    let place = "share/hwtasks/site/reference/index.html does not exist";
    assert!(message.contains(place), "{message}");
}
