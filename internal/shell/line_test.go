//go:build !windows

package shell

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// TestLine compares what each shell writes for each kind of step.
func TestLine(t *testing.T) {
	t.Parallel()
	c := command.Run("gosw", "install", "~> 1.22").Then(command.Export("A", "it's")).Then(command.Unset("B")).
		Then(command.Command{{Kind: command.With, Name: "C", Text: "c", Argv: []string{"/a b/gosw", "x=y,z"}}, {Kind: command.First, Text: "/a b"}, {Kind: command.Last, Text: "/b"}}).
		Then(command.Write("1.22", ".go-version")).Then(command.Command{{Kind: command.Append, Text: "two words", File: "/f"}})
	const bourne = `gosw install '~> 1.22' && export A='it'\''s' && unset B && C=c '/a b/gosw' x=y,z && export PATH='/a b':$PATH && export PATH=$PATH:/b && echo 1.22 > .go-version && echo 'two words' >> /f`
	for name, want := range map[string]string{
		"bash": bourne, "zsh": bourne, "sh": bourne,
		"fish":       `gosw install '~> 1.22' && set -gx A 'it\'s' && set -e B && C=c '/a b/gosw' x=y,z && set -gx PATH '/a b' $PATH && set -gx PATH $PATH /b && echo 1.22 > .go-version && echo 'two words' >> /f`,
		"powershell": `gosw install '~> 1.22'; $env:A = 'it''s'; Remove-Item Env:B; $env:C = 'c'; & '/a b/gosw' 'x=y,z'; $env:PATH = '/a b' + [IO.Path]::PathSeparator + $env:PATH; $env:PATH += [IO.Path]::PathSeparator + '/b'; Set-Content -LiteralPath '.go-version' -Value '1.22'; Add-Content -LiteralPath '/f' -Value 'two words'`,
		"nushell":    `gosw install "~> 1.22"; $env.A = "it's"; hide-env B; with-env {C: "c"} { ^"/a b/gosw" "x=y,z" }; $env.PATH = ($env.PATH | prepend "/a b"); $env.PATH = ($env.PATH | append "/b"); "1.22" + "\n" | save --force ".go-version"; "two words" + "\n" | save --append "/f"`,
	} {
		sh, _ := Lookup(name)
		if got := Line(sh, c); got != want {
			t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
		}
	}
	const inCmd = `gosw install "~> 1.22" && set "A=it's" && set B= && cmd /c "set "C=c" && "/a b/gosw" "x=y,z"" && set "PATH=/a b;%PATH%" && set "PATH=%PATH%;/b" && > ".go-version" echo 1.22 && >> "/f" echo two words && move a "b c"`
	if got := Line(cmd, c.Then(command.Run("mv", "a", "b c"))); got != inCmd {
		t.Errorf("cmd:\n%s\nwant:\n%s", got, inCmd)
	}
}

// TestNoLine has commands that can't be typed in one line, of characters that can
// be seen, that means what it should.
func TestNoLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text  string
		lines string // the shells that have one
	}{
		{"a\nb", "bash zsh fish powershell nushell"},
		{"\x1b[31m", "bash zsh fish powershell nushell"},
		{"\u202e", "bash zsh powershell nushell"},
		{"\xff", "bash zsh fish"},
		{strings.Repeat("x", maxLine), ""},
	} {
		for _, name := range Names() {
			sh, _ := Lookup(name)
			line := Line(sh, command.Run("cd", test.text))
			if wanted := strings.Contains(test.lines, name) && (name != "sh"); (line != "") != wanted || strings.ContainsAny(line, "\n\x1b") {
				t.Errorf("%s: %q: %q", name, test.text, line)
			}
		}
	}
	for _, text := range []string{`a"b`, "%PATH%", "a\nb"} {
		if line := Line(cmd, command.Run("cd", text)); line != "" {
			t.Errorf("cmd: %q: %q", text, line)
		}
	}
	for _, text := range []string{"a&b", "a^b", "a|b", "%x%"} {
		if line := Line(cmd, command.Export("A", text)); line != "" {
			t.Errorf("cmd: %q: %q", text, line)
		}
	}
	if line := Line(bash, nil); line != "" {
		t.Error(line)
	}
}

// oddNames are names of directories and files that mean something to a shell.
var oddNames = []string{"a b o'neil \"q\"", "$HOME `x` \\ (x); exit 3", "new\nline", "*?[é]{} !x", "=x", "~", "a=b,c@d", "#x", "\t\x1b[31m", "\xff", "%d & jürgen"}

// TestLinesRun has each kind of step run by each real shell, below directories of
// odd names, and looks at what came of it.
func TestLinesRun(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		shell Shell
		argv  []string
	}{
		{bash, []string{"bash", "--norc", "-c"}},
		{zsh, []string{"zsh", "-f", "-c"}},
		{fish, []string{"fish", "--no-config", "--private", "-c"}},
		{posix, []string{"dash", "-c"}},
		{posix, []string{"busybox", "sh", "-c"}},
		{posix, []string{"ksh", "-c"}},
		{posix, []string{"mksh", "-c"}},
		{nushell, []string{"nu", "--no-config-file", "-c"}},
	} {
		for _, name := range oddNames {
			dir := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			script := "#!/bin/sh\nprintf '%s\\n' \"$1\" \"$V\" \"${W-none}\" \"$PATH\" >\"$OUT\"\n"
			tool := filepath.Join(dir, name+"-tool")
			if err := fetchtest.WriteProgram(tool, []byte(script)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, name+".pin")
			line := Line(one.shell, command.Unset("W").Then(command.Export("V", dir)).
				Then(command.Command{{Kind: command.First, Text: dir}, {Kind: command.Last, Text: dir + "/z"}}).
				Then(command.Write("1.22", file)).Then(command.Command{{Kind: command.Append, Text: "two words", File: file}}).
				Then(command.Command{{Kind: command.With, Name: "X", Text: dir, Argv: []string{tool, dir}}}))
			if line == "" {
				if unseen := name == "\xff" || strings.ContainsAny(name, "\n\x1b\t"); !unseen || one.shell.Name() != "sh" && name != "\xff" {
					t.Errorf("%s: %q: no line", one.argv[0], name)
				}
				continue
			}
			out := filepath.Join(dir, "out")
			cmd := exec.Command(program(t, one.argv[0]), append(one.argv[1:], line)...)
			cmd.Dir = dir
			cmd.Env = []string{"PATH=/usr/bin:/bin:/odd dir", "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8", "W=w", "OUT=" + out}
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %s: %v\n%s", one.argv[0], line, err, said)
				continue
			}
			got, _ := os.ReadFile(out)
			if want := strings.Join([]string{dir, dir, "none", dir + ":/usr/bin:/bin:/odd dir:" + dir + "/z"}, "\n") + "\n"; string(got) != want {
				t.Errorf("%s: %s: got\n%s\nwant\n%s", one.argv[0], line, got, want)
			}
			if pin, _ := os.ReadFile(file); string(pin) != "1.22\ntwo words\n" {
				t.Errorf("%s: %s: the file has %q", one.argv[0], line, pin)
			}
		}
	}
}
