package hwtasks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	fileVariable    = "HUAWEICLOUD_SDK_CREDENTIALS_FILE"
	profileVariable = "HWTASKS_PROFILE"
	defaultProfile  = "basic"
	// maxFileSize is the maximum size of the file: a device file has no end.
	maxFileSize = 1 << 20
	// fileTimeout is how long a read may take: a pipe or a file system may hang.
	fileTimeout = 10 * time.Second
)

// ProfileProvider provides keys from the credentials file of the official SDKs,
// ~/.huaweicloud/credentials:
//
//	[basic]
//	ak = AK...
//	sk = SK...
//	security_token = ...
//	project_id = a4d31cb63d724fdc8ec96e3a41e47f71
//	iam_endpoint = https://iam.cn-north-4.myhuaweicloud.com
//	region = cn-north-4
//
// All keys but the first two are optional. HUAWEICLOUD_SDK_CREDENTIALS_FILE names another file, and
// HWTASKS_PROFILE another section than basic. A client takes the region if no option and no variable
// sets one.
//
// Without the file or the section, the provider holds no credentials. If a variable names them, their
// absence is an error. An invalid file is an error that names the line. The provider reads the file once,
// and again when the service refuses its keys. It never writes.
type ProfileProvider struct{ *CachedProvider }

// NewProfileProvider returns a provider for the credentials file of this environment.
func NewProfileProvider(environment *Environment) *ProfileProvider {
	return newProfileProvider(environment, systemClock{})
}

func newProfileProvider(environment *Environment, clock Clock) *ProfileProvider {
	return &ProfileProvider{NewCachedProvider(profile{environment}, WithCacheClock(clock))}
}

type profile struct{ environment *Environment }

func (profile) Name() string { return "profile file" }

func (p profile) Provide(ctx context.Context) (*Credentials, error) {
	type outcome struct {
		section *section
		err     error
	}
	done := make(chan outcome, 1)
	go func() {
		found, err := readProfile(p.environment)
		done <- outcome{found, err}
	}()
	timer := time.NewTimer(fileTimeout)
	defer timer.Stop()
	select {
	case read := <-done:
		if read.err != nil {
			return nil, read.err
		}
		return read.section.credentials()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, slowProvider(fileTimeout)
	}
}

// section is a section of a credentials file. Messages show names of sections and keys, but no values.
type section struct {
	path   string
	name   string
	header int // the number of its line
	lines  []keyLine
	// isNamed: a variable names the section or the file.
	isNamed bool
}

type keyLine struct {
	number     int
	key, value string
}

// readProfile returns the section of the profile; the error is a [*CredentialsError].
func readProfile(environment *Environment) (*section, error) {
	file, err := environment.get(fileVariable)
	if err != nil {
		return nil, invalidConfiguration("%s", err)
	}
	name, err := environment.get(profileVariable)
	if err != nil {
		return nil, invalidConfiguration("%s", err)
	}
	isNamed := file != "" || name != ""
	// A file or a section that a variable names must exist.
	absent := func(format string, arguments ...any) *CredentialsError {
		e := notConfigured(format, arguments...)
		e.IsConfigured = isNamed
		return e
	}
	path := file
	if path == "" {
		home := environment.homeDirectory()
		if home == "" {
			return nil, absent("the home directory is not known, and %s is not set", fileVariable)
		}
		path = filepath.Join(home, ".huaweicloud", "credentials")
	}
	text, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		missing := absent("%s does not exist", path)
		if file != "" {
			return nil, missing.withHelp("create it, or fix " + fileVariable)
		}
		if name != "" {
			return nil, missing.withHelp("create it, or unset " + profileVariable)
		}
		return nil, missing
	case err != nil:
		return nil, invalidConfiguration("%s cannot be read: %s", path, withoutPath(err))
	}
	if name == "" {
		name = defaultProfile
	}
	found, err := parseProfile(path, text, name)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, absent("%s has no section [%s]", path, oneLine(name))
	}
	found.isNamed = isNamed
	return found, nil
}

