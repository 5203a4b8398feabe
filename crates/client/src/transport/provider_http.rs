//! Requests that no document of ours describes, to IAM and the metadata service.

use std::sync::Arc;

use reqwest::Request;

use crate::error::Error;
use crate::transport::http::HttpClients;
use crate::transport::response::RawResponse;
use crate::transport::retry::RetryPolicy;
use crate::transport::time::SharedTimeSource;
use crate::transport::{Call, Limits, Transport};

/// Sends a credential provider's requests, by the same [`Call`] as every other.
pub(crate) struct ProviderHttp {
    transport: Arc<Transport>,
}

impl ProviderHttp {
    pub(crate) fn without_credentials(
        http: reqwest::Client,
        time: SharedTimeSource,
        retry: RetryPolicy,
        limits: Limits,
    ) -> Self {
        let transport = Arc::new(Transport::new(
            None,
            time,
            retry,
            limits,
            HttpClients::single(http),
            Arc::default(),
        ));
        Self { transport }
    }

    /// Sends a request and reads its response, of whatever status.
    pub(crate) async fn send<T>(
        &self,
        operation: &'static str,
        request: Request,
        read: impl FnOnce(RawResponse) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let call = Call::new(operation, Arc::clone(&self.transport));
        call.send(request, read).await
    }
}
