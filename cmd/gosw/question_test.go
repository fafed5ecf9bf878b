//go:build linux

package main_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// questions are all that gosw asks, each as the first toolchain, go1.22.4, leads
// to it.
var questions = []struct {
	name, command, question string
	installed               []string // if the answer is no
}{
	{"upgrade", "gosw upgrade", "Remove go1.22.4", []string{"go1.22.12", "go1.22.4"}},
	{"shim", "GO_VERSION=1.22.12 go version", "Install it now", []string{"go1.22.4"}},
	{"import", "mkdir sdk; cp -R .local/go/toolchains/go1.22.4 sdk; gosw uninstall 1.22.4; gosw import --all", "Import 1 version", nil},
	{"self", "mkdir -p own/bin; cp $PROGRAMS/gosw* own/bin; own/bin/gosw self uninstall --purge", "Remove them all", []string{"go1.22.4"}},
}

// TestQuestions types "y" before a question is asked, which is no answer to it, and
// makes sure that nothing is drawn once it is.
func TestQuestions(t *testing.T) {
	t.Parallel()
	if asked := len(codeWith(t, `\.Confirm\(`)); asked != len(questions) {
		t.Errorf("%d questions, of which %d are tested here", asked, len(questions))
	}
	server := fetchtest.NewServer(t, "1.22.4")
	if err := server.AddPadded("1.22.12", 20); err != nil {
		t.Fatal(err)
	}
	for _, row := range questions {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			env := []string{
				"HOME=" + home, "PROGRAMS=" + programs, "TERM=xterm", "LANG=C.UTF-8", "PATH=" + home + "/.local/go/bin:" + programs + ":" + os.Getenv("PATH"),
				"GOPROXY=" + server.Bad("slow=500000"), "GOSUMDB=" + server.SumDB(), "GOSW_SOURCE=proxy", "GOSW_DL_URL=",
			}
			install := exec.Command(filepath.Join(programs, "gosw"), "install", "1.22.4")
			install.Env, install.Dir = env, home
			if out, err := install.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			d := newDialogue(t, home, env, "sleep 0.5; "+row.command)
			d.typed(t, "y\ny\ny")
			d.wait(t, row.question)
			asked := d.String()
			time.Sleep(1500 * time.Millisecond)
			if got := strings.TrimPrefix(d.String(), asked); got != "" {
				t.Errorf("drawn or done after the question: %q", got)
			}
			if row.name == "upgrade" && !strings.Contains(asked, "MB") {
				t.Errorf("nothing was drawn before the question: %q", asked)
			}
			d.typed(t, "n\n")
			d.end(t)
			got, err := filepath.Glob(home + "/.local/go/toolchains/go1.*")
			for i := range got {
				got[i] = filepath.Base(got[i])
			}
			if err != nil || strings.Join(got, " ") != strings.Join(row.installed, " ") {
				t.Errorf("installed then: %v, %v, want %v", got, err, row.installed)
			}
		})
	}
}

// codeWith returns the lines of the product that have a pattern.
func codeWith(t *testing.T, pattern string) (found []string) {
	t.Helper()
	wanted := regexp.MustCompile(pattern)
	err := filepath.WalkDir("../../internal/cli", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(file)
		for line := range strings.Lines(string(text)) {
			if code, _, _ := strings.Cut(line, "//"); wanted.MatchString(code) {
				found = append(found, line)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A dialogue is a command of sh on a terminal, with somebody who types.
type dialogue struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	mu    sync.Mutex
	seen  bytes.Buffer
}

func newDialogue(t *testing.T, dir string, env []string, command string) *dialogue {
	t.Helper()
	d := &dialogue{cmd: exec.Command("script", "-qefc", command, "/dev/null")}
	d.cmd.Env, d.cmd.Dir, d.cmd.Stdout = env, dir, d
	var err error
	if d.stdin, err = d.cmd.StdinPipe(); err == nil {
		err = d.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.cmd.Process.Kill() })
	return d
}

// Write takes what the command prints.
func (d *dialogue) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen.Write(p)
}

// String returns what was printed so far.
func (d *dialogue) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen.String()
}

func (d *dialogue) typed(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(d.stdin, text); err != nil {
		t.Fatal(err)
	}
}

// wait waits for a text and for the rest of its line.
func (d *dialogue) wait(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !strings.Contains(d.String(), text); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %q in %q", text, d)
		}
	}
	time.Sleep(100 * time.Millisecond)
}

func (d *dialogue) end(t *testing.T) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = d.cmd.Wait() // the exit code is that of the answer
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatalf("goes on: %q", d)
	}
}

// TestFirstOutput installs where nobody listens: there is something to see at once, it
// is said that the request is sent again and why, and the error is not long in coming.
func TestFirstOutput(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"1.22", "1.22.4"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			d := newDialogue(t, home, []string{
				"HOME=" + home, "TERM=xterm", "LANG=C.UTF-8", "PATH=" + programs + ":" + os.Getenv("PATH"),
				"GOPROXY=http://127.0.0.1:1", "GOSW_SOURCE=proxy", "GOSW_DL_URL=",
			}, "gosw install "+version)
			d.wait(t, "gosw: ")
			d.end(t)
			for _, want := range []string{"retrying (2/2): connection refused", "connection refused"} {
				if !strings.Contains(d.String(), want) {
					t.Errorf("no %q in %q", want, d)
				}
			}
			t.Logf("%q", d)
		})
	}
}
