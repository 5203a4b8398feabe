package hwtasks

import (
	"context"
	"iter"
	"time"
)

// defaultConcurrency is the default number of concurrent calls of a sweep.
const defaultConcurrency = 16

// SweepOptions are the options of a sweep, such as [KafkaService.Sweep].
//
// A response 429 slows down the whole sweep: all its requests pause together, and half as many are then sent
// at the same time. As many responses as that raise the number by one, up to the concurrency. The pause is
// the time in Retry-After, and at least 1 second; without other responses in between, that doubles with each
// pause, up to 30 seconds. Up to a tenth is added at random. A throttled request is sent up to 10 times,
// whatever the [RetryPolicy].
//
// The sweep ends early, before all lists were read, when the service has refused the credentials (401) for
// good, when all responses so far were 403 with one code (or 401, for a client without credentials) and there
// were as many as the concurrency, 5 at the least, or when the service throttled every request for 15
// minutes. Each list that was read has its result before. An ID without a result was not read.
type SweepOptions struct {
	// Concurrency is how many lists are read concurrently. Default: 16. A negative number counts as 1.
	Concurrency int

	// Since restricts the sweep to tasks from this time on, rounded down to a second. The zero time sets
	// no bound.
	Since time.Time

	// Until restricts the sweep to tasks up to this time, rounded up to a second. The zero time sets no
	// bound.
	Until time.Time

	// FirstAlone sends one request at a time until the service has accepted one. If it refuses the
	// credentials (401) first, the sweep ends at once. A response 429 or 5xx is neither.
	FirstAlone bool
}

// SweepResult is what a sweep found of one ID.
type SweepResult[T any] struct {
	// InstanceID is the ID, as it was given to the sweep.
	InstanceID string

	// Tasks are all tasks within the bounds of the sweep; nil if their list failed.
	Tasks []T

	// Err is the error that ended the list.
	Err error
}

// sweep reads the lists of many IDs. It ends when all of its goroutines have.
func sweep[B, T any, L list[B, T], I item[T]](ctx context.Context, c *core, op *operation, ids iter.Seq[string], options *SweepOptions) iter.Seq2[SweepResult[T], error] {
	var settings SweepOptions
	if options != nil {
		settings = *options
	}
	if settings.Concurrency == 0 {
		settings.Concurrency = defaultConcurrency
	}
	settings.Concurrency = max(settings.Concurrency, 1)
	return func(yield func(SweepResult[T], error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		next, stop := iter.Pull(ids)
		results := make(chan SweepResult[T], settings.Concurrency)
		inFlight := 0
		defer func() {
			cancel()
			for range inFlight {
				<-results
			}
			stop()
		}()
		speed := newPace(c.transport, settings.Concurrency, settings.FirstAlone)
		for isMore := true; ; {
			for isMore && inFlight < settings.Concurrency && !speed.isEnded() {
				id, ok := next()
				if !ok {
					isMore = false
					break
				}
				inFlight++
				go func() {
					r := newRequest(c, op, nil, id).within(settings.Since, settings.Until)
					r.pace = speed
					tasks, err := collect[B, T, L, I](ctx, r)
					results <- SweepResult[T]{id, tasks, err}
				}()
			}
			if inFlight == 0 {
				break
			}
			select {
			case result := <-results:
				inFlight--
				if speed.isUnsent(result.Err) {
					continue
				}
				if err := ctx.Err(); err != nil {
					yield(SweepResult[T]{}, contextEnded(op.id, err))
					return
				}
				if !yield(result, nil) {
					return
				}
			case <-ctx.Done():
				yield(SweepResult[T]{}, contextEnded(op.id, ctx.Err()))
				return
			}
		}
		if err := speed.end(); err != nil {
			yield(SweepResult[T]{}, err)
		}
	}
}
