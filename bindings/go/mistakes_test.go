package hwtasks_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
	"github.com/hwtasks/hwtasks/bindings/go/hwtaskstest"
)

// sender is a transport of a test.
type sender func(*http.Request) (*http.Response, error)

func (s sender) RoundTrip(request *http.Request) (*http.Response, error) { return s(request) }

func checkMessage(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("the message is\n%v\nand not\n%s", err, want)
	}
}

// made returns the error of making a client of complete options and these.
func made(options ...hwtasks.Option) error {
	_, err := hwtasks.New(append([]hwtasks.Option{
		hwtasks.WithRegion("cn-north-4"), hwtasks.WithProjectID("project"), hwtasks.WithCredentials(hwtasks.Token("token")),
	}, options...)...)
	return err
}

func TestNew_limitThatNoRequestCanKeep_isAnErrorWithItsOption(t *testing.T) {
	const help = ", and must be more than zero; leave the option out for its default"
	checkMessage(t, made(hwtasks.WithTimeout(0)), "the timeout of WithTimeout is 0s"+help)
	checkMessage(t, made(hwtasks.WithAttemptTimeout(-time.Second)), "the timeout of WithAttemptTimeout is -1s"+help)
	checkMessage(t, made(hwtasks.WithConnectTimeout(0)), "the timeout of WithConnectTimeout is 0s"+help)
	checkMessage(t, made(hwtasks.WithBodyLimit(-1)), "the limit of WithBodyLimit is -1 bytes"+help)
	user := hwtasks.IAMUser{Name: "user", Domain: "domain", Region: "cn-north-4"}
	_, err := hwtasks.NewIAMPasswordProvider(user, "password", hwtasks.WithConnectTimeout(-1))
	checkMessage(t, err, "the timeout of WithConnectTimeout is -1ns"+help)
}

func TestNew_invalidEndpoint_isAnErrorWithItsOption(t *testing.T) {
	checkMessage(t, made(hwtasks.WithKafkaEndpoint("")), `WithKafkaEndpoint: the endpoint "" is not a URL`)
	checkMessage(t, made(hwtasks.WithDCSEndpoint("dms.example")), `WithDCSEndpoint: the endpoint "dms.example" is not a URL`)
	checkMessage(t, made(hwtasks.WithIAMEndpoint("ftp://iam.example")), `WithIAMEndpoint: the endpoint "ftp://iam.example" is not a URL of https`)
}

func TestNewIAMPasswordProvider_noRegion_saysWhatToSet(t *testing.T) {
	_, err := hwtasks.NewIAMPasswordProvider(hwtasks.IAMUser{Name: "user", Domain: "domain"}, "password")
	checkMessage(t, err, "the region of IAM is not set; set Region, or both Endpoint and Project")
}

