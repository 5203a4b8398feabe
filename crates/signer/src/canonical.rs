//! The canonical request and the string-to-sign, shared by `sign` and `verify`.

use std::borrow::Cow;
use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::{Digest, Sha256};

use crate::ALGORITHM;
use crate::request::EMPTY_BODY;

pub(crate) const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The characters to percent-encode in a query: all except the unreserved ones of RFC 3986.
const QUERY_ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// The characters to percent-encode in a path: the same, except `/`.
const PATH_ENCODED: &AsciiSet = &QUERY_ENCODED.remove(b'/');

/// Headers whose values must not appear in logs.
const SECRET_HEADERS: [&str; 5] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-auth-token",
    "x-security-token",
];

/// A header in signed form: lower-case name, trimmed value.
pub(crate) type Header<'a> = (Cow<'a, str>, &'a str);

pub(crate) struct Canonical {
    pub(crate) request: String,
    pub(crate) string_to_sign: String,
}

/// Builds the canonical request and the string-to-sign.
///
/// `headers` must be sorted by name and then value. `signed_headers` lists each name once, joined with `;`.
pub(crate) fn build(
    method: &str,
    path: &str,
    query: &str,
    headers: &[Header<'_>],
    signed_headers: &str,
    body_hash: &str,
    date: &str,
) -> Canonical {
    let headers_length: usize = headers
        .iter()
        .map(|(name, value)| name.len() + value.len() + 2)
        .sum();
    let mut request = String::with_capacity(
        path.len() * 2 + query.len() + headers_length + signed_headers.len() + 128,
    );
    request.extend(method.chars().map(|c| c.to_ascii_uppercase()));
    request.push('\n');
    push_path(&mut request, path);
    request.push('\n');
    request.push_str(query);
    request.push('\n');
    for (name, value) in headers {
        request.push_str(name);
        request.push(':');
        request.push_str(value);
        request.push('\n');
    }
    // Writing to a String cannot fail.
    let _ = write!(request, "\n{signed_headers}\n{body_hash}");
    let string_to_sign = format!(
        "{ALGORITHM}\n{date}\n{}",
        hex(&Sha256::digest(request.as_bytes()))
    );
    Canonical {
        request,
        string_to_sign,
    }
}

fn push_path(out: &mut String, path: &str) {
    let decoded: Cow<'_, [u8]> = percent_decode_str(path).into();
    out.extend(percent_encode(&decoded, PATH_ENCODED));
    if !out.ends_with('/') {
        out.push('/');
    }
}

/// The canonical query: pairs decoded, sorted by name and then value, and encoded again.
pub(crate) fn query(query: &str) -> String {
    let decode = |text| -> Cow<'_, [u8]> { percent_decode_str(text).into() };
    let mut pairs: Vec<_> = query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            (decode(name), decode(value))
        })
        .collect();
    pairs.sort();
    let mut out = String::with_capacity(query.len() + 8);
    for (name, value) in &pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.extend(percent_encode(name, QUERY_ENCODED));
        out.push('=');
        out.extend(percent_encode(value, QUERY_ENCODED));
    }
    out
}

/// The names of sorted headers, each once, joined with `;`.
pub(crate) fn signed_headers(headers: &[Header<'_>]) -> String {
    let mut out = String::with_capacity(headers.iter().map(|(name, _)| name.len() + 1).sum());
    let mut last = "";
    for (name, _) in headers {
        if name != last {
            if !out.is_empty() {
                out.push(';');
            }
            out.push_str(name);
            last = name;
        }
    }
    out
}

/// The last line of the canonical request. An empty body is always hashed, as in the official Python signer.
pub(crate) fn body_hash(body_sha256: &[u8; 32], content_sha256: Option<&str>) -> String {
    match content_sha256 {
        Some(given) if *body_sha256 != EMPTY_BODY => given.to_owned(),
        _ => hex(body_sha256),
    }
}

/// The HMAC of the string-to-sign, for the caller to finalize or compare.
#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
pub(crate) fn mac(secret_key: &str, string_to_sign: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret_key.as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(string_to_sign.as_bytes());
    mac
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// Replaces the values of secret headers in a canonical request by `[redacted]`.
pub(crate) fn redact(request: &str) -> String {
    let redact_line = |line: &str| match line.split_once(':') {
        Some((name, _)) if SECRET_HEADERS.contains(&name) => format!("{name}:[redacted]"),
        _ => line.to_owned(),
    };
    request
        .split('\n')
        .map(redact_line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_sorts_by_decoded_name_then_value() {
        assert_eq!(query("b=2&a=%7E&b=10&&a"), "a=&a=~&b=10&b=2");
        // Decoded, the letter é (C3 A9) comes after z; encoded, "%" would come first.
        assert_eq!(query("%C3%A9=1&z=2"), "z=2&%C3%A9=1");
        assert_eq!(query("=v&+=1&a=b=c"), "=v&%2B=1&a=b%3Dc");
        assert_eq!(query(""), "");
    }

    #[test]
    fn path_is_decoded_encoded_and_ends_in_slash() {
        let of = |path| {
            let mut out = String::new();
            push_path(&mut out, path);
            out
        };
        assert_eq!(of("/"), "/");
        assert_eq!(of("/a%2fb%20c"), "/a/b%20c/");
        assert_eq!(of("/a:b@c"), "/a%3Ab%40c/");
        assert_eq!(of("/%FF"), "/%FF/");
        assert_eq!(of("/100%"), "/100%25/");
    }

    #[test]
    fn redact_hides_only_secret_headers() {
        let shown =
            redact("GET\n/\nx-auth-token:in=query\nhost:h:1\nx-security-token:t:t\n\nhost\nhash");
        assert_eq!(
            shown,
            "GET\n/\nx-auth-token:[redacted]\nhost:h:1\nx-security-token:[redacted]\n\nhost\nhash"
        );
    }
}
