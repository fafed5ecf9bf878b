package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/toolchain"
)

// TestMain is also the process that takes a lock and is killed.
func TestMain(m *testing.M) {
	if home := os.Getenv("GOSW_TEST_LOCK"); home != "" {
		s, err := Open(toolchain.Home(home), Options{})
		if err == nil {
			_, err = s.lock(context.Background(), "go1.22.4", "installing")
		}
		fmt.Println(err)
		time.Sleep(time.Hour)
	}
	os.Exit(m.Run())
}

// TestLockOfKilled waits for a process that is then killed: its lock ends with
// it.
func TestLockOfKilled(t *testing.T) {
	t.Parallel()
	s := open(t)
	said := make(chan string, 1)
	s.Waiting = func(_, holder string) { said <- holder }
	if err := s.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "GOSW_TEST_LOCK="+string(s.home))
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "<nil>\n" {
		t.Fatalf("the other process: %q, %v", line, err)
	}
	killed := make(chan time.Time, 1)
	go func() {
		if want, got := fmt.Sprintf("another gosw (pid %d) is installing", cmd.Process.Pid), <-said; got != want {
			t.Errorf("waiting for %q, want %q", got, want)
		}
		killed <- time.Now()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	release, err := s.lock(t.Context(), "go1.22.4", "test")
	if err != nil {
		t.Fatal(err)
	}
	release()
	t.Logf("had the lock %v after the kill", time.Since(<-killed))
}

// TestLockShared has readers who don't wait for each other, but whom a writer
// waits for, and who wait for a writer.
func TestLockShared(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.LockTimeout = 200 * time.Millisecond
	if err := s.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, err := s.lockShared(t.Context(), "go1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.lockShared(t.Context(), "go1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	first()
	const want = "lock go1.22.4: another process holds it after 200ms" // a reader leaves no word
	if _, err := s.lock(t.Context(), "go1.22.4", "uninstall"); err == nil || err.Error() != want {
		t.Errorf("a writer beside a reader: %v, want %s", err, want)
	}
	if _, ok := s.tryLock("go1.22.4"); ok {
		t.Error("the sweep has the lock beside a reader")
	}
	second()
	release, err := s.lock(t.Context(), "go1.22.4", "uninstall")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.lockShared(t.Context(), "go1.22.4"); err == nil {
		t.Error("a reader beside a writer")
	}
	release()

	nowhere := &Store{home: toolchain.Home(t.TempDir()), Options: Options{LockTimeout: time.Second, Waiting: func(string, string) {}}}
	release, err = nowhere.lockShared(t.Context(), "go1.22.4")
	if err != nil {
		t.Fatalf("in a store without locks: %v", err)
	}
	release()
}

// A lock of something else than a store says as well who holds it, and is waited for no longer than that.
func TestLockFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), ".lock")
	release, err := LockFile(t.Context(), file, "srv", "updating", Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = LockFile(t.Context(), file, "srv", "updating", Options{LockTimeout: time.Millisecond})
	if busy := (*BusyError)(nil); !errors.As(err, &busy) || busy.What != "srv" || !strings.Contains(busy.Holder, "is updating") {
		t.Errorf("while it is held: %v", err)
	}
	release()
	release, err = LockFile(t.Context(), file, "srv", "updating", Options{LockTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	release()
}
