package latchkey_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	latchkey "latchkey.example/client"
)

var view = map[string]any{
	"id": "key_1", "name": "ci", "key_prefix": "lk_a…z", "workspace_id": "ws_1", "scopes": []string{"read"},
	"created_at": "2026-01-02T03:04:05.678Z", "expires_at": nil, "last_used_at": "2026-01-02T03:04:05Z", "request_count": 7,
}

func withKey(key string) map[string]any {
	shown := map[string]any{"key": key}
	for name, value := range view {
		shown[name] = value
	}
	return shown
}

func TestAListIsFetchedPageByPageAsItIsRead(t *testing.T) {
	server := serve(t,
		answer{json: map[string]any{"data": []any{view, view}, "next_cursor": "c/2"}},
		answer{json: map[string]any{"data": []any{view}, "next_cursor": nil}})
	auth := clientOf(t, server).Auth
	for key, err := range auth.ListAPIKeys(context.Background(), "ws_1") {
		if err != nil || key.ID != "key_1" || key.RequestCount != 7 || key.ExpiresAt != nil || key.LastUsedAt.Year() != 2026 {
			t.Fatalf("%+v %v", key, err)
		}
		break
	}
	if len(server.asked()) != 1 {
		t.Fatal("more was fetched than was read")
	}
	count := 0
	for _, err := range auth.ListAPIKeys(context.Background(), "") {
		if count++; err != nil {
			t.Fatal(err)
		}
	}
	calls := server.asked()
	if count != 1 || calls[0].path != "/v1/api-keys?workspace_id=ws_1" || calls[1].path != "/v1/api-keys" {
		t.Fatalf("%d of %+v", count, calls)
	}
	if accept := calls[0].header.Get("Accept"); accept != "application/vnd.latchkey+json" {
		t.Fatal(accept)
	}
}

func TestAllPagesOfAListAreRead(t *testing.T) {
	server := serve(t,
		answer{json: map[string]any{"data": []any{view, view}, "next_cursor": "c/2"}},
		answer{json: map[string]any{"data": []any{view}, "next_cursor": nil}})
	count := 0
	for range clientOf(t, server).Auth.ListAPIKeys(context.Background(), "ws_1") {
		count++
	}
	if path := server.asked()[1].path; count != 3 || path != "/v1/api-keys?cursor=c%2F2&workspace_id=ws_1" {
		t.Fatal(count, path)
	}
}

func TestAListOfWhichAPageNamesItselfAsTheNextIsAnError(t *testing.T) {
	server := serveBy(t, func(int, asked) answer {
		return answer{json: map[string]any{"data": []any{view}, "next_cursor": "same"}}
	})
	var errs []error
	for _, err := range clientOf(t, server).Auth.ListAPIKeys(context.Background(), "") {
		errs = append(errs, err)
	}
	if len(errs) != 3 || errs[1] != nil || errs[2] == nil || len(server.asked()) != 2 {
		t.Fatal(errs, len(server.asked()))
	}
}

func TestAnErrorEndsAList(t *testing.T) {
	server := serve(t, answer{json: map[string]any{"data": []any{view}, "next_cursor": "2"}}, answer{status: 403})
	var errs []error
	for _, err := range clientOf(t, server).Auth.ListAPIKeys(context.Background(), "") {
		errs = append(errs, err)
	}
	if len(errs) != 2 || errs[0] != nil {
		t.Fatal(errs)
	}
	mustFail[*latchkey.PermissionError](t, errs[1])
}

func TestOnlyWhatIsGivenIsSent(t *testing.T) {
	date := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, each := range []struct {
		key  latchkey.NewAPIKey
		want map[string]any
	}{
		{latchkey.NewAPIKey{Name: "ci"}, map[string]any{"name": "ci"}},
		{latchkey.NewAPIKey{Name: "ci", NeverExpires: true}, map[string]any{"name": "ci", "expires_at": nil}},
		{
			latchkey.NewAPIKey{Name: "ci", WorkspaceID: "ws_1", Environment: "test", Scopes: []string{"read"}, ExpiresAt: date, AllowedIPs: []string{"192.0.2.0/24"}, Metadata: map[string]string{"a": "b"}},
			map[string]any{"name": "ci", "workspace_id": "ws_1", "environment": "test", "scopes": []any{"read"}, "expires_at": "2027-01-02T03:04:05Z", "allowed_ips": []any{"192.0.2.0/24"}, "metadata": map[string]any{"a": "b"}},
		},
		{latchkey.NewAPIKey{Name: "ci", ExpiresInDays: 5}, map[string]any{"name": "ci", "expires_in_days": 5.0}},
	} {
		server := serve(t, answer{json: withKey("lk_new")})
		if _, err := clientOf(t, server).Auth.CreateAPIKey(context.Background(), each.key); err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		call := server.asked()[0]
		if err := json.Unmarshal([]byte(call.body), &got); err != nil || !reflect.DeepEqual(got, each.want) {
			t.Fatalf("%s %v", call.body, err)
		}
		if call.header.Get("Content-Type") != "application/json" || call.method != "POST" {
			t.Fatalf("%+v", call)
		}
	}
}

