//! A fake service with canned responses, a client of it, and the requests it received.

use hwtasks::{Client, ClientBuilder, ManualTimeSource, RetryPolicy};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// IDs from the official documents.
pub(crate) const PROJECT: &str = "a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71";
pub(crate) const INSTANCE: &str = "5560df16-cebf-4473-95c4-d1b573c16e79";
pub(crate) const TASK: &str = "8abfa7b272adc5b40172b73130065ae7";
pub(crate) const TOKEN: &str = "a-token-that-nobody-may-see";

/// A server on loopback that returns canned responses in order and repeats the last one.
pub(crate) struct Server {
    server: MockServer,
}

impl Server {
    pub(crate) async fn responding(response: ResponseTemplate) -> Self {
        Self::responding_in_order([response]).await
    }

    pub(crate) async fn responding_in_order<const N: usize>(
        responses: [ResponseTemplate; N],
    ) -> Self {
        let server = MockServer::start().await;
        for (i, response) in responses.into_iter().enumerate() {
            let times = if i + 1 == N { u64::MAX } else { 1 };
            let mock = Mock::given(any())
                .respond_with(response)
                .up_to_n_times(times);
            mock.with_priority(u8::try_from(i + 1).expect("there are few responses"))
                .mount(&server)
                .await;
        }
        Self { server }
    }

    /// Returns 200 with this JSON body, byte for byte.
    pub(crate) async fn serving(body: &str) -> Self {
        Self::responding(json(200, body)).await
    }

    pub(crate) fn url(&self) -> String {
        self.server.uri()
    }

    /// A builder of clients that do not retry.
    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder()
            .retry_policy(RetryPolicy::disabled())
            .dcs_endpoint(self.url())
            .kafka_endpoint(self.url())
            .project_id(PROJECT)
            .token(TOKEN)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().expect("it builds")
    }

    /// The only request received.
    pub(crate) async fn request(&self) -> wiremock::Request {
        let requests = self
            .server
            .received_requests()
            .await
            .expect("requests are recorded");
        let [request] = <[_; 1]>::try_from(requests).expect("there is exactly one request");
        request
    }

    /// The method and the target of the only request received.
    pub(crate) async fn request_line(&self) -> String {
        let request = self.request().await;
        let url = &request.url;
        let query = url
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        format!("{} {}{query}", request.method, url.path())
    }

    /// The number of requests received.
    pub(crate) async fn request_count(&self) -> usize {
        self.server
            .received_requests()
            .await
            .expect("requests are recorded")
            .len()
    }

    pub(crate) async fn was_called(&self) -> bool {
        self.request_count().await > 0
    }
}

/// A response with this JSON body, byte for byte.
pub(crate) fn json(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_owned(), "application/json;charset=UTF-8")
}

/// A clock that starts at this time and advances only when the client sleeps.
pub(crate) fn clock(now: &str) -> ManualTimeSource {
    ManualTimeSource::new(now.parse().expect("it is a time"))
}
