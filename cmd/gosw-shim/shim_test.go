//go:build !windows

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// quoteAll is what the toy prints in mode "argv".
func quoteAll(args ...string) string {
	text := ""
	for _, arg := range args {
		text += strconv.Quote(arg) + "\n"
	}
	return text
}

func TestArguments(t *testing.T) {
	s := newStore(t, "go1.22.5")
	s.env = append(s.env, "GO_VERSION=1.22.5", "TOY=argv")
	args := []string{"", "two words", "new\nline", "*", "-C", "$HOME", "\xff\xfe", "'\"\\", strings.Repeat("x", 100_000), ""}
	for _, tool := range []string{"go", "gofmt"} {
		out, stderr, code := s.run(s.command(tool, args...))
		if want := quoteAll(append([]string{tool}, args...)...); out != want || stderr != "" || code != 0 {
			t.Errorf("%s: got %q, %q, %d; want %q", tool, out, stderr, code, want)
		}
	}
}

func TestExitCode(t *testing.T) {
	s := newStore(t, "go1.22.5")
	s.env = append(s.env, "GO_VERSION=1.22.5", "TOY=exit")
	for _, want := range []int{0, 1, 2, 126, 127, 255} {
		if _, _, code := s.run(s.command("go", strconv.Itoa(want))); code != want {
			t.Errorf("exit code %d, want %d", code, want)
		}
	}
}

func TestStreams(t *testing.T) {
	s := newStore(t, "go1.22.5")
	s.env = append(s.env, "GO_VERSION=1.22.5", "TOY=cat")
	cmd := s.command("go")
	cmd.Stdin = strings.NewReader("a\x00b\n")
	if out, stderr, code := s.run(cmd); out != "a\x00b\n" || stderr != "to stderr" || code != 0 {
		t.Errorf("got %q, %q, %d", out, stderr, code)
	}
}

// TestSignals makes sure that the process that a caller knows is the tool.
func TestSignals(t *testing.T) {
	s := newStore(t, "go1.22.5")
	s.env = append(s.env, "GO_VERSION=1.22.5", "TOY=signal")
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		cmd := s.command("go")
		stdout, err := cmd.StdoutPipe()
		check(t, err)
		check(t, cmd.Start())
		line, err := bufio.NewReader(stdout).ReadString('\n')
		check(t, err)
		if got := strings.TrimSpace(line); got != strconv.Itoa(cmd.Process.Pid) {
			t.Errorf("the tool is process %s, the shim was %d", got, cmd.Process.Pid)
		}
		check(t, cmd.Process.Signal(sig))
		_, _ = io.Copy(io.Discard, stdout)
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 40+int(sig) {
			t.Errorf("%v: exit code %d", sig, code)
		}
	}
}

// TestEnvironment checks all of the tool's environment against the caller's.
func TestEnvironment(t *testing.T) {
	s := newStore(t, "go1.22.5", "go1.8.7")
	s.file("store/default", "1.22.5\n")
	base := append(s.env, "TOY=env", "GOBIN=/b", "GOPATH=/p", "GOFLAGS=-x", "EMPTY=")
	for _, test := range []struct {
		name      string
		env, want []string // besides base
	}{
		{"default", nil, nil},
		{"pin", []string{"GO_VERSION=1.22.5"}, []string{"GO_VERSION=1.22.5", "GOTOOLCHAIN=local"}},
		{"stale GOROOT", []string{"GOROOT=/stale"}, nil},
		{"stale mark", []string{"GOTOOLCHAIN_INTERNAL_SWITCH_VERSION=go1.1"}, nil},
		{"old", []string{"GO_VERSION=1.8.7", "GOROOT=/stale"},
			[]string{"GO_VERSION=1.8.7", "GOTOOLCHAIN=local", "GOROOT=" + s.path("store/toolchains/go1.8.7")}},
		{"kept", []string{"GO_VERSION=1.22.5", "GOTOOLCHAIN=go1.22.4"}, []string{"GO_VERSION=1.22.5", "GOTOOLCHAIN=go1.22.4"}},
		{"empty", []string{"GO_VERSION=1.22.5", "GOTOOLCHAIN="}, []string{"GO_VERSION=1.22.5", "GOTOOLCHAIN=local"}},
		{"policy", []string{"GO_VERSION=1.22.5", "GOSW_GOTOOLCHAIN=auto"},
			[]string{"GO_VERSION=1.22.5", "GOSW_GOTOOLCHAIN=auto", "GOTOOLCHAIN=auto"}},
		{"leave", []string{"GO_VERSION=1.22.5", "GOSW_GOTOOLCHAIN=leave"}, []string{"GO_VERSION=1.22.5", "GOSW_GOTOOLCHAIN=leave"}},
	} {
		s.env = slices.Concat(base, test.env)
		out, stderr, code := s.run(s.command("go"))
		got := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		want := slices.Concat(base, test.want, []string{"GOSW_DEPTH=1"})
		slices.Sort(got)
		slices.Sort(want)
		if code != 0 || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %q, %d\nwant %q", test.name, got, stderr, code, want)
		}
	}
}

