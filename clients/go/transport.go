package latchkey

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// maxBodyBytes bounds the answers of Latchkey's own rows, which API Gateway bounds likewise.
const maxBodyBytes = 10 << 20

var errLate = errors.New("the time-out of one sending is over")

// transport sends requests with a credential, a time-out and retries, and turns answers of 400 and above into errors.
type transport struct {
	http *http.Client
	// The header of an API key; "" for Authorization.
	apiKeyHeader string
	workspaceID  string
	timeout      time.Duration
	maxRetries   int
	logger       *slog.Logger
	jitter       func(time.Duration) time.Duration
}

// exchange is a request with how it is sent. Its request is never changed: each sending has a copy.
type exchange struct {
	*transport
	request *http.Request
	// Nil sends no credential.
	credential *credential
	// Whether the answer is read as a whole, within the time-out, and no redirect is an answer.
	isWhole bool
}

// send gives the answer, or the error that it means, or a ConnectionError. It sends again where that is safe.
func (e *exchange) send() (*http.Response, error) {
	ctx := e.request.Context()
	if err := keepBody(e.request); err != nil {
		return nil, err
	}
	for attempt := 0; ; attempt++ {
		response, err := e.sendProven()
		if ctx.Err() != nil && err != nil {
			return nil, ctx.Err()
		}
		pause, isShort := pauseAfter(attempt, err, e.jitter)
		isRepeated := err != nil && attempt < e.maxRetries && isShort && mayRepeat(e.request, err)
		e.log(attempt, response, err, isRepeated, pause)
		if !isRepeated {
			return response, err
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// providerError is that of a token provider, which knows itself what it repeats.
type providerError struct{ error }

func (e providerError) Unwrap() error { return e.error }

// sendProven replaces a refused token once: the authorizer refuses before anything is carried out.
func (e *exchange) sendProven() (*http.Response, error) {
	if e.credential == nil {
		return e.sendOnce(nil)
	}
	ctx := e.request.Context()
	token, err := e.credential.current(ctx)
	if err != nil {
		return nil, providerError{err}
	}
	response, err := e.sendOnce(&token)
	var refused *AuthenticationError
	if !errors.As(err, &refused) {
		return response, err
	}
	other, isOther, providerErr := e.credential.instead(ctx, token)
	if providerErr != nil {
		return nil, providerError{providerErr}
	}
	if !isOther {
		return nil, err
	}
	return e.sendOnce(&other)
}

func (e *exchange) sendOnce(token *Secret) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(e.request.Context())
	timer := time.AfterFunc(e.timeout, func() { cancel(errLate) })
	response, err := e.answer(ctx, token)
	isLate := !timer.Stop()
	if err == nil && (e.isWhole || !isLate) {
		// A body that goes on for hours may: its reader has the request's context.
		response.Body = &cancelingBody{response.Body, func() { cancel(nil) }}
		return response, nil
	}
	cancel(nil)
	var lost *ConnectionError
	if isLate && (err == nil || errors.As(err, &lost)) {
		return nil, connectionError(e.request.URL.Host, errLate)
	}
	return nil, err
}

// answer gives the answer to one sending; its body is open unless it is read as a whole.
func (e *exchange) answer(ctx context.Context, token *Secret) (*http.Response, error) {
	request, err := e.proven(ctx, token)
	if err != nil {
		return nil, err
	}
	response, err := e.http.Do(request)
	if err != nil {
		return nil, connectionError(request.URL.Host, err)
	}
	if response.StatusCode >= 400 || e.isWhole && response.StatusCode >= 300 {
		defer response.Body.Close()
		return nil, errorOf(response)
	}
	if !e.isWhole {
		return response, nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBodyBytes+1))
	if err != nil {
		return nil, connectionError(request.URL.Host, err)
	}
	if len(body) > maxBodyBytes {
		return nil, fmt.Errorf("latchkey: the answer of %s is larger than %d bytes", request.URL.Host, maxBodyBytes)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// proven gives a copy of the request with the credential.
func (e *exchange) proven(ctx context.Context, token *Secret) (*http.Request, error) {
	request := e.request.Clone(ctx)
	if request.GetBody != nil {
		body, err := request.GetBody()
		if err != nil {
			return nil, err
		}
		request.Body = body
	}
	if e.workspaceID != "" && request.Header.Get("X-Workspace-Id") == "" {
		request.Header.Set("X-Workspace-Id", e.workspaceID)
	}
	if token == nil {
		return request, nil
	}
	value := token.Reveal()
	if !fitsHeader(value) {
		return nil, authenticationError("the credential is empty or has characters that no header can carry")
	}
	if e.apiKeyHeader == "" || e.credential.isToken() {
		request.Header.Set("Authorization", "Bearer "+value)
	} else {
		request.Header.Set(e.apiKeyHeader, value)
	}
	return request, nil
}

// log tells of one sending: neither query, headers nor body, where secrets and people's data are.
func (e *exchange) log(attempt int, response *http.Response, err error, isRepeated bool, pause time.Duration) {
	place := *e.request.URL
	place.RawQuery, place.User, place.Fragment = "", nil, ""
	attributes := []slog.Attr{
		slog.String("method", e.request.Method),
		slog.String("url", place.String()),
		slog.Int("attempt", attempt+1),
	}
	var answer *APIError
	if response != nil {
		answer = &APIError{Status: response.StatusCode, RequestID: response.Header.Get("X-Request-ID")}
	}
	if response != nil || errors.As(err, &answer) {
		attributes = append(attributes, slog.Int("status", answer.Status), slog.String("request_id", answer.RequestID))
	}
	if isRepeated {
		attributes = append(attributes, slog.Duration("pause", pause))
	}
	e.logger.LogAttrs(e.request.Context(), slog.LevelInfo, "request", attributes...)
}

// keepBody makes a body one that can be sent again, in memory unless it can be already.
func keepBody(request *http.Request) error {
	if request.Body == nil || request.Body == http.NoBody || request.GetBody != nil {
		return nil
	}
	body, err := io.ReadAll(request.Body)
	_ = request.Body.Close()
	if err != nil {
		return err
	}
	request.ContentLength = int64(len(body))
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return nil
}

// fitsHeader tells whether a header can carry a text. The error of net/http must not have to say so.
func fitsHeader(value string) bool {
	for _, character := range []byte(value) {
		if character < '!' || character > '~' {
			return false
		}
	}
	return value != ""
}

// cancelingBody lets go of the sending's context when it is closed.
type cancelingBody struct {
	io.ReadCloser
	cancel func()
}

func (b *cancelingBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
