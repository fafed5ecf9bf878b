package main_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// toys are the releases that the loopback server has.
var toys = []string{
	"1.8.7", "1.18.10", "1.20", "1.20.14", "1.21.0", "1.21.13",
	"1.22.4", "1.22.5", "1.22.12", "1.26.11", "1.27.3", "1.27.4", "1.28rc1",
}

// programs is the directory with the real gosw and gosw-shim, side by side, and
// scripts the one where the scripts run.
var programs, scripts string

// coverage is the directory for the coverage data of the programs, "" for none.
var coverage = os.Getenv("GOSW_COVERDIR")

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if programs = os.Getenv("GOSW_TEST_NAMESPACE"); programs != "" {
		return m.Run() // in the namespace of disk_test.go: all is built
	}
	dir, err := os.MkdirTemp("", "gosw-script-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.Chmod(dir, 0o755); err != nil { // some scripts have another user in it
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	programs, scripts = filepath.Join(dir, "bin"), filepath.Join(dir, "scripts")
	if err := os.Mkdir(scripts, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := build(programs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for name, text := range map[string]string{"asuser": asUser, "answer": answer} {
		if err := os.WriteFile(filepath.Join(programs, name), []byte(text), 0o755); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	defer func() {
		for _, end := range slices.Backward(atEnd) {
			end()
		}
	}()
	return m.Run()
}

// build makes the programs in dir. Where there is no go, GOSW_TEST_PROGRAMS has them.
func build(dir string) error {
	if len(needed) > 0 {
		_ = os.Setenv("GOSW_TEST_TOY", filepath.Join(dir, "toy.exe")) // for fetchtest
	}
	if made := os.Getenv("GOSW_TEST_PROGRAMS"); made != "" {
		return os.CopyFS(dir, os.DirFS(made))
	}
	args := []string{"build", "-o", dir + "/"}
	if coverage != "" {
		args = append(args, "-cover", "-coverpkg=github.com/gosw/gosw/...")
	}
	build := exec.Command("go", append(append(args, "../gosw", "../gosw-shim"), needed...)...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	return nil
}

// atEnd is what tests that share something leave to be done when all have run.
var atEnd []func()

// asUser is a program for scripts that runs another one without root's rights.
const asUser = `#!/bin/sh
[ "$(id -u)" = 0 ] || exec "$@"
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
`

// answer is a program for scripts: "answer QUESTION TEXT COMMAND" runs COMMAND on a
// terminal and types TEXT when QUESTION is there, as a person would.
const answer = `#!/bin/sh
seen=$(mktemp "${WORK:?}/XXXXXX")
{
	for i in $(seq 600); do
		grep -qs "$1" "$seen" && break
		sleep 0.05
	done
	printf '%b' "$2"
	sleep 1
} | script -qefc "$3" "$seen"
`

// TestScript runs testdata/script. Each script has a home directory of its own,
// the real programs on PATH, and a module proxy with a checksum database on the
// loopback interface, which serves toy toolchains. $PROXY is its address.
func TestScript(t *testing.T) {
	t.Parallel()
	root, err := os.MkdirTemp(scripts, "") // one for each -count
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 scriptDir(t),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		WorkdirRoot:         root,
		UpdateScripts:       os.Getenv("GOSW_UPDATE") != "", // of cmp
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"requests": cmdRequests,
			"entries":  cmdEntries,
			"publish":  cmdPublish,
			"fill":     cmdFill,
			"flip":     cmdFlip,
			"alter":    cmdAlter,
			"forge":    cmdForge,
			"received": cmdReceived,
			"padded":   cmdPadded,
			"unpack":   cmdUnpack,
			"save":     cmdSave,
			"session":  cmdSession,
			"run":      cmdRun,

			"grow":        cmdGrow,
			"publishfor":  cmdPublishFor,
			"publishvuln": cmdPublishVuln,
			"savevulns":   cmdSaveVulns,
		},
	})
}

type serverKey struct{}

func setup(env *testscript.Env) error {
	server, err := fetchtest.New(toys...)
	if err != nil {
		return err
	}
	env.Defer(server.Close)
	env.Values[serverKey{}] = server
	docs, err := filepath.Abs("../../docs")
	if err != nil {
		return err
	}
	home := filepath.Join(env.WorkDir, "home")
	env.Setenv("HOME", home)
	env.Setenv("STORE", filepath.Join(home, ".local", "go"))
	env.Setenv("PROGRAMS", programs)
	env.Setenv("PATH", strings.Join([]string{programs, "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"}, string(filepath.ListSeparator)))
	env.Setenv("DOCS", docs)
	env.Setenv("PROXY", server.Proxy())
	env.Setenv("GOPROXY", server.Proxy())
	env.Setenv("GOSUMDB", server.SumDB())
	env.Setenv("GOVULNDB", server.VulnDB())
	env.Setenv("GOSW_DL_URL", server.DL())
	env.Setenv("GOSW_DL_ARCHIVE_URL", server.Archives())
	env.Setenv("PLATFORM", runtime.GOOS+"-"+runtime.GOARCH) // as in names of archives
	env.Setenv("SHELL", "/bin/bash")
	env.Setenv("GOCOVERDIR", coverage)
	setupPlatform(env)
	return os.MkdirAll(home, 0o755)
}

func server(ts *testscript.TestScript) *fetchtest.Server {
	return ts.Value(serverKey{}).(*fetchtest.Server)
}

// cmdRequests is "requests N TEXT": so many requests whose path has TEXT came
// since the script began, or since the last "requests reset".
func cmdRequests(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 1 && args[0] == "reset" {
		server(ts).Reset()
		return
	}
	if len(args) != 2 || neg {
		ts.Fatalf("usage: requests N TEXT")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := server(ts).Requests(args[1]); got != want {
		ts.Fatalf("%d requests with %q, want %d", got, args[1], want)
	}
}

// cmdEntries is "entries DIR NAME…": DIR has just these entries; a DIR that is
// not there has none.
func cmdEntries(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || neg {
		ts.Fatalf("usage: entries DIR NAME…")
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	if err != nil && !os.IsNotExist(err) {
		ts.Check(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	want := slices.DeleteFunc(args[1:], notHere)
	if strings.Join(got, " ") != strings.Join(want, " ") {
		ts.Fatalf("%s has %q, want %q", args[0], got, want)
	}
}

// cmdPublish is "publish VERSION…": Go brings out new releases.
func cmdPublish(ts *testscript.TestScript, _ bool, args []string) {
	for _, version := range args {
		ts.Check(server(ts).Add(version))
	}
}

// cmdPublishFor is "publishfor VERSION GOOS GOARCH": a release for another platform.
func cmdPublishFor(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: publishfor VERSION GOOS GOARCH")
	}
	ts.Check(server(ts).AddFor(args[0], args[1], args[2]))
}

// cmdGrow is "grow N": others add so many records to the checksum database.
func cmdGrow(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(strings.Join(args, " "))
	ts.Check(err)
	server(ts).Grow(n)
}

// cmdPublishVuln is "publishvuln ID SUMMARY EVENT…": a vulnerability of the
// standard library becomes known; see [fetchtest.NewVuln].
func cmdPublishVuln(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: publishvuln ID SUMMARY EVENT…")
	}
	server(ts).AddVuln(fetchtest.NewVuln(args[0], "stdlib", args[1], nil, args[2:]...))
}

// cmdSaveVulns is "savevulns DIR": DIR gets a copy of the vulnerability database.
func cmdSaveVulns(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: savevulns DIR")
	}
	for name, data := range server(ts).VulnFiles() {
		file := filepath.Join(ts.MkAbs(args[0]), name)
		ts.Check(os.MkdirAll(filepath.Dir(file), 0o755))
		ts.Check(os.WriteFile(file, data, 0o644))
	}
}

// cmdSave is "save PATH FILE": FILE gets what the server has under PATH.
func cmdSave(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: save PATH FILE")
	}
	answer, err := http.Get(server(ts).Proxy() + args[0])
	ts.Check(err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	ts.Check(err)
	if answer.StatusCode != http.StatusOK {
		ts.Fatalf("%s: %s", args[0], answer.Status)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o644))
}

// cmdFill is "fill FILE N BYTE": FILE gets N bytes.
func cmdFill(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat(args[2], n)), 0o644))
}
