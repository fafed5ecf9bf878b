//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

// readingCommands are those that a prompt, an editor or an impatient user waits
// for. None of them uses the network.
func readingCommands() [][]string {
	return [][]string{
		{"list"}, {"list", "--json"}, {"list", "--remote", "--offline"},
		{"current"}, {"current", "--format", "%v"}, {"which"}, {"which", "--all"}, {"why"},
		{"outdated", "--offline"}, {"audit", "--offline"}, {"env"}, {"default"}, {"use", "--session", "1.22"},
		{"doctor"}, {"doctor", "--json"}, {"--version"},
		{"init", "bash"}, {"init", "zsh"}, {"init", "fish"}, {"help"}, {"help", "install"},
		{"__complete", "uninstall", "1."}, {"__complete", "install", "1."},
	}
}

// measuringCommands say what takes how much of the disk, and look at all files for it.
func measuringCommands() [][]string {
	return [][]string{{"prune", "--dry-run"}, {"size"}, {"list", "--size"}}
}

// A reading is a store with 50 toolchains that gosw has installed, with what a
// year of use leaves in the caches.
type reading struct {
	ctx     context.Context // ends what is running
	work    string
	project string // with the pin two directories up
	gosw    string
	server  *fetchtest.Server
}

func commandsCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("commands", flag.ContinueOnError)
	rounds := flags.Int("rounds", 15, "rounds to take the median of")
	memory := flags.String("tmpfs", "/dev/shm", "a `directory` on a file system in memory, with 1 GB of room: half a million files take minutes on a disk")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *rounds < 1 {
		return errors.New("commands takes flags only, and at least 1 round")
	}
	work, err := os.MkdirTemp(*memory, "gosw-bench-")
	if err != nil {
		return err
	}
	r := &reading{ctx: ctx, work: work, project: filepath.Join(work, "project", "cmd", "x")}
	defer r.remove()
	if err := r.setUp(); err != nil {
		return err
	}
	return r.measure(*rounds)
}

// remove removes the store, whose files are read-only.
func (r *reading) remove() {
	_ = exec.Command("chmod", "-R", "u+w", r.work).Run()
	_ = os.RemoveAll(r.work)
}

// versions are 50 of 15 lines.
func (r *reading) versions() []string {
	var all []string
	for i := range 50 {
		all = append(all, fmt.Sprintf("1.%d.%d", 13+i%15, 1+i/15))
	}
	return all
}

func (r *reading) setUp() (err error) {
	if r.gosw, err = filepath.Abs("bin/gosw"); err != nil {
		return err
	}
	if r.server, err = fetchtest.New(r.versions()...); err != nil {
		return err
	}
	for i := range 200 { // as many as Go's own database has for the standard library
		r.server.AddVuln(fetchtest.NewVuln(fmt.Sprintf("GO-2026-%04d", i), "stdlib", "An example.", nil, "0", fmt.Sprintf("1.%d.%d", 13+i%15, 1+i%5)))
	}
	if err := os.MkdirAll(r.project, 0o755); err != nil {
		return err
	}
	project := filepath.Dir(filepath.Dir(r.project))
	if err := errors.Join(
		os.WriteFile(filepath.Join(project, ".go-version"), []byte("1.22\n"), 0o644),
		os.WriteFile(filepath.Join(project, "go.mod"), []byte("module example.com/project\n\ngo 1.21\n"), 0o644),
	); err != nil {
		return err
	}
	for _, args := range [][]string{append([]string{"install"}, r.versions()...), {"default", "latest"}, {"list", "--remote"}, {"audit"}} {
		if out, err := r.command(args...).CombinedOutput(); err != nil && args[0] != "audit" {
			return fmt.Errorf("gosw %s: %w\n%s", args[0], err, out)
		}
	}
	return r.grow()
}

// grow gives each toolchain, which is a toy, the files of a real one, as hard
// links, and a manifest of that size: what looks at every file has that many.
func (r *reading) grow() error {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	one := filepath.Join(r.work, "src")
	if err := os.CopyFS(one, os.DirFS(filepath.Join(strings.TrimSpace(string(goroot)), "src"))); err != nil {
		return err
	}
	manifest := manifestOf(12000)
	for _, v := range r.versions() {
		err := linkTree(one, filepath.Join(r.root(), "toolchains", "go"+v, "src", "real"))
		if err = errors.Join(err, r.prove("go"+v, manifest)); err != nil {
			return err
		}
	}
	return nil
}

// manifestOf makes a manifest with n lines as long as those of a real one.
func manifestOf(n int) []byte {
	var text bytes.Buffer
	for i := range n {
		fmt.Fprintf(&text, "%x  golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64/src/real/directory/%05d.go\n", sha256.Sum256(fmt.Append(nil, i)), i)
	}
	return text.Bytes()
}

// prove makes manifest the one that the receipt of a version stands for.
func (r *reading) prove(version string, manifest []byte) error {
	file := filepath.Join(r.root(), "receipts", version)
	receipt, err := os.ReadFile(file + ".json")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(manifest)
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(receipt, &fields); err != nil {
		return err
	}
	fields["h1"] = fmt.Appendf(nil, "%q", "h1:"+base64.StdEncoding.EncodeToString(sum[:]))
	fields["files"] = fmt.Append(nil, bytes.Count(manifest, []byte("\n")))
	if receipt, err = json.MarshalIndent(fields, "", "\t"); err != nil {
		return err
	}
	return errors.Join(os.WriteFile(file+".json", receipt, 0o644), os.WriteFile(file+".sums", manifest, 0o644))
}

