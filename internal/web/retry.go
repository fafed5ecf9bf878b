package web

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// send sends req until there is an answer that another attempt would not
// change, and says how often it did. Redirects are followed anew each time: where
// they lead to may be good for one request only.
func (w *Client) send(req *http.Request) (resp *http.Response, attempts int, err error) {
	deadline := time.Now().Add(w.limits.Answer)
	if end, ok := req.Context().Deadline(); ok && end.Before(deadline) {
		deadline = end
	}
	for {
		attempts++
		resp, err = w.client.Do(req.WithContext(boundInterim(req.Context())))
		most, reason := w.limits.most(resp, err), err
		if attempts >= most {
			return resp, attempts, err
		}
		wait := w.limits.backoff(attempts)
		if err == nil {
			wait = max(wait, retryAfter(resp.Header.Get("Retry-After"), time.Now()))
		}
		if time.Until(deadline) < wait {
			return resp, attempts, err
		}
		if err == nil {
			// Not drained, as it might have no end: the next attempt gets a new
			// connection, and perhaps a server in better order.
			_ = resp.Body.Close()
			reason = errors.New(resp.Status)
		}
		tellRetry(req.Context(), attempts+1, most, reason)
		if reason := sleep(req.Context(), wait); reason != nil {
			return nil, attempts, reason
		}
	}
}

type retriesKey struct{}

// WithRetries returns a context whose requests tell f, before each is sent again,
// which attempt of how many comes next, and why in a few words. Several
// goroutines may call f at once.
func WithRetries(ctx context.Context, f func(next, most int, reason string)) context.Context {
	return context.WithValue(ctx, retriesKey{}, f)
}

func tellRetry(ctx context.Context, next, most int, err error) {
	f, ok := ctx.Value(retriesKey{}).(func(next, most int, reason string))
	if !ok {
		return
	}
	var errno syscall.Errno
	switch err = cause(ctx, err); {
	case errors.As(err, &errno):
		f(next, most, errno.Error())
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		f(next, most, "connection lost")
	default:
		f(next, most, CleanLine(err.Error()))
	}
}

// most returns how many attempts a request is worth that was answered like this.
func (l Limits) most(resp *http.Response, err error) int {
	switch {
	case err != nil && refused(err):
		return l.refused
	case err == nil && resp.StatusCode == http.StatusInternalServerError:
		return min(l.Attempts, 2) // most often a fault that stays, and Go does not try again at all
	case err != nil && transient(err), err == nil && outOfOrder(resp.StatusCode):
		return l.Attempts
	}
	return 1
}

// boundInterim ends a request whose server sends one 1xx answer after the other:
// net/http reads ten megabytes of them for each attempt.
func boundInterim(ctx context.Context) context.Context {
	const most = 16
	seen := 0
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{Got1xxResponse: func(int, textproto.MIMEHeader) error {
		if seen++; seen > most {
			return errInterim
		}
		return nil
	}})
}

// errInterim says that a server only announces an answer.
var errInterim = errors.New("too many interim answers")

// outOfOrder reports whether a status says that it may be another one soon.
func outOfOrder(status int) bool {
	return slices.Contains([]int{http.StatusRequestTimeout, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, status)
}

// refused reports whether nobody listens where a request was sent to. Most often
// that stays so, and who waits wants to know.
func refused(err error) bool {
	const wsaeconnrefused = syscall.Errno(10061) // syscall has another number under that name
	return errors.Is(err, syscall.ECONNREFUSED) || runtime.GOOS == "windows" && errors.Is(err, wsaeconnrefused)
}

// transient reports whether a request that failed may succeed the next time:
// if there was no connection, or it was lost, or silent. What is wrong with a
// certificate, a redirect or a name stays wrong.
func transient(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.IsTemporary || dns.IsTimeout
	}
	// TLS alerts are an OpError as well, whose Op is "remote error".
	var op *net.OpError
	for rest := err; errors.As(rest, &op); rest = op.Err {
		if op.Op == "dial" || op.Op == "read" || op.Op == "write" {
			return true
		}
	}
	timeout, ok := errors.AsType[net.Error](err)
	if ok && timeout.Timeout() || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
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
		if wait, err := time.ParseDuration(value + "s"); err == nil {
			return wait
		}
		return math.MaxInt64
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
