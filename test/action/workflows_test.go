//go:build !windows

package action_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWorkflows holds the workflows to what a linter does not know: they call targets that
// the Makefile has, and actions by their commits, with no right that a job does not name.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	makefile := readFile(t, "../../Makefile")
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	target := regexp.MustCompile(`\bmake (?:--?\S+ )*([a-z][a-z0-9-]*)|target: \[(.*)\]`)
	pinned := regexp.MustCompile(`uses: (?:\./|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$`)
	targets := make(map[string]bool)
	for _, file := range append(files, "../../action.yml") {
		text := readFile(t, file)
		if !strings.Contains(text, "\npermissions: {}\n") && filepath.Base(file) != "action.yml" {
			t.Errorf("%s: jobs have the rights of the repository's settings", file)
		}
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\n")
			code, _, _ := strings.Cut(line, "# ")
			if strings.Contains(code, "uses: ") && !pinned.MatchString(line) {
				t.Errorf("%s: %q names no commit", file, line)
			}
			if strings.Contains(code, "name: ") {
				continue
			}
			for _, match := range target.FindAllStringSubmatch(code, -1) {
				for name := range strings.SplitSeq(match[1]+match[2], ", ") {
					targets[name] = true
					if !strings.Contains(makefile, "\n"+name+":") {
						t.Errorf("%s: the Makefile has no target %q", file, name)
					}
				}
			}
		}
	}
	for _, name := range []string{"dist", "fuzz", "wine", "newest", "action-check"} {
		if !targets[name] {
			t.Errorf("no workflow makes %s", name)
		}
	}
}
