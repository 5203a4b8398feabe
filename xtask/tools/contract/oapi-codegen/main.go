// Reports what the generated clients make of each case.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"reflect"

	"hwtasks/contract/dcs"
	"hwtasks/contract/kafka"
)

type testCase struct {
	Name       string            `json:"name"`
	Operation  string            `json:"operation"`
	Parameters map[string]string `json:"parameters"`
	URL        string            `json:"url"`
	Token      string            `json:"token"`
}

type result struct {
	Name    string `json:"name"`
	Status  int    `json:"status,omitempty"`
	Decoded any    `json:"decoded,omitempty"`
	Error   string `json:"error,omitempty"`
}

// response is what every generated response has.
type response interface {
	StatusCode() int
	GetBody() []byte
}

func main() {
	text, err := os.ReadFile("cases.json")
	check(err)
	var cases []testCase
	check(json.Unmarshal(text, &cases))
	report, err := os.Create("decoded.jsonl")
	check(err)
	lines := json.NewEncoder(report)
	for _, one := range cases {
		line := result{Name: one.Name}
		if response, err := call(one); err != nil {
			line.Error = err.Error()
		} else if line.Decoded, err = decoded(response); err != nil {
			line.Error = err.Error()
		} else {
			line.Status = response.StatusCode()
		}
		check(lines.Encode(line))
	}
	check(report.Close())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func call(one testCase) (response, error) {
	ctx := context.Background()
	project, instance := one.Parameters["project_id"], one.Parameters["instance_id"]
	token := func(_ context.Context, request *http.Request) error {
		request.Header.Set("X-Auth-Token", one.Token)
		return nil
	}
	d, err := dcs.NewClientWithResponses(one.URL, dcs.WithRequestEditorFn(token))
	if err != nil {
		return nil, err
	}
	k, err := kafka.NewClientWithResponses(one.URL, kafka.WithRequestEditorFn(token))
	if err != nil {
		return nil, err
	}
	switch one.Operation {
	case "ListDcsTasksV1":
		return d.ListDcsTasksV1WithResponse(ctx, project, instance, nil)
	case "ListDcsTasks":
		return d.ListDcsTasksWithResponse(ctx, project, instance, nil)
	case "ListKafkaTasks":
		return k.ListKafkaTasksWithResponse(ctx, project, instance, nil)
	case "ShowKafkaTask":
		return k.ShowKafkaTaskWithResponse(ctx, project, instance, one.Parameters["task_id"])
	}
	return nil, fmt.Errorf("no call for %s", one.Operation)
}

// decoded returns the one body that is set: each documented status has a field of its own, such as JSON404.
func decoded(response response) (any, error) {
	value := reflect.ValueOf(response).Elem()
	status := response.StatusCode()
	for _, name := range []string{fmt.Sprint(status), fmt.Sprintf("%dXX", status/100)} {
		field := value.FieldByName("JSON" + name)
		if field.IsValid() && !field.IsNil() {
			return field.Interface(), nil
		}
	}
	return nil, fmt.Errorf("status %d has no typed body: %s", status, response.GetBody())
}
