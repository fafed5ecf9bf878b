package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// words are what gosw does not say to its users, each with what it says.
var words = []struct{ not, but string }{
	{`(un)?prov(en?|es|ing)|proofs?`, "verify, verification"},
	{`mend(s|ed|ing)?`, "fix, repair"},
	{`folders?`, "directory"},
	{`nobody has asked|asks nobody|nobody asks`, "not checked yet; works offline"},
	{`(leav(e|es|ing)|left) (\S+ )?(away|out)`, "omit, without"},
	{`com(e|es|ing) across|came across`, "find, see"},
	{`(is|are|was|be|something|nothing) due|due for`, "needs an update"},
	{`nothing asks for|asks? for it`, "not used by any pin, default or process"},
	{`go(es)? on to (its|their|the) end`, "finishes undisturbed"},
	{`(one|two) a line|a line each`, "one per line"},
	{`for here`, "for this directory, for this system"},
	{`wherever it is from|whatever is killed`, "from any source; even if gosw is killed midway"},
	{`h(a|u)ngs? on`, "depends on"},
}

// protocol are names that others, or the form of a file, have given.
var protocol = strings.NewReplacer(
	"`proof`", "", "proof: {", "", "proof, sha256", "", "inclusion proof", "", "consistency proof", "", // the checksum database's
	"repair/proof", "", // a step, for tests
)

// TestWords reads what users read: each text in the code, which are messages, hints,
// findings and help, what shells and scripts say, the catalogue of messages, README.md
// and docs.
func TestWords(t *testing.T) {
	t.Parallel()
	all := make(map[string]*regexp.Regexp)
	for _, w := range words {
		all[w.but] = regexp.MustCompile(`(?i)\b(` + w.not + `)\b`)
	}
	look := func(place, text string) {
		for but, pattern := range all {
			if found := pattern.FindString(protocol.Replace(text)); found != "" {
				t.Errorf("%s: %q should be as in: %s", place, found, but)
			}
		}
	}
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	snippets, err := filepath.Glob("../../internal/shell/snippets/*")
	if err != nil || len(snippets) < 8 {
		t.Fatal(snippets, err)
	}
	files = append(append(files, snippets...), "../../README.md", "testdata/messages.md", "../../tools/release/install.sh", "../../scripts/setup")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := regexp.MustCompile(`\s+`).ReplaceAllString // a line may end within
		n := 0
		for paragraph := range strings.SplitSeq(string(data), "\n\n") {
			n++
			look(file+", paragraph "+strconv.Itoa(n), text(paragraph, " "))
		}
	}
	for _, root := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch name := filepath.ToSlash(path); {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "fetchtest" || d.Name() == "hostile" || d.Name() == "capture"):
				return fs.SkipDir // for tests
			case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "store/checkpoint.go"):
				eachText(t, path, look)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// eachText calls look with each text of more than a word in a file of Go.
func eachText(t *testing.T, path string, look func(place, text string)) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		if text, err := strconv.Unquote(literal.Value); err == nil && strings.Contains(strings.TrimSpace(text), " ") {
			look(set.Position(literal.Pos()).String(), strings.Join(strings.Fields(text), " "))
		}
		return true
	})
}
