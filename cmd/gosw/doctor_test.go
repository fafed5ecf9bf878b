//go:build linux

package main_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// A doctorReport is what "gosw doctor --json" prints.
type doctorReport struct {
	Schema   int
	Severity string
	Fixed    []string
	Checks   []doctorCheck
}

type doctorCheck struct {
	ID, Sound, Worst, Needs, Severity, Skipped string
	Findings                                   []doctorFinding
}

type doctorFinding struct{ Severity, Cause, Fix, Advice string }

// of returns what a check has found.
func (r doctorReport) of(id string) []doctorFinding {
	for _, check := range r.Checks {
		if check.ID == id {
			return check.Findings
		}
	}
	return nil
}

// A fault is something that is made wrong, for real, in a home directory of its
// own, and has to be found. Then the printed command is run in the same shell, and
// the check has to pass.
type fault struct {
	id       string
	fault    string // sh, in an empty directory
	severity string
	cause    string // part of it
	options  string // of doctor
	unfixed  string // why the printed command is not run, or there is none; "" runs it
	mounts   bool   // in a mount namespace, as root
}

// network is why a command is not run.
const network = "it downloads"

// A ward has the healthy home directory that faults are made in.
type ward struct {
	site
	oldTool string // a program that says that go1.21.0 built it
	goCache string // of the go that tests
	goRoot  string
	ahead   string // a module proxy whose clock is an hour ahead
}

