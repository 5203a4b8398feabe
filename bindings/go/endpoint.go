package hwtasks

import (
	"net"
	"net/url"
	"strings"
)

// baseURL checks an endpoint, and returns it without trailing slashes.
func baseURL(endpoint string, allowPlainHTTP bool) (*url.URL, *Error) {
	refuse := func(format string, arguments ...any) *Error {
		return invalidInput(format, arguments...).withReason(ReasonInvalidURL)
	}
	// First, because the other messages show the endpoint, which here may contain a secret.
	if strings.Contains(endpoint, "@") {
		return nil, refuse("an endpoint with a user name or password is refused")
	}
	if strings.ContainsAny(endpoint, "?#") {
		return nil, refuse("an endpoint with a query or a fragment is refused")
	}
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || u.Scheme == "" || u.Host == "" || u.Hostname() == "":
		return nil, refuse("the endpoint %q is not a URL", oneLine(endpoint))
	case u.Scheme == "http" && !allowPlainHTTP && !isLoopback(u):
		return nil, refuse("the endpoint %q is plain http: use https", endpoint).
			withHelp("or WithPlainHTTP, to send credentials in the clear")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, refuse("the endpoint %q is not a URL of https", endpoint)
	case strings.Contains(u.EscapedPath(), "%"):
		return nil, refuse("the endpoint %q has a percent-encoded path", endpoint)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.Host = strings.ToLower(u.Host)
	if u.Scheme == "https" {
		u.Host = strings.TrimSuffix(u.Host, ":443")
	} else {
		u.Host = strings.TrimSuffix(u.Host, ":80")
	}
	// The published Kafka document has the version in its server URL; this client has it in its paths.
	if strings.HasSuffix(u.Path, "/v2") || strings.HasSuffix(u.Path, "/v1.0") {
		return nil, refuse("the endpoint %q ends in the version of the API, which the client adds: leave it out", endpoint)
	}
	return u, nil
}

// isLoopback reports whether the host of a URL is this machine, which needs no proxy and no TLS.
func isLoopback(u *url.URL) bool {
	if u.Hostname() == "localhost" {
		return true
	}
	address := net.ParseIP(u.Hostname())
	return address != nil && address.IsLoopback()
}
