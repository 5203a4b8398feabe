package conformance

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// validate returns what a JSON Schema finds wrong with a value. It knows the keywords that the schema of
// the corpus uses, and reports any other.
func validate(document object, schema, value any, at string) []string {
	rules, ok := schema.(object)
	if !ok {
		return []string{fmt.Sprintf("%s: the schema is %v", at, schema)}
	}
	var problems []string
	report := func(format string, arguments ...any) {
		problems = append(problems, at+": "+fmt.Sprintf(format, arguments...))
	}
	passes := func(schema any) bool { return len(validate(document, schema, value, at)) == 0 }
	count := func(schemas any) (passed int) {
		for _, schema := range schemas.([]any) {
			if passes(schema) {
				passed++
			}
		}
		return passed
	}
	for keyword, rule := range rules {
		switch keyword {
		case "description", "properties", "additionalProperties":
		case "$ref":
			name := strings.TrimPrefix(rule.(string), "#/$defs/")
			problems = append(problems, validate(document, document["$defs"].(object)[name], value, at)...)
		case "type":
			types, isList := rule.([]any)
			if !isList {
				types = []any{rule}
			}
			if !slices.ContainsFunc(types, func(name any) bool { return hasType(value, name.(string)) }) {
				report("%v is not of type %v", value, rule)
			}
		case "enum":
			if !slices.ContainsFunc(rule.([]any), func(one any) bool { return equal(one, value) }) {
				report("%v is none of %v", value, rule)
			}
		case "const":
			if !equal(rule, value) {
				report("%v is not %v", value, rule)
			}
		case "anyOf":
			if count(rule) == 0 {
				report("%v matches none of %v", value, rule)
			}
		case "oneOf":
			if passed := count(rule); passed != 1 {
				report("%v matches %d of %v", value, passed, rule)
			}
		case "allOf":
			for _, schema := range rule.([]any) {
				problems = append(problems, validate(document, schema, value, at)...)
			}
		case "not":
			if passes(rule) {
				report("%v matches %v", value, rule)
			}
		case "required":
			if members, ok := value.(object); ok {
				for _, name := range rule.([]any) {
					if _, ok := members[name.(string)]; !ok {
						report("%s is missing", name)
					}
				}
			}
		case "items":
			elements, _ := value.([]any)
			for i, element := range elements {
				problems = append(problems, validate(document, rule, element, fmt.Sprintf("%s[%d]", at, i))...)
			}
		case "minimum", "maximum":
			if order, ok := compare(value, rule); ok && (keyword == "minimum" && order < 0 || keyword == "maximum" && order > 0) {
				report("%v is beyond the %s %v", value, keyword, rule)
			}
		case "minItems", "minLength", "minProperties", "maxProperties":
			size := len(fmt.Sprint(value))
			switch value := value.(type) {
			case []any:
				size = len(value)
			case object:
				size = len(value)
			case string:
				size = utf8.RuneCountInString(value)
			}
			limit := number(rule, 0)
			if strings.HasPrefix(keyword, "min") && size < limit || strings.HasPrefix(keyword, "max") && size > limit {
				report("%v violates %s %d", value, keyword, limit)
			}
		case "pattern":
			if text, ok := value.(string); ok && !regexp.MustCompile(rule.(string)).MatchString(text) {
				report("%q does not match %s", text, rule)
			}
		case "uniqueItems":
			elements, _ := value.([]any)
			for i := range elements {
				if slices.ContainsFunc(elements[:i], func(one any) bool { return equal(one, elements[i]) }) {
					report("%v comes twice", elements[i])
				}
			}
		default:
			report("the runner does not know the keyword %s", keyword)
		}
	}
	members, _ := value.(object)
	properties, _ := rules["properties"].(object)
	for name, member := range members {
		if schema, ok := properties[name]; ok {
			problems = append(problems, validate(document, schema, member, at+"."+name)...)
			continue
		}
		switch additional := rules["additionalProperties"].(type) {
		case bool:
			if !additional {
				report("unknown member %s", name)
			}
		case object:
			problems = append(problems, validate(document, additional, member, at+"."+name)...)
		}
	}
	return problems
}

func hasType(value any, name string) bool {
	switch value := value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case []any:
		return name == "array"
	case object:
		return name == "object"
	case json.Number:
		number, ok := rational(value)
		return name == "number" || name == "integer" && ok && number.IsInt()
	}
	return false
}

func rational(value any) (*big.Rat, bool) {
	switch value := value.(type) {
	case json.Number:
		return new(big.Rat).SetString(value.String())
	case int:
		return new(big.Rat).SetInt64(int64(value)), true
	}
	return nil, false
}

func compare(a, b any) (int, bool) {
	x, ok := rational(a)
	y, isNumber := rational(b)
	if !ok || !isNumber {
		return 0, false
	}
	return x.Cmp(y), true
}

// equal compares JSON values; numbers by their value.
func equal(a, b any) bool {
	if order, ok := compare(a, b); ok {
		return order == 0
	}
	switch a := a.(type) {
	case object:
		b, ok := b.(object)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, value := range a {
			other, ok := b[name]
			if !ok || !equal(value, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case nil, bool, string:
		switch b.(type) {
		case nil, bool, string:
			return a == b
		}
	}
	return false
}
