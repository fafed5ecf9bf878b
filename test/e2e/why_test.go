//go:build e2e

package e2e_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A whyScenario is a place to start go in, and what must come of it. The
// versions that are installed are 1.18.10, 1.22.12 and 1.27.4.
type whyScenario struct {
	name   string
	files  string   // "name: text" a line, below the scenario's directory; \n stands for a line end
	def    string   // gosw default; "" for none
	env    []string // $DIR is the scenario's directory, $HOME the home directory, $STORE the store
	want   string   // the toolchain that runs, "go1.27.4"; "" if none does
	exit   int
	broken bool // "go list -m" fails: the toolchain does not fit the module
}

const (
	mod1274  = "go.mod: module m\\n\\ngo 1.27.4\n"
	tidying  = "GOFLAGS=-mod=mod" // else each go calls "toolchain default" untidy
	noLinks  = "PATH=$HOME/shims:/usr/bin:/bin"
	systemGo = "PATH=$STORE/bin:$HOME/system/bin:/usr/bin:/bin"
)

var whyScenarios = []whyScenario{
	// The rules.
	{name: "GO_VERSION", env: []string{"GO_VERSION=1.22"}, want: "go1.22.12"},
	{name: "GO_VERSION over a pin", files: ".go-version: 1.27\n", env: []string{"GO_VERSION=1.18"}, want: "go1.18.10"},
	{name: ".go-version", files: ".go-version: 1.22.12\n", def: "1.27", want: "go1.22.12"},
	{name: ".tool-versions", files: ".tool-versions: node 20\\ngolang 1.27.4\n", want: "go1.27.4"},
	{name: "both in a directory", files: ".go-version: 1.22\n.tool-versions: golang 1.27.4\n", want: "go1.22.12"},
	{name: "inner pin", files: "../.go-version: 1.22\n.go-version: 1.27\n", want: "go1.27.4"},
	{name: "outer pin", files: "../.go-version: 1.22\n.tool-versions: node 20\n", want: "go1.22.12"},
	{name: "default", def: "1.22", want: "go1.22.12"},
	{name: "system", env: []string{systemGo}, want: "go1.22.12"},
	{name: "pin system", files: ".go-version: system\n", def: "1.27", env: []string{systemGo}, want: "go1.22.12"},
	{name: "system switches", files: mod1274, env: []string{systemGo}, want: "go1.27.4"},
	{name: "latest", files: ".go-version: latest\n", want: "go1.27.4"},
	{name: "constraint", files: ".go-version: >=1.20, <1.27\n", want: "go1.22.12"},
	{name: "spelt with v and CRLF", files: ".go-version: v1.22.12\\r\\n\n", want: "go1.22.12"},

	// Versions that are missing, and pins that are none.
	{name: "missing release", files: ".go-version: 1.22.5\n", exit: 127},
	{name: "missing line", env: []string{"GO_VERSION=1.99"}, exit: 127},
	{name: "missing over a good pin", files: ".go-version: 1.22\n", env: []string{"GO_VERSION=1.2.2"}, exit: 127},
	{name: "missing default", def: "1.21", exit: 127},
	{name: "missing oldstable", files: ".go-version: oldstable\n", exit: 127},
	{name: "missing constraint", files: ".go-version: ~> 1.22.99\n", exit: 127},
	{name: "broken pin", files: ".go-version: # x\\nbanana\n", def: "1.22", exit: 127},
	{name: "broken GO_VERSION", files: ".go-version: 1.22\n", env: []string{"GO_VERSION=banana"}, exit: 127},
	{name: "broken constraint", files: ".go-version: >=1.x.y\n", exit: 127},
	{name: "two versions", files: ".go-version: 1.22\\n1.27\n", exit: 127},
	{name: "empty pin", files: ".go-version: \n", exit: 127},
	{name: "no go at all", exit: 127},

	// go.mod and go.work, under a default that does not pin.
	{name: "go line of the same line", files: "go.mod: module m\\n\\ngo 1.22\n", def: "1.22", want: "go1.22.12"},
	{name: "go line equal", files: "go.mod: module m\\n\\ngo 1.22.12\n", def: "1.22", want: "go1.22.12"},
	{name: "go line newer", files: mod1274, def: "1.22", want: "go1.27.4"},
	{name: "go line older", files: "go.mod: module m\\n\\ngo 1.18\n", def: "1.27", want: "go1.27.4"},
	{name: "go line without patch means .0", files: "go.mod: module m\\n\\ngo 1.27\n", def: "1.22", exit: 1},
	{name: "go line missing release", files: "go.mod: module m\\n\\ngo 1.99.0\n", def: "1.22", exit: 1},
	{name: "go line candidate", files: "go.mod: module m\\n\\ngo 1.28rc1\n", def: "1.22", exit: 1},
	{name: "no go line", files: "go.mod: module m\n", def: "1.22", want: "go1.22.12"},
	{name: "go line with a comment and CRLF", files: "go.mod: module m\\r\\ngo 1.27.4 // why\\r\\n\n", def: "1.22", want: "go1.27.4"},
	{name: "toolchain newer", files: "go.mod: module m\\ngo 1.21\\ntoolchain go1.27.4\n", def: "1.22", want: "go1.27.4"},
	{name: "toolchain older", files: "go.mod: module m\\ngo 1.21\\ntoolchain go1.21.3\n", def: "1.22", want: "go1.22.12"},
	{name: "toolchain older than go", files: "go.mod: module m\\ngo 1.27.4\\ntoolchain go1.27.1\n", def: "1.22", want: "go1.27.4"},
	{name: "toolchain default", files: "go.mod: module m\\ngo 1.27.4\\ntoolchain default\n", def: "1.22", env: []string{tidying}, want: "go1.22.12", broken: true},
	{name: "toolchain with a suffix", files: "go.mod: module m\\ngo 1.21\\ntoolchain go1.27.4-custom\n", def: "1.22", exit: 1},
	{name: "toolchain banana", files: "go.mod: module m\\ngo 1.21\\ntoolchain banana\n", def: "1.22", exit: 1},
	{name: "toolchain missing", files: "go.mod: module m\\ngo 1.21\\ntoolchain go1.26.0\n", def: "1.22", exit: 1},
	{name: "inner module", files: "../go.mod: module o\\ngo 1.27.4\ngo.mod: module m\\ngo 1.21\n", def: "1.22", want: "go1.22.12"},
	{name: "outer module", files: "../" + mod1274, def: "1.22", want: "go1.27.4"},
	{name: "go.work over go.mod", files: "go.mod: module m\\ngo 1.21\ngo.work: go 1.27.4\\nuse .\n", def: "1.22", want: "go1.27.4"},
	{name: "go.work above", files: "go.mod: module m\\ngo 1.21\n../go.work: go 1.22\\ntoolchain go1.27.4\\nuse ./inner\n", def: "1.22", want: "go1.27.4"},
	{name: "go.work behind its module", files: mod1274 + "go.work: go 1.22\\nuse .\n", def: "1.22", want: "go1.22.12", broken: true},
	{name: "go.work without a go line", files: "go.mod: module m\\ngo 1.22\ngo.work: use (\\n.\\n)\n", def: "1.22", want: "go1.22.12", broken: true},
	{name: "GOWORK=off", files: "go.mod: module m\\ngo 1.21\ngo.work: go 1.27.4\\nuse .\n", def: "1.22", env: []string{"GOWORK=off"}, want: "go1.22.12"},
	{name: "GOWORK elsewhere", files: "go.mod: module m\\ngo 1.21\nw/my.work: go 1.27.4\\nuse ..\n", def: "1.22", env: []string{"GOWORK=$DIR/w/my.work"}, want: "go1.27.4"},
	{name: "GOWORK missing", files: "go.mod: module m\\ngo 1.21\n", def: "1.22", env: []string{"GOWORK=$DIR/no.work"}, want: "go1.22.12", broken: true},
	{name: "GOWORK relative", files: "go.mod: module m\\ngo 1.21\n", def: "1.22", env: []string{"GOWORK=go.work"}, exit: 1},
	{name: "GOWORK relative under a pin", files: ".go-version: 1.22\ngo.mod: module m\\ngo 1.21\n", env: []string{"GOWORK=go.work"}, want: "go1.22.12", broken: true},
	{name: "go.mod in TMPDIR", files: mod1274, def: "1.22", env: []string{"TMPDIR=$DIR"}, want: "go1.22.12"},

	// GOTOOLCHAIN.
	{name: "auto", files: mod1274, def: "1.22", env: []string{"GOTOOLCHAIN=auto"}, want: "go1.27.4"},
	{name: "path", files: mod1274, def: "1.22", env: []string{"GOTOOLCHAIN=path"}, want: "go1.27.4"},
	{name: "path, missing", files: "go.mod: module m\\ngo 1.99.0\n", def: "1.22", env: []string{"GOTOOLCHAIN=path"}, exit: 1},
	{name: "local", files: mod1274, def: "1.22", env: []string{"GOTOOLCHAIN=local"}, want: "go1.22.12", broken: true},
	{name: "local+auto", files: mod1274, def: "1.22", env: []string{"GOTOOLCHAIN=local+auto"}, want: "go1.27.4"},
	{name: "local+path", files: mod1274, def: "1.22", env: []string{"GOTOOLCHAIN=local+path"}, want: "go1.27.4"},
	{name: "the one that starts", files: mod1274, def: "1.22", env: []string{"GOTOOLCHAIN=go1.22.12"}, want: "go1.22.12", broken: true},
	{name: "newer", def: "1.22", env: []string{"GOTOOLCHAIN=go1.27.4"}, want: "go1.27.4"},
	{name: "older", def: "1.27", env: []string{"GOTOOLCHAIN=go1.22.12"}, want: "go1.22.12"},
	{name: "before switching", files: "go.mod: module m\\ngo 1.18\n", def: "1.27", env: []string{"GOTOOLCHAIN=go1.18.10"}, want: "go1.18.10"},
	{name: "older+auto", files: mod1274, def: "1.22", env: []string{"GOTOOLCHAIN=go1.18.10+auto"}, want: "go1.27.4"},
	{name: "older+path", files: "go.mod: module m\\ngo 1.18\n", def: "1.22", env: []string{"GOTOOLCHAIN=go1.18.10+path"}, want: "go1.18.10"},
	{name: "newer+auto", files: "go.mod: module m\\ngo 1.18\n", def: "1.22", env: []string{"GOTOOLCHAIN=go1.27.4+auto"}, want: "go1.27.4"},
	{name: "older, default in the file", files: "go.mod: module m\\ngo 1.18\\ntoolchain default\n", def: "1.27", env: []string{tidying, "GOTOOLCHAIN=go1.22.12+auto"}, want: "go1.22.12"},
	{name: "missing version", def: "1.22", env: []string{"GOTOOLCHAIN=go1.99.0"}, exit: 1},
	{name: "a line", def: "1.22", env: []string{"GOTOOLCHAIN=go1.27"}, exit: 1},
	{name: "banana", def: "1.22", env: []string{"GOTOOLCHAIN=banana"}, exit: 1},
	{name: "bad suffix", def: "1.22", env: []string{"GOTOOLCHAIN=go1.22.12+banana"}, exit: 1},
	{name: "bad minimum", def: "1.22", env: []string{"GOTOOLCHAIN=banana+auto"}, exit: 1},
	{name: "links not on PATH", files: mod1274, def: "1.22", env: []string{noLinks}, exit: 1},
	{name: "links not on PATH, path", files: mod1274, def: "1.22", env: []string{noLinks, "GOTOOLCHAIN=path"}, exit: 1},
	{name: "module cache", files: "go.mod: module m\\ngo 1.22.12\n", def: "1.27", env: []string{noLinks, "GOMODCACHE=$HOME/filled", "GOTOOLCHAIN=go1.22.12"}, want: "go1.22.12"},
	{name: "module cache, no database", def: "1.27", env: []string{noLinks, "GOMODCACHE=$HOME/filled", "GOTOOLCHAIN=go1.22.12", "GOSUMDB=off"}, exit: 1},
	{name: "module cache, path only", def: "1.27", env: []string{noLinks, "GOMODCACHE=$HOME/filled", "GOTOOLCHAIN=go1.22.12+path"}, exit: 1},

	// What "go env -w" has written.
	{name: "go env -w local", files: mod1274 + "env: GOTOOLCHAIN=local\n", def: "1.22", env: []string{"GOENV=$DIR/env"}, want: "go1.22.12", broken: true},
	{name: "go env -w in its place", files: "config/go/env: GOTOOLCHAIN=go1.27.4\n", def: "1.22", env: []string{"XDG_CONFIG_HOME=$DIR/config"}, want: "go1.27.4"},
	{name: "go env -w under the environment", files: "env: GOTOOLCHAIN=go1.27.4\n", def: "1.22", env: []string{"GOENV=$DIR/env", "GOTOOLCHAIN=local"}, want: "go1.22.12"},
	{name: "go env -w banana", files: "env: GOTOOLCHAIN=banana\n", def: "1.22", env: []string{"GOENV=$DIR/env"}, exit: 1},
	{name: "go env -w empty", files: mod1274 + "env: GOTOOLCHAIN=\n", def: "1.22", env: []string{"GOENV=$DIR/env"}, want: "go1.22.12", broken: true},
	{name: "go env -w with blanks", files: "env: GOTOOLCHAIN= local\n", def: "1.22", env: []string{"GOENV=$DIR/env"}, exit: 1},
	{name: "go env -w twice", files: mod1274 + "env: # x\\nGOTOOLCHAIN=local\\nGOTOOLCHAIN=auto\n", def: "1.22", env: []string{"GOENV=$DIR/env"}, want: "go1.27.4"},
	{name: "GOENV=off", files: mod1274, def: "1.22", env: []string{"GOENV=off"}, want: "go1.27.4"},
	{name: "go env -w GOWORK=off", files: "go.mod: module m\\ngo 1.21\ngo.work: go 1.27.4\\nuse .\nenv: GOWORK=off\n", def: "1.22", env: []string{"GOENV=$DIR/env"}, want: "go1.22.12"},
	{name: "go env -w GO111MODULE=off", files: mod1274 + "env: GO111MODULE=off\n", def: "1.22", env: []string{"GOENV=$DIR/env"}, want: "go1.22.12"},

	// Pins, which set GOTOOLCHAIN.
	{name: "pin older than go.mod", files: ".go-version: 1.22\n" + mod1274, want: "go1.22.12", broken: true},
	{name: "pin in .tool-versions older", files: ".tool-versions: golang 1.22\n" + mod1274, want: "go1.22.12", broken: true},
	{name: "GO_VERSION older than go.mod", files: mod1274, env: []string{"GO_VERSION=1.22"}, want: "go1.22.12", broken: true},
	{name: "pin and GOTOOLCHAIN=auto", files: ".go-version: 1.22\n" + mod1274, env: []string{"GOTOOLCHAIN=auto"}, want: "go1.27.4"},
	{name: "pin and GOTOOLCHAIN of another", files: ".go-version: 1.27\n" + mod1274, env: []string{"GOTOOLCHAIN=go1.22.12"}, want: "go1.22.12", broken: true},
	{name: "pin, GOSW_GOTOOLCHAIN=auto", files: ".go-version: 1.22\n" + mod1274, env: []string{"GOSW_GOTOOLCHAIN=auto"}, want: "go1.27.4"},
	{name: "pin, GOSW_GOTOOLCHAIN=path", files: ".go-version: 1.22\n" + mod1274, env: []string{"GOSW_GOTOOLCHAIN=path"}, want: "go1.27.4"},
	{name: "pin, leave, go env -w", files: ".go-version: 1.22\nenv: GOTOOLCHAIN=go1.27.4\n", env: []string{"GOSW_GOTOOLCHAIN=leave", "GOENV=$DIR/env"}, want: "go1.27.4"},
	{name: "pin, go env -w", files: ".go-version: 1.22\nenv: GOTOOLCHAIN=go1.27.4\n", env: []string{"GOENV=$DIR/env"}, want: "go1.22.12"},
	{name: "pin, banana under it", files: ".go-version: 1.22\ngo.mod: module m\\ngo 1.21\\ntoolchain banana\n", want: "go1.22.12", broken: true},

	{name: "go line that is none", files: ".go-version: 1.22\ngo.mod: module m\\ngo 1.22.x\n", want: "go1.22.12", broken: true},

	// Releases before 1.21, which do not switch.
	{name: "old and fitting", files: ".go-version: 1.18\ngo.mod: module m\\ngo 1.18\n", want: "go1.18.10"},
	{name: "old and daring", files: "go.mod: module m\\ngo 1.22\n", def: "1.18", want: "go1.18.10"},
	{name: "old, go line with patch", files: mod1274, def: "1.18", want: "go1.18.10", broken: true},
	{name: "old, toolchain line", files: ".go-version: 1.18\ngo.mod: module m\\ngo 1.18\\ntoolchain go1.22.12\n", want: "go1.18.10", broken: true},
	{name: "old, GOTOOLCHAIN", def: "1.18", env: []string{"GOTOOLCHAIN=go1.27.4"}, want: "go1.18.10"},
	{name: "old, banana", def: "1.18", env: []string{"GOTOOLCHAIN=banana"}, want: "go1.18.10"},
	{name: "old, go.work", files: "go.mod: module m\\ngo 1.18\ngo.work: go 1.18\\nuse .\n", def: "1.18", want: "go1.18.10"},

	{name: "old, unknown flag", def: "1.18", env: []string{"GOFLAGS=-pgo=off"}, exit: 1},

	// Modules off, and a GOROOT of another.
	{name: "GO111MODULE=off", files: mod1274, def: "1.22", env: []string{"GO111MODULE=off"}, want: "go1.22.12"},
	{name: "GO111MODULE=auto with go.mod", files: mod1274, def: "1.22", env: []string{"GO111MODULE=auto"}, want: "go1.27.4"},
	{name: "GO111MODULE=auto without", def: "1.22", env: []string{"GO111MODULE=auto", "GOTOOLCHAIN=go1.27.4"}, want: "go1.22.12"},
	{name: "go env -w GOROOT", files: "go.mod: module m\\ngo 1.22\nenv: GOROOT=/wrong\n", def: "1.22", env: []string{"GOENV=$DIR/env"}, exit: 2},
	{name: "GOROOT of another", files: mod1274, def: "1.22", env: []string{"GOROOT=$STORE/toolchains/go1.18.10"}, want: "go1.27.4"},
}

