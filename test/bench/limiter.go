//go:build unix

package main

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A shape is what a link is like. The zero value is loopback as it is.
type shape struct {
	// Rate is in bytes a second, over all connections; 0 is unlimited.
	Rate float64 `json:"rate"`
	// Latency is that of a round trip: each request waits as long for its
	// answer, and a new connection as long for its first request.
	Latency time.Duration `json:"latency"`
}

// maxBurst is how much of the time in which nobody sent a limiter makes up for:
// less than any wait that counts here.
const maxBurst = 10 * time.Millisecond

// maxLate is how much it makes up for when the server itself was late, as it is
// on a busy machine. A real link would not have paused.
const maxLate = 200 * time.Millisecond

// A limiter is a token bucket that all connections share.
type limiter struct {
	mu    sync.Mutex
	shape shape
	next  time.Time // when what was reserved is through the link
}

func (l *limiter) set(s shape) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shape, l.next = s, time.Time{}
}

func (l *limiter) get() shape {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shape
}

// reserve takes n bytes of the link at the time now and returns how long they
// take, those before them included. It is called that much late.
func (l *limiter) reserve(now time.Time, late time.Duration, n int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shape.Rate == 0 {
		return 0
	}
	if earliest := now.Add(-maxBurst - min(late, maxLate)); l.next.Before(earliest) {
		l.next = earliest
	}
	l.next = l.next.Add(time.Duration(float64(n) / l.shape.Rate * float64(time.Second)))
	return max(l.next.Sub(now), 0)
}

// chunk is how many bytes go through at once: some milliseconds' worth, so that
// connections share the link evenly.
func (s shape) chunk() int {
	return min(max(int(s.Rate*0.004), 2<<10), 256<<10)
}

// A limitedListener hands out connections that share a limiter and count what
// is sent over them.
type limitedListener struct {
	net.Listener
	limiter *limiter
	sent    atomic.Int64
}

func (l *limitedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &limitedConn{TCPConn: conn.(*net.TCPConn), listener: l}, nil
}

type limitedConn struct {
	*net.TCPConn
	listener *limitedListener
	opened   atomic.Bool
	late     time.Duration // how much too long it slept before what was sent last
}

// Read waits once, as long as it would have taken to connect.
func (c *limitedConn) Read(p []byte) (int, error) {
	if !c.opened.Swap(true) {
		time.Sleep(c.listener.limiter.get().Latency)
	}
	return c.TCPConn.Read(p)
}

func (c *limitedConn) Write(p []byte) (written int, err error) {
	for len(p) > 0 {
		now := p
		if s := c.listener.limiter.get(); s.Rate > 0 {
			now = p[:min(len(p), s.chunk())]
		}
		c.wait(len(now))
		n, err := c.TCPConn.Write(now)
		c.listener.sent.Add(int64(n))
		written += n
		if err != nil {
			return written, err
		}
		p = p[n:]
	}
	return written, nil
}

// ReadFrom sends a file with sendfile, so that the server takes as little of
// the processors as it can from what is measured.
func (c *limitedConn) ReadFrom(r io.Reader) (written int64, err error) {
	source, left := r, int64(1<<62)
	if limited, ok := r.(*io.LimitedReader); ok {
		source, left = limited.R, limited.N
		defer func() { limited.N = left }()
	}
	for left > 0 {
		part := left
		if s := c.listener.limiter.get(); s.Rate > 0 {
			part = min(left, int64(s.chunk()))
		}
		if part < 1<<30 { // else it is unlimited, and its size not known
			c.wait(int(part))
		}
		n, err := c.TCPConn.ReadFrom(&io.LimitedReader{R: source, N: part})
		c.listener.sent.Add(n)
		written += n
		left -= n
		if err != nil || n < part {
			return written, err
		}
	}
	return written, nil
}

// wait is called by one goroutine at a time, as a response has one writer.
func (c *limitedConn) wait(n int) {
	now := time.Now()
	d := c.listener.limiter.reserve(now, c.late, n)
	c.late = 0
	if d > 0 {
		time.Sleep(d)
		c.late = time.Since(now) - d
	}
}
