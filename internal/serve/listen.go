package serve

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// limits are what a client can hold. A connection that is one too many waits until another one ends.
type limits struct {
	conns  int
	header time.Duration // to send the headers of a request
	idle   time.Duration // between requests
	part   time.Duration // to read a part of an answer
}

var usual = limits{conns: 1024, header: 10 * time.Second, idle: time.Minute, part: time.Minute}

const (
	maxHeader = 16 << 10
	partSize  = 1 << 20
)

// Run answers what comes to l, by TLS if there are files for it, until ctx ends. Then it takes no new
// request, and returns when those that run have been answered.
func (s *Server) Run(ctx context.Context, l net.Listener, cert, key string) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: s.limits.header,
		IdleTimeout:       s.limits.idle,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // of clients that break off
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { stopped <- server.Shutdown(context.WithoutCancel(ctx)) })
	l = &limited{Listener: l, free: make(chan struct{}, s.limits.conns)}
	var err error
	if cert != "" {
		err = server.ServeTLS(l, cert, key)
	} else {
		err = server.Serve(l)
	}
	if !stop() && errors.Is(err, http.ErrServerClosed) {
		return <-stopped
	}
	return err
}

// A limited listener has at most so many connections open as free has places.
type limited struct {
	net.Listener
	free chan struct{}
}

func (l *limited) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.free <- struct{}{}
	return &counted{Conn: conn, end: sync.OnceFunc(func() { <-l.free })}, nil
}

type counted struct {
	net.Conn
	end func()
}

func (c *counted) Close() error {
	defer c.end()
	return c.Conn.Close()
}

// ReadFrom lets the kernel send files.
func (c *counted) ReadFrom(r io.Reader) (int64, error) { return io.Copy(c.Conn, r) }

// A writer is an answer whose parts have to be read in time.
type writer struct {
	http.ResponseWriter
	control *http.ResponseController
	time    time.Duration // for a part
	status  int
	bytes   int64
	broken  bool // it ends before its end
}

func (w *writer) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(p []byte) (int, error) {
	w.begin()
	w.extend()
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	w.broken = w.broken || err != nil
	return n, err
}

// ReadFrom sends a file part by part.
func (w *writer) ReadFrom(src io.Reader) (sent int64, err error) {
	w.begin()
	left := &io.LimitedReader{R: src, N: 1<<63 - 1}
	if limited, ok := src.(*io.LimitedReader); ok {
		left = limited // the kernel sends from a file, or from one reader around it
	}
	for left.N > 0 {
		w.extend()
		size := min(left.N, partSize)
		n, err := io.Copy(w.ResponseWriter, &io.LimitedReader{R: left.R, N: size})
		sent, left.N = sent+n, left.N-n
		w.bytes += n
		if err != nil || n < size {
			w.broken = w.broken || err != nil
			return sent, err
		}
	}
	return sent, nil
}

// begin notes the status of an answer that names none.
func (w *writer) begin() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
}

func (w *writer) extend() { _ = w.control.SetWriteDeadline(time.Now().Add(w.time)) }
