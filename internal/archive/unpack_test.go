package archive

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gosw/gosw/internal/archive/hostile"
)

// sound returns the archive of the corpus that is as Go ships them.
func sound(t testing.TB, f hostile.Format) []byte {
	t.Helper()
	for _, c := range hostile.Corpus() {
		if c.Format == f && c.Name == "sound" {
			return c.Build()
		}
	}
	t.Fatalf("no sound %s", f)
	return nil
}

var formats = []hostile.Format{hostile.ModuleZip, hostile.DistZip, hostile.TarGz}

// The sums are those of the module zip, whatever the archive is.
func TestSameSums(t *testing.T) {
	t.Parallel()
	zip, err := unpackCase(t, hostile.ModuleZip, sound(t, hostile.ModuleZip), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	tar, err := unpackCase(t, hostile.TarGz, sound(t, hostile.TarGz), t.TempDir())
	if err != nil || !bytes.Equal(zip, tar) {
		t.Errorf("%v; zip:\n%star.gz:\n%s", err, zip, tar)
	}
	dist, err := unpackCase(t, hostile.DistZip, sound(t, hostile.DistZip), t.TempDir())
	var rest strings.Builder
	for line := range strings.Lines(string(dist)) {
		if !strings.HasSuffix(line, "/bin/go.exe\n") {
			rest.WriteString(line)
		}
	}
	if err != nil || rest.String() != string(zip) {
		t.Errorf("%v; module zip:\n%sdist zip:\n%s", err, zip, dist)
	}
}

// Whatever stands in the directory already is neither overwritten nor followed.
func TestPlantedLinks(t *testing.T) {
	t.Parallel()
	for _, f := range formats {
		for _, planted := range []string{"VERSION", "src", "bin/go"} {
			g := newFenced(t)
			link := filepath.Join(g.staging, filepath.FromSlash(planted))
			target := filepath.Join(g.outer, "target")
			if planted != "src" {
				target = filepath.Join(target, "secret")
			}
			if err := errors.Join(os.MkdirAll(filepath.Dir(link), 0o755), os.Symlink(target, link)); err != nil {
				t.Fatal(err)
			}
			if _, err := unpackCase(t, f, sound(t, f), g.staging); err == nil {
				t.Errorf("%s: %s: unpacked", f, planted)
			}
			if after := g.outside(t); after != g.before {
				t.Errorf("%s: %s: outside the staging directory:\nbefore %s\nafter %s", f, planted, g.before, after)
			}
		}
	}
}

// An archive that is cut off anywhere is refused, wherever that is.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	for _, f := range formats {
		whole := sound(t, f)
		for n := 0; n < len(whole); n += 1 + rand.IntN(stride()) {
			_, err := unpackCase(t, f, whole[:n], t.TempDir())
			if e := (*Error)(nil); !errors.As(err, &e) {
				t.Errorf("%s: %d of %d bytes: %v", f, n, len(whole), err)
			}
		}
	}
}

// A bit that is turned is found, or changes nothing that counts, such as a
// permission.
func TestFlipAnywhere(t *testing.T) {
	t.Parallel()
	for _, f := range formats {
		whole := sound(t, f)
		want, err := unpackCase(t, f, whole, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		for i := rand.IntN(stride()); i < len(whole); i += 1 + rand.IntN(stride()) {
			sums, err := unpackCase(t, f, flip(whole, i), t.TempDir())
			if e := (*Error)(nil); err != nil && !errors.As(err, &e) {
				t.Errorf("%s: bit in byte %d: %v", f, i, err)
			}
			if err == nil && !bytes.Equal(sums, want) {
				t.Errorf("%s: bit in byte %d: sums\n%s", f, i, sums)
			}
		}
	}
}

// stride is up to how many bytes lie between two that a test tries. Each run
// tries others.
func stride() int {
	if testing.Short() {
		return 40
	}
	return 5
}

// An error of the source is not the archive's.
func TestSourceError(t *testing.T) {
	t.Parallel()
	data := sound(t, hostile.TarGz)
	lost := fmt.Errorf("connection lost: %w", io.ErrUnexpectedEOF)
	for n := 0; n < len(data); n += 1 + rand.IntN(stride()) {
		src := io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(lost))
		sums, err := UnpackDistTarGz(t.Context(), src, toyPrefix, rootAt(t, t.TempDir()))
		if err != lost || sums != nil { //nolint:errorlint // as it is, not wrapped
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

// endless is a tar.gz that goes on for ever, with what next writes.
func endless(t *testing.T, next func(w io.Writer, i int) error) io.Reader {
	t.Helper()
	r, w := io.Pipe()
	done := make(chan struct{})
	t.Cleanup(func() { _ = r.Close(); <-done })
	go func() {
		defer close(done)
		zw, err := gzip.NewWriterLevel(w, gzip.NoCompression)
		for i := 0; err == nil; i++ {
			err = next(zw, i)
		}
		_ = w.CloseWithError(err)
	}()
	return r
}

func TestEndless(t *testing.T) {
	t.Parallel()
	large := make([]byte, 4<<20)
	for name, test := range map[string]struct {
		next func(w io.Writer, i int) error
		want string
	}{
		"zeros":   {func(w io.Writer, _ int) error { _, err := w.Write(make([]byte, 64<<10)); return err }, "tar.gz file: 0 entries"},
		"files":   {func(w io.Writer, i int) error { return hostile.WriteEntry(w, fmt.Sprintf("go/src/%d", i), nil) }, "more than 50000 names"},
		"same":    {func(w io.Writer, _ int) error { return hostile.WriteEntry(w, "go/src/x", nil) }, "collides"},
		"leftOut": {func(w io.Writer, i int) error { return hostile.WriteEntry(w, fmt.Sprintf("go/test/%d", i), large) }, "tar.gz file: too large"},
	} {
		if testing.Short() && name == "files" { // 50,000 of them
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := UnpackDistTarGz(t.Context(), endless(t, test.next), toyPrefix, rootAt(t, t.TempDir()))
			if e := (*Error)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("err = %v, want %s", err, test.want)
			}
		})
	}
}

// Whoever gives up gets the reason back, and no goroutine stays.
func TestUnpackCanceled(t *testing.T) {
	before := runtime.NumGoroutine()
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	src := endless(t, func(w io.Writer, i int) error {
		if i == 100 {
			cancel(reason)
		}
		return hostile.WriteEntry(w, fmt.Sprintf("go/src/%d", i), make([]byte, 100_000))
	})
	if _, err := UnpackDistTarGz(ctx, src, toyPrefix, rootAt(t, t.TempDir())); !errors.Is(err, reason) {
		t.Errorf("err = %v, want %v", err, reason)
	}
	zip := sound(t, hostile.ModuleZip)
	if _, err := ModuleZip.Unpack(ctx, bytes.NewReader(zip), int64(len(zip)), toyPrefix, rootAt(t, t.TempDir())); !errors.Is(err, reason) {
		t.Errorf("err = %v, want %v", err, reason)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before+1 { // that which writes the source
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
