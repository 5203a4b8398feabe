//! The security schemes: an IAM token, or a signature over the request.

use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};

const TOKEN: (&str, &str) = (
    "X-Auth-Token",
    "IAM token: the response header `X-Subject-Token` of the IAM operation `POST /v3/auth/tokens`. \
     A token is valid for 24 hours. `APIGW.0307` means that the token must be renewed.",
);

const SIGNATURE: (&str, &str) = (
    "Authorization",
    "Signature over the request by `SDK-HMAC-SHA256`, made with an access key (AK) and its \
     secret (SK): `SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=...`. The \
     signature is the hexadecimal HMAC-SHA256, keyed with the SK, of three lines: \
     `SDK-HMAC-SHA256`, the value of `X-Sdk-Date`, and the hexadecimal SHA-256 of the canonical \
     request. Temporary keys add the header `X-Security-Token`, and sign it.",
);

const SIGNING_DATE: (&str, &str) = (
    "X-Sdk-Date",
    "Time of the signature, in UTC, as `yyyyMMddTHHmmssZ`. Sent together with `Authorization`. The \
     gateway rejects a signature whose time differs from its clock by more than 15 minutes.",
);

/// Adds the security schemes, and requires one of the two for every operation.
pub(super) struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        for (header, description) in [TOKEN, SIGNATURE, SIGNING_DATE] {
            let key = ApiKey::Header(ApiKeyValue::with_description(header, description));
            components.add_security_scheme(header, SecurityScheme::ApiKey(key));
        }
        let none = || Vec::<String>::new();
        document.security = Some(vec![
            SecurityRequirement::new(TOKEN.0, none()),
            SecurityRequirement::new(SIGNATURE.0, none()).add(SIGNING_DATE.0, none()),
        ]);
    }
}
