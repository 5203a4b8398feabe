//! An emulator, a client, and the documents to hold the answers to.

use hwtasks_emulator::{Builder, Credentials, Emulator, INSTANCE_ID, PROJECT_ID, Service, TOKEN};
use hwtasks_signer::{SigningRequest, sign};
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::spec;

pub(crate) struct Site {
    pub(crate) emulator: Emulator,
    pub(crate) http: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    /// The ids of the tasks on the page.
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

    pub(crate) async fn of(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }
}

/// The path of the documents' instance, in a version of the API.
pub(crate) fn tasks(version: &str) -> String {
    format!("/{version}/{PROJECT_ID}/instances/{INSTANCE_ID}/tasks")
}

/// The path of another instance's V2 tasks.
pub(crate) fn tasks_of(instance: &str) -> String {
    format!("/v2/{PROJECT_ID}/instances/{instance}/tasks")
}

/// A client that goes nowhere but where it is told, and follows nothing.
pub(crate) fn client() -> reqwest::Client {
    // Built with other crates, the client may know compressions: what came is to be seen as it came.
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

impl Site {
    pub(crate) async fn start() -> Self {
        Self::of(Emulator::builder()).await
    }

    pub(crate) async fn of(builder: Builder) -> Self {
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

    /// Asks with the token; the answer must be what the documents say of it.
    pub(crate) async fn get(&self, service: Service, target: &str) -> Answer {
        let response = self.request(service, target).send().await.unwrap();
        let answer = Answer::of(response).await;
        spec::check(service, "GET", target, &answer);
        answer
    }

    pub(crate) async fn dcs(&self, target: &str) -> Answer {
        self.get(Service::Dcs, target).await
    }

    pub(crate) async fn kafka(&self, target: &str) -> Answer {
        self.get(Service::Kafka, target).await
    }

    /// Asks with a signature.
    pub(crate) async fn signed(
        &self,
        service: Service,
        target: &str,
        keys: &Credentials,
    ) -> Answer {
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
        let answer = Answer::of(request.send().await.unwrap()).await;
        spec::check(service, "GET", target, &answer);
        answer
    }

    /// Asks the control, on the Kafka listener.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let url = format!("{}/_emulator/{path}", self.emulator.kafka_url());
        let mut request = self.http.request(method.parse().unwrap(), url);
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        Answer::of(request.send().await.unwrap()).await
    }
}
