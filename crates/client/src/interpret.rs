//! What a response means: a decoded body, or an error with the place that did not decode.

use hwtasks_api::ErrorResponse;
use progenitor_client::{Error as Failure, ResponseValue};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::transport::response::{RawResponse, Response};

/// What the generated operations return.
pub(crate) type Generated<T> = Result<ResponseValue<T>, Failure<ErrorResponse>>;

/// What a call makes of its response, and of what the generated operation made of that.
pub(crate) fn interpret<T>(raw: RawResponse, generated: Generated<T>) -> Result<Response<T>, Error>
where
    T: DeserializeOwned,
{
    let status = raw.status;
    match generated {
        Ok(value) => Ok(Response::new(value.into_inner(), raw)),
        Err(Failure::ErrorResponse(response)) => Err(Error::api(raw, Some(response.into_inner()))),
        Err(_) if status == StatusCode::OK => Err(undecodable::<T>(raw)),
        Err(_) => Err(Error::from_status(raw)),
    }
}

/// A body that no document of ours describes.
pub(crate) fn decode<T: DeserializeOwned>(raw: RawResponse) -> Result<T, Error> {
    serde_json::from_slice(&raw.body).map_err(|_| undecodable::<T>(raw))
}

/// Decodes a body that did not decode once more, now watching where: a success pays nothing for it.
fn undecodable<T: DeserializeOwned>(raw: RawResponse) -> Error {
    let mut json = serde_json::Deserializer::from_slice(&raw.body);
    match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(error) => {
            let path = error.path().to_string();
            Error::decode(raw.clone(), &path, error.into_inner())
        }
        Ok(_) => match json.end() {
            Err(error) => Error::decode(raw.clone(), ".", error),
            Ok(()) => {
                let message = "the body was decoded only on a second try".to_owned();
                Error::unexpected(raw, message)
            }
        },
    }
}