func withoutPath(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err == nil && len(text) > maxFileSize {
		err = errors.New("it is larger than 1 MiB")
	}
	return text, err
}

func invalidLine(path string, line int, format string, arguments ...any) *CredentialsError {
	return invalidConfiguration("%s:%d: %s", path, line, fmt.Sprintf(format, arguments...))
}

// parseProfile returns the section of a name; nil when the file has none.
func parseProfile(path string, text []byte, name string) (*section, error) {
	// Some editors begin a file with a byte order mark.
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var found *section
	isInside := false
	for i, bytes := range bytes.Split(text, []byte("\n")) {
		line := strings.TrimSpace(string(bytes))
		switch {
		case !utf8.Valid(bytes):
			return nil, invalidLine(path, i+1, "is not UTF-8 text: save the file as UTF-8")
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[' && line[len(line)-1] == ']':
			isInside = strings.TrimSpace(line[1:len(line)-1]) == name
			if isInside && found != nil {
				return nil, invalidLine(path, i+1, "[%s] is here a second time: keep one of the two", oneLine(name))
			}
			if isInside {
				found = &section{path: path, name: name, header: i + 1}
			}
		default:
			at := strings.IndexAny(line, "=:")
			if at <= 0 || line[0] == '[' {
				return nil, invalidLine(path, i+1, "is invalid: expected a [section], a key = value or a # comment")
			}
			if isInside {
				key := strings.TrimSpace(line[:at])
				found.lines = append(found.lines, keyLine{i + 1, key, strings.TrimSpace(line[at+1:])})
			}
		}
	}
	return found, nil
}

// origin names the file and the section.
func (s *section) origin() string { return fmt.Sprintf("%s [%s]", s.path, s.name) }

// value returns the value of a key, in any case like the official SDKs, and its line; empty when it is
// missing or empty.
func (s *section) value(key string) (string, int, error) {
	value, line := "", 0
	for _, l := range s.lines {
		if !strings.EqualFold(l.key, key) {
			continue
		}
		if line > 0 {
			return "", 0, invalidLine(s.path, l.number, "[%s] has more than one %s: keep one of them", s.name, key)
		}
		value, line = l.value, l.number
	}
	// The format has no quotes, and no comments at the end of a line.
	if odd := oddCharacter(value, key != "project_id"); odd != "" {
		return "", 0, invalidLine(s.path, line, "the %s of [%s] has %s: give its bare value and nothing else on the "+
			"line, no comment either", key, s.name, odd)
	}
	return value, line, nil
}

func (s *section) region() (string, error) {
	id, line, err := s.value("region")
	if err != nil || id == "" {
		return "", err
	}
	if err := checkRegion(id); err != nil {
		return "", invalidLine(s.path, line, "%s", err)
	}
	return id, nil
}

func (s *section) credentials() (*Credentials, error) {
	values := map[string]string{}
	for _, key := range []string{"ak", "sk", "security_token", "project_id", "iam_endpoint"} {
		value, line, err := s.value(key)
		if err != nil {
			return nil, err
		}
		if key == "project_id" && value != "" {
			if err := checkProject("project ID", value); err != nil {
				return nil, invalidLine(s.path, line, "%s", err)
			}
		}
		values[key] = value
	}
	if values["ak"] == "" && values["sk"] == "" {
		if region, _, _ := s.value("region"); region != "" && !s.isNamed {
			return nil, notConfigured("%s has a region and no keys", s.origin())
		}
	}
	for _, key := range []string{"ak", "sk"} {
		if values[key] == "" {
			return nil, invalidLine(s.path, s.header, "[%s] has no %s: add a line %s = ...", s.name, key, key)
		}
	}
	keys := Keys(values["ak"], values["sk"]).WithProviderName(s.origin())
	if token := values["security_token"]; token != "" {
		keys = keys.WithSecurityToken(token)
	}
	return keys.WithProjectID(values["project_id"]).WithIAMEndpoint(values["iam_endpoint"]), nil
}
