package hwtasks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// transport is what every call of a client shares.
type transport struct {
	provider CredentialsProvider // nil sends requests without authorization
	auth     *authorization      // of the provider; nil without one
	clock    Clock
	retry    RetryPolicy
	limits   limits
	http     http.RoundTripper
	logger   *slog.Logger
	agent    string
}

// limits are what a request may take.
type limits struct {
	attempt time.Duration
	call    time.Duration
	body    int
}

// call is one call: its operation and its deadline.
type call struct {
	operation string
	transport *transport
	// deadline is when the call must have ended, by the clock of the transport.
	deadline time.Duration
	// isPoll: the response of a throttled call is returned, and not retried.
	isPoll bool
}

// attempt is what an attempt used; concurrent calls may have changed it since.
type attempt struct {
	credentials *Credentials
	// skew is the assumed lead of the service's clock.
	skew time.Duration
	// signed is the time in the signature; the zero time without one.
	signed time.Time
	isSent bool
}

func (t *transport) newCall(operation string) *call {
	return &call{operation: operation, transport: t, deadline: t.clock.Elapsed() + t.limits.call}
}

// remaining returns the time until the deadline of the call.
func (c *call) remaining() time.Duration { return max(c.deadline-c.transport.clock.Elapsed(), 0) }

// annotate adds the operation to an error, once.
func (c *call) annotate(err error) error {
	if err == context.Canceled || err == context.DeadlineExceeded {
		return contextEnded(c.operation, err)
	}
	var e *Error
	if errors.As(err, &e) {
		return e.withOperation(c.operation)
	}
	return err
}

// credentials returns valid credentials; nil when requests go without.
func (c *call) credentials(ctx context.Context) (*Credentials, error) {
	if c.transport.provider == nil {
		return nil, nil
	}
	return provided(ctx, c.transport.provider, c.remaining())
}

// send sends a request until an attempt decides the call or its deadline has passed, and returns the
// response of whatever status. Every request of this package goes through it.
func (c *call) send(ctx context.Context, method string, u *url.URL, header http.Header, body string) (*Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := c.transport
	out := outgoing{method, u, header, body}
	var recovery authRecovery
	var way pass
	if t.auth != nil {
		way.gate = &t.auth.gate
	}
	defer way.leave()
	var throttled *Response
	for attempts := 1; ; attempts++ {
		started := t.clock.Elapsed()
		var used attempt
		response, err := c.attempt(ctx, out, &used, &recovery, &way)
		if response != nil {
			response.attempts = attempts
		}
		wait, again := c.decide(ctx, attempts, &recovery, &used, response, &err, &way)
		c.report(ctx, response, err, attempts, t.clock.Elapsed()-started, wait, again)
		if ctxErr := ctx.Err(); ctxErr != nil && (err != nil || again) {
			return nil, ctxErr
		}
		if again && wait < c.remaining() {
			if wait > 0 {
				if response != nil {
					throttled = response
				}
				if err := t.clock.Sleep(ctx, wait); err != nil {
					return nil, err
				}
			}
			continue
		}
		var skew time.Duration
		if !again {
			skew = c.end(&recovery, used.credentials, response, &way)
		}
		if err != nil && throttled != nil && IsTimeout(err) && c.remaining() == 0 {
			// The response that was retried says more than the timeout.
			copied := *throttled
			copied.attempts = attempts
			response, err = &copied, nil
		}
		if !used.isSent {
			attempts--
		}
		if e, ok := asError(err); ok {
			e.Attempts = attempts
			return nil, e
		}
		if err != nil {
			return nil, err
		}
		// From here on other calls may read the response, which the gate may keep.
		if skew != 0 {
			e := statusError(response)
			e.ClockSkew = skew
			return nil, e
		}
		return response, nil
	}
}

