package main_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// needed are packages of programs that scripts need besides: toolchains can't be
// scripts here.
var needed = []string{"../../internal/fetch/fetchtest/toy"}

// scriptDir returns a directory with the scripts in the words of Windows: PATH has
// semicolons, and what a program prints is compared as [cmdRun] leaves it.
func scriptDir(t *testing.T) string {
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		script, _, _ := strings.Cut(string(data), "\n-- ")
		text := translate(script) + string(data)[len(script):]
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var (
	execLine = regexp.MustCompile(`^((?:\[[^]]*\] )*(?:! )?)exec (.*[^&])$`)
	pathLine = regexp.MustCompile(`^((?:\[[^]]*\] )*env PATH=)(.*)$`)
)

func translate(script string) string {
	lines := strings.Split(script, "\n")
	for i, line := range lines {
		if m := execLine.FindStringSubmatch(line); m != nil {
			lines[i] = m[1] + "run " + m[2]
			lines[i] = strings.ReplaceAll(lines[i], "run /bin/sh ", "run sh ")
		} else if m := pathLine.FindStringSubmatch(line); m != nil {
			lines[i] = m[1] + strings.ReplaceAll(strings.ReplaceAll(m[2], "${:}", ":"), ":", ";")
		}
	}
	script = strings.Join(lines, "\n")
	return strings.NewReplacer("file://$WORK", "file:///$WORK", "$PLATFORM.tar.gz", "$PLATFORM.zip", "'$PLATFORM'.tar.gz", "'$PLATFORM'.zip").Replace(script)
}

func setupPlatform(env *testscript.Env) {
	for _, variable := range fetchtest.Home(env.Getenv("HOME")) {
		name, value, _ := strings.Cut(variable, "=")
		env.Setenv(name, value)
	}
	env.Setenv("SYSTEMROOT", os.Getenv("SYSTEMROOT"))
	env.Setenv("PATHEXT", ".exe")
	for _, name := range []string{"WORK", "HOME", "STORE", "PROGRAMS", "DOCS"} {
		env.Setenv(name, filepath.ToSlash(env.Getenv(name)))
	}
	env.Setenv("WORK", filepath.ToSlash(env.WorkDir))
}

// path is an absolute one.
var path = regexp.MustCompile(`[A-Za-z]:(\\[^\\\s"':;|<>]+)+\\?`)

// quoted is a path that a shell of Unix needs quotes for, since it has backslashes.
var quoted = regexp.MustCompile(`'([A-Za-z]:/[\w./@+-]*)'`)

// drive is the root of all on a drive.
var drive = regexp.MustCompile(`\b[A-Z]:\\\B`)

// slashes returns text with paths as other systems write them: with slashes, no quotes,
// and programs without ".exe".
func slashes(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), `\\`, `\`)
	text = path.ReplaceAllStringFunc(text, func(p string) string {
		return strings.TrimSuffix(filepath.ToSlash(p), ".exe")
	})
	return quoted.ReplaceAllString(drive.ReplaceAllString(text, "/"), "$1")
}

// line is the name of a link of a store, which are not made here.
var line = regexp.MustCompile(`^(latest|1\.\d+)$`)

// notHere reports whether name is that of an entry that a store has elsewhere only.
func notHere(name string) bool { return line.MatchString(name) }

// cmdRun is exec, but what is printed has [slashes].
func cmdRun(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[0], args[1:]...)
	_, _ = ts.Stdout().Write([]byte(slashes(ts.ReadFile("stdout"))))
	_, _ = ts.Stderr().Write([]byte(slashes(ts.ReadFile("stderr"))))
	if err != nil && !errors.As(err, new(*exec.ExitError)) || (err != nil) != neg {
		ts.Fatalf("unexpected result: %v", err)
	}
}
