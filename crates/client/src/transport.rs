//! The one place that sends: every operation of both services goes through [`Call::exec`].

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use hwtasks_api::ErrorResponse;
use progenitor_client::{ClientHooks, Error as Failure, OperationInfo, ResponseValue};
use reqwest::header::HeaderValue;
use reqwest::{Request, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::generated;
use crate::response::{Answer, Response};

/// What every call of a client shares.
pub(crate) struct Transport {
    pub(crate) token: Option<SecretString>,
    pub(crate) body_limit: usize,
}

/// One call: its context, and what came back.
///
/// The generated code keeps neither the bytes of an answer nor those of an error, so each call
/// carries a place for them.
#[derive(Clone)]
pub(crate) struct Call {
    operation: &'static str,
    transport: Arc<Transport>,
    outcome: Arc<Mutex<Option<Result<Answer, Error>>>>,
}

/// What the generated operations return.
pub(crate) type Generated<T> = Result<ResponseValue<T>, Failure<ErrorResponse>>;

impl Call {
    pub(crate) fn new(operation: &'static str, transport: Arc<Transport>) -> Self {
        Self {
            operation,
            transport,
            outcome: Arc::default(),
        }
    }

    /// Names the operation in an error that came before or after its request.
    pub(crate) fn check<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|error| error.of(self.operation))
    }

    fn outcome(&self) -> MutexGuard<'_, Option<Result<Answer, Error>>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn exec(
        &self,
        http: &reqwest::Client,
        request: Request,
    ) -> reqwest::Result<reqwest::Response> {
        let outcome = self.attempt(http, request).await;
        let answer = match &outcome {
            Ok(answer) => Some(answer.clone()),
            Err(_) => None,
        };
        *self.outcome() = Some(outcome);
        // What failed is in the outcome, which `finish` asks first: the generated code gets an
        // answer that no operation documents.
        let answer = answer.unwrap_or_else(|| Answer {
            status: StatusCode::NO_CONTENT,
            headers: http::HeaderMap::new(),
            body: Bytes::new(),
        });
        let mut response = http::Response::new(reqwest::Body::from(answer.body));
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response.into())
    }

    async fn attempt(&self, http: &reqwest::Client, mut request: Request) -> Result<Answer, Error> {
        // progenitor sends the version of the document, which no service knows.
        request.headers_mut().remove("api-version");
        crate::call::restore_encoding(request.url_mut());
        if let Some(token) = &self.transport.token {
            let mut value = HeaderValue::from_str(token.expose_secret()).map_err(|_| {
                Error::invalid_input("the token has characters no header can carry")
            })?;
            value.set_sensitive(true);
            request.headers_mut().insert("x-auth-token", value);
        }
        let mut response = http.execute(request).await.map_err(Error::transport)?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let body = self.read(response).await?;
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Bytes, Error> {
        let limit = self.transport.body_limit;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(Error::transport)? {
            if body.len() + chunk.len() > limit {
                return Err(Error::body_too_large(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// Turns what the generated operation made of the answer into the answer of the call.
    pub(crate) fn finish<T>(&self, generated: Generated<T>) -> Result<Response<T>, Error>
    where
        T: DeserializeOwned,
    {
        let outcome = self.outcome().take();
        self.check(match outcome {
            Some(Ok(answer)) => interpret(answer, generated),
            Some(Err(error)) => Err(error),
            None => Err(Error::invalid_input(match generated {
                Err(Failure::InvalidRequest(why)) => why,
                _ => "the request could not be built".to_owned(),
            })),
        })
    }
}

fn interpret<T>(answer: Answer, generated: Generated<T>) -> Result<Response<T>, Error>
where
    T: DeserializeOwned,
{
    let status = answer.status;
    match generated {
        Ok(value) => Ok(Response::new(value.into_inner(), answer)),
        Err(Failure::ErrorResponse(response)) => {
            Err(Error::api(answer, Some(response.into_inner())))
        }
        Err(_) if status == StatusCode::OK => Err(undecodable::<T>(answer)),
        Err(_) if status.is_client_error() || status.is_server_error() => {
            Err(Error::api(answer, None))
        }
        Err(_) => {
            let message = format!(
                "the service answered {status}, which is neither the documented success nor an error"
            );
            Err(Error::unexpected(answer, message))
        }
    }
}

/// Decodes a body that did not decode once more, now watching where: a success pays nothing for it.
fn undecodable<T: DeserializeOwned>(answer: Answer) -> Error {
    let mut json = serde_json::Deserializer::from_slice(&answer.body);
    match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(error) => {
            let path = error.path().to_string();
            Error::decode(answer.clone(), &path, error.into_inner())
        }
        Ok(_) => match json.end() {
            Err(error) => Error::decode(answer.clone(), ".", error),
            Ok(()) => {
                let message = "the body was decoded only on a second try".to_owned();
                Error::unexpected(answer, message)
            }
        },
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

macro_rules! hooks {
    ($($client:ty),+) => {
        $(impl ClientHooks<Call> for $client {
            async fn exec(
                &self,
                request: Request,
                _: &OperationInfo,
            ) -> reqwest::Result<reqwest::Response> {
                self.inner.exec(&self.client, request).await
            }
        })+
    };
}

hooks!(generated::dcs::Client, generated::kafka::Client);
