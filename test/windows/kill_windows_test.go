package windows_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestKilled kills gosw before each step of each change. What has a version's name then
// is complete and runs, and the same command, once more, gets all done and leaves nothing.
func TestKilled(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(m *machine)
		args   []string
		gone   bool   // that there is nothing to do is an error
		after  string // what is installed
	}{
		{"first install", func(m *machine) { _ = os.RemoveAll(m.root) }, []string{"install", "1.22.5"}, false, "go1.22.5"},
		{"install", nil, []string{"install", "1.22.5"}, false, "go1.22.5\ngo1.22.4"},
		{"uninstall", nil, []string{"uninstall", "1.22.4"}, true, ""},
		{"default", nil, []string{"default", "1.22.4"}, false, "go1.22.4"},
		{"repair", (*machine).damage, []string{"repair"}, false, "go1.22.4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t, filepath.Join(t.TempDir(), "store"))
			m.copy(filepath.Join(programs, "gosw-faults.exe"), m.gosw)
			m.run(0, m.command("", m.gosw, "install", "1.22.4"))
			template := m.root + " template"
			if err := os.Rename(m.root, template); err != nil {
				t.Fatal(err)
			}
			start := func() {
				m.reset(template)
				if c.before != nil {
					c.before(m)
				}
			}
			start()
			log := filepath.Join(m.home, "steps")
			m.run(0, m.command("GOSW_FAULT_LOG="+log, m.gosw, c.args...))
			data, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			steps := strings.Fields(string(data))
			seen := make(map[string]bool)
			for _, step := range steps { // the first time that each comes
				if seen[step] {
					continue
				}
				seen[step] = true
				start()
				m.run(137, m.command("GOSW_FAULT="+step+"=SIGKILL", m.gosw, c.args...))
				out, err := m.command("", m.gosw, "verify").Output()
				for line := range strings.Lines(string(out)) {
					if c.name != "repair" && !strings.HasSuffix(line, ": ok\n") && !strings.Contains(line, ": link bin/") {
						t.Errorf("%s: %s", step, line)
					}
				}
				switch out, err := m.command("", m.gosw, c.args...).CombinedOutput(); {
				case err == nil:
				case c.gone && strings.Contains(string(out), "not installed"):
				default:
					t.Errorf("%s: once more: %v\n%s", step, err, out)
				}
				out, err = m.command("", m.gosw, "verify").Output()
				if got := strings.TrimSpace(strings.ReplaceAll(string(out), ": ok", "")); err != nil || got != c.after {
					t.Errorf("%s: %v: %s, want %s", step, err, out, c.after)
				}
				if left, _ := os.ReadDir(filepath.Join(m.root, "staging")); len(left) > 0 {
					m.run(0, m.command("", m.gosw, "prune", "--keep", "1.22.4", "--keep", "1.22.5"))
				}
				m.noneLeft(step)
			}
			t.Logf("%d steps", len(seen))
			if len(seen) < 3 {
				t.Errorf("steps: %q", steps)
			}
		})
	}
}

// damage changes a file of what is installed.
func (m *machine) damage() {
	m.Helper()
	file := filepath.Join(m.root, "toolchains", "go1.22.4", "src", "fmt", "print.go")
	err := os.Chmod(file, 0o644)
	if err == nil {
		err = os.WriteFile(file, []byte("damaged"), 0o444)
	}
	if err != nil {
		m.Fatal(err)
	}
}

// reset makes the store a copy of template.
func (m *machine) reset(template string) {
	m.Helper()
	_ = filepath.WalkDir(m.root, func(path string, _ os.DirEntry, _ error) error { return os.Chmod(path, 0o600) })
	if err := os.RemoveAll(m.root); err != nil {
		m.Fatal(err)
	}
	err := filepath.WalkDir(template, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := m.root + strings.TrimPrefix(path, template)
		if entry.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, info.Mode())
	})
	if err != nil {
		m.Fatal(err)
	}
}

func (m *machine) noneLeft(when string) {
	m.Helper()
	if left, err := os.ReadDir(filepath.Join(m.root, "staging")); err != nil || len(left) > 0 {
		m.Errorf("%s: staging has %v, %v", when, left, err)
	}
}

