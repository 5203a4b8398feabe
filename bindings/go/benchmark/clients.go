// Package benchmark compares this client with the official SDK, and with net/http and encoding/json alone.
// It is a module of its own, so that the client needs neither.
package benchmark

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	dcs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2"
	dcsmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	kafka "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/kafka/v2"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
	"github.com/hwtasks/hwtasks/bindings/go/signer"
)

// Emulator is the emulator as a process of its own.
type Emulator struct {
	// Variables are those that it prints.
	Variables map[string]string

	process *exec.Cmd
}

// StartEmulator starts the program that HWTASKS_EMULATOR names.
func StartEmulator() (*Emulator, error) {
	command := exec.Command(os.Getenv("HWTASKS_EMULATOR"), "--dcs-listen", "127.0.0.1:0", "--kafka-listen", "127.0.0.1:0")
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("HWTASKS_EMULATOR must name the program: %w", err)
	}
	e := &Emulator{Variables: map[string]string{}, process: command}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if assignment, ok := strings.CutPrefix(lines.Text(), "export "); ok {
			name, value, _ := strings.Cut(strings.TrimSpace(assignment), "=")
			e.Variables[name] = value
		}
		if strings.Contains(lines.Text(), "curl ") {
			break
		}
	}
	go func() { _, _ = io.Copy(io.Discard, output) }()
	return e, nil
}

// Stop ends the program.
func (e *Emulator) Stop() {
	_ = e.process.Process.Kill()
	_ = e.process.Wait()
}

// Fill gives a DCS instance so many tasks.
func (e *Emulator) Fill(instance string, tasks int) error {
	for n := range tasks {
		body := fmt.Appendf(nil, `{"id":"8abfa7b272adc5b40172b7313%07d","name":"ChangeInstanceSpec","user_name":"user","user_id":"d53977d1adfb49c5b025ba7d33a13fd7",`+
			`"details":{"old_capacity":"0.125","new_capacity":"0.25","old_cache_mode":"single","new_cache_mode":"single","old_port":6379,"enable_ssl":true},"status":"SUCCESS","created_at":"2020-06-15T08:%02d:56.400Z","updated_at":"2020-06-15T08:55:56.600Z"}`, n, n%60)
		url := e.Variables["HWTASKS_DCS_ENDPOINT"] + "/_emulator/tasks/dcs/" + instance
		response, err := http.Post(url, "application/json", bytes.NewReader(body))
		if err != nil {
			return err
		}
		_ = response.Body.Close()
		if response.StatusCode > 299 {
			return fmt.Errorf("the emulator returned %s", response.Status)
		}
	}
	return nil
}

// List lists the tasks of a DCS instance, and returns how many there are.
type List func(ctx context.Context, instance string, limit int) (int, error)

// Names are the names of the clients.
var Names = []string{"ours", "official", "bare"}

// Clients returns a client of each name, signing with the keys of the emulator.
func (e *Emulator) Clients() (map[string]List, error) {
	ours, err := Ours(e.Variables["HWTASKS_DCS_ENDPOINT"], e.Variables["HWTASKS_KAFKA_ENDPOINT"], e.Variables)
	if err != nil {
		return nil, err
	}
	official, _, err := Official(e.Variables["HWTASKS_DCS_ENDPOINT"], e.Variables["HWTASKS_KAFKA_ENDPOINT"], e.Variables)
	if err != nil {
		return nil, err
	}
	return map[string]List{
		"ours": func(ctx context.Context, instance string, limit int) (int, error) {
			list, err := ours.DCS.List(ctx, instance, &hwtasks.ListOptions{Limit: limit})
			if err != nil {
				return 0, err
			}
			return len(list.Tasks), nil
		},
		"official": func(_ context.Context, instance string, limit int) (int, error) {
			size := int32(limit)
			list, err := official.ListBackgroundTask(&dcsmodel.ListBackgroundTaskRequest{InstanceId: instance, Limit: &size})
			if err != nil {
				return 0, err
			}
			return len(*list.Tasks), nil
		},
		"bare": e.bare(),
	}, nil
}

