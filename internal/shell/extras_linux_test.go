package shell

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// extraShells are the shells that read snippets/extras.bash, in the strictest
// way that their users have.
var extraShells = [][]string{
	{"bash", "--norc", "--noprofile", "-euo", "pipefail", "-c"},
	{"zsh", "-f", "-o", "nounset", "-o", "errexit", "-o", "pipefail", "-c"},
}

// A module is a small Go module with a git repository.
type module struct {
	dir  string
	path string // PATH
}

func newModule(t *testing.T) module {
	t.Helper()
	m := module{filepath.Join(t.TempDir(), "a module's directory"), os.Getenv("PATH")}
	for name, text := range map[string]string{
		"go.mod":            "module example.com/m\n\ngo 1.21\n",
		"main.go":           "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() { fmt.Println(\"one\", os.Args[1:]) }\n",
		"a/a.go":            "package a\n\nfunc A(n int) int {\n\tif n > 1 {\n\t\treturn 2\n\t}\n\treturn n\n}\n",
		"a/a_test.go":       "package a\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { A(1) }\n\nfunc BenchmarkA(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tA(i)\n\t}\n}\n",
		"b/b.go":            "package b\n",
		"b/b_test.go":       "package b\n\nimport \"testing\"\n\nfunc TestB(t *testing.T) { t.Log(\"b\") }\n",
		"testdata/x.go":     "package x\n",
		"vendor/x/x.go":     "package x\n",
		"bin/golangci-lint": "#!/bin/sh\nfor arg; do printf '<%s>' \"$arg\"; done; exit \"$CODE\"\n",
		"bin/watchexec":     "#!/bin/sh\nfor arg; do printf '<%s>' \"$arg\"; done; exit 9\n",
	} {
		file := filepath.Join(m.dir, name)
		mode := os.FileMode(0o644)
		if strings.HasPrefix(text, "#!") {
			mode = 0o755
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), mode)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(m.dir + "/vendor"); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-qm", "one"}} {
		if out, err := m.command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
	}
	return m
}

func (m module) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "PATH="+m.path, "PWD="+m.dir, "GOPROXY=off", "GOFLAGS=", "GOWORK=off",
		"GOTOOLCHAIN=local", "CGO_ENABLED=0", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=x", "GIT_AUTHOR_EMAIL=x@example.com", "GIT_COMMITTER_NAME=x", "GIT_COMMITTER_EMAIL=x@example.com")
	return cmd
}

