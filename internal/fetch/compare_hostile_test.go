//go:build unix

package fetch

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/tree"
)

// TestCompareHostile has trees that want to be followed, waited for or believed.
func TestCompareHostile(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	for name, test := range map[string]struct {
		damage func(t testing.TB, dir string)
		want   string
	}{
		"pipe": {func(t testing.TB, dir string) {
			remove(t, dir, "LICENSE")
			check(t, syscall.Mkfifo(filepath.Join(dir, "LICENSE"), 0o644))
		}, "type LICENSE (pipe)"},
		"further pipe": {func(t testing.TB, dir string) { check(t, syscall.Mkfifo(filepath.Join(dir, "src/pipe"), 0o644)) }, "extra src/pipe (pipe)"},
		"huge":         {func(t testing.TB, dir string) { check(t, os.Truncate(filepath.Join(dir, "LICENSE"), 1<<40)) }, "changed LICENSE"},
		"huge and more": {func(t testing.TB, dir string) {
			put(t, dir, "src/huge", "")
			check(t, os.Truncate(filepath.Join(dir, "src/huge"), 1<<40))
		}, "extra src/huge"},
		"deep": {func(t testing.TB, dir string) {
			check(t, os.MkdirAll(filepath.Join(dir, "src", strings.Repeat("d/", 1000)), 0o755))
			put(t, dir, "src/"+strings.Repeat("d/", 1000)+"x", "")
		}, "extra src" + strings.Repeat("/d", 64) + "/ (too deep)"},
		"hard link": {func(t testing.TB, dir string) {
			check(t, os.Link(filepath.Join(dir, "LICENSE"), filepath.Join(dir, "src/LICENSE")))
		}, "extra src/LICENSE"},
	} {
		dir := distTree(t, "go1.22.4")
		test.damage(t, dir)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		for way, options := range map[string]CompareOptions{"directory": {}, "full": {Full: true}} {
			a, err := c.Compare(ctx, openRoot(t, dir), options)
			if err != nil || a.OK() || !slices.Equal(lines(a), []string{test.want}) {
				t.Errorf("%s by %s: %v, %+v, want %q", name, way, err, a, test.want)
			}
		}
		if a, err := c.Import(ctx, openRoot(t, dir), openRoot(t, t.TempDir()), CompareOptions{}); err != nil || a.OK() {
			t.Errorf("import of %s: %v, %+v", name, err, a)
		}
		cancel()
	}
}

// TestCompareInjection has a file whose name has the line of another file in it, so
// that both together would make the text that the true h1 is the hash of.
func TestCompareInjection(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	dir := distTree(t, "go1.22.4")
	r := release.Release{Version: version(t, "1.22.4"), Platform: host}
	forged := fmt.Sprintf("src/fmt/print.go\n%x  %ssrc/internal/empty.go", sha256.Sum256(nil), r.Prefix())
	remove(t, dir, "src/fmt")
	remove(t, dir, "src/internal")
	put(t, dir, forged, "package fmt\n")
	walked, err := tree.Walk(t.Context(), openRoot(t, dir))
	check(t, err)
	check(t, walked.Hash(t.Context(), walked.Files, nil))
	sums := walked.Sums(nil)
	sums[forged] = sha256.Sum256([]byte("package fmt\n"))
	if tree.H1(tree.Format(r.Prefix(), sums)) != s.H1("1.22.4") {
		t.Fatal("the test does not make what it should refuse")
	}
	a, err := c.Compare(t.Context(), openRoot(t, dir), CompareOptions{})
	want := []string{"missing src/fmt/print.go", "extra " + forged, "missing src/internal/empty.go"}
	if err != nil || a.OK() || !slices.Equal(lines(a), want) {
		t.Errorf("%v, %+v", err, a)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestCompareStopped ends it from outside.
func TestCompareStopped(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	if _, err := newClient(t, s, nil).Compare(ctx, openRoot(t, distTree(t, "go1.22.4")), CompareOptions{}); !errors.Is(err, stop) {
		t.Errorf("comparison that was stopped: %v", err)
	}
}

// TestImportWhileChanging imports from a tree that somebody keeps changing: what
// is taken over is proven, or nothing is.
func TestImportWhileChanging(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	dir := distTree(t, "go1.22.4")
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				f, err := os.OpenFile(filepath.Join(dir, "LICENSE"), os.O_WRONLY, 0)
				if err == nil {
					_, _ = f.WriteAt([]byte("Do as you like.\n")[:1+i%2], 0)
					_, _ = f.WriteAt([]byte{"Dd"[i%2]}, 0)
					_ = f.Close()
				}
			}
		}
	}()
	proven := 0
	for range 40 {
		into := t.TempDir()
		a, err := c.Import(t.Context(), openRoot(t, dir), openRoot(t, into), CompareOptions{})
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(into, "LICENSE"))
		if err != nil || a.OK() != (string(data) == "Do as you like.\n") {
			t.Errorf("ok %v with %q, %v", a.OK(), data, err)
		}
		if a.OK() {
			proven++
		}
	}
	close(stop)
	<-done
	t.Logf("%d of 40 imports were proven", proven)
}
