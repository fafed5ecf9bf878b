package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSkipLists has the lists of what does not pass on other systems name tests that
// there are, each with its reason: a row for one that has got another name hides nothing.
func TestSkipLists(t *testing.T) {
	t.Parallel()
	tests := make(map[string]bool) // "internal/store TestAdd", and "internal TestAdd"
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		dir, _ := filepath.Rel("..", filepath.Dir(path))
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(data, -1) {
			tests[filepath.ToSlash(dir)+" "+string(m[1])] = true
			tests[strings.Split(dir, string(filepath.Separator))[0]+" "+string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for file, everywhere := range map[string]bool{"windows/wine.skip": false, "mainjob/machines.skip": true} {
		data, err := os.ReadFile("../test/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			fields := strings.Fields(line)
			if strings.HasPrefix(line, "#") {
				continue
			} else if len(fields) < 3 {
				t.Errorf("%s: %q has no reason", file, line)
				continue
			}
			name, _, _ := strings.Cut(fields[1], "/")
			dir := map[bool]string{false: fields[0], true: "internal"}[everywhere]
			if !tests[dir+" "+name] {
				t.Errorf("%s: %s has no %s", file, dir, name)
			}
		}
	}
}
