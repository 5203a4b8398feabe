package hwtasks

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBackoff is the longest backoff that a policy takes.
const maxBackoff = 24 * time.Hour

// RetryPolicy says how often a call is retried, and with which backoff.
//
// The client retries a failed or broken connection, a timeout, and the statuses 408, 429, 500, 502, 503
// and 504. The backoff is exponential with full jitter: a random part of a limit that doubles from one
// retry to the next. The client waits longer if Retry-After says so, and then for a random part of a
// tenth more. No wait exceeds the timeout of the call.
//
// A field of 0 has its default. A negative one means none: one attempt, or no backoff.
type RetryPolicy struct {
	// MaxAttempts is the number of attempts, the first included. Default: 3.
	MaxAttempts int

	// InitialBackoff is the limit of the first backoff. Default: 200 ms. At most 24 hours.
	InitialBackoff time.Duration

	// MaxBackoff is the maximum of that limit. Default: 10 s. At most 24 hours; at least
	// InitialBackoff.
	MaxBackoff time.Duration
}

// NoRetries returns the policy of one attempt.
func NoRetries() RetryPolicy { return RetryPolicy{MaxAttempts: 1} }

func (p RetryPolicy) withDefaults() RetryPolicy {
	if p.MaxAttempts == 0 {
		p.MaxAttempts = 3
	}
	if p.InitialBackoff == 0 {
		p.InitialBackoff = 200 * time.Millisecond
	}
	if p.MaxBackoff == 0 {
		p.MaxBackoff = 10 * time.Second
	}
	p.MaxAttempts = max(p.MaxAttempts, 1)
	p.InitialBackoff = min(max(p.InitialBackoff, 0), maxBackoff)
	p.MaxBackoff = min(max(p.MaxBackoff, p.InitialBackoff), maxBackoff)
	return p
}

// backoff draws the backoff after so many attempts; false when none is left.
func (p RetryPolicy) backoff(attempts int) (time.Duration, bool) {
	if attempts >= p.MaxAttempts {
		return 0, false
	}
	limit := p.InitialBackoff
	for range attempts - 1 {
		if limit >= p.MaxBackoff {
			break
		}
		limit *= 2
	}
	return randomPart(min(limit, p.MaxBackoff)), true
}

func randomPart(d time.Duration) time.Duration {
	return time.Duration(rand.Float64() * float64(d))
}

// retryWait returns how long to wait before the next attempt; false when the result is final. left is
// the time until the deadline.
func retryWait(p RetryPolicy, attempts int, response *Response, err *Error, now time.Time, left time.Duration) (time.Duration, bool) {
	if err != nil {
		if err.Kind != KindTransport {
			return 0, false
		}
		return p.backoff(attempts)
	}
	if !isRetryableStatus(response.status) {
		return 0, false
	}
	backoff, ok := p.backoff(attempts)
	requested, isRequested := retryAfter(response.header, now)
	if !ok || !isRequested {
		return backoff, ok
	}
	return withJitter(max(requested, backoff), left), true
}

// withJitter returns a wait and up to a tenth more: callers that a service sends away together must not
// return together. The jitter takes at most half of what remains of left after the wait.
func withJitter(wait, left time.Duration) time.Duration {
	most := min(wait/10, max(left-wait, 0)/2)
	return wait + randomPart(most)
}

// retryAfter returns the time in Retry-After: the longest of its values, each of which is in seconds or
// until a date. A date counts from the header Date, or else from now. A value that is neither counts as
// absent.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	if date, ok := httpDate(header.Get("Date")); ok {
		now = date
	}
	parts := strings.Split(strings.Join(header.Values("Retry-After"), ","), ",")
	longest, isFound := time.Duration(0), false
	for i := 0; i < len(parts); i++ {
		part := strings.TrimSpace(parts[i])
		wait, ok := seconds(part)
		if date, isDate := httpDate(part); isDate {
			wait, ok = max(date.Sub(now), 0), true
		}
		// The comma after the weekday of a date separates no values.
		if i+1 < len(parts) {
			if date, isDate := httpDate(part + ", " + strings.TrimSpace(parts[i+1])); isDate {
				wait, ok = max(date.Sub(now), 0), true
				i++
			}
		}
		if ok {
			longest, isFound = max(longest, wait), true
		}
	}
	return longest, isFound
}

// seconds reads decimal digits, fractions of a millisecond rounded up. Twenty digits are no time.
func seconds(text string) (time.Duration, bool) {
	whole, fraction, hasFraction := strings.Cut(strings.TrimPrefix(text, "+"), ".")
	if !isDigits(whole) || len(whole) > 19 || hasFraction && !isDigits(fraction) {
		return 0, false
	}
	number, err := strconv.ParseUint(whole, 10, 64)
	if err != nil || number > uint64(maxWait/time.Second) {
		return maxWait, err == nil
	}
	head := (fraction + "000")[:3]
	millis, _ := strconv.Atoi(head)
	if len(fraction) > 3 && strings.Trim(fraction[3:], "0") != "" {
		millis++
	}
	return time.Duration(number)*time.Second + time.Duration(millis)*time.Millisecond, true
}

// maxWait is longer than any timeout, and far from an overflow.
const maxWait = 100 * 365 * 24 * time.Hour

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// httpDate reads a date in one of the three forms of RFC 9110. `+0000` and `UTC` mean GMT.
func httpDate(text string) (time.Time, bool) {
	for _, zone := range []string{" +0000", " UTC"} {
		if date, ok := strings.CutSuffix(text, zone); ok {
			text = date + " GMT"
		}
	}
	t, err := http.ParseTime(text)
	return t.UTC(), err == nil
}
