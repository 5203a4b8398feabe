package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// imports of the examples, by the name of the package.
var imports = map[string]string{
	"context": "context", "errors": "errors", "fmt": "fmt", "http": "net/http", "httptest": "net/http/httptest",
	"slices": "slices", "time": "time",
	"hwtasks": "github.com/hwtasks/hwtasks/bindings/go", "hwtaskstest": "github.com/hwtasks/hwtasks/bindings/go/hwtaskstest",
	"signer": "github.com/hwtasks/hwtasks/bindings/go/signer",
}

// TestReadme runs the program of the README in an empty module, and compiles its other examples there.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 8 || !strings.HasPrefix(blocks[0][1], "package main") {
		t.Fatalf("there are %d examples", len(blocks))
	}
	module, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", fmt.Sprintf("module example\n\ngo 1.25\n\nrequire github.com/hwtasks/hwtasks/bindings/go v0.0.0\n\n"+
		"replace github.com/hwtasks/hwtasks/bindings/go => %s\n", module))
	write("main.go", blocks[0][1])
	for i, block := range blocks[1:] {
		write(fmt.Sprintf("example%d/example.go", i), fragment(block[1]))
	}
	run := func(arguments ...string) string {
		command := exec.Command("go", arguments...)
		command.Dir = folder
		command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "HOME="+folder, "GOCACHE="+goCache(t))
		for name, value := range theEmulator(t).variables {
			command.Env = append(command.Env, name+"="+value)
		}
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, output)
		}
		return string(output)
	}
	if printed := run("run", "."); printed != "8abfa7b272adc5b40172b73130065ae7 ended at 2020-06-15T08:55:56.600Z\n" {
		t.Errorf("the program prints %q", printed)
	}
	run("vet", "./...")
}

func goCache(t *testing.T) string {
	t.Helper()
	output, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(output))
}

// fragment makes a function of an example.
func fragment(code string) string {
	var file strings.Builder
	file.WriteString("package example\n\nimport (\n")
	parameters := "ctx context.Context, client *hwtasks.Client"
	if strings.Contains(code, "client, err :=") || strings.Contains(code, "client :=") {
		parameters = "ctx context.Context"
	}
	for name, path := range imports {
		if regexp.MustCompile(`\b` + name + `\.`).MatchString(code + parameters) {
			fmt.Fprintf(&file, "\t%s %q\n", name, path)
		}
	}
	fmt.Fprintf(&file, ")\n\nfunc Example(%s) error {\n%s\nreturn nil\n}\n", parameters, code)
	return file.String()
}
