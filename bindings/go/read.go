package hwtasks

import "strconv"

// readText reads a string, a number or a boolean as a text.
func (d *decoder) readText(value *string) bool {
	switch c := d.peek(); {
	case c == '"':
		text, ok := d.str()
		*value = text
		return ok
	case c == 't' && d.literal("true"):
		*value = "true"
		return true
	case c == 'f' && d.literal("false"):
		*value = "false"
		return true
	case c == '-' || c >= '0' && c <= '9':
		number, ok := d.number()
		if !ok {
			return false
		}
		*value, ok = textOfNumber(number)
		return ok
	}
	return false
}

// readInteger reads a whole number, or a string that writes one as JSON does.
func (d *decoder) readInteger(value **int64) bool {
	switch c := d.peek(); {
	case c == '"':
		text, ok := d.str()
		number, err := strconv.ParseInt(text, 10, 64)
		if !ok || err != nil || strconv.FormatInt(number, 10) != text {
			return false
		}
		*value = &number
		return true
	case c == '-' || c >= '0' && c <= '9':
		text, ok := d.number()
		if !ok {
			return false
		}
		number, ok := wholeNumber(text)
		if ok {
			*value = &number
		}
		return ok
	}
	return false
}

// readBoolean reads a boolean, or a string that writes one.
func (d *decoder) readBoolean(value **bool) bool {
	var text string
	switch c := d.peek(); {
	case c == '"':
		read, ok := d.str()
		if !ok {
			return false
		}
		text = read
	case c == 't' && d.literal("true"):
		text = "true"
	case c == 'f' && d.literal("false"):
		text = "false"
	}
	if text != "true" && text != "false" {
		return false
	}
	truth := text == "true"
	*value = &truth
	return true
}

// readTexts reads an array of what readText reads. One other element makes the whole array another type.
func (d *decoder) readTexts(value *[]string) bool {
	if d.peek() != '[' || !d.open() {
		return false
	}
	texts := []string{}
	isEven := true
	for isFirst := true; d.next(isFirst, ']'); isFirst = false {
		var text string
		start := d.at
		if d.readText(&text) {
			texts = append(texts, text)
			continue
		}
		isEven = false
		d.at = start
		if d.err != nil || !d.skipValue() {
			return false
		}
	}
	if isEven && d.err == nil {
		*value = texts
	}
	return isEven && d.err == nil
}
