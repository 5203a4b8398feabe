//! The request as the signature sees it.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::error::SignError;

/// SHA-256 of no bytes.
pub(crate) const EMPTY_BODY: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// A request to be signed, or, on the other side, one that was received.
///
/// Borrowed throughout; nothing is checked or copied before [`sign`](crate::sign) or [`verify`](crate::verify).
#[derive(Clone)]
pub struct SigningRequest<'a> {
    pub(crate) method: &'a str,
    pub(crate) uri: &'a str,
    pub(crate) headers: Vec<(&'a str, &'a str)>,
    pub(crate) body_sha256: [u8; 32],
}

impl<'a> SigningRequest<'a> {
    /// A request with an empty body.
    ///
    /// `uri` is `http(s)://host[:port]/path?query`, or `/path?query` together with a `Host` header. A fragment is not
    /// part of a request and is left out. The path is signed as it stands: `.` and `..` are not resolved here, so resolve
    /// them, or refuse them, before signing if the HTTP client would.
    pub fn new(method: &'a str, uri: &'a str) -> Self {
        Self {
            method,
            uri,
            headers: Vec::new(),
            body_sha256: EMPTY_BODY,
        }
    }

    /// Adds a header. Every header given here is signed, except names with `_`, so give only those that reach the
    /// server unchanged (no `Connection`, nothing a proxy rewrites).
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

    /// Hashes the body. Nothing is kept of it.
    #[must_use]
    pub fn body(self, body: &[u8]) -> Self {
        self.body_sha256(Sha256::digest(body).into())
    }

    /// The SHA-256 of the body, for one that was hashed elsewhere.
    #[must_use]
    pub fn body_sha256(mut self, hash: [u8; 32]) -> Self {
        self.body_sha256 = hash;
        self
    }

    /// The values of a header, trimmed, in the order they were given.
    pub(crate) fn values<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a str> + 's {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| trim(value))
    }
}

/// A header's value without the blanks that do not belong to it.
pub(crate) fn trim(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}

/// Letters, digits and the marks that HTTP allows in a method or a header's name.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// A URI taken apart.
pub(crate) struct Target<'a> {
    /// Host and, if it is not the scheme's own, port; lower case, as HTTP clients send it.
    pub(crate) authority: Option<String>,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
}

impl<'a> Target<'a> {
    pub(crate) fn parse(uri: &'a str) -> Result<Self, SignError> {
        // A password may stand before the '@': the error repeats only what follows.
        let invalid = || SignError::InvalidUri(uri.rsplit('@').next().unwrap_or(uri).to_owned());
        let whole = uri.split('#').next().unwrap_or(uri);
        let (authority, rest) = if whole.starts_with('/') {
            (None, whole)
        } else {
            let (scheme, rest) = whole.split_once("://").ok_or_else(invalid)?;
            let own_port = match scheme.to_ascii_lowercase().as_str() {
                "http" => ":80",
                "https" => ":443",
                _ => return Err(invalid()),
            };
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (authority, rest) = rest.split_at(end);
            let host = authority.rsplit('@').next().unwrap_or(authority);
            let host = host.strip_suffix(own_port).unwrap_or(host);
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

    /// The path as it can be sent: what HTTP does not allow in one is percent-encoded, the rest stays as it is.
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
    fn authority_is_what_a_client_sends_as_host() {
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
    fn refuses_what_is_no_uri() {
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
    fn the_wire_path_is_legal_and_otherwise_untouched() {
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
