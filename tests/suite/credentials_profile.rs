//! Keys from a credentials file.

use std::path::Path;

use hwtasks::{Environment, ProfileProvider, ProvideCredentials};
use proptest::prelude::*;

use crate::credentials::{SK, refusal};

/// A home whose credentials file holds these bytes.
fn home(bytes: impl AsRef<[u8]>) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("there is a folder");
    let folder = home.path().join(".huaweicloud");
    std::fs::create_dir(&folder).expect("it can be made");
    std::fs::write(folder.join("credentials"), bytes).expect("it is written");
    home
}

fn provider(home: &Path, variables: &[(&str, &str)]) -> ProfileProvider {
    let environment = Environment::from_vars(variables.iter().copied());
    ProfileProvider::new(environment.with_home(home))
}

/// The error of a file with this text, where `SECRET` stands for a secret.
async fn refused(text: &str, variables: &[(&str, &str)]) -> (bool, String) {
    let home = home(text.replace("SECRET", SK));
    let (absent, message) = refusal(&provider(home.path(), variables)).await;
    assert!(!message.contains(SK), "{message}");
    (
        absent,
        message.replace(&*home.path().to_string_lossy(), "HOME"),
    )
}

#[tokio::test]
async fn basic_section_reads_like_the_official_sdks() {
    let full = "# comment\n[global]\nak = other\nsk = other\n\n[basic]\nak = AK\nsk = SK\n\
                security_token = T\nproject_id = P\niam_endpoint = https://iam.example\n\
                idp_id = x\n; end\n";
    let home_ = home(full);
    let credentials = provider(home_.path(), &[])
        .provide()
        .await
        .expect("it has keys");
    assert_eq!(credentials.access_key(), Some("AK"));
    assert_eq!(credentials.project_id(), Some("P"));
    assert_eq!(credentials.iam_endpoint(), Some("https://iam.example"));
}

#[tokio::test]
async fn basic_section_accepts_other_spellings() {
    for text in [
        "[basic]\nak=AK\nsk=SK",
        "\u{feff}[basic]\r\nAK: AK\r\nSk : SK\r\n",
        "  [ basic ]  \n  ak = AK\n  sk = SK\n  project_id =\n",
        "[basic]\nak = AK\nsk = a\\b%c==\n",
    ] {
        let home_ = home(text);
        let provided = provider(home_.path(), &[]).provide().await;
        let credentials = provided.unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(credentials.access_key(), Some("AK"), "{text:?}");
        assert_eq!(credentials.project_id(), None, "{text:?}");
    }
}

#[tokio::test]
async fn profile_variable_selects_the_section() {
    let home_ = home("[basic]\nak = A\nsk = S\n[work]\nak = B\nsk = S\n");
    let work = provider(home_.path(), &[("HWTASKS_PROFILE", "work")]);
    let credentials = work.provide().await.expect("it has keys");
    assert_eq!(credentials.access_key(), Some("B"));
}

#[tokio::test]
async fn file_variable_selects_the_file() {
    let home_ = home("[basic]\nak = A\nsk = S\n");
    let other = home_.path().join("other");
    std::fs::write(&other, "[basic]\nak = C\nsk = S\n").expect("it is written");
    let file = other.to_str().expect("it is text");
    let elsewhere = provider(home_.path(), &[("HUAWEICLOUD_SDK_CREDENTIALS_FILE", file)]);
    let credentials = elsewhere.provide().await.expect("it has keys");
    assert_eq!(credentials.access_key(), Some("C"));
}

#[tokio::test]
async fn file_is_read_once_and_again_when_keys_are_rejected() {
    let home_ = home("[basic]\nak = A\nsk = S\n");
    let provider = provider(home_.path(), &[]);
    let first = provider.provide().await.expect("it has keys");
    let file = home_.path().join(".huaweicloud/credentials");
    std::fs::write(file, "[basic]\nak = B\nsk = S\n").expect("it is written");
    let kept = provider.provide().await.expect("it has keys");
    assert_eq!(kept.access_key(), Some("A"));
    provider.invalidate(&first);
    let read = provider.provide().await.expect("it has keys");
    assert_eq!(read.access_key(), Some("B"));
}

