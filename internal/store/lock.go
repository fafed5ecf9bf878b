package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/gosw/gosw/internal/fsx"
)

// A BusyError says that another process held a lock for longer than the bound.
type BusyError struct {
	What   string // "go1.22.3" or "store"
	Holder string // such as "process 4711 (install)"
	Waited time.Duration
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("lock %s: still held by %s after %v", e.What, e.Holder, e.Waited)
}

// storeLock is the lock for what belongs to no version: links, shims, default,
// format. Its holder takes no other lock, so there is no order to get wrong.
const storeLock = "store"

// patience is how long a lock may take before the wait is worth a word.
const patience = 150 * time.Millisecond

// lock takes the lock named what, for the purpose doing, and returns the
// function that releases it. It is a kernel lock on a file that is never
// removed: it ends with its process, however that ends.
func (s *Store) lock(ctx context.Context, what, doing string) (release func(), err error) {
	f, err := s.wait(ctx, what, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	sign(f, doing)
	return func() { _ = f.Close() }, nil
}

// lockShared is lock for one who only reads: it excludes those who write, and
// no other reader. A store that can't be written to, such as one in a read-only
// image, has no writers, and may have no file to lock: then there is no lock.
func (s *Store) lockShared(ctx context.Context, what, doing string) (release func(), err error) {
	f, err := s.wait(ctx, what, os.O_RDONLY|os.O_CREATE)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return func() {}, nil
	} else if err != nil {
		return nil, err
	}
	if w, err := os.OpenFile(f.Name(), os.O_WRONLY, 0); err == nil {
		sign(w, doing)
		_ = w.Close()
	}
	return func() { _ = f.Close() }, nil
}

// sign writes into a lock's file who holds it. That is for people to read:
// errors do not matter.
func sign(f interface {
	io.WriterAt
	Truncate(size int64) error
}, doing string) {
	_ = f.Truncate(0)
	_, _ = f.WriteAt(fmt.Appendf(nil, "process %d (%s)", os.Getpid(), doing), 0)
}

// wait returns the file of the lock named what, locked; shared if flag is that
// of a file to read.
func (s *Store) wait(ctx context.Context, what string, flag int) (*lockedfile.File, error) {
	path := s.lockFile(what)
	bounded, cancel := context.WithTimeoutCause(ctx, s.timeout, errBound)
	defer cancel()
	f, err := acquire(bounded, path, flag, func() { s.waiting(what, holder(path)) })
	if errors.Is(err, errBound) {
		return nil, &BusyError{What: what, Holder: holder(path), Waited: s.timeout}
	}
	return f, err
}

func (s *Store) lockFile(what string) string { return filepath.Join(s.locks(), what+".lock") }

var errBound = errors.New("lock bound")

// acquire opens and locks the file at path. It calls waiting once if that
// takes long, and gives up when ctx ends, with its cause.
func acquire(ctx context.Context, path string, flag int, waiting func()) (*lockedfile.File, error) {
	type result struct {
		file *lockedfile.File
		err  error
	}
	// The system call that waits can't be interrupted, but it can be left
	// behind: the kernel wakes it on release, with no polling.
	got := make(chan result, 1)
	go func() {
		file, err := lockedfile.OpenFile(path, flag, 0o644)
		got <- result{file, err}
	}()
	timer := time.AfterFunc(patience, waiting)
	defer timer.Stop()
	select {
	case r := <-got:
		return r.file, r.err
	case <-ctx.Done():
		go func() {
			if r := <-got; r.err == nil {
				_ = r.file.Close()
			}
		}()
		return nil, context.Cause(ctx)
	}
}

// maxHolder bounds what the holder of a lock writes about itself, in bytes.
const maxHolder = 1 << 10

// holder returns what the holder of the lock at path wrote about itself.
func holder(path string) string {
	data, err := fsx.Read(path, maxHolder, fsx.NoFollow)
	if text := strings.TrimSpace(string(data)); err == nil && text != "" {
		return text
	}
	return "another process"
}
