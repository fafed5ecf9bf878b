package shell

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A step is what is typed, and what is waited for.
type step struct{ typed, want string }

// terminals are interactive shells and what is typed into them. "code" stands
// for the variable with the last exit code.
var terminals = []struct {
	shell Shell
	start string
	// The exit code of a go that was stopped and went on. To zsh and fish, a
	// function that was stopped is over, whatever it runs: 0.
	resumed string
	steps   []step
}{
	{bash, "bash --norc --noprofile -i", "5", []step{
		{`eval "$INIT"; echo lo""aded` + "\n", "loaded"},
		{"set -u; go three; set +u\n", "go1.22.5 <three>"},
		{"alias go='echo aliased'; unset __gosw_loaded; eval \"$INIT\"; unalias go\n", "gosw: an alias hides the function go; to end that: unalias go"},
		// A prompt in the middle of the output would hide it.
		{"go four >four & wait; cat four\n", "go1.22.5 <four>"},
	}},
	{zsh, "zsh -f -i", "0", []step{
		{`autoload -Uz compinit; compinit -u -D; eval "$INIT"; echo lo""aded` + "\n", "loaded"},
		{"set -u; go three; set +u\n", "go1.22.5 <three>"},
		{"alias go='echo aliased'; unset __gosw_loaded; eval \"$INIT\"; unalias go\n", "gosw: an alias hides the function go; to end that: unalias go"},
		{"setopt print_exit_value; TOY=exit go 9\n", "zsh: exit 9"},
		// A prompt in the middle of the output would hide it.
		{"go four >four & wait; cat four\n", "go1.22.5 <four>"},
	}},
	{fish, "fish --no-config --private -i", "0", []step{
		{`eval $INIT; echo lo""aded` + "\n", "loaded"},
	}},
}

// everywhere is typed into all of them.
var everywhere = []step{
	{"go one\n", "go1.22.5 <one>"},
	{"TOY=exit go 3; echo co\"\"de $code\n", "code 3"},
	{"echo latest >.go-version; go two; echo 1.22.5 >.go-version\n", "shim <two>"},
	{"TOY=wait go interrupt\n", "waiting interrupt"},
	{"\x03", "^C"},
	{"        echo interr\"\"upted $code\n", "interrupted 130"},
	{"TOY=wait go stop\n", "waiting stop"},
	{"\x1a", "^Z"},
	{"        echo st\"\"opped\n", "stopped"},
	{"fg\n", ""},
	{"pong\n", "got <pong>"},
	{"end\n", ""},
	{"echo resu\"\"med $code\n", "resumed $resumed"},
	{"gosw un\tfive\n", "gosw <uninstall> <five>"},
	{"touch six; echo tou\"\"ched\n", "touched"},
	{"gosw install ./si\t\n", "gosw <install> <./six>"},
	{"gosw use 1.22; echo us\"\"ing $GO_VERSION\n", "using 1.22"},
	{"exit 7\n", ""},
}

// TestTerminal types into interactive shells on a pseudo-terminal: the shell
// goes on after tools that fail, are interrupted, stopped and continued, or are
// not there, and completes.
func TestTerminal(t *testing.T) {
	for _, s := range terminals {
		t.Run(s.shell.Name(), func(t *testing.T) {
			t.Parallel()
			f := newFixtureIn(t, fishOddName)
			f.write(t, filepath.Dir(f.exe)+"/answer", "uninstall\tRemove\nuse\tSwitch\n:4\n")
			cmd, stdin, out := f.terminal(t, s.shell, s.start)
			code := "$?"
			if s.shell.Name() == "fish" {
				code = "$status"
			}
			for _, step := range slices.Concat(s.steps, everywhere) {
				shown := false
				// What is typed while the shell and the job change places is lost,
				// all of it or its beginning, which may be blanks for that.
				again := step.typed == "pong\n" || step.typed[0] == ' '
				for try := 0; !shown && try < 100 && (try == 0 || again); try++ {
					_, _ = stdin.Write([]byte(strings.ReplaceAll(step.typed, "$code", code)))
					shown = out.waitFor(strings.ReplaceAll(step.want, "$resumed", s.resumed), again)
				}
				if !shown {
					t.Fatalf("after %q no %q on the terminal:\n%s", step.typed, step.want, out)
				}
			}
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != 7 || strings.Contains(out.String(), "no matches") {
				t.Errorf("exit code %d\n%s", code, out)
			}
		})
	}
}

