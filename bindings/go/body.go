package hwtasks

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

func newBody(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }

// readBody reads the body of a response, decompressed. The status of an error counts more than its body,
// which is then as much as could be read.
func readBody(response *http.Response, limit int) (string, error) {
	isError := response.StatusCode < 200 || response.StatusCode > 299
	raw, err := readLimited(response.Body, response.ContentLength, limit)
	if err != nil && !isError {
		return "", err
	}
	if !isGzip(response.Header) {
		return raw, nil
	}
	text, err := gunzip(raw, limit)
	if err != nil && !isError {
		return "", err
	}
	return text, nil
}

// buffers are shared by the calls of all clients.
var buffers = sync.Pool{New: func() any {
	buffer := make([]byte, 16*1024)
	return &buffer
}}

// readLimited reads at most limit bytes; length is that which was announced, or -1.
func readLimited(from io.Reader, length int64, limit int) (string, error) {
	var text strings.Builder
	if length > 0 && length <= int64(limit) {
		text.Grow(int(length))
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	// Hides the methods that io.Copy would use in place of the buffer.
	to := struct{ io.Writer }{&text}
	_, err := io.CopyBuffer(to, io.LimitReader(from, int64(limit)+1), *buffer)
	if text.Len() > limit {
		tooLarge := newError(KindBodyTooLarge, "the response is larger than the body limit of %d bytes", limit)
		return text.String()[:limit], tooLarge
	}
	if err != nil {
		return text.String(), transportError(err)
	}
	return text.String(), nil
}

func isGzip(header http.Header) bool {
	coding := strings.TrimSpace(header.Get("Content-Encoding"))
	return strings.EqualFold(coding, "gzip") || strings.EqualFold(coding, "x-gzip")
}

func gunzip(raw string, limit int) (string, error) {
	if raw == "" {
		return "", nil
	}
	reader, err := gzip.NewReader(strings.NewReader(raw))
	if err != nil {
		return "", transportError(errors.New("the body is not the gzip that its header announces"))
	}
	return readLimited(reader, -1, limit)
}
