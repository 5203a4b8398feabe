package hwtasks

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxKeptBody is how many bytes of a body an error keeps.
const maxKeptBody = 64 * 1024

// Kind is the broad category of an [Error]. New kinds may be added.
type Kind string

// The kinds of errors.
const (
	// KindInvalidInput: an argument or the configuration is invalid; nothing was sent.
	KindInvalidInput Kind = "invalid_input"
	// KindCredentials: no provider has usable credentials; nothing was sent.
	KindCredentials Kind = "credentials"
	// KindTransport: no complete response, because of no connection, a broken one, or a timeout.
	KindTransport Kind = "transport"
	// KindAPI: the service or the gateway returned an error status.
	KindAPI Kind = "api"
	// KindDecode: the service returned success, and the body is not what the document describes.
	KindDecode Kind = "decode"
	// KindBodyTooLarge: the response is larger than the limit of [WithBodyLimit].
	KindBodyTooLarge Kind = "body_too_large"
	// KindUnexpected: a status that is neither the documented success nor an error, or a body that
	// does not match the request.
	KindUnexpected Kind = "unexpected"
	// KindTaskFailed: the task of a wait ended otherwise than in success.
	KindTaskFailed Kind = "task_failed"
	// KindTaskNotFound: the task of a wait was missing for longer than the grace period.
	KindTaskNotFound Kind = "task_not_found"
	// KindWaitTimedOut: the timeout of a wait passed before the task ended.
	KindWaitTimedOut Kind = "wait_timed_out"
)

// Error is the error of a call, of a wait, or of making a client. Every error of this package is one,
// for [errors.As], unless a context has ended: the error then wraps [context.Canceled] or
// [context.DeadlineExceeded], for [errors.Is]. Tests can make an Error of the exported fields.
//
// The predicates, such as [IsNotFound], say what to do about an error:
//
//	condition                                   kind            predicate           retried?
//	an argument or the configuration is invalid KindInvalidInput                    no
//	no provider has usable credentials          KindCredentials IsCredentials       no
//	no connection                               KindTransport   IsConnectionError   yes
//	the connection broke                        KindTransport                       yes
//	no response in time, or a slow body         KindTransport   IsTimeout           yes
//	400                                         KindAPI         IsBadRequest        no
//	401                                         KindAPI         IsUnauthorized      once, see below
//	403                                         KindAPI         IsForbidden         no
//	404                                         KindAPI         IsNotFound          no
//	429                                         KindAPI         IsThrottled         yes
//	408                                         KindAPI                             yes
//	500, 502, 503, 504                          KindAPI         IsServerError       yes
//	any other 5xx                               KindAPI         IsServerError       no
//	a success whose body does not decode        KindDecode      IsDecode            no
//	a body larger than the limit                KindBodyTooLarge                    no
//	a redirect; the client follows none         KindUnexpected                      no
//
// After a 401 the client signs once more by the service's clock, if that explains the refusal, or
// sends once more with other credentials, if the provider has any. Retries follow the [RetryPolicy],
// and wait at least as long as Retry-After says.
type Error struct {
	// Kind is the category.
	Kind Kind

	// Reason says why, as data; empty when Kind, Status and Code say everything.
	Reason Reason

	// Operation is the operationId of the operation that failed; empty for an error before a call.
	Operation string

	// Attempts is the number of attempts of the last call; 0 when nothing was sent.
	Attempts int

	// Status is the HTTP status; 0 without a response. An error of a wait has the status, header and
	// body of the last response that showed the task.
	Status int

	// Code is the error code of the service (DCS.4070), the gateway (APIGW.0301) or IAM (401).
	Code string

	// Message is the error message of the service.
	Message string

	// RequestID identifies the request in the logs of the service: from the body, or else from the
	// header X-Request-Id. Include it when you ask Huawei Cloud for help.
	RequestID string

	// Header is the header of the response; nil without a response.
	Header http.Header

	// Body is the beginning of the body of the response, of at most 64 KiB.
	Body []byte

	// Path is the JSON path of the value that did not decode, such as `tasks[0]`; empty for the
	// whole body.
	Path string

	// ClockSkew is how far the clock of the service is ahead of this machine's. Set only when the
	// service refused the date of the signature, and the corrected date too.
	ClockSkew time.Duration

	// Task is the task as the wait that ended in this error saw it last: a pointer to a task of the
	// operation, such as a *KafkaTask. Nil for any other error.
	Task any

	// Help says how to fix the configuration, in terms of this package.
	Help string

	summary      string
	cause        error
	isTransient  bool
	isTimeout    bool
	isConnection bool
}

// Error returns one line: what happened, and where.
func (e *Error) Error() string {
	var text strings.Builder
	if e.Operation != "" {
		text.WriteString(e.Operation + ": ")
	}
	if e.summary != "" {
		text.WriteString(e.summary)
	} else {
		text.WriteString(e.describe())
	}
	if e.ClockSkew != 0 {
		way, by := "behind", e.ClockSkew
		if by < 0 {
			way, by = "ahead of", -by
		}
		fmt.Fprintf(&text, "; this machine's clock is %s the service's by %s", way, by.Round(time.Second))
	}
	if e.Help != "" {
		text.WriteString("; " + e.Help)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&text, " (after %d attempts)", e.Attempts)
	}
	return text.String()
}

