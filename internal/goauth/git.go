package goauth

import (
	"context"
	"errors"
	"net/url"
	"strings"
)

// fromGit asks git's credential helpers. Unlike the go command it does not tell
// them afterwards whether what they said was good: their stores stay as they are.
func (a *Auth) fromGit(ctx context.Context, dir, address string) (credentials, error) {
	// Dir is the user's own, not a project whose settings would name a helper.
	out, err := a.output(ctx, dir, "url="+address+"\n\n", "git", "credential", "fill")
	if err != nil {
		return nil, err
	}
	prefix, user, password := parseGit(string(out))
	if user == "" && password == "" || prefix.Scheme != "https" || prefix.Host == "" || !strings.HasPrefix(address, prefix.String()) {
		return nil, errors.New("git credential fill: nothing for this address")
	}
	found := make(credentials)
	found.set(prefix.Host+prefix.EscapedPath(), basic(user, password))
	return found, nil
}

// parseGit reads lines key=value.
func parseGit(text string) (prefix url.URL, user, password string) {
	values := make(map[string]string)
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		values[key] = value
	}
	prefix = url.URL{Scheme: values["protocol"], Host: values["host"]}
	if path, ok := values["path"]; ok {
		prefix.Path = "/" + strings.TrimPrefix(path, "/")
	}
	return prefix, values["username"], values["password"]
}