// TestExtras runs each function in bash and zsh, with the real go.
func TestExtras(t *testing.T) {
	for _, test := range []struct {
		name, script string
		want         string // a regular expression for all of the output
		code         int
	}{
		{"cd", `gosw_cd; [ "$PWD" = "$(go env GOROOT)/src" ] && echo ok; gosw_cd net/http; echo "${PWD##*/src/}"`, `^ok\nnet/http\n$`, 0},
		{"cd nowhere", `gosw_cd no/such || echo "$? ${PWD##*/}"`, `(?s)no/such.*\n1 a module's directory\n$`, 0},
		{"doc", `gosw_doc -short fmt.Println`, `func Println`, 0},
		{"test nothing", `gosw_test; echo "$?"`, `^gosw: no package here differs from HEAD\n0\n$`, 0},
		{"test changed", `echo >>a/a.go; gosw_test -count=1 -v`, `(?s)^=== RUN   TestA.*ok  	example.com/m/a`, 0},
		{"test new", `echo "package a" >a/new.go; echo x >testdata/x.go; cd a; gosw_test -run none`, `^ok  	example.com/m/a	.*\[no tests to run\]\n$`, 0},
		{"test outside", `cd /; gosw_test || echo "$?"`, `(?s)not a git repository.*\n128\n$`, 0},
		{"test broken", `echo "pakage b" >b/b.go; gosw_test`, `(?s)expected 'package'.*FAIL`, 1},
		{"test, no go.mod", `rm go.mod; echo >>a/a.go; gosw_test`, `cannot find main module`, 1},
		{"test gone, other platform", `rm -r b; mkdir w; echo "package w" >w/w_plan9.go; gosw_test`, `no package here differs from HEAD`, 0},
		{"test, -args", `echo >>a/a.go; gosw_test -args -test.run=none`, `^ok  	example.com/m/a	.*\[no tests to run\]\n$`, 0},
		{"flaky", `gosw_flaky TestA ./a -v | grep -c "^--- PASS"`, `^100\n$`, 0},
		{"flaky, no name", `gosw_flaky`, `needs the name of a test`, 2},
		{"cover", `gosw_cover ./a`, `(?s)ok.*\n66.7%\texample.com/m/a/a.go:3:\tA\n66.7%\ttotal:\t`, 0},
		{"cover, page", `gosw_cover -html "x y.html" ./a; grep -c "<html>" "x y.html"`, `(?s)ok.*\n1\n$`, 0},
		{"cover, no page", `gosw_cover -html`, `^gosw: gosw_cover -html needs a file for the page\n$`, 2},
		{"new", `gosw_new example.com/hello 1.21; cat hello/.go-version; cd hello; go run .`, `(?s)^go: .*\n1.21\nhello\n$`, 0},
		{"new, no name", `gosw_new`, `^gosw: gosw_new needs a module`, 2},
		{"new, no module", `gosw_new 'x/-a"b' 1.21 || echo "$?"; ls -A | grep a.b || echo none`, `(?s)^go: malformed module path.*\n1\nnone\n$`, 0},
		{"new, no option", `gosw_new -x 1.21 || echo "$?"; ls -d ./-x || echo none`, `(?s)leading dash\n1\nls: .*\nnone\n$`, 0},
		{"new, there already", `gosw_new x/a 1.21 || echo "$?"; ls a`, `(?s)^mkdir: .*\n1\na.go\na_test.go\n$`, 0},
		{"bench", `echo >>a/a.go; gosw_bench HEAD -benchtime=1x -count=1 2>&1; git worktree list | wc -l`, `(?s)old.txt:BenchmarkA.*new.txt:BenchmarkA.*benchstat.*\n *1\n$`, 0},
		{"bench, flags", `gosw_bench -benchtime=1x -count=1 2>&1`, `(?s)old.txt:BenchmarkA.*new.txt:BenchmarkA`, 0},
		{"bench, no such", `gosw_bench nonsense || echo no; git worktree list | wc -l`, `(?s)nonsense.*no\n *1\n$`, 0},
		{"lint, vet", `rm bin/golangci-lint; gosw_lint ./a && echo clean`, `^gosw: golangci-lint is not on PATH; this is go vet\nclean\n$`, 0},
		{"lint, clean", `CODE=0 gosw_lint "a b" --fix`, `^<run><a b><--fix>$`, 0},
		{"lint, issues", `CODE=1 gosw_lint`, `^<run>$`, 1},
		{"lint, time", `CODE=4 gosw_lint`, `ran out of time`, 4},
		{"lint, failed", `CODE=3 gosw_lint`, `itself has failed \(3\)`, 3},
		{"mod sync", `gosw_mod_sync; git status --short`, `^all modules verified\n$`, 0},
		{"mod sync, below", `cd a; printf "\\n// x\\n" >>../go.mod; gosw_mod_sync; git status --short`, `^all modules verified\n M ../go.mod\n$`, 0},
		{"mod sync, go.mod", `printf "\nrequire example.com/n v1.0.0\n\nreplace example.com/n => ./n\n" >>go.mod; mkdir n; echo "module example.com/n" >n/go.mod; cp go.mod old; gosw_mod_sync || echo "$?"; cmp go.mod old`, `(?s)-require example.com/n v1.0.0\n.*"go mod tidy" makes these changes\n.*\n1\n$`, 0},
		{"mod sync, vendor", `mkdir -p vendor/x; echo >vendor/x/x; gosw_mod_sync || echo "$?"; ls vendor/x`, `(?s)"go mod vendor" fixes this\n1\nx\n$`, 0},
		{"mod sync, nowhere", `cd /; gosw_mod_sync || echo "$?"`, `^gosw: this is no module: .*\n1\n$`, 0},
		{"outdated", `gosw_outdated; echo "$?"`, `^0\n$`, 0},
		{"why", `mkdir n; echo "module example.com/n" >n/go.mod; echo "package n" >n/n.go; go mod edit -require example.com/n@v1.0.0 -replace example.com/n=./n; gosw_why example.com/n`, `(?s)main module does not need module.*\nexample.com/m wants v1.0.0\n$`, 0},
		{"why, two", `gosw_why a b`, `needs a module`, 2},
		{"cache", `gosw_cache`, `(?m)\(go clean -cache\)$`, 0},
		{"hooks", `gosw_hooks lefthook | grep -c gofmt; gosw_hooks pre-commit | grep -c "id:"; gosw_hooks`, `^2\n3\ngosw: gosw_hooks needs lefthook or pre-commit\n$`, 2},
		{"watch, hint", `PATH=/nowhere; gosw_run_watch`, `^gosw: no watcher is installed: `, 127},
		{"watch, old inotifywait", `printf '#!/bin/sh\necho "--exclude"\n' >bin/inotifywait; chmod +x bin/inotifywait; rm bin/watchexec; PATH=$PWD/bin; gosw_run_watch`, `^gosw: no watcher is installed: .*3\.20`, 127},
		{"watch, watchexec", `PATH=$PWD/bin:$PATH; gosw_run_watch ./a "x y"`, `^<--restart><--exts><go,mod,sum,work,s,c,h,html,tmpl><--><go><run><./a><x y>$`, 9},
		{"too many", `for f in "cd 1" "new 2" "hooks 1" "mod_sync 0" "outdated 0" "cache 0"; do set -- 1 2 3; "gosw_${f% *}" "$@" || echo "$? ${f#* }"; done`, `^(gosw: gosw_(\w+) takes no more arguments than (\d)\n2 \d\n){6}$`, 0},
		{"nothing leaks", `a=$(set | grep -c .); gosw_mod_sync >/dev/null 2>&1; gosw_test 2>/dev/null; b=$(set | grep -c .); env | grep -i __gosw || echo "$((b - a < 4))"`, `^1\n$`, 0},
	} {
		for _, sh := range extraShells {
			t.Run(test.name+"/"+sh[0], func(t *testing.T) {
				t.Parallel()
				m := newModule(t)
				if strings.HasPrefix(test.name, "lint") {
					m.path = m.dir + "/bin:" + m.path
				}
				cmd := m.command(sh[0], append(slices.Clone(sh[1:]), extras+test.script)...)
				tmp := t.TempDir()
				cmd.Env = append(cmd.Env, "TMPDIR="+tmp)
				out, _ := cmd.CombinedOutput()
				if left, _ := filepath.Glob(tmp + "/tmp.*"); len(left) > 0 {
					t.Errorf("left over: %q", left)
				}
				if got := cmd.ProcessState.ExitCode(); got != test.code || !regexp.MustCompile(test.want).Match(out) {
					t.Errorf("exit code %d, want %d; output:\n%s\nwant:\n%s", got, test.code, out, test.want)
				}
			})
		}
	}
}

