package hwtasks

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

const (
	// firstPause is the first pause without Retry-After; it doubles with each pause in a row.
	firstPause = time.Second
	// longestPause is the longest pause without Retry-After.
	longestPause = 30 * time.Second
	// patience is how long a sweep goes on while the service throttles everything. Quotas are per five
	// minutes.
	patience = 15 * time.Minute
	// maxSends is how often a throttled request is sent.
	maxSends = 10
	// minDenied is the fewest equal 403 or 401 responses that end a sweep, if there is no other response.
	minDenied = 5
)

// pace says how many requests a sweep sends at the same time, and when it pauses or ends. Its requests wait
// in a queue for their permits.
type pace struct {
	transport *transport
	queue     chan struct{} // holds one value, which the head of the queue has

	mutex sync.Mutex
	// responded is closed after a response, and wakes the head of the queue.
	responded chan struct{}
	// widest is the concurrency of the sweep, and width how many requests may be in flight now.
	widest, width, inFlight int
	// responses are those since the width has changed.
	responses int
	// round is the number of the pause. A throttled request of an earlier round does not slow down again.
	round     int
	isPaused  bool
	began     time.Duration
	until     time.Duration
	jitter    float64 // the random part that is added to each wait of the pause
	throttled time.Duration
	// isThrottled: throttling, which began then, has not been interrupted by another response.
	isThrottled bool
	pauses      int
	// isAlone: requests are sent one at a time until the service accepts the credentials.
	isAlone bool
	// denied counts the only response so far: 403 or 401 with this code.
	denied     int
	deniedCode string
	// isAccepted: there is another response.
	isAccepted bool
	ended      *Error
}

// permit is that to send a request.
type permit struct {
	pace  *pace
	round int
}

func newPace(t *transport, concurrency int, isAlone bool) *pace {
	return &pace{
		transport: t, queue: make(chan struct{}, 1), responded: make(chan struct{}),
		widest: concurrency, width: concurrency, isAlone: isAlone,
	}
}

// permit waits until a request may be sent. After the end, that is an error with no attempts.
func (p *pace) permit(ctx context.Context) (permit, error) {
	select {
	case p.queue <- struct{}{}:
	case <-ctx.Done():
		return permit{}, ctx.Err()
	}
	defer func() { <-p.queue }()
	for {
		p.mutex.Lock()
		if p.ended != nil {
			ended := *p.ended
			p.mutex.Unlock()
			ended.Attempts = 0
			return permit{}, &ended
		}
		var wait time.Duration
		if p.isPaused {
			wait = p.until - p.transport.clock.Elapsed()
			p.isPaused = wait > 0
		}
		width := p.width
		if p.isAlone || p.denied > 0 && !p.isAccepted {
			width = 1
		}
		responded := p.responded
		if wait <= 0 && p.inFlight < width {
			p.inFlight++
			given := permit{p, p.round}
			p.mutex.Unlock()
			return given, nil
		}
		p.mutex.Unlock()
		if wait > 0 {
			// A response may end the sweep meanwhile, or extend the pause.
			p.pause(ctx, wait, responded)
		} else {
			select {
			case <-responded:
			case <-ctx.Done():
			}
		}
		if err := ctx.Err(); err != nil {
			return permit{}, err
		}
	}
}

// pause sleeps until the wait or the next response is over.
func (p *pace) pause(ctx context.Context, wait time.Duration, responded <-chan struct{}) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-responded:
			cancel()
		case <-ctx.Done():
		}
	}()
	_ = p.transport.clock.Sleep(ctx, wait)
	cancel()
	<-done
}

// end returns the error that has ended the sweep before all instances were read; nil if there is none.
func (p *pace) end() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.ended == nil {
		return nil
	}
	return p.ended
}

func (p *pace) isEnded() bool { return p.end() != nil }

// isUnsent reports whether an error is that of an instance whose request was not sent because of the end.
func (p *pace) isUnsent(err error) bool {
	e, ok := asError(err)
	return ok && p.isEnded() && e.Kind == KindAPI && e.Attempts == 0
}

// settle adapts the pace to a response. It returns whether the request must be sent again.
func (p permit) settle(err error, sends int) bool {
	s := p.pace
	clock := s.transport.clock
	failed, isOurs := asError(err)
	isRefused := isOurs && IsUnauthorized(failed)
	// The transport decides which refusal is final.
	isFinal := isRefused && s.transport.auth != nil && s.transport.auth.gate.isShut(clock)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	defer func() {
		s.inFlight--
		close(s.responded)
		s.responded = make(chan struct{})
	}()
	if err != nil && !isOurs {
		// The context of the sweep has ended.
		return false
	}
	if isOurs && IsThrottled(failed) {
		requested, _ := retryAfter(failed.Header, clock.Now())
		fits := s.throttle(p.round, requested, clock.Elapsed())
		if !fits {
			s.endWith(failed)
		}
		return fits && sends < maxSends && s.ended == nil
	}
	proves := !isOurs || failed.Status >= 200 && failed.Status < 500 && failed.Status != http.StatusRequestTimeout
	isDenied := isRefused || isOurs && IsForbidden(failed)
	if proves {
		s.widen(p.round)
	}
	if isFinal || isRefused && s.isAlone || proves && s.isDeniedToAll(isDenied, failed) {
		s.endWith(failed)
	}
	s.isAlone = s.isAlone && !proves
	return false
}

// throttle pauses all requests, and halves their number. It returns whether that is within the patience.
func (p *pace) throttle(round int, requested, now time.Duration) bool {
	if !p.isThrottled {
		p.isThrottled, p.throttled = true, now
	}
	switch {
	case round == p.round:
		p.round++
		p.width = max(min(p.width, p.inFlight)/2, 1)
		p.responses = 0
		doubled := firstPause << min(p.pauses, 10)
		p.pauses++
		p.isPaused, p.began, p.until, p.jitter = true, now, now, rand.Float64()/10
		p.extend(max(requested, min(doubled, longestPause)))
	case p.isPaused:
		p.extend(requested)
	}
	end := now
	if p.isPaused {
		end = p.until
	}
	return end-p.throttled <= patience
}

// extend makes the pause last for at least this long since it began, plus the jitter.
func (p *pace) extend(wait time.Duration) {
	millis := math.Ceil(float64(wait.Milliseconds()) * (1 + p.jitter))
	p.until = max(p.until, p.began+time.Duration(millis)*time.Millisecond)
}

// widen counts a response that is not throttled: as many as the width raise it by one.
func (p *pace) widen(round int) {
	if round != p.round {
		return
	}
	p.isThrottled, p.pauses = false, 0
	if p.width == p.widest {
		return
	}
	if p.responses++; p.responses >= p.width {
		p.responses = 0
		p.width++
	}
}

// isDeniedToAll counts what a response says about the permission. It returns whether that is missing for
// all instances.
func (p *pace) isDeniedToAll(isDenied bool, failed *Error) bool {
	if !isDenied || p.isAccepted {
		p.isAccepted = true
		return false
	}
	if p.denied == 0 {
		p.deniedCode = failed.Code
	}
	p.denied++
	p.isAccepted = p.deniedCode != failed.Code
	return !p.isAccepted && p.denied >= max(p.widest, minDenied)
}

func (p *pace) endWith(failed *Error) {
	if p.ended == nil {
		copied := *failed
		p.ended = &copied
	}
}