#[tokio::test]
async fn default_file_may_be_missing() {
    let empty = tempfile::tempdir().expect("there is a folder");
    let (absent, _) = refusal(&provider(empty.path(), &[])).await;
    assert!(absent);
    let (absent, message) =
        refusal(&ProfileProvider::new(Environment::from_vars([("", "")]))).await;
    assert!(absent);
    let mut messages = vec![message];
    let (absent, message) = refused("[global]\nak = A\nsk = SECRET\n", &[]).await;
    assert!(absent);
    messages.push(message);
    insta::assert_snapshot!(messages.join("\n"), @"
    the home directory is not known, and HUAWEICLOUD_SDK_CREDENTIALS_FILE is not set
    HOME/.huaweicloud/credentials has no section [basic]
    ");
    assert_eq!(empty.path().read_dir().expect("it can be read").count(), 0);
}

#[tokio::test]
async fn configured_file_and_section_must_exist() {
    let empty = tempfile::tempdir().expect("there is a folder");
    let missing = [("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/nowhere/credentials")];
    let work = [("HWTASKS_PROFILE", "work")];
    let mut messages = Vec::new();
    for variables in [missing, work] {
        let (absent, message) = refusal(&provider(empty.path(), &variables)).await;
        assert!(!absent);
        messages.push(message.replace(&*empty.path().to_string_lossy(), "HOME"));
    }
    let (absent, message) = refused("[basic]\nak = A\nsk = SECRET\n", &work).await;
    assert!(!absent);
    messages.push(message);
    insta::assert_snapshot!(messages.join("\n"), @"
    /nowhere/credentials does not exist: create it, or fix HUAWEICLOUD_SDK_CREDENTIALS_FILE
    HOME/.huaweicloud/credentials does not exist: create it, or unset HWTASKS_PROFILE
    HOME/.huaweicloud/credentials has no section [work]
    ");
}

#[tokio::test]
async fn invalid_file_error_has_line_and_help() {
    let mut messages = Vec::new();
    for text in [
        "[basic\nak = A\nsk = SECRET\n",
        "[basic]\nak = A\nsk SECRET",
        "[basic]\nsk SECRET\nak = A\nsk = SECRET\n",
        "[basic]\n= SECRET\n",
        "[basic]\nak = A\nsk = \"SECRET\n",
        "\n[basic]\nsk = SECRET\n",
        "[basic]\nak = A\nsk =\n",
        "# one\n[basic]\n",
        "[basic]\nak = A\nsk = SECRET # mine\n",
        "[basic]\nak = A\nsk = SECRET\nSK = SECRET\n",
        "[basic]\nak = A\nsk = SECRET\n[basic]\nak = B\n",
    ] {
        let (absent, message) = refused(text, &[]).await;
        assert!(!absent, "{message}");
        messages.push(message);
    }
    let latin = home(b"[basic]\nak = A\nsk = \xe9\n");
    let (_, message) = refusal(&provider(latin.path(), &[])).await;
    messages.push(message.replace(&*latin.path().to_string_lossy(), "HOME"));

    let folder = tempfile::tempdir().expect("there is a folder");
    std::fs::create_dir_all(folder.path().join(".huaweicloud/credentials"))
        .expect("it can be made");
    let (absent, message) = refusal(&provider(folder.path(), &[])).await;
    assert!(!absent);
    messages.push(message.replace(&*folder.path().to_string_lossy(), "HOME"));
    insta::assert_snapshot!(messages.join("\n"), @"
    HOME/.huaweicloud/credentials:1: is invalid: expected a [section], a key = value or a # comment
    HOME/.huaweicloud/credentials:3: is invalid: expected a [section], a key = value or a # comment
    HOME/.huaweicloud/credentials:2: is invalid: expected a [section], a key = value or a # comment
    HOME/.huaweicloud/credentials:2: is invalid: expected a [section], a key = value or a # comment
    HOME/.huaweicloud/credentials:3: the sk of [basic] has a quote at its beginning: give its bare value and nothing else on the line, no comment either
    HOME/.huaweicloud/credentials:2: [basic] has no ak: add a line ak = ...
    HOME/.huaweicloud/credentials:1: [basic] has no sk: add a line sk = ...
    HOME/.huaweicloud/credentials:2: [basic] has no ak: add a line ak = ...
    HOME/.huaweicloud/credentials:3: the sk of [basic] has a blank in it: give its bare value and nothing else on the line, no comment either
    HOME/.huaweicloud/credentials:4: [basic] has more than one sk: keep one of them
    HOME/.huaweicloud/credentials:4: [basic] is here a second time: keep one of the two
    HOME/.huaweicloud/credentials:3: is not UTF-8 text: save the file as UTF-8
    HOME/.huaweicloud/credentials cannot be read: Is a directory (os error 21)
    ");

    let long = home("#".repeat(1024 * 1024 + 1));
    let (absent, message) = refusal(&provider(long.path(), &[])).await;
    assert!(
        !absent && message.ends_with("it is larger than 1 MiB"),
        "{message}"
    );
}

/// Lines that a credentials file could be made of, and bytes that it could not.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just(b"[basic]".to_vec()),
        Just(b"[global]".to_vec()),
        Just(b"ak = AK".to_vec()),
        Just(format!("sk = {SK}").into_bytes()),
        Just(format!("security_token: \"{SK}").into_bytes()),
        Just(SK.as_bytes().to_vec()),
        Just(format!("[{SK}").into_bytes()),
        Just(format!("={SK}").into_bytes()),
        "[ -~]{0,20}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(line, 0..12).prop_map(|lines| lines.join(&b'\n'))
}

proptest! {
    #[test]
    fn any_file_neither_panics_nor_leaks(bytes in file()) {
        let home = home(&bytes);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("the runtime can be built");
        let provider = provider(home.path(), &[]);
        let provided = runtime.block_on(provider.provide());
        let shown = match &provided {
            Ok(keys) => format!("{keys:?} {provider:?}"),
            Err(error) => format!("{error} {error:?} {provider:?}"),
        };
        // An access key is no secret, so a file may well show this one there.
        let is_access_key = provided.is_ok_and(|keys| keys.access_key() == Some(SK));
        prop_assert!(is_access_key || !shown.contains(SK), "{}", shown);
    }
}
