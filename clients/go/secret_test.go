package latchkey_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	latchkey "latchkey.example/client"
)

// holder has secrets where fmt calls no methods of theirs: in fields that are not exported.
type holder struct {
	tokens latchkey.TokenPair
	issued latchkey.IssuedAPIKey
	client *latchkey.Client
}

func TestNothingShowsASecret(t *testing.T) {
	const key, access, refresh = "lk_hidden_1", "at_hidden_2", "rt_hidden_3"
	server := serveBy(t, func(_ int, call asked) answer {
		if call.path == "/v1/api-keys" {
			return answer{json: withKey(key)}
		}
		return answer{json: map[string]any{"access_token": access, "refresh_token": refresh, "expires_in": 900}}
	})
	client := clientWith(t, server, latchkey.WithAPIKey(key))
	issued, err := client.Auth.CreateAPIKey(context.Background(), latchkey.NewAPIKey{Name: "ci"})
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := client.Auth.RefreshAccessToken(context.Background(), refresh)
	if err != nil || issued.Key.Reveal() != key || tokens.AccessToken.Reveal() != access || tokens.RefreshToken.Reveal() != refresh {
		t.Fatal("the secrets are not there")
	}

	held := holder{tokens, issued, client}
	for _, value := range []any{issued, &issued, issued.Key, &issued.Key, tokens, &tokens, client, *client, client.Auth, *client.Auth, held, &held, []any{tokens}} {
		var shown bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
			fmt.Fprintf(&shown, verb, value)
		}
		fmt.Fprintln(&shown, value)
		for _, handler := range []slog.Handler{slog.NewTextHandler(&shown, nil), slog.NewJSONHandler(&shown, nil)} {
			slog.New(handler).Info("shown", "value", value, slog.Group("group", "value", value))
		}
		if text, err := json.Marshal(value); err == nil {
			shown.Write(text)
		}
		if text, err := xml.Marshal(value); err == nil {
			shown.Write(text)
		}
		for _, hidden := range []string{key, access, refresh, fmt.Sprintf("%x", key), fmt.Sprintf("%X", refresh), fmt.Sprint([]byte(access))} {
			if strings.Contains(shown.String(), hidden) {
				t.Fatalf("%T shows %s: %s", value, hidden, shown.String())
			}
		}
	}
	if text := issued.Key.String(); text != "[secret]" {
		t.Fatal(text)
	}
	if !strings.Contains(fmt.Sprintf("%+v", issued), "ci") || !strings.Contains(fmt.Sprint(client), server.URL) {
		t.Fatalf("%+v %v", issued, client)
	}
}
