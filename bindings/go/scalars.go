package hwtasks

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// scalar is a string or a number, as it came.
type scalar struct {
	text string
	kind scalarKind
}

type scalarKind uint8

const (
	noValue scalarKind = iota
	textValue
	numberValue
)

func (s *scalar) decode(d *decoder, takesBooleans bool) bool {
	switch c := d.peek(); {
	case c == '-' || c >= '0' && c <= '9':
		number, ok := d.number()
		if ok {
			*s = scalar{number, numberValue}
		}
		return ok
	case c == '"' || takesBooleans:
		var text string
		ok := d.readText(&text)
		if ok {
			*s = scalar{text, textValue}
		}
		return ok
	}
	return false
}

func (s scalar) encode(text []byte) []byte {
	switch s.kind {
	case textValue:
		return appendJSON(text, s.text)
	case numberValue:
		return append(text, s.text...)
	}
	return append(text, "null"...)
}

func (s *scalar) unmarshal(text []byte, takesBooleans bool) error {
	*s = scalar{}
	d := newDecoder(string(text))
	if d.literal("null") || s.decode(d, takesBooleans) && d.end() {
		return nil
	}
	return errors.New("hwtasks: expected a string or a number")
}

// IsZero reports whether there is no value.
func (s scalar) IsZero() bool { return s.kind == noValue }

// IsNumber reports whether the value came as a JSON number.
func (s scalar) IsNumber() bool { return s.kind == numberValue }

// String returns the value as it came, without quotes.
func (s scalar) String() string { return s.text }

// MarshalJSON writes the value as it came.
func (s scalar) MarshalJSON() ([]byte, error) { return s.encode(nil), nil }

// TaskCount is the number of tasks that the service counted. Documented as a string; the DCS V2
// examples show a number. Do not page by it.
//
// String returns it as it came, IsNumber says in which type, and MarshalJSON writes it so. IsZero
// holds where the service sent none.
type TaskCount struct{ scalar }

// Value returns the count; false if there is none, or the value is not a whole number below 2^64. Of a
// text only digits count, and blanks around them.
func (c TaskCount) Value() (uint64, bool) {
	text := strings.Trim(c.text, jsonBlanks)
	if c.IsNumber() {
		text, _ = textOfNumber(c.text)
	}
	count, err := strconv.ParseUint(text, 10, 64)
	return count, err == nil
}

// jsonBlanks are the blanks between the values of a JSON text.
const jsonBlanks = " \t\n\r"

// UnmarshalJSON reads a string or a number.
func (c *TaskCount) UnmarshalJSON(text []byte) error { return c.unmarshal(text, false) }

func (c *TaskCount) scalarField() *scalar { return &c.scalar }

func (c *TaskCount) takesBooleans() bool { return false }

// Capacity is a memory size in gigabytes. Documented as a string; the DCS V2 examples show a number.
// The empty text means not applicable.
//
// String returns it as it came, IsNumber says in which type, and MarshalJSON writes it so. IsZero
// holds where the service sent none.
type Capacity struct{ scalar }

// Value returns the size in gigabytes; false if there is none, or the value is not a finite number.
func (c Capacity) Value() (float64, bool) {
	text := strings.Trim(c.text, jsonBlanks)
	// Go reads more notations than JSON has.
	if text == "" || strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, false
	}
	size, err := strconv.ParseFloat(text, 64)
	return size, err == nil && !math.IsInf(size, 0)
}

// UnmarshalJSON reads a string or a number.
func (c *Capacity) UnmarshalJSON(text []byte) error { return c.unmarshal(text, false) }

func (c *Capacity) scalarField() *scalar { return &c.scalar }

func (c *Capacity) takesBooleans() bool { return false }

// ErrorCode is an error code: a string from the services and the gateway, a number from IAM.
//
// IsNumber says in which type it came, and MarshalJSON writes it so. IsZero holds where the service sent
// none.
type ErrorCode struct{ scalar }

// String returns the code as a text; a number without an exponent.
func (c ErrorCode) String() string {
	if !c.IsNumber() {
		return c.text
	}
	if text, ok := textOfNumber(c.text); ok {
		return text
	}
	return c.text
}

// UnmarshalJSON reads a string, a number or a boolean.
func (c *ErrorCode) UnmarshalJSON(text []byte) error { return c.unmarshal(text, true) }

