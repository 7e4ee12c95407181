package latchkey_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	latchkey "latchkey.example/client"
)

func TestEachStatusHasItsErrorInWhateverFormItIsSaid(t *testing.T) {
	wrong := []any{map[string]any{"field": "scopes", "message": "no scope"}, "no field"}
	for _, each := range []struct {
		answer
		want    error
		code    string
		message string
		fields  []latchkey.FieldError
	}{
		{answer{status: 401, json: map[string]any{"code": "expired", "detail": "Over."}}, &latchkey.AuthenticationError{}, "expired", "Over.", nil},
		{answer{status: 403, json: map[string]any{"type": "authorization_error", "message": "No."}}, &latchkey.PermissionError{}, "authorization_error", "No.", nil},
		{answer{status: 404, json: map[string]any{"error": "Gone."}}, &latchkey.NotFoundError{}, "", "Gone.", nil},
		{answer{status: 409, json: map[string]any{"error": map[string]any{"code": "taken", "message": "Taken."}}}, &latchkey.ConflictError{}, "taken", "Taken.", nil},
		{answer{status: 400, json: map[string]any{"detail": "Bad.", "errors": wrong}}, &latchkey.ValidationError{}, "", "Bad.", []latchkey.FieldError{{"scopes", "no scope"}}},
		{answer{status: 422, json: map[string]any{"error": map[string]any{"message": "Bad.", "details": wrong}}}, &latchkey.ValidationError{}, "", "Bad.", []latchkey.FieldError{{"scopes", "no scope"}}},
		{answer{status: 429, json: map[string]any{"message": "Slow."}}, &latchkey.RateLimitError{}, "", "Slow.", nil},
		{answer{status: 400, json: map[string]any{"error": "invalid_grant", "error_description": "Used."}}, &latchkey.ValidationError{}, "invalid_grant", "Used.", nil},
		{answer{status: 500, json: "text"}, &latchkey.ServerError{}, "", "the server answered with status 500", nil},
	} {
		t.Run(fmt.Sprint(each.status, each.message), func(t *testing.T) {
			each.header = map[string]string{"X-Request-ID": "req_9"}
			server := serve(t, each.answer)
			_, err := get(t, clientOf(t, server, latchkey.WithMaxRetries(0)))
			if reflect.TypeOf(err) != reflect.TypeOf(each.want) {
				t.Fatalf("%T", err)
			}
			got := mustFail[*latchkey.APIError](t, err)
			if got.Code != each.code || got.Message != each.message || got.RequestID != "req_9" || !reflect.DeepEqual(got.Fields, each.fields) {
				t.Fatalf("%+v", got)
			}
			if err.Error() != "latchkey: "+each.message+" (request req_9)" {
				t.Fatal(err)
			}
		})
	}
}

func TestTheRequestIdIsFoundInTheBodyToo(t *testing.T) {
	for _, json := range []map[string]any{{"request_id": "req_1"}, {"meta": map[string]any{"request_id": "req_1"}}} {
		_, err := get(t, clientOf(t, serve(t, answer{status: http.StatusNotFound, json: json})))
		if missing := mustFail[*latchkey.NotFoundError](t, err); missing.RequestID != "req_1" {
			t.Fatalf("%+v", missing)
		}
	}
}

func TestAnErrorOfTheConnectionDoesNotShowTheQuery(t *testing.T) {
	server := serve(t, answer{instead: "lost"})
	client := clientOf(t, server, latchkey.WithMaxRetries(0))
	request, err := client.NewRequest(context.Background(), "GET", "/v1/memories?q=private", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Do(request)
	if mustFail[*latchkey.ConnectionError](t, err); strings.Contains(err.Error(), "private") {
		t.Fatal(err)
	}
}
