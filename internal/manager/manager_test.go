package manager

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestTrees has a row per place in which a manager keeps toolchains.
func TestTrees(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		variable, value, dir string // below the home directory
		manager              string // "" if it is not found
	}{
		{"", "", ".goenv/versions/1.22.5", "goenv"},
		{"GOENV_ROOT", "x", "x/versions/1.22.5", "goenv"},
		{"GOENV_ROOT", "x", ".goenv/versions/1.22.5", "goenv"}, // left behind
		{"", "", ".gvm/gos/go1.22.5", "gvm"},
		{"", "", ".gvm/gos/system", ""},
		{"GVM_ROOT", "x", "x/gos/go1.22.5", "gvm"},
		{"", "", ".asdf/installs/golang/1.22.5/go", "asdf"},
		{"", "", ".asdf/installs/nodejs/22/go", ""},
		{"ASDF_DATA_DIR", "x", "x/installs/golang/1.22.5/go", "asdf"},
		{"", "", ".local/share/mise/installs/go/1.22.5", "mise"},
		{"", "", ".local/share/mise/installs/go/1.22.5/go", "mise"}, // before 2024
		{"MISE_DATA_DIR", "x", "x/installs/go/1.22.5", "mise"},
		{"", "", ".g/versions/1.22.5", "g"},
		{"G_HOME", "x", "x/versions/1.22.5", "g"},
		{"", "", ".gobrew/versions/1.22.5/go", "gobrew"},
		{"GOBREW_ROOT", "x", "x/.gobrew/versions/1.22.5/go", "gobrew"},
		{"", "", ".version-fox/cache/golang/v-1.22.5/golang-1.22.5", "vfox"},
		{"", "", ".vfox/cache/golang/v-1.22.5/golang-1.22.5", "vfox"},
		{"VFOX_HOME", "x", "x/cache/golang/v-1.22.5/golang-1.22.5", "vfox"},
		{"", "", ".proto/tools/go/1.22.5", "proto"},
		{"PROTO_HOME", "x", "x/tools/go/1.22.5", "proto"},
		{"", "", ".go/go1.22.5", "goup"},
		{"", "", ".gimme/versions/go1.22.5.linux.amd64", "gimme"},
		{"", "", "sdk/go1.22.5", "golang.org/dl"},
		{"", "", "go/sdk/go1.22.5", "GoLand"},
		{"", "", "go/pkg/mod/golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64", ModuleCache},
		{"", "", ".other/versions/1.22.5", ""},
	} {
		home, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		home = filepath.Join(home, "with [blank]") // which a pattern must not take for its own
		dir := filepath.Join(home, filepath.FromSlash(test.dir))
		if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o755); err != nil {
			t.Fatal(err)
		}
		getenv := func(name string) string {
			if name == test.variable && name != "" {
				return filepath.Join(home, test.value)
			}
			return ""
		}
		var want []Tree
		if test.manager != "" {
			want = []Tree{{test.manager, dir}}
		}
		if got := Trees(home, filepath.Join(home, "go", "pkg", "mod"), getenv); !slices.Equal(got, want) {
			t.Errorf("%s=%s %s: got %v, want %v", test.variable, test.value, test.dir, got, want)
		}
	}
}

// TestTreesOnce finds a directory once, whatever links lead to it, and no other.
func TestTreesOnce(t *testing.T) {
	t.Parallel()
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(home, ".local/share/mise/installs/go")
	for _, name := range []string{filepath.Join(dir, "1.22.5", "bin"), filepath.Join(home, ".g/versions"), filepath.Join(home, "sdk/go1.19")} {
		if err := os.MkdirAll(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		filepath.Join(dir, "1.22"): "1.22.5", filepath.Join(dir, "latest"): "./1.22.5", filepath.Join(dir, "gone"): "1.21.1",
		filepath.Join(home, ".g/versions/1.22.5"): filepath.Join(dir, "1.22.5"),
	} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	want := []Tree{{"mise", filepath.Join(dir, "1.22.5")}}
	if got := Trees(home, "", func(string) string { return "relative" }); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Trees("relative", "", func(string) string { return "" }); got != nil {
		t.Errorf("without a home: %v", got)
	}
}
