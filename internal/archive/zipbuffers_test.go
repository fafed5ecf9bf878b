package archive

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"testing"
)

// However many readers there are, and however large the entries: two have a
// large buffer, the others do with a small one, and all read the same.
func TestLargeBuffers(t *testing.T) {
	t.Parallel()
	content := make([]byte, 2<<20)
	_, _ = rand.Read(content)
	data := packZip(t, func(zw *zip.Writer) {
		for i := range 5 {
			w, err := zw.Create(fmt.Sprintf("%sf%d", toyPrefix, i))
			if err == nil {
				_, err = w.Write(content)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	a, err := OpenModuleZip(bytes.NewReader(data), int64(len(data)), toyPrefix)
	if err != nil {
		t.Fatal(err)
	}
	shared := newLargeBuffers()
	readers := make([]*zipReader, len(a.Entries))
	for i := range a.Entries {
		readers[i] = newZipReader(shared)
		if err := readers[i].open(&a.Entries[i].zip); err != nil {
			t.Fatal(err)
		}
		if large := readers[i].large != nil; large != (i < 2) || cap(readers[i].packed) > maxSmall {
			t.Errorf("reader %d: large buffer %v, small one of %d bytes", i, large, cap(readers[i].packed))
		}
	}
	for i, zr := range readers {
		if got, err := io.ReadAll(zr); err != nil || !bytes.Equal(got, content) {
			t.Errorf("reader %d: %d bytes, %v", i, len(got), err)
		}
	}
	if len(shared) != cap(shared) {
		t.Errorf("%d of %d buffers came back", len(shared), cap(shared))
	}
}
