package conformance

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
	"github.com/hwtasks/hwtasks/bindings/go/hwtaskstest"
)

// other is what is on the other side of paging and waiting: responses, or a script that the emulator plays.
type other struct {
	clock    *hwtaskstest.ManualClock
	client   *hwtasks.Client
	server   *service
	emulator *emulator
}

func play(t *testing.T, script object, name string) *other {
	t.Helper()
	o := &other{clock: hwtaskstest.NewManualClock(moment(t, "2026-01-02T03:04:05Z"))}
	withClock := hwtasks.WithClock(o.clock)
	if responses, ok := script["responses"].([]any); ok {
		known(t, script, "responses")
		o.server = serve(t, repliesOf(t, responses))
		o.client = connect(t, o.server.url, withClock)
		return o
	}
	known(t, script, "instances", "tasks", "quirks", "progress", "schedule", "faults")
	o.emulator = theEmulator(t)
	control := func(method, path string, body any) { o.emulator.control(t, method, path, body) }
	for n := range number(script["instances"], 0) {
		id := fmt.Sprintf("case-%03d", n+1)
		control(http.MethodPut, "instances/"+name+"/"+id, object{"name": id})
	}
	tasks, ok := script["tasks"].([]any)
	if !ok {
		tasks = numbered(number(script["tasks"], 0))
	}
	for _, task := range tasks {
		control(http.MethodPost, "tasks/"+name+"/"+instance, task)
	}
	for _, setting := range []string{"quirks", "progress"} {
		if value, ok := script[setting]; ok {
			control(http.MethodPut, setting, value)
		}
	}
	schedule, _ := script["schedule"].([]any)
	for _, change := range schedule {
		change := maps.Clone(change.(object))
		change["service"], change["instance_id"] = name, instance
		control(http.MethodPost, "schedule", change)
	}
	faults, _ := script["faults"].([]any)
	for _, fault := range faults {
		control(http.MethodPost, "faults", fault)
	}
	control(http.MethodDelete, "requests", nil)
	variables := o.emulator.variables
	client, err := hwtasks.New(
		hwtasks.WithDCSEndpoint(variables["HWTASKS_DCS_ENDPOINT"]), hwtasks.WithKafkaEndpoint(variables["HWTASKS_KAFKA_ENDPOINT"]),
		hwtasks.WithProjectID(variables["HUAWEICLOUD_SDK_PROJECT_ID"]),
		// The clock does not show the time of day, so the client does not sign.
		hwtasks.WithCredentials(hwtasks.Token(variables["HWTASKS_TOKEN"])), withClock)
	if err != nil {
		t.Fatal(err)
	}
	o.client = client
	return o
}

// numbered returns tasks as the corpus numbers them.
func numbered(count int) []any {
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var tasks []any
	for n := range count {
		created := first.Add(-time.Duration(n) * time.Minute).Format("2006-01-02T15:04:05.000Z")
		tasks = append(tasks, object{"id": fmt.Sprintf("task-%03d", n+1), "status": "SUCCESS", "created_at": created})
	}
	return tasks
}

func (o *other) requests(t *testing.T) int {
	t.Helper()
	if o.server != nil {
		return len(o.server.sent())
	}
	return len(o.emulator.listed(t, "requests"))
}

// checkPlayed fails unless the script was played to its end.
func (o *other) checkPlayed(t *testing.T) {
	t.Helper()
	if o.emulator == nil {
		return
	}
	for _, name := range []string{"schedule", "faults"} {
		if left := o.emulator.listed(t, name); len(left) > 0 {
			t.Errorf("a part of the %s did not run: %s", name, show(left))
		}
	}
}

// taken are items of a list, and the error that ended it.
type taken struct {
	ids   []any
	items []any
	err   error
}