func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := to + strings.TrimPrefix(path, from)
		if d.IsDir() {
			return os.Mkdir(target, 0o755)
		}
		return os.Link(path, target)
	})
}

func (r *reading) root() string { return filepath.Join(r.work, "home", ".local", "go") }

// command is gosw with args on the store.
func (r *reading) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(r.ctx, r.gosw, args...)
	cmd.Dir = r.project
	cmd.Env = []string{
		"HOME=" + filepath.Join(r.work, "home"), "SHELL=/bin/bash",
		"PATH=" + filepath.Join(r.root(), "bin") + ":" + os.Getenv("PATH"),
		"GOPROXY=" + r.server.Proxy(), "GOSUMDB=" + r.server.SumDB(), "GOVULNDB=" + r.server.VulnDB(),
	}
	return cmd
}

// measure times each command, and the smallest Go program beside it.
func (r *reading) measure(rounds int) error {
	empty, err := r.empty()
	if err != nil {
		return err
	}
	fmt.Printf("%s\n\n| with 50 toolchains | ms | CPU ms | system calls |\n|---|---|---|---|\n", machine(rounds))
	if err := r.row("empty Go program", rounds, func() *exec.Cmd { return exec.CommandContext(r.ctx, empty) }); err != nil {
		return err
	}
	for _, args := range append(readingCommands(), measuringCommands()...) {
		if err := r.row("`gosw "+strings.Join(args, " ")+"`", rounds, func() *exec.Cmd { return r.command(args...) }); err != nil {
			return err
		}
	}
	// Of a store with one toy, so that little is hashed.
	small := func(args ...string) *exec.Cmd {
		cmd := r.command(args...)
		cmd.Env = append(cmd.Env, "GOSW_ROOT="+filepath.Join(r.work, "small"))
		return cmd
	}
	if out, err := small("install", r.versions()[0]).CombinedOutput(); err != nil {
		return fmt.Errorf("install: %w\n%s", err, out)
	}
	if err := r.row("`gosw verify` of 15 files", rounds, func() *exec.Cmd { return small("verify") }); err != nil {
		return err
	}
	if err := r.row("`gosw install` of what is there", rounds, func() *exec.Cmd { return r.command("install", r.versions()[0]) }); err != nil {
		return err
	}
	return r.refused(rounds)
}

// refused times gosw on a terminal with a proxy that refuses connections: what a user
// sees first, and how long it takes to say that it failed.
func (r *reading) refused(rounds int) error {
	var first, whole []float64
	for range rounds {
		cmd := r.command()
		cmd.Path = "/usr/bin/script" // gives it a terminal
		cmd.Args = []string{"script", "-qec", r.gosw + " install 1.99.1", "/dev/null"}
		cmd.Env = append(cmd.Env, "GOPROXY=http://127.0.0.1:1", "GOSW_SOURCE=proxy", "TERM=xterm")
		out, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		start := time.Now()
		since := func() float64 { return float64(time.Since(start).Microseconds()) / 1000 }
		if err := cmd.Start(); err != nil {
			return err
		}
		if _, err := out.Read(make([]byte, 1)); err != nil {
			return fmt.Errorf("%v says nothing: %w", cmd.Args, err)
		}
		first = append(first, since())
		text, err := io.ReadAll(out)
		if err := errors.Join(err, cmd.Wait()); cmd.ProcessState.ExitCode() != 1 || !bytes.Contains(text, []byte("connection refused")) {
			return fmt.Errorf("%v: %w\n%s", cmd.Args, err, text)
		}
		whole = append(whole, since())
	}
	_, err := fmt.Printf("| `gosw install`, refused by its proxy: first output | %.0f | | |\n| the same: the error | %.0f | | |\n", median(first), median(whole))
	return err
}

// A command that takes longer than slow milliseconds looks at every file. It has
// slowRounds, and nobody needs to count its system calls.
const (
	slow       = 200.0
	slowRounds = 3
)

// row times a command, on the clock and on the CPUs, on which others matter less,
// counts its system calls, and prints all that.
func (r *reading) row(title string, rounds int, command func() *exec.Cmd) error {
	var times, busy []float64
	for i := range rounds {
		if i == slowRounds && median(times) > slow {
			_, err := fmt.Printf("| %s | %.0f | %.0f | |\n", title, median(times), median(busy))
			return err
		}
		cmd := command()
		start := time.Now()
		out, err := cmd.CombinedOutput()
		times = append(times, float64(time.Since(start).Microseconds())/1000)
		busy = append(busy, float64((cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()).Microseconds())/1000)
		if code := cmd.ProcessState.ExitCode(); err != nil && code != 4 { // something is due
			return fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
		}
	}
	calls, err := countCalls(filepath.Join(r.work, "strace.out"), 3, "", command)
	if err != nil {
		return err
	}
	_, err = fmt.Printf("| %s | %.1f | %.1f | %d |\n", title, median(times), median(busy), calls)
	return err
}

// empty builds the smallest Go program.
func (r *reading) empty() (string, error) {
	source := filepath.Join(r.work, "empty.go")
	program := filepath.Join(r.work, "empty")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		return "", err
	}
	build := exec.CommandContext(r.ctx, "go", "build", "-o", program, source)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return program, nil
}
