package hwtasks_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
	"github.com/hwtasks/hwtasks/bindings/go/hwtaskstest"
)

// serve returns a client of a fake service.
func serve(t *testing.T, handler http.HandlerFunc, options ...hwtasks.Option) *hwtasks.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client, err := hwtasks.New(append([]hwtasks.Option{
		hwtasks.WithDCSEndpoint(server.URL), hwtasks.WithKafkaEndpoint(server.URL), hwtasks.WithProjectID("project"),
		hwtasks.WithCredentials(hwtasks.Token("token")),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// page writes as many tasks as the request asks for.
func page(w http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	first, _ := strconv.Atoi(query.Get("start"))
	size, _ := strconv.Atoi(query.Get("limit"))
	tasks := make([]string, size)
	for i := range tasks {
		tasks[i] = fmt.Sprintf(`{"id":"%d","status":"EXECUTING"}`, first+i)
	}
	_, _ = fmt.Fprintf(w, `{"tasks":[%s]}`, strings.Join(tasks, ","))
}

// checkGoroutines fails if goroutines of the package are still there.
func checkGoroutines(t *testing.T) {
	t.Helper()
	var stacks string
	for range 100 {
		buffer := make([]byte, 1<<20)
		stacks = string(buffer[:runtime.Stack(buffer, true)])
		// Connections of the transport and of the server outlive a call.
		if !strings.Contains(stacks, "bindings/go.") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("a goroutine is left:\n%s", stacks)
}

func TestItems_ended_leavesNoGoroutine(t *testing.T) {
	for _, end := range []string{"break", "cancel", "error"} {
		t.Run(end, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			client := serve(t, func(w http.ResponseWriter, request *http.Request) {
				if end == "error" && request.URL.Query().Get("start") != "1" {
					w.WriteHeader(http.StatusForbidden)
					return
				}
				page(w, request)
			})
			var failures []error
			count := 0
			for task, err := range client.Kafka.Items(ctx, "instance", &hwtasks.ListOptions{Limit: 10}) {
				if err != nil {
					failures = append(failures, err)
					continue
				}
				if count++; task.ID != strconv.Itoa(count) {
					t.Fatalf("task %d has the ID %s", count, task.ID)
				}
				if count == 15 && end == "break" {
					break
				}
				if count == 15 {
					cancel()
				}
			}
			switch {
			case end == "break" && len(failures) == 0:
			case end == "cancel" && len(failures) == 1 && errors.Is(failures[0], context.Canceled):
			case end == "error" && len(failures) == 1 && hwtasks.IsForbidden(failures[0]):
			default:
				t.Errorf("the errors are %v", failures)
			}
			checkGoroutines(t)
		})
	}
}

func TestSweep_ended_leavesNoGoroutine(t *testing.T) {
	for _, end := range []string{"break", "cancel", "end"} {
		t.Run(end, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var atOnce, most atomic.Int64
			client := serve(t, func(w http.ResponseWriter, request *http.Request) {
				now := atOnce.Add(1)
				defer atOnce.Add(-1)
				for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
				}
				time.Sleep(time.Millisecond)
				_, _ = io.WriteString(w, `{"tasks":[{"id":"a"}]}`)
			})
			ids := make([]string, 50)
			for i := range ids {
				ids[i] = strconv.Itoa(i)
			}
			results, failures := 0, 0
			options := &hwtasks.SweepOptions{Concurrency: 4}
			for result, err := range client.Kafka.Sweep(ctx, slices.Values(ids), options) {
				if err != nil {
					if failures++; !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
					continue
				}
				if result.Err != nil || len(result.Tasks) != 1 {
					t.Errorf("%s: %v", result.InstanceID, result.Err)
				}
				if results++; results == 10 && end == "break" {
					break
				}
				if results == 10 && end == "cancel" {
					cancel()
				}
			}
			if end == "cancel" != (failures == 1) || end == "end" && results != 50 {
				t.Errorf("%d results and %d errors", results, failures)
			}
			if most.Load() > 4 {
				t.Errorf("%d requests at once", most.Load())
			}
			checkGoroutines(t)
		})
	}
}

func TestWait_canceled_returnsErrorOfContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		time.AfterFunc(5*time.Millisecond, cancel)
		_, _ = io.WriteString(w, `{"tasks":[{"id":"task","status":"EXECUTING"}]}`)
	})
	_, err := client.Kafka.Wait(ctx, "instance", "task")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	checkGoroutines(t)
}

