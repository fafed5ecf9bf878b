//go:build linux

package store

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/tree"
)

// running adds a toolchain whose go is a real program, cat, and runs it.
func running(t *testing.T, s *Store, v gover.Version) (cmd *exec.Cmd, stdin io.WriteCloser, stdout *bufio.Reader) {
	t.Helper()
	cat, err := exec.LookPath("cat")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(cat)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Add(t.Context(), v, func(ctx context.Context, root *os.Root, reuse func() tree.Reuse) (*tree.Proof, error) {
		r, err := toy(v)(ctx, root, reuse)
		if err == nil {
			err = root.WriteFile("bin/go", data, 0o755)
		}
		return r, err
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(s.home.Tool(v, "go"))
	stdin, err = cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, stdin, bufio.NewReader(out)
}

// TestRemoveRunning uninstalls what a process runs from: it is not listed any
// more, but can be reached as before until the process ends.
func TestRemoveRunning(t *testing.T) {
	t.Parallel()
	for name, plain := range map[string]bool{"exchange": false, "without exchange": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.plain = plain
			v := version(t, "1.22.4")
			cmd, stdin, stdout := running(t, s, v)
			for range 2 { // once more after it was installed again meanwhile
				if removed, err := s.Remove(t.Context(), v); !removed || err != nil {
					t.Fatalf("Remove = %v, %v", removed, err)
				}
				if !s.lacks(v) {
					t.Error("it is still there")
				}
				if installed, err := s.Home().Installed(); err != nil || len(installed) > 0 {
					t.Errorf("still listed: %v, %v", installed, err)
				}
				if changes, err := s.linkChanges(); err != nil || len(changes) > 0 {
					t.Errorf("links to change: %v, %v", changes, err)
				}
				if users, err := s.usersOf(v); err != nil || len(users) != 1 || users[0].ID != cmd.Process.Pid || users[0].Command != "go" {
					t.Errorf("pending for %v, want process %d (go)", users, cmd.Process.Pid)
				}
				for _, file := range []string{"VERSION", "bin/go", "src/a.go"} { // by the old path
					if _, err := os.ReadFile(filepath.Join(s.Home().Dir(v), file)); err != nil {
						t.Error(err)
					}
				}
				add(t, s, "1.22.4")
				if users, err := s.Users(v); err != nil || len(users[v]) != 1 { // the name is the same to it
					t.Errorf("users of the new tree: %v", users)
				}
			}
			if _, err := s.Remove(t.Context(), v); err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(stdin, "still here\n")
			if line, err := stdout.ReadString('\n'); line != "still here\n" {
				t.Errorf("the process says %q, %v", line, err)
			}
			_ = stdin.Close()
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
			if err := s.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}
			check(t, s)
			if left := list(t, s.Home().Toolchains()); len(left) > 0 {
				t.Errorf("toolchains has %v", left)
			}
		})
	}
}

// TestRemoveWorkingDirectory has a shell whose working directory is in the tree.
func TestRemoveWorkingDirectory(t *testing.T) {
	t.Parallel()
	s := open(t)
	add(t, s, "1.22.4")
	v := version(t, "1.22.4")
	cmd := exec.Command("cat")
	cmd.Dir = filepath.Join(s.Home().Dir(v), "src")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if users, err := s.Users(v); err != nil || len(users[v]) != 1 || !strings.HasPrefix(users[v][0].Command, "cat") {
		t.Errorf("users: %v", users)
	}
	_, err = s.Remove(t.Context(), v)
	if pending, pendingErr := s.Pending(); err != nil || pendingErr != nil || len(pending) != 1 {
		t.Errorf("Remove: %v; pending %v, %v", err, pending, pendingErr)
	}
	_ = stdin.Close()
	_ = cmd.Wait()
	add(t, s, "1.22.4") // which sweeps
	check(t, s, "1.22.4")
}

// TestRemoveInPlaceRunning refuses what would break a build.
func TestRemoveInPlaceRunning(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Step = fixed
	v := version(t, "1.22.4")
	cmd, stdin, _ := running(t, s, v)
	removed, err := s.Remove(t.Context(), v)
	if use := (*InUseError)(nil); removed || !errors.As(err, &use) || use.Process.ID != cmd.Process.Pid {
		t.Fatalf("Remove = %v, %v; want process %d", removed, err, cmd.Process.Pid)
	}
	check(t, s, "1.22.4") // with its links
	_, _ = io.WriteString(stdin, "end\n")
	must(t, stdin.Close(), cmd.Wait())
	if removed, err := s.Remove(t.Context(), v); !removed || err != nil {
		t.Fatalf("Remove = %v, %v", removed, err)
	}
	check(t, s)
}
