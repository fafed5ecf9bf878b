package goauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// fromGit asks git's credential helpers. Unlike the go command it does not tell
// them afterwards whether what they said was good: their stores stay as they are.
func (a *Auth) fromGit(ctx context.Context, dir, address string) (map[string]http.Header, error) {
	// Dir is the user's own, not a project whose settings would name a helper.
	out, err := a.output(ctx, dir, "url="+address+"\n\n", "git", "credential", "fill")
	if err != nil {
		return nil, err
	}
	prefix, user, password := parseGit(string(out))
	if user == "" && password == "" || prefix.Scheme != "https" || prefix.Host == "" || !strings.HasPrefix(address, prefix.String()) {
		return nil, errors.New("git credential fill: nothing for this address")
	}
	r := http.Request{Header: make(http.Header)}
	r.SetBasicAuth(user, password)
	return map[string]http.Header{prefix.Host + prefix.EscapedPath(): r.Header}, nil
}

// parseGit reads lines key=value.
func parseGit(text string) (prefix url.URL, user, password string) {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		switch key {
		case "protocol":
			prefix.Scheme = value
		case "host":
			prefix.Host = value
		case "path":
			prefix.Path = "/" + strings.TrimPrefix(value, "/")
		case "username":
			user = value
		case "password":
			password = value
		}
	}
	return prefix, user, password
}
