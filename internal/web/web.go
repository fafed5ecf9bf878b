// Package web gets files over https, http and file: bounded in time and size,
// asked for again where that may help, resumed where they broke off, asked for
// anew only if they have changed. Credentials go to the host that they are for
// and to no other, over https only, and no message shows them.
//
// It knows the module proxies of GOPROXY as a list of places to ask, and nothing
// of what they have. It is told what to keep in memory; nothing that an
// answer says is believed. A [Client] is safe for concurrent use.
package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	maxRedirects   = 10
	stallTimeout   = time.Minute
	connectTimeout = 30 * time.Second // for TCP, and as long for TLS
	headerTimeout  = 2 * time.Minute  // a caching proxy may fetch 70 MB before it answers
)

// A Config says what a web goes by; the zero value is fine.
type Config struct {
	HTTPProxy func(*http.Request) (*url.URL, error) // as in http.Transport; nil for none
	Auth      Auth                                  // nil for none
	UserAgent string
	CacheDir  string            // of documents
	Transport http.RoundTripper // replaces the web's own, for tests
	Stall     time.Duration     // how long a body may stay silent; 0 means one minute
	Limits    Limits            // for tests
	Proxy     string            // GOPROXY
	NoProxy   string            // GONOPROXY
	Offline   bool              // files only
}

// Client reads http, https and file URLs under the rules that the go command has
// for credentials and redirects.
type Client struct {
	client  *http.Client
	cfg     Config
	limits  Limits
	Offline error // why nothing may be requested, or nil
}

// New returns a client, and the module proxies that it may ask.
func New(cfg Config) (*Client, *Proxies, error) {
	list, err := parseProxies(cfg.Proxy)
	if err != nil {
		return nil, nil, err
	}
	w := newWeb(cfg)
	if w.Offline == nil && errors.Is(list[0].word, ErrProxyOff) {
		w.Offline = ErrProxyOff
	}
	for i, p := range list { // offline, files are all that is left
		if w.Offline != nil && p.Base != nil && p.Base.Scheme != "file" {
			list[i] = Proxy{word: w.Offline}
		}
	}
	return w, &Proxies{list, cfg.NoProxy}, nil
}

