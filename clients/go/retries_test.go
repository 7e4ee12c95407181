package latchkey_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	latchkey "latchkey.example/client"
)

var (
	busy    = answer{status: 503, json: map[string]any{"detail": "Busy."}}
	limited = answer{status: 429, header: map[string]string{"Retry-After": "1"}, json: map[string]any{"detail": "Too many."}}
)

func TestAReadThatIsRefusedForLoadIsSentAgain(t *testing.T) {
	server := serve(t, busy, busy, answer{json: map[string]any{"ok": true}})
	response, err := get(t, clientOf(t, server))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(response.Body)
	if strings.TrimSpace(string(text)) != `{"ok":true}` || len(server.asked()) != 3 {
		t.Fatalf("%s after %d", text, len(server.asked()))
	}
}

func TestNoMoreThanMaxRetriesTimes(t *testing.T) {
	server := serve(t, busy)
	_, err := get(t, clientOf(t, server, latchkey.WithMaxRetries(1)))
	mustFail[*latchkey.ServerError](t, err)
	if len(server.asked()) != 2 {
		t.Fatalf("asked %d times", len(server.asked()))
	}
}

func TestRetryAfterIsWaitedFor(t *testing.T) {
	for name, header := range map[string]func() string{
		"seconds": func() string { return "1" },
		// A date has no parts of seconds: two of them are more than one.
		"a date": func() string { return time.Now().Add(2 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		t.Run(name, func(t *testing.T) {
			server := serveBy(t, func(count int, _ asked) answer {
				if count > 0 {
					return answer{}
				}
				return answer{status: 429, header: map[string]string{"Retry-After": header()}}
			})
			if _, err := get(t, clientOf(t, server)); err != nil {
				t.Fatal(err)
			}
			calls := server.asked()
			if pause := calls[1].at.Sub(calls[0].at); pause < 950*time.Millisecond {
				t.Fatalf("came again after %v", pause)
			}
		})
	}
}

func TestWhoShouldComeAgainAfterAMinuteOrMoreIsToldAtOnce(t *testing.T) {
	for _, header := range []string{"61", "99999999999", strings.Repeat("9", 500)} {
		server := serve(t, answer{status: 429, header: map[string]string{"Retry-After": header}})
		_, err := get(t, clientOf(t, server))
		limit := mustFail[*latchkey.RateLimitError](t, err)
		if limit.RetryAfter < 61*time.Second || header == "61" && limit.RetryAfter != 61*time.Second {
			t.Fatalf("%+v", limit)
		}
		if len(server.asked()) != 1 {
			t.Fatal("asked again")
		}
	}
}

func TestAPauseEndsWhenItsCallerGivesUp(t *testing.T) {
	server := serve(t, answer{status: 503, header: map[string]string{"Retry-After": "50"}})
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := clientOf(t, server).Auth.GetAPIKey(ctx, "key_1")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

func TestAWriteWithoutAnIdempotencyKeyIsNeverSentTwice(t *testing.T) {
	for name, refusal := range map[string]answer{
		"load":          busy,
		"limit":         {status: 429, header: map[string]string{"Retry-After": "0"}},
		"a lost answer": {instead: "lost"},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, refusal, answer{})
			if _, err := send(t, clientOf(t, server), "POST", strings.NewReader("{}"), nil); err == nil {
				t.Fatal("it has answered")
			}
			if len(server.asked()) != 1 {
				t.Fatalf("asked %d times", len(server.asked()))
			}
		})
	}
}

func TestAWriteIsSentAgainWhereNoConnectionWasMade(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	var log bytes.Buffer
	client, err := latchkey.New(latchkey.WithEndpoint("http://"+address), latchkey.WithAPIKey(apiKey),
		latchkey.WithoutJitter(), latchkey.WithLogger(slog.New(slog.NewJSONHandler(&log, nil))))
	if err != nil {
		t.Fatal(err)
	}
	_, err = send(t, client, "POST", strings.NewReader("{}"), nil)
	if lost := mustFail[*latchkey.ConnectionError](t, err); lost.Host != address || lost.Timeout() {
		t.Fatalf("%+v", lost)
	}
	if sent := strings.Count(log.String(), "\n"); sent != 3 {
		t.Fatalf("sent %d times", sent)
	}
}

