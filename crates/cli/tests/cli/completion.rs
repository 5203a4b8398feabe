//! What a shell completes, as its script asks the program.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use hwtasks_emulator::{Data, Emulator, Fault, FaultKind};
use serde_json::json;

use crate::interrupted::A_MINUTE;
use crate::run::Program;

/// The values that a shell offers for the last of these words.
pub(crate) fn completed(program: &Program, shell: &str, words: &[&str]) -> Vec<String> {
    let args = [&["--"], words].concat();
    let output = program
        .command(&args)
        .env("HWTASKS_COMPLETE", shell)
        .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string())
        .env("_CLAP_IFS", "\n")
        .output()
        .expect("the program should run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.as_str()), (Some(0), ""));
    let values = String::from_utf8(output.stdout).expect("the output should be UTF-8");
    let values = values
        .lines()
        .filter_map(|line| line.split(['\t', ':']).next());
    values.map(str::to_owned).collect()
}

fn in_bash(program: &Program, line: &str) -> Vec<String> {
    completed(program, "bash", &line.split(' ').collect::<Vec<_>>())
}

/// Instances with these names, by service; their IDs are `SERVICE-NUMBER`.
fn data(names: [&[&str]; 2]) -> serde_json::Value {
    let [dcs, kafka] = names.map(|names| names.iter().enumerate());
    let instance = |service: &str, (number, name): (usize, &&str)| json!({ "instance_id": format!("{service}-{number}"), "attributes": { "name": name }, "tasks": [] });
    json!({
        "dcs": dcs.map(|one| instance("dcs", one)).collect::<Vec<_>>(),
        "kafka": kafka.map(|one| instance("kafka", one)).collect::<Vec<_>>(),
    })
}

const NAMES: [&[&str]; 2] = [&["orders", "carts", "carts"], &["events", "audit"]];

async fn emulator() -> Emulator {
    let data = serde_json::from_value::<Data>(data(NAMES)).expect("the data should be valid");
    let started = Emulator::builder().data(data).start().await;
    started.expect("the emulator should start")
}

#[test]
fn flags_states_names_regions_and_profiles_are_offered() {
    let program = Program::new();
    let folder = program.home().join(".huaweicloud");
    std::fs::create_dir(&folder).expect("the folder should be creatable");
    let profiles = "[basic]\nak = x\n[dev]\nak = y\n";
    std::fs::write(folder.join("credentials"), profiles).expect("the file should be writable");
    for (line, expected) in [
        ("hwtasks kafka sweep --all-i", "--all-instances"),
        ("hwtasks kafka list i --status FAIL", "FAILED"),
        ("hwtasks kafka list i --status FAILED,SUC", "FAILED,SUCCESS"),
        ("hwtasks dcs sweep --name EXT", "EXTEND"),
        ("hwtasks --region cn-north-4", "cn-north-4"),
        ("hwtasks dcs list i -o ndj", "ndjson"),
        ("hwtasks --profile d", "dev"),
        ("hwtasks merge .huaw", ".huaweicloud/"),
    ] {
        let offered = in_bash(&program, line);
        assert!(
            offered.iter().any(|one| one == expected),
            "{line}: {offered:?}"
        );
    }
}

#[test]
fn instances_are_offered_by_name_and_by_id() {
    let program = Program::new().with_data(&data(NAMES));
    for (line, expected) in [
        ("dcs list @", ["@orders"].as_slice()),
        ("dcs show @o", &["@orders"]),
        ("dcs list dcs-", &["dcs-0", "dcs-1", "dcs-2"]),
        ("dcs watch dcs-0 dcs-2", &["dcs-2"]),
        ("kafka list @", &["@audit", "@events"]),
        ("kafka watch @e", &["@events"]),
        ("kafka wait @e", &["@events"]),
        ("kafka wait --until-idle @events @a", &["@audit"]),
        // A task, and the command of a watch.
        ("kafka wait @events @", &[]),
        ("kafka show @events @", &[]),
        ("kafka watch @events --exec-on failed -- @", &[]),
        ("kafka sweep @", &[]),
    ] {
        let offered = in_bash(&program, &format!("hwtasks --emulator {line}"));
        assert_eq!(offered, expected, "{line}");
    }
    // Without a letter: the instances, then the flags. An ambiguous name is no candidate.
    let offered = in_bash(&program, "hwtasks --emulator dcs list ");
    assert_eq!(offered[..3], ["@orders", "dcs-1", "dcs-2"], "{offered:?}");
    // The same by variables, with the description that a shell shows.
    let args = ["--", "hwtasks", "--emulator", "dcs", "list", "@"];
    let output = program
        .command(&args)
        .env("HWTASKS_COMPLETE", "fish")
        .output();
    let output = output.expect("the program should run").stdout;
    assert_eq!(
        String::from_utf8_lossy(&output),
        "@orders\tdcs-0, RUNNING\n"
    );
}

