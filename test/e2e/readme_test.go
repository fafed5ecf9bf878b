//go:build e2e

package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestReadme pastes README into a terminal, from top to bottom: an ordinary user's,
// in a new home, with bash, zsh and fish. Where README says to open a new terminal,
// it is a new login shell.
func TestReadme(t *testing.T) {
	t.Parallel()
	steps, shared := readSteps(t), ownDir(t)
	for _, shell := range []string{"bash", "zsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			r := newReader(t, shell, shared)
			r.open()
			for _, step := range steps {
				if step.newTerminal {
					r.open()
					continue
				}
				r.paste(step.line)
			}
		})
	}
}

// A step is a line to paste, or the advice to open a new terminal.
type step struct {
	line        string
	newTerminal bool
}

// readSteps takes from README what is to be pasted, in its order.
func readSteps(t *testing.T) []step {
	t.Helper()
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var steps []step
	for line := range strings.Lines(string(data)) {
		switch code, ok := strings.CutPrefix(line, "    "); {
		case strings.HasPrefix(code, "make check"): // what runs this test
		case ok:
			steps = append(steps, step{line: strings.TrimSuffix(code, "\n")})
		case strings.Contains(strings.ToLower(line), "open a new terminal"):
			steps = append(steps, step{newTerminal: true})
		}
	}
	if len(steps) < 10 {
		t.Fatalf("README has %d steps", len(steps))
	}
	return steps
}

// A reader is an ordinary user with a home, a clone of gosw and a terminal.
type reader struct {
	t      *testing.T
	shell  string
	home   string
	env    []string
	socket string
	pasted int
}

// patience is how long a line of README may take: one builds gosw.
const patience = 8 * time.Minute

// nobody is who reads README where root runs the tests.
const nobody = 65534

// newReader makes a user of a shell. What go caches is shared: of three readers one
// waits for the standard library.
func newReader(t *testing.T, shell, shared string) *reader {
	t.Helper()
	dir := ownDir(t)
	r := &reader{t: t, shell: shell, home: filepath.Join(dir, "home"), socket: filepath.Join(dir, "tmux")}
	t.Cleanup(func() { _ = r.tmux("kill-server").Run() })
	if err := os.CopyFS(r.home, os.DirFS("/etc/skel")); err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("git", "clone", "-q", root, filepath.Join(r.home, "gosw")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	compiler, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Fatal(err)
	}
	r.env = []string{
		"HOME=" + r.home,
		"SHELL=" + path,
		"PATH=/usr/local/bin:/usr/bin:/bin",
		"LANG=C.UTF-8",
		"GOPROXY=" + cachingProxy(t),
		"GOTOOLCHAIN=local",
		"GOCACHE=" + filepath.Join(shared, "build"),
		"GOMODCACHE=" + filepath.Join(shared, "mod"),
		"GOFLAGS=-modcacherw",
		"SSL_CERT_FILE=" + os.Getenv("SSL_CERT_FILE"),
	}
	r.startUp(filepath.Dir(compiler))
	r.publish(dir)
	if os.Getuid() == 0 {
		if out, err := exec.Command("chown", "-R", fmt.Sprintf("%d:%[1]d", nobody), dir, shared).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return r
}

// ownDir makes a directory that another user may have, with a name that is short
// enough for sockets.
func ownDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "reader-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("chmod", "-R", "u+w", dir).Run()
		_ = os.RemoveAll(dir)
	})
	return dir
}

// startUp writes the start-up files of somebody who has a Go on PATH, to build gosw.
func (r *reader) startUp(bin string) {
	r.t.Helper()
	for name, text := range map[string]string{
		".profile":                 "\nPATH=$PATH:" + bin + "\n",
		".zprofile":                "PATH=$PATH:" + bin + "\n",
		".config/fish/config.fish": "set -gx PATH $PATH " + bin + "\n",
		".zshrc":                   "", // as zsh's own first question makes it, if the answer is "none"
	} {
		file := filepath.Join(r.home, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			r.t.Fatal(err)
		}
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		if err != nil {
			r.t.Fatal(err)
		}
		if _, err := f.WriteString(text); err != nil {
			r.t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			r.t.Fatal(err)
		}
	}
}

