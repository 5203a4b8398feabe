package main

import (
	"os"
	"strings"
	"testing"
)

func TestTable_isThatOfTheReadme(t *testing.T) {
	t.Chdir("..")
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if rows := table(); !strings.Contains(string(readme), rows) {
		t.Errorf("the README has another table than\n%s", rows)
	}
}
