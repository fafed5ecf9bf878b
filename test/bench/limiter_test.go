//go:build unix

package main

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"
)

func TestReserve(t *testing.T) {
	start := time.Unix(1000, 0)
	type step struct {
		after time.Duration // since the start
		late  time.Duration
		n     int
		want  time.Duration
	}
	for _, test := range []struct {
		name  string
		shape shape
		steps []step
	}{
		{"unlimited", shape{}, []step{{0, 0, 1 << 30, 0}, {0, 0, 1 << 30, 0}}},
		{"the burst is free", shape{Rate: 1e6}, []step{{0, 0, 10_000, 0}, {0, 0, 1_000, time.Millisecond}}},
		{"those before count", shape{Rate: 1e6}, []step{{0, 0, 510_000, 500 * time.Millisecond}, {0, 0, 500_000, time.Second}}},
		{"time passes", shape{Rate: 1e6}, []step{{0, 0, 510_000, 500 * time.Millisecond}, {400 * time.Millisecond, 0, 100_000, 200 * time.Millisecond}}},
		{"what was not used is lost but for the burst", shape{Rate: 1e6}, []step{{0, 0, 10_000, 0}, {time.Hour, 0, 20_000, 10 * time.Millisecond}}},
		{"a little late is made up for", shape{Rate: 1e6}, []step{{0, 0, 20_000, 10 * time.Millisecond}, {15 * time.Millisecond, 0, 10_000, 5 * time.Millisecond}}},
		{"very late too, by the server's fault", shape{Rate: 1e6}, []step{{0, 0, 20_000, 10 * time.Millisecond}, {110 * time.Millisecond, 100 * time.Millisecond, 120_000, 20 * time.Millisecond}}},
		{"but not for ever", shape{Rate: 1e6}, []step{{0, 0, 10_000, 0}, {time.Hour, time.Hour, 220_000, 10 * time.Millisecond}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := &limiter{}
			l.set(test.shape)
			for i, s := range test.steps {
				if got := l.reserve(start.Add(s.after), s.late, s.n); got != s.want {
					t.Errorf("step %d: %v, want %v", i, got, s.want)
				}
			}
		})
	}
}

func TestChunk(t *testing.T) {
	for _, test := range []struct {
		rate float64
		want int
	}{{100, 2 << 10}, {20e6 / 8, 10000}, {100e6 / 8, 50000}, {1e9 / 8, 256 << 10}} {
		if got := (shape{Rate: test.rate}).chunk(); got != test.want {
			t.Errorf("rate %.0f: %d, want %d", test.rate, got, test.want)
		}
	}
}

// Two connections share one link: both take as long as all bytes do on it, no
// matter how they are sent, and all are counted.
func TestLimitedConn(t *testing.T) {
	const size, rate = 200_000, 4e6
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	limit := &limiter{}
	limit.set(shape{Rate: rate})
	listener := &limitedListener{Listener: tcp, limiter: limit}
	defer func() { _ = listener.Close() }()
	content := bytes.Repeat([]byte("0123456789"), size/10)
	for i := range 2 {
		go func() {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer func() { _ = conn.Close() }()
			if i == 0 {
				_, _ = conn.Write(content)
				return
			}
			_, _ = conn.(io.ReaderFrom).ReadFrom(io.LimitReader(bytes.NewReader(content), size))
		}()
	}
	start := time.Now()
	got := make(chan []byte)
	for range 2 {
		go func() {
			conn, err := net.Dial("tcp", tcp.Addr().String())
			if err != nil {
				t.Error(err)
				got <- nil
				return
			}
			defer func() { _ = conn.Close() }()
			all, _ := io.ReadAll(conn)
			got <- all
		}()
	}
	for range 2 {
		if all := <-got; !bytes.Equal(all, content) {
			t.Errorf("got %d bytes that are not those sent", len(all))
		}
	}
	least := time.Duration(2*size/rate*float64(time.Second)) - maxBurst
	if took := time.Since(start); took < least {
		t.Errorf("it took %v, and can't take less than %v", took, least)
	}
	if sent := listener.sent.Load(); sent != 2*size {
		t.Errorf("%d bytes were counted, want %d", sent, 2*size)
	}
}
