//! Mistakes that people make when they are in a hurry, and what the program says then.

use crate::run::{Program, snapshot_each};

/// Runs each line on a fleet; none prints a result.
#[test]
fn likely_mistake_is_named_with_what_to_do() {
    let program = Program::new().with("HWTASKS_EMULATOR_INSTANCES", "8");
    let mut runs = Vec::new();
    for line in [
        // A name without its @, and with it where a file is read.
        "kafka list orders-0000",
        "kafka show orders-0000 t",
        "kafka watch orders-0000",
        "kafka list 11111111-2222-3333-4444-555555555555",
        "kafka list @ordes-0000",
        "kafka sweep @orders-0000",
        "dcs sweep 11111111-2222-3333-4444-555555555555",
        "kafka sweep i-1 i-2",
        "kafka sweep",
        // Flags of another command, or in another form.
        "kafka sweep --all-instance",
        "kafka sweep --instance-name orders-*",
        "kafka sweep --all-instances --status running",
        "kafka sweep --all-instances --status FAILED,runing",
        "kafka sweep list.txt --running=true",
        "kafka wait @orders-0000",
        "kafka wait --all-instances",
        "kafka watch --all-instances @orders-0000",
        "kafka watch @orders-0000 --interval 5",
        "kafka watch --all-instances --exec-on failed",
        "serve-metrics --listen 9837",
        "serve-metrics --listen localhost:port",
        "instances",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let run = program.run(&[&["--emulator"], &words[..]].concat());
        assert_eq!(run.stdout, "", "{line}: {run}");
        assert!([Some(2), Some(3)].contains(&run.code), "{line}: {run}");
        runs.push((line.to_owned(), run));
    }
    snapshot_each("likely-mistakes", &runs);
    let run = program.run(&[
        "--emulator",
        "kafka",
        "sweep",
        "--all-instances",
        "--instance-name=x",
    ]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(
        run.stderr
            .starts_with("no instance has a name that --instance-name matches\n"),
        "{run}"
    );
}

#[test]
fn metrics_are_served_on_localhost_by_its_name() {
    let args = ["--emulator", "serve-metrics", "--listen=localhost:0"];
    let mut server = Program::new().start_said(&args);
    assert!(server.said().starts_with("serving http://127.0.0.1:"));
    server.interrupt();
    assert_eq!(server.end().code, Some(0));
}