// A whyAnswer is what the test reads of "gosw why --json".
type whyAnswer struct {
	Exit int
	Runs struct {
		Toolchain, Place, GOROOT string
	}
	Switching struct {
		File *struct{ Path string }
	}
	Problems []struct{ Severity, Cause, Fix string }
}

// TestWhy compares what gosw why says with what the real go then does.
func TestWhy(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run(m.home, nil, m.gosw, "install", "1.18.10", "1.22.12", "1.27.4")
	shims := filepath.Join(m.home, "shims")
	check(t, os.Mkdir(shims, 0o755))
	check(t, os.Symlink(filepath.Join(filepath.Dir(m.gosw), "gosw-shim"), filepath.Join(shims, "go")))
	check(t, os.Symlink(filepath.Join(m.root(), "toolchains", "go1.22.12"), filepath.Join(m.home, "system")))
	m.run(m.home, []string{"PATH=" + shims + ":/usr/bin:/bin", "GO_VERSION=1.27", "GOTOOLCHAIN=go1.22.12", "GOMODCACHE=" + m.home + "/filled"}, "go", "version")
	for _, scenario := range whyScenarios {
		t.Run(scenario.name, func(t *testing.T) {
			scenario.check(&machine{t, m.home, m.gosw, m.proxy})
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// check demands that what is foretold, what is wanted and what happens are one.
func (s whyScenario) check(m *machine) {
	t := m.t
	dir, env := s.setUp(m)
	text, stderr, err := m.try(dir, env, m.gosw, "why", "--json")
	var answer whyAnswer
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatalf("why: %v\n%s%s", err, text, stderr)
	}
	version, versionSaid, versionErr := m.try(dir, env, "go", "version")
	list, listSaid, listErr := m.try(dir, env, "go", "list", "-m")
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("why:\n%s%s\ngo version:\n%s%s\ngo list -m:\n%s%s", text, stderr, version, versionSaid, list, listSaid)
		}
	})
	if why, really := exitOf(err), exitOf(versionErr); why != s.exit || really != s.exit || answer.Exit != s.exit {
		t.Errorf("exit codes: why %d, in its JSON %d, go version %d; want %d", why, answer.Exit, really, s.exit)
	}
	if s.exit == 0 {
		if runs := strings.Fields(version + " - - -")[2]; answer.Runs.Toolchain != s.want || runs != s.want {
			t.Errorf("why says %s, go version %s; want %s", answer.Runs.Toolchain, runs, s.want)
		}
		if !s.broken {
			s.checkGOROOT(m, dir, env, answer)
		}
	}
	wrong := slices.ContainsFunc(answer.Problems, func(p struct{ Severity, Cause, Fix string }) bool { return p.Severity == "wrong" })
	if wrong != s.broken {
		t.Errorf("why finds fault: %v, want %v", wrong, s.broken)
	}
	if fails := listErr != nil; s.exit == 0 && answer.Switching.File != nil && s.modules() && fails != s.broken {
		t.Errorf("go list -m fails: %v, want %v", fails, s.broken)
	}
	s.checkFixes(m, dir, env, answer)
}

