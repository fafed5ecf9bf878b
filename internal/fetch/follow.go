package fetch

import (
	"context"
	"crypto/sha256"
	"io"
	"net/url"
	"os"
	"sync"

	"github.com/gosw/gosw/internal/archive"
)

// A follower reads a file while it is being written.
type follower struct {
	file *os.File
	pos  int64

	mu   sync.Mutex
	wake *sync.Cond
	at   int64 // what is before it is written
	done bool  // nothing more comes
}

func newFollower(file *os.File) *follower {
	f := &follower{file: file}
	f.wake = sync.NewCond(&f.mu)
	return f
}

// advance says how far the file is written.
func (f *follower) advance(at int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = at
	f.wake.Broadcast()
}

// end says that nothing more comes.
func (f *follower) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done = true
	f.wake.Broadcast()
}

// Read waits for what comes next.
func (f *follower) Read(p []byte) (int, error) {
	f.mu.Lock()
	for f.pos >= f.at && !f.done {
		f.wake.Wait()
	}
	left := f.at - f.pos
	f.mu.Unlock()
	if left <= 0 {
		return 0, io.EOF
	}
	n, err := f.file.ReadAt(p[:min(int64(len(p)), left)], f.pos)
	f.pos += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// downloadAndUnpack gets the archive of d, a tar.gz, from u and unpacks it while
// it arrives. Whether what was unpacked is what the index has is for the sum to
// tell that this returns: that of the very bytes. Where they did not unpack, or
// the download had to begin again meanwhile, it is another one than the file's.
func (c *Client) downloadAndUnpack(ctx context.Context, d *download, u *url.URL) (sum [32]byte, err error) {
	f := newFollower(d.file)
	hash := sha256.New()
	unpacked := make(chan []byte, 1)
	d.arrived = f.advance
	go func() {
		sums, err := archive.UnpackDistTarGz(ctx, io.TeeReader(f, hash), d.Prefix(), d.root)
		if err != nil {
			sums = nil // the file as a whole will show why
		}
		unpacked <- sums
	}()
	err = c.downloadFrom(ctx, d, u, nil) // clears the tree before anything has arrived
	d.dirty = true
	f.end()
	d.sums = <-unpacked
	d.arrived = nil
	hash.Sum(sum[:0])
	return sum, err
}
