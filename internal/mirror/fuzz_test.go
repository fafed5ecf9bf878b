package mirror

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whatever a file is, it is refused as a bundle, or what it has can be read within its bounds.
func FuzzOpenBundle(f *testing.F) {
	var seed bytes.Buffer
	tw := tar.NewWriter(&seed)
	for _, file := range [][2]string{{"golang.org/toolchain/@v/v0.0.1-go1.22.4.linux-amd64.zip", "PK"}, {"sumdb/x/supported", ""}, {sumsName, "x\n"}} {
		if err := tw.WriteHeader(headerOf(file[0], int64(len(file[1])))); err != nil {
			f.Fatal(err)
		}
		if _, err := io.WriteString(tw, file[1]); err != nil {
			f.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(0), uint16(0), []byte{})
	f.Add(uint16(124), uint16(11), []byte("77777777777")) // a size
	f.Add(uint16(700), uint16(65535), []byte{})
	f.Fuzz(func(t *testing.T, at, cut uint16, put []byte) {
		from := min(int(at), seed.Len())
		data := slices.Concat(seed.Bytes()[:from], put, seed.Bytes()[min(from+int(cut), seed.Len()):])
		file := filepath.Join(t.TempDir(), "x.tar")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := OpenBundle(file)
		if err != nil {
			return
		}
		defer func() { _ = b.Close() }()
		b.Releases()
		for name, member := range b.files {
			r, err := b.Open(strings.TrimPrefix(filepath.ToSlash(file), "/") + "/" + name)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := io.Copy(io.Discard, r.(io.Reader)); err != nil || n > member.size || n > int64(len(data)) {
				t.Errorf("%s: %d bytes of %d, %v", name, n, member.size, err)
			}
		}
	})
}
