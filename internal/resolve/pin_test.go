package resolve

import (
	"errors"
	"os"
	"runtime"
	"slices"
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
	{"conflict", pinFile, "<<<<<<< Updated upstream\n1.22\n=======\n1.23\n>>>>>>> x\n", "", 1, "merge conflict"},
	{"conflict, a mark that looks like a constraint", pinFile, "1.22\n=======\n", "", 2, "merge conflict"},
	{"tools", tools, "nodejs 20\ngolang 1.22.5\n", "1.22.5", 2, ""},
	{"tools, go", tools, "go\t1.22.5 # x\n", "1.22.5", 1, ""},
	{"tools, none", tools, "golangci-lint 1.60\n# golang 1\n", "", 0, ""},
	{"tools, the same twice", tools, "golang 1.22.0\ngo go1.22.0\n", "1.22.0", 1, ""},
	{"tools, two", tools, "golang 1.22\ngo 1.21\n", "", 2, "a second version"},
	{"tools, no version", tools, "\ngolang\n", "", 2, "no version given"},
	{"tools, several", tools, "golang 1.22 x system\n", "", 1, "not a Go version"},
	{"tools, fallbacks", tools, "golang 1.22\t1.21.5  system\n", "1.22 1.21.5 system", 1, ""},
	{"tools, a constraint", tools, "golang ~> 1.22.3\n", "~> 1.22.3", 1, ""},
	{"tools, as mise", tools, "core:go 1.22\n", "1.22", 1, ""},
	{"tools, of mise, no go", tools, "go:example.org/tool 1.22\n", "", 0, ""},
	{"tools, near names", tools, "go-sdk 1\ngofumpt 2\ngolang-migrate 3\ngolangci-lint 4\ngo_x 5\n", "", 0, ""},
	{"tools, colon", tools, "nodejs 20\ngolang: 1.22\n", "", 2, "is not asdf's form"},
	{"tools, equals sign", tools, "golang=1.22\n", "", 1, "is not asdf's form"},
	{"tools, at sign", tools, "go@1.22\n", "", 1, "is not asdf's form"},
	{"tools, as mise, at sign", tools, "core:go@1.22\n", "", 1, "is not asdf's form"},
	{"tools, no-break space", tools, "golang\u00a01.22\n", "", 1, "is not asdf's form"},
	{"tools, a path", tools, "golang path:/opt/go\n", "", 1, "not a Go version"},
	{"tools, conflict", tools, "<<<<<<< HEAD\ngolang 1.22\n=======\ngolang 1.23\n>>>>>>> x\n", "", 3, "merge conflict"},
	{"tools, conflict of others", tools, "golang 1.22\n<<<<<<< HEAD\nnodejs 20\n=======\nnodejs 22\n>>>>>>> x\n", "1.22", 1, ""},
	{"mise", mise, "[tools]\nnode = \"20\"\ngo = \"1.22\"\n", "1.22", 3, ""},
	{"mise, list", mise, "[tools]\ngo = [\"1.22\", '1.21.5', ]\n", "1.22 1.21.5", 2, ""},
	{"mise, list over lines", mise, "[tools]\ngo = [ # which\n  \"1.22\", # this\n]\n", "1.22", 2, ""},
	{"mise, table", mise, "[tools]\ngo = { version = \"1.22\", os = [\"linux\"] }\n", "1.22", 2, ""},
	{"mise, table below", mise, "[tools.go]\nversion = \"1.22\"\n", "1.22", 2, ""},
	{"mise, dotted", mise, "tools.go = '1.22'\n", "1.22", 1, ""},
	{"mise, quoted", mise, "[ \"tools\" ]\n'core:go' = '1.22' # x\n", "1.22", 2, ""},
	{"mise, inline", mise, "tools = { node = \"20\", golang = \"1.22\" }", "1.22", 1, ""},
	{"mise, no go", mise, "[tools]\nnode = \"20\"\n[env]\ngo = \"1.22\"\n", "", 0, ""},
	{"mise, other go", mise, "[tools]\n\"go:example.org/tool\" = \"latest\"\n", "", 0, ""},
	{"mise, in a text", mise, "[tasks.x]\nrun = \"\"\"\n[tools]\ngo = \"1.21\"\\\"\"\"\"\"\"\"\n[tools]\ngo = '1.22'\n", "1.22", 6, ""},
	{"mise, in a raw text", mise, "x = '''\n[tools]\ngo = '1.21'\n'''\n", "", 0, ""},
	{"mise, in a comment", mise, "# [tools]\n# go = '1.21'\n", "", 0, ""},
	{"mise, other values", mise, "a = 1\nb = 2020-01-02 03:04:05\nc = [[1, 2], [{go = \"x\"}]]\n[[d]]\ngo = true\n[tools]\ngo = '1.22'\n", "1.22", 7, ""},
	{"mise, latest", mise, "[tools]\ngo = 'latest'\n", "latest", 2, ""},
	{"mise, number", mise, "[tools]\ngo = 1.20\n", "", 2, "neither a string nor a list"},
	{"mise, prefix", mise, "[tools]\n\ngo = 'prefix:1.20'\n", "", 3, "not a Go version"},
	{"mise, no end", mise, "[tools]\ngo = '1.22\n", "", 2, "TOML"},
	{"mise, no value", mise, "[tools]\ngo =\n", "", 2, "TOML"},
	{"mise, no table", mise, "[tools\ngo = '1.22'\n", "", 1, "TOML"},
	{"mise, broken, no word of it", mise, "[tools\n", "", 0, ""},
}

var (
	tools = format{".tool-versions", toolVersions}
	mise  = format{"mise.toml", miseTools}
)

func TestParsePin(t *testing.T) {
	t.Parallel()
	for _, test := range pins {
		specs, line, err := parsePin([]byte(test.data), test.format)
		var words []string
		for _, spec := range specs {
			words = append(words, spec.String())
		}
		spec := strings.Join(words, " ")
		if spec != test.want || line != test.line || err == nil != (test.err == "") ||
			err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: %v, %d, %v; want %q, %d, %q", test.name, spec, line, err, test.want, test.line, test.err)
		}
	}
}

func FuzzParsePin(f *testing.F) {
	kinds := []format{pinFile, tools, mise}
	for _, test := range pins {
		kind := slices.IndexFunc(kinds, func(f format) bool { return f.name == test.format.name })
		f.Add([]byte(test.data), uint8(kind))
	}
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		specs, line, err := parsePin(data, kinds[int(kind)%len(kinds)])
		if lines := strings.Count(string(data), "\n") + 1; line < 0 || line > lines {
			t.Fatalf("line %d of %d", line, lines)
		}
		switch {
		case err != nil:
			if len(specs) > 0 || line == 0 {
				t.Errorf("%v, %d with %v", specs, line, err)
			}
		case len(specs) == 0:
			if line != 0 {
				t.Errorf("nothing in line %d", line)
			}
		default:
			for _, spec := range specs {
				if again, err := gover.ParseSpec(spec.String()); err != nil || again != spec {
					t.Errorf("%v becomes %v, %v", spec, again, err)
				}
			}
			if text := strings.Split(string(data), "\n")[line-1]; strings.TrimSpace(text) == "" {
				t.Errorf("%v in line %d, %q", specs, line, text)
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
	if err := os.Symlink("none", dir+"/dangling"); err != nil && runtime.GOOS == "windows" {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	if _, err := readSmall(dir + "/dangling"); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("a dangling link: %v", err)
	}
}