func newWard(t *testing.T) *ward {
	t.Helper()
	w := &ward{site: *newSite(t)}
	w.server.AddVuln(fetchtest.NewVuln("GO-2026-0001", "stdlib", "a hole", nil, "0", "1.27.4"))
	w.oldTool = w.build(t)
	ahead := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		rw.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(ahead.Close)
	w.ahead = ahead.URL
	env, err := exec.Command("go", "env", "GOCACHE", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	w.goCache, w.goRoot, _ = strings.Cut(strings.TrimSpace(string(env)), "\n")
	s := w.shell(t, w.home, false)
	s.run("gosw install 1.27.4; gosw default latest; gosw init --install; gosw init direnv --install; mkdir work")
	return w
}

// build builds a program that says that an old go has built it.
func (w *ward) build(t *testing.T) string {
	dir := t.TempDir()
	source, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "old")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-ldflags=-X runtime.buildVersion=go1.21.0", "-o", program, source)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// oddName is the name of a directory that means something to each shell.
const oddName = "it's \"a\" $HOME `x` \\ é\nhome"

// copy returns a copy of the healthy home directory.
func (w *ward) copy(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gosw-doctor-") // not t.TempDir, which other users can't enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	home := filepath.Join(dir, oddName)
	if out, err := exec.Command("cp", "-a", w.home, home).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, dir := range []string{dir, home} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

// A patientShell is a shell that goes on from one command to the next.
type patientShell struct {
	t    *testing.T
	in   io.Writer
	out  *bufio.Reader
	home string
	said *strings.Builder
}

// shell starts bash in home. With mounts it has a mount namespace of its own.
func (w *ward) shell(t *testing.T, home string, mounts bool) *patientShell {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/bash")
	cmd.Env = []string{
		"HOME=" + home, "STORE=" + filepath.Join(home, ".local", "go"), "PROGRAMS=" + programs, "SHELL=/bin/bash",
		"PATH=" + filepath.Join(home, ".local", "go", "bin") + ":" + programs + ":/usr/bin:/bin",
		"GOPROXY=" + w.server.Proxy(), "GOSUMDB=" + w.server.SumDB(), "GOVULNDB=" + w.server.VulnDB(),
		"GOSW_DL_URL=" + w.server.DL(), "GOSW_DL_ARCHIVE_URL=" + w.server.Archives(), "GOCOVERDIR=" + coverage,
		"OLDTOOL=" + w.oldTool, "GOBIN_REAL=" + filepath.Join(w.goRoot, "bin"), "GOCACHE_REAL=" + w.goCache, "AHEAD=" + w.ahead,
	}
	cmd.Dir = home
	if mounts {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &patientShell{t: t, in: in, out: bufio.NewReader(out), home: home, said: new(strings.Builder)}
	cmd.Stderr = s.said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = in.Close(), cmd.Wait() })
	s.run("IFS=") // so that no variable has to be quoted
	if mounts {
		s.run("mount --make-rprivate /")
	}
	return s
}

// run runs commands and returns what they print, and the exit code of the last.
func (s *patientShell) run(commands string) (said string, code int) {
	s.t.Helper()
	_, _ = fmt.Fprintf(s.in, "%s\nprintf '\\n=%%d=\\n' $?\n", commands)
	timer := time.AfterFunc(time.Minute, func() { s.t.Errorf("%s: no answer in a minute", commands) })
	defer timer.Stop()
	var out strings.Builder
	for {
		line, err := s.out.ReadString('\n')
		if _, scanErr := fmt.Sscanf(line, "=%d=\n", &code); scanErr == nil {
			return out.String(), code
		}
		if out.WriteString(line); err != nil {
			s.t.Fatalf("%s: %v\n%s", commands, err, s.said)
		}
	}
}

// doctor returns what "gosw doctor --json" says. Its exit code has to fit.
func (s *patientShell) doctor(options string) (r doctorReport) {
	s.t.Helper()
	said, code := s.run("gosw doctor --json " + options)
	if err := json.Unmarshal([]byte(said), &r); err != nil {
		s.t.Fatalf("%v: %q, exit code %d", err, said, code)
	}
	want := map[string]int{"ok": 0, "note": 0, "warning": 4, "error": 1}[r.Severity]
	if code != want || r.Schema != 1 {
		s.t.Errorf("severity %s, exit code %d, want %d; schema %d", r.Severity, code, want, r.Schema)
	}
	return r
}

// TestDoctorFaults makes each fault, and lets the printed command fix it.
func TestDoctorFaults(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	for _, f := range doctorFaults {
		t.Run(f.id, func(t *testing.T) {
			t.Parallel()
			if f.mounts {
				needRoot(t)
			}
			w.try(t, f)
		})
	}
}

func (w *ward) try(t *testing.T, f fault) {
	s := w.shell(t, w.copy(t), f.mounts)
	s.run("cd work\n" + f.fault)
	found := s.doctor(f.options).of(f.id)
	if len(found) == 0 {
		t.Fatalf("%s: nothing found\n%s", f.fault, s.said)
	}
	if got := found[0]; got.Severity != f.severity || !strings.Contains(got.Cause, f.cause) {
		t.Errorf("%s: %s: %q, want %s: …%q…", f.fault, got.Severity, got.Cause, f.severity, f.cause)
	}
	if f.unfixed != "" {
		return
	}
	for _, got := range found {
		if got.Fix == "" {
			t.Fatalf("%s: no command: %+v", f.fault, got)
		}
		fix := got.Fix
		if strings.Contains(f.fault, "SHELL=/usr/bin/fish") {
			fix = "fish --no-config <<'end'\n" + fix + "\nend"
		}
		if said, code := s.run(fix); code != 0 && !strings.HasPrefix(got.Fix, "gosw doctor --fix") {
			t.Errorf("%s: exit code %d\n%s%s", got.Fix, code, said, s.said)
		}
	}
	if left := s.doctor(f.options).of(f.id); len(left) > 0 {
		t.Errorf("%s: after %s\n%+v\n%s", f.fault, found[0].Fix, left, s.said)
	}
}

// TestDoctorDocument compares the table in docs/doctor.md with the checks, and
// both with the tests: each check has one.
func TestDoctorDocument(t *testing.T) {
	t.Parallel()
	w := &ward{site: *newSite(t)}
	text, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := ""
	for _, file := range []string{"../../internal/doctor/doctor_test.go", "self_test.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere += string(text)
	}
	var rows, want []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| `") && strings.Count(line, "|") == 5 {
			rows = append(rows, line[:strings.LastIndex(strings.TrimSuffix(line, " |\n"), "|")])
		}
	}
	for _, check := range w.shell(t, w.home, false).doctor("").Checks {
		worst := check.Worst
		if check.Needs != "" {
			worst += ", with " + check.Needs
		}
		want = append(want, fmt.Sprintf("| `%s` | %s | %s ", check.ID, check.Sound, worst))
		tested := slices.ContainsFunc(doctorFaults, func(f fault) bool { return f.id == check.ID })
		if !tested && !strings.Contains(elsewhere, `{"`+check.ID+`", `) {
			t.Errorf("no test makes %s fail", check.ID)
		}
	}
	if got := strings.Join(rows, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("docs/doctor.md has\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// TestDoctorHealthy has nothing to say of a machine on which no problems, and
// changes nothing there. With faults that are gosw's own, --fix fixes them all.
func TestDoctorHealthy(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	s := w.shell(t, w.home, false)
	state := `find . -printf '%p %i %m %s %T@ %l\n' | sort`
	before, _ := s.run(state)
	w.server.Reset()
	if said, code := s.run("gosw doctor"); code != 0 || !strings.HasPrefix(said, "no problems; ") || strings.Count(said, "\n") > 2 {
		t.Errorf("exit code %d, says\n%s%s", code, said, s.said)
	}
	s.run("gosw doctor -v; gosw doctor --json; GO_VERSION=1.2 gosw doctor")
	if after, _ := s.run(state); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
	if n := w.server.Requests(""); n > 0 {
		t.Errorf("%d requests without --online", n)
	}
	r := s.doctor("--online --deep")
	for _, check := range r.Checks {
		if check.Needs == "--online" && check.Severity != "ok" && check.ID != "online-gosw" { // this one is no release
			t.Errorf("%s: %s%+v", check.ID, check.Skipped, check.Findings)
		}
	}
	if len(r.of("files")) > 0 || w.server.Requests("") == 0 {
		t.Errorf("%+v; %d requests", r.of("files"), w.server.Requests(""))
	}
	s.run(`rm $STORE/bin/go* $STORE/toolchains/latest; sed -i 's/=.*/=old/' ~/.config/direnv/lib/gosw.sh; mkdir own; cp $PROGRAMS/* own/; own/gosw init --install --no-completion; rm $STORE/bin/go
mkdir $STORE/staging/store.1; PATH=$STORE/bin:$PROGRAMS:/usr/bin:/bin`)
	r = s.doctor("--fix")
	if len(r.Fixed) != 5 || r.Severity != "ok" {
		t.Errorf("fixed %q, then %s", r.Fixed, r.Severity)
	}
	if rc, _ := s.run("cat ~/.bashrc"); !strings.Contains(rc, "--no-completion") || strings.Contains(rc, "/own/") {
		t.Errorf("start-up file:\n%s", rc)
	}
	if r = s.doctor("--fix"); len(r.Fixed) != 0 {
		t.Errorf("fixed again: %q", r.Fixed)
	}
}

// TestDoctorCgo has the real go and the real compiler of this machine build what
// doctor builds.
func TestDoctorCgo(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	s := w.shell(t, w.home, false)
	s.run("cd work; gosw default system; PATH=$PATH:$GOBIN_REAL; export GOCACHE=$GOCACHE_REAL")
	built := func() (severity, cause string) {
		for _, check := range s.doctor("--deep").Checks {
			if check.ID == "cgo-build" {
				for _, f := range check.Findings {
					cause += f.Cause
				}
				return check.Severity, cause + check.Skipped
			}
		}
		return "no such check", ""
	}
	if severity, cause := built(); severity != "ok" {
		t.Errorf("with the compiler of this machine: %s: %s", severity, cause)
	}
	s.run("printf '#!/bin/sh\\nexit 3\\n' >cc; chmod +x cc; export CC=$PWD/cc")
	if severity, cause := built(); severity != "error" || !strings.Contains(cause, "can't build a program with cgo") {
		t.Errorf("with a broken compiler: %s: %s", severity, cause)
	}
}
