//! `hwtasks configure` outside a terminal.

use std::fs;
use std::path::PathBuf;

use crate::run::{Program, Run, snapshot};

const SK: &str = "sk-nobody-may-see";

fn file(program: &Program) -> PathBuf {
    program.home().join(".huaweicloud").join("credentials")
}

fn configured(program: &Program, args: &[&str], replies: &str) -> Run {
    let run = program.fed(&[&["configure"], args].concat(), replies);
    assert!(!run.to_string().contains(SK), "{run}");
    run
}

#[test]
fn new_credentials_file_is_private_and_used() {
    let program = Program::new();
    let run = configured(
        &program,
        &[],
        &format!("AKOFMINE\n{SK}\nP\ncn-north-4\ny\n"),
    );
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run}");
    snapshot("configure-new", &run);
    let text = fs::read_to_string(file(&program)).expect("the file should be accessible");
    assert_eq!(
        text,
        format!("[basic]\nak = AKOFMINE\nsk = {SK}\nproject_id = P\nregion = cn-north-4\n")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| {
            fs::metadata(path)
                .expect("the file should be accessible")
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(mode(file(&program)), 0o600);
        assert_eq!(mode(program.home().join(".huaweicloud")), 0o700);
    }
    let run = program.run(&["doctor", "kafka", "--endpoint=http://127.0.0.1:9"]);
    assert!(run.stdout.contains("access key AKOFMINE"), "{run}");
    assert!(run.stdout.contains("cn-north-4, from "), "{run}");

    // The region of another profile is kept, changed and removed.
    let args = ["--profile", "dev"];
    let run = configured(&program, &args, &format!("B\n{SK}\n\ncn-north-1\ny\n"));
    assert_eq!(run.code, Some(0), "{run}");
    assert!(
        run.stderr.contains("hwtasks doctor --profile dev\n"),
        "{run}"
    );
    let added = format!("\n[dev]\nak = B\nsk = {SK}\nregion = cn-north-1\n");
    let written = fs::read_to_string(file(&program)).expect("the file should be accessible");
    assert_eq!(written, format!("{text}{added}"));
    let run = configured(&program, &args, "\n\n\n-\ny\n");
    snapshot("configure-no-region", &run);
    let written = fs::read_to_string(file(&program)).expect("the file should be accessible");
    assert!(!written.contains("cn-north-1"), "{run}");
}

const OLD: &str = "\u{feff}# mine\r\n[basic]\r\nak = A\r\nsk = S\r\n\r\n; of the team\r\n[work]\r\nAK: B\r\nsk = S\r\nsecurity_token = T\r\niam_endpoint = https://iam.example\r\n\r\n# the end\r\n[last]\r\nak = C\r\nsk = S";

#[test]
fn changed_credentials_file_keeps_its_other_content() {
    let program = Program::new();
    let path = program.home().join("mine");
    fs::write(&path, OLD).expect("the file should be accessible");
    let args = ["--file", "mine", "--profile", "work"];
    let run = configured(&program, &args, &format!("D\n{SK}\nP\n\nyes\n"));
    assert_eq!(run.code, Some(0), "{run}");
    snapshot("configure-section", &run);
    let text = fs::read_to_string(&path).expect("the file should be accessible");
    insta::assert_snapshot!("configured-file", text.replace(SK, "SECRET"));

    // The project alone; the keys stay.
    let run = configured(&program, &args, "\n\nQ\n\ny\n");
    assert_eq!(run.code, Some(0), "{run}");
    let changed = fs::read_to_string(&path).expect("the file should be accessible");
    assert_eq!(changed, text.replace("project_id = P", "project_id = Q"));

    // Of the region again.
    let run = configured(&program, &args, "\n\n-\n\ny\n");
    assert_eq!(run.code, Some(0), "{run}");
    snapshot("configure-no-project", &run);
    let without = changed.replace("project_id = Q\r\n", "");
    assert_eq!(
        fs::read_to_string(&path).expect("the file should be accessible"),
        without
    );
    let changed = without;

    let run = configured(
        &program,
        &["--file=mine", "--profile=new"],
        &format!("E\n{SK}\n\n\ny\n"),
    );
    assert_eq!(run.code, Some(0), "{run}");
    let added = fs::read_to_string(&path).expect("the file should be accessible");
    assert_eq!(
        added,
        format!("{changed}\r\n[new]\r\nak = E\r\nsk = {SK}\r\n")
    );
}

