package latchkey

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Option is a setting of New.
type Option func(*settings)

type settings struct {
	contract     Contract
	endpoint     string
	credentials  []*credential
	isAnonymous  bool
	allowsHTTP   bool
	refreshToken Secret
	onTokens     func(context.Context, TokenPair) error
	transport    transport
}

// WithEndpoint gives the API's URL; a version at its end (/v1) is for calls of the API itself. Without it LATCHKEY_ENDPOINT is
// read.
func WithEndpoint(endpoint string) Option { return func(s *settings) { s.endpoint = endpoint } }

// WithAPIKey gives an API key. Without it, or another credential, the contract's variable is read, and LATCHKEY_API_KEY.
func WithAPIKey(key string) Option {
	return func(s *settings) {
		s.credentials = append(s.credentials, &credential{value: secret(strings.TrimSpace(key))})
	}
}

// WithTokenProvider gives access tokens in place of an API key.
func WithTokenProvider(provide TokenProvider) Option {
	return func(s *settings) { s.credentials = append(s.credentials, &credential{provide: provide}) }
}

// WithRefreshToken lets the client renew its access tokens by a refresh token, in place of an API key. onTokens is told each
// new pair before it is used: keep its refresh token, the one before ends.
func WithRefreshToken(refreshToken string, onTokens func(context.Context, TokenPair) error) Option {
	return func(s *settings) {
		s.refreshToken, s.onTokens = secret(refreshToken), onTokens
		s.credentials = append(s.credentials, &credential{})
	}
}

// WithoutCredential sends none.
func WithoutCredential() Option { return func(s *settings) { s.isAnonymous = true } }

// WithContract says which contract the deployment publishes. Default is the contract Default.
func WithContract(contract Contract) Option { return func(s *settings) { s.contract = contract } }

// WithWorkspace is sent as X-Workspace-Id: the workspace that a person works in.
func WithWorkspace(id string) Option { return func(s *settings) { s.transport.workspaceID = id } }

// WithTimeout bounds one sending of a request: of Latchkey's own rows until the answer is read, of Do until its headers are
// there. Default is 30 seconds.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) { s.transport.timeout = timeout }
}

// WithMaxRetries says how often a request is sent again where that is safe. Default is 2.
func WithMaxRetries(count int) Option { return func(s *settings) { s.transport.maxRetries = count } }

// WithHTTPClient sends by another client, such as one with a proxy or certificates of yours. It is copied, and the copy
// follows no redirects and keeps no cookies.
func WithHTTPClient(client *http.Client) Option {
	return func(s *settings) { s.transport.http = client }
}

// WithLogger tells each sending of a request, at level INFO: never secrets. Default is no log.
func WithLogger(logger *slog.Logger) Option { return func(s *settings) { s.transport.logger = logger } }

// WithInsecureHTTP lets a credential go to another machine without TLS.
func WithInsecureHTTP() Option { return func(s *settings) { s.allowsHTTP = true } }

func settingsOf(options []Option) (*settings, error) {
	s := &settings{
		contract:  Default,
		transport: transport{timeout: 30 * time.Second, maxRetries: 2, jitter: fullJitter},
	}
	for _, set := range options {
		set(s)
	}
	t := &s.transport
	if t.timeout <= 0 || t.maxRetries < 0 {
		return nil, errors.New("latchkey: WithTimeout takes more than 0, and WithMaxRetries 0 or more")
	}
	if t.logger == nil {
		t.logger = slog.New(discard{})
	}
	own := http.Client{}
	if t.http != nil {
		own = *t.http
	}
	// What is redirected has a credential in a header, or tokens in its body, which are not another server's.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	own.Jar = nil
	t.http = &own
	t.apiKeyHeader = s.contract.APIKeyHeader
	return s, nil
}

// endpointURL gives the API's URL without a slash at its end. It refuses one that would carry credentials in the open.
func (s *settings) endpointURL() (*url.URL, error) {
	text := firstText(s.endpoint, os.Getenv("LATCHKEY_ENDPOINT"))
	if text == "" {
		return nil, errors.New("latchkey: an endpoint is required: use WithEndpoint, or set LATCHKEY_ENDPOINT")
	}
	endpoint, err := url.Parse(text)
	if err != nil || endpoint.Host == "" {
		return nil, errors.New("latchkey: the endpoint must be a URL, such as https://api.example.com")
	}
	if endpoint.User != nil {
		return nil, errors.New("latchkey: the endpoint must have no user name or password")
	}
	address := net.ParseIP(endpoint.Hostname())
	isLocal := endpoint.Hostname() == "localhost" || address != nil && address.IsLoopback()
	if endpoint.Scheme != "https" && !(endpoint.Scheme == "http" && (isLocal || s.allowsHTTP)) {
		return nil, errors.New("latchkey: the endpoint must begin with https://; WithInsecureHTTP sends the credential without TLS")
	}
	return &url.URL{Scheme: endpoint.Scheme, Host: endpoint.Host, Path: strings.TrimRight(endpoint.Path, "/")}, nil
}

// credential gives the one that the options have, or the environment; nil for none. auth exchanges refresh tokens.
func (s *settings) credential(auth *AuthClient) (*credential, error) {
	if len(s.credentials) > 1 || s.isAnonymous && len(s.credentials) == 1 {
		return nil, authenticationError("use one of WithAPIKey, WithTokenProvider, WithRefreshToken and WithoutCredential")
	}
	if s.isAnonymous {
		return nil, nil
	}
	if len(s.credentials) == 0 {
		key := firstText(os.Getenv(s.contract.APIKeyVariable), os.Getenv("LATCHKEY_API_KEY"))
		WithAPIKey(key)(s)
	}
	only := s.credentials[0]
	if !s.refreshToken.IsZero() {
		if s.onTokens == nil {
			return nil, authenticationError("WithRefreshToken needs onTokens, which keeps the token that replaces it")
		}
		only.provide = renewing(auth, s.refreshToken, s.onTokens)
	}
	if only.provide == nil && only.value.IsZero() {
		return nil, authenticationError("an API key is required: use WithAPIKey, or set " + s.contract.APIKeyVariable)
	}
	return only, nil
}

// renewing gives tokens by refresh tokens, of which each ends the one before it. It is asked by one call at a time.
func renewing(auth *AuthClient, refreshToken Secret, onTokens func(context.Context, TokenPair) error) TokenProvider {
	return func(ctx context.Context) (string, error) {
		tokens, err := auth.RefreshAccessToken(ctx, refreshToken.Reveal())
		if err != nil {
			return "", err
		}
		if !tokens.RefreshToken.IsZero() {
			refreshToken = tokens.RefreshToken
		}
		if err := onTokens(ctx, tokens); err != nil {
			return "", err
		}
		return tokens.AccessToken.Reveal(), nil
	}
}

// discard is slog.DiscardHandler, which Go has since 1.24.
type discard struct{}

func (discard) Enabled(context.Context, slog.Level) bool  { return false }
func (discard) Handle(context.Context, slog.Record) error { return nil }
func (d discard) WithAttrs([]slog.Attr) slog.Handler      { return d }
func (d discard) WithGroup(string) slog.Handler           { return d }
