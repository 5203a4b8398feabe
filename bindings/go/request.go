package hwtasks

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// request is a request as data: an operation, its arguments and its query.
type request struct {
	core      *core
	operation *operation
	arguments []string
	// values are those of the query parameters, encoded; empty for one that is not set.
	values []string
	// deadline is the moment of the client's clock at which the call must have ended; 0 for none.
	deadline time.Duration
	// isPoll: the response of a throttled call is returned, and not retried.
	isPoll bool
	// pace is that of the sweep that the request is a part of.
	pace *pace
	err  *Error
}

// options put themselves into a request. The implementations are generated.
type options interface{ put(*request) }

func newRequest(c *core, op *operation, given options, arguments ...string) *request {
	r := &request{core: c, operation: op, arguments: arguments, values: make([]string, len(op.query))}
	if given != nil {
		given.put(r)
	}
	return r
}

// clone returns a copy with a query of its own.
func (r *request) clone() *request {
	copied := *r
	copied.values = slices.Clone(r.values)
	return &copied
}

// place returns the index of a query parameter; -1, and an error of the request, if there is none.
func (r *request) place(name string) int {
	for i := range r.operation.query {
		if r.operation.query[i].name == name {
			return i
		}
	}
	if r.err == nil {
		r.err = invalidInput("the %s is no parameter of %s", name, r.operation.id)
		if p := r.operation.paging; p != nil && name != r.operation.query[p.size].name {
			_ = r.err.withHelp("use the " + r.operation.query[p.position].name)
		}
	}
	return -1
}

func (r *request) integer(name string, value int) {
	if value == 0 {
		return
	}
	if value == Zero {
		value = 0
	}
	i := r.place(name)
	if i < 0 {
		return
	}
	if p := r.operation.query[i]; int64(value) < p.low || int64(value) > p.high {
		r.err = invalidInput("the %s is %d, and must be %d to %d", name, value, p.low, p.high)
		return
	}
	r.values[i] = strconv.Itoa(value)
}

func (r *request) text(name, value string) {
	if value == "" {
		return
	}
	if i := r.place(name); i >= 0 {
		r.values[i] = string(appendEncoded(nil, value))
	}
}

//lint:ignore U1000 Generated options call it where an operation has such a parameter.
func (r *request) boolean(name string, value *bool) {
	if value != nil {
		r.text(name, strconv.FormatBool(*value))
	}
}

func (r *request) lower(since time.Time) { r.bound("since", since, false) }

func (r *request) upper(until time.Time) { r.bound("until", until, true) }

func (r *request) bound(what string, t time.Time, isUpper bool) {
	if t.IsZero() {
		return
	}
	window := r.operation.window
	if window == nil {
		r.err = invalidInput("%s is no option of %s, which has no time window", what, r.operation.id)
		return
	}
	value, err := compactTime(t, isUpper)
	if err != nil {
		r.err = invalidInput("%s: %s", what, err)
		return
	}
	if isUpper {
		r.values[window.upper] = value
	} else {
		r.values[window.lower] = value
	}
}

// within replaces both bounds of the time window; the zero time removes one.
func (r *request) within(since, until time.Time) *request {
	if window := r.operation.window; window != nil {
		r.values[window.lower], r.values[window.upper] = "", ""
		r.lower(since)
		r.upper(until)
	}
	return r
}

// number returns a number of the query; false if it is not set.
func (r *request) number(index int) (int, bool) {
	value, err := strconv.Atoi(r.values[index])
	return value, err == nil
}

// target returns the path and the query of the URL. The query is in the order of the names, as a
// signature needs it.
func (r *request) target(project string) string {
	target := make([]byte, 0, len(r.operation.path)+128)
	argument, parameter := 0, 0
	for segment := range strings.SplitSeq(r.operation.path[1:], "/") {
		target = append(target, '/')
		switch {
		case !strings.HasPrefix(segment, "{"):
			target = append(target, segment...)
			continue
		case r.operation.parameters[parameter] == "":
			target = appendEncoded(target, project)
		default:
			target = appendEncoded(target, r.arguments[argument])
			argument++
		}
		parameter++
	}
	var order [8]int
	set := order[:0]
	for i, value := range r.values {
		if value != "" {
			set = append(set, i)
		}
	}
	slices.SortFunc(set, func(a, b int) int {
		return strings.Compare(r.operation.query[a].name, r.operation.query[b].name)
	})
	separator := byte('?')
	for _, i := range set {
		target = append(target, separator)
		target = append(target, r.operation.query[i].name...)
		target = append(target, '=')
		target = append(target, r.values[i]...)
		separator = '&'
	}
	return string(target)
}

