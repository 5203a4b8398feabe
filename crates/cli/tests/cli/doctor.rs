//! `hwtasks doctor`.

use hwtasks_emulator::{
    ACCESS_KEY, AuthConfig, Builder, Clock, Emulator, Fault, FaultKind, SECRET_KEY, TOKEN,
};
use jiff::{SignedDuration, Timestamp};

use crate::formats::{assert_described, values};
use crate::run::{INSTANCE, Program, Run, against, snapshot, snapshot_each};

#[test]
fn doctor_with_emulator_succeeds_in_each_format() {
    for format in ["table", "json", "ndjson", "yaml", "csv"] {
        let run = Program::new().run(&["--emulator", "doctor", "-o", format]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
        snapshot(&format!("doctor.{format}"), &run);
        match format {
            "json" => assert_described("Health", &values(&run)),
            "ndjson" => assert_described("Check", &values(&run)),
            _ => {}
        }
    }
}

#[test]
fn doctor_prints_sources_without_secrets() {
    let program = Program::new()
        .with("HUAWEICLOUD_SDK_AK", "AKOFMINE")
        .with("HUAWEICLOUD_SDK_SK", "sk-nobody-may-see")
        .with("HW_REGION_NAME", "eu-west-101")
        .with("HUAWEICLOUD_SDK_PROJECT_ID", "a-project")
        .with(
            "HUAWEICLOUD_SDK_REGION_DCS_EU_WEST_101",
            "http://127.0.0.1:9",
        );
    let run = program.run(&["doctor", "dcs", "--max-retries=0", "-vvv"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stderr.contains("ListDcsTasks"), "{run}");
    for secret in ["sk-nobody-may-see", "Signature=", "SDK-HMAC-SHA256"] {
        assert!(!run.to_string().contains(secret), "{run}");
    }
    let run = program.run(&["doctor", "dcs"]);
    snapshot("doctor-variables", &run);
}

#[test]
fn doctor_without_region_names_the_next_step() {
    let run = Program::new().run(&["doctor"]);
    assert_eq!(run.code, Some(2), "{run}");
    snapshot("doctor-no-settings", &run);
}

#[test]
fn doctor_without_credentials_names_the_next_step() {
    let run = Program::new().run(&["doctor", "--region", "cn-north-4"]);
    assert_eq!(run.code, Some(3), "{run}");
    snapshot("doctor-no-credentials", &run);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_without_endpoint_fails_for_that_service() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let run = |service: &'static [&'static str], endpoint| {
        let mut program = Program::new();
        for (name, value) in emulator.variables() {
            if name == endpoint || !name.contains("ENDPOINT") && name != "HWTASKS_REGION" {
                program.set(name, &value);
            }
        }
        let run = move || program.run(&[&["doctor"], service].concat());
        tokio::task::spawn_blocking(run)
    };
    let checked = run(&["kafka"], "HWTASKS_DCS_ENDPOINT")
        .await
        .expect("the program should run");
    assert_eq!(checked.code, Some(2), "{checked}");
    snapshot("doctor-no-kafka", &checked);
    // Without a service, one that can be called is enough.
    let checked = run(&[], "HWTASKS_DCS_ENDPOINT")
        .await
        .expect("the program should run");
    assert_eq!(checked.code, Some(0), "{checked}");
    assert!(
        checked.stdout.contains("skipped  Kafka endpoint"),
        "{checked}"
    );
    // Without any endpoint, the other checks still run.
    let checked = run(&[], "").await.expect("the program should run");
    assert_eq!(checked.code, Some(2), "{checked}");
    snapshot("doctor-no-endpoint", &checked);
}

#[test]
fn doctor_with_credentials_file_prints_its_profile() {
    let program = Program::new().with("HWTASKS_REGION", "cn-north-4");
    let folder = program.home().join(".huaweicloud");
    std::fs::create_dir(&folder).expect("the directory should be accessible");
    let file = folder.join("credentials");
    let endpoint = "--endpoint=http://127.0.0.1:9";
    std::fs::write(
        &file,
        "[basic]\nak = A\nsk = S\n[work]\nak = B\nsk = S\nproject_id = P\n",
    )
    .expect("the file should be accessible");
    let run = program.run(&["doctor", endpoint, "--profile=work", "kafka"]);
    assert_eq!(run.code, Some(3), "{run}");
    snapshot("doctor-profile", &run);
    std::fs::write(&file, "[basic\nak = A\n").expect("the file should be accessible");
    let run = program.run(&["doctor", endpoint]);
    assert_eq!(run.code, Some(3), "{run}");
    snapshot("doctor-broken-file", &run);
}

/// A program with a region and a credentials file with the profile `work`.
fn with_work_profile() -> Program {
    let program = Program::new().with("HWTASKS_REGION", "cn-north-4");
    let folder = program.home().join(".huaweicloud");
    std::fs::create_dir(&folder).expect("the directory should be creatable");
    let file = "[work]\nak = OFWORK\nsk = S\nproject_id = P\n";
    std::fs::write(folder.join("credentials"), file).expect("the file should be writable");
    program
}

/// `--profile` selects the account, whatever the variables hold.
#[test]
fn profile_flag_overrides_keys_and_tokens_in_variables() {
    let mut program = with_work_profile();
    let doctor = ["doctor", "kafka", "--endpoint=http://127.0.0.1:9"];
    let named = [&doctor[..], &["--profile=work"]].concat();
    for (name, value) in [
        ("HUAWEICLOUD_SDK_AK", "ENVAK"),
        ("HUAWEICLOUD_SDK_SK", "x"),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "x"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "envproject"),
        ("HWTASKS_TOKEN", "x"),
    ] {
        program.set(name, value);
        let run = program.run(&named);
        assert!(run.stdout.contains("access key OFWORK, "), "{run}");
        assert!(run.stdout.contains("P, from "), "{run}");
        assert!(!run.stdout.contains("ENVAK"), "{run}");
        assert!(!run.stdout.contains("envproject"), "{run}");
    }
    let run = program.run(&[&named[..], &["--project-id=mine"]].concat());
    assert!(run.stdout.contains("mine, from --project-id"), "{run}");
}

