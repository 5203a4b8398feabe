package hwtasks

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// CredentialsError is the error of a [CredentialsProvider]. It shows no secret.
type CredentialsError struct {
	// IsConfigured is false if the provider holds no credentials, so that a chain tries the next one.
	// It is true if they are invalid, or cannot be fetched.
	IsConfigured bool

	// Message says why there are none.
	Message string

	// Help says how to fix that.
	Help string

	// Providers are those that a chain has tried, in order. If IsConfigured, the last one failed.
	Providers []ProviderFailure

	// hold is how long the error is repeated without another fetch.
	hold        time.Duration
	isTransient bool
	cause       error
}

// ProviderFailure is a provider without usable credentials, and the reason.
type ProviderFailure struct {
	// Provider is the name of the provider.
	Provider string

	// Err says why it has none.
	Err error
}

// Error returns the message and the help.
func (e *CredentialsError) Error() string {
	if e.Help == "" {
		return e.Message
	}
	return e.Message + ": " + e.Help
}

// Unwrap returns the cause; nil if there is none.
func (e *CredentialsError) Unwrap() error { return e.cause }

func notConfigured(format string, arguments ...any) *CredentialsError {
	return &CredentialsError{Message: fmt.Sprintf(format, arguments...)}
}

func invalidConfiguration(format string, arguments ...any) *CredentialsError {
	return &CredentialsError{IsConfigured: true, Message: fmt.Sprintf(format, arguments...)}
}

func (e *CredentialsError) withHelp(help string) *CredentialsError {
	e.Help = help
	return e
}

func slowProvider(within time.Duration) *CredentialsError {
	e := invalidConfiguration("no credentials within %s", within)
	e.isTransient = true
	return e
}

// fromRequest is the error of a provider whose request failed.
func fromRequest(err error) *CredentialsError {
	e := invalidConfiguration("%s", err)
	e.isTransient = IsRetryable(err)
	e.cause = err
	return e
}

// asCredentialsError returns the error of a provider, which may be of any type.
func asCredentialsError(err error) *CredentialsError {
	var e *CredentialsError
	if errors.As(err, &e) {
		return e
	}
	e = invalidConfiguration("%s", err)
	e.cause = err
	return e
}

// chainError is the error of a chain of which so many providers were not tried.
func chainError(failures []ProviderFailure, skipped int) *CredentialsError {
	parts := make([]string, 0, len(failures)+1)
	for _, failure := range failures {
		parts = append(parts, failure.Provider+": "+failure.Err.Error())
	}
	made := &CredentialsError{Providers: failures}
	if len(failures) == 0 {
		parts = append(parts, "the provider chain is empty")
	} else if last := asCredentialsError(failures[len(failures)-1].Err); last.IsConfigured {
		made.IsConfigured, made.isTransient, made.cause = true, last.isTransient, last
	}
	if skipped > 0 {
		parts = append(parts, "the providers after it were not tried")
	}
	made.Message = strings.Join(parts, "; ")
	return made
}

// credentialsFailure is the error of a call without credentials.
func credentialsFailure(provider string, err error) *Error {
	failed := asCredentialsError(err)
	made := newError(KindCredentials, "no credentials: %s: %s", provider, failed)
	if failed.Providers != nil {
		made.summary = "no credentials: " + failed.Error()
	}
	made.Reason = ReasonNoCredentials
	if failed.IsConfigured {
		made.Reason = ReasonProviderFailed
	}
	made.isTransient = failed.isTransient
	return made.withCause(err)
}
