package selfupdate

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/gosw/gosw/internal/sumdb"
)

const (
	sum  = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	good = "gosw v0.2.0\ngo1.26.8\nh1:x=\n" + sum + "  gosw_0.2.0_linux_amd64.tar.gz\n"
)

// TestParseNote has a row for each rule of the text.
func TestParseNote(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ from, to, want string }{
		{"", "", ""},
		{"v0.2.0", "v0.2.0-rc1", ""},
		{sum + "  gosw_0.2.0_linux_amd64.tar.gz\n", "", "too few lines"},
		{"gosw v", "gosw  v", "line 1"},
		{"gosw v0.2.0", "v0.2.0", "line 1"},
		{"v0.2.0", "v0.2", "line 1"},
		{"v0.2.0", "v0.2.0+dirty", "line 1"},
		{"go1.26.8", "1.26.8", "line 2"},
		{"go1.26.8", "go1.26.8 X:boringcrypto", "line 2"},
		{"h1:", "h2:", "line 3"},
		{"0123", "0x23", "line 4"},
		{"0123", "", "line 4"},
		{"  gosw_", " gosw_", "line 4"},
		{"  gosw_", "  ../gosw_", "line 4"},
		{"  gosw_", "  a/gosw_", "line 4"},
		{".tar.gz\n", ".tar.gz\n\n", "line 5"},
		{good, good + sum + "  gosw_0.2.0_linux_amd64.tar.gz\n", "line 5"},
	} {
		text := strings.Replace(good, test.from, test.to, 1)
		n, err := parseNote(text)
		if test.want == "" && (err != nil || !strings.HasPrefix(n.Version, "v0.2.0") || len(n.files) != 1) || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%q: %+v, %v, want %q", text, n, err, test.want)
		}
	}
}

func FuzzParseNote(f *testing.F) {
	f.Add(good)
	f.Fuzz(func(t *testing.T, text string) {
		n, err := parseNote(text)
		if err != nil {
			return
		}
		for name := range n.files {
			if strings.ContainsAny(name, "/\n") || name == "" {
				t.Errorf("a file is called %q", name)
			}
		}
	})
}

// TestOpenNote changes each byte of a signed note.
func TestOpenNote(t *testing.T) {
	t.Parallel()
	private, public, err := note.GenerateKey(rand.Reader, "gosw-release-test")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: good}, signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openNote(signed, []string{public}, "gosw"); err != nil {
		t.Error(err)
	}
	if _, err := openNote(signed, nil, "gosw"); !errors.Is(err, ErrNoKey) {
		t.Errorf("without keys: %v", err)
	}
	if _, err := openNote(signed, []string{public[1:]}, "gosw"); err == nil {
		t.Error("a damaged key is no error")
	}
	for i := range signed {
		data := append([]byte(nil), signed...)
		data[i] ^= 1
		_, err := openNote(data, []string{public}, "gosw")
		if err == nil && i > len(good)+100 { // the last letter of base64 has bits that mean nothing
			continue
		}
		if !errors.As(err, new(*sumdb.SecurityError)) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
}