// Ours returns this client.
func Ours(dcsURL, kafkaURL string, variables map[string]string) (*hwtasks.Client, error) {
	return hwtasks.New(
		hwtasks.WithDCSEndpoint(dcsURL), hwtasks.WithKafkaEndpoint(kafkaURL),
		hwtasks.WithProjectID(variables["HUAWEICLOUD_SDK_PROJECT_ID"]),
		hwtasks.WithCredentials(hwtasks.Keys(variables["HUAWEICLOUD_SDK_AK"], variables["HUAWEICLOUD_SDK_SK"])))
}

// Official returns the clients of the official SDK.
func Official(dcsURL, kafkaURL string, variables map[string]string) (*dcs.DcsClient, *kafka.KafkaClient, error) {
	keys, err := basic.NewCredentialsBuilder().WithAk(variables["HUAWEICLOUD_SDK_AK"]).WithSk(variables["HUAWEICLOUD_SDK_SK"]).
		WithProjectId(variables["HUAWEICLOUD_SDK_PROJECT_ID"]).SafeBuild()
	if err != nil {
		return nil, nil, err
	}
	settings := config.DefaultHttpConfig().WithTimeout(30 * time.Second).
		WithHttpRoundTripper(&tokenTransport{variables["HWTASKS_TOKEN"], http.DefaultTransport.(*http.Transport).Clone()})
	forDCS, err := dcs.DcsClientBuilder().WithEndpoint(dcsURL).WithCredential(keys).WithHttpConfig(settings).SafeBuild()
	if err != nil {
		return nil, nil, err
	}
	forKafka, err := kafka.KafkaClientBuilder().WithEndpoint(kafkaURL).WithCredential(keys).WithHttpConfig(settings).SafeBuild()
	if err != nil {
		return nil, nil, err
	}
	return dcs.NewDcsClient(forDCS), kafka.NewKafkaClient(forKafka), nil
}

// tokenTransport sends a token in place of the signature: the official SDK does not sign the host, and the
// emulator refuses that.
type tokenTransport struct {
	token string
	base  http.RoundTripper
}

func (t *tokenTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	// The SDK has made the header for this request alone.
	request.Header.Del("Authorization")
	request.Header.Set("X-Auth-Token", t.token)
	return t.base.RoundTrip(request)
}

type strictList struct {
	TaskCount string       `json:"task_count"`
	Tasks     []strictTask `json:"tasks"`
}

type strictTask struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	UserName  string        `json:"user_name"`
	UserID    string        `json:"user_id"`
	Params    string        `json:"params"`
	Details   strictDetails `json:"details"`
	Status    string        `json:"status"`
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`
}

type strictDetails struct {
	OldCapacity  string `json:"old_capacity"`
	NewCapacity  string `json:"new_capacity"`
	OldCacheMode string `json:"old_cache_mode"`
	NewCacheMode string `json:"new_cache_mode"`
	OldPort      int    `json:"old_port"`
	EnableSSL    bool   `json:"enable_ssl"`
}

// bare returns the same with the same signature, and nothing else.
func (e *Emulator) bare() List {
	keys := signer.NewCredentials(e.Variables["HUAWEICLOUD_SDK_AK"], e.Variables["HUAWEICLOUD_SDK_SK"])
	base := e.Variables["HWTASKS_DCS_ENDPOINT"] + "/v2/" + e.Variables["HUAWEICLOUD_SDK_PROJECT_ID"] + "/instances/"
	client := &http.Client{Timeout: 30 * time.Second}
	return func(ctx context.Context, instance string, limit int) (int, error) {
		url := fmt.Sprintf("%s%s/tasks?limit=%d", base, instance, limit)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return 0, err
		}
		signed, err := signer.Sign(signer.Request{Method: http.MethodGet, URL: url}, keys, time.Now())
		if err != nil {
			return 0, err
		}
		for name, values := range signed.Header {
			request.Header[name] = values
		}
		response, err := client.Do(request)
		if err != nil {
			return 0, err
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("%s: %s %w", response.Status, body, err)
		}
		var list strictList
		if err := json.Unmarshal(body, &list); err != nil {
			return 0, err
		}
		return len(list.Tasks), nil
	}
}
