package latchkey

import "time"

// WithoutJitter makes pauses exactly what Retry-After says.
func WithoutJitter() Option {
	return func(s *settings) { s.transport.jitter = func(time.Duration) time.Duration { return 0 } }
}