#[test]
fn profile_variable_does_not_override_keys_and_tokens() {
    let program = with_work_profile()
        .with("HUAWEICLOUD_SDK_AK", "ENVAK")
        .with("HUAWEICLOUD_SDK_SK", "x")
        .with("HWTASKS_TOKEN", "x");
    let doctor = ["doctor", "kafka", "--endpoint=http://127.0.0.1:9"];
    let run = program.with("HWTASKS_PROFILE", "work").run(&doctor);
    assert!(run.stdout.contains("a token"), "{run}");
}

#[test]
fn profile_flag_without_file_or_name_is_an_error() {
    let run = Program::new().run(&["doctor", "--profile=work", "--region=cn-north-4"]);
    assert!(
        run.stdout.contains("create it, or leave --profile out"),
        "{run}"
    );
    let run = Program::new().run(&["doctor", "--profile="]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    assert!(run.stderr.contains("--profile is empty"), "{run}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_with_instance_calls_it() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    let run = against(&emulator, &["doctor", "kafka", "--instance", INSTANCE]).await;
    assert_eq!(run.code, Some(0), "{run}");
    snapshot("doctor-instance", &run);
    let run = against(&emulator, &["doctor", "kafka", "--instance", "nope"]).await;
    assert_eq!(run.code, Some(3), "{run}");
    snapshot("doctor-unknown-instance", &run);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_with_wrong_clock_prints_the_skew() {
    let emulator = Emulator::start().await.expect("the emulator should start");
    for (name, seconds, code) in [("doctor-clock", 240, 0), ("doctor-wrong-clock", -3600, 3)] {
        emulator.control().clear_faults();
        let fault = Fault::new(FaultKind::SkewedDate { seconds });
        emulator
            .control()
            .add_fault(fault)
            .expect("the emulator should accept the fault");
        let mut run = against(&emulator, &["doctor", "kafka"]).await;
        assert_eq!(run.code, Some(code), "{run}");
        // The message is exact to the second, and some time passes.
        for (exact, about) in [("3m 59s", "4m 0s"), ("59m 59s", "1h 0m")] {
            run.stdout = run.stdout.replace(exact, about);
        }
        snapshot(name, &run);
    }
}

/// Runs `doctor` with these keys, or with the emulator's token.
async fn doctor_with(emulator: &Emulator, keys: Option<(&str, &str)>) -> Run {
    let mut program = Program::of(emulator);
    if let Some((access_key, secret_key)) = keys {
        program.set("HWTASKS_TOKEN", "");
        program.set("HUAWEICLOUD_SDK_AK", access_key);
        program.set("HUAWEICLOUD_SDK_SK", secret_key);
    }
    tokio::task::spawn_blocking(move || program.run(&["doctor"]))
        .await
        .expect("the program should run")
}

async fn start(builder: Builder) -> Emulator {
    builder.start().await.expect("the emulator should start")
}

/// An emulator whose gateway is an hour ahead of this machine.
fn an_hour_ahead() -> Builder {
    let clock = Clock::system();
    clock.advance(SignedDuration::from_hours(1));
    Emulator::builder().gateway_clock(clock)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_with_refused_credentials_names_reason_and_next_step() {
    let right = Some((ACCESS_KEY, SECRET_KEY));
    let wrong = Some((ACCESS_KEY, "not-the-secret"));
    let mut runs = Vec::new();

    let emulator = start(Emulator::builder().lock_after_refusals(1)).await;
    let unknown = Some(("AKOFNOBODY", SECRET_KEY));
    runs.push(("unknown access key", doctor_with(&emulator, unknown).await));
    runs.push(("wrong secret key", doctor_with(&emulator, wrong).await));
    runs.push(("locked access key", doctor_with(&emulator, right).await));
    // One request each: a second refusal may lock a key.
    assert_eq!(emulator.control().requests().len(), 3);

    let emulator = start(an_hour_ahead()).await;
    let fault = Fault::new(FaultKind::SkewedDate { seconds: 7200 }).times(2);
    let added = emulator.control().add_fault(fault);
    added.expect("the emulator should accept the fault");
    runs.push(("signature expired", doctor_with(&emulator, right).await));
    // Signed by the service's own clock, the call succeeds; the clock is still wrong.
    runs.push(("clock corrected", doctor_with(&emulator, right).await));

    let yesterday = Timestamp::now() - SignedDuration::from_hours(24);
    let auth = AuthConfig::default().with_token_expiry(yesterday);
    let emulator = start(Emulator::builder().auth(auth)).await;
    runs.push(("expired token", doctor_with(&emulator, None).await));

    let auth = AuthConfig::default().with_token(TOKEN.to_uppercase());
    let emulator = start(Emulator::builder().auth(auth)).await;
    runs.push(("invalid token", doctor_with(&emulator, None).await));

    let runs: Vec<_> = runs
        .into_iter()
        .map(|(title, mut run)| {
            assert_eq!(run.code, Some(3), "{title}: {run}");
            // The message is exact to the second, and some time passes.
            for (exact, about) in [
                ("2h 59m 59s (after", "3h (after"),
                ("by 2h 59m", "by 3h 0m"),
                ("by 59m 59s", "by 1h 0m"),
            ] {
                run.stdout = run.stdout.replace(exact, about);
            }
            (title.to_owned(), run)
        })
        .collect();
    snapshot_each("doctor-refused", &runs);
}
