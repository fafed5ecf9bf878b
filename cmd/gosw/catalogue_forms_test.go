package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A form is the text of a message in the code of gosw.
type form struct {
	text, place string
	pattern     *regexp.Regexp // of what it can become
}

var verb = regexp.MustCompile(`%[-+#0-9.*\[\]]*[a-zA-Z]`)

func newForm(text, place string) form {
	parts := verb.Split(strings.ReplaceAll(text, "%%", "\x00"), -1)
	for i, part := range parts {
		part, _, _ = strings.Cut(part, "\n") // the rest is in other lines
		parts[i] = regexp.QuoteMeta(strings.ReplaceAll(part, "\x00", "%"))
	}
	return form{text, place, regexp.MustCompile(strings.Join(parts, ".*"))}
}

// forms returns the messages and hints in the packages of dirs: texts with a blank in them
// that make an error, a note or a hint, or that a function with such a name
// returns.
func forms(t *testing.T, dirs ...string) []form {
	t.Helper()
	var files []string
	for _, dir := range dirs {
		found, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(found) == 0 {
			t.Fatal(dir, found, err)
		}
		files = append(files, found...)
	}
	var all []form
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_windows.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		returning := false // what is for the user
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && speakingFunc.MatchString(f.Name.Name) {
				returning = true
			} else if ok {
				returning = false
			}
			if !speaks(n, returning) {
				return true
			}
			ast.Inspect(n, func(n ast.Node) bool {
				literal, ok := n.(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING {
					return true
				}
				text, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				place := filepath.Base(name) + ":" + strconv.Itoa(set.Position(literal.Pos()).Line)
				if strings.Contains(strings.TrimSpace(text), " ") && strings.ContainsAny(verb.ReplaceAllString(text, ""), "abcdefghijklmnopqrstuvwxyz") {
					all = append(all, newForm(text, place))
				}
				return true
			})
			return false
		})
	}
	return all
}

// speaks reports whether the texts below n are for the user.
func speaks(n ast.Node, returning bool) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		name := ""
		switch fun := n.Fun.(type) {
		case *ast.SelectorExpr:
			name = fun.Sel.Name
		case *ast.Ident:
			name = fun.Name
		}
		return slices.Contains(speakers, name)
	case *ast.CompositeLit:
		name, ok := n.Type.(*ast.Ident)
		return ok && slices.Contains(speakingType, name.Name)
	case *ast.ReturnStmt, *ast.AssignStmt:
		return returning
	}
	return false
}

// isIn reports whether a session shows f.
func (f form) isIn(scripts []script) bool {
	for _, s := range scripts {
		for _, one := range s.said {
			if slices.ContainsFunc(one.lines, func(line string) bool { return f.pattern.MatchString(line) || strings.Contains(line, f.text) }) {
				return true
			}
		}
	}
	return false
}

// shownBy names the first scenario that has f.
func (f form) shownBy(scripts []script) string {
	for _, s := range scripts {
		if f.isIn([]script{s}) {
			return s.name
		}
	}
	return ""
}
