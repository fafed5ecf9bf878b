package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
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
	path := filepath.Join(s.locks(), what+".lock")
	bounded, cancel := context.WithTimeoutCause(ctx, s.timeout, errBound)
	defer cancel()
	f, err := acquire(bounded, path, func() { s.waiting(what, holder(path)) })
	if errors.Is(err, errBound) {
		return nil, &BusyError{What: what, Holder: holder(path), Waited: s.timeout}
	} else if err != nil {
		return nil, err
	}
	// Who holds the lock is only for people to read: errors do not matter.
	_ = f.Truncate(0)
	_, _ = f.WriteAt(fmt.Appendf(nil, "process %d (%s)", os.Getpid(), doing), 0)
	return func() { _ = f.Close() }, nil
}

var errBound = errors.New("lock bound")

// tryLock is lock without waiting for another process.
func (s *Store) tryLock(what string) (release func(), ok bool) {
	// A free lock is had within microseconds; there is no call that says no.
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	f, err := acquire(ctx, filepath.Join(s.locks(), what+".lock"), func() {})
	if err != nil {
		return nil, false
	}
	return func() { _ = f.Close() }, true
}

// acquire opens and locks the file at path. It calls waiting once if that
// takes long, and gives up when ctx ends, with its cause.
func acquire(ctx context.Context, path string, waiting func()) (*lockedfile.File, error) {
	type result struct {
		file *lockedfile.File
		err  error
	}
	// The system call that waits can't be interrupted, but it can be left
	// behind: the kernel wakes it on release, with no polling.
	got := make(chan result, 1)
	go func() {
		file, err := lockedfile.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
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

// holder returns what the holder of the lock at path wrote about itself.
func holder(path string) string {
	data, err := os.ReadFile(path)
	if text := strings.TrimSpace(string(data)); err == nil && text != "" {
		return text
	}
	return "another process"
}
