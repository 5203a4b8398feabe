package hwtasks

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"
)

// connectionError is the failure to connect; nothing was sent.
type connectionError struct{ cause error }

func (e *connectionError) Error() string { return e.cause.Error() }

func (e *connectionError) Unwrap() error { return e.cause }

func (e *connectionError) Timeout() bool {
	timeout, ok := e.cause.(interface{ Timeout() bool })
	return ok && timeout.Timeout()
}

// newTransport returns a transport that follows no redirects: one to another host would carry the secrets
// there.
func newTransport(proxy func(*http.Request) (*url.URL, error), connect time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: connect, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: proxy,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, &connectionError{err}
			}
			return conn, nil
		},
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        256,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: connect,
	}
}
