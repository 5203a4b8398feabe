//! The reference page beside the services.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};

use hwtasks_emulator::{Emulator, Service, StartError, TOKEN};
use tempfile::TempDir;

use crate::fixture::{Fixture, RawResponse, tasks};

const FREE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A folder with a page and a file beside it, which the page must not show.
fn site() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("site/reference");
    fs::create_dir_all(&page).unwrap();
    fs::write(page.join("index.html"), "the page").unwrap();
    fs::write(folder.path().join("site/emulator.json"), "null").unwrap();
    fs::write(folder.path().join("secret"), "secret").unwrap();
    folder
}

async fn fixture(folder: &TempDir) -> Fixture {
    Fixture::with(Emulator::builder().docs(folder.path().join("site"), FREE)).await
}

async fn get(fixture: &Fixture, path: &str) -> RawResponse {
    let url = format!("{}{path}", fixture.emulator.docs_url().unwrap());
    RawResponse::read(fixture.http.get(url).send().await.unwrap()).await
}

#[tokio::test]
async fn page_is_served_with_settings_of_this_emulator() {
    let folder = site();
    let fixture = fixture(&folder).await;
    let page = get(&fixture, "/reference/").await;
    assert_eq!((page.status, page.body.as_str()), (200, "the page"));
    assert_eq!(page.header("content-type"), "text/html");
    let settings = get(&fixture, "/emulator.json").await;
    assert_eq!(settings.header("cache-control"), "no-store");
    let expected = serde_json::json!({
        "servers": { "dcs": fixture.emulator.dcs_url(), "kafka": fixture.emulator.kafka_url() },
        "token": TOKEN,
    });
    assert_eq!(settings.json(), expected);
}

#[tokio::test]
async fn files_outside_the_folder_are_not_served() {
    let folder = site();
    let fixture = fixture(&folder).await;
    for path in ["/%2e%2e/secret", "/reference/..%2f..%2fsecret", "/secret"] {
        assert_eq!(get(&fixture, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn origins_of_page_may_call_the_services_and_others_may_not() {
    let folder = site();
    let fixture = fixture(&folder).await;
    let docs = fixture.emulator.docs_url().unwrap();
    let local = docs.replace("127.0.0.1", "localhost");
    for (origin, allowed) in [
        (docs.as_str(), true),
        (&local, true),
        ("http://other", false),
    ] {
        let url = format!("{}{}", fixture.url(Service::Kafka), tasks("v2"));
        let request = fixture.http.get(url).header("X-Auth-Token", TOKEN);
        let request = request.header("Origin", origin);
        let response = RawResponse::read(request.send().await.unwrap()).await;
        let header = response.header("access-control-allow-origin");
        assert_eq!(header, if allowed { origin } else { "" });
    }
}

#[tokio::test]
async fn folder_without_page_is_an_error_that_says_how_to_build_it() {
    let folder = tempfile::tempdir().unwrap();
    let error = Emulator::builder().docs(folder.path(), FREE).start().await;
    let error = error.unwrap_err();
    assert!(matches!(error, StartError::Docs { .. }));
    let message = error.to_string();
    let page = folder.path().join("reference/index.html");
    assert!(message.contains(&*page.to_string_lossy()), "{message}");
    assert!(message.contains("`cargo xtask site`"), "{message}");
}

#[tokio::test]
async fn address_that_other_machines_reach_is_refused() {
    let folder = site();
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let builder = Emulator::builder().docs(folder.path().join("site"), address);
    let message = builder.start().await.unwrap_err().to_string();
    assert!(message.contains("other machines can reach"), "{message}");
}
