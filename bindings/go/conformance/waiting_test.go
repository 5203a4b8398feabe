package conformance

import (
	"context"
	"testing"
	"time"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
)

func runWaiting(t *testing.T, one object) {
	given, expect := one["wait"].(object), one["expect"].(object)
	known(t, given, "services", "instance_id", "task_id", "name", "since", "initial_interval_ms", "max_interval_ms",
		"timeout_ms", "not_found_grace_ms")
	known(t, expect, "task", "states", "error", "waits_ms", "requests")
	for _, name := range given["services"].([]any) {
		t.Run(name.(string), func(t *testing.T) {
			o := play(t, one["script"].(object), name.(string))
			task, states, err := waitFor(t, o.client, name.(string), given)
			if wanted, ok := expect["task"].(object); ok {
				if err != nil {
					t.Fatal(err)
				}
				checkTask(t, task, wanted)
			} else {
				expected := expect["error"].(object)
				checkError(t, err, expected)
				if err != nil {
					last := ours(t, err).Task
					wanted, ok := expected["task"].(object)
					switch {
					case ok:
						checkTask(t, last, wanted)
					case last != nil:
						t.Errorf("the error has the task %v", last)
					}
				}
			}
			if wanted, ok := expect["states"]; ok {
				checkEqual(t, "the list of states", append([]any{}, states...), wanted)
			}
			checkWaits(t, o.clock.Sleeps(), expect["waits_ms"].([]any))
			if wanted, ok := expect["requests"]; ok {
				checkEqual(t, "the number of requests", o.requests(t), wanted)
			}
			o.checkPlayed(t)
		})
	}
}

func checkTask(t *testing.T, task any, wanted object) {
	t.Helper()
	found, ok := normal(task).(object)
	if !ok {
		t.Fatalf("there is no task, and expected %s", show(wanted))
	}
	for name, value := range wanted {
		checkEqual(t, "the "+name, found[name], value)
	}
}

func waitFor(t *testing.T, client *hwtasks.Client, name string, given object) (task any, states []any, err error) {
	t.Helper()
	var options []hwtasks.WaitOption
	for member, option := range map[string]func(time.Duration) hwtasks.WaitOption{
		"timeout_ms": hwtasks.WaitTimeout, "initial_interval_ms": hwtasks.WaitInitialInterval,
		"max_interval_ms": hwtasks.WaitMaxInterval, "not_found_grace_ms": hwtasks.WaitNotFoundGrace,
	} {
		if value := given[member]; value != nil {
			options = append(options, option(millis(value)))
		}
	}
	state := func(status hwtasks.TaskStatus, has bool) {
		if has {
			states = append(states, string(status))
		} else {
			states = append(states, nil)
		}
	}
	id, _ := given["instance_id"].(string)
	ctx := context.Background()
	if name == "dcs" {
		options = append(options, hwtasks.OnChange(func(task *hwtasks.DCSTask) { state(task.Status, task.Has("status")) }))
		task, err = waitBy(t, given, func(taskID string) (*hwtasks.DCSTask, error) {
			return client.DCS.Wait(ctx, id, taskID, options...)
		}, func(name hwtasks.TaskName, since time.Time) (*hwtasks.DCSTask, error) {
			return client.DCS.WaitByName(ctx, id, name, since, options...)
		})
		return task, states, err
	}
	options = append(options, hwtasks.OnChange(func(task *hwtasks.KafkaTask) { state(task.Status, task.Has("status")) }))
	task, err = waitBy(t, given, func(taskID string) (*hwtasks.KafkaTask, error) {
		return client.Kafka.Wait(ctx, id, taskID, options...)
	}, func(name hwtasks.TaskName, since time.Time) (*hwtasks.KafkaTask, error) {
		return client.Kafka.WaitByName(ctx, id, name, since, options...)
	})
	return task, states, err
}

func waitBy[T any](t *testing.T, given object, byID func(string) (*T, error), byName func(hwtasks.TaskName, time.Time) (*T, error)) (any, error) {
	t.Helper()
	if name, ok := given["name"].(string); ok {
		return byName(hwtasks.TaskName(name), moment(t, given["since"].(string)))
	}
	id, _ := given["task_id"].(string)
	return byID(id)
}
