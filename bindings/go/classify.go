package hwtasks

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

// clockSkewTolerance is the least clock skew that explains a refused signature; the gateway allows 15
// minutes.
const clockSkewTolerance = 5 * time.Minute

// Reason is the reason of an error, for programs that write their own messages. New reasons may be added.
type Reason string

// The reasons of errors.
const (
	// ReasonNoRegion: neither a region nor an endpoint is set.
	ReasonNoRegion Reason = "no_region"
	// ReasonNoEndpoint: the service that was called has no endpoint, and there is no region.
	ReasonNoEndpoint Reason = "no_endpoint"
	// ReasonNoProject: no project ID is set, and it cannot be looked up.
	ReasonNoProject Reason = "no_project"
	// ReasonAmbiguousProject: IAM does not list exactly one project with the name of the region.
	ReasonAmbiguousProject Reason = "ambiguous_project"
	// ReasonInvalidURL: an endpoint is invalid.
	ReasonInvalidURL Reason = "invalid_url"
	// ReasonNoCredentials: no provider of the client holds credentials.
	ReasonNoCredentials Reason = "no_credentials"
	// ReasonProviderFailed: a provider is configured, and has no usable credentials.
	ReasonProviderFailed Reason = "provider_failed"
	// ReasonKeyLocked: the gateway locked the access key (401) after more than five refused requests.
	// The lock ends after five minutes without a request; fix the keys first.
	ReasonKeyLocked Reason = "key_locked"
	// ReasonUnknownAccessKey: the gateway does not know the access key (401).
	ReasonUnknownAccessKey Reason = "unknown_access_key"
	// ReasonWrongSecretKey: the secret key does not belong to the access key (401).
	ReasonWrongSecretKey Reason = "wrong_secret_key"
	// ReasonSignatureExpired: the date of the signature is too far from the service's time (401), and
	// was still after it was corrected by the service's own clock.
	ReasonSignatureExpired Reason = "signature_expired"
	// ReasonTokenExpired: the token has expired (401).
	ReasonTokenExpired Reason = "token_expired"
	// ReasonTaskNotFound: the task of a wait was missing for longer than the grace period.
	ReasonTaskNotFound Reason = "task_not_found"
	// ReasonWaitTimedOut: the timeout of a wait passed before the task ended.
	ReasonWaitTimedOut Reason = "wait_timed_out"
	// ReasonInvalidToken: the gateway cannot read the token (401).
	ReasonInvalidToken Reason = "invalid_token"
)

var refusalHelp = map[Reason]string{
	ReasonKeyLocked:        "the access key is locked: fix the keys, and send nothing for five minutes",
	ReasonUnknownAccessKey: "check the access key, and whether it is still active",
	ReasonWrongSecretKey:   "check the secret key, and that no blank belongs to it",
	ReasonSignatureExpired: "set this machine's clock",
	ReasonTokenExpired:     "get a new token",
	ReasonInvalidToken:     "check that the token is complete, and of this cloud and region",
}

// isRetryableStatus reports whether the client retries a response with this status.
func isRetryableStatus(status int) bool {
	switch status {
	case 408, 429, 500, 502, 503, 504:
		return true
	}
	return false
}

// isAuthorizedStatus reports whether a response with this status shows that the credentials were
// accepted.
func isAuthorizedStatus(status int) bool {
	return status != http.StatusUnauthorized && !isRetryableStatus(status) && status < 500
}

// isGatewayCode reports whether a code is this one of the gateway. Its document and its responses use
// different prefixes.
func isGatewayCode(code, number string) bool {
	found, ok := gatewayNumber(code)
	return ok && found == number
}

// gatewayNumber returns the number in a code of the gateway; false for another code.
func gatewayNumber(code string) (string, bool) {
	if number, ok := strings.CutPrefix(code, "APIGW."); ok {
		return number, true
	}
	return strings.CutPrefix(code, "APIG.")
}

// missingKey is a text in lower case about an unknown access key, with or without the key.
var missingKey = regexp.MustCompile(`(?:^|[^a-z0-9])ak[ :]+(?:[^ :]+ +)?(?:does +)?not exist`)

// refusalReason tells why the gateway refused a request, by the text of its 401: its codes do not tell.
func refusalReason(body errorBody) Reason {
	number, ok := gatewayNumber(body.code)
	if !ok {
		return ""
	}
	text := strings.ToLower(body.message)
	for _, known := range []struct {
		part   string
		reason Reason
	}{
		{"failed to reach the limit", ReasonKeyLocked},
		{"signature expired", ReasonSignatureExpired},
		{missingKey.FindString(text), ReasonUnknownAccessKey},
		{"get secretkey failed", ReasonUnknownAccessKey},
		{"verify aksk signature fail", ReasonWrongSecretKey},
		{"token expires", ReasonTokenExpired},
		{"decrypt token fail", ReasonInvalidToken},
	} {
		if known.part != "" && strings.Contains(text, known.part) {
			return known.reason
		}
	}
	if number == "0307" {
		return ReasonTokenExpired
	}
	return ""
}

// refusal is what a 401 says about the credentials and the clock.
type refusal struct {
	reason Reason
	// isSignature: the gateway refused the signature or its date.
	isSignature bool
	isGateway   bool
	// date is the time of the header Date; the zero time without one.
	date time.Time
	// serverTime is the time in the text; the zero time without one.
	serverTime time.Time
}

func readRefusal(r *Response) refusal {
	body := readErrorBody(r.body)
	reason := refusalReason(body)
	_, isGateway := gatewayNumber(body.code)
	date, _ := httpDate(r.header.Get("Date"))
	return refusal{
		reason:      reason,
		isSignature: isGatewayCode(body.code, "0303") || reason == ReasonSignatureExpired,
		isGateway:   isGateway,
		date:        date,
		serverTime:  serverTime(body.message),
	}
}

// saysExpired reports whether the text says that the signature is expired.
func (r refusal) saysExpired() bool { return r.reason == ReasonSignatureExpired }

// serviceTime returns the service's time, if the clock explains the refusal of a signature of this
// time.
func (r refusal) serviceTime(signed time.Time) (time.Time, bool) {
	isOff := func(t time.Time) bool { return t.Sub(signed).Abs() >= clockSkewTolerance }
	if !r.saysExpired() {
		return r.date, !r.date.IsZero() && r.isGateway && isOff(r.date)
	}
	first := time.Time{}
	for _, t := range []time.Time{r.date, r.serverTime} {
		switch {
		case t.IsZero():
		case isOff(t):
			return t, true
		case first.IsZero():
			first = t
		}
	}
	return first, !first.IsZero()
}

// clockSkew returns how far the service's clock is ahead of this machine's, if a signature was refused.
func (r refusal) clockSkew(now time.Time) time.Duration {
	t := r.date
	if t.IsZero() {
		t = r.serverTime
	}
	if t.IsZero() || !r.isSignature {
		return 0
	}
	return t.Sub(now)
}

// serverTime returns the time after `server time:`, as the gateway writes it (20211217T065804Z) or as
// RFC 3339; the zero time if there is none.
func serverTime(text string) time.Time {
	const label = "server time:"
	at := strings.Index(strings.ToLower(text), label)
	if at < 0 || at+len(label) > len(text) {
		return time.Time{}
	}
	rest := strings.TrimSpace(text[at+len(label):])
	if end := strings.IndexAny(rest, " \t\r\n,;"); end >= 0 {
		rest = rest[:end]
	}
	if t, err := time.Parse("20060102T150405Z", rest); err == nil {
		return t
	}
	t, _ := parseRFC3339(rest)
	return t
}
