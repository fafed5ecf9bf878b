package shell

import (
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTerminal types into an interactive bash on a pseudo-terminal: the shell
// goes on after tools that fail, are interrupted or are not there, and
// completes.
func TestTerminal(t *testing.T) {
	scriptPath, err := exec.LookPath("script") // of util-linux
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	f.write(t, filepath.Dir(f.exe)+"/answer", "uninstall\tRemove\nuse\tSwitch\n:4\n")
	cmd := exec.Command(scriptPath, "-qec", program(t, "bash")+" --norc --noprofile -i", "/dev/null")
	cmd.Dir = f.work
	cmd.Env = append(f.env(bash{}), "TERM=dumb", "PS1=> ")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out := new(screen)
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ typed, want string }{
		{"eval \"$INIT\"\n", ""},
		{"go one\n", "go1.22.5 <one>"},
		{"TOY=exit go 3; echo code $?\n", "\ncode 3"},
		{"echo latest >.go-version; go two; echo 1.22.5 >.go-version\n", "shim <two>"},
		{"set -u; go three; set +u\n", "go1.22.5 <three>"},
		{"TOY=cat go\n", ""},
		{"ping\n", "\nping\n"}, // from cat
		{"\x03", "\n^C\n> "},
		{"echo interrupted $?\n", "\ninterrupted 130"},
		{"go four &\n", "go1.22.5 <four>"},
		{"wait\n", ""},
		{"gosw un\tfive\n", "gosw <uninstall> <five>"},
		{"type -t go\n", "\nfunction"},
		{"exit 7\n", ""},
	} {
		_, _ = stdin.Write([]byte(step.typed))
		if !out.waitFor(step.want) {
			t.Errorf("no %q on the terminal:\n%s", step.want, out)
		}
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 7 {
		t.Errorf("exit code %d", code)
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

// waitFor reports whether want is shown within a time that is long for any
// machine.
func (s *screen) waitFor(want string) bool {
	for range 2000 {
		if strings.Contains(s.String(), want) {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}
