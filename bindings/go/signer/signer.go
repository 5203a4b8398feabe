// Package signer signs requests to any Huawei Cloud service with SDK-HMAC-SHA256.
//
// [Transport] signs the requests of an [net/http.Client]. [Sign] is the pure function behind it.
package signer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	algorithm       = "SDK-HMAC-SHA256"
	dateFormat      = "20060102T150405Z"
	unsignedPayload = "UNSIGNED-PAYLOAD"
)

// Credentials are an access key (AK), its secret key (SK), and what belongs to temporary keys. Formatting
// them with any verb shows no secret.
type Credentials struct {
	accessKey string
	// Pointers, so that no verb of fmt shows what they point to.
	secretKey     *string
	securityToken *string
	projectID     string
}

// NewCredentials returns permanent keys. [Sign] reports an empty or malformed key.
func NewCredentials(accessKey, secretKey string) Credentials {
	return Credentials{accessKey: accessKey, secretKey: &secretKey}
}

// WithSecurityToken returns temporary keys. The token is sent and signed as X-Security-Token.
func (c Credentials) WithSecurityToken(token string) Credentials {
	c.securityToken = &token
	return c
}

// WithProjectID returns credentials of a project, whose ID is sent and signed as X-Project-Id.
func (c Credentials) WithProjectID(id string) Credentials {
	c.projectID = id
	return c
}

// AccessKey returns the access key. It is an identifier, not a secret.
func (c Credentials) AccessKey() string { return c.accessKey }

// String shows the access key alone.
func (c Credentials) String() string { return fmt.Sprintf("Credentials{access key: %q}", c.accessKey) }

// GoString is as String.
func (c Credentials) GoString() string { return c.String() }

// Request is a request to sign.
type Request struct {
	// Method is the HTTP method.
	Method string

	// URL is absolute, such as https://dms.cn-north-4.myhuaweicloud.com/v2/p/instances?offset=0; or
	// a path with a query, if the header has a Host.
	URL string

	// Header is signed, except for names with an underscore.
	Header http.Header

	// Body is hashed.
	Body []byte
}

// Error says which part of a request or of the credentials cannot be signed. It shows no secret.
type Error struct {
	// Parameter names the part: ak, sk, url, method, headers or now.
	Parameter string

	text string
}

// Error returns what is wrong, and with which part.
func (e *Error) Error() string { return "signer: " + e.text }

func refuse(parameter, format string, arguments ...any) *Error {
	return &Error{parameter, fmt.Sprintf(format, arguments...)}
}

// Signed is what a signature adds to a request.
type Signed struct {
	// Header has the headers to set, which replace those of the same names.
	Header http.Header

	// Target is the path and the query to send: the query is in signed order.
	Target string

	// SignedHeaders has the names of the signed headers, joined by semicolons.
	SignedHeaders string

	canonicalRequest string
}

// Authorization returns the header Authorization.
func (s *Signed) Authorization() string { return s.Header.Get("Authorization") }

// CanonicalRequest returns the text that is hashed. Secret headers are in it.
func (s *Signed) CanonicalRequest() string { return s.canonicalRequest }

// String shows the names of the signed headers alone.
func (s *Signed) String() string { return fmt.Sprintf("Signed{headers: %s}", s.SignedHeaders) }

// GoString is as String.
func (s *Signed) GoString() string { return s.String() }

type field struct{ name, value string }

