package latchkey

import "time"

// APIKey is what is known of an API key, never the key itself.
type APIKey struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// KeyPrefix is the masked key: enough to recognise it.
	KeyPrefix   string   `json:"key_prefix"`
	WorkspaceID string   `json:"workspace_id"`
	Environment string   `json:"environment"`
	Scopes      []string `json:"scopes"`
	// Status is active, expired, disabled or revoked.
	Status   string `json:"status"`
	IsActive bool   `json:"is_active"`
	// AllowedIPs are the addresses or CIDR blocks from which it may be used; none for any.
	AllowedIPs []string          `json:"allowed_ips"`
	Metadata   map[string]string `json:"metadata"`
	CreatedAt  time.Time         `json:"created_at"`
	CreatedBy  string            `json:"created_by"`
	// ExpiresAt is nil for never, as are the other times of what has not happened.
	ExpiresAt  *time.Time `json:"expires_at"`
	RevokedAt  *time.Time `json:"revoked_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	LastUsedIP *string    `json:"last_used_ip"`
	// RequestCount has the requests authenticated with this key, refused ones too.
	RequestCount int64 `json:"request_count"`
	// PreviousKeyExpiresAt is until when the key before the last rotation works.
	PreviousKeyExpiresAt *time.Time `json:"previous_key_expires_at"`
}

// NewAPIKey is a key to be made. Only Name is required: what is left out is as the deployment has it by default.
type NewAPIKey struct {
	Name        string
	WorkspaceID string
	Environment string
	Scopes      []string
	// ExpiresInDays, ExpiresAt and NeverExpires exclude each other.
	ExpiresInDays int
	ExpiresAt     time.Time
	NeverExpires  bool
	// AllowedIPs are at most 20 addresses or CIDR blocks.
	AllowedIPs []string
	// Metadata is at most 20 strings of at most 256 characters. Not for secrets.
	Metadata map[string]string
}

// body has only what is given, as null is a word of its own.
func (k NewAPIKey) body() map[string]any {
	body := map[string]any{"name": k.Name}
	given := func(name string, value any, isGiven bool) {
		if isGiven {
			body[name] = value
		}
	}
	given("workspace_id", k.WorkspaceID, k.WorkspaceID != "")
	given("environment", k.Environment, k.Environment != "")
	given("scopes", k.Scopes, k.Scopes != nil)
	given("expires_in_days", k.ExpiresInDays, k.ExpiresInDays != 0)
	given("expires_at", k.ExpiresAt, !k.ExpiresAt.IsZero())
	given("expires_at", nil, k.NeverExpires)
	given("allowed_ips", k.AllowedIPs, k.AllowedIPs != nil)
	given("metadata", k.Metadata, k.Metadata != nil)
	return body
}

// Rotation says how a key is rotated.
type Rotation struct {
	// Grace is for how long the present key goes on working, in whole seconds; 0 ends it, and any older one, at once.
	Grace time.Duration
	// KeepPrevious, while a grace runs, replaces only the newest key, whose answer was lost; the grace goes on.
	KeepPrevious bool
}

func (r Rotation) body() map[string]any {
	body := map[string]any{}
	if r.Grace != 0 {
		body["grace_seconds"] = int64(r.Grace / time.Second)
	}
	if r.KeepPrevious {
		body["keep_previous"] = true
	}
	return body
}

// IssuedAPIKey is an API key with the key itself, which is shown once.
type IssuedAPIKey struct {
	APIKey
	// Key is not printed, logged or encoded: Key.Reveal() gives it.
	Key Secret
}

// TokenPair is an access token with the refresh token that renews it.
type TokenPair struct {
	AccessToken Secret
	// RefreshToken is zero where the server gives none.
	RefreshToken Secret
	// ExpiresIn is for how long the access token is good.
	ExpiresIn time.Duration
}