func newWeb(cfg Config) *Client {
	limits := cfg.Limits.orDefaults()
	cfg.Stall = cmp.Or(cfg.Stall, stallTimeout)
	transport := cfg.Transport
	if transport == nil {
		transport = &http.Transport{
			Proxy:                 cfg.HTTPProxy,
			DialContext:           (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:   connectTimeout,
			ResponseHeaderTimeout: limits.Header,
			ForceAttemptHTTP2:     true,
			MaxIdleConnsPerHost:   16, // tiles come in bursts
			IdleConnTimeout:       90 * time.Second,
		}
	}
	w := &Client{client: &http.Client{Transport: transport, CheckRedirect: checkRedirect}, cfg: cfg, limits: limits}
	if cfg.Offline {
		w.Offline = ErrOffline
	}
	return w
}

// checkRedirect bounds redirects, keeps a secure request secure and the
// credentials at home: net/http would send them to subdomains and other ports,
// and the address with its query as Referer.
func checkRedirect(req *http.Request, via []*http.Request) error {
	last := via[len(via)-1]
	switch {
	case len(via) >= maxRedirects:
		return fmt.Errorf("stopped after %d redirects", maxRedirects)
	case last.URL.Scheme == "https" && req.URL.Scheme != "https":
		return fmt.Errorf("redirect from https to insecure %s", Display(req.URL))
	}
	req.Header.Del("Referer")
	away := func(hop *http.Request) bool {
		return hop.URL.Host != via[0].URL.Host || hop.URL.Scheme != via[0].URL.Scheme
	}
	if away(req) || slices.ContainsFunc(via, away) { // who led away may have chosen where it leads back to
		dropCredentials(req.Header)
	}
	return nil
}

// Open opens u. The body ends with an error when it stalls, and when it is
// shorter than announced. Kind says what is expected, such as "a zip file".
// Over http and https, header is sent as well, and the answer has one of the
// statuses that are accepted.
func (w *Client) Open(ctx context.Context, u *url.URL, kind string, header http.Header, accept ...int) (*Body, error) {
	if u.Scheme == "file" {
		return openFile(u)
	}
	if w.Offline != nil {
		return nil, fmt.Errorf("get %s: %w", Display(u), w.Offline)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	b, err := w.do(ctx, cancel, u, kind, header, accept)
	if err != nil {
		cancel(nil)
	}
	return b, err
}

func (w *Client) do(ctx context.Context, cancel context.CancelCauseFunc, u *url.URL, kind string, header http.Header, accept []int) (*Body, error) {
	guard := time.AfterFunc(w.limits.Answer, func() {
		cancel(fmt.Errorf("%w for %v", ErrStalled, w.limits.Answer))
	})
	defer guard.Stop()
	req, err := w.request(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", Display(u), err)
	}
	maps.Copy(req.Header, header)
	resp, attempts, err := w.send(req)
	if err == nil && w.authorize(ctx, u, req, resp) {
		resp, attempts, err = w.send(req)
	}
	guard.Stop()
	if err != nil {
		return nil, &RequestError{URL: Display(u), Err: cause(ctx, err), Attempts: attempts}
	}
	if !slices.Contains(accept, resp.StatusCode) {
		defer resp.Body.Close()
		guard := time.AfterFunc(w.limits.detail, func() { cancel(nil) })
		defer guard.Stop()
		return nil, w.statusError(ctx, u, resp, attempts)
	}
	if got := misfit(resp, header.Get("Accept-Encoding")); got != "" {
		_ = resp.Body.Close()
		return nil, &ContentError{URL: Display(u), Got: got, Want: kind}
	}
	return newBody(ctx, cancel, w.cfg.Stall, resp, Display(u)), nil
}

// misfit says what an answer is that can be nothing that anybody asks for, ""
// if it may be. Encoded is the coding that was asked for, "" for none.
func misfit(resp *http.Response, encoded string) string {
	if kind := mediaType(resp); kind == "text/html" || kind == "application/xhtml+xml" {
		return kind
	}
	coding := CleanLine(strings.ToLower(resp.Header.Get("Content-Encoding")))
	if coding != "" && coding != "identity" && coding != encoded && resp.StatusCode != http.StatusNotModified {
		return coding + "-encoded" // lengths, ranges and digests would be those of something else
	}
	return ""
}

func (w *Client) statusError(ctx context.Context, u *url.URL, resp *http.Response, attempts int) error {
	e := &StatusError{URL: Display(u), Status: resp.StatusCode, Attempts: attempts}
	if outOfOrder(e.Status) {
		e.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	}
	if kind := mediaType(resp); kind == "text/plain" || kind == "" {
		data, _ := io.ReadAll(io.LimitReader(resp.Body, 1024)) // only for the message
		e.Detail = CleanLine(string(data))
	}
	if (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden) && u.Scheme == "https" && u.User == nil && w.cfg.Auth != nil {
		if _, err := w.cfg.Auth.Header(ctx, u, nil); err != nil {
			e.Detail = CleanLine(err.Error())
		}
	}
	return e
}

func mediaType(resp *http.Response) string {
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	return CleanLine(strings.ToLower(kind))
}

// cause returns why a request ended: the reason for which ctx was canceled if
// it was, else err without the address that net/http puts before it.
func cause(ctx context.Context, err error) error {
	if reason := context.Cause(ctx); reason != nil {
		return reason
	}
	var request *url.Error
	if !errors.As(err, &request) {
		return err
	}
	if strings.HasPrefix(request.Err.Error(), "failed to parse Location header") { // and shows it
		return errors.New("redirect to something that is not a URL")
	}
	return request.Err
}
