package signer_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hwtasks/hwtasks/bindings/go/signer"
)

func TestTransport_request_isSignedAsItIsSent(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	keys := signer.NewCredentials("AK", "SECRET").WithSecurityToken("SECRET-token")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		header := http.Header{"Host": {request.Host}}
		for name := range strings.SplitSeq("content-type;x-security-token;x-trace", ";") {
			if values := request.Header.Values(name); values != nil {
				header[http.CanonicalHeaderKey(name)] = values
			}
		}
		signed, err := signer.Sign(signer.Request{
			Method: request.Method, URL: request.RequestURI, Header: header, Body: body,
		}, keys, now)
		if err != nil || signed.Authorization() != request.Header.Get("Authorization") {
			t.Errorf("%v: the server signs it as %s, and the client as %s", err, signed.Authorization(), request.Header.Get("Authorization"))
		}
		_, _ = w.Write(body)
	}))
	defer server.Close()
	transport := &signer.Transport{Credentials: keys, Now: func() time.Time { return now }}
	client := &http.Client{Transport: transport}
	for _, body := range []string{"", `{"a":1}`} {
		for _, target := range []string{"", "/a%2Fb/c d?b=2&a=1&a=%20", "/?x=~*'"} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+strings.ReplaceAll(target, " ", "%20"), strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("X-Trace", "t")
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			received, _ := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if string(received) != body || request.Header.Get("Authorization") != "" {
				t.Errorf("the body is %q, and the request is changed: %v", received, request.Header)
			}
		}
	}
	for _, value := range []any{keys, transport, *transport, []any{keys}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if shown := fmt.Sprintf(verb, value); strings.Contains(shown, "SECRET") {
				t.Errorf("%s of %T shows a secret: %s", verb, value, shown)
			}
		}
	}
}

func ExampleTransport() {
	client := &http.Client{Transport: &signer.Transport{Credentials: signer.NewCredentials("AK...", "SK...")}}
	fmt.Println(client.Transport)
	// Output: signer.Transport{Credentials{access key: "AK..."}}
}
