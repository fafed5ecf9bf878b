package shell

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// program returns the path of a shell to test with. Without it nothing here is
// tested, which must not pass for success.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%v; make setup installs it", err)
	}
	return path
}

// quotes has a text and what Quote makes of it in bash and zsh, fish, sh,
// PowerShell and nushell.
var quotes = []struct{ text, bash, fish, sh, powershell, nushell string }{
	{"", `''`, `''`, `''`, `''`, `""`},
	{"/usr/bin/gosw", `'/usr/bin/gosw'`, `'/usr/bin/gosw'`, `'/usr/bin/gosw'`, `'/usr/bin/gosw'`, `"/usr/bin/gosw"`},
	{"two words", `'two words'`, `'two words'`, `'two words'`, `'two words'`, `"two words"`},
	{`$x "y" \`, `'$x "y" \'`, `'$x "y" \\'`, `'$x "y" \'`, `'$x "y" \'`, `"$x \"y\" \\"`},
	{"`z` !z *", "'`z` !z *'", "'`z` !z *'", "'`z` !z *'", "'`z` !z *'", "\"`z` !z *\""},
	{"it's", `$'it\'s'`, `'it\'s'`, `'it'\''s'`, `'it''s'`, `"it's"`},
	{`it's \n`, `$'it\'s \\n'`, `'it\'s \\n'`, `'it'\''s \n'`, `'it''s \n'`, `"it's \\n"`},
	{"a\nb", `$'a\012b'`, `'a'\X0a'b'`, "'a\nb'", `"a$([char]0x000a)b"`, `"a\u{a}b"`},
	{"é$", `$'\303\251$'`, `'é$'`, `'é$'`, "\"$([char]0x00e9)`$\"", `"\u{e9}$"`},
	{"\xff7", `$'\3777'`, `''\Xff'7'`, "'\xff7'", `"$([char]0xfffd)7"`, `"\u{fffd}7"`},
	{"𝄞‘", `$'\360\235\204\236\342\200\230'`, `'𝄞‘'`, `'𝄞‘'`, `"$([char]0xd834)$([char]0xdd1e)$([char]0x2018)"`, `"\u{1d11e}\u{2018}"`},
	{"nul\x00!", `'nul!'`, `'nul!'`, `'nul!'`, `'nul!'`, `"nul!"`},
	{"-n", `'-n'`, `'-n'`, `'-n'`, `'-n'`, `"-n"`},
	{"~", `'~'`, `'~'`, `'~'`, `'~'`, `"~"`},
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for _, test := range quotes {
		for _, row := range []struct {
			shell Shell
			want  string
		}{
			{bash, test.bash},
			{zsh, test.bash},
			{fish, test.fish},
			{posix, test.sh},
			{powershell, test.powershell},
			{nushell, test.nushell},
		} {
			if got := row.shell.Quote(test.text); got != row.want {
				t.Errorf("%s: Quote(%q) = %s, want %s", row.shell.Name(), test.text, got, row.want)
			}
		}
	}
}

// An echo is a running shell that prints the words that it is given.
type echo struct {
	name  string
	shell Shell
	stdin io.Writer
	out   *bufio.Reader
}

// echoes are shells and how each is started so that it evaluates what it reads
// until it meets end.
var echoes = []struct {
	shell Shell
	argv  []string
	end   string
}{
	{bash, []string{"bash", "--norc", "-eu"}, "\n"},
	{zsh, []string{"zsh", "-f", "-eu"}, "\n"},
	{zsh, []string{"zsh", "-f", "-o", "rc_quotes", "-o", "csh_junkie_quotes", "-o", "ksh_arrays", "-o", "glob_subst", "-o", "interactive_comments"}, "\n"},
	{fish, []string{"fish", "--no-config", "--private", "-c", `while read --null --local text; eval $text; end`}, "\x00"},
	{posix, []string{"dash", "-eu"}, "\n"},
	{posix, []string{"busybox", "sh", "-eu"}, "\n"},
}

func startEchoes(t testing.TB, locale string) []*echo {
	t.Helper()
	var all []*echo
	for _, e := range echoes {
		cmd := exec.Command(program(t, e.argv[0]), e.argv[1:]...)
		cmd.Env = []string{"LC_ALL=" + locale, "PATH=/usr/bin:/bin", "HOME=" + t.TempDir()}
		cmd.Stderr = os.Stderr
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = stdin.Close(); _ = cmd.Wait() })
		all = append(all, &echo{strings.Join(e.argv, " "), e.shell, writerEnding{stdin, e.end}, bufio.NewReader(stdout)})
	}
	return all
}

