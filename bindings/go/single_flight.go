package hwtasks

import (
	"context"
	"sync"
	"time"
)

// singleFlight runs one function at a time. Callers that come while it runs share its result.
//
// The function runs in a goroutine of its own, so that it outlives the context of the first caller as
// long as another one waits for it. It ends with the last of them, or with its timeout.
type singleFlight[T any] struct {
	mutex   sync.Mutex
	running *flight[T]
}

type flight[T any] struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int
	value   T
	err     error
}

func (s *singleFlight[T]) isRunning() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.running != nil
}

func (s *singleFlight[T]) do(ctx context.Context, timeout time.Duration, run func(context.Context) (T, error)) (T, error) {
	s.mutex.Lock()
	f := s.running
	if f == nil {
		f = &flight[T]{done: make(chan struct{})}
		var limited context.Context
		limited, f.cancel = context.WithTimeout(context.WithoutCancel(ctx), timeout)
		s.running = f
		go func() {
			defer f.cancel()
			f.value, f.err = run(limited)
			s.mutex.Lock()
			if s.running == f {
				s.running = nil
			}
			s.mutex.Unlock()
			close(f.done)
		}()
	}
	f.waiting++
	s.mutex.Unlock()
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
	}
	s.mutex.Lock()
	if f.waiting--; f.waiting == 0 {
		// Nobody waits any more: the next caller runs its own.
		if s.running == f {
			s.running = nil
		}
		f.cancel()
	}
	s.mutex.Unlock()
	var none T
	return none, ctx.Err()
}
