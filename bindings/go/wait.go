package hwtasks

import (
	"context"
	"time"
)

// finalPollMargin is how long before the timeout the final poll starts, at most: its response must arrive
// in time.
const finalPollMargin = 2 * time.Second

// WaitOption is an option of a wait, such as [KafkaService.Wait].
//
// A wait polls at once, then after 2 seconds, and then after pauses that grow by half up to 30 seconds,
// without jitter. States are compared without regard to case; unknown or missing ones count as running.
// The final poll starts shortly before the timeout, so that its response can arrive in time: 2 seconds, a
// tenth of the timeout, or the initial interval, whichever is least.
//
// If the task is not found, polling continues for the grace period, from the start or from when the task
// was last seen. Transient errors, such as a 503, are tolerated for as long. A 429 is tolerated until the
// timeout, and the next poll comes after its Retry-After. Any other error ends the wait, and so does a
// service that cannot be reached at first.
//
// The error is an [*Error]: [IsTaskFailed] when the task ended otherwise than in success,
// [IsWaitTimedOut], [IsNotFound] when the grace period has passed, or that of a poll. Its Task is the task
// as it was seen last. The end of the context ends the wait, but not the task: the error wraps that of the
// context, and its message has the last state of the task.
type WaitOption func(*waitSettings)

type waitSettings struct {
	initial, max, timeout, grace time.Duration
	onChange                     any
}

// WaitInitialInterval sets the pause between the first two polls. Default: 2 seconds. At least a
// millisecond.
func WaitInitialInterval(interval time.Duration) WaitOption {
	return func(s *waitSettings) { s.initial = max(interval, time.Millisecond) }
}

// WaitMaxInterval sets the longest pause between two polls. Default: 30 seconds. At least the initial
// interval.
func WaitMaxInterval(interval time.Duration) WaitOption {
	return func(s *waitSettings) { s.max = interval }
}

// WaitTimeout sets how long to wait at most. Default: 30 minutes.
func WaitTimeout(timeout time.Duration) WaitOption {
	return func(s *waitSettings) { s.timeout = max(timeout, 0) }
}

// WaitNotFoundGrace sets how long the task may be missing. Default: 60 seconds.
func WaitNotFoundGrace(grace time.Duration) WaitOption {
	return func(s *waitSettings) { s.grace = max(grace, 0) }
}

// OnChange calls a function when the wait first sees the task, at each change, and when it has succeeded.
// T is the type of the tasks, such as [KafkaTask].
func OnChange[T any](call func(task *T)) WaitOption {
	return func(s *waitSettings) {
		if call != nil {
			s.onChange = call
		}
	}
}

// poller is a wait that has begun.
type poller[B, T any, L list[B, T], I item[T]] struct {
	finder   finder[B, T, L, I]
	settings waitSettings
	clock    Clock
	deadline time.Duration
	pause    time.Duration
	// seenAt is when the task was last seen, or the wait began.
	seenAt time.Duration
	// requested is the least pause before the next poll, as the service has requested it.
	requested time.Duration
	// absent says why the service did not show the task at the last poll that it responded to.
	absent *Error
	// hasResponded: there was a response, be it a 503.
	hasResponded bool
	// isThrottled: the last poll was throttled, which says nothing about the task.
	isThrottled bool
	isMissing   bool
	isFinal     bool
	last        found[T]
}

func wait[B, T any, L list[B, T], I item[T]](ctx context.Context, list *request, t target, options []WaitOption) (*T, error) {
	settings := waitSettings{
		initial: 2 * time.Second, max: 30 * time.Second, timeout: 30 * time.Minute, grace: time.Minute,
	}
	for _, option := range options {
		option(&settings)
	}
	changed := func(*T) {}
	if settings.onChange != nil {
		call, ok := settings.onChange.(func(*T))
		if !ok {
			return nil, invalidInput("OnChange takes a %T, and the tasks are of another type", settings.onChange)
		}
		changed = call
	}
	clock := list.core.transport.clock
	now := clock.Elapsed()
	p := &poller[B, T, L, I]{
		finder:   finder[B, T, L, I]{list: list, target: t},
		settings: settings, clock: clock, deadline: now + settings.timeout, pause: settings.initial, seenAt: now,
	}
	for isFirst := true; ; isFirst = false {
		if !isFirst {
			if err := p.sleep(ctx); err != nil {
				return nil, p.ended(ctx, err)
			}
		}
		one, err := p.poll(ctx)
		if err != nil {
			return nil, p.ended(ctx, err)
		}
		if one.value == nil {
			continue
		}
		hasSucceeded, hasFailed := p.finder.progress(one.value)
		if hasFailed {
			return nil, p.failed(one)
		}
		isChange := p.last.value == nil || !equalObjects(I(p.last.value), I(one.value))
		p.last = one
		if hasSucceeded || isChange {
			changed(one.value)
		}
		if hasSucceeded {
			I(one.value).attach(one.response)
			return one.value, nil
		}
	}
}

