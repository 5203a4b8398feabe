package hwtasks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// A Member is a member of a JSON object, as it came.
type Member struct {
	// Name is the name of the member.
	Name string

	// Value is its JSON text.
	Value json.RawMessage
}

// Members are members of a JSON object, in the order in which they came. No name occurs twice.
type Members []Member

// Get returns the value of a member; nil if there is none.
func (m Members) Get(name string) json.RawMessage {
	if i := m.find(name); i >= 0 {
		return m[i].Value
	}
	return nil
}

func (m Members) find(name string) int {
	return slices.IndexFunc(m, func(member Member) bool { return member.Name == name })
}

func (m *Members) set(name, value string) {
	if i := m.find(name); i >= 0 {
		(*m)[i].Value = json.RawMessage(value)
		return
	}
	*m = append(*m, Member{name, json.RawMessage(value)})
}

func (m *Members) remove(name string) {
	if i := m.find(name); i >= 0 {
		*m = slices.Delete(*m, i, i+1)
	}
}

// object is a value of a documented schema. The implementations are generated.
type object interface {
	// members returns the documented names, in the order of the schema.
	members() []string
	// index returns the number of a documented member; -1 for any other.
	index(name string) int
	// field returns a pointer to the field of a member.
	field(index int) any
	// state returns the other members, and the set of the documented ones that have a value.
	state() (*Members, *uint64)
}

// speller is an object with members that the documents write in two ways.
type speller interface{ spellings() []spelling }

// spelling is a documented name, and another for the same member.
type spelling struct{ right, wrong string }

// openSet is a text with known values.
type openSet interface{ pointer() *string }

// tolerantScalar is a string or a number.
type tolerantScalar interface {
	scalarField() *scalar
	takesBooleans() bool
}

// container is a field that holds objects.
type container interface {
	decode(d *decoder) bool
	encode(text []byte) []byte
	isSet() bool
	reset()
	equal(other any) bool
}

// child is a field with an object of a schema.
type child[T any, P interface {
	*T
	object
}] struct{ at **T }

func (c child[T, P]) decode(d *decoder) bool {
	value := new(T)
	if d.peek() != '{' || !decodeObject(d, P(value)) {
		return false
	}
	*c.at = value
	return true
}

func (c child[T, P]) encode(text []byte) []byte { return encodeObject(text, P(*c.at)) }

func (c child[T, P]) isSet() bool { return *c.at != nil }

func (c child[T, P]) reset() { *c.at = nil }

func (c child[T, P]) equal(other any) bool {
	o := other.(child[T, P])
	if *c.at == nil || *o.at == nil {
		return *c.at == *o.at
	}
	return equalObjects(P(*c.at), P(*o.at))
}

// children is a field with a list of objects of a schema.
type children[T any, P interface {
	*T
	object
}] struct{ at *[]T }

func (c children[T, P]) decode(d *decoder) bool {
	d.element = -1
	if d.peek() != '[' || !d.open() {
		return false
	}
	// Items are rarely shorter; a guess too low costs a copy.
	values := make([]T, 0, min((len(d.text)-d.at)/256+1, 1024))
	for i := 0; d.next(i == 0, ']'); i++ {
		if d.peek() != '{' {
			if d.element < 0 {
				d.element = i
			}
			if !d.skipValue() {
				return false
			}
			continue
		}
		values = append(values, *new(T))
		if !decodeObject(d, P(&values[len(values)-1])) {
			if d.err != nil && d.err.path == "" {
				d.err.path = "[" + strconv.Itoa(i) + "]"
			}
			return false
		}
	}
	if d.err != nil || d.element >= 0 {
		return false
	}
	*c.at = values
	return true
}

func (c children[T, P]) encode(text []byte) []byte {
	text = append(text, '[')
	for i := range *c.at {
		if i > 0 {
			text = append(text, ',')
		}
		text = encodeObject(text, P(&(*c.at)[i]))
	}
	return append(text, ']')
}

// isSet is true always: a list without items is written too.
func (c children[T, P]) isSet() bool { return true }

func (c children[T, P]) reset() { *c.at = nil }

func (c children[T, P]) equal(other any) bool {
	return slices.EqualFunc(*c.at, *other.(children[T, P]).at, func(a, b T) bool { return equalObjects(P(&a), P(&b)) })
}