// TestTogether has many processes change one store.
func TestTogether(t *testing.T) {
	m := newMachine(t, filepath.Join(t.TempDir(), "store"))
	together := func(commands ...[]string) {
		t.Helper()
		var wg sync.WaitGroup
		for _, args := range commands {
			wg.Go(func() { m.run(0, m.command("", m.gosw, args...)) })
		}
		wg.Wait()
		m.run(0, m.command("", m.gosw, "verify"))
	}
	install := []string{"install", "1.22.4"}
	m.server.Reset()
	together(install, install, install, install)
	if n := m.server.Requests("1.22.4.windows-amd64.zip"); n > 3 { // the parts of one
		t.Errorf("%d requests for a zip that four want", n)
	}
	m.noneLeft("one version")
	together([]string{"install", "1.22.5"}, []string{"uninstall", "1.22.4"}, []string{"verify"}, []string{"list"})
	together([]string{"install", "1.22.4"}, []string{"default", "1.22"}, []string{"verify"}, []string{"list"})
	m.run(0, m.command("", m.gosw, "uninstall", "1.22.4"))
	m.run(0, m.command("", m.gosw, "list"), "go1.22.5")
	m.run(0, m.command("", m.shim(), "version"), "go version go1.22.5")

	// Shims that run while their store changes.
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				m.run(0, m.command("GO_VERSION=1.22.5", m.shim(), "version"), "go version go1.22.5")
			}
		})
	}
	m.run(0, m.command("", m.gosw, "install", "1.22.4"))
	m.run(0, m.command("", m.gosw, "uninstall", "1.22.4"))
	wg.Wait()
	m.run(0, m.command("", m.gosw, "install", "1.22.5")) // deletes what a shim had open
	m.noneLeft("shims")
}

// TestArguments hands a table of arguments through the shim.
func TestArguments(t *testing.T) {
	m := newMachine(t, filepath.Join(t.TempDir(), "store"))
	m.run(0, m.command("", m.gosw, "install", "1.22.4"))
	cores := []string{"", "a", "a b", `"`, `\`, `a\`, `a b\`, `\"`, `\\"`, `\\\`, `a"b c`, "%PATH%", "^&|<>", "!x!", "*", "?.go", "'", "\t", "ä€😀", `C:\Program Files\Go\`,
		`-ldflags=-X "a=b c"`, "/x", "@file", "$HOME", "`x`", "a=b", ";,", "()", "~", "#"}
	args := []string{"x"}
	for _, core := range cores {
		args = append(args, core, core+" "+core)
	}
	var want bytes.Buffer
	fmt.Fprintf(&want, "%q GOTOOLCHAIN=local\n", append([]string{"go"}, args...))
	for _, program := range []string{m.shim(), m.gosw} {
		all := args
		if program == m.gosw {
			all = append([]string{"exec", "--", "go"}, args...)
		}
		out, err := m.command("GO_VERSION=1.22.4", program, all...).Output()
		if err != nil || len(args) < 60 || string(out) != want.String() {
			t.Errorf("%s, %d arguments: %v\n%s\nwant\n%s", program, len(args), err, out, &want)
		}
	}
}

// TestNames has variables and directories whose names differ by capitals only.
func TestNames(t *testing.T) {
	m := newMachine(t, filepath.Join(t.TempDir(), "Store"))
	m.run(0, m.command("", m.gosw, "install", "1.22.4"))
	system := filepath.Join(m.home, "System Go", "bin") // where the toy is one
	if err := os.MkdirAll(system, 0o755); err != nil {
		t.Fatal(err)
	}
	m.copy(os.Args[0], filepath.Join(system, "go.exe"))
	upper := strings.ToUpper(m.root)
	path := "pAtH=" + upper + `\BIN;` + system + `\;C:\windows`
	m.run(0, m.command(path+"\x00go_version=1.22.4", m.gosw, "which"), `toolchains\go1.22.4\bin\go.exe`)
	m.run(0, m.command(path+"\x00GO_VERSION=system", m.gosw, "which"), system+`\go.exe`)
	m.run(0, m.command(path+"\x00GO_VERSION=system", m.shim(), "x"), `["go" "x"]`)
	m.run(0, m.command(path+"\x00GO_VERSION=1.22.4", m.gosw, "why"), "gosw's shim")
	out, err := m.command(path+"\x00goroot=C:\\old", m.gosw, "exec", "1.22.4", "go", "environ").Output()
	paths, bin := 0, strings.ToLower(filepath.Join(m.root, "bin"))
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch strings.ToUpper(name) {
		case "PATH":
			paths++
			if strings.Count(";"+strings.ToLower(value)+";", ";"+bin+";") != 1 {
				t.Errorf("PATH is %s", value)
			}
		case "GOROOT":
			t.Errorf("GOROOT is still %s", value)
		}
	}
	if err != nil || paths != 1 {
		t.Errorf("%d variables are PATH, %v\n%s", paths, err, out)
	}
}
