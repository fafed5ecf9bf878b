// Package goauth has the credentials for requests over https as GOAUTH says,
// which "go help goauth" describes: from netrc, from git, or from commands.
//
// A command is one that the user has set for the go command; it is run as that
// runs it, without a shell. GOAUTH comes from the environment or from the user's
// own settings, never from a project. What a command or git says is kept in
// memory only, and shown to nobody.
package goauth

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// An Auth has what GOAUTH gives. It is safe for concurrent use; its commands run
// one at a time, and each waits for the ones before it.
type Auth struct {
	ways  [][]string // elements of GOAUTH, in reverse, so that the first of two has the last word
	netrc string
	env   []string

	mu    sync.Mutex
	begun bool
	asked map[string]bool // hosts that a refusal has been asked about
	known credentials
	err   error // why a way has brought nothing
}

// credentials are header fields by host and path, as in netrc.
type credentials map[string]http.Header

func (c credentials) set(prefix string, header http.Header) {
	c[strings.TrimSuffix(strings.TrimPrefix(prefix, "https://"), "/")] = header
}

func basic(user, password string) http.Header {
	r := http.Request{Header: make(http.Header)}
	r.SetBasicAuth(user, password)
	return r.Header
}

// New reads GOAUTH. Netrc is the path of the netrc file, env is what commands
// get as their environment.
func New(value, netrc string, env []string) (*Auth, error) {
	a := &Auth{netrc: netrc, env: env, asked: make(map[string]bool), known: make(credentials)}
	list := strings.Split(value, ";")
	for _, text := range list {
		words, err := split(text)
		switch {
		case err != nil:
			return nil, err
		case len(words) == 0:
			return nil, errors.New("an empty command")
		case words[0] == "off" && len(list) > 1:
			return nil, errors.New("\"off\" can't be combined with other entries")
		case words[0] == "off":
			return a, nil
		case words[0] == "git" && (len(words) != 2 || !filepath.IsAbs(words[1])):
			return nil, errors.New("git needs the absolute path of a directory")
		}
		a.ways = append(a.ways, words)
	}
	slices.Reverse(a.ways)
	return a, nil
}

// split returns the words of a command. Quotes stand around a word or nowhere.
func split(text string) (words []string, err error) {
	const blanks = " \t\r\n"
	for text = strings.TrimLeft(text, blanks); text != ""; text = strings.TrimLeft(text, blanks) {
		end := strings.IndexAny(text, blanks)
		if quote := text[0]; quote == '"' || quote == '\'' {
			text = text[1:]
			if end = strings.IndexByte(text, quote); end < 0 {
				return nil, fmt.Errorf("a quote %c that does not end", quote)
			}
			words, text = append(words, text[:end]), text[end+1:]
			continue
		}
		if end < 0 {
			end = len(text)
		}
		words, text = append(words, text[:end]), text[end:]
	}
	return words, nil
}

// Header returns the credentials for u, which is https. The first call runs all
// commands. One with a refusal, the answer to a request for u, asks git and the
// commands for u itself: always after 401, once for a host else, since servers
// have other answers for strangers, and the same for what is not there. The error
// says why there may be less than there should be.
func (a *Auth) Header(ctx context.Context, u *url.URL, refusal *http.Response) (http.Header, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.begun {
		a.run(ctx, "", nil)
		a.begun = ctx.Err() == nil
	}
	if refusal != nil && a.worthAsking(u.Host, refusal.StatusCode) {
		a.asked[u.Host] = true
		bare := *u
		bare.User = nil
		a.run(ctx, bare.String(), refusal)
	}
	return a.find(u), a.err
}

func (a *Auth) worthAsking(host string, status int) bool {
	if !slices.ContainsFunc(a.ways, func(words []string) bool { return words[0] != "netrc" }) {
		return false // a file has no more to say
	}
	return status == http.StatusUnauthorized || !a.asked[host]
}

// run asks each way, for address if that is not "".
func (a *Auth) run(ctx context.Context, address string, refusal *http.Response) {
	var errs []error
	for _, words := range a.ways {
		var found credentials
		var err error
		switch {
		case words[0] == "netrc":
			found, err = a.fromNetrc()
		case words[0] != "git":
			found, err = a.fromCommand(ctx, words, address, refusal)
		case address != "": // git has no list of what it knows
			found, err = a.fromGit(ctx, words[1], address)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("GOAUTH: %w", err))
		}
		maps.Copy(a.known, found)
		maps.DeleteFunc(a.known, func(_ string, header http.Header) bool { return len(header) == 0 })
	}
	a.err = errors.Join(errs...)
}

// find returns what the longest prefix of u's host and path has.
func (a *Auth) find(u *url.URL) http.Header {
	rest := strings.TrimSuffix(u.Host+u.EscapedPath(), "/")
	for {
		if header, ok := a.known[rest]; ok {
			return header.Clone()
		}
		i := strings.LastIndexByte(rest, '/')
		if i < 0 {
			return nil
		}
		rest = rest[:i]
	}
}
