//go:build linux

package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// TestHintsBelowOddNames has the commands of hints that hold paths run as they are
// printed, where HOME has blanks, quotes, a dollar and a newline in it. Those of
// "gosw why" and of doctor are run so by TestDoctorFaults.
func TestHintsBelowOddNames(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	for _, test := range []struct {
		name, fault, command string
		hint                 string // the pattern of the hint, with a group for its command
		remains              bool   // the command only looks
	}{
		{"closed pin", `echo 1.27 >.go-version; chmod 0 .go-version`, `asuser gosw current`, `run "(chmod .*)"`, false},
		{"open store", `chmod g+w $STORE`, `gosw install 1.27.3`, `"(chmod .*)"`, false},
		{"store format", `echo x >$STORE/format`, `gosw install 1.27.3`, `repair it: "(echo .*)"`, false},
		{"another store", `chmod u+w $STORE/toolchains/go1.27.4/VERSION; echo x >$STORE/toolchains/go1.27.4/VERSION; export GOSW_SYSTEM_ROOT=$STORE GOSW_ROOT=$HOME/own`,
			`gosw verify 1.27.4`, `run "(GOSW_ROOT=.*)"`, false},
		{"link", `rm ~/.bashrc; ln -s nowhere ~/.bashrc`, `gosw init --install`, `link: "(ls .*)"`, true},
		{"lines of Windows", `printf 'a\r\n' >~/.bashrc`, `gosw init --install`, `again: "(sed .*)"`, false},
		{"read-only file", `echo >~/.bashrc; chmod 400 ~/.bashrc`, `gosw init --install`, `change the file: "(chmod .*)"; if`, false},
		{"not installed", `echo '~> 1.26.3' >.go-version`, `gosw current`, `run "(gosw install .*)"`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := w.shell(t, w.copy(t), false)
			s.run("cd work\n" + test.fault)
			said, code := s.run(test.command + " 2>&1")
			hint := regexp.MustCompile(`(?m)^gosw: hint: .*` + test.hint).FindStringSubmatch(said)
			if code == 0 || hint == nil {
				t.Fatalf("exit code %d, no such hint:\n%s", code, said)
			}
			if out, code := s.run(hint[1] + " 2>&1"); code != 0 {
				t.Fatalf("%s: exit code %d\n%s", hint[1], code, out)
			}
			if again, code := s.run(test.command + " 2>&1"); (code != 0) != test.remains {
				t.Errorf("after %s: exit code %d\n%s", hint[1], code, again)
			}
		})
	}
}

// placeholder is what stands for what the user has to know.
var placeholder = regexp.MustCompile(`…|\b(VERSION|DIR|FILE|SUM)\b|use gosw`)

// TestHintCommands has each command that a session's hints have in quotes run as it
// is printed, with programs in the place of the real ones: gosw only looks whether it
// has such a command, and the others do nothing. $STORE, $WORK and $HOME, which the
// sessions have for paths, are paths here too.
func TestHintCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	for _, name := range []string{bin, filepath.Join(dir, "newest")} { // which has a pin
		if err := os.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	stubs := map[string]string{"gosw": "case $1 in exec) exit ;; --*) exec \"$REAL/gosw\" \"$@\" ;; esac\nexec \"$REAL/gosw\" \"$@\" --help\n"}
	for _, name := range []string{"go", "chmod", "sed", "ls", "asdf", "mise", "direnv", "dmesg"} {
		stubs[name] = ""
	}
	for name, text := range stubs {
		if err := fetchtest.WriteProgram(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text)); err != nil {
			t.Fatal(err)
		}
	}
	begins := regexp.MustCompile(`"((?:[A-Z_]+=\S+ )*(?:gosw|go|chmod|sed|ls|asdf|mise|direnv|dmesg|echo|export|unset|set|cd) [^"]*)"`)
	ran := make(map[string]bool)
	for _, script := range readSessions(t) {
		for _, said := range script.said {
			for _, m := range said.messages() {
				for _, found := range begins.FindAllStringSubmatch(m.hint, -1) {
					shell := "bash"
					if strings.Contains(said.command, "SHELL=/usr/bin/fish") {
						shell = "fish"
					}
					line := found[1]
					if ran[shell+line] || placeholder.MatchString(line) {
						continue
					}
					ran[shell+line] = true
					cmd := exec.Command(shell, "-c", line)
					cmd.Dir = t.TempDir()
					cmd.Env = []string{"PATH=" + bin, "REAL=" + programs, "HOME=" + dir, "STORE=" + dir, "WORK=" + dir, "GOCOVERDIR=" + coverage, "GOOS=linux", "GOARCH=amd64"}
					if out, err := cmd.CombinedOutput(); err != nil {
						t.Errorf("%s: %s: %s: %v\n%s", script.name, shell, line, err, out)
					}
				}
			}
		}
	}
	if len(ran) < 100 {
		t.Errorf("only %d commands", len(ran))
	}
}
