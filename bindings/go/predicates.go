package hwtasks

import (
	"errors"
	"net/http"
	"time"
)

func asError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

func hasStatus(err error, status int) bool {
	e, ok := asError(err)
	return ok && e.Kind == KindAPI && e.Status == status
}

func hasKind(err error, kind Kind) bool {
	e, ok := asError(err)
	return ok && e.Kind == kind
}

// IsNotFound reports whether the project, instance or task does not exist (404), or the task of a wait
// did not appear. Check the project ID and the region: an instance of another region or project is not
// found.
func IsNotFound(err error) bool {
	return hasStatus(err, http.StatusNotFound) || hasKind(err, KindTaskNotFound)
}

// IsThrottled reports whether the service throttled the call (429, or the gateway's code 0308). The
// client has already retried as the policy allows; call less often.
func IsThrottled(err error) bool {
	e, ok := asError(err)
	return ok && (hasStatus(err, http.StatusTooManyRequests) || isGatewayCode(e.Code, "0308"))
}

// IsUnauthorized reports whether the service refused the token or the signature (401). Reason tells
// why, where the gateway does. More than five refusals lock an access key for five minutes.
func IsUnauthorized(err error) bool { return hasStatus(err, http.StatusUnauthorized) }

// IsForbidden reports whether the user lacks a permission (403). Grant dcs:instance:getBackgroundTask
// or dms:instance:getBackgroundTask.
func IsForbidden(err error) bool { return hasStatus(err, http.StatusForbidden) }

// IsBadRequest reports whether the service refused the request as invalid (400). Message names the
// parameter.
func IsBadRequest(err error) bool { return hasStatus(err, http.StatusBadRequest) }

// IsServerError reports whether the service or the gateway failed (5xx). Try again later. If the
// failure persists, open a ticket with the request ID.
func IsServerError(err error) bool {
	e, ok := asError(err)
	return ok && e.Kind == KindAPI && e.Status >= 500
}

// IsTimeout reports whether the service did not respond in time. Raise the timeout, or check the network
// path to the endpoint. It does not hold for the deadline of a context: that error is no [*Error], and wraps
// [context.DeadlineExceeded].
func IsTimeout(err error) bool {
	e, ok := asError(err)
	return ok && e.Kind == KindTransport && e.isTimeout
}

// IsConnectionError reports whether the client could not connect; nothing was sent. Check the endpoint,
// its region, the proxy and DNS.
func IsConnectionError(err error) bool {
	e, ok := asError(err)
	return ok && e.Kind == KindTransport && e.isConnection
}

// IsDecode reports whether the service returned success, and the body does not decode. Check whether a
// proxy responded in place of the service.
func IsDecode(err error) bool { return hasKind(err, KindDecode) }

// IsCredentials reports whether no provider has usable credentials. The message names each provider
// that was tried, and why it has none.
func IsCredentials(err error) bool { return hasKind(err, KindCredentials) }

// IsTaskFailed reports whether the task of a wait ended otherwise than in success. Error.Task is the
// task. The service does not say why it failed; see the Huawei Cloud console.
func IsTaskFailed(err error) bool { return hasKind(err, KindTaskFailed) }

// IsWaitTimedOut reports whether the timeout of a wait passed before the task ended. The task keeps
// running; wait for it again, or raise [WaitTimeout].
func IsWaitTimedOut(err error) bool { return hasKind(err, KindWaitTimedOut) }

// IsRetryable reports whether the same call may succeed later: true for every failure that the client
// retries, and for an unreachable source of credentials.
func IsRetryable(err error) bool {
	e, ok := asError(err)
	return ok && (e.Kind == KindTransport || e.isTransient || e.Kind == KindAPI && isRetryableStatus(e.Status))
}

// isRefusal reports whether the service refused the request itself, and not its caller or its time.
func isRefusal(err error) bool {
	e, ok := asError(err)
	if !ok || e.Kind != KindAPI || e.Status < 400 || e.Status > 499 {
		return false
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return true
}

// isNotThere reports whether the task or its instance does not exist, or not yet.
func isNotThere(err error) bool {
	e, ok := asError(err)
	return ok && (IsNotFound(e) || IsBadRequest(e) && e.Code == "DMS.00400070")
}

// RetryAfter returns how long the service asks to wait (Retry-After); false without a readable header. A date
// counts from the header Date, or else from the clock of the system.
func (e *Error) RetryAfter() (time.Duration, bool) { return retryAfter(e.Header, time.Now()) }
