package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"
)

// A Proxy is one element of GOPROXY: a server, or a word.
type Proxy struct {
	Base   *url.URL // nil for a word
	word   error    // what the word means: ErrProxyOff or ErrDirect
	OrNext bool     // "|" follows: any error leads to the next element
}

// parseProxies reads GOPROXY as the go command does. The list ends at "off" or
// "direct"; what follows has no effect.
func parseProxies(value string) ([]Proxy, error) {
	var list []Proxy
	for value != "" {
		end := strings.IndexAny(value+",", ",|")
		element, orNext := strings.TrimSpace(value[:end]), strings.HasPrefix(value[end:], "|")
		value = value[min(end+1, len(value)):]
		switch element {
		case "":
			continue
		case "off":
			return append(list, Proxy{word: ErrProxyOff}), nil
		case "direct":
			return append(list, Proxy{word: ErrDirect}), nil
		}
		base, err := parseProxyURL(element)
		if err != nil {
			return nil, err
		}
		list = append(list, Proxy{Base: base, OrNext: orNext})
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
	return ParseURL("GOPROXY", element)
}

// ParseURL reads an address that a Client can get, as the value of a setting.
func ParseURL(setting, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch parse := (*url.Error)(nil); {
	case err == nil:
		err = checkURL(u)
	case strings.Contains(text, "@"): // which the error quotes
		err = errors.New("not a URL (not shown, as it may hold a password)")
	case errors.As(err, &parse):
		err = fmt.Errorf("not a URL: %q: %w", text, parse.Err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	return u, nil
}

// checkURL accepts the kinds of address that web.get can read.
func checkURL(u *url.URL) error {
	server := u.Scheme == "http" || u.Scheme == "https"
	switch {
	case u.Scheme == "":
		return fmt.Errorf("no scheme in URL %s", Display(u))
	case !server && u.Scheme != "file":
		return fmt.Errorf("unknown scheme in URL %s (need https, http or file)", Display(u))
	case server && u.Host == "":
		return fmt.Errorf("no host in URL %s", Display(u))
	case !server && (*u != (url.URL{Scheme: u.Scheme, Path: u.Path, RawPath: u.RawPath}) || u.Path == ""):
		return fmt.Errorf("file URL with more than a path: %s", Display(u))
	}
	return nil
}

// Join returns the URL of a file below base.
func Join(base *url.URL, elements ...string) *url.URL {
	u := *base
	if u.Path == "" {
		u.Path = "/" // else JoinPath makes a relative path, which shows in messages
	}
	return u.JoinPath(elements...)
}

// Display returns u as it may be shown and kept: without user, password,
// query and fragment, where signed addresses have their signature.
func Display(u *url.URL) string {
	if u.Scheme == "" && u.Host == "" {
		return u.EscapedPath()
	}
	if u.Opaque != "" {
		return u.Scheme + ":…"
	}
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}

// Proxies are the module proxies of GOPROXY, in their order.
type Proxies struct {
	List    []Proxy
	noProxy string // GONOPROXY
}

// Check reports whether a proxy may be asked for a module at all.
func (l *Proxies) Check(path string) error {
	if module.MatchPrefixPatterns(l.noProxy, path) {
		return &NoProxyError{Module: path, Patterns: l.noProxy}
	}
	return nil
}

// Try calls f for one proxy after the other until it succeeds. A proxy that
// does not have what was asked for hands over to the next, any other error
// ends the search unless "|" follows.
//
// If all fail, the error of a proxy that is broken counts more than that of
// one that lacks the file, and that counts more than the words "off" and
// "direct". Of several equals the last wins, as in the go command.
func (l *Proxies) Try(ctx context.Context, f func(base *url.URL) error) error {
	const (
		word = iota + 1
		missing
		broken
	)
	var best error
	bestRank := 0
	for _, p := range l.List {
		err, rank := p.word, word
		if p.Base != nil {
			if err = f(p.Base); err == nil {
				return nil
			}
			if rank = broken; errors.Is(err, fs.ErrNotExist) {
				rank = missing
			}
		}
		if rank >= bestRank {
			best, bestRank = err, rank
		}
		if ctx.Err() != nil || rank == broken && !p.OrNext {
			break
		}
	}
	return best
}
