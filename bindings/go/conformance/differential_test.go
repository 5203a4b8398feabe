package conformance

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
)

// TestDifferential prints what Go makes of the inputs of the comparison of the languages: a line for each
// line of the file that HWTASKS_DIFFERENTIAL names, into that of HWTASKS_OUTCOMES. See
// tests/src/differential.rs of the repository.
func TestDifferential(t *testing.T) {
	path := os.Getenv("HWTASKS_DIFFERENTIAL")
	if path == "" {
		t.Skip("cargo xtask ci --only differential runs it")
	}
	inputs, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = inputs.Close() }()
	outcomes, err := os.Create(os.Getenv("HWTASKS_OUTCOMES"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(inputs)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		input := parse(t, lines.Bytes()).(object)
		made := outcomeOf(t, input["kind"].(string), input["json"].(string))
		if err := json.NewEncoder(outcomes).Encode(made); err != nil {
			t.Fatal(err)
		}
	}
	if lines.Err() != nil || outcomes.Close() != nil {
		t.Fatal(lines.Err())
	}
}

// canned is a service with one response.
type canned struct {
	status int
	body   string
}

func (c canned) RoundTrip(request *http.Request) (*http.Response, error) {
	body := io.NopCloser(strings.NewReader(c.body))
	return &http.Response{StatusCode: c.status, Header: http.Header{}, Body: body, ContentLength: -1, Request: request}, nil
}

// receive returns what a client makes of a response.
func receive(t *testing.T, response canned, operation string) outcome {
	t.Helper()
	client := connect(t, "http://127.0.0.1", hwtasks.WithTransport(response), hwtasks.WithRetryPolicy(hwtasks.NoRetries()))
	return makeCall(t.Context(), t, client, object{"operation": operation, "instance_id": instance})
}

func outcomeOf(t *testing.T, kind, text string) object {
	t.Helper()
	refused := object{"refused": true}
	if reader, ok := scalarKinds[kind]; ok {
		// The reader fails on a text that is no JSON, which the comparison does not have alone.
		value, written := reader.value(t, strings.Replace(reader.body, "%s", text, 1))
		made := object{"value": value}
		if written != nil {
			made["written"] = written
		}
		return made
	}
	if kind == "error" {
		// An error body is an object of any schema.
		var whole hwtasks.DCSInstance
		if json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &whole) != nil {
			return refused
		}
		e := ours(t, receive(t, canned{http.StatusBadRequest, text}, "ListDcsTasks").err)
		return object{"value": object{"code": orNull(e.Code), "message": orNull(e.Message), "request_id": orNull(e.RequestID)}}
	}
	got := receive(t, canned{http.StatusOK, text}, kind)
	if got.err != nil {
		return refused
	}
	return object{"value": normal(got.value)}
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
