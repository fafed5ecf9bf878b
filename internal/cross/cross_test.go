//go:build unix

package cross

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/gover"
)

// TestCheck has the go that runs the test build, among settings that would break
// it if they had an effect.
func TestCheck(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "env", "GOROOT", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(out))
	temp := t.TempDir()
	for _, name := range []string{"go.mod", "go.work", "env"} {
		if err := os.WriteFile(filepath.Join(temp, name), []byte("GOFLAGS=-nonsense\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	toolchain := Toolchain{Version: running(t), GOROOT: fields[0], Cache: fields[1], Temp: temp, Env: append(os.Environ(),
		"GOFLAGS=-nonsense", "GOENV="+filepath.Join(temp, "env"), "GOROOT=/nowhere", "GOTOOLCHAIN=go1.1", "GOOS=plan9", "GOAMD64=v9", "CGO_ENABLED=1", "CC=/bin/false")}
	var called []Port
	r, err := toolchain.Check(t.Context(), []Port{windows, Host(), mac, windows}, func(r Result) { called = append(called, r.Port) })
	if err != nil {
		t.Fatal(err)
	}
	if want := []Port{Host(), windows, mac}; !slices.Equal(called, want) || len(r.Ports) != len(want) {
		t.Fatalf("got %v, want %v", called, want)
	}
	if !r.OK || r.Origin != Asked || !r.Ports[0].Ran || r.Ports[1].Ran || r.Ports[1].Subsystem != 3 || r.Ports[1].GOOS != "windows" {
		t.Errorf("got %+v", r)
	}
	onlySettings(t, temp)

	// A port that there is not, and go's own list of ports.
	if r, err = toolchain.Check(t.Context(), []Port{{"linux", "amd46"}}, nil); err != nil || r.OK || !strings.Contains(line(r.Ports[1].Findings), "build: ") {
		t.Errorf("got %+v, %v", r, err)
	}
	j, err := newJob(toolchain, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if ports, origin := j.firstClass(t.Context()); origin != Listed || !slices.Equal(ports, j.builtIn()) {
		t.Errorf("got %v from %s, want %v", ports, origin, j.builtIn())
	}
}

// onlySettings demands that nothing is left in temp.
func onlySettings(t *testing.T, temp string) {
	t.Helper()
	entries, err := os.ReadDir(temp)
	if err != nil || len(entries) != 3 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// fakeGo is a toolchain with a script for a go. It says what a good one says,
// unless script, which comes first, does something else.
func fakeGo(t *testing.T, version, script string) Toolchain {
	t.Helper()
	root := t.TempDir()
	v, err := gover.Parse(version)
	if err != nil {
		t.Fatal(err)
	}
	text := "#!/bin/sh\n" + script + `
case $1 in
version) echo "go version ` + version + ` ` + Host().String() + `" ;;
env) echo '` + root + `' ;;
build) printf '#!/bin/sh\necho hello\n' >"$3"; chmod +x "$3" ;;
*) exit 2 ;;
esac
`
	if err := errors.Join(
		os.Mkdir(filepath.Join(root, "bin"), 0o755),
		fetchtest.WriteProgram(filepath.Join(root, "bin", "go"), []byte(text)),
		os.WriteFile(filepath.Join(root, "VERSION"), []byte(version+"\n"), 0o644),
	); err != nil {
		t.Fatal(err)
	}
	return Toolchain{Version: v, GOROOT: root, Temp: t.TempDir(), Env: os.Environ()}
}

func TestCheckBad(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, version, script string
		self, host            string // findings
	}{
		{"no program", "go1.22.5", "", "", "format: not a program: begins with 23 21 2f 62"},
		{"elsewhere", "go1.22.5", `[ "$1" != env ] || { echo /nowhere; exit; }`, `goroot: go env GOROOT says "/nowhere", not `, "format: "},
		{"another version", "go1.22.5", `[ "$1" != version ] || { echo go version go1.22.4 x/y; exit; }`, `version: go version says "go version go1.22.4 x/y", not "go version go1.22.5 `, "format: "},
		{"does not run", "go1.22.5", "echo '# title' >&2; echo 'no such thing' >&2; exit 3", "run: go version: no such thing", "build: no such thing"},
		{"says nothing", "go1.22.5", "kill -9 $$", "run: go version: signal: killed", "build: signal: killed"},
		{"GOROOT for an old one", "go1.8.7", `[ "$1" != env ] || { echo "$GOROOT"; exit; }`, "", "format: "},
		{"no GOROOT for a new one", "go1.22.5", `[ -z "${GOROOT+x}" ] || exit 9`, "", "format: "},
		{"says too much", "go1.22.5", `[ "$1" != build ] || { yes | head -c 3000000; exit 1; }`, "", "build: y"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := fakeGo(t, test.version, test.script).Check(t.Context(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if self := line(r.Findings); !strings.HasPrefix(self, test.self) || test.self == "" && self != "" {
				t.Errorf("self: got %q, want %q", self, test.self)
			}
			if host := line(r.Ports[0].Findings); r.OK || !strings.HasPrefix(host, test.host) {
				t.Errorf("host: got %q, want %q", host, test.host)
			}
			if r.Origin != BuiltIn {
				t.Errorf("ports from %s", r.Origin)
			}
		})
	}
}

// TestPorts looks up which ports a release is checked for that lists none.
func TestPorts(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]int{"go1.4.3": 0, "go1.5.4": 7, "go1.15.15": 7, "go1.16.15": 8} { // with darwin/arm64
		j, err := newJob(fakeGo(t, version, ""), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if ports, origin := j.firstClass(t.Context()); len(ports) != want || (origin == HostOnly) != (want == 0) {
			t.Errorf("%s: got %v from %s, want %d", version, ports, origin, want)
		}
	}
	r, err := fakeGo(t, "go1.4.3", "").Check(t.Context(), []Port{windows}, nil)
	if err != nil || !strings.Contains(line(r.Ports[1].Findings), "before go1.5") {
		t.Errorf("got %+v, %v", r, err)
	}
}

// TestOutput has a command that says more than is kept, on both streams.
func TestOutput(t *testing.T) {
	t.Parallel()
	j := &job{work: t.TempDir()}
	out, err := j.command(t.Context(), time.Minute, nil, "/bin/sh", "-c", "yes | head -c 3000000; yes | head -c 3000000 >&2; exit 1")
	if err == nil || len(out) != 2*maxOutput {
		t.Errorf("kept %d bytes, %v", len(out), err)
	}
}

// TestEnd interrupts a build: what it has started ends as well, and its directory goes.
func TestEnd(t *testing.T) {
	t.Parallel()
	pids := filepath.Join(t.TempDir(), "pids")
	toolchain := fakeGo(t, "go1.22.5", `[ "$1" != build ] || { trap '' INT; sleep 1000 & echo $! >>'`+pids+`'; wait; }`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if data, _ := os.ReadFile(pids); strings.HasSuffix(string(data), "\n") {
				cancel()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	r, err := toolchain.Check(ctx, []Port{windows}, func(r Result) { t.Errorf("done: %v", r) })
	if !errors.Is(err, context.Canceled) || r.OK {
		t.Errorf("got %+v, %v", r, err)
	}
	data, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range strings.Fields(string(data)) {
		n, _ := strconv.Atoi(pid)
		for deadline := time.Now().Add(10 * time.Second); syscall.Kill(n, 0) == nil; time.Sleep(5 * time.Millisecond) {
			if stat, _ := os.ReadFile("/proc/" + pid + "/stat"); strings.Contains(string(stat), ") Z ") {
				break // ended; nobody has asked for its code
			}
			if time.Now().After(deadline) {
				t.Fatalf("process %d still runs", n)
			}
		}
	}
	if entries, err := os.ReadDir(toolchain.Temp); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