// sleep waits until the next poll; an error when the timeout has passed.
func (p *poller[B, T, L, I]) sleep(ctx context.Context) error {
	now := p.clock.Elapsed()
	left := p.deadline - now
	if p.isFinal || left <= 0 {
		return p.timedOut(nil)
	}
	pause := p.pause
	p.pause = min(pause*3/2, max(p.settings.max, p.settings.initial))
	if p.requested > 0 {
		pause = withJitter(max(pause, p.requested), left)
		p.requested = 0
	}
	if p.isMissing {
		// A poll at the end of the grace period decides.
		pause = min(pause, p.seenAt+p.settings.grace-now)
	}
	reserve := min(finalPollMargin, p.settings.timeout/10, p.settings.initial)
	if pause+reserve >= left {
		p.isFinal = true
		pause = left - reserve
		if pause < 0 {
			pause = left / 2
		}
	}
	err := p.clock.Sleep(ctx, max(pause, 0))
	if p.isThrottled {
		p.isThrottled = false
		p.seenAt = p.clock.Elapsed()
	}
	return err
}

// poll returns the task; no value when that is no reason to end the wait.
func (p *poller[B, T, L, I]) poll(ctx context.Context) (found[T], error) {
	operation := p.finder.operation()
	one, err := p.finder.find(ctx, p.deadline)
	now := p.clock.Elapsed()
	isOver := now-p.seenAt >= p.settings.grace
	p.isMissing = one.value == nil
	if err == nil && one.value != nil {
		p.seenAt, p.hasResponded, p.absent = now, true, nil
		return one, nil
	}
	failed, isOurs := asError(err)
	switch {
	case err == nil:
		p.hasResponded = true
		failed = p.notFound(operation)
		p.absent = failed
	case !isOurs:
		return found[T]{}, err
	case isNotThere(failed):
		p.hasResponded = true
		cause := failed
		failed = p.notFound(operation).withCause(cause)
		failed.Attempts = cause.Attempts
		p.absent = failed
	case IsRetryable(failed):
		p.hasResponded = p.hasResponded || failed.Status != 0
		p.isThrottled = IsThrottled(failed)
		p.isMissing = !p.isThrottled
		p.requested, _ = retryAfter(failed.Header, p.clock.Now())
		if now >= p.deadline || p.isFinal && p.hasResponded {
			return found[T]{}, p.timedOut(failed)
		}
		if !p.hasResponded {
			return found[T]{}, failed
		}
	default:
		return found[T]{}, p.withTask(failed)
	}
	if isOver && !p.isThrottled {
		return found[T]{}, p.withTask(failed)
	}
	return found[T]{}, nil
}

// withTask adds the task as it was last seen.
func (p *poller[B, T, L, I]) withTask(e *Error) *Error {
	if p.last.value != nil {
		e.Task = p.last.value
	}
	return e
}

func (p *poller[B, T, L, I]) notFound(operation string) *Error {
	e := newError(KindTaskNotFound, "%s was not found for %s", p.finder.target, p.settings.grace)
	return e.withReason(ReasonTaskNotFound).withOperation(operation)
}

func (p *poller[B, T, L, I]) failed(one found[T]) *Error {
	e := newError(KindTaskFailed, "%s has ended as %s", describe[T](I(one.value)), oneLine(I(one.value).status()))
	e.Task = one.value
	// The response of the poll before, if there is one, showed the task last.
	return e.withResponse(one.response).withOperation(p.finder.operation())
}

func (p *poller[B, T, L, I]) timedOut(cause *Error) *Error {
	e := newError(KindWaitTimedOut, "after waiting for %s, %s", p.settings.timeout, p.state())
	p.withTask(e.withReason(ReasonWaitTimedOut).withResponse(p.last.response)).withOperation(p.finder.operation())
	if cause == nil && p.last.value != nil && p.absent != nil {
		// The task is gone.
		return e.withCause(p.absent)
	}
	if cause != nil {
		e.Attempts = cause.Attempts
		return e.withCause(cause)
	}
	return e
}

// ended adds the state of the task to the error of the context.
func (p *poller[B, T, L, I]) ended(ctx context.Context, err error) error {
	if _, isOurs := asError(err); isOurs || ctx.Err() == nil {
		return err
	}
	return contextEnded(p.finder.operation()+": "+p.state(), ctx.Err())
}

// state says how the task was seen last.
func (p *poller[B, T, L, I]) state() string {
	task := p.last.value
	if task == nil {
		return p.finder.target.String() + " was not seen"
	}
	if status := I(task).status(); status != "" {
		return describe[T](I(task)) + " is " + oneLine(status)
	}
	return describe[T](I(task)) + " is in no known state"
}

// describe names a task.
func describe[T any, I item[T]](task I) string {
	if label := task.label(); label != "" {
		return oneLine("task " + task.identity() + " (" + label + ")")
	}
	return oneLine("task " + task.identity())
}
