// Package conformance runs the cases of tests/conformance, which hold for the clients of every language.
package conformance

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	root   = "../../.."
	folder = root + "/tests/conformance"
	schema = "cases.schema.json"
)

// object is a JSON object. Numbers in it are of type json.Number.
type object = map[string]any

// runners are the files that this runner runs, with the function for a case of each.
var runners = map[string]struct {
	members []string
	run     func(*testing.T, object)
}{
	"faults":    {[]string{"client", "what", "fault", "expect"}, runFaults},
	"paging":    {[]string{"script", "call", "as", "take", "expect"}, runPaging},
	"refusals":  {[]string{"client", "call", "calls", "pause_ms", "responses", "expect"}, runRetries},
	"requests":  {[]string{"client", "call", "expect"}, runRequests},
	"responses": {[]string{"call", "response", "expect"}, runResponses},
	"retries":   {[]string{"client", "call", "calls", "responses", "real_time", "expect"}, runRetries},
	"scalars":   {[]string{"kind", "json", "expect"}, runScalars},
	"signing":   {[]string{"request", "credentials", "now", "expect"}, runSigning},
	"sweep": {
		[]string{"client", "instances", "concurrency", "barrier", "first", "responses", "expect"},
		runSweep,
	},
	"waiting": {[]string{"script", "wait", "expect"}, runWaiting},
}

// elsewhere are the files that a test of the package itself runs.
var elsewhere = map[string]string{"proxies": "../proxy_test.go"}

func TestEveryFileIsRun(t *testing.T) {
	paths, err := filepath.Glob(folder + "/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatal("no corpus", err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		if test, ok := elsewhere[name]; ok {
			if source, err := os.ReadFile(test); err != nil || !strings.Contains(string(source), name+".json") {
				t.Errorf("%s does not run %s", test, path)
			}
			continue
		}
		if _, ok := runners[name]; !ok && filepath.Base(path) != schema {
			t.Errorf("%s has no runner", path)
		}
	}
}

func TestCorpus(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(runners)) {
		t.Run(name, func(t *testing.T) { runFile(t, name) })
	}
}

func runFile(t *testing.T, name string) {
	runner := runners[name]
	content := read(t, filepath.Join(folder, name+".json")).(object)
	document := read(t, filepath.Join(folder, schema)).(object)
	for _, problem := range validate(document, document["$defs"].(object)[name], content, name) {
		t.Error(problem)
	}
	defaults, _ := content["defaults"].(object)
	for _, raw := range content["cases"].([]any) {
		one := merge(raw.(object), defaults)
		t.Run(one["name"].(string), func(t *testing.T) {
			for member := range one {
				if !slices.Contains(append(runner.members, "name", "source", "skip"), member) {
					t.Fatalf("the case has an unknown member %s", member)
				}
			}
			if reason, ok := get[string](one, "skip", "go"); ok {
				t.Skip(reason)
			}
			runner.run(t, one)
		})
	}
}

func read(t *testing.T, path string) any {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}

func parse(t *testing.T, text []byte) any {
	t.Helper()
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%s: %s", err, text)
	}
	return value
}

// merge adds the defaults: objects member by member, no deeper.
func merge(one, defaults object) object {
	merged := maps.Clone(one)
	for name, value := range defaults {
		given, ok := merged[name]
		if !ok {
			merged[name] = value
			continue
		}
		both, isObject := value.(object)
		over, isGiven := given.(object)
		if isObject && isGiven {
			both = maps.Clone(both)
			maps.Copy(both, over)
			merged[name] = both
		}
	}
	return merged
}

// get returns a member of a member.
func get[T any](value any, path ...string) (T, bool) {
	for _, name := range path {
		members, _ := value.(object)
		value = members[name]
	}
	found, ok := value.(T)
	return found, ok
}

// number returns a whole number; otherwise what stands for none.
func number(value any, otherwise int) int {
	text, ok := value.(json.Number)
	if !ok {
		return otherwise
	}
	whole, err := text.Int64()
	if err != nil {
		return otherwise
	}
	return int(whole)
}

// known fails on a member that the runner does not know.
func known(t *testing.T, value object, names ...string) {
	t.Helper()
	for name := range value {
		if !slices.Contains(names, name) {
			t.Fatalf("unknown member %s of %v", name, value)
		}
	}
}

func bodyOf(t *testing.T, response object) []byte {
	t.Helper()
	if text, ok := response["body"].(string); ok {
		return []byte(text)
	}
	if value, ok := response["body_json"]; ok {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if text, ok := response["body_base64"].(string); ok {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	if path, ok := response["body_file"].(string); ok {
		raw, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	return nil
}
