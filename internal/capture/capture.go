// Package capture runs commands in a real terminal, that of a tmux server of its own,
// and reads what is on the screen then, with its colours. It is for tests and for
// the pictures in the documents; product code does not import it.
package capture

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A Terminal is a tmux server. It is safe for concurrent use.
type Terminal struct{ socket, config string }

// settings let the server live without a session, and give all of a window to its
// command.
const settings = "set -s exit-empty off\nset -g status off\nset -g history-limit 0\nset -g default-terminal tmux-256color\n"

// Start starts a server with its files in dir, an empty directory with a short path.
func Start(dir string) (*Terminal, error) {
	t := &Terminal{filepath.Join(dir, "socket"), filepath.Join(dir, "tmux.conf")}
	if err := os.WriteFile(t.config, []byte(settings), 0o644); err != nil {
		return nil, err
	}
	_, err := t.tmux("start-server")
	return t, err
}

// Close ends the server and all that runs in it.
func (t *Terminal) Close() { _, _ = t.tmux("kill-server") }

func (t *Terminal) tmux(args ...string) (string, error) {
	cmd := exec.Command("tmux", append([]string{"-u", "-S", t.socket, "-f", t.config}, args...)...)
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w", args[0], err)
	}
	return string(out), nil
}

// A Screen is what a command leaves on the screen.
type Screen struct {
	Lines  []Line
	Exit   string // the exit code
	Broken bool   // a line was wider than the screen
}

// end is what is printed after a command, to know when it is done.
var end = regexp.MustCompile(`(?m)^\[exit ([0-9]+)\]$`)

// patience is how long a command may take on a busy machine.
const patience = time.Minute

// Run runs a command of sh in dir, in a terminal that is so many columns wide, with
// the environment env and no other variable but TERM.
func (t *Terminal) Run(width int, dir string, env []string, command string) (Screen, error) {
	w, err := t.Start(width, dir, env, command)
	if err != nil {
		return Screen{}, err
	}
	defer w.Close()
	return w.Until(end)
}

// A Window is a terminal in which a command runs.
type Window struct {
	t             *Terminal
	pane, command string
}

// Start is Run for a command that is looked at while it runs.
func (t *Terminal) Start(width int, dir string, env []string, command string) (*Window, error) {
	args := []string{"new-session", "-d", "-P", "-F", "#{pane_id}", "-x", fmt.Sprint(width), "-y", "100", "-c", dir,
		"env", "-i", "TERM=tmux-256color"}
	args = append(args, env...)
	pane, err := t.tmux(append(args, "/bin/sh", "-c", command+"\n"+`printf '[exit %d]\n' $?; read -r wait`)...)
	return &Window{t, strings.TrimSpace(pane), command}, err
}

// Close ends what runs there.
func (w *Window) Close() { _, _ = w.t.tmux("kill-pane", "-t", w.pane) }

// Resize makes the terminal so many columns wide.
func (w *Window) Resize(width int) error {
	_, err := w.t.tmux("resize-window", "-t", w.pane, "-x", fmt.Sprint(width))
	return err
}

// Until returns the screen once a pattern is on it.
func (w *Window) Until(pattern *regexp.Regexp) (Screen, error) {
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		text, err := w.t.tmux("capture-pane", "-p", "-t", w.pane)
		if err != nil {
			return Screen{}, err
		}
		if pattern.MatchString(text) {
			exit := ""
			if found := end.FindStringSubmatch(text); found != nil {
				exit = found[1]
			}
			return w.t.read(w.pane, exit)
		}
		if time.Now().After(deadline) {
			return Screen{}, fmt.Errorf("%s: no %q after %v:\n%s", w.command, pattern, patience, text)
		}
	}
}

// read reads the screen of a command that is done.
func (t *Terminal) read(pane, exit string) (Screen, error) {
	text, err := t.tmux("capture-pane", "-e", "-p", "-t", pane)
	if err != nil {
		return Screen{}, err
	}
	joined, err := t.tmux("capture-pane", "-J", "-p", "-t", pane)
	if err != nil {
		return Screen{}, err
	}
	lines, err := Parse(text)
	if err != nil {
		return Screen{}, err
	}
	screen := Screen{Exit: exit}
	for _, line := range lines {
		if line.String() == "[exit "+exit+"]" {
			break
		}
		screen.Lines = append(screen.Lines, line)
	}
	before, _, _ := strings.Cut(joined, "\n[exit "+exit+"]")
	screen.Broken = strings.Count(before, "\n")+1 < len(screen.Lines)
	return screen, nil
}
