//go:build !windows

package shell

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestDirenvText compares the text with what is evaluated, byte for byte.
func TestDirenvText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		watch []string
		vars  []Var
		want  string
	}{
		{"nothing", nil, nil, ""},
		{"files", []string{"/a b", "/$(x)", "/it's"}, nil, "watch_file '/a b' '/$(x)' $'/it\\'s'\n"},
		{"variables", nil, []Var{{Name: "GOROOT", Unset: true}, {Name: "PATH", Value: "/a\n:/b"}}, "unset -v GOROOT\nexport PATH=$'/a\\012:/b'\n"},
	} {
		if got := Direnv(test.watch, test.vars); got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.name, got, test.want)
		}
	}
}

// FuzzDirenv has bash evaluate the text for whatever names and values, as the
// library does, and give them back.
func FuzzDirenv(f *testing.F) {
	for _, test := range quotes {
		f.Add(test.text, test.text)
	}
	f.Add("1.22; touch hacked", "$(touch hacked)\n`touch hacked`")
	path := program(f, "bash")
	f.Fuzz(func(t *testing.T, file, value string) {
		if len(file)+len(value) > 20_000 {
			return // longer than an argument may be when quoted
		}
		file, value = strings.ReplaceAll(file, "\x00", ""), strings.ReplaceAll(value, "\x00", "")
		text := Direnv([]string{file, "-"}, []Var{{Name: "GONE", Unset: true}, {Name: "GO_VERSION", Value: value}})
		script := `watch_file() { printf '%s\0' "$#" "$1"; }
__gosw_text=$(printf %s "$TEXT"); eval "$__gosw_text"; printf '%s\0' "$GO_VERSION" "${GONE-unset}"`
		for _, options := range []string{"-c", "-euc", "-fc"} {
			cmd := exec.Command(path, "--norc", options, script)
			cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "GONE=x", "TEXT="+text)
			got, err := cmd.CombinedOutput()
			if want := strings.Join([]string{"2", file, value, "unset", ""}, "\x00"); err != nil || string(got) != want {
				t.Fatalf("%q: %v, got %q, want %q", text, err, got, want)
			}
		}
	})
}

// TestDirenvLibrary checks the prologue, and that the file is known again.
func TestDirenvLibrary(t *testing.T) {
	t.Parallel()
	text := DirenvLibrary("/o'p/gosw")
	if got, ok := strings.CutSuffix(text, direnvLibrary); !ok || got != direnvMark+"__gosw_exe=$'/o\\'p/gosw'\n" {
		t.Errorf("prologue: %q", got)
	}
	if !IsDirenvLibrary(text) || IsDirenvLibrary(direnvLibrary) || IsDirenvLibrary("") {
		t.Error("a library is not told from other files")
	}
}
