//! Decodes responses: a body, or an error with the place that did not decode.

use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::transport::response::{RawResponse, Response};

/// Decodes the response of an operation.
pub(crate) fn response<T: DeserializeOwned>(raw: RawResponse) -> Result<Response<T>, Error> {
    if raw.status != StatusCode::OK {
        return Err(Error::from_status(raw));
    }
    match serde_json::from_slice(raw.json()) {
        Ok(body) => Ok(Response::new(body, raw)),
        Err(_) => Err(decode_error::<T>(raw)),
    }
}

/// Decodes a body that no document of ours describes.
pub(crate) fn decode<T: DeserializeOwned>(raw: RawResponse) -> Result<T, Error> {
    serde_json::from_slice(raw.json()).map_err(|_| decode_error::<T>(raw))
}

/// Decodes a body again that did not decode, now with the path: successes do not pay for it.
fn decode_error<T: DeserializeOwned>(raw: RawResponse) -> Error {
    let mut json = serde_json::Deserializer::from_slice(raw.json());
    let error = match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(error) => {
            let path = error.path().to_string();
            return Error::decode(raw, &path, error.into_inner());
        }
        Ok(_) => json.end(),
    };
    match error {
        Err(error) => Error::decode(raw, ".", error),
        Ok(()) => Error::unexpected(raw, "the body decoded only when read again".to_owned()),
    }
}
