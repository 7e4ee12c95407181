package latchkey

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// APIError is what every error of an answer has: errors.As finds it in each class of them.
type APIError struct {
	// Status is the HTTP status; 0 where no answer was involved.
	Status int
	// Code is the stable name of the error, such as insufficient_scope; "" where the answer had none.
	Code string
	// Message is for people.
	Message string
	// RequestID is as in the server's logs: name it when you ask for help.
	RequestID string
	// Fields are the wrong fields of the request; none where the answer names none.
	Fields []FieldError
	// RetryAfter is the time after which to come again; 0 where the answer does not say.
	RetryAfter time.Duration
}

// FieldError is a field of a request that was not accepted, by the name that the request has it under.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (e *APIError) Error() string {
	if e.RequestID == "" {
		return "latchkey: " + e.Message
	}
	return fmt.Sprintf("latchkey: %s (request %s)", e.Message, e.RequestID)
}

// AuthenticationError is 401, or no credential was given to New.
type AuthenticationError struct{ APIError }

// PermissionError is 403: the credential is good, and may not do this.
type PermissionError struct{ APIError }

// NotFoundError is 404: it is not there, or belongs to somebody else.
type NotFoundError struct{ APIError }

// ConflictError is 409: the thing is in a state that does not allow this.
type ConflictError struct{ APIError }

// ValidationError is 400 or 422: Fields has the wrong fields.
type ValidationError struct{ APIError }

// RateLimitError is 429: RetryAfter has the time to wait.
type RateLimitError struct{ APIError }

// ServerError is 5xx.
type ServerError struct{ APIError }

func (e *AuthenticationError) Unwrap() error { return &e.APIError }
func (e *PermissionError) Unwrap() error     { return &e.APIError }
func (e *NotFoundError) Unwrap() error       { return &e.APIError }
func (e *ConflictError) Unwrap() error       { return &e.APIError }
func (e *ValidationError) Unwrap() error     { return &e.APIError }
func (e *RateLimitError) Unwrap() error      { return &e.APIError }
func (e *ServerError) Unwrap() error         { return &e.APIError }

// ConnectionError is no answer: the connection could not be made, was lost, or nothing came in time.
type ConnectionError struct {
	// Host is the server that was called.
	Host string
	// Err is the reason.
	Err error
}

func (e *ConnectionError) Error() string {
	if e.Timeout() {
		return fmt.Sprintf("latchkey: %s did not answer in time: %v", e.Host, e.Err)
	}
	return fmt.Sprintf("latchkey: the connection to %s could not be made or was lost: %v", e.Host, e.Err)
}

func (e *ConnectionError) Unwrap() error { return e.Err }

// Timeout tells whether nothing came in time.
func (e *ConnectionError) Timeout() bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(e.Err, errLate) || errors.As(e.Err, &timeout) && timeout.Timeout()
}

// neverSent tells whether no connection was made, so that the server has seen nothing of the request.
func (e *ConnectionError) neverSent() bool {
	var operation *net.OpError
	return errors.As(e.Err, &operation) && (operation.Op == "dial" || operation.Op == "proxyconnect")
}

// KeyNotShownError means that a key was made, but the answer that showed it was lost, and it is shown once.
type KeyNotShownError struct {
	// ID is the key's: RotateAPIKey gives it a secret that you see.
	ID string
}

func (e *KeyNotShownError) Error() string {
	return fmt.Sprintf("latchkey: the answer that showed the new key %[1]s was lost: rotate %[1]s to get one that you see", e.ID)
}

func authenticationError(message string) error {
	return &AuthenticationError{APIError{Message: message}}
}

// connectionError leaves the URL out, whose query may have people's data.
func connectionError(host string, err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return &ConnectionError{Host: host, Err: err}
}

const maxErrorBytes = 64 << 10

// errorOf gives the error that an answer with a status of 300 or more means. Reads its body.
func errorOf(response *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorBytes))
	var body map[string]any
	_ = json.Unmarshal(text, &body)
	// Latchkey's own form, the envelopes of published contracts, RFC 6749's, and API Gateway's message.
	inner, isEnvelope := body["error"].(map[string]any)
	if !isEnvelope {
		inner = body
	}
	meta, _ := body["meta"].(map[string]any)
	var oauthCode any
	if body["error_description"] != nil {
		oauthCode = body["error"]
	}
	unexplained := fmt.Sprintf("the server answered with status %d", response.StatusCode)
	header := response.Header
	answer := APIError{
		Status:     response.StatusCode,
		Code:       firstText(oauthCode, inner["code"], inner["type"]),
		Message:    firstText(inner["detail"], inner["message"], body["error_description"], body["error"], unexplained),
		RequestID:  firstText(header.Get("X-Request-ID"), body["request_id"], meta["request_id"], header.Get("x-amzn-RequestId")),
		Fields:     fieldErrors(inner["errors"], inner["details"]),
		RetryAfter: retryAfter(header.Get("Retry-After"), time.Now()),
	}
	switch status := answer.Status; {
	case status == 400 || status == 422:
		return &ValidationError{answer}
	case status == 401:
		return &AuthenticationError{answer}
	case status == 403:
		return &PermissionError{answer}
	case status == 404:
		return &NotFoundError{answer}
	case status == 409:
		return &ConflictError{answer}
	case status == 429:
		return &RateLimitError{answer}
	case status >= 500:
		return &ServerError{answer}
	default:
		return &answer
	}
}

func firstText(values ...any) string {
	for _, value := range values {
		if text, isText := value.(string); isText && text != "" {
			return text
		}
	}
	return ""
}

func fieldErrors(values ...any) []FieldError {
	var fields []FieldError
	for _, value := range values {
		list, _ := value.([]any)
		for _, each := range list {
			entry, _ := each.(map[string]any)
			field, hasField := entry["field"].(string)
			message, hasMessage := entry["message"].(string)
			if hasField && hasMessage {
				fields = append(fields, FieldError{field, message})
			}
		}
	}
	return fields
}

// retryAfter reads a Retry-After (RFC 9110, 10.2.3), which is a number of seconds or a date; 0 where it is neither.
func retryAfter(header string, now time.Time) time.Duration {
	text := strings.TrimSpace(header)
	// Of more than it can hold it gives the most.
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(seconds) * time.Second
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(0, date.Sub(now))
}