func TestWait_onChangeOfAnotherType_isRefused(t *testing.T) {
	client := serve(t, page)
	_, err := client.Kafka.Wait(t.Context(), "instance", "task", hwtasks.OnChange(func(*hwtasks.DCSTask) {}))
	var e *hwtasks.Error
	if !errors.As(err, &e) || e.Kind != hwtasks.KindInvalidInput {
		t.Errorf("the error is %v", err)
	}
}

func TestCall_deadlineOfContext_isNotRetried(t *testing.T) {
	var requests atomic.Int64
	client := serve(t, func(_ http.ResponseWriter, request *http.Request) {
		requests.Add(1)
		<-request.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := client.DCS.List(ctx, "instance", nil)
	if !errors.Is(err, context.DeadlineExceeded) || requests.Load() != 1 {
		t.Errorf("%d requests, and the error is %v", requests.Load(), err)
	}
}

func TestOptions_thatTheOperationLacks_areRefused(t *testing.T) {
	client := serve(t, page)
	_, err := client.DCS.List(t.Context(), "instance", &hwtasks.ListOptions{Start: 3})
	if err == nil || !strings.Contains(err.Error(), "the start is no parameter of ListDcsTasks") {
		t.Errorf("the error is %v", err)
	}
}

// TestRefusals_lockNoKey counts the requests with keys that the service refuses.
func TestRefusals_lockNoKey(t *testing.T) {
	for _, isConcurrent := range []bool{false, true} {
		t.Run(fmt.Sprintf("concurrent_%v", isConcurrent), func(t *testing.T) {
			var requests atomic.Int64
			client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, `{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail"}`)
			}, hwtasks.WithCredentials(hwtasks.Keys("AK", "SK")))
			var group sync.WaitGroup
			for range 100 {
				call := func() {
					_, err := client.Kafka.List(context.Background(), "instance", nil)
					var e *hwtasks.Error
					if !errors.As(err, &e) || e.Reason != hwtasks.ReasonWrongSecretKey {
						t.Errorf("the error is %v", err)
					}
				}
				if isConcurrent {
					group.Go(call)
				} else {
					call()
				}
			}
			group.Wait()
			most := int64(2)
			if isConcurrent {
				most = 101
			}
			if requests.Load() > most {
				t.Errorf("%d requests are sent", requests.Load())
			}
		})
	}
}

type loggedTask struct{ client *hwtasks.Client }

func TestSecrets_areNotShown(t *testing.T) {
	const secret = "SECRET"
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	provider, err := hwtasks.NewIAMPasswordProvider(hwtasks.IAMUser{Name: "user", Domain: "d", Region: "cn-north-4"}, secret)
	if err != nil {
		t.Fatal(err)
	}
	keys := hwtasks.Keys("AK", secret).WithSecurityToken(secret)
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", secret)
		w.WriteHeader(http.StatusForbidden)
	}, hwtasks.WithCredentials(keys), hwtasks.WithLogger(logger))
	_, failed := client.Kafka.List(t.Context(), "instance", nil)
	if failed == nil {
		t.Fatal("no error")
	}
	environment := hwtasks.NewEnvironment(map[string]string{"HWTASKS_TOKEN": secret}, "")
	for _, value := range []any{
		keys, *keys, hwtasks.Token(secret), provider, *provider, client, *client, client.Kafka,
		*client.Kafka, loggedTask{client}, failed, environment, hwtasks.NewEnvironmentProvider(environment),
		[]any{keys}, map[string]any{"a": client},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if shown := fmt.Sprintf(verb, value); strings.Contains(shown, secret) {
				t.Errorf("%s of %T shows a secret: %s", verb, value, shown)
			}
		}
		logger.Info("logged", "value", value)
	}
	if strings.Contains(log.String(), secret) {
		t.Errorf("the log shows a secret: %s", &log)
	}
	//lint:ignore SA9005 That is what the test is about.
	if text, err := json.Marshal(keys); err != nil || strings.Contains(string(text), secret) {
		t.Errorf("JSON shows a secret: %s", text)
	}
	if !strings.Contains(log.String(), "ListKafkaTasks") {
		t.Errorf("the attempt is not logged: %s", &log)
	}
}

