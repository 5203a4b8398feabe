package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// emulator is the emulator as a process of its own, which all tests share.
type emulator struct{ variables map[string]string }

var (
	startEmulator = sync.OnceValues(newEmulator)
	process       *exec.Cmd
)

func TestMain(m *testing.M) {
	code := m.Run()
	if process != nil {
		_ = process.Process.Kill()
		_ = process.Wait()
	}
	os.Exit(code)
}

// binary is the program: as named by HWTASKS_EMULATOR, or as cargo built it.
func binary() string {
	if named := os.Getenv("HWTASKS_EMULATOR"); named != "" {
		return named
	}
	return root + "/target/debug/hwtasks-emulator"
}

func newEmulator() (*emulator, error) {
	command := exec.Command(binary(), "--dcs-listen", "127.0.0.1:0", "--kafka-listen", "127.0.0.1:0")
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("%w: run `cargo build -p hwtasks-emulator`", err)
	}
	process = command
	made := &emulator{variables: map[string]string{}}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if assignment, ok := strings.CutPrefix(lines.Text(), "export "); ok {
			name, value, _ := strings.Cut(strings.TrimSpace(assignment), "=")
			made.variables[name] = value
		}
		if strings.Contains(lines.Text(), "curl ") {
			break
		}
	}
	// What it prints later must not fill the pipe.
	go func() { _, _ = io.Copy(io.Discard, output) }()
	return made, nil
}

// theEmulator returns the emulator, as it is at its start.
func theEmulator(t *testing.T) *emulator {
	t.Helper()
	e, err := startEmulator()
	if err != nil {
		t.Fatal(err)
	}
	e.control(t, http.MethodPost, "reset", nil)
	return e
}

// control calls its control interface.
func (e *emulator) control(t *testing.T, method, path string, body any) any {
	t.Helper()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, e.variables["HWTASKS_KAFKA_ENDPOINT"]+"/_emulator/"+path, content)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode > 299 {
		t.Fatalf("%s %s: %d %s %v", method, path, response.StatusCode, text, err)
	}
	if len(text) == 0 {
		return nil
	}
	return parse(t, text)
}

// listed returns a list of its control interface.
func (e *emulator) listed(t *testing.T, path string) []any {
	t.Helper()
	value := e.control(t, http.MethodGet, path, nil)
	if members, ok := value.(object); ok {
		value = members[path]
	}
	return value.([]any)
}