// TestExtrasHelp demands a line of help for each function, and at most twenty
// lines of code.
func TestExtrasHelp(t *testing.T) {
	t.Parallel()
	functions := regexp.MustCompile(`(?ms)^(\w+)\(\) [({]\n(.*?)^[)}]$`).FindAllStringSubmatch(extras, -1)
	var named []string
	for _, f := range functions {
		if lines := strings.Count(f[2], "\n"); lines > 20 {
			t.Errorf("%s has %d lines", f[1], lines)
		}
		if strings.HasPrefix(f[1], "gosw_") {
			named = append(named, f[1])
		}
	}
	out, err := exec.Command("bash", "-c", extras+"gosw_help").Output()
	if err != nil {
		t.Fatal(err)
	}
	var helped []string
	for line := range strings.Lines(string(out)) {
		name, rest, _ := strings.Cut(line, " ")
		if helped = append(helped, name); strings.TrimSpace(rest) == "" {
			t.Errorf("%s has no help", name)
		}
	}
	slices.Sort(named)
	if !slices.Equal(named, helped) || len(named) < 11 {
		t.Errorf("functions %q, help for %q", named, helped)
	}
	if bad := regexp.MustCompile(`(?m)^\s*(export|exec|declare -x)\b`).FindString(extras); bad != "" {
		t.Errorf("%q in the functions", bad)
	}
}