// decide returns how long to wait before the next attempt; false when the result is final.
func (c *call) decide(ctx context.Context, attempts int, recovery *authRecovery, used *attempt, response *Response, err *error, way *pass) (time.Duration, bool) {
	t := c.transport
	if response != nil && response.status == http.StatusUnauthorized {
		return 0, c.recover(ctx, recovery, used, response, err, way)
	}
	if response != nil {
		way.received(response.status)
		if c.isPoll && response.status == http.StatusTooManyRequests {
			return 0, false
		}
	}
	failed, ok := asError(*err)
	if *err != nil && !ok {
		return 0, false
	}
	return retryWait(t.retry, attempts, response, failed, t.clock.Now(), c.remaining())
}

// outgoing is a request before an attempt authorizes and sends it.
type outgoing struct {
	method string
	url    *url.URL
	header http.Header
	body   string
}

func (c *call) attempt(ctx context.Context, out outgoing, used *attempt, recovery *authRecovery, way *pass) (*Response, error) {
	t := c.transport
	credentials, err := c.admitted(ctx, recovery, way)
	if err != nil {
		return nil, err
	}
	used.credentials = credentials
	header := make(http.Header, len(out.header)+6)
	for name, values := range out.header {
		header[name] = values
	}
	header["User-Agent"] = []string{t.agent}
	// Set here, so that the transport leaves the decoding of the body to readBody.
	header["Accept-Encoding"] = []string{"gzip"}
	if credentials != nil {
		used.skew = time.Duration(t.auth.skew.Load())
		now := t.clock.Now().Add(used.skew)
		if err := authorize(out.method, out.url, header, credentials, now); err != nil {
			return nil, err
		}
		if !credentials.IsToken() {
			used.signed = now
		}
	}
	ctx, cancel := context.WithTimeout(ctx, min(c.remaining(), t.limits.attempt))
	defer cancel()
	request := (&http.Request{
		Method: out.method, URL: out.url, Header: header, Host: out.url.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if out.body != "" {
		request.Body = newBody(out.body)
		request.ContentLength = int64(len(out.body))
		request.GetBody = func() (io.ReadCloser, error) { return newBody(out.body), nil }
	}
	used.isSent = true
	received, err := t.http.RoundTrip(request)
	if err != nil {
		return nil, transportError(err)
	}
	if received == nil {
		return nil, transportError(fmt.Errorf("the transport %T returned neither a response nor an error", t.http))
	}
	if received.Body == nil {
		// As http.Client does: the transports of tests often set no body.
		received.Body = http.NoBody
	}
	defer func() { _ = received.Body.Close() }()
	text, err := readBody(received, t.limits.body)
	if err != nil {
		return nil, err
	}
	return &Response{status: received.StatusCode, header: received.Header, body: text}, nil
}

// report logs the end of an attempt, with the attribute names of OpenTelemetry.
func (c *call) report(ctx context.Context, response *Response, err error, attempts int, took, wait time.Duration, again bool) {
	logger := c.transport.logger
	if logger == nil || !logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attributes := []slog.Attr{
		slog.String("operation", c.operation),
		slog.Int("http.request.resend_count", attempts-1),
		slog.Float64("http.client.request.duration", took.Seconds()),
		slog.Bool("retried", again),
	}
	if again {
		attributes = append(attributes, slog.Duration("wait", wait))
	}
	if response == nil {
		attributes = append(attributes, slog.String("error", oneLine(err.Error())))
		logger.LogAttrs(ctx, slog.LevelDebug, "hwtasks: no response", attributes...)
		return
	}
	attributes = append(attributes,
		slog.Int("http.response.status_code", response.status),
		slog.Int("http.response.body.size", len(response.body)),
		slog.String("request_id", oneLine(response.RequestID())))
	logger.LogAttrs(ctx, slog.LevelDebug, "hwtasks: response", attributes...)
}

// joinURL returns the URL of a path with a query, percent-encoded, below an endpoint.
func joinURL(base *url.URL, target string) (*url.URL, error) {
	path, query, _ := strings.Cut(target, "?")
	u := &url.URL{Scheme: base.Scheme, Host: base.Host, Path: base.Path + path, RawQuery: query}
	if strings.Contains(path, "%") {
		decoded, err := url.PathUnescape(path)
		if err != nil {
			return nil, invalidInput("the path %q is invalid", path)
		}
		u.Path, u.RawPath = base.Path+decoded, base.Path+path
	}
	return u, nil
}
