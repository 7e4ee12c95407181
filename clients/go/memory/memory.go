// Package memory is the client of a deployment that has the contract of the Neo4j Agent Memory Service, with the names that the
// service's page uses. Its clients are latchkey.Client, and their errors those of package latchkey.
package memory

import latchkey "latchkey.example/client"

// Client is latchkey.Client.
type Client = latchkey.Client

// Option is latchkey.Option: those of package latchkey that have no name here are taken too.
type Option = latchkey.Option

// TokenProvider is latchkey.TokenProvider.
type TokenProvider = latchkey.TokenProvider

// New gives a client of the contract. Without a credential among its options it reads MEMORY_API_KEY.
func New(options ...Option) (*Client, error) {
	return latchkey.New(append([]Option{latchkey.WithContract(latchkey.NAMS)}, options...)...)
}

// WithEndpoint is latchkey.WithEndpoint.
func WithEndpoint(endpoint string) Option { return latchkey.WithEndpoint(endpoint) }

// WithAPIKey is latchkey.WithAPIKey.
func WithAPIKey(key string) Option { return latchkey.WithAPIKey(key) }

// WithTokenProvider is latchkey.WithTokenProvider.
func WithTokenProvider(provide TokenProvider) Option { return latchkey.WithTokenProvider(provide) }