// tmux is a tmux of the reader's.
func (r *reader) tmux(args ...string) *exec.Cmd {
	cmd := exec.Command("tmux", append([]string{"-f", "/dev/null", "-S", r.socket}, args...)...)
	cmd.Dir = filepath.Join(r.home, "gosw")
	cmd.Env = append(r.env, "TERM=xterm-256color")
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

// open opens a new terminal, with a login shell, in the clone.
func (r *reader) open() {
	r.t.Helper()
	_ = r.tmux("kill-server").Run()
	r.socket += "." // that server may not have ended yet
	if out, err := r.tmux("new-session", "-d", "-x", "200", "-y", "50", r.shell+" -l").CombinedOutput(); err != nil {
		r.t.Fatalf("%v\n%s", err, out)
	}
	r.wait("", "the prompt")
}

// paste pastes a line, presses Return, and waits until it has succeeded.
func (r *reader) paste(line string) {
	r.t.Helper()
	r.pasted++
	code := "$?"
	if r.shell == "fish" {
		code = "$status"
	}
	r.send(line)
	r.answer(line)
	r.send(fmt.Sprintf("printf 'step%%s %%s\\n' %d %s", r.pasted, code))
	screen := r.wait(fmt.Sprintf("\nstep%d ", r.pasted), line)
	if !strings.Contains(screen, fmt.Sprintf("\nstep%d %d\n", r.pasted, codes[line])) {
		r.t.Fatalf("%q fails:\n%s", line, screen)
	}
	for end, want := range prints {
		if strings.HasSuffix(line, end) && !strings.Contains(screen, want) {
			r.t.Fatalf("%q does not print %q:\n%s", line, want, screen)
		}
	}
}

// codes are the exit codes of lines that don't just succeed: 1.22 has ended.
var codes = map[string]int{"gosw outdated": 4}

// prints are what lines of README print, by their end.
var prints = map[string]string{
	"gosw pin 1.22":    "1.22",
	"go version":       "\ngo version go1.",
	"test/hello .":     "go1.22.12",
	"gosw why":         "go1.22.12",
	"gosw use --unset": "1.22",
}

// Last lines of a screen: a shell's prompt, and a question.
var (
	prompt   = regexp.MustCompile(`[$%>]$`)
	question = regexp.MustCompile(`\[(y/N|Y/n)\]$`)
)

// answer waits for the prompt. To every question it says yes.
func (r *reader) answer(line string) {
	r.t.Helper()
	before := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		screen := strings.TrimSpace(r.wait("", line))
		still := screen == before // what a program draws goes on changing
		before = screen
		switch {
		case still && prompt.MatchString(screen):
			return
		case still && question.MatchString(screen):
			if err := r.tmux("send-keys", "y", "Enter").Run(); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	r.t.Fatalf("%s: no end in sight\n%s", line, before)
}

func (r *reader) send(line string) {
	r.t.Helper()
	for _, args := range [][]string{{"set-buffer", line}, {"paste-buffer", "-p"}, {"send-keys", "Enter"}} {
		if out, err := r.tmux(args...).CombinedOutput(); err != nil {
			r.t.Fatalf("%v\n%s", err, out)
		}
	}
}

// wait waits until the terminal shows text, or anything, and returns all it shows.
func (r *reader) wait(text, what string) string {
	r.t.Helper()
	var screen string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		out, err := r.tmux("capture-pane", "-p", "-J", "-S", "-").Output()
		screen = string(out)
		if err != nil {
			r.t.Fatalf("%s: the shell has ended", what)
		}
		if strings.TrimSpace(screen) != "" && strings.Contains(screen, text) {
			return screen
		}
	}
	r.t.Fatalf("%s: no end in sight\n%s", what, screen)
	return ""
}
