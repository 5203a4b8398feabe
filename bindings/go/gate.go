package hwtasks

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// refusalHold is how long no request follows a final refusal; a locked key is locked for as long.
const refusalHold = 5 * time.Minute

// gate lets requests pass until one is refused, then one call alone until the service accepts it.
//
// Refusals lock a key. The first refused call leads: it signs by the service's clock or fetches other
// credentials, and sends once more. Meanwhile every other call waits. If the leader is accepted, the
// gate opens. If it had nothing to correct, the next call probes alone. After the second refusal, calls
// end with the kept refusal for five minutes, then the next call probes. The calls are those of all clients
// of a provider.
type gate struct {
	// word is twice the number of recoveries, plus 1 while the gate is closed: a request that passes an
	// open gate reads nothing else.
	word    atomic.Uint64
	mutex   sync.Mutex
	phase   gatePhase
	kept    keptRefusal
	until   time.Duration // of phaseHeld, by the client's clock
	changed chan struct{} // closed at the next change; nil while nobody waits
}

type gatePhase uint8

const (
	phaseOpen gatePhase = iota
	// phaseRecovering: one call leads.
	phaseRecovering
	// phaseHeld: no call leads, and none but a probe sends before a moment of the client's clock.
	phaseHeld
)

// keptRefusal is a refusal, for the calls that send nothing because of it.
type keptRefusal struct {
	response  *Response
	clockSkew time.Duration
	// rejected are the refused credentials, once their call has ended.
	rejected *Credentials
	// mayProbe: one call was refused that could correct nothing, and the next one may probe.
	mayProbe bool
}

// entry is how a call has passed.
type entry struct {
	// isProbe: alone, after a final refusal.
	isProbe bool
	// rejected are credentials that were refused five minutes ago, to drop first.
	rejected *Credentials
}

// pass is a call's way through the gate.
type pass struct {
	gate       *gate // nil for requests without credentials
	recoveries uint64
	leads      bool
}

// turn is what a refused call does next.
type turn uint8

const (
	// turnLead: it decides for all.
	turnLead turn = iota
	// turnFollow: another call was accepted meanwhile, so it sends once more.
	turnFollow
	// turnEnd: its refusal is final.
	turnEnd
)

func (g *gate) recoveries() uint64 { return g.word.Load() >> 1 }

func (g *gate) isClosed() bool { return g.word.Load()&1 == 1 }

// isShut reports whether no call sends now, not even a probe.
func (g *gate) isShut(clock Clock) bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.phase == phaseHeld && !g.kept.mayProbe && clock.Elapsed() < g.until
}

// set changes the phase, and wakes the waiting calls. The caller has the mutex.
func (g *gate) set(phase gatePhase, kept keptRefusal, until time.Duration, recoveries uint64) {
	g.phase, g.kept, g.until = phase, kept, until
	word := recoveries << 1
	if phase != phaseOpen {
		word |= 1
	}
	g.word.Store(word)
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}

// change returns a channel that is closed at the next change. The caller has the mutex.
func (g *gate) change() <-chan struct{} {
	if g.changed == nil {
		g.changed = make(chan struct{})
	}
	return g.changed
}

// enter passes the gate, or waits until it can; an error when the service refused the credentials less
// than five minutes ago.
func (p *pass) enter(ctx context.Context, clock Clock) (entry, error) {
	if p.gate == nil {
		return entry{}, nil
	}
	if word := p.gate.word.Load(); p.leads || word&1 == 0 {
		p.recoveries = word >> 1
		return entry{}, nil
	}
	for {
		entered, refused, changed := p.tryEnter(clock)
		if refused != nil {
			return entry{}, refused
		}
		if changed == nil {
			return entered, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return entry{}, ctx.Err()
		}
	}
}

