package resolve

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

var pins = []struct {
	name   string
	format format
	data   string
	want   string // "" for none
	line   int
	err    string
}{
	{"plain", pinFile, "1.22.5\n", "1.22.5", 1, ""},
	{"no newline", pinFile, "1.22", "1.22", 1, ""},
	{"CRLF", pinFile, "1.22\r\n", "1.22", 1, ""},
	{"mark", pinFile, "\ufeff1.22\n", "1.22", 1, ""},
	{"comments", pinFile, "# a\n\n\t1.22 # b\n#c", "1.22", 3, ""},
	{"constraint", pinFile, "~> 1.22\n", "~> 1.22", 1, ""},
	{"empty", pinFile, "", "", 0, ""},
	{"blank", pinFile, "\n \t\n# x\n", "", 0, ""},
	{"two", pinFile, "1.22\n\n1.22\n", "", 3, "a second version"},
	{"nonsense", pinFile, "\n../x\n", "", 2, "not a Go version"},
	{"UTF-16", pinFile, "\xff\xfe1\x00", "", 1, "UTF-16"},
	{"UTF-16, big end first", pinFile, "\xfe\xff\x001", "", 1, "UTF-16"},
	{"two marks", pinFile, "\ufeff\ufeff1.22\n", "", 1, "not a Go version"},
	{"form feed", pinFile, "\f1.22\n", "", 1, "not a Go version"},
	{"CR inside", pinFile, "1.22\r\r\n", "", 1, "not a Go version"},
	{"tools", toolVersions, "nodejs 20\ngolang 1.22.5\n", "1.22.5", 2, ""},
	{"tools, go", toolVersions, "go\t1.22.5 # x\n", "1.22.5", 1, ""},
	{"tools, none", toolVersions, "golangci-lint 1.60\n# golang 1\n", "", 0, ""},
	{"tools, the same twice", toolVersions, "golang 1.22.0\ngo go1.22.0\n", "1.22.0", 1, ""},
	{"tools, two", toolVersions, "golang 1.22\ngo 1.21\n", "", 2, "a second version"},
	{"tools, no version", toolVersions, "\ngolang\n", "", 2, "no version given"},
	{"tools, fallbacks", toolVersions, "golang 1.22 system\n", "", 1, "not a Go version"},
}

func TestParsePin(t *testing.T) {
	t.Parallel()
	for _, test := range pins {
		spec, line, err := parsePin([]byte(test.data), test.format)
		if spec.String() != test.want || line != test.line || err == nil != (test.err == "") ||
			err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: %v, %d, %v; want %q, %d, %q", test.name, spec, line, err, test.want, test.line, test.err)
		}
	}
}

func FuzzParsePin(f *testing.F) {
	for _, test := range pins {
		f.Add([]byte(test.data), test.format.name == pinFile.name)
	}
	f.Fuzz(func(t *testing.T, data []byte, isPin bool) {
		format := toolVersions
		if isPin {
			format = pinFile
		}
		spec, line, err := parsePin(data, format)
		if lines := strings.Count(string(data), "\n") + 1; line < 0 || line > lines {
			t.Fatalf("line %d of %d", line, lines)
		}
		switch {
		case err != nil:
			if spec.Kind() != 0 || line == 0 {
				t.Errorf("%v, %d with %v", spec, line, err)
			}
		case spec.Kind() == 0:
			if line != 0 {
				t.Errorf("nothing in line %d", line)
			}
		default:
			if again, err := gover.ParseSpec(spec.String()); err != nil || again != spec {
				t.Errorf("%v becomes %v, %v", spec, again, err)
			}
			if text := strings.Split(string(data), "\n")[line-1]; strings.TrimSpace(text) == "" {
				t.Errorf("%v in line %d, %q", spec, line, text)
			}
		}
	})
}

func TestReadSmall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, size int) string {
		if err := os.WriteFile(dir+"/"+name, make([]byte, size), 0o644); err != nil {
			t.Fatal(err)
		}
		return dir + "/" + name
	}
	if data, err := readSmall(write("largest", maxPin)); err != nil || len(data) != maxPin {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if _, err := readSmall(write("larger", maxPin+1)); err == nil || missing(err) {
		t.Errorf("one byte too many: %v", err)
	}
	if _, err := readSmall(dir); err == nil || missing(err) {
		t.Errorf("a directory: %v", err)
	}
	for _, file := range []string{dir + "/none", dir + "/largest/below"} {
		if _, err := readSmall(file); !missing(err) {
			t.Errorf("%s: %v", file, err)
		}
	}
	if err := os.Symlink("none", dir+"/dangling"); err != nil {
		t.Skip(err)
	}
	if _, err := readSmall(dir + "/dangling"); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("a dangling link: %v", err)
	}
}
