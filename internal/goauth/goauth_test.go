package goauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

func newAuth(t *testing.T, value, netrc string, env ...string) *Auth {
	t.Helper()
	a, err := New(value, netrc, append(os.Environ(), env...))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func parseURL(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// script writes a program for sh and returns its path.
func script(t *testing.T, text string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are shell scripts")
	}
	name := filepath.Join(t.TempDir(), "helper")
	if err := fetchtest.WriteProgram(name, []byte("#!/bin/sh\n"+text)); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestNew(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"netrc":               "",
		"off":                 "",
		" netrc ; git /x":     "",
		`"/a b/c" 'd e' f"g"`: "",
		"":                    "an empty command",
		"netrc;":              "an empty command",
		"netrc; off":          `"off" can't be combined with other entries`,
		"git":                 "git needs the absolute path of a directory",
		"git rel":             "git needs the absolute path of a directory",
		"git /a /b":           "git needs the absolute path of a directory",
		`"/a b`:               "a quote \" that does not end",
	} {
		if _, err := New(value, "", nil); fmt.Sprint(err) != want && (err != nil || want != "") {
			t.Errorf("%q: %v, want %q", value, err, want)
		}
	}
	if words, err := split(`"/a b/c" 'd e' f"g" `); err != nil || !slices.Equal(words, []string{"/a b/c", "d e", `f"g"`}) {
		t.Errorf("%q, %v", words, err)
	}
}

// A command is run without a shell, once without an address, and once more when
// that was not good enough.
func TestCommand(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	helper := script(t, `printf '%s|' "$#" "$@" "$GOSW_AUTO_INSTALL" >>"`+log+`"
cat >>"`+log+`"
printf 'https://example.com/go\nhttps://example.net/\n\nPrivate-Token: all\nX-More: %s\n\n' "$2"
if [ $# -gt 2 ]; then printf '%s\n\nPrivate-Token: special\n\n' "$3"; fi
`)
	a := newAuth(t, "'"+helper+"' -x $HOME;x;netrc", "") // $HOME is what it says, x does not exist
	for address, want := range map[string]string{
		"https://example.com/go/x":  "all",
		"https://example.com/other": "",
		"https://example.net/x/y":   "all",
		"https://example.org/":      "",
	} {
		header, err := a.Header(t.Context(), parseURL(t, address), nil)
		if header.Get("Private-Token") != want || want != "" && header.Get("X-More") != "$HOME" {
			t.Errorf("%s: %v", address, header)
		}
		if err == nil || !strings.Contains(err.Error(), `GOAUTH: exec: "x"`) || strings.Contains(err.Error(), "all") {
			t.Errorf("%s: err = %v", address, err)
		}
	}
	refusal := &http.Response{Proto: "HTTP/1.1", Status: "401 Unauthorized", StatusCode: 401, Header: http.Header{"A": {"b", "c"}}}
	u := parseURL(t, "https://user:pass@example.com/go/x")
	if header, _ := a.Header(t.Context(), u, refusal); header.Get("Private-Token") != "special" {
		t.Errorf("after a refusal: %v", header)
	}
	data, err := os.ReadFile(log)
	if want := "2|-x|$HOME|never|3|-x|$HOME|https://example.com/go/x|never|HTTP/1.1 401 Unauthorized\nA: b, c\n\n"; err != nil || string(data) != want {
		t.Errorf("%v: %q, want %q", err, data, want)
	}
}

// What is missing is asked about once for a host; and files have no more to say.
func TestWorthAsking(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	helper := script(t, `echo "$1" >>"`+log+`"`)
	for _, a := range []*Auth{newAuth(t, helper, ""), newAuth(t, "netrc", ""), newAuth(t, "off", "")} {
		for _, status := range []int{404, 403, 401, 401, 404} {
			_, err := a.Header(t.Context(), parseURL(t, fmt.Sprintf("https://example.com/%d", status)), &http.Response{StatusCode: status})
			if err != nil {
				t.Error(err)
			}
		}
	}
	data, err := os.ReadFile(log)
	if want := "\nhttps://example.com/404\nhttps://example.com/401\nhttps://example.com/401\n"; err != nil || string(data) != want {
		t.Errorf("%v: %q, want %q", err, data, want)
	}
}

// The first of two that know an address counts.
func TestOrder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(file, []byte("machine example.com login n password n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	helper := script(t, `printf 'https://example.com\n\nAuthorization: helper\n\n'`)
	for value, want := range map[string]string{
		"netrc;" + helper: "Basic bjpu", helper + ";netrc": "helper", helper + "; " + script(t, "printf 'https://example.com\n\n\n'"): "helper",
	} {
		header, err := newAuth(t, value, file).Header(t.Context(), parseURL(t, "https://example.com/x"), nil)
		if header.Get("Authorization") != want || err != nil {
			t.Errorf("%s: %v, %v, want %q", value, header, err, want)
		}
	}
}

func TestCommandFails(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"echo s3cret; echo sorry >&2; echo more >&2; exit 3": "exit status 3: sorry",
		"echo s3cret": "no empty line after the URLs",
		"printf 'https://example.com\n\ns3cret\n\n'":   "a line that is not a header field",
		"yes s3cret | head -c 2000000":                 "more than 1048576 bytes",
		"yes s3cret | head -c 2000000 >&2; exit 1":     "exit status 1: s3cret", // said to the user, so it may be
		"printf 'http://example.com\n\nA: s3cret\n\n'": "a line that is not a URL with https",
	} {
		header, err := newAuth(t, script(t, text), "").Header(t.Context(), parseURL(t, "https://example.com/"), nil)
		if len(header) > 0 || err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v, %v, want %q", text, header, err, want)
		}
	}
}

