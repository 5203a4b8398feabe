package conformance

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
)

// reply is a canned response.
type reply struct {
	status     int
	head       string
	header     [][2]string
	body       []byte
	connection string
}

func replyOf(t *testing.T, response object) reply {
	t.Helper()
	known(t, response, "status", "headers", "connection", "body", "body_json", "body_base64", "body_file",
		"head", "header_count")
	made := reply{status: number(response["status"], 200), body: bodyOf(t, response)}
	made.connection, _ = response["connection"].(string)
	made.head, _ = response["head"].(string)
	for n := range number(response["header_count"], 0) {
		made.header = append(made.header, [2]string{fmt.Sprintf("x-%d", n+1), fmt.Sprint(n + 1)})
	}
	headers, _ := response["headers"].(object)
	for name, value := range headers {
		values, isList := value.([]any)
		if !isList {
			values = []any{value}
		}
		for _, value := range values {
			made.header = append(made.header, [2]string{name, value.(string)})
		}
	}
	return made
}

func repliesOf(t *testing.T, responses []any) []reply {
	t.Helper()
	var replies []reply
	for _, response := range responses {
		replies = append(replies, replyOf(t, response.(object)))
	}
	return replies
}

// service is a fake service on loopback.
type service struct {
	url      string
	mutex    sync.Mutex
	requests []*http.Request
	respond  func(*http.Request, int) reply
	over     chan struct{}
}

// serve returns a service that sends these in turn, and repeats the last one.
func serve(t *testing.T, replies []reply) *service {
	return serveBy(t, func(_ *http.Request, index int) reply { return replies[min(index, len(replies)-1)] })
}

// serveBy returns a service that sends what a function returns, which concurrent requests call
// concurrently.
func serveBy(t *testing.T, respond func(request *http.Request, index int) reply) *service {
	t.Helper()
	s := &service{respond: respond, over: make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(s.handle))
	s.url = server.URL
	t.Cleanup(func() {
		close(s.over)
		server.CloseClientConnections()
		server.Close()
	})
	return s
}

func (s *service) handle(w http.ResponseWriter, request *http.Request) {
	s.mutex.Lock()
	index := len(s.requests)
	s.requests = append(s.requests, request)
	s.mutex.Unlock()
	response := s.respond(request, index)
	conn, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer func() { _ = conn.Close() }()
	switch response.connection {
	case "reset":
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		return
	case "silent":
		<-s.over
		return
	}
	var head strings.Builder
	fmt.Fprintf(&head, "HTTP/1.1 %d \r\n", response.status)
	isSet := func(name string) bool {
		return slices.ContainsFunc(response.header, func(h [2]string) bool { return textproto.CanonicalMIMEHeaderKey(h[0]) == name })
	}
	for _, h := range response.header {
		fmt.Fprintf(&head, "%s: %s\r\n", h[0], h[1])
	}
	if response.status != http.StatusNoContent && !isSet("Content-Length") && !isSet("Transfer-Encoding") {
		fmt.Fprintf(&head, "Content-Length: %d\r\n", len(response.body))
	}
	if !isSet("Connection") {
		head.WriteString("Connection: close\r\n")
	}
	body := response.body
	if response.connection == "cut" {
		body = body[:len(body)/2]
	}
	whole := head.String() + "\r\n"
	if response.head != "" {
		whole = response.head
	}
	_, _ = buffer.WriteString(whole)
	_, _ = buffer.Write(body)
	_ = buffer.Flush()
}

// sent returns the requests so far.
func (s *service) sent() []*http.Request {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.requests)
}

// nobodyListens returns the URL of a port that refuses connections.
func nobodyListens(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return "http://" + listener.Addr().String()
}
