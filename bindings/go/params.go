package hwtasks

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkPathSegment checks that an ID can be one segment of a path.
func checkPathSegment(what, id string) *Error {
	why := ""
	switch {
	case id == "":
		why = "is empty"
	case id == "." || id == "..":
		why = "would name another path"
	case strings.IndexFunc(id, unicode.IsControl) >= 0:
		why = "has a control character"
	case !utf8.ValidString(id):
		why = "is not UTF-8"
	default:
		return nil
	}
	return invalidInput("the %s %q %s", what, id, why)
}

const upperHex = "0123456789ABCDEF"

// isUnreserved reports whether a byte stands for itself in a path and in a query (RFC 3986).
func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

// appendEncoded appends a text with everything percent-encoded that is reserved.
func appendEncoded(target []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if c := text[i]; isUnreserved(c) {
			target = append(target, c)
		} else {
			target = append(target, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return target
}
