package latchkey

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"time"
)

// TokenProvider gives an access token that is good now. It is asked again when one expires, or is refused. Calls at the same
// time share what it gives: its context does not end with any one of them, but after a minute.
type TokenProvider func(ctx context.Context) (string, error)

const (
	// A token is renewed this long before it expires, so that it is still good when it arrives.
	earlyRenewal = 30 * time.Second
	// How long a provider may take, whoever still waits for it.
	longestRenewal = time.Minute
)

// credential is what requests prove themselves with: an API key, which stays, or what gives tokens.
type credential struct {
	// Nil of an API key.
	provide TokenProvider

	mutex   sync.Mutex
	value   Secret
	pending *renewal
}

// renewal is one question to the provider. What it gives may be read when done is closed.
type renewal struct {
	done  chan struct{}
	token Secret
	err   error
}

func (c *credential) isToken() bool { return c.provide != nil }

// current gives the API key, or a token that is good now.
func (c *credential) current(ctx context.Context) (Secret, error) {
	c.mutex.Lock()
	if c.provide == nil || time.Now().Before(expiryOf(c.value.Reveal()).Add(-earlyRenewal)) {
		defer c.mutex.Unlock()
		return c.value, nil
	}
	return c.renewed(ctx)
}

// instead gives another token than that which was refused; false where there is none.
func (c *credential) instead(ctx context.Context, refused Secret) (Secret, bool, error) {
	if c.provide == nil {
		return Secret{}, false, nil
	}
	token, err := c.other(ctx, refused)
	return token, err == nil && token.Reveal() != refused.Reveal(), err
}

func (c *credential) other(ctx context.Context, refused Secret) (Secret, error) {
	c.mutex.Lock()
	if c.value.Reveal() == refused.Reveal() {
		return c.renewed(ctx)
	}
	// Another call has replaced it already.
	c.mutex.Unlock()
	return c.current(ctx)
}

// renewed waits for a new token, which it asks for unless another call has. The mutex is locked, and is unlocked by it.
func (c *credential) renewed(ctx context.Context) (Secret, error) {
	if c.pending == nil {
		c.pending = &renewal{done: make(chan struct{})}
		go c.renew(context.WithoutCancel(ctx), c.pending)
	}
	pending := c.pending
	c.mutex.Unlock()
	select {
	case <-pending.done:
		return pending.token, pending.err
	case <-ctx.Done():
		return Secret{}, ctx.Err()
	}
}

func (c *credential) renew(ctx context.Context, pending *renewal) {
	ctx, cancel := context.WithTimeout(ctx, longestRenewal)
	defer cancel()
	token, err := c.provide(ctx)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if pending.err = err; err == nil {
		pending.token = secret(token)
		c.value = pending.token
	}
	c.pending = nil
	close(pending.done)
}

// expiryOf gives when a JWT expires; of any other token the zero time, so that it is asked for anew each time. It is read, not
// verified: that is the server's to do.
func expiryOf(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}
	}
	var claims struct {
		Exp float64 `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return time.Time{}
	}
	return time.Unix(int64(claims.Exp), 0)
}
