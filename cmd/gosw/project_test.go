package main_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// projectFiles are what a project may have where a relative directory would make it a
// setting. Whatever reads one says nonsense, or runs the command.
var projectFiles = []string{
	"gosw/env", "go/env", "env", ".netrc", "netrc", ".config/gosw/env", ".config/go/env", "home/.config/gosw/env", "home/.config/go/env",
	".local/go/default", "home/.local/go/default", "lib/gosw.sh", ".bashrc", "home/.bashrc", ".config/direnv/lib/gosw.sh",
}

// TestProject runs gosw in a project, with each directory of the user's missing,
// relative or absolute. Either all is as if the project were another, or there is
// an error; and nothing is written to the project, or to / for want of a home.
func TestProject(t *testing.T) {
	t.Parallel()
	top, server := t.TempDir(), fetchtest.NewServer(t, toys...)
	project := filepath.Join(top, "project")
	for _, name := range projectFiles {
		file := filepath.Join(project, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("GOSW_JOBS=nonsense\nGOSW_SOURCE=nonsense\nGOAUTH="+project+"/run\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := fetchtest.WriteProgram(filepath.Join(project, "run"), []byte("#!/bin/sh\n: >\"$0\".was\n")); err != nil {
		t.Fatal(err)
	}
	before, rootBefore := fingerprint(t, project), atRoot()
	for i, test := range surroundings() {
		t.Run(test.name, func(t *testing.T) {
			own := filepath.Join(top, fmt.Sprint(i))
			commands := [][]string{
				{"install", "1.22.4"}, {"env", "-w", "GOSW_JOBS=2"}, {"init", "bash", "--install"},
				{"env"}, {"size"}, {"doctor"}, {"init", "direnv", "--install"},
			}
			if testing.Short() {
				commands = commands[:3]
			}
			for _, args := range commands {
				cmd := exec.CommandContext(t.Context(), filepath.Join(programs, "gosw"), args...)
				cmd.Dir = project
				cmd.Env = []string{"PATH=/usr/bin:/bin", "GOPROXY=" + server.Proxy(), "GOSUMDB=" + server.SumDB(), "GOCOVERDIR=" + coverage}
				for _, variable := range fetchtest.Home(own) {
					if strings.HasPrefix(variable, "XDG_") { // Windows has no home for these: they would be the account's
						cmd.Env = append(cmd.Env, variable)
					}
				}
				for variable := range strings.FieldsSeq(strings.ReplaceAll(test.env, "$OWN", own)) {
					cmd.Env = append(cmd.Env, variable)
					if home, ok := strings.CutPrefix(variable, "HOME="); ok {
						cmd.Env = append(cmd.Env, "USERPROFILE="+home) // which Windows has instead
					}
				}
				out, err := cmd.CombinedOutput()
				if strings.Contains(string(out), "nonsense") {
					t.Errorf("gosw %v reads a file of the project:\n%s", args, out)
				}
				if args[0] == "install" && (err == nil) != test.works {
					t.Errorf("gosw install: %v, works %v\n%s", err, test.works, out)
				} else if args[0] == "install" && err != nil && (!strings.Contains(string(out), " absolute path\ngosw: hint: ") && !strings.Contains(string(out), " is not set\ngosw: hint: ") || cmd.ProcessState.ExitCode() != 1) {
					t.Errorf("gosw install: %v:\n%s", err, out)
				}
			}
			if got := fingerprint(t, project); got != before {
				t.Errorf("the project was\n%s\nand is\n%s", before, got)
			}
			if got := atRoot(); got != rootBefore {
				t.Errorf("/ had %q, and has %q", rootBefore, got)
			}
		})
	}
}

type surrounding struct {
	name, env string
	works     bool // gosw install does
}

// surroundings are all combinations of what names the user's directories, and one of
// them alone for each variable that names a file.
func surroundings() []surrounding {
	var all []surrounding
	for _, home := range []string{"", "HOME=", "HOME=.", "HOME=$OWN/home"} {
		for _, root := range []string{"", "GOSW_ROOT=$OWN/root"} {
			for _, xdg := range []string{
				"", "XDG_CONFIG_HOME=.", "XDG_CACHE_HOME=.", "XDG_STATE_HOME=.", "XDG_CONFIG_HOME=~/.config",
				"XDG_CONFIG_HOME=$OWN/c XDG_CACHE_HOME=$OWN/k XDG_STATE_HOME=$OWN/s",
			} {
				env := strings.TrimSpace(home + " " + root + " " + xdg)
				absent := home == "" || home == "HOME="
				works := (strings.Contains(home, "$OWN") || absent && root != "") && (xdg == "" || strings.Contains(xdg, "$OWN"))
				all = append(all, surrounding{env, env, works})
			}
		}
	}
	for _, file := range []string{"HOME=home", "GOSW_ROOT=.local/go", "XDG_CONFIG_HOME=.config", "GOENV=env", "GOENV=./go/env", "NETRC=.netrc"} {
		all = append(all, surrounding{file, "HOME=$OWN/home " + file, false})
	}
	for _, other := range []string{"DIRENV_CONFIG=.", "TMPDIR=.", "GOMODCACHE=.", "GOENV=off", "GOPATH=."} {
		all = append(all, surrounding{other, "HOME=$OWN/home " + other, true})
	}
	return all
}

// atRoot lists the directories that there are in / where a home has them.
func atRoot() string {
	found, _ := filepath.Glob("/.[cl]*")
	below, _ := filepath.Glob("/.[cl]*/*")
	return strings.Join(append(found, below...), " ")
}

// fingerprint lists what a directory has: names, modes and sums of contents.
func fingerprint(t *testing.T, dir string) string {
	t.Helper()
	var text strings.Builder
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%s %v", file, info.Mode())
		if entry.Type().IsRegular() {
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			fmt.Fprintf(&text, " %x", sha256.Sum256(data))
		}
		text.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}