func TestModel_writtenAndRead_isEqual(t *testing.T) {
	text := `{"id":"a","status":"PAUSED","created_at":1592379522503,"details":{"old_port":"6379","new_cahce_mode":"ha","x":[1]},"name":7,"y":{"z":null},"user_id":[2]}`
	var task hwtasks.DCSTask
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		t.Fatal(err)
	}
	if task.Status.IsTerminal() || task.Name != "7" || *task.Details.OldPort != 6379 || task.Details.NewCacheMode != "ha" {
		t.Errorf("it is read as %+v", task)
	}
	if created, ok := task.CreatedAt.Time(); !ok || created.UnixMilli() != 1592379522503 {
		t.Errorf("it was created at %s", created)
	}
	if string(task.Other.Get("y")) != `{"z":null}` || task.UserID != "" || string(task.Other.Get("user_id")) != "[2]" {
		t.Errorf("the other members are %v", task.Other)
	}
	written, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	var again hwtasks.DCSTask
	if err := json.Unmarshal(written, &again); err != nil || !again.Equal(task) || len(again.Other) != 2 {
		t.Errorf("%s is read as %+v: %v", written, again, err)
	}
	again.Details.OldCacheMode = "single"
	if again.Equal(task) {
		t.Error("a change is not seen")
	}
}

func TestManualClock_sleepAdvancesIt(t *testing.T) {
	clock := hwtaskstest.NewManualClock(time.Unix(0, 0))
	clock.Advance(time.Second)
	if err := clock.Sleep(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	if clock.Elapsed() != 61*time.Second || clock.Now() != time.Unix(61, 0) || !slices.Equal(clock.Sleeps(), []time.Duration{time.Minute}) {
		t.Errorf("it shows %s", clock.Now())
	}
}

func TestIAMPasswordProvider_sendsOneLogin(t *testing.T) {
	var logins atomic.Int64
	iam := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		logins.Add(1)
		var body struct {
			Auth struct {
				Identity struct {
					Methods  []string
					Password struct {
						User struct {
							Name, Password string
							Domain         struct{ Name string }
						}
					}
				}
				Scope struct{ Project struct{ Name string } }
			}
		}
		err := json.NewDecoder(request.Body).Decode(&body)
		user := body.Auth.Identity.Password.User
		if err != nil || user.Name != `u"ser` || user.Password != "p\nä" || user.Domain.Name != "d" ||
			body.Auth.Scope.Project.Name != "cn-north-4" || !slices.Equal(body.Auth.Identity.Methods, []string{"password"}) {
			t.Errorf("%v: the login is %+v", err, body)
		}
		w.Header().Set("X-Subject-Token", "token")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"token":{"expires_at":"2999-01-04T09:05:22.701000Z","project":{"id":"project-of-iam"}}}`)
	}))
	defer iam.Close()
	provider, err := hwtasks.NewIAMPasswordProvider(
		hwtasks.IAMUser{Name: `u"ser`, Domain: "d", Region: "cn-north-4", Endpoint: iam.URL}, "p\nä")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			credentials, err := provider.Provide(context.Background())
			if err != nil || credentials.ProjectID() != "project-of-iam" || !credentials.IsToken() {
				t.Errorf("%v: the credentials are %v", err, credentials)
			}
		})
	}
	group.Wait()
	if logins.Load() != 1 {
		t.Errorf("%d logins are sent", logins.Load())
	}
}

func TestCall_untrustedCertificate_isConnectionError(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(page))
	defer server.Close()
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	client, err := hwtasks.New(hwtasks.WithKafkaEndpoint(server.URL), hwtasks.WithProjectID("p"),
		hwtasks.WithCredentials(hwtasks.Token("SECRET")), hwtasks.WithRetryPolicy(hwtasks.NoRetries()))
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Kafka.List(t.Context(), "instance", nil)
	if !hwtasks.IsConnectionError(err) || !strings.Contains(err.Error(), "certificate") || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("the error is %v", err)
	}
}

func TestError_retryAfter_isOfTheHeader(t *testing.T) {
	date := "Fri, 02 Jan 2026 03:04:05 GMT"
	for value, expected := range map[string]time.Duration{
		"2.5": 2500 * time.Millisecond, "5, 7": 7 * time.Second, "Fri, 02 Jan 2026 03:05:05 GMT": time.Minute, "soon": -1,
	} {
		err := &hwtasks.Error{Header: http.Header{"Date": {date}, "Retry-After": {value}}}
		wait, ok := err.RetryAfter()
		if ok != (expected >= 0) || ok && wait != expected {
			t.Errorf("%s: %v, %v", value, wait, ok)
		}
	}
	if _, ok := (&hwtasks.Error{}).RetryAfter(); ok {
		t.Error("an error without a response has one")
	}
}
