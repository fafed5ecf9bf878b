package store

import (
	"fmt"
	"os"
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