func TestNew_nilOption_keepsTheDefault(t *testing.T) {
	tasks := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"tasks":[{"id":"1","status":"SUCCESS"}]}`)
	}
	client := serve(t, tasks, hwtasks.WithClock(nil), hwtasks.WithTransport(nil), hwtasks.WithLogger(nil))
	var ignored func(*hwtasks.KafkaTask)
	if _, err := client.Kafka.Wait(t.Context(), "instance", "1", hwtasks.OnChange(ignored)); err != nil {
		t.Error(err)
	}
}

func TestProvider_nil_isAnErrorOfTheCall(t *testing.T) {
	for _, provider := range []hwtasks.CredentialsProvider{
		hwtasks.NewCachedProvider(nil, hwtasks.WithCacheClock(nil)), hwtasks.NewProviderChain(nil),
	} {
		client := serve(t, page, hwtasks.WithCredentials(provider))
		_, err := client.Kafka.List(t.Context(), "instance", nil)
		checkMessage(t, err, "ListKafkaTasks: no credentials: a provider that is nil: give a provider, or leave it out")
	}
}

func TestEnvironment_nil_isEmpty(t *testing.T) {
	for _, environment := range []*hwtasks.Environment{nil, {}} {
		_, err := hwtasks.NewProfileProvider(environment).Provide(t.Context())
		checkMessage(t, err, "the home directory is not known, and HUAWEICLOUD_SDK_CREDENTIALS_FILE is not set")
	}
}

func TestList_optionOfAnotherOperation_namesTheRightOne(t *testing.T) {
	client := serve(t, page)
	_, err := client.DCS.List(t.Context(), "instance", &hwtasks.ListOptions{Start: 1})
	checkMessage(t, err, "ListDcsTasks: the start is no parameter of ListDcsTasks; use the offset")
	_, err = client.Kafka.List(t.Context(), "instance", &hwtasks.ListOptions{Offset: 1})
	checkMessage(t, err, "ListKafkaTasks: the offset is no parameter of ListKafkaTasks; use the start")
}

func TestWaitByName_emptyName_failsBeforeARequest(t *testing.T) {
	requests := 0
	client := serve(t, func(w http.ResponseWriter, request *http.Request) { requests++; page(w, request) })
	_, err := client.Kafka.WaitByName(t.Context(), "instance", "", time.Now())
	checkMessage(t, err, "ListKafkaTasks: the name is empty")
	if requests != 0 {
		t.Errorf("there were %d requests", requests)
	}
}

func TestTransport_ofATest_mayLeaveOutTheBody(t *testing.T) {
	client := serve(t, page, hwtasks.WithTransport(sender(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusNotFound}, nil
	})))
	_, err := client.Kafka.List(t.Context(), "instance", nil)
	checkMessage(t, err, "ListKafkaTasks: the service returned 404 Not Found: the body is empty")
	client = serve(t, page, hwtasks.WithRetryPolicy(hwtasks.NoRetries()), hwtasks.WithTransport(sender(func(*http.Request) (*http.Response, error) {
		return nil, nil
	})))
	_, err = client.Kafka.List(t.Context(), "instance", nil)
	if err == nil || !strings.Contains(err.Error(), "hwtasks_test.sender returned neither a response nor an error") {
		t.Error(err)
	}
}

func TestIsConnectionError_ofATransportOfTheProgram_holds(t *testing.T) {
	client, err := hwtasks.New(
		hwtasks.WithKafkaEndpoint("http://127.0.0.1:1"), hwtasks.WithProjectID("project"), hwtasks.WithoutCredentials(),
		hwtasks.WithTransport(sender(http.DefaultTransport.RoundTrip)), hwtasks.WithRetryPolicy(hwtasks.NoRetries()),
	)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Kafka.List(t.Context(), "instance", nil)
	if !hwtasks.IsConnectionError(err) || !strings.Contains(err.Error(), "cannot connect to the endpoint") {
		t.Error(err)
	}
}

func TestContext_ended_isWrappedWithWhatWasGoingOn(t *testing.T) {
	clock := hwtaskstest.NewManualClock(time.Unix(0, 0))
	ended := func(err error) string {
		t.Helper()
		var failed *hwtasks.Error
		if !errors.Is(err, context.Canceled) || errors.As(err, &failed) {
			t.Errorf("%v is not the error of the context", err)
		}
		return fmt.Sprint(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	client := serve(t, func(w http.ResponseWriter, request *http.Request) {
		if clock.Elapsed() > time.Minute {
			cancel()
		}
		_, _ = io.WriteString(w, `{"tasks":[{"id":"1","name":"modifyAutoTopic","status":"EXECUTING"}]}`)
	}, hwtasks.WithClock(clock))
	_, err := client.Kafka.Wait(ctx, "instance", "1")
	got := []string{ended(err)}
	_, err = client.Kafka.Wait(ctx, "instance", "2")
	got = append(got, ended(err))
	_, err = client.Kafka.List(ctx, "instance", nil)
	got = append(got, ended(err))
	for _, err := range client.DCS.Items(ctx, "instance", nil) {
		got = append(got, ended(err))
	}
	for _, err := range client.DCS.Sweep(ctx, slices.Values([]string{"instance"}), nil) {
		got = append(got, ended(err))
	}
	want := []string{
		"ShowKafkaTask: task 1 (modifyAutoTopic) is EXECUTING: context canceled",
		"ShowKafkaTask: task 2 was not seen: context canceled",
		"ListKafkaTasks: context canceled",
		"ListDcsTasks: context canceled",
		"ListDcsTasks: context canceled",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the messages are\n%s", strings.Join(got, "\n"))
	}
}

func TestError_ofExportedFields_hasAMessage(t *testing.T) {
	checkMessage(t, &hwtasks.Error{Kind: hwtasks.KindAPI, Status: 404, Code: "DMS.1", Message: "gone"},
		"the service returned 404 Not Found, DMS.1: gone")
	checkMessage(t, &hwtasks.Error{Kind: hwtasks.KindTaskFailed, Operation: "ShowKafkaTask"}, "ShowKafkaTask: task failed")
	checkMessage(t, &hwtasks.Error{Kind: hwtasks.KindTransport, Message: "no\nroute"}, "no route")
}

func TestTask_printed_isItsJSON(t *testing.T) {
	const body = `{"id":"1","details":{"enable_ssl":true},"status":"FAILED","enable_show":true,"error":"quota"}`
	var task hwtasks.DCSTask
	if err := task.UnmarshalJSON([]byte(body)); err != nil {
		t.Fatal(err)
	}
	list := &hwtasks.DCSTaskList{Tasks: []hwtasks.DCSTask{task}}
	for _, text := range []string{fmt.Sprint(task), fmt.Sprintf("%v", &task), fmt.Sprintf("%+v", task), task.String()} {
		if text != body {
			t.Errorf("%s is printed", text)
		}
	}
	if text := fmt.Sprint(list); text != `{"tasks":[`+body+`]}` {
		t.Errorf("%s is printed", text)
	}
	var none *hwtasks.DCSTask
	if text := fmt.Sprint(none); text != "<nil>" {
		t.Errorf("%s is printed", text)
	}
}
