package fetch

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"
	"time"
)

// What Go's own writer makes of a name that does not fit a header is accepted.
func TestShortens(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"go/test/fixedbugs/issue27836.dir/Þfoo.go",
		"go/test/" + strings.Repeat("a", 200),
		"go/test/" + strings.Repeat("a", 91) + "/" + strings.Repeat("b", 200), // the slash is the field's last byte
		"go/test/" + strings.Repeat("a", 92) + "/" + strings.Repeat("Þ", 20),
		"go/test/" + strings.Repeat("Þ/", 40) + "x",
		"go/test/" + strings.Repeat("Þ", 40) + "/",
	} {
		var out bytes.Buffer
		w := tar.NewWriter(&out)
		header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, ModTime: time.Unix(1, 0)}
		if strings.HasSuffix(name, "/") {
			header.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		blocks := out.Bytes()
		h, err := parseTarHeader(blocks[:blockSize])
		if err != nil || h.kind != tarPAX {
			t.Fatalf("%s: %+v, %v", name, h, err)
		}
		full, err := parsePAX(blocks[blockSize:][:h.size])
		if err != nil || full != name {
			t.Errorf("%s: %q, %v", name, full, err)
		}
		if h, err = parseTarHeader(blocks[len(blocks)-blockSize:]); err != nil || !shortens(h.name, full) {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
	}
	if shortens("go/test/foo.go", "go/test/bar.go") || shortens("go/test", "go/test/x") || shortens("", "go/test") {
		t.Error("another name is taken for the beginning")
	}
}
