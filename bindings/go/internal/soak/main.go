// Command soak is the Go client of `cargo xtask soak`: it calls the emulator, checks every result and prints a
// tally.
//
// Arguments: the number of goroutines, and the duration in seconds. The environment configures the client. The
// tally is one line of JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/hwtasks/hwtasks/bindings/go"
)

const (
	// instance is of both services. Its tasks are t24 to t00, newest first.
	instance = "soak"
	tasks    = 25
	calls    = 5
)

// tally is what the calls became.
type tally struct {
	mutex  sync.Mutex
	Right  int            `json:"right"`
	Errors map[string]int `json:"errors"`
	Wrong  []string       `json:"wrong"`
}

// count counts a call: its error is right where one is expected, and wrong if it is not the client's own.
func (t *tally) count(number int, isRight bool, found any, err error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	var failed *hwtasks.Error
	switch {
	case number%calls == calls-1 && hwtasks.IsNotFound(err), err == nil && isRight:
		t.Right++
	case errors.As(err, &failed):
		t.Errors[string(failed.Kind)]++
	default:
		t.Wrong = append(t.Wrong, fmt.Sprintf("call %d: %v, %v", number%calls, found, err))
	}
}

func ids(count int) []string {
	all := make([]string, 0, count)
	for i := range count {
		all = append(all, fmt.Sprintf("t%02d", tasks-1-i))
	}
	return all
}

// call makes one call, and reports whether its result is right.
func call(ctx context.Context, client *hwtasks.Client, number int) (isRight bool, found any, err error) {
	var names []string
	switch number % calls {
	case 0:
		page, err := client.Kafka.List(ctx, instance, &hwtasks.ListOptions{Limit: 10})
		if err != nil {
			return false, nil, err
		}
		for _, task := range page.Tasks {
			names = append(names, task.ID)
		}
		return slices.Equal(names, ids(10)), names, nil
	case 1:
		expected := ids(tasks)[number%tasks]
		task, err := client.Kafka.Show(ctx, instance, expected)
		if err != nil {
			return false, nil, err
		}
		return task.ID == expected, task.ID, nil
	case 2:
		for task, err := range client.DCS.Items(ctx, instance, &hwtasks.ListOptions{Limit: 7}) {
			if err != nil {
				return false, nil, err
			}
			names = append(names, task.ID)
		}
		return slices.Equal(names, ids(tasks)), names, nil
	case 3:
		page, err := client.DCS.Instances(ctx, nil)
		if err != nil {
			return false, nil, err
		}
		for _, found := range page.Instances {
			names = append(names, found.InstanceID)
		}
		return slices.Equal(names, []string{instance}), names, nil
	}
	page, err := client.DCS.List(ctx, "no-such-instance", nil)
	return false, page, err
}

func run(workers, seconds int) error {
	ctx := context.Background()
	client, err := hwtasks.NewFromEnv(ctx)
	if err != nil {
		return err
	}
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	total := &tally{Errors: map[string]int{}, Wrong: []string{}}
	var group sync.WaitGroup
	for first := range workers {
		group.Go(func() {
			for number := first; time.Now().Before(end); number += 7 {
				isRight, found, err := call(ctx, client, number)
				total.count(number, isRight, found, err)
			}
		})
	}
	group.Wait()
	return json.NewEncoder(os.Stdout).Encode(total)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: soak WORKERS SECONDS")
		os.Exit(2)
	}
	workers, err := strconv.Atoi(os.Args[1])
	seconds, failed := strconv.Atoi(os.Args[2])
	if err = errors.Join(err, failed); err == nil {
		err = run(workers, seconds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
