package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A BusyError says that another process held a lock for longer than the bound.
type BusyError struct {
	What   string // "go1.22.3" or "store"
	Holder string // such as "another gosw (pid 4711) is installing"
	Waited time.Duration
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("lock %s: %s it after %v", e.What, e.Holder, e.Waited)
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
	if err := s.check(Write); err != nil { // who writes comes by here
		return nil, err
	}
	f, err := s.wait(ctx, s.lockFile(what), what, exclusive)
	if err != nil {
		return nil, err
	}
	return signed(f, doing), nil
}

// LockFile takes a lock like those of the versions of a store: the file at path, which
// is for what. Doing says to others what the holder is about.
func LockFile(ctx context.Context, path, what, doing string, options Options) (release func(), err error) {
	s := &Store{Options: options.orDefaults()}
	f, err := s.wait(ctx, path, what, exclusive)
	if err != nil {
		return nil, err
	}
	return signed(f, doing), nil
}

// lockAt is lock behind the checkpoint named step.
func (s *Store) lockAt(ctx context.Context, step, what, doing string) (release func(), err error) {
	if err := s.step(step); err != nil {
		return nil, err
	}
	return s.lock(ctx, what, doing)
}

// lockShared is lock for one who only reads: it excludes those who write, and
// no other reader. It leaves no word, as it may be in a store that is not the
// reader's. A store that can't be written to, such as one in a read-only image,
// has no writers, and may have no file to lock: then there is no lock.
func (s *Store) lockShared(ctx context.Context, what string) (release func(), err error) {
	if err := s.check(Run); err != nil {
		return nil, err
	}
	f, err := s.wait(ctx, s.lockFile(what), what, shared)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return func() {}, nil
	} else if err != nil {
		return nil, err
	}
	return func() { unlock(f) }, nil
}

// tryLock is lock without waiting for another process.
func (s *Store) tryLock(what string) (release func(), ok bool) {
	if s.check(Write) != nil {
		return nil, false
	}
	f, err := openLock(s.lockFile(what), exclusive)
	if err != nil {
		return nil, false
	}
	if flock(f, exclusive, false) != nil {
		_ = f.Close()
		return nil, false
	}
	return signed(f, "cleaning up"), true
}

// tryLook is tryLock for one who only looks: it makes no file, and leaves no
// word in one.
func (s *Store) tryLook(what string) (release func(), ok bool) {
	f, err := openLock(s.lockFile(what), looking)
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, true // nobody has ever held it
	} else if err != nil {
		return nil, false
	}
	if flock(f, looking, false) != nil {
		_ = f.Close()
		return nil, false
	}
	return func() { unlock(f) }, true
}

// A lockMode is what a lock is for.
type lockMode int

const (
	exclusive lockMode = iota // to write; its file is made if it is not there
	shared                    // to read; the same
	looking                   // to see whether it is free
)

// signed writes into a lock's file who holds it, and returns what wipes that
// out again and releases it. It is for people to read: errors do not matter.
func signed(f *os.File, doing string) (release func()) {
	_ = f.Truncate(0)
	_, _ = f.WriteAt(fmt.Appendf(nil, "another gosw (pid %d) is %s", os.Getpid(), doing), 0)
	return func() {
		_ = f.Truncate(0) // readers, who leave no word, may be next
		unlock(f)
	}
}

// wait returns the file of the lock for what, locked.
func (s *Store) wait(ctx context.Context, path, what string, mode lockMode) (*os.File, error) {
	f, err := openLock(path, mode)
	if err != nil {
		return nil, err
	}
	bounded, cancel := context.WithTimeoutCause(ctx, s.LockTimeout, errBound)
	defer cancel()
	err = acquire(bounded, f, mode, func() { s.Waiting(what, holder(f)) })
	if errors.Is(err, errBound) {
		return nil, &BusyError{What: what, Holder: holder(f), Waited: s.LockTimeout}
	} else if err != nil {
		return nil, err
	}
	return f, nil
}

func (s *Store) lockFile(what string) string { return filepath.Join(s.locks(), what+".lock") }

var errBound = errors.New("lock bound")

// acquire locks f. It calls waiting once if that takes long, and gives up when
// ctx ends, with its cause. On an error f is closed, sooner or later.
func acquire(ctx context.Context, f *os.File, mode lockMode, waiting func()) error {
	// The system call that waits can't be interrupted, but it can be left
	// behind: the kernel wakes it on release, with no polling.
	got := make(chan error, 1)
	go func() { got <- flock(f, mode, true) }()
	timer := time.AfterFunc(patience, waiting)
	defer timer.Stop()
	select {
	case err := <-got:
		if err != nil {
			_ = f.Close()
		}
		return err
	case <-ctx.Done():
		go func() {
			_ = errors.Join(<-got, f.Close()) // nobody waits for the lock any more
		}()
		return context.Cause(ctx)
	}
}

// holder returns what the holder of a lock wrote about itself.
func holder(f *os.File) string {
	data := make([]byte, 100)
	n, _ := f.ReadAt(data, 0)
	if text := strings.TrimSpace(string(data[:n])); text != "" {
		return text
	}
	return "another process holds"
}