// decodeObject reads an object, which begins here. It returns false if the text is not JSON.
func decodeObject(d *decoder, v object) bool {
	if !d.open() {
		return false
	}
	other, present := v.state()
	var spellings []spelling
	if s, ok := v.(speller); ok {
		spellings = s.spellings()
	}
	var seen uint64
	for isFirst := true; d.next(isFirst, '}'); isFirst = false {
		name, ok := d.key()
		if !ok {
			return false
		}
		index := v.index(name)
		if index >= 0 && !isSpelling(spellings, name) {
			bit := uint64(1) << index
			if seen&bit != 0 {
				// Of a name that comes twice, the last value counts.
				resetField(v.field(index))
				*present &^= bit
				other.remove(name)
			}
			seen |= bit
			if d.literal("null") {
				continue
			}
			start := d.at
			if decodeField(d, v.field(index)) {
				*present |= bit
				continue
			}
			if d.err != nil {
				return false
			}
			d.at = start
		}
		value, ok := d.skip()
		if !ok {
			return false
		}
		other.set(name, value)
	}
	for _, s := range spellings {
		settle(v, s, other, present)
	}
	d.seen = seen
	return d.err == nil
}

func isSpelling(spellings []spelling, name string) bool {
	for _, s := range spellings {
		if s.right == name || s.wrong == name {
			return true
		}
	}
	return false
}

// settle reads a member with two names from the first of them that is not null.
func settle(v object, s spelling, other *Members, present *uint64) {
	for _, name := range []string{s.right, s.wrong} {
		if string(other.Get(name)) == "null" {
			other.remove(name)
		}
	}
	i := slices.IndexFunc(*other, func(m Member) bool { return m.Name == s.right || m.Name == s.wrong })
	if i < 0 {
		return
	}
	index := v.index(s.right)
	d := newDecoder(string((*other)[i].Value))
	if decodeField(d, v.field(index)) {
		*present |= 1 << index
		*other = slices.Delete(*other, i, i+1)
	}
}

// hasValue reports whether a member had a value in the body, or was set since.
func hasValue(v object, index int) bool {
	_, present := v.state()
	field := v.field(index)
	if isSet(field) {
		return true
	}
	switch field.(type) {
	case *string, openSet:
		return *present&(1<<index) != 0
	}
	return false
}

func hasMember(v object, name string) bool {
	index := v.index(name)
	return index >= 0 && hasValue(v, index)
}

func equalObjects(a, b object) bool {
	for index := range a.members() {
		if hasValue(a, index) != hasValue(b, index) || !equalFields(a.field(index), b.field(index)) {
			return false
		}
	}
	return true
}

// encodeObject appends an object as JSON.
func encodeObject(text []byte, v object) []byte {
	text = append(text, '{')
	start := len(text)
	put := func(name string) {
		if len(text) > start {
			text = append(text, ',')
		}
		text = append(appendJSON(text, name), ':')
	}
	for index, name := range v.members() {
		if hasValue(v, index) {
			put(name)
			text = encodeField(text, v.field(index))
		}
	}
	other, _ := v.state()
	for _, member := range *other {
		// A field that was set since counts.
		if !hasMember(v, member.Name) {
			put(member.Name)
			text = append(text, member.Value...)
		}
	}
	return append(text, '}')
}

// decodeBody reads a text that holds one object.
func decodeBody(text string, v object) *decodeError {
	d := newDecoder(text)
	if d.err == nil && d.peek() != '{' {
		if _, ok := d.skip(); ok && d.end() {
			return &decodeError{why: "expected an object", at: -1}
		}
		return d.err
	}
	if d.err == nil && decodeObject(d, v) {
		d.end()
	}
	list, isList := v.(interface{ itemsMember() string })
	if !isList {
		return d.err
	}
	name := list.itemsMember()
	if d.err != nil {
		if d.err.path != "" {
			d.err.path = name + d.err.path
		}
		return d.err
	}
	_, present := v.state()
	switch bit := uint64(1) << v.index(name); {
	case *present&bit != 0:
		return nil
	case d.seen&bit == 0:
		return &decodeError{why: fmt.Sprintf("it has no member %q", name), at: -1}
	case d.element >= 0:
		return &decodeError{why: "expected an object", path: fmt.Sprintf("%s[%d]", name, d.element), at: -1}
	}
	return &decodeError{why: "expected an array", path: name, at: -1}
}

func unmarshalObject(v object, text []byte) error {
	if err := decodeBody(string(text), v); err != nil {
		return fmt.Errorf("hwtasks: %w", err)
	}
	return nil
}
