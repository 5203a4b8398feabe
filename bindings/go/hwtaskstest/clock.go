// Package hwtaskstest has a clock for tests of programs that use package hwtasks.
package hwtaskstest

import (
	"context"
	"slices"
	"sync"
	"time"
)

// ManualClock is a clock that a test advances, and that a sleep of a client advances at once.
// It is safe for concurrent use.
type ManualClock struct {
	mutex   sync.Mutex
	now     time.Time
	elapsed time.Duration
	sleeps  []time.Duration
}

// NewManualClock returns a clock that shows this time.
func NewManualClock(now time.Time) *ManualClock { return &ManualClock{now: now} }

// Now returns the time of day.
func (c *ManualClock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

// Elapsed returns how far the clock has moved.
func (c *ManualClock) Elapsed() time.Duration {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.elapsed
}

// Sleep moves the clock, and records by how much.
func (c *ManualClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.sleeps = append(c.sleeps, d)
	c.move(d)
	return nil
}

// Advance moves the clock.
func (c *ManualClock) Advance(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.move(d)
}

func (c *ManualClock) move(d time.Duration) {
	c.now = c.now.Add(d)
	c.elapsed += d
}

// Sleeps returns the sleeps so far, in order.
func (c *ManualClock) Sleeps() []time.Duration {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return slices.Clone(c.sleeps)
}
