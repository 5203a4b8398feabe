package hwtasks

import (
	"fmt"
	"net/http"
)

// Response is an HTTP response of a service, as it came.
type Response struct {
	status   int
	header   http.Header
	body     string
	attempts int
}

// Status returns the HTTP status.
func (r *Response) Status() int { return r.status }

// Header returns the header of the response.
func (r *Response) Header() http.Header { return r.header }

// RequestID identifies the request in the logs of the service: the header X-Request-Id.
func (r *Response) RequestID() string { return r.header.Get("X-Request-Id") }

// RawBody returns a copy of the body as it came after decompression, with the members that no type has.
func (r *Response) RawBody() []byte { return []byte(r.body) }

// Attempts returns the number of attempts that the call took.
func (r *Response) Attempts() int { return r.attempts }

// String describes the response, without its header and body.
func (r *Response) String() string {
	return fmt.Sprintf("Response{status: %d, request ID: %q}", r.status, r.RequestID())
}

// GoString is as String.
func (r *Response) GoString() string { return r.String() }
