package fetch

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// retries are the attempts to get one answer.
type retries struct {
	limits
	deadline time.Time
	made     int
	wait     time.Duration // before the next
}

// send sends req until there is an answer that another attempt would not
// change. Redirects are followed anew each time: where they lead to may be
// good for one request only.
func (w *web) send(req *http.Request) (resp *http.Response, attempts int, err error) {
	r := &retries{limits: w.limits, deadline: time.Now().Add(w.limits.answer)}
	if end, ok := req.Context().Deadline(); ok && end.Before(r.deadline) {
		r.deadline = end
	}
	client := &retryablehttp.Client{ // without a Logger it is silent
		HTTPClient:   w.client,
		RetryMax:     math.MaxInt, // check counts
		CheckRetry:   r.check,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return r.wait },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	again, err := retryablehttp.FromRequest(req)
	if err != nil {
		return nil, 0, err
	}
	resp, err = client.Do(again)
	return resp, r.made, err
}

// check decides whether there is another attempt, and when.
func (r *retries) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	r.made++
	most := r.attempts
	switch {
	case ctx.Err() != nil, err != nil && !transient(err):
		return false, nil
	case err != nil:
	case resp.StatusCode == http.StatusInternalServerError:
		most = min(most, 2) // most often a fault that stays, and Go does not try again at all
	case !outOfOrder(resp.StatusCode):
		return false, nil
	}
	r.wait = r.backoff(r.made)
	if err == nil {
		r.wait = max(r.wait, retryAfter(resp.Header.Get("Retry-After"), time.Now()))
	}
	if r.made >= most || time.Until(r.deadline) < r.wait {
		return false, nil
	}
	if err == nil {
		// Not drained, as it might have no end: the next attempt gets a new
		// connection, and perhaps a server in better order.
		_ = resp.Body.Close()
	}
	return true, nil
}

// outOfOrder reports whether a status says that it may be another one soon.
func outOfOrder(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// transient reports whether a request that failed may succeed the next time:
// if there was no connection, or it was lost, or silent. What is wrong with a
// certificate, a redirect or a name stays wrong.
func transient(err error) bool {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return dns.IsTemporary || dns.IsTimeout
	}
	// TLS alerts are an OpError as well, whose Op is "remote error".
	var op *net.OpError
	for rest := err; errors.As(rest, &op); rest = op.Err {
		if op.Op == "dial" || op.Op == "read" || op.Op == "write" {
			return true
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return true
	}
	// net/http has no names for the errors of its HTTP/2.
	text := cause(context.Background(), err).Error()
	return strings.HasPrefix(text, "http2: server sent GOAWAY") ||
		strings.HasPrefix(text, "http2: client connection lost") || strings.HasPrefix(text, "stream error: ")
}

// retryAfter reads the header of that name, seconds or a date: how long a
// server wants to be left alone, 0 if it does not say.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value != "" && strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || seconds > int64(math.MaxInt64/time.Second) {
			return math.MaxInt64
		}
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
