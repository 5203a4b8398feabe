package hwtasks

import (
	"context"
	"sync"
	"time"
)

const (
	// refreshBeforeExpiry is how long before expiry credentials are refreshed by default.
	refreshBeforeExpiry = 15 * time.Minute
	// refreshRetryDelay is the delay after a failed early refresh before the next one.
	refreshRetryDelay = time.Minute
	// earlyRefreshTimeout is how long an early refresh may take.
	earlyRefreshTimeout = 5 * time.Second
	// fetchTimeout is how long a fetch may take that nobody else limits.
	fetchTimeout = time.Minute
)

// CachedProvider caches the credentials of another provider, and refreshes them shortly before they
// expire.
//
// One refresh runs at a time. While the cached credentials are valid, other calls use them; once they
// have expired, other calls wait for the refresh. An early refresh that fails or takes longer than 5
// seconds fails no call: the cached credentials stay in use, and the next refresh runs a minute later.
type CachedProvider struct {
	inner  CredentialsProvider
	clock  Clock
	before time.Duration
	flight singleFlight[*Credentials]

	mutex     sync.Mutex
	cached    *Credentials
	refreshAt time.Time // the zero time: never
	// failed is a failure that another fetch would not fix, repeated until heldUntil.
	failed    *CredentialsError
	heldUntil time.Duration
}

// CacheOption is an option of [NewCachedProvider].
type CacheOption func(*CachedProvider)

// WithRefreshBeforeExpiry sets how long before expiry the credentials are refreshed. Default: 15 minutes.
// Credentials with less than twice that lifetime are refreshed halfway through it.
func WithRefreshBeforeExpiry(before time.Duration) CacheOption {
	return func(p *CachedProvider) { p.before = before }
}

// WithCacheClock sets the clock. Default: that of the system. For tests.
func WithCacheClock(clock Clock) CacheOption {
	return func(p *CachedProvider) {
		if clock != nil {
			p.clock = clock
		}
	}
}

// NewCachedProvider caches the credentials of a provider. Credentials without an expiry stay cached until
// the service refuses them.
func NewCachedProvider(inner CredentialsProvider, options ...CacheOption) *CachedProvider {
	p := &CachedProvider{inner: orNone(inner), clock: systemClock{}, before: refreshBeforeExpiry}
	for _, option := range options {
		option(p)
	}
	return p
}

// Name returns the name of the other provider.
func (p *CachedProvider) Name() string { return p.inner.Name() }

// Provide returns the cached credentials, or fetches some.
func (p *CachedProvider) Provide(ctx context.Context) (*Credentials, error) {
	now := p.clock.Now()
	p.mutex.Lock()
	cached, failed := p.cached, p.failed
	if failed != nil && p.clock.Elapsed() >= p.heldUntil {
		failed = nil
	}
	isFresh := cached != nil && (p.refreshAt.IsZero() || now.Before(p.refreshAt))
	isValid := cached != nil && !cached.isOver(now)
	if isValid && !isFresh && failed == nil && !p.flight.isRunning() {
		// Before this refresh starts, because its caller may give it up.
		p.refreshAt = now.Add(refreshRetryDelay)
		p.mutex.Unlock()
		return p.flight.do(ctx, earlyRefreshTimeout, p.refresh)
	}
	p.mutex.Unlock()
	switch {
	case isFresh || isValid:
		return cached, nil
	case failed != nil:
		return nil, failed
	}
	return p.flight.do(ctx, fetchTimeout, p.refresh)
}

func (p *CachedProvider) refresh(ctx context.Context) (*Credentials, error) {
	fetched, err := p.inner.Provide(ctx)
	now := p.clock.Now()
	if err == nil && fetched == nil {
		err = notConfigured("it provides none")
	}
	if err == nil && fetched.isOver(now) {
		err = invalidConfiguration("its credentials expired at %s, and this machine's clock says %s: check the clock",
			fetched.expiry.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if err == nil {
		p.cached, p.failed, p.refreshAt = fetched, nil, time.Time{}
		if !fetched.expiry.IsZero() {
			p.refreshAt = fetched.expiry.Add(-min(p.before, fetched.expiry.Sub(now)/2))
		}
		return fetched, nil
	}
	failed := asCredentialsError(err)
	p.failed = nil
	if failed.hold > 0 {
		p.failed, p.heldUntil = failed, p.clock.Elapsed()+failed.hold
	}
	if p.cached != nil && !p.cached.isOver(now) {
		return p.cached, nil
	}
	return nil, err
}

// Invalidate drops these credentials, which the service refused. Others that were fetched in the meantime
// stay cached.
func (p *CachedProvider) Invalidate(rejected *Credentials) {
	p.mutex.Lock()
	if p.cached.isSame(rejected) {
		p.cached = nil
	}
	p.mutex.Unlock()
	invalidate(p.inner, rejected)
}

// String names the provider, without its credentials.
func (p *CachedProvider) String() string { return "CachedProvider{" + p.Name() + "}" }

// GoString is as String.
func (p *CachedProvider) GoString() string { return p.String() }