// Sign signs a request for a time. It sends nothing.
func Sign(request Request, credentials Credentials, now time.Time) (*Signed, error) {
	if err := check(request, credentials, now); err != nil {
		return nil, err
	}
	host, path, query, err := splitURL(request.URL)
	if err != nil {
		return nil, err
	}
	if given := trim(request.Header.Get("Host")); given != "" {
		host = given
	}
	if host == "" {
		return nil, refuse("url", "the URL has no host, and the request no header Host")
	}
	date := now.UTC().Format(dateFormat)
	added := append(make([]field, 0, 6), field{"Host", host}, field{"X-Sdk-Date", date})
	if credentials.securityToken != nil {
		added = append(added, field{"X-Security-Token", trim(*credentials.securityToken)})
	}
	if credentials.projectID != "" {
		added = append(added, field{"X-Project-Id", trim(credentials.projectID)})
	}
	for _, kind := range request.Header.Values("Content-Type") {
		if kind = trim(kind); kind != "" && !strings.HasPrefix(kind, "application/json") && !strings.HasPrefix(kind, "application/bson") {
			added = append(added, field{"X-Sdk-Content-Sha256", unsignedPayload})
			break
		}
	}
	headers, err := toSign(request.Header, added)
	if err != nil {
		return nil, err
	}
	names := joinNames(headers)
	canonicalQuery := canonicalQuery(query)
	canonical := make([]byte, 0, 512)
	canonical = append(canonical, strings.ToUpper(request.Method)...)
	canonical = append(canonical, '\n')
	canonical = appendPath(canonical, path)
	canonical = append(canonical, '\n')
	canonical = append(canonical, canonicalQuery...)
	canonical = append(canonical, '\n')
	for _, h := range headers {
		canonical = append(append(canonical, h.name...), ':')
		canonical = append(append(canonical, h.value...), '\n')
	}
	canonical = append(append(canonical, '\n'), names...)
	canonical = append(append(canonical, '\n'), bodyHash(request.Body, headers)...)

	digest := sha256.Sum256(canonical)
	toSign := append(make([]byte, 0, 128), algorithm+"\n"...)
	toSign = append(append(toSign, date...), '\n')
	toSign = hex.AppendEncode(toSign, digest[:])
	mac := hmac.New(sha256.New, []byte(*credentials.secretKey))
	mac.Write(toSign)
	var sum [sha256.Size]byte
	authorization := algorithm + " Access=" + credentials.accessKey + ", SignedHeaders=" + names +
		", Signature=" + hex.EncodeToString(mac.Sum(sum[:0]))

	signed := &Signed{
		Header:           http.Header{"Authorization": {authorization}},
		Target:           wirePath(path),
		SignedHeaders:    names,
		canonicalRequest: string(canonical),
	}
	if canonicalQuery != "" {
		signed.Target += "?" + canonicalQuery
	}
	for _, h := range added {
		signed.Header[h.name] = []string{h.value}
	}
	return signed, nil
}

func check(request Request, credentials Credentials, now time.Time) error {
	key := credentials.accessKey
	isOdd := func(r rune) bool { return r <= ' ' || r > '~' || r == ',' }
	switch {
	case key == "" || strings.IndexFunc(key, isOdd) >= 0:
		return refuse("ak", "the access key %q cannot be used: it must be visible ASCII without ',' and not empty", key)
	case credentials.secretKey == nil || *credentials.secretKey == "":
		return refuse("sk", "the secret key is empty")
	case !isToken(request.Method):
		return refuse("method", "the method %q is no HTTP method", request.Method)
	case now.UTC().Year() < 0 || now.UTC().Year() > 9999:
		return refuse("now", "the year of the time of signing does not have four digits")
	}
	return nil
}

// toSign returns all headers in signed form: names in lower case, values trimmed, sorted.
func toSign(given http.Header, added []field) ([]field, error) {
	headers := make([]field, 0, len(given)+len(added))
	put := func(name, value string) error {
		isOdd := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
		if !isToken(name) || strings.IndexFunc(value, isOdd) >= 0 {
			return refuse("headers", "the header %q cannot be sent", name)
		}
		if !strings.Contains(name, "_") {
			headers = append(headers, field{strings.ToLower(name), trim(value)})
		}
		return nil
	}
	isReplaced := func(name string) bool {
		if strings.EqualFold(name, "Authorization") {
			return true
		}
		return slices.ContainsFunc(added, func(h field) bool { return strings.EqualFold(h.name, name) })
	}
	for name, values := range given {
		if isReplaced(name) {
			continue
		}
		for _, value := range values {
			if err := put(name, value); err != nil {
				return nil, err
			}
		}
	}
	for _, h := range added {
		if err := put(h.name, h.value); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(headers, func(a, b field) int {
		if order := strings.Compare(a.name, b.name); order != 0 {
			return order
		}
		return strings.Compare(a.value, b.value)
	})
	return headers, nil
}

// joinNames returns the names of sorted headers, each once.
func joinNames(headers []field) string {
	names := make([]byte, 0, 64)
	for i, h := range headers {
		if i > 0 && headers[i-1].name == h.name {
			continue
		}
		if i > 0 {
			names = append(names, ';')
		}
		names = append(names, h.name...)
	}
	return string(names)
}

// emptyHash is the hash of an empty body.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// bodyHash returns the last line of the canonical request. An empty body is always hashed.
func bodyHash(body []byte, headers []field) string {
	if len(body) == 0 {
		return emptyHash
	}
	for _, h := range headers {
		if h.name == "x-sdk-content-sha256" {
			return h.value
		}
	}
	digest := sha256.Sum256(body)
	return hex.EncodeToString(digest[:])
}

func trim(value string) string { return strings.Trim(value, " \t") }

// isToken reports whether a text can be a method or the name of a header.
func isToken(text string) bool {
	isOdd := func(r rune) bool {
		return !(r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' && r < 0x80 || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
	}
	return text != "" && strings.IndexFunc(text, isOdd) < 0
}
