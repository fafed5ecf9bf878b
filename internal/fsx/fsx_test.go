package fsx

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "file"), strings.Repeat("x", 1<<10))
	write(t, filepath.Join(dir, "empty"), "")
	if data, err := Read(os.DevNull, 0, Follow); err != nil || len(data) > 0 {
		t.Errorf("the null device: %q, %v", data, err)
	}
	if err := errors.Join(os.Symlink(os.DevNull, filepath.Join(dir, "null")), os.Symlink("file", filepath.Join(dir, "link")), os.Symlink("none", filepath.Join(dir, "dangling"))); err != nil && runtime.GOOS == "windows" {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Readlink(filepath.Join(dir, "link")); err != nil && runtime.GOOS == "windows" { // Wine makes something else
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		limit  int64
		links  Links
		want   int // bytes; -1 for an error
		absent bool
		cause  string
	}{
		{"file", 1 << 10, NoFollow, 1 << 10, false, ""},
		{"file", 1<<10 - 1, Follow, -1, false, "larger than 1023 bytes"},
		{"empty", 0, NoFollow, 0, false, ""},
		{"link", 1 << 20, Follow, 1 << 10, false, ""},
		{"link", 1 << 20, NoFollow, -1, false, "not a regular file"},
		{"dangling", 1 << 20, Follow, -1, true, ""},
		{"dangling", 1 << 20, NoFollow, -1, false, "not a regular file"},
		{".", 1 << 20, Follow, -1, false, "not a regular file"},
		{"null", 1 << 20, Follow, 0, false, ""},
		{"null", 1 << 20, NoFollow, -1, false, "not a regular file"},
		{"none", 1 << 20, NoFollow, -1, true, ""},
		{"file/below", 1 << 20, NoFollow, -1, true, ""},
	} {
		data, err := Read(filepath.Join(dir, test.name), test.limit, test.links)
		if (err != nil) != (test.want < 0) || err == nil && len(data) != test.want || IsAbsent(err) != test.absent {
			t.Errorf("%s, %d, %v: %d bytes, %v", test.name, test.limit, test.links, len(data), err)
		}
		if err != nil && (!strings.Contains(err.Error(), dir) || !strings.HasSuffix(err.Error(), test.cause)) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if cause := (*fs.PathError)(nil); !errors.As(errOf(Read(file, 0, Follow)), &cause) || cause.Op != "open" {
		t.Errorf("%+v", cause)
	}
}

func errOf(_ []byte, err error) error { return err }

// TestIsAbsent has the errors that are no absence, though some calls give them
// for names that nothing has.
func TestIsAbsent(t *testing.T) {
	t.Parallel()
	for _, err := range []error{syscall.EIO, syscall.EACCES, syscall.ELOOP, syscall.ENAMETOOLONG, syscall.EINVAL, fs.ErrPermission, fs.ErrClosed, nil} {
		if IsAbsent(err) {
			t.Errorf("%v is taken for an absence", err)
		}
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made")
	name := filepath.Join(dir, "file")
	for _, text := range []string{"one", "another"} {
		if err := Replace(name, []byte(text), 0o640, Replacing{}); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(name); err != nil || string(data) != text {
			t.Errorf("%q, %v", data, err)
		}
	}
	if info, err := os.Stat(name); err != nil || info.Mode() != 0o640 && runtime.GOOS != "windows" {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if names := namesIn(t, dir); !slices.Equal(names, []string{"file"}) {
		t.Errorf("left behind: %q", names)
	}
}

// TestReplaceSteps cuts a replacement short before each step: the file is as it
// was, or complete, and nothing else is left.
func TestReplaceSteps(t *testing.T) {
	t.Parallel()
	want := []string{"create", "write", "sync", "rename", "syncdir"}
	for i := range len(want) + 1 {
		dir, temp := t.TempDir(), t.TempDir()
		name := write(t, filepath.Join(dir, "file"), "old")
		var steps []string
		cut := errors.New("cut")
		err := Replace(name, []byte("new"), 0o600, Replacing{
			Temp:    filepath.Join(temp, "lock.*"),
			Durable: true,
			Ready: func(f *os.File) error {
				if info, err := f.Stat(); err != nil || info.Size() != 3 || filepath.Dir(f.Name()) != temp {
					t.Errorf("ready: %s, %v", f.Name(), err)
				}
				return nil
			},
			Step: func(step string, do func() error) error {
				if steps = append(steps, step); len(steps) == i+1 {
					return cut
				}
				return do()
			},
		})
		if !slices.Equal(steps, want[:min(i+1, len(want))]) || errors.Is(err, cut) != (i < len(want)) {
			t.Errorf("%d: %q, %v", i, steps, err)
		}
		text := "old"
		if i >= slices.Index(want, "syncdir") {
			text = "new"
		}
		if data, err := os.ReadFile(name); err != nil || string(data) != text {
			t.Errorf("cut before step %d: %q, %v", i, data, err)
		}
		if names := slices.Concat(namesIn(t, dir), namesIn(t, temp)); !slices.Equal(names, []string{"file"}) {
			t.Errorf("cut before step %d: left behind: %q", i, names)
		}
	}
}

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestDivide(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 1000} {
		got := make([]int32, n)
		var workers atomic.Int32
		err := Divide(t.Context(), n, func(part iter.Seq[int]) error {
			workers.Add(1)
			for i := range part {
				atomic.AddInt32(&got[i], 1)
			}
			return nil
		})
		if err != nil || slices.ContainsFunc(got, func(times int32) bool { return times != 1 }) {
			t.Errorf("%d: %v, %v", n, got, err)
		}
		if int(workers.Load()) > min(n, runtime.GOMAXPROCS(0)) {
			t.Errorf("%d: %d workers", n, workers.Load())
		}
	}
}

func TestDivideEnds(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad")
	ctx, cancel := context.WithCancelCause(t.Context())
	for _, test := range []struct {
		name string
		do   func(i int) error
		want error
	}{
		{"an error", func(i int) error {
			if i == 10 {
				return bad
			}
			return nil
		}, bad},
		{"the context", func(i int) error {
			if i == 10 {
				cancel(io.ErrNoProgress)
			}
			return nil
		}, io.ErrNoProgress},
	} {
		var done atomic.Int64
		err := Divide(ctx, math.MaxInt, func(part iter.Seq[int]) error { // would take for ever
			for i := range part {
				done.Add(1)
				if err := test.do(i); err != nil {
					return err
				}
			}
			return nil
		})
		if !errors.Is(err, test.want) || done.Load() < 11 {
			t.Errorf("%s: %v after %d", test.name, err, done.Load())
		}
	}
}

func TestOnPath(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes as on Unix")
	}
	dir := t.TempDir()
	var dirs []string
	for name, mode := range map[string]fs.FileMode{"a": 0o755, "b": 0o644, "c": 0o755} {
		if err := errors.Join(os.Mkdir(filepath.Join(dir, name), 0o755), os.WriteFile(filepath.Join(dir, name, "tool"), nil, mode)); err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, filepath.Join(dir, name))
	}
	slices.Sort(dirs)
	path := strings.Join(append([]string{"", ".", "none", dir}, dirs...), string(filepath.ListSeparator))
	want := []string{filepath.Join(dir, "a", "tool"), filepath.Join(dir, "c", "tool")}
	if got := slices.Collect(OnPath(path, "tool")); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := FirstOnPath(path, "tool"); got != want[0] {
		t.Errorf("%q, want %q", got, want[0])
	}
	if got := FirstOnPath(path, "other"); got != "" {
		t.Errorf("found %q", got)
	}
}

// TestCapped writes by io.Copy, as os/exec does, which takes a short cut through
// a ReadFrom if there is one.
func TestCapped(t *testing.T) {
	t.Parallel()
	for length, over := range map[int]bool{0: false, 9: false, 10: false, 11: true, 1 << 20: true} {
		c := &Capped{Limit: 10}
		n, err := io.Copy(c, struct{ io.Reader }{strings.NewReader(strings.Repeat("x", length))})
		if int(n) != length || err != nil || c.Over() != over || len(c.Bytes()) != min(length, 10) || len(c.String()) != min(length, 10) {
			t.Errorf("%d bytes: took %d, kept %q, over %v, %v", length, n, c, c.Over(), err)
		}
	}
}