// A command that never ends is ended with the request, and may be asked again.
func TestCommandHangs(t *testing.T) {
	t.Parallel()
	a := newAuth(t, script(t, "sleep 60 & sleep 60"), "")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := a.Header(ctx, parseURL(t, "https://example.com/"), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
	if took := time.Since(start); took > 30*time.Second || a.begun {
		t.Errorf("took %v, begun %v", took, a.begun)
	}
}

// Git's own credential helpers are asked about an address, in a directory that the
// user has chosen.
func TestGit(t *testing.T) {
	t.Parallel()
	helper := script(t, `[ "$1" = get ] || exit 0
cat >&2
case $(pwd) in */chosen) printf 'username=u\npassword=p\n' ;; esac
`)
	config := filepath.Join(t.TempDir(), "config")
	dir := filepath.Join(t.TempDir(), "chosen")
	if err := errors.Join(os.WriteFile(config, []byte("[credential]\n\thelper = "+helper+"\n"), 0o600), os.Mkdir(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	env := []string{"GIT_CONFIG_GLOBAL=" + config, "GIT_CONFIG_NOSYSTEM=1", "GIT_ASKPASS=", "SSH_ASKPASS="}
	u := parseURL(t, "https://example.com/go/list")
	a := newAuth(t, "git "+dir, "", env...)
	if header, err := a.Header(t.Context(), u, nil); len(header) > 0 || err != nil {
		t.Errorf("without a refusal: %v, %v", header, err)
	}
	header, err := a.Header(t.Context(), u, &http.Response{StatusCode: 401})
	if user, password, _ := (&http.Request{Header: header}).BasicAuth(); user != "u" || password != "p" || err != nil {
		t.Errorf("%v, %v", header, err)
	}
	other := newAuth(t, "git "+t.TempDir(), "", env...)
	if header, err := other.Header(t.Context(), u, &http.Response{StatusCode: 401}); len(header) > 0 || err == nil {
		t.Errorf("in another directory: %v, %v", header, err)
	}
}

func TestParseGit(t *testing.T) {
	t.Parallel()
	prefix, user, password := parseGit("protocol=https\r\nhost=example.com\npath=go\nusername=a=b\npassword= c \nodd\n")
	if prefix.String() != "https://example.com/go" || user != "a=b" || password != " c " {
		t.Errorf("%v %q %q", prefix.String(), user, password)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("https://example.com\nhttps://example.net/api/\n\nAuthorization: Basic x\n\nhttps://another.example.org/\n\nExample: Data\n\n")
	f.Add("https://example.com\n\n\n")
	f.Add("\n\n\n\n")
	f.Add("https://example.com\n\nA: b\r\nC: d\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		found, err := parse(text)
		for prefix, header := range found {
			if err != nil || prefix == "" || strings.HasPrefix(prefix, "/") {
				t.Errorf("%q: %v", prefix, err)
			}
			for name, values := range header {
				if !isToken(name) || slices.ContainsFunc(values, func(s string) bool { return !isValue(s) || strings.ContainsAny(s, "\r\n") }) {
					t.Errorf("%q: %q", name, values)
				}
			}
		}
	})
}

// isToken reports whether name can be that of a header field (RFC 9110, 5.6.2).
func isToken(name string) bool {
	const others = "!#$%&'*+-.^_`|~"
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !letter && !strings.ContainsRune(others, r)
	})
}

func isValue(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
