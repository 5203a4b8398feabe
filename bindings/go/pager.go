package hwtasks

import (
	"context"
	"iter"
	"math"
	"strconv"
	"strings"
)

const (
	// probeOffset is how far past a repeated page a probe reads, to see whether the service honors the
	// position. Further than any instance has tasks.
	probeOffset = 1_000_000
	// maxPagesWithoutNew is how many full pages in a row may hold no new item, beyond those that all
	// seen items would fill.
	maxPagesWithoutNew = 100
	// defaultPageSize is requested when neither the caller nor the documents name a size.
	defaultPageSize = 100
)

// itemKey identifies an item of a list.
type itemKey struct{ id, label, started string }

func keyOf[T any, I item[T]](value I) itemKey {
	if id := value.identity(); id != "" {
		return itemKey{id: id}
	}
	return itemKey{label: value.label(), started: value.started().String()}
}

// clone returns a key that keeps no body in memory.
func (k itemKey) clone() itemKey {
	return itemKey{strings.Clone(k.id), strings.Clone(k.label), strings.Clone(k.started)}
}

// pager reads a list page by page.
//
// Invariant: every item that existed throughout and precedes a seen item has been seen. A page at the
// start, or one with a seen item, extends this to its last item.
type pager[B, T any, L list[B, T], I item[T]] struct {
	request  *request
	paging   *paging // nil: all items come on one page
	pageSize int
	first    int
	position int
	seen     map[itemKey]struct{}
	// rewind is the length of the last rewind.
	rewind int
	// withoutNew is the number of full pages in a row without a new item.
	withoutNew int
	// isHonored: the service is known to honor the position.
	isHonored bool
	isStarted bool
	isEnded   bool
}

func newPager[B, T any, L list[B, T], I item[T]](r *request) *pager[B, T, L, I] {
	p := &pager[B, T, L, I]{request: r.clone(), paging: r.operation.paging, pageSize: math.MaxInt32}
	if p.paging == nil {
		return p
	}
	p.pageSize, p.first = defaultPageSize, p.paging.first
	if p.paging.largest > 0 {
		p.pageSize = p.paging.largest
	}
	if size, ok := r.number(p.paging.size); ok {
		p.pageSize = size
	}
	if position, ok := r.number(p.paging.position); ok {
		p.first = position
	}
	// Pages of one cannot overlap.
	if p.pageSize == 1 {
		p.pageSize = 2
	}
	p.position = p.first
	return p
}

// next returns the next page with an item not seen before, or the first page; nil at the end.
func (p *pager[B, T, L, I]) next(ctx context.Context) (*B, *Response, error) {
	for !p.isEnded {
		page, response, err := p.fetch(ctx, p.position)
		if err != nil {
			return nil, nil, err
		}
		items := L(page).items()
		length := len(*items)
		if p.position > p.first && !p.hasSeen(*items) {
			p.stepBack()
			continue
		}
		p.rewind = 0
		isLast := length < p.pageSize && !(length > 1 && p.claimsMore(page, length))
		hasNew := length > 0
		// A whole list on one page has nothing to tell apart later.
		if !isLast || len(p.seen) > 0 || p.repeats(*items) {
			p.retainNew(items)
			hasNew = len(*items) > 0
		}
		switch {
		case length < p.pageSize:
			p.isEnded = isLast || !hasNew
		case hasNew:
			p.withoutNew = 0
		default:
			if err := p.checkRepeated(ctx, response); err != nil {
				return nil, nil, err
			}
		}
		p.position = p.add(max(length-1, 0))
		if hasNew || !p.isStarted {
			p.isStarted = true
			return page, response, nil
		}
	}
	return nil, nil, nil
}

func (p *pager[B, T, L, I]) add(count int) int { return min(p.position+count, math.MaxUint32) }

func (p *pager[B, T, L, I]) fetch(ctx context.Context, position int) (*B, *Response, error) {
	if p.paging != nil {
		p.request.values[p.paging.position] = strconv.Itoa(position)
		p.request.values[p.paging.size] = strconv.Itoa(p.pageSize)
		if parameter := p.request.operation.query[p.paging.position]; int64(position) > parameter.high {
			message := "the %s is %d, and must be at most %d"
			return nil, nil, invalidInput(message, parameter.name, position, parameter.high).withOperation(p.request.operation.id)
		}
	}
	response, err := p.request.fetch(ctx)
	if err != nil {
		return nil, nil, err
	}
	page := new(B)
	if err := decodeBody(response.body, L(page)); err != nil {
		return nil, nil, undecoded(response, err).withOperation(p.request.operation.id)
	}
	L(page).attach(response)
	fillOnlyItem[B, T, L, I](page)
	return page, response, nil
}

