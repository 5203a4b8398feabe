package hwtasks

import (
	"strings"
	"unicode"
)

// errorBody holds what an error body says, in whichever shape it came. No document says which member
// holds what: the services, the gateway and IAM each write their own.
type errorBody struct{ code, message, requestID string }

// readErrorBody reads an error body. Where it is no JSON object, all is empty.
func readErrorBody(text string) errorBody {
	body, err := readObject(text)
	if err != nil {
		return errorBody{}
	}
	inner, nested := body.first("error"), body.member("error")
	return errorBody{
		code: firstText(body.first("error_code", "errorCode"), body.first("code"),
			nested.first("error_code", "errorCode"), nested.first("code")),
		message: firstText(body.first("error_msg", "errorMsg"), body.first("message"),
			nested.first("error_msg", "errorMsg"), nested.first("message"), inner),
		requestID: firstText(body.first("request_id", "requestId"), nested.first("request_id", "requestId")),
	}
}

// readObject reads a body that no document of ours describes.
func readObject(text string) (*freeObject, *decodeError) {
	body := &freeObject{}
	return body, decodeBody(text, body)
}

// freeObject is an object without documented members.
type freeObject struct {
	other   Members
	present uint64
}

func (o *freeObject) members() []string          { return nil }
func (o *freeObject) index(string) int           { return -1 }
func (o *freeObject) field(int) any              { return nil }
func (o *freeObject) state() (*Members, *uint64) { return &o.other, &o.present }

// first returns the JSON text of the first member of these names that is not null.
func (o *freeObject) first(names ...string) string {
	for _, member := range o.other {
		for _, name := range names {
			if member.Name == name && string(member.Value) != "null" {
				return string(member.Value)
			}
		}
	}
	return ""
}

// member returns a member that is an object; an empty one where it is not.
func (o *freeObject) member(name string) *freeObject {
	body, err := readObject(o.first(name))
	if err != nil {
		return &freeObject{}
	}
	return body
}

// text returns a member that is a string; empty where it is not.
func (o *freeObject) text(name string) string {
	value := o.first(name)
	if !strings.HasPrefix(value, "\"") {
		return ""
	}
	return asText(value)
}

// elements returns the JSON texts of the elements of a member that is an array; false where it is not.
func (o *freeObject) elements(name string) ([]string, bool) {
	d := newDecoder(o.first(name))
	if d.peek() != '[' || !d.open() {
		return nil, false
	}
	var elements []string
	for isFirst := true; d.next(isFirst, ']'); isFirst = false {
		element, ok := d.skip()
		if !ok {
			return nil, false
		}
		elements = append(elements, element)
	}
	return elements, d.err == nil
}

// asText returns a JSON string, number or boolean as a text; empty for any other value.
func asText(value string) string {
	var text string
	d := newDecoder(value)
	if !d.readText(&text) {
		return ""
	}
	return text
}

// firstText returns the first of some JSON values that has a text.
func firstText(values ...string) string {
	for _, value := range values {
		if text := asText(value); text != "" {
			return text
		}
	}
	return ""
}

// excerpt returns the beginning of a body that is not an error response, on one line.
func excerpt(r *Response) string {
	text := oneLine(strings.ToValidUTF8(r.body[:min(len(r.body), maxKeptBody)], "\ufffd"))
	if text == "" {
		return "the body is empty"
	}
	kind := r.header.Get("Content-Type")
	if kind == "" {
		kind = "no content type"
	}
	return "the body (" + oneLine(kind) + ") begins: " + text
}

// maxShownRunes is how many characters of outside text a message shows.
const maxShownRunes = 200

// oneLine returns text from outside as one line of a message: without line breaks, control characters
// or invisible ones, and cut.
func oneLine(text string) string {
	line := make([]rune, 0, min(len(text), maxShownRunes+1))
	isApart := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp):
			isApart = true
			continue
		case unicode.In(r, unicode.Cf):
			continue
		}
		if isApart && len(line) > 0 {
			line = append(line, ' ')
		}
		isApart = false
		line = append(line, r)
		if len(line) > maxShownRunes {
			return string(line[:maxShownRunes]) + "…"
		}
	}
	return string(line)
}
