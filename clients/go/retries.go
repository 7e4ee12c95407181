package latchkey

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

const (
	// The upper bound of the first pause; it doubles with each attempt.
	firstPause   = 500 * time.Millisecond
	longestPause = 8 * time.Second
	// Who is asked to stay away for longer is told so instead of waiting.
	longestRetryAfter = time.Minute
)

// Methods that may be carried out twice (RFC 9110, 9.2.2).
var idempotentMethods = []string{"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"}

// mayRepeat tells whether a request may be sent again after its failure: a write only if that makes nothing twice.
func mayRepeat(request *http.Request, err error) bool {
	if _, isProviders := err.(providerError); isProviders {
		return false
	}
	var lost *ConnectionError
	isLost := errors.As(err, &lost)
	if isLost && lost.neverSent() {
		return true
	}
	if !slices.Contains(idempotentMethods, request.Method) && request.Header.Get("Idempotency-Key") == "" {
		return false
	}
	var answer *APIError
	if !errors.As(err, &answer) {
		return isLost
	}
	// In flight: the first sending of the same Idempotency-Key is still being carried out.
	return answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusServiceUnavailable ||
		answer.Code == "request_in_flight"
}

// fullJitter is any time up to a bound.
func fullJitter(bound time.Duration) time.Duration { return rand.N(bound) }

// pauseAfter gives the time to wait after an attempt, which counts from 0: full jitter up to a bound that doubles, on top of
// Retry-After where the answer has one. False where that is longer than anybody should wait.
func pauseAfter(attempt int, err error, jitter func(time.Duration) time.Duration) (time.Duration, bool) {
	bound := longestPause
	// Beyond that it would only overflow.
	if attempt < 5 {
		bound = min(longestPause, firstPause<<attempt)
	}
	var answer *APIError
	var asked time.Duration
	if errors.As(err, &answer) {
		asked = answer.RetryAfter
	}
	return asked + jitter(bound), asked <= longestRetryAfter
}

// sleep waits, or gives the context's error as soon as it ends.
func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