// TestLoader runs a go whose loader is not there, as that of a release before 1.20
// on a system without glibc.
func TestLoader(t *testing.T) {
	s := newStore(t)
	s.file("store/toolchains/go1.18.10/bin/go", "#!/lib64/ld-none.so.2\n")
	s.env = append(s.env, "GO_VERSION=1.18.10")
	out, stderr, code := s.run(s.command("go", "version"))
	want := "gosw: go: exec " + s.path("store/toolchains/go1.18.10/bin/go") + ": its loader, /lib64/ld-none.so.2, is missing; releases before 1.20 need glibc, newer ones do not\n"
	if out != "" || stderr != want || code != exitCannot {
		t.Errorf("got %q, %q, %d; want %q, %d", out, stderr, code, want, exitCannot)
	}
}

func TestSystem(t *testing.T) {
	s := newStore(t)
	content, err := os.ReadFile(built)
	check(t, err)
	s.link(built, "link/go")
	s.file("relative/go", "#!/bin/sh\necho relative\n")
	s.file("directory/go/x", "")
	s.file("plain/go", "not executable")
	s.file("system/go", "#!/bin/sh\necho system \"$GOSW_DEPTH\" \"$GOROOT\" \"$@\"\n")
	s.file("copy/go", string(content))
	check(t, os.Chmod(s.path("copy/go"), 0o755))
	s.link(s.path("store"), "other-way")
	path := "relative:../relative::"
	for _, dir := range []string{"store/bin", "other-way/bin", "link", "directory", "plain", "nowhere", "system"} {
		path += ":" + s.path(dir)
	}
	s.env = append(s.env, "PATH="+path, "GOROOT=/usr/lib/go")
	out, stderr, code := s.run(s.command("go", "a b", ""))
	if out != "system 1 /usr/lib/go a b \n" || code != 0 {
		t.Errorf("got %q, %q, %d", out, stderr, code)
	}

	// A copy is another file: it costs one more step.
	s.env = append(s.env, "PATH="+s.path("store/bin")+":"+s.path("copy")+":"+s.path("system"))
	if out, stderr, code = s.run(s.command("go")); out != "system 2 /usr/lib/go\n" || code != 0 {
		t.Errorf("copy: got %q, %q, %d", out, stderr, code)
	}
}

// TestLoop has a go on PATH that is a script which calls go.
func TestLoop(t *testing.T) {
	s := newStore(t)
	s.file("wrapper/go", "#!/bin/sh\nexec go \"$@\"\n")
	s.env = append(s.env, "PATH="+s.path("store/bin")+":"+s.path("wrapper"))
	_, stderr, code := s.run(s.command("go", "version"))
	if code != 126 || !strings.Contains(stderr, "keeps running itself") {
		t.Errorf("got %q, %d", stderr, code)
	}
}

// failures are cases that are not plain success, and the cause that the shim
// itself gives if there is no gosw to tell more.
var failures = []struct {
	name, pin string
	env       []string
	cause     string
}{
	{"not installed", "1.22.3\n", nil, "/project/.go-version:1: go 1.22.3 is not installed"},
	{"nonsense", "../../x\n", nil, `/project/.go-version:1: "../../x": not a Go version`},
	{"constraint", "~> 1.22.3\n", nil, "go ~> 1.22.3 is not installed"},
	{"no system", "system\n", nil, "no other go on PATH"},
	{"no home", "", []string{"GOSW_ROOT=", "HOME="}, "HOME is not set"},
	{"relative root", "", []string{"GOSW_ROOT=store"}, "GOSW_ROOT is not an absolute path"},
	{"no tool", "1.21.0\n", nil, "/store/toolchains/go1.21.0/bin/go: no such file"},
}

