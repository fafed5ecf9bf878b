package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/module"
)

// A proxy is one element of GOPROXY: a server, or a word.
type proxy struct {
	base   *url.URL // nil for a word
	word   error    // what the word means: ErrProxyOff or ErrDirect
	orNext bool     // "|" follows: any error leads to the next element
}

// parseProxies reads GOPROXY as the go command does. The list ends at "off" or
// "direct"; what follows has no effect.
func parseProxies(value string) ([]proxy, error) {
	var list []proxy
	for value != "" {
		element := value
		orNext := false
		if i := strings.IndexAny(value, ",|"); i >= 0 {
			element, orNext, value = value[:i], value[i] == '|', value[i+1:]
		} else {
			value = ""
		}
		switch element = strings.TrimSpace(element); element {
		case "":
			continue
		case "off":
			return append(list, proxy{word: ErrProxyOff}), nil
		case "direct":
			return append(list, proxy{word: ErrDirect}), nil
		}
		base, err := parseProxyURL(element)
		if err != nil {
			return nil, err
		}
		list = append(list, proxy{base: base, orNext: orNext})
	}
	if len(list) == 0 {
		return nil, errors.New("GOPROXY has no entries")
	}
	return list, nil
}

func parseProxyURL(element string) (*url.URL, error) {
	// A host name alone means https, as the go command has it.
	if strings.ContainsAny(element, ".:/") && !strings.Contains(element, ":/") &&
		!filepath.IsAbs(element) && !path.IsAbs(element) {
		element = "https://" + element
	}
	u, err := url.Parse(element)
	if err != nil {
		return nil, fmt.Errorf("GOPROXY: %s", urlProblem(element, err))
	}
	if err := checkURL(u); err != nil {
		return nil, fmt.Errorf("GOPROXY: %w", err)
	}
	return u, nil
}

// checkURL accepts the kinds of address that web.get can read.
func checkURL(u *url.URL) error {
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" {
			return fmt.Errorf("no host in URL %s", display(u))
		}
		return nil
	case "file":
		if *u != (url.URL{Scheme: u.Scheme, Path: u.Path, RawPath: u.RawPath}) || u.Path == "" {
			return fmt.Errorf("file URL with more than a path: %s", display(u))
		}
		return nil
	case "":
		return fmt.Errorf("no scheme in URL %s", display(u))
	}
	return fmt.Errorf("unknown scheme in URL %s (need https, http or file)", display(u))
}

// join returns the URL of a file below base.
func join(base *url.URL, elements ...string) *url.URL {
	u := *base
	if u.Path == "" {
		u.Path = "/" // else JoinPath makes a relative path, which shows in messages
	}
	return u.JoinPath(elements...)
}

// urlProblem words a parse error. The error of net/url quotes the input, so
// it can't be shown when a password may be in there.
func urlProblem(text string, err error) string {
	if strings.Contains(text, "@") {
		return "not a URL (not shown, as it may hold a password)"
	}
	var parse *url.Error
	if errors.As(err, &parse) {
		err = parse.Err
	}
	return fmt.Sprintf("not a URL: %q: %v", text, err)
}

// display returns u as it may be shown and kept: without user, password,
// query and fragment, where signed addresses have their signature.
func display(u *url.URL) string {
	if u.Scheme == "" && u.Host == "" {
		return u.EscapedPath()
	}
	if u.Opaque != "" {
		return u.Scheme + ":…"
	}
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}

// offlineReason returns why nothing may be requested over the network, or nil.
func offlineReason(offline bool, list []proxy) error {
	switch {
	case offline:
		return ErrOffline
	case errors.Is(list[0].word, ErrProxyOff):
		return ErrProxyOff
	}
	return nil
}

// Proxies are the module proxies of GOPROXY, in their order.
type proxies struct {
	web     *web
	list    []proxy
	noProxy string // GONOPROXY
}

// newProxies leaves only those that are files to a web that is offline.
func newProxies(w *web, list []proxy, noProxy string) *proxies {
	l := &proxies{w, slices.Clone(list), noProxy}
	for i, p := range l.list {
		if w.offline != nil && p.base != nil && p.base.Scheme != "file" {
			l.list[i] = proxy{word: w.offline}
		}
	}
	return l
}

// check reports whether a proxy may be asked for a module at all.
func (l *proxies) check(path string) error {
	if module.MatchPrefixPatterns(l.noProxy, path) {
		return &NoProxyError{Module: path, Patterns: l.noProxy}
	}
	return nil
}

// try calls f for one proxy after the other until it succeeds. A proxy that
// does not have what was asked for hands over to the next, any other error
// ends the search unless "|" follows.
//
// If all fail, the error of a proxy that is broken counts more than that of
// one that lacks the file, and that counts more than the words "off" and
// "direct". Of several equals the last wins, as in the go command.
func (l *proxies) try(ctx context.Context, f func(base *url.URL) error) error {
	const (
		word = iota + 1
		missing
		broken
	)
	var best error
	bestRank := 0
	for _, p := range l.list {
		err, rank := p.word, word
		if p.base != nil {
			if err = f(p.base); err == nil {
				return nil
			}
			if rank = broken; errors.Is(err, fs.ErrNotExist) {
				rank = missing
			}
		}
		if rank >= bestRank {
			best, bestRank = err, rank
		}
		if ctx.Err() != nil || rank == broken && !p.orNext {
			break
		}
	}
	return best
}

// read returns a small file from the first proxy that has it.
func (l *proxies) read(ctx context.Context, file, kind string, limit int64) (data []byte, err error) {
	err = l.try(ctx, func(base *url.URL) (err error) {
		data, err = l.web.read(ctx, join(base, file), kind, limit)
		return err
	})
	return data, err
}
