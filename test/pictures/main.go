// Pictures makes the pictures of the documents: it runs the real gosw in a real
// terminal and draws what is on the screen as SVG. "make pictures" runs it.
//
// It needs tmux and the network the first time: the releases that it shows are
// installed as anybody's are, and kept in the user's cache directory.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/capture"
)

// width of the terminals, in columns.
const width = 104

// pictures are the screens that are drawn, by the name of their files.
var pictures = []struct {
	name, command string
}{
	{"list", "gosw list"},
	{"outdated", "gosw outdated"},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "pictures: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if len(os.Args) != 3 {
		return fmt.Errorf("usage: pictures BIN DIR; BIN has gosw and gosw-shim")
	}
	bin, err := filepath.Abs(os.Args[1])
	if err != nil {
		return err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	home := filepath.Join(cache, "gosw-pictures")
	s := &stage{ctx: ctx, bin: bin, home: home, project: filepath.Join(home, "src", "shop")}
	if err := s.fill(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "pictures-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if s.terminal, err = capture.Start(dir); err != nil {
		return err
	}
	defer s.terminal.Close()
	for _, p := range pictures {
		file := filepath.Join(os.Args[2], p.name+".svg")
		lines, err := s.lines(p.command)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, draw(lines, p.command), 0o644); err != nil {
			return err
		}
		fmt.Println(file)
	}
	return nil
}

// A stage is a user's home with a project and some releases.
type stage struct {
	ctx                context.Context
	bin, home, project string
	terminal           *capture.Terminal
}

// env is the environment of a user, with what says where releases come from taken
// from whoever makes the pictures.
func (s *stage) env() []string {
	env := []string{
		"HOME=" + s.home, "LANG=C.UTF-8", "SHELL=/bin/bash",
		"PATH=" + strings.Join([]string{filepath.Join(s.home, ".local/go/bin"), s.bin, "/usr/bin", "/bin"}, ":"),
	}
	for _, name := range []string{"GOPROXY", "GOSUMDB", "GOVULNDB", "HTTPS_PROXY", "SSL_CERT_FILE"} {
		if value := os.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func (s *stage) fill() error {
	if err := os.MkdirAll(s.project, 0o755); err != nil {
		return err
	}
	for name, text := range map[string]string{".go-version": "1.22\n", "go.mod": "module example.com/shop\n\ngo 1.22\n"} {
		if err := os.WriteFile(filepath.Join(s.project, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, command := range []string{
		"gosw install latest 1.27.3 oldstable 1.25.7 1.22 1.22.5", "gosw default latest", "go version",
		"gosw audit >/dev/null || [ $? -eq 4 ]",
	} {
		cmd := exec.CommandContext(s.ctx, "/bin/sh", "-c", command)
		cmd.Env, cmd.Dir, cmd.Stderr = s.env(), s.project, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	return nil
}

// lines runs a command, and returns what is on the screen then, below a prompt.
func (s *stage) lines(command string) ([]capture.Line, error) {
	screen, err := s.terminal.Run(width, s.project, s.env(), command)
	if err != nil {
		return nil, err
	}
	prompt := capture.Line{{Style: capture.Style{Faint: true}, Text: "$ "}, {Style: capture.Style{Bold: true}, Text: command}}
	lines := append([]capture.Line{prompt}, screen.Lines...)
	for _, line := range lines {
		for i := range line {
			line[i].Text = strings.ReplaceAll(line[i].Text, s.home, "/home/ann")
		}
	}
	return lines, nil
}
