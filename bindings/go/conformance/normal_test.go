package conformance

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	hwtasks "github.com/hwtasks/hwtasks/bindings/go"
)

var (
	initialisms = strings.NewReplacer("IPID", "IpId", "IP", "Ip", "ID", "Id", "SSL", "Ssl", "AZ", "Az")
	wordStart   = regexp.MustCompile(`([a-z0-9])([A-Z])`)
)

// documented returns the documented name of a field.
func documented(field string) string {
	return strings.ToLower(wordStart.ReplaceAllString(initialisms.Replace(field), "${1}_${2}"))
}

// normal returns a typed value as the corpus writes it.
func normal(value any) any {
	switch value := value.(type) {
	case hwtasks.Timestamp:
		if value.IsZero() {
			return nil
		}
		var moment any
		if t, ok := value.Time(); ok {
			moment = t.Truncate(time.Millisecond).Format("2006-01-02T15:04:05.000Z")
		}
		return object{"raw": raw(value.String(), value.IsNumber()), "value": moment}
	case hwtasks.Capacity:
		if value.IsZero() {
			return nil
		}
		var size any
		if number, ok := value.Value(); ok {
			size = json.Number(strconv.FormatFloat(number, 'g', -1, 64))
		}
		return object{"raw": raw(value.String(), value.IsNumber()), "value": size}
	case hwtasks.TaskCount:
		if value.IsZero() {
			return nil
		}
		var count any
		if number, ok := value.Value(); ok {
			count = json.Number(strconv.FormatUint(number, 10))
		}
		return object{"raw": raw(value.String(), value.IsNumber()), "value": count}
	case hwtasks.ErrorCode:
		if value.IsZero() {
			return nil
		}
		return value.String()
	}
	reflected := reflect.ValueOf(value)
	switch reflected.Kind() {
	case reflect.Pointer:
		if reflected.IsNil() {
			return nil
		}
		return normal(reflected.Elem().Interface())
	case reflect.String:
		return reflected.String()
	case reflect.Int64:
		return json.Number(strconv.FormatInt(reflected.Int(), 10))
	case reflect.Slice:
		if reflected.IsNil() {
			return nil
		}
		list := []any{}
		for i := range reflected.Len() {
			list = append(list, normal(reflected.Index(i).Interface()))
		}
		return list
	case reflect.Struct:
		return normalObject(reflected)
	}
	return value
}

func raw(text string, isNumber bool) any {
	if isNumber {
		return json.Number(text)
	}
	return text
}

func normalObject(value reflect.Value) object {
	has := value.Interface().(interface{ Has(string) bool })
	found := object{}
	for i := range value.NumField() {
		field := value.Type().Field(i)
		if !field.IsExported() || field.Name == "Other" || field.Name == "Response" {
			continue
		}
		name := documented(field.Name)
		isID := i == 0 && strings.HasSuffix(name, "id")
		member := normal(value.Field(i).Interface())
		if member == nil || value.Field(i).Kind() == reflect.String && !has.Has(name) && !isID {
			continue
		}
		switch name {
		case "task_count":
			name = "count"
		case "instance_num":
			name, member = "count", object{"raw": member, "value": member}
		}
		found[name] = member
	}
	return found
}

var predicates = []struct {
	word  string
	holds func(error) bool
}{
	{"bad_request", hwtasks.IsBadRequest},
	{"connection_error", hwtasks.IsConnectionError},
	{"credentials", hwtasks.IsCredentials},
	{"decode", hwtasks.IsDecode},
	{"forbidden", hwtasks.IsForbidden},
	{"not_found", hwtasks.IsNotFound},
	{"server_error", hwtasks.IsServerError},
	{"task_failed", hwtasks.IsTaskFailed},
	{"throttled", hwtasks.IsThrottled},
	{"timeout", hwtasks.IsTimeout},
	{"unauthorized", hwtasks.IsUnauthorized},
	{"wait_timed_out", hwtasks.IsWaitTimedOut},
}

// ours returns an error of the package.
func ours(t *testing.T, err error) *hwtasks.Error {
	t.Helper()
	var e *hwtasks.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no error of the package", err)
	}
	return e
}

// checkError compares an error with that of the corpus, except for its task.
func checkError(t *testing.T, err error, expected object) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, and expected %v", expected)
	}
	e := ours(t, err)
	is := []any{}
	for _, predicate := range predicates {
		if predicate.holds(err) {
			is = append(is, predicate.word)
		}
	}
	found := object{"kind": string(e.Kind), "is": is}
	put := func(name, value string) {
		if value != "" {
			found[name] = value
		}
	}
	put("code", e.Code)
	put("message", e.Message)
	put("request_id", e.RequestID)
	if e.Status != 0 {
		found["status"] = e.Status
	}
	if e.ClockSkew != 0 {
		found["clock_skew_ms"] = int(math.Round(float64(e.ClockSkew) / float64(time.Millisecond)))
	}
	switch string(e.Reason) {
	case "key_locked", "unknown_access_key", "wrong_secret_key", "signature_expired", "token_expired", "invalid_token":
		found["reason"] = string(e.Reason)
	}
	if wanted, ok := expected["path"]; ok {
		found["path"] = nil
		if e.Path != "" || wanted == "" {
			found["path"] = e.Path
		}
	}
	if _, ok := expected["attempts"]; ok {
		found["attempts"] = e.Attempts
	}
	if expected["request_id"] == "*" && e.RequestID != "" {
		found["request_id"] = "*"
	}
	if text, ok := expected["shows"].(string); ok && !strings.Contains(e.Error(), text) {
		t.Errorf("%q does not show %q", e, text)
	}
	wanted := object{}
	for name, value := range expected {
		if name != "task" && name != "shows" {
			wanted[name] = value
		}
	}
	if !equal(found, wanted) {
		t.Errorf("%v\nis      %v\nand not %v", err, show(found), show(wanted))
	}
}

func show(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func checkEqual(t *testing.T, what string, found, wanted any) {
	t.Helper()
	if !equal(found, wanted) {
		t.Errorf("%s is\n        %s\nand not %s", what, show(found), show(wanted))
	}
}

// checkWritten fails unless what is written back loses nothing: the rule of "Nothing is lost".
func checkWritten(t *testing.T, written, wanted, body any, at string) {
	t.Helper()
	w, isObject := written.(object)
	want, isWantedObject := wanted.(object)
	if isObject && isWantedObject {
		came, _ := body.(object)
		for name, value := range want {
			member, ok := w[name]
			if !ok {
				if value != nil {
					t.Errorf("%s.%s is lost", at, name)
				}
				continue
			}
			checkWritten(t, member, value, came[name], at+"."+name)
		}
		for name, value := range w {
			if _, ok := want[name]; ok {
				continue
			}
			if other, ok := came[name]; !ok || !equal(other, value) {
				t.Errorf("%s.%s is made up", at, name)
			}
		}
		return
	}
	list, isList := written.([]any)
	wantedList, isWantedList := wanted.([]any)
	if isList && isWantedList && len(list) == len(wantedList) {
		came, _ := body.([]any)
		for i := range list {
			var one any
			if i < len(came) {
				one = came[i]
			}
			checkWritten(t, list[i], wantedList[i], one, at+"["+strconv.Itoa(i)+"]")
		}
		return
	}
	if !equal(written, wanted) && !equal(written, body) {
		t.Errorf("%s: %s is neither %s nor %s", at, show(written), show(wanted), show(body))
	}
}
