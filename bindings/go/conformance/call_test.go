package conformance

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"sync"
	"testing"
	"time"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
)

const instance = "instance"

// outcome is what a call returned.
type outcome struct {
	value    any
	response *hwtasks.Response
	err      error
}

// result puts what a call returned into an outcome.
func result[T any](value *T, err error) outcome {
	if err != nil {
		return outcome{err: err}
	}
	response := any(value).(interface{ MarshalJSON() ([]byte, error) })
	return outcome{value: response, response: responseOf(value), err: nil}
}

func responseOf(value any) *hwtasks.Response {
	switch value := value.(type) {
	case *hwtasks.DCSTaskListV1:
		return value.Response
	case *hwtasks.DCSTaskList:
		return value.Response
	case *hwtasks.KafkaTaskList:
		return value.Response
	case *hwtasks.KafkaTask:
		return value.Response
	case *hwtasks.DCSInstanceList:
		return value.Response
	case *hwtasks.DMSInstanceList:
		return value.Response
	}
	return nil
}

// makeCall makes a call of the corpus.
func makeCall(ctx context.Context, t *testing.T, client *hwtasks.Client, call object) outcome {
	t.Helper()
	id, _ := call["instance_id"].(string)
	task, _ := call["task_id"].(string)
	switch call["operation"] {
	case "ListDcsTasksV1":
		//lint:ignore SA1019 The corpus has cases of it.
		return result(client.DCS.ListV1(ctx, id, listOptions(t, call)))
	case "ListDcsTasks":
		return result(client.DCS.List(ctx, id, listOptions(t, call)))
	case "ListKafkaTasks":
		return result(client.Kafka.List(ctx, id, listOptions(t, call)))
	case "ShowKafkaTask":
		return result(client.Kafka.Show(ctx, id, task))
	case "ListDcsInstances":
		return result(client.DCS.Instances(ctx, dcsInstancesOptions(call)))
	case "ListDmsInstances":
		return result(client.Kafka.Instances(ctx, dmsInstancesOptions(call)))
	}
	t.Fatalf("unknown operation %v", call["operation"])
	return outcome{}
}

// option returns an option that is a number: a zero of the corpus is set, and not the default.
func option(value any) int {
	switch value := number(value, math.MaxInt); value {
	case 0:
		return hwtasks.Zero
	case math.MaxInt:
		return 0
	default:
		return value
	}
}

func listOptions(t *testing.T, call object) *hwtasks.ListOptions {
	t.Helper()
	options := &hwtasks.ListOptions{
		Start: option(call["start"]), Offset: option(call["offset"]), Limit: option(call["limit"]),
	}
	if since, ok := call["since"].(string); ok {
		options.Since = moment(t, since)
	}
	if until, ok := call["until"].(string); ok {
		options.Until = moment(t, until)
	}
	return options
}

func dcsInstancesOptions(call object) *hwtasks.DCSInstancesOptions {
	name, _ := call["name"].(string)
	status, _ := call["status"].(string)
	return &hwtasks.DCSInstancesOptions{
		Offset: option(call["offset"]), Limit: option(call["limit"]), Name: name, Status: status,
	}
}

func dmsInstancesOptions(call object) *hwtasks.KafkaInstancesOptions {
	name, _ := call["name"].(string)
	status, _ := call["status"].(string)
	engine, _ := call["engine"].(string)
	exact, _ := call["exact_match_name"].(string)
	return &hwtasks.KafkaInstancesOptions{
		Offset: option(call["offset"]), Limit: option(call["limit"]), Name: name, Status: status, Engine: engine,
		ExactMatchName: exact,
	}
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// credentialsOf returns credentials as the corpus writes them; nil for none.
func credentialsOf(t *testing.T, given any) *hwtasks.Credentials {
	t.Helper()
	members, ok := given.(object)
	if !ok {
		return nil
	}
	known(t, members, "token", "ak", "sk", "security_token")
	if token, ok := members["token"].(string); ok {
		return hwtasks.Token(token)
	}
	access, _ := members["ak"].(string)
	secret, _ := members["sk"].(string)
	keys := hwtasks.Keys(access, secret)
	if token, ok := members["security_token"].(string); ok {
		keys = keys.WithSecurityToken(token)
	}
	return keys
}

// generations is a provider that fetches these in turn, and the last again and again.
type generations struct {
	mutex   sync.Mutex
	all     []*hwtasks.Credentials
	fetches int
}

func (g *generations) Name() string { return "generations" }

func (g *generations) Provide(context.Context) (*hwtasks.Credentials, error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.fetches++
	return g.all[min(g.fetches, len(g.all))-1], nil
}

// providerOf returns the provider of a client; nil if it has none.
func providerOf(t *testing.T, given object) *generations {
	t.Helper()
	all, ok := get[[]any](given, "credentials", "provider")
	if !ok {
		return nil
	}
	made := &generations{}
	for _, one := range all {
		made.all = append(made.all, credentialsOf(t, one))
	}
	return made
}

func withCredentials(t *testing.T, given any) hwtasks.Option {
	t.Helper()
	if given == nil {
		return hwtasks.WithoutCredentials()
	}
	return hwtasks.WithCredentials(credentialsOf(t, given))
}

func millis(value any) time.Duration {
	number, _ := value.(json.Number)
	float, _ := number.Float64()
	return time.Duration(float * float64(time.Millisecond))
}

// orNone returns a setting of a retry policy, where 0 is the default and -1 is none.
func orNone[T int | time.Duration](value T) T {
	if value == 0 {
		return -1
	}
	return value
}

// clientOptions returns the options of the members of a client, but for its endpoints and its clock.
func clientOptions(t *testing.T, given object) []hwtasks.Option {
	t.Helper()
	known(t, given, "dcs_endpoint", "kafka_endpoint", "project_id", "credentials", "now", "max_attempts",
		"initial_backoff_ms", "max_backoff_ms", "timeout_ms", "attempt_timeout_ms", "body_limit")
	var options []hwtasks.Option
	var policy hwtasks.RetryPolicy
	for name, value := range given {
		switch name {
		case "max_attempts":
			policy.MaxAttempts = orNone(number(value, 0))
		case "initial_backoff_ms":
			policy.InitialBackoff = orNone(millis(value))
		case "max_backoff_ms":
			policy.MaxBackoff = orNone(millis(value))
		case "timeout_ms":
			options = append(options, hwtasks.WithTimeout(millis(value)))
		case "attempt_timeout_ms":
			options = append(options, hwtasks.WithAttemptTimeout(millis(value)))
		case "body_limit":
			options = append(options, hwtasks.WithBodyLimit(number(value, 0)))
		case "credentials":
			if _, ok := get[[]any](value, "provider"); !ok {
				options = append(options, withCredentials(t, value))
			}
		}
	}
	return append(options, hwtasks.WithRetryPolicy(policy))
}

// checkHeader compares headers with those of the corpus.
func checkHeader(t *testing.T, header http.Header, expected object) {
	t.Helper()
	wanted, _ := expected["headers"].(object)
	for name, value := range wanted {
		if found := header.Get(name); found != value {
			t.Errorf("the header %s is %q and not %q", name, found, value)
		}
	}
	absent, _ := expected["absent"].([]any)
	for _, name := range absent {
		if values := header.Values(name.(string)); len(values) > 0 {
			t.Errorf("the header %s is sent: %q", name, values)
		}
	}
}