// take reads a list; at most so many items, if that is not negative.
func take[B, T any](items func() func(func(T, error) bool), pages func() func(func(*B, error) bool), of func(*B) []T,
	id func(T) string, asPages bool, most int) taken {
	var got taken
	add := func(value T) {
		got.ids = append(got.ids, id(value))
		got.items = append(got.items, normal(value))
	}
	if most == 0 {
		return got
	}
	if asPages {
		for page, err := range pages() {
			if err != nil {
				got.err = err
				break
			}
			for _, value := range of(page) {
				add(value)
			}
			if most > 0 && len(got.ids) >= most {
				break
			}
		}
		return got
	}
	for value, err := range items() {
		if err != nil {
			got.err = err
			break
		}
		add(value)
		if most > 0 && len(got.ids) >= most {
			break
		}
	}
	return got
}

func takeAll(ctx context.Context, t *testing.T, client *hwtasks.Client, call object, asPages bool, most int) taken {
	t.Helper()
	id, _ := call["instance_id"].(string)
	switch call["operation"] {
	case "ListDcsTasksV1":
		options := listOptions(t, call)
		return take(
			//lint:ignore SA1019 The corpus has cases of it.
			func() func(func(hwtasks.DCSTaskV1, error) bool) { return client.DCS.ItemsV1(ctx, id, options) },
			//lint:ignore SA1019 The corpus has cases of it.
			func() func(func(*hwtasks.DCSTaskListV1, error) bool) { return client.DCS.PagesV1(ctx, id, options) },
			func(page *hwtasks.DCSTaskListV1) []hwtasks.DCSTaskV1 { return page.Tasks },
			func(task hwtasks.DCSTaskV1) string { return task.ID }, asPages, most)
	case "ListDcsTasks":
		options := listOptions(t, call)
		return take(
			func() func(func(hwtasks.DCSTask, error) bool) { return client.DCS.Items(ctx, id, options) },
			func() func(func(*hwtasks.DCSTaskList, error) bool) { return client.DCS.Pages(ctx, id, options) },
			func(page *hwtasks.DCSTaskList) []hwtasks.DCSTask { return page.Tasks },
			func(task hwtasks.DCSTask) string { return task.ID }, asPages, most)
	case "ListKafkaTasks":
		options := listOptions(t, call)
		return take(
			func() func(func(hwtasks.KafkaTask, error) bool) { return client.Kafka.Items(ctx, id, options) },
			func() func(func(*hwtasks.KafkaTaskList, error) bool) { return client.Kafka.Pages(ctx, id, options) },
			func(page *hwtasks.KafkaTaskList) []hwtasks.KafkaTask { return page.Tasks },
			func(task hwtasks.KafkaTask) string { return task.ID }, asPages, most)
	case "ListDcsInstances":
		options := dcsInstancesOptions(call)
		return take(
			func() func(func(hwtasks.DCSInstance, error) bool) { return client.DCS.InstancesItems(ctx, options) },
			func() func(func(*hwtasks.DCSInstanceList, error) bool) {
				return client.DCS.InstancesPages(ctx, options)
			},
			func(page *hwtasks.DCSInstanceList) []hwtasks.DCSInstance { return page.Instances },
			func(one hwtasks.DCSInstance) string { return one.InstanceID }, asPages, most)
	case "ListDmsInstances":
		options := dmsInstancesOptions(call)
		return take(
			func() func(func(hwtasks.DMSInstance, error) bool) { return client.Kafka.InstancesItems(ctx, options) },
			func() func(func(*hwtasks.DMSInstanceList, error) bool) {
				return client.Kafka.InstancesPages(ctx, options)
			},
			func(page *hwtasks.DMSInstanceList) []hwtasks.DMSInstance { return page.Instances },
			func(one hwtasks.DMSInstance) string { return one.InstanceID }, asPages, most)
	}
	t.Fatalf("unknown list %v", call["operation"])
	return taken{}
}