// describe makes the summary of an error of exported fields alone, as tests make them.
func (e *Error) describe() string {
	switch {
	case e.Kind == KindAPI && e.Status != 0:
		return statusSummary(e.Status, e.Code, e.Message)
	case e.Message != "":
		return oneLine(e.Message)
	}
	return strings.ReplaceAll(string(e.Kind), "_", " ")
}

// Format writes the line of Error with every verb, so that no verb shows a header or a body.
func (e *Error) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		fmt.Fprintf(f, "%q", e.Error())
		return
	}
	_, _ = f.Write([]byte(e.Error()))
}

// Unwrap returns the cause; nil if there is none.
func (e *Error) Unwrap() error { return e.cause }

func newError(kind Kind, format string, arguments ...any) *Error {
	return &Error{Kind: kind, summary: fmt.Sprintf(format, arguments...)}
}

func invalidInput(format string, arguments ...any) *Error {
	return newError(KindInvalidInput, format, arguments...)
}

func (e *Error) withHelp(help string) *Error {
	e.Help = help
	return e
}

func (e *Error) withReason(reason Reason) *Error {
	e.Reason = reason
	return e
}

func (e *Error) withCause(cause error) *Error {
	e.cause = cause
	return e
}

// withContext puts the setting or the task that failed before the message.
func (e *Error) withContext(what string) *Error {
	e.summary = what + ": " + e.summary
	return e
}

func (e *Error) withOperation(operation string) *Error {
	if e.Operation == "" {
		e.Operation = operation
	}
	return e
}

// withResponse adds a response, and the number of attempts it took.
func (e *Error) withResponse(r *Response) *Error {
	if r == nil {
		return e
	}
	e.Status, e.Header, e.Attempts = r.status, r.header, r.attempts
	e.Body = []byte(r.body[:min(len(r.body), maxKeptBody)])
	if e.RequestID == "" {
		e.RequestID = r.RequestID()
	}
	return e
}

// transportError is the error of an attempt without a complete response.
func transportError(err error) *Error {
	made := newError(KindTransport, "the connection broke before the response was complete")
	var connection *connectionError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var dial *net.OpError
	switch {
	case isTimeoutError(err):
		made.summary = "no response in time"
		made.isTimeout = true
	case errors.As(err, &connection) || errors.As(err, &certificate) || errors.As(err, &record),
		// Of a transport that is not ours.
		errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect"):
		made.summary = "cannot connect to the endpoint"
		made.isConnection = true
	}
	// The cause of a round trip has no URL, whose IDs are the user's.
	made.summary += ": " + oneLine(err.Error())
	return made.withCause(err)
}

func isTimeoutError(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// timedOut is the error of work other than an attempt, such as a lookup, that took too long.
func timedOut(what string) *Error {
	made := newError(KindTransport, "%s: no response in time", what)
	made.isTimeout = true
	return made.withCause(context.DeadlineExceeded)
}

// statusError is the error of a response without the documented success status.
func statusError(r *Response) *Error {
	if r.status < 400 || r.status > 599 {
		message := "the service returned %s, which is neither the documented success nor an error"
		return newError(KindUnexpected, message, statusText(r.status)).withResponse(r)
	}
	body := readErrorBody(r.body)
	made := &Error{Kind: KindAPI, summary: statusSummary(r.status, body.code, body.message)}
	made.Code, made.Message, made.RequestID = body.code, body.message, body.requestID
	if body.message == "" {
		made.summary += ": " + excerpt(r)
	}
	if r.status == http.StatusUnauthorized {
		made.Reason = refusalReason(body)
		made.Help = refusalHelp[made.Reason]
	}
	return made.withResponse(r)
}

func statusSummary(status int, code, message string) string {
	summary := "the service returned " + statusText(status)
	if code != "" {
		summary += ", " + oneLine(code)
	}
	if message != "" {
		summary += ": " + oneLine(message)
	}
	return summary
}

// contextEnded adds what was going on to the error of a context.
func contextEnded(what string, err error) error { return fmt.Errorf("%s: %w", what, err) }

// undecoded is the error of a success whose body does not decode.
func undecoded(r *Response, err *decodeError) *Error {
	made := newError(KindDecode, "cannot decode the response body")
	if err.path != "" {
		made.summary += " at " + oneLine(err.path)
	}
	if strings.TrimSpace(r.body) == "" {
		made.summary += ": the body is empty"
	} else {
		made.summary += ": " + err.why
		if err.at >= 0 {
			made.summary += " at byte " + strconv.Itoa(err.at)
		}
	}
	made.Path = err.path
	return made.withResponse(r)
}

func unexpected(r *Response, format string, arguments ...any) *Error {
	return newError(KindUnexpected, format, arguments...).withResponse(r)
}

// statusText returns a status with its reason phrase, if it has one.
func statusText(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}
