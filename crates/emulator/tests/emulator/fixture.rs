//! An emulator and an HTTP client, whose responses are validated against the committed documents.

use hwtasks_emulator::{Builder, Credentials, Emulator, INSTANCE_ID, PROJECT_ID, Service, TOKEN};
use hwtasks_signer::{SigningRequest, sign};
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::spec;

pub(crate) struct Fixture {
    pub(crate) emulator: Emulator,
    pub(crate) http: reqwest::Client,
}

/// A response with its body.
#[derive(Debug)]
pub(crate) struct RawResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl RawResponse {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    /// The IDs of the tasks on the page.
    pub(crate) fn ids(&self) -> Vec<String> {
        let json = self.json();
        let tasks = json["tasks"].as_array().unwrap().iter();
        tasks
            .map(|task| task["id"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) async fn read(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }
}

/// The path of the example instance's tasks, in a version of the API.
pub(crate) fn tasks(version: &str) -> String {
    format!("/{version}/{PROJECT_ID}/instances/{INSTANCE_ID}/tasks")
}

/// The V2 path of an instance's tasks.
pub(crate) fn tasks_of(instance: &str) -> String {
    format!("/v2/{PROJECT_ID}/instances/{instance}/tasks")
}

/// A client without proxies, redirects and decompression.
pub(crate) fn client() -> reqwest::Client {
    // Other crates of the workspace may enable decompression, and tests inspect the bytes on the wire.
    let builder = reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd();
    builder
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

impl Fixture {
    pub(crate) async fn start() -> Self {
        Self::with(Emulator::builder()).await
    }

    pub(crate) async fn with(builder: Builder) -> Self {
        Self {
            emulator: builder.start().await.unwrap(),
            http: client(),
        }
    }

    pub(crate) fn url(&self, service: Service) -> String {
        match service {
            Service::Dcs => self.emulator.dcs_url(),
            Service::Kafka => self.emulator.kafka_url(),
        }
    }

    pub(crate) fn request(&self, service: Service, target: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{target}", self.url(service));
        self.http.get(url).header("X-Auth-Token", TOKEN)
    }

    /// Sends a request with the token and validates the response.
    pub(crate) async fn get(&self, service: Service, target: &str) -> RawResponse {
        let response = self.request(service, target).send().await.unwrap();
        let response = RawResponse::read(response).await;
        spec::check(service, "GET", target, &response);
        response
    }

    pub(crate) async fn dcs(&self, target: &str) -> RawResponse {
        self.get(Service::Dcs, target).await
    }

    pub(crate) async fn kafka(&self, target: &str) -> RawResponse {
        self.get(Service::Kafka, target).await
    }

    /// Sends a signed request and validates the response.
    pub(crate) async fn signed(
        &self,
        service: Service,
        target: &str,
        keys: &Credentials,
    ) -> RawResponse {
        let url = format!("{}{target}", self.url(service));
        let signed = sign(
            &SigningRequest::new("GET", &url),
            keys,
            jiff::Timestamp::now(),
        )
        .unwrap();
        let mut request =
            self.http
                .get(format!("{}{}", self.url(service), signed.request_target()));
        for (name, value) in signed.headers() {
            request = request.header(name, value);
        }
        let response = RawResponse::read(request.send().await.unwrap()).await;
        spec::check(service, "GET", target, &response);
        response
    }

    /// Sends a request to the control API of the Kafka listener.
    pub(crate) async fn control(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> RawResponse {
        let url = format!("{}/_emulator/{path}", self.emulator.kafka_url());
        let mut request = self.http.request(method.parse().unwrap(), url);
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        RawResponse::read(request.send().await.unwrap()).await
    }
}
