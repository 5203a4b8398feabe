// Command documents prints what the official SDK and this client make of the examples of the official
// documents, as the table of the README:
//
//	go run ./documents
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"

	dcsmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	kafkamodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/kafka/v2/model"

	"github.com/hwtasks/hwtasks/bindings/go/benchmark"
)

const examples = "../../../crates/api/src/examples/"

func main() { fmt.Print(table()) }

func table() string {
	rows := "| example | official SDK | hwtasks |\n| --- | --- | --- |\n"
	for _, row := range []struct{ title, file string }{
		{"DCS V1.0", "dcs_v1_list.json"},
		{"DCS V1.0, verbatim (a trailing comma)", "dcs_v1_list_verbatim.txt"},
		{"DCS V2, Chinese", "dcs_list_zh.json"},
		{"DCS V2, English", "dcs_list_en.json"},
		{"DCS V2, newer", "dcs_list_newer.json"},
		{"Kafka, list", "kafka_list.json"},
		{"Kafka, show", "kafka_show.json"},
	} {
		body, err := os.ReadFile(filepath.Join(examples, row.file))
		if err != nil {
			log.Fatal(err)
		}
		official, ours := read(row.file, body)
		rows += fmt.Sprintf("| %s | %s | %s |\n", row.title, official, ours)
	}
	return rows
}

// read returns what both make of a body.
func read(name string, body []byte) (official, ours string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	defer server.Close()
	variables := map[string]string{
		"HUAWEICLOUD_SDK_AK": "AK", "HUAWEICLOUD_SDK_SK": "SK", "HUAWEICLOUD_SDK_PROJECT_ID": "project",
	}
	client, err := benchmark.Ours(server.URL, server.URL, variables)
	if err != nil {
		log.Fatal(err)
	}
	dcs, kafka, err := benchmark.Official(server.URL, server.URL, variables)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	const instance, task = "instance", "8abfa7b272adc5b40172b73130065ae7"
	switch {
	case strings.HasPrefix(name, "dcs_v1"):
		//lint:ignore SA1019 The documents have an example of it.
		list, err := client.DCS.ListV1(ctx, instance, nil)
		return "has no such operation", verdict(body, list, err)
	case strings.HasPrefix(name, "dcs"):
		theirs, failed := dcs.ListBackgroundTask(&dcsmodel.ListBackgroundTaskRequest{InstanceId: instance})
		list, err := client.DCS.List(ctx, instance, nil)
		return verdict(body, theirs, failed), verdict(body, list, err)
	case name == "kafka_show.json":
		theirs, failed := kafka.ShowBackgroundTask(&kafkamodel.ShowBackgroundTaskRequest{InstanceId: instance, TaskId: task})
		var shown any
		one, err := client.Kafka.Show(ctx, instance, task)
		if err == nil {
			shown = map[string]any{"tasks": []any{one}, "task_count": "1"}
		}
		return verdict(body, theirs, failed), verdict(body, shown, err)
	}
	theirs, failed := kafka.ListBackgroundTasks(&kafkamodel.ListBackgroundTasksRequest{InstanceId: instance})
	list, err := client.Kafka.List(ctx, instance, nil)
	return verdict(body, theirs, failed), verdict(body, list, err)
}

// verdict says what of a body is in a result, which is written as JSON again.
func verdict(body []byte, result any, err error) string {
	if err != nil {
		text := strings.Join(strings.Fields(err.Error()), " ")
		// The SDK shows the cause in the middle of its message.
		if at := strings.Index(text, "ReadString"); at >= 0 {
			text = text[at:]
			if end := strings.Index(text, ", error found"); end >= 0 {
				text = text[:end]
			}
		}
		short := []rune(text)
		return "error: `" + string(short[:min(len(short), 100)]) + "`"
	}
	text, err := json.Marshal(result)
	if err != nil {
		return "cannot be written: " + err.Error()
	}
	lost := missing(parse(body), parse(text), "")
	if len(lost) == 0 {
		return "complete"
	}
	slices.Sort(lost)
	return "loses `" + strings.Join(lost, "`, `") + "`"
}

func parse(text []byte) any {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		log.Fatal(err)
	}
	return value
}

// missing returns the members of a body that what is written lacks.
func missing(body, written any, path string) (lost []string) {
	switch body := body.(type) {
	case map[string]any:
		members, _ := written.(map[string]any)
		for name, value := range body {
			other, ok := members[name]
			if name == "new_cahce_mode" && !ok {
				// The documents mean the same member.
				other, ok = members["new_cache_mode"]
			}
			if value != nil && !ok {
				lost = append(lost, path+name)
			} else if value != nil {
				lost = append(lost, missing(value, other, path+name+".")...)
			}
		}
	case []any:
		elements, _ := written.([]any)
		for i, value := range body {
			var other any
			if i < len(elements) {
				other = elements[i]
			}
			lost = append(lost, missing(value, other, strings.TrimSuffix(path, ".")+"[].")...)
		}
	default:
		if fmt.Sprint(body) != fmt.Sprint(written) {
			lost = append(lost, strings.TrimSuffix(path, "."))
		}
	}
	slices.Sort(lost)
	return slices.Compact(lost)
}
