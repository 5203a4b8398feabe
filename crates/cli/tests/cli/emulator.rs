//! `hwtasks emulator`, as a server for other programs.

use crate::run::{INSTANCE, Program, snapshot};

#[test]
fn exported_variables_connect_a_client_to_the_emulator() {
    let listen = ["--dcs-listen=127.0.0.1:0", "--kafka-listen=127.0.0.1:0"];
    let server = Program::new();
    let mut running = server.start(&[&["emulator"], &listen[..]].concat());
    let mut program = Program::new();
    loop {
        let line = running.line();
        if let Some((name, value)) = line
            .trim()
            .strip_prefix("export ")
            .and_then(|export| export.split_once('='))
        {
            program.set(name, value);
        }
        if line.starts_with("# curl ") {
            break;
        }
    }
    let run = program.run(&["kafka", "list", INSTANCE]);
    assert_eq!(run.code, Some(0), "{run}");
    let emulated = Program::new().run(&["--emulator", "kafka", "list", INSTANCE]);
    assert_eq!(run.stdout, emulated.stdout);
    running.interrupt();
    let run = running.end();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    let run = program.run(&["kafka", "list", INSTANCE, "--max-retries=0"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
}

#[test]
fn data_schema_with_closed_pipe_succeeds() {
    let program = Program::new();
    let run = program.start(&["emulator", "--data-schema"]).close();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
}

#[test]
fn emulator_with_closed_pipe_keeps_serving() {
    let program = Program::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port should be free");
    let address = free
        .local_addr()
        .expect("the socket should have an address");
    drop(free);
    let listen = format!("--dcs-listen={address}");
    let args = ["emulator", &listen, "--kafka-listen=127.0.0.1:0"];
    let mut running = program.start(&args);
    running.close_output();
    while std::net::TcpStream::connect(address).is_err() {
        std::thread::yield_now();
    }
    let status = program
        .command(&["dcs", "list", INSTANCE, "--project-id=p", "--max-retries=0"])
        .env("HWTASKS_TOKEN", "wrong")
        .env("HWTASKS_DCS_ENDPOINT", format!("http://{address}"))
        .output()
        .expect("the program should run");
    let said = String::from_utf8_lossy(&status.stderr);
    assert!(said.contains("401 Unauthorized"), "{said}");
    running.interrupt();
    let run = running.end();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
}

#[test]
fn emulator_with_invalid_options_exits_with_two() {
    let program = Program::new();
    for (name, args) in [
        (
            "emulator-exposed",
            ["emulator", "--dcs-listen", "0.0.0.0:0"].as_slice(),
        ),
        (
            "emulator-missing-data",
            &["emulator", "--data", "nowhere.json"],
        ),
    ] {
        let run = program.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
        snapshot(name, &run);
    }
    let run = program.run(&["emulator", "--data-schema"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("\"progress\""), "{run}");
}
