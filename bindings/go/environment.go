package hwtasks

import (
	"fmt"
	"os"
	"unicode/utf8"
)

// Environment is the environment variables and the home directory that a client reads: those of the
// process, or given ones. A nil one is empty. Formatting it shows no values.
type Environment struct {
	lookup func(name string) string
	home   func() string
}

// SystemEnvironment returns that of the process, which is read at each use.
func SystemEnvironment() *Environment {
	return &Environment{lookup: os.Getenv, home: func() string {
		home, _ := os.UserHomeDir()
		return home
	}}
}

// NewEnvironment returns an environment of the given variables and home directory; empty for none.
func NewEnvironment(variables map[string]string, home string) *Environment {
	return &Environment{
		lookup: func(name string) string { return variables[name] },
		home:   func() string { return home },
	}
}

// get returns a variable; empty when it is unset.
func (e *Environment) get(name string) (string, error) {
	if e == nil || e.lookup == nil {
		return "", nil
	}
	value := e.lookup(name)
	if !utf8.ValidString(value) {
		return "", fmt.Errorf("%s is not valid UTF-8", name)
	}
	return value, nil
}

// homeDirectory returns the home directory; empty when it is not known.
func (e *Environment) homeDirectory() string {
	if e == nil || e.home == nil {
		return ""
	}
	return e.home()
}

// String shows no values.
func (e *Environment) String() string { return "Environment" }

// GoString is as String.
func (e *Environment) GoString() string { return e.String() }
