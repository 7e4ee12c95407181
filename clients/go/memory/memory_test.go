package memory_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"latchkey.example/client/memory"
)

func TestTheNamesOfThePageGiveAClientOfItsContract(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path+" "+r.Header.Get("Authorization"))
	}))
	defer server.Close()
	t.Setenv("MEMORY_API_KEY", "nams_environment")
	provide := func(context.Context) (string, error) { return "token", nil }
	for _, credential := range []memory.Option{memory.WithAPIKey("nams_1"), memory.WithTokenProvider(provide), memory.WithEndpoint(server.URL + "/v1")} {
		client, err := memory.New(memory.WithEndpoint(server.URL+"/v1"), credential)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Auth.RevokeAPIKey(context.Background(), "key_1"); err != nil {
			t.Fatal(err)
		}
	}
	for index, credential := range []string{"nams_1", "token", "nams_environment"} {
		if want := "/v1/auth/api-keys/key_1 Bearer " + credential; asked[index] != want {
			t.Errorf("%s, not %s", asked[index], want)
		}
	}
}
