//! The request to sign or verify.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::error::SignError;

/// The SHA-256 of an empty body.
pub(crate) const EMPTY_BODY: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// A request to sign, or a received request to verify.
///
/// It borrows its parts and validates nothing before [`sign`](crate::sign) or [`verify`](crate::verify).
#[derive(Clone)]
pub struct SigningRequest<'a> {
    pub(crate) method: &'a str,
    pub(crate) uri: &'a str,
    pub(crate) headers: Vec<(&'a str, &'a str)>,
    pub(crate) body_sha256: [u8; 32],
}

impl<'a> SigningRequest<'a> {
    /// Creates a request with an empty body.
    ///
    /// `uri` is `http(s)://host[:port]/path?query`, or `/path?query` with a `Host` header. A fragment is ignored. `.` and
    /// `..` segments are signed unresolved: if the HTTP client resolves them, resolve or reject them before signing.
    pub fn new(method: &'a str, uri: &'a str) -> Self {
        Self {
            method,
            uri,
            headers: Vec::new(),
            body_sha256: EMPTY_BODY,
        }
    }

    /// Adds a header. All headers are signed, except names with `_`.
    ///
    /// Add only headers that reach the server unchanged: no `Connection`, and none that a proxy rewrites.
    #[must_use]
    pub fn header(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds several headers.
    #[must_use]
    pub fn headers<'n: 'a, 'v: 'a>(
        mut self,
        headers: impl IntoIterator<Item = (&'n str, &'v str)>,
    ) -> Self {
        self.headers.extend(
            headers
                .into_iter()
                .map(|(name, value)| -> (&'a str, &'a str) { (name, value) }),
        );
        self
    }

    /// Sets the body. Only its hash is kept.
    #[must_use]
    pub fn body(self, body: &[u8]) -> Self {
        self.body_sha256(Sha256::digest(body).into())
    }

    /// Sets the SHA-256 of a body that was hashed elsewhere.
    #[must_use]
    pub fn body_sha256(mut self, hash: [u8; 32]) -> Self {
        self.body_sha256 = hash;
        self
    }

    /// The trimmed values of a header, in order.
    pub(crate) fn values<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a str> + 's {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| trim(value))
    }
}

/// Trims the optional whitespace around a header value.
pub(crate) fn trim(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}

/// Whether the text is an HTTP token: valid as a method or header name.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// A parsed URI.
pub(crate) struct Target<'a> {
    /// The host in lower case, with a port that is not the scheme's default: the `Host` header of HTTP clients.
    pub(crate) authority: Option<String>,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
}

impl<'a> Target<'a> {
    pub(crate) fn parse(uri: &'a str) -> Result<Self, SignError> {
        // The part before '@' may contain a password, so the error omits it.
        let invalid = || SignError::InvalidUri(uri.rsplit('@').next().unwrap_or(uri).to_owned());
        let whole = uri.split('#').next().unwrap_or(uri);
        let (authority, rest) = if whole.starts_with('/') {
            (None, whole)
        } else {
            let (scheme, rest) = whole.split_once("://").ok_or_else(invalid)?;
            let default_port = match scheme.to_ascii_lowercase().as_str() {
                "http" => ":80",
                "https" => ":443",
                _ => return Err(invalid()),
            };
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (authority, rest) = rest.split_at(end);
            let host = authority.rsplit('@').next().unwrap_or(authority);
            let host = host.strip_suffix(default_port).unwrap_or(host);
            if host.is_empty()
                || host.starts_with(':')
                || !host.bytes().all(|b| b.is_ascii_graphic())
            {
                return Err(invalid());
            }
            (Some(host.to_ascii_lowercase()), rest)
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Ok(Self {
            authority,
            path: if path.is_empty() { "/" } else { path },
            query,
        })
    }

    /// The path on the wire: characters that HTTP forbids are percent-encoded, all others unchanged.
    pub(crate) fn wire_path(&self) -> Cow<'a, str> {
        let bytes = self.path.as_bytes();
        let is_escape = |i: usize| {
            bytes.get(i + 1).is_some_and(u8::is_ascii_hexdigit)
                && bytes.get(i + 2).is_some_and(u8::is_ascii_hexdigit)
        };
        let is_legal = |(i, b): (usize, &u8)| match b {
            b'%' => is_escape(i),
            b => b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(b),
        };
        if bytes.iter().enumerate().all(is_legal) {
            return Cow::Borrowed(self.path);
        }
        let mut path = String::with_capacity(bytes.len() + 16);
        for (i, byte) in bytes.iter().enumerate() {
            if is_legal((i, byte)) {
                path.push(char::from(*byte));
            } else {
                path.push_str(percent_encoding::percent_encode_byte(*byte));
            }
        }
        Cow::Owned(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority(uri: &str) -> Option<String> {
        Target::parse(uri).unwrap().authority
    }

    #[test]
    fn authority_equals_host_header_of_clients() {
        assert_eq!(
            authority("https://dcs.example.com/a").as_deref(),
            Some("dcs.example.com")
        );
        assert_eq!(
            authority("https://DCS.example.com:443/a").as_deref(),
            Some("dcs.example.com")
        );
        assert_eq!(
            authority("http://127.0.0.1:8080/a").as_deref(),
            Some("127.0.0.1:8080")
        );
        assert_eq!(authority("http://[::1]:80?q").as_deref(), Some("[::1]"));
        assert_eq!(
            authority("https://user:pass@h.example:8443").as_deref(),
            Some("h.example:8443")
        );
        assert_eq!(authority("/only/a/path"), None);
    }

    #[test]
    fn parse_invalid_uri_fails() {
        for bad in [
            "",
            "a/b",
            "ftp://h/",
            "https://",
            "https:///a",
            "https://:443/",
            "https://h h/",
        ] {
            assert!(
                matches!(Target::parse(bad), Err(SignError::InvalidUri(_))),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn wire_path_encodes_only_forbidden_characters() {
        for (path, wire) in [
            ("/a/b%2Fc", "/a/b%2Fc"),
            ("/a b", "/a%20b"),
            ("/100%", "/100%25"),
            ("/%zz", "/%25zz"),
            ("/任", "/%E4%BB%BB"),
            ("/a;b=c,d@e:f", "/a;b=c,d@e:f"),
        ] {
            assert_eq!(Target::parse(path).unwrap().wire_path(), wire);
        }
        assert_eq!(Target::parse("https://h?q=1#f").unwrap().wire_path(), "/");
    }
}
