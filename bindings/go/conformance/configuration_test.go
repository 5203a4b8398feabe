package conformance

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
	"github.com/hwtasks/hwtasks/bindings/go/hwtaskstest"
)

// places are the values of the placeholders of a case.
type places struct{ home, iam, metadata string }

func (p places) fill(text string) string {
	return strings.NewReplacer("{home}", p.home, "{iam}", p.iam, "{metadata}", p.metadata).Replace(text)
}

// normal puts the placeholders back.
func (p places) normal(text string) string {
	return strings.NewReplacer(p.home, "{home}", p.iam, "{iam}", p.metadata, "{metadata}").Replace(text)
}

// fake returns a service with these responses, and its URL; where there are none nobody listens.
func fake(t *testing.T, one object, name string) (*service, string) {
	t.Helper()
	responses, ok := one[name].([]any)
	if !ok {
		return &service{}, nobodyListens(t)
	}
	server := serve(t, repliesOf(t, responses))
	return server, server.url
}

func runConfiguration(t *testing.T, one object) {
	expect := one["expect"].(object)
	known(t, expect, "region", "dcs_endpoint", "kafka_endpoint", "project_id", "credentials", "error", "iam", "metadata")
	iam, iamURL := fake(t, one, "iam")
	metadata, metadataURL := fake(t, one, "metadata")
	p := places{home: t.TempDir(), iam: iamURL, metadata: metadataURL}
	files, _ := one["files"].(object)
	for name, text := range files {
		path := filepath.Join(p.home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(p.fill(text.(string))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	client, err := configured(t, one, p)
	checkReceived(t, "IAM", iam, expect["iam"])
	checkReceived(t, "the metadata service", metadata, expect["metadata"])
	if expected, ok := expect["error"].(object); ok {
		if err == nil {
			t.Fatal("there is no error")
		}
		e := ours(t, err)
		checkEqual(t, "the kind", string(e.Kind), expected["kind"])
		line := p.normal(e.Error())
		for _, name := range expected["names"].([]any) {
			if !strings.Contains(line, name.(string)) {
				t.Errorf("%q does not name %q", line, name)
			}
		}
		checkNoSecret(t, fmt.Sprintf("%s %+v %#v", err, err, err))
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	settings := client.Settings()
	for name, setting := range map[string]hwtasks.Setting{
		"region": settings.Region, "dcs_endpoint": settings.DCSEndpoint, "kafka_endpoint": settings.KafkaEndpoint,
		"project_id": settings.ProjectID,
	} {
		var found any
		if setting.Value != "" {
			found = object{"value": p.normal(setting.Value), "origin": p.normal(setting.Origin)}
		}
		checkEqual(t, "the "+name, found, expect[name])
	}
	credentials, err := client.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	checkEqual(t, "the account", accountOf(credentials, p), expect["credentials"])
	checkNoSecret(t, fmt.Sprintf("%v %+v %#v %v", client, *client, client, credentials))
}

// accountOf returns credentials as the corpus writes them; nil for none.
func accountOf(credentials *hwtasks.Credentials, p places) any {
	if credentials == nil {
		return nil
	}
	account := object{"kind": "keys"}
	if credentials.IsToken() {
		account["kind"] = "token"
	} else {
		account["access_key"] = credentials.AccessKey()
	}
	if credentials.Provider() != "" {
		account["provider"] = p.normal(credentials.Provider())
	}
	return account
}

func configured(t *testing.T, one object, p places) (*hwtasks.Client, error) {
	t.Helper()
	given, _ := one["client"].(object)
	known(t, given, "region", "dcs_endpoint", "kafka_endpoint", "iam_endpoint", "project_id", "credentials", "without_credentials")
	clock := hwtasks.WithClock(hwtaskstest.NewManualClock(moment(t, "2026-01-02T03:04:05Z")))
	options := []hwtasks.Option{clock}
	for name, option := range map[string]func(string) hwtasks.Option{
		"region": hwtasks.WithRegion, "dcs_endpoint": hwtasks.WithDCSEndpoint, "kafka_endpoint": hwtasks.WithKafkaEndpoint,
		"iam_endpoint": hwtasks.WithIAMEndpoint, "project_id": hwtasks.WithProjectID,
	} {
		if value, ok := given[name].(string); ok {
			options = append(options, option(p.fill(value)))
		}
	}
	if account, ok := given["credentials"].(object); ok {
		provider, err := accountProvider(t, account, p, clock)
		if err != nil {
			return nil, err
		}
		options = append(options, hwtasks.WithCredentials(provider))
	}
	if given["without_credentials"] == true {
		options = append(options, hwtasks.WithoutCredentials())
	}
	variables, ok := one["environment"].(object)
	if !ok {
		client, err := hwtasks.New(options...)
		if err != nil {
			return nil, err
		}
		return client, client.Load(t.Context())
	}
	environment := map[string]string{"HWTASKS_METADATA_ENDPOINT": p.metadata}
	for name, value := range variables {
		environment[name] = p.fill(value.(string))
	}
	return hwtasks.NewFromEnvironment(t.Context(), hwtasks.NewEnvironment(environment, p.home), options...)
}

func accountProvider(t *testing.T, account object, p places, clock hwtasks.Option) (hwtasks.CredentialsProvider, error) {
	t.Helper()
	text := func(name string) string {
		value, _ := account[name].(string)
		return p.fill(value)
	}
	if _, ok := account["user"]; ok {
		known(t, account, "user", "password", "domain", "region", "endpoint")
		user := hwtasks.IAMUser{Name: text("user"), Domain: text("domain"), Region: text("region"), Endpoint: text("endpoint")}
		return hwtasks.NewIAMPasswordProvider(user, text("password"), clock)
	}
	project, hasProject := account["project_id"].(string)
	rest := object{}
	for name, value := range account {
		if name != "project_id" {
			rest[name] = value
		}
	}
	credentials := credentialsOf(t, rest)
	if hasProject {
		credentials = credentials.WithProjectID(project)
	}
	return credentials, nil
}

func checkNoSecret(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, "SECRET") {
		t.Errorf("a secret is shown: %s", text)
	}
}

// checkReceived compares the requests that a fake service received.
func checkReceived(t *testing.T, who string, server *service, expected any) {
	t.Helper()
	sent, ok := expected.([]any)
	if !ok {
		return
	}
	line := func(request *http.Request) string { return request.Method + " " + request.RequestURI }
	var found, wanted []string
	requests := server.sent()
	for _, request := range requests {
		found = append(found, line(request))
	}
	for _, one := range sent {
		wanted = append(wanted, fmt.Sprint(one.(object)["method"], " ", one.(object)["target"]))
	}
	if !slices.Equal(found, wanted) {
		t.Errorf("%s received %q and not %q", who, found, wanted)
		return
	}
	for i, request := range requests {
		checkHeader(t, headerOf(request), sent[i].(object))
	}
}

func init() {
	if _, err := os.Stat(filepath.Join(folder, "configuration.json")); err != nil {
		return
	}
	runner := runners["faults"]
	runner.members = []string{"environment", "files", "client", "iam", "metadata", "expect"}
	runner.run = runConfiguration
	runners["configuration"] = runner
}
