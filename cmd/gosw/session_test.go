package main_test

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"runtime"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdSession is "session FILE": the lines of FILE that begin with "$ " are run
// by sh, one after another, and stdout gets what a person would see: each
// command, its results after "> ", what it says, and its exit code if that is not
// 0. "cmp stdout FILE" then compares all of it; with GOSW_UPDATE=1 it renews FILE.
// What differs from run to run has a name or "…" for it.
func cmdSession(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 || neg {
		ts.Fatalf("usage: session FILE")
	}
	tame := tamer(ts)
	var seen strings.Builder
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		command, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "$ ")
		if !ok {
			continue
		}
		err := ts.Exec("sh", "-c", command)
		fmt.Fprintf(&seen, "$ %s\n", command)
		for result := range strings.Lines(tame(ts.ReadFile("stdout"))) {
			fmt.Fprintf(&seen, "> %s\n", strings.TrimSuffix(result, "\n"))
		}
		seen.WriteString(tame(ts.ReadFile("stderr")))
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			fmt.Fprintf(&seen, "exit %d\n", exit.ExitCode())
		} else if err != nil {
			ts.Fatalf("%s: %v", command, err)
		}
	}
	_, _ = ts.Stdout().Write([]byte(seen.String()))
}

// passing is what differs from run to run.
var passing = regexp.MustCompile(`\d+(?:\.\d+| of \d+)(s| MB| bytes)\b|\b(process|user|record|tree of) \d+|\bgosw-cross-\d+|h1:[A-Za-z0-9+/=]+|\b[0-9a-f]{64}\b|\b[0-9a-f]{8}\b|GO-2099-\d{4}`)

// tamer returns a function that gives a name to what differs from machine to
// machine, and "…" to what differs from run to run.
func tamer(ts *testscript.TestScript) func(string) string {
	var names []string
	for _, name := range []string{"STORE", "HOME", "WORK", "PROGRAMS", "GOSW_DL_ARCHIVE_URL", "GOSW_DL_URL", "GOVULNDB", "PROXY"} {
		if value := ts.Getenv(name); value != "" {
			names = append(names, value, "$"+name)
		}
	}
	module := regexp.MustCompile(`(v0\.0\.1-go[0-9.a-z]+)\.` + runtime.GOOS + "-" + runtime.GOARCH)
	port := regexp.MustCompile(`127\.0\.0\.1:\d{4,5}`)
	proxy := regexp.MustCompile(`\bhttps://[a-z.]+,direct\b`)
	names = append(names, runtime.GOOS+"/"+runtime.GOARCH, "$GOOS/$GOARCH")
	replacer := strings.NewReplacer(names...)
	return func(text string) string {
		text = slashes(text)
		text = module.ReplaceAllString(text, "$1.$$PLATFORM")
		text = proxy.ReplaceAllString(text, "$$DEFAULT_PROXY")
		text = port.ReplaceAllString(replacer.Replace(text), "127.0.0.1:$$PORT")
		return passing.ReplaceAllStringFunc(text, func(s string) string {
			groups := passing.FindStringSubmatch(s)
			switch {
			case groups[1] != "":
				return "…" + groups[1]
			case groups[2] != "":
				return groups[2] + " …"
			}
			return "…"
		})
	}
}
