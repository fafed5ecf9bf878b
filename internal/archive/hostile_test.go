package archive

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/archive/hostile"
	"github.com/gosw/gosw/internal/goroot"
)

// A fenced is a staging directory between things that nobody may touch.
type fenced struct {
	outer   string
	staging string
	before  string
}

func newFenced(t testing.TB) *fenced {
	t.Helper()
	g := &fenced{outer: t.TempDir()}
	g.staging = filepath.Join(g.outer, "a", "staging")
	for _, name := range []string{"x", "target/secret", "a/x", "a/target/secret", "a/etc/x", "etc/x"} {
		name = filepath.Join(g.outer, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte("untouched"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(g.staging, 0o755); err != nil {
		t.Fatal(err)
	}
	g.before = g.outside(t)
	return g
}

// outside lists all that is not staging: names, modes, times, contents.
func (g *fenced) outside(t testing.TB) string {
	t.Helper()
	var list strings.Builder
	err := filepath.WalkDir(g.outer, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == g.staging {
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(&list, name, info.Mode(), info.ModTime().UnixNano())
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(name)
			fmt.Fprintf(&list, "%q\n", data)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.String()
}

func (g *fenced) check(t testing.TB) {
	t.Helper()
	if after := g.outside(t); after != g.before {
		t.Errorf("outside the staging directory:\nbefore %s\nafter %s", g.before, after)
	}
	err := filepath.WalkDir(g.staging, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !d.Type().IsRegular() {
			t.Errorf("%s is %v", name, d.Type())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// unpackCase unpacks data into dir with the function for its format.
func unpackCase(t testing.TB, f hostile.Format, data []byte, dir string) ([]byte, error) {
	t.Helper()
	format := map[hostile.Format]Format{hostile.ModuleZip: ModuleZip, hostile.DistZip: DistZip, hostile.TarGz: DistTarGz}[f]
	return format.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), toyPrefix, rootAt(t, dir))
}

// checkUnpacked compares a tree with its sums: files, contents, modes, and no
// directory that has no file.
func checkUnpacked(t testing.TB, dir string, sums []byte) {
	t.Helper()
	want := make(map[string]string)
	for line := range strings.Lines(string(sums)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		rest, below := strings.CutPrefix(name, toyPrefix)
		if !ok || !below {
			t.Errorf("line %q of the sums", line)
		}
		want[goroot.Path(rest)] = sum
	}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.IsDir() {
			if entries, err := os.ReadDir(name); err != nil || len(entries) == 0 && len(want) > 0 {
				t.Errorf("%s is empty (%v)", rel, err)
			}
			return nil
		}
		if runtime.GOOS != "windows" && info.Mode() != goroot.Mode(rel) {
			t.Errorf("%s: mode %v, want %v", rel, info.Mode(), goroot.Mode(rel))
		}
		data, err := os.ReadFile(name)
		if got := fmt.Sprintf("%x", sha256.Sum256(data)); got != want[rel] {
			t.Errorf("%s: sum %s, want %q", rel, got, want[rel])
		}
		delete(want, rel)
		return err
	})
	if err != nil || len(want) > 0 {
		t.Errorf("%v; missing: %v", err, want)
	}
}

// written returns the bytes of all files below dir.
func written(t testing.TB, dir string) (total int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

// TestHostile unpacks the whole corpus. It is not parallel, since it measures
// what each archive makes us allocate.
func TestHostile(t *testing.T) {
	const (
		maxTime    = time.Minute // of the processor, whatever else that has to do
		maxMemory  = 96 << 20
		maxWritten = 24 << 20
	)
	for i, c := range hostile.Corpus() {
		if testing.Short() && i%8 != 0 { // with the race detector, as in internal/cli
			continue
		}
		t.Run(string(c.Format)+"/"+c.Name, func(t *testing.T) {
			data := c.Build()
			g := newFenced(t)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := cpuTime(t)
			sums, err := unpackCase(t, c.Format, data, g.staging)
			took := cpuTime(t) - start
			runtime.ReadMemStats(&after)
			g.check(t)
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > maxMemory || took > maxTime {
				t.Errorf("took %v and %d bytes", took, allocated)
			}
			if n := written(t, g.staging); n > maxWritten {
				t.Errorf("%d bytes written", n)
			}
			if c.Want == "" {
				if err != nil {
					t.Fatal(err)
				}
				checkUnpacked(t, g.staging, sums)
				return
			}
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.Want) || sums != nil {
				t.Fatalf("err = %v, want ArchiveError with %q", err, c.Want)
			}
			if format := map[bool]string{true: "tar.gz file", false: "zip file"}[c.Format == hostile.TarGz]; e.Format != format {
				t.Errorf("format %q, want %q", e.Format, format)
			}
			if text := err.Error(); strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) || len(text) > 600 {
				t.Errorf("not fit for a terminal: %q", text)
			}
		})
	}
}
