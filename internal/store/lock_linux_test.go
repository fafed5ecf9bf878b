package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestLockSleeps looks into the kernel's list of locks: who waits for one is asleep
// there until it is released. Nobody polls, who would not be in that list.
func TestLockSleeps(t *testing.T) {
	t.Parallel()
	s := open(t)
	if err := s.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	release, err := s.lock(t.Context(), "go1.22.4", "test")
	if err != nil {
		t.Fatal(err)
	}
	next := make(chan error, 1)
	go func() {
		release, err := s.lock(t.Context(), "go1.22.4", "test")
		if err == nil {
			release()
		}
		next <- err
	}()
	for !sleepsAt(t, s.lockFile("go1.22.4")) {
		select {
		case err := <-next:
			t.Fatalf("did not wait: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	release()
	if err := <-next; err != nil {
		t.Error(err)
	}
}

// sleepsAt reports whether the kernel has somebody who waits for the lock of a file.
func sleepsAt(t *testing.T, file string) bool {
	t.Helper()
	var st syscall.Stat_t
	if err := syscall.Stat(file, &st); err != nil {
		t.Fatal(err)
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(locks)) {
		if strings.Contains(line, "-> FLOCK") && strings.Contains(line, fmt.Sprintf(":%d ", st.Ino)) {
			return true
		}
	}
	return false
}

// TestLockNoLink has what is no file of gosw's in the place of a lock: it is
// neither written to nor waited for, and nothing is made where it leads to.
func TestLockNoLink(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4")
	precious, lock := filepath.Join(t.TempDir(), "precious"), s.lockFile("go1.22.4")
	for name, plant := range map[string]func() error{
		"link": func() error {
			return errors.Join(os.WriteFile(precious, []byte("data"), 0o600), os.Symlink(precious, lock))
		},
		"dangling link": func() error { return os.Symlink(precious+".new", lock) },
		"pipe":          func() error { return syscall.Mkfifo(lock, 0o666) },
		"directory":     func() error { return os.Mkdir(lock, 0o755) },
	} {
		if err := errors.Join(os.Remove(lock), plant()); err != nil {
			t.Fatal(err)
		}
		_, err := s.lock(t.Context(), "go1.22.4", "test")
		_, sharedErr := s.lockShared(t.Context(), "go1.22.4")
		_, free := s.tryLock("go1.22.4")
		for _, err := range []error{err, sharedErr} {
			if access := (*AccessError)(nil); !errors.As(err, &access) || access.Reason != WrongType || free {
				t.Errorf("%s: %v, had by a sweep: %v", name, err, free)
			}
		}
	}
	if data, err := os.ReadFile(precious); err != nil || string(data) != "data" {
		t.Errorf("what the link leads to is %q, %v", data, err)
	}
	if _, err := os.Lstat(precious + ".new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what a dangling link leads to: %v", err)
	}
}
