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
	// minForbidden is the fewest equal 403 responses that end a sweep, if there is no other response.
	minForbidden = 5
)

// doubt is a reason to send one request at a time until a response refutes or confirms it.
type doubt uint8

const (
	noDoubt doubt = iota
	// doubtRefused: the credentials may be invalid.
	doubtRefused
	// doubtForbidden: the permission may be missing for all instances.
	doubtForbidden
)

// pace says how many requests a sweep sends at the same time, and when it pauses or ends. Its requests wait
// in a queue for their permits.
type pace struct {
	clock Clock
	queue chan struct{} // holds one value, which the head of the queue has

	mutex sync.Mutex
	// responded is closed after a response, and wakes the head of the queue.
	responded chan struct{}
	// widest is the concurrency of the sweep, and limit how many requests may be in flight now.
	widest, limit, inFlight int
	// responses are those since the limit has changed.
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
	doubt       doubt
	// forbidden counts the only response so far: 403 with this code.
	forbidden     int
	forbiddenCode string
	isAccepted    bool
	ended         *Error
}

// permit is that to send a request.
type permit struct {
	pace  *pace
	round int
	doubt doubt
}

func newPace(clock Clock, concurrency int, isAlone bool) *pace {
	p := &pace{
		clock: clock, queue: make(chan struct{}, 1), responded: make(chan struct{}),
		widest: concurrency, limit: concurrency,
	}
	if isAlone {
		p.doubt = doubtRefused
	}
	return p
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
			ended.Attempts, ended.isUnsent = 0, true
			return permit{}, &ended
		}
		var wait time.Duration
		if p.isPaused {
			wait = p.until - p.clock.Elapsed()
			p.isPaused = wait > 0
		}
		limit := p.limit
		if p.doubt != noDoubt {
			limit = 1
		}
		responded := p.responded
		if wait <= 0 && p.inFlight < limit {
			p.inFlight++
			given := permit{p, p.round, p.doubt}
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
	_ = p.clock.Sleep(ctx, wait)
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
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.inFlight--
	close(s.responded)
	s.responded = make(chan struct{})
	failed, ok := asError(err)
	if err != nil && !ok {
		// The context of the sweep has ended.
		return false
	}
	if ok && IsThrottled(failed) {
		requested, _ := retryAfter(failed.Header, s.clock.Now())
		fits := s.throttle(p.round, requested, s.clock.Elapsed())
		if !fits {
			s.endWith(failed)
		}
		return fits && sends < maxSends && s.ended == nil
	}
	var isEnd bool
	switch {
	case !ok || failed.Status >= 200 && failed.Status < 500 && failed.Status != http.StatusUnauthorized &&
		failed.Status != http.StatusForbidden && failed.Status != http.StatusRequestTimeout:
		s.widen(p.round)
		s.accept(p.doubt)
	case failed.Status == http.StatusUnauthorized:
		s.widen(p.round)
		isEnd = p.doubt == doubtRefused
		s.doubt = doubtRefused
	case failed.Status == http.StatusForbidden:
		s.widen(p.round)
		isEnd = s.forbid(failed.Code, p.doubt)
	}
	if isEnd {
		s.endWith(failed)
	}
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
		p.limit = max(p.limit/2, 1)
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

// widen counts a response that is not throttled: as many as the limit raise it by one.
func (p *pace) widen(round int) {
	if round != p.round {
		return
	}
	p.isThrottled, p.pauses = false, 0
	if p.limit == p.widest {
		return
	}
	if p.responses++; p.responses >= p.limit {
		p.responses = 0
		p.limit++
	}
}

// accept removes the doubt, unless the response is to a request that was sent before it.
func (p *pace) accept(trial doubt) {
	p.isAccepted = true
	if p.doubt == doubtForbidden || trial == doubtRefused {
		p.doubt = noDoubt
	}
}

// forbid counts a 403, and returns whether all instances have the same.
func (p *pace) forbid(code string, trial doubt) bool {
	if p.isAccepted || p.forbidden > 0 && p.forbiddenCode != code {
		p.accept(trial)
		return false
	}
	if trial == doubtRefused {
		p.doubt = noDoubt
	}
	p.forbidden++
	p.forbiddenCode = code
	if p.doubt == noDoubt {
		p.doubt = doubtForbidden
	}
	return p.forbidden >= max(p.widest, minForbidden)
}

func (p *pace) endWith(failed *Error) {
	if p.ended == nil {
		copied := *failed
		p.ended = &copied
	}
}
