package hwtasks

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// decodeField reads a value into a field; false if the value is of another type.
func decodeField(d *decoder, field any) bool {
	switch field := field.(type) {
	case *string:
		return d.readText(field)
	case openSet:
		return d.readText(field.pointer())
	case tolerantScalar:
		return field.scalarField().decode(d, field.takesBooleans())
	case **int64:
		return d.readInteger(field)
	case **bool:
		return d.readBoolean(field)
	case *[]string:
		return d.readTexts(field)
	case container:
		return field.decode(d)
	}
	return false
}

func resetField(field any) {
	switch field := field.(type) {
	case *string:
		*field = ""
	case openSet:
		*field.pointer() = ""
	case tolerantScalar:
		*field.scalarField() = scalar{}
	case **int64:
		*field = nil
	case **bool:
		*field = nil
	case *[]string:
		*field = nil
	case container:
		field.reset()
	}
}

// isSet reports whether a field has a value other than the zero value.
func isSet(field any) bool {
	switch field := field.(type) {
	case *string:
		return *field != ""
	case openSet:
		return *field.pointer() != ""
	case tolerantScalar:
		return !field.scalarField().IsZero()
	case **int64:
		return *field != nil
	case **bool:
		return *field != nil
	case *[]string:
		return *field != nil
	case container:
		return field.isSet()
	}
	return false
}

// copyField sets a field from one of the same type.
func copyField(to, from any) {
	switch to := to.(type) {
	case *string:
		*to = *from.(*string)
	case openSet:
		*to.pointer() = *from.(openSet).pointer()
	case tolerantScalar:
		*to.scalarField() = *from.(tolerantScalar).scalarField()
	}
}

func equalFields(a, b any) bool {
	switch a := a.(type) {
	case *string:
		return *a == *b.(*string)
	case openSet:
		return *a.pointer() == *b.(openSet).pointer()
	case tolerantScalar:
		return *a.scalarField() == *b.(tolerantScalar).scalarField()
	case **int64:
		return equalPointers(*a, *b.(**int64))
	case **bool:
		return equalPointers(*a, *b.(**bool))
	case *[]string:
		return slices.Equal(*a, *b.(*[]string))
	case container:
		return a.equal(b)
	}
	return false
}

func equalPointers[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func encodeField(text []byte, field any) []byte {
	switch field := field.(type) {
	case *string:
		return appendJSON(text, *field)
	case openSet:
		return appendJSON(text, *field.pointer())
	case tolerantScalar:
		return field.scalarField().encode(text)
	case **int64:
		return strconv.AppendInt(text, **field, 10)
	case **bool:
		return strconv.AppendBool(text, **field)
	case *[]string:
		text = append(text, '[')
		for i, element := range *field {
			if i > 0 {
				text = append(text, ',')
			}
			text = appendJSON(text, element)
		}
		return append(text, ']')
	case container:
		return field.encode(text)
	}
	return text
}

const hexDigits = "0123456789abcdef"

// appendJSON appends a text as a JSON string.
func appendJSON(text []byte, value string) []byte {
	if !utf8.ValidString(value) {
		value = strings.ToValidUTF8(value, string(utf8.RuneError))
	}
	text = append(text, '"')
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"' || c == '\\':
			text = append(text, '\\', c)
		case c < ' ':
			text = append(text, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			text = append(text, c)
		}
	}
	return append(text, '"')
}

// fieldText returns a text or a scalar; empty for any other field.
func fieldText(field any) string {
	switch field := field.(type) {
	case *string:
		return *field
	case openSet:
		return *field.pointer()
	case tolerantScalar:
		return field.scalarField().text
	}
	return ""
}
