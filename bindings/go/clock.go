package hwtasks

import (
	"context"
	"time"
)

// Clock is the clock of a client: the time of day, the time that has passed, and how to wait. Tests
// inject one with [WithClock], so that retries, expiring credentials and waiting take no real time.
type Clock interface {
	// Now returns the time of day, which signatures and expiry dates are made of.
	Now() time.Time

	// Elapsed returns the time since some moment in the past. It never goes backwards, whatever the
	// time of day does. Deadlines are measured with it.
	Elapsed() time.Duration

	// Sleep waits, and returns the error of the context if that ends sooner.
	Sleep(ctx context.Context, d time.Duration) error
}

var processStart = time.Now()

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Elapsed() time.Duration { return time.Since(processStart) }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