// fillOnlyItem moves what stands beside the list into its only item.
func fillOnlyItem[B, T any, L list[B, T], I item[T]](page *B) {
	items := *L(page).items()
	if len(items) != 1 {
		return
	}
	one := I(&items[0])
	for _, name := range L(page).onlyItemMembers() {
		to, from := one.index(name), L(page).index(name)
		if to < 0 || from < 0 || !hasValue(L(page), from) || fieldText(one.field(to)) != "" {
			continue
		}
		copyField(one.field(to), L(page).field(from))
		_, present := one.state()
		*present |= 1 << to
	}
}

// claimsMore reports whether the count of a page says that there are items behind it.
func (p *pager[B, T, L, I]) claimsMore(page *B, length int) bool {
	if p.paging == nil {
		return false
	}
	shown := max(p.position-p.paging.first, 0) + length
	count, ok := L(page).count()
	return ok && count > uint64(shown)
}

func (p *pager[B, T, L, I]) hasSeen(items []T) bool {
	for i := range items {
		if _, ok := p.seen[keyOf[T](I(&items[i]))]; ok {
			return true
		}
	}
	return false
}

// repeats reports whether an ID comes twice.
func (p *pager[B, T, L, I]) repeats(items []T) bool {
	seen := make(map[string]struct{}, len(items))
	for i := range items {
		id := I(&items[i]).identity()
		if _, ok := seen[id]; ok && id != "" {
			return true
		}
		seen[id] = struct{}{}
	}
	return false
}

// retainNew removes the items seen before.
func (p *pager[B, T, L, I]) retainNew(items *[]T) {
	if p.seen == nil {
		p.seen = make(map[itemKey]struct{}, len(*items))
	}
	kept := (*items)[:0]
	var nameless []itemKey
	for i := range *items {
		key := keyOf[T](I(&(*items)[i]))
		_, isSeen := p.seen[key]
		if key.id == "" {
			// Those on one page are several items, even if they are equal.
			nameless = append(nameless, key.clone())
		} else if !isSeen {
			p.seen[key.clone()] = struct{}{}
		}
		if !isSeen {
			kept = append(kept, (*items)[i])
		}
	}
	for _, key := range nameless {
		p.seen[key] = struct{}{}
	}
	clear((*items)[len(kept):])
	*items = kept
}

// stepBack moves the position back, to find a seen item: deleted items have moved the others forward.
func (p *pager[B, T, L, I]) stepBack() {
	p.isHonored = true
	p.rewind = min(max(p.rewind*2, p.pageSize-1), math.MaxUint32)
	p.position = max(p.position-p.rewind, p.first)
}

// checkRepeated tells a page shifted by newly inserted items from a service that ignores the position.
func (p *pager[B, T, L, I]) checkRepeated(ctx context.Context, response *Response) error {
	p.withoutNew++
	seenPages := len(p.seen) / max(p.pageSize-1, 1)
	if p.withoutNew > maxPagesWithoutNew+seenPages {
		return p.repeated(response)
	}
	if p.isHonored {
		return nil
	}
	far, _, err := p.fetch(ctx, p.add(probeOffset))
	if err != nil && !isRefusal(err) {
		return err
	}
	if err == nil {
		items := *L(far).items()
		isSame := len(items) > 0
		for i := range items {
			_, isSeen := p.seen[keyOf[T](I(&items[i]))]
			isSame = isSame && isSeen
		}
		if isSame {
			return p.repeated(response)
		}
	}
	// Another page, or a refusal of the position.
	p.isHonored = true
	return nil
}

func (p *pager[B, T, L, I]) repeated(response *Response) error {
	name := "position"
	if p.paging != nil {
		name = p.request.operation.query[p.paging.position].name
	}
	message := "the page at %s %d repeats items of the pages before and has no other"
	return unexpected(response, message, name, p.position).withOperation(p.request.operation.id)
}

func pagesOf[B, T any, L list[B, T], I item[T]](ctx context.Context, r *request) iter.Seq2[*B, error] {
	return func(yield func(*B, error) bool) {
		pages := newPager[B, T, L, I](r)
		for {
			page, _, err := pages.next(ctx)
			if err != nil {
				yield(nil, err)
				return
			}
			if page == nil || !yield(page, nil) {
				return
			}
		}
	}
}

func itemsOf[B, T any, L list[B, T], I item[T]](ctx context.Context, r *request) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range pagesOf[B, T, L, I](ctx, r) {
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, value := range *L(page).items() {
				if ctxErr := ctx.Err(); ctxErr != nil {
					yield(*new(T), contextEnded(r.operation.id, ctxErr))
					return
				}
				if !yield(value, nil) {
					return
				}
			}
		}
	}
}

// collect returns all items of a list.
func collect[B, T any, L list[B, T], I item[T]](ctx context.Context, r *request) ([]T, error) {
	var all []T
	for page, err := range pagesOf[B, T, L, I](ctx, r) {
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = *L(page).items()
		} else {
			all = append(all, *L(page).items()...)
		}
	}
	return all, nil
}
