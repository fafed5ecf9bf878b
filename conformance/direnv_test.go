//go:build !windows

package conformance_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/shell"
)

// TestDirenv runs the suite through "use gosw" with the real direnv. The .envrc
// stands in the root of the case and changes to the working directory: direnv 2.32
// itself never ends in a directory whose name has a backslash or brackets, and does
// not come back to one whose name ends in a newline.
func TestDirenv(t *testing.T) {
	t.Parallel()
	direnv, err := exec.LookPath("direnv")
	check(t, err) // a machine without direnv must not pass for one that conforms
	built := build(t)
	for topic, cases := range readSuite(t) {
		for _, c := range cases {
			if c.unreadable() && os.Getuid() <= 0 {
				continue // root reads everything
			}
			t.Run(topic+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, c, built)
				w.allow(t, direnv)
				got, name := w.direnvExec(t, direnv)
				w.compare(t, "direnv", got)
				plain := slices.Equal(c.args, []string{"version"}) // "use gosw" knows no -C
				if plain && name != w.want {
					t.Errorf("direnv: GOSW_ACTIVE is %q, want %q", name, w.want)
				}
				w.untouched(t)
			})
		}
	}
}

// allow writes the library and an .envrc, and allows it.
func (w *world) allow(t *testing.T, direnv string) {
	t.Helper()
	lib := w.path("home/.config/direnv/lib/gosw.sh")
	check(t, os.MkdirAll(filepath.Dir(lib), 0o755))
	check(t, os.WriteFile(lib, []byte(shell.DirenvLibrary(w.programs.gosw)), 0o644))
	bash, _ := shell.Lookup("bash")
	check(t, os.WriteFile(w.path(".envrc"), []byte("cd "+bash.Quote(w.workDir())+"\nuse gosw\n"), 0o644))
	check(t, os.MkdirAll(w.path("tools"), 0o755))
	for _, name := range []string{"bash", "cat"} {
		program, err := exec.LookPath(name)
		check(t, err)
		check(t, os.Symlink(program, w.path("tools/"+name)))
	}
	cmd := w.direnvCommand(direnv, "allow", w.path(".envrc"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("direnv allow: %v\n%s", err, out)
	}
}

func (w *world) direnvCommand(direnv string, args ...string) *exec.Cmd {
	cmd := exec.Command(direnv, args...)
	cmd.Dir = w.root
	cmd.Env = append(w.environ(), "TERM=dumb", "PWD="+w.root)
	for i, entry := range cmd.Env {
		if strings.HasPrefix(entry, "PATH=") {
			cmd.Env[i] = entry + ":" + w.path("tools")
		}
	}
	return cmd
}

// direnvExec runs the go of the project's environment. It returns its answer and
// GOSW_ACTIVE there.
func (w *world) direnvExec(t *testing.T, direnv string) (a answer, name string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	script := `cd "$0"; printf '%s\n' "${GOSW_ACTIVE-}"; go "$@"`
	cmd := w.direnvCommand(direnv, append([]string{"exec", w.root, "bash", "-c", script, w.workDir()}, w.args...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	name, rest, _ := strings.Cut(stdout.String(), "\n")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 127 && rest == "" {
		// Once from "use gosw", and once more from go.
		message := stderr.String()
		if strings.Count(message, w.says) < 2 && slices.Equal(w.args, []string{"version"}) {
			t.Errorf("%q is not said twice:\n%s", w.says, message)
		}
		return answer{failed: true, message: message}, name
	}
	lines := strings.Split(rest, "\n")
	if err != nil || len(lines) != 4 || strings.Contains(stderr.String(), "gosw: ") {
		return answer{version: "none", message: stdout.String() + stderr.String()}, name
	}
	return answer{version: lines[0], gotoolchain: lines[1], goroot: lines[2]}, name
}
