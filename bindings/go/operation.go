package hwtasks

import "math"

// Zero sets an option that is a number to 0. The zero value of an option leaves it unset instead.
const Zero = math.MinInt

// operation is what the runtime knows of an operation: how it is sent, paged and waited on. The values
// are generated.
type operation struct {
	id         string
	service    string
	method     string
	path       string
	parameters []string // of the path, in order: what messages call it; empty for the project
	query      []queryParameter
	paging     *paging
	window     *timeWindow
	waiting    *waiting
}

// queryParameter is a parameter of a query, with the range that its format holds.
type queryParameter struct {
	name string
	kind parameterKind
	low  int64
	high int64
}

type parameterKind uint8

const (
	integerParameter parameterKind = iota
	timeParameter
	textParameter
	booleanParameter
)

// paging is how an operation lists items page by page. position and size are indexes into the query.
type paging struct {
	position int
	first    int
	size     int
	largest  int // 0: not documented
}

// timeWindow has the indexes of the query parameters that bound the time of items.
type timeWindow struct{ lower, upper int }

// waiting is how an item of a list is waited for.
type waiting struct {
	label   string
	success []string
	failure []string
	show    *operation
}

func newOperation(id, service, method, path string, parameters []string, query []queryParameter) *operation {
	return &operation{id: id, service: service, method: method, path: path, parameters: parameters, query: query}
}

func (o *operation) pagedBy(position, first, size, largest int) *operation {
	o.paging = &paging{position, first, size, largest}
	return o
}

func (o *operation) windowedBy(lower, upper int) *operation {
	o.window = &timeWindow{lower, upper}
	return o
}

func (o *operation) awaitedBy(label string, success, failure []string, show *operation) *operation {
	o.waiting = &waiting{label, success, failure, show}
	return o
}