// writerEnding adds end to each text that is written.
type writerEnding struct {
	io.Writer
	end string
}

func (w writerEnding) Write(text []byte) (int, error) {
	return w.Writer.Write(append(bytes.Clone(text), w.end...))
}

// check makes the shell print text as a word, and as the value of a variable
// that a prologue sets.
func (e *echo) check(t testing.TB, text string) {
	t.Helper()
	quoted := e.shell.Quote(text)
	assign := "v="
	if e.shell.Name() == "fish" {
		assign = "set v "
	}
	stuck := time.AfterFunc(20*time.Second, func() { panic(fmt.Sprintf("%s: Quote(%q) = %s: no answer", e.name, text, quoted)) })
	defer stuck.Stop()
	if _, err := fmt.Fprintf(e.stdin, "%s%s; printf '%%s\\0%%s\\0' %s \"$v\"", assign, quoted, quoted); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(text, "\x00", "")
	for range 2 {
		got, err := e.out.ReadString(0)
		if err != nil || got != want+"\x00" {
			t.Fatalf("%s: Quote(%q) = %s, which the shell takes for %q (%v)", e.name, text, quoted, got, err)
		}
	}
}

// TestQuoteEveryByte has each byte alone, after and before others, and random
// texts of what means something to a shell.
func TestQuoteEveryByte(t *testing.T) {
	t.Parallel()
	var texts []string
	for b := range 256 {
		c := string([]byte{byte(b)})
		texts = append(texts, c, "-"+c, c+"a", "7"+c+"7", c+c, "'"+c, c+"'", "\\"+c, "é"+c, c+"é")
	}
	texts = append(texts, randomTexts(t, 1000)...)
	for _, locale := range []string{"C", "C.UTF-8"} {
		for _, e := range startEchoes(t, locale) {
			for _, text := range texts {
				e.check(t, text)
			}
		}
	}
}

// randomTexts returns n texts of what means something to a shell.
func randomTexts(t *testing.T, n int) []string {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	parts := []string{"'", "\\", "\"", "$", "`", "!", "\n", "\r", "\t", " ", "-", "*", "[", "{", "}", "(", ")", "~", "#", "%", "x", "7", "é", "𝄞", "\xff", "\xc3", "\ufeff", "\uf600", "\ufdd0", "‘", "\x01", "\x7f", "\x1b[", ";", "&", "|", "<", ">", "=", "^", "?", "@"}
	texts := make([]string, n)
	for i := range texts {
		for range random.IntN(12) {
			texts[i] += parts[random.IntN(len(parts))]
		}
	}
	return texts
}