func (c *ErrorCode) scalarField() *scalar { return &c.scalar }

func (c *ErrorCode) takesBooleans() bool { return true }

// Timestamp is a time in a response body, kept as it came. The documents show RFC 3339 text in UTC
// with milliseconds; a number is milliseconds since 1970. V1.0 shows an empty text for an unset time.
//
// String returns it as it came, IsNumber says in which type, and MarshalJSON writes it so. IsZero
// holds where the service sent none.
type Timestamp struct{ scalar }

// NewTimestamp returns a time as the documents write it.
func NewTimestamp(t time.Time) Timestamp {
	return Timestamp{scalar{t.UTC().Format("2006-01-02T15:04:05.000Z"), textValue}}
}

// Time returns the time in UTC; false if the value is no time of the years 0 to 9999.
func (t Timestamp) Time() (time.Time, bool) {
	if !t.IsNumber() {
		return parseRFC3339(t.text)
	}
	millis, ok := wholeNumber(t.text)
	if !ok || millis < minMillis || millis > maxMillis {
		return time.Time{}, false
	}
	return time.UnixMilli(millis).UTC(), true
}

// The milliseconds of the years 0 to 9999.
const (
	minMillis = -62167219200000
	maxMillis = 253402300799999
)

// UnmarshalJSON reads a string or a number.
func (t *Timestamp) UnmarshalJSON(text []byte) error { return t.unmarshal(text, false) }

func (t *Timestamp) scalarField() *scalar { return &t.scalar }

func (t *Timestamp) takesBooleans() bool { return false }

// parseRFC3339 reads a time of the years 0 to 9999 by the grammar of RFC 3339, section 5.6, and nothing
// else. The package time also takes a comma, and offsets beyond a day.
func parseRFC3339(text string) (time.Time, bool) {
	number := func(from, to int) int {
		value := 0
		for _, c := range []byte(text[from:to]) {
			if c < '0' || c > '9' {
				return -1
			}
			value = value*10 + int(c-'0')
		}
		return value
	}
	if len(text) < len("2006-01-02T15:04:05Z") || text[4] != '-' || text[7] != '-' || text[10]|0x20 != 't' && text[10] != ' ' ||
		text[13] != ':' || text[16] != ':' {
		return time.Time{}, false
	}
	year, month, day := number(0, 4), number(5, 7), number(8, 10)
	hour, minute, second := number(11, 13), number(14, 16), number(17, 19)
	if year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
		second < 0 || second > 60 {
		return time.Time{}, false
	}
	at, nanos := 19, 0
	if text[at] == '.' {
		at++
		from := at
		for scale := 100_000_000; at < len(text) && text[at] >= '0' && text[at] <= '9'; at++ {
			nanos += int(text[at]-'0') * scale
			scale /= 10
		}
		if at == from {
			return time.Time{}, false
		}
	}
	offset, ok := zoneOffset(text[at:])
	// A leap second is the last second of its minute.
	at = min(second, 59)
	t := time.Date(year, time.Month(month), day, hour, minute, at, nanos, time.UTC)
	if !ok || t.Day() != day {
		return time.Time{}, false
	}
	t = t.Add(-offset)
	return t, t.Year() >= 0 && t.Year() <= 9999
}

// zoneOffset reads `Z` or `+08:00`.
func zoneOffset(text string) (time.Duration, bool) {
	if text == "Z" || text == "z" {
		return 0, true
	}
	if len(text) != len("+08:00") || text[0] != '+' && text[0] != '-' || text[3] != ':' {
		return 0, false
	}
	hours, err := strconv.ParseUint(text[1:3], 10, 8)
	minutes, err2 := strconv.ParseUint(text[4:6], 10, 8)
	if err != nil || err2 != nil || hours > 23 || minutes > 59 {
		return 0, false
	}
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if text[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// compactTime writes a bound of a time window in UTC: `yyyyMMddHHmmss`.
func compactTime(t time.Time, roundUp bool) (string, error) {
	t = t.UTC()
	if whole := t.Truncate(time.Second); roundUp && !whole.Equal(t) {
		t = whole.Add(time.Second)
	}
	if t.Year() < 0 || t.Year() > 9999 {
		return "", fmt.Errorf("its year %d does not have four digits", t.Year())
	}
	return t.Format("20060102150405"), nil
}