func TestALostAnswerMakesNoSecondKeyAndSaysWhichItWas(t *testing.T) {
	server := serve(t, answer{instead: "lost"}, answer{json: view})
	_, err := clientOf(t, server).Auth.CreateAPIKey(context.Background(), latchkey.NewAPIKey{Name: "ci"})
	if lost := mustFail[*latchkey.KeyNotShownError](t, err); lost.ID != "key_1" {
		t.Fatal(lost)
	}
	calls := server.asked()
	if first := calls[0].header.Get("Idempotency-Key"); len(first) != 32 || first != calls[1].header.Get("Idempotency-Key") {
		t.Fatal(first)
	}
}

func TestARotationIsNotRepeated(t *testing.T) {
	server := serve(t, answer{status: 503}, answer{json: withKey("lk_new")})
	auth := clientOf(t, server).Auth
	if _, err := auth.RotateAPIKey(context.Background(), "key_1", latchkey.Rotation{}); err == nil {
		t.Fatal("it was sent again")
	}
	next, err := auth.RotateAPIKey(context.Background(), "key_1", latchkey.Rotation{Grace: time.Hour, KeepPrevious: true})
	if err != nil || next.Key.Reveal() != "lk_new" || next.ID != "key_1" {
		t.Fatal(next, err)
	}
	calls := server.asked()
	if calls[0].body != "{}" || calls[1].body != `{"grace_seconds":3600,"keep_previous":true}` || calls[1].path != "/v1/api-keys/key_1/rotate" {
		t.Fatalf("%+v", calls)
	}
}

func TestRowsAreWhereTheContractHasThem(t *testing.T) {
	server := serve(t, answer{json: withKey("nams_1")})
	auth := clientOf(t, server, latchkey.WithContract(latchkey.NAMS), latchkey.WithEndpoint(server.URL+"/v1")).Auth
	if err := auth.RevokeAPIKey(context.Background(), "key_1"); err != nil {
		t.Fatal(err)
	}
	if key, err := auth.RevealAPIKey(context.Background(), "key_1", "ws_1"); err != nil || key.Reveal() != "nams_1" {
		t.Fatal(err)
	}
	calls := server.asked()
	if calls[0].path != "/v1/auth/api-keys/key_1" || calls[1].path != "/v1/auth/api-keys/key_1/reveal?workspace_id=ws_1" {
		t.Fatalf("%+v", calls)
	}
	memgraph := clientOf(t, server, latchkey.WithContract(latchkey.Memgraph))
	if _, err := memgraph.Auth.RefreshAccessToken(context.Background(), "rt"); err == nil || !strings.Contains(err.Error(), "has no POST /v1/auth/refresh") {
		t.Fatal(err)
	}
}

func TestAnIdThatLeadsElsewhereIsNotSent(t *testing.T) {
	server := serve(t, answer{json: view})
	auth := clientOf(t, server).Auth
	for _, id := range []string{"", ".", ".."} {
		if err := auth.RevokeAPIKey(context.Background(), id); err == nil {
			t.Fatalf("%q was sent", id)
		}
	}
	if err := auth.RevokeAPIKey(context.Background(), "../users?a#b"); err != nil {
		t.Fatal(err)
	}
	if calls := server.asked(); len(calls) != 1 || calls[0].path != "/v1/api-keys/..%2Fusers%3Fa%23b" {
		t.Fatalf("%+v", calls)
	}
}

func TestTokensAreExchangedWithoutACredential(t *testing.T) {
	server := serve(t, answer{json: map[string]any{"access_token": "at", "refresh_token": "rt_2", "expires_in": 900}})
	tokens, err := clientOf(t, server).Auth.ExchangeToken(context.Background(), "idp")
	if err != nil || tokens.AccessToken.Reveal() != "at" || tokens.RefreshToken.Reveal() != "rt_2" || tokens.ExpiresIn != 15*time.Minute {
		t.Fatal(tokens, err)
	}
	if call := server.asked()[0]; call.header.Get("Authorization") != "" || call.body != `{"subject_token":"idp"}` {
		t.Fatalf("%+v", call)
	}
}