#[test]
fn configure_without_confirmation_changes_nothing() {
    let program = Program::new();
    let path = program.home().join("mine");
    fs::write(&path, OLD).expect("the file should be accessible");
    set_mode(&path, 0o600);
    for (name, replies, code) in [
        ("configure-nothing-to-remove", "\n\n-\n-\n".to_owned(), 0),
        ("configure-declined", format!("D\n{SK}\nP\n\nn\n"), 130),
        ("configure-empty-reply", format!("D\n{SK}\nP\n\n\n"), 130),
        ("configure-end-of-input", format!("D\n{SK}\n"), 2),
        ("configure-nothing-new", "\n\n\n\n".to_owned(), 0),
        ("configure-no-secret", "D\n\nP\n\ny\n".to_owned(), 2),
        ("configure-blank", format!("D D\n{SK}\nP\n\ny\n"), 2),
        (
            "configure-region-as-project",
            format!("D\n{SK}\ncn-north-4\n\ny\n"),
            2,
        ),
        (
            "configure-invalid-region",
            format!("D\n{SK}\nP\nBeijing 4\ny\n"),
            2,
        ),
        (
            "configure-not-ascii",
            format!("D\n{SK}\u{200b}\nP\n\ny\n"),
            2,
        ),
    ] {
        let run = configured(&program, &["--file", "mine"], &replies);
        assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{run}");
        assert_eq!(
            fs::read_to_string(&path).expect("the file should be accessible"),
            OLD,
            "{run}"
        );
        snapshot(name, &run);
    }
    let left: Vec<_> = fs::read_dir(program.home())
        .expect("the directory should be accessible")
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

fn set_mode(path: &std::path::Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
            .expect("the mode should be settable");
    }
}

#[test]
#[cfg(unix)]
fn credentials_file_readable_by_others_becomes_private() {
    use std::os::unix::fs::PermissionsExt as _;

    let program = Program::new();
    let path = program.home().join("mine");
    fs::write(&path, OLD).expect("the file should be accessible");
    let mode = || {
        fs::metadata(&path)
            .expect("the file should be accessible")
            .permissions()
            .mode()
            & 0o777
    };
    set_mode(&path, 0o644);
    let program = program.with("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "mine");
    let doctor = [
        "doctor",
        "kafka",
        "--endpoint=http://127.0.0.1:9",
        "--project-id=p",
    ];
    let run = program.run(&doctor);
    assert!(run.stdout.contains("warning  file "), "{run}");
    let run = configured(&program, &[], "\n\n\n\nn\n");
    assert_eq!((run.code, mode()), (Some(130), 0o644), "{run}");
    let run = configured(&program, &[], "\n\n\n\ny\n");
    assert_eq!((run.code, mode()), (Some(0), 0o600), "{run}");
    snapshot("configure-permissions", &run);
    assert_eq!(
        fs::read_to_string(&path).expect("the file should be accessible"),
        OLD
    );
    let run = program.run(&doctor);
    assert!(!run.stdout.contains("warning"), "{run}");
}

#[test]
fn broken_credentials_file_is_not_changed() {
    let program = Program::new();
    let path = program.home().join("mine");
    for (name, text) in [
        ("configure-broken", "[basic]\nak A\n"),
        (
            "configure-duplicate-section",
            "[basic]\nak = A\nsk = S\n[basic]\nak = A\nsk = S\n",
        ),
        ("configure-broken-elsewhere", "[other]\nak A\n"),
    ] {
        fs::write(&path, text).expect("the file should be accessible");
        let run = configured(&program, &["--file=mine"], &format!("D\n{SK}\nP\ny\n"));
        assert_eq!(run.code, Some(2), "{run}");
        assert_eq!(
            fs::read_to_string(&path).expect("the file should be accessible"),
            text
        );
        snapshot(name, &run);
    }
    fs::write(&path, b"\xff\xfe").expect("the file should be accessible");
    let run = configured(&program, &["--file=mine"], "D\nS\nP\ny\n");
    assert_eq!(run.code, Some(2), "{run}");
    snapshot("configure-not-text", &run);
    let run = configured(&program, &["--file=mine", "--profile=a]b"], "");
    assert_eq!(run.code, Some(2), "{run}");
    let run = configured(&program, &["--emulator"], "");
    assert_eq!(run.code, Some(2), "{run}");
}

#[test]
#[cfg(unix)]
fn linked_credentials_file_stays_a_link() {
    let program = Program::new();
    let (path, link) = (program.home().join("mine"), program.home().join("link"));
    fs::write(&path, OLD).expect("the file should be accessible");
    std::os::unix::fs::symlink(&path, &link).expect("the link should exist");
    let run = configured(&program, &["--file=link"], &format!("D\n{SK}\n\n\ny\n"));
    assert_eq!(run.code, Some(0), "{run}");
    assert!(
        fs::symlink_metadata(&link)
            .expect("the link should exist")
            .is_symlink()
    );
    assert!(
        fs::read_to_string(&path)
            .expect("the file should be accessible")
            .contains("ak = D")
    );
}

#[test]
fn secret_as_an_argument_is_rejected() {
    let run = Program::new().run(&["configure", "--sk", SK]);
    assert_eq!(run.code, Some(2), "{}", run.stderr.replace(SK, "SECRET"));
}
