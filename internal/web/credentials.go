package web

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
)

// An Auth has the credentials for requests over https, such as those of GOAUTH.
type Auth interface {
	// Header returns the header fields that belong to a request for u. Refusal
	// is the answer to one that was not good enough, or nil. The error says why
	// there may be less than there should be.
	Header(ctx context.Context, u *url.URL, refusal *http.Response) (http.Header, error)
}

// request builds a request with the credentials that belong to u, if any.
// They go over https only; checkRedirect drops them when a redirect leaves the host.
func (w *Client) request(ctx context.Context, u *url.URL) (*http.Request, error) {
	if u.User != nil && u.Scheme != "https" {
		return nil, errors.New("refusing to send credentials without https")
	}
	bare := *u
	bare.User = nil // net/http would show the user's name in its errors
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, bare.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "identity")
	if w.cfg.UserAgent != "" {
		req.Header.Set("User-Agent", w.cfg.UserAgent)
	}
	if u.User != nil {
		password, _ := u.User.Password()
		req.SetBasicAuth(u.User.Username(), password)
	} else if u.Scheme == "https" && w.cfg.Auth != nil {
		// What can't be asked is none; statusError says so when that may matter.
		credentials, _ := w.cfg.Auth.Header(ctx, &bare, nil)
		setCredentials(req.Header, credentials)
	}
	return req, nil
}

// authorize reports whether there are other credentials for u than those that
// were refused; req has them then, and resp is closed.
func (w *Client) authorize(ctx context.Context, u *url.URL, req *http.Request, resp *http.Response) bool {
	refused := resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusNotFound
	if !refused || u.User != nil || u.Scheme != "https" || w.cfg.Auth == nil {
		return false
	}
	sent := req.Header.Clone()
	credentials, _ := w.cfg.Auth.Header(ctx, u, resp)
	dropCredentials(req.Header)
	setCredentials(req.Header, credentials)
	if maps.EqualFunc(req.Header, sent, slices.Equal) {
		return false
	}
	_ = resp.Body.Close()
	return true
}

// ours are the header fields that no credentials are in.
var ours = []string{"Accept-Encoding", "If-Modified-Since", "If-None-Match", "If-Range", "Range", "User-Agent"}

// setCredentials adds fields to a header, those that are ours excepted.
func setCredentials(header, fields http.Header) {
	for name, values := range fields {
		if !slices.Contains(ours, name) {
			header[name] = values
		}
	}
}

// dropCredentials leaves what is ours: credentials may be in any other field.
func dropCredentials(header http.Header) {
	maps.DeleteFunc(header, func(name string, _ []string) bool { return !slices.Contains(ours, name) })
}
