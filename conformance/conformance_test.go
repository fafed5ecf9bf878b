//go:build !windows

// Package conformance_test runs the suite of this directory through everything
// that decides which version applies: the resolver, the shim and the hooks of
// the shells. See README.md for the format. Its toy toolchains are scripts for sh, so it
// is not for Windows.
package conformance_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/gover/constraint"
	"github.com/gosw/gosw/internal/resolve"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	built := build(t)
	var worlds []*world
	var topics []string
	for topic, cases := range readSuite(t) {
		for _, c := range cases {
			if c.unreadable() && os.Getuid() <= 0 {
				continue // root and Windows read everything
			}
			worlds = append(worlds, newWorld(t, c, built))
			topics = append(topics, topic)
		}
	}
	answers := runBatches(t, worlds)
	for i, w := range worlds {
		t.Run(topics[i]+"/"+w.name, func(t *testing.T) {
			t.Parallel()
			w.compare(t, "resolver", w.resolve())
			w.compare(t, "shim", w.run(exec.Command(filepath.Join(w.home().Bin(), "go"), w.args...)))
			for _, d := range dialects {
				w.compare(t, d.name, answers[d.name][i])
			}
			w.untouched(t)
		})
	}
}

// TestSize keeps the suite from being emptied by a mistake in its parser.
func TestSize(t *testing.T) {
	t.Parallel()
	total := 0
	for topic, cases := range readSuite(t) {
		names := make(map[string]bool)
		for _, c := range cases {
			if c.want == "" == (c.wantError == "") {
				t.Errorf("%s: %s: want one of want and want-error", topic, c.name)
			}
			if names[c.name] {
				t.Errorf("%s: %s: the second of that name", topic, c.name)
			}
			names[c.name] = true
		}
		total += len(cases)
	}
	if total < 200 {
		t.Errorf("%d cases", total)
	}
}

// build builds the programs and writes the toy.
func build(t *testing.T) programs {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-o", dir, "../cmd/gosw", "../cmd/gosw-shim")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	p := programs{filepath.Join(dir, "gosw"), filepath.Join(dir, "gosw-shim"), filepath.Join(dir, "toy")}
	check(t, os.WriteFile(p.toy, []byte(toy), 0o755))
	return p
}

// An answer is what an implementation makes of a case. Fields that it cannot
// know are "".
type answer struct {
	version     string
	source      string
	gotoolchain string
	goroot      string
	failed      bool
	message     string
}

// compare compares an answer with what the case wants.
func (w *world) compare(t *testing.T, who string, got answer) {
	t.Helper()
	differ := func(what, got, want string) {
		if want != "" && got != "" && got != want {
			t.Errorf("%s: %s %q, want %q\n%s", who, what, got, want, got)
		}
	}
	if w.wantError != "" {
		switch {
		case !got.failed:
			t.Errorf("%s: runs %s, want an error", who, got.version)
		case w.wantError != "system" && !strings.Contains(got.message, w.place(w.wantError)):
			t.Errorf("%s: message %q, want the place %q in it", who, got.message, w.place(w.wantError))
		case !strings.Contains(got.message, w.says):
			t.Errorf("%s: message %q, want %q in it", who, got.message, w.says)
		case w.hides != "" && strings.Contains(got.message, w.hides):
			t.Errorf("%s: message %q, want no %q in it", who, got.message, w.hides)
		case who != "resolver" && who != "direnv" && strings.ContainsFunc(got.message, steers):
			t.Errorf("%s: message %q steers a terminal", who, got.message)
		}
		return
	}
	if got.failed || got.version != w.want {
		t.Errorf("%s: version %q, want %q\n%s", who, got.version, w.want, got.message)
		return
	}
	differ("source", got.source, w.place(w.source))
	differ("GOTOOLCHAIN", got.gotoolchain, w.gotoolchain)
	if w.want != "system" {
		differ("GOROOT", got.goroot, "unset")
	}
}

func steers(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsGraphic(r) }

// place makes the path in a place of the suite absolute.
func (w *world) place(text string) string {
	if strings.Contains(text, "/") {
		return w.root + "/" + text
	}
	return text
}

// resolve asks the packages.
func (w *world) resolve() answer {
	env := resolve.Env{DefaultFile: w.home().DefaultFile()}
	env.Variable, env.Value = resolve.Variable(w.lookupEnv)
	choice, err := resolve.For(env, resolve.Dir(w.workDir(), w.args))
	if err != nil {
		return answer{failed: true, message: err.Error()}
	}
	for _, spec := range choice.Specs() {
		if spec.Kind() == gover.System {
			return answer{version: "system", source: choice.Source(), failed: w.noSystem, message: choice.Source()}
		}
		v, ok, err := constraint.Newest(spec, w.installed)
		if err != nil {
			return answer{failed: true, message: choice.Source() + ": " + err.Error()}
		}
		if ok {
			return answer{version: v.String(), source: choice.Source()}
		}
	}
	name := choice.Spec.String()
	if exact, ok := choice.Spec.Version(); ok {
		name = exact.Number()
	}
	return answer{failed: true, message: choice.Source() + ": go" + name + " is not installed"}
}

// run runs a process in the case.
func (w *world) run(cmd *exec.Cmd) answer {
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = w.workDir(), w.environ(), &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		return answer{version: "none", message: err.Error()}
	}
	return answerOf(stdout.String(), stderr.String(), cmd.ProcessState.ExitCode())
}

// answerOf is what go has said, and its exit code.
func answerOf(stdout, stderr string, code int) answer {
	if code == 127 && stdout == "" {
		return answer{failed: true, message: stderr}
	}
	lines := strings.Split(stdout, "\n")
	if code != 0 || len(lines) != 4 || stderr != "" {
		return answer{version: "none", message: stdout + stderr}
	}
	return answer{version: lines[0], gotoolchain: lines[1], goroot: lines[2]}
}

// untouched makes sure that nothing ran what a pin holds.
func (w *world) untouched(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(w.workDir(), "hacked")); err == nil {
		t.Error("a pin was run as a command")
	}
}
