package archive

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/archive/hostile"
)

// FuzzZip unpacks any bytes as a module zip and as one of go.dev/dl.
func FuzzZip(f *testing.F) {
	addCorpus(f, hostile.ModuleZip, hostile.DistZip)
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzUnpack(t, hostile.ModuleZip, data)
		fuzzUnpack(t, hostile.DistZip, data)
	})
}

// FuzzTarGz unpacks any bytes as a tar.gz of go.dev/dl.
func FuzzTarGz(f *testing.F) {
	addCorpus(f, hostile.TarGz)
	f.Fuzz(func(t *testing.T, data []byte) { fuzzUnpack(t, hostile.TarGz, data) })
}

// FuzzTar does the same with what a tar.gz has inside: no fuzzer finds a way
// through gzip's checksum.
func FuzzTar(f *testing.F) {
	for _, c := range hostile.Corpus() {
		if c.Format != hostile.TarGz || strings.HasPrefix(c.Name, "bomb") {
			continue
		}
		if tar, ok := hostile.Gunzip(c.Build(), 64<<10); ok {
			f.Add(tar)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { fuzzUnpack(t, hostile.TarGz, hostile.Gzip(data)) })
}

// addCorpus adds what is small: a fuzzer gets nowhere with megabytes.
// The bombs have a test that measures them.
func addCorpus(f *testing.F, formats ...hostile.Format) {
	for _, c := range hostile.Corpus() {
		if !slices.Contains(formats, c.Format) || strings.HasPrefix(c.Name, "bomb") {
			continue
		}
		if data := c.Build(); len(data) < 64<<10 {
			f.Add(data)
		}
	}
}

// fuzzUnpack checks that data is refused, or unpacked as its sums say, and
// that nothing happens outside, whatever it is.
func fuzzUnpack(t *testing.T, format hostile.Format, data []byte) {
	t.Helper()
	g := newFenced(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sums, err := unpackCase(t, format, data, g.staging)
	runtime.ReadMemStats(&after)
	g.check(t)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 64<<20 {
		t.Errorf("%d bytes allocated", allocated)
	}
	if err == nil {
		checkUnpacked(t, g.staging, sums)
		return
	}
	if e := (*Error)(nil); !errors.As(err, &e) {
		t.Errorf("err = %v, want ArchiveError", err)
	}
	if n := written(t, g.staging); n > ratioFrom+maxRatio*int64(len(data)) {
		t.Errorf("%d bytes written from %d", n, len(data))
	}
}
