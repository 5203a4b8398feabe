package hwtasks

import (
	"fmt"
	"regexp"
	"unicode"
	"unicode/utf8"
)

// oddCharacter says which character of a key, a token or an ID cannot belong to it, and where; empty if
// there is none. Such a value is usually pasted with what stood around it, and would be signed with. Keys
// and tokens are ASCII.
func oddCharacter(value string, isASCII bool) string {
	for i, r := range value {
		what := ""
		switch {
		case r == '\n' || r == '\r':
			what = "a line break"
		case r == ' ' || r == '\t':
			what = "a blank"
		case r == '"' || r == '\'' || r == '`':
			what = "a quote"
		case unicode.IsControl(r):
			what = fmt.Sprintf("the control character U+%04X", r)
		case r == utf8.RuneError:
			what = "a character that is not UTF-8"
		case unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Zs) || r == '\u115f' || r == '\u1160' || r == '\u3164':
			what = fmt.Sprintf("the invisible character U+%04X", r)
		case r > '~' && isASCII:
			what = fmt.Sprintf("the character %q (U+%04X), which is not ASCII", r, r)
		default:
			continue
		}
		switch i {
		case 0:
			return what + " at its beginning"
		case len(value) - utf8.RuneLen(r):
			return what + " at its end"
		}
		return what + " in it"
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

var regionPattern = regexp.MustCompile(`^[a-z]{2}-[a-z]+-[0-9]+$`)

// checkProject checks a project ID from any source.
func checkProject(what, id string) error {
	if odd := oddCharacter(id, false); odd != "" {
		return fmt.Errorf("the %s has %s: give the bare value", what, odd)
	}
	if regionPattern.MatchString(id) {
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