func runPaging(t *testing.T, one object) {
	call, expect := one["call"].(object), one["expect"].(object)
	known(t, expect, "ids", "all", "maybe", "tasks", "error", "requests", "requests_at_most")
	name := "kafka"
	switch call["operation"] {
	case "ListDcsTasksV1", "ListDcsTasks", "ListDcsInstances":
		name = "dcs"
	}
	o := play(t, one["script"].(object), name)
	got := takeAll(t.Context(), t, o.client, call, one["as"] == "pages", number(one["take"], -1))
	if ids, ok := expect["ids"]; ok {
		checkEqual(t, "the list of IDs", append([]any{}, got.ids...), ids)
	}
	if tasks, ok := expect["tasks"]; ok {
		checkEqual(t, "the list", append([]any{}, got.items...), tasks)
	}
	if all, ok := expect["all"].([]any); ok {
		maybe, _ := expect["maybe"].([]any)
		checkAll(t, got.ids, all, maybe)
	}
	if expected, ok := expect["error"].(object); ok {
		checkError(t, got.err, expected)
	} else if got.err != nil {
		t.Fatal(got.err)
	}
	requests := o.requests(t)
	if wanted, ok := expect["requests"]; ok {
		checkEqual(t, "the number of requests", requests, wanted)
	}
	if most := number(expect["requests_at_most"], requests); requests > most {
		t.Errorf("there were %d requests, more than %d", requests, most)
	}
	o.checkPlayed(t)
}

// checkAll fails unless each ID of all comes once, each of maybe at most once, and no other.
func checkAll(t *testing.T, ids, all, maybe []any) {
	t.Helper()
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			t.Errorf("%v comes twice", id)
		}
		if !slices.Contains(all, id) && !slices.Contains(maybe, id) {
			t.Errorf("%v comes unexpectedly", id)
		}
	}
	for _, id := range all {
		if !slices.Contains(ids, id) {
			t.Errorf("%v is missing", id)
		}
	}
}

func runFaults(t *testing.T, one object) {
	const list, task = "5560df16-cebf-4473-95c4-d1b573c16e79", "8abfa7b272adc5b40172b73130065ae7"
	expect := one["expect"].(object)
	known(t, expect, "attempts", "error")
	given, _ := one["client"].(object)
	for _, operation := range []string{"ListDcsTasksV1", "ListDcsTasks", "ListKafkaTasks", "ShowKafkaTask"} {
		t.Run(operation, func(t *testing.T) {
			e := theEmulator(t)
			call := object{"operation": operation, "instance_id": list, "task_id": task}
			variables := maps.Clone(e.variables)
			delete(variables, "HWTASKS_TOKEN")
			connect := func(options ...hwtasks.Option) *hwtasks.Client {
				environment := hwtasks.NewEnvironment(variables, "")
				clock := hwtasks.WithClock(hwtaskstest.NewManualClock(time.Now()))
				client, err := hwtasks.NewFromEnvironment(t.Context(), environment, append(options, clock)...)
				if err != nil {
					t.Fatal(err)
				}
				return client
			}
			whole := makeCall(t.Context(), t, connect(), call)
			if whole.err != nil {
				t.Fatal(whole.err)
			}
			e.control(t, http.MethodDelete, "requests", nil)
			fault := maps.Clone(one["fault"].(object))
			fault["operation"] = operation
			e.control(t, http.MethodPost, "faults", fault)
			got := makeCall(t.Context(), t, connect(clientOptions(t, given)...), call)
			expected, isError := expect["error"].(object)
			if !isError {
				if got.err != nil {
					t.Fatal(got.err)
				}
				checkEqual(t, "the body", string(got.response.RawBody()), string(whole.response.RawBody()))
			} else if got.err == nil {
				t.Fatal("no error")
			} else {
				found := ours(t, got.err)
				checkEqual(t, "the kind", string(found.Kind), expected["kind"])
				checkEqual(t, "the status", found.Status, number(expected["status"], 0))
				checkEqual(t, "the number of attempts", found.Attempts, expect["attempts"])
				is := []any{}
				for _, predicate := range predicates {
					if predicate.holds(found) {
						is = append(is, predicate.word)
					}
				}
				checkEqual(t, "the list of predicates", is, expected["is"])
				if slices.Contains(is, any("timeout")) {
					return
				}
			}
			checkEqual(t, "the number of requests", len(e.listed(t, "requests")), expect["attempts"])
			if left := e.listed(t, "faults"); len(left) > 0 {
				t.Errorf("a fault is left: %s", show(left))
			}
		})
	}
}
