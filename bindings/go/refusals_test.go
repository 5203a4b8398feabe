package hwtasks_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
	"github.com/hwtasks/hwtasks/bindings/go/hwtaskstest"
)

// source is a provider of another key at each fetch, and refers to its client, as a program may.
type source struct {
	fetches atomic.Int64
	client  *hwtasks.Client
}

func (s *source) Name() string { return "source" }

func (s *source) Provide(context.Context) (*hwtasks.Credentials, error) {
	return hwtasks.Keys(fmt.Sprintf("AK%d", s.fetches.Add(1)), "SK"), nil
}

// incomparable is a provider that cannot be compared with ==.
type incomparable struct{ provide func() *hwtasks.Credentials }

func (incomparable) Name() string { return "incomparable" }

func (p incomparable) Provide(context.Context) (*hwtasks.Credentials, error) { return p.provide(), nil }

// refusing counts the requests that it refuses.
func refusing(requests *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail"}`)
	}
}

func list(client *hwtasks.Client) error {
	_, err := client.Kafka.List(context.Background(), "instance", nil)
	return err
}

func TestRefusals_twoClientsOfAProvider_lockNoKey(t *testing.T) {
	providers := map[string]func() hwtasks.CredentialsProvider{
		"keys":   func() hwtasks.CredentialsProvider { return hwtasks.Keys("AK", "SK") },
		"source": func() hwtasks.CredentialsProvider { return &source{} },
		"cached": func() hwtasks.CredentialsProvider { return hwtasks.NewCachedProvider(&source{}) },
	}
	for name, provider := range providers {
		for _, isConcurrent := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s_concurrent_%v", name, isConcurrent), func(t *testing.T) {
				var requests atomic.Int64
				shared := hwtasks.WithCredentials(provider())
				var clients [2]*hwtasks.Client
				// The first requests are all under way before one is refused.
				underWay := make(chan struct{})
				for i := range clients {
					refuse := refusing(&requests)
					clients[i] = serve(t, func(w http.ResponseWriter, request *http.Request) {
						if isConcurrent {
							<-underWay
						}
						refuse(w, request)
					}, shared)
				}
				const calls, atOnce = 50, 10
				most := int64(2)
				if !isConcurrent {
					for n := range calls {
						if err := list(clients[n%2]); !hwtasks.IsUnauthorized(err) {
							t.Errorf("the error is %v", err)
						}
					}
				} else {
					most = atOnce + 1
					var group sync.WaitGroup
					for n := range atOnce {
						group.Go(func() {
							for range calls / atOnce {
								if err := list(clients[n%2]); !hwtasks.IsUnauthorized(err) {
									t.Errorf("the error is %v", err)
								}
							}
						})
					}
					time.Sleep(50 * time.Millisecond)
					close(underWay)
					group.Wait()
				}
				if requests.Load() > most {
					t.Errorf("%d requests are sent, and not %d", requests.Load(), most)
				}
			})
		}
	}
}

func TestRefusals_clientsOfOtherProviders_shareNothing(t *testing.T) {
	keys := func() *hwtasks.Credentials { return hwtasks.Keys("AK", "SK") }
	given := incomparable{keys}
	one := keys()
	cases := map[string][2][]hwtasks.Option{
		"equal_keys":   {{hwtasks.WithCredentials(keys())}, {hwtasks.WithCredentials(keys())}},
		"incomparable": {{hwtasks.WithCredentials(given)}, {hwtasks.WithCredentials(given)}},
		"other_clocks": {
			{hwtasks.WithCredentials(one), hwtasks.WithClock(hwtaskstest.NewManualClock(time.Now()))},
			{hwtasks.WithCredentials(one), hwtasks.WithClock(hwtaskstest.NewManualClock(time.Now()))},
		},
	}
	for name, options := range cases {
		t.Run(name, func(t *testing.T) {
			for _, of := range options {
				var requests atomic.Int64
				client := serve(t, refusing(&requests), of...)
				if err := list(client); !hwtasks.IsUnauthorized(err) || requests.Load() == 0 {
					t.Errorf("%d requests are sent: %v", requests.Load(), err)
				}
			}
		})
	}
}

// ahead serves by a clock that is an hour ahead of the client's, and counts the requests that it refuses.
func ahead(t *testing.T, refused *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		now := time.Now().Add(time.Hour)
		signed, err := time.Parse("20060102T150405Z", request.Header.Get("X-Sdk-Date"))
		if err != nil {
			t.Error(err)
		}
		if signed.Sub(now).Abs() < 15*time.Minute {
			page(w, request)
			return
		}
		refused.Add(1)
		w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: x-sdk-date is expired"}`)
	}
}

func TestClockSkew_foundByOneClient_isUsedByTheOther(t *testing.T) {
	var refused atomic.Int64
	keys := hwtasks.WithCredentials(hwtasks.Keys("AK", "SK"))
	one, other := serve(t, ahead(t, &refused), keys), serve(t, ahead(t, &refused), keys)
	for n, client := range []*hwtasks.Client{one, other, one} {
		if err := list(client); err != nil {
			t.Errorf("call %d: %v", n, err)
		}
	}
	if refused.Load() != 1 {
		t.Errorf("%d requests are refused", refused.Load())
	}
}

func TestClockSkew_concurrentCallsOfTwoClients_followOne(t *testing.T) {
	const calls = 20
	var refused, received atomic.Int64
	underWay := make(chan struct{})
	handler := ahead(t, &refused)
	all := func(w http.ResponseWriter, request *http.Request) {
		if received.Add(1) == calls {
			close(underWay)
		}
		<-underWay
		handler(w, request)
	}
	keys := hwtasks.WithCredentials(hwtasks.Keys("AK", "SK"))
	clients := [2]*hwtasks.Client{serve(t, all, keys), serve(t, all, keys)}
	var group sync.WaitGroup
	for n := range calls {
		group.Go(func() {
			if err := list(clients[n%2]); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if refused.Load() != calls || received.Load() != 2*calls {
		t.Errorf("%d of %d requests are refused", refused.Load(), received.Load())
	}
}

func TestRefusals_oneClientAfterTheOther_lockNoKey(t *testing.T) {
	var requests atomic.Int64
	keys := hwtasks.Keys("AK", "SK")
	for range 10 {
		if err := list(serve(t, refusing(&requests), hwtasks.WithCredentials(keys))); !hwtasks.IsUnauthorized(err) {
			t.Errorf("the error is %v", err)
		}
		runtime.GC()
	}
	if requests.Load() > 2 {
		t.Errorf("%d requests are sent", requests.Load())
	}
}

func TestClient_unused_isFreedWithItsProvider(t *testing.T) {
	freed := make(chan struct{})
	func() {
		provider := &source{}
		runtime.AddCleanup(provider, func(freed chan struct{}) { close(freed) }, freed)
		var err error
		provider.client, err = hwtasks.New(hwtasks.WithRegion("cn-north-4"), hwtasks.WithProjectID("p"), hwtasks.WithCredentials(provider))
		if err != nil {
			t.Fatal(err)
		}
	}()
	for range 100 {
		runtime.GC()
		select {
		case <-freed:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("the provider is kept")
}
