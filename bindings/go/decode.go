package hwtasks

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deeply the arrays and objects of a body may be nested.
const maxDepth = 127

// exactFloat is 2^53: from here on, a float64 stands for more than one integer.
const exactFloat = 1 << 53

// decoder reads a JSON text once, from its beginning to its end.
//
// A method that reads a value of one type returns false in two cases. If the text is not JSON, the
// decoder has an error and reads nothing more. Otherwise the value is of another type, and the caller
// takes it as it is.
type decoder struct {
	text  string
	at    int
	depth int
	err   *decodeError
	// element is the first element of the last array of objects that is no object, or -1.
	element int
	// seen holds the documented members of the object that was read last.
	seen uint64
}

// decodeError says why a body does not decode, and where.
type decodeError struct {
	why string
	// path is the JSON path of the value; empty for the whole body.
	path string
	// at is the position in the text of what is no JSON; -1 for a value of the wrong type.
	at int
}

func (e *decodeError) Error() string {
	text := e.why
	if e.path != "" {
		text = e.path + ": " + text
	}
	if e.at >= 0 {
		text += " at byte " + strconv.Itoa(e.at)
	}
	return text
}

// newDecoder returns a decoder at the first value of a text, after a byte order mark.
func newDecoder(text string) *decoder {
	text = strings.TrimPrefix(text, "\ufeff")
	d := &decoder{text: text, element: -1}
	if !utf8.ValidString(text) {
		d.fail("the text is not UTF-8")
	}
	d.space()
	return d
}

func (d *decoder) fail(why string) bool {
	if d.err == nil {
		d.err = &decodeError{why: why, at: d.at}
	}
	d.at = len(d.text)
	return false
}

func (d *decoder) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

// peek returns the next byte; 0 at the end.
func (d *decoder) peek() byte {
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

// end reports whether nothing follows, and else fails.
func (d *decoder) end() bool {
	if d.err != nil {
		return false
	}
	d.space()
	if d.at < len(d.text) {
		return d.fail("something follows the value")
	}
	return true
}

// open reads the beginning of an array or an object, which is nested one level deeper.
func (d *decoder) open() bool {
	d.at++
	d.depth++
	if d.depth > maxDepth {
		return d.fail("the value is nested deeper than " + strconv.Itoa(maxDepth) + " levels")
	}
	d.space()
	return d.err == nil
}

// next reads what stands between two members or elements: true if another follows, false at the end.
func (d *decoder) next(isFirst bool, end byte) bool {
	if d.err != nil {
		return false
	}
	d.space()
	switch c := d.peek(); {
	case c == end && d.at < len(d.text):
		d.at++
		d.depth--
		return false
	case isFirst:
		return true
	case c == ',':
		d.at++
		d.space()
		if d.peek() == end {
			return d.fail("a comma is followed by the end")
		}
		return true
	case d.at >= len(d.text):
		return d.fail("the text ends too early")
	}
	return d.fail("expected a comma or the end")
}

// key reads the name of a member and its colon.
func (d *decoder) key() (string, bool) {
	if d.peek() != '"' {
		return "", d.fail("expected the name of a member")
	}
	name, ok := d.str()
	if !ok {
		return "", false
	}
	d.space()
	if d.peek() != ':' {
		return "", d.fail("expected a colon")
	}
	d.at++
	d.space()
	return name, true
}

// literal reads a word if it comes next.
func (d *decoder) literal(word string) bool {
	if strings.HasPrefix(d.text[d.at:], word) {
		d.at += len(word)
		return true
	}
	return false
}

// str reads a string, which begins here. Without an escape it is a part of the text.
func (d *decoder) str() (string, bool) {
	start := d.at + 1
	for i := start; i < len(d.text); i++ {
		switch c := d.text[i]; {
		case c == '"':
			d.at = i + 1
			return d.text[start:i], true
		case c == '\\':
			return d.escaped(start, i)
		case c < ' ':
			d.at = i
			return "", d.fail("a string has a control character")
		}
	}
	d.at = len(d.text)
	return "", d.fail("a string has no end")
}

// escaped reads the rest of a string with escapes; the first is at i.
func (d *decoder) escaped(start, i int) (string, bool) {
	value := append(make([]byte, 0, i-start+32), d.text[start:i]...)
	for i < len(d.text) {
		c := d.text[i]
		d.at = i
		switch {
		case c == '"':
			d.at = i + 1
			return string(value), true
		case c < ' ':
			return "", d.fail("a string has a control character")
		case c != '\\':
			value = append(value, c)
			i++
		default:
			var size int
			if value, size = d.unescape(value, d.text[i:]); size == 0 {
				return "", d.fail("a string has an invalid escape")
			}
			i += size
		}
	}
	d.at = len(d.text)
	return "", d.fail("a string has no end")
}

// unescape appends the character of an escape; the size is 0 if there is none.
func (d *decoder) unescape(value []byte, text string) ([]byte, int) {
	if len(text) < 2 {
		return value, 0
	}
	switch c := text[1]; c {
	case '"', '\\', '/':
		return append(value, c), 2
	case 'b':
		return append(value, '\b'), 2
	case 'f':
		return append(value, '\f'), 2
	case 'n':
		return append(value, '\n'), 2
	case 'r':
		return append(value, '\r'), 2
	case 't':
		return append(value, '\t'), 2
	case 'u':
		first, ok := hexEscape(text)
		if !ok {
			return value, 0
		}
		if !utf16.IsSurrogate(first) {
			return utf8.AppendRune(value, first), 6
		}
		// A half of a pair stands for no character.
		if second, ok := hexEscape(text[6:]); ok {
			if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
				return utf8.AppendRune(value, r), 12
			}
		}
	}
	return value, 0
}

