// A customer's program: the whole life of a key, and every kind of refusal. Prints what it has seen.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	latchkey "latchkey.example/client"
)

var given struct {
	URL          string `json:"url"`
	WorkspaceID  string `json:"workspaceId"`
	RefreshToken string `json:"refreshToken"`
	Credential   struct{ APIKey, Token string }
	Keys         struct{ Reader, Spent, Wrong string }
}

type seen map[string]any

func must[Result any](result Result, err error) Result {
	if err != nil {
		panic(err)
	}
	return result
}

func clientWith(credential latchkey.Option) *latchkey.Client {
	return must(latchkey.New(latchkey.WithEndpoint(given.URL), latchkey.WithContract(latchkey.Default), latchkey.WithMaxRetries(0), credential))
}

func statusOf(client *latchkey.Client) (any, error) {
	response, err := client.Do(must(client.NewRequest(context.Background(), "GET", "/v1/memories", nil)))
	if err != nil {
		return nil, err
	}
	return response.StatusCode, response.Body.Close()
}

func outcome(result any, err error) seen {
	if err == nil {
		return seen{"result": result}
	}
	failed := seen{"error": strings.TrimPrefix(reflect.TypeOf(err).String(), "*latchkey."), "message": err.Error()}
	var answer *latchkey.APIError
	if errors.As(err, &answer) {
		fields := []string{}
		for _, each := range answer.Fields {
			fields = append(fields, each.Field)
		}
		failed["status"], failed["fields"], failed["retryAfter"] = answer.Status, fields, answer.RetryAfter.Seconds()
		failed["hasRequestId"] = answer.RequestID != "" && strings.Contains(err.Error(), answer.RequestID)
	}
	return failed
}

func call(key string) seen { return outcome(statusOf(clientWith(latchkey.WithAPIKey(key)))) }

func untilRefused(key string) seen {
	client := clientWith(latchkey.WithAPIKey(key))
	for range 100 {
		if result, err := statusOf(client); err != nil {
			return outcome(result, err)
		}
	}
	return nil
}

func main() {
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		panic(err)
	}
	ctx := context.Background()
	credential := latchkey.WithAPIKey(given.Credential.APIKey)
	if given.Credential.Token != "" {
		credential = latchkey.WithTokenProvider(func(context.Context) (string, error) { return given.Credential.Token, nil })
	}
	auth := clientWith(credential).Auth
	created := must(auth.CreateAPIKey(ctx, latchkey.NewAPIKey{Name: "ci-runner", Scopes: []string{"read"}, WorkspaceID: given.WorkspaceID}))
	key := created.Key.Reveal()
	listed := []bool{}
	for each, err := range auth.ListAPIKeys(ctx, given.WorkspaceID) {
		if must(each, err).ID == created.ID {
			listed = append(listed, strings.Contains(fmt.Sprintf("%+v", each), key))
		}
	}
	all := seen{
		"created": seen{"name": created.Name, "scopes": created.Scopes, "workspaceId": created.WorkspaceID, "key": key},
		"works":   call(key),
		"got":     must(auth.GetAPIKey(ctx, created.ID)).Name,
		"listed":  listed,
	}
	rotated := must(auth.RotateAPIKey(ctx, created.ID, latchkey.Rotation{}))
	all["rotated"] = seen{"sameId": rotated.ID == created.ID, "other": rotated.Key.Reveal() != key}
	all["rotatedWorks"] = call(rotated.Key.Reveal())
	if err := auth.RevokeAPIKey(ctx, created.ID); err != nil {
		panic(err)
	}
	all["revoked"] = call(rotated.Key.Reveal())
	_, err := auth.RotateAPIKey(ctx, "key_000000000000", latchkey.Rotation{})
	all["unknown"] = outcome(nil, err)
	_, err = auth.CreateAPIKey(ctx, latchkey.NewAPIKey{Name: "ci", Scopes: []string{"nonsense"}})
	all["invalid"] = outcome(nil, err)
	all["wrong"] = call(given.Keys.Wrong)
	_, err = clientWith(latchkey.WithAPIKey(given.Keys.Reader)).Auth.CreateAPIKey(ctx, latchkey.NewAPIKey{Name: "never"})
	all["forbidden"] = outcome(nil, err)
	all["limited"] = untilRefused(given.Keys.Spent)
	var kept string
	renewing := clientWith(latchkey.WithRefreshToken(given.RefreshToken, func(_ context.Context, tokens latchkey.TokenPair) error {
		kept = tokens.RefreshToken.Reveal()
		return nil
	}))
	status, err := statusOf(renewing)
	all["refreshed"] = outcome([]any{status, map[bool]string{true: "string"}[kept != ""]}, err)
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		panic(err)
	}
}