func (p *pass) tryEnter(clock Clock) (entered entry, refused *Error, changed <-chan struct{}) {
	g := p.gate
	g.mutex.Lock()
	defer g.mutex.Unlock()
	p.recoveries = g.recoveries()
	switch g.phase {
	case phaseOpen:
		return entry{}, nil, nil
	case phaseRecovering:
		return entry{}, nil, g.change()
	}
	kept := g.kept
	isOver := clock.Elapsed() >= g.until
	if !isOver && !kept.mayProbe {
		refused = statusError(kept.response).withContext("not sent, because the credentials were refused less than five minutes ago")
		refused.Attempts, refused.ClockSkew = 0, kept.clockSkew
		refused.Header = refused.Header.Clone()
		return entry{}, refused, nil
	}
	switch {
	case isOver && kept.rejected != nil:
		entered = entry{isProbe: true, rejected: kept.rejected}
	case kept.mayProbe:
		entered = entry{isProbe: true}
	}
	kept.rejected, kept.mayProbe = nil, entered.isProbe
	p.leads = true
	g.set(phaseRecovering, kept, 0, p.recoveries)
	return entered, nil, nil
}

// isValid reports whether the credentials fetched since the call entered may still be sent.
func (p *pass) isValid() bool {
	return p.gate == nil || p.leads || p.gate.word.Load() == p.recoveries<<1
}

// refused returns whether a refused call leads, once no other does.
func (p *pass) refused(ctx context.Context, response *Response, clock Clock) turn {
	if p.gate == nil || p.leads {
		return turnLead
	}
	for {
		turn, changed := p.tryLead(response, clock)
		if changed == nil {
			return turn
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return turnEnd
		}
	}
}

func (p *pass) tryLead(response *Response, clock Clock) (turn, <-chan struct{}) {
	g := p.gate
	g.mutex.Lock()
	defer g.mutex.Unlock()
	switch {
	case g.phase == phaseOpen && g.recoveries() != p.recoveries:
		return turnFollow, nil
	case g.phase == phaseRecovering:
		return turnEnd, g.change()
	case g.phase == phaseHeld && clock.Elapsed() < g.until:
		return turnEnd, nil
	}
	p.leads = true
	g.set(phaseRecovering, keptRefusal{response: response}, 0, g.recoveries())
	return turnLead, nil
}

// received opens the gate, if the status of a response shows that the credentials were accepted.
func (p *pass) received(status int) {
	g := p.gate
	if g == nil || !p.leads && !g.isClosed() || !isAuthorizedStatus(status) {
		return
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	switch {
	case p.leads:
		p.leads = false
		g.set(phaseOpen, keptRefusal{}, 0, g.recoveries()+1)
	// A request that was sent before the first refusal leaves the decision to the probe.
	case g.phase == phaseHeld && !g.kept.mayProbe && g.recoveries() == p.recoveries:
		g.set(phaseOpen, keptRefusal{}, 0, p.recoveries)
	}
}

// keptClockSkew returns the clock skew of a final refusal that is kept; 0 if there is none.
func (p *pass) keptClockSkew() time.Duration {
	if p.gate == nil {
		return 0
	}
	p.gate.mutex.Lock()
	defer p.gate.mutex.Unlock()
	if p.gate.phase != phaseHeld {
		return 0
	}
	return p.gate.kept.clockSkew
}

// hold keeps a final refusal for five minutes, for this call and all others but a probe.
func (p *pass) hold(kept keptRefusal, clock Clock) {
	if p.gate == nil || !p.leads {
		return
	}
	p.leads = false
	p.gate.mutex.Lock()
	defer p.gate.mutex.Unlock()
	p.gate.set(phaseHeld, kept, clock.Elapsed()+refusalHold, p.gate.recoveries())
}

// leave hands over to the next call, if this one led and did not decide.
func (p *pass) leave() {
	if p.gate == nil || !p.leads {
		return
	}
	p.leads = false
	p.gate.mutex.Lock()
	defer p.gate.mutex.Unlock()
	p.gate.set(phaseHeld, p.gate.kept, 0, p.gate.recoveries())
}
