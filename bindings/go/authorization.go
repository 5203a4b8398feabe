package hwtasks

import (
	"hash/maphash"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"weak"
)

// authorization is what the clients of a provider share, if they also share their clock: refusals lock the
// keys of the provider, whichever client sent them.
type authorization struct {
	gate gate
	// skew is how far the service's clock is ahead of ours, once it has said so.
	skew atomic.Int64
	key  authorizationKey

	mutex sync.Mutex
	// retention keeps the authorization reachable until it fires.
	retention *time.Timer
}

type authorizationKey struct {
	provider CredentialsProvider
	// clock measures how long the gate is held.
	clock Clock
}

// authorizations are those of the clients in use, by the hash of their key. A key itself in a map would
// keep its provider forever, and so would a client that its provider refers to.
var authorizations = struct {
	sync.Mutex
	seed   maphash.Seed
	byHash map[uint64][]weak.Pointer[authorization]
}{seed: maphash.MakeSeed(), byHash: map[uint64][]weak.Pointer[authorization]{}}

// authorizationOf returns the authorization of a provider, and makes it for the first client; nil without
// a provider. A provider or a clock that cannot be compared with == is shared by no other client.
func authorizationOf(provider CredentialsProvider, clock Clock) *authorization {
	if provider == nil {
		return nil
	}
	made := &authorization{key: authorizationKey{provider, clock}}
	if !reflect.ValueOf(provider).Comparable() || !reflect.ValueOf(clock).Comparable() {
		return made
	}
	hash := maphash.Comparable(authorizations.seed, made.key)
	authorizations.Lock()
	defer authorizations.Unlock()
	for _, pointer := range authorizations.byHash[hash] {
		if found := pointer.Value(); found != nil && found.key == made.key {
			if found.skew.Load() != 0 {
				found.retain()
			}
			return found
		}
	}
	pointer := weak.Make(made)
	authorizations.byHash[hash] = append(authorizations.byHash[hash], pointer)
	runtime.AddCleanup(made, func(gone weak.Pointer[authorization]) { forget(hash, gone) }, pointer)
	return made
}

// forget removes the entry of an authorization that no client uses any more.
func forget(hash uint64, gone weak.Pointer[authorization]) {
	authorizations.Lock()
	defer authorizations.Unlock()
	left := slices.DeleteFunc(authorizations.byHash[hash], func(p weak.Pointer[authorization]) bool { return p == gone })
	if len(left) == 0 {
		delete(authorizations.byHash, hash)
		return
	}
	authorizations.byHash[hash] = left
}

// retain keeps the authorization for five minutes more after its last client, for a program that makes one
// client after the other.
func (a *authorization) retain() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.retention == nil {
		a.retention = time.AfterFunc(refusalHold, func() { runtime.KeepAlive(a) })
		return
	}
	a.retention.Reset(refusalHold)
}
