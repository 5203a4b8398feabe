//! What an answer means: a decoded body, or an error with the place that did not decode.

use hwtasks_api::ErrorResponse;
use progenitor_client::{Error as Failure, ResponseValue};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::response::{Answer, Response};

/// What the generated operations return.
pub(crate) type Generated<T> = Result<ResponseValue<T>, Failure<ErrorResponse>>;

/// What a call makes of its answer, and of what the generated operation made of that.
pub(crate) fn interpret<T>(answer: Answer, generated: Generated<T>) -> Result<Response<T>, Error>
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
        Err(_) => Err(Error::answered(answer)),
    }
}

/// A body that no document of ours describes.
pub(crate) fn decode<T: DeserializeOwned>(answer: Answer) -> Result<T, Error> {
    serde_json::from_slice(&answer.body).map_err(|_| undecodable::<T>(answer))
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