// TestQuoteNushell is the same for nushell, with one program of many lines.
func TestQuoteNushell(t *testing.T) {
	t.Parallel()
	nu := program(t, "nu")
	texts := randomTexts(t, 2000)
	for _, test := range quotes {
		texts = append(texts, test.text)
	}
	for b := 1; b < 0x120; b++ {
		texts = append(texts, string(rune(b)))
	}
	var script strings.Builder
	script.WriteString("print -n ([\n")
	for _, text := range texts {
		script.WriteString(nushell.Quote(text) + "\n")
	}
	script.WriteString("] | str join (char nul))\n")
	file := filepath.Join(t.TempDir(), "quotes.nu")
	if err := os.WriteFile(file, []byte(script.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(nu, "--no-config-file", file).Output()
	got := strings.Split(string(out), "\x00")
	if err != nil || len(got) != len(texts) {
		t.Fatalf("%v: %d texts, want %d", err, len(got), len(texts))
	}
	for i, text := range texts {
		want := string([]rune(strings.ReplaceAll(text, "\x00", ""))) // U+FFFD for what is not UTF-8
		if got[i] != want {
			t.Errorf("Quote(%q) = %s, which nushell takes for %q", text, nushell.Quote(text), got[i])
		}
	}
}

func FuzzQuote(f *testing.F) {
	for _, test := range quotes {
		f.Add(test.text)
	}
	all := make([]byte, 255)
	for i := range all {
		all[i] = byte(i + 1)
	}
	f.Add(string(all))
	running := startEchoes(f, "C.UTF-8")
	f.Fuzz(func(t *testing.T, text string) {
		for _, e := range running {
			if quoted := e.shell.Quote(text); e.shell.Name() != "sh" && strings.ContainsAny(quoted, "\n\x00") {
				t.Errorf("%s: Quote(%q) = %q: more than one line", e.name, text, quoted)
			}
			e.check(t, text)
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
	for env, want := range map[string]string{
		"/bin/bash": "bash", "bash": "bash", "bash.exe": "bash", "/usr/bin/zsh": "zsh", "/usr/bin/fish": "fish", "/bin/dash": "sh", "/bin/sh": "sh",
		"/opt/pwsh": "powershell", "/usr/bin/nu": "nushell", "/bin/bashful": "", "": "", "/": "", "/bin/tcsh": "",
	} {
		s, ok := detect(func(string) string { return env }, "linux")
		if ok != (want != "") || ok && s.Name() != want {
			t.Errorf("Detect(%q) = %v, %v", env, s, ok)
		}
	}
	for env, want := range map[string]string{"": "powershell", "/usr/bin/bash": "bash", `C:\Program Files\Git\usr\bin\bash.exe`: "bash"} {
		if filepath.Separator == '/' {
			env = strings.ReplaceAll(env, `\`, "/")
		}
		shell := func(name string) string { return map[string]string{"SHELL": env}[name] }
		if s, ok := detect(shell, "windows"); !ok || s.Name() != want {
			t.Errorf("Detect(%q) on Windows = %v, %v", env, s, ok)
		}
	}
}

// TestDetectWindows tells PowerShell from cmd by what each has set.
func TestDetectWindows(t *testing.T) {
	t.Parallel()
	const system = `C:\Program Files\WindowsPowerShell\Modules;C:\Windows\system32\WindowsPowerShell\v1.0\Modules`
	const users = `C:\Users\Jo\Documents\WindowsPowerShell\Modules;` + system
	for _, c := range []struct{ prompt, modules, want string }{
		{"", users, "powershell"},     // from the desktop
		{"$P$G", users, "powershell"}, // from cmd
		{"$P$G", system, "cmd"},
		{"", system, "powershell"}, // from neither
		{"", "", "powershell"},
	} {
		env := map[string]string{"PROMPT": c.prompt, "PSModulePath": c.modules, "USERPROFILE": `c:\users\jo`}
		if s, _ := detect(func(name string) string { return env[name] }, "windows"); s.Name() != c.want {
			t.Errorf("%+v: %s", c, s.Name())
		}
	}
}

// TestPosixPath has the paths that Git Bash and MSYS2 take.
func TestPosixPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		`C:\Users\Jo Do\.local\go`: "/c/Users/Jo Do/.local/go", "d:/go": "/d/go", `\\server\share`: `\\server\share`, "/c/go": "/c/go", "": "",
	} {
		if got := PosixPath(path); got != want {
			t.Errorf("%q is %q, want %q", path, got, want)
		}
	}
}

// TestInit compares the prologue of each shell, and makes sure that the file
// follows as it is.
func TestInit(t *testing.T) {
	t.Parallel()
	const bourne = "__gosw_exe=$'/o\\'p/gosw'\n__gosw_root='/r'\n__gosw_path=''\n__gosw_function='1'\n__gosw_completion=''\n"
	for _, test := range []struct {
		shell      Shell
		hook, want string
	}{
		{bash, "hook.bash", bourne},
		{zsh, "hook.zsh", bourne},
		{posix, "hook.posix.sh", strings.Replace(bourne, `$'/o\'p/gosw'`, `'/o'\''p/gosw'`, 1)},
		{fish, "hook.fish", "set -g __gosw_exe '/o\\'p/gosw'\nset -g __gosw_root '/r'\nset -g __gosw_path ''\nset -g __gosw_function '1'\nset -g __gosw_completion ''\n"},
		{powershell, "hook.ps1", "$global:__gosw_exe = '/o''p/gosw'\n$global:__gosw_root = '/r'\n$global:__gosw_path = $false\n$global:__gosw_completion = $false\n"},
		{nushell, "hook.nu", "const __gosw_exe = \"/o'p/gosw\"\nconst __gosw_root = \"/r\"\nconst __gosw_path = false\nconst __gosw_completion = false\n"},
	} {
		hook, err := os.ReadFile("snippets/" + test.hook)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS == "windows" { // where the functions are not: they compare paths of another form
			hook = bytes.ReplaceAll(hook, []byte("\r\n"), []byte("\n"))
			test.want = strings.Replace(test.want, "function='1'", "function=''", 1)
			test.want = strings.Replace(test.want, "function '1'", "function ''", 1)
		}
		text := test.shell.Init(Options{Exe: "/o'p/gosw", Root: "/r", Function: true})
		if got, ok := strings.CutSuffix(text, string(hook)); !ok || got != test.want {
			t.Errorf("%s: prologue:\n%s\nwant:\n%s", test.shell.Name(), got, test.want)
		}
	}
}
