package conformance

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
)

// scalarKinds are the kinds of scalars: a body with the member, its value, and the member as it is written.
var scalarKinds = map[string]struct {
	body  string
	value func(*testing.T, string) (value any, written any)
}{
	"time":     {`{"tasks":[{"id":"a","created_at":%s}]}`, ofTask("created_at", func(task *hwtasks.DCSTask) any { return timeOf(task.CreatedAt) })},
	"count":    {`{"tasks":[],"task_count":%s}`, countOf},
	"capacity": {`{"tasks":[{"id":"a","details":{"old_capacity":%s}}]}`, ofDetails("old_capacity", func(details *hwtasks.DetailsBody) any { return sizeOf(details.OldCapacity) })},
	"integer":  {`{"tasks":[{"id":"a","details":{"old_port":%s}}]}`, ofDetails("old_port", func(details *hwtasks.DetailsBody) any { return digitsOf(details.OldPort) })},
	"boolean":  {`{"tasks":[{"id":"a","enable_show":%s}]}`, ofTask("enable_show", func(task *hwtasks.DCSTask) any { return truthOf(task.EnableShow) })},
	"text":     {`{"tasks":[{"id":"a","user_name":%s}]}`, ofTask("user_name", func(task *hwtasks.DCSTask) any { return textOf(task.UserName, task.Has("user_name")) })},
	"code":     {`{"tasks":[{"id":"a","error_code":%s}]}`, codeOf},
}

func read2[T any](t *testing.T, text string) (*T, any) {
	t.Helper()
	value := new(T)
	if err := json.Unmarshal([]byte(text), value); err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return value, parse(t, written)
}

func memberOf(written any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			members, _ := written.(object)
			written = members[step]
		case int:
			written = written.([]any)[step]
		}
	}
	return written
}

func ofTask(member string, value func(*hwtasks.DCSTask) any) func(*testing.T, string) (any, any) {
	return func(t *testing.T, text string) (any, any) {
		list, written := read2[hwtasks.DCSTaskList](t, text)
		return value(&list.Tasks[0]), memberOf(written, "tasks", 0, member)
	}
}

func ofDetails(member string, value func(*hwtasks.DetailsBody) any) func(*testing.T, string) (any, any) {
	return func(t *testing.T, text string) (any, any) {
		list, written := read2[hwtasks.DCSTaskList](t, text)
		return value(list.Tasks[0].Details), memberOf(written, "tasks", 0, "details", member)
	}
}

func countOf(t *testing.T, text string) (any, any) {
	list, written := read2[hwtasks.DCSTaskList](t, text)
	count, ok := list.TaskCount.Value()
	return textOf(strconv.FormatUint(count, 10), ok), memberOf(written, "task_count")
}

func codeOf(t *testing.T, text string) (any, any) {
	list, written := read2[hwtasks.DCSTaskListV1](t, text)
	code := list.Tasks[0].ErrorCode
	return textOf(code.String(), !code.IsZero()), memberOf(written, "tasks", 0, "error_code")
}

func textOf(text string, isSet bool) any {
	if !isSet {
		return nil
	}
	return text
}

func timeOf(time hwtasks.Timestamp) any {
	if members, ok := normal(time).(object); ok {
		return members["value"]
	}
	return nil
}

func sizeOf(capacity hwtasks.Capacity) any {
	if members, ok := normal(capacity).(object); ok {
		return members["value"]
	}
	return nil
}

func digitsOf(number *int64) any {
	if number == nil {
		return nil
	}
	return strconv.FormatInt(*number, 10)
}

func truthOf(truth *bool) any {
	if truth == nil {
		return nil
	}
	return *truth
}

func runScalars(t *testing.T, one object) {
	kind, expect := one["kind"].(string), one["expect"].(object)
	text := one["json"].(string)
	reader := scalarKinds[kind]
	value, written := reader.value(t, fmt.Sprintf(reader.body, text))
	wanted := expect["value"]
	checkEqual(t, "the value", value, wanted)
	came := parse(t, []byte(text))
	_, isBoolean := came.(bool)
	switch {
	case written == nil && came == nil:
	case wanted != nil && kind == "integer":
		checkEqual(t, "the written value", fmt.Sprint(written), wanted)
	case wanted != nil && (kind == "text" || kind == "boolean" || isBoolean):
		checkEqual(t, "the written value", written, wanted)
	default:
		checkEqual(t, "the written value", written, came)
	}
}
