package signer

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxBody is the largest body that the gateway accepts with a signature.
const maxBody = 12 << 20

// Transport is an [http.RoundTripper] that signs each request and sends it by another one:
//
//	client := &http.Client{Transport: &signer.Transport{Credentials: signer.NewCredentials(ak, sk)}}
//
// It is safe for concurrent use. Redirects are requests too: let the client follow none, or it signs for
// another host.
type Transport struct {
	// Credentials sign the requests.
	Credentials Credentials

	// Base sends them. Default: [http.DefaultTransport].
	Base http.RoundTripper

	// Now is the clock. Default: [time.Now].
	Now func() time.Time
}

// unsigned names the headers that a proxy may change.
var unsigned = map[string]bool{
	"Accept-Encoding": true, "Connection": true, "Content-Length": true, "Expect": true, "Te": true, "Trailer": true,
	"Transfer-Encoding": true, "Upgrade": true, "User-Agent": true,
}

// RoundTrip signs a copy of the request and sends it. The body is read into memory.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := readBody(request)
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	for name, values := range request.Header {
		if !unsigned[name] {
			header[name] = values
		}
	}
	if request.Host != "" {
		header.Set("Host", request.Host)
	}
	now := time.Now
	if t.Now != nil {
		now = t.Now
	}
	url := request.URL.Scheme + "://" + request.URL.Host + request.URL.EscapedPath() + "?" + request.URL.RawQuery
	signed, err := Sign(Request{Method: request.Method, URL: url, Header: header, Body: body}, t.Credentials, now())
	if err != nil {
		return nil, err
	}
	copied := request.Clone(request.Context())
	for name, values := range signed.Header {
		if name != "Host" {
			copied.Header[name] = values
		}
	}
	_, copied.URL.RawQuery, _ = strings.Cut(signed.Target, "?")
	if body != nil {
		copied.Body = io.NopCloser(bytes.NewReader(body))
		copied.ContentLength = int64(len(body))
	}
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	return base.RoundTrip(copied)
}

func readBody(request *http.Request) ([]byte, error) {
	if request.Body == nil || request.Body == http.NoBody {
		return nil, nil
	}
	defer func() { _ = request.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(request.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = errors.New("signer: the body is larger than 12 MiB, which the gateway refuses")
	}
	return body, err
}

// String shows the access key alone.
func (t *Transport) String() string { return "signer.Transport{" + t.Credentials.String() + "}" }

// GoString is as String.
func (t *Transport) GoString() string { return t.String() }
