package latchkey_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	latchkey "latchkey.example/client"
)

func TestTheKeyIsSentAsTheContractSays(t *testing.T) {
	for header, contract := range map[string]latchkey.Contract{"Authorization": latchkey.Default, "X-API-KEY": latchkey.Memgraph} {
		server := serve(t, answer{})
		if _, err := get(t, clientOf(t, server, latchkey.WithContract(contract), latchkey.WithWorkspace("ws_1"))); err != nil {
			t.Fatal(err)
		}
		got := server.asked()[0].header
		if value := got.Get(header); strings.TrimPrefix(value, "Bearer ") != apiKey || got.Get("X-Workspace-Id") != "ws_1" {
			t.Fatalf("%s: %v", header, got)
		}
	}
}

func TestATokenIsAlwaysBearer(t *testing.T) {
	server := serve(t, answer{})
	provide := func(context.Context) (string, error) { return "token", nil }
	client := clientWith(t, server, latchkey.WithContract(latchkey.Memgraph), latchkey.WithTokenProvider(provide))
	if _, err := get(t, client); err != nil || server.asked()[0].header.Get("Authorization") != "Bearer token" {
		t.Fatalf("%v %v", err, server.asked())
	}
}

func TestTheEnvironmentHasKeyAndEndpoint(t *testing.T) {
	server := serve(t, answer{})
	t.Setenv("LATCHKEY_ENDPOINT", server.URL+"/v1/")
	t.Setenv("LATCHKEY_API_KEY", "lk_other")
	t.Setenv("NEUROLOOM_API_KEY", apiKey+"\n")
	client, err := latchkey.New(latchkey.WithContract(latchkey.Neuroloom))
	if err != nil || client.Endpoint() != server.URL+"/v1" {
		t.Fatal(client, err)
	}
	if _, err := client.Auth.GetAPIKey(context.Background(), "key_1"); err != nil {
		t.Fatal(err)
	}
	// Latchkey's own rows are not below the version.
	if call := server.asked()[0]; call.header.Get("Authorization") != "Bearer "+apiKey || call.path != "/v1/api-keys/key_1" {
		t.Fatalf("%+v", call)
	}
	if _, err := latchkey.New(); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutACredentialThereIsNoClient(t *testing.T) {
	t.Setenv("LATCHKEY_API_KEY", "")
	t.Setenv("MEMORY_API_KEY", "")
	provide := func(context.Context) (string, error) { return "", nil }
	kept := func(context.Context, latchkey.TokenPair) error { return nil }
	for name, options := range map[string][]latchkey.Option{
		"none":             {},
		"an empty key":     {latchkey.WithAPIKey(" ")},
		"two":              {latchkey.WithAPIKey(apiKey), latchkey.WithTokenProvider(provide)},
		"one and none":     {latchkey.WithAPIKey(apiKey), latchkey.WithoutCredential()},
		"none to keep it":  {latchkey.WithRefreshToken("rt", nil)},
		"no refresh token": {latchkey.WithRefreshToken("", kept)},
	} {
		options = append(options, latchkey.WithEndpoint("https://api.example.com"), latchkey.WithContract(latchkey.NAMS))
		_, err := latchkey.New(options...)
		if refusal := mustFail[*latchkey.AuthenticationError](t, err); strings.Contains(refusal.Error(), apiKey) {
			t.Fatal(name, err)
		}
		if name == "none" && !strings.Contains(err.Error(), "MEMORY_API_KEY") {
			t.Fatal(err)
		}
	}
}

func TestAnEndpointThatWouldShowTheCredentialIsRefused(t *testing.T) {
	key := latchkey.WithAPIKey(apiKey)
	for _, endpoint := range []string{"http://api.example.com", "ftp://api.example.com", "https://a:b@api.example.com", "api.example.com", "https://", ":", "http://127.0.0.1.example.com"} {
		if _, err := latchkey.New(key, latchkey.WithEndpoint(endpoint)); err == nil {
			t.Fatal(endpoint)
		}
	}
	for _, endpoint := range []string{"http://127.0.0.1:3000", "http://localhost", "http://[::1]:3000", "https://api.example.com/"} {
		if _, err := latchkey.New(key, latchkey.WithEndpoint(endpoint)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := latchkey.New(key, latchkey.WithEndpoint("http://api.internal"), latchkey.WithInsecureHTTP()); err != nil {
		t.Fatal(err)
	}
}

func TestTheCredentialGoesToItsOwnServerOnly(t *testing.T) {
	other := serve(t, answer{})
	own := serve(t, answer{status: http.StatusFound, header: map[string]string{"Location": other.URL}})
	client := clientOf(t, own)
	request, _ := http.NewRequest(http.MethodGet, other.URL+"/v1/memories", nil)
	if _, err := client.Do(request); err == nil {
		t.Fatal("another server was called")
	}
	response, err := get(t, client)
	if err != nil || response.StatusCode != http.StatusFound {
		t.Fatal(response, err)
	}
	if _, err := client.Auth.RefreshAccessToken(context.Background(), "rt_secret"); mustFail[*latchkey.APIError](t, err).Status != http.StatusFound {
		t.Fatal(err)
	}
	if calls := other.asked(); len(calls) > 0 {
		t.Fatalf("%+v", calls)
	}
}

func TestANetworkClientOfYoursIsUsedWithoutItsRedirectsAndCookies(t *testing.T) {
	own := serve(t, answer{status: http.StatusFound, header: map[string]string{"Location": "/elsewhere"}})
	var calls atomic.Int32
	given := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		calls.Add(1)
		return http.DefaultTransport.RoundTrip(r)
	})}
	if _, err := get(t, clientOf(t, own, latchkey.WithHTTPClient(given))); err != nil || calls.Load() != 1 || given.CheckRedirect != nil {
		t.Fatal(err, calls.Load())
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

func TestACredentialThatNoHeaderCanCarryIsNotShown(t *testing.T) {
	server := serve(t, answer{})
	_, err := get(t, clientWith(t, server, latchkey.WithAPIKey("lk_secret\nX-Other: 1")))
	if mustFail[*latchkey.AuthenticationError](t, err); strings.Contains(err.Error(), "lk_secret") || len(server.asked()) > 0 {
		t.Fatal(err)
	}
}

func TestParallelCallsShareOneToken(t *testing.T) {
	server := serve(t, answer{})
	var asked atomic.Int32
	client := clientWith(t, server, latchkey.WithTokenProvider(func(context.Context) (string, error) {
		asked.Add(1)
		time.Sleep(50 * time.Millisecond)
		return jwt("ada", time.Hour), nil
	}))
	parallel(t, 50, func() error { _, err := client.Auth.GetAPIKey(context.Background(), "key_1"); return err })
	if asked.Load() != 1 {
		t.Fatalf("asked %d times", asked.Load())
	}
}

func TestARefusedTokenIsReplacedOnceForAll(t *testing.T) {
	first, second := jwt("first", time.Hour), jwt("second", time.Hour)
	server := serveBy(t, func(_ int, call asked) answer {
		if call.header.Get("Authorization") == "Bearer "+second {
			return answer{}
		}
		return answer{status: 401}
	})
	var given atomic.Int32
	client := clientWith(t, server, latchkey.WithTokenProvider(func(context.Context) (string, error) {
		if given.Add(1) == 1 {
			return first, nil
		}
		time.Sleep(20 * time.Millisecond)
		return second, nil
	}))
	// A write too: the authorizer has refused it before anything was carried out.
	parallel(t, 20, func() error { return client.Auth.RevokeAPIKey(context.Background(), "key_1") })
	if given.Load() != 2 {
		t.Fatalf("asked %d times", given.Load())
	}
}

func TestATokenThatIsRefusedAgainIsAnError(t *testing.T) {
	for name, token := range map[string]func(int32) string{
		"the same":    func(int32) string { return "token" },
		"another one": func(count int32) string { return "token" + string(rune('a'+count)) },
	} {
		server := serve(t, answer{status: 401})
		var count atomic.Int32
		client := clientWith(t, server, latchkey.WithTokenProvider(func(context.Context) (string, error) {
			return token(count.Add(1)), nil
		}))
		_, err := get(t, client)
		mustFail[*latchkey.AuthenticationError](t, err)
		if sent := len(server.asked()); sent > 2 {
			t.Fatalf("%s: sent %d times", name, sent)
		}
	}
}

func TestATokenIsRenewedBeforeItExpires(t *testing.T) {
	server := serve(t, answer{})
	var asked atomic.Int32
	client := clientWith(t, server, latchkey.WithTokenProvider(func(context.Context) (string, error) {
		asked.Add(1)
		return jwt("ada", 29*time.Second), nil
	}))
	for range 2 {
		if _, err := get(t, client); err != nil {
			t.Fatal(err)
		}
	}
	if asked.Load() != 2 {
		t.Fatalf("asked %d times", asked.Load())
	}
}

func TestACallerThatGivesUpTakesNoOtherAlong(t *testing.T) {
	server := serve(t, answer{})
	started, finish := make(chan struct{}, 2), make(chan struct{})
	client := clientWith(t, server, latchkey.WithTokenProvider(func(ctx context.Context) (string, error) {
		started <- struct{}{}
		<-finish
		return jwt("ada", time.Hour), ctx.Err()
	}))
	ctx, cancel := context.WithCancel(context.Background())
	first := make(chan error, 1)
	go func() {
		_, err := client.Auth.GetAPIKey(ctx, "key_1")
		first <- err
	}()
	<-started
	second := make(chan error, 1)
	go func() {
		_, err := client.Auth.GetAPIKey(context.Background(), "key_1")
		second <- err
	}()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	close(finish)
	if err := <-second; err != nil {
		t.Fatal(err)
	}
}

func TestAnErrorOfTheProviderEndsTheCall(t *testing.T) {
	server := serve(t, answer{})
	broken := errors.New("vault is sealed")
	var asked atomic.Int32
	client := clientWith(t, server, latchkey.WithTokenProvider(func(context.Context) (string, error) {
		asked.Add(1)
		return "", &latchkey.ConnectionError{Host: "vault", Err: broken}
	}))
	if _, err := get(t, client); !errors.Is(err, broken) || asked.Load() != 1 || len(server.asked()) != 0 {
		t.Fatal(err, asked.Load())
	}
}

func TestARefreshTokenRenewsAndIsKeptBeforeItIsUsed(t *testing.T) {
	var renewals int
	server := serveBy(t, func(_ int, call asked) answer {
		if call.path != "/v1/auth/refresh" {
			return answer{}
		}
		if call.header.Get("Authorization") != "" {
			return answer{status: 400}
		}
		renewals++
		next := []string{"rt_2", "rt_3"}[renewals-1]
		return answer{json: map[string]any{"access_token": jwt(next, time.Second), "refresh_token": next, "expires_in": 1}}
	})
	var kept []string
	client := clientWith(t, server, latchkey.WithRefreshToken("rt_1", func(_ context.Context, tokens latchkey.TokenPair) error {
		kept = append(kept, tokens.RefreshToken.Reveal())
		return nil
	}))
	for range 2 {
		if _, err := get(t, client); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Join(kept, " ") != "rt_2 rt_3" || server.asked()[2].body != `{"refresh_token":"rt_2"}` {
		t.Fatal(kept, server.asked())
	}
}

func TestWithoutCredentialSendsNone(t *testing.T) {
	server := serve(t, answer{})
	if _, err := get(t, clientWith(t, server, latchkey.WithoutCredential())); err != nil {
		t.Fatal(err)
	}
	if got := server.asked()[0].header; got.Get("Authorization") != "" {
		t.Fatal(got)
	}
}

func parallel(t *testing.T, count int, call func() error) {
	t.Helper()
	var group sync.WaitGroup
	for range count {
		group.Add(1)
		go func() {
			defer group.Done()
			if err := call(); err != nil {
				t.Error(err)
			}
		}()
	}
	group.Wait()
}
