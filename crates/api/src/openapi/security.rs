//! How requests are authorized: a token, or a signature over the request.

use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};

const TOKEN: (&str, &str) = (
    "X-Auth-Token",
    "An IAM token: what `POST /v3/auth/tokens` of IAM answers in its header `X-Subject-Token`. It \
     lives for 24 hours; `APIGW.0307` asks for a new one.",
);

const SIGNATURE: (&str, &str) = (
    "Authorization",
    "A signature over the request by `SDK-HMAC-SHA256`, made with an access key (AK) and its \
     secret (SK): `SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=...`. The \
     signature is the hexadecimal HMAC-SHA256, keyed with the SK, of three lines: \
     `SDK-HMAC-SHA256`, the value of `X-Sdk-Date`, and the hexadecimal SHA-256 of the canonical \
     request. Temporary keys add the header `X-Security-Token`, and sign it.",
);

const SIGNING_DATE: (&str, &str) = (
    "X-Sdk-Date",
    "When the request was signed, in UTC, as `yyyyMMddTHHmmssZ`; sent together with \
     `Authorization`. The gateway refuses a signature more than 15 minutes off its own clock with \
     `APIGW.0303`.",
);

/// Adds the security schemes, and demands one of the two ways of every operation.
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
