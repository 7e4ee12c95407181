// Package latchkey is the client of an API behind Latchkey: API keys and tokens, retries, typed errors.
//
//	client, err := latchkey.New(latchkey.WithEndpoint("https://api.example.com")) // reads LATCHKEY_API_KEY
//	request, err := client.NewRequest(ctx, http.MethodGet, "/v1/memories", nil)
//	response, err := client.Do(request)
package latchkey

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Client is an API behind Latchkey, as the holder of one credential. It may be used by any number of goroutines.
type Client struct {
	// Auth has the API keys and tokens.
	Auth *AuthClient

	endpoint   *url.URL
	transport  *transport
	credential *credential
}

// New gives a client. An AuthenticationError says that there is no credential, or more than one.
func New(options ...Option) (*Client, error) {
	settings, err := settingsOf(options)
	if err != nil {
		return nil, err
	}
	endpoint, err := settings.endpointURL()
	if err != nil {
		return nil, err
	}
	auth := &AuthClient{transport: &settings.transport, root: rootOf(endpoint), paths: settings.contract.Paths}
	auth.credential, err = settings.credential(auth)
	if err != nil {
		return nil, err
	}
	return &Client{Auth: auth, endpoint: endpoint, transport: auth.transport, credential: auth.credential}, nil
}

// Endpoint gives the API's URL, without a slash at its end.
func (c *Client) Endpoint() string { return c.endpoint.String() }

// String names the API, and shows nothing of the credential.
func (c *Client) String() string { return "latchkey.Client(" + c.Endpoint() + ")" }

// NewRequest is http.NewRequestWithContext for a path below the endpoint, such as /v1/memories?limit=5.
func (c *Client) NewRequest(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	if !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("latchkey: the path %q must begin with a slash", path)
	}
	return http.NewRequestWithContext(ctx, method, c.Endpoint()+path, body)
}

// Do sends a request to the API with the credential; generated clients take it for their own. An answer of 400 and above is an
// error, and where that is safe the request is sent again: a write where it has an Idempotency-Key. A redirect is not followed,
// but given. Close the answer's body.
func (c *Client) Do(request *http.Request) (*http.Response, error) {
	if origin(request.URL) != origin(c.endpoint) {
		return nil, fmt.Errorf("latchkey: this client sends its credential to %s only", c.Endpoint())
	}
	return (&exchange{transport: c.transport, request: request, credential: c.credential}).send()
}

var version = regexp.MustCompile(`/v\d+$`)

// rootOf gives the URL below which Latchkey's own rows are: the endpoint without the version of the API behind it.
func rootOf(endpoint *url.URL) string { return version.ReplaceAllString(endpoint.String(), "") }

// origin gives scheme, host and port.
func origin(place *url.URL) string {
	port := place.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[place.Scheme]
	}
	return place.Scheme + "://" + strings.ToLower(place.Hostname()) + ":" + port
}