// TestCompleteOrder has bash list versions in the order in which gosw names them, which
// no other order of texts is.
func TestCompleteOrder(t *testing.T) {
	f := newFixture(t)
	f.write(t, filepath.Dir(f.exe)+"/answer", "1.27\n1.9\n1.21\n:36\n")
	cmd, stdin, out := f.terminal(t, bash, terminals[0].start)
	for _, step := range []step{
		{`eval "$INIT"; echo lo""aded` + "\n", "loaded"},
		{"gosw x \t\t\t", "1.27  1.9   1.21"},
		{"\x15exit\n", ""},
	} {
		_, _ = stdin.Write([]byte(step.typed))
		if !out.waitFor(step.want, false) {
			t.Fatalf("after %q no %q on the terminal:\n%s", step.typed, step.want, out)
		}
	}
	_ = cmd.Wait()
}

// terminal starts a shell on a pseudo-terminal.
func (f fixture) terminal(t *testing.T, sh Shell, command string) (*exec.Cmd, io.Writer, *screen) {
	t.Helper()
	cmd := exec.Command(program(t, "script"), "-qec", command, "/dev/null") // of util-linux
	cmd.Dir = f.work
	cmd.Env = append(f.env(sh), "TERM=dumb", "PS1=> ")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out := new(screen)
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, stdin, out
}

// TestPrompt counts what a shell does at 20 prompts: it starts no process and
// opens no socket.
func TestPrompt(t *testing.T) {
	strace := program(t, "strace")
	for _, s := range terminals {
		t.Run(s.shell.Name(), func(t *testing.T) {
			t.Parallel()
			f := newFixtureIn(t, "a b")
			trace := filepath.Join(t.TempDir(), "trace")
			cmd, stdin, out := f.terminal(t, s.shell, strace+" -f -o "+trace+" -e trace=%process,%network,%%stat "+s.start)
			load := `eval "$INIT"`
			if s.shell.Name() == "fish" {
				load = `eval $INIT; function fish_prompt; printf "> "; end`
			}
			for _, step := range []step{
				{load + `; echo lo""aded` + "\n", "loaded"},
				{"go one\n", "go1.22.5 <one>"},
				{"test -d /the-begin; echo be\"\"gin\n", "begin"},
				{strings.Repeat("\n", 20), ""},
				{"test -d /the-end; go two\n", "go1.22.5 <two>"},
				{"exit\n", ""},
			} {
				_, _ = io.WriteString(stdin, step.typed)
				if !out.waitFor(step.want, false) {
					t.Fatalf("after %q no %q on the terminal:\n%s", step.typed, step.want, out)
				}
			}
			_ = cmd.Wait()
			data, err := os.ReadFile(trace)
			if err != nil {
				t.Fatal(err)
			}
			// fish looks at paths while they are typed.
			text := string(data)
			rest := text[strings.LastIndex(text, `"/the-begin"`)+1:]
			between, after, found := strings.Cut(rest, `"/the-end"`)
			if !found || len(rest) == len(text) || !strings.Contains(after, "execve(") {
				t.Fatalf("not the trace that was expected:\n%s", text)
			}
			for line := range strings.Lines(between) {
				// A thread of the shell's own is no process.
				for _, call := range []string{"execve(", "fork(", "clone(", "clone3(", "socket(", "connect("} {
					if strings.Contains(line, call) && !strings.Contains(line, "CLONE_THREAD") {
						t.Errorf("at the prompt: %s", line)
					}
				}
			}
		})
	}
}

// A screen is what a terminal has shown.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screen) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(data)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.ReplaceAll(s.text.String(), "\r", "")
}

// waitFor reports whether want is shown within a short time, or else one that is
// long for any machine.
func (s *screen) waitFor(want string, short bool) bool {
	tries := 3000
	if short {
		tries = 30
	}
	for range tries {
		if strings.Contains(s.String(), want) {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}
