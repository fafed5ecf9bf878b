package internal_test

import (
	"bufio"
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"regexp"
	"strings"
	"testing"
)

// maxNames is how many names a package exports at most: types, functions, methods
// of exported types, constants and variables. Of more, nobody knows what it is for.
const maxNames = 60

// manyNames are the packages that may export more, and why.
var manyNames = map[string]string{
	"internal/store":   "one set of files and locks, whose operations are many",
	"internal/archive": "two formats",
	"internal/gover":   "the words that all others speak",
}

// maxLines are the lines of each package that are neither blank nor comments, and
// otherLines those of one that is not named. Where one has to grow, something else
// moves out first.
const otherLines = 300

var maxLines = map[string]int{
	"internal/archive":      1350,
	"internal/cli":          300,
	"internal/cli/app":      1000,
	"internal/cli/ci":       400,
	"internal/cli/cmdline":  700,
	"internal/cli/doctor":   950,
	"internal/cli/explain":  650,
	"internal/cli/install":  900,
	"internal/cli/list":     900,
	"internal/cli/mirror":   1050,
	"internal/cli/progress": 350,
	"internal/cli/remove":   450,
	"internal/cli/run":      800,
	"internal/cli/self":     500,
	"internal/cli/settings": 400,
	"internal/cli/setup":    1200,
	"internal/cli/term":     700,
	"internal/cli/upkeep":   500,
	"internal/cli/verify":   1150,
	"internal/cli/vulns":    450,
	"internal/cli/why":      350,
	"internal/cross":        600,
	"internal/doctor":       1450,
	"internal/fetch":        1650,
	"internal/fsx":          300,
	"internal/goauth":       350,
	"internal/gover":        400,
	"internal/mirror":       950,
	"internal/release":      1000,
	"internal/resolve":      650,
	"internal/selfupdate":   750,
	"internal/serve":        550,
	"internal/setup":        500,
	"internal/shell":        600,
	"internal/store":        3800,
	"internal/sumdb":        900,
	"internal/toolchain":    500,
	"internal/tree":         1000,
	"internal/vuln":         550,
	"internal/web":          1250,
}

// maxProduct are the lines of all packages.
const maxProduct = 33400

// files returns the product's files of each package: no tests, no test servers.
func files(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("git", "-C", "..", "ls-files", "cmd/*.go", "internal/*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]string)
	for _, name := range strings.Fields(string(out)) {
		if !strings.HasSuffix(name, "_test.go") && !regexp.MustCompile(`/(fetchtest|hostile|capture)/`).MatchString(name) {
			all[path.Dir(name)] = append(all[path.Dir(name)], name)
		}
	}
	return all
}

func TestExportedNames(t *testing.T) {
	t.Parallel()
	for dir, names := range files(t) {
		exported := make(map[string]bool) // a name of several systems counts once
		for _, name := range names {
			file, err := parser.ParseFile(token.NewFileSet(), "../"+name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, decl := range file.Decls {
				for _, name := range exports(decl) {
					exported[name] = true
				}
			}
		}
		if n := len(exported); n > maxNames && manyNames[dir] == "" {
			t.Errorf("%s exports %d names, which is more than %d", dir, n, maxNames)
		}
		t.Logf("%s: %d exported names", dir, len(exported))
	}
}

// exports returns the exported names that decl declares, those of methods after
// their type's.
func exports(decl ast.Decl) (names []string) {
	add := func(prefix string, ids ...*ast.Ident) {
		for _, id := range ids {
			if id.IsExported() {
				names = append(names, prefix+id.Name)
			}
		}
	}
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			add("", decl.Name)
			break
		}
		receiver := decl.Recv.List[0].Type
		if star, ok := receiver.(*ast.StarExpr); ok {
			receiver = star.X
		}
		if id, ok := receiver.(*ast.Ident); ok && id.IsExported() {
			add(id.Name+".", decl.Name)
		}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				add("", spec.Name)
			case *ast.ValueSpec:
				add("", spec.Names...)
			}
		}
	}
	return names
}

func TestLines(t *testing.T) {
	t.Parallel()
	comment := regexp.MustCompile(`^\s*(//.*)?$`)
	total := 0
	for dir, names := range files(t) {
		lines := 0
		for _, name := range names {
			data, err := os.ReadFile("../" + name)
			if err != nil {
				t.Fatal(err)
			}
			for scanner := bufio.NewScanner(bytes.NewReader(data)); scanner.Scan(); {
				if !comment.Match(scanner.Bytes()) {
					lines++
				}
			}
		}
		total += lines
		if limit := cmp.Or(maxLines[dir], otherLines); lines > limit {
			t.Errorf("%s has %d lines, which is more than %d", dir, lines, limit)
		}
		t.Logf("%s: %d lines", dir, lines)
	}
	if total > maxProduct {
		t.Errorf("all packages have %d lines, which is more than %d", total, maxProduct)
	}
	t.Logf("all: %d lines", total)
}