func TestHandOver(t *testing.T) {
	for _, test := range failures {
		t.Run(test.name, func(t *testing.T) {
			s := newStore(t, "go1.22.5")
			check(t, os.MkdirAll(s.path("store/toolchains/go1.21.0"), 0o755))
			if test.pin != "" {
				s.file("project/.go-version", test.pin)
			}
			s.env = slices.Concat(s.env, []string{"TOY=argv"}, test.env)

			out, stderr, code := s.run(s.command("go", "a b", ""))
			if code != 127 || out != "" || !strings.HasPrefix(stderr, "gosw: go: ") || !strings.Contains(stderr, test.cause) {
				t.Errorf("alone: got %q, %q, %d", out, stderr, code)
			}

			// Beside gosw, which is beside the file, not beside the link.
			content, err := os.ReadFile(built)
			check(t, err)
			s.toy("tools/gosw")
			check(t, os.WriteFile(s.path("tools/gosw-shim"), content, 0o755))
			check(t, os.Remove(s.path("store/bin/go")))
			s.link("../../tools/gosw-shim", "store/bin/go")
			out, stderr, code = s.run(s.command("go", "a b", ""))
			if want := quoteAll("gosw", "shim", "go", "a b", ""); out != want || code != 0 {
				t.Errorf("beside gosw: got %q, %q, %d; want %q", out, stderr, code, want)
			}
		})
	}
}

// TestHostileName has the shim without a gosw name a directory whose name could
// steer a terminal, or turn the direction of its text.
func TestHostileName(t *testing.T) {
	s := newStore(t, "go1.22.5")
	dir := "project/a\x1b]0;b\x07\x7f\u009b31m\u202e\u2066c\xff\ngosw: d é"
	s.file(dir+"/.go-version", "1.22.5-\x1b[2J\u202e\n")
	cmd := s.command("go", "version")
	cmd.Dir = s.path(dir)
	_, stderr, code := s.run(cmd)
	const want = `/a\x1b]0;b\a\x7f\u009b31m\u202e\u2066c\xff\ngosw: d é/.go-version:1: "1.22.5-\x1b[2J\u202e": not a Go version` + "\n"
	if code != 127 || !strings.HasSuffix(stderr, want) || strings.Count(stderr, "\n") != 1 {
		t.Errorf("got %q, %d, want %q", stderr, code, want)
	}
}

func TestGoneDirectory(t *testing.T) {
	s := newStore(t, "go1.22.5")
	cmd := exec.Command("/bin/sh", "-c", `PATH=/bin:/usr/bin; mkdir gone && cd gone && rmdir ../gone && unset PWD && exec "$0" version`, s.path("store/bin/go"))
	cmd.Dir, cmd.Env = s.path("project"), s.env
	if _, stderr, code := s.run(cmd); code != 127 || !strings.Contains(stderr, "no such file") {
		t.Errorf("got %q, %d", stderr, code)
	}
}

func TestChdir(t *testing.T) {
	s := newStore(t, "go1.22.5")
	s.file("project/other/.go-version", "1.22.5\n")
	s.env = append(s.env, "TOY=argv")
	if out, stderr, code := s.run(s.command("go", "-C", "other", "version")); out != quoteAll("go", "-C", "other", "version") {
		t.Errorf("go: got %q, %q, %d", out, stderr, code)
	}
	if _, _, code := s.run(s.command("gofmt", "-C", "other")); code != 127 {
		t.Errorf("gofmt, which has no -C: exit code %d", code)
	}
}

func TestName(t *testing.T) {
	s := newStore(t)
	for _, argv := range [][]string{{"gosw-shim"}, {"/x/vet"}, {""}, {"go1.22.5"}} {
		cmd := exec.Cmd{Path: built, Args: argv, Dir: s.path("project"), Env: s.env}
		if _, stderr, code := s.run(&cmd); code != 2 || !strings.Contains(stderr, "run it as go or gofmt") {
			t.Errorf("%q: got %q, %d", argv, stderr, code)
		}
	}
}
