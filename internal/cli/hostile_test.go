package cli

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"github.com/gosw/gosw/internal/archive/hostile"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/settings"
)

// TestHostileInstall installs each archive of the corpus from a file whose
// SHA-256 the user vouches for, so that nothing but the archive's own form
// stands between it and the store: it is refused in one clear line, and nothing
// is left of it anywhere. Those that are sound are installed.
func TestHostileInstall(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(name, filepath.Join(home, strings.ToLower(name)))
	}
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	root := filepath.Join(home, "store")
	names := map[hostile.Format]string{
		hostile.ModuleZip: "go1.22.4.linux-amd64.zip", hostile.DistZip: "go1.22.4.windows-amd64.zip",
		hostile.TarGz: "go1.22.4.linux-amd64.tar.gz",
	}
	cases := hostile.Corpus()
	for i, c := range cases {
		if testing.Short() && i%10 != 0 {
			continue
		}
		t.Run(string(c.Format)+"/"+c.Name, func(t *testing.T) {
			data := c.Build()
			file := filepath.Join(t.TempDir(), names[c.Format])
			if err := os.WriteFile(file, data, 0o644); err != nil {
				t.Fatal(err)
			}
			platform := "linux/amd64"
			if c.Format == hostile.DistZip {
				platform = "windows/amd64"
			}
			gosw := func(args ...string) (int, string) {
				var stdout, stderr bytes.Buffer
				code := Main(t.Context(), settings.Invocation{
					Args: append(args, "--platform", platform), Stdout: &stdout, Stderr: &stderr, Stdin: strings.NewReader(""),
					Dir: os.Getwd, Dirs: dirsOf(home),
					Env: []string{"HOME=" + home, "GOSW_ROOT=" + root, "PATH=/usr/bin:/bin"},
				})
				return code, stdout.String() + stderr.String()
			}
			code, out := gosw("install", "--offline", "--sha256", fmt.Sprintf("%x", sha256.Sum256(data)), file)
			if c.Want == "" {
				if code != 0 {
					t.Fatalf("exit code %d: %s", code, out)
				}
				if code, out := gosw("verify"); code != 0 {
					t.Errorf("verify: exit code %d: %s", code, out)
				}
				if code, out := gosw("uninstall", "1.22.4"); code != 0 {
					t.Fatalf("uninstall: exit code %d: %s", code, out)
				}
			} else if code != failure.CodeFailed || !strings.HasPrefix(out, "gosw: ") || strings.Contains(out, "panic") {
				t.Errorf("exit code %d: %s", code, out)
			}
			if left := leftovers(t, home); len(left) > 0 {
				t.Errorf("left: %q", left)
			}
		})
	}
	if len(cases) < 80 {
		t.Errorf("%d archives", len(cases))
	}
}

// leftovers returns the files below home that an empty store does not have.
func leftovers(t *testing.T, home string) []string {
	t.Helper()
	var left []string
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "locks" {
			return fs.SkipDir
		}
		rel, _ := filepath.Rel(home, path)
		shim := filepath.Base(filepath.Dir(path)) == "bin" && slices.Contains([]string{"go", "gofmt", "gosw"}, d.Name())
		if !d.IsDir() && d.Name() != "format" && filepath.Ext(path) != ".lock" && !shim {
			left = append(left, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// dirsOf is what libraries say to a user whose home directory is home.
func dirsOf(home string) settings.Dirs {
	return settings.Dirs{Config: home + "/.config", Cache: home + "/.cache", State: home + "/.local/state", GoConfig: home + "/.config", GoCache: home + "/.cache", Temp: os.TempDir()}
}
