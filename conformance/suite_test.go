//go:build !windows

package conformance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// defaultInstalled is the list in README.md.
const defaultInstalled = "go1.20 go1.20.14 go1.21.0 go1.21.13 go1.22.4 go1.22.5 go1.23.1 go1.24rc1"

// A testcase is one case as README.md describes it.
type testcase struct {
	name        string
	tree        []entry // in the order in which it is to be made
	installed   []string
	noSystem    bool
	dir         string
	env         []string
	args        []string
	want        string
	source      string
	gotoolchain string
	wantError   string
	says        string
	hides       string
}

// An entry is a key about the tree, such as "file", with the parts of its value.
type entry struct {
	key   string
	parts []string
}

// readSuite returns the cases of all files here, by file.
func readSuite(t *testing.T) map[string][]testcase {
	t.Helper()
	files, err := filepath.Glob("*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no suite: %v", err)
	}
	suite := make(map[string][]testcase)
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := parse(archive)
		if err != nil {
			t.Fatalf("%s:%v", file, err)
		}
		suite[strings.TrimSuffix(file, ".txtar")] = cases
	}
	return suite
}

func parse(archive *txtar.Archive) ([]testcase, error) {
	common := testcase{installed: strings.Fields(defaultInstalled), dir: "work", args: []string{"version"}}
	for _, f := range archive.Files {
		common.tree = append(common.tree, entry{"file", []string{f.Name, string(f.Data)}})
	}
	var cases []testcase
	current := &common
	for i, line := range strings.Split(string(archive.Comment), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		if ok && key == "case" {
			next := common
			next.name = value
			next.tree = append([]entry(nil), common.tree...)
			cases = append(cases, next)
			current = &cases[len(cases)-1]
			continue
		}
		if err := current.set(key, value); !ok || err != nil {
			return nil, fmt.Errorf("%d: %q: %w", i+1, line, err)
		}
	}
	return cases, nil
}

// unreadable reports whether the case has a file that nobody may read.
func (c *testcase) unreadable() bool {
	return slices.ContainsFunc(c.tree, func(e entry) bool { return e.key == "unreadable" })
}

func (c *testcase) set(key, value string) error {
	parts, err := split(value)
	whole := value
	if err == nil && strings.HasPrefix(value, `"`) {
		whole = parts[0]
	}
	switch key {
	case "file", "mkdir", "fifo", "symlink", "unreadable":
		c.tree = append(c.tree, entry{key, parts})
		return err
	case "installed":
		c.installed = parts
	case "system":
		c.noSystem = value == "none"
	case "dir":
		c.dir = whole
	case "env":
		c.env = append(c.env[:len(c.env):len(c.env)], whole)
	case "args":
		c.args = parts
		return err
	case "want":
		c.want = value
	case "source":
		c.source = unquoteStart(value)
	case "gotoolchain":
		c.gotoolchain = value
	case "want-error":
		c.wantError = unquoteStart(value)
	case "says":
		c.says = whole
	case "hides":
		c.hides = whole
	default:
		return fmt.Errorf("unknown key")
	}
	return nil
}

// split splits at blanks outside of quotes.
func split(value string) ([]string, error) {
	var parts []string
	for value = strings.TrimLeft(value, " "); value != ""; value = strings.TrimLeft(value, " ") {
		if value[0] != '"' {
			part, rest, _ := strings.Cut(value, " ")
			parts, value = append(parts, part), rest
			continue
		}
		quoted, err := strconv.QuotedPrefix(value)
		if err != nil {
			return nil, err
		}
		part, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		parts, value = append(parts, part), value[len(quoted):]
	}
	return parts, nil
}

// unquoteStart unquotes what value begins with, and leaves the rest.
func unquoteStart(value string) string {
	quoted, err := strconv.QuotedPrefix(value)
	if err != nil {
		return value
	}
	text, _ := strconv.Unquote(quoted)
	return text + value[len(quoted):]
}

// make makes what e says below root.
func (e entry) make(root string) error {
	if len(e.parts) == 0 {
		return fmt.Errorf("%s: no path", e.key)
	}
	path := filepath.Join(root, e.parts[0])
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	switch {
	case e.key == "mkdir":
		return os.MkdirAll(path, 0o755)
	case e.key == "fifo":
		return syscall.Mkfifo(path, 0o644)
	case e.key == "unreadable":
		return os.Chmod(path, 0)
	case e.key == "symlink" && len(e.parts) == 3 && e.parts[1] == "->":
		return os.Symlink(e.parts[2], path)
	case e.key == "file" && len(e.parts) == 2:
		return os.WriteFile(path, []byte(e.parts[1]), 0o644)
	case e.key == "file" && len(e.parts) == 4 && e.parts[2] == "x":
		times, err := strconv.Atoi(e.parts[3])
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(strings.Repeat(e.parts[1], times)), 0o644)
	}
	return fmt.Errorf("%s: %q: not understood", e.key, e.parts)
}
