package hwtasks

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	// maxPagesSearched is how many pages are searched for a task, of the largest documented size.
	maxPagesSearched = 20
	// startTimeMargin is the window around the start of a task in which it is searched, once that is
	// known.
	startTimeMargin = time.Second
)

// target is the task of a wait: that of an ID, or the newest of a name since a time.
type target struct {
	id      string
	isNamed bool
	name    string
	since   time.Time
}

func targetOf(id string) target { return target{id: id} }

func namedTarget(name string, since time.Time) target {
	return target{isNamed: true, name: name, since: since}
}

func (t target) String() string {
	if t.isNamed {
		return oneLine(fmt.Sprintf("a task %s started since %s", t.name, t.since.UTC().Format(time.RFC3339Nano)))
	}
	return oneLine("task " + t.id)
}

// finder finds a task by the operation that shows it, or else in the list.
type finder[B, T any, L list[B, T], I item[T]] struct {
	list   *request
	target target
	// began is when the task began, while a narrow window around that shows it; the zero time: unknown.
	began time.Time
	// isWide: such a window failed to show it.
	isWide bool
}

func (f *finder[B, T, L, I]) show() *operation { return f.list.operation.waiting.show }

// operation returns the operation that polls.
func (f *finder[B, T, L, I]) operation() string {
	if show := f.show(); show != nil && !f.target.isNamed {
		return show.id
	}
	return f.list.operation.id
}

// progress tells what the state of a task means. An unknown state is that of a running task.
func (f *finder[B, T, L, I]) progress(task *T) (hasSucceeded, hasFailed bool) {
	state := I(task).status()
	waiting := f.list.operation.waiting
	return isOneOf(state, waiting.success...), isOneOf(state, waiting.failure...)
}

// isOneOf compares a state without regard to the case of ASCII letters: the documents do not promise it.
func isOneOf(state string, known ...string) bool {
	lower := func(c byte) byte {
		if c >= 'A' && c <= 'Z' {
			return c | 0x20
		}
		return c
	}
	return slices.ContainsFunc(known, func(one string) bool {
		if len(one) != len(state) {
			return false
		}
		for i := range len(one) {
			if lower(one[i]) != lower(state[i]) {
				return false
			}
		}
		return true
	})
}

// find returns the task as it is now, with the response that shows it; no value when it is not there. It
// ends before deadline.
func (f *finder[B, T, L, I]) find(ctx context.Context, deadline time.Duration) (found[T], error) {
	if f.target.isNamed {
		return f.named(ctx, f.poll(f.list, deadline))
	}
	if err := checkPathSegment(f.list.operation.waiting.label, f.target.id); err != nil {
		return found[T]{}, err.withOperation(f.operation())
	}
	if show := f.show(); show != nil {
		arguments := append(slices.Clone(f.list.arguments), f.target.id)
		return findOne[B, T, L, I](ctx, f.poll(newRequest(f.list.core, show, nil, arguments...), deadline))
	}
	return f.listed(ctx, deadline)
}

func (f *finder[B, T, L, I]) poll(r *request, deadline time.Duration) *request {
	r = r.clone()
	r.deadline, r.isPoll = deadline, true
	return r
}

func (f *finder[B, T, L, I]) named(ctx context.Context, list *request) (found[T], error) {
	if f.target.name == "" {
		return found[T]{}, invalidInput("the name is empty").withOperation(f.operation())
	}
	if f.target.since.IsZero() {
		return found[T]{}, invalidInput("since is the zero time").withOperation(f.operation()).
			withHelp("set a time before the start of the task")
	}
	// Bodies show milliseconds: a task may have begun later in the one they show.
	since := f.target.since.Truncate(time.Millisecond)
	var newest found[T]
	var newestBegan time.Time
	_, err := f.scan(ctx, list.within(since, time.Time{}), func(task *T, response *Response) bool {
		began, ok := I(task).started().Time()
		if ok && I(task).label() == f.target.name && !began.Before(since) && (newest.value == nil || began.After(newestBegan)) {
			newest, newestBegan = found[T]{task, response}, began
		}
		return false
	})
	if err != nil || newest.value == nil {
		return found[T]{}, err
	}
	// One without an ID can only be found by its name again.
	if id := I(newest.value).identity(); id != "" {
		f.target, f.began = targetOf(id), newestBegan
	}
	return newest, nil
}

func (f *finder[B, T, L, I]) listed(ctx context.Context, deadline time.Duration) (found[T], error) {
	isIt := func(task *T, _ *Response) bool { return I(task).identity() == f.target.id }
	isNarrowed := !f.began.IsZero() && !f.isWide
	if isNarrowed {
		window := f.poll(f.list, deadline).within(f.began.Add(-startTimeMargin), f.began.Add(startTimeMargin))
		if one, err := f.scan(ctx, window, isIt); err != nil || one.value != nil {
			return one, err
		}
	}
	one, err := f.scan(ctx, f.poll(f.list, deadline), isIt)
	if one.value != nil {
		// Times then mean something else to the service than to the task.
		f.isWide = f.isWide || isNarrowed
		f.began, _ = I(one.value).started().Time()
	}
	return one, err
}

// scan returns the first task that is wanted, in a bounded number of pages.
func (f *finder[B, T, L, I]) scan(ctx context.Context, r *request, isWanted func(*T, *Response) bool) (found[T], error) {
	pages := newPager[B, T, L, I](r)
	for range maxPagesSearched {
		page, response, err := pages.next(ctx)
		if err != nil || page == nil {
			return found[T]{}, err
		}
		items := *L(page).items()
		for i := range items {
			if isWanted(&items[i], response) {
				return found[T]{&items[i], response}, nil
			}
		}
	}
	return found[T]{}, nil
}
