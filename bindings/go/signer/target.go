package signer

import (
	"slices"
	"strings"
)

// splitURL returns the host with its port, the path and the query of a URL; no host of a path.
func splitURL(url string) (host, path, query string, err error) {
	// What is before '@' may be a password.
	invalid := func() error {
		shown := url[strings.LastIndexByte(url, '@')+1:]
		return refuse("url", "the URL %q cannot be signed: it must be http(s)://host[:port]/path?query, or begin with '/'", shown)
	}
	rest, _, _ := strings.Cut(url, "#")
	if !strings.HasPrefix(rest, "/") {
		scheme, after, ok := strings.Cut(rest, "://")
		port := map[string]string{"http": ":80", "https": ":443"}[strings.ToLower(scheme)]
		if !ok || port == "" {
			return "", "", "", invalid()
		}
		end := strings.IndexAny(after, "/?")
		if end < 0 {
			end = len(after)
		}
		host, rest = after[:end], after[end:]
		host = strings.TrimSuffix(host[strings.LastIndexByte(host, '@')+1:], port)
		isOdd := func(r rune) bool { return r <= ' ' || r > '~' }
		if host == "" || host[0] == ':' || strings.IndexFunc(host, isOdd) >= 0 {
			return "", "", "", invalid()
		}
		host = strings.ToLower(host)
	}
	path, query, _ = strings.Cut(rest, "?")
	if path == "" {
		path = "/"
	}
	return host, path, query, nil
}

const upperHex = "0123456789ABCDEF"

func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return (c | 0x20) - 'a' + 10
}

// decoded returns a text without its percent-encoding. What is no encoding stays.
func decoded(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]) {
			out = append(out, hexValue(text[i+1])<<4|hexValue(text[i+2]))
			i += 2
			continue
		}
		out = append(out, text[i])
	}
	return string(out)
}

func appendEncoded(out []byte, text string, isLegal func(byte) bool) []byte {
	for i := 0; i < len(text); i++ {
		if c := text[i]; isLegal(c) {
			out = append(out, c)
		} else {
			out = append(out, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return out
}

// appendPath appends the path as it is signed: encoded once, with a slash at its end.
func appendPath(out []byte, path string) []byte {
	out = appendEncoded(out, decoded(path), func(c byte) bool { return c == '/' || isUnreserved(c) })
	if out[len(out)-1] != '/' {
		out = append(out, '/')
	}
	return out
}

// canonicalQuery returns the pairs of a query, decoded, sorted by name and then value, and encoded again.
func canonicalQuery(query string) string {
	var few [8]field
	pairs := few[:0]
	for piece := range strings.SplitSeq(query, "&") {
		if piece != "" {
			name, value, _ := strings.Cut(piece, "=")
			pairs = append(pairs, field{decoded(name), decoded(value)})
		}
	}
	slices.SortStableFunc(pairs, func(a, b field) int {
		if order := strings.Compare(a.name, b.name); order != 0 {
			return order
		}
		return strings.Compare(a.value, b.value)
	})
	out := make([]byte, 0, len(query)+8)
	for i, pair := range pairs {
		if i > 0 {
			out = append(out, '&')
		}
		out = appendEncoded(out, pair.name, isUnreserved)
		out = append(out, '=')
		out = appendEncoded(out, pair.value, isUnreserved)
	}
	return string(out)
}

// wirePath returns the path to send: as given, with only that encoded which cannot stand in a path.
func wirePath(path string) string {
	out := make([]byte, 0, len(path))
	for i := 0; i < len(path); i++ {
		c := path[i]
		isEscape := c == '%' && i+2 < len(path) && isHex(path[i+1]) && isHex(path[i+2])
		if isEscape || isUnreserved(c) || strings.IndexByte("!$&'()*+,;=:@/", c) >= 0 {
			out = append(out, c)
		} else {
			out = append(out, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(out)
}
