package conformance

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
	"github.com/hwtasks/hwtasks/bindings/go/hwtaskstest"
)

// connect returns a client of a fake service.
func connect(t *testing.T, url string, options ...hwtasks.Option) *hwtasks.Client {
	t.Helper()
	client, err := hwtasks.New(append([]hwtasks.Option{
		hwtasks.WithDCSEndpoint(url), hwtasks.WithKafkaEndpoint(url), hwtasks.WithProjectID("project"),
		hwtasks.WithCredentials(hwtasks.Token("token")),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func runResponses(t *testing.T, one object) {
	expect, response := one["expect"].(object), one["response"].(object)
	known(t, expect, "list", "task", "error", "request_id", "written", "requests")
	server := serve(t, []reply{replyOf(t, response)})
	client := connect(t, server.url, hwtasks.WithRetryPolicy(hwtasks.NoRetries()))
	got := makeCall(t.Context(), t, client, one["call"].(object))
	if expected, ok := expect["error"].(object); ok {
		checkError(t, got.err, expected)
		if got.err != nil && ours(t, got.err).Status != 0 {
			checkBody(t, ours(t, got.err).Body, response)
		}
	} else {
		checkSuccess(t, got, expect)
		checkBody(t, got.response.RawBody(), response)
		body := parse(t, bytes.TrimPrefix(got.response.RawBody(), []byte("\ufeff")))
		if _, ok := expect["task"]; ok {
			body = body.(object)["tasks"].([]any)[0]
		}
		text, err := json.Marshal(got.value)
		if err != nil {
			t.Fatal(err)
		}
		wanted, ok := expect["written"]
		if !ok {
			wanted = body
		}
		checkWritten(t, parse(t, text), wanted, body, "")
		id, _ := expect["request_id"].(string)
		checkEqual(t, "the request ID", got.response.RequestID(), id)
	}
	checkEqual(t, "the number of requests", len(server.sent()), number(expect["requests"], 1))
}

func checkSuccess(t *testing.T, got outcome, expect object) {
	t.Helper()
	if got.err != nil {
		t.Fatal(got.err)
	}
	wanted, ok := expect["list"]
	if !ok {
		wanted = expect["task"]
	}
	checkEqual(t, "the result", normal(got.value), wanted)
}

func checkBody(t *testing.T, body []byte, response object) {
	t.Helper()
	headers, _ := response["headers"].(object)
	for name := range headers {
		if strings.EqualFold(name, "content-encoding") || strings.EqualFold(name, "content-length") {
			return
		}
	}
	sent := bodyOf(t, response)
	if response["connection"] == "cut" {
		if !bytes.HasPrefix(sent, body) {
			t.Errorf("the body is kept as %q", body)
		}
		return
	}
	if !bytes.Equal(body, sent[:min(len(sent), 64*1024)]) {
		t.Errorf("the body is kept as %q", body)
	}
}

func runRetries(t *testing.T, one object) {
	expect, given := one["expect"].(object), one["client"].(object)
	known(t, expect, "list", "task", "error", "request_id", "requests", "waits_ms", "sent", "fetches")
	clock := hwtaskstest.NewManualClock(moment(t, given["now"].(string)))
	responses := one["responses"].([]any)
	server := serve(t, repliesOf(t, responses))
	url := server.url
	if len(responses) == 0 {
		url = nobodyListens(t)
	}
	options := clientOptions(t, given)
	isReal := one["real_time"] == true
	if !isReal {
		options = append(options, hwtasks.WithClock(clock))
	}
	provider := providerOf(t, given)
	if provider != nil {
		options = append(options, hwtasks.WithCredentials(hwtasks.NewCachedProvider(provider, hwtasks.WithCacheClock(clock))))
	}
	client := connect(t, url, options...)
	var got outcome
	for index := range number(one["calls"], 1) {
		if index > 0 {
			clock.Advance(millis(one["pause_ms"]))
		}
		got = makeCall(t.Context(), t, client, one["call"].(object))
	}
	if expected, ok := expect["error"].(object); ok {
		checkError(t, got.err, expected)
	} else {
		checkSuccess(t, got, expect)
		if id, ok := expect["request_id"]; ok {
			checkEqual(t, "the request ID", got.response.RequestID(), id)
		}
	}
	if len(responses) > 0 {
		checkEqual(t, "the number of requests", len(server.sent()), number(expect["requests"], 1))
	}
	if waits, ok := expect["waits_ms"].([]any); ok && !isReal {
		checkWaits(t, clock.Sleeps(), waits)
	}
	if fetches, ok := expect["fetches"]; ok {
		checkEqual(t, "the number of fetches", provider.fetches, fetches)
	}
	if sent, ok := expect["sent"].([]any); ok {
		requests := server.sent()
		checkEqual(t, "the number of requests", len(requests), len(sent))
		for i := range min(len(requests), len(sent)) {
			checkHeader(t, headerOf(requests[i]), sent[i].(object))
		}
	}
}

func headerOf(request *http.Request) http.Header {
	header := request.Header.Clone()
	header.Set("Host", request.Host)
	return header
}

// checkWaits compares waits in whole milliseconds, but those of 0.
func checkWaits(t *testing.T, sleeps []time.Duration, expected []any) {
	t.Helper()
	var waits []time.Duration
	for _, sleep := range sleeps {
		if sleep > 0 {
			waits = append(waits, sleep.Truncate(time.Millisecond))
		}
	}
	if len(waits) != len(expected) {
		t.Fatalf("the waits are %v and not %s", waits, show(expected))
	}
	for i, wanted := range expected {
		least, most := millis(wanted), millis(wanted)
		if bounds, ok := wanted.(object); ok {
			least, most = millis(bounds["at_least"]), millis(bounds["at_most"])
		}
		if waits[i] < least || waits[i] > most {
			t.Errorf("wait %d is %s and not %s", i, waits[i], show(wanted))
		}
	}
}
