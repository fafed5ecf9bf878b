package fetch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The tests that attacks.md names exist, subtests included.
func TestTrustTable(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("attacks.md")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, pattern := range []string{"*_test.go", "fetchtest/*.go", "../web/*_test.go", "../sumdb/*_test.go", "../release/*_test.go", "../archive/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			code.Write(data)
		}
	}
	rows := 0
	for line := range strings.Lines(string(doc)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || strings.HasPrefix(strings.TrimSpace(cells[1]), "-") || strings.Contains(cells[3], "test in") {
			continue
		}
		rows++
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[3], -1) {
			test, sub, nested := strings.Cut(name[1], "/")
			if !nested && !strings.HasPrefix(test, "Test") {
				test, sub, nested = "", test, true
			}
			if test != "" && !strings.Contains(code.String(), "func "+test+"(") {
				t.Errorf("no test %s", test)
			}
			if nested && !strings.Contains(code.String(), `"`+strings.ReplaceAll(sub, "_", " ")+`"`) && !strings.Contains(code.String(), `"`+sub+`"`) {
				t.Errorf("no subtest %s", name[1])
			}
		}
	}
	if rows < 12 {
		t.Errorf("%d rows", rows)
	}
}
