package hwtasks

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
)

// proxyCase is a case of proxies.json, whose runner stands here because the function is not public.
type proxyCase struct {
	Name        string            `json:"name"`
	Source      string            `json:"source"`
	Skip        map[string]string `json:"skip"`
	Environment map[string]string `json:"environment"`
	URL         string            `json:"url"`
	Expect      struct {
		Proxy *string `json:"proxy"`
		Error *struct {
			Variable string `json:"variable"`
			Message  string `json:"message"`
		} `json:"error"`
	} `json:"expect"`
}

func TestProxiesOfTheCorpus(t *testing.T) {
	file, err := os.Open("../../tests/conformance/proxies.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var content struct {
		About string      `json:"about"`
		Cases []proxyCase `json:"cases"`
	}
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&content); err != nil || len(content.Cases) == 0 {
		t.Fatal("no case", err)
	}
	for _, one := range content.Cases {
		t.Run(one.Name, func(t *testing.T) { runProxyCase(t, one) })
	}
}

func runProxyCase(t *testing.T, one proxyCase) {
	target, err := url.Parse(one.URL)
	if err != nil {
		t.Fatal(err)
	}
	found, failed := newProxies(NewEnvironment(one.Environment, "")).of(target)
	if expected := one.Expect.Error; expected != nil {
		if failed == nil {
			t.Fatalf("the proxy is %v, and not an error", found)
		}
		text := fmt.Sprintf("%v %+v", failed, failed)
		if failed.Kind != KindInvalidInput || !strings.Contains(text, expected.Variable) || !strings.Contains(text, expected.Message) {
			t.Errorf("%s: %s", failed.Kind, text)
		}
		if strings.Contains(text, "SECRET") {
			t.Errorf("%s shows the password", text)
		}
		return
	}
	if failed != nil {
		t.Fatal(failed)
	}
	switch {
	case found == nil && one.Expect.Proxy == nil:
	case found == nil || one.Expect.Proxy == nil || found.String() != *one.Expect.Proxy:
		t.Errorf("the proxy is %v", found)
	}
}

func TestSocksProxyIsKept(t *testing.T) {
	for _, scheme := range []string{"socks5", "socks5h"} {
		environment := NewEnvironment(map[string]string{"ALL_PROXY": scheme + "://proxy.example:1080"}, "")
		found, err := newProxies(environment).of(&url.URL{Scheme: "https", Host: "dcs.example"})
		if err != nil || found == nil || found.Scheme != scheme {
			t.Errorf("%s: %v, %v", scheme, found, err)
		}
	}
}

func TestInvalidProxyOfAVariableFailsAtOnce(t *testing.T) {
	environment := NewEnvironment(map[string]string{"HTTPS_PROXY": "http://user:SECRET@proxy.example\n"}, "")
	options := []Option{WithProjectID("p"), WithoutCredentials()}
	_, err := build(environment, append(options, WithRegion("cn-north-4")))
	if err == nil || !strings.HasPrefix(err.Error(), "HTTPS_PROXY: the URL of the proxy has a line break at its end") {
		t.Errorf("the error is %v", err)
	}
	local := WithKafkaEndpoint("http://127.0.0.1:1")
	if _, err := build(environment, append(options, local)); err != nil {
		t.Errorf("a client of loopback: %v", err)
	}
}
