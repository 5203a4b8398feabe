package hwtasks

import (
	"context"
	"net/http"
	"time"
)

// authRecovery is what a call has corrected after a 401. It sends once more at the most.
type authRecovery struct {
	isSkewCorrected bool
	// former and corrected are the clock skew used before the correction and the one since.
	former, corrected time.Duration
	// isProbe: the credentials were refused in the call before, and fetched again for that.
	isProbe  bool
	isResent bool
	// fetched is what the provider gave in place of the refused credentials.
	fetched *Credentials
}

// admitted returns the credentials of an attempt, once the service accepts credentials.
func (c *call) admitted(ctx context.Context, recovery *authRecovery, way *pass) (*Credentials, error) {
	for {
		entered, err := way.enterWithin(ctx, c)
		if err != nil {
			return nil, err
		}
		recovery.isProbe = recovery.isProbe || entered.isProbe
		// They were refused five minutes ago: the source may have others by now.
		invalidate(c.transport.provider, entered.rejected)
		credentials := recovery.fetched
		recovery.fetched = nil
		if credentials == nil {
			if credentials, err = c.credentials(ctx); err != nil {
				return nil, err
			}
		}
		if way.isValid() {
			return credentials, nil
		}
	}
}

// enterWithin enters within the time that remains of the call.
func (p *pass) enterWithin(ctx context.Context, c *call) (entry, error) {
	if p.gate == nil || p.leads || !p.gate.isClosed() {
		return p.enter(ctx, c.transport.clock)
	}
	limited, cancel := context.WithTimeout(ctx, c.remaining())
	defer cancel()
	entered, err := p.enter(limited, c.transport.clock)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return entry{}, timedOut("new credentials")
	}
	return entered, err
}

// recover corrects the clock skew or fetches credentials after a 401; whether the request is sent again.
func (c *call) recover(ctx context.Context, recovery *authRecovery, used *attempt, response *Response, err *error, way *pass) bool {
	t := c.transport
	if t.provider == nil {
		return false
	}
	limited, cancel := context.WithTimeout(ctx, c.remaining())
	turn := way.refused(limited, response, t.clock)
	cancel()
	if recovery.isResent || turn == turnEnd {
		return false
	}
	if turn == turnFollow {
		recovery.isResent = true
		return true
	}
	refused := readRefusal(response)
	if refused.reason == ReasonKeyLocked {
		return false
	}
	if service, ok := refused.serviceTime(used.signed); ok && !used.signed.IsZero() {
		skew := service.Sub(t.clock.Now())
		t.auth.skew.Store(int64(skew))
		t.auth.retain()
		recovery.isSkewCorrected, recovery.former, recovery.corrected = true, used.skew, skew
		if !refused.saysExpired() || used.credentials.isOver(service) {
			invalidate(t.provider, used.credentials)
		}
		recovery.isResent = true
		return true
	}
	if recovery.isProbe || refused.saysExpired() {
		return false
	}
	invalidate(t.provider, used.credentials)
	fetched, failed := c.credentials(ctx)
	if failed != nil {
		*err = failed
		return false
	}
	if fetched == nil || fetched.isSame(used.credentials) {
		return false
	}
	recovery.fetched, recovery.isResent = fetched, true
	return true
}

// end keeps a final refusal for the calls to come. It returns the clock skew, when the gateway refused
// the signature again after its correction.
func (c *call) end(recovery *authRecovery, used *Credentials, response *Response, way *pass) time.Duration {
	t := c.transport
	if t.auth == nil || response == nil || response.status != http.StatusUnauthorized {
		return 0
	}
	// That of the call that led, if another did.
	skew := way.keptClockSkew()
	if recovery.isSkewCorrected {
		// The Date may come from a proxy. Another call may have stored another skew.
		t.auth.skew.CompareAndSwap(int64(recovery.corrected), int64(recovery.former))
		skew = readRefusal(response).clockSkew(t.clock.Now())
	}
	mayProbe := !recovery.isResent && !recovery.isProbe && readRefusal(response).reason != ReasonKeyLocked
	t.auth.retain()
	way.hold(keptRefusal{response, skew, used, mayProbe}, t.clock)
	return skew
}
