//! The security schemes: an IAM token, or a signature over the request.

use serde_json::{Value, json};
use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::SecurityRequirement;

const TOKEN: &str = "X-Auth-Token";
const SIGNATURE: &str = "SDK-HMAC-SHA256";

/// Requires one of the two security schemes for every operation. The token comes first, because
/// several tools use only the first scheme.
pub(super) struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut OpenApi) {
        let requirement = |name| SecurityRequirement::new(name, Vec::<String>::new());
        document.security = Some(vec![requirement(TOKEN), requirement(SIGNATURE)]);
    }
}

/// The security schemes as JSON: utoipa has no HTTP scheme of another name than the registered ones.
pub(super) fn schemes() -> Value {
    json!({
        TOKEN: {
            "type": "apiKey",
            "in": "header",
            "name": TOKEN,
            "description": "IAM token: the response header `X-Subject-Token` of the IAM operation \
                `POST /v3/auth/tokens`. A token is valid for 24 hours. `APIGW.0307` means that the \
                token must be renewed.",
        },
        SIGNATURE: {
            "type": "http",
            "scheme": SIGNATURE,
            "description": "Signature over the request, made with an access key (AK) and its secret \
                key (SK). The request has two headers. `X-Sdk-Date` is the time of the signature, in \
                UTC, as `yyyyMMddTHHmmssZ`. `Authorization` is `SDK-HMAC-SHA256 Access=AK, \
                SignedHeaders=host;x-sdk-date, Signature=...`. The signature is the hexadecimal \
                HMAC-SHA256, keyed with the SK, of three lines: `SDK-HMAC-SHA256`, the value of \
                `X-Sdk-Date`, and the hexadecimal SHA-256 of the canonical request. Temporary keys \
                also send and sign the header `X-Security-Token`. The gateway rejects a signature \
                whose time differs from its clock by more than 15 minutes.",
        },
    })
}