// url checks the request, and returns its URL.
func (r *request) url(ctx context.Context, c *call) (*url.URL, error) {
	base, err := r.core.endpoint(r.operation.service)
	if err != nil {
		return nil, err
	}
	argument := 0
	for _, label := range r.operation.parameters {
		if label == "" {
			continue
		}
		if err := checkPathSegment(label, r.arguments[argument]); err != nil {
			return nil, err
		}
		argument++
	}
	if r.err != nil {
		copied := *r.err
		return nil, &copied
	}
	// Last, because it may have to be looked up.
	project, failed := r.core.project.id(ctx, c)
	if failed != nil {
		return nil, failed
	}
	if err := checkPathSegment("project ID", project); err != nil {
		return nil, err
	}
	return joinURL(base, r.target(project))
}

// fetch sends the request, and returns the response of the documented success. It can be sent again.
func (r *request) fetch(ctx context.Context) (*Response, error) {
	if r.pace == nil {
		return r.fetchOnce(ctx)
	}
	for sends := 1; ; sends++ {
		permit, err := r.pace.permit(ctx)
		if err != nil {
			return nil, err
		}
		response, err := r.fetchOnce(ctx)
		if !permit.settle(err, sends) {
			return response, err
		}
	}
}

func (r *request) fetchOnce(ctx context.Context) (*Response, error) {
	c := r.core.call(r.operation.id)
	c.isPoll = r.isPoll || r.pace != nil
	if r.deadline > 0 {
		c.deadline = min(c.deadline, r.deadline)
	}
	u, err := r.url(ctx, c)
	if err != nil {
		return nil, c.annotate(err)
	}
	response, err := c.send(ctx, r.operation.method, u, http.Header{"Accept": {"application/json"}}, "")
	if err != nil {
		return nil, c.annotate(err)
	}
	if response.status != http.StatusOK {
		return nil, c.annotate(statusError(response))
	}
	return response, nil
}

// body is the body of a success.
type body[B any] interface {
	*B
	object
	attach(*Response)
}

// list is a body that holds items.
type list[B, T any] interface {
	body[B]
	items() *[]T
	count() (uint64, bool)
	onlyItemMembers() []string
}

// item is an item of a list.
type item[T any] interface {
	body[T]
	identity() string
	label() string
	status() string
	started() Timestamp
}

// send sends a request, and decodes the body of the response.
func send[B any, P body[B]](ctx context.Context, r *request) (*B, error) {
	response, err := r.fetch(ctx)
	if err != nil {
		return nil, err
	}
	value := new(B)
	if err := decodeBody(response.body, P(value)); err != nil {
		return nil, undecoded(response, err).withOperation(r.operation.id)
	}
	P(value).attach(response)
	return value, nil
}

// sendOne sends a request for one item. The body is a list of one.
func sendOne[B, T any, L list[B, T], I item[T]](ctx context.Context, r *request) (*T, error) {
	found, err := findOne[B, T, L, I](ctx, r)
	if err != nil {
		return nil, err
	}
	if found.value == nil {
		return nil, unexpected(found.response, "the response holds no items instead of one").withOperation(r.operation.id)
	}
	return found.value, nil
}

// findOne returns the item; nil with the response when the list that is the body is empty.
func findOne[B, T any, L list[B, T], I item[T]](ctx context.Context, r *request) (found[T], error) {
	response, err := r.fetch(ctx)
	if err != nil {
		return found[T]{}, err
	}
	value := new(B)
	if err := decodeBody(response.body, L(value)); err != nil {
		return found[T]{}, undecoded(response, err).withOperation(r.operation.id)
	}
	items := *L(value).items()
	if len(items) == 0 {
		return found[T]{response: response}, nil
	}
	if len(items) > 1 {
		message := "the response holds %d items instead of one"
		return found[T]{}, unexpected(response, message, len(items)).withOperation(r.operation.id)
	}
	one := &items[0]
	if id := I(one).identity(); id != r.arguments[len(r.arguments)-1] {
		return found[T]{}, unexpected(response, "the response holds another item, %q", oneLine(id)).withOperation(r.operation.id)
	}
	I(one).attach(response)
	return found[T]{one, response}, nil
}

// found is an item with the response that shows it.
type found[T any] struct {
	value    *T
	response *Response
}
