package fetch

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A pipe that takes the place of a file just before it is opened keeps nobody
// waiting.
func TestOpenSwapped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name, pipe, file := filepath.Join(dir, "x.zip"), filepath.Join(dir, "pipe"), filepath.Join(dir, "file")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("PK\x03\x04"), 0o600); err != nil {
		t.Fatal(err)
	}
	stop, swapped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(swapped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			next := filepath.Join(dir, "next")
			_ = os.Symlink([]string{pipe, file}[i%2], next) // the next round does it again
			_ = os.Rename(next, name)
		}
	}()
	opened := make(chan struct{})
	go func() {
		defer close(opened)
		for start := time.Now(); time.Since(start) < 300*time.Millisecond; {
			if l, err := OpenLocal(name); err == nil {
				l.Close()
			}
		}
	}()
	select {
	case <-opened:
	case <-time.After(10 * time.Second):
		t.Error("waits for the other end of a pipe")
		if w, err := os.OpenFile(pipe, os.O_RDWR|syscall.O_NONBLOCK, 0); err == nil {
			defer w.Close()
		}
	}
	close(stop)
	<-swapped
}