// hexEscape reads `\uXXXX`.
func hexEscape(text string) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	var value rune
	for i := 2; i < 6; i++ {
		digit := strings.IndexByte("0123456789abcdef", text[i]|0x20)
		if text[i] >= '0' && text[i] <= '9' {
			digit = int(text[i] - '0')
		}
		if digit < 0 {
			return 0, false
		}
		value = value<<4 | rune(digit)
	}
	return value, true
}

// number reads a number, which begins here, as its text.
func (d *decoder) number() (string, bool) {
	start, i := d.at, d.at
	digits := func() bool {
		from := i
		for i < len(d.text) && d.text[i] >= '0' && d.text[i] <= '9' {
			i++
		}
		return i > from
	}
	at := func(c byte) bool {
		if i < len(d.text) && d.text[i] == c {
			i++
			return true
		}
		return false
	}
	at('-')
	ok := at('0') || digits()
	if ok && at('.') {
		ok = digits()
	}
	if ok && (at('e') || at('E')) {
		_ = at('+') || at('-')
		ok = digits()
	}
	if !ok || i < len(d.text) && isWordByte(d.text[i]) {
		d.at = i
		return "", d.fail("a value is invalid")
	}
	number := d.text[start:i]
	if isPastDouble(number) {
		return "", d.fail("a number is past the range of a double")
	}
	d.at = i
	return number, true
}

// isPastDouble reports whether no float64 holds a number.
func isPastDouble(number string) bool {
	if len(number) < 300 && !strings.ContainsAny(number, "eE") {
		return false
	}
	_, err := strconv.ParseFloat(number, 64)
	return err != nil
}

func isWordByte(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '.' || c == '-' || c == '+' || c == '_'
}

// skip reads a value of any type, and returns its text.
func (d *decoder) skip() (string, bool) {
	start := d.at
	if !d.skipValue() {
		return "", false
	}
	return d.text[start:d.at], true
}

func (d *decoder) skipValue() bool {
	switch d.peek() {
	case '"':
		_, ok := d.str()
		return ok
	case '{':
		if !d.open() {
			return false
		}
		for isFirst := true; d.next(isFirst, '}'); isFirst = false {
			if _, ok := d.key(); !ok || !d.skipValue() {
				return false
			}
		}
		return d.err == nil
	case '[':
		if !d.open() {
			return false
		}
		for isFirst := true; d.next(isFirst, ']'); isFirst = false {
			if !d.skipValue() {
				return false
			}
		}
		return d.err == nil
	case 't', 'f', 'n':
		if d.literal("true") || d.literal("false") || d.literal("null") {
			return true
		}
		return d.fail("a value is invalid")
	}
	if d.at >= len(d.text) {
		return d.fail("the text ends too early")
	}
	_, ok := d.number()
	return ok
}
