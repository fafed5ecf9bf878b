package shell

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// bashPath returns the bash to test with. Without one nothing here is tested,
// which must not pass for success.
func bashPath(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var quotes = []struct{ text, want string }{
	{"", `''`},
	{"/usr/bin/gosw", `'/usr/bin/gosw'`},
	{"two words", `'two words'`},
	{`$HOME "x" \ ` + "`y` !z *", `'$HOME "x" \ ` + "`y` !z *'"},
	{"it's", `$'it\'s'`},
	{`it's \n`, `$'it\'s \\n'`},
	{"a\nb\t", `$'a\012b\011'`},
	{"é", `$'\303\251'`},
	{"\xff7", `$'\3777'`},
	{"nul\x00!", `'nul!'`},
	{"-n", `'-n'`},
	{"~", `'~'`},
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for _, test := range quotes {
		if got := (bash{}).Quote(test.text); got != test.want {
			t.Errorf("Quote(%q) = %s, want %s", test.text, got, test.want)
		}
	}
}

func FuzzQuote(f *testing.F) {
	path := bashPath(f)
	for _, test := range quotes {
		f.Add(test.text)
	}
	all := make([]byte, 255)
	for i := range all {
		all[i] = byte(i + 1)
	}
	f.Add(string(all))
	f.Fuzz(func(t *testing.T, text string) {
		quoted := bash{}.Quote(text)
		want := strings.ReplaceAll(text, "\x00", "")
		if strings.ContainsAny(quoted, "\n\x00") {
			t.Errorf("Quote(%q) = %q: more than one line", text, quoted)
		}
		if len(quoted) > 100_000 { // Linux has a bound for one argument
			t.Skip()
		}
		// Once as a word and once as "gosw init" is used.
		script := "printf %s " + quoted + `; eval "x=$1"; printf %s "$x"`
		for _, options := range []string{"-c", "-euc"} {
			cmd := exec.Command(path, "--norc", options, script, "bash", quoted)
			cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
			got, err := cmd.CombinedOutput()
			if err != nil || !bytes.Equal(got, []byte(want+want)) {
				t.Fatalf("Quote(%q) = %s, which bash takes for %q (%v)", text, quoted, got, err)
			}
		}
	})
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for _, name := range Names() {
		if s, ok := Lookup(name); !ok || s.Name() != name {
			t.Errorf("Lookup(%q) = %v, %v", name, s, ok)
		}
	}
	for env, want := range map[string]bool{"/bin/bash": true, "bash": true, "bash.exe": true, "/bin/bashful": false, "": false, "/": false} {
		if _, ok := Detect(env); ok != want {
			t.Errorf("Detect(%q) = %v", env, ok)
		}
	}
}

func TestInit(t *testing.T) {
	t.Parallel()
	text := bash{}.Init(Options{Exe: "/o'p/gosw", Root: "/r", Function: true})
	want := "__gosw_exe=$'/o\\'p/gosw'\n__gosw_root='/r'\n__gosw_path=''\n__gosw_function='1'\n__gosw_completion=''\n"
	if got, ok := strings.CutSuffix(text, bashHook); !ok || got != want {
		t.Errorf("prologue:\n%s\nwant:\n%s", got, want)
	}
}
