package latchkey

import (
	"errors"
	"testing"
	"time"
)

func TestThePauseIsAnyTimeUpToABoundThatDoubles(t *testing.T) {
	whole := func(bound time.Duration) time.Duration { return bound }
	for attempt, want := range map[int]time.Duration{0: 500 * time.Millisecond, 1: time.Second, 4: 8 * time.Second, 5: 8 * time.Second, 100: 8 * time.Second} {
		if pause, isShort := pauseAfter(attempt, errors.New("lost"), whole); pause != want || !isShort {
			t.Errorf("after attempt %d: %v, %v", attempt, pause, isShort)
		}
	}
	for range 1000 {
		if pause := fullJitter(time.Second); pause < 0 || pause >= time.Second {
			t.Fatal(pause)
		}
	}
}

func TestThePauseIsNeverShorterThanRetryAfter(t *testing.T) {
	err := &RateLimitError{APIError{RetryAfter: 30 * time.Second}}
	if pause, isShort := pauseAfter(0, err, func(time.Duration) time.Duration { return 0 }); pause != 30*time.Second || !isShort {
		t.Fatal(pause, isShort)
	}
	err.RetryAfter = 61 * time.Second
	if _, isShort := pauseAfter(0, err, fullJitter); isShort {
		t.Fatal("a minute is waited for")
	}
}