// modules reports whether go looks at go.mod at all.
func (s whyScenario) modules() bool {
	return !strings.Contains(s.name, "GO111MODULE=off")
}

// checkGOROOT has the tree compared, too: a version may be there twice.
func (s whyScenario) checkGOROOT(m *machine, dir string, env []string, answer whyAnswer) {
	m.t.Helper()
	really, err := filepath.EvalSymlinks(strings.TrimSpace(m.run(dir, env, "go", "env", "GOROOT")))
	check(m.t, err)
	said, err := filepath.EvalSymlinks(answer.Runs.GOROOT)
	if err != nil || said != really {
		m.t.Errorf("why says GOROOT %s (%v), go env %s", answer.Runs.GOROOT, err, really)
	}
}

// checkFixes runs each command that why names, and demands that go works
// then. One that would install can't help: what is missing is no release here.
func (s whyScenario) checkFixes(m *machine, dir string, env []string, answer whyAnswer) {
	m.t.Helper()
	if s.exit == 127 {
		return
	}
	for _, problem := range answer.Problems {
		quoted, isCommand := strings.CutPrefix(problem.Fix, "run ")
		command, err := strconv.Unquote(quoted)
		if !isCommand || err != nil || problem.Severity == "note" || strings.Contains(command, "gosw install") {
			continue
		}
		then := " && go version"
		if answer.Switching.File != nil {
			then = " && go list -m"
		}
		gosw := "PATH=$PATH:" + filepath.Dir(m.gosw) + "; "
		if out, said, err := m.try(dir, env, "sh", "-c", gosw+command+then); err != nil {
			m.t.Errorf("%s does not help: %v\n%s%s", command, err, out, said)
		}
	}
}

