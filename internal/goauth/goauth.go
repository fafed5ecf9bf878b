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
	ways  []way // in reverse, so that the first of two has the last word
	netrc string
	env   []string

	mu    sync.Mutex
	begun bool
	asked map[string]bool        // hosts that a refusal has been asked about
	known map[string]http.Header // by host and path, as in netrc
	err   error                  // why a way has brought nothing
}

// A way is one element of GOAUTH.
type way struct {
	text  string
	words []string
}

// New reads GOAUTH. Netrc is the path of the netrc file, env is what commands
// get as their environment.
func New(value, netrc string, env []string) (*Auth, error) {
	a := &Auth{netrc: netrc, env: env, asked: make(map[string]bool), known: make(map[string]http.Header)}
	list := strings.Split(value, ";")
	for _, text := range list {
		words, err := split(text)
		switch {
		case err != nil:
			return nil, err
		case len(words) == 0:
			return nil, errors.New("an empty command")
		case words[0] == "off" && len(list) > 1:
			return nil, errors.New("off is not alone")
		case words[0] == "off":
			return a, nil
		case words[0] == "git" && (len(words) != 2 || !filepath.IsAbs(words[1])):
			return nil, errors.New("git needs the absolute path of a folder")
		}
		a.ways = append(a.ways, way{strings.TrimSpace(text), words})
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
	if !slices.ContainsFunc(a.ways, func(w way) bool { return w.words[0] != "netrc" }) {
		return false // a file has no more to say
	}
	return status == http.StatusUnauthorized || !a.asked[host]
}

// run asks each way, for address if that is not "".
func (a *Auth) run(ctx context.Context, address string, refusal *http.Response) {
	var errs []error
	for _, w := range a.ways {
		var found map[string]http.Header
		var err error
		switch {
		case w.words[0] == "netrc":
			found, err = a.fromNetrc()
		case w.words[0] != "git":
			found, err = a.fromCommand(ctx, w, address, refusal)
		case address != "": // git has no list of what it knows
			found, err = a.fromGit(ctx, w.words[1], address)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("GOAUTH: %w", err))
		}
		for prefix, header := range found {
			a.keep(prefix, header)
		}
	}
	a.err = errors.Join(errs...)
}

func (a *Auth) keep(prefix string, header http.Header) {
	prefix = strings.TrimSuffix(strings.TrimPrefix(prefix, "https://"), "/")
	if len(header) == 0 {
		delete(a.known, prefix)
		return
	}
	a.known[prefix] = header
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

func (a *Auth) fromNetrc() (map[string]http.Header, error) {
	list, err := readNetrc(a.netrc)
	found := make(map[string]http.Header)
	for _, l := range slices.Backward(list) { // the first of several for a machine counts
		r := http.Request{Header: make(http.Header)}
		r.SetBasicAuth(l.user, l.password)
		found[strings.TrimSuffix(strings.TrimPrefix(l.machine, "https://"), "/")] = r.Header
	}
	return found, err
}
