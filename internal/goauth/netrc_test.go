package goauth

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const netrcText = `
machine incomplete
password none

machine api.example.org
  login user
  password pwd

machine team.example.org/go/private login a password b extra
machine team.example.org/go login c password d
machine team.example.org login e password f
machine https://team.example.org/slash/ login g password h
macdef allthings
machine incomplete2 login user password pwd
  # not a comment

machine test.example.org
account justignored
login user2
password pwd2

machine api.example.org login second password second
machine oneline login user3 password pwd3

machine half.example.org login
x password y

default
machine after login i password j
`

func TestParseNetrc(t *testing.T) {
	t.Parallel()
	want := []login{
		{"api.example.org", "user", "pwd"},
		{"team.example.org/go/private", "a", "b"},
		{"team.example.org/go", "c", "d"},
		{"team.example.org", "e", "f"},
		{"https://team.example.org/slash/", "g", "h"},
		{"test.example.org", "user2", "pwd2"},
		{"api.example.org", "second", "second"},
		{"oneline", "user3", "pwd3"},
	}
	if got := parseNetrc(netrcText); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestNetrcFind(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(name, []byte(netrcText), 0o600); err != nil {
		t.Fatal(err)
	}
	a := newAuth(t, "netrc", name)
	for address, want := range map[string]string{
		"https://api.example.org/x/y":                 "user", // the first of two
		"https://team.example.org":                    "e",
		"https://team.example.org/golang":             "e",
		"https://team.example.org/go":                 "c",
		"https://team.example.org/go/private/@v/list": "a",
		"https://team.example.org/slash/x":            "g",
		"https://team.example.org:8443/":              "",
		"https://example.org/":                        "",
		"https://xapi.example.org/":                   "",
		"https://after/":                              "",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		header, err := a.Header(t.Context(), u, nil)
		got, _, _ := (&http.Request{Header: header}).BasicAuth()
		if got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", address, got, err, want)
		}
	}
}

func FuzzParseNetrc(f *testing.F) {
	f.Add(netrcText)
	f.Add("machine a login b password c default")
	f.Add("macdef\n\n\nmachine")
	f.Fuzz(func(t *testing.T, data string) {
		for _, l := range parseNetrc(data) {
			if l.machine == "" || l.user == "" || l.password == "" {
				t.Errorf("incomplete: %v", l)
			}
		}
	})
}
