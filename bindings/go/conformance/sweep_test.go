package conformance

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
	"github.com/hwtasks/hwtasks/bindings/go/hwtaskstest"
)

// sweepService is a fake service: its script, and how many requests it has at the same time.
type sweepService struct {
	first   []reply
	scripts map[string][]reply
	barrier int
	arrived *sync.Cond

	mutex                                    sync.Mutex
	requests, together, most, mostAfterFirst int
	of                                       map[string]int
}

func newSweepService(t *testing.T, one object) *sweepService {
	t.Helper()
	s := &sweepService{scripts: map[string][]reply{}, barrier: number(one["barrier"], 0), of: map[string]int{}}
	s.arrived = sync.NewCond(&s.mutex)
	first, _ := one["first"].([]any)
	for _, raw := range first {
		response := replyOf(t, raw.(object)["response"].(object))
		s.first = append(s.first, slices.Repeat([]reply{response}, number(raw.(object)["times"], 1))...)
	}
	for id, script := range one["responses"].(object) {
		s.scripts[id] = repliesOf(t, script.([]any))
	}
	return s
}

func (s *sweepService) respond(request *http.Request, _ int) reply {
	_, rest, _ := strings.Cut(request.URL.Path, "/instances/")
	id, _, _ := strings.Cut(rest, "/")
	s.mutex.Lock()
	s.requests++
	s.together++
	s.most = max(s.most, s.together)
	if s.requests > len(s.first) {
		s.mostAfterFirst = max(s.mostAfterFirst, s.together)
	}
	response := s.next(id)
	s.arrived.Broadcast()
	for s.requests < s.barrier {
		s.arrived.Wait()
	}
	s.mutex.Unlock()
	// Lets others arrive.
	time.Sleep(2 * time.Millisecond)
	s.mutex.Lock()
	s.together--
	s.mutex.Unlock()
	return response
}

func (s *sweepService) next(id string) reply {
	if s.requests <= len(s.first) {
		return s.first[s.requests-1]
	}
	script, ok := s.scripts[id]
	if !ok {
		script = s.scripts["*"]
	}
	s.of[id]++
	return script[min(s.of[id], len(script))-1]
}

// sweepOutcome is the results of a sweep, and the error that ended it early.
type sweepOutcome struct {
	ids   []string
	tasks [][]any
	errs  []error
	end   error
}

func readSweep[T any](results iter.Seq2[hwtasks.SweepResult[T], error], id func(T) string) sweepOutcome {
	var got sweepOutcome
	for result, err := range results {
		if err != nil {
			got.end = err
			continue
		}
		tasks := []any{}
		for _, task := range result.Tasks {
			tasks = append(tasks, id(task))
		}
		got.ids, got.tasks, got.errs = append(got.ids, result.InstanceID), append(got.tasks, tasks), append(got.errs, result.Err)
	}
	return got
}

func runSweep(t *testing.T, one object) {
	known(t, one["expect"].(object), "results", "listed", "failed", "failure", "error", "requests", "together",
		"together_after_first", "pauses_ms")
	for _, name := range []string{"dcs", "kafka"} {
		t.Run(name, func(t *testing.T) { runSweepOf(t, one, name) })
	}
}

func runSweepOf(t *testing.T, one object, name string) {
	given, expect := one["client"].(object), one["expect"].(object)
	clock := hwtaskstest.NewManualClock(moment(t, given["now"].(string)))
	script := newSweepService(t, one)
	server := serveBy(t, script.respond)
	client := connect(t, server.url, append(clientOptions(t, given), hwtasks.WithClock(clock))...)
	var ids []string
	if named, ok := one["instances"].([]any); ok {
		for _, id := range named {
			ids = append(ids, id.(string))
		}
	} else {
		for n := range number(one["instances"], 0) {
			ids = append(ids, fmt.Sprintf("i-%d", n))
		}
	}
	// Zero is the default here.
	options := &hwtasks.SweepOptions{Concurrency: orNone(number(one["concurrency"], 0))}
	ctx := context.Background()
	var got sweepOutcome
	if name == "dcs" {
		got = readSweep(client.DCS.Sweep(ctx, slices.Values(ids), options), func(t hwtasks.DCSTask) string { return t.ID })
	} else {
		got = readSweep(client.Kafka.Sweep(ctx, slices.Values(ids), options), func(t hwtasks.KafkaTask) string { return t.ID })
	}
	checkSweep(t, got, expect, len(ids))
	script.mutex.Lock()
	defer script.mutex.Unlock()
	checkAmount(t, "requests", script.requests, expect["requests"])
	if amount, ok := expect["together"]; ok {
		checkAmount(t, "together", script.most, amount)
	}
	if amount, ok := expect["together_after_first"]; ok {
		checkAmount(t, "together_after_first", script.mostAfterFirst, amount)
	}
	if pauses, ok := expect["pauses_ms"].([]any); ok {
		sleeps := clock.Sleeps()
		if len(sleeps) != len(pauses) {
			t.Fatalf("the pauses are %v and not %s", sleeps, show(pauses))
		}
		for i, pause := range pauses {
			checkAmount(t, "pause", int(sleeps[i].Milliseconds()), pause)
		}
	}
}

func checkSweep(t *testing.T, got sweepOutcome, expect object, instances int) {
	t.Helper()
	named, _ := expect["results"].(object)
	listed := 0
	for i, id := range got.ids {
		err := got.errs[i]
		if err == nil {
			listed++
		}
		wanted, isNamed := named[id].(object)
		failure, isCompared := expect["failure"].(object)
		switch {
		case isNamed && wanted["error"] != nil:
			checkError(t, err, wanted["error"].(object))
		case isNamed:
			checkEqual(t, id, got.tasks[i], wanted["tasks"])
		case err != nil && isCompared:
			checkError(t, err, failure)
		}
	}
	checkAmount(t, "listed", listed, expect["listed"])
	checkAmount(t, "failed", len(got.ids)-listed, expect["failed"])
	if wanted, ok := expect["error"].(object); ok {
		checkError(t, got.end, wanted)
	} else if got.end != nil || len(got.ids) != instances {
		t.Errorf("%d of %d instances have results, and the sweep ends with %v", len(got.ids), instances, got.end)
	}
}

// checkAmount compares a number with an exact one, or with bounds; 0 where it is absent.
func checkAmount(t *testing.T, what string, found int, amount any) {
	t.Helper()
	least, most := number(amount, 0), number(amount, 0)
	if bounds, ok := amount.(object); ok {
		least, most = number(bounds["at_least"], 0), number(bounds["at_most"], found)
	}
	if found < least || found > most {
		t.Errorf("%s: found %d and not %s", what, found, show(amount))
	}
}
