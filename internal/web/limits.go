package web

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Limits say how patient a client is, and with how much. They are fields for
// tests, which can't wait; 0 means the default. docs/network.md has them.
type Limits struct {
	Attempts int           // to get one answer, and to get one more byte
	refused  int           // attempts where nobody listens
	Wait     time.Duration // before the second attempt; twice as long before each that follows
	Longest  time.Duration // wait, unless the server asks for more
	Answer   time.Duration // until an answer begins, all attempts and waits included
	Header   time.Duration // until the header of one answer is there
	detail   time.Duration // for what an error says about itself
	Window   time.Duration // over which the speed of a zip is measured
	Size     int64         // bytes that a zip has at most
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Attempts: cmp.Or(l.Attempts, 5),
		refused:  cmp.Or(l.refused, 2),
		Wait:     cmp.Or(l.Wait, 500*time.Millisecond),
		Longest:  cmp.Or(l.Longest, 30*time.Second),
		Answer:   cmp.Or(l.Answer, 5*time.Minute),
		Header:   cmp.Or(l.Header, headerTimeout),
		detail:   cmp.Or(l.detail, 5*time.Second),
		Window:   cmp.Or(l.Window, 10*time.Minute),
		Size:     cmp.Or(l.Size, maxFile),
	}
}

const (
	begunAttempts  = 8    // to get the rest of what has begun, which is worth more patience
	maxConnections = 100  // for one zip
	maxRestarts    = 3    // of one zip from its beginning
	minSpeed       = 1000 // bytes a second that a zip needs
)

// maxFile is three times the largest archive that Go has shipped.
const maxFile = 600 << 20

// backoff returns how long to wait after n attempts. It differs from client to
// client, so that those that failed together don't come back together.
func (l Limits) backoff(n int) time.Duration {
	d := l.Longest
	if n-1 < 20 {
		d = min(d, l.Wait<<max(n-1, 0))
	}
	return d/2 + rand.N(d/2+1)
}

// sleep waits, as long as ctx lasts.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// A pace is the speed of a transfer, all waits included.
type pace struct {
	Limits
	start time.Time
	bytes int64
}

// add counts n bytes, and fails if there were too few of them for too long.
func (p *pace) add(from string, n int64) error {
	p.bytes += n
	took := time.Since(p.start)
	if took < p.Window {
		return nil
	}
	if float64(p.bytes) < minSpeed*took.Seconds() {
		return fmt.Errorf("get %s: %w: %d bytes in %v", from, ErrSlow, p.bytes, took.Round(time.Second))
	}
	p.start, p.bytes = time.Now(), 0
	return nil
}
