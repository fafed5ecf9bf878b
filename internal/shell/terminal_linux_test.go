package shell

import (
	"os/exec"
	"path/filepath"
	"strings"
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
	cmd := exec.Command(scriptPath, "-qec", bashPath(t)+" --norc --noprofile -i", "/dev/null")
	cmd.Dir = f.work
	cmd.Env = append(f.env(), "TERM=dumb", "PS1=> ", "PWD="+f.work)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"eval \"$INIT\"\n",
		"go one\n",
		"TOY=exit go 3; echo code $?\n",
		"echo latest >.go-version; go two; echo 1.22.5 >.go-version\n",
		"set -u; go three; set +u\n",
		"TOY=cat go\n", "\x03", // waits for input until it is interrupted
		"echo interrupted $?\n",
		"go four &\n", "wait\n",
		"gosw un\tfive\n",
		"type -t go\n",
		"exit 7\n",
	} {
		_, _ = stdin.Write([]byte(line))
		time.Sleep(100 * time.Millisecond) // what is typed ahead of ^C would be lost
	}
	_ = cmd.Wait()
	for _, want := range []string{
		"go1.22.5 <one>", "\ncode 3", "shim <two>", "go1.22.5 <three>", "\ninterrupted 130", "go1.22.5 <four>", "gosw <uninstall> <five>", "\nfunction",
	} {
		if !strings.Contains(strings.ReplaceAll(out.String(), "\r", ""), want) {
			t.Errorf("no %q on the terminal:\n%s", want, out.String())
		}
	}
	if code := cmd.ProcessState.ExitCode(); code != 7 {
		t.Errorf("exit code %d", code)
	}
}
