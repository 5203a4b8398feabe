package hwtasks

import (
	"math"
	"strconv"
	"strings"
)

// textOfNumber returns a JSON number as a text, unless its digits were lost on the way: from 2^53 on,
// only an integer below 2^64 has a text.
func textOfNumber(number string) (string, bool) {
	if isInteger(number) {
		return number, true
	}
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || math.Abs(value) >= exactFloat {
		return "", false
	}
	// Zero has no sign here.
	return strconv.FormatFloat(value+0, 'f', -1, 64), true
}

// isInteger reports whether a JSON number is written as an integer that 64 bits hold.
func isInteger(number string) bool {
	if strings.ContainsAny(number, ".eE") || number == "-0" {
		return false
	}
	if number[0] == '-' {
		_, err := strconv.ParseInt(number, 10, 64)
		return err == nil
	}
	_, err := strconv.ParseUint(number, 10, 64)
	return err == nil
}

// wholeNumber returns a JSON number as an integer; false unless it is whole and exact.
func wholeNumber(number string) (int64, bool) {
	if isInteger(number) {
		value, err := strconv.ParseInt(number, 10, 64)
		return value, err == nil
	}
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || value != math.Trunc(value) || math.Abs(value) >= exactFloat {
		return 0, false
	}
	return int64(value), true
}
