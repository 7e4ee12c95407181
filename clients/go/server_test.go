package latchkey_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	latchkey "latchkey.example/client"
)

const apiKey = "lk_secret_1"

// answer is what a scripted server answers.
type answer struct {
	// 0 is 200.
	status int
	header map[string]string
	json   any
	// In place of an answer: "lost" when the request has come, "broken" in the body, "never".
	instead string
}

type asked struct {
	method, path string
	header       http.Header
	body         string
	at           time.Time
}

// scripted is a server that answers what a test has written down, and keeps what it was asked.
type scripted struct {
	*httptest.Server
	mutex sync.Mutex
	calls []asked
}

func (s *scripted) asked() []asked {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]asked(nil), s.calls...)
}

// serve answers each request with the next line of the script, then on with the last.
func serve(t *testing.T, script ...answer) *scripted {
	return serveBy(t, func(count int, _ asked) answer { return script[min(count, len(script)-1)] })
}

func serveBy(t *testing.T, next func(count int, call asked) answer) *scripted {
	t.Helper()
	s := &scripted{}
	stop := make(chan struct{})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		call := asked{r.Method, r.URL.RequestURI(), r.Header, string(body), time.Now()}
		s.mutex.Lock()
		count := len(s.calls)
		s.calls = append(s.calls, call)
		s.mutex.Unlock()
		reply(w, next(count, call), stop)
	}))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(stop) })
	return s
}

func reply(w http.ResponseWriter, a answer, stop <-chan struct{}) {
	switch a.instead {
	case "never":
		<-stop
		return
	case "lost":
		panic(http.ErrAbortHandler)
	case "broken":
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"id":`)
		panic(http.ErrAbortHandler)
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	if a.json == nil {
		a.json = map[string]any{}
	}
	_ = json.NewEncoder(w).Encode(a.json)
}

// clientOf gives a client of a server, with a key and without jitter.
func clientOf(t *testing.T, s *scripted, options ...latchkey.Option) *latchkey.Client {
	t.Helper()
	return clientWith(t, s, append([]latchkey.Option{latchkey.WithAPIKey(apiKey)}, options...)...)
}

func clientWith(t *testing.T, s *scripted, options ...latchkey.Option) *latchkey.Client {
	t.Helper()
	defaults := []latchkey.Option{latchkey.WithEndpoint(s.URL), latchkey.WithoutJitter()}
	client, err := latchkey.New(append(defaults, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// get calls the API behind the door.
func get(t *testing.T, client *latchkey.Client) (*http.Response, error) {
	t.Helper()
	return send(t, client, http.MethodGet, nil, nil)
}

func send(t *testing.T, client *latchkey.Client, method string, body io.Reader, header map[string]string) (*http.Response, error) {
	t.Helper()
	request, err := client.NewRequest(context.Background(), method, "/v1/memories", body)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err == nil {
		t.Cleanup(func() { _ = response.Body.Close() })
	}
	return response, err
}

// jwt gives a token that nobody verifies here.
func jwt(name string, life time.Duration) string {
	claims := fmt.Sprintf(`{"sub":%q,"exp":%d}`, name, time.Now().Add(life).Unix())
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func mustFail[E error](t *testing.T, err error) E {
	t.Helper()
	var target E
	if !errors.As(err, &target) {
		t.Fatalf("%v is no %T", err, target)
	}
	return target
}