func TestAWriteWithAnIdempotencyKeyIsSentAgainAsItWas(t *testing.T) {
	for name, refusal := range map[string]answer{
		"load":                  busy,
		"a lost answer":         {instead: "lost"},
		"the first in its work": {status: 409, json: map[string]any{"code": "request_in_flight"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, refusal, answer{})
			// A reader that can be read once only.
			body := io.MultiReader(strings.NewReader(`{"text":`), strings.NewReader(`"a"}`))
			header := map[string]string{"Idempotency-Key": "once"}
			if _, err := send(t, clientOf(t, server), "POST", body, header); err != nil {
				t.Fatal(err)
			}
			calls := server.asked()
			if len(calls) != 2 {
				t.Fatalf("asked %d times", len(calls))
			}
			for _, call := range calls {
				if call.header.Get("Idempotency-Key") != "once" || call.body != `{"text":"a"}` {
					t.Fatalf("%v %s", call.header, call.body)
				}
			}
		})
	}
}

func TestARefusalForGoodIsNotSentAgain(t *testing.T) {
	for _, status := range []int{400, 403, 404, 409, 418, 500, 502} {
		server := serve(t, answer{status: status})
		_, err := get(t, clientOf(t, server))
		if refusal := mustFail[*latchkey.APIError](t, err); refusal.Status != status || len(server.asked()) != 1 {
			t.Fatalf("%d: %v after %d", status, err, len(server.asked()))
		}
	}
}

func TestAnAnswerThatBreaksOffIsAskedForAgain(t *testing.T) {
	for _, instead := range []string{"lost", "broken"} {
		server := serve(t, answer{instead: instead}, answer{json: map[string]any{"id": "key_1", "name": "a"}})
		key, err := clientOf(t, server).Auth.GetAPIKey(context.Background(), "key_1")
		if err != nil || key.Name != "a" {
			t.Fatalf("%s: %+v, %v", instead, key, err)
		}
	}
}

func TestAServerThatSaysNothingIsGivenUp(t *testing.T) {
	server := serve(t, answer{instead: "never"})
	client := clientOf(t, server, latchkey.WithTimeout(50*time.Millisecond), latchkey.WithMaxRetries(1))
	for name, call := range map[string]func() error{
		"Do":   func() error { _, err := get(t, client); return err },
		"Auth": func() error { _, err := client.Auth.GetAPIKey(context.Background(), "key_1"); return err },
	} {
		before := len(server.asked())
		if lost := mustFail[*latchkey.ConnectionError](t, call()); !lost.Timeout() {
			t.Fatal(lost)
		}
		if sent := len(server.asked()) - before; sent != 2 {
			t.Fatalf("%s asked %d times", name, sent)
		}
	}
}

func TestABodyThatIsReadByItsCallerHasNoTimeOut(t *testing.T) {
	server := serveBy(t, func(int, asked) answer { return answer{json: strings.Repeat("a", 1<<20)} })
	response, err := get(t, clientOf(t, server, latchkey.WithTimeout(150*time.Millisecond)))
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if text, err := io.ReadAll(response.Body); err != nil || len(text) < 1<<20 {
		t.Fatalf("%d bytes, %v", len(text), err)
	}
}

func TestAnAnswerWithoutEndIsRefused(t *testing.T) {
	server := serve(t, answer{json: strings.Repeat("a", 11<<20)})
	_, err := clientOf(t, server).Auth.GetAPIKey(context.Background(), "key_1")
	if err == nil || !strings.Contains(err.Error(), "larger than") || len(server.asked()) != 1 {
		t.Fatalf("%v after %d", err, len(server.asked()))
	}
}

func TestEachSendingIsLoggedWithoutQueryHeadersAndBody(t *testing.T) {
	server := serve(t, answer{status: 503, header: map[string]string{"X-Request-ID": "req_1"}},
		answer{header: map[string]string{"X-Request-ID": "req_2"}})
	var log bytes.Buffer
	client := clientOf(t, server, latchkey.WithLogger(slog.New(slog.NewJSONHandler(&log, nil))))
	request, err := client.NewRequest(context.Background(), "PUT", "/v1/memories?q=private", strings.NewReader("private"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Do(request); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	var first, second map[string]any
	if len(lines) != 2 || json.Unmarshal([]byte(lines[0]), &first) != nil || json.Unmarshal([]byte(lines[1]), &second) != nil {
		t.Fatal(log.String())
	}
	if first["request_id"] != "req_1" || first["status"] != 503.0 || first["pause"] != 0.0 || first["attempt"] != 1.0 {
		t.Fatal(first)
	}
	if _, isPausing := second["pause"]; isPausing || second["request_id"] != "req_2" || second["url"] != server.URL+"/v1/memories" {
		t.Fatal(second)
	}
	if strings.Contains(log.String(), "private") || strings.Contains(log.String(), apiKey) {
		t.Fatal(log.String())
	}
}
