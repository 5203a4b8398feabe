package hwtasks

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// oddCharacter says which character of a key, a token or an ID cannot belong to it, and where; empty if
// there is none. Such a value is usually pasted with what stood around it, and would be signed with. Keys
// and tokens are ASCII.
func oddCharacter(value string, isASCII bool) string {
	for i, r := range value {
		what := oddRune(r, isASCII)
		switch {
		case what == "":
			continue
		case i == 0:
			return what + " at its beginning"
		case strings.IndexFunc(value[i:], func(r rune) bool { return oddRune(r, isASCII) == "" }) < 0:
			return what + " at its end"
		}
		return what + " in it"
	}
	return ""
}

// oddRune says what a character is that cannot belong to a value; empty for any other.
func oddRune(r rune, isASCII bool) string {
	switch {
	case r == '\n' || r == '\r':
		return "a line break"
	case r == '"' || r == '\'' || r == '`':
		return "a quote"
	case unicode.In(r, unicode.Zl, unicode.Zp):
		return fmt.Sprintf("the invisible character U+%04X", r)
	case unicode.IsSpace(r):
		return "a blank"
	case unicode.IsControl(r):
		return "a control character"
	case r == utf8.RuneError:
		return "a character that is not UTF-8"
	case unicode.In(r, unicode.Cf) || r == '\u115f' || r == '\u1160' || r == '\u3164':
		return fmt.Sprintf("the invisible character U+%04X", r)
	case r > '~' && isASCII:
		return "a character that is not ASCII"
	}
	return ""
}

// checkValue checks a key, a token or an ID from any source, whose message does not show it.
func checkValue(what, value string) error {
	if odd := oddCharacter(value, true); odd != "" {
		return fmt.Errorf("the %s has %s: give the bare value", what, odd)
	}
	return nil
}

// isRegion reports whether an ID has the form of that of a region: `cn-north-4`.
func isRegion(id string) bool {
	parts := strings.Split(id, "-")
	isLower := func(text string) bool { return text != "" && strings.Trim(text, lowerLetters) == "" }
	return len(parts) == 3 && len(parts[0]) == 2 && isLower(parts[0]) && isLower(parts[1]) && isDigits(parts[2]) && len(parts[2]) <= 3
}

const lowerLetters = "abcdefghijklmnopqrstuvwxyz"

// checkProject checks a project ID from any source.
func checkProject(what, id string) error {
	if odd := oddCharacter(id, false); odd != "" {
		return fmt.Errorf("the %s has %s: give the bare value", what, odd)
	}
	if isRegion(id) {
		return fmt.Errorf("the %s is %s, which is a region: give the ID of the project in it", what, id)
	}
	if err := checkPathSegment(what, id); err != nil {
		return fmt.Errorf("%s", err.summary)
	}
	return nil
}

// checkCredentials checks the parts of credentials that a program or a service gave.
func checkCredentials(c *Credentials) error {
	if c == nil {
		return nil
	}
	for _, part := range []struct {
		what  string
		value *string
	}{
		{"access key", &c.accessKey}, {"secret key", c.secretKey}, {"security token", c.securityToken}, {"token", c.token},
	} {
		if part.value != nil {
			if err := checkValue(part.what, *part.value); err != nil {
				return err
			}
		}
	}
	if c.projectID != "" {
		return checkProject("project ID", c.projectID)
	}
	return nil
}
