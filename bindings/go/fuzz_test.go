package hwtasks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzDecode compares the decoder with that of the standard library: both take the same texts, and what is
// written back is JSON that reads as equal.
func FuzzDecode(f *testing.F) {
	paths, err := filepath.Glob("../../crates/api/src/examples/*.json")
	if err != nil || len(paths) == 0 {
		f.Fatal("there are no examples", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, text := range []string{
		`{"tasks":[]}`, `{"tasks":[{"id":1,"details":{"old_port":"1","new_cahce_mode":null}}],"task_count":1e3}`,
		`{"tasks":[{"id":"\ud83d\ude00","id":[1]}]}`, `{"tasks":[{"id":"\ud83d"}]}`, `{"tasks":[1]}`, `{"tasks":null}`,
		"\ufeff{\"tasks\":[]}", `{"tasks":[{"created_at":-0.0}]}`, strings.Repeat("[", 200), `{"a":"\u0000"}`, `{"tasks":[]}x`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var body DCSTaskList
		failed := decodeBody(text, &body)
		plain := strings.TrimPrefix(text, "\ufeff")
		if isJSON := utf8.ValidString(plain) && json.Valid([]byte(plain)); failed == nil && !isJSON {
			t.Fatalf("%q is taken, and is no JSON", text)
		} else if isJSON && failed != nil && failed.at >= 0 && !strings.Contains(failed.why, "deeper") &&
			!strings.Contains(failed.why, "past") && !strings.Contains(text, `\u`) {
			t.Fatalf("%q is JSON, and is refused: %s", text, failed)
		}
		if failed != nil {
			return
		}
		written := encodeObject(nil, &body)
		var again DCSTaskList
		if err := decodeBody(string(written), &again); err != nil {
			t.Fatalf("%q is written as %q: %s", text, written, err)
		}
		if !again.Equal(body) || len(again.Other) != len(body.Other) {
			t.Fatalf("%q is written as %q, which is another value", text, written)
		}
		for _, task := range body.Tasks {
			task.CreatedAt.Time()
		}
	})
}

// FuzzProfile reads credentials files.
func FuzzProfile(f *testing.F) {
	for _, text := range []string{
		"[basic]\nak = AK\nsk = SK\n", "\ufeff; a\r\n[ basic ]\r\nAK: a\r\n", "[basic]\nak=a\nAK=b\n", "[basic", "= x", "[basic]\n[basic]",
		"[basic]\nak = \"a\"\nsk = a b\nregion = cn-north-4\nproject_id = cn-north-4\n", "\xff",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		found, err := parseProfile("file", text, "basic")
		if err != nil || found == nil {
			return
		}
		credentials, err := found.credentials()
		if err == nil && (credentials.accessKey == "" || *credentials.secretKey == "") {
			t.Fatalf("%q gives empty keys", text)
		}
		if err == nil && oddCharacter(*credentials.secretKey, true) != "" {
			t.Fatalf("%q gives an odd key", text)
		}
		_, _ = found.region()
	})
}
