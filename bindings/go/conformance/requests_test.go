package conformance

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
	"github.com/hwtasks/hwtasks/bindings/go/hwtaskstest"
	"github.com/hwtasks/hwtasks/bindings/go/signer"
)

// recorder takes the place of a network.
type recorder struct{ sent []*http.Request }

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r.sent = append(r.sent, request)
	body := io.NopCloser(strings.NewReader(`{"tasks":[],"instances":[]}`))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: request}, nil
}

// parameterNames has what messages call the parameters of the corpus.
var parameterNames = map[string]string{
	"instance_id": "instance ID", "task_id": "task ID", "project_id": "project ID", "ak": "access key",
	"sk": "secret key", "security_token": "security token", "url": "URL", "headers": "header",
}

func runRequests(t *testing.T, one object) {
	given, expect := one["client"].(object), one["expect"].(object)
	sent := &recorder{}
	options := append(clientOptions(t, given),
		hwtasks.WithTransport(sent), hwtasks.WithRetryPolicy(hwtasks.NoRetries()),
		hwtasks.WithClock(hwtaskstest.NewManualClock(moment(t, given["now"].(string)))))
	for name, option := range map[string]func(string) hwtasks.Option{
		"dcs_endpoint": hwtasks.WithDCSEndpoint, "kafka_endpoint": hwtasks.WithKafkaEndpoint, "project_id": hwtasks.WithProjectID,
	} {
		if value, ok := given[name].(string); ok {
			options = append(options, option(value))
		}
	}
	client, err := hwtasks.New(options...)
	if err == nil {
		err = makeCall(t.Context(), t, client, one["call"].(object)).err
	}
	if refused, ok := expect["error"].(object); ok {
		checkRefusal(t, err, refused, given["credentials"])
		if len(sent.sent) > 0 {
			t.Errorf("%d requests are sent", len(sent.sent))
		}
		return
	}
	known(t, expect, "method", "target", "headers", "absent")
	isShow := one["call"].(object)["operation"] == "ShowKafkaTask"
	if err != nil && !(isShow && ours(t, err).Kind == hwtasks.KindUnexpected) {
		t.Fatal(err)
	}
	if len(sent.sent) != 1 {
		t.Fatalf("%d requests are sent", len(sent.sent))
	}
	request := sent.sent[0]
	checkEqual(t, "the method", request.Method, expect["method"])
	checkEqual(t, "the target", request.URL.RequestURI(), expect["target"])
	request.Header.Set("Host", request.Host)
	checkHeader(t, request.Header, expect)
}

func checkRefusal(t *testing.T, err error, refused object, credentials any) {
	t.Helper()
	if err == nil {
		t.Fatal("nothing is refused")
	}
	e := ours(t, err)
	checkEqual(t, "the kind", string(e.Kind), refused["kind"])
	checkEqual(t, "the number of attempts", e.Attempts, 0)
	checkNames(t, e.Error(), refused["parameter"].(string))
	members, _ := credentials.(object)
	for name, secret := range members {
		if text := secret.(string); name != "ak" && text != "" && strings.Contains(e.Error(), text) {
			t.Errorf("the message shows the %s: %s", name, e)
		}
	}
}

func checkNames(t *testing.T, message, parameter string) {
	t.Helper()
	name := parameter
	if known, ok := parameterNames[parameter]; ok {
		name = known
	}
	if !strings.Contains(message, name) {
		t.Errorf("%q does not name the %s", message, name)
	}
}

func runSigning(t *testing.T, one object) {
	given, keys, expect := one["request"].(object), one["credentials"].(object), one["expect"].(object)
	text := func(members object, name string) string {
		value, _ := members[name].(string)
		return value
	}
	header := http.Header{}
	headers, _ := given["headers"].(object)
	for name, value := range headers {
		header[name] = []string{value.(string)}
	}
	credentials := signer.NewCredentials(text(keys, "ak"), text(keys, "sk"))
	if token, ok := keys["security_token"].(string); ok {
		credentials = credentials.WithSecurityToken(token)
	}
	if id, ok := keys["project_id"].(string); ok {
		credentials = credentials.WithProjectID(id)
	}
	request := signer.Request{
		Method: text(given, "method"), URL: text(given, "url"), Header: header, Body: []byte(text(given, "body")),
	}
	signed, err := signer.Sign(request, credentials, moment(t, one["now"].(string)))
	if refused, ok := expect["error"].(object); ok {
		var e *signer.Error
		if !errors.As(err, &e) {
			t.Fatalf("%v is no refusal", err)
		}
		checkEqual(t, "the parameter", e.Parameter, refused["parameter"])
		checkNames(t, e.Error(), refused["parameter"].(string))
		if secret := text(keys, "sk"); secret != "" && strings.Contains(e.Error(), secret) {
			t.Errorf("the message shows the secret key: %s", e)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	known(t, expect, "authorization", "signed_headers", "canonical_request", "target", "headers", "published_signature")
	checkEqual(t, "the authorization", signed.Authorization(), expect["authorization"])
	checkEqual(t, "the target", signed.Target, expect["target"])
	if wanted, ok := expect["signed_headers"]; ok {
		checkEqual(t, "the list of headers", signed.SignedHeaders, wanted)
	}
	if wanted, ok := expect["canonical_request"]; ok {
		checkEqual(t, "the canonical request", signed.CanonicalRequest(), wanted)
	}
	if wanted, ok := expect["headers"].(object); ok {
		all, lower := object{}, object{}
		for name, value := range headers {
			all[strings.ToLower(name)] = value
		}
		for name := range signed.Header {
			all[strings.ToLower(name)] = signed.Header[name][0]
		}
		for name, value := range wanted {
			lower[strings.ToLower(name)] = value
		}
		checkEqual(t, "the header", all, lower)
	}
	if published, ok := expect["published_signature"].(string); ok && !strings.HasSuffix(signed.Authorization(), "Signature="+published) {
		t.Errorf("the signature is not %s", published)
	}
}
