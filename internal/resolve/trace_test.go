package resolve

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestTrace has the way to each rule, and each way to end before one.
func TestTrace(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"default":          "1.20\n",
		"a/.go-version":    "# x\n1.22\n",
		"a/b/":             "",
		"a/.tool-versions": "golang 1.19\n",
		"a/c/.tool-versions": "node 20\n" +
			"ruby 3\n",
		"a/d/.go-version": "x\n",
		"none/":           "",
	})
	for _, test := range []struct {
		dir, goVersion, def string
		want                string // of the steps below root: RULE PLACE[:LINE] OUTCOME [SPEC]
		err                 bool
	}{
		{"a", "1.18", "default", "1 GO_VERSION decides 1.18;2 pin files not asked;3 default not asked;4 PATH not asked", false},
		{"a", "x", "default", "1 GO_VERSION broken;2 pin files not asked;3 default not asked;4 PATH not asked", true},
		{"a/b", "", "default", "1 GO_VERSION not there;2 a/b/.go-version not there;2 a/b/.tool-versions not there;2 a/b/mise.local.toml not there;2 a/b/mise.toml not there;" +
			"2 a/.go-version:2 decides 1.22;3 default not asked;4 PATH not asked", false},
		{"a/c", "", "default", "1 GO_VERSION not there;2 a/c/.go-version not there;2 a/c/.tool-versions silent;2 a/c/mise.local.toml not there;2 a/c/mise.toml not there;" +
			"2 a/.go-version:2 decides 1.22;3 default not asked;4 PATH not asked", false},
		{"a/d", "", "default", "1 GO_VERSION not there;2 a/d/.go-version:1 broken;3 default not asked;4 PATH not asked", true},
		{"none", "", "default", "1 GO_VERSION not there;2 none/.go-version not there;2 none/.tool-versions not there;2 none/mise.local.toml not there;2 none/mise.toml not there;" +
			"2 .go-version not there;2 .tool-versions not there;2 mise.local.toml not there;2 mise.toml not there;3 default:1 decides 1.20;4 PATH not asked", false},
		{"none", "", "missing", "1 GO_VERSION not there;2 none/.go-version not there;2 none/.tool-versions not there;2 none/mise.local.toml not there;2 none/mise.toml not there;" +
			"2 .go-version not there;2 .tool-versions not there;2 mise.local.toml not there;2 mise.toml not there;3 missing not there;4 PATH decides system", false},
		{"none", "", "", "1 GO_VERSION not there;2 none/.go-version not there;2 none/.tool-versions not there;2 none/mise.local.toml not there;2 none/mise.toml not there;" +
			"2 .go-version not there;2 .tool-versions not there;2 mise.local.toml not there;2 mise.toml not there;4 PATH decides system", false},
	} {
		env := Env{Variable: "GO_VERSION", Value: test.goVersion}
		if test.def != "" {
			env.DefaultFile = filepath.Join(root, test.def)
		}
		steps, choice, err := Trace(env, filepath.Join(root, test.dir))
		if (err != nil) != test.err {
			t.Errorf("Trace(%+v, %s): error %v", env, test.dir, err)
		}
		if got := strings.Join(below(root, steps), ";"); got != test.want {
			t.Errorf("Trace(%+v, %s):\n got %s\nwant %s", env, test.dir, got, test.want)
		}
		if want, wantErr := For(env, filepath.Join(root, test.dir)); !reflect.DeepEqual(choice, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("Trace chooses %v, %v; For %v, %v", choice, err, want, wantErr)
		}
	}
}

// below writes steps out, less those of the directories above root.
func below(root string, steps []Step) []string {
	var lines []string
	for _, step := range steps {
		place, isBelow := strings.CutPrefix(step.Place, root+string(filepath.Separator))
		if !isBelow && filepath.IsAbs(place) {
			continue
		}
		if step.Line > 0 {
			place += fmt.Sprintf(":%d", step.Line)
		}
		fields := []string{fmt.Sprint(int(step.Rule)), filepath.ToSlash(place), string(step.Outcome), step.Spec.String()}
		lines = append(lines, strings.Join(slices.DeleteFunc(fields, func(s string) bool { return s == "" }), " "))
	}
	return lines
}