// setUp makes the scenario's directory and returns it, with the environment.
func (s whyScenario) setUp(m *machine) (dir string, env []string) {
	m.t.Helper()
	outer, err := os.MkdirTemp(m.home, "why-")
	check(m.t, err)
	dir = filepath.Join(outer, "inner")
	check(m.t, os.Mkdir(dir, 0o755))
	for line := range strings.Lines(s.files) {
		name, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		file := filepath.Join(dir, name)
		check(m.t, os.MkdirAll(filepath.Dir(file), 0o755))
		text = strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(text) + "\n"
		check(m.t, os.WriteFile(file, []byte(text), 0o644))
	}
	if s.def == "" {
		_ = os.Remove(filepath.Join(m.root(), "default"))
	} else {
		check(m.t, os.WriteFile(filepath.Join(m.root(), "default"), []byte(s.def+"\n"), 0o644))
	}
	env = []string{"GOPROXY=off"}
	if !slices.ContainsFunc(s.env, func(entry string) bool { return strings.HasPrefix(entry, "PATH=") }) {
		env = append(env, "PATH="+filepath.Join(m.root(), "bin")+":/usr/bin:/bin")
	}
	fill := strings.NewReplacer("$DIR", dir, "$HOME", m.home, "$STORE", m.root())
	for _, entry := range s.env {
		env = append(env, fill.Replace(entry))
	}
	return dir, env
}

func exitOf(err error) int {
	exit := (*exec.ExitError)(nil)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}
