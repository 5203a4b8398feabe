//! One answer on loopback, a client that asks for it, and what was asked.

use hwtasks::{Client, ClientBuilder, ManualTimeSource, RetryPolicy};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Ids that the official documents use.
pub(crate) const PROJECT: &str = "a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71";
pub(crate) const INSTANCE: &str = "5560df16-cebf-4473-95c4-d1b573c16e79";
pub(crate) const TASK: &str = "8abfa7b272adc5b40172b73130065ae7";
pub(crate) const TOKEN: &str = "a-token-that-nobody-may-see";

/// A server that gives one answer after the other, the last one for ever.
pub(crate) struct Server {
    server: MockServer,
}

impl Server {
    pub(crate) async fn answering(answer: ResponseTemplate) -> Self {
        Self::answering_in_turn([answer]).await
    }

    pub(crate) async fn answering_in_turn<const N: usize>(answers: [ResponseTemplate; N]) -> Self {
        let server = MockServer::start().await;
        for (i, answer) in answers.into_iter().enumerate() {
            let times = if i + 1 == N { u64::MAX } else { 1 };
            let mock = Mock::given(any()).respond_with(answer).up_to_n_times(times);
            mock.with_priority(u8::try_from(i + 1).expect("a few"))
                .mount(&server)
                .await;
        }
        Self { server }
    }

    /// Answers 200 with a body of JSON, byte for byte.
    pub(crate) async fn serving(body: &str) -> Self {
        Self::answering(json(200, body)).await
    }

    pub(crate) fn url(&self) -> String {
        self.server.uri()
    }

    /// A client that attempts a call once.
    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder()
            .retry_policy(RetryPolicy::none())
            .dcs_endpoint(self.url())
            .kafka_endpoint(self.url())
            .project_id(PROJECT)
            .token(TOKEN)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().expect("a client of loopback")
    }

    /// The one request that came.
    pub(crate) async fn request(&self) -> wiremock::Request {
        let requests = self
            .server
            .received_requests()
            .await
            .expect("requests are recorded");
        let [request] = <[_; 1]>::try_from(requests).expect("one request");
        request
    }

    /// Method and target of the one request that came.
    pub(crate) async fn request_line(&self) -> String {
        let request = self.request().await;
        let url = &request.url;
        let query = url
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        format!("{} {}{query}", request.method, url.path())
    }

    /// How many requests came.
    pub(crate) async fn asked(&self) -> usize {
        self.server
            .received_requests()
            .await
            .expect("requests are recorded")
            .len()
    }

    pub(crate) async fn was_asked(&self) -> bool {
        !self
            .server
            .received_requests()
            .await
            .expect("requests are recorded")
            .is_empty()
    }
}

/// An answer with a body of JSON, byte for byte.
pub(crate) fn json(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_owned(), "application/json;charset=UTF-8")
}

/// A clock that shows this time, and that only sleeping moves.
pub(crate) fn clock(now: &str) -> ManualTimeSource {
    ManualTimeSource::new(now.parse().expect("a time"))
}
