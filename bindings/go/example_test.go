package hwtasks_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
)

// exampleService stands for the service: every instance but one has two tasks.
func exampleService() (*hwtasks.Client, func()) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if strings.Contains(request.URL.Path, "/none/") {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"error_code":"DMS.00404022","error_msg":"This instance does not exist."}`)
			return
		}
		tasks := `{"id":"1","name":"modifyAutoTopic","status":"SUCCESS"}`
		if !strings.HasSuffix(request.URL.Path, "/1") {
			tasks += `,{"id":"2","name":"kafkaConfigModify","status":"EXECUTING"}`
		}
		_, _ = fmt.Fprintf(w, `{"task_count":"2","tasks":[%s]}`, tasks)
	}))
	client, err := hwtasks.New(
		hwtasks.WithKafkaEndpoint(server.URL),
		hwtasks.WithProjectID("a4d31cb63d724fdc8ec96e3a41e47f71"),
		hwtasks.WithCredentials(hwtasks.Token("MIIF...")),
	)
	if err != nil {
		log.Fatal(err)
	}
	return client, server.Close
}

func ExampleNew() {
	client, err := hwtasks.New(
		hwtasks.WithRegion("cn-north-4"),
		hwtasks.WithProjectID("a4d31cb63d724fdc8ec96e3a41e47f71"),
		hwtasks.WithCredentials(hwtasks.Keys("AK...", "SK...")),
	)
	if err != nil {
		log.Fatal(err)
	}
	settings := client.Settings()
	fmt.Println(settings.KafkaEndpoint.Value, "of the", settings.KafkaEndpoint.Origin)
	// Output: https://dms.cn-north-4.myhuaweicloud.com of the region
}

func ExampleNewFromEnvironment() {
	environment := hwtasks.NewEnvironment(map[string]string{
		"HWTASKS_REGION": "cn-north-4", "HWTASKS_TOKEN": "MIIF...", "HUAWEICLOUD_SDK_PROJECT_ID": "a4d31cb63d724fdc8ec96e3a41e47f71",
	}, "")
	client, err := hwtasks.NewFromEnvironment(context.Background(), environment)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Settings().Region.Origin)
	// Output: HWTASKS_REGION
}

func ExampleKafkaService_List() {
	client, stop := exampleService()
	defer stop()
	list, err := client.Kafka.List(context.Background(), "instance", &hwtasks.ListOptions{Limit: 10})
	if err != nil {
		log.Fatal(err)
	}
	count, _ := list.TaskCount.Value()
	fmt.Println(count, list.Tasks[0].Name, list.Response.Status())
	// Output: 2 modifyAutoTopic 200
}

func ExampleKafkaService_Items() {
	client, stop := exampleService()
	defer stop()
	for task, err := range client.Kafka.Items(context.Background(), "instance", nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(task.ID, task.Status, task.Status.IsTerminal())
	}
	// Output:
	// 1 SUCCESS true
	// 2 EXECUTING false
}

func ExampleKafkaService_Wait() {
	client, stop := exampleService()
	defer stop()
	task, err := client.Kafka.Wait(context.Background(), "instance", "1",
		hwtasks.OnChange(func(task *hwtasks.KafkaTask) { fmt.Println("it is", task.Status) }))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(task.ID, "has succeeded")
	// Output:
	// it is SUCCESS
	// 1 has succeeded
}

func ExampleKafkaService_Sweep() {
	client, stop := exampleService()
	defer stop()
	instances := slices.Values([]string{"instance", "none"})
	lines := []string{}
	for result, err := range client.Kafka.Sweep(context.Background(), instances, &hwtasks.SweepOptions{Concurrency: 8}) {
		if err != nil {
			log.Fatal(err)
		}
		lines = append(lines, fmt.Sprint(result.InstanceID, ": ", len(result.Tasks), " tasks, not found: ", hwtasks.IsNotFound(result.Err)))
	}
	// The results come as the lists end.
	slices.Sort(lines)
	fmt.Println(strings.Join(lines, "\n"))
	// Output:
	// instance: 2 tasks, not found: false
	// none: 0 tasks, not found: true
}

func ExampleIsTaskFailed() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"tasks":[{"id":"1","name":"modifyAutoTopic","status":"FAILED"}]}`)
	}))
	defer server.Close()
	client, err := hwtasks.New(
		hwtasks.WithKafkaEndpoint(server.URL),
		hwtasks.WithProjectID("a4d31cb63d724fdc8ec96e3a41e47f71"),
		hwtasks.WithCredentials(hwtasks.Token("MIIF...")),
	)
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Kafka.Wait(context.Background(), "instance", "1")
	var failed *hwtasks.Error
	if hwtasks.IsTaskFailed(err) && errors.As(err, &failed) {
		task := failed.Task.(*hwtasks.KafkaTask)
		fmt.Println(task.Name, "ended as", task.Status)
	}
	// Output: modifyAutoTopic ended as FAILED
}

// vault is a provider of a program.
type vault struct{}

func (*vault) Name() string { return "vault" }

func (*vault) Provide(context.Context) (*hwtasks.Credentials, error) {
	// Read the keys from your store here. Any error is shown with the name of the provider.
	return hwtasks.Keys("AK...", "SK...").WithExpiry(time.Now().Add(time.Hour)), nil
}

func ExampleNewCachedProvider() {
	provider := hwtasks.NewCachedProvider(&vault{}, hwtasks.WithRefreshBeforeExpiry(10*time.Minute))
	client, err := hwtasks.New(hwtasks.WithRegion("cn-north-4"), hwtasks.WithCredentials(provider))
	if err != nil {
		log.Fatal(err)
	}
	credentials, err := client.Credentials(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(provider, credentials.AccessKey())
	// Output: CachedProvider{vault} AK...
}

// counter is a transport that counts the requests of another.
type counter struct {
	base  http.RoundTripper
	count atomic.Int64
}

func (c *counter) RoundTrip(request *http.Request) (*http.Response, error) {
	c.count.Add(1)
	return c.base.RoundTrip(request)
}

func ExampleWithTransport() {
	base := http.DefaultTransport.(*http.Transport).Clone()
	// As many as a sweep has lists at the same time. The default is 2.
	base.MaxIdleConnsPerHost = 16
	defer base.CloseIdleConnections()
	transport := &counter{base: base}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"tasks":[]}`)
	}))
	defer server.Close()
	client, err := hwtasks.New(
		hwtasks.WithKafkaEndpoint(server.URL),
		hwtasks.WithProjectID("a4d31cb63d724fdc8ec96e3a41e47f71"),
		hwtasks.WithCredentials(hwtasks.Token("MIIF...")),
		hwtasks.WithTransport(transport),
	)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Kafka.List(context.Background(), "instance", nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(transport.count.Load())
	// Output: 1
}

func ExampleError() {
	client, stop := exampleService()
	defer stop()
	_, err := client.Kafka.List(context.Background(), "none", nil)
	var failed *hwtasks.Error
	if errors.As(err, &failed) {
		fmt.Println(failed.Status, failed.Code, failed.Attempts)
	}
	fmt.Println(err)
	// Output:
	// 404 DMS.00404022 1
	// ListKafkaTasks: the service returned 404 Not Found, DMS.00404022: This instance does not exist.
}
