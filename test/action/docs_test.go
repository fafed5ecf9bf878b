//go:build !windows

package action_test

import (
	"os"
	"strings"
	"testing"
)

// snippets returns what is indented below a heading of docs/ci.md, piece by piece.
func snippets(t testing.TB, heading string) (all []string) {
	t.Helper()
	_, section, found := strings.Cut(readFile(t, "../../docs/ci.md"), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("docs/ci.md has no %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	open := false
	for line := range strings.Lines(section) {
		code, ok := strings.CutPrefix(line, "    ")
		switch {
		case ok && !open:
			all = append(all, code)
		case ok:
			all[len(all)-1] += code
		}
		open = ok
	}
	return all
}

// snippet returns the one that follows a line that begins with name.
func snippet(t testing.TB, name string) string {
	t.Helper()
	_, text, found := strings.Cut(readFile(t, "../../docs/ci.md"), "\n"+name)
	_, text, _ = strings.Cut(text, "\n\n")
	text, _, _ = strings.Cut(text, "\n\n")
	if !found {
		t.Fatalf("docs/ci.md has no %q", name)
	}
	return strings.ReplaceAll("\n"+text, "\n    ", "\n")[1:] + "\n"
}

// TestDocs runs what docs/ci.md has for sh, and makes sure that what it has for systems
// that can't be run here are the same lines.
func TestDocs(t *testing.T) {
	t.Parallel()
	r := newRunner(t, "1.22.4", "1.22.5")
	r.write("src/.go-version", "1.22.4\n")
	plain := snippets(t, "Other systems")[0]
	if _, err := r.step(nil, "sh", "-euc", plain+"go version; command -v go"); err != nil || !strings.Contains(r.out, "go version go1.22.4 ") || !strings.Contains(r.out, "toolchains/go1.22.4/bin/go\n") {
		t.Errorf("%v\n%s", err, r.out)
	}
	for _, system := range []string{"GitLab", "Buildkite", "Jenkins"} {
		lines := snippet(t, system)
		for line := range strings.Lines(plain) {
			if !strings.Contains(lines, line) {
				t.Errorf("%s: no %q in\n%s", system, line, lines)
			}
		}
	}

	r.write("src/.go-version", "none\n")
	if _, err := r.step(nil, "sh", "-euc", plain+"echo went on"); err == nil || strings.Contains(r.out, "went on") {
		t.Errorf("a wrong pin: %v\n%s", err, r.out)
	}

	// A cache, from one machine to the next.
	r.write("src/.go-version", "1.22.4\n")
	cached := snippets(t, "A cache")[0]
	r.env["CACHE"] = r.path("temp")
	for _, home := range []string{"home", "home2"} {
		r.env["HOME"] = r.path(home)
		r.server.Reset()
		if _, err := r.step(nil, "sh", "-euc", cached+"go version"); err != nil || !strings.Contains(r.out, "go version go1.22.4 ") {
			t.Errorf("%v\n%s", err, r.out)
		}
	}
	if n := r.server.Requests(""); n != 0 {
		t.Errorf("%d requests with a cache", n)
	}

	if _, err := r.step(nil, "sh", "-euc", snippets(t, "One version in a directory")[0]); err != nil {
		t.Errorf("%v\n%s", err, r.out)
	}
	if _, err := os.Stat(r.path("src", "sdk", "go", "VERSION")); err != nil {
		t.Error(err)
	}
}