/// Runs a completion of an instance against the emulator; returns what is offered and the requests.
async fn at(emulator: &Emulator, program: Program, line: &'static str) -> (Vec<String>, usize) {
    emulator.control().clear_requests();
    let offered = tokio::task::spawn_blocking(move || in_bash(&program, line)).await;
    let offered = offered.expect("the program should run");
    (offered, emulator.control().requests().len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_are_completed_without_retry_and_without_noise() {
    let emulator = emulator().await;
    let line = "hwtasks dcs list @";
    let offered = at(&emulator, Program::of(&emulator), line).await;
    assert_eq!(offered, (vec!["@orders".to_owned()], 1));
    for kind in [
        FaultKind::HtmlBadGateway,
        FaultKind::ResetBeforeResponse,
        FaultKind::TruncatedJson,
    ] {
        let fault = Fault::new(kind);
        let added = emulator.control().add_fault(fault);
        added.expect("the emulator should accept the fault");
        let offered = at(&emulator, Program::of(&emulator), line).await;
        assert_eq!(offered, (Vec::new(), 1));
        emulator.control().clear_faults();
    }
    let rejected = Program::of(&emulator).with("HWTASKS_TOKEN", "of-nobody");
    assert_eq!(at(&emulator, rejected, line).await.0, Vec::<String>::new());
    let unreachable = Program::of(&emulator).with("HWTASKS_DCS_ENDPOINT", "http://127.0.0.1:9");
    assert_eq!(at(&emulator, unreachable, line).await, (Vec::new(), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_of_a_slow_service_are_given_up() {
    let emulator = emulator().await;
    let fault = Fault::new(FaultKind::Delay { millis: A_MINUTE }).times(100);
    let added = emulator.control().add_fault(fault);
    added.expect("the emulator should accept the fault");
    let started = Instant::now();
    let offered = at(&emulator, Program::of(&emulator), "hwtasks kafka list @").await;
    // All engines at the same time. 1.3 seconds, and the start of the program on a busy machine.
    assert_eq!(offered, (Vec::new(), 3));
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_credentials_nothing_is_sent() {
    let emulator = emulator().await;
    let metadata = TcpListener::bind("127.0.0.1:0").expect("a port should be free");
    metadata
        .set_nonblocking(true)
        .expect("the listener should be settable");
    let address = metadata.local_addr().expect("the listener has an address");
    let unset = || {
        Program::new()
            .with("HWTASKS_DCS_ENDPOINT", &emulator.dcs_url())
            .with("HWTASKS_REGION", "cn-north-4")
            .with("HWTASKS_METADATA_ENDPOINT", &format!("http://{address}"))
    };
    let broken = unset();
    let folder = broken.home().join(".huaweicloud");
    std::fs::create_dir(&folder).expect("the folder should be creatable");
    std::fs::write(folder.join("credentials"), "[basic\nak").expect("the file should be writable");
    let half = unset().with("HUAWEICLOUD_SDK_AK", "x");
    for program in [unset(), broken, half, Program::new()] {
        let sent = at(&emulator, program, "hwtasks dcs list @").await;
        assert_eq!(sent, (Vec::new(), 0));
    }
    let asked = metadata.accept().map(|_| ());
    let error = asked.expect_err("the metadata service should not be asked");
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
}

/// Presses Tab in an interactive bash, for which an `@` would be the end of a word.
#[cfg(unix)]
#[test]
fn tab_in_bash_completes_the_name_of_an_instance() {
    let program = Program::new()
        .with_data(&data(NAMES))
        .with("PS1", "ready> ");
    let script = program.run(&["completion", "bash"]).stdout;
    std::fs::write(program.home().join("script"), script).expect("the file should be writable");
    let bash = "PATH=\"${0%/*}:$PATH\" exec bash --norc --noprofile -i";
    let mut terminal = crate::pty::Terminal::shell(&program, 80, bash, &[]);
    terminal.line(&["ready>"]);
    terminal.press("source ./script\n");
    terminal.line(&["ready>", "source ./script"]);
    terminal.press("hwtasks --emulator dcs list @ord\t");
    terminal.line(&["hwtasks --emulator dcs list @orders"]);
    terminal.press("\u{15}exit\n");
    assert_eq!(terminal.end().code, 0);
}
