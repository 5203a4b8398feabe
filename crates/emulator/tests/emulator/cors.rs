//! Cross-origin requests of browsers.

use hwtasks_emulator::{Emulator, Fault, FaultKind, Service, StartError, TOKEN};

use crate::fixture::{Fixture, RawResponse, tasks};

const PAGE: &str = "http://localhost:5173";

async fn fixture(origins: &[&str]) -> Fixture {
    let add = |builder: hwtasks_emulator::Builder, origin: &&str| builder.allow_origin(*origin);
    Fixture::with(origins.iter().fold(Emulator::builder(), add)).await
}

/// Sends what a browser sends for a page of `origin`.
async fn send(
    fixture: &Fixture,
    method: &str,
    target: &str,
    origin: &str,
    headers: &[(&str, &str)],
) -> RawResponse {
    let url = format!("{}{target}", fixture.url(Service::Kafka));
    let mut request = fixture.http.request(method.parse().unwrap(), url);
    request = request.header("Origin", origin);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    RawResponse::read(request.send().await.unwrap()).await
}

const PREFLIGHT: [(&str, &str); 2] = [
    ("Access-Control-Request-Method", "GET"),
    ("Access-Control-Request-Headers", "x-auth-token"),
];

#[tokio::test]
async fn preflight_of_allowed_origin_allows_headers_of_clients() {
    let fixture = fixture(&["http://127.0.0.1:8080", "HTTP://Localhost:5173"]).await;
    for target in [
        tasks("v2"),
        "/_emulator/reset".to_owned(),
        "/nowhere".to_owned(),
    ] {
        let response = send(&fixture, "OPTIONS", &target, PAGE, &PREFLIGHT).await;
        assert_eq!((response.status, response.body.as_str()), (204, ""));
        assert_eq!(response.header("access-control-allow-origin"), PAGE);
        assert_eq!(response.header("vary"), "Origin");
        let methods = response.header("access-control-allow-methods");
        let allowed = response.header("access-control-allow-headers");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            assert!(methods.split(", ").any(|m| m == method), "{methods}");
        }
        for name in [
            "X-Auth-Token",
            "Authorization",
            "X-Sdk-Date",
            "X-Security-Token",
            "X-Project-Id",
            "Content-Type",
        ] {
            assert!(allowed.split(", ").any(|n| n == name), "{allowed}");
        }
        assert_eq!(response.header("access-control-allow-private-network"), "");
    }
    // A page of another network asks whether it may call this machine.
    let private = [
        PREFLIGHT[0],
        ("Access-Control-Request-Private-Network", "true"),
    ];
    let response = send(&fixture, "OPTIONS", &tasks("v2"), PAGE, &private).await;
    assert_eq!(
        response.header("access-control-allow-private-network"),
        "true"
    );
    // Preflight requests are no requests of the client.
    assert!(fixture.emulator.control().requests().is_empty());
}

#[tokio::test]
async fn response_to_allowed_origin_is_readable_with_its_headers() {
    let fixture = fixture(&[PAGE]).await;
    let control = fixture.emulator.control();
    let fault = |kind| control.add_fault(Fault::new(kind)).unwrap();
    let throttled = || FaultKind::Status {
        status: 429,
        retry_after: Some("7".to_owned()),
        error_code: None,
    };
    fault(throttled());
    fault(FaultKind::HtmlBadGateway);
    fault(FaultKind::EmptyOk);
    let token = [("X-Auth-Token", TOKEN)];
    for (method, target, headers, status) in [
        ("GET", tasks("v2"), &token[..], 429),
        ("GET", tasks("v2"), &token[..], 502),
        ("GET", tasks("v2"), &token[..], 200),
        ("GET", tasks("v2"), &token[..], 200),
        ("GET", tasks("v2"), &[][..], 401),
        ("GET", tasks("v2").replace("tasks", "none"), &token[..], 404),
        ("DELETE", tasks("v2"), &token[..], 405),
        ("GET", "/_emulator/health".to_owned(), &[][..], 200),
        ("GET", "/_emulator/none".to_owned(), &[][..], 404),
        ("POST", "/_emulator/seed".to_owned(), &[][..], 400),
        ("DELETE", "/_emulator/seed".to_owned(), &[][..], 405),
    ] {
        let response = send(&fixture, method, &target, PAGE, headers).await;
        assert_eq!(response.status, status, "{method} {target}");
        assert_eq!(response.header("access-control-allow-origin"), PAGE);
        assert_eq!(response.header("vary"), "Origin");
        let exposed = response.header("access-control-expose-headers");
        for name in ["X-Request-Id", "Retry-After", "Date"] {
            assert!(exposed.split(", ").any(|n| n == name), "{exposed}");
        }
    }
}

#[tokio::test]
async fn other_origin_is_not_allowed() {
    let fixture = fixture(&[PAGE]).await;
    for origin in [
        "http://localhost:5174",
        "https://localhost:5173",
        "http://localhost",
        "null",
        "http://localhost:5173.example.com",
    ] {
        let preflight = send(&fixture, "OPTIONS", &tasks("v2"), origin, &PREFLIGHT).await;
        assert_eq!(preflight.status, 403, "{origin}");
        let error = preflight.json()["error"].to_string();
        assert!(
            error.contains(&format!("--allow-origin {origin}")),
            "{error}"
        );
        let token = [("X-Auth-Token", TOKEN)];
        let response = send(&fixture, "GET", &tasks("v2"), origin, &token).await;
        // The browser withholds it from the page.
        assert_eq!(response.status, 200, "{origin}");
        for response in [preflight, response] {
            assert_eq!(response.header("access-control-allow-origin"), "");
            assert_eq!(response.header("vary"), "Origin");
        }
    }
    // A client that is no browser.
    let response = fixture.kafka(&tasks("v2")).await;
    assert_eq!(response.status, 200);
    assert_eq!(response.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn any_origin_is_allowed_by_asterisk() {
    let fixture = fixture(&[PAGE, "*"]).await;
    for origin in [PAGE, "https://example.com", "null"] {
        let preflight = send(&fixture, "OPTIONS", &tasks("v2"), origin, &PREFLIGHT).await;
        assert_eq!(preflight.status, 204, "{origin}");
        let token = [("X-Auth-Token", TOKEN)];
        let response = send(&fixture, "GET", &tasks("v2"), origin, &token).await;
        assert_eq!(response.status, 200, "{origin}");
        for response in [preflight, response] {
            assert_eq!(response.header("access-control-allow-origin"), "*");
        }
    }
}

#[tokio::test]
async fn options_that_is_no_preflight_returns_405() {
    let without = Fixture::start().await;
    let response = send(&without, "OPTIONS", &tasks("v2"), PAGE, &PREFLIGHT).await;
    assert_eq!(response.status, 405);
    for name in ["access-control-allow-origin", "vary"] {
        assert_eq!(response.header(name), "");
    }
    let with = fixture(&[PAGE]).await;
    let response = send(&with, "OPTIONS", &tasks("v2"), PAGE, &[]).await;
    assert_eq!(response.status, 405);
    assert_eq!(response.header("access-control-allow-origin"), PAGE);
}

#[tokio::test]
async fn allowed_origin_invalid_is_named() {
    for origin in ["localhost:5173", "http://localhost:5173/", "http://*"] {
        let error = Emulator::builder().allow_origin(origin).start().await;
        let error = error.unwrap_err();
        assert!(matches!(error, StartError::Origin { .. }), "{error:?}");
        assert!(error.to_string().contains(origin), "{error}");
    }
}
