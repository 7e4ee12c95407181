package latchkey

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// ownMediaType asks for Latchkey's own words, whatever contract the deployment publishes.
const ownMediaType = "application/vnd.latchkey+json"

// AuthClient has the API keys and tokens.
type AuthClient struct {
	transport  *transport
	credential *credential
	// root is the URL below which Latchkey's own rows are.
	root  string
	paths map[string]string
}

// ListAPIKeys gives the keys of a workspace, or with "" of all that the caller may see, page by page as they are read. An error
// is the last that it gives.
func (a *AuthClient) ListAPIKeys(ctx context.Context, workspaceID string) iter.Seq2[APIKey, error] {
	return func(yield func(APIKey, error) bool) {
		for cursor := ""; ; {
			var page struct {
				Data       []APIKey `json:"data"`
				NextCursor string   `json:"next_cursor"`
			}
			query := url.Values{"workspace_id": {workspaceID}, "cursor": {cursor}}
			if err := a.call(ctx, call{row: "GET /v1/api-keys", query: query}, &page); err != nil {
				yield(APIKey{}, err)
				return
			}
			for _, key := range page.Data {
				if !yield(key, nil) {
					return
				}
			}
			if page.NextCursor == "" {
				return
			}
			if page.NextCursor == cursor {
				yield(APIKey{}, errors.New("latchkey: the server gave the cursor of a page as that of the next one"))
				return
			}
			cursor = page.NextCursor
		}
	}
}

// GetAPIKey gives what is known of a key.
func (a *AuthClient) GetAPIKey(ctx context.Context, id string) (APIKey, error) {
	var key APIKey
	err := a.call(ctx, call{row: "GET /v1/api-keys/{id}", id: &id}, &key)
	return key, err
}

// CreateAPIKey makes a key. Keep its Key: it is shown once. A KeyNotShownError says that the answer was lost on its way.
func (a *AuthClient) CreateAPIKey(ctx context.Context, key NewAPIKey) (IssuedAPIKey, error) {
	issued, err := a.issued(ctx, call{row: "POST /v1/api-keys", body: key.body(), idempotencyKey: randomKey()})
	if err == nil && issued.Key.IsZero() {
		return IssuedAPIKey{}, &KeyNotShownError{issued.ID}
	}
	return issued, err
}

// RotateAPIKey gives a key another secret; id, rights and allowance stay. The one before is good for the grace.
func (a *AuthClient) RotateAPIKey(ctx context.Context, id string, rotation Rotation) (IssuedAPIKey, error) {
	return a.issued(ctx, call{row: "POST /v1/api-keys/{id}/rotate", id: &id, body: rotation.body()})
}

// RevokeAPIKey ends a key at once.
func (a *AuthClient) RevokeAPIKey(ctx context.Context, id string) error {
	return a.call(ctx, call{row: "DELETE /v1/api-keys/{id}", id: &id}, nil)
}

// RevealAPIKey gives the key itself: only the contract NAMS shows it again.
func (a *AuthClient) RevealAPIKey(ctx context.Context, id, workspaceID string) (Secret, error) {
	var shown struct {
		Key string `json:"key"`
	}
	query := url.Values{"workspace_id": {workspaceID}}
	err := a.call(ctx, call{row: "GET /v1/auth/api-keys/{id}/reveal", id: &id, query: query}, &shown)
	return secret(shown.Key), err
}

// RefreshAccessToken exchanges a refresh token for a new pair; the one before ends. It needs no credential.
func (a *AuthClient) RefreshAccessToken(ctx context.Context, refreshToken string) (TokenPair, error) {
	return a.tokens(ctx, "POST /v1/auth/refresh", map[string]any{"refresh_token": refreshToken})
}

// ExchangeToken exchanges the token of an identity provider for a pair of this API. It needs no credential.
func (a *AuthClient) ExchangeToken(ctx context.Context, subjectToken string) (TokenPair, error) {
	return a.tokens(ctx, "POST /v1/auth/exchange", map[string]any{"subject_token": subjectToken})
}

func (a *AuthClient) issued(ctx context.Context, row call) (IssuedAPIKey, error) {
	var view struct {
		APIKey
		Key string `json:"key"`
	}
	err := a.call(ctx, row, &view)
	return IssuedAPIKey{view.APIKey, secret(view.Key)}, err
}

func (a *AuthClient) tokens(ctx context.Context, row string, body map[string]any) (TokenPair, error) {
	var view struct {
		AccessToken  string  `json:"access_token"`
		RefreshToken string  `json:"refresh_token"`
		ExpiresIn    float64 `json:"expires_in"`
	}
	err := a.call(ctx, call{row: row, body: body, isAnonymous: true}, &view)
	expiresIn := time.Duration(view.ExpiresIn * float64(time.Second))
	return TokenPair{secret(view.AccessToken), secret(view.RefreshToken), expiresIn}, err
}

// call is one of a row of the default contract, wherever the deployment's has it.
type call struct {
	// "METHOD /path".
	row string
	// What {id} stands for.
	id    *string
	query url.Values
	// Nil for none.
	body           map[string]any
	idempotencyKey string
	// Sent without a credential, or with one of its own.
	isAnonymous bool
}

// call reads the answer into result, unless that is nil.
func (a *AuthClient) call(ctx context.Context, c call, result any) error {
	request, err := a.request(ctx, c)
	if err != nil {
		return err
	}
	sent := &exchange{transport: a.transport, request: request, credential: a.credential, isWhole: true}
	if c.isAnonymous {
		sent.credential = nil
	}
	response, err := sent.send()
	if err != nil || result == nil {
		return err
	}
	if err := json.NewDecoder(response.Body).Decode(result); err != nil {
		return fmt.Errorf("latchkey: the answer to %s is not as expected: %w", c.row, err)
	}
	return nil
}

// dots are no segment of a path, nor is nothing: they lead to another one.
var dots = regexp.MustCompile(`^\.{0,2}$`)

func (a *AuthClient) request(ctx context.Context, c call) (*http.Request, error) {
	method, path, _ := strings.Cut(c.row, " ")
	if elsewhere, isElsewhere := a.paths[c.row]; isElsewhere {
		path = elsewhere
	}
	if path == "" {
		return nil, fmt.Errorf("latchkey: this contract has no %s", c.row)
	}
	if c.id != nil {
		if dots.MatchString(*c.id) {
			return nil, fmt.Errorf("latchkey: the id %q must be that of a thing, and not empty or dots", *c.id)
		}
		path = strings.ReplaceAll(path, "{id}", url.PathEscape(*c.id))
	}
	for name, values := range c.query {
		if values[0] == "" {
			c.query.Del(name)
		}
	}
	if len(c.query) > 0 {
		path += "?" + c.query.Encode()
	}
	var body []byte
	if c.body != nil {
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, a.root+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", ownMediaType)
	if c.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.idempotencyKey != "" {
		request.Header.Set("Idempotency-Key", c.idempotencyKey)
	}
	return request, nil
}

// randomKey gives an Idempotency-Key that nobody else has.
func randomKey() string {
	bytes := make([]byte, 16)
	_, _ = rand.Read(bytes)
	return fmt.Sprintf("%x", bytes)
}