// TestRunWatch has a program built and started again by each watcher that Debian
// has, and ends it with the function.
func TestRunWatch(t *testing.T) {
	tools := []string{"bash", "zsh", "go", "mktemp", "rm", "find", "grep", "true", "sleep"}
	for _, watcher := range []string{"inotifywait", "entr"} {
		for _, sh := range extraShells {
			t.Run(watcher+"/"+sh[0], func(t *testing.T) {
				t.Parallel()
				m := newModule(t)
				bin := t.TempDir()
				for _, tool := range append([]string{watcher}, tools...) {
					path, err := exec.LookPath(tool)
					if err != nil {
						t.Fatal(err)
					}
					if err := os.Symlink(path, filepath.Join(bin, tool)); err != nil {
						t.Fatal(err)
					}
				}
				m.path = bin
				m.watch(t, sh)
			})
		}
	}
}

// watch starts the function in sh and edits the program.
func (m module) watch(t *testing.T, sh []string) {
	program := func(word string) {
		t.Helper()
		text := "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"time\"\n)\n\nfunc main() { fmt.Println(\"" + word + "\", os.Args[1:], os.Getpid()); time.Sleep(time.Hour) }\n"
		if word == "broken" {
			text = "package main\n\nfunc main() { broken }\n"
		}
		if err := os.WriteFile(filepath.Join(m.dir, "main.go"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	program("one")
	cmd := m.command(sh[0], append(slices.Clone(sh[1:]), extras+"gosw_run_watch . 'a b'")...)
	tmp := t.TempDir()
	cmd.Env = append(cmd.Env, "TMPDIR="+tmp)
	out := new(screen)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = 10 * time.Second // what outlives it holds the pipe
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ word, want string }{
		{"", "one [a b]"}, {"two", "two [a b]"}, {"broken", "undefined: broken"}, {"three", "three [a b]"},
	} {
		if step.word != "" {
			time.Sleep(500 * time.Millisecond) // a watcher needs some time to begin
			program(step.word)
		}
		if !out.waitFor(step.want, false) {
			t.Fatalf("no %q:\n%s", step.want, out)
		}
	}
	for _, pid := range regexp.MustCompile(`(?:one|two) \[a b\] (\d+)`).FindAllStringSubmatch(out.String(), -1) {
		if n, _ := strconv.Atoi(pid[1]); syscall.Kill(n, 0) == nil {
			t.Errorf("program %d still runs", n)
		}
	}
	time.Sleep(500 * time.Millisecond)
	// The function's own process is the program's parent.
	last := regexp.MustCompile(`three \[a b\] (\d+)`).FindStringSubmatch(out.String())[1]
	status, err := os.ReadFile("/proc/" + last + "/status")
	if err != nil {
		t.Fatal(err)
	}
	function, err := strconv.Atoi(string(regexp.MustCompile(`PPid:\s*(\d+)`).FindSubmatch(status)[1]))
	if err != nil {
		t.Fatal(err)
	}
	_ = syscall.Kill(function, syscall.SIGTERM)
	err = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 143 || errors.Is(err, exec.ErrWaitDelay) {
		t.Errorf("exit code %d, %v", code, err)
	}
	if left, _ := filepath.Glob(tmp + "/tmp.*"); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
}
