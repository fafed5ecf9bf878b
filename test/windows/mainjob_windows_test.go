// Package windows_test has gosw's main job on Windows, with the real programs and a
// compiled toy for go: this test binary itself.
package windows_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// programs is the directory with gosw.exe and gosw-shim.exe.
var programs = os.Getenv("GOSW_TEST_PROGRAMS")

func TestMain(m *testing.M) {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	if bin := filepath.Dir(self); filepath.Base(bin) == "bin" {
		os.Exit(toy(filepath.Base(filepath.Dir(bin))))
	}
	if programs == "" {
		dir, err := os.MkdirTemp("", "gosw")
		if err != nil {
			panic(err)
		}
		for _, args := range [][]string{{"-o", dir + `\`, "../../cmd/..."}, {"-tags=faults", "-o", dir + `\gosw-faults.exe`, "../../cmd/gosw"}} {
			if out, err := exec.Command("go", append([]string{"build"}, args...)...).CombinedOutput(); err != nil {
				panic(string(out))
			}
		}
		programs = dir
	}
	os.Exit(m.Run())
}

// toy is the go of a toolchain, which is in a directory of that name.
func toy(version string) int {
	switch verb := append(os.Args, "")[1]; verb {
	case "version":
		fmt.Println("go version", version, "windows/amd64")
	case "exit":
		code, _ := strconv.ParseUint(os.Args[2], 0, 32)
		return int(code)
	case "environ":
		fmt.Println(strings.Join(os.Environ(), "\n"))
	case "wait":
		fmt.Println("waiting")
		time.Sleep(time.Minute)
	default:
		fmt.Printf("%q GOTOOLCHAIN=%s\n", os.Args, os.Getenv("GOTOOLCHAIN"))
	}
	return 0
}

// A machine is a user's home directory, a store, and a server with toys.
type machine struct {
	*testing.T
	root, home, gosw string
	server           *fetchtest.Server
}

func newMachine(t *testing.T, root string) *machine {
	t.Helper()
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	m := emptyMachine(t, root)
	for _, version := range []string{"1.22.4", "1.22.5"} {
		if err := m.server.AddProgram(version, string(self)); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// emptyMachine is one whose server has nothing.
func emptyMachine(t *testing.T, root string) *machine {
	t.Helper()
	m := &machine{t, root, t.TempDir(), filepath.Join(t.TempDir(), "gosw.exe"), fetchtest.NewServer(t)}
	m.copy(filepath.Join(programs, "gosw.exe"), m.gosw)
	m.copy(filepath.Join(programs, "gosw-shim.exe"), filepath.Join(filepath.Dir(m.gosw), "gosw-shim.exe"))
	return m
}

// write writes a file in the user's home directory, which is the working directory.
func (m *machine) write(name, content string) {
	m.Helper()
	if err := os.WriteFile(filepath.Join(m.home, name), []byte(content), 0o644); err != nil {
		m.Fatal(err)
	}
}

func (m *machine) copy(from, to string, more ...byte) {
	m.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, append(data, more...), 0o755)
	}
	if err != nil {
		m.Fatal(err)
	}
}

// shim is the go in the store's bin.
func (m *machine) shim() string { return filepath.Join(m.root, "bin", "go.exe") }

// named is the command of a version.
func (m *machine) named(version string) string { return filepath.Join(m.root, "bin", version+".exe") }

func (m *machine) command(env, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = m.home
	cmd.Env = append(os.Environ(), "USERPROFILE="+m.home, "GOSW_ROOT="+m.root,
		"XDG_CACHE_HOME="+filepath.Join(m.home, "cache"), "XDG_STATE_HOME="+filepath.Join(m.home, "state"),
		"XDG_CONFIG_HOME="+filepath.Join(m.home, "config"), "XDG_DOCUMENTS_DIR="+filepath.Join(m.home, "Documents"),
		"GOPROXY="+m.server.Proxy(), "GOSUMDB="+m.server.SumDB(), "GOTOOLCHAIN=")
	if env != "" {
		cmd.Env = append(cmd.Env, strings.Split(env, "\x00")...)
	}
	return cmd
}

// run demands an exit code, and texts in what is printed.
func (m *machine) run(code uint32, cmd *exec.Cmd, texts ...string) {
	m.Helper()
	out, _ := cmd.CombinedOutput()
	if got := uint32(cmd.ProcessState.ExitCode()); got != code {
		m.Errorf("%q: exit code %#x, want %#x\n%s", cmd.Args, got, code, out)
	}
	for _, text := range texts {
		if !strings.Contains(string(out), text) {
			m.Errorf("%q: no %q in\n%s", cmd.Args, text, out)
		}
	}
}

func TestMainJob(t *testing.T) {
	roots := map[string]string{
		"plain": "store", "blanks": "my own store", "names": "größe 日本 😀", "long": "",
	}
	for name, below := range roots {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if name == "long" {
				below = strings.Repeat("x", 199-len(dir))
			}
			m := newMachine(t, filepath.Join(dir, below))
			m.run(0, m.command("", m.gosw, "install", "1.22.4"))
			m.run(0, m.command("GO_VERSION=1.22.4", m.shim(), "version"), "go version go1.22.4 windows/amd64")
			m.run(0, m.command("GO_VERSION=1.22.4", m.shim(), "build", "a b", `c"d\`), `["go" "build" "a b" "c\"d\\"] GOTOOLCHAIN=local`)
			m.run(0xc000013a, m.command("GO_VERSION=1.22.4", m.shim(), "exit", "0xc000013a"))

			// What is not plain success is handed over, to the gosw that the copy names.
			m.run(127, m.command("GO_VERSION=1.22.5", m.shim(), "version"), "go1.22.5 is not installed", "gosw install '1.22.5'")
			m.run(0, m.command("GO_VERSION=~> 1.22.0", m.shim(), "version"), "go version go1.22.4")
			m.run(0, m.command("", m.gosw, "default", "1.22"))
			m.run(0, m.command("", m.shim(), "version"), "go version go1.22.4")
			m.run(0, m.command("", m.gosw, "exec", "1.22.4", "go", "version"), "go version go1.22.4")

			m.run(0, m.command("", m.gosw, "install", "1.22.5"))
			m.run(0, m.command("", m.shim(), "version"), "go version go1.22.5")
			m.run(0, m.command("", m.gosw, "verify"), "go1.22.4", "go1.22.5")
			m.run(0, m.command("", m.gosw, "list"), "1.22.4", "1.22.5")
			m.run(0, m.command("", m.gosw, "why"), "go1.22.5")

			// Commands by name, for which Go's own switching looks. They are the shim.
			for _, version := range []string{"go1.22.4", "go1.22.5"} {
				m.run(0, m.command("", m.named(version), "version"), "go version "+version+" windows/amd64")
			}
			m.run(0xc000013a, m.command("GOTOOLCHAIN=auto", m.named("go1.22.4"), "exit", "0xc000013a"))
			m.run(0, m.command("GOTOOLCHAIN=auto", m.named("go1.22.4"), "x"), `["go" "x"] GOTOOLCHAIN=auto`)
			m.run(0, m.command("", m.gosw, "uninstall", "1.22.5"))
			m.run(0, m.command("", m.shim(), "version"), "go version go1.22.4")
			if _, err := os.Stat(m.named("go1.22.5")); !os.IsNotExist(err) {
				t.Errorf("%s is left: %v", m.named("go1.22.5"), err)
			}
			if left, err := os.ReadDir(filepath.Join(m.root, "staging")); err != nil || len(left) > 0 {
				t.Errorf("staging has %v, %v", left, err)
			}
		})
	}
}

// TestTooLong has a root below which Windows starts no program.
func TestTooLong(t *testing.T) {
	dir := t.TempDir()
	m := newMachine(t, filepath.Join(dir, strings.Repeat("x", 239-len(dir))))
	m.run(0, m.command("", m.gosw, "install", "1.22.4"))
	m.run(126, m.command("GO_VERSION=1.22.4", m.shim(), "version"), "Windows starts programs with at most 259")

	// One that is longer itself: what gosw writes is there, and no program starts.
	m.root = filepath.Join(dir, strings.Repeat("y", 150), strings.Repeat("z", 150))
	m.run(0, m.command("", m.gosw, "install", "1.22.4"))
	m.run(0, m.command("", m.gosw, "verify"))
	m.run(126, m.command("", m.gosw, "exec", "1.22.4", "go", "version"), "Windows starts programs with at most 259")
	m.run(0, m.command("", m.gosw, "uninstall", "1.22.4"))
}

// TestPins has the files that editors of Windows write.
func TestPins(t *testing.T) {
	m := newMachine(t, filepath.Join(t.TempDir(), "store"))
	m.run(0, m.command("", m.gosw, "install", "1.22.4"))
	for name, content := range map[string]string{
		"plain": "1.22.4\n", "CRLF": "1.22.4\r\n", "BOM": "\ufeff1.22.4\r\n", "line": "1.22",
	} {
		m.write(".go-version", content)
		t.Log(name)
		m.run(0, m.command("", m.shim(), "version"), "go version go1.22.4")
	}
	utf16 := "\xff\xfe1\x00.\x002\x002\x00.\x004\x00"
	m.write(".go-version", utf16)
	m.run(127, m.command("", m.shim(), "version"), ".go-version")
}

// TestRenewRunning renews a shim that runs: it is moved aside, and goes on.
func TestRenewRunning(t *testing.T) {
	m := newMachine(t, filepath.Join(t.TempDir(), "store"))
	m.run(0, m.command("", m.gosw, "install", "1.22.4"))
	cmd := m.command("GO_VERSION=1.22.4", m.shim(), "wait")
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stdout.Read(make([]byte, 7)); err != nil {
		t.Fatal(err)
	}
	shim := filepath.Join(filepath.Dir(m.gosw), "gosw-shim.exe")
	m.copy(shim, shim, 0) // as an update would
	m.run(0, m.command("", m.gosw, "install", "1.22.4"))
	have, err := os.ReadFile(m.shim())
	want, wantErr := os.ReadFile(shim)
	if err != nil || wantErr != nil || !bytes.Equal(have, want) {
		t.Errorf("the shim has %d bytes, want %d; %v, %v", len(have), len(want), err, wantErr)
	}
	m.run(0, m.command("GO_VERSION=1.22.4", m.shim(), "version"), "go version go1.22.4")
	if err := cmd.Process.Kill(); err != nil {
		t.Errorf("the one that ran has ended: %v", err)
	}
	_ = cmd.Wait()
	m.run(0, m.command("", m.gosw, "install", "1.22.4"))
	if left, err := os.ReadDir(filepath.Join(m.root, "staging")); err != nil || len(left) > 0 {
		t.Errorf("staging has %v, %v", left, err)
	}
}
